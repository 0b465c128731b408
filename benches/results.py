"""Writes RESULTS.md to stdout from the figures that the measurements kept."""

import datetime
import json
import os
import pathlib
import platform
import sys

folder = pathlib.Path(sys.argv[1])


def figures(name):
    path = folder / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal")) / 2**20
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, {platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}"


print(f"""# Measurements

Made by `make bench` on {datetime.date.today():%Y-%m-%d}: {machine()}. Each table is one run of one command with everything in it
measured on the same machine; what counts is the ratio. What is measured, and how, stands at the top of each `benches/*.py`.
""")
if profile := figures("profile"):
    print(f"""## Profile of 1,000,000 × 20 (Parquet)

`benches/run.sh profile`: medians of whole processes, five runs (ydata-profiling three).

| tool | seconds | times mlwright's |
|---|---|---|
| mlwright `profile-table` (HTML report, correlations, findings) | {profile['mlwright_seconds']:.2f} | 1 |
| DuckDB `SUMMARIZE` (figures only) | {profile['duckdb_seconds']:.2f} | {profile['duckdb_seconds'] / profile['mlwright_seconds']:.2f} |
| ydata-profiling, minimal (HTML report, no correlations) | {profile['ydata_seconds']:.1f} | {profile['ydata_over_mlwright']:.1f} |
""")
if latency := figures("latency"):
    ours, theirs = latency["mlwright"], latency["mlflow"]
    print(f"""## One row asked of an endpoint

`benches/run.sh latency`: gradient-boosted trees on Telco churn, the same JSON, 2,000 requests; throughput by `wrk`, 8 connections.

| server | p50 ms | p99 ms | requests a second |
|---|---|---|---|
| mlwright | {ours['p50_ms']:.3f} | {ours['p99_ms']:.3f} | {ours['per_second']:,.0f} |
| MLflow {latency['mlflow_version']} `models serve`, scikit-learn | {theirs['p50_ms']:.2f} | {theirs['p99_ms']:.2f} | {theirs['per_second']:,.0f} |
| ratio | {latency['p50_ratio']:.0f} | {latency['p99_ratio']:.0f} | {latency['throughput_ratio']:.0f} |
""")
if startup := figures("startup"):
    print(f"""## From start to `tools/list` (MCP on stdio)

`benches/run.sh startup`: medians, 20 runs of mlwright, 5 of the Python server.

| server | milliseconds |
|---|---|
| mlwright, {startup['n_tools']} tools | {startup['mlwright_ms']:.0f} (slowest {startup['mlwright_ms_max']:.0f}) |
| Python `mcp` package, 29 trivial tools | {startup['python_ms']:.0f} |
""")
if assistant := figures("assistant"):
    ours, theirs = assistant["mlwright"], assistant["mlflow"]
    peer = f"MLflow {assistant['mlflow_version']} `mcp run`"

    def row(label, name, figures):
        print(f"| {label} | {name} | {figures['p50_ms']:.2f} | {figures['p99_ms']:.2f} | {figures['per_second']:,.0f} |")

    print(f"""## What an assistant waits for (MCP)

`benches/run.sh assistant`: `list_runs` over {assistant['n_runs']} runs unless another tool is named; milliseconds of one call at a time, and calls a
second with eight under way (MLflow: one, it does not survive more).

| server | way | p50 ms | p99 ms | calls a second |
|---|---|---|---|---|""")
    row("mlwright", "stdio", ours["stdio"])
    row("mlwright", "stdio, `describe_table`", ours["stdio_describe_table"])
    row("mlwright", "stdio, beside an idle `mlwright serve`", ours["stdio_beside_server"])
    row("mlwright", "HTTP with a token", ours["http"])
    row(peer, "stdio", theirs["stdio"])
    ratio = theirs["stdio"]["p50_ms"] / ours["stdio"]["p50_ms"]
    print(f"""
On stdio the median is {ratio:.0f} times shorter. From starting the process to the answer of `tools/list`: mlwright {ours['start_ms']:.0f} ms, MLflow
{theirs['start_ms']:,.0f} ms.

## What an assistant reads (tokens of o200k_base)

| what | mlwright: text / structured | MLflow: text / structured |
|---|---|---|
| the list of tools ({ours['n_tools']} and {theirs['n_tools']}) | {ours['tokens']['tools']:,} | {theirs['tokens']['tools']:,} |""")
    for name in ["list_runs", "query", "profile_table", "train"]:
        cells = []
        for tokens in (ours["tokens"].get(name), theirs["tokens"].get(name)):
            told = [f"{tokens[part]:,}" if tokens[part] is not None else "–" for part in ("text", "structured")] if tokens else []
            cells.append(" / ".join(told) or "no such tool")
        print(f"| `{name}` | {cells[0]} | {cells[1]} |")

