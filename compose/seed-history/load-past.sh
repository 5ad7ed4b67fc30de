#!/bin/sh
# Puts a simulated past into a Prometheus data folder, whether Prometheus runs on it or not. Refuses, with exit code 3,
# when requests of these days are there already: two runs of counters under one name give rates that never were.
#
#   load-past.sh DATA_FOLDER FILE...    files of history-simulator, oldest first; PROMTOOL names another promtool
set -eu
data=$1
shift
promtool=${PROMTOOL:-promtool}
command -v "$promtool" >/dev/null 2>&1 || {
  echo "cannot find $promtool: install Prometheus, which brings promtool, or name it with --promtool" >&2
  exit 2
}
for last in "$@"; do :; done
from=$(sed -n '/^app_requests_total/{s/.* //p;q;}' "$1")
until=$(sed -n 's/^app_requests_total.* //p' "$last" | tail -n 1)

# promtool reads no data folder without a write-ahead log.
mkdir -p "$data/wal"
# The last hour may hold live requests: the apps start before the past is loaded. All of the output is read, since a
# promtool that is cut off leaves files behind.
found=$(
  { "$promtool" tsdb dump --min-time="${from}000" --max-time="$((until - 3600))000" \
    --match=app_requests_total "$data" && echo complete; } | sed -n -e 1p -e '$p'
)
case $found in
  '{'*)
    echo "$data has requests of these days already; nothing is loaded" >&2
    exit 3
    ;;
  complete*) ;;
  *)
    echo "promtool cannot read $data, so nothing is loaded" >&2
    exit 1
    ;;
esac
for file in "$@"; do
  "$promtool" tsdb create-blocks-from openmetrics --quiet "$file" "$data"
done
