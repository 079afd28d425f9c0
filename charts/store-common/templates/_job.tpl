{{/*
Jobs that run one program of the app image, now or when they are asked for:
(dict "root" $ "component" "setup" "deadline" 900 "uid" 33 "env" "…" "scratch" (dict "tmp" "/tmp"))

The program of component X is /usr/local/bin/store-X; it waits for what it needs itself, so all objects can
be created at once. A component without a size of its own in the plans names another's as "size".
*/}}

{{/*
A Job that runs with each revision. The revision is in the name because the spec of a Job is immutable: each
upgrade sets the store up again (idempotent) and proves it again, and Helm removes the Job of the revision
before. There is no time to live: the worker reads the proof from the pod's termination message.
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
  {{- include "store-common.job-spec" . | nindent 2 }}
{{- end }}
{{- end -}}

{{/*
A Job that runs when it is asked for, as by `kubectl create job --from=cronjob/X`: a template that never runs
by the clock.
*/}}
{{- define "store-common.job-template" -}}
{{- if not .root.Values.asleep -}}
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {{ .component }}
  labels:
    {{- include "store-common.revisioned-labels" . | nindent 4 }}
spec:
  suspend: true
  schedule: "0 0 1 1 *"
  jobTemplate:
    metadata:
      labels:
        {{- include "store-common.revisioned-labels" . | nindent 8 }}
    spec:
      {{- include "store-common.job-spec" . | nindent 6 }}
{{- end }}
{{- end -}}

{{/* restartPolicy Never keeps the pods of failed attempts, and with them their last words. */}}
{{- define "store-common.job-spec" -}}
{{- $container := dict "root" .root "image" "app" "component" (.size | default .component) -}}
backoffLimit: {{ .retries | default 2 }}
activeDeadlineSeconds: {{ .deadline }}
template:
  metadata:
    {{- with .root.Values.podAnnotations }}
    annotations:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    labels:
      {{- include "store-common.revisioned-labels" . | nindent 6 }}
  spec:
    restartPolicy: Never
    # Whatever a Job is at, the next one begins again from what it finds.
    terminationGracePeriodSeconds: 5
    {{- include "store-common.pod" . | nindent 4 }}
    containers:
      - name: {{ .component }}
        {{- include "store-common.container" $container | nindent 8 }}
        command: ["/usr/local/bin/store-{{ .component }}"]
        env:
          {{- include "store-common.job-env" . | nindent 10 }}
          {{- .env | nindent 10 }}
        volumeMounts:
          {{- include "store-common.scratch-mounts" .scratch | trim | nindent 10 }}
    volumes:
      {{- include "store-common.scratch-volumes" .scratch | trim | nindent 6 }}
{{- end -}}

{{/*
What store-login gets: the hash of a new password, from a Secret that storebot makes for one run and removes
after it. Optional, or the pod of a run that was given up would wait for ever.
*/}}
{{- define "store-common.login-env" -}}
- name: ADMIN_PASSWORD_HASH
  valueFrom:
    secretKeyRef:
      name: store-login
      key: password-hash
      optional: true
{{- end -}}
