//! Centring and scaling of numbers that may be as large as `f64` holds.

/// Mean and standard deviation, computed after division by the largest magnitude so that neither
/// sums nor squares overflow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TargetScale {
    /// The mean.
    pub center: f64,
    /// The population standard deviation; 1 when all values are equal (to rounding).
    pub spread: f64,
    /// Whether all values are equal (to rounding).
    pub is_constant: bool,
}

impl TargetScale {
    /// Measures finite values. Without values: centre 0, spread 1.
    pub fn fit(values: &[f64]) -> Self {
        Self::of(values.len(), values.iter().copied())
    }

    /// As [`TargetScale::fit`], from an iterator that can be run again.
    pub fn of(n_values: usize, values: impl Iterator<Item = f64> + Clone) -> Self {
        let largest = values.clone().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        if n_values == 0 || largest == 0.0 {
            return Self { center: 0.0, spread: 1.0, is_constant: true };
        }
        let n = n_values as f64;
        let mean = values.clone().map(|value| value / largest).sum::<f64>() / n;
        let variance = values.map(|value| (value / largest - mean).powi(2)).sum::<f64>() / n;
        // Below this the differences are rounding errors of the mean, not data.
        let is_constant = variance.sqrt() <= 8.0 * f64::EPSILON * mean.abs().max(f64::MIN_POSITIVE);
        let spread = if is_constant { 1.0 } else { variance.sqrt() * largest };
        Self { center: mean * largest, spread, is_constant }
    }

    /// (value − centre) / spread, without overflow.
    pub fn standardize(&self, value: f64) -> f64 {
        if self.is_constant { 0.0 } else { value / self.spread - self.center / self.spread }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_ordinary_huge_and_constant_values() {
        let scale = TargetScale::fit(&[1.0, 2.0, 3.0, 4.0]);
        assert!((scale.center - 2.5).abs() < 1e-15 && (scale.spread - 1.25_f64.sqrt()).abs() < 1e-15);
        let huge = TargetScale::fit(&[-1e308, 1e308]);
        assert_eq!((huge.center, huge.spread), (0.0, 1e308));
        assert_eq!(huge.standardize(1e308), 1.0);
        assert!(TargetScale::fit(&[0.1; 7]).is_constant);
        assert!(!TargetScale::fit(&[1e-200, 2e-200]).is_constant);
    }
}
