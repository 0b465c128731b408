//! Linear models: a weighted sum of columns under the identity, logarithmic, logistic or softmax
//! link.
//!
//! All of them work on columns that are centred and divided by their standard deviation
//! (`standardized.rs`) and give coefficients for the columns as they came. Scikit-learn 1.x agrees;
//! see the tests for how closely.
//!
//! None of them is linfa's. Least squares is not: with columns that depend on others, as all levels of a
//! category do, linfa-linear 0.8.1 either gives up or divides by rounding errors, depending on whether
//! these happen to be zero. Why elastic net and logistic regression are not, is said there; generalised
//! linear models and Huber's regression linfa does not have.

pub(crate) mod cholesky;
mod descent;
pub mod elastic_net;
pub mod glm;
pub mod huber;
pub(crate) mod lbfgs;
pub mod logistic;
mod objective;
mod proximal;
pub mod ridge;
pub(crate) mod standardized;

use serde::{Deserialize, Serialize};

use crate::LearnError;
use crate::predictor::{Contributions, Link};

/// A fitted linear model: margin = intercept + Σ coefficient × column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearPredictor {
    /// Shape `(n_margins, n_columns)`.
    pub coefficients: Vec<Vec<f64>>,
    /// Shape `(n_margins,)`.
    pub intercepts: Vec<f64>,
    /// How margins become the prediction.
    pub link: Link,
    /// The training rows' mean of each column: what contributions are measured from.
    pub means: Vec<f64>,
    /// The training rows' population standard deviation of each column (0 when constant).
    pub deviations: Vec<f64>,
}

impl LinearPredictor {
    pub(crate) fn margins(&self, x: &[f64], out: &mut [f64]) {
        for ((out, intercept), coefficients) in out.iter_mut().zip(&self.intercepts).zip(&self.coefficients) {
            *out = intercept + coefficients.iter().zip(x).map(|(coefficient, value)| coefficient * value).sum::<f64>();
        }
    }

    /// coefficient × (value − mean), which is the exact Shapley value of a linear model whose columns
    /// are independent (Štrumbelj & Kononenko 2014; `LinearExplainer` of the Python package `shap`).
    pub(crate) fn contributions(&self, x: &[f64]) -> Contributions {
        let moved = |coefficients: &Vec<f64>| -> Vec<f64> {
            coefficients.iter().zip(x).zip(&self.means).map(|((c, value), mean)| c * (value - mean)).collect()
        };
        let mut base = vec![0.0; self.intercepts.len()];
        self.margins(&self.means, &mut base);
        Contributions { base, values: self.coefficients.iter().map(moved).collect(), link: self.link }
    }

    pub(crate) fn importance(&self) -> Vec<f64> {
        let size = |column: usize| self.coefficients.iter().map(|row| row[column].abs()).sum::<f64>();
        self.deviations.iter().enumerate().map(|(column, deviation)| size(column) * deviation).collect()
    }

    pub(crate) fn check(&self, n_columns: usize) -> Result<(), LearnError> {
        let n_margins = self.intercepts.len();
        let fits = n_margins > 0
            && (!matches!(self.link, Link::Logistic | Link::Log) || n_margins == 1)
            && self.coefficients.len() == n_margins
            && self.coefficients.iter().all(|row| row.len() == n_columns)
            && self.means.len() == n_columns
            && self.deviations.len() == n_columns;
        if fits {
            Ok(())
        } else {
            Err(LearnError::ModelFile(format!("the linear model's shape does not fit {n_columns} columns")))
        }
    }
}

#[cfg(test)]
mod tests;
