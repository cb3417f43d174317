{{/*
Every name is fixed, whatever the release is called: a cluster has one label sidecar-injection=enabled, so a second
injector would add a second agent to the same pods. A second release fails on the names, before it does harm.
*/}}
{{- define "podlag.selector" -}}
app.kubernetes.io/name: podlag-injector
{{- end }}

{{/*
(dict "root" $ "component" injector|controller|agent). Without the chart's version, for a pod: a new chart of the same
program is no new rollout.
*/}}
{{- define "podlag.podLabels" -}}
app.kubernetes.io/name: podlag-{{ .component }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: podlag
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{/*
The metadata of an object: (dict "root" $ "name" NAME), "namespaced" false where it has no namespace, and the "component"
that it belongs to, the injector when left out.
*/}}
{{- define "podlag.metadata" -}}
name: {{ .name }}
{{- if ne .namespaced false }}
namespace: {{ .root.Release.Namespace }}
{{- end }}
labels:
  {{- include "podlag.podLabels" (dict "root" .root "component" (.component | default "injector")) | nindent 2 }}
  helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* (dict "root" $ "image" IMAGE) */}}
{{- define "podlag.image" -}}
{{ .image.repository }}
{{- if .image.digest }}@{{ .image.digest }}
{{- else }}:{{ .image.tag | default .root.Chart.AppVersion }}
{{- end }}
{{- end }}
