#!/usr/bin/env bash
# At the build of the image: runs a shop as a store would, with a database of its own on a socket, and keeps
# under the folder given as argument
#   opcache/     the scripts that serve the shop and an order, compiled by Apache's PHP
#   opcache-cli/ those that store-verify loads, compiled by the command line's
#   scripts      the list of Apache's, in the order of first use
#   samples/     the pictures of the sample products in all sizes
#   places.json  WooCommerce's countries and currencies
# Nothing of the shop itself is kept: the database is thrown away.
set -Eeuo pipefail
shopt -s inherit_errexit
baked=$1
work=$(mktemp -d /tmp/bake.XXXX)
chmod 755 "$work"
# A build step may share the machine's network with other builds.
port=$((20000 + RANDOM % 20000))

export HOME=/tmp
export WORDPRESS_DB_HOST=localhost:$work/mysqld.sock WORDPRESS_DB_NAME=shop WORDPRESS_DB_USER=shop
export STORE_ID=bake STORE_URL=http://127.0.0.1:$port STORE_HOST=127.0.0.1 STORE_TITLE=Bake STORE_REVISION=1
export STORE_SERVICE=http://127.0.0.1:$port STORE_CURRENCY=EUR STORE_COUNTRY=DE STORE_LOCALE= STORE_WAIT_SECONDS=120
export ADMIN_USER=bake ADMIN_EMAIL=bake@shop.invalid ADMIN_PASSWORD=bake
for name in AUTH_KEY SECURE_AUTH_KEY LOGGED_IN_KEY NONCE_KEY AUTH_SALT SECURE_AUTH_SALT LOGGED_IN_SALT NONCE_SALT; do
  export "WORDPRESS_$name=bake"
done

# What a build that fails can be told from; and nothing stays behind on a machine that shares its processes.
trap 'tail -n 40 "$work"/*.log >&2' ERR
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT

as_shop() { setpriv --reuid=33 --regid=33 --clear-groups "$@"; }

draw_samples() {
  local picture name size
  mkdir -p "$baked/samples"
  for picture in /build/samples/*.svg; do
    name=$(basename "$picture" .svg)
    rsvg-convert --width 1200 "$picture" --output "$baked/samples/$name.png"
    for size in 100 150 300 600 768 1024; do
      rsvg-convert --width "$size" "$picture" --output "$baked/samples/$name-${size}x$size.png"
    done
  done
}

start_database() {
  mkdir "$work/data"
  mariadb-install-db --no-defaults --force --datadir="$work/data" --user=root --skip-test-db >"$work/install.log" 2>&1 ||
    { cat "$work/install.log" >&2; return 1; }
  mariadbd --no-defaults --datadir="$work/data" --user=root --socket="$work/mysqld.sock" --skip-networking \
    --skip-grant-tables --skip-log-bin --innodb-flush-log-at-trx-commit=0 >"$work/database.log" 2>&1 &
  database=$!
  timeout 60 sh -c "until mariadb --no-defaults --socket=$work/mysqld.sock -e 'CREATE DATABASE IF NOT EXISTS shop' 2>/dev/null; do sleep 0.1; done"
}

# The pages a customer sees, and those of the owner's first minutes.
visit() {
  local path cookies=$work/cookies
  for path in / /?add-to-cart=0 /product/stoneware-mug/ /product-category/kitchen/ /cart/ /my-account/ /wp-login.php \
      /no-such-page/ /?s=mug /robots.txt /wp-sitemap.xml '/wp-json/wc/store/v1/products?per_page=10' /wp-cron.php; do
    curl --silent --max-time 60 --output /dev/null "$STORE_URL$path"
  done
  # Of the programs' scripts only those that an order needs.
  rm -rf /tmp/opcache-cli
  as_shop store-verify
  cp -r /tmp/opcache-cli "$baked/opcache-cli"
  # A cart of a browser, then the checkout with something in it.
  curl --silent --max-time 60 --location --cookie-jar "$cookies" --output /dev/null "$STORE_URL/product/stoneware-mug/" \
    --data "add-to-cart=$(curl --silent "$STORE_URL/wp-json/wc/store/v1/products?per_page=1" | grep -o '"id":[0-9]*' | head -n 1 | cut -d: -f2)&quantity=1"
  for path in /cart/ /checkout/; do curl --silent --max-time 60 --cookie "$cookies" --output /dev/null "$STORE_URL$path"; done
  rm -f "$cookies"
  curl --silent --max-time 60 --location --cookie-jar "$cookies" --cookie "wordpress_test_cookie=x" --output /dev/null \
    --data 'log=bake&pwd=bake&testcookie=1' "$STORE_URL/wp-login.php"
  for path in / /admin.php?page=wc-admin /edit.php?post_type=product /admin.php?page=wc-orders; do
    curl --silent --max-time 60 --cookie "$cookies" --output /dev/null "$STORE_URL/wp-admin$path"
  done
}

draw_samples
start_database
as_shop store-setup --template
as_shop php /opt/store/lib/with-wordpress/places.php >"$work/places.json"
mv "$work/places.json" "$baked/places.json"
as_shop store-setup

# Apache opens /dev/stdout and /dev/stderr anew, so the log must be its user's.
install --owner=33 /dev/null "$work/apache.log"
as_shop store-warm opcache
as_shop env APACHE_PORT=$port APACHE_MAX_WORKERS=4 apache2 -f /etc/apache2/store.conf -D FOREGROUND >"$work/apache.log" 2>&1 &
apache=$!
timeout 60 sh -c "until curl --silent --fail --output /dev/null $STORE_URL/ready; do sleep 0.1; done" || { cat "$work/apache.log"; exit 1; }
visit
kill -TERM $apache
wait $apache || true
kill -TERM $database
wait $database

cp -r /tmp/opcache "$baked/opcache"
find "$baked/opcache" -name '*.php.bin' -path '*/var/www/html/*' -printf '%T@ %P\n' | sort -n |
  sed -E 's/^[^ ]+ [0-9a-f]+//; s/\.bin$//' >"$baked/scripts"
chown -R root:root "$baked"
chmod -R u+rwX,go+rX "$baked"
rm -rf "$work"
echo "$(wc -l <"$baked/scripts") scripts compiled, $(du -sm "$baked/opcache" | cut -f1) MB"
