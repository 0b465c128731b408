//! Logistic regression for two classes, softmax regression for more.
//!
//! linfa-logistic 0.8.1 is not used: it can be neither cancelled nor followed, its two-class fit was
//! measured at twelve times the time of scikit-learn's, and for more classes it takes one maximum
//! over all rows before the exponential and cuts the sum at 1e-15, which is wrong for rows whose
//! margins lie far below. A test compares the two where linfa is sound.

use std::ops::ControlFlow;

use mlwright_base::Progress;
use ndarray::{ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::lbfgs;
use super::standardized::Standardized;
use crate::baseline::start_shares;
use crate::contract::Preparation;
use crate::learners::{check_rows, classes_of, described, in_range};
use crate::predictor::{Link, sigmoid, softmax};
use crate::{Estimator, FitContext, LearnError, Predictor, Target, Task};

/// The largest slope, of the mean loss, at which the descent stops; scikit-learn's default is 1e-4.
const TOLERANCE: f64 = 1e-7;
/// Rows are added up in this many pieces at most, so that the number of threads does not matter.
const PIECES_MAX: usize = 64;
/// The fewest rows of a piece.
const PIECE_ROWS_MIN: usize = 256;
/// Minimises ½ ‖w‖² + c Σ loss over standardised columns: scikit-learn's `LogisticRegression`
/// (multinomial for three or more classes) behind its `StandardScaler`. Intercepts are not penalised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogisticRegression {
    /// Inverse strength of the penalty, above 0. The default 1 is scikit-learn's.
    pub c: f64,
    /// The most iterations, at least 1. Standardised columns rarely need more than a hundred; the
    /// default 1000 is for classes that can be told apart without error, under a weak penalty.
    pub max_iterations: usize,
}

impl Default for LogisticRegression {
    fn default() -> Self {
        Self { c: 1.0, max_iterations: 1000 }
    }
}

impl LogisticRegression {
    pub(crate) fn checked(self) -> Result<Self, LearnError> {
        in_range("c", self.c, |c| c > 0.0, "above 0")?;
        in_range("max_iterations", self.max_iterations as f64, |n| (1.0..=1e6).contains(&n), "from 1 to 1000000")?;
        Ok(self)
    }
}

impl Estimator for LogisticRegression {
    fn name(&self) -> &'static str {
        "logistic_regression"
    }

    fn parameters(&self) -> Vec<(String, serde_json::Value)> {
        described(self)
    }

    fn preparation(&self) -> Preparation {
        Preparation::Dense
    }

    fn supports(&self, task: Task) -> bool {
        task != Task::Regression
    }

    fn gives_what_it_has(&self) -> bool {
        true
    }

    fn fit(&self, x: ArrayView2<'_, f64>, y: &Target, cx: &FitContext<'_>) -> Result<Predictor, LearnError> {
        check_rows(x, y)?;
        let (codes, n_classes) = classes_of(y)?;
        let columns = Standardized::new(x, cx.matrix, cx.cancel)?;
        let width = columns.z.ncols();
        let loss = Loss::new(&columns, codes, n_classes, self.c);
        let mut point = loss.start();
        let total = self.max_iterations as f64;
        let least = lbfgs::minimize(
            &mut point,
            TOLERANCE,
            self.max_iterations,
            |point, gradient| loss.evaluate(point, gradient),
            |iteration| {
                cx.progress.report(Progress::of(iteration as f64, total, format!("iteration {}", iteration + 1)));
                cx.cancel.check()?;
                Ok(if cx.is_enough() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            },
        )?;
        if !least.is_finite() {
            return Err(LearnError::Fit { learner: self.name().to_owned(), message: format!("the loss is {least}") });
        }
        cx.progress.report(Progress::of(total, total, "converged"));
        let weights: Vec<Vec<f64>> =
            (0..loss.n_margins).map(|margin| point[margin * width..(margin + 1) * width].to_vec()).collect();
        let mut intercepts = point[loss.n_margins * width..].to_vec();
        if loss.n_margins > 1 {
            // Softmax does not change when all margins move: let the intercepts add up to 0.
            let mean = intercepts.iter().sum::<f64>() / intercepts.len() as f64;
            intercepts.iter_mut().for_each(|intercept| *intercept -= mean);
        }
        let link = if loss.n_margins == 1 { Link::Logistic } else { Link::Softmax };
        Ok(Predictor::Linear(columns.predictor(self.name(), &weights, &intercepts, 1.0, link)?))
    }
}

