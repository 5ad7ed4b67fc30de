#!/bin/sh
# Runs a load test with k6.
#
#   SCRIPT     realistic-load (default), load-test or scaler-grpc: see loadtests/README.md
#   BASE_URL   the first service; default: app-a's node port
#   Every other variable of the script (DAY_MINUTES, PEAK_PER_SECOND, ...) is passed on.
set -eu
cd "$(dirname "$0")/../.."
. scripts/deploy/common.sh

SCRIPT=${SCRIPT:-realistic-load}
BASE_URL=${BASE_URL:-http://127.0.0.1:30080}
[ -f "loadtests/$SCRIPT.js" ] || fail "SCRIPT is \"$SCRIPT\": expected realistic-load, load-test or scaler-grpc"
need k6 "Get it with \"make tools\", or from https://grafana.com/docs/k6/latest/set-up/install-k6/"
if [ -z "$DRY_RUN" ] && [ "$SCRIPT" != scaler-grpc ] && ! ask curl -sf "$BASE_URL/"; then
  fail "$BASE_URL does not answer. Where is app-a? make status; then: make load BASE_URL=http://..."
fi

set -- run -e "BASE_URL=$BASE_URL"
for name in PEAK_PER_SECOND STAGE_SECONDS P95_MILLISECONDS ERROR_SHARE DAYS DAY_MINUTES START_DAY \
  SCALER_ADDRESS TRIGGERS POLL_SECONDS SYNC_SECONDS WARM_UP_SECONDS DURATION_SECONDS P99_MILLISECONDS QUERY THRESHOLD NAMESPACE; do
  value=$(printenv "$name" || true)
  [ -z "$value" ] || set -- "$@" -e "$name=$value"
done
run k6 "$@" "loadtests/$SCRIPT.js"
