#!/bin/sh
# Renders all charts for both kinds of cluster. Without an argument it renews the committed files; with
# --check it changes nothing and fails on a difference. HELM names the binary (4.2).
set -eu
cd "$(dirname "$0")/../.."
helm=${HELM:-helm}
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

# render NAME ARGUMENTS…: one rendering
render() {
  name=$1
  shift
  "$helm" template "$@" >"$fresh/$name.yaml" 2>"$fresh/stderr" || { cat "$fresh/stderr" >&2; exit 1; }
  if [ "$mode" = --check ]; then
    diff -u "charts/rendered/$name.yaml" "$fresh/$name.yaml"
  else
    cp "$fresh/$name.yaml" "charts/rendered/$name.yaml"
  fi
}

mode=${1:-}
for env in local prod; do
  for engine in woocommerce medusa; do
    render "$engine-$env" store "charts/$engine" -n store-abc123 \
      -f "charts/$engine/values-$env.yaml" -f charts/rendered/example-values.yaml
  done
  # What a cluster need not have: the kinds of KEDA and of the Prometheus Operator are not looked up.
  render "storebot-$env" storebot charts/storebot -n storebot -f "charts/storebot/values-$env.yaml"
done
render storebot-rights storebot charts/storebot -n storebot --set rightsOnly=true
