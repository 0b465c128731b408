use std::sync::Arc;

use mlwright_base::{CancelToken, ErrorCode};
use mlwright_learn::Task;
use polars::prelude::{AnyValue, DataType, TimeUnit};
use serde_json::json;

use super::*;
use crate::endpoints::{DEPLOYMENTS, Serving};
use crate::model_uri::ResolvedModel;
use crate::serving::fixture::{Fixture, model};
use crate::serving::{Layout, ServedModel, read_json};

/// A deployment of a model to `churn`, on record.
fn deployed(fixture: &Fixture, id: &str, model: mlwright_learn::Model) -> Deployed {
    let resolved = ResolvedModel {
        uri: format!("models:/m/{id}"),
        asset: format!("model:m/{id}"),
        folder: "f".into(),
        name: Some("m".into()),
        version: Some(1),
        run_id: mlwright_base::RunId::new("r"),
        digest: None,
    };
    let deployment = Deployment {
        deployment_id: DeploymentId::new(id),
        endpoint: "churn".into(),
        model: resolved.clone(),
        digest: "d".into(),
        target: Some(model.target.clone()),
        task: model.task,
        classes: model.classes.clone(),
        features: model.features.clone(),
    };
    let now = fixture.engine.now();
    let serving = Serving {
        deployment_id: deployment.deployment_id.clone(),
        asked: resolved.uri.clone(),
        model: resolved.uri.clone(),
        digest: "d".into(),
        deployed_by: "ada".into(),
        since: now,
    };
    let endpoint = crate::endpoints::Endpoint {
        name: "churn".into(),
        current: Some(serving),
        pending: None,
        last_failure: None,
        created: now,
        updated: now,
        history: Vec::new(),
    };
    fixture
        .engine
        .store
        .write::<_, StoreError>(|tx| {
            tx.insert(DEPLOYMENTS, id, Some("churn"), &deployment, 0)?;
            tx.put("endpoints", "churn", None, None, &endpoint, 0)
        })
        .unwrap();
    let layout = Arc::new(Layout::new(&model.features));
    Deployed { deployment, served: Arc::new(ServedModel { resolved, digest: "d".into(), model: Arc::new(model), layout }) }
}

fn record(fixture: &Fixture, deployed: &Deployed, id: &str, request: &Json) {
    let request = read_json(request.to_string().as_bytes(), &deployed.served.layout).unwrap();
    let predictions = deployed.served.predict(&request.rows, &CancelToken::new()).unwrap();
    let entries: Vec<(String, InferenceEntry)> = (0..request.rows.len())
        .step_by(2)
        .map(|start| {
            let range = start..request.rows.len().min(start + 2);
            ("churn".to_owned(), InferenceEntry::of(deployed, RequestId::new(id), fixture.engine.now(), &request.rows, &predictions, range))
        })
        .collect();
    fixture.engine.append_inference(&entries).unwrap();
}

fn texts(frame: &DataFrame, column: &str) -> Vec<String> {
    let column = frame.column(column).unwrap();
    (0..column.len()).map(|i| column.get(i).unwrap().to_string().trim_matches('"').to_owned()).collect()
}

