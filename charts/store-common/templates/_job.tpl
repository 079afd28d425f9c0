{{/*
A Job that runs one program of the app image:
(dict "root" $ "component" "setup" "deadline" 900 "uid" 33 "env" "…" "scratch" (dict "tmp" "/tmp"))

The revision is in the name because the spec of a Job is immutable: each upgrade sets the store up again
(idempotent) and proves it again, and Helm removes the Job of the revision before. There is no time to
live: the worker reads the proof from the pod's termination message. The program of component X is
/usr/local/bin/store-X; it waits for what it needs itself, so all objects can be created at once.
restartPolicy Never keeps the pods of failed attempts, and with them their last words.
*/}}
{{- define "store-common.job" -}}
{{- if not .root.Values.asleep -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .component }}-{{ .root.Release.Revision }}
  labels:
    {{- include "store-common.revisioned-labels" . | nindent 4 }}
spec:
  backoffLimit: 2
  activeDeadlineSeconds: {{ .deadline }}
  template:
    metadata:
      {{- with .root.Values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      labels:
        {{- include "store-common.revisioned-labels" . | nindent 8 }}
    spec:
      restartPolicy: Never
      {{- include "store-common.pod" . | nindent 6 }}
      containers:
        - name: {{ .component }}
          {{- include "store-common.container" (dict "root" .root "image" "app" "component" .component) | nindent 10 }}
          command: ["/usr/local/bin/store-{{ .component }}"]
          env:
            {{- include "store-common.job-env" . | nindent 12 }}
            {{- .env | nindent 12 }}
          volumeMounts:
            {{- include "store-common.scratch-mounts" .scratch | trim | nindent 12 }}
      volumes:
        {{- include "store-common.scratch-volumes" .scratch | trim | nindent 8 }}
{{- end }}
{{- end -}}
