//! What each route answers, to what is right and to what is wrong.

use mlwright_base::limits::REQUEST_BYTES_MAX;
use serde_json::json;

use super::workspace::Workspace;

const ONE: &str = r#"{"dataframe_records": [{"age": 41, "plan": "x"}]}"#;

#[test]
fn predictions_in_every_shape() {
    let workspace = Workspace::new();
    let server = workspace.serve();
    let status = workspace.deploy("churn", "b").unwrap();
    assert_eq!(status.url.as_deref(), Some(format!("{}/endpoints/churn/invocations", server.url).as_str()));
    for body in [
        ONE,
        r#"{"dataframe_split": {"columns": ["plan", "age"], "data": [["x", 41]]}}"#,
        r#"{"instances": [[41, "x"]]}"#,
        r#"{"inputs": {"age": [41], "plan": ["x"]}}"#,
    ] {
        let (code, answer) = server.invoke("churn", body);
        assert_eq!((code, &answer["predictions"]), (200, &json!(["Yes"])), "{answer}");
        assert_eq!(answer["probabilities"], json!([{ "No": 0.25, "Yes": 0.75 }]));
        assert_eq!((&answer["model"], &answer["endpoint"]), (&json!("runs:/b/model"), &json!("churn")));
    }
    let csv = server.ask("POST", "/endpoints/churn/invocations", &[("content-type", "text/csv; charset=utf-8")], b"plan,age\nx,41\ny,\n");
    assert_eq!((csv.0, &csv.1["predictions"]), (200, &json!(["Yes", "Yes"])));
    let proba = server.invoke("churn", r#"{"instances": [[41, "x"]], "params": {"predict_method": "predict_proba"}}"#);
    assert_eq!(proba.1["predictions"], json!([[0.25, 0.75]]));
    let own = server.ask("POST", "/endpoints/churn/invocations", &[("content-type", "application/json"), ("x-request-id", "order-7")], ONE.as_bytes());
    assert_eq!(own.1["request_id"], "order-7");
    let large = format!(r#"{{"instances": [{}[1, "x"]]}}"#, r#"[1, "x"],"#.repeat(30_000));
    assert_eq!(server.invoke("churn", &large).1["predictions"].as_array().unwrap().len(), 30_001);
}

#[test]
fn wrong_requests_are_told_what_is_wrong() {
    let workspace = Workspace::new();
    let server = workspace.serve();
    workspace.deploy("churn", "a").unwrap();
    let field = |body: &str| {
        let (status, problem) = server.invoke("churn", body);
        assert_eq!((status, &problem["code"]), (400, &json!("invalid_argument")), "{problem}");
        problem["field"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(field(r#"{"dataframe_records": [{"age": 41}]}"#), "rows[0].plan");
    assert_eq!(field(r#"{"dataframe_records": [{"age": "old", "plan": "x"}]}"#), "rows[0].age");
    assert_eq!(field(r#"{"instances": [], "inputs": []}"#), "inputs");
    assert_eq!(field("not json"), "");
    let extra = server.invoke("churn", r#"{"dataframe_records": [{"age": 41, "plan": "x", "shoe": 43}]}"#);
    assert_eq!((extra.0, &extra.1["warnings"]), (200, &json!(["the model does not use shoe"])));

    let post = |path: &str, headers: &[(&str, &str)], body: &[u8]| server.ask("POST", path, headers, body);
    let path = "/endpoints/churn/invocations";
    let form = post(path, &[("content-type", "application/x-www-form-urlencoded")], ONE.as_bytes());
    assert_eq!(form.0, 415);
    assert!(form.1["hint"].as_str().unwrap().contains("Content-Type: application/json"), "{}", form.1);
    assert_eq!(post(path, &[("content-type", "application/json; charset=utf-16")], ONE.as_bytes()).0, 415);
    assert_eq!(post(path, &[("content-type", "application/json"), ("x-request-id", &"x".repeat(200))], ONE.as_bytes()).0, 400);
    let unknown = server.invoke("chrun", ONE);
    assert_eq!((unknown.0, &unknown.1["hint"]), (404, &json!("did you mean churn?")));
    assert_eq!(server.ask("GET", path, &[], b"").0, 405);
    assert_eq!(server.ask("GET", "/nowhere", &[], b"").1["code"], "not_found");
    let not_text = post("/endpoints/%ff/invocations", &[("content-type", "application/json")], ONE.as_bytes());
    assert_eq!((not_text.0, &not_text.1["code"], &not_text.1["field"]), (400, &json!("invalid_argument"), &json!("name")), "{}", not_text.1);
    assert_eq!(server.ask("GET", "/endpoints/%ff", &[], b"").1["code"], "invalid_argument");
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let workspace = Workspace::new();
    let server = workspace.serve();
    workspace.deploy("churn", "a").unwrap();
    // Said beforehand by its length: it is not even read.
    let body = vec![b' '; REQUEST_BYTES_MAX + 1];
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
    let sent = agent.post(format!("{}/endpoints/churn/invocations", server.url)).header("content-type", "application/json").header("expect", "100-continue").send(&body[..]);
    assert_eq!(sent.unwrap().status().as_u16(), 413);
    assert_eq!(server.invoke("churn", ONE).0, 200);
}

#[test]
fn who_it_is_and_how_it_is() {
    let workspace = Workspace::new();
    let server = workspace.serve();
    workspace.deploy("churn", "a").unwrap();
    assert_eq!(server.ask("GET", "/ping", &[], b"").0, 200);
    let health = server.ask("GET", "/health", &[], b"");
    assert_eq!((health.0, &health.1["status"], &health.1["endpoints"]), (200, &json!("ok"), &json!(1)));
    assert_eq!(server.ask("GET", "/version", &[], b"").1["name"], "mlwright");
    let shown = server.ask("GET", "/endpoints/churn", &[], b"").1;
    assert_eq!((&shown["model"], &shown["columns"][0]["name"]), (&json!("runs:/a/model"), &json!("age")));
    assert_eq!(server.ask("GET", "/endpoints", &[], b"").1["endpoints"][0]["name"], "churn");
    server.invoke("churn", ONE);
    server.invoke("churn", "{}");
    server.invoke("no-such-endpoint", ONE);
    let metrics = server.text("GET", "/metrics", &[], b"").1;
    for line in [
        "mlwright_requests_total{endpoint=\"churn\",status=\"200\"} 1",
        "mlwright_errors_total{endpoint=\"churn\",code=\"invalid_argument\"} 1",
        "mlwright_requests_total{endpoint=\"\",status=\"404\"} 1",
        "mlwright_rows_total{endpoint=\"churn\"} 1",
        "mlwright_endpoints 1",
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    assert!(!metrics.contains("no-such-endpoint"));
}

#[test]
fn operations_need_the_token_and_pages_of_others_get_nothing() {
    let workspace = Workspace::new();
    let server = workspace.serve();
    let names = server.ask("GET", "/api/operations", &[], b"").1;
    assert!(names["operations"].as_array().unwrap().iter().any(|operation| operation["name"] == "train"));
    let bearer = format!("Bearer {}", server.token);
    let path = "/api/operations/list-endpoints";
    for headers in [&[][..], &[("authorization", "Bearer x")], &[("authorization", server.token.as_str())]] {
        assert_eq!(server.ask("POST", path, headers, b"{}").0, 401);
    }
    let owner = ("authorization", bearer.as_str());
    let answer = server.ask("POST", path, &[owner], b"{}");
    assert_eq!((answer.0, &answer.1["result"]["endpoints"]), (200, &json!([])), "{}", answer.1);
    assert!(answer.1["summary"].as_str().unwrap().contains("no endpoints yet"));
    let lower = format!("bearer {}", server.token);
    assert_eq!(server.ask("POST", path, &[("authorization", &lower)], b"{}").0, 200);
    assert_eq!(server.ask("POST", "/api/operations/%ff", &[owner], b"{}").1["code"], "invalid_argument");
    let wrong = server.ask("POST", "/api/operations/stop_endpoint", &[owner], br#"{"endpoint": 5}"#);
    assert_eq!((wrong.0, &wrong.1["field"]), (400, &json!("endpoint")), "{}", wrong.1);
    assert_eq!(server.ask("POST", "/api/operations/dance", &[owner], b"").0, 404);
    assert_eq!(server.ask("POST", path, &[owner], b"{").0, 400);
    for stranger in [("host", "evil.example"), ("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")] {
        for (method, path) in [("GET", "/version"), ("POST", path)] {
            let refused = server.ask(method, path, &[owner, stranger], b"");
            assert_eq!((refused.0, &refused.1["code"]), (403, &json!("refused")), "{stranger:?} {path}");
        }
    }
    let audit = workspace.engine.audit_log(Some("list_endpoints"), 10).unwrap();
    assert_eq!(serde_json::to_value(audit[0].record.actor.surface).unwrap(), "http");
}
