#!/usr/bin/env bash
# Everything that must hold. Prints what ran and how long it took.
set -euo pipefail
cd "$(dirname "$0")/.."
began=$SECONDS
step() {
  local name=$1 from=$SECONDS
  shift
  echo "── $name"
  "$@"
  echo "── $name: $((SECONDS - from)) s"
}

tests() {
  # The store is tested on both databases. On a machine without PostgreSQL: QIANMO_TEST_DATABASE=skip
  if [ -z "${QIANMO_TEST_DATABASE:-}" ]; then
    cluster=$(mktemp -d "${TMPDIR:-/tmp}/qianmo-test-XXXXXX")
    trap 'scripts/postgres.sh stop "$cluster"' EXIT
    QIANMO_TEST_DATABASE=$(scripts/postgres.sh start "$cluster")
    export QIANMO_TEST_DATABASE
  elif [ "$QIANMO_TEST_DATABASE" = skip ]; then
    echo '注意：QIANMO_TEST_DATABASE=skip，没有在 PostgreSQL 上测试。' >&2
  fi
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --locked --workspace --no-fail-fast
  else
    cargo test --locked --workspace --no-fail-fast
  fi
}

wasm() {
  cargo check --locked -p qianmo-core -p qianmo-wasm --target wasm32-unknown-unknown
}

# Types, words in both languages, and a client that fits the program's own description.
pages() {
  scripts/client.sh --check
  (cd web && npm run -s check)
}

step '格式 format' cargo fmt --all --check
step '静态检查 clippy' cargo clippy --locked --workspace --all-targets -- -D warnings
step '边界、目录、许可 boundaries, catalogue, licences' cargo run --locked -q -p qianmo-xtask -- tidy
step '浏览器可用 wasm' wasm
# Before the program, which has them in it.
step '网页编译 pages' scripts/web.sh
step '编译 build' cargo build --locked --workspace --all-targets
step '测试 tests' tests
step '网页检查 pages, client' pages
step '网页端到端 in a browser' bash -c 'cd web && npm run -s e2e'
step '文档示例 doc tests' cargo test --locked --workspace --doc -q
step '专项包 packs' target/debug/qianmo packs check packs
echo "全部通过，用时 $((SECONDS - began)) 秒。"
