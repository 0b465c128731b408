//! Distances between two distributions over the same bins or levels.

/// The share that stands in for an empty bin in the population stability index.
pub const PSI_EMPTY_SHARE: f64 = 1e-4;

fn shares(counts: &[f64]) -> Option<Vec<f64>> {
    let total: f64 = counts.iter().sum();
    (total > 0.0).then(|| counts.iter().map(|count| count / total).collect())
}

/// The population stability index `Σ (q - p) ln(q / p)` of two lists of counts, a share of zero replaced by
/// [`PSI_EMPTY_SHARE`] (Siddiqi 2006, ch. 7). `None` when a side is empty. Not below 0.
#[must_use]
pub fn population_stability_index(baseline: &[f64], current: &[f64]) -> Option<f64> {
    debug_assert_eq!(baseline.len(), current.len());
    let (p, q) = (shares(baseline)?, shares(current)?);
    let filled = |share: f64| if share == 0.0 { PSI_EMPTY_SHARE } else { share };
    Some(p.into_iter().map(filled).zip(q.into_iter().map(filled)).map(|(p, q)| (q - p) * (q / p).ln()).sum())
}

/// What the population stability index of two samples of these sizes from one distribution is, on
/// average, over `n_bins` bins: `(bins - 1)(1/n + 1/m)` (Yurdakul & Naranjo 2020). An index not well above it
/// says nothing.
#[must_use]
pub fn population_stability_index_by_chance(n_bins: usize, baseline: f64, current: f64) -> f64 {
    (n_bins.saturating_sub(1)) as f64 * (1.0 / baseline + 1.0 / current)
}

/// The Jensen-Shannon distance: the square root of the divergence in base 2, in [0, 1], of two lists of
/// counts (Endres & Schindelin 2003), as `scipy.spatial.distance.jensenshannon(p, q, base=2)`.
/// `None` when a side is empty.
#[must_use]
pub fn jensen_shannon_distance(baseline: &[f64], current: &[f64]) -> Option<f64> {
    debug_assert_eq!(baseline.len(), current.len());
    let (p, q) = (shares(baseline)?, shares(current)?);
    let relative_entropy = |a: f64, middle: f64| if a > 0.0 { a * (a / middle).ln() } else { 0.0 };
    let sum: f64 = p
        .iter()
        .zip(&q)
        .map(|(&p, &q)| {
            let middle = (p + q) / 2.0;
            relative_entropy(p, middle) + relative_entropy(q, middle)
        })
        .sum();
    Some((sum.max(0.0) / 2.0 / std::f64::consts::LN_2).sqrt().min(1.0))
}

/// The total variation distance `½ Σ |p - q|` of two lists of counts, in [0, 1]. `None` when a side is empty.
#[must_use]
pub fn total_variation(baseline: &[f64], current: &[f64]) -> Option<f64> {
    let (p, q) = (shares(baseline)?, shares(current)?);
    Some((p.iter().zip(&q).map(|(p, q)| (p - q).abs()).sum::<f64>() / 2.0).min(1.0))
}

/// The largest difference `max |p - q|` of two lists of counts, in [0, 1]. `None` when a side is empty.
#[must_use]
pub fn l_infinity(baseline: &[f64], current: &[f64]) -> Option<f64> {
    let (p, q) = (shares(baseline)?, shares(current)?);
    Some(p.iter().zip(&q).map(|(p, q)| (p - q).abs()).fold(0.0, f64::max))
}
