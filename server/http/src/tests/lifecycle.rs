//! Deploying, replacing, stopping, ending and starting again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mlwright_base::system::files;
use mlwright_base::{CancelToken, ErrorCode};
use mlwright_engine::endpoints::EndpointState;
use mlwright_engine::serving::PredictRequest;
use serde_json::json;

use super::workspace::{Workspace, actor, call, model};

const ONE: &str = r#"{"dataframe_records": [{"age": 41, "plan": "x"}]}"#;

#[test]
fn a_new_version_takes_over_without_a_failed_request() {
    let workspace = Workspace::new();
    let server = workspace.serve();
    workspace.deploy("churn", "a").unwrap();
    let done = AtomicBool::new(false);
    let answers: Vec<Vec<(u16, String)>> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut answers = Vec::new();
                    while !done.load(Ordering::Acquire) {
                        let (status, answer) = server.invoke("churn", ONE);
                        answers.push((status, answer["predictions"][0].as_str().unwrap_or_default().to_owned()));
                    }
                    // Whatever was asked before, the last deployment answers now.
                    let (status, answer) = server.invoke("churn", ONE);
                    answers.push((status, answer["predictions"][0].as_str().unwrap_or_default().to_owned()));
                    answers
                })
            })
            .collect();
        for run in ["b", "a", "b", "a", "b"] {
            let status = workspace.deploy("churn", run).unwrap();
            // Deploying answers only when the endpoint answers with that version.
            assert_eq!(server.invoke("churn", ONE).1["model"], format!("runs:/{run}/model"));
            assert_eq!(status.state, EndpointState::Serving);
        }
        done.store(true, Ordering::Release);
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    let n_answers: usize = answers.iter().map(Vec::len).sum();
    for answers in &answers {
        assert!(answers.iter().all(|(status, _)| *status == 200), "{answers:?}");
        assert_eq!(answers.last().unwrap().1, "Yes");
    }
    server.end();
    assert_eq!(workspace.inference("churn"), n_answers + 5, "every answer was recorded, once");
    assert_eq!(workspace.engine.known_endpoint("churn").unwrap().history.len(), 6);
}

#[test]
fn deploying_the_same_version_at_once_succeeds_for_everybody() {
    let workspace = Workspace::new();
    let server = workspace.serve();
    let statuses: Vec<_> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..8).map(|_| scope.spawn(|| workspace.deploy("churn", "b"))).collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    for status in statuses {
        let status = status.unwrap();
        assert_eq!((status.state, status.model.as_deref()), (EndpointState::Serving, Some("runs:/b/model")));
    }
    assert_eq!(server.invoke("churn", ONE).1["predictions"], json!(["Yes"]));
}

