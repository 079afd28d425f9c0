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
{{- end -}}

{{/*
What the chart's Jobs have in common, as the dict that store-common's templates take:
(dict "root" $ "component" "setup" "deadline" 900). Only the login gets the hash of a new password, and only
the others the first one.
*/}}
{{- define "woocommerce.job" -}}
{{- $password := include "store-common.secret-env" (dict "root" .root "name" "ADMIN_PASSWORD" "key" "admin-password") -}}
{{- if eq .component "login" -}}
{{- $password = include "store-common.login-env" . -}}
{{- end -}}
{{- $env := list (include "woocommerce.env" .root) (include "woocommerce.admin-env" .root) $password | join "\n" -}}
{{- $uid := include "woocommerce.uid" .root -}}
{{- /* The uploads volume belongs to the shop's node alone, so a Job gets an empty folder in its place. */ -}}
{{- $scratch := dict "tmp" "/tmp" "uploads" "/var/www/html/wp-content/uploads" -}}
{{- include .kind (merge (dict "uid" $uid "env" $env "scratch" $scratch) .) -}}
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
