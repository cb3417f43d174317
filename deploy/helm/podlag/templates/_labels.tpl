{{/*
Every name is fixed, whatever the release is called: a cluster has one label sidecar-injection=enabled, so a second
injector would add a second agent to the same pods. A second release fails on the names, before it does harm.
*/}}
{{- define "podlag.selector" -}}
app.kubernetes.io/name: podlag-injector
{{- end }}

{{/* Without the chart's version, for a pod: a new chart of the same injector is no new rollout. */}}
{{- define "podlag.podLabels" -}}
{{ include "podlag.selector" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: injector
app.kubernetes.io/part-of: podlag
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "podlag.labels" -}}
{{ include "podlag.podLabels" . }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* The metadata of an object: (dict "root" $ "name" NAME), and "namespaced" false where it has no namespace. */}}
{{- define "podlag.metadata" -}}
name: {{ .name }}
{{- if ne .namespaced false }}
namespace: {{ .root.Release.Namespace }}
{{- end }}
labels:
  {{- include "podlag.labels" .root | nindent 2 }}
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
