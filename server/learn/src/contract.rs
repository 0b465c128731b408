//! What a learner is: an [`Estimator`] with checked parameters is fitted on a numeric matrix and
//! gives a [`Predictor`], plain data that can be saved, loaded without running code, and asked row by row.

use mlwright_base::{CancelToken, ProgressSink, Seed};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::LearnError;

/// What is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// One of two classes.
    Binary,
    /// One of three or more classes.
    Multiclass,
    /// A number.
    Regression,
}

impl Task {
    /// The task as it is written, e.g. `binary`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Multiclass => "multiclass",
            Self::Regression => "regression",
        }
    }
}

impl std::fmt::Display for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The target column, encoded.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// Class codes in `0..n_classes`, shape `(n_samples,)`.
    Class {
        /// The code of each row's class.
        codes: Vec<u32>,
        /// The number of classes (2 for binary).
        n_classes: usize,
    },
    /// Numbers, shape `(n_samples,)`; all finite.
    Number(Vec<f64>),
}

impl Target {
    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Class { codes, .. } => codes.len(),
            Self::Number(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many numbers a prediction of one row has: the number of classes (probabilities, which
    /// add up to 1), or 1.
    #[must_use]
    pub fn n_outputs(&self) -> usize {
        match self {
            Self::Class { n_classes, .. } => *n_classes,
            Self::Number(_) => 1,
        }
    }

    /// The rows at `indices`, in that order.
    #[must_use]
    pub fn take(&self, indices: &[usize]) -> Self {
        match self {
            Self::Class { codes, n_classes } => {
                Self::Class { codes: indices.iter().map(|&i| codes[i]).collect(), n_classes: *n_classes }
            }
            Self::Number(values) => Self::Number(indices.iter().map(|&i| values[i]).collect()),
        }
    }
}

/// How a learner wants its matrix prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Preparation {
    /// Imputed, one-hot, scaled: linear models.
    Dense,
    /// NaN for missing, categories as ordinal codes (see [`MatrixInfo::categorical`]), unscaled: trees.
    Tree,
    /// Imputed and scaled, with few columns per feature: learners that compare rows by distance.
    Distance,
}

/// What is known of a matrix's columns beside their numbers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct MatrixInfo {
    /// A name per matrix column, e.g. `Contract=Two year`.
    pub names: Vec<String>,
    /// For each matrix column, the number of category codes when it holds ordinal codes
    /// (`0.0, 1.0, …`, NaN missing or unseen), else `None`.
    pub categorical: Vec<Option<u32>>,
    /// For each matrix column, the position of the raw feature it comes from.
    pub source: Vec<usize>,
}

/// Everything a fit needs beside the rows.
pub struct FitContext<'a> {
    /// Seed of everything random in the fit.
    pub seed: Seed,
    /// Looked at at least once per iteration.
    pub cancel: &'a CancelToken,
    /// Cancelled when time is up: a learner that [`Estimator::gives_what_it_has`] then ends with what
    /// it has learned so far.
    pub enough: Option<&'a CancelToken>,
    /// Told about each iteration or batch.
    pub progress: &'a dyn ProgressSink,
    /// Names and kinds of the matrix's columns.
    pub matrix: &'a MatrixInfo,
    /// Rows outside the fit for early stopping, when the search gives some.
    pub validation: Option<(ArrayView2<'a, f64>, &'a Target)>,
    /// How much each row counts, shape `(n_samples,)`: finite, not negative, not all zero. Only their
    /// proportions matter. `None` is the same as equal weights. A learner that cannot weigh rows
    /// refuses them.
    pub weights: Option<&'a [f64]>,
    /// A predictor of the same kind to go on from, for a learner that can; others refuse it.
    pub start: Option<&'a Predictor>,
}

impl<'a> FitContext<'a> {
    /// A fit that takes the time it needs, of rows that count alike, from nothing, without rows to stop by.
    #[must_use]
    pub fn new(seed: Seed, cancel: &'a CancelToken, progress: &'a dyn ProgressSink, matrix: &'a MatrixInfo) -> Self {
        Self { seed, cancel, enough: None, progress, matrix, validation: None, weights: None, start: None }
    }

    /// Whether time is up.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.enough.is_some_and(CancelToken::is_cancelled)
    }
}

/// A learner with checked hyperparameters.
pub trait Estimator: Send + Sync {
    /// The name in `learners`, on the leaderboard and in `get_run`, e.g. `gradient_boosting`.
    fn name(&self) -> &'static str;

    /// Hyperparameters as (name, value), in a stable order, for the run's record.
    fn parameters(&self) -> Vec<(String, serde_json::Value)>;

    /// The matrix it wants.
    fn preparation(&self) -> Preparation;

    /// Whether it can learn this task.
    fn supports(&self, task: Task) -> bool;

    /// For a learner that stops early when [`FitContext::validation`] is given: the name of the
    /// hyperparameter that says how many rounds to make. The search gives such a learner validation
    /// rows in cross-validation, and the number of rounds found there when it fits for good.
    fn rounds_parameter(&self) -> Option<&'static str> {
        None
    }

    /// Whether it looks at [`FitContext::enough`] and ends early with a sound, if lesser, predictor.
    fn gives_what_it_has(&self) -> bool {
        false
    }

    /// Learns from `x` of shape `(n_samples, n_features)` and `y` of `n_samples` rows.
    /// Deterministic: the same rows, parameters and seed give an equal predictor, whatever the
    /// number of threads.
    ///
    /// # Errors
    /// [`LearnError::Cancelled`], [`LearnError::UnsuitableData`] or [`LearnError::Fit`].
    fn fit(&self, x: ArrayView2<'_, f64>, y: &Target, cx: &FitContext<'_>) -> Result<Predictor, LearnError>;
}

/// A fitted learner as plain data: saved inside `model.mlw`, loaded without running code.
/// New kinds are added at the end; variants are named in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Predictor {
    /// The same answer for every row: class frequencies or the mean.
    Constant(Vec<f64>),
    /// A linear model with the identity, logarithmic, logistic or softmax link.
    Linear(crate::linear::LinearPredictor),
    /// One tree or a sum of trees.
    Trees(crate::trees::TreesPredictor),
    /// A normal distribution of each column for each class.
    NaiveBayes(crate::naive_bayes::NaiveBayesPredictor),
    /// The training rows themselves.
    Neighbors(crate::neighbors::NeighborsPredictor),
    /// Support vectors.
    Svm(crate::svm::SvmPredictor),
    /// A weighted mean of others.
    Blend(crate::predictor::BlendPredictor),
}
