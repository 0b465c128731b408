//! Metrics of predicted classes and probabilities.

use ndarray::Array2;

use super::ranking::{average_precision, roc_auc};
use super::{Metric, undefined};
use crate::LearnError;

/// The value of a classification metric. `probabilities` has shape `(n_samples, n_classes)`.
pub(super) fn compute(
    metric: Metric,
    codes: &[u32],
    n_classes: usize,
    labels: &[u32],
    probabilities: &Array2<f64>,
) -> Result<f64, LearnError> {
    let n = codes.len() as f64;
    match metric {
        Metric::RocAuc => one_against_rest(metric, codes, n_classes, probabilities, roc_auc),
        Metric::PrAuc => one_against_rest(metric, codes, n_classes, probabilities, average_precision),
        Metric::LogLoss => {
            // Clipped as scikit-learn does, so that one certain mistake is not infinitely bad.
            let likelihood =
                |row: usize, code: u32| probabilities[[row, code as usize]].clamp(f64::EPSILON, 1.0 - f64::EPSILON);
            Ok(-codes.iter().enumerate().map(|(row, &code)| likelihood(row, code).ln()).sum::<f64>() / n)
        }
        Metric::Brier => {
            let total: f64 = codes
                .iter()
                .zip(probabilities.rows())
                .map(|(&code, row)| {
                    row.iter()
                        .enumerate()
                        .map(|(k, p)| (f64::from(u8::from(k == code as usize)) - p).powi(2))
                        .sum::<f64>()
                })
                .sum();
            // Brier (1950) sums over classes; for two classes the halved form is the usual one.
            Ok(if n_classes == 2 { total / n / 2.0 } else { total / n })
        }
        Metric::Accuracy => Ok(codes.iter().zip(labels).filter(|(y, p)| y == p).count() as f64 / n),
        Metric::F1 | Metric::BalancedAccuracy | Metric::Precision | Metric::Recall => {
            by_labels(metric, &confusion_counts(codes, labels, n_classes))
        }
        Metric::Rmse | Metric::Mae | Metric::R2 | Metric::Mape => {
            Err(undefined(metric, "the target is a class, not a number"))
        }
    }
}

/// Mean over the classes of the one-against-rest score; in binary, the score of class 1. Classes
/// that none (or all) of these rows have are left out of the mean; scikit-learn refuses such rows.
fn one_against_rest(
    metric: Metric,
    codes: &[u32],
    n_classes: usize,
    probabilities: &Array2<f64>,
    score: fn(&[bool], &[f64]) -> Option<f64>,
) -> Result<f64, LearnError> {
    let classes = if n_classes == 2 { 1..2 } else { 0..n_classes };
    let scores: Vec<f64> = classes
        .filter_map(|class| {
            let positive: Vec<bool> = codes.iter().map(|&code| code as usize == class).collect();
            let values: Vec<f64> = probabilities.column(class).to_vec();
            score(&positive, &values)
        })
        .collect();
    if scores.is_empty() {
        return Err(undefined(metric, "the rows are all of one class"));
    }
    Ok(scores.iter().sum::<f64>() / scores.len() as f64)
}

/// Counts of rows by (true class, predicted class).
pub(crate) fn confusion_counts(codes: &[u32], labels: &[u32], n_classes: usize) -> Vec<Vec<u64>> {
    let mut counts = vec![vec![0; n_classes]; n_classes];
    for (&code, &label) in codes.iter().zip(labels) {
        counts[code as usize][label as usize] += 1;
    }
    counts
}

/// F1 of the positive class from counts of true positives, false positives and false negatives; 0 when undefined.
pub(crate) fn f1_binary(true_positive: u64, false_positive: u64, false_negative: u64) -> f64 {
    ratio(2 * true_positive, 2 * true_positive + false_positive + false_negative)
}

fn by_labels(metric: Metric, counts: &[Vec<u64>]) -> Result<f64, LearnError> {
    let n_classes = counts.len();
    let hit = |k: usize| counts[k][k];
    let actual = |k: usize| counts[k].iter().sum::<u64>();
    let called = |k: usize| counts.iter().map(|row| row[k]).sum::<u64>();
    let of_class = |k: usize| match metric {
        Metric::Precision => ratio(hit(k), called(k)),
        Metric::F1 => f1_binary(hit(k), called(k) - hit(k), actual(k) - hit(k)),
        _ => ratio(hit(k), actual(k)),
    };
    // As scikit-learn: balanced accuracy is over classes that occur, the others over classes that
    // occur or were predicted.
    let classes: Vec<usize> = match metric {
        Metric::BalancedAccuracy => (0..n_classes).filter(|&k| actual(k) > 0).collect(),
        _ if n_classes == 2 => vec![1],
        _ => (0..n_classes).filter(|&k| actual(k) > 0 || called(k) > 0).collect(),
    };
    if classes.is_empty() {
        return Err(undefined(metric, "there are no rows"));
    }
    Ok(classes.iter().map(|&k| of_class(k)).sum::<f64>() / classes.len() as f64)
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
