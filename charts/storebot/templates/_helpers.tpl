{{/* Names, labels and what all pods share. */}}

{{- define "storebot.name" -}}
{{- if contains "storebot" .Release.Name -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-storebot" .Release.Name | trunc 40 | trimSuffix "-" }}
{{- end -}}
{{- end -}}

{{/* What the account of the workers is called, in RBAC and by the API server. */}}
{{- define "storebot.account" -}}
{{ include "storebot.name" . }}-work
{{- end -}}

{{- define "storebot.username" -}}
system:serviceaccount:{{ .Release.Namespace }}:{{ include "storebot.account" . }}
{{- end -}}

{{/* The one ClusterRole that this account may bind. */}}
{{- define "storebot.tenantRole" -}}
{{ include "storebot.name" . }}-tenant
{{- end -}}

{{/* What finds a pod: (dict "root" $ "component" "serve"). Immutable, so nothing that may ever change. */}}
{{- define "storebot.selector" -}}
app.kubernetes.io/name: storebot
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component | quote }}
{{- end -}}

{{- define "storebot.labels" -}}
{{ include "storebot.selector" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service | quote }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | quote }}
{{- end -}}

{{- define "storebot.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{ printf "%s@%s" $image.repository $image.digest }}
{{- else -}}
{{ printf "%s:%s" $image.repository ($image.tag | default .Chart.AppVersion) }}
{{- end -}}
{{- end -}}

{{/* Pod level of Pod Security "restricted": (dict "root" $ "uid" 65532). */}}
{{- define "storebot.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .uid }}
runAsGroup: {{ .uid }}
fsGroup: {{ .uid }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "storebot.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Where the pods of one component may be, and apart from each other where that is possible. */}}
{{- define "storebot.placement" -}}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    # One node must be enough, such as on a laptop.
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "storebot.selector" (dict "root" $.root "component" $.component) | nindent 8 }}
  {{- end }}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Variables of both roles. Where a password is needed, it is put into the address by the kubelet. */}}
{{- define "storebot.env" -}}
- name: STOREBOT__HTTP__LISTEN
  value: 0.0.0.0:8080
- name: STOREBOT__HTTP__ADMIN_LISTEN
  value: 0.0.0.0:9090
- name: STOREBOT__LOG__FORMAT
  value: json
{{- if .Values.redis.bundled.enabled }}
- name: REDIS_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .Values.redis.bundled.passwordSecret }}
      key: password
- name: STOREBOT__REDIS__URL
  value: redis://:$(REDIS_PASSWORD)@{{ include "storebot.name" . }}-redis:6379/0
{{- else }}
- name: STOREBOT__REDIS__URL
  valueFrom:
    secretKeyRef:
      name: {{ .Values.redis.urlSecret.name }}
      key: {{ .Values.redis.urlSecret.key }}
{{- end }}
{{- end -}}

{{/* A duration as storebot writes it, in whole seconds, rounded up. */}}
{{- define "storebot.seconds" -}}
{{- $units := dict "ms" 0.001 "s" 1.0 "m" 60.0 "h" 3600.0 "d" 86400.0 -}}
{{- $parts := regexFindAll "[0-9]+|[a-z]+" . -1 -}}
{{- if and (eq (len $parts) 2) (hasKey $units (index $parts 1)) -}}
{{ ceil (mulf (float64 (index $parts 0)) (get $units (index $parts 1))) | int }}
{{- else -}}
{{ fail (printf "%s is no duration such as 30s or 2m" .) }}
{{- end -}}
{{- end -}}

{{/*
Everywhere but some networks, each of which is one of IPv4 or of IPv6.
*/}}
{{- define "storebot.outside" -}}
{{- $four := list }}{{ $six := list }}
{{- range . }}
{{- if contains ":" . }}{{ $six = append $six . }}{{ else }}{{ $four = append $four . }}{{ end }}
{{- end -}}
- ipBlock:
    cidr: 0.0.0.0/0
    {{- with $four }}
    except:
      {{- toYaml . | nindent 6 }}
    {{- end }}
- ipBlock:
    cidr: ::/0
    {{- with $six }}
    except:
      {{- toYaml . | nindent 6 }}
    {{- end }}
{{- end -}}
