#!/usr/bin/env bash
# Looks for what building and testing need; installs from Debian what it may, else says what is missing.
set -euo pipefail

missing=()
need() { # command, Debian package
  command -v "$1" >/dev/null 2>&1 || missing+=("$2")
}
need cc gcc
need python3 python3
need curl curl
python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || missing+=(python3-venv)

if [ "${#missing[@]}" -gt 0 ]; then
  if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "installing ${missing[*]}" >&2
    apt-get update --quiet=2 >&2
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends "${missing[@]}" >&2
  else
    echo "missing: ${missing[*]}" >&2
    echo "install them with your system's package manager, then run this again" >&2
    exit 1
  fi
fi

if ! command -v cargo >/dev/null 2>&1; then
  echo "missing: Rust. Install rustup (https://rustup.rs), which brings the version in rust-toolchain.toml" >&2
  exit 1
fi
