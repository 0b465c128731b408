//! Correlation of two lists of numbers.

use super::rank::average_ranks;

/// Pearson's product-moment correlation, in [-1, 1], as `scipy.stats.pearsonr`.
/// `None` below two pairs, or when one side has no variance beyond rounding. Lengths must be equal.
#[must_use]
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    debug_assert_eq!(x.len(), y.len());
    let n = x.len();
    if n < 2 {
        return None;
    }
    let (mean_x, mean_y) = (mean(x)?, mean(y)?);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (block_x, block_y) in x.chunks(1024).zip(y.chunks(1024)) {
        let (mut bxx, mut byy, mut bxy) = (0.0, 0.0, 0.0);
        for (&a, &b) in block_x.iter().zip(block_y) {
            let (da, db) = (a - mean_x, b - mean_y);
            bxx += da * da;
            byy += db * db;
            bxy += da * db;
        }
        xx += bxx;
        yy += byy;
        xy += bxy;
    }
    correlation_of_sums(n as f64, mean_x, mean_y, xx, yy, xy)
}

/// The correlation from centred sums of squares and products.
pub(crate) fn correlation_of_sums(n: f64, mean_x: f64, mean_y: f64, xx: f64, yy: f64, xy: f64) -> Option<f64> {
    let varies = |sum: f64, mean: f64| (sum / n).sqrt() > 1e-13 * mean.abs() && sum > 0.0;
    if !varies(xx, mean_x) || !varies(yy, mean_y) {
        return None;
    }
    let r = xy / (xx.sqrt() * yy.sqrt());
    r.is_finite().then(|| r.clamp(-1.0, 1.0))
}

fn mean(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let mean = values.chunks(1024).map(|block| block.iter().sum::<f64>()).sum::<f64>() / n;
    mean.is_finite().then_some(mean)
}

/// Spearman's rank correlation with average ranks for ties, in [-1, 1], as `scipy.stats.spearmanr`.
/// `None` as [`pearson`].
#[must_use]
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    pearson(&average_ranks(x), &average_ranks(y))
}
