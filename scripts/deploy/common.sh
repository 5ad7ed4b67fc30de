# shellcheck shell=sh
# What the scripts of this folder share. They run from the root of the repository.
#
#   OVERLAY   microk8s (default), kind, cloud, prometheus-operator
#   CONTEXT   the kubectl context that is meant
#   DRY_RUN   1: print the commands that would run, and run nothing
#
# A deploy writes its settings to var/deploy/settings. They are used where a variable is not set, so "make create-jobs"
# after "make deploy OVERLAY=cloud REGISTRY=..." knows both.

DRY_RUN=${DRY_RUN:-}
deploy_folder=${DEPLOY_FOLDER:-var/deploy}
settings=$deploy_folder/settings

fail() {
  echo "$1" >&2
  exit 1
}

say() {
  if [ -n "$DRY_RUN" ]; then echo "# $1"; else echo "==> $1"; fi
}

# One word as a shell reads it back.
quoted() {
  case $1 in
    *[!A-Za-z0-9_./:=,@%+-]* | '') printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
    *) printf '%s' "$1" ;;
  esac
}

# Runs a command, or prints it.
run() {
  if [ -z "$DRY_RUN" ]; then
    "$@"
    return
  fi
  line=
  for word in "$@"; do line="$line${line:+ }$(quoted "$word")"; done
  echo "$line"
}

# Runs a command that may fail when it has something to ask; a dry run does not ask.
ask() {
  [ -z "$DRY_RUN" ] && "$@" >/dev/null 2>&1
}

need() { # command, what to do when it is missing
  [ -n "$DRY_RUN" ] || command -v "$1" >/dev/null 2>&1 || fail "$1 is missing. $2"
}

remembered() { # name
  [ ! -f "$settings" ] || sed -n "s/^$1=//p" "$settings"
}

# Settings of another overlay say nothing about this one.
recall_settings() {
  OVERLAY=${OVERLAY:-$(remembered OVERLAY)}
  OVERLAY=${OVERLAY:-microk8s}
  [ "$OVERLAY" = "$(remembered OVERLAY)" ] || return 0
  used=
  for name in CONTEXT REGISTRY COMPONENTS; do
    eval "given=\${$name:-}"
    value=$(remembered "$name")
    if [ -z "$given" ] && [ -n "$value" ]; then
      eval "$name=\$value"
      used="$used $name=$(quoted "$value")"
    fi
  done
  [ -z "$used" ] || say "from the last deploy ($settings):$used" >&2
}
recall_settings

# The next commands find what this deploy was given.
remember_settings() {
  [ -z "$DRY_RUN" ] || return 0
  mkdir -p "$deploy_folder"
  for name in OVERLAY CONTEXT REGISTRY COMPONENTS; do
    eval "value=\${$name:-}"
    [ "$name" != CONTEXT ] || value=$context
    [ -z "$value" ] || echo "$name=$value"
  done >"$settings"
}

overlay_folder=k8s/overlays/$OVERLAY
[ -f "$overlay_folder/kustomization.yaml" ] ||
  fail "OVERLAY is \"$OVERLAY\": expected one of $(cd k8s/overlays && echo *)"

# MicroK8s brings its own kubectl and helm; those on the PATH go before them.
use_microk8s_tools() {
  case $OVERLAY$DRY_RUN in microk8s | prometheus-operator) ;; *) return 0 ;; esac
  command -v microk8s >/dev/null 2>&1 || return 0
  command -v kubectl >/dev/null 2>&1 || kubectl() { microk8s kubectl "$@"; }
  command -v helm >/dev/null 2>&1 || helm() { microk8s helm3 "$@"; }
}
use_microk8s_tools

# The cluster must be the one that was meant: a kubectl that points elsewhere is easily overlooked.
check_cluster() {
  need kubectl "Install it: https://kubernetes.io/docs/tasks/tools/"
  case $OVERLAY in
    microk8s) expected=${CONTEXT:-microk8s} ;;
    kind) expected=${CONTEXT:-kind-predictive-scaler} ;;
    *) expected=${CONTEXT:-} ;;
  esac
  context=$expected
  if [ -n "$DRY_RUN" ]; then
    echo "kubectl config current-context${expected:+  # must say $expected}"
    echo kubectl get --raw /readyz
    return
  fi
  context=$(kubectl config current-context 2>/dev/null) ||
    fail "kubectl has no current context. Choose one: kubectl config use-context ${expected:-NAME}"
  if [ -n "$expected" ] && [ "$context" != "$expected" ]; then
    fail "kubectl points at \"$context\", and OVERLAY=$OVERLAY is meant for \"$expected\".
Change it: kubectl config use-context $expected
or say that you mean it: make ... CONTEXT=$context"
  fi
  kubectl get --raw /readyz >/dev/null 2>&1 ||
    fail "The cluster of the context \"$context\" does not answer. Is it running? See: kubectl cluster-info"
  say "cluster: $context"
}

# Prints the kustomization for a folder of k8s/ with the chosen components, our images under the names of the registry
# and KEDA in its namespace. kubectl cannot be told these on its command line.
kustomization() { # folder component...
  echo "# Written by scripts/deploy; changes are lost."
  echo "apiVersion: kustomize.config.k8s.io/v1beta1"
  echo "kind: Kustomization"
  echo "resources:"
  echo "  - ../../../$1"
  overlay=$1
  shift
  [ $# -eq 0 ] || echo "components:"
  for component in "$@"; do echo "  - ../../../k8s/components/$component"; done
  if [ -n "${REGISTRY:-}" ]; then
    echo "images:"
    for target in $targets; do echo "  - { name: predictive-scaler/$target, newName: $REGISTRY/$target }"; done
  fi
  if [ "$overlay" = "$overlay_folder" ] && [ "${KEDA_NAMESPACE:-keda}" != keda ]; then
    echo "patches:"
    echo "  - target: { kind: NetworkPolicy, name: predictive-scaler, namespace: predictive-scaler }"
    echo "    patch: |"
    echo "      - op: replace"
    echo "        path: /spec/ingress/0/from/0/namespaceSelector/matchLabels"
    echo "        value: { kubernetes.io/metadata.name: $KEDA_NAMESPACE }"
  fi
}

# Writes it to var/deploy/NAME/.
write_kustomization() { # name folder component...
  folder=$deploy_folder/$1
  shift
  if [ -n "$DRY_RUN" ]; then
    echo "mkdir -p $folder"
    echo "cat >$folder/kustomization.yaml <<'END'"
    kustomization "$@"
    echo END
  else
    mkdir -p "$folder"
    kustomization "$@" >"$folder/kustomization.yaml"
  fi
}

# The images that are built here: targets of the Dockerfile.
targets="scaler telemetry hello-metrics pokedex boiler-producer boiler-consumer boiler-dashboard metric-sender metric-receiver history-simulator"
