#!/bin/sh
# jobs.sh create | delete: CronJobs that send the boiler bursts of readings. DRY_RUN, OVERLAY, CONTEXT, REGISTRY as for
# deploy.sh.
set -eu
cd "$(dirname "$0")/../.."
. scripts/deploy/common.sh

check_cluster
case ${1:-} in
  create)
    if [ -z "$DRY_RUN" ] && ! ask kubectl -n steam get secret rabbitmq; then
      fail "RabbitMQ is not there yet: make deploy"
    fi
    write_kustomization boiler-bursts k8s/boiler-bursts
    run kubectl apply --server-side -k "$deploy_folder/boiler-bursts"
    say "bursts: small ones every ten minutes, a large one at five past each hour"
    ;;
  delete)
    run kubectl delete -k k8s/boiler-bursts --ignore-not-found
    ;;
  *) fail "jobs.sh: expected create or delete, received \"${1:-}\"" ;;
esac
