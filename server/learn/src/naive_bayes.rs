//! Gaussian naive Bayes: each class's columns are independent normal variables.
//!
//! linfa-bayes 0.8.1 is not used. It keeps its classes in a hash map with a random seed behind private
//! fields, so that equal models give other bytes on each run and nothing but whole matrices can be
//! asked; and it cannot weigh rows. Its means and variances are the ones here.

use std::f64::consts::PI;

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::contract::Preparation;
use crate::learners::{check_rows, classes_of, described, in_range, refuse_start};
use crate::predictor::{Contributions, Link};
use crate::weights::{ClassWeight, row_weights};
use crate::{Estimator, FitContext, LearnError, Predictor, Target, Task};

/// Rows between two looks at the cancel token.
const CHUNK_ROWS: usize = 1024;
/// A standard deviation that is a smaller share of the mean is none.
const ROUNDING: f64 = 1e-13;
/// No log-likelihood is taken as less, so that differences of two stay numbers.
const LOG_LIKELIHOOD_MIN: f64 = -1e300;

/// Scikit-learn's `GaussianNB`, whose probabilities agree to rounding. Cheap, and poor where columns
/// depend on each other: it then takes the same evidence twice and is too sure of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NaiveBayes {
    /// Added to every variance, as a share of the largest column's variance, so that a column that does
    /// not vary within a class divides by no zero; above 0. The default 1e-9 is scikit-learn's.
    pub var_smoothing: f64,
}

impl Default for NaiveBayes {
    fn default() -> Self {
        Self { var_smoothing: 1e-9 }
    }
}

impl NaiveBayes {
    pub(crate) fn checked(self) -> Result<Self, LearnError> {
        in_range("var_smoothing", self.var_smoothing, |share| share > 0.0 && share <= 1.0, "above 0, at most 1")?;
        Ok(self)
    }
}

/// A normal distribution of each column for each class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NaiveBayesPredictor {
    /// The logarithm of each class's share of the rows, shape `(n_classes,)`; minus infinity for a class
    /// without rows.
    pub log_priors: Vec<f64>,
    /// Shape `(n_classes, n_columns)`.
    pub means: Vec<Vec<f64>>,
    /// Shape `(n_classes, n_columns)`; above 0.
    pub variances: Vec<Vec<f64>>,
    /// Mean of each column over all rows: what contributions are measured from.
    pub column_means: Vec<f64>,
    /// Population variance of each column over all rows.
    pub column_variances: Vec<f64>,
}

impl NaiveBayesPredictor {
    pub(crate) fn link(&self) -> Link {
        if self.log_priors.len() == 2 { Link::Logistic } else { Link::Softmax }
    }

    pub(crate) fn n_margins(&self) -> usize {
        if self.log_priors.len() == 2 { 1 } else { self.log_priors.len() }
    }

    /// The joint log-likelihood of each class, or of two classes that of the second less the first's.
    pub(crate) fn margins(&self, x: &[f64], out: &mut [f64]) {
        let of = |class: usize| {
            let normals = self.means[class].iter().zip(&self.variances[class]).zip(x);
            let sum: f64 = normals.map(|((mean, variance), x)| log_density((x - mean).powi(2), *variance)).sum();
            // Minus infinity is for a class without rows.
            self.log_priors[class] + sum.max(LOG_LIKELIHOOD_MIN)
        };
        match out {
            [margin] => *margin = of(1) - of(0),
            margins => margins.iter_mut().enumerate().for_each(|(class, margin)| *margin = of(class)),
        }
    }

    /// What each column's density adds to the margin, less its mean over the training rows: exact Shapley
    /// values, because the margin is a sum over columns (Štrumbelj & Kononenko 2014).
    pub(crate) fn contributions(&self, x: &[f64]) -> Contributions {
        let of = |class: usize| -> (f64, Vec<f64>) {
            let mut base = self.log_priors[class];
            let values = x.iter().enumerate().map(|(column, x)| {
                let (mean, variance) = (self.means[class][column], self.variances[class][column]);
                let apart = self.column_variances[column] + (self.column_means[column] - mean).powi(2);
                let expected = log_density(apart, variance);
                base += expected;
                log_density((x - mean).powi(2), variance) - expected
            });
            let values: Vec<f64> = values.collect();
            (base, values)
        };
        let mut classes: Vec<(f64, Vec<f64>)> = (0..self.log_priors.len()).map(of).collect();
        if let [(first_base, first), (base, values)] = classes.as_mut_slice() {
            *base -= *first_base;
            values.iter_mut().zip(first).for_each(|(value, first)| *value -= *first);
            classes.remove(0);
        }
        let (base, values) = classes.into_iter().unzip();
        Contributions { base, values, link: self.link() }
    }

