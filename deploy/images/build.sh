#!/usr/bin/env bash
# Builds the images of the shops, and storebot's own, and writes each as an archive that a node can import:
#   .local/images/NAME.tar      a docker archive named docker.io/storebot/NAME:TAG
#   .local/images/NAME.digest   the id of the image in it; it changes when the image does
#
# usage: build.sh [IMAGE…]      without names: all that a store needs
#
# buildah builds (root or not, no daemon); podman or docker do where buildah is missing. Bases are the
# official images where Docker Hub answers, otherwise stand-ins from bases/, made of Debian's packages.
# Environment:
#   OFFICIAL=no          do not even ask for the official images
#   DEBIAN_MIRROR=URL    where the Debian base comes from when it is made here
#   What single images ask for is said by their prepare.sh, which may run before a build, and in ARGUMENTS.
# Exit: 0 built; 1 something failed; 3 something must be supplied first, all other images were built.
set -euo pipefail
shopt -s inherit_errexit

IMAGES=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$IMAGES/../.." && pwd)
OUT=$ROOT/.local/images
DEFAULT=(redis medusa medusa-database woocommerce woocommerce-database)

# Images that exist officially, with the tag that is taken of both the official one and the stand-in.
declare -A OFFICIAL_TAG=([debian]=trixie-slim [node]=24-trixie-slim [postgres]=17 [mariadb]=11.8 [redis]=8.0)

# What an image is made from. Each need is given to its Dockerfile as an ARG: the name in capitals, and with
# _ID after it the need's id, for steps that only mount the need: a mount does not count for the cache.
declare -A NEEDS=(
  [debian]="" [node]=debian [postgres]=debian [mariadb]=debian [redis]=debian
  [medusa]=node [medusa-database]="postgres medusa"
  [woocommerce]=debian [woocommerce-database]="mariadb woocommerce"
  [toolchain]=debian [storebot]=toolchain
)

# Variables of the environment that an image's Dockerfile takes as ARG.
declare -A ARGUMENTS=([woocommerce]="WORDPRESS_VERSION WORDPRESS_SHA256 WOOCOMMERCE_SHA256")

declare -A STATE=()   # NAME -> built | failed | unsupplied

say() { printf '%-22s %s\n' "$1" "$2"; }

die() {
  echo "$*" >&2
  exit 1
}

# ---- the machine -------------------------------------------------------------------------------------

# Sets ENGINE. Debian's packages are installed where that is possible, otherwise asked for.
choose_engine() {
  for ENGINE in buildah podman docker; do
    engine_works && return
  done
  install_packages buildah
  ENGINE=buildah
}

# Docker's client is often there without the daemon that would build, or without what reads secrets of a build.
engine_works() {
  command -v "$ENGINE" >/dev/null || return
  case $ENGINE in
    docker) timeout 20 docker version >/dev/null 2>&1 && docker buildx version >/dev/null 2>&1 ;;
  esac
}

install_packages() {
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say install "$*"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } \
      >"$OUT/install.log" 2>&1 || { tail -n 20 "$OUT/install.log" >&2; die "apt-get could not install: $*"; }
  else
    die "$* is missing. On Debian or Ubuntu: sudo apt-get install -y --no-install-recommends $*"
  fi
}

# The machine's ways to its package sources (proxies, a private CA, npm's settings) are handed to the
# build as secrets: RUN steps may use them, no layer keeps them.
collect_secrets() {
  local dir=$OUT/secrets file
  rm -rf "$dir"
  mkdir -m 700 -p "$dir"
  if command -v apt-config >/dev/null; then
    apt-config dump | grep -E '^Acquire::(https?::(Proxy|CAInfo|Verify-Peer)|Check-(Valid-Until|Date))' \
      >"$dir/apt" || true
  fi
  file=${NPM_CONFIG_USERCONFIG:-$HOME/.npmrc}
  if [ -f "$file" ]; then cp "$file" "$dir/npmrc"; fi
  file=${NODE_EXTRA_CA_CERTS:-${SSL_CERT_FILE:-}}
  if [ -f "$file" ]; then cp "$file" "$dir/ca"; fi
  SECRETS=()
  for file in apt npmrc ca; do
    if [ -s "$dir/$file" ]; then SECRETS+=(--secret "id=$file,src=$dir/$file"); fi
  done
  trap 'rm -rf "$OUT/secrets"' EXIT
}

# ---- names -------------------------------------------------------------------------------------------

folder_of() {
  if [ -d "$IMAGES/bases/$1" ]; then echo "$IMAGES/bases/$1"; else echo "$IMAGES/$1"; fi
}

