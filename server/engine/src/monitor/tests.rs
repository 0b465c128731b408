use std::fmt::Write;

use mlwright_base::ErrorCode;
use mlwright_base::system::files;

use super::{CreateMonitor, DriftAnswer, DriftRequest, Thresholds};
use crate::serving::fixture::Fixture;

/// `age` around `mean`, `plan` pro in one of `pro` rows, an id, `n` rows.
fn rows(n: usize, mean: i64, pro: usize) -> String {
    let mut text = "id,age,plan\n".to_owned();
    for i in 0..n {
        let age = mean + ((i * 7_919) % 41) as i64 - 20;
        let plan = if i % pro == 0 { "pro" } else { "basic" };
        writeln!(text, "row-{i},{age},{plan}").unwrap();
    }
    text
}

fn fixture() -> Fixture {
    let fixture = Fixture::new();
    for (name, text) in [("before.csv", rows(1_000, 40, 4)), ("same.csv", rows(900, 40, 4)), ("older.csv", rows(800, 60, 4)), ("few.csv", rows(20, 40, 4))] {
        put(&fixture, name, &text);
    }
    fixture
}

fn put(fixture: &Fixture, name: &str, text: &str) {
    files::write_atomic(&fixture.folder.path().join(name), text.as_bytes()).unwrap();
}

fn check(fixture: &Fixture, request: &DriftRequest) -> DriftAnswer {
    fixture.engine.check_drift(&fixture.call(), request).unwrap_or_else(|problem| panic!("{problem:?}"))
}

fn tables(baseline: &str, current: &str) -> DriftRequest {
    DriftRequest { baseline: Some(baseline.into()), current: Some(current.into()), ..DriftRequest::default() }
}

fn monitor(name: &str, current: &str) -> CreateMonitor {
    CreateMonitor { name: name.into(), baseline: "before.csv".into(), current: current.into(), ..CreateMonitor::default() }
}

#[test]
fn what_moved_is_said_drawn_and_written() {
    let fixture = fixture();
    let moved = check(&fixture, &tables("before.csv", "older.csv"));
    assert_eq!(moved.drift.drifted, ["age"]);
    assert_eq!(moved.drift.columns.iter().map(|column| column.column.as_str()).collect::<Vec<_>>(), ["age", "plan"], "ids are not compared");
    assert_eq!(moved.pictures.len(), 1);
    assert!(moved.pictures[0].png.starts_with(b"\x89PNG"));
    let page = files::read_to_string(&fixture.folder.path().join(&moved.report)).unwrap();
    assert!(page.contains("older.csv against before.csv") && page.contains("<svg"));
    let same = check(&fixture, &tables("before.csv", "same.csv"));
    assert!(same.drift.drifted.is_empty() && same.pictures.is_empty() && same.n_checks.is_none());
    let few = check(&fixture, &tables("before.csv", "few.csv"));
    assert!(few.warnings.iter().any(|warning| warning.contains("20 rows")), "{:?}", few.warnings);
}

#[test]
fn a_monitor_keeps_what_it_found() {
    let fixture = fixture();
    let engine = &fixture.engine;
    let made = engine.create_monitor(&fixture.call(), &monitor("watch", "older.csv")).unwrap();
    assert_eq!((made.baseline.as_str(), made.owner.as_str()), ("before.csv", "ada"));
    assert_eq!(engine.drift_history("watch", 10).unwrap(), []);
    let ask = DriftRequest { monitor: Some("watch".into()), ..DriftRequest::default() };
    let found = check(&fixture, &ask);
    assert_eq!((found.n_checks, found.drift.drifted.as_slice()), (Some(1), ["age".to_owned()].as_slice()));
    put(&fixture, "older.csv", &rows(800, 40, 4));
    assert_eq!(check(&fixture, &ask).n_checks, Some(2));
    let history = engine.drift_history("watch", 10).unwrap();
    assert_eq!(history.iter().map(|check| check.drifted.len()).collect::<Vec<_>>(), [0, 1], "the newest first");
    assert!(history[1].columns[0].drifted && history[1].columns[0].strength > 1.0);
    put(&fixture, "before.csv", &rows(1_001, 40, 4));
    assert!(check(&fixture, &ask).warnings.iter().any(|warning| warning.contains("has changed")));
    let lineage = engine.lineage("monitor:watch").unwrap();
    let upstream: Vec<&str> = lineage.upstream.iter().map(|link| link.from.as_str()).collect();
    assert_eq!(upstream, ["table:before.csv", "table:older.csv"]);
}

