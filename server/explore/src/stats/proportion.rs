//! How sure a share is, and many tests at once.

/// The 97.5 % quantile of the normal distribution.
const Z_95: f64 = 1.959_963_984_540_054;

/// Wilson's (1927) score interval of 95 % for a share: `n_hits` of `n` rows. Unlike the textbook
/// interval it stays within [0, 1] and holds for few rows and rare hits (Brown, Cai & DasGupta 2001).
/// As `statsmodels.stats.proportion.proportion_confint(method="wilson")`. `None` without rows.
#[must_use]
pub fn wilson(n_hits: f64, n: f64) -> Option<(f64, f64)> {
    if n <= 0.0 {
        return None;
    }
    let (share, z2) = (n_hits / n, Z_95 * Z_95);
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let reach = Z_95 / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    Some(((middle - reach).max(0.0), (middle + reach).min(1.0)))
}

/// The normal interval of 95 % for a mean of `n` values whose variance (with n − 1 below) is known;
/// `None` for fewer than two.
#[must_use]
pub fn mean_interval(mean: f64, variance: f64, n: f64) -> Option<(f64, f64)> {
    let reach = Z_95 * (variance / n).sqrt();
    (n >= 2.0 && reach.is_finite()).then_some((mean - reach, mean + reach))
}

/// Benjamini and Hochberg's (1995) corrected p-values, in the order of `p_values`, as
/// `statsmodels.stats.multitest.multipletests(method="fdr_bh")`: of the tests whose corrected value is at
/// most α, a share of about α is expected to be chance. The i-th smallest of m is multiplied by m / i and
/// is never above the one after it. O(m log m).
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let m = p_values.len();
    let mut order: Vec<usize> = (0..m).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut corrected = vec![1.0; m];
    let mut least = 1.0_f64;
    for (rank, &index) in order.iter().enumerate().rev() {
        least = least.min(p_values[index] * m as f64 / (rank + 1) as f64);
        corrected[index] = least;
    }
    corrected
}
