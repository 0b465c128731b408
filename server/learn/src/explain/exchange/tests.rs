use std::sync::Arc;

use mlwright_base::{CancelToken, NoProgress, Seed};
use serde::Deserialize;

use super::*;
use crate::calibrate::{Calibration, PlattScaling};
use crate::evaluate::{Binning, calibration};
use crate::explain::{partial_dependence, permutation_importance};
use crate::frame::{Column, FeatureKind};
use crate::linear::LinearPredictor;
use crate::metrics;
use crate::predictor::Link;
use crate::{Metric, Predictor, Preparation, Preparer, Target, Task};

/// What `testdata/explain.py` wrote.
#[derive(Deserialize)]
struct Reference {
    source: String,
    x: Vec<Vec<f64>>,
    y: Vec<f64>,
    happened: Vec<u8>,
    linear: Fitted,
    logistic: Fitted,
    importance: Importance,
    calibration: Calibrated,
}

#[derive(Deserialize)]
struct Fitted {
    coefficients: Vec<f64>,
    intercept: f64,
    dependence: std::collections::BTreeMap<usize, Dependence>,
}

#[derive(Deserialize)]
struct Dependence {
    grid: Vec<f64>,
    average: Vec<f64>,
}

#[derive(Deserialize)]
struct Importance {
    repeats: usize,
    mean: Vec<f64>,
    std: Vec<f64>,
}

#[derive(Deserialize)]
struct Calibrated {
    probabilities: Vec<f64>,
    observed: Vec<f64>,
    predicted: Vec<f64>,
}

fn reference() -> Reference {
    let reference: Reference = serde_json::from_str(include_str!("../../testdata/explain.json")).unwrap();
    assert!(reference.source.starts_with("scikit-learn 1.7.2"), "{}", reference.source);
    reference
}

fn features(kinds: &[(&str, FeatureKind)]) -> Vec<Feature> {
    kinds.iter().map(|(name, kind)| Feature { name: (*name).to_owned(), kind: *kind }).collect()
}

/// A linear model of three numbers, as the reference fitted it.
fn model(reference: &Reference, fitted: &Fitted, task: Task) -> (Model, Frame) {
    let column = |at: usize| Column::Number(reference.x.iter().map(|row| row[at]).collect());
    let frame = Frame::new((0..3).map(|at| (format!("x{at}"), column(at))).collect()).unwrap();
    let features =
        features(&[("x0", FeatureKind::Numeric), ("x1", FeatureKind::Numeric), ("x2", FeatureKind::Numeric)]);
    let target = Target::Number(reference.y.clone());
    let preparer = Preparer::fit(&frame, &features, Preparation::Tree, &target, Task::Regression, Seed(1)).unwrap();
    assert_eq!(preparer.matrix().names.len(), 3, "numbers as they are");
    let is_binary = task == Task::Binary;
    let model = Model {
        task,
        target: "y".to_owned(),
        classes: if is_binary { vec!["no".to_owned(), "yes".to_owned()] } else { Vec::new() },
        positive_class: is_binary.then(|| "yes".to_owned()),
        threshold: None,
        features,
        learner: "linear_regression".to_owned(),
        parameters: serde_json::Map::new(),
        seed: Seed(1),
        n_training_rows: 80,
        calibration: None,
        regions: None,
        preparer,
        predictor: Predictor::Linear(LinearPredictor {
            coefficients: vec![fitted.coefficients.clone()],
            intercepts: vec![fitted.intercept],
            link: if is_binary { Link::Logistic } else { Link::Identity },
            means: vec![0.0; 3],
            deviations: vec![1.0; 3],
        }),
    };
    (model, frame)
}

/// `sklearn.inspection.partial_dependence(method="brute")` at every value of each column.
#[test]
fn dependence_is_that_of_scikit_learn() {
    let reference = reference();
    for (fitted, task) in [(&reference.linear, Task::Regression), (&reference.logistic, Task::Binary)] {
        let (model, frame) = model(&reference, fitted, task);
        let rows = ExchangeRows::new(&model, frame, &CancelToken::new()).unwrap();
        for (&feature, expected) in &fitted.dependence {
            let found = partial_dependence(&rows, feature, 100, &CancelToken::new()).unwrap().unwrap();
            assert_eq!(found.points.len(), expected.grid.len());
            for (point, (value, average)) in found.points.iter().zip(expected.grid.iter().zip(&expected.average)) {
                assert_eq!(point.at, Some(*value));
                let mean = *point.mean.last().unwrap();
                assert!((mean - average).abs() < 1e-12, "x{feature} = {value}: {mean} is not {average}");
            }
        }
    }
}

