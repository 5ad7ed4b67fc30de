#!/bin/sh
# Writes the kustomize manifests of the scaler and of the boiler from their Helm charts, which are the source.
# A test fails when they differ from what the charts give.
#
#   manifests.sh [FOLDER]   default: k8s/
set -eu
cd "$(dirname "$0")/.."
to=${1:-k8s}
command -v helm >/dev/null 2>&1 || { echo "helm is missing. Get it with \"make tools\"" >&2; exit 1; }

# chart, namespace, file, arguments of helm template. Labels that speak of a Helm release go: there is none here.
render() {
  chart=$1
  namespace=$2
  file=$to/$3
  shift 3
  mkdir -p "$(dirname "$file")"
  {
    echo "# Written by \"make manifests\" from k8s/charts/$chart. Changes are lost."
    helm template "$chart" "k8s/charts/$chart" --kube-version 1.32.0 --namespace "$namespace" --skip-tests "$@"
  } >"$file.new"
  grep -v -e '^# Source: ' -e ' app.kubernetes.io/instance: ' -e ' app.kubernetes.io/managed-by: ' \
    -e ' helm.sh/chart: ' "$file.new" >"$file"
  rm "$file.new"
}

render predictive-scaler predictive-scaler base/scaler/scaler.yaml \
  --set image.repository=predictive-scaler/scaler \
  --set prometheusAddress=http://prometheus-service.monitoring:9090 \
  --set config.calendars.br-holidays.holidays=BR
boiler="--set image.registry=predictive-scaler --set rabbitmq.existingSecret=rabbitmq"
# shellcheck disable=SC2086 # a list of arguments
render boiler steam base/boiler/boiler.yaml $boiler
# shellcheck disable=SC2086 # a list of arguments
render boiler steam components/boiler-classic-hpa/horizontal-pod-autoscaler.yaml $boiler \
  --set autoscaling.kind=classic --show-only templates/autoscaling.yaml
