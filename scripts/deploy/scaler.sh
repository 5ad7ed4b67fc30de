#!/bin/sh
# Puts the scaler alone into a cluster: builds its image and installs its Helm chart.
#
#   PROMETHEUS   address of the Prometheus that it reads, such as http://prometheus.monitoring:9090
#   HELM_ARGS    further arguments for helm, such as "--set replicaCount=3 --values my-values.yaml"
#   OVERLAY, REGISTRY, SKIP_IMAGES, KEDA_NAMESPACE, CONTEXT, DRY_RUN as for deploy.sh
set -eu
cd "$(dirname "$0")/../.."
. scripts/deploy/common.sh
. scripts/deploy/images.sh
. scripts/deploy/keda.sh
PROMETHEUS=${PROMETHEUS:-}
HELM_ARGS=${HELM_ARGS:-}

case $PROMETHEUS in
  http://?* | https://?*) ;;
  *) fail "PROMETHEUS is \"$PROMETHEUS\": expected the address of your Prometheus, such as http://prometheus.monitoring:9090" ;;
esac
need helm "Get it with \"make tools\", or from https://helm.sh/docs/intro/install/"
check_cluster
check_images
find_keda
remember_settings

build_images scaler
# shellcheck disable=SC2086 # a list of arguments
run helm upgrade --install predictive-scaler k8s/charts/predictive-scaler \
  --namespace predictive-scaler --create-namespace \
  --set "image.repository=${REGISTRY:-predictive-scaler}/scaler" \
  --set "prometheusAddress=$PROMETHEUS" \
  --set "networkPolicy.kedaNamespace=$KEDA_NAMESPACE" \
  --wait --timeout 5m $HELM_ARGS ||
  fail "The scaler did not come up. See: kubectl -n predictive-scaler get pods; kubectl -n predictive-scaler get events"
[ -n "$DRY_RUN$keda_found" ] ||
  say "KEDA is not in this cluster yet. It calls the scaler: https://keda.sh/docs/latest/deploy/"
