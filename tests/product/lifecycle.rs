//! The whole loop by command line, on a binary and on a regression table.

use mlwright_tests::Workspace;
use serde_json::Value;

/// What one table's loop needs to know.
struct Loop {
    table: &'static str,
    target: &'static str,
    metric: &'static str,
    greater_is_better: bool,
    /// A bound on the held-out metric that a sound model reaches on this table.
    at_least_as_good_as: f64,
    /// A column by which evaluation is split.
    segment: &'static str,
    /// SQL for rows that drifted, and a column that did.
    drifted_sql: &'static str,
    drifted_column: &'static str,
}

#[test]
fn telco_churn_from_csv_to_drift() {
    whole_loop(
        &Workspace::telco(),
        &Loop {
            table: "telco.csv",
            target: "Churn",
            metric: "roc_auc",
            greater_is_better: true,
            at_least_as_good_as: 0.82,
            segment: "Contract",
            drifted_sql: "SELECT * FROM 'telco.csv' WHERE tenure <= 12",
            drifted_column: "tenure",
        },
    );
}

#[test]
fn california_housing_from_csv_to_drift() {
    whole_loop(
        &Workspace::housing(),
        &Loop {
            table: "housing.csv.gz",
            target: "median_house_value",
            metric: "rmse",
            greater_is_better: false,
            at_least_as_good_as: 56_000.0,
            segment: "ocean_proximity",
            drifted_sql: "SELECT * FROM 'housing.csv.gz' WHERE median_income > 5",
            drifted_column: "median_income",
        },
    );
}

fn whole_loop(workspace: &Workspace, case: &Loop) {
    explore(workspace, case);
    let trained = train(workspace, case);
    let run_id = text(&trained["run_id"]);
    evaluate(workspace, case, text(&trained["model_uri"]));

    let version = workspace.ok(&["register-model", "--run-id", run_id, "--name", "m"]);
    assert_eq!(version["version"], 1, "{version}");
    let again = workspace.ok(&["register-model", "--run-id", run_id, "--name", "m"]);
    assert_eq!(again["version"], 1, "registering the same run again is the same version: {again}");
    let tested = workspace.ok(&["test-model", "--model", "models:/m/1"]);
    assert_eq!(tested["passed"], true, "{tested}");
    let moved = workspace.ok(&["set-alias", "--name", "m", "--alias", "champion", "--version", "1"]);
    assert_eq!(moved["moved"], true, "{moved}");
    assert!(moved["checks"].as_array().is_some_and(|checks| checks.len() >= 2), "{moved}");
    gate_refuses_worse(workspace, case, run_id);

    deploy_and_predict(workspace, case);
    drift(workspace, case);

    let lineage = workspace.ok(&["lineage", "--asset", "endpoint:e"]);
    let upstream = lineage["upstream"].to_string();
    for asset in [format!("table:{}", case.table), format!("run:{run_id}"), "model:m/1".to_owned()] {
        assert!(upstream.contains(&asset), "{asset} is missing in {upstream}");
    }
    let audit = workspace.ok(&["audit-log", "--filter", "set_alias"]);
    assert!(audit["records"].as_array().is_some_and(|records| records.len() >= 2), "{audit}");
    assert_eq!(workspace.run(&["audit", "verify"]).code, Some(0));
}

fn explore(workspace: &Workspace, case: &Loop) {
    let tables = workspace.ok(&["list-tables"]);
    assert!(tables.to_string().contains(case.table), "{tables}");
    let table = workspace.ok(&["describe-table", "--table", case.table]);
    assert!(table["n_rows"].as_u64().is_some_and(|n| n > 5_000), "{table}");
    let profile = workspace.ok(&["profile-table", "--table", case.table, "--target", case.target]);
    assert!(profile["findings"].as_array().is_some_and(|findings| !findings.is_empty()), "{profile}");
    let page = std::fs::read_to_string(workspace.path().join(text(&profile["report"]))).expect("the report is a file");
    assert!(page.contains("<svg") && !page.contains("src=\"http") && !page.contains("href=\"http"), "self-contained");
    let counted = workspace.ok(&["query", "--sql", &format!("SELECT COUNT(*) AS n FROM '{}'", case.table)]);
    assert_eq!(counted["rows"][0]["n"], table["n_rows"]);
    let plot = workspace.ok(&["plot", "--table", case.table, "--kind", "histogram", "--x", case.drifted_column]);
    let png = std::fs::read(workspace.path().join(text(&plot["path"]))).expect("the chart is a file");
    assert_eq!(&png[1..4], b"PNG");
}

