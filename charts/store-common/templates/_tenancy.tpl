{{/* What makes a namespace a tenant: an account without rights, a ceiling, defaults and closed doors. */}}
{{- define "store-common.tenancy" -}}
{{- include "store-common.check" . -}}
{{ include "store-common.service-account" . }}
---
{{ include "store-common.quota" . }}
---
{{ include "store-common.limit-range" . }}
---
{{ include "store-common.network" . }}
{{- end -}}

{{/* Shops never talk to Kubernetes: the account has no roles and its token is mounted nowhere. */}}
{{- define "store-common.service-account" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: store
  labels:
    {{- include "store-common.labels" (dict "root" . "component" "account") | nindent 4 }}
automountServiceAccountToken: false
{{- end -}}

{{- define "store-common.quota" -}}
{{- $q := .Values.quota -}}
apiVersion: v1
kind: ResourceQuota
metadata:
  name: store
  labels:
    {{- include "store-common.labels" (dict "root" . "component" "limits") | nindent 4 }}
spec:
  hard:
    requests.cpu: {{ $q.requestsCpu | quote }}
    requests.memory: {{ $q.requestsMemory | quote }}
    limits.cpu: {{ $q.limitsCpu | quote }}
    limits.memory: {{ $q.limitsMemory | quote }}
    persistentvolumeclaims: {{ $q.persistentVolumeClaims | quote }}
    requests.storage: {{ $q.requestsStorage | quote }}
{{- end -}}

{{/*
For pods that are not ours, such as a debugging container: with a quota, a pod that names no
requests and limits would be refused.
*/}}
{{- define "store-common.limit-range" -}}
apiVersion: v1
kind: LimitRange
metadata:
  name: store
  labels:
    {{- include "store-common.labels" (dict "root" . "component" "limits") | nindent 4 }}
spec:
  limits:
    - type: Container
      defaultRequest:
        cpu: 10m
        memory: 32Mi
      default:
        cpu: 100m
        memory: 64Mi
{{- end -}}