#[test]
fn a_managed_baseline_stays_at_its_version() {
    let fixture = fixture();
    let engine = &fixture.engine;
    let write = |sql: &str, mode| {
        let request = crate::tables::CreateTable { name: "base".into(), sql: Some(sql.into()), file: None, mode, description: None };
        engine.create_table(&fixture.call(), &request).unwrap();
    };
    write("SELECT * FROM 'before.csv'", crate::tables::WriteMode::Create);
    let made = engine.create_monitor(&fixture.call(), &CreateMonitor { baseline: "base".into(), ..monitor("watch", "same.csv") }).unwrap();
    assert_eq!(made.baseline, "base@v0");
    write("SELECT * FROM 'older.csv'", crate::tables::WriteMode::Overwrite);
    let found = check(&fixture, &DriftRequest { monitor: Some("watch".into()), ..DriftRequest::default() });
    assert!(found.drift.drifted.is_empty() && found.warnings.is_empty(), "{:?}", found.warnings);
}

#[test]
fn thresholds_of_the_monitor_and_the_settings_decide() {
    let fixture = fixture();
    let lax = Thresholds { psi: Some(1e6), wasserstein: Some(1e6), ..Thresholds::default() };
    let made = fixture.engine.create_monitor(&fixture.call(), &CreateMonitor { thresholds: lax, ..monitor("lax", "older.csv") }).unwrap();
    assert!(made.rule.contains("1000000"), "{}", made.rule);
    let found = check(&fixture, &DriftRequest { monitor: Some("lax".into()), ..DriftRequest::default() });
    assert!(found.drift.drifted.is_empty(), "{:?}", found.drift.drifted);
    let wrong = Thresholds { p_value: Some(2.0), ..Thresholds::default() };
    let problem = fixture.engine.create_monitor(&fixture.call(), &CreateMonitor { thresholds: wrong, ..monitor("wrong", "older.csv") }).unwrap_err();
    assert_eq!((problem.code, problem.field.as_str()), (ErrorCode::InvalidArgument, "thresholds.p_value"));
}

#[test]
fn wrong_requests_name_the_field() {
    let fixture = fixture();
    let engine = &fixture.engine;
    engine.create_monitor(&fixture.call(), &monitor("watch", "same.csv")).unwrap();
    put(&fixture, "other.csv", "x,y\n1,2\n3,4\n");
    let both = DriftRequest { monitor: Some("watch".into()), ..tables("before.csv", "same.csv") };
    let named = |column: &str| DriftRequest { columns: Some(vec![column.to_owned()]), ..tables("before.csv", "same.csv") };
    for (request, code, field) in [
        (DriftRequest::default(), ErrorCode::InvalidArgument, "baseline"),
        (DriftRequest { current: None, ..tables("before.csv", "") }, ErrorCode::InvalidArgument, "current"),
        (both, ErrorCode::InvalidArgument, "monitor"),
        (tables("befor.csv", "same.csv"), ErrorCode::NotFound, "baseline"),
        (tables("before.csv", "sane.csv"), ErrorCode::NotFound, "current"),
        (named("agee"), ErrorCode::NotFound, "columns"),
        (DriftRequest { monitor: Some("wach".into()), ..DriftRequest::default() }, ErrorCode::NotFound, "monitor"),
        (tables("before.csv", "other.csv"), ErrorCode::UnsuitableData, ""),
    ] {
        let problem = engine.check_drift(&fixture.call(), &request).unwrap_err();
        assert_eq!((problem.code, problem.field.as_str()), (code, field), "{request:?}");
    }
    let taken = engine.create_monitor(&fixture.call(), &monitor("watch", "same.csv")).unwrap_err();
    assert_eq!((taken.code, taken.field.as_str()), (ErrorCode::Conflict, "name"));
    let unknown = CreateMonitor { columns: Some(vec!["agee".into()]), ..monitor("new", "same.csv") };
    assert_eq!(engine.create_monitor(&fixture.call(), &unknown).unwrap_err().hint, "did you mean age?");
}

