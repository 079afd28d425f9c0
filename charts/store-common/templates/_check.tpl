{{/* What a schema cannot say: faults between two values, each of which is fine alone. */}}
{{- define "store-common.check" -}}
{{- $url := urlParse .Values.store.url -}}
{{- if ne $url.hostname .Values.store.host -}}
{{- fail (printf "store.url %q must point to store.host %q: the shop redirects every other address" .Values.store.url .Values.store.host) -}}
{{- end -}}
{{- if and .Values.ingress.clusterIssuer (ne $url.scheme "https") -}}
{{- fail "store.url must begin with https:// when ingress.clusterIssuer is set" -}}
{{- end -}}
{{- if le (int .Values.deadlines.verifySeconds) (int .Values.deadlines.setupSeconds) -}}
{{- fail "deadlines.verifySeconds must exceed deadlines.setupSeconds: the verify Job waits for the setup" -}}
{{- end -}}
{{- end -}}
