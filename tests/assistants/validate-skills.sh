#!/usr/bin/env bash
# Has every skill of skills/ checked by the two validators of the Agent Skills specification: `agentskills` (skills-ref)
# and `skillsaw`. Both must find nothing, warnings included.
#   validate-skills.sh [VENV]   VENV has what requirements.txt names; else the tools stand beside $MLWRIGHT_PYTHON.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
if [ $# -gt 0 ]; then
  tools=$1/bin
elif [ -n "${MLWRIGHT_PYTHON:-}" ]; then
  tools=$(dirname "$MLWRIGHT_PYTHON")
else
  echo "usage: $0 VENV, or \$MLWRIGHT_PYTHON names a Python beside which agentskills and skillsaw are installed" >&2
  exit 2
fi
for tool in agentskills skillsaw; do
  if [ ! -x "$tools/$tool" ]; then
    echo "there is no $tool in $tools: install tests/assistants/requirements.txt" >&2
    exit 2
  fi
done

failed=0
checked=0
for skill in "$root"/skills/*/; do
  "$tools/agentskills" validate "$skill" || failed=1
  checked=$((checked + 1))
done
if [ "$checked" -eq 0 ]; then
  echo "there are no skills in $root/skills" >&2
  exit 1
fi
"$tools/skillsaw" lint --strict "$root/skills" || failed=1
exit "$failed"