#[test]
fn a_grid_is_at_quantiles_of_what_was_seen() {
    let reference = reference();
    let (model, frame) = model(&reference, &reference.linear, Task::Regression);
    let rows = ExchangeRows::new(&model, frame, &CancelToken::new()).unwrap();
    let found = partial_dependence(&rows, 1, 5, &CancelToken::new()).unwrap().unwrap();
    let mut values: Vec<f64> = reference.x.iter().map(|row| row[1]).collect();
    values.sort_by(f64::total_cmp);
    // The quantiles 0.01, 0.255, 0.5, 0.745 and 0.99 of 80 rows, at a value that a row has.
    let expected: Vec<f64> = [0, 20, 39, 58, 78].iter().map(|&at| values[at]).collect();
    assert_eq!(found.points.iter().filter_map(|point| point.at).collect::<Vec<_>>(), expected);
    let n_up_to_the_last = values.iter().filter(|value| **value <= values[78]).count();
    assert_eq!(
        found.points.iter().map(|point| point.n_rows).sum::<usize>(),
        n_up_to_the_last,
        "every row is counted once"
    );
}

/// `sklearn.inspection.permutation_importance`, up to the chance of the shuffles.
#[test]
fn importance_is_that_of_scikit_learn_and_of_the_long_way() {
    let reference = reference();
    let (model, frame) = model(&reference, &reference.linear, Task::Regression);
    let target = Target::Number(reference.y.clone());
    let cancel = CancelToken::new();
    let rows = ExchangeRows::new(&model, frame.clone(), &cancel).unwrap();
    assert!(rows.prepared.is_some(), "the short way");
    let score = |predictions: &Predictions| Ok(-metrics::compute(Metric::Rmse, &target, predictions)?);
    for feature in 0..3 {
        let found = rows.importance(feature, 2_000, Seed(3), &cancel, score).unwrap();
        let (mean, std) = (reference.importance.mean[feature], reference.importance.std[feature]);
        let chance = std * (1.0 / 2_000.0 + 1.0 / reference.importance.repeats as f64).sqrt();
        assert!((found.mean - mean).abs() < 4.0 * chance, "x{feature}: {} is not {mean} ± {chance}", found.mean);
        assert!((found.std / std - 1.0).abs() < 0.1, "x{feature}: {} is not {std}", found.std);
    }
    let long = permutation_importance(&frame, &["x0", "x1", "x2"], 3, Seed(3), &cancel, &NoProgress, |frame| {
        score(&model.predict(frame, &cancel)?)
    })
    .unwrap();
    for (feature, long) in long.iter().enumerate() {
        assert_eq!(&rows.importance(feature, 3, Seed(3), &cancel, score).unwrap(), long);
    }
    assert!(matches!(rows.importance(0, 0, Seed(3), &cancel, score), Err(LearnError::Parameter { .. })));
    cancel.cancel();
    assert_eq!(rows.importance(0, 1, Seed(3), &cancel, score), Err(LearnError::Cancelled));
}

#[test]
fn calibration_is_that_of_scikit_learn() {
    let Reference { calibration: expected, happened, .. } = reference();
    let positive: Vec<bool> = happened.iter().map(|&one| one == 1).collect();
    let found = calibration(&positive, &expected.probabilities, Binning::Quantile, 5);
    assert_eq!(found.bins.len(), expected.observed.len());
    for (bin, (observed, predicted)) in found.bins.iter().zip(expected.observed.iter().zip(&expected.predicted)) {
        assert!((bin.observed - observed).abs() < 1e-12 && (bin.mean_predicted - predicted).abs() < 1e-12, "{bin:?}");
    }
}

