#!/usr/bin/env bash
# Starts MariaDB like the official image: an empty /var/lib/mysql is initialised with MARIADB_ROOT_PASSWORD
# (or MARIADB_RANDOM_ROOT_PASSWORD or MARIADB_ALLOW_EMPTY_ROOT_PASSWORD), MARIADB_ROOT_HOST,
# MARIADB_DATABASE, MARIADB_USER, MARIADB_PASSWORD (or the files that NAME_FILE names), then *.sql, *.sql.gz
# and *.sh of /docker-entrypoint-initdb.d are worked through on a server without network.
# MARIADB_AUTO_UPGRADE brings the data of an older server up to date. The tables of time zones always stay
# empty, as with MARIADB_INITDB_SKIP_TZINFO: the program that fills them is in none of the core packages.
set -euo pipefail
shopt -s inherit_errexit nullglob

DATADIR=/var/lib/mysql
SOCKET=/run/mysqld/mysqld.sock
# There from the first to the last step of an initialisation: what a crash leaves behind is made anew.
BEGUN=$DATADIR/.initialisation-begun

# usage: from_file NAME: NAME from the file in NAME_FILE, where that is set.
from_file() {
  local file=$1_FILE
  if [ -n "${!file:-}" ]; then
    if [ -n "${!1:-}" ]; then
      echo "Set only one of $1 and $file." >&2
      exit 1
    fi
    export "$1=$(<"${!file}")"
  fi
  unset "$file"
}

# A value as SQL text, whatever is in it.
quoted() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\\\'}"
}

# A value as SQL name.
named() { printf '`%s`' "${1//\`/\`\`}"; }

root_password() {
  if [ -n "${MARIADB_ROOT_PASSWORD:-}" ]; then
    printf %s "$MARIADB_ROOT_PASSWORD"
  elif [ -n "${MARIADB_RANDOM_ROOT_PASSWORD:-}" ]; then
    head -c 24 /dev/urandom | base64 | tr -d '\n'
  elif [ -z "${MARIADB_ALLOW_EMPTY_ROOT_PASSWORD:-}" ]; then
    echo "Set MARIADB_ROOT_PASSWORD or MARIADB_RANDOM_ROOT_PASSWORD=1: the database is empty and needs its first user." >&2
    return 1
  fi
}

# The users and the database that the environment asks for.
first_statements() {
  local password host
  password=$(quoted "$(root_password)")
  for host in localhost "${MARIADB_ROOT_HOST:-%}"; do
    echo "CREATE OR REPLACE USER root@$(quoted "$host") IDENTIFIED BY $password;"
    echo "GRANT ALL ON *.* TO root@$(quoted "$host") WITH GRANT OPTION;"
  done
  if [ -n "${MARIADB_DATABASE:-}" ]; then
    echo "CREATE DATABASE IF NOT EXISTS $(named "$MARIADB_DATABASE");"
  fi
  if [ -n "${MARIADB_USER:-}" ]; then
    echo "CREATE OR REPLACE USER $(quoted "$MARIADB_USER")@'%' IDENTIFIED BY $(quoted "${MARIADB_PASSWORD:?goes with MARIADB_USER}");"
    if [ -n "${MARIADB_DATABASE:-}" ]; then
      echo "GRANT ALL ON $(named "${MARIADB_DATABASE//_/\\_}").* TO $(quoted "$MARIADB_USER")@'%';"
    fi
  fi
  echo "DROP USER IF EXISTS $(quoted "$(id -un)")@localhost;"
}

# Runs "$@" beside a server that nobody else can reach.
beside_server() {
  local server
  mariadbd "${SERVER_OPTIONS[@]}" --skip-networking --skip-slave-start --socket="$SOCKET" &
  server=$!
  until mariadb-admin --no-defaults --skip-ssl --socket="$SOCKET" --user="$(id -un)" ping >/dev/null 2>&1; do
    kill -0 "$server" 2>/dev/null || { echo "MariaDB did not start; the lines above say why." >&2; exit 1; }
    sleep 0.1
  done
  "$@"
  kill -TERM "$server"
  wait "$server"
}

here() { mariadb --no-defaults --skip-ssl --socket="$SOCKET" --user="$(id -un)" "$@"; }

initialise_on_server() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      # A script that cannot be executed is read into this shell, as the official image does.
      *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) here ${MARIADB_DATABASE:+"$MARIADB_DATABASE"} <"$file" ;;
      *.sql.gz) gunzip -c "$file" | here ${MARIADB_DATABASE:+"$MARIADB_DATABASE"} ;;
    esac
  done
  here <<<"$1"
}

initialise() {
  local name statements output
  for name in ROOT_PASSWORD ROOT_HOST DATABASE USER PASSWORD; do from_file "MARIADB_$name"; done
  statements=$(first_statements)
  find "$DATADIR" -mindepth 1 -maxdepth 1 ! -name lost+found -exec rm -rf {} +
  touch "$BEGUN"
  # Whoever runs this may log in on the socket, without a password, until the last statement has run.
  # --force: nothing here depends on what the host is called.
  output=$(mariadb-install-db --force --datadir="$DATADIR" --skip-test-db --skip-log-bin \
    --auth-root-authentication-method=socket --auth-root-socket-user="$(id -un)" "${SERVER_OPTIONS[@]}" 2>&1) ||
    { echo "$output" >&2; exit 1; }
  beside_server initialise_on_server "$statements"
  rm "$BEGUN"
}

upgrade_if_older() {
  local known
  known=$(cut -d. -f1,2 "$DATADIR/mariadb_upgrade_info" 2>/dev/null || cut -d. -f1,2 "$DATADIR/mysql_upgrade_info" 2>/dev/null || true)
  if [ -z "${MARIADB_AUTO_UPGRADE:-}" ] || [ -z "$known" ] || [ "$known" = "$MARIADB_VERSION" ]; then return; fi
  echo "upgrading the data of MariaDB $known"
  SERVER_OPTIONS+=(--skip-grant-tables)
  beside_server mariadb-upgrade --no-defaults --skip-ssl --socket="$SOCKET" --user=root
}

main() {
  if [ "${1:0:1}" = - ]; then set -- mariadbd "$@"; fi
  case $1 in mariadbd | mysqld) ;; *) exec "$@" ;; esac
  if [ "$(id -u)" = 0 ]; then
    find "$DATADIR" /run/mysqld ! -user mysql -exec chown mysql:mysql {} +
    exec setpriv --reuid=mysql --regid=mysql --init-groups "${BASH_SOURCE[0]}" "$@"
  fi
  SERVER_OPTIONS=("${@:2}")
  if [ -e "$BEGUN" ] || [ ! -d "$DATADIR/mysql" ]; then
    initialise
  else
    upgrade_if_older
  fi
  exec "$@"
}

main "$@"
