#!/usr/bin/env bash
# Builds the screens into web/dist, from where the program takes them: libraries, the proofreader for the browser, the pages.
set -euo pipefail
cd "$(dirname "$0")/.."

# What npm installed is kept until the list of versions changes.
if [ ! -e web/node_modules/.qianmo ] || [ web/package-lock.json -nt web/node_modules/.qianmo ]; then
  echo '── 网页：安装依赖'
  (cd web && npm ci --no-audit --no-fund --loglevel=error)
  touch web/node_modules/.qianmo
fi

echo '── 网页：核数模块（WebAssembly）'
cargo build --locked -q -p qianmo-wasm --no-default-features --features desk --profile wasm --target wasm32-unknown-unknown --target-dir target/wasm
mkdir -p web/packages/desk/dist
cp target/wasm/wasm32-unknown-unknown/wasm/qianmo_wasm.wasm web/packages/desk/dist/desk.wasm

echo '── 网页：编译'
(cd web && npm run -s build -- --logLevel warn)
