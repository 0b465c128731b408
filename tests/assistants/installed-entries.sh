#!/usr/bin/env bash
# `mlwright install` writes what assistants read: each of them is asked for its servers and skills after an install, and
# again after the uninstall.
#   installed-entries.sh
# Needs $MLWRIGHT, and the programs that scripts/clients.sh installs into $MLWRIGHT_CLIENTS; OpenCode and Copilot CLI are
# asked where they are there.
set -euo pipefail

clients=${MLWRIGHT_CLIENTS:-${CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mlwright}/clients}
program=${MLWRIGHT:?the path of the binary}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "$program" "$work/bin/mlwright"

failed=0
# A command in a home and a project that nobody has used; assistants ask whether a project is trusted, and are told so.
in_machine() { # machine, command
  (cd "$work/$1/project" && env -i HOME="$work/$1/home" PATH="$work/bin:$clients/bin:/usr/bin:/bin" TERM=dumb \
    GEMINI_CLI_TRUST_WORKSPACE=true "${@:2}" timeout 120 bash -c "$line" </dev/null 2>&1)
}
new_machine() {
  local home=$work/$1/home project=$work/$1/project
  mkdir -p "$home/.codex" "$home/.copilot" "$project"
  git -C "$project" init --quiet 2>/dev/null || true
  printf '[projects."%s"]\ntrust_level = "trusted"\n' "$project" >"$home/.codex/config.toml"
  printf '{"trusted_folders": ["%s"], "trustedFolders": ["%s"]}\n' "$project" "$project" >"$home/.copilot/config.json"
}
# The command's output has the word, or, with `not`, has not.
check() { # machine, word, what follows: [not] command line
  local word=$2 wanted=yes found=no said line machine=$1
  shift 2
  if [ "$1" = not ]; then wanted=no; shift; fi
  line=$1
  shift
  said=$(in_machine "$machine" "$@") || true
  if grep -qF -- "$word" <<<"$said"; then found=yes; fi
  if [ "$found" = "$wanted" ]; then
    echo "ok: $machine: $line: $word $([ "$wanted" = yes ] || echo is gone)"
  else
    echo "FAILED: $machine: $line: $word"
    printf '%s\n' "$said" | sed 's/^/  /'
    failed=1
  fi
}
has() { [ -x "$clients/bin/$1" ]; }

ask() { # machine, [not], and environment
  local machine=$1 not=()
  shift
  if [ "${1:-}" = not ]; then not=(not); shift; fi
  check "$machine" mlwright "${not[@]}" 'codex mcp list' "$@"
  check "$machine" mlwright-explore "${not[@]}" 'codex debug prompt-input hello' "$@"
  check "$machine" "(stdio) - Connected" "${not[@]}" 'gemini mcp list' "$@"
  check "$machine" mlwright-explore "${not[@]}" 'gemini skills list' "$@"
  if has opencode; then
    check "$machine" "mlwright" "${not[@]}" 'opencode mcp list' "$@"
    check "$machine" mlwright-explore "${not[@]}" 'opencode debug skill' "$@"
  fi
  if has copilot; then
    check "$machine" mlwright "${not[@]}" 'copilot mcp list' "$@"
    check "$machine" mlwright-explore "${not[@]}" 'copilot skill list' "$@"
  fi
}

new_machine project
line='mlwright install all --project' in_machine project >/dev/null
ask project
# Claude Code waits for its user's consent, and says so.
check project "mlwright mcp - ⏸ Pending approval" 'claude mcp list'
line='mlwright install all --project --uninstall' in_machine project >/dev/null
ask project not
check project mlwright not 'claude mcp list'

new_machine user
line='mlwright install all --user' in_machine user >/dev/null
ask user
check user Connected 'claude mcp list'
line='mlwright install all --user --uninstall' in_machine user >/dev/null
ask user not
check user mlwright not 'claude mcp list'

# Where variables say that settings are elsewhere.
new_machine moved
mkdir -p "$work/moved/x"
elsewhere=(CLAUDE_CONFIG_DIR="$work/moved/x/claude" CODEX_HOME="$work/moved/x/codex" COPILOT_HOME="$work/moved/x/copilot"
  GEMINI_CLI_HOME="$work/moved/x/gemini" OPENCODE_CONFIG_DIR="$work/moved/x/opencode" XDG_STATE_HOME="$work/moved/x/state")
mkdir -p "$work/moved/x/codex" "$work/moved/x/copilot"
line='mlwright install all --user' in_machine moved "${elsewhere[@]}" >/dev/null
ask moved "${elsewhere[@]}"
check moved Connected 'claude mcp list' "${elsewhere[@]}"
line='mlwright install all --user --uninstall' in_machine moved "${elsewhere[@]}" >/dev/null
ask moved not "${elsewhere[@]}"
exit "$failed"
