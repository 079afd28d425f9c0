{{/*
A volume: (dict "root" $ "component" "database" "name" "database" "size" "2Gi").

An object of its own and not a volumeClaimTemplate: those are immutable, so a store could never move to
a plan with a bigger disk. Here the size may grow where the storage class allows it. "keep" holds the
data when a release is uninstalled; only deleting the namespace deletes it.
*/}}
{{- define "store-common.claim" -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ .name }}
  labels:
    {{- include "store-common.labels" . | nindent 4 }}
  annotations:
    helm.sh/resource-policy: keep
spec:
  accessModes: [ReadWriteOnce]
  {{- with .root.Values.storage.className }}
  storageClassName: {{ . }}
  {{- end }}
  resources:
    requests:
      storage: {{ .size | quote }}
{{- end -}}
