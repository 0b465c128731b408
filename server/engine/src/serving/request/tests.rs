use mlwright_base::ErrorCode;
use mlwright_base::limits::PREDICT_ROWS_MAX;
use mlwright_learn::{Feature, FeatureKind, Value};
use serde_json::json;

use super::*;

fn layout() -> Layout {
    let feature = |name: &str, kind| Feature { name: name.into(), kind };
    Layout::new(&[feature("age", FeatureKind::Numeric), feature("plan", FeatureKind::Categorical), feature("active", FeatureKind::Boolean)])
}

fn rows_of(rows: &Rows) -> Vec<Vec<String>> {
    let mut values = Vec::new();
    (0..rows.len())
        .map(|row| {
            rows.read(row, &mut values);
            values.iter().map(|value| format!("{value:?}")).collect()
        })
        .collect()
}

fn read(json: &Json) -> Result<Request, Problem> {
    read_json(json.to_string().as_bytes(), &layout())
}

/// The problem's field and message; every wrong request is the client's error.
fn refused(text: &str) -> (String, String) {
    let problem = read_json(text.as_bytes(), &layout()).unwrap_err();
    assert_eq!(problem.code, ErrorCode::InvalidArgument, "{problem:?}");
    (problem.field, problem.message)
}

#[test]
fn every_shape_gives_the_same_rows() {
    let split = json!({ "dataframe_split": { "index": [0, 1], "columns": ["plan", "age", "active"], "data": [["pro", 41, true], [null, 2.5, false]] } });
    let expected = rows_of(&read(&split).unwrap().rows);
    assert_eq!(expected[0], ["Number(41.0)", "Text(\"pro\")", "Boolean(true)"]);
    assert_eq!(expected[1], ["Number(2.5)", "Missing", "Boolean(false)"]);
    let records = json!([{ "age": 41, "plan": "pro", "active": true }, { "plan": null, "active": false, "age": 2.5 }]);
    for request in [
        json!({ "dataframe_split": { "data": [["pro", 41, true], [null, 2.5, false]], "columns": ["plan", "age", "active"] } }),
        json!({ "dataframe_records": records }),
        json!({ "instances": records }),
        json!({ "instances": [[41, "pro", true], [2.5, null, false]] }),
        json!({ "inputs": { "active": [true, false], "age": [41, 2.5], "plan": ["pro", null] } }),
        json!({ "inputs": [[41, "pro", true], [2.5, null, false]] }),
        json!({ "inputs": records }),
    ] {
        assert_eq!(rows_of(&read(&request).unwrap().rows), expected, "{request}");
    }
    let typed: Vec<Map<String, Json>> = serde_json::from_value(records).unwrap();
    assert_eq!(rows_of(&read_records(&typed, &layout()).unwrap()), expected);
}

#[test]
fn csv_is_read_by_its_header() {
    let request = read_csv(b"\xef\xbb\xbfplan,age,active,note\r\n\"a, \"\"b\"\"\",41,true,x\r\n?,,no,\r\n", &layout()).unwrap();
    let rows = rows_of(&request.rows);
    assert_eq!(rows[0], ["Text(\"41\")", "Text(\"a, \\\"b\\\"\")", "Text(\"true\")"]);
    assert_eq!(rows[1], ["Missing", "Missing", "Text(\"no\")"]);
    assert_eq!(request.rows.extra_names(), ["note"]);
    let refused = |text: &[u8]| read_csv(text, &layout()).unwrap_err().message;
    assert_eq!(refused(b""), "the request is empty, expected a line with the columns' names");
    assert_eq!(refused(b"plan,age,active\n"), "the request has no rows");
    assert_eq!(refused(b"plan,age,active\n1,2\n"), "row 0 has 2 values, expected 3 as in the header");
    assert_eq!(refused(b"plan,age,age,active\n"), "column \"age\" is given twice");
    assert_eq!(refused(b"plan,active\nx,1\n"), "the request lacks the column age");
    assert!(refused(b"plan,age,active\n\xff,1,1\n").contains("row 0 cannot be read"));
}

