#!/usr/bin/env bash
# Builds the extension of VS Code, with the binary in it, for this machine's platform:
#   vsix.sh OUT    OUT/mlwright-VERSION-PLATFORM.vsix
# Needs $MLWRIGHT (the binary). What builds it comes with scripts/editors.sh and npm, into $CACHE_DIR.
set -euo pipefail

out=${1:?usage: vsix.sh OUT}
root=$(cd "$(dirname "$0")/.." && pwd)
cache=${CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mlwright}
program=${MLWRIGHT:?the path of the binary}
source=$root/editor-plugins/vscode
# The largest extension that the marketplace takes well; a binary with its symbols would not be noticed otherwise.
size_mb_max=100

suffix=
case $(uname -s)-$(uname -m) in
  Linux-x86_64) platform=linux-x64 ;;
  Linux-aarch64) platform=linux-arm64 ;;
  Darwin-x86_64) platform=darwin-x64 ;;
  Darwin-arm64) platform=darwin-arm64 ;;
  MINGW*-x86_64 | MSYS*-x86_64 | CYGWIN*-x86_64) platform=win32-x64 suffix=.exe ;;
  *)
    echo "no extension can be made for $(uname -s) on $(uname -m)" >&2
    exit 1
    ;;
esac
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' "$root/Cargo.toml")

CACHE_DIR=$cache "$root/scripts/editors.sh"
export PATH="$cache/editors/bin:$PATH"

# The packages that build it, kept from one time to the next.
tools=$cache/vscode-extension
digest=$(cat "$source/package.json" "$source/package-lock.json" | cksum)
if [ "$(cat "$tools/.installed" 2>/dev/null)" != "$digest" ]; then
  echo "installing what builds the extension of VS Code" >&2
  rm -rf "$tools"
  mkdir -p "$tools"
  cp "$source"/package*.json "$source/.npmrc" "$tools/"
  (cd "$tools" && npm ci --loglevel=error >&2)
  echo "$digest" >"$tools/.installed"
fi

mkdir -p "$out"
out=$(cd "$out" && pwd)
staged=$(mktemp -d)
trap 'rm -rf "$staged"' EXIT
(cd "$source" && cp -R src test media package.json README.md tsconfig.json eslint.config.mjs esbuild.mjs .vscodeignore "$staged/")
cp "$root"/LICENSE-* "$staged/"
ln -s "$tools/node_modules" "$staged/node_modules"
mkdir "$staged/bin"
cp "$program" "$staged/bin/mlwright$suffix"
if command -v strip >/dev/null 2>&1; then strip "$staged/bin/mlwright$suffix"; fi
chmod 755 "$staged/bin/mlwright$suffix"

cd "$staged"
npm run --silent check
npm test --silent >test.log 2>&1 || { cat test.log >&2; exit 1; }
node -e 'const fs = require("fs"), p = JSON.parse(fs.readFileSync("package.json")); p.version = process.argv[1]; fs.writeFileSync("package.json", JSON.stringify(p, null, 2))' "$version"
made=mlwright-$version-$platform.vsix
# Everything is in one bundle: no packages go along. The two licences lie beside each other, which `vsce` does not know.
node node_modules/@vscode/vsce/vsce package --target "$platform" --no-dependencies --allow-missing-repository --skip-license --out "$made" >vsce.log 2>&1 || { cat vsce.log >&2; exit 1; }
size_mb=$(($(wc -c <"$made") / 1024 / 1024))
if [ "$size_mb" -gt "$size_mb_max" ]; then
  echo "$made has $size_mb MB, more than $size_mb_max" >&2
  exit 1
fi
# One of an earlier version would be taken for this one.
rm -f "$out"/mlwright-*-"$platform".vsix
mv "$made" "$out/"
echo "$out/$made ($size_mb MB)"
