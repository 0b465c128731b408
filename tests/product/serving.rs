//! Endpoints over HTTP: `curl`, and a load across a version swap.

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use mlwright_tests::Workspace;
use serde_json::{Value, json};

/// Requests sent while the version changes.
const N_REQUESTS: usize = 1_000;
const N_CLIENTS: usize = 4;

fn trained(workspace: &Workspace, learner: &str) -> String {
    let outcome = workspace.ok(&[
        "train", "--table", "telco.csv", "--target", "Churn", "--learners", learner, "--folds", "2", "--budget-seconds", "0",
        "--wait-seconds", "200",
    ]);
    outcome["result"]["run_id"].as_str().expect("a run").to_owned()
}

fn deployed(workspace: &Workspace) -> String {
    for learner in ["logistic_regression", "decision_tree"] {
        let run_id = trained(workspace, learner);
        workspace.ok(&["register-model", "--run-id", &run_id, "--name", "churn"]);
    }
    let endpoint = workspace.ok(&["deploy-endpoint", "--endpoint", "churn", "--model", "models:/churn/1"]);
    endpoint["url"].as_str().expect("an address").to_owned()
}

fn row(workspace: &Workspace) -> Value {
    let mut row = workspace.ok(&["query", "--sql", "SELECT * FROM 'telco.csv'", "--limit", "1"])["rows"][0].clone();
    let fields = row.as_object_mut().expect("a row");
    fields.remove("Churn");
    fields.remove("customerID");
    row
}

fn curl(arguments: &[&str]) -> (String, String) {
    let output = Command::new("curl").args(["-sS", "-w", "\n%{http_code}"]).args(arguments).output().expect("curl is installed");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (body, code) = text.rsplit_once('\n').expect("curl wrote the status");
    (body.to_owned(), code.to_owned())
}

#[test]
fn curl_asks_in_every_form_and_bad_requests_are_explained() {
    let workspace = Workspace::telco();
    let url = deployed(&workspace);
    let (pid, root) = workspace.server().expect("a server runs");
    assert!(pid > 0);
    let row = row(&workspace);
    let names: Vec<&String> = row.as_object().expect("a row").keys().collect();
    let values: Vec<&Value> = row.as_object().expect("a row").values().collect();
    let by_column: serde_json::Map<String, Value> = row.as_object().expect("a row").iter().map(|(k, v)| (k.clone(), json!([v]))).collect();
    let forms = [
        json!({"dataframe_records": [row]}),
        json!({"dataframe_split": {"columns": names, "data": [values]}}),
        json!({"instances": [row]}),
        json!({"inputs": by_column}),
    ];
    let mut answers = Vec::new();
    for form in &forms {
        let (body, code) = curl(&[&url, "-H", "Content-Type: application/json", "-d", &form.to_string()]);
        assert_eq!(code, "200", "{form}: {body}");
        answers.push(serde_json::from_str::<Value>(&body).expect("JSON")["predictions"].clone());
    }
    let cell = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let line = |cells: Vec<String>| cells.join(",");
    let csv = format!("{}\n{}\n", line(names.iter().map(|name| (*name).clone()).collect()), line(values.iter().map(|v| cell(v)).collect()));
    let (body, code) = curl(&[&url, "-H", "Content-Type: text/csv", "--data-binary", &csv]);
    assert_eq!(code, "200", "{body}");
    answers.push(serde_json::from_str::<Value>(&body).expect("JSON")["predictions"].clone());
    assert!(answers.iter().all(|answer| answer == &answers[0] && answer.as_array().is_some_and(|rows| rows.len() == 1)), "{answers:?}");

    for path in ["/ping", "/health", "/version", "/metrics"] {
        let (body, code) = curl(&[&format!("{root}{path}")]);
        assert_eq!(code, "200", "{path}: {body}");
    }
    let (metrics, _) = curl(&[&format!("{root}/metrics")]);
    assert!(metrics.contains("churn"), "{metrics}");

    let mut missing = row.clone();
    missing.as_object_mut().expect("a row").remove("tenure");
    let mut mistyped = row.clone();
    mistyped["tenure"] = json!("a while");
    let mut nested = row.clone();
    nested["tenure"] = json!([1, 2]);
    for (what, body, word) in [
        ("a missing field", json!({"dataframe_records": [missing]}), "tenure"),
        ("a mistyped field", json!({"dataframe_records": [mistyped]}), "tenure"),
        ("a nested field", json!({"dataframe_records": [nested]}), "tenure"),
        ("two forms at once", json!({"instances": [row], "dataframe_records": [row]}), "one"),
        ("no form", json!({}), "dataframe_split"),
        ("rows of unequal length", json!({"dataframe_split": {"columns": names, "data": [[1, 2]]}}), "row 0"),
    ] {
        let (answer, code) = curl(&[&url, "-H", "Content-Type: application/json", "-d", &body.to_string()]);
        assert_eq!(code, "400", "{what}: {answer}");
        assert!(answer.contains(word), "{what}: {answer}");
    }
    let (answer, code) = curl(&[&url, "-H", "Content-Type: application/json", "-d", "{\"instances\": ["]);
    assert_eq!(code, "400", "{answer}");
    let mut extra = row.clone();
    extra["shoe_size"] = json!(44);
    let (answer, code) = curl(&[&url, "-H", "Content-Type: application/json", "-d", &json!({"dataframe_records": [extra]}).to_string()]);
    assert_eq!(code, "200", "an extra field is kept in the inference table and else ignored: {answer}");
    let (answer, code) = curl(&[&format!("{root}/endpoints/chrun/invocations"), "-d", "{}"]);
    assert_eq!(code, "404", "{answer}");
    assert!(answer.contains("churn"), "the nearest name is suggested: {answer}");
    let (answer, code) = curl(&[&url, "-H", "Host: evil.example", "-H", "Content-Type: application/json", "-d", "{}"]);
    assert_eq!(code, "403", "{answer}");

    // What was asked is kept; the log says nothing of a panic.
    std::thread::sleep(Duration::from_millis(500));
    let kept = workspace.ok(&["query", "--sql", "SELECT COUNT(*) AS n FROM 'inference/churn'"]);
    assert!(kept["rows"][0]["n"].as_u64().is_some_and(|n| n >= 6), "{kept}");
    workspace.refused(&["stop-endpoint", "--endpoint", "churn"]);
    workspace.ok(&["stop-endpoint", "--endpoint", "churn", "--confirm"]);
    let (_, code) = curl(&["-o", "/dev/null", &url, "-d", "{}"]);
    assert!(code == "404" || code == "000", "{code}");
    workspace.assert_no_panic();
}

