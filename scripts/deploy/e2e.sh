#!/bin/sh
# A story on a real cluster: deploy with a past, let requests come, and see that the HPA asks for more pods than the load
# of the moment needs, because the forecast sees more coming. Ends with 0 when it was seen.
#
#   KEEP      1: leave everything running at the end
#   MINUTES   how long to watch; default 15
#   DRY_RUN, OVERLAY, CONTEXT as for deploy.sh
set -eu
cd "$(dirname "$0")/../.."
. scripts/deploy/common.sh
KEEP=${KEEP:-}
MINUTES=${MINUTES:-15}
threshold=10

need k6 "Get it with \"make tools\""
scripts/deploy/deploy.sh

load_pid=
port_forward_pid=
# shellcheck disable=SC2317 # called by the trap
end() {
  status=$?
  trap - EXIT INT TERM
  for pid in $load_pid $port_forward_pid; do kill "$pid" 2>/dev/null || true; done
  if [ "$status" -ne 0 ] && [ -z "$DRY_RUN" ]; then
    echo "--- what the cluster says ---" >&2
    scripts/deploy/status.sh >&2 || true
    kubectl -n apps describe scaledobject app-a-predictive >&2 || true
    kubectl -n predictive-scaler logs deployment/predictive-scaler --all-containers --tail=50 >&2 || true
  fi
  [ -n "$KEEP" ] || scripts/deploy/undeploy.sh || true
  exit "$status"
}
trap end EXIT
trap 'exit 130' INT TERM

say "requests for app-a, a tenth of what its past had: the load now needs one or two pods"
say "watch: kubectl get scaledobjects --all-namespaces --watch"
if [ -n "$DRY_RUN" ]; then
  run kubectl -n apps port-forward svc/app-a-service 18000:8000
  run kubectl -n monitoring port-forward svc/prometheus-service 19090:9090
  run k6 run --quiet -e BASE_URL=http://127.0.0.1:18000 -e PEAK_PER_SECOND=5 -e DAY_MINUTES=1440 loadtests/realistic-load.js
  run kubectl -n apps get scaledobject app-a-predictive
  run kubectl -n apps get hpa keda-hpa-app-a-predictive -o 'jsonpath={.status.desiredReplicas}'
  exit 0
fi

kubectl -n apps port-forward svc/app-a-service 18000:8000 >/dev/null 2>&1 &
port_forward_pid=$!
if [ "$OVERLAY" = prometheus-operator ]; then prometheus=svc/prometheus-operated; else prometheus=svc/prometheus-service; fi
kubectl -n monitoring port-forward "$prometheus" 19090:9090 >/dev/null 2>&1 &
port_forward_pid="$port_forward_pid $!"
tries=0
until curl -sf http://127.0.0.1:18000/ >/dev/null && curl -sf http://127.0.0.1:19090/-/ready >/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -lt 30 ] || fail "waited 30 s for the port-forwards to app-a and Prometheus"
  sleep 1
done
k6 run --quiet -e BASE_URL=http://127.0.0.1:18000 -e PEAK_PER_SECOND=5 -e DAY_MINUTES=1440 \
  loadtests/realistic-load.js >"$deploy_folder/e2e-k6.log" 2>&1 &
load_pid=$!

# The value of an expression, or nothing.
measured() {
  curl -sf --get http://127.0.0.1:19090/api/v1/query --data-urlencode "query=$1" |
    sed -n 's/.*"value":\[[^,]*,"\([^"]*\)"\].*/\1/p'
}
deadline=$(($(date +%s) + MINUTES * 60))
printf '%-10s %10s %10s %14s %14s\n' time load answer 'pods for load' 'pods wanted'
while [ "$(date +%s)" -lt "$deadline" ]; do
  load=$(measured 'max(predictive_scaler_observed{scaledobject="app-a-predictive"})')
  answer=$(measured 'max(predictive_scaler_value{scaledobject="app-a-predictive"})')
  wanted=$(kubectl -n apps get hpa keda-hpa-app-a-predictive -o 'jsonpath={.status.desiredReplicas}')
  needed=$(awk -v load="${load:-0}" -v threshold="$threshold" 'BEGIN { n = load / threshold; c = int(n); print (n > c ? c + 1 : c) }')
  printf '%-10s %10.10s %10.10s %14s %14s\n' "$(date +%T)" "${load:--}" "${answer:--}" "$needed" "${wanted:--}"
  if [ -n "$load" ] && [ "${wanted:-0}" -gt "$needed" ] && [ "$needed" -ge 1 ]; then
    say "seen: the HPA asks for $wanted pods where the load of the moment needs $needed"
    exit 0
  fi
  sleep 15
done
fail "In $MINUTES minutes the HPA never asked for more pods than the load of the moment needed"
