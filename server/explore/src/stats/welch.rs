//! Whether one group's mean is larger than another's, and by how much.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// What of a group's values the test needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupMoments {
    /// How many values.
    pub n: f64,
    /// Their mean.
    pub mean: f64,
    /// Their variance, with n − 1 below.
    pub variance: f64,
}

impl GroupMoments {
    /// From the number of values, their sum and the sum of their squares. Values should be centred on
    /// about their mean beforehand: the difference of two large sums is not exact.
    #[must_use]
    pub fn from_sums(n: f64, sum: f64, sum_of_squares: f64) -> Self {
        let mean = sum / n;
        Self { n, mean, variance: ((sum_of_squares - n * mean * mean) / (n - 1.0)).max(0.0) }
    }
}

/// How much larger the first group's mean is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WelchTest {
    /// The first mean minus the second.
    pub difference: f64,
    /// The chance of such a difference, or a larger one, were both means equal.
    pub p_value: f64,
    /// The lower end of the difference's 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Welch's (1947) test of unequal variances, one-sided: is the first mean larger? The degrees of
/// freedom are Satterthwaite's (1946); the interval is the two-sided one of 95 %. As
/// `scipy.stats.ttest_ind(a, b, equal_var=False, alternative="greater")`. `None` when a group has fewer
/// than two values or neither varies.
#[must_use]
pub fn welch(a: GroupMoments, b: GroupMoments) -> Option<WelchTest> {
    if a.n < 2.0 || b.n < 2.0 {
        return None;
    }
    let (of_a, of_b) = (a.variance / a.n, b.variance / b.n);
    let squared_error = of_a + of_b;
    if !(squared_error > 0.0 && squared_error.is_finite()) {
        return None;
    }
    let freedom = squared_error.powi(2) / (of_a.powi(2) / (a.n - 1.0) + of_b.powi(2) / (b.n - 1.0));
    let student = StudentsT::new(0.0, 1.0, freedom).ok()?;
    let error = squared_error.sqrt();
    let difference = a.mean - b.mean;
    let reach = student.inverse_cdf(0.975) * error;
    Some(WelchTest { difference, p_value: student.sf(difference / error), low: difference - reach, high: difference + reach })
}
