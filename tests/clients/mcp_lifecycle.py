"""The whole lifecycle as an assistant goes through it, by the official `mcp` client over stdio.

    python mcp_lifecycle.py MLWRIGHT WORKSPACE TABLE TARGET

Everything is asserted on structured results; the first thing that is not as it should be ends the
program with a traceback. The workspace must be one that nobody else uses. Prints each step.
"""

import base64
import json
import sys
import time

import anyio
from mcp import Client, ClientSession, MCPError, StdioServerParameters, types
from mcp.client.stdio import stdio_client

PROGRAM, WORKSPACE, TABLE, TARGET = sys.argv[1:5]
SERVER = StdioServerParameters(command=PROGRAM, args=["--workspace", WORKSPACE, "mcp"])
STAGES = ["explore", "prepare", "train", "evaluate", "register", "deploy", "monitor", "platform"]
# A generous bound on the time from starting the process to the list of tools; what is aimed at is measured in benches/.
TOOLS_SECONDS_MAX = 2.0
TRAIN_SECONDS_MAX = 600
ANSWER_BYTES_MAX = 60_000
# 2,000 tokens have about this many bytes, wherever the numbers are few.
BRIEF_BYTES_MAX = 9_000


def step(text):
    print(text, flush=True)


class Assistant:
    """Calls tools and looks at nothing but what the protocol gives."""

    def __init__(self, session, long_tools):
        self.session = session
        self.long_tools = long_tools

    async def call(self, tool, arguments=None, progress=None):
        # What is asserted on may be in the part that a brief answer leaves out.
        detail = {"detail": "full"} if tool in self.long_tools else {}
        result = await self.session.call_tool(tool, {**detail, **(arguments or {})}, progress_callback=progress)
        assert not result.is_error, f"{tool} {arguments}: {result.content}"
        assert result.content[0].type == "text" and result.content[0].text, f"{tool} says nothing"
        assert isinstance(result.structured_content, dict), f"{tool} has no structured content"
        assert len(json.dumps(result.structured_content)) <= 1.2 * ANSWER_BYTES_MAX, f"{tool} answers too much"
        return result

    async def ask(self, tool, arguments=None, progress=None):
        return (await self.call(tool, arguments, progress)).structured_content

    async def refused(self, tool, arguments, field, said):
        result = await self.session.call_tool(tool, arguments)
        problem = result.structured_content
        assert result.is_error, f"{tool} {arguments} was not refused: {problem}"
        assert problem["code"] and problem["message"], problem
        assert problem.get("field", "") == field, problem
        text = result.content[0].text
        assert said in text, text
        return problem


async def names_and_tools(session, opened, started):
    listed = await session.list_tools()
    seconds = time.monotonic() - started
    assert opened.server_info.name == "mlwright", opened
    assert opened.instructions, "an assistant is told nothing"
    assert seconds < TOOLS_SECONDS_MAX, f"tools/list took {seconds:.3f} s"
    names = [tool.name for tool in listed.tools]
    assert len(names) == len(set(names)) >= 29, names
    for tool in listed.tools:
        assert tool.title and tool.description, tool
        assert tool.input_schema["type"] == "object" and tool.output_schema["type"] == "object", tool
        hints = tool.annotations
        for hint in (hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint, hints.open_world_hint):
            assert hint is not None, tool
    destructive = [tool.name for tool in listed.tools if tool.annotations.destructive_hint]
    assert destructive == ["stop_endpoint"], destructive
    again = await session.list_tools()
    assert [tool.model_dump() for tool in again.tools] == [tool.model_dump() for tool in listed.tools], "the list changes"
    step(f"{len(names)} tools after {seconds * 1e3:.0f} ms")
    return {tool.name for tool in listed.tools if "detail" in tool.input_schema["properties"]}


async def brief(assistant):
    """Without being asked for more, a long tool answers with about 2,000 tokens and no pictures."""
    for tool, arguments in [("profile_table", {"table": TABLE, "target": TARGET}), ("query", {"sql": f"SELECT * FROM '{TABLE}'"})]:
        result = await assistant.call(tool, {**arguments, "detail": "brief"})
        assert len(result.content) == 1, f"{tool} sends pictures"
        size = len(json.dumps(result.structured_content))
        assert size < BRIEF_BYTES_MAX, f"{tool} answers {size} bytes"
        assert "_truncated" in result.structured_content and "Shortened" in result.content[0].text, result
        assert result.content[0].text == result.structured_content["_summary"], result


