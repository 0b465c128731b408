//! What was predicted of rows, and what came true.

use mlwright_learn::{Predictions, Target};

/// Rows' actual and predicted targets, in the same order.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcomes<'a> {
    /// Codes of classes; of two, 1 is the positive one.
    Classes { actual: &'a [u32], predicted: &'a [u32], n_classes: usize },
    /// Numbers.
    Numbers { actual: &'a [f64], predicted: &'a [f64] },
}

impl<'a> Outcomes<'a> {
    /// `None` when the two are of different kinds or lengths.
    pub(super) fn of(target: &'a Target, predictions: &'a Predictions) -> Option<Self> {
        match (target, predictions) {
            (Target::Class { codes, n_classes }, Predictions::Classes { labels, .. }) if codes.len() == labels.len() => {
                Some(Self::Classes { actual: codes, predicted: labels, n_classes: *n_classes })
            }
            (Target::Number(actual), Predictions::Numbers(predicted)) if actual.len() == predicted.len() => {
                Some(Self::Numbers { actual, predicted })
            }
            _ => None,
        }
    }

    /// How many rows.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Classes { actual, .. } => actual.len(),
            Self::Numbers { actual, .. } => actual.len(),
        }
    }
}
