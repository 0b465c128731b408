//! Metrics of predicted numbers.

use super::{Metric, undefined};
use crate::LearnError;

/// The value of a regression metric; both slices of `n_samples > 0` finite numbers.
pub(super) fn compute(metric: Metric, actual: &[f64], predicted: &[f64]) -> Result<f64, LearnError> {
    let n = actual.len() as f64;
    let pairs = || actual.iter().zip(predicted);
    match metric {
        Metric::Rmse => Ok((pairs().map(|(y, p)| (y - p).powi(2)).sum::<f64>() / n).sqrt()),
        Metric::Mae => Ok(pairs().map(|(y, p)| (y - p).abs()).sum::<f64>() / n),
        // As scikit-learn: a true value of 0 divides by the machine's epsilon.
        Metric::Mape => Ok(pairs().map(|(y, p)| (y - p).abs() / y.abs().max(f64::EPSILON)).sum::<f64>() / n),
        Metric::R2 => {
            if actual.len() < 2 {
                return Err(undefined(metric, "it takes two rows"));
            }
            let mean = actual.iter().sum::<f64>() / n;
            let residual: f64 = pairs().map(|(y, p)| (y - p).powi(2)).sum();
            let total: f64 = actual.iter().map(|y| (y - mean).powi(2)).sum();
            // As scikit-learn: for a constant target, 1 when every row is exact, else 0.
            if total == 0.0 { Ok(if residual == 0.0 { 1.0 } else { 0.0 }) } else { Ok(1.0 - residual / total) }
        }
        _ => Err(undefined(metric, "the target is a number, not a class")),
    }
}
