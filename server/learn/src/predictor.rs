//! Asking a fitted learner: probabilities or a number for one row, and how each column moved it.

mod blend;
mod ready;

pub use blend::{BlendMember, BlendPredictor};
pub use ready::ReadyPredictor;

use mlwright_base::CancelToken;
use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use crate::{LearnError, Predictor};

/// Rows predicted by one piece of parallel work.
/// Few, so that work that is cancelled ends soon where a prediction takes a millisecond.
const ROWS_PER_PIECE: usize = 256;

/// How a raw margin becomes a prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// The margin is the prediction: a number, or class frequencies.
    Identity,
    /// One margin, the log-odds of the second class; two probabilities.
    Logistic,
    /// One margin per class; probabilities by softmax.
    Softmax,
    /// One margin, the logarithm of a positive number.
    Log,
}

/// exp of it is the largest number of its kind, nearly.
const MARGIN_LOG_MAX: f64 = 709.0;

impl Link {
    /// How many numbers a prediction has for this many margins.
    #[must_use]
    pub fn n_outputs(self, n_margins: usize) -> usize {
        match self {
            Self::Identity | Self::Softmax | Self::Log => n_margins,
            Self::Logistic => 2,
        }
    }

    /// Turns margins into a prediction in place. The first `n_margins` numbers of `out` are the
    /// margins; afterwards all of it is the prediction. Neither overflows for any finite margin.
    pub fn apply(self, out: &mut [f64]) {
        match self {
            Self::Identity => {}
            Self::Logistic => {
                let margin = out[0];
                let tail = (-margin.abs()).exp();
                let (small, large) = (tail / (1.0 + tail), 1.0 / (1.0 + tail));
                (out[0], out[1]) = if margin >= 0.0 { (small, large) } else { (large, small) };
            }
            Self::Softmax => softmax(out),
            // Beyond it the number would be infinite.
            Self::Log => out[0] = out[0].min(MARGIN_LOG_MAX).exp(),
        }
    }
}

impl Link {
    /// How fast an output of this prediction grows with a margin.
    pub(crate) fn slope(self, prediction: &[f64], output: usize, margin: usize) -> f64 {
        match self {
            Self::Identity => f64::from(u8::from(output == margin)),
            Self::Log => {
                if output == margin {
                    prediction[output]
                } else {
                    0.0
                }
            }
            Self::Logistic => {
                let slope = prediction[0] * prediction[1];
                if output == 1 { slope } else { -slope }
            }
            Self::Softmax => prediction[output] * (f64::from(u8::from(output == margin)) - prediction[margin]),
        }
    }
}

/// The logistic function, 1 / (1 + exp(−margin)), without overflow.
#[must_use]
pub(crate) fn sigmoid(margin: f64) -> f64 {
    let tail = (-margin.abs()).exp();
    if margin >= 0.0 { 1.0 / (1.0 + tail) } else { tail / (1.0 + tail) }
}

/// Replaces margins by exp(margin) / Σ exp(margin), without overflow.
pub(crate) fn softmax(margins: &mut [f64]) {
    let largest = margins.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut total = 0.0;
    for margin in margins.iter_mut() {
        *margin = (*margin - largest).exp();
        total += *margin;
    }
    for margin in margins.iter_mut() {
        *margin /= total;
    }
}

/// How each column moved one prediction, on the scale of the raw margin: for each margin,
/// `base + Σ values = margin` (to rounding).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contributions {
    /// The expected margin over the training rows, shape `(n_margins,)`. There is one margin for a
    /// number and for two classes under [`Link::Logistic`] (the log-odds of the second class), else
    /// one per class.
    pub base: Vec<f64>,
    /// Shape `(n_margins, n_columns)`.
    pub values: Vec<Vec<f64>>,
    /// How margins become the prediction.
    pub link: Link,
}

impl Predictor {
    /// How many numbers [`Predictor::predict_row`] writes: the number of classes, or 1.
    #[must_use]
    pub fn n_outputs(&self) -> usize {
        match self {
            Self::Constant(values) => values.len(),
            Self::Linear(linear) => linear.link.n_outputs(linear.intercepts.len()),
            Self::Trees(trees) => trees.link.n_outputs(trees.base.len()),
            Self::NaiveBayes(bayes) => bayes.log_priors.len(),
            Self::Neighbors(neighbors) => neighbors.n_outputs(),
            Self::Svm(svm) => svm.n_outputs(),
            Self::Blend(blend) => blend.n_outputs(),
        }
    }

    /// How many margins there are; see [`Contributions::base`].
    #[must_use]
    pub fn n_margins(&self) -> usize {
        match self {
            Self::Constant(values) => values.len(),
            Self::Linear(linear) => linear.intercepts.len(),
            Self::Trees(trees) => trees.base.len(),
            Self::NaiveBayes(bayes) => bayes.n_margins(),
            Self::Neighbors(neighbors) => neighbors.n_outputs(),
            Self::Svm(svm) => svm.n_outputs(),
            Self::Blend(blend) => blend.n_outputs(),
        }
    }

    /// How margins become the prediction.
    #[must_use]
    pub fn link(&self) -> Link {
        match self {
            Self::Constant(_) | Self::Neighbors(_) | Self::Svm(_) | Self::Blend(_) => Link::Identity,
            Self::NaiveBayes(bayes) => bayes.link(),
            Self::Linear(linear) => linear.link,
            Self::Trees(trees) => trees.link,
        }
    }

