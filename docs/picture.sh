#!/usr/bin/env bash
# Makes docs/discord-message.png: the message of a finished store, as the stand-in Discord shows it.
#
# Needs `make run` in another terminal, curl and chromium (Debian: apt-get install -y
# --no-install-recommends chromium fonts-noto-color-emoji). Creates the store `flowershop` in a
# channel of its own, takes the picture, and deletes the store again.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -f .local/run.env ] || { echo "start \`make run\` first, in another terminal" >&2; exit 1; }
source .local/run.env

name=flowershop
channel="shops-$(date +%s)" # its own at each run: nothing else is in the picture
page="$DISCORD_URL/?user=ana&channel=$channel&bare=true"
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT

slash() {
  curl --noproxy '*' -sS -f -H 'Content-Type: application/json' "$DISCORD_URL/_control/slash" \
    -d "{\"user\":\"ana\",\"channel\":\"$channel\",\"text\":\"$1\"}"
}

slash "/store create name:$name engine:woocommerce" >/dev/null
for _ in {1..300}; do
  curl --noproxy '*' -sS "$page" | grep -q "is ready" && break
  sleep 1
done
curl --noproxy '*' -sS "$page" | grep -q "is ready" || { echo "$name did not get ready: see $DISCORD_URL" >&2; exit 1; }

# The sandbox is off because root has none; only the page above is opened. Twice the pixels, for
# dense screens.
chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync \
  --disable-background-networking --disable-component-update --user-data-dir="$profile" \
  --hide-scrollbars --force-device-scale-factor=2 --window-size=760,330 --timeout=5000 \
  --screenshot=docs/discord-message.png "$page" 2>/dev/null
# The form asks for the name.
form=$(slash "/store delete name:$name" | sed -n 's/.*"interaction_id":"\([0-9]*\)".*/\1/p')
curl --noproxy '*' -sS -f -H 'Content-Type: application/json' "$DISCORD_URL/_control/submit" \
  -d "{\"user\":\"ana\",\"interaction\":\"$form\",\"values\":[[\"name\",\"$name\"]]}" >/dev/null
ls -l docs/discord-message.png
