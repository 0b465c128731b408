use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::calibrate::PlattScaling;
use crate::conformal::Reach;
use crate::frame::FeatureKind;
use crate::linear::LinearPredictor;
use crate::predictor::Link;
use crate::{Preparation, Target};

fn frame() -> Frame {
    let text = |values: &[&str]| Column::Text(values.iter().map(|v| Some(Arc::from(*v))).collect());
    Frame::new(vec![
        ("age".to_owned(), Column::Number(vec![20.0, 30.0, f64::NAN, 50.0, 65.0, 41.0])),
        ("plan".to_owned(), text(&["basic", "plus", "basic", "plus", "basic", "plus"])),
        ("vip".to_owned(), Column::Boolean(vec![Some(true), Some(false), None, Some(true), Some(false), Some(false)])),
    ])
    .unwrap()
}

/// A logistic model with coefficients of our own, over every kind of value.
fn model() -> Model {
    let features: Vec<Feature> =
        [("age", FeatureKind::Numeric), ("plan", FeatureKind::Categorical), ("vip", FeatureKind::Boolean)]
            .into_iter()
            .map(|(name, kind)| Feature { name: name.to_owned(), kind })
            .collect();
    let target = Target::Class { codes: vec![0, 1, 0, 1, 0, 1], n_classes: 2 };
    let preparer = Preparer::fit(&frame(), &features, Preparation::Dense, &target, Task::Binary, Seed(7)).unwrap();
    let n = preparer.matrix().names.len();
    Model {
        task: Task::Binary,
        target: "churn".to_owned(),
        classes: vec!["No".to_owned(), "Yes".to_owned()],
        positive_class: Some("Yes".to_owned()),
        threshold: Some(0.4),
        features,
        learner: "logistic_regression".to_owned(),
        parameters: json!({"c": 1.0}).as_object().unwrap().clone(),
        seed: Seed(7),
        n_training_rows: 6,
        preparer,
        predictor: Predictor::Linear(LinearPredictor {
            coefficients: vec![(0..n).map(|k| 0.25 * (k as f64 + 1.0)).collect()],
            intercepts: vec![-0.5],
            link: Link::Logistic,
            means: vec![0.1; n],
            deviations: vec![1.0; n],
        }),
        calibration: None,
        regions: None,
    }
}

#[test]
fn batch_online_and_json_answers_are_equal() {
    let (model, frame) = (model(), frame());
    let Predictions::Classes { labels, probabilities } = model.predict(&frame, &CancelToken::new()).unwrap() else {
        panic!()
    };
    let records = [
        json!({"age": 20, "plan": "basic", "vip": true}),
        json!({"age": "30", "plan": " plus", "vip": "no"}),
        json!({"age": null, "plan": "basic", "vip": "N/A"}),
        json!({"age": 50.0, "plan": "plus", "vip": 1}),
        json!({"age": 65, "plan": "basic", "vip": false, "more": 1}),
        json!({"age": 41, "plan": "plus", "vip": "False"}),
    ];
    for (row, record) in records.iter().enumerate() {
        let record = record.as_object().unwrap();
        let answer = model.predict_row(&model.values_of_record(record).unwrap()).unwrap();
        let expected = RowPrediction::Class { label: labels[row], probabilities: probabilities.row(row).to_vec() };
        assert_eq!(answer, expected, "row {row}");
    }
    assert_eq!(model.unknown_keys(records[4].as_object().unwrap()), ["more"]);
    let labels_by_threshold: Vec<u32> = probabilities.column(1).iter().map(|p| u32::from(*p >= 0.4)).collect();
    assert_eq!(labels, labels_by_threshold);
}

