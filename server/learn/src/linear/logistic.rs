//! Logistic regression for two classes, softmax regression for more.
//!
//! linfa-logistic 0.8.1 is not used: it can be neither cancelled nor followed, it has no L1 penalty and
//! no weights, its two-class fit was measured at twelve times the time of scikit-learn's, and for more
//! classes it takes one maximum over all rows before the exponential and cuts the sum at 1e-15, which is
//! wrong for rows whose margins lie far below. A test compares the two where linfa is sound.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::descent::Descent;
use super::objective::{Objective, RowLoss};
use super::proximal;
use super::standardized::Standardized;
use crate::contract::Preparation;
use crate::learners::{check_rows, classes_of, described, in_range, refuse_start};
use crate::predictor::Link;
use crate::weights::{ClassWeight, row_weights};
use crate::{Estimator, FitContext, LearnError, Predictor, Target, Task};

/// Minimises c Σ loss + l1_ratio ‖w‖₁ + ½ (1 − l1_ratio) ‖w‖² over standardised columns: scikit-learn's
/// `LogisticRegression` (multinomial for three or more classes) behind its `StandardScaler`. Intercepts
/// are not penalised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogisticRegression {
    /// Inverse strength of the penalty, above 0. The default 1 is scikit-learn's.
    pub c: f64,
    /// Share of the L1 penalty in [0, 1]: 0, the default, keeps every column, 1 drops those that say
    /// little beside the others.
    pub l1_ratio: f64,
    /// How much the rows of each class count; `balanced` is scikit-learn's `class_weight="balanced"`.
    pub class_weight: ClassWeight,
    /// The most iterations, at least 1. Standardised columns rarely need more than a hundred; the
    /// default 1000 is for classes that can be told apart without error, under a weak penalty.
    pub max_iterations: usize,
    /// The largest slope of the mean loss at which the descent stops, above 0. Scikit-learn's default is
    /// 1e-4; the default 1e-5 comes ten times nearer to the minimum in about the same time.
    pub tolerance: f64,
}

impl Default for LogisticRegression {
    fn default() -> Self {
        Self { c: 1.0, l1_ratio: 0.0, class_weight: ClassWeight::Equal, max_iterations: 1000, tolerance: 1e-5 }
    }
}

impl LogisticRegression {
    pub(crate) fn checked(self) -> Result<Self, LearnError> {
        in_range("c", self.c, |c| c > 0.0, "above 0")?;
        in_range("l1_ratio", self.l1_ratio, |ratio| (0.0..=1.0).contains(&ratio), "from 0 to 1")?;
        in_range("max_iterations", self.max_iterations as f64, |n| (1.0..=1e6).contains(&n), "from 1 to 1000000")?;
        in_range("tolerance", self.tolerance, |tolerance| tolerance > 0.0, "above 0")?;
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
        refuse_start(self.name(), cx)?;
        let (codes, n_classes) = classes_of(y)?;
        let weights = row_weights(y, cx.weights, self.class_weight)?;
        let columns = Standardized::new(x, cx.matrix, cx.cancel)?;
        let width = columns.z.ncols();
        let n_margins = if n_classes == 2 { 1 } else { n_classes };
        let strength = 1.0 / (self.c * codes.len() as f64);
        let objective = Objective {
            z: columns.z.view(),
            loss: CrossEntropy { codes },
            row_weights: weights.as_deref(),
            n_margins,
            penalty: (1.0 - self.l1_ratio) * strength,
        };
        let mut point = vec![0.0; n_margins * width];
        point.extend(start(codes, n_classes, weights.as_deref()));
        let l1 = proximal::L1 { strength: self.l1_ratio * strength, n_weights: n_margins * width };
        let (learner, tolerance, max_iterations) = (self.name(), self.tolerance, self.max_iterations);
        let descent = Descent { learner, tolerance, max_iterations, cx };
        descent.minimize(&objective, (self.l1_ratio != 0.0).then_some(l1), &mut point)?;
        let weights: Vec<Vec<f64>> =
            (0..n_margins).map(|margin| point[margin * width..(margin + 1) * width].to_vec()).collect();
        let mut intercepts = point[n_margins * width..].to_vec();
        if n_margins > 1 {
            // Softmax does not change when all margins move: let the intercepts add up to 0.
            let mean = intercepts.iter().sum::<f64>() / intercepts.len() as f64;
            intercepts.iter_mut().for_each(|intercept| *intercept -= mean);
        }
        let link = if n_margins == 1 { Link::Logistic } else { Link::Softmax };
        Ok(Predictor::Linear(columns.predictor(self.name(), &weights, &intercepts, 1.0, link)?))
    }
}

/// Intercepts that give the classes' weighted frequencies; a class that does not occur counts as half
/// a row.
fn start(codes: &[u32], n_classes: usize, weights: Option<&[f64]>) -> Vec<f64> {
    let mut sums = vec![0.0; n_classes];
    for (row, &code) in codes.iter().enumerate() {
        sums[code as usize] += weights.map_or(1.0, |weights| weights[row]);
    }
    let logs = sums.iter().map(|sum| sum.max(0.5).ln());
    let least: f64 = logs.clone().next().unwrap_or(0.0);
    if n_classes == 2 { logs.skip(1).map(|log| log - least).collect() } else { logs.collect() }
}

/// −log p(class).
pub(super) struct CrossEntropy<'a> {
    pub codes: &'a [u32],
}

impl RowLoss for CrossEntropy<'_> {
    fn row(&self, row: usize, margins: &mut [f64], _extra: f64) -> (f64, f64) {
        let code = self.codes[row];
        if let [margin] = margins {
            let toward = if code == 1 { *margin } else { -*margin };
            let tail = (-margin.abs()).exp();
            let probability = if *margin >= 0.0 { 1.0 } else { tail } / (1.0 + tail);
            *margin = probability - f64::from(code);
            return ((-toward).max(0.0) + tail.ln_1p(), 0.0);
        }
        let code = code as usize;
        let largest = margins.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let toward = margins[code] - largest;
        let mut total = 0.0;
        for margin in margins.iter_mut() {
            *margin = (*margin - largest).exp();
            total += *margin;
        }
        margins.iter_mut().for_each(|margin| *margin /= total);
        margins[code] -= 1.0;
        (total.ln() - toward, 0.0)
    }
}