    /// Writes the raw margins of one row. Does not allocate, but for nearest neighbours
    /// and support vectors, whose distances are gathered.
    ///
    /// # Panics
    /// When `x` has fewer columns than the learner saw, or `out` is not [`Predictor::n_margins`] long.
    pub fn margin_row(&self, x: &[f64], out: &mut [f64]) {
        match self {
            Self::Constant(values) => out.copy_from_slice(values),
            Self::Linear(linear) => linear.margins(x, out),
            Self::Trees(trees) => trees.margins(x, out),
            Self::NaiveBayes(bayes) => bayes.margins(x, out),
            Self::Neighbors(neighbors) => neighbors.predict(x, out),
            Self::Svm(svm) => svm.predict(x, out),
            Self::Blend(blend) => blend.predict(x, out),
        }
    }

    /// Writes the prediction of one row: probabilities (which add up to 1) in the order of the class
    /// codes, or the number. Allocates as little as [`Predictor::margin_row`].
    ///
    /// # Panics
    /// When `x` has fewer columns than the learner saw, or `out` is not [`Predictor::n_outputs`] long.
    pub fn predict_row(&self, x: &[f64], out: &mut [f64]) {
        let n_margins = self.n_margins();
        self.margin_row(x, &mut out[..n_margins]);
        self.link().apply(out);
    }

    /// The predictions of many rows, shape `(n_samples, n_outputs)`; row by row they are those of
    /// [`Predictor::predict_row`].
    ///
    /// # Errors
    /// [`LearnError::Cancelled`].
    ///
    /// # Panics
    /// When `x` has fewer columns than the learner saw.
    pub fn predict(&self, x: ArrayView2<'_, f64>, cancel: &CancelToken) -> Result<Array2<f64>, LearnError> {
        ReadyPredictor::new(self).predict(x, cancel)
    }

    /// How each matrix column moved the prediction of one row: exact Shapley values. Linear models
    /// take columns as independent (Štrumbelj & Kononenko 2014), trees follow the training rows'
    /// paths (Lundberg et al. 2020).
    ///
    /// `None` where the margin is no sum over columns that could be had at the price of a prediction:
    /// nearest neighbours, and support vectors of a curved kernel. Permutation importance says what such a model relies on.
    #[must_use]
    pub fn contributions(&self, x: &[f64]) -> Option<Contributions> {
        Some(match self {
            Self::Constant(values) => Contributions {
                base: values.clone(),
                values: vec![vec![0.0; x.len()]; values.len()],
                link: Link::Identity,
            },
            Self::Linear(linear) => linear.contributions(x),
            Self::Trees(trees) => trees.contributions(x),
            Self::NaiveBayes(bayes) => bayes.contributions(x),
            Self::Neighbors(_) | Self::Svm(_) => return None,
            Self::Blend(blend) => return blend.contributions(x),
        })
    }

    /// How much each matrix column mattered in the fit, adding up to 1 (all zero when none did):
    /// total gain for trees, |coefficient| × standard deviation for linear models.
    #[must_use]
    pub fn importance(&self) -> Option<Vec<f64>> {
        let raw = match self {
            Self::Constant(_) | Self::NaiveBayes(_) | Self::Neighbors(_) | Self::Svm(_) => return None,
            Self::Linear(linear) => linear.importance(),
            Self::Trees(trees) => trees.gain.clone(),
            Self::Blend(blend) => blend.importance(blend.n_columns())?,
        };
        let total: f64 = raw.iter().sum();
        Some(if total > 0.0 { raw.iter().map(|value| value / total).collect() } else { raw })
    }

    /// The number of boosting rounds kept (the best one under early stopping).
    #[must_use]
    pub fn n_rounds(&self) -> Option<usize> {
        match self {
            Self::Trees(trees) => trees.n_rounds,
            _ => None,
        }
    }

    /// Checks that a predictor read from a file can be asked about rows of `n_columns` columns
    /// without going out of bounds or in circles.
    ///
    /// # Errors
    /// [`LearnError::ModelFile`] that says what does not fit.
    pub fn check(&self, n_columns: usize) -> Result<(), LearnError> {
        match self {
            Self::Constant(values) if values.is_empty() => {
                Err(LearnError::ModelFile("the constant prediction is empty".to_owned()))
            }
            Self::Constant(_) => Ok(()),
            Self::Linear(linear) => linear.check(n_columns),
            Self::Trees(trees) => trees.check(n_columns),
            Self::NaiveBayes(bayes) => bayes.check(n_columns),
            Self::Neighbors(neighbors) => neighbors.check(n_columns),
            Self::Svm(svm) => svm.check(n_columns),
            Self::Blend(blend) => blend.check(n_columns),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_stable_and_add_up_to_one() {
        let mut out = [0.0, 0.0];
        Link::Logistic.apply(&mut out);
        assert_eq!(out, [0.5, 0.5]);
        for margin in [-1e4, -40.0, 3.0, 1e4, f64::MAX] {
            let mut out = [margin, 0.0];
            Link::Logistic.apply(&mut out);
            assert!((out[0] + out[1] - 1.0).abs() < 1e-15, "{margin}: {out:?}");
            assert_eq!(out[1], sigmoid(margin));
        }
        let mut out = [1e300, 1e300, -1e300];
        Link::Softmax.apply(&mut out);
        assert_eq!(out, [0.5, 0.5, 0.0]);
    }

    #[test]
    fn a_constant_predictor_answers_the_same_for_every_row() {
        let predictor = Predictor::Constant(vec![0.25, 0.75]);
        let mut out = [0.0; 2];
        predictor.predict_row(&[1.0, f64::NAN], &mut out);
        assert_eq!(out, [0.25, 0.75]);
        let contributions = predictor.contributions(&[1.0, 2.0]).expect("constant has contributions");
        assert_eq!(contributions.values, vec![vec![0.0; 2]; 2]);
        assert_eq!(predictor.importance(), None);
    }
}
