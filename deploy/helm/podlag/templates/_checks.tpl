{{/* What values.schema.json cannot say: values that are right by themselves and wrong together. */}}
{{- define "podlag.checks" -}}
{{- with .Values }}
{{- if and (eq .kubernetesApi "none") (eq .certificates.source "self-signed") }}
{{- fail "certificates.source: self-signed needs kubernetesApi: in-cluster, for the Secret and the caBundle. Take cert-manager or files." }}
{{- end }}
{{- if and (eq .kubernetesApi "none") (eq .sidecarMode "auto") }}
{{- fail "sidecarMode: auto needs kubernetesApi: in-cluster, for the cluster's version. Say native (Kubernetes >= 1.29) or plain." }}
{{- end }}
{{- if and (eq .agentAccess "token") (eq .kubernetesApi "none") }}
{{- fail "agentAccess: token needs kubernetesApi: in-cluster, for the keys that the injector gives to agents." }}
{{- end }}
{{- if and (eq .agentAccess "token") (not .controller.enabled) }}
{{- fail "agentAccess: token needs controller.enabled: true, for it makes the keys and rotates them." }}
{{- end }}
{{- if and .certificates.caBundle (ne .certificates.source "files") }}
{{- fail (printf "certificates.caBundle: with source %s it is not written by the chart. Leave it out." .certificates.source) }}
{{- end }}
{{- if and .certificates.secretName (ne .certificates.source "files") }}
{{- fail (printf "certificates.secretName: with source %s the Secret is podlag-injector-certs. Leave it out." .certificates.source) }}
{{- end }}
{{- if and .certificates.issuer (ne .certificates.source "cert-manager") }}
{{- fail (printf "certificates.issuer: there is none with source %s. Leave it out, or take source cert-manager." .certificates.source) }}
{{- end }}
{{- $life := .certificates.life }}
{{- $hours := regexFind "^[0-9]+h" $life | trimSuffix "h" | int }}
{{- $minutes := add (mul 60 $hours) (regexFind "[0-9]+m$" $life | trimSuffix "m" | int) }}
{{- if gt $minutes 525600 }}
{{- fail (printf "certificates.life: %s is longer than a year. Take 8760h or less." $life) }}
{{- end }}
{{- if and (eq .certificates.source "cert-manager") (lt $minutes 60) }}
{{- fail (printf "certificates.life: %s is too short for cert-manager, which makes none below 1h." $life) }}
{{- end }}
{{- if eq (int .webhookPort) 9090 }}
{{- fail "webhookPort: 9090 is the port of the metrics. Take another." }}
{{- end }}
{{- end }}
{{- include "podlag.templateChecks" . }}
{{- end }}

{{- define "podlag.templateChecks" -}}
{{- with .Values.template }}
{{- $template := fromYaml . }}
{{- if $template.Error }}
{{- fail (printf "template: is no YAML: %s" $template.Error) }}
{{- end }}
{{- if or (not $template.containers) (not (kindIs "slice" $template.containers)) }}
{{- fail "template: needs a list `containers`, as files/sidecarconfig.yaml has." }}
{{- end }}
{{- $agent := first $template.containers }}
{{- if not (kindIs "map" $agent) }}
{{- fail "template: containers[0] has to be a container, with name and image." }}
{{- end }}
{{- if not (regexMatch "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$" (toString $agent.name)) }}
{{- fail "template: containers[0].name has to be a name of lowercase letters, digits and -, up to 63." }}
{{- end }}
{{- end }}
{{- end }}
