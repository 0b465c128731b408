"""What an assistant waits for and reads: mlwright beside `mlflow mcp run`, MLflow's own MCP server.

Both list the runs of one experiment with N_RUNS runs from a SQLite database on the same disk: the tool `list_runs` of either. Latency:
one client, one call at a time. Calls a second: eight calls under way on stdio, eight connections over HTTP (`wrk`, the era
2026-07-28, which needs no session). MLflow's server speaks stdio alone, and takes one call at a time here: with several under way it
writes what its commands print between its messages, which ends the session. Start: from starting the process to the answer of
`tools/list`. Tokens are those of the vocabulary o200k_base, counted by a package that brings it along.
"""

import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

import bpe_openai
import mlflow

from mcp_client import Client
from measure import FOLDER, MLWRIGHT, ROOT, keep, median, mlwright, repeat

N_RUNS = 10
N_CALLS = 2_000
N_CALLS_MLFLOW = 100
UNDER_WAY = 8
NEWER = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def count(value):
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return len(bpe_openai.get_encoding("o200k_base").encode(text))


def tokens(result):
    """Of an answer's text and of its structured content: clients show a model the one, the other or both."""
    text = "\n".join(part["text"] for part in result["content"] if part["type"] == "text")
    structured = result.get("structuredContent")
    return {"text": count(text), "structured": count(structured) if structured is not None else None}


def latency(n_calls, call):
    measured = []
    for i in range(n_calls + n_calls // 10):
        started = time.perf_counter()
        call()
        if i >= n_calls // 10:
            measured.append((time.perf_counter() - started) * 1e3)
    measured.sort()
    return {"p50_ms": median(measured), "p99_ms": measured[int(len(measured) * 0.99)]}


def per_second(client, n_calls, under_way, tool, arguments):
    """Calls a second with so many of them sent and not answered."""
    started = time.perf_counter()
    for i in range(n_calls):
        if i >= under_way:
            client.receive()
        client.send("tools/call", {"name": tool, "arguments": arguments})
    for _ in range(min(under_way, n_calls)):
        client.receive()
    return n_calls / (time.perf_counter() - started)


def on_stdio(client, n_calls, under_way, tool, arguments):
    return {**latency(n_calls, lambda: client.call(tool, arguments)), "per_second": per_second(client, n_calls, under_way, tool, arguments)}


def start_ms(command, env, n_runs):
    def once():
        with Client(command, env) as client:
            client.ask("tools/list", {})

    return median(repeat(n_runs, once)) * 1e3


def over_http(workspace, tool, arguments):
    """As `on_stdio`, over HTTP with a token."""
    token = subprocess.run([MLWRIGHT, "--workspace", str(workspace), "token", "create", "--name", "bench", "--scopes", "read"],
                           capture_output=True, text=True, check=True).stdout.strip()
    server = subprocess.Popen([MLWRIGHT, "--workspace", str(workspace), "mcp", "--http", "--port", "0"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    try:
        url = server.stdout.readline().strip()
        host = url.removeprefix("http://").removesuffix("/mcp")
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", "Authorization": f"Bearer {token}",
                   "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": tool}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments, "_meta": NEWER}})
        connection = http.client.HTTPConnection(host)

        def call():
            connection.request("POST", "/mcp", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200 or b'"isError":true' in text:
                sys.exit(f"{url}: {answer.status} {text}")

        figures = latency(N_CALLS, call)
        script = workspace / "post.lua"
        lines = [f'wrk.headers["{name}"] = "{value}"' for name, value in headers.items()]
        script.write_text("\n".join(['wrk.method = "POST"', f"wrk.body = [==[{body}]==]", *lines]) + "\n")
        said = subprocess.run(["wrk", "-t2", f"-c{UNDER_WAY}", "-d5s", "-s", str(script), url], capture_output=True, text=True, check=True).stdout
        if "Non-2xx" in said:
            sys.exit(said)
        return {**figures, "per_second": float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1))}
    finally:
        server.terminate()
        server.wait()


