{{/* What Pod Security "restricted" asks of pods and containers, written once. */}}

{{/*
Pod level: (dict "root" $ "uid" 999). The uid is explicit because a kubelet cannot check runAsNonRoot
against an image whose user is a name. Service links are off: variables such as DATABASE_PORT=tcp://…
would be read as configuration by the shops.
*/}}
{{- define "store-common.pod" -}}
serviceAccountName: store
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .uid }}
  runAsGroup: {{ .uid }}
  fsGroup: {{ .uid }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end -}}

{{/*
Container level: (dict "root" $ "image" "app" "component" "shop"). Requests and limits are those of the
component in the store's plan; the quota refuses a container without them. The last log lines become the
termination message, so a failure can be told without asking for logs.
*/}}
{{- define "store-common.container" -}}
{{- $image := index .root.Values.images .image -}}
{{- $size := index .root.Values.plans .root.Values.store.plan .component -}}
image: {{ printf "%s:%s" $image.repository $image.tag | quote }}
imagePullPolicy: {{ $image.pullPolicy }}
terminationMessagePolicy: FallbackToLogsOnError
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
resources:
  {{- toYaml (pick $size "limits" "requests") | nindent 2 }}
{{- end -}}

{{/* The writable places of a read-only root: a dict of volume name -> path. Bounded, so a shop cannot fill its node. */}}
{{- define "store-common.scratch-volumes" -}}
{{- range $name, $path := . }}
- name: {{ $name }}
  emptyDir:
    sizeLimit: 512Mi
{{- end }}
{{- end -}}

{{- define "store-common.scratch-mounts" -}}
{{- range $name, $path := . }}
- name: {{ $name }}
  mountPath: {{ $path }}
{{- end }}
{{- end -}}

{{/* One environment variable from the store's Secret: (dict "root" $ "name" "JWT_SECRET" "key" "jwt-secret"). */}}
{{- define "store-common.secret-env" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .root.Values.credentialsSecret }}
      key: {{ .key }}
{{- end -}}

{{/* No pods while the store sleeps. */}}
{{- define "store-common.replicas" -}}
{{ ternary 0 1 .Values.asleep }}
{{- end -}}
