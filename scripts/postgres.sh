#!/usr/bin/env bash
# A private PostgreSQL for tests and benchmarks: no service, no network port, nothing outside its folder.
#
#   scripts/postgres.sh start [DIR]    installs PostgreSQL if need be (as root, on Debian), makes a cluster in DIR, starts it
#                                      and prints its address; does nothing but print when it runs already
#   scripts/postgres.sh stop [DIR]     stops it and removes DIR
#   scripts/postgres.sh halt [DIR]     stops it and keeps what it holds, for a later start
#   scripts/postgres.sh crash [DIR]    stops it as a power cut would (no checkpoint) and starts it again
#
# A cluster that nobody has been connected to for half an hour stops by itself: longer than tests that need none take before those that do.
set -euo pipefail
dir=${2:-${TMPDIR:-/tmp}/qianmo-postgres-$(id -u)}

binaries() {
  local found
  found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  [ -n "$found" ] || ! command -v initdb >/dev/null || found=$(dirname "$(command -v initdb)")
  [ -x "$found/initdb" ] && echo "$found"
}

install() {
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo '错误：没有找到 PostgreSQL。请安装（sudo apt-get install postgresql），或用 QIANMO_TEST_DATABASE 给出数据库地址。' >&2
    exit 3
  fi
  echo '正在安装 PostgreSQL……' >&2
  # Without the service that the package would start.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  apt-get update -qq >&2 || true
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null 2>&1
}

# PostgreSQL doesn't run as root.
as_owner() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

running() { [ -d "$dir/data" ] && as_owner "$bin/pg_ctl" status -D "$dir/data" >/dev/null 2>&1; }

launch() {
  # The lock that this script holds must not stay open in the server.
  as_owner "$bin/pg_ctl" start -D "$dir/data" -w -t 60 -l "$dir/log" 9>&- >/dev/null
}

watch_over() {
  local idle=0
  while sleep 20 && running; do
    if as_owner "$bin/psql" -h "$dir" -U postgres -Atc \
      "select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()" 2>/dev/null | grep -qx 0; then
      idle=$((idle + 1))
    else
      idle=0
    fi
    if [ "$idle" -ge 90 ]; then
      as_owner "$bin/pg_ctl" stop -D "$dir/data" -m fast >/dev/null 2>&1 || true
      rm -rf "$dir"
    fi
  done
}

start() {
  running && return
  if [ ! -d "$dir/data" ]; then
    mkdir -p "$dir"
    [ "$(id -u)" != 0 ] || chown postgres "$dir"
    as_owner "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
    as_owner tee -a "$dir/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$dir'
max_connections = 200
shared_buffers = 128MB
max_wal_size = 1GB
CONF
  fi
  launch
  (watch_over 9>&- >/dev/null 2>&1 </dev/null &)
}

bin=$(binaries) || { install && bin=$(binaries); }
case ${1:-} in
start)
  exec 9>"$dir.lock"
  flock 9
  start
  echo "host=$dir user=postgres dbname=postgres"
  ;;
stop)
  running && as_owner "$bin/pg_ctl" stop -D "$dir/data" -m fast >/dev/null
  rm -rf "$dir" "$dir.lock"
  ;;
halt)
  as_owner "$bin/pg_ctl" stop -D "$dir/data" -m fast >/dev/null
  ;;
crash)
  as_owner "$bin/pg_ctl" stop -D "$dir/data" -m immediate >/dev/null
  launch
  ;;
*)
  sed -n '2,10p' "$0" >&2
  exit 2
  ;;
esac
