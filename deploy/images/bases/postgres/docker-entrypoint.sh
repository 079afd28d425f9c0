#!/usr/bin/env bash
# Starts PostgreSQL like the official image: an empty PGDATA is initialised with POSTGRES_USER,
# POSTGRES_PASSWORD and POSTGRES_DB (or the files that NAME_FILE names), then /docker-entrypoint-initdb.d
# is worked through on a server that listens on its socket only.
set -euo pipefail

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

initialise() {
  local args=()
  if [ -z "${POSTGRES_PASSWORD:-}" ] && [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then
    echo "POSTGRES_PASSWORD is empty. Set it to the password of the database user '$POSTGRES_USER'." >&2
    exit 1
  fi
  read -r -a args <<<"${POSTGRES_INITDB_ARGS:-}"
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "${POSTGRES_PASSWORD:-}") "${args[@]}"
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
  pg_ctl --pgdata="$PGDATA" --wait --options="-c listen_addresses=''" start
  create_database
  run_scripts
  pg_ctl --pgdata="$PGDATA" --wait --mode=fast stop
}

psql_here() {
  PGPASSWORD=${POSTGRES_PASSWORD:-} psql -v ON_ERROR_STOP=1 --no-psqlrc --username="$POSTGRES_USER" "$@"
}

create_database() {
  [ "$POSTGRES_DB" = postgres ] && return
  psql_here --dbname=postgres --quiet -v db="$POSTGRES_DB" <<<'CREATE DATABASE :"db";'
}

run_scripts() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      # A script that cannot be executed is read into this shell, as the official image does.
      *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) psql_here --dbname="$POSTGRES_DB" --file="$file" ;;
      *.sql.gz) gunzip -c "$file" | psql_here --dbname="$POSTGRES_DB" ;;
    esac
  done
}

main() {
  if [ "${1:0:1}" = - ]; then set -- postgres "$@"; fi
  [ "$1" = postgres ] || exec "$@"
  mkdir -p "$PGDATA"
  if [ "$(id -u)" = 0 ]; then
    find "$PGDATA" /var/run/postgresql ! -user postgres -exec chown postgres {} +
    exec setpriv --reuid=postgres --regid=postgres --init-groups "${BASH_SOURCE[0]}" "$@"
  fi
  chmod 700 "$PGDATA" 2>/dev/null || true
  if [ ! -s "$PGDATA/PG_VERSION" ]; then
    from_file POSTGRES_PASSWORD
    from_file POSTGRES_USER
    from_file POSTGRES_DB
    export POSTGRES_USER=${POSTGRES_USER:-postgres}
    export POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER}
    initialise
  fi
  unset POSTGRES_PASSWORD
  exec "$@"
}

main "$@"
