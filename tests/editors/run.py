"""Drives editors with mlwright's plugins, each in a network of its own.

    python run.py [--keep] EDITOR…          vscode, neovim, emacs

`$MLWRIGHT` is the binary; the editors are where scripts/editors.sh installs them. What an editor shows is asserted by the script in
its folder here, in the editor's own language. A machine that cannot make a network namespace skips them all and says so. Ends with a
line `N passed, N failed, N skipped`.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "tests/assistants"), str(ROOT / "tests/clients")]

import chromium  # noqa: E402
from network import assert_alone, bring_loopback_up, namespace_command  # noqa: E402

SECONDS_MAX = {"vscode": 900, "neovim": 180, "emacs": 180}


def main():
    options = arguments()
    if options.inside:
        return inside(options)
    in_namespace, reason = namespace_command()
    if in_namespace is None:
        for editor in options.editors:
            print(f"SKIPPED: {editor}: this machine cannot make a network namespace: {reason}")
        print(f"0 passed, 0 failed, {len(options.editors)} skipped")
        return 0
    failed = sum(not run(editor, in_namespace, options) for editor in options.editors)
    print(f"{len(options.editors) - failed} passed, {failed} failed, 0 skipped")
    return int(failed > 0)


def arguments():
    cache = Path(os.environ.get("CACHE_DIR") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlwright")
    parser = argparse.ArgumentParser()
    parser.add_argument("editors", nargs="+", choices=list(SECONDS_MAX))
    parser.add_argument("--keep", action="store_true", help="keep the folders of editors that pass, too")
    parser.add_argument("--programs", type=Path, default=cache / "editors", help="where scripts/editors.sh installs to")
    parser.add_argument("--packages", type=Path, default=cache / "vsix", help="where scripts/vsix.sh writes to")
    parser.add_argument("--steps", nargs="*", default=[], help="only these steps")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def run(editor, in_namespace, options):
    """One editor; whether it passed. The folder of one that failed stays, to be looked into."""
    folder = Path(tempfile.mkdtemp(prefix=f"mlwright-{editor}-"))
    make_workspace(folder / "workspace")
    command = [*in_namespace, sys.executable, __file__, editor, "--inside", folder, "--programs", options.programs, "--packages", options.packages]
    if options.steps:
        command += ["--steps", *options.steps]
    print(f"{editor}:", flush=True)
    started = time.monotonic()
    try:
        passed = subprocess.run(command, timeout=SECONDS_MAX[editor]).returncode == 0
    except subprocess.TimeoutExpired:
        print(f"  not done after {SECONDS_MAX[editor]} s")
        passed = False
    print(f"{'ok' if passed else 'FAILED'}: {editor} ({time.monotonic() - started:.0f} s)", flush=True)
    if passed and not options.keep:
        shutil.rmtree(folder)
    else:
        print(f"  its folder is {folder}")
    return passed


def make_workspace(folder):
    shutil.copytree(HERE / "fixtures", folder)
    shutil.copy(ROOT / "examples/telco-churn/telco.csv", folder)


def inside(options):
    """In the namespace: replaces this process by the editor's own test."""
    bring_loopback_up()
    assert_alone()
    [editor] = options.editors
    folder = options.inside
    environment = {**os.environ, "MLWRIGHT": str(Path(os.environ["MLWRIGHT"]).absolute())}
    if editor == "vscode":
        packages = sorted(options.packages.glob("mlwright-*.vsix"))
        assert len(packages) == 1, f"one .vsix is expected in {options.packages}, there are {len(packages)}: run scripts/vsix.sh"
        modules = options.programs / "vscode/node_modules"
        command = [options.programs / "bin/node", HERE / "vscode/drive.mjs", folder, modules, chromium.program(), packages[0], *options.steps]
    elif editor == "neovim":
        command = [options.programs / "bin/nvim", "--headless", "--clean", "-l", HERE / "neovim/drive.lua", ROOT / "editor-plugins/neovim", folder / "workspace"]
    else:
        command = ["emacs", "--batch", "--no-init-file", "--load", HERE / "emacs/drive.el", ROOT / "editor-plugins/emacs/mlwright.el", folder / "workspace"]
    home = folder / "home"
    home.mkdir(exist_ok=True)
    for name in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"]:
        environment.pop(name, None)
    environment["HOME"] = str(home)
    command = [str(part) for part in command]
    os.chdir(folder / "workspace")
    os.execvpe(command[0], command, environment)


if __name__ == "__main__":
    sys.exit(main())
