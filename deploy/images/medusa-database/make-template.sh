#!/usr/bin/env bash
# usage: make-template.sh DIRECTORY
# Fills the empty DIRECTORY with a database cluster that holds a shop which is nobody's yet: all tables,
# sample products, no administrator, no password.
set -euo pipefail

template=$1
work=$(mktemp -d)
node=/medusa/usr/local/bin/node
export PATH=$PATH:/usr/lib/postgresql/${PG_MAJOR:-17}/bin

# Medusa does not speak through sockets, and a build may share the network of its host with other builds.
port=$("$node" -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
export PGHOST=127.0.0.1 PGPORT=$port PGUSER=shop

# The smallest segments: every store keeps at least two of them. Durability is not wanted before the end.
initdb --pgdata="$template" --username=shop --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
  --wal-segsize=1 --no-sync
pg_ctl --pgdata="$template" --wait --silent \
  --options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$work -c fsync=off" start
createdb shop

cd /medusa/app
HOME=$work NODE_ENV=production NODE_COMPILE_CACHE='' MEDUSA_DISABLE_TELEMETRY=true \
  JWT_SECRET=template COOKIE_SECRET=template STORE_WAIT_SECONDS=60 \
  DATABASE_URL="postgres://shop@127.0.0.1:$port/shop" \
  "$node" src/programs/setup.js --template

vacuumdb --all --full --freeze --quiet
vacuumdb --all --analyze-only --quiet
psql --dbname=shop --quiet --command=checkpoint
pg_ctl --pgdata="$template" --wait --silent --mode=fast stop
rm -rf "$work" "$template/postmaster.opts"

# As the official image leaves them: who comes over the network needs the password.
printf '%s\n' 'local all all trust' 'host all all 127.0.0.1/32 trust' 'host all all ::1/128 trust' \
  'host all all all scram-sha-256' >"$template/pg_hba.conf"
{
  echo "listen_addresses = '*'"
  echo 'min_wal_size = 4MB'
  echo 'max_wal_size = 256MB'
  echo 'jit = off'
} >>"$template/postgresql.conf"
