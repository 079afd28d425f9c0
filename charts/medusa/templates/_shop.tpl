{{/* What the shop and its Jobs share: one image, one user, one environment. */}}

{{- define "medusa.uid" -}}1000{{- end -}}

{{/*
DATABASE_PASSWORD stands before DATABASE_URL because Kubernetes expands only what it has already seen. The
database speaks plainly, inside of the namespace only; Medusa's migrations would insist on TLS elsewhere.
The cookie may leave the browser over plain http only where the store has no https address: otherwise
the login of such a store would loop.
*/}}
{{- define "medusa.env" -}}
- name: HOME
  value: /tmp
- name: NODE_ENV
  value: production
- name: MEDUSA_DISABLE_TELEMETRY
  value: "true"
# Without a line for each request: the probes alone would fill the log.
- name: LOG_LEVEL
  value: info
- name: MEDUSA_WORKER_MODE
  value: shared
- name: COOKIE_SECURE
  value: {{ hasPrefix "https://" .Values.store.url | quote }}
{{- range list "STORE_CORS" "ADMIN_CORS" "AUTH_CORS" }}
- name: {{ . }}
  value: {{ $.Values.store.url | quote }}
{{- end }}
- name: REDIS_URL
  value: redis://cache:6379
{{ include "store-common.secret-env" (dict "root" . "name" "DATABASE_PASSWORD" "key" "database-password") }}
- name: DATABASE_URL
  value: postgres://shop:$(DATABASE_PASSWORD)@database:5432/shop?sslmode=disable
{{ include "store-common.secret-env" (dict "root" . "name" "JWT_SECRET" "key" "jwt-secret") }}
{{ include "store-common.secret-env" (dict "root" . "name" "COOKIE_SECRET" "key" "cookie-secret") }}
{{ include "store-common.secret-env" (dict "root" . "name" "PUBLISHABLE_KEY" "key" "publishable-key") }}
{{- end -}}

{{- define "medusa.admin-env" -}}
{{ include "store-common.secret-env" (dict "root" . "name" "ADMIN_EMAIL" "key" "admin-email") }}
{{- end -}}

{{/*
What the chart's Jobs have in common, as the dict that store-common's templates take:
(dict "root" $ "component" "setup" "deadline" 900). Only the login gets the hash of a new password, and only
the others the first one.
*/}}
{{- define "medusa.job" -}}
{{- $password := include "store-common.secret-env" (dict "root" .root "name" "ADMIN_PASSWORD" "key" "admin-password") -}}
{{- if eq .component "login" -}}
{{- $password = include "store-common.login-env" . -}}
{{- end -}}
{{- $env := list (include "medusa.env" .root) (include "medusa.admin-env" .root) $password | join "\n" -}}
{{- $uid := include "medusa.uid" .root -}}
{{- /* The uploads volume belongs to the shop's node alone, so a Job gets an empty folder in its place. */ -}}
{{- $scratch := dict "tmp" "/tmp" "uploads" "/app/static" -}}
{{- include .kind (merge (dict "uid" $uid "env" $env "scratch" $scratch) .) -}}
{{- end -}}
