#!/bin/sh
# Shows what is scaled, by what, and how far. DRY_RUN, OVERLAY, CONTEXT as for deploy.sh.
set -eu
cd "$(dirname "$0")/../.."
. scripts/deploy/common.sh

check_cluster
if [ -n "$DRY_RUN" ] || ask kubectl get crd scaledobjects.keda.sh; then
  say "ScaledObjects"
  run kubectl get scaledobjects --all-namespaces
else
  say "no ScaledObjects: KEDA is not installed (make deploy)"
fi
say "HPAs"
run kubectl get hpa --all-namespaces
for namespace in predictive-scaler apps steam monitoring; do
  say "pods of $namespace"
  run kubectl -n "$namespace" get pods -l app.kubernetes.io/part-of=predictive-scaler
done