#[test]
fn wrong_records_are_refused_by_column() {
    let model = model();
    let values = |record: serde_json::Value| model.values_of_record(record.as_object().unwrap()).map(|_| ());
    assert!(
        matches!(values(json!({"age": 1, "plan": "x"})), Err(LearnError::ColumnMissing { column, .. }) if column == "vip")
    );
    let error = values(json!({"age": [1], "plan": "x", "vip": null})).unwrap_err();
    assert_eq!(error.to_string(), "age: expected a number, a text, a truth value or null, found a list");
    let record = json!({"age": "old", "plan": "x", "vip": null});
    let error = model.predict_row(&model.values_of_record(record.as_object().unwrap()).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "age: expected a number, found the text \"old\"");
    let cancel = CancelToken::new();
    cancel.cancel();
    assert_eq!(model.predict(&frame(), &cancel), Err(LearnError::Cancelled));
}

#[test]
fn contributions_add_up_to_the_margin() {
    let model = model();
    let values = [Value::Number(33.0), Value::Text("plus"), Value::Missing];
    let explanation = model.explain_row(&values).unwrap();
    let total: f64 = explanation.contributions.iter().map(|one| one.contribution).sum();
    assert!((explanation.base + total - explanation.margin).abs() < 1e-12);
    let RowPrediction::Class { probabilities, .. } = &explanation.prediction else { panic!() };
    assert!((crate::predictor::sigmoid(explanation.margin) - probabilities[1]).abs() < 1e-12);
    assert_eq!(explanation.class.as_deref(), Some("Yes"));
    assert_eq!(explanation.contributions.len(), 3);
    assert!(explanation.contributions.windows(2).all(|pair| pair[0].contribution.abs() >= pair[1].contribution.abs()));
    let plan = explanation.contributions.iter().find(|one| one.feature == "plan").unwrap();
    assert_eq!(plan.value.as_deref(), Some("plus"));
}

#[test]
fn a_model_survives_its_file() {
    let model = model();
    let bytes = model.to_bytes();
    assert_eq!(Model::from_bytes(&bytes), Ok(model.clone()));
    assert_eq!(model.to_bytes(), bytes, "equal models give equal bytes");
}

#[test]
fn damaged_and_foreign_files_are_refused() {
    let bytes = model().to_bytes();
    let refused = |bytes: &[u8]| match Model::from_bytes(bytes) {
        Err(LearnError::ModelFile(message)) => message,
        other => panic!("{other:?}"),
    };
    assert!(refused(b"PK\x03\x04").contains("does not start with MLWMODEL"));
    assert!(refused(&bytes[..20]).contains("truncated"));
    for cut in [44, 45, bytes.len() / 2, bytes.len() - 1] {
        assert!(refused(&bytes[..cut]).contains("checksum"), "cut at {cut}");
    }
    let mut newer = bytes.clone();
    newer[8] = 99;
    assert!(refused(&newer).contains("version 99"));
    for position in [12, 60, bytes.len() - 1] {
        let mut damaged = bytes.clone();
        damaged[position] ^= 1;
        assert!(refused(&damaged).contains("checksum"), "byte {position}");
    }
}

/// A payload that was tampered with and signed again is checked before it can be asked anything.
#[test]
fn parts_that_do_not_fit_together_are_refused() {
    let refused = |change: &dyn Fn(&mut Model)| {
        let mut model = model();
        change(&mut model);
        assert!(matches!(Model::from_bytes(&model.to_bytes()), Err(LearnError::ModelFile(_))));
    };
    refused(&|model| model.classes.truncate(1));
    refused(&|model| model.features.truncate(2));
    refused(&|model| model.task = Task::Regression);
    refused(&|model| {
        let Predictor::Linear(linear) = &mut model.predictor else { panic!() };
        linear.coefficients[0].truncate(1);
    });
    refused(&|model| model.predictor = Predictor::Constant(vec![0.2, 0.3, 0.5]));
}