async def explore(assistant):
    tables = await assistant.ask("list_tables")
    assert TABLE in [table["name"] for table in tables["tables"]], tables
    table = await assistant.ask("describe_table", {"table": TABLE, "sample_rows": 2})
    columns = {column["name"]: column for column in table["columns"]}
    assert TARGET in columns and table["n_rows"] > 1_000 and len(table["sample"]) == 2, table
    profile = await assistant.ask("profile_table", {"table": TABLE, "target": TARGET})
    assert profile["findings"] and profile["report"], profile
    counted = await assistant.ask("query", {"sql": f"SELECT COUNT(*) AS n FROM '{TABLE}'"})
    assert counted["rows"][0]["n"] == table["n_rows"], counted
    many = await assistant.ask("query", {"sql": f"SELECT * FROM '{TABLE}'", "limit": 10_000})
    assert many["truncated"] or "_truncated" in many or many["n_rows"] == table["n_rows"], "a cut is said"
    numeric = next(name for name, column in columns.items() if column["semantic"] == "numeric" and name != TARGET)
    segment = next(name for name, column in columns.items() if column["semantic"] == "categorical" and name != TARGET)
    plot = await assistant.call("plot", {"table": TABLE, "kind": "histogram", "x": numeric})
    images = [content for content in plot.content if content.type == "image"]
    assert images and images[0].mime_type == "image/png", plot.content
    assert base64.b64decode(images[0].data)[1:4] == b"PNG"
    step(f"explored {TABLE}: {table['n_rows']} rows, {len(profile['findings'])} findings")
    return table, numeric, segment


async def wrong_arguments(session, assistant):
    await assistant.refused("train", {"table": TABLE}, "target", "target")
    problem = await assistant.refused("train", {"table": TABLE, "targt": TARGET}, "targt", "did you mean target?")
    assert problem["code"] == "invalid_argument", problem
    await assistant.refused("train", {"table": TABLE, "target": TARGET, "folds": "many"}, "folds", "many")
    problem = await assistant.refused("train", {"table": TABLE, "target": TARGET + "x"}, "target", TARGET)
    assert problem["code"] == "not_found", problem
    await assistant.refused("describe_table", {"table": "../../etc/passwd"}, "table", "outside")
    try:
        await session.call_tool("no_such_tool", {})
        raise AssertionError("an unknown tool was called")
    except MCPError as error:
        assert "no_such_tool" in str(error), error
    step("wrong arguments are answered with the field and what was expected")


async def train(assistant):
    seen = []

    async def progress(done, total, message):
        seen.append((done, total, message))

    arguments = {"table": TABLE, "target": TARGET, "folds": 3, "budget_seconds": 10, "wait_seconds": TRAIN_SECONDS_MAX}
    outcome = await assistant.ask("train", arguments, progress)
    assert outcome["job"]["state"] == "done", outcome
    result = outcome["result"]
    assert seen, "training reported no progress"
    steps = [done for done, _, _ in seen]
    assert steps == sorted(set(steps)), f"progress does not grow: {steps}"
    assert any(message for _, _, message in seen), seen
    metric, score, baseline = result["metric"], result["test_metrics"], result["baseline_test_metrics"]
    lower_is_better = metric in ("rmse", "mae", "log_loss", "brier", "mape")
    assert (score[metric] < baseline[metric]) == lower_is_better, result
    job = await assistant.ask("get_job", {"job_id": outcome["job"]["job_id"]})
    assert job["state"] == "done", job
    run = (await assistant.ask("get_run", {"run_id": result["run_id"]}))["run"]
    assert run["status"] == "FINISHED" and run["data"]["table"] == TABLE, run
    assert run["metrics"][f"test_{metric}"] == score[metric], run
    runs = await assistant.ask("list_runs", {"filter": "attributes.status = 'FINISHED'", "limit": 5})
    assert result["run_id"] in [run["run_id"] for run in runs["runs"]], runs
    step(f"trained {result['best_learner']}: {metric} {score[metric]:.4f} (baseline {baseline[metric]:.4f}), {len(seen)} reports of progress")
    return result


async def cancel_a_call(session, assistant):
    """A call that the client cancels takes its job with it."""
    with anyio.move_on_after(1.5) as scope:
        await session.call_tool("train", {"table": TABLE, "target": TARGET, "budget_seconds": 600, "folds": 20, "wait_seconds": 600})
    assert scope.cancelled_caught, "training with a budget of ten minutes ended at once"
    with anyio.fail_after(30):
        while True:
            job = (await assistant.ask("list_jobs", {"limit": 1}))["jobs"][0]
            if job["state"] not in ("queued", "running"):
                break
            await anyio.sleep(0.1)
    assert job["state"] == "cancelled", job
    step("a cancelled call cancels its job")


