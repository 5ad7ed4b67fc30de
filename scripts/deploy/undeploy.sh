#!/bin/sh
# Takes out what deploy.sh put in. Data, secrets, namespaces and KEDA stay, so that a new deploy goes on where this ended.
#
#   PURGE     1: those go too, and with the namespaces everything that is in them
#   DRY_RUN, OVERLAY, CONTEXT as for deploy.sh
set -eu
cd "$(dirname "$0")/../.."
. scripts/deploy/common.sh
. scripts/deploy/keda.sh
PURGE=${PURGE:-}
ours=app.kubernetes.io/part-of=predictive-scaler

check_cluster
# ScaledObjects first, while KEDA is there to let go of them.
kinds=deployments,statefulsets,jobs,cronjobs,services,configmaps,serviceaccounts
kinds=$kinds,horizontalpodautoscalers,poddisruptionbudgets,networkpolicies
for namespace in apps steam; do
  if [ -n "$DRY_RUN" ] || ask kubectl get crd scaledobjects.keda.sh; then
    run kubectl -n "$namespace" delete scaledobjects,triggerauthentications -l "$ours" --ignore-not-found --timeout=120s ||
      fail "KEDA did not let go of a ScaledObject. Is it running? kubectl get pods --all-namespaces -l app=keda-operator"
  fi
done
for namespace in apps steam predictive-scaler monitoring; do
  run kubectl -n "$namespace" delete "$kinds" -l "$ours" --ignore-not-found
done
run kubectl delete clusterroles,clusterrolebindings -l "$ours" --ignore-not-found
if [ "$OVERLAY" = prometheus-operator ]; then
  run kubectl -n monitoring delete servicemonitors,prometheusrules -l "$ours" --ignore-not-found
fi
if [ -n "$DRY_RUN" ] || ask kubectl get crd certificates.cert-manager.io; then
  run kubectl delete certificates --all-namespaces -l "$ours" --ignore-not-found
  run kubectl delete clusterissuers -l "$ours" --ignore-not-found
fi

if [ -n "$PURGE" ]; then
  # Volumes go with the namespaces. A monitoring namespace that was not made here does not have the label.
  run kubectl delete namespaces -l "$ours" --ignore-not-found --timeout=300s
  KEDA_NAMESPACE=${KEDA_NAMESPACE:-keda}
  [ -n "$DRY_RUN" ] || KEDA_NAMESPACE=$(kubectl get namespaces -l "$keda_mark" -o 'jsonpath={.items[*].metadata.name}')
  if [ -n "$KEDA_NAMESPACE" ]; then
    need helm "Get it with \"make tools\", or from https://helm.sh/docs/intro/install/"
    run helm uninstall keda --namespace "$KEDA_NAMESPACE" --ignore-not-found --wait
    run kubectl delete namespace "$KEDA_NAMESPACE" --ignore-not-found
  else
    say "KEDA stays: it was not installed from here"
  fi
  run rm -f "$settings"
else
  say "data, secrets, namespaces and KEDA are kept: make undeploy PURGE=1 takes them too"
fi
