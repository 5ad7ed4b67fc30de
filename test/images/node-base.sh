#!/bin/sh
# Makes a stand-in for the Node.js image where no registry can be reached: Debian by debootstrap, this machine's Node.js
# and npm, its certificates, and the user `node`. For checks of the images only.
#
# Usage:  node-base.sh NAME [OPTION OF BUILDAH...]
set -eu
name=$1
shift
command -v debootstrap >/dev/null || { echo "debootstrap is missing: apt-get install debootstrap" >&2; exit 1; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
debootstrap --variant=minbase --include=ca-certificates,libstdc++6 bookworm "$folder" http://deb.debian.org/debian >"$folder.log" 2>&1 ||
  { tail -n 20 "$folder.log" >&2; rm -f "$folder.log"; exit 1; }
rm -rf "$folder.log" "$folder"/var/cache/apt/* "$folder"/var/lib/apt/lists/* "$folder"/usr/share/doc "$folder"/usr/share/man \
  "$folder"/usr/share/locale
cp "$(readlink -f "$(command -v node)")" "$folder/usr/local/bin/node"
mkdir -p "$folder/usr/local/lib/node_modules"
cp -r "$(npm root --global)/npm" "$folder/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$folder/usr/local/bin/npm"
cp /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/ca-certificates.crt"
chroot "$folder" useradd --uid 1000 --user-group --create-home --shell /bin/sh node

container=$(buildah "$@" from scratch)
buildah "$@" copy --quiet "$container" "$folder" / >/dev/null
buildah "$@" config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt --cmd node "$container"
buildah "$@" commit --quiet --rm --format docker "$container" "$name" >/dev/null
