//! The model card that a training leaves with its run.

use mlwright_tests::Workspace;
use serde_json::Value;

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[test]
fn a_training_leaves_a_card_that_agrees_with_its_run() {
    let workspace = Workspace::telco();
    let outcome = workspace.ok(&[
        "train", "--table", "telco.csv", "--target", "Churn", "--learners", "logistic_regression", "--folds", "3", "--exclude", "gender",
        "--budget-seconds", "20", "--wait-seconds", "300",
    ]);
    let result = &outcome["result"];
    let run_id = text(&result["run_id"]);
    let run = workspace.ok(&["get-run", "--run-id", run_id]);
    assert_eq!(run["card"], result["card"], "{run}");
    let page_path = text(&result["card"]);
    assert_eq!(page_path, format!(".mlwright/artifacts/runs/{run_id}/card.html"));
    let read = |name: &str| {
        assert!(run["run"]["artifacts"].as_array().is_some_and(|files| files.iter().any(|file| file == name)), "{name} is missing in {run}");
        std::fs::read_to_string(workspace.path().join(page_path.replace("card.html", name))).expect("the card's file")
    };
    let (json, page, markdown) = (read("card.json"), read("card.html"), read("card.md"));

    let card: Value = serde_json::from_str(&json).expect("JSON");
    let metrics = card["metrics"].as_array().expect("metrics");
    assert!(metrics.len() >= 8, "{card}");
    for metric in metrics {
        let name = text(&metric["name"]);
        assert_eq!(metric["value"], run["run"]["metrics"][format!("test_{name}")], "{name}");
        assert_eq!(metric["baseline"], run["run"]["metrics"][format!("baseline_test_{name}")], "{name}");
        assert_eq!(metric["interval"], result["test_intervals"][name], "{name}");
    }
    assert_eq!(card["data"]["fingerprint"], run["run"]["data"]["fingerprint"]);
    let measured = &card["measured"];
    assert!(measured["importance"]["features"].as_array().is_some_and(|features| features.len() >= 15), "{measured}");
    assert!(measured["dependence"].as_array().is_some_and(|found| found.len() == 6), "{measured}");
    let people: Vec<&str> = measured["fairness"]["columns"].as_array().expect("columns").iter().map(|column| text(&column["column"])).collect();
    assert_eq!(people, ["gender", "SeniorCitizen"], "gender is compared although it was left out");

    assert!(markdown.len() <= 7_000, "{} bytes are more than 2,000 tokens", markdown.len());
    for said in ["# Model card: Churn", "## Limits", "## What it relies on", "## Where it errs", "## Groups of people", "`gender`"] {
        assert!(markdown.contains(said), "{said} is missing in\n{markdown}");
    }
    assert!(page.contains("<svg") && page.contains("Permutation importance") && page.contains("prefers-color-scheme:dark"));
    let folder = workspace.path().to_string_lossy().into_owned();
    let home = std::env::var("HOME").expect("a home");
    for (name, file) in [("card.json", &json), ("card.html", &page), ("card.md", &markdown)] {
        for forbidden in [folder.as_str(), home.as_str(), "<script", "http://", "https://"].into_iter().filter(|text| text.len() > 1) {
            assert!(!file.contains(forbidden), "{forbidden} in {name}");
        }
    }

    // The command on the card trains the same model.
    let command = text(&card["reproduce"]["command"]);
    let words: Vec<&str> = command.split(' ').skip(1).chain(["--wait-seconds", "300"]).collect();
    let again = workspace.ok(&words);
    assert_eq!(again["result"]["test_metrics"], result["test_metrics"], "{command}");

    // The version's card is made of the run's.
    workspace.ok(&["register-model", "--run-id", run_id, "--name", "churn"]);
    let of_version = workspace.path().join(".mlwright/artifacts/models/churn/1/card.json");
    assert_eq!(std::fs::read_to_string(of_version).expect("a copy of the card"), json);
}
