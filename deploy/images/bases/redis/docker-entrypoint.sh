#!/bin/sh
# Options alone are meant for redis-server: docker run IMAGE --save ""
set -eu
case ${1:-} in
  -* | *.conf) set -- redis-server "$@" ;;
esac
exec "$@"
