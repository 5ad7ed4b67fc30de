{{- define "predictive-scaler.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "predictive-scaler.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains (include "predictive-scaler.name" .) .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "predictive-scaler.name" .) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "predictive-scaler.selectorLabels" -}}
app.kubernetes.io/name: {{ include "predictive-scaler.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "predictive-scaler.labels" -}}
{{ include "predictive-scaler.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: scaler
app.kubernetes.io/part-of: predictive-scaler
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "predictive-scaler.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "predictive-scaler.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- required "serviceAccount.name must name an account when serviceAccount.create is false" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "predictive-scaler.image" -}}
{{- $missing := "image.repository is empty: this chart is not from a release, and no image is published for it. Run \"make deploy-scaler\", which builds the image, or name one with --set image.repository=REGISTRY/scaler" }}
{{- printf "%s:%s" (required $missing .Values.image.repository) (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}

{{- define "predictive-scaler.tlsSecret" -}}
{{- default (printf "%s-tls" (include "predictive-scaler.fullname" .)) .Values.tls.existingSecret }}
{{- end }}

{{/* The namespace in an address such as http://prometheus.monitoring:9090 or http://prometheus.monitoring.svc. */}}
{{- define "predictive-scaler.prometheusNamespace" -}}
{{- $inCluster := "^https?://[^./:]+[.]([^./:]+)([.]svc([.][^/:]*)?)?(:[0-9]+)?(/.*)?$" }}
{{- if .Values.networkPolicy.prometheus.namespace }}
{{- .Values.networkPolicy.prometheus.namespace }}
{{- else if regexMatch $inCluster .Values.prometheusAddress }}
{{- regexReplaceAll $inCluster .Values.prometheusAddress "${1}" }}
{{- else }}
{{- "monitoring" }}
{{- end }}
{{- end }}

{{/* Labels of Prometheus' pods; none, which means all pods, where the value is set to null. */}}
{{- define "predictive-scaler.prometheusLabels" -}}
{{- $prometheus := .Values.networkPolicy.prometheus }}
{{- if $prometheus.podLabels }}
{{- toYaml $prometheus.podLabels }}
{{- else if hasKey $prometheus "podLabels" }}
{{- toYaml (dict "app.kubernetes.io/name" "prometheus") }}
{{- else }}
{{- "{}" }}
{{- end }}
{{- end }}

{{/* Checks that need more than one value. */}}
{{- define "predictive-scaler.check" -}}
{{- $config := .Values.config | default dict }}
{{- $grpc := $config.grpc | default dict }}
{{- $http := $config.http | default dict }}
{{- $sources := ($config.sources | default dict).named }}
{{- if and (not .Values.prometheusAddress) (not $sources) }}
{{- fail "The scaler needs a history: set prometheusAddress (such as http://prometheus.monitoring:9090) or config.sources.named" }}
{{- end }}
{{- if and .Values.prometheusAddress $sources }}
{{- fail "prometheusAddress and config.sources.named are both set: name that Prometheus in config.sources.named and make it config.sources.default" }}
{{- end }}
{{- range $group, $settings := dict "grpc" $grpc "http" $http }}
{{- if $settings.address }}
{{- fail (printf "config.%s.address cannot be set: the chart's ports, probes and network policy are those of the default" $group) }}
{{- end }}
{{- end }}
{{- if and (or $grpc.certFile $grpc.keyFile) (not .Values.tls.enabled) }}
{{- fail "config.grpc.certFile and keyFile cannot be set: the chart's probes would speak plaintext to a port with TLS; set tls.enabled and tls.existingSecret" }}
{{- end }}
{{- if and $http.protectMetrics .Values.serviceMonitor.enabled (not .Values.http.protectMetrics) }}
{{- fail "config.http.protectMetrics cannot be set with serviceMonitor.enabled: the ServiceMonitor would have no credentials; set http.protectMetrics and http.existingSecret" }}
{{- end }}
{{- if .Values.tls.enabled }}
{{- if and (not .Values.tls.existingSecret) (not .Values.tls.certManager.issuerRef.name) }}
{{- fail "tls.enabled needs tls.existingSecret, or tls.certManager.issuerRef.name for a certificate from cert-manager" }}
{{- end }}
{{- if and .Values.tls.certManager.scaledObjectNamespaces (ne .Values.tls.certManager.issuerRef.kind "ClusterIssuer") }}
{{- fail "tls.certManager.scaledObjectNamespaces needs a ClusterIssuer: an Issuer signs in its own namespace only" }}
{{- end }}
{{- end }}
{{- if and .Values.http.username (not .Values.http.existingSecret) }}
{{- fail "http.username needs http.existingSecret, a Secret with the key password" }}
{{- end }}
{{- if and .Values.http.protectMetrics (not .Values.http.existingSecret) }}
{{- fail "http.protectMetrics needs http.existingSecret, a Secret with the key password (with http.username) or token" }}
{{- end }}
{{- end }}
