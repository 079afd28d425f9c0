{{/*
The pod of one role: (dict "root" $ "component" "serve" "values" .Values.serve "ports" …). A changed configuration
is a changed pod, by its digest.
*/}}
{{- define "storebot.pod" -}}
{{- $root := .root -}}
metadata:
  annotations:
    checksum/config: {{ include "storebot.config" $root | sha256sum }}
    {{- with $root.Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  labels:
    {{- include "storebot.labels" . | nindent 4 }}
spec:
  serviceAccountName: {{ include "storebot.name" $root }}-{{ .component }}
  # The doors get no token: they have nothing to ask Kubernetes.
  automountServiceAccountToken: {{ eq .component "work" }}
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .values.terminationGracePeriodSeconds }}
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- include "storebot.podSecurity" (dict "uid" 65532) | nindent 4 }}
  {{- include "storebot.placement" . | nindent 2 }}
  containers:
    - name: storebot
      image: {{ include "storebot.image" $root | quote }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args: [{{ .component }}, --config, /etc/storebot/storebot.toml]
      terminationMessagePolicy: FallbackToLogsOnError
      securityContext:
        {{- include "storebot.containerSecurity" . | nindent 8 }}
      env:
        {{- include "storebot.env" $root | nindent 8 }}
      {{- with $root.Values.secretEnv }}
      envFrom:
        {{- range . }}
        - secretRef:
            name: {{ . }}
        {{- end }}
      {{- end }}
      ports:
        {{- if eq .component "serve" }}
        - name: http
          containerPort: 8080
        {{- end }}
        - name: admin
          containerPort: 9090
      # A restart helps a process that hangs, and nobody else: this asks for nothing but an answer.
      livenessProbe:
        httpGet:
          path: /health/live
          port: {{ .probed }}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet:
          path: /health/ready
          port: {{ .probed }}
        periodSeconds: 5
        timeoutSeconds: 5
      resources:
        {{- toYaml .values.resources | nindent 8 }}
      volumeMounts:
        - name: config
          mountPath: /etc/storebot/storebot.toml
          subPath: storebot.toml
          readOnly: true
        - name: tmp
          mountPath: /tmp
        {{- if eq .component "work" }}
        {{- range $root.Values.kubeconfigs }}
        - name: kubeconfig-{{ .cell }}
          mountPath: /etc/storebot/kubeconfigs/{{ .cell }}
          readOnly: true
        {{- end }}
        {{- end }}
  volumes:
    - name: config
      configMap:
        name: {{ include "storebot.name" $root }}
    # What is given to Helm, and Helm's own folders, for the time of a run: never on a disk.
    - name: tmp
      emptyDir:
        medium: Memory
        sizeLimit: 64Mi
    {{- if eq .component "work" }}
    {{- range $root.Values.kubeconfigs }}
    - name: kubeconfig-{{ .cell }}
      secret:
        secretName: {{ .secretName }}
        items:
          - key: {{ .key | default "kubeconfig" }}
            path: kubeconfig
    {{- end }}
    {{- end }}
{{- end -}}
