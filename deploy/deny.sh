#!/usr/bin/env bash
# What storebot is built from, held against deny.toml. Licences, bans and sources need nobody else; known
# vulnerabilities need their database, and where that cannot be had, it is said and nothing more.
set -euo pipefail
cd "$(dirname "$0")/.."
deny=$(deploy/cargo-tool.sh cargo-deny)
cargo fetch --locked --quiet
"$deny" --offline check --deny warnings licenses bans sources
if said=$("$deny" fetch db 2>&1); then
  "$deny" --offline check --deny warnings advisories
else
  tail -1 <<<"$said" >&2
  echo "NOT TESTED: known vulnerabilities, because their database cannot be reached" >&2
fi
