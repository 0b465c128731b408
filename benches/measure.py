"""What every measurement needs: the binary, repeated timing, and a file of figures."""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

MLWRIGHT = os.environ["MLWRIGHT"]
FOLDER = pathlib.Path(sys.argv[1])
ROOT = pathlib.Path(__file__).resolve().parent.parent


def repeat(n_runs, work):
    """Seconds of each of `n_runs` runs of `work`, after one that does not count."""
    work()
    seconds = []
    for _ in range(n_runs):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return seconds


def once(n_runs, work):
    """Seconds of each of `n_runs` runs of `work`, all of which count."""
    seconds = []
    for _ in range(n_runs):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return seconds


def median(values):
    return statistics.median(values)


def mlwright(workspace, *arguments):
    """The structured answer of one command."""
    command = [MLWRIGHT, "--workspace", str(workspace), *arguments, "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{ended.stderr}")
    return json.loads(ended.stdout)


def keep(name, figures):
    """Keeps the figures for `results.py`."""
    (FOLDER / f"{name}.json").write_text(json.dumps(figures, indent=1))
    print(json.dumps(figures, indent=1))
