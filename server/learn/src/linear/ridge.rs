//! Linear regression with an L2 penalty, in closed form.

use mlwright_base::{CancelToken, Cancelled};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::LinearPredictor;
use super::cholesky::Cholesky;
use super::standardized::{Standardized, WeightedMeans, gram};
use crate::contract::Preparation;
use crate::learners::{check_rows, described, in_range, numbers_of, refuse_start};
use crate::predictor::Link;
use crate::target_scale::TargetScale;
use crate::weights::{ClassWeight, row_weights};
use crate::{Estimator, FitContext, LearnError, Predictor, Target, Task};

/// The most steps of iterative refinement, which give back the digits that the squared condition of the normal
/// equations costs (Golub & Van Loan 2013, §3.5.3).
const REFINEMENTS_MAX: usize = 2;
/// A step that moves the weights by less than this share was the last.
const REFINED: f64 = 1e-11;

/// The most equations that are solved: their matrix and its factor take 8 bytes × the square of it each,
/// 3.6 GB together.
const EQUATIONS_MAX: usize = 15_000;

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
        refuse_start(self.name(), cx)?;
        let row_weights = row_weights(y, cx.weights, ClassWeight::Equal)?;
        if x.nrows().min(x.ncols()) > EQUATIONS_MAX {
            return Err(LearnError::UnsuitableData {
                message: format!(
                    "linear_regression: {} rows of {} columns, expected at most {EQUATIONS_MAX} rows or columns",
                    x.nrows(),
                    x.ncols()
                ),
                hint: "use elastic_net or gradient_boosting, or leave columns out".to_owned(),
            });
        }
        let mut columns = Standardized::new(x, cx.matrix, cx.cancel)?;
        let (scale, mut y) = standardize_target(numbers_of(y)?);
        let means = row_weights.map(|weights| columns.weigh(&mut y, &weights, cx.cancel)).transpose()?;
        let weights = solve(&columns, &y, self.alpha, cx.cancel)?;
        Ok(Predictor::Linear(least_squares_predictor(self.name(), &columns, weights, scale, means.as_ref())?))
    }
}

/// The predictor from weights found on standardised columns and target.
pub(super) fn least_squares_predictor(
    learner: &str,
    columns: &Standardized,
    weights: Vec<f64>,
    scale: TargetScale,
    means: Option<&WeightedMeans>,
) -> Result<LinearPredictor, LearnError> {
    let moved = means.map_or(0.0, |means| means.intercept(&weights));
    columns.predictor(learner, &[weights], &[scale.center + scale.spread * moved], scale.spread, Link::Identity)
}

/// The target's scale, and its values with mean 0 and variance 1.
pub(crate) fn standardize_target(values: &[f64]) -> (TargetScale, Vec<f64>) {
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
    for _ in 0..REFINEMENTS_MAX {
        let mut slope = columns.slope(y, &weights, cancel)?;
        slope.iter_mut().zip(&weights).for_each(|(slope, weight)| *slope -= alpha * weight);
        let step = cholesky.solve(&slope);
        weights.iter_mut().zip(&step).for_each(|(weight, step)| *weight += step);
        let largest = |values: &[f64]| values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        if largest(&step) <= REFINED * largest(&weights) {
            break;
        }
    }
    Ok(weights)
}
