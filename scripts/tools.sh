#!/usr/bin/env bash
# Looks for what a purpose needs; installs from Debian what it may, else says what is missing.
#   tools.sh build        a C compiler that links, and Rust
#   tools.sh quickstart   that, and Python
#   tools.sh test         that, and what the tests drive the binary with (curl, a browser)
#   tools.sh editors      Emacs with Eglot
#   tools.sh vscode       what VS Code's native parts are compiled with
set -euo pipefail

purpose=${1:-}
case $purpose in
  build | quickstart | test | editors | vscode) ;;
  *)
    echo "usage: $0 build|quickstart|test|editors|vscode" >&2
    exit 2
    ;;
esac

missing=()
need() { # command, Debian packages
  command -v "$1" >/dev/null 2>&1 || missing+=("${@:2}")
}

# Whether C programs can be made: a compiler alone does not bring the C library's headers.
links_c() {
  local folder made=1
  folder=$(mktemp -d)
  printf '#include <stdio.h>\nint main(void) { return puts("") < 0; }\n' >"$folder/a.c"
  if cc "$folder/a.c" -o "$folder/a" >/dev/null 2>&1; then made=0; fi
  rm -r "$folder"
  return "$made"
}

compiles() { # a line of C++
  printf '%s\nint main() { return 0; }\n' "$1" | c++ -x c++ -fsyntax-only - >/dev/null 2>&1
}

# Whether there is an Emacs that has Eglot, as a part of it or as a package.
has_eglot() { emacs --batch --no-init-file --funcall package-initialize --eval "(require 'eglot)" >/dev/null 2>&1; }

links_c || missing+=(gcc libc6-dev)
if [ "$purpose" != build ]; then
  need python3 python3
fi
if [ "$purpose" = test ]; then
  need curl curl
  # The views are looked at in a browser.
  if ! command -v chromium-browser >/dev/null 2>&1 && ! command -v google-chrome >/dev/null 2>&1; then need chromium chromium; fi
  python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || missing+=(python3-venv)
fi

if [ "$purpose" = editors ] && ! has_eglot; then missing+=(emacs-nox elpa-eglot); fi
if [ "$purpose" = vscode ]; then
  need make make
  compiles '#include <gssapi/gssapi.h>' || missing+=(g++ libkrb5-dev)
fi

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
