"""The workspace that an assistant works in, and what must be true of it afterwards."""

import csv
import json
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE, TARGET, NAME, SPARE = "telco.csv", "Churn", "churn", "spare"
END_SECONDS_MAX = 20


class Workspace:
    """A folder with the bundled table of telephone customers, and the binary."""

    def __init__(self, folder, program):
        self.folder = folder
        self.program = program
        folder.mkdir()
        (folder / ".mlwright").mkdir()
        shutil.copy(ROOT / "examples/telco-churn" / TABLE, folder / TABLE)

    def command(self, *arguments):
        return [str(self.program), "--workspace", str(self.folder), *arguments]

    def ask(self, operation, *arguments):
        """The structured answer of an operation that must succeed."""
        command = self.command(operation, *arguments, "--json")
        ended = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        assert ended.returncode == 0, f"{command}: {ended.stderr}"
        return json.loads(ended.stdout)

    def run(self, *arguments):
        """What a command that must succeed wrote to stdout."""
        ended = subprocess.run(self.command(*arguments), capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        assert ended.returncode == 0, f"{arguments}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    def server_pid(self):
        """The process that holds the endpoints, while its file says that one runs."""
        try:
            return json.loads((self.folder / ".mlwright/run/server.json").read_text())["pid"]
        except (FileNotFoundError, ValueError):
            return None

    def end_processes(self):
        """Ends jobs that still run, and the server that a deployment started, and waits until it has gone."""
        for job in self.ask("list-jobs")["jobs"]:
            if job["state"] in ("queued", "running"):
                self.ask("cancel-job", "--job-id", job["job_id"])
        pid = self.server_pid()
        if pid is None:
            return
        deadline = time.monotonic() + END_SECONDS_MAX
        for number in (signal.SIGTERM, signal.SIGKILL):
            while is_running(pid) and time.monotonic() < deadline:
                os.kill(pid, number)
                time.sleep(0.1)
            deadline += END_SECONDS_MAX

    def assert_no_panic(self):
        for log in (self.folder / ".mlwright/logs").glob("*"):
            text = log.read_text(errors="replace")
            assert "panicked" not in text, f"{log}: {text}"


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def customers(n_rows):
    """The first rows of the table as a client would send them, without what is to be predicted."""
    with open(ROOT / "examples/telco-churn" / TABLE, newline="", encoding="utf-8") as file:
        rows = [row for row, _ in zip(csv.DictReader(file), range(n_rows))]
    return [{name: number(value) for name, value in row.items() if name != TARGET} for row in rows]


def number(text):
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text or None


def assert_lifecycle(workspace, actor, steps, rows):
    """That an assistant took the table all the way to an endpoint that answers, and that the workspace knows who did it."""
    known = workspace.ask("get-model", "--name", NAME)
    assert known["model"]["aliases"] == {"champion": 1}, known["model"]
    (version,) = known["versions"]
    assert actor in version["created_by"] and version["test"]["passed"], version
    run = workspace.ask("get-run", "--run-id", version["run_id"])["run"]
    assert (run["status"], run["data"]["table"]) == ("FINISHED", TABLE), run
    assert run["metrics"]["test_roc_auc"] > run["metrics"]["baseline_test_roc_auc"] + 0.2, run["metrics"]

    listed = workspace.ask("list-endpoints")["endpoints"]
    stopped = [(SPARE, "stopped")] if "stop_endpoint" in [step.tool for step in steps] else []
    assert [(endpoint["name"], endpoint["state"]) for endpoint in listed] == [(NAME, "serving"), *stopped], listed
    assert listed[0]["model"] == f"models:/{NAME}/1", listed
    assert_audit(workspace, actor, steps)
    assert_answers(workspace, listed[0]["url"], rows)
    assert_jobs_went_on(workspace, n_jobs=[step.tool for step in steps].count("train"))


def assert_audit(workspace, actor, steps):
    """Each step in turn was done by this actor over MCP, and nothing else but what was to be refused was even tried."""
    records = workspace.ask("audit-log", "--limit", "200")["records"]
    mine = [record for record in records if record["actor"]["surface"] == "mcp"]
    assert all(actor in record["actor"]["name"] for record in mine), {record["actor"]["name"] for record in mine}
    done = [record["operation"] for record in reversed(mine) if record["outcome"] == "done"]
    assert done == [step.tool for step in steps if not step.refused], done
    others = [(record["operation"], record["outcome"]) for record in mine if record["outcome"] not in ("started", "done")]
    assert {operation for operation, _ in others} <= {step.tool for step in steps if step.refused}, others
    workspace.run("audit", "verify")


def assert_jobs_went_on(workspace, n_jobs):
    """Every training came to its end, also the one that the assistant left behind."""
    jobs = workspace.ask("list-jobs")["jobs"]
    assert len(jobs) == n_jobs, jobs
    ended = [workspace.ask("get-job", "--job-id", job["job_id"], "--wait-seconds", "120") for job in jobs]
    assert [job["state"] for job in ended] == ["done"] * n_jobs, ended
    runs = workspace.ask("list-runs")["runs"]
    assert [run["status"] for run in runs] == ["FINISHED"] * n_jobs, runs


def assert_answers(workspace, url, rows):
    """What the assistant asked the endpoint is on record, and the endpoint goes on answering, as the model itself does."""
    count = ["--sql", f"SELECT COUNT(*) AS n FROM 'inference/{NAME}'"]
    before = workspace.ask("query", *count)["rows"][0]["n"]
    assert before == len(rows), f"the assistant asked for {len(rows)} rows, {before} are on record"
    body = json.dumps({"dataframe_records": rows}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        online = json.load(answer)["predictions"]
    offline = workspace.ask("predict", "--model", f"models:/{NAME}/1", "--rows", json.dumps(rows))["predictions"]
    assert online == offline and set(online) <= {"Yes", "No"}, (online, offline)
    after = workspace.ask("query", *count)["rows"][0]["n"]
    assert after == 2 * len(rows), f"{after} rows on record after another {len(rows)}"
