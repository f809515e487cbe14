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
