//! Many tests at once.

/// Holm's (1979, "A simple sequentially rejective multiple test procedure") corrected p-values, in the order of
/// `p_values`, as `statsmodels.stats.multitest.multipletests(method="holm")`: with m tests the i-th smallest is
/// multiplied by m - i + 1, is never below the one before it, and never above 1. When every hypothesis is true,
/// the chance that any corrected value is below α is at most α, whatever the tests depend on. O(m log m).
pub(super) fn corrected(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut corrected = vec![1.0; p_values.len()];
    let mut least = 0.0_f64;
    for (rank, &index) in order.iter().enumerate() {
        least = least.max(p_values[index] * (p_values.len() - rank) as f64).min(1.0);
        corrected[index] = least;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 4 x 0.005, 3 x 0.01, 2 x 0.03, and 0.04 no lower than the one before.
    #[test]
    fn p_values_are_corrected_step_by_step() {
        let found = corrected(&[0.01, 0.04, 0.03, 0.005]);
        for (found, expected) in found.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((found - expected).abs() < 1e-15, "{found} is not {expected}");
        }
        assert_eq!(corrected(&[0.3, 0.9]), [0.6, 0.9]);
        assert_eq!(corrected(&[0.7, 0.8]), [1.0, 1.0]);
        assert_eq!(corrected(&[0.02]), [0.02]);
        assert_eq!(corrected(&[]), Vec::<f64>::new());
    }
}
