//! Measures of drift of numbers.

use super::check::no_bins;
use super::{NumericMeasures, SharedBins};
use crate::profile::numbers::histogram;
use crate::stats::{
    jensen_shannon_distance, ks_two_sample, moments, population_stability_index, quantile_sorted, wasserstein,
};

/// Bins of the population stability index: the baseline's deciles.
pub(super) const PSI_BINS: usize = 10;
/// Bins of equal width of the Jensen-Shannon distance.
const JS_BINS: usize = 30;
/// Bins that are drawn.
const DRAWN_BINS: usize = 30;

/// All measures of sorted, finite values; `None` when a side is empty.
pub(super) fn measures(baseline: &[f64], current: &[f64]) -> Option<NumericMeasures> {
    let ks = ks_two_sample(baseline, current)?;
    let (was, now) = (moments(baseline)?, moments(current)?);
    let distance = wasserstein(baseline, current)?;
    // Multiples of 0.1 with their rounding, as `numpy.linspace`: where a decile falls on a value that occurs often,
    // the last digit decides the bin that the value is in.
    let step = 1.0 / PSI_BINS as f64;
    let deciles: Vec<f64> = (1..PSI_BINS).filter_map(|i| quantile_sorted(baseline, i as f64 * step)).collect();
    let counts = |values: &[f64]| counts_between(values, &deciles);
    let psi = population_stability_index(&counts(baseline), &counts(current))?;
    let (low, high) = (baseline[0].min(current[0]), baseline[baseline.len() - 1].max(current[current.len() - 1]));
    let (first, last) = (baseline[0], baseline[baseline.len() - 1]);
    let outside = current.partition_point(|value| *value < first) + current.len()
        - current.partition_point(|value| *value <= last);
    let zeros = |values: &[f64]| {
        let zeros = values.partition_point(|value| *value <= 0.0) - values.partition_point(|value| *value < 0.0);
        zeros as f64 / values.len() as f64
    };
    // The population's standard deviation, as others norm by; a spread that is only rounding cannot be divided by.
    let n = baseline.len() as f64;
    let spread =
        was.std.map(|std| std * ((n - 1.0) / n).sqrt()).filter(|std| *std > 1e-13 * was.mean.abs() && *std > 0.0);
    Some(NumericMeasures {
        ks_test: ks.statistic,
        ks_p_value: ks.p_value,
        wasserstein_distance: distance,
        wasserstein_normed: spread.map(|std| distance / std).filter(|normed| normed.is_finite()),
        psi,
        js_distance: jensen_shannon(baseline, current, low, high),
        baseline_mean: was.mean,
        current_mean: now.mean,
        baseline_std: was.std,
        current_std: now.std,
        baseline_range: [first, last],
        current_range: [current[0], current[current.len() - 1]],
        out_of_range_share: outside as f64 / current.len() as f64,
        zero_delta: zeros(current) - zeros(baseline),
    })
}

/// Values below the first edge, between neighbours (closed on the left), and from the last edge on.
fn counts_between(sorted: &[f64], edges: &[f64]) -> Vec<f64> {
    let mut counts = Vec::with_capacity(edges.len() + 1);
    let mut start = 0;
    for edge in edges {
        let end = sorted.partition_point(|value| value < edge);
        counts.push(end.saturating_sub(start) as f64);
        start = end;
    }
    counts.push((sorted.len() - start) as f64);
    counts
}

/// Over bins of equal width from the smallest to the largest value of both, as `numpy.histogram` makes them.
fn jensen_shannon(baseline: &[f64], current: &[f64], low: f64, high: f64) -> f64 {
    let step = (high - low) / JS_BINS as f64;
    let edges: Vec<f64> = (1..JS_BINS).map(|i| low + i as f64 * step).collect();
    jensen_shannon_distance(&counts_between(baseline, &edges), &counts_between(current, &edges)).unwrap_or(0.0)
}

/// Both over the bins of the histogram of all values together.
pub(super) fn shared_bins(baseline: &[f64], current: &[f64]) -> SharedBins {
    let mut all: Vec<f64> = baseline.iter().chain(current).copied().collect();
    crate::stats::sort(&mut all);
    let integers = all.iter().all(|value| value.fract() == 0.0);
    let Some(pooled) = histogram(&all, integers, DRAWN_BINS) else {
        return no_bins();
    };
    let shares = |values: &[f64]| -> Vec<f64> {
        let inside = &values[values.partition_point(|value| *value < pooled.edges[0])..];
        let inside = &inside[..inside.partition_point(|value| *value <= pooled.edges[pooled.edges.len() - 1])];
        let counts = counts_between(inside, &pooled.edges[1..pooled.edges.len() - 1]);
        counts.into_iter().map(|count| count / values.len().max(1) as f64).collect()
    };
    SharedBins { baseline: shares(baseline), current: shares(current), edges: pooled.edges, levels: Vec::new() }
}
