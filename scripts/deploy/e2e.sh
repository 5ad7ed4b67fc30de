#!/bin/sh
# A story on a real cluster, with a load whose truth is known (k8s/e2e). Ends with 0 when every step was seen.
#
#   INSTALL   overlay (default), or chart: the scaler from its Helm chart in place of the overlay's
#   KEEP      1: leave everything running at the end
#   DRY_RUN, OVERLAY, CONTEXT, REGISTRY, SKIP_IMAGES, KEDA_VERSION, KEDA_NAMESPACE as for deploy.sh
set -eu
cd "$(dirname "$0")/../.."
. scripts/deploy/common.sh
KEEP=${KEEP:-}
INSTALL=${INSTALL:-overlay}
case $INSTALL in
  overlay | chart) ;;
  *) fail "INSTALL is \"$INSTALL\": expected overlay or chart" ;;
esac
threshold=10
period_seconds=600

# shellcheck disable=SC2317 # called by the trap
end() {
  status=$?
  trap - EXIT INT TERM
  if [ "$status" -ne 0 ] && [ -z "$DRY_RUN" ]; then
    echo "--- what the cluster says ---" >&2
    scripts/deploy/status.sh >&2 || true
    kubectl -n apps describe scaledobject e2e-wave >&2 || true
    kubectl -n apps describe hpa keda-hpa-e2e-wave >&2 || true
    kubectl -n predictive-scaler logs deployment/predictive-scaler --all-containers --tail=50 >&2 || true
    kubectl get pods --all-namespaces -l app=keda-operator >&2 || true
  fi
  [ -n "$KEEP" ] || PURGE=1 scripts/deploy/undeploy.sh || true
  exit "$status"
}
trap end EXIT
trap 'exit 130' INT TERM

SEED=0 scripts/deploy/deploy.sh
recall_settings
if [ "$INSTALL" = chart ]; then
  say "the scaler from its chart, in place of the overlay's"
  run kubectl delete -k k8s/base/scaler --ignore-not-found --wait
  # The calendar that app-a names, as k8s/base/scaler has it.
  HELM_ARGS="${HELM_ARGS:-} --set config.calendars.br-holidays.holidays=BR" \
    SKIP_IMAGES=1 PROMETHEUS=http://prometheus-service.monitoring:9090 scripts/deploy/scaler.sh
fi
run kubectl apply --server-side -k k8s/e2e

# --- what is seen, and how
metric=s0-e2e-wave
external="/apis/external.metrics.k8s.io/v1beta1/namespaces/apps/$metric?labelSelector=scaledobject.keda.sh%2Fname%3De2e-wave"

load_now() {
  awk -v now="$(date +%s)" -v period=$period_seconds \
    'BEGIN { wave = 30 * sin(2 * atan2(0, -1) * now / period); printf "%.2f\n", (wave > 0 ? wave : 0) }'
}
pods_for() { # load
  awk -v wave="$1" -v threshold=$threshold 'BEGIN { n = wave / threshold; c = int(n); print (n > c ? c + 1 : c) }'
}
is_more() { awk -v one="$1" -v other="$2" 'BEGIN { exit !(one > other) }'; }
replicas() { kubectl -n apps get deployment e2e-wave -o 'jsonpath={.spec.replicas}'; }
wanted() { kubectl -n apps get hpa keda-hpa-e2e-wave -o 'jsonpath={.status.desiredReplicas}'; }
condition() { # type
  kubectl -n apps get scaledobject e2e-wave -o "jsonpath={.status.conditions[?(@.type==\"$1\")].status}"
}
readable() { kubectl get --raw "$external" >/dev/null; }

# Looks every two seconds until a command says yes.
wait_for() { # seconds, what, command...
  deadline=$(($(date +%s) + $1))
  what=$2
  shift 2
  until "$@"; do
    [ "$(date +%s)" -lt "$deadline" ] || fail "not seen: $what"
    sleep 2
  done
  say "seen: $what"
}
# Looks every two seconds for a while; a command must say yes each time.
hold() { # seconds, what, command...
  deadline=$(($(date +%s) + $1))
  what=$2
  shift 2
  while [ "$(date +%s)" -lt "$deadline" ]; do
    "$@" || fail "not so all the time: $what"
    sleep 2
  done
  say "seen: $what"
}

