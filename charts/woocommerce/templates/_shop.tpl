{{/* What the shop and its Jobs share: one image, one user, one environment. */}}

{{/* www-data of the app image. */}}
{{- define "woocommerce.uid" -}}33{{- end -}}

{{/* The names are those of the official WordPress image. Salts from the Secret: new ones would log everybody out at each restart. */}}
{{- define "woocommerce.env" -}}
- name: HOME
  value: /tmp
- name: WORDPRESS_DB_HOST
  value: database:3306
- name: WORDPRESS_DB_NAME
  value: shop
- name: WORDPRESS_DB_USER
  value: shop
{{ include "store-common.secret-env" (dict "root" . "name" "WORDPRESS_DB_PASSWORD" "key" "database-password") }}
{{- range list "auth-key" "secure-auth-key" "logged-in-key" "nonce-key" "auth-salt" "secure-auth-salt" "logged-in-salt" "nonce-salt" }}
{{ include "store-common.secret-env" (dict "root" $ "name" (printf "WORDPRESS_%s" (. | upper | replace "-" "_")) "key" .) }}
{{- end }}
{{- end -}}

{{- define "woocommerce.admin-env" -}}
{{ include "store-common.secret-env" (dict "root" . "name" "ADMIN_USER" "key" "admin-user") }}
{{ include "store-common.secret-env" (dict "root" . "name" "ADMIN_EMAIL" "key" "admin-email") }}
{{ include "store-common.secret-env" (dict "root" . "name" "ADMIN_PASSWORD" "key" "admin-password") }}
{{- end -}}

{{- define "woocommerce.job" -}}
{{- $env := printf "%s\n%s" (include "woocommerce.env" .root) (include "woocommerce.admin-env" .root) -}}
{{- $uid := include "woocommerce.uid" .root -}}
{{- /* The uploads volume belongs to the shop's node alone, so a Job gets an empty folder in its place. */ -}}
{{- $scratch := dict "tmp" "/tmp" "uploads" "/var/www/html/wp-content/uploads" -}}
{{- include "store-common.job" (merge (dict "uid" $uid "env" $env "scratch" $scratch) .) -}}
{{- end -}}

{{/*
The probe of a shop that sells: /ready asks the database whether the setup of exactly this image's software
has come to its end. It takes milliseconds and loads no WordPress, so it may be asked every second.
*/}}
{{- define "woocommerce.ready" -}}
httpGet:
  path: /ready
  port: http
{{- end -}}
