//! Linear regression with an L2 penalty, in closed form.

use mlwright_base::{CancelToken, Cancelled};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::cholesky::Cholesky;
use super::standardized::{Standardized, gram};
use crate::contract::Preparation;
use crate::learners::{check_rows, described, in_range, numbers_of};
use crate::predictor::Link;
use crate::target_scale::TargetScale;
use crate::{Estimator, FitContext, LearnError, Predictor, Target, Task};

/// Steps of iterative refinement, which give back the digits that the squared condition of the normal
/// equations costs (Golub & Van Loan 2013, §3.5.3).
const REFINEMENTS: usize = 2;

/// Minimises Σ (y − b − z·w)² + alpha ‖w‖² over standardised columns z: scikit-learn's `Ridge` behind
/// its `StandardScaler`. The intercept is not penalised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearRegression {
    /// Strength of the penalty, at least 0. With 0 it is ordinary least squares, and columns that
    /// depend on others get coefficient 0. The default 1, as scikit-learn's, weighs about as much as
    /// one row: enough to share weight between dependent (one-hot) columns, too little to bias.
    pub alpha: f64,
}

impl Default for LinearRegression {
    fn default() -> Self {
        Self { alpha: 1.0 }
    }
}

impl LinearRegression {
    pub(crate) fn checked(self) -> Result<Self, LearnError> {
        in_range("alpha", self.alpha, |alpha| alpha >= 0.0, "at least 0")?;
        Ok(self)
    }
}

impl Estimator for LinearRegression {
    fn name(&self) -> &'static str {
        "linear_regression"
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

    fn fit(&self, x: ArrayView2<'_, f64>, y: &Target, cx: &FitContext<'_>) -> Result<Predictor, LearnError> {
        check_rows(x, y)?;
        let columns = Standardized::new(x, cx.matrix, cx.cancel)?;
        let (scale, y) = standardize_target(numbers_of(y)?);
        let weights = solve(&columns, &y, self.alpha, cx.cancel)?;
        Ok(Predictor::Linear(columns.predictor(
            self.name(),
            &[weights],
            &[scale.center],
            scale.spread,
            Link::Identity,
        )?))
    }
}

/// The target's scale, and its values with mean 0 and variance 1.
pub(super) fn standardize_target(values: &[f64]) -> (TargetScale, Vec<f64>) {
    let scale = TargetScale::fit(values);
    (scale, values.iter().map(|&value| scale.standardize(value)).collect())
}

/// The weights that minimise ‖y − Z w‖² + alpha ‖w‖². With more columns than rows the system of the
/// rows is solved instead of that of the columns (Hastie, Tibshirani & Friedman 2009, §18.3.5).
pub(super) fn solve(
    columns: &Standardized,
    y: &[f64],
    alpha: f64,
    cancel: &CancelToken,
) -> Result<Vec<f64>, Cancelled> {
    let (n_rows, n_columns) = columns.z.dim();
    if alpha > 0.0 && n_columns > n_rows {
        let mut kernel = gram(columns.z.t(), cancel)?;
        kernel.diag_mut().iter_mut().for_each(|value| *value += alpha);
        let rows = Cholesky::new(kernel.view(), cancel)?;
        return Ok(columns.transposed_times(&rows.solve(y)));
    }
    let mut gram = gram(columns.z.view(), cancel)?;
    gram.diag_mut().iter_mut().for_each(|value| *value += alpha);
    let cholesky = Cholesky::new(gram.view(), cancel)?;
    let mut weights = cholesky.solve(&columns.transposed_times(y));
    for _ in 0..REFINEMENTS {
        cancel.check()?;
        let residuals: Vec<f64> = columns.times(&weights).iter().zip(y).map(|(fitted, y)| y - fitted).collect();
        let mut slope = columns.transposed_times(&residuals);
        slope.iter_mut().zip(&weights).for_each(|(slope, weight)| *slope -= alpha * weight);
        weights.iter_mut().zip(cholesky.solve(&slope)).for_each(|(weight, step)| *weight += step);
    }
    Ok(weights)
}
