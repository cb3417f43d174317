{{/*
"true" where the ValidatingAdmissionPolicy is made. `helm template` knows versions of groups only, not kinds; so the
cluster's version counts too.
*/}}
{{- define "podlag.hasPolicy" -}}
{{- $kind := "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy" }}
{{- $known := or (.Capabilities.APIVersions.Has $kind) (semverCompare ">=1.30.0-0" .Capabilities.KubeVersion.Version) }}
{{- if and .Values.policy.enabled $known }}true{{ end }}
{{- end }}

{{/* By this name webhook and policy know a pod that has its sidecar: that of the template's first container. */}}
{{- define "podlag.agentName" -}}
{{- include "podlag.templateChecks" . }}
{{- if .Values.template }}
{{- (first (fromYaml .Values.template).containers).name }}
{{- else }}podlag-agent
{{- end }}
{{- end }}
