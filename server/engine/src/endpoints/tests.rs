use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use mlwright_base::system::{files, process};
use mlwright_base::{DeploymentId, ErrorCode};
use mlwright_learn::Task;
use mlwright_store::StoreError;

use super::record::{DEPLOYMENTS, change};
use super::*;
use crate::serving::fixture::{Fixture, model};

/// Writes a deployment's intent, as `deploy_endpoint` does before it looks for a server.
fn intend(fixture: &Fixture, endpoint: &str, uri: &str) -> DeploymentId {
    let served = fixture.engine.load_model(uri).unwrap();
    let deployment_id = DeploymentId::generate();
    let deployment = Deployment {
        deployment_id: deployment_id.clone(),
        endpoint: endpoint.into(),
        model: served.resolved.clone(),
        digest: served.digest.clone(),
        target: Some(served.model.target.clone()),
        task: served.model.task,
        classes: served.model.classes.clone(),
        features: served.model.features.clone(),
    };
    let now = fixture.engine.now();
    let serving = Serving {
        deployment_id: deployment_id.clone(),
        asked: uri.into(),
        model: served.resolved.uri.clone(),
        digest: served.digest.clone(),
        deployed_by: "ada".into(),
        since: now,
    };
    fixture
        .engine
        .store
        .write::<_, StoreError>(|tx| {
            tx.insert(DEPLOYMENTS, deployment_id.as_str(), Some(endpoint), &deployment, 0)?;
            change(tx, endpoint, now, |endpoint| {
                endpoint.pending = Some(serving);
                Ok::<(), StoreError>(())
            })
        })
        .unwrap();
    deployment_id
}

#[test]
fn a_deployment_becomes_current_once_it_is_confirmed() {
    let fixture = Fixture::new();
    let engine = &fixture.engine;
    let uri = fixture.put("a", &model(Task::Binary, 0.0));
    let before = engine.endpoints_revision().unwrap();
    let first = intend(&fixture, "churn", &uri);
    assert!(engine.endpoints_revision().unwrap() > before);
    let deployed = engine.load_deployment(&first).unwrap();
    assert!(engine.known_endpoint("churn").unwrap().current.is_none());
    engine.confirm_deployment(&deployed).unwrap();
    engine.confirm_deployment(&deployed).unwrap();
    let endpoint = engine.known_endpoint("churn").unwrap();
    assert_eq!(endpoint.current.as_ref().unwrap().deployment_id, first);
    assert_eq!((endpoint.pending, endpoint.history.len()), (None, 1));
    let lineage = engine.lineage("endpoint:churn").unwrap();
    assert_eq!((lineage.upstream[0].from.as_str(), lineage.upstream[0].relation.as_str()), ("run:a", "deployed"));
}

#[test]
fn a_deployment_that_fails_or_is_overtaken_changes_nothing() {
    let fixture = Fixture::new();
    let engine = &fixture.engine;
    let (a, b) = (fixture.put("a", &model(Task::Binary, 0.0)), fixture.put("b", &model(Task::Binary, 1.0)));
    let first = intend(&fixture, "churn", &a);
    engine.confirm_deployment(&engine.load_deployment(&first).unwrap()).unwrap();
    let second = intend(&fixture, "churn", &b);
    let overtaken = engine.load_deployment(&second).unwrap();
    let third = intend(&fixture, "churn", &b);
    assert_eq!(engine.confirm_deployment(&overtaken).unwrap_err().code, ErrorCode::Conflict);
    let problem = mlwright_base::Problem::new(ErrorCode::Storage, "the disk is gone");
    engine.fail_deployment("churn", &second, &problem).unwrap();
    assert!(engine.known_endpoint("churn").unwrap().last_failure.is_none(), "only what is pending can fail");
    engine.fail_deployment("churn", &third, &problem).unwrap();
    let endpoint = engine.known_endpoint("churn").unwrap();
    assert_eq!(endpoint.current.unwrap().deployment_id, first);
    assert_eq!((endpoint.pending, endpoint.last_failure.unwrap().problem), (None, problem));
    assert_eq!(endpoint.history[0].event, EventKind::Failed);
}

#[test]
fn deploying_checks_before_it_writes_and_takes_back_what_it_cannot_finish() {
    let fixture = Fixture::new();
    let uri = fixture.put("a", &model(Task::Binary, 0.0));
    let deploy = |endpoint: &str, model: &str| {
        let request = DeployRequest { endpoint: endpoint.into(), model: model.into() };
        fixture.engine.deploy_endpoint(&fixture.call(), &request).unwrap_err()
    };
    assert_eq!(deploy("../x", &uri).field, "endpoint");
    assert_eq!(deploy("churn", "runs:/nope/model").code, ErrorCode::NotFound);
    assert!(fixture.engine.endpoints().unwrap().is_empty());
    // The program that would serve cannot be started.
    let problem = deploy("churn", &uri);
    assert!(problem.message.contains("cannot start"), "{problem:?}");
    let endpoint = fixture.engine.known_endpoint("churn").unwrap();
    assert!(!endpoint.is_wanted());
    assert_eq!(endpoint.last_failure.unwrap().problem, problem);
}

