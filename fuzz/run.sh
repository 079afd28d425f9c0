#!/usr/bin/env bash
# fuzz/run.sh SECONDS [TARGET…]: tries the targets, all of them if none is named, one after the other; they
# share the time. New inputs are kept in .local/fuzz/corpus, so that the next run goes on; what has failed
# lies in .local/fuzz/found. Exit code 1 if anything was found.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:?how many seconds}
shift
fuzz=$(deploy/cargo-tool.sh cargo-fuzz)
if ! command -v c++ >/dev/null; then
  install="apt-get install -y -qq --no-install-recommends g++"
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive $install
  else echo "A C++ compiler is missing, which builds libFuzzer. On Debian: sudo $install" >&2; exit 1; fi
fi
# The same libraries as storebot's.
cp Cargo.lock fuzz/Cargo.lock
# No sanitizer of memory: storebot has no unsafe code. So no nightly Rust either.
options=(--fuzz-dir fuzz --sanitizer none --target-dir target/fuzz)
"$fuzz" build "${options[@]}"
programs=target/fuzz/$(rustc -vV | sed -n 's/^host: //p')/release
mapfile -t targets < <([ $# -gt 0 ] && printf '%s\n' "$@" || ls fuzz/corpus)
each=$((seconds / ${#targets[@]}))
failed=()
for target in "${targets[@]}"; do
  known=.local/fuzz/corpus/$target found=.local/fuzz/found/$target
  mkdir -p "$known" "$found"
  # The first folder gets what is new. Memory and time of one input are bounded, too.
  if "$programs/$target" "$known" "fuzz/corpus/$target" -max_total_time="$((each > 0 ? each : 1))" \
    -artifact_prefix="$found/" -max_len=8192 -rss_limit_mb=2048 -timeout=20 -print_final_stats=1 -verbosity=0 \
    >"$found/log" 2>&1; then
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$found/log") inputs tried, nothing found"
  else
    failed+=("$target")
    tail -40 "$found/log" >&2
    echo "$target: FOUND something; it is in $found. Fix it, and put the input into fuzz/corpus/$target" >&2
  fi
done
[ ${#failed[@]} = 0 ]