def beside_idle_server(workspace, work):
    """Does the work while the workspace's server process runs and has nothing to do."""
    server = subprocess.Popen([MLWRIGHT, "--workspace", str(workspace), "serve", "--port", "0"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        record = workspace / ".mlwright/run/server.json"
        until = time.monotonic() + 20
        while not record.exists():
            if time.monotonic() > until:
                sys.exit("the server did not start")
            time.sleep(0.01)
        urllib.request.urlopen(f"http://127.0.0.1:{json.loads(record.read_text())['port']}/ping", timeout=10)
        return work()
    finally:
        server.terminate()
        server.wait()


def ours(folder):
    workspace = folder / "ours"
    workspace.mkdir()
    shutil.copy(ROOT / "examples/telco-churn/telco.csv", workspace / "telco.csv")
    for seed in range(N_RUNS):
        mlwright(workspace, "train", "--table", "telco.csv", "--target", "Churn", "--learners", "baseline", "--folds", "2",
                 "--seed", str(seed), "--wait-seconds", "120")
    command = [MLWRIGHT, "--workspace", str(workspace), "mcp"]
    with Client(command) as client:
        tools = client.tools()
        answers = {
            "profile_table": client.call("profile_table", {"table": "telco.csv"}),
            "train": client.call("train", {"table": "telco.csv", "target": "Churn", "budget_seconds": 20, "wait_seconds": 120}),
            "list_runs": client.call("list_runs", {}),
            "query": client.call("query", {"sql": "SELECT Contract, COUNT(*) AS n, AVG(MonthlyCharges) AS mean FROM 'telco.csv' GROUP BY Contract"}),
        }
    figures = {"n_tools": len(tools), "tokens": {"tools": count(tools), **{name: tokens(answer) for name, answer in answers.items()}}}

    def reading(tool, arguments):
        with Client(command) as client:
            return on_stdio(client, N_CALLS, UNDER_WAY, tool, arguments)

    figures["stdio"] = reading("list_runs", {})
    figures["stdio_describe_table"] = reading("describe_table", {"table": "telco.csv"})
    figures["stdio_beside_server"] = beside_idle_server(workspace, lambda: reading("list_runs", {}))
    figures["http"] = over_http(workspace, "list_runs", {})
    figures["start_ms"] = start_ms(command, None, 20)
    return figures


def theirs(folder):
    uri = f"sqlite:///{folder}/mlflow.db"
    mlflow.set_tracking_uri(uri)
    experiment = mlflow.create_experiment("telco", artifact_location=str(folder / "artifacts"))
    for seed in range(N_RUNS):
        with mlflow.start_run(experiment_id=experiment):
            mlflow.log_params({"seed": seed, "learner": "baseline", "folds": 2})
            mlflow.log_metrics({"roc_auc": 0.5, "log_loss": 0.58, "accuracy": 0.73})
    binaries = pathlib.Path(sys.executable).parent
    env = {**os.environ, "MLFLOW_TRACKING_URI": uri, "MLFLOW_MCP_TOOLS": "ml", "PATH": f"{binaries}:{os.environ['PATH']}"}
    command = [str(binaries / "mlflow"), "mcp", "run"]
    with Client(command, env) as client:
        tools = client.tools()
        arguments = {"experiment_id": experiment}
        answer = client.call("list_runs", arguments)
        figures = {"n_tools": len(tools), "tokens": {"tools": count(tools), "list_runs": tokens(answer)},
                   "stdio": on_stdio(client, N_CALLS_MLFLOW, 1, "list_runs", arguments)}
    figures["start_ms"] = start_ms(command, env, 3)
    return figures


def main():
    folder = pathlib.Path(tempfile.mkdtemp(dir=FOLDER))
    try:
        keep("assistant", {"n_runs": N_RUNS, "mlwright": ours(folder), "mlflow": theirs(folder), "mlflow_version": mlflow.__version__})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