async def follow_a_job(assistant):
    """Past wait_seconds the answer is a job, which can be followed and cancelled."""
    outcome = await assistant.ask("train", {"table": TABLE, "target": TARGET, "budget_seconds": 600, "folds": 20, "wait_seconds": 0})
    job_id = outcome["job"]["job_id"]
    assert outcome["job"]["state"] in ("queued", "running") and "result" not in outcome, outcome
    ended = await assistant.ask("cancel_job", {"job_id": job_id})
    assert ended["state"] == "cancelled", ended
    step("a job is followed and cancelled by its id")


async def judge_and_register(assistant, result, segment):
    evaluated = await assistant.ask("evaluate_model", {"model": result["model_uri"], "segments": [segment]})
    assert evaluated["metrics"][result["metric"]] == result["test_metrics"][result["metric"]], evaluated
    assert evaluated["held_out"] and evaluated["segments"], evaluated
    explained = await assistant.ask("explain_model", {"model": result["model_uri"]})
    assert explained["importance"], explained
    version = await assistant.ask("register_model", {"run_id": result["run_id"], "name": "lifecycle"})
    assert version["version"] == 1 and version["model_uri"] == "models:/lifecycle/1", version
    tested = await assistant.ask("test_model", {"model": "models:/lifecycle/1"})
    assert tested["passed"] and tested["checks"], tested
    moved = await assistant.ask("set_alias", {"name": "lifecycle", "alias": "champion", "version": 1})
    assert moved["moved"] and all(check["passed"] for check in moved["checks"]), moved
    model = await assistant.ask("get_model", {"name": "lifecycle"})
    assert model["model"]["aliases"] == {"champion": 1}, model
    step(f"registered models:/lifecycle/1, champion after {len(moved['checks'])} checks of the gate")


async def deploy_and_predict(assistant, table):
    endpoint = await assistant.ask("deploy_endpoint", {"endpoint": "lifecycle", "model": "models:/lifecycle@champion"})
    assert endpoint["state"] == "serving" and endpoint["url"].startswith("http://127.0.0.1:"), endpoint
    rows = (await assistant.ask("query", {"sql": f"SELECT * FROM '{TABLE}'", "limit": 3}))["rows"]
    online = await assistant.ask("predict", {"endpoint": "lifecycle", "rows": rows})
    offline = await assistant.ask("predict", {"model": "models:/lifecycle/1", "rows": rows})
    assert online["predictions"] == offline["predictions"] and len(online["predictions"]) == 3, (online, offline)
    await assistant.refused("predict", {"rows": rows}, "model", "endpoint")
    scored = await assistant.ask("batch_predict", {
        "model": "models:/lifecycle@champion", "table": TABLE, "output": "lifecycle-scored.parquet", "wait_seconds": 120,
    })
    assert scored["job"]["state"] == "done" and scored["result"]["rows"] == table["n_rows"], scored
    kept = (await assistant.ask("query", {"sql": "SELECT * FROM 'lifecycle-scored.parquet'", "limit": 3}))["rows"]
    assert [row["prediction"] for row in kept] == online["predictions"], "batch and online differ"
    step(f"deployed at {endpoint['url']}, {scored['result']['rows']} rows predicted")


async def drift(assistant, numeric):
    mean = (await assistant.ask("query", {"sql": f"SELECT AVG(\"{numeric}\") AS mean FROM '{TABLE}'"}))["rows"][0]["mean"]
    await assistant.ask("create_table", {
        "name": "recent", "sql": f"SELECT * FROM '{TABLE}' WHERE \"{numeric}\" > {mean}", "mode": "create",
    })
    monitor = await assistant.ask("create_monitor", {"name": "lifecycle", "baseline": TABLE, "current": "recent"})
    assert monitor, monitor
    for arguments in ({"monitor": "lifecycle"}, {"baseline": TABLE, "current": "recent"}):
        found = await assistant.ask("check_drift", arguments)
        drifted = [column["column"] for column in found["columns"] if column["drifted"]]
        assert numeric in drifted, found
    step(f"drift is found in {', '.join(drifted)}")


async def platform(assistant, run_id):
    lineage = await assistant.ask("lineage", {"asset": "endpoint:lifecycle"})
    upstream = {link["from"] for link in lineage["upstream"]}
    assert {f"table:{TABLE}", f"run:{run_id}", "model:lifecycle/1"} <= upstream, lineage
    audit = await assistant.ask("audit_log", {"filter": "set_alias"})
    outcomes = [record["outcome"] for record in audit["records"]]
    assert outcomes == ["done", "started"], audit
    actor = audit["records"][0]["actor"]
    assert actor["surface"] == "mcp" and " for " in actor["name"], actor
    step(f"lineage and audit know what {actor['name']} did")