fn train(workspace: &Workspace, case: &Loop) -> Value {
    let outcome = workspace.ok(&[
        "train", "--table", case.table, "--target", case.target, "--metric", case.metric, "--folds", "3", "--budget-seconds", "15",
        "--wait-seconds", "300",
    ]);
    let result = outcome["result"].clone();
    let (score, baseline) = (&result["test_metrics"][case.metric], &result["baseline_test_metrics"][case.metric]);
    let (score, baseline) = (score.as_f64().expect("a score"), baseline.as_f64().expect("a score"));
    let better = |a: f64, b: f64| if case.greater_is_better { a > b } else { a < b };
    assert!(better(score, case.at_least_as_good_as), "{} is {score}", case.metric);
    assert!(better(score, baseline), "{score} against the baseline's {baseline}");
    assert!(result["leaderboard"].as_array().is_some_and(|entries| entries.len() >= 4), "{result}");

    let run = workspace.ok(&["get-run", "--run-id", text(&result["run_id"])]);
    assert_eq!(run["run"]["status"], "FINISHED", "{run}");
    let filter = format!("metrics.test_{} {} {}", case.metric, if case.greater_is_better { ">" } else { "<" }, case.at_least_as_good_as);
    let runs = workspace.ok(&["list-runs", "--filter", &filter]);
    assert_eq!(runs["total"], 1, "{runs}");
    result
}

fn evaluate(workspace: &Workspace, case: &Loop, model: &str) {
    let evaluated = workspace.ok(&["evaluate-model", "--model", model, "--table", case.table, "--segments", case.segment]);
    assert!(evaluated["metrics"][case.metric].is_number(), "{evaluated}");
    assert!(evaluated["segments"].as_array().is_some_and(|segments| segments.len() >= 3), "{evaluated}");
    assert!(!evaluated["warnings"].as_array().expect("warnings").is_empty(), "the rows include training rows, which must be said");
    let explained = workspace.ok(&["explain-model", "--model", model]);
    assert!(explained["importance"].as_array().is_some_and(|importance| importance.len() > 3), "{explained}");
}

/// A model that learned next to nothing may not take the champion's place, except with a reason.
fn gate_refuses_worse(workspace: &Workspace, case: &Loop, champion: &str) {
    let outcome = workspace.ok(&[
        "train", "--table", case.table, "--target", case.target, "--metric", case.metric, "--learners", "baseline", "--folds", "2",
        "--wait-seconds", "120",
    ]);
    let run_id = text(&outcome["result"]["run_id"]);
    let compared = workspace.ok(&["compare-runs", "--run-ids", &format!("{champion},{run_id}")]);
    assert_eq!(compared["same_test_rows"], true, "the folds differ, the held-out rows do not: {compared}");
    workspace.ok(&["register-model", "--run-id", run_id, "--name", "m"]);
    let message = workspace.refused(&["set-alias", "--name", "m", "--alias", "champion", "--version", "2"]);
    assert!(message.contains("champion") || message.contains("baseline"), "{message}");
    let model = workspace.ok(&["get-model", "--name", "m"]);
    assert_eq!(model["model"]["aliases"]["champion"], 1, "{model}");
    let forced = workspace.ok(&[
        "set-alias", "--name", "m", "--alias", "champion", "--version", "2", "--override-reason", "a drill of the gate",
    ]);
    assert_eq!(forced["override_reason"], "a drill of the gate", "{forced}");
    workspace.ok(&["set-alias", "--name", "m", "--alias", "champion", "--version", "1"]);
}

fn deploy_and_predict(workspace: &Workspace, case: &Loop) {
    let endpoint = workspace.ok(&["deploy-endpoint", "--endpoint", "e", "--model", "models:/m@champion"]);
    assert!(text(&endpoint["url"]).starts_with("http://127.0.0.1:"), "{endpoint}");
    let rows = workspace.ok(&["query", "--sql", &format!("SELECT * FROM '{}'", case.table), "--limit", "5"])["rows"].clone();
    let online = workspace.ok(&["predict", "--endpoint", "e", "--rows", &rows.to_string()]);
    let offline = workspace.ok(&["predict", "--model", "models:/m/1", "--rows", &rows.to_string()]);
    assert_eq!(online["predictions"], offline["predictions"]);
    assert_eq!(online["predictions"].as_array().map(Vec::len), Some(5));

    let scored = workspace.ok(&[
        "batch-predict", "--model", "models:/m@champion", "--table", case.table, "--output", "scored.parquet", "--wait-seconds", "120",
    ]);
    assert_eq!(scored["job"]["state"], "done", "{scored}");
    let batch = workspace.ok(&["query", "--sql", "SELECT * FROM 'scored.parquet'", "--limit", "5"])["rows"].clone();
    for (row, prediction) in batch.as_array().expect("rows").iter().zip(online["predictions"].as_array().expect("predictions")) {
        let value = if prediction.is_object() { &prediction["prediction"] } else { prediction };
        assert_eq!(&row["prediction"], value, "batch and online are equal");
    }
    let listed = workspace.ok(&["list-endpoints"]);
    assert!(listed.to_string().contains("models:/m/1"), "{listed}");
}