    pub(crate) fn check(&self, n_columns: usize) -> Result<(), LearnError> {
        let n_classes = self.log_priors.len();
        let shaped = |rows: &[Vec<f64>]| rows.len() == n_classes && rows.iter().all(|row| row.len() == n_columns);
        let fits = n_classes >= 2
            && shaped(&self.means)
            && shaped(&self.variances)
            && self.variances.iter().flatten().all(|variance| *variance > 0.0)
            && self.column_means.len() == n_columns
            && self.column_variances.len() == n_columns;
        if fits { Ok(()) } else { Err(LearnError::ModelFile(format!("naive Bayes does not fit {n_columns} columns"))) }
    }
}

/// The logarithm of a normal density, from the squared distance to the mean.
fn log_density(square: f64, variance: f64) -> f64 {
    -0.5 * ((2.0 * PI * variance).ln() + square / variance)
}

impl Estimator for NaiveBayes {
    fn name(&self) -> &'static str {
        "naive_bayes"
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

    fn fit(&self, x: ArrayView2<'_, f64>, y: &Target, cx: &FitContext<'_>) -> Result<Predictor, LearnError> {
        check_rows(x, y)?;
        refuse_start(self.name(), cx)?;
        let (codes, n_classes) = classes_of(y)?;
        let weights = row_weights(y, cx.weights, ClassWeight::Equal)?;
        let weight = |row: usize| weights.as_ref().map_or(1.0, |weights| weights[row]);
        let (n_rows, width) = x.dim();
        let class = |row: usize| codes[row] as usize;

        let mut totals = vec![0.0; n_classes];
        let mut means = vec![vec![0.0; width]; n_classes];
        let mut column_means = vec![0.0; width];
        for (row, values) in x.rows().into_iter().enumerate() {
            if row % CHUNK_ROWS == 0 {
                cx.cancel.check()?;
            }
            let weight = weight(row);
            totals[class(row)] += weight;
            for ((mean, all), value) in means[class(row)].iter_mut().zip(&mut column_means).zip(values) {
                *mean += weight * value;
                *all += value / n_rows as f64;
            }
        }
        for (means, total) in means.iter_mut().zip(&totals).filter(|(_, total)| **total > 0.0) {
            means.iter_mut().for_each(|mean| *mean /= total);
        }
        let mut variances = vec![vec![0.0; width]; n_classes];
        let mut column_variances = vec![0.0; width];
        for (row, values) in x.rows().into_iter().enumerate() {
            if row % CHUNK_ROWS == 0 {
                cx.cancel.check()?;
            }
            let (weight, means, variances) = (weight(row), &means[class(row)], &mut variances[class(row)]);
            for (column, value) in values.iter().enumerate() {
                variances[column] += weight * (value - means[column]).powi(2);
                column_variances[column] += (value - column_means[column]).powi(2) / n_rows as f64;
            }
        }
        // Below this the differences are rounding errors of the mean, not data.
        for (variance, mean) in column_variances.iter_mut().zip(&column_means) {
            if variance.sqrt() <= ROUNDING * mean.abs() {
                *variance = 0.0;
            }
        }
        let largest = column_variances.iter().copied().fold(0.0, f64::max);
        if !largest.is_finite() || !means.iter().flatten().all(|mean| mean.is_finite()) {
            return Err(LearnError::UnsuitableData {
                message: "a column has missing, infinite or very large values, expected finite ones below 1e150"
                    .to_owned(),
                hint: "fill in missing values before naive_bayes, or use a tree learner".to_owned(),
            });
        }
        // When no column varies, any variance says the same.
        let added = if largest > 0.0 { (self.var_smoothing * largest).max(f64::MIN_POSITIVE) } else { 1.0 };
        for (variances, total) in variances.iter_mut().zip(&totals) {
            variances
                .iter_mut()
                .for_each(|variance| *variance = if *total > 0.0 { *variance / total } else { 0.0 } + added);
        }
        let all: f64 = totals.iter().sum();
        let log_priors = totals.iter().map(|total| (total / all).ln()).collect();
        Ok(Predictor::NaiveBayes(NaiveBayesPredictor { log_priors, means, variances, column_means, column_variances }))
    }
}

#[cfg(test)]
mod tests;
