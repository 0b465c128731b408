"""One assistant, once through the whole lifecycle, over one transport. Runs inside a network of its own.

    python case.py CLIENT stdio|http FOLDER PROGRAM PROGRAMS

FOLDER is empty and takes everything: the workspace, the assistant's home, the records. The last line on stdout says
what the assistant spoke; an exit code other than 0 comes with the reason on stderr.
"""

import importlib
import os
import re
import signal
import subprocess
import sys
import urllib.parse
from pathlib import Path

import network
from clients import Http, Setting, Stdio
from model_server import ModelServer
from observed import observe
from script import Call, Reference, Script
from tap_http import HttpTap
from workspace import NAME, SPARE, TABLE, TARGET, Workspace, assert_lifecycle, customers

CLIENT_SECONDS_MAX = 240
COMPLAINTS_MAX = 10
PROMPT = f"Profile {TABLE} towards {TARGET}, train a model, make it the champion {NAME}, deploy it and predict three customers."


def lifecycle(rows, training, stopping):
    """What the scripted model does: from the table to a prediction."""
    return [
        Call("profile_table", {"table": TABLE, "target": TARGET}),
        *training,
        Call("register_model", {"run_id": Reference(training[-1].tool, "run_id"), "name": NAME}),
        Call("test_model", {"model": f"models:/{NAME}/1"}),
        Call("set_alias", {"name": NAME, "alias": "champion", "version": 1}),
        Call("deploy_endpoint", {"endpoint": NAME, "model": f"models:/{NAME}@champion"}),
        Call("predict", {"endpoint": NAME, "rows": rows}),
        *stopping,
        # Left behind: whatever an assistant does to the server when it ends, what was begun goes on.
        Call("train", {**TRAIN, "seed": 7, "folds": 10, "wait_seconds": 0}),
    ]


TRAIN = {"table": TABLE, "target": TARGET, "budget_seconds": 15}
# Both ways to do long work, one over each transport: a call that waits for the end, and one that is answered at once with a
# job, which goes on by itself. (OpenCode cancels each call after its answer; that must not end the job.)
TRAINING = {
    "stdio": [Call("train", {**TRAIN, "wait_seconds": 120})],
    "http": [Call("train", {**TRAIN, "wait_seconds": 0}), Call("get_job", {"job_id": Reference("train", "job_id"), "wait_seconds": 120})],
}
# Nobody is there to be asked, so an assistant that can ask says no for the user: only the explicit argument does it.
STOPPING = [
    Call("deploy_endpoint", {"endpoint": SPARE, "model": f"models:/{NAME}@champion"}),
    Call("stop_endpoint", {"endpoint": SPARE}, refused="confirmation_needed"),
    Call("stop_endpoint", {"endpoint": SPARE, "confirm": True}),
]


def main(name, transport, folder, program, programs):
    network.bring_loopback_up()
    network.assert_alone()
    client = importlib.import_module(f"clients.{name}")
    workspace = Workspace(folder / "workspace", program)
    home = folder / "home"
    home.mkdir()
    rows = customers(3)
    stopping = STOPPING if client.CALLS_DESTRUCTIVE_TOOLS else []
    script = Script(lifecycle(rows, TRAINING[transport], stopping), "Three customers are predicted by the endpoint churn.")
    model = ModelServer(script, folder / "model.jsonl")
    tapped = folder / "mcp.jsonl"
    tapped.touch()
    try:
        with serving(workspace, transport, tapped, folder) as server:
            setting = Setting(home, workspace.folder, programs, model.url, server, PROMPT)
            ended = run_client(client, setting, folder)
            seen = observe(tapped)
            assert not script.problems, script.problems
            assert script.finished, f"the assistant stopped after {script.n_results_seen} of {len(script.steps)} steps: {ended}"
            assert ended.returncode == 0, ended
            refused = [step.refused for step in script.steps if step.refused]
            assert len(seen.errors) == len(refused) and all(map(str.__contains__, seen.errors, refused)), seen.errors
            assert seen.client.startswith(client.ACTOR), seen.client
            # One stream of notifications is enough. A client that opens more has been led to believe that answers broke off.
            assert seen.methods["GET /mcp"] <= 2, seen
            assert_lifecycle(workspace, seen.client, script.steps, rows)
        print(seen)
        for line in seen.stderr:
            print(f"  the server wrote to stderr: {line}")
        for line in complaints(client, home):
            print(f"  it complained: {line}")
    finally:
        model.close()
        workspace.end_processes()
    workspace.assert_no_panic()


class serving:
    """The server as the assistant is to reach it, with a tap between; one that runs already is ended at the end."""

    def __init__(self, workspace, transport, tapped, folder):
        self.workspace, self.transport, self.tapped, self.folder = workspace, transport, tapped, folder
        self.process = self.tap = None

    def __enter__(self):
        if self.transport == "stdio":
            tap = Path(__file__).with_name("tap_stdio.py")
            return Stdio([sys.executable, str(tap), str(self.tapped), *self.workspace.command("mcp")])
        token = self.workspace.run("token", "create", "--name", "assistant", "--scopes", "read,write,deploy").strip().splitlines()[-1]
        with open(self.folder / "server.log", "w", encoding="utf-8") as log:
            command = self.workspace.command("mcp", "--http", "--port", "0")
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, text=True)
        # It says where it listens once it does.
        url = self.process.stdout.readline().strip()
        assert url, f"the server ended: {(self.folder / 'server.log').read_text()}"
        address = urllib.parse.urlsplit(url)
        self.tap = HttpTap(address.port, self.tapped)
        return Http(f"http://127.0.0.1:{self.tap.port}{address.path}", token)

    def __exit__(self, *_):
        if self.tap is not None:
            self.tap.close()
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise


def run_client(client, setting, folder):
    """Runs the assistant to its end; everything it says is kept in files."""
    command, environment = client.command(setting)
    temporary = setting.home / "tmp"
    temporary.mkdir()
    base = {
        "HOME": str(setting.home), "TMPDIR": str(temporary), "PATH": f"{setting.programs}:{os.environ['PATH']}",
        "LANG": "C.UTF-8", "TERM": "dumb", "NO_COLOR": "1",
    }
    with open(folder / "client.out", "w+", encoding="utf-8") as out, open(folder / "client.err", "w+", encoding="utf-8") as err:
        # A process group of its own, so that whatever it leaves behind can be ended with it.
        process = subprocess.Popen(
            command, cwd=setting.workspace, env={**base, **environment}, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
        )
        try:
            code = process.wait(timeout=CLIENT_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            code = f"none: not done after {CLIENT_SECONDS_MAX} s"
        finally:
            end_group(process)
    said = [(folder / name).read_text(errors="replace")[-3000:] for name in ("client.out", "client.err")]
    return subprocess.CompletedProcess(command[0], code, *said)


def complaints(client, home):
    """What an assistant says of the server to itself; once each, without the times."""
    files, pattern = client.COMPLAINTS
    said = [match[0] for path in sorted(home.glob(files)) for match in re.finditer(pattern, path.read_text(errors="replace"))]
    return list(dict.fromkeys(said))[:COMPLAINTS_MAX]


def end_group(leader):
    """Ends what is left of an assistant."""
    try:
        os.killpg(leader.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    leader.wait()


if __name__ == "__main__":
    # Asked to end, this ends what it started first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))
    main(sys.argv[1], sys.argv[2], *(Path(argument).absolute() for argument in sys.argv[3:6]))