# Official images have their tag above; ours say it in their Dockerfile, since it is the version inside,
# or it is that of the software which was supplied.
reference_of() {
  local tag=${OFFICIAL_TAG[$1]:-} supplied=$OUT/supplied/${1%-database}/version
  if [ -z "$tag" ] && [ -s "$supplied" ]; then tag=$(<"$supplied"); fi
  case $1 in
    storebot) tag=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' "$ROOT/Cargo.toml") ;;
    toolchain) tag=trixie ;;
  esac
  [ -n "$tag" ] || tag=$(sed -n 's/^ARG VERSION=//p' "$(folder_of "$1")/Dockerfile")
  [ -n "$tag" ] || die "$1: no line 'ARG VERSION=…' in its Dockerfile"
  echo "docker.io/storebot/$1:$tag"
}

# The name in the archive. What WooCommerce is supplied is not known to the chart, and what is built from a
# working copy is no version: on the local node these are called "local" (values-local.yaml of their charts).
archived_as() {
  case $1 in
    woocommerce | woocommerce-database | storebot) echo "docker.io/storebot/$1:local" ;;
    *) reference_of "$1" ;;
  esac
}

id_of() {
  case $ENGINE in
    buildah) buildah inspect --type image --format '{{.FromImageID}}' "$1" ;;
    *) "$ENGINE" image inspect --format '{{.Id}}' "$1" ;;
  esac
}

# ---- building ----------------------------------------------------------------------------------------

# Sets OFFICIAL by asking Docker Hub once: a machine that cannot reach it finds out within a minute.
look_for_official_images() {
  if [ -z "${OFFICIAL:-}" ]; then
    if timeout 60 "$ENGINE" pull -q docker.io/library/debian:trixie-slim >/dev/null 2>&1; then
      OFFICIAL=yes
    else
      OFFICIAL=no
    fi
  fi
  if [ "$OFFICIAL" = yes ]; then say bases 'official images'; else say bases "stand-ins of Debian's packages"; fi
}

take_official() {
  local name=docker.io/library/$1:${OFFICIAL_TAG[$1]}
  "$ENGINE" pull -q "$name" && "$ENGINE" tag "$name" "$(reference_of "$1")"
}

# The base of all stand-ins: the smallest Debian that apt works in, without documents and translations.
make_debian_archive() {
  local archive=$IMAGES/bases/debian/trixie.tar option options=()
  [ ! -s "$archive" ] || return 0
  command -v mmdebstrap >/dev/null || install_packages mmdebstrap
  for option in doc man info locale; do options+=(--dpkgopt="path-exclude=/usr/share/$option/*"); done
  BASE=$IMAGES/bases/debian mmdebstrap --variant=minbase --format=tar "${options[@]}" \
    --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-include=/usr/share/locale/locale.alias' \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
    --customize-hook='cp "$BASE/image-apt.conf" "$1/etc/apt/apt.conf.d/90image" && rm -f "$1"/var/cache/apt/*.bin' \
    trixie "$archive.part" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"}
  mv "$archive.part" "$archive"
}

# storebot is compiled in its image by the machine's own Rust and Go, with what they have fetched and compiled.
storebot_options() {
  local epoch cargo=${CARGO_HOME:-$HOME/.cargo} rustup=${RUSTUP_HOME:-$HOME/.rustup} go auditable cache=$ROOT/.local/image
  go=$(go env GOROOT) auditable=$("$ROOT/deploy/cargo-tool.sh" cargo-auditable)
  mkdir -p "$cache/target" "$cache/go"
  # The commit's time, so that the same source makes the same image.
  epoch=${SOURCE_DATE_EPOCH:-$(git -C "$ROOT" log -1 --format=%ct 2>/dev/null || echo 0)}
  # Fetched here, by whatever ways this machine has to its registries.
  cargo fetch --locked --quiet --manifest-path "$ROOT/Cargo.toml"
  (cd "$ROOT/deploy/local/tools" && go list -mod=readonly -deps helm.sh/helm/v4/cmd/helm >/dev/null)
  options+=(
    --file "$ROOT/deploy/Dockerfile" --ignorefile "$ROOT/deploy/Dockerfile.dockerignore"
    --build-arg "RUST=$(reference_of toolchain)" --build-arg "GO=$(reference_of toolchain)"
    --build-arg "PROFILE=${PROFILE:-release}" --build-arg "REVISION=$(git -C "$ROOT" rev-parse HEAD 2>/dev/null || echo unknown)"
    --build-arg "CREATED=$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)"
    --volume "$rustup:/usr/local/rustup:ro" --volume "$cargo:/usr/local/cargo" --volume "$go:/usr/local/go:ro"
    --volume "$(go env GOMODCACHE):/usr/local/gomod" --volume "$cache/go:/usr/local/gocache"
    --volume "$cache/target:/src/target" --volume "${auditable%/bin/*}:/opt/cargo-auditable:ro"
  )
  # OCI's own format has no HEALTHCHECK.
  if [ "$ENGINE" = buildah ]; then options+=(--format docker --timestamp "$epoch"); fi
}