#[test]
fn mlmodel_is_what_mlflow_reads() {
    let fields = MlmodelFields {
        model_id: "m-1".to_owned(),
        run_id: "0123".to_owned(),
        utc_time_created: "2026-01-31T13:00:00.5+01:00".to_owned(),
    };
    let yaml = mlmodel_yaml(&model(), &fields);
    let read: serde_json::Value = serde_norway::from_str(&yaml).unwrap();
    assert_eq!(read["flavors"]["mlwright"]["model"], "model.mlw");
    assert_eq!(read["flavors"]["mlwright"]["format_version"], 1);
    assert_eq!(read["utc_time_created"], "2026-01-31 12:00:00.500000");
    assert_eq!((&read["model_id"], &read["run_id"]), (&json!("m-1"), &json!("0123")), "ids stay texts");
    assert_eq!(read["metadata"]["classes"], json!(["No", "Yes"]));
    // YAML 1.1, which MLflow reads, takes No, 0123 and times without quotes for something else.
    for line in [
        "    - \"No\"",
        "run_id: \"0123\"",
        "utc_time_created: \"2026-01-31 12:00:00.500000\"",
        "  positive_class: \"Yes\"",
    ] {
        assert!(yaml.lines().any(|found| found == line), "{line} in {yaml}");
    }
    let inputs: serde_json::Value = serde_json::from_str(read["signature"]["inputs"].as_str().unwrap()).unwrap();
    assert_eq!(inputs[0], json!({"type": "double", "name": "age", "required": true}));
    assert_eq!((&inputs[1]["type"], &inputs[2]["type"]), (&json!("string"), &json!("boolean")));
    let outputs: serde_json::Value = serde_json::from_str(read["signature"]["outputs"].as_str().unwrap()).unwrap();
    assert_eq!(outputs, json!([{"type": "string", "name": "prediction", "required": true}]));
    let mut odd = model();
    odd.target = "a: \"b\"\n# \u{85}\u{2028}\u{7f} é".to_owned();
    let read: serde_json::Value = serde_norway::from_str(&mlmodel_yaml(&odd, &fields)).unwrap();
    assert_eq!(read["metadata"]["target"], odd.target);
    assert_eq!(read["saved_input_example_info"]["artifact_path"], "input_example.json");
}

/// Files of format version 1, as they were first written: every kind of feature, encoder and
/// predictor. They are never made anew; a program that cannot read them must raise the version and
/// still read them.
const FILES_OF_VERSION_1: [(&str, &[u8]); 4] = [
    ("regression-linear", include_bytes!("../testdata/model-v1/regression-linear.mlw")),
    ("binary-linear", include_bytes!("../testdata/model-v1/binary-linear.mlw")),
    ("multiclass-trees", include_bytes!("../testdata/model-v1/multiclass-trees.mlw")),
    ("binary-constant", include_bytes!("../testdata/model-v1/binary-constant.mlw")),
];

/// Predictors that version 1 has had since then.
const LATER_FILES_OF_VERSION_1: [(&str, &[u8]); 6] = [
    ("regression-poisson", include_bytes!("../testdata/model-v1/regression-poisson.mlw")),
    ("multiclass-bayes", include_bytes!("../testdata/model-v1/multiclass-bayes.mlw")),
    ("multiclass-neighbors", include_bytes!("../testdata/model-v1/multiclass-neighbors.mlw")),
    ("regression-neighbors", include_bytes!("../testdata/model-v1/regression-neighbors.mlw")),
    ("multiclass-svm", include_bytes!("../testdata/model-v1/multiclass-svm.mlw")),
    ("regression-svm", include_bytes!("../testdata/model-v1/regression-svm.mlw")),
];

/// What it has had since mixtures, calibration, intervals and sets.
const LATEST_FILES_OF_VERSION_1: [(&str, &[u8]); 2] = [
    ("binary-mixture", include_bytes!("../testdata/model-v1/binary-mixture.mlw")),
    ("regression-intervals", include_bytes!("../testdata/model-v1/regression-intervals.mlw")),
];

#[test]
fn files_of_version_1_answer_as_they_did() {
    check_files(&FILES_OF_VERSION_1, include_str!("../testdata/model-v1/answers.json"), 9);
    check_files(&LATER_FILES_OF_VERSION_1, include_str!("../testdata/model-v1/answers-neighbors.json"), 5);
    check_files(&LATEST_FILES_OF_VERSION_1, include_str!("../testdata/model-v1/answers-mixtures.json"), 5);
    let [(_, mixture), (_, intervals)] = LATEST_FILES_OF_VERSION_1;
    let mixture = Model::from_bytes(mixture).unwrap();
    assert!(matches!(mixture.predictor, Predictor::Blend(_)) && mixture.calibration.is_some());
    assert!(Model::from_bytes(intervals).unwrap().regions.is_some());
}