#[test]
fn a_live_endpoint_keeps_answering_the_same_question() {
    let fixture = Fixture::new();
    let engine = &fixture.engine;
    let first = intend(&fixture, "churn", &fixture.put("a", &model(Task::Binary, 0.0)));
    engine.confirm_deployment(&engine.load_deployment(&first).unwrap()).unwrap();
    let deploy = |model: &str| {
        let request = DeployRequest { endpoint: "churn".into(), model: model.into() };
        engine.deploy_endpoint(&fixture.call(), &request).unwrap_err()
    };
    let other = |run: &str, change: &dyn Fn(&mut mlwright_learn::Model)| {
        let mut model = model(Task::Binary, 0.0);
        change(&mut model);
        fixture.put(run, &model)
    };
    let target = other("b", &|model| model.target = "paid".into());
    let classes = other("c", &|model| model.classes[1] = "Maybe".into());
    for (uri, found) in [
        (target, "paid (binary: No, Yes)"),
        (classes, "churned (binary: No, Maybe)"),
        (fixture.put("d", &model(Task::Regression, 0.0)), "churned (regression)"),
    ] {
        let problem = deploy(&uri);
        assert_eq!((problem.code, problem.field.as_str()), (ErrorCode::Conflict, "endpoint"), "{problem:?}");
        assert!(problem.message.contains("churned (binary: No, Yes)") && problem.message.contains(found), "{problem:?}");
        assert!(problem.hint.contains("stop_endpoint"), "{problem:?}");
    }
    let endpoint = engine.known_endpoint("churn").unwrap();
    assert_eq!((endpoint.current.unwrap().deployment_id, endpoint.pending, endpoint.last_failure), (first, None, None));
    // The same question is let through, as is any once the endpoint is stopped; here no server starts.
    assert!(deploy(&other("e", &|model| model.classes.reverse())).message.contains("cannot start"));
    engine.stop_endpoint(&fixture.call(), &StopRequest { endpoint: "churn".into(), confirm: true }).unwrap();
    assert!(deploy("runs:/d/model").message.contains("cannot start"));
}

#[test]
fn columns_that_clients_do_not_send_yet_are_named() {
    let fixture = Fixture::new();
    let id = intend(&fixture, "churn", &fixture.put("a", &model(Task::Binary, 0.0)));
    let serves = fixture.engine.load_deployment(&id).unwrap().deployment;
    assert_eq!(promise::check(&serves, &serves).unwrap(), Vec::<String>::new());
    let mut asked = serves.clone();
    asked.features.remove(0);
    assert_eq!(promise::check(&serves, &asked).unwrap(), Vec::<String>::new(), "what is sent in vain breaks nothing");
    assert_eq!(promise::check(&asked, &serves).unwrap(), ["requests must send columns that they did not need before, or fail: age"]);
    asked = serves.clone();
    asked.features[1].kind = mlwright_learn::FeatureKind::Numeric;
    assert_eq!(promise::check(&serves, &asked).unwrap(), ["columns are read as another kind than before, so values may be refused: plan"]);
    assert_eq!(promise::check(&asked, &serves).unwrap(), Vec::<String>::new(), "a category takes any value");
    let unknown = Deployment { target: None, ..serves.clone() };
    assert!(promise::check(&unknown, &serves).is_ok());
}

#[test]
fn stopping_asks_for_confirmation_and_may_be_repeated() {
    let fixture = Fixture::new();
    let engine = &fixture.engine;
    let first = intend(&fixture, "churn", &fixture.put("a", &model(Task::Binary, 0.0)));
    engine.confirm_deployment(&engine.load_deployment(&first).unwrap()).unwrap();
    let stop = |name: &str, confirm| engine.stop_endpoint(&fixture.call(), &StopRequest { endpoint: name.into(), confirm });
    let problem = stop("chrun", true).unwrap_err();
    assert_eq!((problem.code, problem.hint.as_str()), (ErrorCode::NotFound, "did you mean churn?"));
    assert_eq!(stop("churn", false).unwrap_err().code, ErrorCode::ConfirmationNeeded);
    assert_eq!(engine.list_endpoints().unwrap().endpoints[0].state, EndpointState::Down);
    for _ in 0..2 {
        let stopped = stop("churn", true).unwrap();
        assert_eq!((stopped.endpoint.state, stopped.n_left, stopped.server), (EndpointState::Stopped, 0, None));
    }
    assert_eq!(engine.known_endpoint("churn").unwrap().history.len(), 2);
}

/// Answers one request after the other with the same body.
fn listener(body: String) -> u16 {
    answering(vec![body; 8]).0
}

