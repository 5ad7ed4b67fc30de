#!/bin/sh
# Runs a load test with k6, from the PATH or in its Docker image.
#
#   SCRIPT     realistic-load (default), load-test or scaler-grpc: see loadtests/README.md
#   BASE_URL   the first service; default: app-a, at its node port or through a port-forward
#   Every other variable of the script (DAY_MINUTES, PEAK_PER_SECOND, ...) is passed on.
set -eu
cd "$(dirname "$0")/../.."
. scripts/deploy/common.sh

SCRIPT=${SCRIPT:-realistic-load}
case $SCRIPT in
  realistic-load | load-test | scaler-grpc) ;;
  *) fail "SCRIPT is \"$SCRIPT\": expected realistic-load, load-test or scaler-grpc" ;;
esac
if [ -n "$DRY_RUN" ] || command -v k6 >/dev/null 2>&1; then
  k6() { command k6 "$@"; }
elif command -v docker >/dev/null 2>&1; then
  image=$(sed -n 's/^ *image: \(grafana\/k6:.*\)$/\1/p' compose.yaml)
  say "k6 is not on the PATH: it runs in $image"
  k6() { docker run --rm --network host --volume "$PWD:/stack:ro" --workdir /stack "$image" "$@"; }
else
  fail "k6 is missing. Get it with \"make tools\" (needs Go), or from https://grafana.com/docs/k6/latest/set-up/install-k6/; with Docker here its image is used."
fi

port_forward_pid=
# shellcheck disable=SC2317 # called by the trap
end() {
  status=$?
  trap - EXIT INT TERM
  [ -z "$port_forward_pid" ] || kill "$port_forward_pid" 2>/dev/null || true
  exit "$status"
}
trap end EXIT
trap 'exit 130' INT TERM

if [ "$SCRIPT" != scaler-grpc ]; then
  case ${BASE_URL:+given}$OVERLAY in
    given*) retries=0 ;;
    microk8s | kind)
      retries=0
      BASE_URL=http://127.0.0.1:30080
      ;;
    *)
      # No node ports there. All requests reach one pod this way.
      check_cluster
      retries=30
      BASE_URL=http://127.0.0.1:18000
      say "port-forward to app-a"
      if [ -n "$DRY_RUN" ]; then
        run kubectl -n apps port-forward svc/app-a-service 18000:8000
      else
        kubectl -n apps port-forward svc/app-a-service 18000:8000 >/dev/null &
        port_forward_pid=$!
      fi
      ;;
  esac
  if [ -z "$DRY_RUN" ] && ! ask curl -sf --retry "$retries" --retry-delay 1 --retry-connrefused "$BASE_URL/"; then
    fail "$BASE_URL does not answer. Where is app-a? make status; then: make load BASE_URL=http://..."
  fi
fi

set -- run ${BASE_URL:+-e "BASE_URL=$BASE_URL"}
for name in PEAK_PER_SECOND STAGE_SECONDS P95_MILLISECONDS ERROR_SHARE DAYS DAY_MINUTES START_DAY \
  SCALER_ADDRESS TRIGGERS POLL_SECONDS SYNC_SECONDS WARM_UP_SECONDS DURATION_SECONDS P99_MILLISECONDS QUERY THRESHOLD NAMESPACE; do
  value=$(printenv "$name" || true)
  [ -z "$value" ] || set -- "$@" -e "$name=$value"
done
run k6 "$@" "loadtests/$SCRIPT.js"