/// An endpoint that was asked for rows of `age` and `plan`, of which some carry more.
fn asked(fixture: &Fixture, deployments: &[&[&str]], requests: &[(usize, serde_json::Value)]) {
    use crate::inference::{InferenceEntry, fixture as inference};
    for (i, columns) in deployments.iter().enumerate() {
        inference::deploy(fixture, &format!("{i}"), columns);
    }
    let entries: Vec<(String, InferenceEntry)> =
        requests.iter().enumerate().map(|(i, (deployment, sent))| ("churn".to_owned(), inference::entry(i, &deployment.to_string(), deployments[*deployment], sent))).collect();
    fixture.engine.append_inference(&entries).unwrap();
}

/// A baseline of `n` rows with a column `note` that no model uses and one called `model`.
fn noted(n: usize) -> String {
    let mut text = "age,plan,note,model\n".to_owned();
    for i in 0..n {
        writeln!(text, "{},{},{},{}", 20 + (i * 7_919) % 41, if i % 4 == 0 { "pro" } else { "basic" }, i % 5, i % 2).unwrap();
    }
    text
}

fn request(i: usize) -> serde_json::Value {
    serde_json::json!({ "age": 20 + (i * 7_919) % 41, "plan": if i % 4 == 0 { "pro" } else { "basic" } })
}

#[test]
fn a_column_that_one_request_sent_in_vain_is_no_drift() {
    let fixture = fixture();
    put(&fixture, "noted.csv", &noted(500));
    let requests: Vec<(usize, serde_json::Value)> = (0..400)
        .map(|i| {
            let mut sent = request(i);
            if i == 7 {
                sent["note"] = 3.into();
            }
            (0, sent)
        })
        .collect();
    asked(&fixture, &[&["age", "plan"]], &requests);
    for (baseline, current) in [("noted.csv", "inference/churn"), ("inference/churn", "noted.csv")] {
        let found = check(&fixture, &tables(baseline, current));
        assert_eq!(found.drift.drifted, Vec::<String>::new(), "{:?}", found.drift.columns);
        assert_eq!(found.drift.columns.len(), 2);
        let skipped: Vec<&str> = found.drift.skipped.iter().map(|skipped| skipped.column.as_str()).collect();
        assert_eq!(skipped.len(), 2, "{skipped:?}");
        assert!(skipped.contains(&"note") && skipped.contains(&"model"));
        assert!(found.drift.skipped[0].reason.contains("no model that answered in inference/churn"), "{:?}", found.drift.skipped);
    }
    let named = DriftRequest { columns: Some(vec!["note".into(), "age".into()]), ..tables("noted.csv", "inference/churn") };
    let found = check(&fixture, &named);
    let note = found.drift.columns.iter().find(|column| column.column == "note").unwrap();
    assert!(!note.drifted && found.drift.columns.len() == 2, "{note:?}");
    assert_eq!((found.drift.baseline_rows, found.drift.current_rows), (500, 400));
    assert!(found.warnings.iter().any(|warning| warning.ends_with("note (1 of 400)")), "{:?}", found.warnings);
}

#[test]
fn a_column_that_a_later_model_added_is_compared_where_it_was_needed() {
    let fixture = fixture();
    put(&fixture, "noted.csv", &noted(500));
    let requests: Vec<(usize, serde_json::Value)> = (0..400)
        .map(|i| {
            let mut sent = request(i);
            sent["note"] = (i % 5).into();
            (usize::from(i >= 200), sent)
        })
        .collect();
    asked(&fixture, &[&["age", "plan"], &["age", "plan", "note"]], &requests);
    let found = check(&fixture, &tables("noted.csv", "inference/churn"));
    assert_eq!((found.drift.drifted.len(), found.drift.columns.len()), (0, 3), "{:?}", found.drift.columns);
    assert!(found.warnings.iter().any(|warning| warning.ends_with("note (200 of 400)")), "{:?}", found.warnings);
}