fn drift(workspace: &Workspace, case: &Loop) {
    workspace.ok(&["create-table", "--name", "recent", "--sql", case.drifted_sql, "--mode", "create"]);
    let drift = workspace.ok(&["check-drift", "--baseline", case.table, "--current", "recent"]);
    let columns = drift["columns"].as_array().expect("columns");
    let drifted = |name: &str| columns.iter().any(|column| column["column"] == name && column["drifted"] == true);
    assert!(drifted(case.drifted_column), "{drift}");
    let same = workspace.ok(&["check-drift", "--baseline", case.table, "--current", case.table]);
    assert!(same["columns"].as_array().is_some_and(|columns| columns.iter().all(|column| column["drifted"] == false)), "{same}");
    workspace.ok(&["create-monitor", "--name", "watch", "--baseline", case.table, "--current", "recent"]);
    let watched = workspace.ok(&["check-drift", "--monitor", "watch"]);
    assert!(watched.to_string().contains(case.drifted_column), "{watched}");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("expected a text, found {value}"))
}

#[test]
fn the_same_inputs_and_seed_give_the_same_model_bytes() {
    let workspace = Workspace::telco();
    let bytes = |_| {
        let outcome = workspace.ok(&[
            "train", "--table", "telco.csv", "--target", "Churn", "--folds", "2", "--seed", "7", "--learners", "gradient_boosting,logistic_regression",
            "--budget-seconds", "0", "--wait-seconds", "200",
        ]);
        let run_id = text(&outcome["result"]["run_id"]).to_owned();
        std::fs::read(workspace.path().join(format!(".mlwright/artifacts/runs/{run_id}/model/model.mlw"))).expect("the model's file")
    };
    let (first, second) = (bytes(1), bytes(2));
    assert!(first == second, "{} and {} bytes that differ", first.len(), second.len());
}

/// Rows of one patient are learned from or tested on, never both, and the answer says why.
#[test]
fn rows_of_a_group_stay_on_one_side_of_the_split() {
    let workspace = Workspace::new();
    let row = |at: usize| {
        let patient = at / 6;
        format!("p{patient},{},{},{}\n", at * 37 % 101, at % 6, if patient % 3 == 0 { "yes" } else { "no" })
    };
    let table = format!("patient,dose,visit,relapse\n{}", (0..240).map(row).collect::<String>());
    workspace.put("visits.csv", table.as_bytes());
    let train = |group: &str| {
        ["train", "--table", "visits.csv", "--target", "relapse", "--group-column", group, "--learners", "logistic_regression", "--budget-seconds", "0", "--wait-seconds", "120"]
            .map(str::to_owned)
    };
    let outcome = workspace.ok(&train("patient").each_ref().map(String::as_str));
    let result = &outcome["result"];
    assert!(text(&result["split"]).contains("whole groups"), "{result}");
    assert!(text(&result["split_reason"]).contains("40 different patient"), "{result}");
    assert!(!result["features"].as_array().expect("features").contains(&"patient".into()), "{result}");
    let run_id = text(&result["run_id"]);
    let kept = workspace.path().join(format!(".mlwright/artifacts/runs/{run_id}/test.parquet"));
    std::fs::copy(kept, workspace.path().join("held_out.parquet")).expect("the rows held out");
    let held_out = workspace.ok(&["query", "--sql", "SELECT patient, COUNT(*) AS n FROM \"held_out.parquet\" GROUP BY patient"]);
    let rows = held_out["rows"].as_array().expect("rows");
    assert!(rows.len() > 3 && rows.iter().all(|row| row["n"] == 6), "whole patients: {held_out}");
    assert_eq!(rows.len() * 6, result["n_test_rows"].as_u64().expect("a number") as usize);

    workspace.put("each.csv", "id,x,y\n1,2,a\n2,3,b\n3,1,a\n4,5,b\n5,1,a\n6,2,b\n7,1,a\n8,2,b\n".as_bytes());
    let message = workspace.refused(&["train", "--table", "each.csv", "--target", "y", "--group-column", "id", "--wait-seconds", "60"]);
    assert!(message.contains("another value in each row"), "{message}");
    let message = workspace.refused(&["train", "--table", "each.csv", "--target", "y", "--group-column", "idd"]);
    assert!(message.contains("idd"), "{message}");
}
