#!/bin/sh
# Installs the real servers that the tests run against, from the distribution's packages, where they are missing.
set -eu

missing=""
need() { # command package
  PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
need prometheus prometheus
need promtool prometheus
need amtool prometheus-alertmanager
need rabbitmq-server rabbitmq-server
need mariadbd mariadb-server
need chromium chromium
need shellcheck shellcheck

missing=$(echo "$missing" | tr ' ' '\n' | sort -u | tr '\n' ' ')
[ -n "$(echo "$missing" | tr -d ' ')" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "The tests need these Debian packages, or the same programs from elsewhere: $missing" >&2
  exit 1
fi
if [ "$(id -u)" = 0 ]; then sudo=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo="sudo"
else
  echo "The tests need packages that are missing. As root, run:" >&2
  echo "  apt-get install --no-install-recommends $missing" >&2
  exit 1
fi

# The tests start the servers themselves on free loopback ports: the packages' own services must not run.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null
  $sudo chmod +x "$policy"
  trap '$sudo rm -f "$policy"' EXIT
fi
$sudo apt-get update -qq
# shellcheck disable=SC2086 # a list of package names
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
