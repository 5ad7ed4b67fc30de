#!/bin/sh
# Puts everything into a cluster, from images to the first next command. Can be run again at any time.
#
#   OVERLAY         microk8s (default), kind, cloud, prometheus-operator
#   REGISTRY        push images there, such as registry.example.org/predictive-scaler; needed for cloud
#   SKIP_IMAGES     1: the images are there already
#   KEDA_VERSION    what is installed where KEDA is missing (default: see keda.sh); "none": never install it
#   KEDA_NAMESPACE  where it is installed, default keda; found from the cluster when KEDA is there already
#   COMPONENTS      boiler-classic-hpa, load-balancer, mutual-tls, portuguese, with spaces between
#   SEED            0: no simulated past for Prometheus
#   CONTEXT         the kubectl context that is meant
#   DRY_RUN         1: print the commands that would run, and run nothing
set -eu
cd "$(dirname "$0")/../.."
. scripts/deploy/common.sh
. scripts/deploy/images.sh
. scripts/deploy/keda.sh
COMPONENTS=${COMPONENTS:-}
SEED=${SEED:-1}
WAIT=${WAIT:-300s}

# --- what can be wrong before anything is done
for component in $COMPONENTS; do
  case $component in
    boiler-classic-hpa | load-balancer | mutual-tls | portuguese) ;;
    *) fail "COMPONENTS has \"$component\": expected boiler-classic-hpa, load-balancer, mutual-tls or portuguese" ;;
  esac
done
check_keda_version
check_cluster
check_images
check_keda
remember_settings

# shellcheck disable=SC2086 # a list of names
build_images $targets
install_keda

# --- namespaces and secrets
say "namespaces and secrets"
run kubectl apply --server-side -k k8s/base/namespaces
[ "$OVERLAY" = prometheus-operator ] || run kubectl apply --server-side -k k8s/base/namespaces/monitoring

random() {
  if [ -n "$DRY_RUN" ]; then echo RANDOM; else od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; fi
}
secret_value() { # namespace name key
  if [ -n "$DRY_RUN" ]; then
    echo RANDOM
  else
    kubectl -n "$1" get secret "$2" -o "go-template={{ index .data \"$3\" | base64decode }}"
  fi
}
# Makes a Secret unless it is there: what runs already keeps its passwords. Values go by standard input, where no list of
# processes shows them.
secret() { # namespace name key=value...
  namespace=$1
  name=$2
  shift 2
  if ask kubectl -n "$namespace" get secret "$name"; then return; fi
  if [ -n "$DRY_RUN" ]; then
    printf "printf '%%s\\\\n'"
    for pair in "$@"; do printf ' %s' "$(quoted "$pair")"; done
    echo " | kubectl -n $namespace create secret generic $name --from-env-file=/dev/stdin"
  else
    printf '%s\n' "$@" | kubectl -n "$namespace" create secret generic "$name" --from-env-file=/dev/stdin
  fi
}
secret apps mysql "root-password=$(random)" "pokedex-password=$(random)" "boiler-password=$(random)"
boiler_password=$(secret_value apps mysql boiler-password)
secret steam mysql "boiler-password=$boiler_password"
rabbitmq_password=$(random)
secret steam rabbitmq "username=predictive" "password=$rabbitmq_password" \
  "uri=amqp://predictive:$rabbitmq_password@rabbitmq.steam:5672/"
rabbitmq_uri=$(secret_value steam rabbitmq uri)
secret apps rabbitmq "uri=$rabbitmq_uri"
[ "$OVERLAY" = prometheus-operator ] || secret monitoring grafana "admin-password=$(random)"

# --- everything else
say "the overlay $OVERLAY"
# shellcheck disable=SC2086 # a list of names
write_kustomization "$OVERLAY" "$overlay_folder" $COMPONENTS
run kubectl apply --server-side --force-conflicts -k "$deploy_folder/$OVERLAY" ||
  fail "The cluster refused a part of the overlay; its words are above. What a missing kind needs: docs/troubleshooting.md"

namespaces="predictive-scaler apps steam monitoring"
say "waiting until everything runs"
for namespace in $namespaces; do
  run kubectl -n "$namespace" rollout status deployment,statefulset \
    -l app.kubernetes.io/part-of=predictive-scaler --timeout="$WAIT" ||
    fail "Something in $namespace is not ready. See: kubectl -n $namespace get pods; kubectl -n $namespace describe pods"
done
for namespace in apps steam; do
  run kubectl -n "$namespace" wait scaledobject -l app.kubernetes.io/part-of=predictive-scaler \
    --for=condition=Ready --timeout=120s ||
    fail "A ScaledObject in $namespace is not ready. See: kubectl -n $namespace describe scaledobjects"
done

# --- a past to learn from
if [ "$OVERLAY" = prometheus-operator ]; then
  say "no simulated past: Prometheus belongs to the operator; the forecast learns as history grows"
elif [ "$SEED" != 0 ] && ! ask kubectl -n monitoring get job seed-history; then
  say "two weeks of simulated past"
  write_kustomization seed-history k8s/seed-history
  run kubectl apply --server-side -k "$deploy_folder/seed-history"
  run kubectl -n monitoring wait job seed-history --for=condition=Complete --timeout=600s ||
    fail "The past was not loaded. See: kubectl -n monitoring logs job/seed-history --all-containers.
Before a second try: kubectl -n monitoring delete job seed-history"
fi

# --- where to go from here
say "done"
case $OVERLAY in
  microk8s | kind)
    host=127.0.0.1
    cat <<END
app-a        http://$host:30080      its metrics: http://$host:30081/metrics
Prometheus   http://$host:30090
Grafana      http://$host:30300      user admin
END
    ;;
  cloud)
    cat <<'END'
app-a           kubectl -n apps port-forward svc/app-a-service 8000
Grafana         kubectl -n monitoring port-forward svc/grafana-service 3000     user admin
END
    ;;
  prometheus-operator)
    echo "app-a   kubectl -n apps port-forward svc/app-a-service 8000"
    ;;
esac
case $OVERLAY:$COMPONENTS in
  cloud:* | prometheus-operator:* | *load-balancer*)
    echo "hello-metrics   kubectl -n apps get service hello-metrics      EXTERNAL-IP, port 80"
    ;;
esac
[ "$OVERLAY" = prometheus-operator ] || cat <<'END'
Grafana's password:   kubectl -n monitoring get secret grafana -o go-template='{{ index .data "admin-password" | base64decode }}'
END
cat <<END
The scaler's page:    kubectl -n predictive-scaler port-forward deployment/predictive-scaler 8080

make status        what is scaled, and how far
make create-jobs   bursts of load for the boiler
make load          requests for app-a in the rhythm of a week
END
