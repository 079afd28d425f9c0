{{/* The environment through which the programs of an app image learn what store they belong to. */}}

{{/*
Free text as the value of a variable. JSON is YAML that no character breaks out of; and Kubernetes
expands $(NAME) in values, so a title "$(DATABASE_PASSWORD)" would print the password in the shop:
every dollar is doubled, which Kubernetes turns back into one.
*/}}
{{- define "store-common.text" -}}
{{ . | replace "$" "$$" | toRawJson }}
{{- end -}}

{{/* For the shop itself: only what a running shop must know, since a change restarts it. */}}
{{- define "store-common.front-env" -}}
- name: STORE_URL
  value: {{ .Values.store.url | quote }}
- name: STORE_HOST
  value: {{ .Values.store.host | quote }}
{{- end -}}

{{/* For the setup and verify Jobs: (dict "root" $ "deadline" 900). */}}
{{- define "store-common.job-env" -}}
{{- $v := .root.Values -}}
{{ include "store-common.front-env" .root }}
- name: STORE_ID
  value: {{ $v.store.id | quote }}
- name: STORE_NAME
  value: {{ $v.store.name | quote }}
- name: STORE_TITLE
  value: {{ include "store-common.text" $v.store.title }}
- name: STORE_ENGINE
  value: {{ .root.Chart.Name | quote }}
- name: STORE_REVISION
  value: {{ .root.Release.Revision | quote }}
- name: STORE_SERVICE
  value: http://shop
- name: STORE_CURRENCY
  value: {{ $v.shop.currency | quote }}
- name: STORE_COUNTRY
  value: {{ $v.shop.country | quote }}
- name: STORE_LOCALE
  value: {{ $v.shop.locale | quote }}
# Less than the Job's deadline: a program that waits in vain can still say for what.
- name: STORE_WAIT_SECONDS
  value: {{ sub .deadline 15 | quote }}
{{- end -}}
