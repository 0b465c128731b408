//! Generalised linear models with the logarithmic link: numbers above 0 whose variance grows with their
//! mean, as counts (Poisson), durations and costs (gamma), or totals that are often 0 (Tweedie).
//!
//! Scikit-learn's `PoissonRegressor`, `GammaRegressor` and `TweedieRegressor(link="log")` behind its
//! `StandardScaler` agree, when the target is divided by its mean.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::LinearPredictor;
use super::descent::Descent;
use super::objective::{Objective, RowLoss};
use super::standardized::Standardized;
use crate::contract::Preparation;
use crate::learners::{check_rows, described, in_range, numbers_of, refuse_start};
use crate::predictor::Link;
use crate::weights::{ClassWeight, row_weights};
use crate::{Estimator, FitContext, LearnError, Predictor, Target, Task};

/// The largest slope of the mean loss at which the descent stops; scikit-learn's default is 1e-4.
const TOLERANCE_DEFAULT: f64 = 1e-5;
/// The default strength of the penalty: enough to share weight between dependent (one-hot) columns,
/// and about as much as a thousandth of what a column that matters says. Scikit-learn's 1 is as much as
/// all of it.
const ALPHA_DEFAULT: f64 = 1e-3;
const ITERATIONS_DEFAULT: usize = 1000;

/// Numbers at least 0 whose variance is their mean, such as counts. Minimises mean half deviance +
/// ½ alpha ‖w‖² over standardised columns and the target divided by its mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PoissonRegression {
    /// Strength of the L2 penalty, at least 0.
    pub alpha: f64,
    /// The most iterations, at least 1.
    pub max_iterations: usize,
    /// The largest slope of the mean loss at which the descent stops, above 0.
    pub tolerance: f64,
}

/// Numbers above 0 whose standard deviation is proportional to their mean, such as costs of a claim.
/// Minimises as [`PoissonRegression`] does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GammaRegression {
    /// Strength of the L2 penalty, at least 0.
    pub alpha: f64,
    /// The most iterations, at least 1.
    pub max_iterations: usize,
    /// The largest slope of the mean loss at which the descent stops, above 0.
    pub tolerance: f64,
}

/// Numbers whose variance is proportional to their mean to a power. Minimises as [`PoissonRegression`]
/// does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TweedieRegression {
    /// The power, from 1 (Poisson) through 2 (gamma) to 3 (inverse Gaussian). Between 1 and 2 the target
    /// is a sum of gamma-distributed parts whose number is Poisson-distributed, so that it may be 0; the
    /// default 1.5 lies in the middle (LightGBM's and XGBoost's too).
    pub power: f64,
    /// Strength of the L2 penalty, at least 0.
    pub alpha: f64,
    /// The most iterations, at least 1.
    pub max_iterations: usize,
    /// The largest slope of the mean loss at which the descent stops, above 0.
    pub tolerance: f64,
}

impl Default for PoissonRegression {
    fn default() -> Self {
        Self { alpha: ALPHA_DEFAULT, max_iterations: ITERATIONS_DEFAULT, tolerance: TOLERANCE_DEFAULT }
    }
}

impl Default for GammaRegression {
    fn default() -> Self {
        Self { alpha: ALPHA_DEFAULT, max_iterations: ITERATIONS_DEFAULT, tolerance: TOLERANCE_DEFAULT }
    }
}

impl Default for TweedieRegression {
    fn default() -> Self {
        Self { power: 1.5, alpha: ALPHA_DEFAULT, max_iterations: ITERATIONS_DEFAULT, tolerance: TOLERANCE_DEFAULT }
    }
}

impl PoissonRegression {
    pub(crate) fn checked(self) -> Result<Self, LearnError> {
        check(1.0, self.alpha, self.max_iterations, self.tolerance).map(|()| self)
    }
}

impl GammaRegression {
    pub(crate) fn checked(self) -> Result<Self, LearnError> {
        check(2.0, self.alpha, self.max_iterations, self.tolerance).map(|()| self)
    }
}

impl TweedieRegression {
    pub(crate) fn checked(self) -> Result<Self, LearnError> {
        check(self.power, self.alpha, self.max_iterations, self.tolerance).map(|()| self)
    }
}

fn check(power: f64, alpha: f64, max_iterations: usize, tolerance: f64) -> Result<(), LearnError> {
    in_range("power", power, |power| (1.0..=3.0).contains(&power), "from 1 to 3")?;
    in_range("alpha", alpha, |alpha| alpha >= 0.0, "at least 0")?;
    in_range("tolerance", tolerance, |tolerance| tolerance > 0.0, "above 0")?;
    in_range("max_iterations", max_iterations as f64, |n| (1.0..=1e6).contains(&n), "from 1 to 1000000")
}