/// Answers each request with the next body, and counts them.
fn answering(bodies: Vec<String>) -> (u16, Arc<AtomicUsize>) {
    let n_asked = Arc::new(AtomicUsize::new(0));
    let counter = n_asked.clone();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for (stream, body) in listener.incoming().zip(bodies) {
            counter.fetch_add(1, Ordering::SeqCst);
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (port, n_asked)
}

fn on_record(fixture: &Fixture, instance_id: &str, port: u16) {
    let record = ServerRecord {
        instance_id: instance_id.into(),
        // This very process: alive, and no server.
        pid: process::id(),
        host: "127.0.0.1".into(),
        port,
        url: format!("http://127.0.0.1:{port}"),
        token: "t".into(),
        version: "0".into(),
        started: Timestamp::UNIX_EPOCH,
    };
    files::write_atomic(&fixture.engine.workspace().run().join("server.json"), &serde_json::to_vec(&record).unwrap()).unwrap();
}

#[test]
fn a_stale_address_fools_nobody() {
    let fixture = Fixture::new();
    assert!(fixture.engine.find_server().unwrap().is_none());
    // A port where nobody listens.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    on_record(&fixture, "mine", free);
    assert!(fixture.engine.find_server().unwrap().is_none());
    // A port that somebody else has by now, even another workspace's server.
    for body in [r#"{"instance_id": "other"}"#, "hello", "{}"] {
        on_record(&fixture, "mine", listener(body.to_owned()));
        assert!(fixture.engine.find_server().unwrap().is_none(), "{body}");
    }
    on_record(&fixture, "mine", listener(r#"{"instance_id": "mine"}"#.to_owned()));
    assert_eq!(fixture.engine.find_server().unwrap().unwrap().status().pid, process::id());
    // Half a file, as no crash of ours leaves it.
    files::write_atomic(&fixture.engine.workspace().run().join("server.json"), b"{\"inst").unwrap();
    assert!(fixture.engine.find_server().unwrap().is_none());
}

#[test]
fn what_was_answered_is_waited_for_but_not_for_long() {
    let fixture = Fixture::new();
    let id = intend(&fixture, "churn", &fixture.put("a", &model(Task::Binary, 0.0)));
    fixture.engine.confirm_deployment(&fixture.engine.load_deployment(&id).unwrap()).unwrap();
    let waiting = |n_rows: usize| format!(r#"{{"instance_id": "mine", "rows_waiting": {n_rows}}}"#);
    // The first answer tells who it is, the others how many rows wait; others may come meanwhile.
    for numbers in [&[7, 7, 7, 0][..], &[0, 0], &[0, 7, 9, 4, 6, 4, 4]] {
        let (port, n_asked) = answering(numbers.iter().copied().map(waiting).chain([waiting(9)]).collect());
        on_record(&fixture, "mine", port);
        assert_eq!(fixture.engine.inference_frame("churn", None).unwrap().height(), 0);
        let expected = if numbers.len() == 7 { 6 } else { numbers.len() };
        assert_eq!(n_asked.load(Ordering::SeqCst), expected, "{numbers:?}");
    }
    // A server that is never done, and one that does not say.
    for answer in [waiting(7), r#"{"instance_id": "mine"}"#.to_owned()] {
        let (port, _) = answering(vec![answer; 1_000]);
        on_record(&fixture, "mine", port);
        let started = Instant::now();
        fixture.engine.inference_frame("churn", None).unwrap();
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    }
}

#[test]
fn a_workspace_has_one_server() {
    let fixture = Fixture::new();
    let engine = &fixture.engine;
    let claim = engine.claim_server().unwrap();
    let port = listener(format!(r#"{{"instance_id": "{}"}}"#, claim.instance_id()));
    let record = claim.announce(engine, "127.0.0.1", port).unwrap();
    assert!(claim.is_on_record().unwrap());
    assert_eq!(record.token.len(), 64);
    let problem = engine.claim_server().unwrap_err();
    assert_eq!(problem.code, ErrorCode::Conflict, "{problem:?}");
    assert!(problem.message.contains(&record.url), "{problem:?}");
    drop(claim);
    assert!(!files::exists(&engine.workspace().run().join("server.json")));
    drop(engine.claim_server().unwrap());
}

#[test]
fn ending_a_server_does_not_wait_for_the_next_one() {
    let fixture = Fixture::new();
    let engine = &fixture.engine;
    on_record(&fixture, "old", listener(r#"{"instance_id": "old"}"#.to_owned()));
    // Another process than this one.
    let file = engine.workspace().run().join("server.json");
    let mut record: ServerRecord = serde_json::from_slice(&files::read(&file).unwrap()).unwrap();
    record.pid = 0;
    files::write_atomic(&file, &serde_json::to_vec(&record).unwrap()).unwrap();
    let old = engine.find_server().unwrap().unwrap();
    let next = engine.claim_server().unwrap();
    next.announce(engine, "127.0.0.1", 1).unwrap();
    let started = Instant::now();
    engine.end_server(&old).unwrap();
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert!(next.is_on_record().unwrap());
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_the_token() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::new();
    let claim = fixture.engine.claim_server().unwrap();
    claim.announce(&fixture.engine, "127.0.0.1", 1).unwrap();
    let file = fixture.engine.workspace().run().join("server.json");
    assert_eq!(files::open(&file).unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
}
