//! A workspace with small models, for the tests of serving.

use std::sync::Arc;

use jiff::Timestamp;
use mlwright_base::system::FixedClock;
use mlwright_base::{CancelToken, NoProgress, Seed};
use mlwright_learn::linear::LinearPredictor;
use mlwright_learn::predictor::Link;
use mlwright_learn::{Column, Feature, FeatureKind, Frame, Model, Predictor, Preparation, Preparer, Target, Task};
use serde_json::json;
use tempfile::TempDir;

use crate::access::Scopes;
use crate::call::{Actor, Call, Surface};
use crate::engine::Engine;

/// A workspace whose programs cannot be started: nothing here needs a process.
pub(crate) struct Fixture {
    pub folder: TempDir,
    pub engine: Engine,
    pub actor: Actor,
    pub cancel: CancelToken,
}

impl Fixture {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock("2026-11-24T12:00:00Z".parse::<Timestamp>().unwrap()));
        let engine = Engine::open_with(folder.path(), clock, "/nonexistent/mlwright".into()).unwrap();
        Self { folder, engine, actor: Actor { name: "ada".into(), surface: Surface::Cli }, cancel: CancelToken::new() }
    }

    pub fn call(&self) -> Call<'_> {
        Call { actor: &self.actor, scopes: Scopes::ALL, cancel: &self.cancel, progress: &NoProgress }
    }

    /// Puts a model where a run's lies; answers with its address.
    pub fn put(&self, run: &str, model: &Model) -> String {
        let staging = self.engine.artifacts.stage().unwrap();
        staging.write("model/model.mlw", &model.to_bytes()).unwrap();
        let example = json!({ "dataframe_records": [{ "age": 30, "plan": "basic", "active": true, "joined": "2024-01-31" }] });
        staging.write("model/input_example.json", example.to_string().as_bytes()).unwrap();
        staging.commit(&format!("runs/{run}")).unwrap();
        format!("runs:/{run}/model")
    }
}

pub(crate) fn features() -> Vec<Feature> {
    [("age", FeatureKind::Numeric), ("plan", FeatureKind::Categorical), ("active", FeatureKind::Boolean), ("joined", FeatureKind::Datetime)]
        .map(|(name, kind)| Feature { name: name.into(), kind })
        .to_vec()
}

/// A model of `age`, `plan`, `active` and `joined`: `Yes` or `No` in binary tasks, else a number.
/// The intercept tells one from another.
pub(crate) fn model(task: Task, intercept: f64) -> Model {
    let features = features();
    let texts = |values: [Option<&str>; 6]| Column::Text(values.map(|text| text.map(Arc::from)).to_vec());
    let frame = Frame::new(vec![
        ("age".into(), Column::Number(vec![20.0, 35.0, 50.0, f64::NAN, 61.0, 44.0])),
        ("plan".into(), texts([Some("basic"), Some("pro"), Some("basic"), Some("pro"), None, Some("basic")])),
        ("active".into(), Column::Boolean(vec![Some(true), Some(false), Some(true), None, Some(false), Some(true)])),
        ("joined".into(), Column::Datetime((0..6).map(|i| Some(1_600_000_000_000_000 + i * 40_000_000_000_000)).collect())),
    ])
    .unwrap();
    let target = Target::Class { codes: vec![0, 1, 0, 1, 1, 0], n_classes: 2 };
    let preparer = Preparer::fit(&frame, &features, Preparation::Dense, &target, Task::Binary, Seed(1)).unwrap();
    let n_columns = preparer.matrix().names.len();
    let is_number = task == Task::Regression;
    Model {
        task,
        target: "churned".into(),
        classes: if is_number { Vec::new() } else { vec!["No".into(), "Yes".into()] },
        positive_class: (!is_number).then(|| "Yes".into()),
        threshold: (!is_number).then_some(0.5),
        features,
        learner: "linear".into(),
        parameters: serde_json::Map::new(),
        seed: Seed(1),
        n_training_rows: 6,
        preparer,
        predictor: Predictor::Linear(LinearPredictor {
            coefficients: vec![(0..n_columns).map(|i| 0.3 + 0.1 * i as f64).collect()],
            intercepts: vec![intercept],
            link: if is_number { Link::Identity } else { Link::Logistic },
            means: vec![0.0; n_columns],
            deviations: vec![1.0; n_columns],
        }),
        calibration: None,
        regions: None,
    }
}
