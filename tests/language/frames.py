"""Judges what is known of columns on scripts that run: the examples and docstrings of other projects.

    python3 frames.py fetch FOLDER            fetches the source archives and writes the scripts below FOLDER
    python3 frames.py check DRIVER [FOLDER]   runs the driver (`--example frames`) on them

The scripts use frames whose columns are written down in them or come with a
library, and they run: whoever reports a column of theirs as unknown is wrong.
The exit code is 1 where one is reported, or where the mean reciprocal rank of
the right column among what is offered is below a floor.

Nothing is copied into this checkout: the archives are fetched by pip, by exact
version. Only the standard library is used.
"""

import ast
import doctest
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGES = {
    "pandas": "2.3.3",
    "polars": "1.35.1",
    "scikit-learn": "1.7.2",
    "statsmodels": "0.14.5",
}

MIN_SCRIPTS = 1500
MIN_RANK = 0.5

# What the docstrings of a package take for granted.
PRELUDES = {
    "pandas": "import numpy as np; import pandas as pd",
    "polars": "import numpy as np; import polars as pl",
    "scikit-learn": "",
    "statsmodels": "import numpy as np; import pandas as pd",
}

ERROR = re.compile(r"[\w.]*(Error|Exception)\b")
BLOCK = re.compile(r"^( *)\.\. (ipython:: python|code-block:: python|code:: python)\s*$")


def default_folder() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "mlwright" / "clients" / "examples"


def unpacked(name: str, version: str, into: Path) -> Path:
    """The source archive of a package, unpacked; fetched where it is not there yet.

    pip wants to prepare the metadata of a source archive, which takes compilers
    and minutes. Without a build environment it stops right after unpacking, and
    leaves what it unpacked.
    """
    kept = into / f"{name}-{version}"
    if kept.is_dir():
        return kept
    with tempfile.TemporaryDirectory(dir=into) as work:
        command = [
            sys.executable, "-m", "pip", "download", "--no-clean", "--no-build-isolation",
            "--no-deps", "--no-binary", ":all:", "--dest", work, f"{name}=={version}",
        ]
        done = subprocess.run(command, env={**os.environ, "TMPDIR": work}, capture_output=True, text=True)
        found = [path.parent for path in Path(work).glob("*/*/PKG-INFO")]
        if len(found) != 1:
            raise SystemExit(f"{name} {version} was not fetched:\n{done.stdout}\n{done.stderr}")
        shutil.move(found[0], kept)
    return kept


def parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def runs(example: doctest.Example) -> bool:
    """Whether an example is one that runs, and without an error."""
    shows_error = example.exc_msg or ERROR.match(example.want)
    return not shows_error and doctest.SKIP not in example.options and parses(example.source)


def laid_out(parts: list[tuple[int, str]], prelude: str) -> str:
    """Parts of a script, each at its line (from zero), so that reports have the lines of the file they came from."""
    lines = [prelude]
    for line, text in parts:
        lines.extend([""] * (line - len(lines)))
        lines.extend(text.rstrip("\n").split("\n"))
    return "\n".join(lines) + "\n"


def docstrings(path: Path, prelude: str):
    """A script for each docstring with examples, but for those that show an error."""
    try:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
    except (SyntaxError, UnicodeDecodeError):
        return
    for node in ast.walk(tree):
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module)) or not node.body:
            continue
        first = node.body[0]
        if not isinstance(first, ast.Expr) or not isinstance(first.value, ast.Constant) or not isinstance(first.value.value, str):
            continue
        try:
            examples = doctest.DocTestParser().get_examples(first.value.value)
        except ValueError:
            continue
        start = first.lineno - 1
        parts = [(start + example.lineno, example.source) for example in examples if runs(example)]
        if parts:
            yield start + 1, laid_out(parts, prelude)


def blocks(path: Path, prelude: str):
    """One script of all code blocks of a page, but for those that show an error."""
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    parts, at = [], 0
    while at < len(lines):
        start = BLOCK.match(lines[at])
        at += 1
        if not start:
            continue
        indent, body, options = len(start.group(1)), [], []
        while at < len(lines) and (not lines[at].strip() or len(lines[at]) - len(lines[at].lstrip()) > indent):
            (options if not body and lines[at].strip().startswith(":") else body).append((at, lines[at]))
            at += 1
        if any(":okexcept:" in text for _, text in options):
            continue
        body = [(line, text) for line, text in body if not text.strip().startswith(("@", "%", "!"))]
        code = [(line, text) for line, text in body if text.strip()]
        if not code:
            continue
        width = min(len(text) - len(text.lstrip()) for _, text in code)
        for line, text in code[:1]:
            last = code[-1][0]
            by_line = {number: text[width:] for number, text in body}
            block = "\n".join(by_line.get(number, "") for number in range(line, last + 1))
            if ">>>" in block:
                examples = doctest.DocTestParser().get_examples(block)
                parts.extend((line + example.lineno, example.source) for example in examples if runs(example))
            elif parses(block):
                parts.append((line, block))
    if parts:
        yield 1, laid_out(parts, prelude)


def write_scripts(folder: Path) -> int:
    sources, scripts = folder / "sources", folder / "scripts"
    sources.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(scripts, ignore_errors=True)
    n_scripts = 0
    for name, version in PACKAGES.items():
        root = unpacked(name, version, sources)
        for path in sorted(root.rglob("*")):
            short = path.relative_to(root)
            if not path.is_file() or "tests" in short.parts or "benchmarks" in short.parts:
                continue
            if path.suffix == ".py" and "examples" in short.parts:
                found = [(1, path.read_text(encoding="utf-8", errors="replace"))]
            elif path.suffix == ".py":
                found = docstrings(path, PRELUDES[name])
            elif path.suffix == ".rst":
                found = blocks(path, PRELUDES[name])
            else:
                continue
            for line, text in found:
                target = scripts / name / short.parent / f"{short.stem}-{line}.py"
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
                n_scripts += 1
    return n_scripts


def check(driver: str, folder: Path) -> int:
    done = subprocess.run([driver, str(folder / "scripts")], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    reports = [line for line in lines if line.startswith("report ")]
    for line in lines:
        if not line.startswith("missing "):
            print(line)
    ranks = re.findall(r"^rank all: mean reciprocal rank ([\d.]+)", done.stdout, re.MULTILINE)
    n_scripts = int(re.findall(r"^scripts (\d+)", done.stdout, re.MULTILINE)[0])
    if n_scripts < MIN_SCRIPTS:
        print(f"only {n_scripts} scripts: at least {MIN_SCRIPTS} are expected")
        return 1
    if reports:
        print(f"{len(reports)} columns are reported as unknown in scripts that run")
        return 1
    if float(ranks[0]) < MIN_RANK:
        print(f"the mean reciprocal rank is below {MIN_RANK}")
        return 1
    return 0


def main(arguments: list[str]) -> int:
    match arguments:
        case ["fetch", *rest]:
            folder = Path(rest[0]) if rest else default_folder()
            print(f"{write_scripts(folder)} scripts in {folder}")
            return 0
        case ["check", driver, *rest]:
            folder = Path(rest[0]) if rest else default_folder()
            if not (folder / "scripts").is_dir():
                write_scripts(folder)
            return check(driver, folder)
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