fn check_files(files: &[(&str, &[u8])], answers: &str, n_records: usize) {
    let expected: serde_json::Value = serde_json::from_str(answers).unwrap();
    let records = expected["records"].as_array().unwrap();
    for &(name, bytes) in files {
        let model = Model::from_bytes(bytes).unwrap();
        let answers = expected["models"].as_array().unwrap().iter().find(|one| one["file"] == name).unwrap();
        let answers = answers["answers"].as_array().unwrap();
        assert_eq!((records.len(), answers.len()), (n_records, n_records));
        for (record, answer) in records.iter().zip(answers) {
            let values = model.values_of_record(record.as_object().unwrap()).unwrap();
            let numbers = |field: &str| answer[field].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
            let (found, wanted): (Vec<f64>, Vec<f64>) = match (model.predict_row(&values).unwrap(), &model.regions) {
                (RowPrediction::Number(number), None) => (vec![number], vec![answer["number"].as_f64().unwrap()]),
                (RowPrediction::Number(number), Some(regions)) => {
                    assert!((number - answer["number"].as_f64().unwrap()).abs() < 1e-12, "{name}");
                    let interval = regions.interval(number);
                    (vec![interval.low, interval.high], numbers("interval"))
                }
                (RowPrediction::Class { label, probabilities }, regions) => {
                    assert_eq!(answer["label"], label, "{name}");
                    assert_eq!(answer.get("set"), regions.as_ref().map(|own| json!(own.set(&probabilities))).as_ref());
                    (probabilities, numbers("probabilities"))
                }
            };
            assert_eq!(found.len(), wanted.len());
            for (found, wanted) in found.iter().zip(&wanted) {
                assert!((found - wanted).abs() < 1e-12, "{name}: {found} instead of {wanted}");
            }
        }
    }
}

#[test]
fn a_calibrated_model_answers_the_same_everywhere_and_is_explained() {
    let (mut model, frame) = (model(), frame());
    model.calibration = Some(Calibration::Sigmoid(PlattScaling { slope: 0.5, intercept: 0.3 }));
    model.regions = Some(Regions { coverage: 0.9, n_rows: 100, reach: Reach::Sets { thresholds: vec![0.6, 0.7] } });
    let plain = self::model();
    let predicted = |model: &Model| match model.predict(&frame, &CancelToken::new()).unwrap() {
        Predictions::Classes { probabilities, .. } => probabilities.column(1).to_vec(),
        Predictions::Numbers(_) => panic!("classes"),
    };
    let reader = FrameReader::new(&frame, &model.features).unwrap();
    for (row, (before, after)) in predicted(&plain).into_iter().zip(predicted(&model)).enumerate() {
        let expected = 1.0 / (1.0 + (-(0.5 * (before / (1.0 - before)).ln() + 0.3)).exp());
        assert!((after - expected).abs() < 1e-12, "{after} {expected}");
        let mut values = Vec::new();
        reader.read(row, &mut values);
        let online = model.predict_row(&values).unwrap();
        let RowPrediction::Class { probabilities, .. } = &online else { panic!("a class") };
        assert_eq!(probabilities[1].to_bits(), after.to_bits());
        assert!(!model.regions.as_ref().unwrap().set(probabilities).is_empty());
        let explanation = model.explain_row(&values).unwrap();
        assert_eq!(explanation.link, Link::Logistic);
        assert!((1.0 / (1.0 + (-explanation.margin).exp()) - after).abs() < 1e-12);
    }
    let again = Model::from_bytes(&model.to_bytes()).unwrap();
    assert_eq!(again, model);
    model.regions = Some(Regions { coverage: 0.9, n_rows: 100, reach: Reach::Sets { thresholds: vec![0.6] } });
    assert!(Model::from_bytes(&model.to_bytes()).is_err(), "a class has no threshold");
}
