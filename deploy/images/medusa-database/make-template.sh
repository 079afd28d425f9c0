#!/usr/bin/env bash
# usage: make-template.sh DIRECTORY
# Fills the empty DIRECTORY with a database cluster that holds a shop which is nobody's yet: all tables,
# sample products, no administrator, no password. Listens on a socket only, so that builds do not collide.
set -euo pipefail

template=$1
socket=$(mktemp -d)
export PATH=$PATH:/usr/lib/postgresql/${PG_MAJOR:-17}/bin

# The smallest segments: every store keeps at least two of them. Durability is not wanted before the end.
initdb --pgdata="$template" --username=shop --auth-local=trust --auth-host=scram-sha-256 \
  --encoding=UTF8 --locale=C.UTF-8 --wal-segsize=1 --no-sync
printf '\nhost all all all scram-sha-256\n' >>"$template/pg_hba.conf"
{
  echo "listen_addresses = '*'"
  echo "min_wal_size = 4MB"
  echo "max_wal_size = 256MB"
  echo "jit = off"
} >>"$template/postgresql.conf"

pg_ctl --pgdata="$template" --wait --silent \
  --options="-c listen_addresses='' -c unix_socket_directories=$socket -c fsync=off" start
createdb --host="$socket" --username=shop shop

cd /medusa/app
HOME=$(mktemp -d) NODE_ENV=production NODE_PATH= NODE_COMPILE_CACHE='' MEDUSA_DISABLE_TELEMETRY=true \
  JWT_SECRET=template COOKIE_SECRET=template STORE_WAIT_SECONDS=60 \
  DATABASE_URL="postgres://shop@localhost/shop?host=$socket" \
  /medusa/usr/local/bin/node src/programs/setup.js --template

vacuumdb --host="$socket" --username=shop --all --full --freeze --quiet
vacuumdb --host="$socket" --username=shop --all --analyze-only --quiet
psql --host="$socket" --username=shop --dbname=shop --quiet --command=checkpoint
pg_ctl --pgdata="$template" --wait --silent --mode=fast stop
rm -rf "$socket" "$template/postmaster.opts" "$template"/log
