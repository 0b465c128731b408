//! Linear regression with an L1 and an L2 penalty, by coordinate descent.
//!
//! linfa-elasticnet 0.8.1 is not used: it can be neither cancelled nor told weights, and each of its sweeps
//! costs two passes over the rows where ZᵀZ is enough. A test compares the two.

use mlwright_base::{CancelToken, Cancelled};
use ndarray::{Array2, ArrayView1, ArrayView2};
use serde::{Deserialize, Serialize};

use super::ridge;
use super::standardized::{Standardized, gram};
use crate::contract::Preparation;
use crate::learners::{check_rows, described, in_range, numbers_of, refuse_start};
use crate::weights::{ClassWeight, row_weights};
use crate::{Estimator, FitContext, LearnError, Predictor, Target, Task};

/// The largest slope of the mean squares at which the descent ends.
const TOLERANCE: f64 = 1e-8;
/// The most sweeps over columns; a hundred are usual, some thousands it takes where columns say nearly the
/// same and the penalty is weak.
const SWEEPS_MAX: usize = 20_000;
/// The most columns whose products with each other are kept: half a gigabyte.
const GRAM_COLUMNS_MAX: usize = 8192;
/// Columns moved between two looks at the cancel token.
const COLUMNS_BETWEEN_LOOKS: usize = 128;

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
            return Ok(ridge::solve(columns, y, self.alpha * n_rows, cancel)?);
        }
        let penalty =
            Penalty { l1: self.alpha * self.l1_ratio * n_rows, l2: self.alpha * (1.0 - self.l1_ratio) * n_rows };
        // The slope of the mean squares, of columns and target whose variance is 1.
        let tolerance = TOLERANCE * n_rows;
        Ok(if columns.z.ncols() <= columns.z.nrows().min(GRAM_COLUMNS_MAX) {
            descend(&mut ByColumns::new(columns, y, cancel)?, penalty, tolerance, cancel)?
        } else {
            descend(&mut ByRows::new(columns, y), penalty, tolerance, cancel)?
        })
    }
}

#[derive(Clone, Copy)]
struct Penalty {
    l1: f64,
    l2: f64,
}

/// What coordinate descent asks of ½ ‖y − Z w‖².
trait Squares {
    /// z·z of each column.
    fn diagonal(&self) -> &[f64];
    /// z·(y − Z w) of a column.
    fn slope(&self, column: usize) -> f64;
    /// Takes in that a weight was moved.
    fn moved(&mut self, column: usize, by: f64);
}

/// All slopes kept up with each move, from ZᵀZ: a column that does not move costs nothing, one that does
/// n_columns (Friedman, Hastie & Tibshirani 2010, §2.2).
struct ByColumns {
    gram: Array2<f64>,
    diagonal: Vec<f64>,
    slopes: Vec<f64>,
}

impl ByColumns {
    fn new(columns: &Standardized, y: &[f64], cancel: &CancelToken) -> Result<Self, Cancelled> {
        let gram = gram(columns.z.view(), cancel)?;
        Ok(Self { diagonal: gram.diag().to_vec(), gram, slopes: columns.transposed_times(y) })
    }
}

impl Squares for ByColumns {
    fn diagonal(&self) -> &[f64] {
        &self.diagonal
    }

    fn slope(&self, column: usize) -> f64 {
        self.slopes[column]
    }

    fn moved(&mut self, column: usize, by: f64) {
        self.slopes.iter_mut().zip(self.gram.row(column)).for_each(|(slope, product)| *slope -= by * product);
    }
}

/// The residuals kept up with each move: for more columns than rows, whose ZᵀZ would be larger than Z.
struct ByRows {
    /// Zᵀ, so that a column lies in one piece.
    columns: Array2<f64>,
    diagonal: Vec<f64>,
    residuals: Vec<f64>,
}

impl ByRows {
    fn new(columns: &Standardized, y: &[f64]) -> Self {
        let columns = columns.z.t().as_standard_layout().into_owned();
        let diagonal = columns.rows().into_iter().map(|column| column.dot(&column)).collect();
        Self { columns, diagonal, residuals: y.to_vec() }
    }
}

impl Squares for ByRows {
    fn diagonal(&self) -> &[f64] {
        &self.diagonal
    }

    fn slope(&self, column: usize) -> f64 {
        self.columns.row(column).dot(&ArrayView1::from(&self.residuals))
    }

    fn moved(&mut self, column: usize, by: f64) {
        self.residuals.iter_mut().zip(self.columns.row(column)).for_each(|(residual, value)| *residual -= by * value);
    }
}

/// Coordinate descent: sweeps over all columns, and between them over those whose weight is not 0 until
/// these have settled. Ends when no slope of the penalised squares is above `tolerance`.
fn descend(
    squares: &mut impl Squares,
    penalty: Penalty,
    tolerance: f64,
    cancel: &CancelToken,
) -> Result<Vec<f64>, Cancelled> {
    let n_columns = squares.diagonal().len();
    let mut weights = vec![0.0; n_columns];
    let all: Vec<usize> = (0..n_columns).collect();
    let mut sweeps = 0;
    while sweeps < SWEEPS_MAX {
        let worst = sweep(squares, penalty, &mut weights, &all, cancel)?;
        sweeps += 1;
        if worst <= tolerance {
            break;
        }
        let active: Vec<usize> = all.iter().copied().filter(|&column| weights[column] != 0.0).collect();
        while sweeps < SWEEPS_MAX {
            let worst = sweep(squares, penalty, &mut weights, &active, cancel)?;
            sweeps += 1;
            if worst <= tolerance {
                break;
            }
        }
    }
    Ok(weights)
}

/// Moves each column's weight to its best value, given the others. Gives the largest slope found on the
/// way.
fn sweep(
    squares: &mut impl Squares,
    penalty: Penalty,
    weights: &mut [f64],
    columns: &[usize],
    cancel: &CancelToken,
) -> Result<f64, Cancelled> {
    let mut worst = 0.0_f64;
    for part in columns.chunks(COLUMNS_BETWEEN_LOOKS) {
        cancel.check()?;
        for &column in part {
            let (before, diagonal) = (weights[column], squares.diagonal()[column]);
            let pull = squares.slope(column) + diagonal * before;
            let after = pull.signum() * (pull.abs() - penalty.l1).max(0.0) / (diagonal + penalty.l2);
            if after != before {
                // The curvature times the move is the slope that was left along this column.
                worst = worst.max((after - before).abs() * (diagonal + penalty.l2));
                weights[column] = after;
                squares.moved(column, after - before);
            }
        }
    }
    Ok(worst)
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
        let means = row_weights.map(|weights| columns.weigh(&mut y, &weights, cx.cancel)).transpose()?;
        let weights = self.weights(&columns, &y, cx.cancel)?;
        Ok(Predictor::Linear(ridge::least_squares_predictor(self.name(), &columns, weights, scale, means.as_ref())?))
    }
}
