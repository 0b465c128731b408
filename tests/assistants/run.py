"""Drives real assistants through the whole lifecycle, each in a network of its own.

    python run.py [--all] [--keep] [--only CLIENT[:TRANSPORT]]

`$MLWRIGHT` is the binary; the assistants are where scripts/clients.sh installs them. A machine that cannot make a network
namespace skips them all and says so. Ends with a line `N passed, N failed, N skipped`.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from network import namespace_command

ALWAYS = [("claude", "stdio"), ("claude", "http"), ("codex", "stdio"), ("codex", "http"), ("gemini", "stdio"), ("gemini", "http")]
MORE = [("opencode", "stdio"), ("opencode", "http"), ("copilot", "stdio"), ("copilot", "http")]
CASE_SECONDS_MAX = 360


def main():
    options = arguments()
    cases = [case for case in ALWAYS + (MORE if options.all else []) if not options.only or options.only in (case[0], ":".join(case))]
    if not cases:
        sys.exit(f"no case is called {options.only}")
    program = Path(os.environ["MLWRIGHT"]).absolute()
    programs = options.clients.absolute() / "bin"
    in_namespace, reason = namespace_command()
    if in_namespace is None:
        for client, transport in cases:
            print(f"SKIPPED: {client} over {transport}: this machine cannot make a network namespace: {reason}")
        print(f"0 passed, 0 failed, {len(cases)} skipped")
        return 0
    failed = 0
    for client, transport in cases:
        failed += not run(client, transport, in_namespace, program, programs, options.keep)
    print(f"{len(cases) - failed} passed, {failed} failed, 0 skipped")
    return int(failed > 0)


def arguments():
    cache = Path(os.environ.get("CACHE_DIR") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlwright")
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true", help="OpenCode and Copilot CLI as well")
    parser.add_argument("--keep", action="store_true", help="keep the folders of cases that pass, too")
    parser.add_argument("--only", help="a client, or a case such as claude:http")
    parser.add_argument("--clients", type=Path, default=cache / "clients", help="where scripts/clients.sh installs to")
    return parser.parse_args()


def run(client, transport, in_namespace, program, programs, keep):
    """One case; whether it passed. The folder of one that failed stays, to be looked into."""
    folder = Path(tempfile.mkdtemp(prefix=f"mlwright-{client}-{transport}-"))
    case = Path(__file__).with_name("case.py")
    command = [*in_namespace, sys.executable, str(case), client, transport, str(folder), str(program), str(programs)]
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        out, err = process.communicate(timeout=CASE_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.terminate()
        out, err = process.communicate()
        err += f"\nnot done after {CASE_SECONDS_MAX} s"
    passed = process.returncode == 0
    said = out.strip() if passed else out + err
    seconds = time.monotonic() - started
    print(f"{'ok' if passed else 'FAILED'}: {client} over {transport} ({seconds:.0f} s): {said}", flush=True)
    if passed and not keep:
        shutil.rmtree(folder)
    else:
        print(f"  its folder is {folder}")
    return passed


if __name__ == "__main__":
    sys.exit(main())
