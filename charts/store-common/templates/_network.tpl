{{/*
Network policies add up, so the first closes everything and each of the others opens one door. Nothing
opens the way to the API server, the cloud's metadata address, other stores or the internet.
*/}}
{{- define "store-common.network" -}}
{{- $labels := include "store-common.labels" (dict "root" . "component" "network") -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  labels:
    {{- $labels | nindent 4 }}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-dns
  labels:
    {{- $labels | nindent 4 }}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: {{ .Values.network.dnsNamespace | quote }}
        {{- with .Values.network.dnsCidrs }}
        {{- include "store-common.cidrs" . | trim | nindent 8 }}
        {{- end }}
      ports:
        - port: 53
          protocol: UDP
        - port: 53
          protocol: TCP
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-own-namespace
  labels:
    {{- $labels | nindent 4 }}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - podSelector: {}
  egress:
    - to:
        - podSelector: {}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-front-door
  labels:
    {{- $labels | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "store-common.selector" (dict "root" . "component" "shop") | nindent 6 }}
  policyTypes: [Ingress]
  ingress:
    - from:
        {{- include "store-common.ingress-peers" . | nindent 8 }}
      ports:
        - port: http
          protocol: TCP
{{- if .Values.ingress.clusterIssuer }}
---
# cert-manager answers an HTTP-01 challenge from a pod that it starts in the store's namespace.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-certificate-challenge
  labels:
    {{- $labels | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      acme.cert-manager.io/http01-solver: "true"
  policyTypes: [Ingress]
  ingress:
    - from:
        {{- include "store-common.ingress-peers" . | nindent 8 }}
      ports:
        - port: 8089
          protocol: TCP
{{- end }}
{{- end -}}

{{- define "store-common.ingress-peers" -}}
- namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: {{ .Values.ingress.controllerNamespace | quote }}
{{- include "store-common.cidrs" .Values.ingress.controllerCidrs }}
{{- end -}}

{{/* Addresses no pod selector can name: a DNS cache on the node, a controller in the host's network. */}}
{{- define "store-common.cidrs" -}}
{{- range . }}
- ipBlock:
    cidr: {{ . | quote }}
{{- end }}
{{- end -}}
