#!/usr/bin/env bash
# Installs what the program and its tests need and the machine lacks: Chinese fonts for PDF (as root, on Debian).
set -euo pipefail

command -v cargo >/dev/null || {
  echo '错误：没有找到 cargo。请先安装 Rust（1.94 或更新）：https://rustup.rs' >&2
  exit 3
}

if [[ $(fc-list 2>/dev/null || true) != *CJK* ]]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo '正在安装中文字体（fonts-noto-cjk）……'
    apt-get update -qq || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends fonts-noto-cjk fontconfig >/dev/null
  else
    echo '提示：没有中文字体，PDF 无法生成。请安装：sudo apt-get install fonts-noto-cjk' >&2
  fi
fi
