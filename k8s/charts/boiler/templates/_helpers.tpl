{{- define "boiler.labels" -}}
app: {{ .name }}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/component: boiler
app.kubernetes.io/part-of: predictive-scaler
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "boiler.rabbitmqSecret" -}}
{{- default "boiler-rabbitmq" .Values.rabbitmq.existingSecret }}
{{- end }}

{{/* The variable with the broker's address, and those with the database's. */}}
{{- define "boiler.rabbitmqEnv" -}}
- name: RABBITMQ_URI
  valueFrom:
    secretKeyRef:
      name: {{ include "boiler.rabbitmqSecret" . }}
      key: uri
{{- end }}

{{- define "boiler.mysqlEnv" -}}
- name: MYSQL_HOST
  value: {{ .Values.mysql.host | quote }}
- name: MYSQL_PORT
  value: {{ .Values.mysql.port | quote }}
- name: MYSQL_DATABASE
  value: {{ .Values.mysql.database | quote }}
- name: MYSQL_USER
  value: {{ .Values.mysql.username | quote }}
- name: MYSQL_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .Values.mysql.existingSecret }}
      key: {{ .Values.mysql.existingSecretKey }}
{{- end }}

{{- define "boiler.languageEnv" -}}
- name: APP_LANGUAGE
  value: {{ .Values.language | quote }}
{{- end }}

{{/* What the programs share in a pod: {root, name, env, extraEnv, resources, pagePort}. */}}
{{- define "boiler.pod" -}}
{{- $missing := "image.registry is empty: this chart is not from a release, and no images are published for it. Build them (docs/boiler-chart.md), and name their registry with --set image.registry=REGISTRY" }}
automountServiceAccountToken: false
enableServiceLinks: false
# Longer than SHUTDOWN_GRACE_SECONDS, so that work under way is finished and not cut.
terminationGracePeriodSeconds: 20
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  seccompProfile:
    type: RuntimeDefault
containers:
  - name: {{ .name }}
    image: {{ printf "%s/%s:%s" (required $missing .root.Values.image.registry) .name (default .root.Chart.AppVersion .root.Values.image.tag) }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    env:
      {{- .env | nindent 6 }}
      {{- with .root.Values.otlpEndpoint }}
      - name: OTEL_EXPORTER_OTLP_ENDPOINT
        value: {{ . | quote }}
      {{- end }}
      {{- with .extraEnv }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    ports:
      {{- if .pagePort }}
      - name: http
        containerPort: {{ .pagePort }}
      {{- end }}
      - name: metrics
        containerPort: 8001
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities:
        drop: [ALL]
    startupProbe:
      httpGet:
        path: /healthz
        port: metrics
      periodSeconds: 2
      failureThreshold: 60
    livenessProbe:
      httpGet:
        path: /healthz
        port: metrics
      periodSeconds: 10
      timeoutSeconds: 5
    readinessProbe:
      httpGet:
        path: /readyz
        port: metrics
      periodSeconds: 5
      timeoutSeconds: 5
    resources:
      {{- toYaml .resources | nindent 6 }}
{{- end }}

{{- define "boiler.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "boiler.labels" . | nindent 4 }}
spec:
  selector:
    app: {{ .name }}
    app.kubernetes.io/instance: {{ .root.Release.Name }}
  ports:
    {{- if .pagePort }}
    - name: http
      port: {{ .pagePort }}
      targetPort: http
    {{- end }}
    - name: metrics
      port: 8001
      targetPort: metrics
{{- end }}
