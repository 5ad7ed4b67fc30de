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

{{/* What both programs share in a pod: {root, name, resources}. */}}
{{- define "boiler.pod" -}}
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
    image: {{ printf "%s/%s:%s" .root.Values.image.registry .name (default .root.Chart.AppVersion .root.Values.image.tag) }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    env:
      - name: RABBITMQ_URI
        valueFrom:
          secretKeyRef:
            name: {{ include "boiler.rabbitmqSecret" .root }}
            key: uri
      {{- .env | nindent 6 }}
      {{- with .root.Values.otlpEndpoint }}
      - name: OTEL_EXPORTER_OTLP_ENDPOINT
        value: {{ . | quote }}
      {{- end }}
      {{- with .extraEnv }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    ports:
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
    - name: metrics
      port: 8001
      targetPort: metrics
{{- end }}
