"""Profile of a Parquet file of 1,000,000 x 20: mlwright, ydata-profiling (minimal), DuckDB SUMMARIZE.

Each tool as a whole process, from the file to its written answer. mlwright writes its HTML page, with correlations and findings,
and so does ydata-profiling in its minimal mode (without correlations); SUMMARIZE gives one row of figures a column.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd

from measure import FOLDER, MLWRIGHT, keep, median, once

N_ROWS = 1_000_000

YDATA = """
import sys, pandas as pd
from ydata_profiling import ProfileReport
ProfileReport(pd.read_parquet(sys.argv[1]), minimal=True, progress_bar=False).to_file(sys.argv[2])
"""
DUCKDB = """
import sys, duckdb
duckdb.sql(f"SUMMARIZE SELECT * FROM '{sys.argv[1]}'").df().to_csv(sys.argv[2])
"""


def table():
    """Ten numbers of several shapes, seven categories, a flag, a date and a text, some with missing values; seed 1."""
    rng = np.random.default_rng(1)
    columns = {}
    for i in range(4):
        columns[f"normal_{i}"] = rng.normal(i, 1 + i, N_ROWS)
    for i in range(3):
        columns[f"skewed_{i}"] = rng.lognormal(0, 1, N_ROWS).round(2)
    for i in range(3):
        columns[f"count_{i}"] = rng.poisson(3 + 10 * i, N_ROWS)
    for i, n_levels in enumerate([3, 5, 8, 12, 40, 200, 5000]):
        columns[f"category_{i}"] = np.array([f"level_{j}" for j in range(n_levels)])[rng.integers(0, n_levels, N_ROWS)]
    columns["flag"] = rng.random(N_ROWS) < 0.3
    columns["date"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 2000 * 86400, N_ROWS), unit="s")
    columns["code"] = np.char.add("item-", rng.integers(0, 10**6, N_ROWS).astype(str))
    frame = pd.DataFrame(columns)
    for name in ["normal_1", "skewed_0", "category_2"]:
        frame.loc[rng.random(N_ROWS) < 0.05, name] = None
    return frame


def main():
    folder = pathlib.Path(tempfile.mkdtemp(dir=FOLDER))
    try:
        path = folder / "table.parquet"
        table().to_parquet(path)

        def run(*command):
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        ours = once(5, lambda: run(MLWRIGHT, "--workspace", str(folder), "profile-table", "--table", "table.parquet", "--json"))
        duckdb = once(5, lambda: run(sys.executable, "-c", DUCKDB, str(path), str(folder / "duckdb.csv")))
        ydata = once(3, lambda: run(sys.executable, "-c", YDATA, str(path), str(folder / "ydata.html")))
        keep("profile", {
            "mlwright_seconds": median(ours), "duckdb_seconds": median(duckdb), "ydata_seconds": median(ydata),
            "ydata_over_mlwright": median(ydata) / median(ours), "mlwright_over_duckdb": median(ours) / median(duckdb),
            "runs": {"mlwright": ours, "duckdb": duckdb, "ydata": ydata},
        })
    finally:
        shutil.rmtree(folder)


main()
