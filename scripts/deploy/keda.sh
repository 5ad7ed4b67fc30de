# shellcheck shell=sh
# Finds an installed KEDA, or installs it.
#
#   KEDA_VERSION     default below; "none": never install it
#   KEDA_NAMESPACE   where it is installed; found from the cluster when KEDA is there already

KEDA_VERSION=${KEDA_VERSION:-2.18.3}
KEDA_NAMESPACE=${KEDA_NAMESPACE:-}
oldest_keda=2.15.1
# On a namespace: KEDA in it was installed from here, and may be upgraded and removed from here.
keda_mark=keda-installed-by=predictive-scaler

old_keda() { # version
  [ "$(printf '%s\n%s\n' "$1" "$oldest_keda" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" != "$oldest_keda" ]
}

check_keda_version() {
  case $KEDA_VERSION in
    none) ;;
    [0-9]*.[0-9]*.[0-9]*)
      ! old_keda "$KEDA_VERSION" || fail "KEDA_VERSION is $KEDA_VERSION: expected $oldest_keda or later"
      ;;
    *) fail "KEDA_VERSION is \"$KEDA_VERSION\": expected a version such as 2.18.3, or none" ;;
  esac
}

# Sets KEDA_NAMESPACE, and keda_found to the version that runs there; empty when there is none.
find_keda() {
  keda_found=
  if [ -z "$DRY_RUN" ]; then
    # One line for each operator: its namespace and its image.
    operators=$(kubectl get deployments --all-namespaces -l app.kubernetes.io/name=keda-operator \
      -o 'jsonpath={range .items[*]}{.metadata.namespace} {.spec.template.spec.containers[0].image}{"\n"}{end}') ||
      fail "The cluster did not say whether KEDA is in it; its words are above"
    [ -z "$KEDA_NAMESPACE" ] || chosen=$(printf '%s\n' "$operators" | grep "^$KEDA_NAMESPACE " || true)
    if [ -n "$operators" ] && [ -n "$KEDA_NAMESPACE" ] && [ -z "$chosen" ]; then
      fail "KEDA runs in ${operators%% *}, and KEDA_NAMESPACE is $KEDA_NAMESPACE. Leave KEDA_NAMESPACE out to use it there."
    fi
    [ -z "$KEDA_NAMESPACE" ] || operators=$chosen
    if [ -n "$operators" ]; then
      [ "$(printf '%s\n' "$operators" | grep -c .)" = 1 ] ||
        fail "There are several KEDA operators. Say which one with KEDA_NAMESPACE=...:
$operators"
      KEDA_NAMESPACE=${operators%% *}
      keda_found=${operators##*:}
      keda_found=${keda_found#v}
      case $keda_found in
        [0-9]*.[0-9]*.[0-9]*)
          ! old_keda "$keda_found" || fail "KEDA $keda_found runs in $KEDA_NAMESPACE: expected $oldest_keda or later"
          ;;
        *) keda_found="of an unknown version" ;;
      esac
    fi
  fi
  KEDA_NAMESPACE=${KEDA_NAMESPACE:-keda}
}

# Whether KEDA was installed from here.
own_keda() {
  kubectl get namespaces -l "$keda_mark" -o name | grep -qx "namespace/$KEDA_NAMESPACE"
}

# Decides what install_keda does, and fails now rather than after the images.
check_keda() {
  find_keda
  keda_install=1
  if [ "$KEDA_VERSION" = none ]; then
    [ -n "$DRY_RUN$keda_found" ] ||
      fail "KEDA is not in this cluster, and KEDA_VERSION is none: leave KEDA_VERSION out to install it"
    keda_install=
  elif [ -n "$keda_found" ] && ! own_keda; then
    keda_install=
  fi
  [ -z "$keda_found" ] || say "KEDA $keda_found is in $KEDA_NAMESPACE${keda_install:+, installed from here}"
  [ -z "$keda_install" ] || need helm "Get it with \"make tools\", or from https://helm.sh/docs/intro/install/"
}

install_keda() {
  [ -n "$keda_install" ] || return 0
  say "KEDA $KEDA_VERSION in $KEDA_NAMESPACE"
  run helm upgrade --install keda keda --repo https://kedacore.github.io/charts --version "$KEDA_VERSION" \
    --namespace "$KEDA_NAMESPACE" --create-namespace \
    --set prometheus.operator.enabled=true \
    --set prometheus.metricServer.enabled=true \
    --set prometheus.webhooks.enabled=true \
    --wait --timeout 5m ||
    fail "KEDA did not come up. See: kubectl -n $KEDA_NAMESPACE get pods; kubectl -n $KEDA_NAMESPACE get events"
  run kubectl label namespace "$KEDA_NAMESPACE" "$keda_mark" --overwrite
}
