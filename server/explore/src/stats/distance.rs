//! Distances between two samples of numbers.

use super::kolmogorov::kolmogorov_sf;

/// The two-sample Kolmogorov-Smirnov test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KolmogorovSmirnov {
    /// The largest distance between the two empirical distribution functions, in [0, 1].
    pub statistic: f64,
    /// The two-sided p-value.
    pub p_value: f64,
}

/// The two-sample Kolmogorov-Smirnov test on sorted, finite values, as
/// `scipy.stats.ks_2samp(method="asymp")`: the p-value is that of the one-sample statistic at the
/// effective sample size `n m / (n + m)`, rounded (Hodges 1958). `None` when a side is empty. O(n + m).
#[must_use]
pub fn ks_two_sample(x: &[f64], y: &[f64]) -> Option<KolmogorovSmirnov> {
    if x.is_empty() || y.is_empty() {
        return None;
    }
    let (n, m) = (x.len() as f64, y.len() as f64);
    let (mut i, mut j) = (0, 0);
    let mut statistic: f64 = 0.0;
    while i < x.len() && j < y.len() {
        let value = x[i].min(y[j]);
        while i < x.len() && x[i] == value {
            i += 1;
        }
        while j < y.len() && y[j] == value {
            j += 1;
        }
        statistic = statistic.max((i as f64 / n - j as f64 / m).abs());
    }
    let effective = (n * m / (n + m)).round_ties_even() as u64;
    // SciPy hands n = 0 to a distribution that knows no such size; a size of one is the least there is.
    Some(KolmogorovSmirnov { statistic, p_value: kolmogorov_sf(effective.max(1), statistic) })
}

/// The Wasserstein distance of order one between two samples (the area between their distribution
/// functions), in the values' unit, as `scipy.stats.wasserstein_distance`. Sorted, finite values.
/// `None` when a side is empty or the distance overflows. O(n + m).
#[must_use]
pub fn wasserstein(x: &[f64], y: &[f64]) -> Option<f64> {
    if x.is_empty() || y.is_empty() {
        return None;
    }
    let (n, m) = (x.len() as f64, y.len() as f64);
    let (mut i, mut j) = (0, 0);
    let mut previous = x[0].min(y[0]);
    let mut area = 0.0;
    while i < x.len() || j < y.len() {
        let value = match (x.get(i), y.get(j)) {
            (Some(&a), Some(&b)) => a.min(b),
            (Some(&a), None) => a,
            (None, Some(&b)) => b,
            (None, None) => break,
        };
        area += (i as f64 / n - j as f64 / m).abs() * (value - previous);
        while i < x.len() && x[i] == value {
            i += 1;
        }
        while j < y.len() && y[j] == value {
            j += 1;
        }
        previous = value;
    }
    area.is_finite().then_some(area)
}