/// Every kind of column: what the short way answers is what the model answers for rows so changed.
#[test]
fn exchanged_columns_are_exchanged_values() {
    let n = 60;
    let level = |row: usize| ["a", "b", "c"].get(row % 4).map(|level| Arc::from(*level));
    let frame = Frame::new(vec![
        (
            "number".to_owned(),
            Column::Number((0..n).map(|row| if row % 9 == 0 { f64::NAN } else { row as f64 }).collect()),
        ),
        ("level".to_owned(), Column::Text((0..n).map(level).collect())),
        ("flag".to_owned(), Column::Boolean((0..n).map(|row| (row % 5 != 0).then_some(row % 2 == 0)).collect())),
        ("from".to_owned(), Column::Datetime((0..n as i64).map(|row| Some(row * row * 3_600_000_000)).collect())),
        (
            "to".to_owned(),
            Column::Datetime((0..n as i64).map(|row| (row % 7 != 0).then_some(row * 86_400_000_000)).collect()),
        ),
        ("empty".to_owned(), Column::Number(vec![f64::NAN; n])),
    ])
    .unwrap();
    let kinds = [
        FeatureKind::Numeric,
        FeatureKind::Categorical,
        FeatureKind::Boolean,
        FeatureKind::Datetime,
        FeatureKind::Datetime,
        FeatureKind::Numeric,
    ];
    let names = ["number", "level", "flag", "from", "to", "empty"];
    let features = features(&names.into_iter().zip(kinds).collect::<Vec<_>>());
    let target = Target::Number((0..n).map(|row| (row % 11) as f64).collect());
    let preparer = Preparer::fit(&frame, &features, Preparation::Dense, &target, Task::Regression, Seed(1)).unwrap();
    let width = preparer.matrix().names.len();
    let model = Model {
        task: Task::Regression,
        target: "y".to_owned(),
        classes: Vec::new(),
        positive_class: None,
        threshold: None,
        features,
        learner: "linear_regression".to_owned(),
        parameters: serde_json::Map::new(),
        seed: Seed(1),
        n_training_rows: n as u64,
        calibration: None,
        regions: None,
        preparer,
        predictor: Predictor::Linear(LinearPredictor {
            coefficients: vec![(0..width).map(|at| 1.0 + at as f64 * 0.37).collect()],
            intercepts: vec![0.5],
            link: Link::Identity,
            means: vec![0.0; width],
            deviations: vec![1.0; width],
        }),
    };
    let cancel = CancelToken::new();
    let rows = ExchangeRows::new(&model, frame.clone(), &cancel).unwrap();
    assert!(rows.columns[3].is_none() && rows.columns[4].is_none(), "the days between the dates are made of both");
    assert!(
        rows.columns[0].as_ref().is_some_and(|own| !own.is_empty())
            && rows.columns[5].as_ref().is_some_and(Vec::is_empty)
    );
    let order: Vec<usize> = (0..n).map(|row| (row * 17 + 3) % n).collect();
    for (feature, name) in names.iter().enumerate() {
        let changed = frame.clone().with_column(name, frame.column(name).unwrap().take(&order));
        assert_eq!(
            rows.exchanged(feature, &order, &cancel).unwrap(),
            model.predict(&changed, &cancel).unwrap(),
            "{name}"
        );
    }
    let found = partial_dependence(&rows, 1, 2, &cancel).unwrap().unwrap();
    assert_eq!(
        found.points.iter().map(|point| (point.value.as_str(), point.n_rows)).collect::<Vec<_>>(),
        [("a", 15), ("b", 15)]
    );
    assert_eq!((found.n_other_levels, found.n_missing), (1, 15));
    assert_eq!(partial_dependence(&rows, 3, 3, &cancel).unwrap().unwrap().points[0].value, "1970-01-01T00:00:00Z");
    assert_eq!(partial_dependence(&rows, 5, 3, &cancel).unwrap(), None, "an empty column");
}

#[test]
fn a_calibrated_model_takes_the_short_way_too() {
    let reference = reference();
    let (mut model, frame) = model(&reference, &reference.logistic, Task::Binary);
    model.calibration = Some(Calibration::Sigmoid(PlattScaling { slope: 0.5, intercept: 0.2 }));
    let cancel = CancelToken::new();
    let rows = ExchangeRows::new(&model, frame.clone(), &cancel).unwrap();
    assert!(rows.prepared.is_some());
    assert_eq!(rows.predictions(), &model.predict(&frame, &cancel).unwrap());
}