#[test]
fn a_version_that_cannot_be_loaded_leaves_the_old_one_answering() {
    let workspace = Workspace::new();
    let server = workspace.serve();
    workspace.deploy("churn", "a").unwrap();
    workspace.put("c", &model(0.9));
    let example = workspace.folder.path().join(".mlwright/artifacts/runs/c/model/input_example.json");
    files::write_atomic(&example, br#"{"dataframe_records": [{"age": "nonsense", "plan": "x"}]}"#).unwrap();
    let problem = workspace.deploy("churn", "c").unwrap_err();
    assert_eq!(problem.code, ErrorCode::UnsuitableData, "{problem:?}");
    assert_eq!(server.invoke("churn", ONE).1["predictions"], json!(["No"]));
}

#[test]
fn deployments_survive_the_server_and_are_found_by_the_next() {
    let workspace = Workspace::new();
    let server = workspace.serve();
    workspace.deploy("churn", "b").unwrap();
    workspace.deploy("kundé", "a").unwrap();
    server.end();
    assert!(workspace.engine.find_server().unwrap().is_none());
    assert_eq!(workspace.engine.list_endpoints().unwrap().endpoints[0].state, EndpointState::Down);
    let down = PredictRequest { model: None, endpoint: Some("churn".into()), rows: Vec::new() };
    let problem = workspace.engine.predict(&call(&actor(), &CancelToken::new()), &down).unwrap_err();
    assert_eq!(problem.code, ErrorCode::Unavailable);
    assert!(problem.hint.contains("mlwright serve"), "{problem:?}");

    let server = workspace.serve();
    assert_eq!(server.invoke("churn", ONE).1["predictions"], json!(["Yes"]));
    let rows = serde_json::from_str(r#"[{"age": 41, "plan": "x", "customer": "c1"}]"#).unwrap();
    let asked = PredictRequest { model: None, endpoint: Some("kundé".into()), rows };
    let set = workspace.engine.predict(&call(&actor(), &CancelToken::new()), &asked).unwrap();
    assert_eq!((set.predictions[0].as_str(), set.endpoint.as_deref()), (Some("No"), Some("kundé")));
    let wrong = PredictRequest { rows: serde_json::from_str(r#"[{"age": "old", "plan": "x"}]"#).unwrap(), ..asked };
    assert_eq!(workspace.engine.predict(&call(&actor(), &CancelToken::new()), &wrong).unwrap_err().field, "rows[0].age");
    server.end();
    assert_eq!(workspace.inference("kundé"), 1, "what was refused is not recorded");
}

#[test]
fn a_stopped_endpoint_falls_silent_at_once() {
    let workspace = Workspace::new();
    let server = workspace.serve();
    workspace.deploy("churn", "a").unwrap();
    workspace.deploy("other", "a").unwrap();
    let stopped = workspace.stop("churn").unwrap();
    assert_eq!((stopped.endpoint.state, stopped.n_left), (EndpointState::Stopped, 1));
    assert_eq!(server.invoke("churn", ONE).0, 404);
    assert_eq!(server.invoke("other", ONE).0, 200);
    // A person started this server, so it outlives its last endpoint.
    assert!(workspace.stop("other").unwrap().server.is_some());
    assert_eq!(server.ask("GET", "/ping", &[], b"").0, 200);
    workspace.deploy("churn", "b").unwrap();
    assert_eq!(server.invoke("churn", ONE).0, 200);
}

#[test]
fn the_log_is_written_within_moments_and_wholly_at_the_end() {
    let workspace = Workspace::new();
    let server = workspace.serve();
    workspace.deploy("churn", "a").unwrap();
    server.invoke("churn", ONE);
    let until = Instant::now() + Duration::from_secs(10);
    while workspace.inference("churn") == 0 {
        assert!(Instant::now() < until, "the row is not written");
        std::thread::yield_now();
    }
    let many = format!(r#"{{"instances": [{}[1, "x"]]}}"#, r#"[1, "x"],"#.repeat(49_999));
    assert_eq!(server.invoke("churn", &many).0, 200);
    server.invoke("churn", ONE);
    server.end();
    assert_eq!(workspace.inference("churn"), 50_002);
}

#[test]
fn it_ends_when_asked_or_when_its_place_is_taken() {
    let workspace = Workspace::new();
    let server = workspace.serve();
    let bearer = format!("Bearer {}", server.token);
    assert_eq!(server.ask("POST", "/-/stop", &[], b"").0, 401);
    assert_eq!(server.ask("POST", "/-/stop", &[("authorization", &bearer)], b"").0, 202);
    server.ended();
    let server = workspace.serve();
    files::remove_file(&workspace.folder.path().join(".mlwright/run/server.json")).unwrap();
    server.ended();
}

#[test]
fn a_second_server_is_refused() {
    let workspace = Workspace::new();
    let server = workspace.serve();
    let problem = crate::serve(workspace.engine.clone(), crate::ServeOptions::default(), |_| Vec::new()).unwrap_err();
    assert_eq!(problem.code, ErrorCode::Conflict);
    assert!(problem.message.contains(&server.url), "{problem:?}");
}
