#!/usr/bin/env bash
# What storebot's image is made of, read out of its two programs: target/storebot.cdx.json (CycloneDX).
set -euo pipefail
cd "$(dirname "$0")/.."
archive=.local/images/storebot.tar
[ -s "$archive" ] || { echo "$archive is missing: make image" >&2; exit 1; }
audit=$(deploy/cargo-tool.sh rust-audit-info)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
.local/openapi/bin/python deploy/sbom.py unpack "$archive" "$folder"
"$audit" "$folder/storebot" >"$folder/storebot.json"
go version -m "$folder/helm" >"$folder/helm.txt"
cargo metadata --locked --format-version 1 >"$folder/metadata.json"
.local/openapi/bin/python deploy/sbom.py write "$folder" target/storebot.cdx.json
