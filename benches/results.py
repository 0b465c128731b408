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
