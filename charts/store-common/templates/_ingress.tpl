{{/* The front door: host -> Service shop. TLS only when cert-manager has an issuer to ask. */}}
{{- define "store-common.ingress" -}}
{{- $issuer := .Values.ingress.clusterIssuer -}}
{{- $annotations := deepCopy .Values.ingress.annotations -}}
{{- if $issuer -}}
{{- $_ := set $annotations "cert-manager.io/cluster-issuer" $issuer -}}
{{- end -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  labels:
    {{- include "store-common.labels" (dict "root" . "component" "shop") | nindent 4 }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with .Values.ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  rules:
    - host: {{ .Values.store.host | quote }}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: shop
                port:
                  name: http
  {{- if $issuer }}
  tls:
    - hosts: [{{ .Values.store.host | quote }}]
      secretName: shop-tls
  {{- end }}
{{- end -}}
