#!/usr/bin/env bash
# deploy/cargo-tool.sh TOOL: prints the program's path, and installs it into .local/ first if it is not there.
# TOOL is one of deploy/cargo-tools.txt. Prebuilt where a digest stands there and pip has it for this machine, which
# takes seconds; else built, which takes minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
tool=$1
line=$(grep -E "^([a-z-]*-)?$tool==" deploy/cargo-tools.txt) || { echo "no such tool: $tool" >&2; exit 2; }
version=$(sed -E 's/^[^=]*==([^ ]*).*/\1/' <<<"$line")
root=.local/tools/$tool-$version
program=$root/bin/$tool
if [ ! -x "$program" ]; then
  echo "Installing $tool $version ..." >&2
  wanted=$(mktemp)
  trap 'rm -f "$wanted"' EXIT
  echo "$line" >"$wanted"
  # Only what has one of these digests is taken.
  if [[ $line != *--hash=* ]] || ! python3 -m pip install --quiet --no-deps --only-binary :all: --require-hashes \
    --no-warn-script-location --disable-pip-version-check --root-user-action ignore --target "$root" \
    --requirement "$wanted" >&2 || ! "$program" --version >/dev/null; then
    echo "No prebuilt $tool for this machine, so it is built: this takes a minute or some." >&2
    rm -rf "$root"
    cargo install --locked --quiet --root "$root" "$tool@$version" >&2
  fi
fi
echo "$PWD/$program"