#[test]
fn missing_columns_are_named() {
    for text in [
        r#"{"dataframe_records": [{"age": 1, "active": true}]}"#,
        r#"{"dataframe_split": {"columns": ["age", "active"], "data": [[1, true]]}}"#,
        r#"{"inputs": {"age": [1], "active": [true]}}"#,
    ] {
        let (field, message) = refused(text);
        assert!(field == "plan" || field == "rows[0].plan", "{field}");
        assert!(message.ends_with("lacks the column plan"), "{message}");
    }
    let (field, _) = refused(r#"{"dataframe_records": [{"age": 1, "plan": "x", "active": true}, {"age": 1, "plan": "x"}]}"#);
    assert_eq!(field, "rows[1].active");
    let near = read_json(br#"{"dataframe_records": [{"age": 1, "Plan": "x", "active": true}]}"#, &layout()).unwrap_err();
    assert!(near.hint.contains("is that \"plan\"?"), "{near:?}");
}

#[test]
fn unknown_columns_are_kept_but_not_used() {
    let request = read(&json!({ "dataframe_records": [{ "age": 1, "plan": "x", "active": true, "customer": "c-7", "deep": { "a": 1 } }] })).unwrap();
    assert_eq!(request.rows.extra_names(), ["customer", "deep"]);
    assert_eq!(request.rows.extras(0).collect::<Vec<_>>(), [("customer", &json!("c-7"))]);
    assert_eq!(request.rows.json(0), [json!(1), json!("x"), json!(true)]);
}

#[test]
fn whole_numbers_that_no_float_holds_are_kept_exactly() {
    let row = json!({ "age": 1, "plan": "x", "active": true, "order": 1_234_567_890_123_456_789_i64, "back": -9_007_199_254_740_993_i64, "far": u64::MAX });
    let (names, values): (Vec<_>, Vec<_>) = row.as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.clone())).unzip();
    let by_column: Map<String, Json> = names.iter().cloned().zip(values.iter().map(|value| json!([value]))).collect();
    let kept = |rows: &Rows| rows.extras(0).map(|(name, value)| (name.to_owned(), value.clone())).collect::<Map<_, _>>();
    let expected: Map<String, Json> = ["order", "back", "far"].map(|name| (name.to_owned(), row[name].clone())).into_iter().collect();
    for request in [
        json!({ "dataframe_records": [row] }),
        json!({ "dataframe_split": { "columns": names, "data": [values] } }),
        json!({ "dataframe_split": { "data": [values], "columns": names } }),
        json!({ "inputs": by_column }),
    ] {
        assert_eq!(kept(&read(&request).unwrap().rows), expected, "{request}");
    }
    let typed: Vec<Map<String, Json>> = serde_json::from_value(json!([row])).unwrap();
    assert_eq!(kept(&read_records(&typed, &layout()).unwrap()), expected);
}

