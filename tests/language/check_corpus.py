"""Checks that the labelled corpus in `corpus/` is well formed, and lists what it expects.

    python3 check_corpus.py              every file is checked, counts a rule are printed
    python3 check_corpus.py --list       the expected diagnostics as JSON, one a line

Only the standard library is used and no rule is run: this reads the labels, it
does not judge them. The exit code is 1 when a file breaks the format.
"""

import ast
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"

RULES = {
    f"MLW{number}"
    for number in [*range(101, 114), *range(201, 212), 301]
}

MIN_FILES = 300
MIN_NOTEBOOKS = 25
# "Half clean look-alikes": a share outside this band is no longer a half.
CLEAN_SHARE = (0.45, 0.55)

HEADER = re.compile(r"# rule: (MLW\d{3})( clean)?")
EXPECT = re.compile(r"#\s*expect\b:?(.*)$")
NAME = re.compile(r"(\d{2,3})-[a-z0-9]+(?:-[a-z0-9]+)*\.(py|ipynb)")
DATA_PATH = re.compile(r"\.\./data/[\w.]+")


@dataclass(frozen=True)
class Expectation:
    """One place where a diagnostic must start. Lines count from 1, cells from 0."""

    path: str
    rule: str
    line: int
    cell: int | None = None
    line_in_cell: int | None = None


@dataclass(frozen=True)
class Labelled:
    """A corpus file, read: its rule, whether it is a clean look-alike, its expectations."""

    path: Path
    rule: str
    clean: bool
    expectations: tuple[Expectation, ...]


class BadFile(Exception):
    """A file that breaks the format."""


