//! Sorting and quantiles.

/// Sorts finite values in place, zeros of both signs made one.
pub fn sort(values: &mut [f64]) {
    for value in values.iter_mut() {
        *value += 0.0;
    }
    values.sort_unstable_by(f64::total_cmp);
}

/// The quantile at `p` in [0, 1] of sorted values, by linear interpolation between the order statistics
/// (definition 7 of Hyndman & Fan 1996), as `numpy.quantile`. `None` without values.
#[must_use]
pub fn quantile_sorted(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = p.clamp(0.0, 1.0) * last as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(last);
    let weight = position - below as f64;
    let (low, high) = (sorted[below], sorted[above]);
    // NumPy's form, which is exact at both ends and monotone between them.
    let step = high - low;
    Some(if !step.is_finite() {
        low * (1.0 - weight) + high * weight
    } else if weight >= 0.5 {
        high - step * (1.0 - weight)
    } else {
        low + step * weight
    })
}
