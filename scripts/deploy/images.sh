# shellcheck shell=sh disable=SC2154 # some variables are set by common.sh
# Builds images and brings them to where the cluster finds them: a registry, or the node of MicroK8s or kind.
#
#   REGISTRY       push images there, such as registry.example.org/predictive-scaler
#   SKIP_IMAGES    1: the images are there already

REGISTRY=${REGISTRY:-}
SKIP_IMAGES=${SKIP_IMAGES:-}
version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)

# Decides the way of the images; check_cluster has set the context.
check_images() {
  case $OVERLAY:$context in
    *:kind-*) way=kind ;;
    microk8s:* | prometheus-operator:microk8s) way=microk8s ;;
    *) way=registry ;;
  esac
  [ -z "$REGISTRY" ] || way=registry
  if [ "$way" = registry ] && [ -z "$REGISTRY" ]; then
    fail "The nodes of ${context:-this cluster} pull images from a registry: make deploy OVERLAY=$OVERLAY REGISTRY=registry.example.org/predictive-scaler"
  fi
  [ -z "$SKIP_IMAGES" ] || return 0
  need docker "Install Docker to build images, or use published ones: make deploy SKIP_IMAGES=1 REGISTRY=..."
  case $way in
    kind) need kind "Install it: https://kind.sigs.k8s.io/" ;;
    microk8s) need microk8s "Install it (docs/install-microk8s.md), or choose another OVERLAY" ;;
  esac
}

build_images() { # target...
  [ -z "$SKIP_IMAGES" ] || return 0
  run mkdir -p "$deploy_folder"
  for target in "$@"; do
    image=${REGISTRY:-predictive-scaler}/$target:$version
    say "image $image"
    run docker build --quiet --target "$target" --tag "$image" . ||
      fail "docker build of $target failed. Its output is above; \"docker build --target $target .\" shows all of it."
    case $way in
      registry)
        run docker push --quiet "$image" || fail "docker push failed. Log in first: docker login ${REGISTRY%%/*}"
        ;;
      kind)
        run kind load docker-image --name "${context#kind-}" "$image" ||
          fail "Make the cluster first: kind create cluster --config k8s/overlays/kind/cluster.yaml"
        ;;
      microk8s)
        run docker save --output "$deploy_folder/image.tar" "$image"
        run microk8s ctr image import "$deploy_folder/image.tar" ||
          fail "MicroK8s did not take the image. Is it running? microk8s status --wait-ready"
        run rm -f "$deploy_folder/image.tar"
        ;;
    esac
  done
}