if editor := figures("editor"):
    print(f"""
## What an editor waits for (LSP on stdio)

`benches/run.sh editor`: a script of {editor['n_lines']:,} lines; 200 completions of a column, and 200 times diagnostics, each right after an edit and
with it. `check` and waldean read the same {editor['n_files']} scripts, each in one process.

| what | p50 ms | p95 ms |
|---|---|---|
| completion after an edit | {editor['completion_p50_ms']:.1f} | {editor['completion_p95_ms']:.1f} |
| diagnostics after an edit | {editor['diagnostics_p50_ms']:.1f} | {editor['diagnostics_p95_ms']:.1f} |

Memory of the server afterwards: {editor['memory_mb']:.0f} MB.

| linter | seconds | times mlwright's |
|---|---|---|
| `mlwright check`, {editor['n_files']} files | {editor['check_seconds']:.2f} | 1 |
| waldean {editor['waldean_version']} | {editor['waldean_seconds']:.1f} | {editor['ratio']:.0f} |""")
if endurance := figures("endurance"):
    print(f"""
## The language server under an editor that never rests

`benches/run.sh endurance`: {endurance['edits_per_second']} random edits a second, each with a question that nobody waits for, while the table that is read is replaced
every five seconds; at last the text is put right, and what is wrong in it is what was wrong before.

| text | minutes | questions | unanswered | longest wait ms | memory MB: after a tenth, at the end, most |
|---|---|---|---|---|---|""")
    for what, of in [("script of 1,000 lines", endurance["script"]), (f"notebook of {endurance['notebook']['n_cells']} cells", endurance["notebook"])]:
        memory = ", ".join(f"{of[name]:.0f}" for name in ["memory_mb_early", "memory_mb_end", "memory_mb_most"])
        print(f"| {what} | {of['seconds'] / 60:.0f} | {of['n_questions']:,} | {of['n_unanswered']} | {of['longest_wait_ms']:.0f} | {memory} |")
if linear := figures("linear"):
    print(f"""
## Linear models beside scikit-learn

`benches/run.sh linear`: CPU seconds of a fit on one thread with the scaling of its columns, medians of {linear['tables'][0]['n_runs']} (wide table {linear['tables'][1]['n_runs']}),
both with their defaults; scikit-learn {linear['sklearn_version']}. From the minimum: the largest difference of a standardised column's coefficient, as a
share of the largest coefficient; of Huber's and L1's minimum scikit-learn's own descent is all that is known.

| table | learner | mlwright | scikit-learn | ratio | from the minimum: mlwright | scikit-learn |
|---|---|---|---|---|---|---|""")
    for table in linear["tables"]:
        for row in table["rows"]:
            print(f"| {table['n_rows']:,} × {table['n_columns']:,} | {row['label']} | {row['seconds']:.2f} | {row['reference_seconds']:.2f} | "
                  f"{row['ratio']:.2f} | {row['apart']:.0e} | {row['reference_apart']:.0e} |")
if boosting := figures("boosting"):
    everywhere, ranks = boosting["ranks"]["all_tables"], boosting["ranks"]["all_libraries"]
    libraries = list(ranks["ranks"])
    print(f"""
## Boosted trees

`benches/run.sh boosting`: every library with its defaults on the same quarter of rows held out, medians of five splits; AUC (higher is better), log
loss or RMSE (lower is better). CatBoost takes minutes a fit on larger tables and is left out there.

| table | measure | {' | '.join(libraries)} |
|---|---|{'---|' * len(libraries)}""")
    for name, table in boosting["quality"].items():
        measure = table["measure"]
        cells = [f"{table['scores'][library][measure]:.5g}" if library in table["scores"] else "" for library in libraries]
        print(f"| {name} | {measure} | {' | '.join(cells)} |")
    for told in [everywhere, ranks]:
        cells = [f"**{told['ranks'][library]:.2f}**" if library in told["ranks"] else "" for library in libraries]
        print(f"| **mean rank, {told['n_tables']} tables** | | {' | '.join(cells)} |")
    print("""
One thread, seconds of CPU; the ratio is to LightGBM's.

| table | library | fit | ratio | predict | ratio |
|---|---|---|---|---|---|""")
    for name, speed in boosting["speed"].items():
        lightgbm = speed["libraries"]["LightGBM"]
        for library, of in speed["libraries"].items():
            fit, predict = of["fit_cpu_seconds"], of["predict_cpu_seconds"]
            print(f"| {name} | {library} | {fit:.2f} | {fit / lightgbm['fit_cpu_seconds']:.2f} | {predict:.2f} | {predict / lightgbm['predict_cpu_seconds']:.2f} |")
    for name, speed in boosting["speed"].items():
        print(f"\nTwo threads fit {name} {speed['two_threads']:.2f} times as fast as one.")
    row = boosting["row"]
    print(f"\nOne row of {row['n_columns']} mixed columns through preparation and {row['n_trees']} trees takes {row['micros']:.1f} µs inside the process.")
if train := figures("train"):
    told, libraries = train["summary"], list(next(iter(train["tables"].values()))["scores"])
    print(f"""
## Training under a budget

`benches/run.sh train`: {told['budget_seconds']:.0f} seconds each for `train` and FLAML, two threads, on the same three quarters of the rows; the scores are of the
rest, one split. `train` ends sooner when nothing better comes; the seconds are what it took. The others are without a search, with their defaults. `train` is better than FLAML on {told['better_than_flaml']} of {told['n_tables']} tables.

Beside our own boosting with its defaults `train` is tried on {told['n_splits']} splits: the last column is how much less there is left to gain (of 1 - AUC, of log
loss, of RMSE), the mean over the splits, and an interval of 95 % by which rows happen to be tested. It is better on {told['better_than_own_boosting']} of {told['n_tables']} tables, and worse by more
than that chance on {told['worse_than_own_boosting']}.

| table | measure | {' | '.join(libraries)} | seconds | to own boosting |
|---|---|{'---|' * len(libraries)}---|---|""")
    for name, table in train["tables"].items():
        cells = [f"{table['scores'][library]:.5g}" for library in libraries]
        own = told["against_own_boosting"][name]
        interval = f"{own['gain']:+.1%} ({own['low']:+.1%} to {own['high']:+.1%})"
        print(f"| {name} | {table['measure']} | {' | '.join(cells)} | {table['about']['mlwright train']['seconds']:.0f} | {interval} |")
