{{/*
storebot's configuration as TOML. Helm's own toToml writes whole numbers of YAML as 8.0, which storebot takes
for what they then are. JSON's texts, numbers and lists are TOML's as well; what is below a section's keys
becomes an inline table.
*/}}
{{- define "storebot.config" -}}
{{- if .Values.configText -}}
{{ .Values.configText }}
{{- else -}}
{{- $config := deepCopy .Values.config -}}
{{- $kubeconfigs := dict -}}
{{- range .Values.kubeconfigs }}{{ $_ := set $kubeconfigs .cell . }}{{ end -}}
{{- range $config.cells }}
{{- if not (hasKey . "tenant_role") }}{{ $_ := set . "tenant_role" (include "storebot.tenantRole" $) }}{{ end -}}
{{- with get $kubeconfigs .name }}{{ $name := .cell }}{{ range $config.cells }}{{ if eq .name $name }}
{{- $_ := set . "kubeconfig" (printf "/etc/storebot/kubeconfigs/%s/kubeconfig" $name) }}{{ end }}{{ end }}{{ end -}}
{{- end -}}
{{- range $section, $keys := $config -}}
{{- if kindIs "slice" $keys -}}
{{- range $keys }}
[[{{ $section }}]]
{{- include "storebot.toml.keys" . }}
{{ end -}}
{{- else }}
[{{ $section }}]
{{- include "storebot.toml.keys" $keys }}
{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "storebot.toml.keys" -}}
{{- range $key, $value := . }}
{{ $key }} = {{ include "storebot.toml.value" $value }}
{{- end -}}
{{- end -}}

{{- define "storebot.toml.value" -}}
{{- if kindIs "map" . -}}
{ {{ range $index, $key := keys . | sortAlpha }}{{ if $index }}, {{ end }}{{ toJson $key }} = {{ include "storebot.toml.value" (get $ $key) }}{{ end }} }
{{- else if kindIs "slice" . -}}
[{{ range $index, $item := . }}{{ if $index }}, {{ end }}{{ include "storebot.toml.value" $item }}{{ end }}]
{{- else -}}
{{ toJson . }}
{{- end -}}
{{- end -}}
