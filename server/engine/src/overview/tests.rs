use mlwright_base::Problem;

use super::*;
use crate::monitor::{CreateMonitor, DriftRequest};
use crate::registry::lab::{Lab, Recipe};

#[test]
fn an_empty_workspace_has_no_issues() {
    let lab = Lab::new();
    let overview = lab.engine.overview().unwrap();
    assert_eq!(overview.counts, Counts { tables: 1, ..Counts::default() });
    assert!(overview.issues.is_empty() && overview.server.is_none() && overview.running_jobs.is_empty());
}

#[test]
fn it_tells_what_there_is_and_what_drifted() -> Result<(), Problem> {
    let lab = Lab::new();
    lab.version("churn", &Recipe::default());
    let watch = CreateMonitor { name: "watch".to_owned(), baseline: "people.csv".to_owned(), current: "later.csv".to_owned(), ..CreateMonitor::default() };
    let old: String = (0..200).map(|i| format!("{},{}\n", 100 + i % 60, i % 10)).collect();
    lab.put("later.csv", &format!("months,calls\n{old}"));
    lab.engine.create_monitor(&lab.call(), &watch)?;
    let before = lab.engine.overview()?;
    assert_eq!((before.counts.tables, before.counts.runs, before.counts.models, before.counts.monitors), (2, 1, 1, 1));
    assert_eq!(before.models[0].name, "churn");
    assert!(before.issues.iter().any(|issue| issue.about == "monitor:watch" && issue.message.contains("never")), "{:?}", before.issues);
    lab.engine.check_drift(&lab.call(), &DriftRequest { monitor: Some("watch".to_owned()), ..DriftRequest::default() })?;
    let after = lab.engine.overview()?;
    assert_eq!(after.monitors[0].last_check.as_ref().unwrap().drifted, ["months"]);
    let issue = after.issues.iter().find(|issue| issue.about == "monitor:watch").unwrap();
    assert!(issue.message.contains("1 of 2 columns") && issue.message.contains("months"), "{issue:?}");
    Ok(())
}

fn endpoint(asked: &str, model: &str) -> Endpoint {
    let serving = serde_json::json!({
        "deployment_id": "d1", "asked": asked, "model": model, "digest": "00", "deployed_by": "ada", "since": "2026-11-24T08:00:00Z",
    });
    let record = serde_json::json!({
        "name": "churn", "current": serving, "created": "2026-11-24T08:00:00Z", "updated": "2026-11-24T08:00:00Z", "history": [],
        "last_failure": {
            "deployment_id": "d2", "model": "models:/churn/2", "time": "2026-11-24T08:30:00Z",
            "problem": { "code": "unsuitable_data", "message": "its example does not answer" },
        },
    });
    serde_json::from_value(record).unwrap()
}

#[test]
fn an_endpoint_that_is_down_failed_or_left_behind_is_told() {
    let lab = Lab::new();
    lab.version("churn", &Recipe::default());
    lab.version("churn", &Recipe { seed: 7, ..Recipe::default() });
    let told = |asked: &str| -> Vec<String> {
        let record = endpoint(asked, "models:/churn/1");
        let line = EndpointLine::of(&record, None);
        issues::of_endpoint(&lab.engine, &record, &line).into_iter().map(|issue| issue.message).collect()
    };
    let by_alias = told("models:/churn/latest");
    assert!(by_alias[0].contains("no server process runs"), "{by_alias:?}");
    assert!(by_alias[1].contains("models:/churn/2, failed: its example does not answer"), "{by_alias:?}");
    assert!(by_alias[2].contains("answers with models:/churn/1") && by_alias[2].contains("points at models:/churn/2"), "{by_alias:?}");
    assert_eq!(told("models:/churn/1").len(), 2, "a version by its number stays");
    assert!(told("models:/churn@gone")[2].contains("points at nothing"));
}

#[test]
fn a_job_that_ended_badly_is_told_until_the_work_is_asked_for_again() {
    let job = |id: &str, subject: &str, state: &str| -> crate::jobs::Job {
        serde_json::from_value(serde_json::json!({
            "job_id": id, "kind": "train", "subject": subject, "state": state, "actor": { "name": "ada", "surface": "cli" },
            "created": "2026-11-24T08:00:00Z", "spec": {},
        }))
        .unwrap()
    };
    let newest_first = [job("4", "b → y", "running"), job("3", "a → y", "interrupted"), job("2", "b → y", "failed"), job("1", "c → y", "done")];
    let told: Vec<String> = issues::of_jobs(&newest_first).into_iter().map(|issue| issue.about).collect();
    assert_eq!(told, ["job:3"]);
}
