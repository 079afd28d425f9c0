#!/bin/sh
# Asks storebot for a store, or for the end of one, and waits for it. For jobs of GitHub Actions and GitLab CI;
# needs a POSIX shell, curl, sed and date. The same text stands in deploy/gitlab/storebot.gitlab-ci.yml.
#
#   STOREBOT_MODE     create | delete
#   STOREBOT_URL      where storebot is
#   STOREBOT_NAME     the store's name
#   STOREBOT_ENGINE, STOREBOT_PLAN, STOREBOT_TTL, STOREBOT_TITLE   what it shall be; empty: storebot chooses
#   STOREBOT_REUSE    true: a store of that name that is the job's own already is taken as it is
#   STOREBOT_WAIT     true: until it is ready, or gone
#   STOREBOT_TIMEOUT  how long at most, in seconds
#   STOREBOT_TOKEN    the job's token; on GitHub it is fetched, for STOREBOT_AUDIENCE
#   STOREBOT_KEY      names the request: the same in each attempt, so that a repetition makes no second store
#
# Secrets go to curl by its standard input: its arguments can be read by everybody on the machine.
set -eu
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
began=$(date +%s)
id='' url='' status=unknown

say() { printf 'storebot: %s\n' "$1"; }

# What the next steps read. Whatever happens, they learn how far it came.
finish() {
  if [ -n "${GITHUB_OUTPUT:-}" ]; then
    printf 'store-id=%s\nurl=%s\nstatus=%s\n' "$id" "$url" "$status" >>"$GITHUB_OUTPUT"
  fi
  if [ -n "${STOREBOT_DOTENV:-}" ]; then
    printf 'STOREBOT_STORE_ID=%s\nSTOREBOT_STORE_URL=%s\nSTOREBOT_STORE_STATUS=%s\n' \
      "$id" "$url" "$status" >"$STOREBOT_DOTENV"
  fi
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    printf '**%s** is %s%s\n' "$STOREBOT_NAME" "$status" "${url:+: <$url>}" >>"$GITHUB_STEP_SUMMARY"
  fi
}

fail() {
  say "$1" >&2
  # GitHub shows it at the run; its own signs are escaped.
  [ -z "${GITHUB_ACTIONS:-}" ] || printf '::error title=storebot::%s\n' "$(printf %s "$1" | sed 's/%/%25/g')"
  finish
  exit 1
}

# Text of a field of the JSON on standard input, which is one line; nothing where it has none.
field() {
  sed -nE 's/.*[{,]"'"$1"'":"(([^"\\]|\\.)*)".*/\1/p' | sed -e 's/\\[nrt]/ /g' -e 's/\\\(.\)/\1/g' | tr -d '\r\n'
}

# A text in quotes, for JSON and for curl's configuration.
quoted() { printf '"%s"' "$(printf %s "$1" | tr -d '\000-\037' | sed 's/[\\"]/\\&/g')"; }

# Sets `token`. GitHub's are good for some minutes only, so each request that matters gets its own.
sign_in() {
  if [ -z "${ACTIONS_ID_TOKEN_REQUEST_URL:-}" ]; then
    token=${STOREBOT_TOKEN:-}
    [ -n "$token" ] || fail "There is no token. On GitHub the job needs 'permissions: id-token: write'; on GitLab 'id_tokens' with STOREBOT_TOKEN."
    return
  fi
  {
    printf 'get\nurl = %s\ndata-urlencode = %s\n' "$(quoted "$ACTIONS_ID_TOKEN_REQUEST_URL")" \
      "$(quoted "audience=$STOREBOT_AUDIENCE")"
    printf 'header = %s\n' "$(quoted "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN")"
  } >"$work/ask"
  curl --silent --show-error --fail --max-time 30 --retry 3 --output "$work/token" --config - <"$work/ask" ||
    fail "GitHub gave no token for the job."
  token=$(field value <"$work/token")
  rm -f "$work/token" "$work/ask"
  [ -n "$token" ] || fail "GitHub gave no token for the job."
  printf '::add-mask::%s\n' "$token"
}

# METHOD PATH [KEY] [BODY]: sets `code`; the answer is in $work/body. What was not accepted now is asked again.
ask() {
  while :; do
    : >"$work/body"
    {
      printf 'url = %s\nrequest = %s\n' "$(quoted "$at$2")" "$(quoted "$1")"
      printf 'header = %s\n' "$(quoted "Authorization: Bearer $token")"
      [ -z "${3:-}" ] || printf 'header = %s\n' "$(quoted "Idempotency-Key: $3")"
      [ -z "${4:-}" ] || printf 'header = "Content-Type: application/json"\ndata-binary = %s\n' "$(quoted "$4")"
    } >"$work/ask"
    code=$(curl --silent --show-error --max-time 60 --output "$work/body" --dump-header "$work/head" \
      --write-out '%{http_code}' --config - <"$work/ask") || code=000
    rm -f "$work/ask"
    after=$(sed -nE 's/^[Rr]etry-[Aa]fter: *([0-9]+).*/\1/p' "$work/head" 2>/dev/null | head -n 1)
    case $code in
    000) say "There is no answer from $at; trying again." ;;
    429 | 502 | 503 | 504) say "$(field detail <"$work/body") Trying again." ;;
    *) return ;;
    esac
    rest "${after:-5}"
  done
}

