//! Waiting for a job that somebody else ends.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use mlwright_tests::{Ended, Workspace, kill};
use serde_json::Value;

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