def code_cells(path: Path) -> list[str]:
    """The code of a file: one text for a script, one for each code cell of a notebook."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return [text]
    try:
        notebook = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadFile(f"not JSON: {error}") from error
    if notebook.get("nbformat") != 4:
        raise BadFile("nbformat is not 4")
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    if len(cells) < 2:
        raise BadFile("a notebook with fewer than two code cells shows nothing a script does not")
    return cells


def expected_rules(line: str) -> list[str]:
    """The rule ids after `# expect:` on a line."""
    found = EXPECT.search(line)
    if not found:
        return []
    if not re.search(r"\S  # expect: MLW\d{3}(, MLW\d{3})*$", line):
        raise BadFile(f"not of the form `code  # expect: MLW101, MLW203`: {line.strip()}")
    ids = [part.strip() for part in found.group(1).split(",")]
    unknown = [rule for rule in ids if rule not in RULES]
    if unknown or len(set(ids)) != len(ids):
        raise BadFile(f"unknown or repeated rule: {', '.join(ids)}")
    return ids


def code_lines(tree: ast.AST) -> set[int]:
    """The lines on which some expression, argument or statement starts."""
    return {node.lineno for node in ast.walk(tree) if hasattr(node, "lineno")}


def read_labels(path: Path) -> Labelled:
    """Reads the labels of one file, or says how they are malformed."""
    name = NAME.fullmatch(path.name)
    if not name:
        raise BadFile("name is not NN-what-it-shows.py or .ipynb")
    cells = code_cells(path)
    header = HEADER.fullmatch(cells[0].split("\n", 1)[0])
    if not header:
        raise BadFile("first line is not `# rule: MLWnnn` or `# rule: MLWnnn clean`")
    rule, clean = header[1], bool(header[2])
    if rule not in RULES:
        raise BadFile(f"unknown rule {rule}")
    if path.parent.name != rule.lower():
        raise BadFile(f"lies in {path.parent.name}, its header says {rule}")

    expectations = []
    line_before = 0
    for cell_index, cell in enumerate(cells):
        try:
            tree = ast.parse(cell)
        except SyntaxError as error:
            raise BadFile(f"does not parse: {error}") from error
        starts = code_lines(tree)
        for number, line in enumerate(cell.split("\n"), start=1):
            if number > 1 and line.startswith("# rule:"):
                raise BadFile("a second header")
            for expected in expected_rules(line):
                if number not in starts:
                    raise BadFile(f"nothing starts on line {number}, where {expected} is expected")
                notebook = path.suffix == ".ipynb"
                expectations.append(
                    Expectation(
                        path=str(path.relative_to(CORPUS)),
                        rule=expected,
                        line=line_before + number,
                        cell=cell_index if notebook else None,
                        line_in_cell=number if notebook else None,
                    )
                )
        for mention in DATA_PATH.findall(cell):
            if not (path.parent / mention).is_file():
                raise BadFile(f"{mention} does not exist")
        line_before += cell.rstrip("\n").count("\n") + 1

    if not 4 <= line_before <= 60:
        raise BadFile(f"{line_before} lines; small files are wanted")
    if clean and expectations:
        raise BadFile("a clean file expects a diagnostic")
    if not clean and not any(expected.rule == rule for expected in expectations):
        raise BadFile(f"nothing in it expects {rule}")
    return Labelled(path, rule, clean, tuple(expectations))


def read_corpus() -> tuple[list[Labelled], list[str]]:
    """All labelled files in a fixed order, and a sentence for each thing that is wrong."""
    files, problems = [], []
    for path in sorted(CORPUS.glob("*/*")):
        if path.parent.name == "data":
            continue
        try:
            files.append(read_labels(path))
        except BadFile as problem:
            problems.append(f"{path.relative_to(CORPUS)}: {problem}")

    for rule in sorted(RULES):
        numbers = sorted(int(file.path.name.split("-")[0]) for file in files if file.rule == rule)
        if numbers != list(range(1, len(numbers) + 1)):
            problems.append(f"{rule}: the files are not numbered 01, 02, … without a gap: {numbers}")
        if len({file.clean for file in files if file.rule == rule}) != 2:
            problems.append(f"{rule}: needs files with a bug and clean ones")

    bodies = Counter(tuple(code_cells(file.path)) for file in files)
    problems += [f"two files hold the same {len(cells)} cell(s)" for cells, n in bodies.items() if n > 1]

    clean_share = sum(file.clean for file in files) / max(1, len(files))
    notebooks = sum(file.path.suffix == ".ipynb" for file in files)
    if len(files) < MIN_FILES:
        problems.append(f"{len(files)} files, at least {MIN_FILES} are wanted")
    if notebooks < MIN_NOTEBOOKS:
        problems.append(f"{notebooks} notebooks, at least {MIN_NOTEBOOKS} are wanted")
    if not CLEAN_SHARE[0] <= clean_share <= CLEAN_SHARE[1]:
        problems.append(f"{clean_share:.0%} of the files are clean, about half is wanted")
    return files, problems


def print_counts(files: list[Labelled]) -> None:
    print(f"{'rule':8}{'bug':>6}{'clean':>7}{'notebooks':>11}{'expected':>10}")
    for rule in sorted(RULES):
        of_rule = [file for file in files if file.rule == rule]
        print(
            f"{rule:8}"
            f"{sum(not file.clean for file in of_rule):6}"
            f"{sum(file.clean for file in of_rule):7}"
            f"{sum(file.path.suffix == '.ipynb' for file in of_rule):11}"
            f"{sum(expected.rule == rule for file in files for expected in file.expectations):10}"
        )
    print(
        f"{'all':8}"
        f"{sum(not file.clean for file in files):6}"
        f"{sum(file.clean for file in files):7}"
        f"{sum(file.path.suffix == '.ipynb' for file in files):11}"
        f"{sum(len(file.expectations) for file in files):10}"
    )


def main() -> int:
    files, problems = read_corpus()
    if "--list" in sys.argv[1:]:
        for file in files:
            for expected in file.expectations:
                print(json.dumps(vars(expected)))
    else:
        print_counts(files)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
