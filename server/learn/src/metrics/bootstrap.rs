//! How sure a metric is, given how few rows it was measured on.

use std::collections::BTreeMap;

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

/// Row draws in all, times the classes of each row, above which fewer samples are drawn, so that
/// many rows, whose intervals are narrow anyway, do not take minutes.
const DRAWN_ROWS_MAX: usize = 20_000_000;

/// The fewest samples that are drawn for that reason: enough for one digit of the bounds.
const RESAMPLES_MIN: usize = 100;

/// Above this many rows times classes the interval would take long and be of no width to speak of:
/// there is none.
const CELLS_MAX: usize = 2_000_000;

/// The percentile bootstrap (Efron and Tibshirani 1993, chapter 13): rows are drawn with
/// replacement `n_resamples` times (from 40,000 rows on fewer times, at least 100; above 2,000,000
/// rows times classes not at all) and the metrics' quantiles are the bounds. It measures the chance of the test rows only, not of training again.
/// Draws for which a metric has no value are left out; metrics for which fewer than half had one
/// are absent. O(n_resamples · n log n), in parallel; the same seed gives the same bounds on any
/// number of threads.
///
/// # Errors
/// [`Cancelled`].
pub fn confidence_intervals(
    metrics: &[Metric],
    target: &Target,
    predictions: &Predictions,
    n_resamples: usize,
    confidence: f64,
    seed: Seed,
    cancel: &CancelToken,
) -> Result<BTreeMap<Metric, Interval>, Cancelled> {
    let n = target.len();
    let metrics: Vec<Metric> =
        metrics.iter().copied().filter(|&metric| compute(metric, target, predictions).is_ok()).collect();
    // One class's columns are measured once, not twice.
    let n_cells = n.saturating_mul((target.n_outputs() / 2).max(1));
    if n < 2 || n_resamples == 0 || metrics.is_empty() || n_cells > CELLS_MAX {
        return Ok(BTreeMap::new());
    }
    let n_resamples = n_resamples.min((DRAWN_ROWS_MAX / n_cells).max(RESAMPLES_MIN));
    let drawn: Vec<Vec<f64>> = (0..n_resamples)
        .into_par_iter()
        .map(|draw| {
            cancel.check()?;
            let mut rng = generator(seed, &format!("bootstrap {draw}"));
            let rows: Vec<usize> = (0..n).map(|_| rng.gen_range(0..n)).collect();
            let (target, predictions) = (target.take(&rows), predictions.take(&rows));
            Ok(metrics.iter().map(|&metric| compute(metric, &target, &predictions).unwrap_or(f64::NAN)).collect())
        })
        .collect::<Result<_, Cancelled>>()?;
    let tail = (1.0 - confidence.clamp(0.0, 1.0)) / 2.0;
    let mut intervals = BTreeMap::new();
    for (position, metric) in metrics.into_iter().enumerate() {
        let mut values: Vec<f64> = drawn.iter().map(|draw| draw[position]).filter(|value| value.is_finite()).collect();
        if values.len() * 2 >= n_resamples {
            values.sort_by(f64::total_cmp);
            let interval = Interval { low: quantile(&values, tail), high: quantile(&values, 1.0 - tail), confidence };
            intervals.insert(metric, interval);
        }
    }
    Ok(intervals)
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
