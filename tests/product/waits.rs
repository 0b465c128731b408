//! Waiting for a job that somebody else ends.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use mlwright_tests::{Ended, Workspace, kill};
use serde_json::{Value, json};

/// A command that trains for longer than the test takes and waits for it, and its job once it works.
fn training(workspace: &Workspace) -> (Child, Value) {
    let arguments = ["train", "--table", "telco.csv", "--target", "Churn", "--budget-seconds", "600", "--wait-seconds", "600"];
    let child = workspace.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let jobs = workspace.ok(&["list-jobs"]);
        if let Some(job) = jobs["jobs"].as_array().and_then(|jobs| jobs.iter().find(|job| job["state"] == "running")) {
            return (child, workspace.ok(&["get-job", "--job-id", job["job_id"].as_str().expect("an id")]));
        }
        assert!(Instant::now() < until, "{jobs}");
    }
}

fn ended(child: Child) -> Ended {
    Ended::of(child.wait_with_output().expect("it ends"))
}

#[test]
fn a_wait_on_a_job_that_did_not_come_to_its_end_is_no_success() {
    let workspace = Workspace::telco();
    let (child, job) = training(&workspace);
    workspace.ok(&["cancel-job", "--job-id", job["job_id"].as_str().expect("an id")]);
    let cancelled = ended(child);
    assert_eq!((cancelled.code, cancelled.stdout.as_str()), (Some(130), ""), "{cancelled:?}");

    let (child, job) = training(&workspace);
    kill(i32::try_from(job["pid"].as_i64().expect("a process")).expect("a pid"));
    let interrupted = ended(child);
    assert_eq!((interrupted.code, interrupted.stdout.as_str()), (Some(1), ""), "{interrupted:?}");
    let log = format!(".mlwright/logs/job-{}.log", job["job_id"].as_str().expect("an id"));
    assert!(interrupted.stderr.contains(&log), "{interrupted:?}");
}

#[test]
fn a_training_that_is_ended_keeps_the_best_so_far() {
    let workspace = Workspace::telco();
    let (child, job) = training(&workspace);
    let job_id = job["job_id"].as_str().expect("an id");
    let asked = workspace.ok(&["cancel-job", "--job-id", job_id, "--keep-best"]);
    assert_eq!((&asked["end_requested"], &asked["cancel_requested"]), (&json!(true), &json!(false)), "{asked}");
    let done = ended(child);
    assert_eq!(done.code, Some(0), "{done:?}");

    let job = workspace.ok(&["get-job", "--job-id", job_id]);
    let result = &job["result"];
    assert_eq!((job["state"].as_str(), result["metric"].as_str()), (Some("done"), Some("roc_auc")), "{job}");
    assert!(result["test_metrics"]["roc_auc"].as_f64().is_some_and(|auc| auc > 0.7), "{result}");
    let warnings = result["warnings"].as_array().expect("a list");
    assert!(warnings.iter().any(|said| said.as_str().is_some_and(|said| said.starts_with("a request ended the search"))), "{warnings:?}");
    let run = workspace.ok(&["get-run", "--run-id", result["run_id"].as_str().expect("an id")]);
    assert_eq!(run["run"]["status"], "FINISHED", "{run}");
    let predicted = workspace.ok(&["batch-predict", "--model", result["model_uri"].as_str().expect("an address"), "--table", "telco.csv", "--output", "out.csv"]);
    assert_eq!(predicted["job"]["state"], "done", "{predicted}");
    // It has ended: there is nothing more to ask of it.
    let again = workspace.ok(&["cancel-job", "--job-id", job_id, "--keep-best"]);
    assert_eq!((again["state"].as_str(), again.get("end_requested")), (Some("done"), Some(&json!(true))), "{again}");
}