async def resources(session, run_id):
    templates = {template.name: template.uri_template for template in (await session.list_resource_templates()).resource_templates}
    assert {"table", "profile", "profile_page", "run", "model", "report"} <= set(templates), templates
    listed = [resource.uri for resource in (await session.list_resources()).resources]
    assert f"mlwright://tables/{TABLE}" in listed and f"mlwright://runs/{run_id}" in listed, listed

    async def read(uri):
        contents = (await session.read_resource(uri)).contents[0]
        return contents.mime_type, contents.text

    kind, text = await read(f"mlwright://tables/{TABLE}")
    assert kind == "application/json" and json.loads(text)["sample"], text
    kind, text = await read(f"mlwright://profiles/{TABLE}")
    assert kind == "text/markdown" and len(text) > 100, text
    kind, text = await read(f"mlwright://profile-pages/{TABLE}")
    assert kind == "text/html" and "<svg" in text and "</html>" in text, text[:200]
    kind, text = await read(f"mlwright://runs/{run_id}")
    assert json.loads(text)["run"]["run_id"] == run_id, text
    kind, text = await read("mlwright://models/lifecycle")
    assert json.loads(text)["model"]["name"] == "lifecycle", text
    try:
        await session.read_resource("mlwright://tables/no-such-table.csv")
        raise AssertionError("a table that is not there was read")
    except MCPError as error:
        assert "no-such-table.csv" in str(error), error
    step(f"{len(listed)} resources are listed and read")


async def prompts_and_completion(session, run_id):
    names = [prompt.name for prompt in (await session.list_prompts()).prompts]
    assert set(STAGES) <= set(names), names
    prompt = await session.get_prompt("train", {"table": TABLE, "target": TARGET})
    text = prompt.messages[0].content.text
    assert TABLE in text and TARGET in text and "`train`" in text and "{{" not in text, text

    async def complete(prompt, argument, value, known=None):
        reference = types.PromptReference(type="ref/prompt", name=prompt)
        found = await session.complete(reference, {"name": argument, "value": value}, known)
        return found.completion.values

    assert TABLE in await complete("train", "table", TABLE[:3])
    assert TARGET in await complete("train", "target", TARGET[:4].lower(), {"table": TABLE})
    assert run_id in await complete("register", "run_id", run_id[:8])
    assert "models:/lifecycle/latest" in await complete("evaluate", "model", "models:/l")
    reference = types.ResourceTemplateReference(type="ref/resource", uri="mlwright://models/{model}")
    assert (await session.complete(reference, {"name": "model", "value": ""})).completion.values == ["lifecycle"]
    step(f"{len(names)} prompts, and names are completed")


async def newer_era(run_id):
    """The same server without a handshake."""
    async with Client(SERVER) as client:
        assert client.protocol_version == "2026-07-28", client.protocol_version
        assert len((await client.list_tools()).tools) >= 29
        found = await client.call_tool("get_run", {"run_id": run_id})
        assert not found.is_error and found.structured_content["run"]["run_id"] == run_id, found
        seen = []

        async def progress(done, total, message):
            seen.append(done)

        job = await client.call_tool(
            # Long enough that it reports before it is done, on any machine.
            "train", {"table": TABLE, "target": TARGET, "budget_seconds": 6, "wait_seconds": 120}, progress_callback=progress,
        )
        assert not job.is_error and job.structured_content["job"]["state"] == "done", job
        assert seen, "no progress in the newer era"
    step("the newer era of the protocol is spoken too")


async def lifecycle(session, opened, started):
    """The whole loop; the run that came of it. `opened` is what the server said of itself to who began at `started`."""
    assistant = Assistant(session, await names_and_tools(session, opened, started))
    table, numeric, segment = await explore(assistant)
    await brief(assistant)
    await wrong_arguments(session, assistant)
    result = await train(assistant)
    await follow_a_job(assistant)
    await cancel_a_call(session, assistant)
    await judge_and_register(assistant, result, segment)
    try:
        await deploy_and_predict(assistant, table)
        await drift(assistant, numeric)
        await platform(assistant, result["run_id"])
        await resources(session, result["run_id"])
        await prompts_and_completion(session, result["run_id"])
        await assistant.refused("stop_endpoint", {"endpoint": "lifecycle"}, "confirm", "confirm")
    finally:
        await assistant.ask("stop_endpoint", {"endpoint": "lifecycle", "confirm": True})
    return result["run_id"]


async def main():
    async with stdio_client(SERVER) as (read, write), ClientSession(read, write) as session:
        started = time.monotonic()
        run_id = await lifecycle(session, await session.initialize(), started)
    await newer_era(run_id)
    step("done")


if __name__ == "__main__":
    anyio.run(main)
