//! Numbers described: moments, quantiles, frequent values, histogram.

use super::{Histogram, NumericSummary, Quantiles};
use crate::stats::{moments, quantile_sorted, sort};

/// How far beyond the 1st and 99th percentile a histogram reaches, in their distance: further out lie
/// outliers that would press everything else into one bin. A normal distribution is shown to 9 standard
/// deviations.
const HISTOGRAM_REACH: f64 = 1.5;
/// The fewest bins of a histogram of many different values.
const BINS_MIN: usize = 5;

/// Counts runs of equal values and keeps the longest.
pub(super) struct Runs<T> {
    /// Runs seen.
    pub(super) distinct: u64,
    top: Vec<(T, u64)>,
    keep: usize,
}

impl<T: Copy> Runs<T> {
    pub(super) fn new(keep: usize) -> Self {
        Self { distinct: 0, top: Vec::with_capacity(keep + 1), keep }
    }

    /// Counts a run; among runs of equal length the earlier is kept.
    pub(super) fn add(&mut self, value: T, count: u64) {
        self.distinct += 1;
        if self.top.len() >= self.keep && self.top.last().is_none_or(|(_, least)| count <= *least) {
            return;
        }
        let position = self.top.partition_point(|(_, other)| *other >= count);
        self.top.insert(position, (value, count));
        self.top.truncate(self.keep);
    }

    /// The longest runs, longest first.
    pub(super) fn top(&self) -> impl Iterator<Item = (T, u64)> {
        self.top.iter().copied()
    }
}

/// Summarises finite values and leaves them sorted. `None` without values.
pub(super) fn summarise(finite: &mut [f64], infinities: u64, nans: u64) -> Option<NumericSummary> {
    let moments = moments(finite);
    let integers = finite.iter().all(|value| value.fract() == 0.0);
    sort(finite);
    let (&min, &max) = (finite.first()?, finite.last()?);
    let at = |p: f64| quantile_sorted(finite, p).unwrap_or(min);
    let at_min = finite.partition_point(|value| *value <= min);
    let at_max = finite.len() - finite.partition_point(|value| *value < max);
    let below_zero = finite.partition_point(|value| *value < 0.0);
    let up_to_zero = finite.partition_point(|value| *value <= 0.0);
    Some(NumericSummary {
        min,
        max,
        at_min: at_min as u64,
        at_max: at_max as u64,
        second_min: finite.get(at_min).copied(),
        second_max: (finite.len() - at_max).checked_sub(1).map(|last| finite[last]),
        mean: moments.map(|m| m.mean),
        std: moments.and_then(|m| m.std),
        skew: moments.and_then(|m| m.skew),
        quantiles: Quantiles {
            p01: at(0.01),
            p05: at(0.05),
            p25: at(0.25),
            p50: at(0.5),
            p75: at(0.75),
            p95: at(0.95),
            p99: at(0.99),
        },
        zeros: (up_to_zero - below_zero) as u64,
        negatives: below_zero as u64,
        infinities,
        nans,
        integers,
    })
}

/// Counts sorted, finite values in bins of equal width. Bins of whole numbers are centred on them and a whole
/// number wide, so that none gets more numbers than its neighbours. `None` without values.
pub(crate) fn histogram(sorted: &[f64], integers: bool, bins_max: usize) -> Option<Histogram> {
    let (&min, &max) = (sorted.first()?, sorted.last()?);
    let edges = edges(sorted, min, max, integers, bins_max.max(1));
    let (first, last) = (edges[0], edges[edges.len() - 1]);
    let below = sorted.partition_point(|value| *value < first);
    let above = sorted.len() - sorted.partition_point(|value| *value <= last);
    let mut counts = Vec::with_capacity(edges.len() - 1);
    let mut start = below;
    for (i, edge) in edges.iter().enumerate().skip(1) {
        let end = if i + 1 == edges.len() {
            sorted.len() - above
        } else {
            start + sorted[start..].partition_point(|value| value < edge)
        };
        counts.push((end - start) as u64);
        start = end;
    }
    Some(Histogram { edges, counts, below: below as u64, above: above as u64 })
}