has_metric() { kubectl -n apps get hpa keda-hpa-e2e-wave -o 'jsonpath={.spec.metrics[*].external.metric.name}' | grep -qx "$metric"; }
sleeps() { [ "$(replicas)" = 0 ]; }
is_awake() { [ "$(replicas)" -ge 1 ]; }
wants_ahead() {
  load=$(load_now)
  pods=$(wanted)
  is_more "$load" 1 && [ -n "$pods" ] && [ "$pods" -gt "$(pods_for "$load")" ]
}
no_fallback() { [ "$(condition Fallback)" != True ]; }
in_fallback() { [ "$(condition Fallback)" = True ]; }
fallback_replicas() { [ "$(wanted)" = 2 ]; }
# Both replicas' answers, from inside the cluster: Prometheus has them from each pod.
prometheus() { # query
  kubectl get --raw "/api/v1/namespaces/monitoring/services/prometheus-service:9090/proxy/api/v1/query?query=$1"
}
same_answers() {
  # count(predictive_scaler_value{...}) == 2 and max(...) - min(...) == 0
  series='predictive_scaler_value%7Bscaledobject%3D%22e2e-wave%22%7D'
  prometheus "count($series)%20%3D%3D%202%20and%20max($series)%20-%20min($series)%20%3D%3D%200" | grep -q '"value"'
}

if [ -n "$DRY_RUN" ]; then
  run kubectl -n apps wait scaledobject e2e-wave --for=condition=Ready --timeout=120s
  run kubectl -n apps get hpa keda-hpa-e2e-wave -o 'jsonpath={.spec.metrics[*].external.metric.name}'
  run kubectl -n apps get deployment e2e-wave -o 'jsonpath={.spec.replicas}'
  run kubectl -n apps get hpa keda-hpa-e2e-wave -o 'jsonpath={.status.desiredReplicas}'
  run kubectl -n predictive-scaler delete pod POD --grace-period=0 --force
  run kubectl -n predictive-scaler set env deployment/predictive-scaler SCALER_PLANNER_MAX_STALENESS=1m
  run kubectl -n monitoring scale statefulset/prometheus --replicas=0
  run kubectl -n monitoring scale statefulset/prometheus --replicas=1
  exit 0
fi

# --- the story
kubectl -n apps wait scaledobject e2e-wave --for=condition=Ready --timeout=120s
say "seen: the ScaledObject is READY"
wait_for 120 "the HPA has our metric" has_metric
wait_for 120 "KEDA reads it" readable
wait_for 240 "two replicas give one answer" same_answers

wait_for $((period_seconds + 120)) "it sleeps at zero in the quiet half" sleeps
wait_for $period_seconds "it wakes" is_awake
load=$(load_now)
if is_more "$load" 1; then fail "it woke with the load ($load) and not before it"; fi
say "seen: it woke before the load"
wait_for $((period_seconds / 2)) "the HPA asks for more pods than the load of the moment needs" wants_ahead
say "load $load needs $(pods_for "$load") pods, wanted are $pods"

pod=$(kubectl -n predictive-scaler get pods -l app.kubernetes.io/name=predictive-scaler -o 'jsonpath={.items[0].metadata.name}')
kubectl -n predictive-scaler delete pod "$pod" --grace-period=0 --force
hold 60 "no fallback while one scaler is killed" no_fallback
kubectl -n predictive-scaler rollout status deployment/predictive-scaler --timeout=120s

kubectl -n predictive-scaler set env deployment/predictive-scaler SCALER_PLANNER_MAX_STALENESS=1m
kubectl -n predictive-scaler rollout status deployment/predictive-scaler --timeout=120s
wait_for 120 "KEDA reads the restarted scalers" readable
# Early in a wave: while the workload sleeps, the HPA has nothing to fall back on.
wait_for $((period_seconds + 120)) "the next wave" wants_ahead
kubectl -n monitoring scale statefulset/prometheus --replicas=0
hold 30 "the forecast goes on without Prometheus" no_fallback
wait_for 300 "KEDA falls back when the forecast is too old" in_fallback
wait_for 60 "the HPA has the replicas of the fallback" fallback_replicas
kubectl -n monitoring scale statefulset/prometheus --replicas=1
wait_for 300 "the fallback ends when Prometheus is back" no_fallback

wait_for $((period_seconds + 120)) "it goes back to zero" sleeps
say "the whole story was seen"
