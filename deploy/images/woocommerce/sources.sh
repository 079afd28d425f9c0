#!/usr/bin/env bash
# Lays WordPress and WooCommerce out under the folder given as argument, from /supplied, from wordpress.org
# or, WordPress only, from Debian's packages; and refuses versions that do not go together.
set -euo pipefail
shopt -s inherit_errexit
image=$1
site=$image/var/www/html
plugin=$site/wp-content/plugins/woocommerce

# usage: check_pin FILE SHA256
check_pin() {
  if [ -n "$2" ]; then
    echo "$2  $1" | sha256sum --check --quiet -
  else
    echo "not pinned: $(sha256sum "$1")"
  fi
}

download_wordpress() {
  local zip=wordpress-$WORDPRESS_VERSION.zip
  curl --fail --silent --show-error --location --remote-name "https://wordpress.org/$zip"
  check_pin "$zip" "$WORDPRESS_SHA256"
  echo "$(curl --fail --silent --show-error --location "https://wordpress.org/$zip.sha1")  $zip" | sha1sum --check --quiet -
  unzip -q "$zip"
  mv wordpress "$site"
}

download_woocommerce() {
  local zip=woocommerce.$VERSION.zip
  curl --fail --silent --show-error --location --remote-name "https://downloads.wordpress.org/plugin/$zip"
  check_pin "$zip" "$WOOCOMMERCE_SHA256"
  curl --fail --silent --show-error --location --output published.json \
    "https://downloads.wordpress.org/plugin-checksums/woocommerce/$VERSION.json"
  unzip -q "$zip"
  php /build/published-checksums.php published.json woocommerce
  mv woocommerce "$plugin"
}

# Debian's newest WordPress is in sid. Its archive is signed, so apt checks what is downloaded. The package
# links to libraries of other packages; the links are replaced by the files.
wordpress_of_debian() {
  local package
  sed -E 's/\btrixie\b/sid/' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
    grep -vE 'security|updates|backports' >sid || true
  if grep -q '^Types:' sid; then
    printf 'Types: deb\nURIs: %s\nSuites: sid\nComponents: main\nSigned-By: %s\n' \
      "$(sed -n 's/^URIs: *//p' sid | head -n 1)" "$(sed -n 's/^Signed-By: *//p' sid | head -n 1)" \
      >/etc/apt/sources.list.d/sid.sources
  else
    cp sid /etc/apt/sources.list.d/sid.list
  fi
  apt-get update -qq
  # In the order of Suites, sid's version is the newer one of each.
  apt-get download wordpress wordpress-theme-twentytwentyfive libjs-cropper libjs-jquery-ui libjs-lodash \
    libjs-underscore libphp-phpmailer php-getid3
  for package in *.deb; do dpkg-deb --extract "$package" debian; done
  rm -f debian/usr/share/wordpress/.htaccess
  # The bundle of certificates is the base's own.
  ln -sf /etc/ssl/certs/ca-certificates.crt debian/usr/share/wordpress/wp-includes/certificates/ca-bundle.crt
  cp -rL debian/usr/share/wordpress "$site"
}

constant_of() {
  php -r 'require $argv[1]; echo ${$argv[2]};' "$1" "$2"
}

# Nothing that a shop must not have: other plugins, examples, texts that tell the version.
strip() {
  rm -rf "$site"/wp-content/plugins/{akismet,hello.php,index.php} "$site/wp-content/languages" \
    "$site"/{readme.html,license.txt,wp-config-sample.php}
  find "$site/wp-content/themes" -mindepth 1 -maxdepth 1 ! -name twentytwentyfive ! -name index.php \
    -exec rm -rf {} +
}

check_versions() {
  local wordpress woocommerce needed
  wordpress=$(constant_of "$site/wp-includes/version.php" wp_version)
  woocommerce=$(sed -n 's/^ \* Version: *\([0-9.]*\).*/\1/p' "$plugin/woocommerce.php" | head -n 1)
  needed=$(sed -n 's/^ \* Requires at least: *\([0-9.]*\).*/\1/p' "$plugin/woocommerce.php" | head -n 1)
  if [ "$woocommerce" != "$VERSION" ]; then
    echo "this is WooCommerce $woocommerce, but the image is called $VERSION: build with --build-arg VERSION=$woocommerce" >&2
    exit 1
  fi
  if [ "$(printf '%s\n' "$needed" "$wordpress" | sort -V | head -n 1)" != "$needed" ]; then
    echo "WooCommerce $woocommerce needs WordPress $needed, this is $wordpress" >&2
    exit 1
  fi
  mkdir -p "$image/opt/store"
  echo "woocommerce $woocommerce, wordpress $wordpress" >"$image/opt/store/versions"
}

mkdir -p "$image/var/www" /build/work
cd /build/work
if [ -d /supplied/wordpress ]; then
  cp -r /supplied/wordpress "$site"
elif [ -e /supplied/wordpress-from-debian ]; then
  wordpress_of_debian
else
  download_wordpress
fi
strip
if [ -d /supplied/woocommerce ]; then cp -r /supplied/woocommerce "$plugin"; else download_woocommerce; fi
chmod -R u+rwX,go+rX,go-w "$image"
check_versions