/// The mean loss with its penalty. A point holds the weights of each margin, then the intercepts.
struct Loss<'a> {
    z: ArrayView2<'a, f64>,
    codes: &'a [u32],
    n_classes: usize,
    n_margins: usize,
    /// Weight of ½ ‖w‖² beside the mean loss.
    penalty: f64,
    piece_rows: usize,
}

impl<'a> Loss<'a> {
    fn new(columns: &'a Standardized, codes: &'a [u32], n_classes: usize, c: f64) -> Self {
        let n_rows = codes.len();
        let n_margins = if n_classes == 2 { 1 } else { n_classes };
        let piece_rows = n_rows.div_ceil(PIECES_MAX).max(PIECE_ROWS_MIN);
        Self { z: columns.z.view(), codes, n_classes, n_margins, penalty: 1.0 / (c * n_rows as f64), piece_rows }
    }

    /// No weights, and intercepts that give the classes' frequencies.
    fn start(&self) -> Vec<f64> {
        let shares = start_shares(self.codes, self.n_classes);
        let mut point = vec![0.0; self.n_margins * self.z.ncols()];
        if self.n_margins == 1 {
            point.push((shares[1] / shares[0]).ln());
        } else {
            point.extend(shares.iter().map(|share| share.ln()));
        }
        point
    }

    /// Fills the gradient and gives the value. Pieces of rows are done in parallel and added up in order.
    fn evaluate(&self, point: &[f64], gradient: &mut [f64]) -> f64 {
        let n_rows = self.codes.len() as f64;
        let pieces: Vec<(f64, Vec<f64>)> = self
            .z
            .axis_chunks_iter(Axis(0), self.piece_rows)
            .into_par_iter()
            .zip(self.codes.par_chunks(self.piece_rows))
            .map(|(rows, codes)| self.piece(rows, codes, point))
            .collect();
        let mut value = 0.0;
        gradient.fill(0.0);
        for (loss, part) in &pieces {
            value += loss;
            gradient.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
        value /= n_rows;
        gradient.iter_mut().for_each(|slope| *slope /= n_rows);
        let n_weights = self.n_margins * self.z.ncols();
        for (slope, weight) in gradient.iter_mut().zip(&point[..n_weights]) {
            *slope += self.penalty * weight;
            value += 0.5 * self.penalty * weight * weight;
        }
        value
    }

    fn piece(&self, rows: ArrayView2<'_, f64>, codes: &[u32], point: &[f64]) -> (f64, Vec<f64>) {
        let width = self.z.ncols();
        let n_weights = self.n_margins * width;
        let weights: Vec<ArrayView1<'_, f64>> =
            (0..self.n_margins).map(|margin| ArrayView1::from(&point[margin * width..(margin + 1) * width])).collect();
        let mut loss = 0.0;
        let mut gradient = vec![0.0; point.len()];
        let mut margins = vec![0.0; self.n_margins];
        for (row, &code) in rows.rows().into_iter().zip(codes) {
            for ((margin, weights), intercept) in margins.iter_mut().zip(&weights).zip(&point[n_weights..]) {
                *margin = row.dot(weights) + intercept;
            }
            loss += residuals(&mut margins, code);
            for (margin, residual) in margins.iter().enumerate() {
                let part = &mut gradient[margin * width..(margin + 1) * width];
                part.iter_mut().zip(row).for_each(|(sum, z)| *sum += residual * z);
                gradient[n_weights + margin] += residual;
            }
        }
        (loss, gradient)
    }
}

/// Replaces the margins of a row by probability − (1 for the row's class, else 0); gives −log p(class).
fn residuals(margins: &mut [f64], code: u32) -> f64 {
    if let [margin] = margins {
        let toward = if code == 1 { *margin } else { -*margin };
        *margin = sigmoid(*margin) - f64::from(code);
        return (-toward).max(0.0) + (-toward.abs()).exp().ln_1p();
    }
    let code = code as usize;
    let largest = margins.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = margins.iter().map(|margin| (margin - largest).exp()).sum();
    let loss = largest + total.ln() - margins[code];
    softmax(margins);
    margins[code] -= 1.0;
    loss
}
