//! Reference values: `testdata/metrics.json`, made with scikit-learn 1.7.2 (`roc_auc_score`,
//! `average_precision_score`, `log_loss`, `brier_score_loss`, `accuracy_score`, `f1_score`,
//! `balanced_accuracy_score`, `precision_score`, `recall_score`, `root_mean_squared_error`,
//! `mean_absolute_error`, `r2_score`, `mean_absolute_percentage_error`); several classes with
//! `average="macro"`, ranking metrics one against the rest.

use mlwright_base::{CancelToken, Seed};
use ndarray::Array2;
use serde::Deserialize;

use super::*;

const TOLERANCE: f64 = 1e-9;

#[derive(Deserialize)]
struct Reference {
    source: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    expected: BTreeMap<String, f64>,
    #[serde(flatten)]
    rows: Rows,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Rows {
    Classes { n_classes: usize, codes: Vec<u32>, labels: Vec<u32>, probabilities: Vec<Vec<f64>> },
    Numbers { actual: Vec<f64>, predicted: Vec<f64> },
}

impl Rows {
    fn parts(self) -> (Task, Target, Predictions) {
        match self {
            Self::Classes { n_classes, codes, labels, probabilities } => {
                let flat: Vec<f64> = probabilities.into_iter().flatten().collect();
                let probabilities = Array2::from_shape_vec((codes.len(), n_classes), flat).unwrap();
                let task = if n_classes == 2 { Task::Binary } else { Task::Multiclass };
                (task, Target::Class { codes, n_classes }, Predictions::Classes { labels, probabilities })
            }
            Self::Numbers { actual, predicted } => {
                (Task::Regression, Target::Number(actual), Predictions::Numbers(predicted))
            }
        }
    }
}

#[test]
fn every_metric_agrees_with_scikit_learn() {
    let reference: Reference = serde_json::from_str(include_str!("../testdata/metrics.json")).unwrap();
    assert_eq!(reference.source, "scikit-learn 1.7.2");
    let mut n_compared = 0;
    for case in reference.cases {
        let (task, target, predictions) = case.rows.parts();
        if let (Task::Binary | Task::Multiclass, Predictions::Classes { labels, probabilities }) = (task, &predictions)
        {
            // The labels are those that a model with the default threshold gives.
            let again = Predictions::from_outputs(task, probabilities.clone(), None);
            assert_eq!(
                again,
                Predictions::Classes { labels: labels.clone(), probabilities: probabilities.clone() },
                "{}",
                case.name
            );
        }
        let found = compute_all(task, &target, &predictions);
        assert_eq!(found.keys().collect::<Vec<_>>(), case.expected.keys().collect::<Vec<_>>(), "{}", case.name);
        for (name, expected) in case.expected {
            let difference = (found[&name] - expected).abs() / expected.abs().max(1.0);
            assert!(difference <= TOLERANCE, "{} {name}: {} instead of {expected}", case.name, found[&name]);
            n_compared += 1;
        }
    }
    assert_eq!(n_compared, 8 * 9 + 5 * 4);
}

fn binary(codes: &[u32], positive: &[f64]) -> (Target, Predictions) {
    let flat: Vec<f64> = positive.iter().flat_map(|p| [1.0 - p, *p]).collect();
    let probabilities = Array2::from_shape_vec((codes.len(), 2), flat).unwrap();
    (
        Target::Class { codes: codes.to_vec(), n_classes: 2 },
        Predictions::from_outputs(Task::Binary, probabilities, None),
    )
}

#[test]
fn metrics_without_a_value_say_why() {
    let (target, predictions) = binary(&[1, 1], &[0.5, 0.6]);
    let error = compute(Metric::RocAuc, &target, &predictions).unwrap_err();
    assert_eq!(error.to_string(), "roc_auc has no value here: the rows are all of one class");
    assert!(compute(Metric::LogLoss, &target, &predictions).is_ok());
    assert!(!compute_all(Task::Binary, &target, &predictions).contains_key("roc_auc"));
    let none = (Target::Number(vec![]), Predictions::Numbers(vec![]));
    assert!(matches!(compute(Metric::Rmse, &none.0, &none.1), Err(LearnError::UnsuitableData { .. })));
    assert!(compute(Metric::R2, &Target::Number(vec![1.0]), &Predictions::Numbers(vec![1.0])).is_err());
    assert!(matches!(compute(Metric::Rmse, &Target::Number(vec![1.0]), &none.1), Err(LearnError::Shape(_))));
    assert!(matches!(compute(Metric::Rmse, &Target::Number(vec![1.0]), &predictions), Err(LearnError::Shape(_))));
}

#[test]
fn names_are_read_as_people_write_them() {
    for (name, metric) in [
        ("AUC", Metric::RocAuc),
        ("roc-auc", Metric::RocAuc),
        ("neg_log_loss", Metric::LogLoss),
        ("R²", Metric::R2),
        ("Average Precision", Metric::PrAuc),
        ("neg_root_mean_squared_error", Metric::Rmse),
    ] {
        assert_eq!(Metric::parse(name), Ok(metric), "{name}");
    }
    for metric in Metric::ALL {
        assert_eq!(Metric::parse(metric.name()), Ok(metric));
        assert_eq!(serde_json::to_value(metric).unwrap(), metric.name());
    }
    let message = Metric::parse("acuracy").unwrap_err().to_string();
    assert!(message.contains("did you mean accuracy"), "{message}");
}

#[test]
fn rare_positives_are_judged_by_average_precision() {
    let rare = Target::Class { codes: [vec![0; 95], vec![1; 5]].concat(), n_classes: 2 };
    let even = Target::Class { codes: vec![0, 1], n_classes: 2 };
    assert_eq!(Metric::default_for(Task::Binary, &rare), Metric::PrAuc);
    assert_eq!(Metric::default_for(Task::Binary, &even), Metric::RocAuc);
    assert_eq!(Metric::default_for(Task::Multiclass, &even), Metric::LogLoss);
    assert_eq!(Metric::default_for(Task::Regression, &Target::Number(vec![1.0])), Metric::Rmse);
}

#[test]
fn intervals_hold_the_value_and_narrow_with_more_rows() {
    let rows = |n: usize| {
        // 80 % of the rows right, spread evenly.
        let codes: Vec<u32> = (0..n).map(|i| (i % 2) as u32).collect();
        let scores: Vec<f64> = (0..n).map(|i| if (i % 5 == 0) == (i % 2 == 0) { 0.9 } else { 0.1 }).collect();
        binary(&codes, &scores)
    };
    let width = |n: usize, seed: u64| {
        let (target, predictions) = rows(n);
        let all = confidence_intervals(
            &[Metric::Accuracy],
            &target,
            &predictions,
            500,
            0.95,
            Seed(seed),
            &CancelToken::new(),
        );
        let interval = all.unwrap()[&Metric::Accuracy];
        let value = compute(Metric::Accuracy, &target, &predictions).unwrap();
        assert!(interval.low < value && value < interval.high, "{interval:?} around {value}");
        interval.high - interval.low
    };
    // The normal approximation: 2 · 1.96 · √(p (1 − p) / n).
    let (target, predictions) = rows(100);
    let p = compute(Metric::Accuracy, &target, &predictions).unwrap();
    let expected = 2.0 * 1.96 * (p * (1.0 - p) / 100.0_f64).sqrt();
    assert!((width(100, 1) / expected - 1.0).abs() < 0.2, "{} for {expected}", width(100, 1));
    assert!(width(1600, 1) < width(100, 1) / 3.0);
    assert_eq!(width(100, 3), width(100, 3), "the same seed gives the same bounds");
    let cancel = CancelToken::new();
    cancel.cancel();
    assert!(confidence_intervals(&[Metric::Accuracy], &target, &predictions, 5, 0.95, Seed(1), &cancel).is_err());
}

#[test]
fn metrics_that_have_no_value_have_no_interval() {
    let (target, predictions) = binary(&[1, 1, 1], &[0.5, 0.6, 0.1]);
    let found =
        confidence_intervals(&Metric::ALL, &target, &predictions, 100, 0.9, Seed(1), &CancelToken::new()).unwrap();
    assert!(!found.contains_key(&Metric::RocAuc) && !found.contains_key(&Metric::Rmse));
    assert!(found.contains_key(&Metric::Recall));
}

#[test]
fn quantiles_are_numpys() {
    // numpy.quantile([1, 2, 4, 8], [0, 0.1, 0.5, 1]), NumPy 2.4.6.
    let values = [1.0, 2.0, 4.0, 8.0];
    for (q, expected) in [(0.0, 1.0), (0.1, 1.3), (0.5, 3.0), (1.0, 8.0)] {
        assert!((quantile(&values, q) - expected).abs() < 1e-15);
    }
}
