#!/usr/bin/env bash
# Makes a Python and a TypeScript client of the document with common generators, checks their types, and those of
# the programs that use them. The clients are not committed: they change with the document alone, and whoever wants
# one makes it in the version of the generator that suits them. `tests/it/clients.rs` runs the programs.
set -euo pipefail
cd "$(dirname "$0")"
document=../../openapi/storebot.yaml
tools=$(cd ../../.local/openapi && pwd)/bin

rm -rf python typescript
mkdir -p python typescript
# It formats what it has written with ruff, which it looks for in PATH.
PATH=$tools:$PATH openapi-python-client generate --path "$document" --meta none --output-path python/storebot_client \
  --fail-on-warning
cp client.py python/
# The generator's own frame (client.py inside) does not hold what mypy asks for when it is strict; all that is
# made of the document does.
(cd python && "$tools/mypy" --strict --follow-imports silent client.py storebot_client/api storebot_client/models)

node_modules/.bin/openapi-typescript "$document" --output typescript/storebot.d.ts
cp client.ts typescript/
node_modules/.bin/tsc --project .
