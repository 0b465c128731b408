#!/usr/bin/env bash
# Measures beside peers, all in one run on this machine, and writes RESULTS.md.
# `benches/run.sh` runs everything; `benches/run.sh profile|latency|startup|assistant|editor|linear|boosting|train|endurance` one of them
# (endurance, six minutes, and train, two minutes a table, only so).
set -euo pipefail
cd "$(dirname "$0")/.."
: "${CARGO_TARGET_DIR:=$HOME/.cache/mlwright/target}"
export MLWRIGHT="${MLWRIGHT:-$CARGO_TARGET_DIR/release/mlwright}"
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/mlwright"
VENV="$CACHE/venv-bench"

command -v wrk >/dev/null || {
  [ "$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq wrk >/dev/null || {
    echo "missing: wrk (Debian package wrk)" >&2
    exit 1
  }
}
if ! cmp -s benches/requirements.txt "$VENV/requirements.txt"; then
  python3 -m venv "$VENV"
  "$VENV/bin/pip" install --quiet --disable-pip-version-check --requirement benches/requirements.txt
  cp benches/requirements.txt "$VENV/requirements.txt"
fi

names=("$@")
[ "${#names[@]}" -gt 0 ] || names=(profile latency startup assistant editor linear boosting)
mkdir -p "$CACHE/bench"
for name in "${names[@]}"; do
  # What only learns is measured through an example of its crate.
  case "$name" in
    linear) cargo build --release --quiet -p mlwright-learn --example linear ;;
    train) cargo build --release --quiet -p mlwright-learn --example boost ;;
  esac
  "$VENV/bin/python" "benches/$name.py" "$CACHE/bench"
done
"$VENV/bin/python" benches/results.py "$CACHE/bench" > benches/RESULTS.md
echo "written: benches/RESULTS.md"
