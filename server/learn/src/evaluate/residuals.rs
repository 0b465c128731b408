//! How far off predicted numbers are.

use serde::{Deserialize, Serialize};

use super::calibration::{Binning, inner_edges};
use crate::metrics::quantile;

/// The shares of [`Residuals::quantiles`].
pub const RESIDUAL_QUANTILES: [f64; 9] = [0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0];

/// Residuals: actual − predicted, in the target's unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Residuals {
    /// Their mean: above 0, predictions are too low on the whole.
    pub mean: f64,
    /// Their standard deviation (population).
    pub std: f64,
    /// (share, value): that share of the residuals is at most the value.
    pub quantiles: Vec<(f64, f64)>,
    /// Rows cut by predicted number, about equally many in each, from low to high.
    pub by_predicted: Vec<PredictedBin>,
}

/// Rows with similar predictions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PredictedBin {
    /// Rows in it.
    pub n_rows: usize,
    /// Their mean prediction.
    pub mean_predicted: f64,
    /// Their mean actual value.
    pub mean_actual: f64,
    /// Their root mean squared error.
    pub rmse: f64,
}

/// Summarises residuals; both slices hold the same number (at least one) of finite values. O(n log n).
#[must_use]
pub fn residuals(actual: &[f64], predicted: &[f64], n_bins: usize) -> Residuals {
    let n = actual.len().max(1) as f64;
    let mut sorted: Vec<f64> = actual.iter().zip(predicted).map(|(y, p)| y - p).collect();
    let mean = sorted.iter().sum::<f64>() / n;
    let std = (sorted.iter().map(|residual| (residual - mean).powi(2)).sum::<f64>() / n).sqrt();
    sorted.sort_by(f64::total_cmp);
    let quantiles = if sorted.is_empty() {
        Vec::new()
    } else {
        RESIDUAL_QUANTILES.iter().map(|&q| (q, quantile(&sorted, q))).collect()
    };
    Residuals { mean, std, quantiles, by_predicted: by_predicted(actual, predicted, n_bins.max(1)) }
}

fn by_predicted(actual: &[f64], predicted: &[f64], n_bins: usize) -> Vec<PredictedBin> {
    let edges = inner_edges(predicted, Binning::Quantile, n_bins);
    let mut sums = vec![(0usize, 0.0, 0.0, 0.0); n_bins];
    for (y, p) in actual.iter().zip(predicted) {
        let bin = &mut sums[edges.partition_point(|edge| edge < p)];
        bin.0 += 1;
        bin.1 += p;
        bin.2 += y;
        bin.3 += (y - p).powi(2);
    }
    sums.into_iter()
        .filter(|(n_rows, ..)| *n_rows > 0)
        .map(|(n_rows, sum_predicted, sum_actual, sum_squares)| {
            let n = n_rows as f64;
            PredictedBin {
                n_rows,
                mean_predicted: sum_predicted / n,
                mean_actual: sum_actual / n,
                rmse: (sum_squares / n).sqrt(),
            }
        })
        .collect()
}
