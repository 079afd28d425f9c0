#!/bin/sh
# Renders both charts for both kinds of cluster. Without an argument it renews the committed files; with
# --check it changes nothing and fails on a difference. HELM names the binary (4.2).
set -eu
cd "$(dirname "$0")/../.."
helm=${HELM:-helm}
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
for engine in woocommerce medusa; do
  for env in local prod; do
    "$helm" template store "charts/$engine" -n store-abc123 \
      -f "charts/$engine/values-$env.yaml" -f charts/rendered/example-values.yaml \
      >"$fresh/$engine-$env.yaml" 2>"$fresh/stderr" || { cat "$fresh/stderr" >&2; exit 1; }
    if [ "${1:-}" = --check ]; then
      diff -u "charts/rendered/$engine-$env.yaml" "$fresh/$engine-$env.yaml"
    else
      cp "$fresh/$engine-$env.yaml" "charts/rendered/$engine-$env.yaml"
    fi
  done
done
