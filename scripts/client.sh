#!/usr/bin/env bash
# Makes the web's typed client from what the program says of its interface. With --check: says whether it is still the same.
set -euo pipefail
cd "$(dirname "$0")/.."
held=web/packages/client/src/schema.d.ts
made=target/client/schema.d.ts

mkdir -p target/client
target/debug/qianmo openapi >target/client/openapi.json
(cd web && npx openapi-typescript ../target/client/openapi.json -o "../$made" >/dev/null)
if [ "${1:-}" = --check ]; then
  diff -q "$made" "$held" >/dev/null || {
    echo "错误：$held 与程序的接口不一致。请运行 scripts/client.sh 并提交。" >&2
    exit 1
  }
else
  cp "$made" "$held"
fi
