use mlwright_base::system::files;
use mlwright_learn::{Predictions, Task};
use serde_json::{Map, Value as Json, json};

use super::fixture::{Fixture, model};
use super::*;

fn records(json: Json) -> Vec<Map<String, Json>> {
    serde_json::from_value(json).unwrap()
}

fn ask(fixture: &Fixture, model: &str, rows: Json) -> Result<PredictionSet, Problem> {
    let request = PredictRequest { model: Some(model.into()), endpoint: None, rows: records(rows) };
    fixture.engine.predict(&fixture.call(), &request)
}

#[test]
fn classes_come_with_their_probabilities_and_numbers_alone() {
    let fixture = Fixture::new();
    let (binary, number) = (fixture.put("a", &model(Task::Binary, -2.0)), fixture.put("b", &model(Task::Regression, 7.5)));
    let row = json!([{ "age": 30, "plan": "basic", "active": true, "joined": "2024-01-31" }]);
    let set = ask(&fixture, &binary, row.clone()).unwrap();
    let (no, yes) = (set.probabilities[0]["No"].as_f64().unwrap(), set.probabilities[0]["Yes"].as_f64().unwrap());
    assert!((no + yes - 1.0).abs() < 1e-12);
    assert_eq!(set.predictions, [if yes >= 0.5 { "Yes" } else { "No" }]);
    assert_eq!((set.model.as_str(), set.warnings.len()), ("runs:/a/model", 0));
    let set = ask(&fixture, &number, row).unwrap();
    assert!(set.predictions[0].is_f64() && set.probabilities.is_empty(), "{set:?}");
}

#[test]
fn many_rows_and_whole_frames_give_the_answers_of_single_rows() {
    let fixture = Fixture::new();
    let served = fixture.engine.load_model(&fixture.put("a", &model(Task::Binary, -2.0))).unwrap();
    let plans = [json!("basic"), json!("pro"), json!("never seen"), json!(null), json!(" basic ")];
    let rows: Vec<Map<String, Json>> = (0..2_000)
        .map(|i| {
            let row = json!({ "age": if i % 7 == 0 { json!(null) } else { json!(i % 90) }, "plan": plans[i % 5], "active": i % 3 == 0, "joined": "2024-01-31T12:00:00Z" });
            row.as_object().unwrap().clone()
        })
        .collect();
    let all = read_records(&rows, &served.layout).unwrap();
    let together = served.predict(&all, &fixture.cancel).unwrap();
    for (row, together) in rows.iter().zip(&together).step_by(13) {
        let alone = served.predict(&read_records(std::slice::from_ref(row), &served.layout).unwrap(), &fixture.cancel).unwrap();
        assert_eq!(&alone[0], together);
    }
    let text = |name: &str| mlwright_learn::Column::Text(rows.iter().map(|row| row[name].as_str().map(Arc::from)).collect());
    let frame = mlwright_learn::Frame::new(vec![
        ("age".into(), mlwright_learn::Column::Number(rows.iter().map(|row| row["age"].as_f64().unwrap_or(f64::NAN)).collect())),
        ("plan".into(), text("plan")),
        ("active".into(), mlwright_learn::Column::Boolean(rows.iter().map(|row| row["active"].as_bool()).collect())),
        ("joined".into(), mlwright_learn::Column::Datetime(vec![Some(1_706_702_400_000_000); rows.len()])),
    ])
    .unwrap();
    let Predictions::Classes { labels, probabilities } = served.model.predict(&frame, &fixture.cancel).unwrap() else { panic!("classes") };
    for (i, online) in together.iter().enumerate() {
        let RowPrediction::Class { label, probabilities: online } = online else { panic!("a class") };
        assert_eq!((*label, online.as_slice()), (labels[i], probabilities.row(i).to_vec().as_slice()));
    }
}

#[test]
fn values_that_training_did_not_know_are_said_once() {
    let fixture = Fixture::new();
    let uri = fixture.put("a", &model(Task::Binary, 0.0));
    let warned = |values: &[(Json, Json)]| {
        let rows: Vec<Json> =
            values.iter().map(|(age, plan)| json!({ "age": age, "plan": plan, "active": true, "joined": null })).collect();
        ask(&fixture, &uri, Json::from(rows)).unwrap().warnings
    };
    assert_eq!(warned(&[(json!(1), json!("pro")), (json!("2"), json!(null)), (json!(null), json!(" basic "))]), Vec::<String>::new());
    let unseen = "plan: \"gold\" is a category that training did not see, or saw too rarely to learn from";
    let truth = "age: the truth value true was read as the number 1";
    assert_eq!(warned(&[(json!(1), json!("pro")), (json!(2), json!("gold")), (json!(3), json!("silver"))]), [unseen]);
    assert_eq!(warned(&[(json!(true), json!("pro")), (json!(false), json!("pro"))]), [truth]);
    assert_eq!(warned(&[(json!(true), json!("gold"))]), [unseen, truth]);
}

