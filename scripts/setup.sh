#!/usr/bin/env bash
# Installs what the program and its tests need and the machine lacks (as root, on Debian): Chinese fonts for PDF and pictures, and with
# `tests` a browser. Node and Rust are asked for, not installed.
set -euo pipefail

command -v cargo >/dev/null || {
  echo '错误：没有找到 cargo。请先安装 Rust（1.94 或更新）：https://rustup.rs' >&2
  exit 3
}
command -v npm >/dev/null || {
  echo '错误：没有找到 npm。网页要用 Node 20 或更新编译：https://nodejs.org' >&2
  exit 3
}
rustup target list --installed 2>/dev/null | grep -q wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown || {
  echo '错误：需要 wasm32-unknown-unknown 目标：rustup target add wasm32-unknown-unknown' >&2
  exit 3
}

missing=()
[[ $(fc-list 2>/dev/null || true) == *CJK* ]] || missing+=(fonts-noto-cjk fontconfig)
if [ "${1:-}" = tests ]; then
  command -v chromium >/dev/null || missing+=(chromium)
fi
[ ${#missing[@]} = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "正在安装：${missing[*]}……"
  apt-get update -qq || true
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "提示：缺少 ${missing[*]}（PDF 要中文字体，网页测试要 Chromium）。请安装：sudo apt-get install ${missing[*]}" >&2
fi