#[test]
fn a_version_is_swapped_without_one_failed_request() {
    let workspace = Workspace::telco();
    let url = deployed(&workspace);
    let body = json!({"dataframe_records": [row(&workspace)]}).to_string();
    let sent = AtomicUsize::new(0);
    let swapped = AtomicBool::new(false);
    let after_swap = AtomicUsize::new(0);
    let failures: Vec<String> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..N_CLIENTS)
            .map(|_| {
                scope.spawn(|| {
                    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(20))).build().into();
                    let mut failures = Vec::new();
                    // Every client goes on until the swap is done and the load is complete.
                    while sent.fetch_add(1, Ordering::SeqCst) < N_REQUESTS || !swapped.load(Ordering::SeqCst) {
                        if swapped.load(Ordering::SeqCst) {
                            after_swap.fetch_add(1, Ordering::SeqCst);
                        }
                        let answer = agent.post(&url).header("Content-Type", "application/json").send(&body);
                        match answer {
                            Ok(mut answer) => {
                                let text = answer.body_mut().read_to_string().unwrap_or_default();
                                if !text.contains("predictions") {
                                    failures.push(text);
                                }
                            }
                            Err(error) => failures.push(error.to_string()),
                        }
                        // Keeps the load going while the new version is loaded.
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    failures
                })
            })
            .collect();
        let endpoint = workspace.ok(&["deploy-endpoint", "--endpoint", "churn", "--model", "models:/churn/2"]);
        assert!(endpoint.to_string().contains("models:/churn/2"), "{endpoint}");
        swapped.store(true, Ordering::SeqCst);
        clients.into_iter().flat_map(|client| client.join().expect("a client ends")).collect()
    });
    assert!(failures.is_empty(), "{} of {} failed, first {:?}", failures.len(), sent.load(Ordering::SeqCst), failures.first());
    assert!(sent.load(Ordering::SeqCst) >= N_REQUESTS);
    std::thread::sleep(Duration::from_millis(500));
    let kept = workspace.ok(&["query", "--sql", "SELECT model, COUNT(*) AS n FROM 'inference/churn' GROUP BY model ORDER BY model"]);
    let counts: u64 = kept["rows"].as_array().expect("rows").iter().filter_map(|row| row["n"].as_u64()).sum();
    assert!(counts >= N_REQUESTS as u64, "every request is kept: {kept}");
    assert_eq!(kept["n_rows"], 2, "both versions answered: {kept}");
    workspace.assert_no_panic();
}
