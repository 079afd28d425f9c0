#!/usr/bin/env bash
# The steps of a release, one by one; docs/releasing.md says when. Nothing but the last four goes anywhere.
# usage: release.sh check | charts | notes | image-push | charts-push | sign
# Environment: TAG=v<version>   this is to be a release: the changelog must have the version
#              REGISTRY         where images and charts go, such as ghcr.io/acme
set -euo pipefail
cd "$(dirname "$0")/.."
out=target/release-files
charts="charts/storebot charts/woocommerce charts/medusa"
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
mkdir -p "$out"

die() {
  echo "$*" >&2
  exit 1
}

# Prints the text below the version's heading, or that below Unreleased where it has none yet.
changes() {
  local heading=$1
  awk -v heading="## $heading" 'index($0, "## ") == 1 { on = $0 == heading || index($0, heading " ") == 1; next } on && (some || NF) { some = 1; print }' CHANGELOG.md
}

helm_program() { if command -v helm >/dev/null; then echo helm; else echo .local/bin/helm; fi; }

engine() {
  for found in buildah podman docker; do
    command -v "$found" >/dev/null && echo "$found" && return
  done
  die "buildah, podman or docker is missing"
}

target() { echo "${REGISTRY:?where images and charts go, such as ghcr.io/acme}"; }

case ${1:-} in
  check)
    wrong=0
    for chart in charts/*/Chart.yaml; do
      if ! grep -qx "version: $version" "$chart"; then
        echo "$chart has $(grep '^version:' "$chart"), Cargo.toml $version" >&2
        wrong=1
      fi
    done
    if [ -f charts/storebot/Chart.yaml ] && ! grep -Eqx "appVersion: \"?$version\"?" charts/storebot/Chart.yaml; then
      echo "charts/storebot/Chart.yaml: appVersion is not $version" >&2
      wrong=1
    fi
    grep -Eqx "  version: \"?$version\"?" openapi/storebot.yaml || { echo "openapi/storebot.yaml is of another version: make openapi" >&2; wrong=1; }
    if [ -n "${TAG:-}" ]; then
      [ "$TAG" = "v$version" ] || { echo "the tag is $TAG, the version $version" >&2; wrong=1; }
      [ -n "$(changes "$version")" ] || { echo "CHANGELOG.md has no section '## $version'" >&2; wrong=1; }
    elif [ -z "$(changes "$version")" ]; then
      echo "no release yet: CHANGELOG.md has no section '## $version'" >&2
    fi
    exit $wrong ;;
  charts)
    rm -f "$out"/*.tgz
    for chart in $charts; do
      [ ! -d "$chart" ] || "$(helm_program)" package "$chart" --destination "$out"
    done ;;
  notes)
    text=$(changes "$version")
    printf '%s\n' "${text:-$(changes Unreleased)}" >"$out/notes.md"
    [ -s "$out/notes.md" ] || die "CHANGELOG.md says nothing" ;;
  image-push)
    program=$(engine) from=docker.io/storebot/storebot:$version to=$(target)/storebot:$version
    case $program in
      buildah | podman) "$program" push --digestfile "$out/image.digest" "$from" "docker://$to" ;;
      docker)
        docker tag "$from" "$to"
        docker push "$to" | tee /dev/stderr | sed -n 's/.*digest: \(sha256:[0-9a-f]*\).*/\1/p' >"$out/image.digest" ;;
    esac
    echo "$(target)/storebot@$(cat "$out/image.digest")" | tee "$out/published.txt" ;;
  charts-push)
    for package in "$out"/*.tgz; do
      said=$("$(helm_program)" push "$package" "oci://$(target)/charts" 2>&1) || die "$said"
      name=$(basename "$package" ".tgz")
      digest=$(sed -n 's/^Digest: //p' <<<"$said")
      echo "$(target)/charts/${name%-"$version"}@${digest:?"$said"}" | tee -a "$out/published.txt"
    done ;;
  sign)
    # By digest: a tag can be moved afterwards.
    cosign=$(command -v cosign || echo .local/bin/cosign)
    [ -x "$cosign" ] || GOBIN=$PWD/.local/bin go install github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3
    while read -r what; do
      "$cosign" sign --yes "$what"
    done <"$out/published.txt"
    "$cosign" attest --yes --type cyclonedx --predicate target/storebot.cdx.json "$(head -n 1 "$out/published.txt")" ;;
  *) die "usage: release.sh check | charts | notes | image-push | charts-push | sign" ;;
esac
