//! Whether probabilities are what happens.

use serde::{Deserialize, Serialize};

use crate::metrics::quantile;

/// How probabilities are cut into bins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Binning {
    /// About equally many rows in each.
    Quantile,
    /// Of equal width from 0 to 1.
    Uniform,
}

/// Predicted against observed shares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Calibration {
    /// How probabilities were cut.
    pub binning: Binning,
    /// The bins that have rows, from low to high probability.
    pub bins: Vec<CalibrationBin>,
    /// Expected calibration error: the mean over rows of |observed − predicted| of their bin
    /// (Naeini et al. 2015); 0 is perfect.
    pub expected_error: f64,
}

/// One bin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CalibrationBin {
    /// Rows in it.
    pub n_rows: usize,
    /// Their mean probability.
    pub mean_predicted: f64,
    /// The share of them that are positive.
    pub observed: f64,
}

/// Cuts rows by probability into at most `n_bins` bins, as scikit-learn's `calibration_curve` does:
/// a probability on an edge belongs to the bin below it. O(n log n).
#[must_use]
pub fn calibration(positive: &[bool], probabilities: &[f64], binning: Binning, n_bins: usize) -> Calibration {
    let n_bins = n_bins.max(1);
    let edges = inner_edges(probabilities, binning, n_bins);
    let mut sums = vec![(0usize, 0.0, 0usize); n_bins];
    for (&is_positive, &probability) in positive.iter().zip(probabilities) {
        let bin = &mut sums[edges.partition_point(|edge| *edge < probability)];
        bin.0 += 1;
        bin.1 += probability;
        bin.2 += usize::from(is_positive);
    }
    let bins: Vec<CalibrationBin> = sums
        .into_iter()
        .filter(|(n_rows, ..)| *n_rows > 0)
        .map(|(n_rows, total, n_positive)| CalibrationBin {
            n_rows,
            mean_predicted: total / n_rows as f64,
            observed: n_positive as f64 / n_rows as f64,
        })
        .collect();
    let error: f64 = bins.iter().map(|bin| bin.n_rows as f64 * (bin.observed - bin.mean_predicted).abs()).sum();
    Calibration { binning, expected_error: error / positive.len().max(1) as f64, bins }
}

/// The `n_bins − 1` edges between bins, increasing.
pub(super) fn inner_edges(values: &[f64], binning: Binning, n_bins: usize) -> Vec<f64> {
    let share = |k: usize| k as f64 / n_bins as f64;
    match binning {
        Binning::Uniform => (1..n_bins).map(share).collect(),
        Binning::Quantile if values.is_empty() => vec![0.0; n_bins - 1],
        Binning::Quantile => {
            let mut sorted = values.to_vec();
            sorted.sort_by(f64::total_cmp);
            (1..n_bins).map(|k| quantile(&sorted, share(k))).collect()
        }
    }
}
