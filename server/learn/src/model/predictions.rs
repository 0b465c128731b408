//! What a model answers, for many rows and for one.

use ndarray::{Array2, Axis};

use crate::Task;

/// Predictions of many rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Predictions {
    /// Classes, as codes, and the probability of each class.
    Classes {
        /// The code of each row's predicted class.
        labels: Vec<u32>,
        /// Shape `(n_samples, n_classes)`; rows add up to 1.
        probabilities: Array2<f64>,
    },
    /// Numbers.
    Numbers(Vec<f64>),
}

impl Predictions {
    /// From a predictor's outputs of shape `(n_samples, n_outputs)`; `threshold` as in [`label`].
    #[must_use]
    pub fn from_outputs(task: Task, outputs: Array2<f64>, threshold: Option<f64>) -> Self {
        if task == Task::Regression {
            return Self::Numbers(outputs.into_iter().collect());
        }
        let labels = outputs.rows().into_iter().map(|row| label(row.iter().copied(), threshold)).collect();
        Self::Classes { labels, probabilities: outputs }
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Classes { labels, .. } => labels.len(),
            Self::Numbers(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows at `indices`, in that order (indices may repeat).
    #[must_use]
    pub fn take(&self, indices: &[usize]) -> Self {
        match self {
            Self::Classes { labels, probabilities } => Self::Classes {
                labels: indices.iter().map(|&i| labels[i]).collect(),
                probabilities: probabilities.select(Axis(0), indices),
            },
            Self::Numbers(values) => Self::Numbers(indices.iter().map(|&i| values[i]).collect()),
        }
    }
}

/// The prediction of one row.
#[derive(Debug, Clone, PartialEq)]
pub enum RowPrediction {
    /// A class.
    Class {
        /// The code of the predicted class.
        label: u32,
        /// The probability of each class; they add up to 1.
        probabilities: Vec<f64>,
    },
    /// A number.
    Number(f64),
}

impl RowPrediction {
    pub(crate) fn from_outputs(task: Task, outputs: Vec<f64>, threshold: Option<f64>) -> Self {
        if task == Task::Regression {
            Self::Number(outputs[0])
        } else {
            Self::Class { label: label(outputs.iter().copied(), threshold), probabilities: outputs }
        }
    }
}

/// The class of probabilities: with two classes, the second when its probability is at least the
/// threshold (0.5 unless given); with more, the most probable, the first of equals.
pub(crate) fn label(probabilities: impl ExactSizeIterator<Item = f64> + Clone, threshold: Option<f64>) -> u32 {
    if probabilities.len() == 2 {
        let positive = probabilities.last().unwrap_or(0.0);
        return u32::from(positive >= threshold.unwrap_or(0.5));
    }
    let mut best = (0, f64::NEG_INFINITY);
    for (code, probability) in (0..).zip(probabilities) {
        if probability > best.1 {
            best = (code, probability);
        }
    }
    best.0
}
