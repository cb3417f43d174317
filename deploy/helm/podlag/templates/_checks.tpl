{{/* What values.schema.json cannot say: values that are right by themselves and wrong together. */}}
{{- define "podlag.checks" -}}
{{- with .Values }}
{{- if and (eq .kubernetesApi "none") (eq .certificates.source "self-signed") }}
{{- fail "certificates.source: self-signed needs kubernetesApi: in-cluster, for the Secret and the caBundle. Take cert-manager or files." }}
{{- end }}
{{- if and (eq .kubernetesApi "none") (eq .sidecarMode "auto") }}
{{- fail "sidecarMode: auto needs kubernetesApi: in-cluster, for the cluster's version. Say native (Kubernetes >= 1.29) or plain." }}
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
{{- if eq (int .webhookPort) 9090 }}
{{- fail "webhookPort: 9090 is the port of the metrics. Take another." }}
{{- end }}
{{- if .template }}
{{- $template := fromYaml .template }}
{{- if $template.Error }}
{{- fail (printf "template: is no YAML: %s" $template.Error) }}
{{- end }}
{{- if not $template.containers }}
{{- fail "template: needs a list `containers`, as files/sidecarconfig.yaml has." }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
