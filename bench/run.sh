#!/usr/bin/env bash
# Prints speeds: medians of five. The peers run in the same run; DuckDB comes from PyPI into a folder of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --locked --release -p qianmo-bench
out=target/bench
mkdir -p "$out"
target/release/qianmo-bench crates/cli/figures/township.csv packs "$out/export"
if [ ! -x "$out/venv/bin/python" ]; then
  python3 -m venv "$out/venv" && "$out/venv/bin/pip" -q install duckdb
fi
"$out/venv/bin/python" bench/duckdb_peer.py "$out/export"
cargo run --locked --release -q -p qianmo-proofread --example bench
rustup target list --installed 2>/dev/null | grep -q wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown
wasm() {
  cargo build --locked -q --profile wasm -p qianmo-wasm --no-default-features --features "$1" --target wasm32-unknown-unknown
  cp target/wasm32-unknown-unknown/wasm/qianmo_wasm.wasm "$out/$1.wasm"
}
wasm desk
wasm phone
cargo run --locked --release -q -p qianmo-wire --example village -- packs "$out/village"
if command -v node >/dev/null; then
  node bench/proofread/wasm.mjs "$out/desk.wasm" crates/proofread/tests/texts/*.txt
  node bench/due/run.mjs "$out/phone.wasm" "$out/village"
fi
# The server and the screens, on the golden township and on a county of 990,000 residents.
cargo build --locked --release -p qianmo-cli -p qianmo-bench-server
rm -rf "$out/served" "$out/served.keys"
target/release/qianmo demo --data "$out/served" --out "$out/served-out" --no-serve >/dev/null
target/release/qianmo-bench-server target/release/qianmo "$out/served"
bench/desk.sh
