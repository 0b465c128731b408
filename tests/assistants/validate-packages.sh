#!/usr/bin/env bash
# Builds the packages and has each checked by the program that reads it; with OUT, checks what was built there.
#   validate-packages.sh [OUT]
# Needs $MLWRIGHT, and the programs that scripts/clients.sh installs into $MLWRIGHT_CLIENTS. The checks run with a home
# folder of their own. With OpenCode's and Copilot CLI's part of the clients, Copilot CLI installs the plugin, too.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
clients=${MLWRIGHT_CLIENTS:-${CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mlwright}/clients}
program=${MLWRIGHT:?the path of the binary}
for command in claude codex gemini mcpb; do
  if [ ! -x "$clients/bin/$command" ]; then
    echo "there is no $command in $clients/bin: run scripts/clients.sh" >&2
    exit 2
  fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
out=${1:-}
if [ -z "$out" ]; then
  out=$work/packages
  MLWRIGHT_CLIENTS=$clients "$root/scripts/packages.sh" "$out"
fi
mkdir -p "$work/home/.codex" "$work/project"

# A client with nothing of this user's, and the binary under the name that packages start.
mkdir "$work/bin"
ln -s "$program" "$work/bin/mlwright"
client() {
  (cd "$work/project" && env -i HOME="$work/home" PATH="$work/bin:$clients/bin:/usr/bin:/bin" TERM=dumb \
    GEMINI_CLI_TRUST_WORKSPACE=true timeout 120 "$@" </dev/null 2>&1)
}

failed=0
# The command must end well, and say the word.
check() { # what, word, command
  local said
  if said=$(client "${@:3}") && grep -qF -- "$2" <<<"$said"; then
    echo "ok: $1"
  else
    echo "FAILED: $1: ${*:3}"
    printf '%s\n' "$said" | sed 's/^/  /'
    failed=1
  fi
}

check "plugin, by Claude Code" "Validation passed" claude plugin validate --strict "$out/marketplace/plugins/mlwright"
check "marketplace, by Claude Code" "Validation passed" claude plugin validate --strict "$out/marketplace"
check "Claude Code takes the marketplace" mlwright claude plugin marketplace add "$out/marketplace"
check "Claude Code installs the plugin" mlwright claude plugin install mlwright@mlwright
check "Claude Code starts the plugin's server" Connected claude mcp list
check "Codex takes the marketplace" mlwright codex plugin marketplace add "$out/marketplace"
check "Codex installs the plugin" mlwright codex plugin add mlwright@mlwright
check "Codex has the plugin's skills" mlwright-explore codex debug prompt-input hello
check "extension, by Gemini CLI" "successfully validated" gemini extensions validate "$out/gemini-extension"
check "Gemini CLI installs the extension" installed gemini extensions install --consent "$out/gemini-extension"
check "Gemini CLI starts the extension's server" Connected gemini mcp list
check "bundle's manifest, by mcpb" "Manifest schema validation passes" mcpb validate "$out/bundle/manifest.json"
if [ -x "$clients/bin/copilot" ]; then
  check "Copilot CLI takes the marketplace" mlwright copilot plugin marketplace add "$out/marketplace"
  check "Copilot CLI installs the plugin" mlwright copilot plugin install mlwright@mlwright
  check "Copilot CLI has the plugin's server" mlwright copilot mcp list
fi

# The bundle holds a program that starts from where it is unpacked, and the registry's entry is of this very bundle.
check "bundle unpacks" "" mcpb unpack "$out"/mlwright-*.mcpb "$work/unpacked"
check "bundle's program starts" "mlwright " "$work/unpacked/server/mlwright" version
check "registry entry" "is sound" python3 "$root/tests/assistants/registry_entry.py" "$out"

# The schema of the registry's entry is in skillsaw, where it is installed.
skillsaw=$clients/python/bin/skillsaw
if [ -x "$skillsaw" ]; then
  mkdir "$work/registry"
  cp "$out/server.json" "$work/registry/"
  check "registry entry, by skillsaw" "" "$skillsaw" lint --strict "$work/registry"
fi
exit "$failed"
