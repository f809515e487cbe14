#!/usr/bin/env bash
# How fast the screens are: the golden township, and a county of 990,000 residents (eleven townships of 90,000) for the search.
#   bench/desk.sh [town] [county]     both unless told; needs the screens and a release program, which it builds
set -euo pipefail
cd "$(dirname "$0")/.."
out=target/bench
mkdir -p "$out"
scripts/web.sh
cargo build --locked --release -p qianmo-cli
program=target/release/qianmo

# Serves a folder, with an account of its own; runs sections of the screens' benchmark.
measured() {
  local data=$1 account=bench$RANDOM password address server
  shift
  password=$("$program" account add --data "$data" --name "$account" --shown 测速 --role public_health | awk '{print $NF}')
  "$program" serve --data "$data" --listen 127.0.0.1:0 >"$out/served.log" 2>&1 &
  server=$!
  trap 'kill $server 2>/dev/null || true' EXIT
  until address=$(grep -o -m1 'http://[0-9.:]*' "$out/served.log"); do sleep 0.2; done
  node web/bench/desk.mjs "$address" "$account" "$password" "$@"
  kill "$server"
  wait "$server" || true
}

wanted=("$@")
[ $# -gt 0 ] || wanted=(town county)
for one in "${wanted[@]}"; do
  rm -rf "$out/$one" "$out/$one.keys"
  case $one in
  town)
    "$program" demo --data "$out/town" --out "$out/town-out" --no-serve >/dev/null
    measured "$out/town" first person rows
    ;;
  county)
    "$program" synth --figures crates/synth/tests/figures/township_90000.csv --data "$out/county" --year 2025 --townships 11 | tail -n 2
    measured "$out/county" search first
    ;;
  esac
done