fn edges(sorted: &[f64], min: f64, max: f64, integers: bool, bins_max: usize) -> Vec<f64> {
    if min == max {
        let half = (min.abs() * 1e-3).max(0.5);
        return if (min - half).is_finite() && (min + half).is_finite() {
            vec![min - half, min + half]
        } else {
            vec![min * 0.5, min]
        };
    }
    let (p01, p99) = (quantile_sorted(sorted, 0.01).unwrap_or(min), quantile_sorted(sorted, 0.99).unwrap_or(max));
    let reach = HISTOGRAM_REACH * (p99 - p01);
    let (mut low, mut high) = (min, max);
    if reach.is_finite() && reach > 0.0 {
        low = sorted[sorted.partition_point(|value| *value < p01 - reach)];
        high = sorted[sorted.partition_point(|value| *value <= p99 + reach) - 1];
    }
    let by_size = (sorted.len() as f64).sqrt().ceil() as usize;
    let bins = by_size.max(BINS_MIN).min(bins_max);
    let whole = high - low + 1.0;
    let edges: Vec<f64> = if integers && low.abs().max(high.abs()) < 1e15 {
        let width = (whole / bins_max as f64).ceil().max(1.0);
        let n = (whole / width).ceil() as usize;
        (0..=n).map(|i| low - 0.5 + i as f64 * width).collect()
    } else {
        let width = high / bins as f64 - low / bins as f64;
        (0..=bins).map(|i| if i == bins { high } else { low + i as f64 * width }).collect()
    };
    // Values so close, or so far apart, that no edges fit between them share one bin.
    if edges.iter().all(|edge| edge.is_finite()) && edges.is_sorted_by(|a, b| a < b) { edges } else { vec![low, high] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_every_value_once() {
        let values: Vec<f64> = (0..1000).map(|i| f64::from(i) * 0.1).collect();
        let h = histogram(&values, false, 10).unwrap();
        assert_eq!((h.counts.as_slice(), h.below, h.above), ([100_u64; 10].as_slice(), 0, 0));
        assert_eq!(h.edges.len(), 11);
    }

    #[test]
    fn whole_numbers_get_bins_of_their_own() {
        let h = histogram(&[0.0, 0.0, 1.0, 3.0], true, 30).unwrap();
        assert_eq!((h.edges, h.counts), (vec![-0.5, 0.5, 1.5, 2.5, 3.5], vec![2, 1, 0, 1]));
        let wide: Vec<f64> = (0..100).map(f64::from).collect();
        let h = histogram(&wide, true, 30).unwrap();
        assert_eq!((h.edges[1] - h.edges[0], h.counts[0], h.counts.len()), (4.0, 4, 25));
    }

    #[test]
    fn far_outliers_are_left_out_and_counted() {
        let mut values: Vec<f64> = (0..999).map(|i| f64::from(i) * 0.01).collect();
        values.push(1e6);
        let h = histogram(&values, false, 30).unwrap();
        assert_eq!((h.above, h.below), (1, 0));
        assert!(h.edges[h.edges.len() - 1] < 11.0);
        assert_eq!(h.counts.iter().sum::<u64>(), 999);
    }

    #[test]
    fn extreme_values_are_no_trouble() {
        for values in [
            vec![f64::MIN, f64::MAX],
            vec![f64::MAX],
            vec![0.0, f64::MIN_POSITIVE],
            vec![1.0, 1.0 + f64::EPSILON],
            vec![-0.0, 0.0],
        ] {
            let h = histogram(&values, false, 30).unwrap();
            assert_eq!(h.counts.iter().sum::<u64>() as usize, values.len(), "{values:?}");
            assert!(h.edges.iter().all(|edge| edge.is_finite()));
        }
        assert!(histogram(&[], false, 30).is_none());
    }
}
