#!/usr/bin/env bash
# Gives an empty volume a copy of the template with the store's own password, then hands over to the
# entrypoint of the base image, which finds a database and starts it.
set -euo pipefail

TEMPLATE=/usr/local/share/store-template
export PATH=$PATH:/usr/lib/postgresql/${PG_MAJOR:-17}/bin

password() {
  if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then cat "$POSTGRES_PASSWORD_FILE"; else printf %s "${POSTGRES_PASSWORD:-}"; fi
}

# The template is of one user and one database, and the copy is renamed at the end, which a folder that is
# itself a mount does not allow. Whatever else is asked for the base image makes from nothing.
template_fits() {
  [ ! -s "$PGDATA/PG_VERSION" ] && [ "${POSTGRES_USER:-}" = shop ] && [ "${POSTGRES_DB:-shop}" = shop ] &&
    ! mountpoint -q "$PGDATA" && [ -n "$(password)" ]
}

# Complete or not at all: a copy that was interrupted has another name and is thrown away.
copy_template() {
  local copy=$PGDATA.incomplete secret
  rm -rf "$copy"
  mkdir -p "$(dirname "$PGDATA")"
  cp -a --reflink=auto "$TEMPLATE" "$copy"
  chmod 700 "$copy"
  secret=$(password)
  # Single-user mode reads one statement a line; nothing can connect meanwhile, and no argument holds it.
  printf "alter user shop password '%s';\n" "${secret//\'/\'\'}" |
    postgres --single -D "$copy" -c log_statement=none -c log_min_error_statement=panic shop >/dev/null
  # On disk before it counts: PostgreSQL trusts files that it did not write to be there after a crash.
  sync -f "$copy"
  [ ! -d "$PGDATA" ] || rmdir "$PGDATA"
  mv "$copy" "$PGDATA"
}

if [ "${1:-}" = postgres ] && template_fits; then
  if [ "$(id -u)" = 0 ]; then
    chown postgres: "$(dirname "$PGDATA")"
    exec setpriv --reuid=postgres --regid=postgres --init-groups "${BASH_SOURCE[0]}" "$@"
  fi
  copy_template
  echo 'This database comes from the template of the image.'
fi
exec docker-entrypoint.sh "$@"