#[test]
fn exactly_one_shape_is_taken() {
    let both = r#"{"instances": [[1, "x", true]], "inputs": [[1, "x", true]]}"#;
    assert_eq!(refused(both), ("inputs".into(), "the request has both instances and inputs, expected exactly one".into()));
    assert_eq!(refused("{}").1, "the request holds no rows");
    assert_eq!(refused(r#"{"rows": []}"#), ("rows".into(), "the request has an unknown key \"rows\"".into()));
    assert_eq!(refused(r#"{"instances": []}"#).1, "the request has no rows");
    assert!(refused("[1]").1.contains("expected an object with one of"), "{:?}", refused("[1]"));
    assert!(refused("").1.starts_with("the request is not JSON"));
    assert!(refused(r#"{"instances": [[1, "x", true]]} trailing"#).1.starts_with("the request is not JSON"));
    let nan = read_json(br#"{"instances": [[NaN, "x", true]]}"#, &layout()).unwrap_err();
    assert!(nan.hint.contains("write null"), "{nan:?}");
}

#[test]
fn malformed_rows_are_named() {
    assert_eq!(refused(r#"{"instances": [[1, "x", true], [1, "x"]]}"#).1, "row 1 has 2 values, expected 3");
    assert_eq!(refused(r#"{"instances": [[1, "x", true, 4]]}"#).1, "row 0 has 4 values, expected 3");
    assert_eq!(refused(r#"{"dataframe_records": [[1, "x", true]]}"#), ("rows[0]".into(), "row 0 is a list, expected an object".into()));
    let mixed = r#"{"dataframe_split": {"columns": ["age", "plan", "active"], "data": [{"age": 1, "plan": "x", "active": true}]}}"#;
    assert_eq!(refused(mixed), ("rows[0]".into(), "row 0 is an object, expected a list of values".into()));
    assert_eq!(refused(r#"{"instances": [[[1], "x", true]]}"#).0, "rows[0].age");
    assert_eq!(refused(r#"{"dataframe_records": [{"age": {"a": 1}, "plan": "x", "active": true}]}"#).0, "rows[0].age");
    assert_eq!(refused(r#"{"dataframe_records": [{"age": 1, "age": 2, "plan": "x", "active": true}]}"#).0, "rows[0].age");
    assert_eq!(refused(r#"{"inputs": {"age": [1, 2], "plan": ["x"], "active": [true, true]}}"#).0, "inputs.plan");
    assert_eq!(refused(r#"{"inputs": {"age": 1}}"#).0, "inputs.age");
    assert_eq!(refused(r#"{"dataframe_split": {"columns": ["age", "plan", "active"]}}"#).0, "dataframe_split.data");
    assert_eq!(refused(r#"{"dataframe_split": {"data": [[1, "x", true]]}}"#).0, "dataframe_split.columns");
    assert_eq!(refused(r#"{"dataframe_split": {"columns": ["age", "plan", "active", "age"], "data": []}}"#).0, "age");
    assert!(refused(r#"{"instances": 5}"#).1.contains("expected a list of rows"));
    assert!(refused(r#"{"instances": [5]}"#).1.contains("expected row 0 to be an object or a list"));
}

#[test]
fn probabilities_are_asked_for_as_mlflow_does() {
    let row = json!([[1, "x", true]]);
    assert_eq!(read(&json!({ "instances": row })).unwrap().method, PredictMethod::Predict);
    for request in [
        json!({ "instances": row, "params": { "predict_method": "predict_proba" } }),
        json!({ "params": { "predict_method": "predict_proba" }, "instances": row }),
    ] {
        assert_eq!(read(&request).unwrap().method, PredictMethod::PredictProba);
    }
    for params in [r#"{"predict_method": "explain"}"#, r#"{"temperature": 1}"#, "[]"] {
        assert_eq!(refused(&format!(r#"{{"instances": [[1, "x", true]], "params": {params}}}"#)).0, "params");
    }
}

#[test]
fn a_request_has_a_largest_number_of_rows() {
    let one = Layout::new(&[Feature { name: "a".into(), kind: FeatureKind::Numeric }]);
    let body = format!("a\n{}", "1\n".repeat(PREDICT_ROWS_MAX));
    assert_eq!(read_csv(body.as_bytes(), &one).unwrap().rows.len(), PREDICT_ROWS_MAX);
    assert_eq!(read_csv(format!("{body}1\n").as_bytes(), &one).unwrap_err().code, ErrorCode::LimitExceeded);
}

#[test]
fn numbers_keep_their_value() {
    let one = Layout::new(&[Feature { name: "a".into(), kind: FeatureKind::Numeric }]);
    let request = read_json(br#"{"instances": [[0.1], [-3], [1e300], [9007199254740993], [18446744073709551615]]}"#, &one).unwrap();
    let mut values = Vec::new();
    let mut read = |row| {
        request.rows.read(row, &mut values);
        values[0]
    };
    assert_eq!(read(0), Value::Number(0.1));
    assert_eq!(read(1), Value::Number(-3.0));
    assert_eq!(read(2), Value::Number(1e300));
    assert_eq!(read(4), Value::Number(18_446_744_073_709_551_615.0));
}
