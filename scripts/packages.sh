#!/usr/bin/env bash
# Builds what assistants and registries install mlwright from, out of packages/, skills/ and the binary:
#   packages.sh OUT    OUT/marketplace       a marketplace with one plugin: Claude Code, Codex, Copilot CLI
#                      OUT/gemini-extension  an extension of Gemini CLI
#                      OUT/NAME.mcpb         a bundle with this machine's binary, for desktop clients
#                      OUT/server.json       the entry in the MCP registry, which names the bundle
#                      OUT/NAME.vsix         the extension of VS Code, with this machine's binary (scripts/vsix.sh)
# Needs $MLWRIGHT (the binary) and npm's `mcpb`, which scripts/clients.sh brings; without it npm installs that alone.
set -euo pipefail

out=${1:?usage: packages.sh OUT}
root=$(cd "$(dirname "$0")/.." && pwd)
cache=${CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mlwright}
clients=${MLWRIGHT_CLIENTS:-$cache/clients}
program=${MLWRIGHT:?the path of the binary}
# Who publishes: the registry takes a name only from the owner of its namespace, and bundles from where it can load them.
namespace=${NAMESPACE:-io.github.mlwright}
downloads=${DOWNLOADS:-https://github.com/mlwright/mlwright/releases/download}

version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' "$root/Cargo.toml")
said=$("$program" version)
if [ "$said" != "mlwright $version" ]; then
  echo "$program is \"$said\", but Cargo.toml has version $version; run make build" >&2
  exit 1
fi
if ! ls "$root"/skills/*/SKILL.md >/dev/null 2>&1; then
  echo "there are no skills in $root/skills" >&2
  exit 1
fi

case $(uname -s) in
  Linux) system=linux platform=linux suffix= ;;
  Darwin) system=macos platform=darwin suffix= ;;
  MINGW* | MSYS* | CYGWIN*) system=windows platform=win32 suffix=.exe ;;
  *)
    echo "no bundle can be made for $(uname -s)" >&2
    exit 1
    ;;
esac
bundle=mlwright-$version-$system-$(uname -m).mcpb

# The command that packs bundles, in the version that the checks are made with.
packer() {
  if [ -x "$clients/bin/mcpb" ]; then
    echo "$clients/bin/mcpb"
    return
  fi
  local pinned folder=$cache/packer
  pinned=$(sed -n 's/.*"@anthropic-ai\/mcpb": "\(.*\)".*/\1/p' "$root/tests/assistants/package.json")
  if [ "$(cat "$folder/.installed" 2>/dev/null)" != "$pinned" ]; then
    if ! command -v npm >/dev/null 2>&1; then
      echo "missing: npm, or the clients that scripts/clients.sh installs" >&2
      return 1
    fi
    mkdir -p "$folder"
    npm install --prefix "$folder" --no-fund --no-audit --loglevel=error "@anthropic-ai/mcpb@${pinned:?}" >&2
    echo "$pinned" >"$folder/.installed"
  fi
  echo "$folder/node_modules/.bin/mcpb"
}

# Copies a folder of templates, with their words filled in.
fill() { # from, to
  local from to
  (cd "$1" && find . -type f) | while IFS= read -r name; do
    from=$1/$name to=$2/$name
    mkdir -p "$(dirname "$to")"
    sed -e "s|@VERSION@|$version|g" -e "s|@NAMESPACE@|$namespace|g" -e "s|@DOWNLOADS@|$downloads|g" -e "s|@BUNDLE@|$bundle|g" \
      -e "s|@BUNDLE_SHA256@|${bundle_sha256:-}|g" -e "s|@PROGRAM@|mlwright$suffix|g" -e "s|@PLATFORM@|$platform|g" "$from" >"$to"
  done
}

with_licenses() { cp "$root/LICENSE-APACHE" "$root/LICENSE-MIT" "$1/"; }

packer=$(packer)
# Built aside, so that a build that fails leaves what was there.
mkdir -p "$(dirname "$out")"
made=$(mktemp -d "$(dirname "$out")/.packages.XXXXXX")
trap 'rm -rf "$made"' EXIT

fill "$root/packages/marketplace" "$made/marketplace"
plugin=$made/marketplace/plugins/mlwright
fill "$root/packages/plugin" "$plugin"
cp -R "$root/skills" "$plugin/skills"
with_licenses "$plugin"

fill "$root/packages/gemini" "$made/gemini-extension"
cp -R "$root/skills" "$made/gemini-extension/skills"
with_licenses "$made/gemini-extension"

fill "$root/packages/bundle" "$made/bundle"
mkdir "$made/bundle/server"
cp "$program" "$made/bundle/server/mlwright$suffix"
# Symbols are most of a build that was made for tests.
if command -v strip >/dev/null 2>&1; then strip "$made/bundle/server/mlwright$suffix"; fi
chmod 755 "$made/bundle/server/mlwright$suffix"
with_licenses "$made/bundle"
"$packer" pack "$made/bundle" "$made/$bundle" </dev/null >"$made/pack.log" || { cat "$made/pack.log" >&2; exit 1; }

bundle_sha256=$(python3 -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$made/$bundle")
fill "$root/packages/registry" "$made"

if grep -rlE '@[A-Z_0-9]+@' "$made/marketplace" "$made/gemini-extension" "$made/bundle/manifest.json" "$made/server.json"; then
  echo "these files have words that were not filled in" >&2
  exit 1
fi
rm -r "$made/pack.log"
CACHE_DIR=$cache "$root/scripts/vsix.sh" "$made" >/dev/null
rm -rf "$out"
mv "$made" "$out"
chmod 755 "$out"
echo "$out: marketplace, gemini-extension, $bundle, server.json, $(cd "$out" && echo *.vsix)"
