//! Intervals and sets that hold the true value with a chosen probability, whatever the model, when rows
//! to come are like those of calibration: split conformal prediction (Vovk, Gammerman & Shafer 2005,
//! §4; Lei et al. 2018, algorithm 2).
//!
//! The way through it: a score says how badly a row's true value fits its prediction; [`threshold`] is
//! the score that `1 − miss_rate` of the rows stay below; the interval or set of a new row holds every
//! value whose score is at most that. The rows of calibration must be ones that the model did not learn
//! from. The promise is for the mean over rows, not for each kind of row: [`scaled_residual_scores`] and
//! [`quantile_scores`] make intervals wider where the model says that it knows less.

mod classes;
mod regions;

pub use classes::{adaptive_score, adaptive_set, least_ambiguous_score, least_ambiguous_set};
pub use regions::{COVERAGE_MIN, Reach, Regions, check_coverage};

use serde::{Deserialize, Serialize};

use crate::LearnError;

/// From `low` to `high`, both included; infinite where too few rows of calibration allow no bound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end, at least `low`.
    pub high: f64,
}

/// The ⌈(n + 1) (1 − miss_rate)⌉-th smallest of `n` scores: with probability at least 1 − miss_rate, and at
/// most 1 / (n + 1) more when no two scores are equal, the score of a row to come is not above it.
/// Infinite when `n` is below 1 / miss_rate − 1, because so few rows can promise nothing. O(n).
///
/// # Errors
/// [`LearnError::Parameter`] for a `miss_rate` outside (0, 1), [`LearnError::Shape`] when a score is not a
/// number.
pub fn threshold(scores: &[f64], miss_rate: f64) -> Result<f64, LearnError> {
    if !(miss_rate > 0.0 && miss_rate < 1.0) {
        return Err(LearnError::Parameter {
            parameter: "miss_rate".to_owned(),
            found: miss_rate.to_string(),
            expected: "above 0 and below 1".to_owned(),
        });
    }
    if let Some(row) = scores.iter().position(|score| score.is_nan()) {
        return Err(LearnError::Shape(format!("the score of row {row} is not a number")));
    }
    let n = scores.len() as f64;
    // What is whole but for rounding is whole: (9 + 1) × (1 − 0.1) is 9, not 10.
    let rank = ((n + 1.0) * (1.0 - miss_rate) - 1e-9).ceil().max(1.0) as usize;
    if rank > scores.len() {
        return Ok(f64::INFINITY);
    }
    let mut scores = scores.to_vec();
    Ok(*scores.select_nth_unstable_by(rank - 1, f64::total_cmp).1)
}

/// |true − predicted| for each row (Lei et al. 2018): intervals of the same width for all rows.
///
/// # Errors
/// [`LearnError::Shape`] when there are not as many of each.
pub fn residual_scores(truth: &[f64], predicted: &[f64]) -> Result<Vec<f64>, LearnError> {
    same_length(truth.len(), predicted.len())?;
    Ok(truth.iter().zip(predicted).map(|(truth, predicted)| (truth - predicted).abs()).collect())
}

/// The interval around a prediction, for a threshold of [`residual_scores`].
#[must_use]
pub fn residual_interval(predicted: f64, threshold: f64) -> Interval {
    Interval { low: predicted - threshold, high: predicted + threshold }
}

/// |true − predicted| / spread for each row, where spread says how far off the model expects to be
/// (Lei et al. 2018, §5.2): intervals as wide as that says.
///
/// # Errors
/// [`LearnError::Shape`] when there are not as many of each, or a spread is not above 0.
pub fn scaled_residual_scores(truth: &[f64], predicted: &[f64], spread: &[f64]) -> Result<Vec<f64>, LearnError> {
    same_length(truth.len(), spread.len())?;
    if let Some(row) = spread.iter().position(|spread| !(*spread > 0.0 && spread.is_finite())) {
        return Err(LearnError::Shape(format!(
            "the spread of row {row} is {}, expected a number above 0",
            spread[row]
        )));
    }
    let residuals = residual_scores(truth, predicted)?;
    Ok(residuals.iter().zip(spread).map(|(residual, spread)| residual / spread).collect())
}

/// The interval around a prediction, for a threshold of [`scaled_residual_scores`].
#[must_use]
pub fn scaled_residual_interval(predicted: f64, spread: f64, threshold: f64) -> Interval {
    residual_interval(predicted, threshold * spread)
}

/// max(low − true, true − high) for each row, from predicted quantiles (Romano, Patterson & Candès 2019,
/// equation 6): below 0 where the quantiles hold the true value with room to spare.
///
/// # Errors
/// [`LearnError::Shape`] when there are not as many of each.
pub fn quantile_scores(truth: &[f64], low: &[f64], high: &[f64]) -> Result<Vec<f64>, LearnError> {
    same_length(truth.len(), low.len())?;
    same_length(truth.len(), high.len())?;
    Ok(truth.iter().zip(low).zip(high).map(|((truth, low), high)| (low - truth).max(truth - high)).collect())
}

/// The predicted quantiles moved apart, or together, by a threshold of [`quantile_scores`]. Ends that would
/// cross meet in their middle.
#[must_use]
pub fn quantile_interval(low: f64, high: f64, threshold: f64) -> Interval {
    let (low, high) = (low - threshold, high + threshold);
    if low <= high {
        return Interval { low, high };
    }
    let middle = 0.5 * low + 0.5 * high;
    Interval { low: middle, high: middle }
}

fn same_length(n_truth: usize, n_predicted: usize) -> Result<(), LearnError> {
    if n_truth == n_predicted {
        return Ok(());
    }
    Err(LearnError::Shape(format!("{n_truth} true values and {n_predicted} predictions, expected as many of each")))
}

#[cfg(test)]
mod tests;
