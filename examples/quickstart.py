#!/usr/bin/env python3
"""The whole lifecycle on the bundled Telco table, by command line: `quickstart.py PATH_OF_MLWRIGHT [FOLDER]`.

Each step prints the command it runs, so that it can be repeated by hand. Needs nothing but Python.
"""

import json
import pathlib
import shlex
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = sys.argv[1]
FOLDER = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / "quickstart").resolve()
STEPS = 11
BOLD, DIM, PLAIN = ("\033[1m", "\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "", "")
step_number = 0


def mlwright(*arguments):
    """Runs one command in the workspace and returns its structured answer; progress goes to the terminal."""
    shown = " ".join(shlex.quote(argument) for argument in arguments)
    print(f"{DIM}$ mlwright {shown}{PLAIN}", flush=True)
    command = [PROGRAM, "--workspace", str(FOLDER), *arguments, "--json"]
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if ended.returncode != 0:
        sys.exit(f"the command failed with exit code {ended.returncode}")
    return json.loads(ended.stdout)


def step(title):
    global step_number
    step_number += 1
    done = "█" * step_number + "░" * (STEPS - step_number)
    print(f"\n{BOLD}[{done}] {step_number}/{STEPS} {title}{PLAIN}", flush=True)


def main():
    started = time.monotonic()
    if (FOLDER / ".mlwright").exists():
        # A quickstart that ran before: its endpoint goes, its folder is made anew.
        endpoints = json.loads(subprocess.run([PROGRAM, "--workspace", str(FOLDER), "list-endpoints", "--json"],
                                              stdout=subprocess.PIPE, check=True).stdout)["endpoints"]
        for endpoint in endpoints:
            subprocess.run([PROGRAM, "--workspace", str(FOLDER), "stop-endpoint", "--endpoint", endpoint["name"], "--confirm",
                            "--json"], stdout=subprocess.DEVNULL, check=True)
        shutil.rmtree(FOLDER)
    FOLDER.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "examples" / "telco-churn" / "telco.csv", FOLDER / "telco.csv")
    subprocess.run([PROGRAM, "--workspace", str(FOLDER), "init"], check=True)

    step("Look at the table")
    table = mlwright("describe-table", "--table", "telco.csv")
    print(f"{table['n_rows']:,} rows, {len(table['columns'])} columns")
    for column in table["columns"]:
        if column["stored_as_text"] or column["semantic"] == "id":
            print(f"  {column['name']}: {column['semantic']}, {column['reason']}")

    step("Profile it towards the target")
    profile = mlwright("profile-table", "--table", "telco.csv", "--target", "Churn")
    for finding in profile["findings"][:4]:
        print(f"  {finding['severity']}: {finding['reason']}")
    report = profile["report"]

    step("Ask it in SQL")
    answer = mlwright("query", "--sql", "SELECT Contract, COUNT(*) AS customers, AVG(MonthlyCharges) AS charges "
                      "FROM 'telco.csv' GROUP BY Contract ORDER BY customers DESC")
    for row in answer["rows"]:
        print(f"  {row['Contract']:<16}{row['customers']:>6} customers, {row['charges']:.2f} a month")

    step("Keep a versioned table for later: last month's customers, who are newer")
    mlwright("create-table", "--name", "new_customers", "--mode", "create",
             "--sql", "SELECT * FROM 'telco.csv' WHERE tenure <= 12")

    step("Train: several learners, cross-validated, the test rows opened once")
    trained = mlwright("train", "--table", "telco.csv", "--target", "Churn", "--budget-seconds", "20", "--wait-seconds", "120")
    result = trained["result"]
    for entry in result["leaderboard"][:5]:
        if "cv_mean" in entry:
            print(f"  {entry['rank']}. {entry['learner']:<22}{result['metric']} {entry['cv_mean']:.4f} ± {entry['cv_std']:.4f}")
    metric = result["metric"]
    print(f"  best: {result['best_learner']}, {metric} {result['test_metrics'][metric]:.4f} on {result['n_test_rows']} held-out rows "
          f"(baseline {result['baseline_test_metrics'][metric]:.4f})")

    step("Explain it")
    explained = mlwright("explain-model", "--model", result["model_uri"])
    for one in explained["importance"][:4]:
        print(f"  {one['feature']:<20}{one['mean']:.4f}")

    step("Register it, and pass the gate to make it champion")
    version = mlwright("register-model", "--run-id", result["run_id"], "--name", "churn")
    moved = mlwright("set-alias", "--name", "churn", "--alias", "champion", "--version", str(version["version"]))
    for check in moved["checks"]:
        print(f"  {'passed' if check['passed'] else 'failed'}: {check['name']}: {check['reason']}")

    step("Deploy it")
    endpoint = mlwright("deploy-endpoint", "--endpoint", "churn", "--model", "models:/churn@champion")
    print(f"  {endpoint['url']}")

    step("Predict, one by one and the whole table")
    row = {"gender": "Female", "SeniorCitizen": 0, "Partner": "No", "Dependents": "No", "tenure": 2, "PhoneService": "Yes",
           "MultipleLines": "No", "InternetService": "Fiber optic", "OnlineSecurity": "No", "OnlineBackup": "No",
           "DeviceProtection": "No", "TechSupport": "No", "StreamingTV": "Yes", "StreamingMovies": "Yes",
           "Contract": "Month-to-month", "PaperlessBilling": "Yes", "PaymentMethod": "Electronic check",
           "MonthlyCharges": 95.0, "TotalCharges": 190.0}
    asked = mlwright("predict", "--endpoint", "churn", "--rows", json.dumps([row]))
    print(f"  {json.dumps(asked['predictions'][0])}")
    scored = mlwright("batch-predict", "--model", "models:/churn@champion", "--table", "telco.csv", "--output", "scored.parquet",
                      "--wait-seconds", "60")
    print(f"  {scored['result']['rows']:,} rows in scored.parquet")

    step("Watch for drift")
    mlwright("create-monitor", "--name", "churn-data", "--baseline", "telco.csv", "--current", "new_customers")
    drift = mlwright("check-drift", "--monitor", "churn-data")
    drifted = [column["column"] for column in drift["columns"] if column["drifted"]]
    print(f"  {len(drifted)} of {len(drift['columns'])} columns drifted: {', '.join(drifted)}")

    step("Who did what, and what came from what")
    lineage = mlwright("lineage", "--asset", "endpoint:churn")
    for link in lineage["upstream"]:
        print(f"  {link['from']} → {link['relation']} → {link['to']}")
    subprocess.run([PROGRAM, "--workspace", str(FOLDER), "audit", "verify"], check=True)

    body = json.dumps({"dataframe_records": [row]})
    print(f"""
{BOLD}Done in {time.monotonic() - started:.0f} seconds. The endpoint answers:{PLAIN}

curl -s {endpoint['url']} -H 'Content-Type: application/json' -d '{body}'

The profile:     {FOLDER / report}
Stop it with:    {PROGRAM} --workspace {FOLDER} stop-endpoint --endpoint churn --confirm
""")


if __name__ == "__main__":
    main()
