#!/usr/bin/env bash
# The protocol's official conformance suite: all that two revisions of the specification require, and the extensions, against a server
# that has what the suite asks for on our transport; then against the product what asks for nothing of the kind.
#   conformance.sh            both
#   conformance.sh fixture
#   conformance.sh product    $MLWRIGHT is the binary
# The suite is where scripts/clients.sh installs it. Ends what it starts, and fails when a check does.
set -euo pipefail

source "$(dirname "$0")/served.sh"
suite=$clients/conformance
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$cache/target}

# Runs the suite, whose exit code counts what is scored.
ask() { # what is tested, arguments of the suite
  "$suite" server --url "$url" --output-dir "$folder/$1" "${@:2}" >"$folder/said" 2>&1
}

# As `ask`; what the suite found wrong is told by report.py, unless it broke off.
check() {
  if ! ask "$@"; then
    echo "the suite is not satisfied with the $1: ${*:2}" >&2
    if ! grep -qE 'Test Results|SUMMARY' "$folder/said"; then cat "$folder/said" >&2; fi
    failed=1
  fi
}

# What was checked and did not pass, whether it is scored or not.
report() {
  python3 "$root/tests/conformance/report.py" "$folder/$1" "$1" || failed=1
}

fixture() {
  cargo build --quiet --locked --manifest-path "$root/tests/conformance/Cargo.toml"
  start "$CARGO_TARGET_DIR/debug/mlwright-conformance"
  for revision in 2026-07-28 2025-11-25; do
    check fixture --requirements "$revision"
  done
  # No revision requires them.
  for scenario in sep-2640-skills-{directory,enumeration,manifest}; do
    check fixture --scenario "$scenario"
  done
  stop
  report fixture
}

product() {
  local workspace=$folder/workspace scenario
  mkdir -p "$workspace/.mlwright"
  cp "$root/examples/telco-churn/telco.csv" "$workspace/"
  start "${MLWRIGHT:?names the binary}" --workspace "$workspace" mcp --http --port 0 --anonymous read
  for scenario in server-initialize server-session-lifecycle ping completion-complete tools-list resources-list prompts-list \
    dns-rebinding-protection; do
    check product --spec-version 2025-11-25 --scenario "$scenario"
  done
  for scenario in completion-complete tools-list resources-list prompts-list dns-rebinding-protection sep-2164-resource-not-found \
    caching http-header-validation input-required-result-unsupported-methods server-sse-multiple-streams; do
    check product --spec-version 2026-07-28 --scenario "$scenario"
  done
  for scenario in sep-2640-skills-{directory,enumeration,manifest}; do
    check product --scenario "$scenario"
  done
  # These also ask for tools that the product has not: what of them fails for that is excused in report.py.
  for scenario in server-stateless tasks-capability-negotiation; do
    ask product --scenario "$scenario" || true
  done
  stop
  report product
}

failed=0
case ${1:-all} in
  all)
    fixture
    product
    ;;
  fixture) fixture ;;
  product) product ;;
  *)
    echo "usage: $0 [fixture|product]" >&2
    exit 2
    ;;
esac
exit "$failed"
