#!/usr/bin/env bash
# Holds the examples against whoever would read them: an API server takes deploy/plain.yaml and, with Knative's own
# definitions in it, deploy/knative/ (every field is checked, nothing is made); storebot reads compose.toml.
# usage: storebot-local with -- deploy/examples.sh
set -euo pipefail
cd "$(dirname "$0")/.."
# The release whose definitions are taken.
serving=knative.dev/serving@v0.51.0
kubectl=.local/bin/kubectl
folder=$(mktemp -d)
trap '"$kubectl" delete namespace storebot --ignore-not-found --wait=false >/dev/null; rm -rf "$folder"' EXIT

# Outside of any module: what is fetched is no part of storebot.
module=$(cd "$folder" && go mod download -json "$serving" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
"$kubectl" apply --server-side -f "$module/config/core/300-resources/service.yaml" >/dev/null
"$kubectl" wait --for=condition=Established --timeout=60s crd/services.serving.knative.dev >/dev/null
"$kubectl" create namespace storebot >/dev/null
try() { "$kubectl" apply --server-side --dry-run=server --validate=strict --namespace storebot -f "$1"; }
try deploy/plain.yaml
try deploy/knative/service.yaml
# That a wrong field is found at all.
sed 's/timeoutSeconds: 600/timeoutSecond: 600/' deploy/knative/service.yaml >"$folder/wrong.yaml"
if try "$folder/wrong.yaml" 2>/dev/null; then
  echo "a field that Knative does not have was taken" >&2
  exit 1
fi
STOREBOT__AUTH__KEYS__0__KID=laptop STOREBOT__AUTH__KEYS__0__SECRET=$(head -c 32 /dev/urandom | base64) \
  target/debug/storebot --config deploy/compose.toml token --subject you --role admin >/dev/null
echo "the examples are well"