#[test]
fn a_mistyped_value_is_named_by_row_and_column() {
    let fixture = Fixture::new();
    let uri = fixture.put("a", &model(Task::Binary, 0.0));
    let good = json!({ "age": "41", "plan": 3, "active": "yes", "joined": null });
    for (column, value) in [("age", json!("old")), ("active", json!(7)), ("joined", json!("31/01/2024")), ("plan", json!(["a"]))] {
        let mut bad = good.clone();
        bad[column] = value;
        let problem = ask(&fixture, &uri, json!([good, bad])).unwrap_err();
        assert_eq!((problem.code, problem.field.as_str()), (ErrorCode::InvalidArgument, format!("rows[1].{column}").as_str()), "{problem:?}");
        assert!(problem.message.contains("row 1"), "{problem:?}");
    }
    // The first of many wrong rows, also when processors share the work.
    let mut rows = vec![good.clone(); 3_000];
    rows[1_234]["age"] = json!("x");
    rows[2_900]["age"] = json!("y");
    assert_eq!(ask(&fixture, &uri, json!(rows)).unwrap_err().field, "rows[1234].age");
}

#[test]
fn a_model_is_loaded_once_and_a_changed_file_is_noticed() {
    let fixture = Fixture::new();
    let uri = fixture.put("a", &model(Task::Binary, 0.0));
    let (first, second) = (fixture.engine.load_model(&uri).unwrap(), fixture.engine.load_model(&uri).unwrap());
    assert!(Arc::ptr_eq(&first.model, &second.model));

    let mut resolved = fixture.engine.resolve_model(&fixture.put("b", &model(Task::Binary, 1.0))).unwrap();
    resolved.digest = Some("0".repeat(64));
    assert_eq!(fixture.engine.load_resolved(resolved).unwrap_err().code, ErrorCode::Storage);

    let file = fixture.engine.workspace().artifacts().join("runs/b/model/model.mlw");
    let mut bytes = files::read(&file).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    files::write_atomic(&file, &bytes).unwrap();
    let problem = fixture.engine.load_model("runs:/b/model").unwrap_err();
    assert_eq!(problem.code, ErrorCode::UnreadableData, "{problem:?}");
    assert!(problem.message.contains("runs:/b/model"), "{problem:?}");
}

#[test]
fn the_cache_keeps_the_models_used_last() {
    let fixture = Fixture::new();
    let uris: Vec<String> = (0..MODELS_CACHED_MAX + 1).map(|i| fixture.put(&format!("r{i}"), &model(Task::Binary, i as f64))).collect();
    let first = fixture.engine.load_model(&uris[0]).unwrap();
    for uri in &uris[1..MODELS_CACHED_MAX] {
        fixture.engine.load_model(uri).unwrap();
    }
    fixture.engine.load_model(&uris[0]).unwrap();
    fixture.engine.load_model(&uris[MODELS_CACHED_MAX]).unwrap();
    assert!(Arc::ptr_eq(&first.model, &fixture.engine.load_model(&uris[0]).unwrap().model));
    assert_eq!(fixture.engine.models.loaded.lock().unwrap().len(), MODELS_CACHED_MAX);
}

#[test]
fn what_is_to_predict_must_be_said_once() {
    let fixture = Fixture::new();
    let uri = fixture.put("a", &model(Task::Binary, 0.0));
    let ask = |model: Option<&str>, endpoint: Option<&str>| {
        let request = PredictRequest { model: model.map(str::to_owned), endpoint: endpoint.map(str::to_owned), rows: Vec::new() };
        fixture.engine.predict(&fixture.call(), &request).unwrap_err()
    };
    assert_eq!(ask(None, None).field, "model");
    assert_eq!(ask(Some(&uri), Some("e")).field, "endpoint");
    assert_eq!(ask(None, Some("e")).code, ErrorCode::NotFound);
    assert_eq!(ask(Some(&uri), None).message, "the request has no rows");
}
