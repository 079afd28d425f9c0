#!/usr/bin/env bash
# A part of the official image's healthcheck.sh: --connect (the server answers over TCP, which the one of
# the initialisation does not) and --innodb_initialized. Exit 0: all of it is true.
set -eu

# A refused login is an answer too.
answers() {
  local output
  output=$(mariadb-admin --no-defaults --host=127.0.0.1 --skip-ssl --silent ping 2>&1) || [[ $output == *"Access denied"* ]]
}

[ $# -gt 0 ] || { echo "usage: healthcheck.sh --connect|--innodb_initialized…" >&2; exit 2; }
for check; do
  case $check in
    --connect | --innodb_initialized) answers || exit 1 ;;
    *) echo "healthcheck.sh: this image does not know $check" >&2; exit 2 ;;
  esac
done
