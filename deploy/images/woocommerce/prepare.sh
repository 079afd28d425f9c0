#!/usr/bin/env bash
# Runs before a build of the image and fills the folder given as argument with what need not or cannot be
# downloaded; what is missing there is downloaded by the Dockerfile.
#   WOOCOMMERCE_ZIP=PATH   WooCommerce as zip or folder: the built plugin, as wordpress.org hands it out
#   WORDPRESS_ZIP=PATH     WordPress as zip or folder; "debian" takes it from Debian's packages
# Writes `version`, the version of WooCommerce, which becomes the tag of the image. Exit 3: something must
# be supplied, said in the last line.
set -euo pipefail
shopt -s inherit_errexit
supplied=$1

# usage: take PATH FOLDER: a zip's or folder's contents, without a single folder around them.
take() {
  local from=$1 to=$2 unpacked
  rm -rf "$to"
  if [ -d "$from" ]; then
    cp -rL "$from" "$to"
    return
  fi
  [ -f "$from" ] || { echo "$from: no such file or folder"; exit 1; }
  command -v unzip >/dev/null || { echo "unzip is missing: install it, or give an unpacked folder"; exit 1; }
  unpacked=$(mktemp -d)
  unzip -q "$from" -d "$unpacked"
  mv "$unpacked"/* "$to" || { echo "$from: not one folder inside"; exit 1; }
  rm -rf "$unpacked"
}

reachable() {
  command -v curl >/dev/null && curl --silent --head --max-time 10 --output /dev/null "$1"
}

wordpress() {
  rm -rf "$supplied/wordpress" "$supplied/wordpress-from-debian"
  case ${WORDPRESS_ZIP:-} in
    debian) touch "$supplied/wordpress-from-debian" ;;
    ?*) take "$WORDPRESS_ZIP" "$supplied/wordpress" ;;
    *) reachable https://wordpress.org || touch "$supplied/wordpress-from-debian" ;;
  esac
}

woocommerce() {
  local main=$supplied/woocommerce/woocommerce.php
  rm -rf "$supplied/woocommerce" "$supplied/version"
  if [ -n "${WOOCOMMERCE_ZIP:-}" ]; then
    take "$WOOCOMMERCE_ZIP" "$supplied/woocommerce"
    sed -n 's/^ \* Version: *\([0-9][0-9.]*\)[[:space:]]*$/\1/p' "$main" | head -n 1 >"$supplied/version"
    [ -s "$supplied/version" ] || { echo "$WOOCOMMERCE_ZIP: woocommerce.php names no released version"; exit 1; }
  elif ! reachable https://downloads.wordpress.org; then
    echo "WooCommerce cannot be downloaded here: name a local copy with WOOCOMMERCE_ZIP=PATH (the plugin's zip or its folder)"
    exit 3
  fi
}

woocommerce
wordpress