# Waits so many seconds, unless the time is over before.
rest() {
  [ $(($(date +%s) + $1 - began)) -le "$STOREBOT_TIMEOUT" ] ||
    fail "$STOREBOT_NAME is $status after $STOREBOT_TIMEOUT seconds. It may still get there: raise the timeout, or look at $at."
  sleep "$1"
}

refused() {
  detail=$(field detail <"$work/body")
  fail "$1: ${detail:-the answer was $code} (HTTP $code, request $(field request_id <"$work/body"))"
}

# Reads the store in $work/body.
look() {
  id=$(field id <"$work/body")
  url=$(field url <"$work/body")
  status=$(field phase <"$work/body")
}

body() {
  printf '{"name":%s,"engine":%s' "$(quoted "$STOREBOT_NAME")" "$(quoted "${STOREBOT_ENGINE:-woocommerce}")"
  [ -z "${STOREBOT_PLAN:-}" ] || printf ',"plan":%s' "$(quoted "$STOREBOT_PLAN")"
  [ -z "${STOREBOT_TTL:-}" ] || printf ',"ttl":%s' "$(quoted "$STOREBOT_TTL")"
  [ -z "${STOREBOT_TITLE:-}" ] || printf ',"title":%s' "$(quoted "$STOREBOT_TITLE")"
  printf '}'
}

create() {
  ask POST /v1/stores "$STOREBOT_KEY" "$(body)"
  if [ "$code" = 409 ] && [ "${STOREBOT_REUSE:-true}" = true ]; then
    # Somebody else's is not shown.
    mv "$work/body" "$work/taken"
    ask GET "/v1/stores/$STOREBOT_NAME"
    if [ "$code" = 200 ]; then
      say "$STOREBOT_NAME is there already."
    else
      mv "$work/taken" "$work/body"
      code=409
    fi
  fi
  case $code in 200 | 202) look ;; *) refused "$STOREBOT_NAME was not created" ;; esac
  if [ "$status" = asleep ]; then
    ask POST "/v1/stores/$id/wake" "wake:$STOREBOT_KEY"
    case $code in 202) look ;; *) refused "$STOREBOT_NAME cannot be woken" ;; esac
  fi
  [ "$STOREBOT_WAIT" = true ] || return 0
  follow ready
  say "$STOREBOT_NAME is ready: $url"
}

delete() {
  ask DELETE "/v1/stores/$STOREBOT_NAME" "delete:$STOREBOT_KEY"
  case $code in
  202) look ;;
  404)
    status=deleted
    say "There is no store $STOREBOT_NAME."
    return 0
    ;;
  *) refused "$STOREBOT_NAME was not deleted" ;;
  esac
  [ "$STOREBOT_WAIT" = true ] || return 0
  follow deleted
  url=
  say "$STOREBOT_NAME is deleted."
}

# Looks again and again, less often the longer it takes, until the store is in this phase.
follow() {
  pause=1 seen=''
  while [ "$status" != "$1" ]; do
    [ "$status" = "$seen" ] || say "$STOREBOT_NAME is $status."
    seen=$status
    case $status in
    failed) fail "$STOREBOT_NAME has failed: $(field message <"$work/body")" ;;
    deleting | deleted) [ "$1" = deleted ] || fail "$STOREBOT_NAME was deleted meanwhile. Start a new run for a new one." ;;
    esac
    rest "$pause"
    [ "$pause" -ge 10 ] || pause=$((pause + 1))
    ask GET "/v1/stores/$id"
    if [ "$code" = 401 ]; then
      # The token's time was over.
      sign_in
      ask GET "/v1/stores/$id"
    fi
    case $code in 200) look ;; *) refused "$STOREBOT_NAME cannot be looked at" ;; esac
  done
}

case ${STOREBOT_TIMEOUT:-} in '' | *[!0-9]*) fail "The timeout is a number of seconds, and not ${STOREBOT_TIMEOUT:-empty}." ;; esac
case ${STOREBOT_NAME:-} in
'' | *[!a-z0-9-]*) fail "A store's name has small letters a-z, digits and dashes. ${STOREBOT_NAME:-It} cannot be one." ;;
esac
at=${STOREBOT_URL:-}
at=${at%/}
[ -n "$at" ] || fail "It is not said where storebot is: set the url."
sign_in
case $STOREBOT_MODE in
create) create ;;
delete) delete ;;
*) fail "The mode is create or delete, and not $STOREBOT_MODE." ;;
esac
finish