# usage: build_from_dockerfile NAME; everything it prints goes to the log of the image.
build_from_dockerfile() {
  local name=$1 folder need reference argument options=() supplied=$OUT/supplied/$1
  folder=$(folder_of "$name")
  for need in ${NEEDS[$name]}; do
    argument=$(tr a-z- A-Z_ <<<"$need")
    reference=$(reference_of "$need")
    options+=(--build-arg "$argument=$reference" --build-arg "${argument}_ID=$(id_of "$reference")")
  done
  for argument in ${ARGUMENTS[$name]:-}; do
    if [ -n "${!argument:-}" ]; then options+=(--build-arg "$argument=${!argument}"); fi
  done
  if [ -x "$folder/prepare.sh" ]; then
    mkdir -p "$supplied"
    "$folder/prepare.sh" "$supplied"
    options+=(--build-context "supplied=$supplied")
  fi
  if [ -z "${OFFICIAL_TAG[$name]:-}" ]; then
    options+=(--build-arg "VERSION=$(reference_of "$name" | sed 's/.*://')")
  fi
  if [ "$name" = storebot ]; then
    storebot_options
    folder=$ROOT
  fi
  options+=("${SECRETS[@]}" --tag "$(reference_of "$name")" "$folder")
  case $ENGINE in
    # chroot: neither a container runtime nor a cgroup of its own is needed.
    buildah) buildah build --isolation chroot --layers --pull=never "${options[@]}" ;;
    podman) podman build --layers --pull=never "${options[@]}" ;;
    docker) DOCKER_BUILDKIT=1 docker build "${options[@]}" ;;
  esac
}

make_image() {
  local name=$1
  if [ -n "${OFFICIAL_TAG[$name]:-}" ] && [ "$OFFICIAL" = yes ]; then
    take_official "$name"
    return
  fi
  if [ "$name" = debian ]; then make_debian_archive; fi
  build_from_dockerfile "$name"
}

# Builds an image and, before it, what it needs. Leaves the outcome in STATE.
build() {
  local name=$1 need start=$SECONDS log=$OUT/$1.log code
  [ -z "${STATE[$name]:-}" ] || return 0
  for need in ${NEEDS[$name]}; do
    build "$need"
    if [ "${STATE[$need]}" != built ]; then
      STATE[$name]=${STATE[$need]}
      say "$name" "left out: it is made from $need"
      return
    fi
  done
  say "$name" building
  # Not `(…) || code=$?`: that would switch set -e off in all that make_image calls.
  set +e
  (set -e; make_image "$name") >"$log" 2>&1
  code=$?
  set -e
  case $code in
    0) STATE[$name]=built
       say "$name" "built in $((SECONDS - start)) s: $(reference_of "$name")" ;;
    3) STATE[$name]=unsupplied
       printf '\n!!! %s was NOT built: %s\n\n' "$name" "$(tail -n 1 "$log")" >&2 ;;
    *) STATE[$name]=failed
       tail -n 40 "$log" >&2
       printf '\n!!! %s failed; all of it stands in %s\n\n' "$name" "$log" >&2 ;;
  esac
}

# Writes the archive when the image is another than the one in it.
write_archive() {
  local name=$1 reference id archive=$OUT/$1.tar
  reference=$(archived_as "$name")
  id=$(id_of "$(reference_of "$name")")
  if [ -s "$archive" ] && [ "$(cat "$OUT/$name.digest" 2>/dev/null)" = "$id" ]; then return; fi
  rm -f "$OUT/$name.digest" "$archive.part"
  "$ENGINE" tag "$(reference_of "$name")" "$reference"
  case $ENGINE in
    buildah) buildah push -q "$reference" "docker-archive:$archive.part:$reference" >/dev/null ;;
    podman) podman save -q --format docker-archive -o "$archive.part" "$reference" ;;
    docker) docker save -o "$archive.part" "$reference" ;;
  esac
  mv "$archive.part" "$archive"
  echo "$id" >"$OUT/$name.digest"
  say "$name" "$(du -m "$archive" | cut -f1) MB: $archive"
}

main() {
  local name code=0
  [ $# -gt 0 ] || set -- "${DEFAULT[@]}"
  for name; do
    [ -n "${NEEDS[$name]+known}" ] || die "no image is called $name; there are: ${!NEEDS[*]}"
  done
  mkdir -p "$OUT"
  choose_engine
  collect_secrets
  look_for_official_images
  for name; do
    build "$name"
    case ${STATE[$name]} in
      built) write_archive "$name" ;;
      failed) code=1 ;;
      unsupplied) [ $code = 1 ] || code=3 ;;
    esac
  done
  exit $code
}

main "$@"
