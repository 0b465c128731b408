//! Linear regression that outliers move little (Huber & Ronchetti 2009, §7.7): scikit-learn's
//! `HuberRegressor` behind `StandardScaler`s of columns and target.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::descent::Descent;
use super::objective::{Objective, RowLoss};
use super::ridge;
use super::standardized::Standardized;
use crate::contract::Preparation;
use crate::learners::{check_rows, described, in_range, numbers_of, refuse_start};
use crate::predictor::Link;
use crate::weights::{ClassWeight, row_weights};
use crate::{Estimator, FitContext, LearnError, Predictor, Target, Task};

/// Minimises Σ (σ + H(residual / σ) σ) + alpha ‖w‖² over weights, intercept and the scale σ of what is
/// no outlier, with H(z) = z² up to `epsilon` and 2 epsilon |z| − epsilon² beyond.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HuberRegression {
    /// From how many σ on a row counts as an outlier, above 1. The default 1.35, as scikit-learn's, gives
    /// 95 % of the efficiency of least squares when there is none.
    pub epsilon: f64,
    /// Strength of the L2 penalty, at least 0. The default 0.0001 is scikit-learn's.
    pub alpha: f64,
    /// The most iterations, at least 1.
    pub max_iterations: usize,
    /// The largest slope of the mean loss at which the descent stops, above 0. The default 1e-5 is
    /// scikit-learn's, which looks at the slope of the sum.
    pub tolerance: f64,
}

impl Default for HuberRegression {
    fn default() -> Self {
        Self { epsilon: 1.35, alpha: 1e-4, max_iterations: 1000, tolerance: 1e-5 }
    }
}

impl HuberRegression {
    pub(crate) fn checked(self) -> Result<Self, LearnError> {
        in_range("epsilon", self.epsilon, |epsilon| epsilon > 1.0, "above 1")?;
        in_range("alpha", self.alpha, |alpha| alpha >= 0.0, "at least 0")?;
        in_range("max_iterations", self.max_iterations as f64, |n| (1.0..=1e6).contains(&n), "from 1 to 1000000")?;
        in_range("tolerance", self.tolerance, |tolerance| tolerance > 0.0, "above 0")?;
        Ok(self)
    }
}

impl Estimator for HuberRegression {
    fn name(&self) -> &'static str {
        "huber_regression"
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
        check_rows(x, y)?;
        refuse_start(self.name(), cx)?;
        let row_weights = row_weights(y, cx.weights, ClassWeight::Equal)?;
        let columns = Standardized::new(x, cx.matrix, cx.cancel)?;
        let (scale, values) = ridge::standardize_target(numbers_of(y)?);
        let width = columns.z.ncols();
        let objective = Objective {
            z: columns.z.view(),
            loss: Huber { values: &values, epsilon: self.epsilon },
            row_weights: row_weights.as_deref(),
            n_margins: 1,
            // The objective has half the square of the weights beside the mean.
            penalty: 2.0 * self.alpha / values.len() as f64,
        };
        // No weights, the mean for all, and log σ = 0.
        let mut point = vec![0.0; width + 2];
        let (learner, tolerance, max_iterations) = (self.name(), self.tolerance, self.max_iterations);
        Descent { learner, tolerance, max_iterations, cx }.minimize(&objective, None, &mut point)?;
        let weights = point[..width].to_vec();
        let intercept = scale.center + scale.spread * point[width];
        Ok(Predictor::Linear(columns.predictor(self.name(), &[weights], &[intercept], scale.spread, Link::Identity)?))
    }
}

/// The extra number is log σ: any value of it is allowed, and rows that fit without error end the
/// descent instead of dividing by σ = 0.
pub(super) struct Huber<'a> {
    pub values: &'a [f64],
    pub epsilon: f64,
}

impl RowLoss for Huber<'_> {
    fn row(&self, row: usize, margins: &mut [f64], extra: f64) -> (f64, f64) {
        let sigma = extra.exp();
        let residual = self.values[row] - margins[0];
        let size = residual.abs() / sigma;
        let (loss, slope, by_sigma) = if size <= self.epsilon {
            (size * size * sigma, -2.0 * residual / sigma, 1.0 - size * size)
        } else {
            let epsilon = self.epsilon;
            (
                2.0 * epsilon * residual.abs() - sigma * epsilon * epsilon,
                -2.0 * epsilon * residual.signum(),
                1.0 - epsilon * epsilon,
            )
        };
        margins[0] = slope;
        (sigma + loss, sigma * by_sigma)
    }
}
