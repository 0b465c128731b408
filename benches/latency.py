"""One row asked of an endpoint: mlwright beside `mlflow models serve` of a scikit-learn model of the same kind.

Both serve gradient-boosted trees behind the preparation of the same raw columns of the Telco table, take the same JSON
(`dataframe_split`), on loopback, one after the other. Latency: one client, one connection, one request at a time. Throughput: `wrk`
with 8 connections on 2 threads.
"""

import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import mlflow.sklearn
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from measure import FOLDER, ROOT, keep, median, mlwright

N_REQUESTS = 2_000


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def latencies(url, body):
    """Milliseconds of each of N_REQUESTS requests over one connection, after 100 that do not count."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    measured = []
    for i in range(N_REQUESTS + 100):
        started = time.perf_counter()
        connection.request("POST", parts.path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            sys.exit(f"{url}: {answer.status} {text}")
        if i >= 100:
            measured.append((time.perf_counter() - started) * 1e3)
    return sorted(measured)


def throughput(url, body, folder):
    """Requests a second."""
    script = folder / "post.lua"
    script.write_text(f'wrk.method = "POST"\nwrk.body = [==[{body}]==]\nwrk.headers["Content-Type"] = "application/json"\n')
    answer = subprocess.run(["wrk", "-t2", "-c8", "-d8s", "-s", str(script), url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in answer:
        sys.exit(answer)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", answer).group(1))


def figures(url, body, folder):
    sorted_ms = latencies(url, body)
    return {"p50_ms": median(sorted_ms), "p99_ms": sorted_ms[int(len(sorted_ms) * 0.99)], "per_second": throughput(url, body, folder)}


def serve_ours(folder):
    shutil.copy(ROOT / "examples/telco-churn/telco.csv", folder / "telco.csv")
    trained = mlwright(folder, "train", "--table", "telco.csv", "--target", "Churn", "--learners", "gradient_boosting",
                       "--budget-seconds", "0", "--folds", "2", "--wait-seconds", "300")
    mlwright(folder, "register-model", "--run-id", trained["result"]["run_id"], "--name", "churn")
    return mlwright(folder, "deploy-endpoint", "--endpoint", "churn", "--model", "models:/churn/1")["url"]


def serve_theirs(folder, features, target):
    numbers = make_pipeline(SimpleImputer(add_indicator=True))
    levels = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    preparation = make_column_transformer((numbers, make_column_selector(dtype_include="number")),
                                          (levels, make_column_selector(dtype_include=object)))
    model = make_pipeline(preparation, HistGradientBoostingClassifier(random_state=42)).fit(features, target)
    path = folder / "model"
    mlflow.sklearn.save_model(model, path, input_example=features.head(2), serialization_format="cloudpickle")
    port = free_port()
    environment = {**os.environ, "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db", "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"}
    server = subprocess.Popen([sys.executable, "-m", "mlflow", "models", "serve", "-m", str(path), "-h", "127.0.0.1", "-p", str(port),
                               "--env-manager", "local"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              start_new_session=True)
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=1)
            return server, f"http://127.0.0.1:{port}/invocations"
        except OSError:
            time.sleep(0.2)
    sys.exit("mlflow's server did not start")


def main():
    folder = pathlib.Path(tempfile.mkdtemp(dir=FOLDER))
    server = None
    try:
        frame = pd.read_csv(ROOT / "examples/telco-churn/telco.csv")
        frame["TotalCharges"] = pd.to_numeric(frame["TotalCharges"], errors="coerce")
        features, target = frame.drop(columns=["customerID", "Churn"]), frame["Churn"]
        row = json.loads(features.head(1).to_json(orient="split", index=False))
        body = json.dumps({"dataframe_split": {"columns": row["columns"], "data": row["data"]}})
        ours = figures(serve_ours(folder), body, folder)
        mlwright(folder, "stop-endpoint", "--endpoint", "churn", "--confirm")
        server, url = serve_theirs(folder, features, target)
        theirs = figures(url, body, folder)
        keep("latency", {
            "mlwright": ours, "mlflow": theirs, "mlflow_version": mlflow.__version__,
            "p50_ratio": theirs["p50_ms"] / ours["p50_ms"], "p99_ratio": theirs["p99_ms"] / ours["p99_ms"],
            "throughput_ratio": ours["per_second"] / theirs["per_second"],
        })
    finally:
        if server:
            os.killpg(server.pid, signal.SIGTERM)
        shutil.rmtree(folder, ignore_errors=True)


main()