macro_rules! log_linear_estimator {
    ($learner:ty, $name:literal, $power:expr) => {
        impl Estimator for $learner {
            fn name(&self) -> &'static str {
                $name
            }

            fn parameters(&self) -> Vec<(String, serde_json::Value)> {
                described(self)
            }

            fn preparation(&self) -> Preparation {
                Preparation::Dense
            }

            fn supports(&self, task: Task) -> bool {
                task == Task::Regression
            }

            fn gives_what_it_has(&self) -> bool {
                true
            }

            fn fit(&self, x: ArrayView2<'_, f64>, y: &Target, cx: &FitContext<'_>) -> Result<Predictor, LearnError> {
                let power: fn(&Self) -> f64 = $power;
                let family = Family {
                    learner: $name,
                    power: power(self),
                    alpha: self.alpha,
                    max_iterations: self.max_iterations,
                    tolerance: self.tolerance,
                };
                Ok(Predictor::Linear(family.fit(x, y, cx)?))
            }
        }
    };
}

log_linear_estimator!(PoissonRegression, "poisson_regression", |_| 1.0);
log_linear_estimator!(GammaRegression, "gamma_regression", |_| 2.0);
log_linear_estimator!(TweedieRegression, "tweedie_regression", |learner| learner.power);

struct Family {
    learner: &'static str,
    power: f64,
    alpha: f64,
    max_iterations: usize,
    tolerance: f64,
}

impl Family {
    fn fit(&self, x: ArrayView2<'_, f64>, y: &Target, cx: &FitContext<'_>) -> Result<LinearPredictor, LearnError> {
        check_rows(x, y)?;
        refuse_start(self.learner, cx)?;
        let values = numbers_of(y)?;
        self.check_target(values)?;
        let row_weights = row_weights(y, cx.weights, ClassWeight::Equal)?;
        let columns = Standardized::new(x, cx.matrix, cx.cancel)?;
        let mean = weighted_mean(values, row_weights.as_deref());
        if mean == 0.0 {
            return Err(self.unsuitable("every row of the target that counts is 0, expected one above it"));
        }
        let relative: Vec<f64> = values.iter().map(|value| value / mean).collect();
        let objective = Objective {
            z: columns.z.view(),
            loss: HalfDeviance { values: &relative, power: self.power },
            row_weights: row_weights.as_deref(),
            n_margins: 1,
            penalty: self.alpha,
        };
        let width = columns.z.ncols();
        // No weights, and the mean for all.
        let mut point = vec![0.0; width + 1];
        let Self { learner, tolerance, max_iterations, .. } = *self;
        Descent { learner, tolerance, max_iterations, cx }.minimize(&objective, None, &mut point)?;
        columns.predictor(self.learner, &[point[..width].to_vec()], &[point[width] + mean.ln()], 1.0, Link::Log)
    }

    fn check_target(&self, values: &[f64]) -> Result<(), LearnError> {
        let zero_fits = self.power < 2.0;
        let wrong = values.iter().position(|&value| value < 0.0 || (value == 0.0 && !zero_fits));
        wrong.map_or(Ok(()), |row| {
            let expected = if zero_fits { "at least 0" } else { "above 0" };
            Err(self.unsuitable(&format!("the target of row {row} is {}, expected numbers {expected}", values[row])))
        })
    }

    fn unsuitable(&self, message: &str) -> LearnError {
        LearnError::UnsuitableData {
            message: format!("{}: {message}", self.learner),
            hint: "use linear_regression or huber_regression, which take any numbers".to_owned(),
        }
    }
}

/// The mean, computed so that the sum does not overflow.
fn weighted_mean(values: &[f64], weights: Option<&[f64]>) -> f64 {
    let n = values.len() as f64;
    values.iter().enumerate().map(|(row, value)| value / n * weights.map_or(1.0, |weights| weights[row])).sum()
}

/// Half the deviance of Tweedie's family, less what does not depend on the margin (Jørgensen 1997, §2.3;
/// `HalfTweedieLoss` of scikit-learn).
pub(super) struct HalfDeviance<'a> {
    pub values: &'a [f64],
    pub power: f64,
}

impl RowLoss for HalfDeviance<'_> {
    fn row(&self, row: usize, margins: &mut [f64], _extra: f64) -> (f64, f64) {
        let (value, margin) = (self.values[row], margins[0]);
        let (loss, slope) = if self.power == 1.0 {
            let mean = margin.exp();
            (mean - value * margin, mean - value)
        } else if self.power == 2.0 {
            let share = value * (-margin).exp();
            (share + margin, 1.0 - share)
        } else {
            let (up, down) = (((2.0 - self.power) * margin).exp(), ((1.0 - self.power) * margin).exp());
            (up / (2.0 - self.power) - value * down / (1.0 - self.power), up - value * down)
        };
        margins[0] = slope;
        (loss, 0.0)
    }
}