#[test]
fn requests_come_back_typed_with_their_predictions() {
    let fixture = Fixture::new();
    let deployed = deployed(&fixture, "1", model(Task::Binary, 0.0));
    let split = json!({ "dataframe_split": {
        "columns": ["age", "plan", "active", "joined", "customer"],
        "data": [["41", 5.0, "yes", "2024-01-31", "c1"], [null, "pro", 0, "2024-01-31T12:00:00Z", "c2"], [3, null, null, null, null]],
    } });
    record(&fixture, &deployed, "q1", &split);
    let frame = fixture.engine.inference_frame("churn", None).unwrap();
    assert_eq!(frame.height(), 3);
    let dtype = |name: &str| frame.column(name).unwrap().dtype().clone();
    assert_eq!((dtype("age"), dtype("plan"), dtype("active")), (DataType::Float64, DataType::String, DataType::Boolean));
    assert!(matches!(dtype("joined"), DataType::Datetime(TimeUnit::Microseconds, Some(_))), "{:?}", dtype("joined"));
    assert!(matches!(dtype("time"), DataType::Datetime(..)));
    assert_eq!(texts(&frame, "plan"), ["5", "pro", "null"]);
    assert_eq!(texts(&frame, "customer"), ["c1", "c2", "null"]);
    assert_eq!(texts(&frame, "row"), ["0", "1", "2"]);
    assert_eq!(texts(&frame, "request_id"), ["q1"; 3]);
    assert_eq!(texts(&frame, "model"), ["models:/m/1"; 3]);
    let (yes, no) = (frame.column("probability_Yes").unwrap().f64().unwrap(), frame.column("probability_No").unwrap().f64().unwrap());
    for (row, label) in texts(&frame, "prediction").iter().enumerate() {
        assert!((yes.get(row).unwrap() + no.get(row).unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(label == "Yes", yes.get(row).unwrap() >= 0.5);
    }
}

#[test]
fn numbers_that_the_model_does_not_use_come_back_as_they_were() {
    let fixture = Fixture::new();
    let deployed = deployed(&fixture, "1", model(Task::Binary, 0.0));
    let row = |order: Json, key: Json, share: Json, mixed: Json| {
        json!({ "age": 41, "plan": "pro", "active": true, "joined": null, "order": order, "key": key, "share": share, "mixed": mixed })
    };
    let rows = [
        row(json!(1_234_567_890_123_456_789_i64), json!(u64::MAX), json!(0.5), json!(9_007_199_254_740_993_i64)),
        row(json!(-7), json!(1), json!(3), json!(0.5)),
        row(json!(null), json!(null), json!(null), json!(null)),
    ];
    record(&fixture, &deployed, "q1", &json!({ "dataframe_records": rows }));
    let frame = fixture.engine.inference_frame("churn", None).unwrap();
    let column = |name: &str| (frame.column(name).unwrap().dtype().clone(), texts(&frame, name));
    let expected = |dtype: DataType, values: [&str; 3]| (dtype, values.map(str::to_owned).to_vec());
    assert_eq!(column("order"), expected(DataType::Int64, ["1234567890123456789", "-7", "null"]));
    assert_eq!(column("key"), expected(DataType::String, ["18446744073709551615", "1", "null"]), "too large for Int64");
    assert_eq!(column("share"), expected(DataType::Float64, ["0.5", "3.0", "null"]));
    assert_eq!(column("mixed"), expected(DataType::String, ["9007199254740993", "0.5", "null"]), "no float holds both");
}

#[test]
fn the_newest_rows_are_kept_in_order() {
    let fixture = Fixture::new();
    let deployed = deployed(&fixture, "1", model(Task::Regression, 0.0));
    for request in 0..300 {
        let rows = json!([[request, "basic", true, null], [request + 1000, "basic", true, null], [request + 2000, "basic", true, null]]);
        record(&fixture, &deployed, &format!("q{request}"), &json!({ "instances": rows }));
    }
    let ages = |limit| texts(&fixture.engine.inference_frame("churn", limit).unwrap(), "age");
    assert_eq!(ages(None).len(), 900);
    assert_eq!(ages(Some(4)), ["2298.0", "299.0", "1299.0", "2299.0"]);
    assert!(ages(Some(0)).is_empty());
    let frame = fixture.engine.inference_frame("churn", Some(1)).unwrap();
    assert!(matches!(frame.column("prediction").unwrap().get(0).unwrap(), AnyValue::Float64(_)));
    assert!(frame.column("probability_Yes").is_err());
}

#[test]
fn deployments_with_other_columns_share_a_table() {
    let fixture = Fixture::new();
    let first = deployed(&fixture, "1", model(Task::Binary, 0.0));
    record(&fixture, &first, "q1", &json!({ "instances": [[1.5, "basic", true, null]] }));
    let mut second = deployed(&fixture, "2", model(Task::Binary, 0.0));
    // As if a later version read `age` as a category and took a column called `prediction`.
    second.deployment.features[0].kind = mlwright_learn::FeatureKind::Categorical;
    second.deployment.features[1].name = "prediction".into();
    fixture.engine.store.write::<_, StoreError>(|tx| tx.put(DEPLOYMENTS, "2", Some("churn"), None, &second.deployment, 0)).unwrap();
    record(&fixture, &second, "q2", &json!({ "instances": [[7, "pro", true, null]] }));
    let frame = fixture.engine.inference_frame("churn", None).unwrap();
    assert_eq!(texts(&frame, "age"), ["1.5", "7"]);
    assert_eq!(texts(&frame, "plan"), ["basic", "null"]);
    assert_eq!(texts(&frame, "prediction"), ["null", "pro"]);
    assert!(texts(&frame, "_prediction").iter().all(|label| ["Yes", "No"].contains(&label.as_str())));
}

#[test]
fn an_endpoint_that_nobody_asked_has_an_empty_table_and_an_unknown_one_has_none() {
    let fixture = Fixture::new();
    deployed(&fixture, "1", model(Task::Binary, 0.0));
    let frame = fixture.engine.inference_frame("churn", None).unwrap();
    assert_eq!(frame.height(), 0);
    assert!(frame.column("age").is_ok() && frame.column("probability_Yes").is_ok());
    assert_eq!(fixture.engine.inference_frame("other", None).unwrap_err().code, ErrorCode::NotFound);
}
