//! Linear regression with an L1 and an L2 penalty, by linfa's coordinate descent.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_elasticnet::ElasticNet as LinfaElasticNet;
use mlwright_base::CancelToken;
use ndarray::{Array1, Array2, ArrayView2, ShapeBuilder};
use serde::{Deserialize, Serialize};

use super::cholesky::Cholesky;
use super::ridge;
use super::standardized::{Standardized, gram};
use crate::contract::Preparation;
use crate::learners::{check_rows, described, in_range, numbers_of, refuse_start};
use crate::weights::{ClassWeight, row_weights};
use crate::{Estimator, FitContext, LearnError, Predictor, Target, Task};

/// The largest relative change of a weight, and the duality gap as a share of the target's sum of
/// squares, at which the descent stops.
const TOLERANCE: f64 = 1e-7;
/// The most sweeps over all columns.
const SWEEPS_MAX: usize = 5000;
/// The most multiplications of all sweeps: some seconds. Sweeps cannot be cancelled.
const WORK_MAX: usize = 4_000_000_000;

/// Minimises ‖y − b − z·w‖² / (2 n) + alpha (l1_ratio ‖w‖₁ + ½ (1 − l1_ratio) ‖w‖²) over standardised
/// columns z and the standardised target y, so that `alpha` does not depend on units: scikit-learn's
/// `ElasticNet` behind `StandardScaler`s of columns and target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ElasticNet {
    /// Strength of both penalties, above 0. The default 0.01 drops columns whose correlation with
    /// what the others leave unexplained is below half a percent.
    pub alpha: f64,
    /// Share of the L1 penalty in [0, 1]: 1 is the lasso, 0 is ridge (in closed form).
    pub l1_ratio: f64,
}

impl Default for ElasticNet {
    fn default() -> Self {
        Self { alpha: 0.01, l1_ratio: 0.5 }
    }
}

impl ElasticNet {
    pub(crate) fn checked(self) -> Result<Self, LearnError> {
        in_range("alpha", self.alpha, |alpha| alpha > 0.0, "above 0")?;
        in_range("l1_ratio", self.l1_ratio, |ratio| (0.0..=1.0).contains(&ratio), "from 0 to 1")?;
        Ok(self)
    }

    fn weights(&self, columns: &Standardized, y: &[f64], cancel: &CancelToken) -> Result<Vec<f64>, LearnError> {
        let n_rows = y.len() as f64;
        if self.l1_ratio == 0.0 {
            // linfa's descent waits for a duality gap that is not defined here and does not end early.
            return Ok(ridge::solve(columns, y, self.alpha * n_rows, cancel)?);
        }
        if columns.kept.is_empty() || y.iter().all(|&value| value == 0.0) {
            return Ok(vec![0.0; columns.kept.len()]);
        }
        let (factor, target) = condense(columns, y, cancel)?;
        let sweeps = (WORK_MAX / (2 * factor.len().max(1))).clamp(20, SWEEPS_MAX);
        let learner = LinfaElasticNet::params()
            .with_intercept(false)
            .l1_ratio(self.l1_ratio)
            // linfa divides the squared error by the rows it sees.
            .penalty(self.alpha * n_rows / factor.nrows() as f64)
            .tolerance(TOLERANCE)
            .max_iterations(sweeps as u32);
        let fitted = learner
            .fit(&DatasetBase::new(factor, target))
            .map_err(|error| LearnError::Fit { learner: self.name().to_owned(), message: error.to_string() })?;
        cancel.check()?;
        Ok(fitted.hyperplane().to_vec())
    }
}

/// The rows enter the solution only through ZᵀZ and Zᵀy (Friedman, Hastie & Tibshirani 2010, §2.2), so
/// that at most as many rows as columns, R with RᵀR = ZᵀZ and u with Rᵀu = Zᵀy, have the same one. A
/// sweep then costs n_columns² instead of n_rows × n_columns, and linfa leaves out its estimate of
/// the coefficients' variance, an inverse that is not asked for, because it takes more rows than that.
fn condense(columns: &Standardized, y: &[f64], cancel: &CancelToken) -> Result<(Array2<f64>, Array1<f64>), LearnError> {
    let (rows, target) = if columns.z.nrows() > columns.z.ncols() {
        let cholesky = Cholesky::new(gram(columns.z.view(), cancel)?.view(), cancel)?;
        (cholesky.factor(), Array1::from(cholesky.solve_half(&columns.transposed_times(y))))
    } else {
        (columns.z.clone(), Array1::from(y.to_vec()))
    };
    // Coordinate descent reads columns: let each lie in one piece.
    let mut by_column = Array2::zeros(rows.dim().f());
    by_column.assign(&rows);
    Ok((by_column, target))
}

impl Estimator for ElasticNet {
    fn name(&self) -> &'static str {
        "elastic_net"
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
        let mut columns = Standardized::new(x, cx.matrix, cx.cancel)?;
        let (scale, mut y) = ridge::standardize_target(numbers_of(y)?);
        let means = row_weights.map(|weights| columns.weigh(&mut y, &weights));
        let weights = self.weights(&columns, &y, cx.cancel)?;
        Ok(Predictor::Linear(ridge::least_squares_predictor(self.name(), &columns, weights, scale, means.as_ref())?))
    }
}
