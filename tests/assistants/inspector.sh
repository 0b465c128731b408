#!/usr/bin/env bash
# MCP Inspector on the product: both eras of the protocol, over stdio and over HTTP with a token. Its own judgement of the tools'
# schemas must find nothing at all, and what it shows must be what the workspace holds.
#   inspector.sh              $MLWRIGHT is the binary
# Inspector is where scripts/clients.sh installs it. Ends what it starts, and fails when anything is not as it should be.
set -euo pipefail

source "$(dirname "$0")/served.sh"
inspector=$clients/inspector
mlwright=${MLWRIGHT:?names the binary}

workspace=$folder/workspace
mkdir -p "$workspace/.mlwright"
cp "$root/examples/telco-churn/telco.csv" "$workspace/"

failed=0
checked=0
# One call of Inspector, which must succeed and complain about nothing; of its result the condition, in Python, must be true.
expect() { # condition, Inspector's arguments
  local condition=$1 out=$folder/out err=$folder/err code=0
  "$inspector" --cli --format json --protocol-era "$era" "${connection[@]}" "${@:2}" "${target[@]}" >"$out" 2>"$err" || code=$?
  checked=$((checked + 1))
  if [ "$code" != 0 ] || [ -s "$err" ]; then
    echo "$transport, $era era, ${*:2}: exit code $code" >&2
    cat "$err" >&2
    failed=1
  elif ! python3 -c 'import json, sys; result = json.load(open(sys.argv[2]))["result"]; sys.exit(not eval(sys.argv[1]))' "$condition" "$out"; then
    echo "$transport, $era era, ${*:2}: not so: $condition" >&2
    head -c 2000 "$out" >&2
    echo >&2
    failed=1
  fi
}

# The skills, each compared with what is served under its address.
verify_skills() {
  local out=$folder/out err=$folder/err code=0
  "$inspector" --cli --format json --protocol-era "$era" --method skills/list --verify --require-digests "${connection[@]}" "${target[@]}" \
    >"$out" 2>"$err" || code=$?
  checked=$((checked + 1))
  if [ "$code" != 0 ] || ! grep -q '"outcome":"verified"' "$out"; then
    echo "$transport, $era era, skills: exit code $code" >&2
    cat "$out" "$err" >&2
    failed=1
  fi
}

judge() {
  expect "$offered" --strict --method tools/list
  expect '"mlwright://tables/telco.csv" in [resource["uri"] for resource in result["resources"]]' --method resources/list
  expect '"mlwright://tables/{+table}" in [template["uriTemplate"] for template in result["resourceTemplates"]]' --method resources/templates/list
  expect '{"explore", "train", "deploy"} <= {prompt["name"] for prompt in result["prompts"]}' --method prompts/list
  expect 'result["structuredContent"]["n_rows"] == 7043 and "telco.csv" in result["content"][0]["text"]' \
    --method tools/call --tool-name describe_table --tool-arg table=telco.csv
  expect 'json.loads(result["contents"][0]["text"])["n_columns"] == 21' --method resources/read --uri mlwright://tables/telco.csv
  expect '"`telco.csv`" in result["messages"][0]["content"]["text"]' \
    --method prompts/get --prompt-name train --prompt-args table=telco.csv target=Churn
  verify_skills
}

offered='{"train", "predict", "describe_table"} <= {tool["name"] for tool in result["tools"]}'
for era in legacy modern; do
  transport=stdio
  connection=()
  target=(-- "$mlwright" --workspace "$workspace" mcp)
  judge
done

token=$("$mlwright" --workspace "$workspace" --quiet token create --name inspector --scopes read 2>>"$folder/log")
start "$mlwright" --workspace "$workspace" mcp --http --port 0
# Whoever may only read sees nothing else.
offered='all(tool["annotations"]["readOnlyHint"] for tool in result["tools"]) and "describe_table" in {tool["name"] for tool in result["tools"]}'
for era in legacy modern; do
  transport=HTTP
  connection=(--server-url "$url" --header "Authorization: Bearer $token")
  target=()
  judge
done
stop

if [ "$failed" = 0 ]; then echo "Inspector: $checked calls, nothing to complain about"; fi
exit "$failed"
