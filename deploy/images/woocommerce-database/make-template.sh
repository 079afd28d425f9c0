#!/usr/bin/env bash
# At the build of the image: the finished data directory. usage: make-template.sh SHOP-ROOT TEMPLATE
# No password ever exists in it: the server lets everybody in on a socket and listens on nothing else.
set -euo pipefail
shopt -s inherit_errexit
shop=$1
template=$2
# Small steps and a small log, as the chart starts it: the defaults take 175 MB of a small disk.
options=(--no-defaults --datadir="$template" --user=root --socket="$shop/tmp/mysqld.sock" --skip-networking
  --skip-log-bin --innodb-log-file-size=8M --innodb-autoextend-increment=4 --innodb-undo-tablespaces=0
  --character-set-server=utf8mb4)

mkdir -p "$template"
chmod 1777 "$shop/tmp"
mariadb-install-db "${options[@]}" --force --skip-test-db --auth-root-authentication-method=socket >/dev/null
# Fast now, whole at the end: nobody needs what a crash of the build leaves.
mariadbd "${options[@]}" --skip-grant-tables --innodb-flush-log-at-trx-commit=0 --innodb-fast-shutdown=0 &
server=$!
timeout 60 bash -c "until mariadb --no-defaults --socket='$shop/tmp/mysqld.sock' \
  -e 'CREATE DATABASE IF NOT EXISTS shop CHARACTER SET utf8mb4' 2>/dev/null; do sleep 0.1; done"

export HOME=/tmp STORE_WAIT_SECONDS=60
export WORDPRESS_DB_HOST=localhost:/tmp/mysqld.sock WORDPRESS_DB_NAME=shop WORDPRESS_DB_USER=shop
chroot --userspec=33:33 "$shop" store-setup --template

# A clean stop: a copy of a running server would begin each store with a recovery.
kill -TERM "$server"
wait "$server"
rm -f "$template"/{ib_buffer_pool,*.pid,*.err,ddl_recovery*.log}
echo "$(du -sm "$template" | cut -f1) MB"
