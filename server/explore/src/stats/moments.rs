//! Mean, standard deviation and skewness in two passes.

/// Moments of a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// The number of values.
    pub n: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Sample standard deviation, divisor `n - 1`; `None` below two values or when it overflows.
    pub std: Option<f64>,
    /// Skewness `g1 = m3 / m2^1.5` with population moments (Joanes & Gill 1998), as
    /// `scipy.stats.skew(bias=True)`; `None` when there is no variance.
    pub skew: Option<f64>,
}

/// Values in one summation block: few enough that rounding within a block stays small, so that the
/// sum of blocks is nearly as exact as pairwise summation (Higham 1993).
const BLOCK: usize = 1024;

fn sum_of(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    values.chunks(BLOCK).map(|block| block.iter().map(|&x| term(x)).sum::<f64>()).sum()
}

/// Moments of finite values by the two-pass algorithm (Chan, Golub & LeVeque 1983).
/// `None` without values, or when the mean is beyond the range of `f64`.
#[must_use]
pub fn moments(values: &[f64]) -> Option<Moments> {
    if values.is_empty() {
        return None;
    }
    let n = values.len() as f64;
    let mut mean = sum_of(values, |x| x) / n;
    if !mean.is_finite() {
        mean = sum_of(values, |x| x / n);
    }
    if !mean.is_finite() {
        return None;
    }
    // The first mean is off by its rounding; the mean of the differences corrects it.
    mean += sum_of(values, |x| (x - mean) / n);
    let (mut m2, mut m3) = (0.0, 0.0);
    for block in values.chunks(BLOCK) {
        let (mut b2, mut b3) = (0.0, 0.0);
        for &x in block {
            let d = x - mean;
            let d2 = d * d;
            b2 += d2;
            b3 += d2 * d;
        }
        m2 += b2;
        m3 += b3;
    }
    let std = (values.len() > 1).then(|| (m2 / (n - 1.0)).sqrt()).filter(|std| std.is_finite());
    // As SciPy: without variance beyond rounding, skewness means nothing.
    let population = m2 / n;
    let has_variance = population.sqrt() > f64::EPSILON * mean.abs();
    let skew =
        (has_variance && population > 0.0).then(|| (m3 / n) / population.powf(1.5)).filter(|skew| skew.is_finite());
    Some(Moments { n: values.len(), mean, std, skew })
}
