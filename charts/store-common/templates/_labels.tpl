{{/*
Labels. Every helper that needs a component takes (dict "root" $ "component" "shop").
All values are quoted: an id such as "1e3" would otherwise reach Kubernetes as a number.
*/}}

{{/* What finds a pod. Selectors are immutable, so nothing that may ever change belongs in here. */}}
{{- define "store-common.selector" -}}
app.kubernetes.io/component: {{ .component | quote }}
app.kubernetes.io/instance: {{ .root.Values.store.id | quote }}
{{- end -}}

{{/* What every object and every pod carries. Helm replaces managed-by on the objects it creates; pods keep ours. */}}
{{- define "store-common.labels" -}}
{{ include "store-common.selector" . }}
app.kubernetes.io/managed-by: storebot
app.kubernetes.io/name: {{ .root.Chart.Name | quote }}
storebot.dev/cell: {{ .root.Values.store.cell | quote }}
storebot.dev/engine: {{ .root.Chart.Name | quote }}
storebot.dev/name: {{ .root.Values.store.name | quote }}
storebot.dev/plan: {{ .root.Values.store.plan | quote }}
{{- end -}}

{{/*
The same and the revision that wrote the object, for workloads and Jobs, so that a watcher tells this
revision's state from the last one's. Never on the pod template of a Deployment or StatefulSet: the
number changes with each upgrade and would restart every pod.
*/}}
{{- define "store-common.revisioned-labels" -}}
{{ include "store-common.labels" . }}
storebot.dev/revision: {{ .root.Release.Revision | quote }}
{{- end -}}
