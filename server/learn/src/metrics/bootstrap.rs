//! How sure a metric is, given how few rows it was measured on.

use mlwright_base::{CancelToken, Cancelled, Seed};
use rand::Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Metric, compute};
use crate::split::generator;
use crate::{Predictions, Target};

/// How many times rows are drawn again unless told otherwise: enough for two digits of the bounds.
pub const RESAMPLES_DEFAULT: usize = 500;

/// A range that holds the true value with the stated confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Interval {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
    /// The confidence, e.g. 0.95.
    pub confidence: f64,
}

/// The percentile bootstrap (Efron and Tibshirani 1993, chapter 13): rows are drawn with
/// replacement `n_resamples` times and the metric's quantiles are the bounds. It measures the
/// chance of the test rows only, not of training again. Draws for which the metric has no value are
/// left out; `None` when fewer than half had one. O(n_resamples · n log n), in parallel; the same
/// seed gives the same bounds on any number of threads.
///
/// # Errors
/// [`Cancelled`].
pub fn confidence_interval(
    metric: Metric,
    target: &Target,
    predictions: &Predictions,
    n_resamples: usize,
    confidence: f64,
    seed: Seed,
    cancel: &CancelToken,
) -> Result<Option<Interval>, Cancelled> {
    let n = target.len();
    if n < 2 || n_resamples == 0 || compute(metric, target, predictions).is_err() {
        return Ok(None);
    }
    let drawn: Vec<Option<f64>> = (0..n_resamples)
        .into_par_iter()
        .map(|draw| {
            cancel.check()?;
            let mut rng = generator(seed, &format!("bootstrap {draw}"));
            let rows: Vec<usize> = (0..n).map(|_| rng.gen_range(0..n)).collect();
            Ok(compute(metric, &target.take(&rows), &predictions.take(&rows)).ok())
        })
        .collect::<Result<_, Cancelled>>()?;
    let mut values: Vec<f64> = drawn.into_iter().flatten().filter(|value| value.is_finite()).collect();
    if values.len() * 2 < n_resamples {
        return Ok(None);
    }
    values.sort_by(f64::total_cmp);
    let tail = (1.0 - confidence.clamp(0.0, 1.0)) / 2.0;
    Ok(Some(Interval { low: quantile(&values, tail), high: quantile(&values, 1.0 - tail), confidence }))
}

/// The quantile of sorted values by linear interpolation (Hyndman and Fan 1996, type 7, NumPy's default).
///
/// # Panics
/// When `sorted` is empty.
pub(crate) fn quantile(sorted: &[f64], q: f64) -> f64 {
    let position = q.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * (position - below as f64)
}
