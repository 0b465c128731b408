//! What boosting minimises: gradients and hessians of the loss at the current margins.
//!
//! Losses of numbers with the logarithm as link take the expected hessian (Fisher scoring), with
//! which ln(1 + Newton step) is a leaf's exact minimum: Poisson ln(Σy / Σμ), gamma ln(Σ(y/μ) / n),
//! Tweedie ln(Σyμ^(1−p) / Σμ^(2−p)). No step can overshoot, however far a leaf is from its mean.

mod classes;
mod numbers;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::predictor::Link;

/// Rows handled by one piece of parallel work.
const ROWS_PER_PIECE: usize = 8192;

/// The loss of numbers, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// Squared error; predicts the mean.
    #[default]
    Squared,
    /// Absolute error; predicts the median.
    Absolute,
    /// Squared error for small residuals, absolute for large ones (Huber 1964).
    Huber,
    /// Pinball loss; predicts a quantile (Koenker & Bassett 1978).
    Quantile,
    /// Poisson deviance of counts, link ln; targets at least 0.
    Poisson,
    /// Gamma deviance of positive amounts, link ln.
    Gamma,
    /// Tweedie deviance of amounts with zeros, power between 1 and 2, link ln; targets at least 0.
    Tweedie,
}

impl Loss {
    /// Whether margins are logarithms of the prediction.
    pub(crate) fn is_log(self) -> bool {
        matches!(self, Self::Poisson | Self::Gamma | Self::Tweedie)
    }
}

/// A loss, with the target it is measured against.
pub(crate) enum Objective<'a> {
    /// A loss of scaled numbers.
    Numbers {
        loss: Loss,
        values: &'a [f64],
        /// Huber's bound between small and large, the quantile, or Tweedie's power.
        shape: f64,
    },
    /// Binary cross-entropy; codes 0 and 1.
    Logistic(&'a [u32]),
    /// Multiclass cross-entropy; codes below the number of classes.
    Softmax(&'a [u32], usize),
}

impl Objective<'_> {
    pub fn n_margins(&self) -> usize {
        match self {
            Self::Numbers { .. } | Self::Logistic(_) => 1,
            Self::Softmax(_, n_classes) => *n_classes,
        }
    }

    pub fn link(&self) -> Link {
        match self {
            Self::Numbers { loss, .. } if loss.is_log() => Link::Log,
            Self::Numbers { .. } => Link::Identity,
            Self::Logistic(_) => Link::Logistic,
            Self::Softmax(..) => Link::Softmax,
        }
    }

    /// The best constant margins, shape `(n_margins,)`. `weights` are of mean 1.
    pub fn start(&self, weights: Option<&[f64]>) -> Vec<f64> {
        match self {
            Self::Numbers { loss, values, shape } => vec![numbers::start(*loss, values, *shape, weights)],
            Self::Logistic(codes) => classes::start_logistic(codes, weights),
            Self::Softmax(codes, n_classes) => {
                classes::shares(codes, *n_classes, weights).into_iter().map(f64::ln).collect()
            }
        }
    }

    /// Fills gradients and hessians, both shape `(n_margins, n_rows)` like `margins`.
    pub fn derivatives(&self, margins: &[f64], weights: Option<&[f64]>, gradients: &mut [f64], hessians: &mut [f64]) {
        match self {
            Self::Numbers { loss, values, shape } => {
                numbers::derivatives(*loss, values, *shape, margins, gradients, hessians);
            }
            Self::Logistic(codes) => classes::logistic(codes, margins, gradients, hessians),
            Self::Softmax(codes, n_classes) => classes::softmax(codes, *n_classes, margins, gradients, hessians),
        }
        let Some(weights) = weights else { return };
        for (gradients, hessians) in
            gradients.chunks_exact_mut(weights.len()).zip(hessians.chunks_exact_mut(weights.len()))
        {
            each_row(gradients, hessians, |row, gradient, hessian| {
                *gradient *= weights[row];
                *hessian *= weights[row];
            });
        }
    }

    /// The mean loss of margins of shape `(n_margins, n_rows)`, added up in the order of the rows.
    pub fn loss(&self, margins: &[f64]) -> f64 {
        match self {
            Self::Numbers { loss, values, shape } => numbers::mean_loss(*loss, values, *shape, margins),
            Self::Logistic(codes) => classes::logistic_loss(codes, margins),
            Self::Softmax(codes, n_classes) => classes::softmax_loss(codes, *n_classes, margins),
        }
    }

    /// As [`Objective::loss`], over some rows.
    pub fn loss_of(&self, margins: &[f64], rows: &[usize]) -> f64 {
        let n_rows = margins.len() / self.n_margins();
        let margins: Vec<f64> = margins.chunks_exact(n_rows).flat_map(|of| rows.iter().map(|&row| of[row])).collect();
        match self {
            Self::Numbers { loss, values, shape } => {
                let values: Vec<f64> = rows.iter().map(|&row| values[row]).collect();
                numbers::mean_loss(*loss, &values, *shape, &margins)
            }
            Self::Logistic(codes) => classes::logistic_loss(&taken(codes, rows), &margins),
            Self::Softmax(codes, n_classes) => classes::softmax_loss(&taken(codes, rows), *n_classes, &margins),
        }
    }

    /// The quantile of the residuals that a leaf should answer, for losses whose hessian says nothing.
    pub fn leaf_quantile(&self) -> Option<f64> {
        match self {
            Self::Numbers { loss: Loss::Absolute, .. } => Some(0.5),
            Self::Numbers { loss: Loss::Quantile, shape, .. } => Some(*shape),
            _ => None,
        }
    }
}

fn taken(codes: &[u32], rows: &[usize]) -> Vec<u32> {
    rows.iter().map(|&row| codes[row]).collect()
}

/// Sets each row's gradient and hessian, in parallel.
pub(super) fn each_row(gradients: &mut [f64], hessians: &mut [f64], set: impl Fn(usize, &mut f64, &mut f64) + Sync) {
    let pieces = gradients.par_chunks_mut(ROWS_PER_PIECE).zip(hessians.par_chunks_mut(ROWS_PER_PIECE));
    pieces.enumerate().for_each(|(piece, (gradients, hessians))| {
        for (i, (gradient, hessian)) in gradients.iter_mut().zip(hessians).enumerate() {
            set(piece * ROWS_PER_PIECE + i, gradient, hessian);
        }
    });
}

/// The value below which the share `quantile` of the weight lies: the lower of two neighbours in the
/// middle with their mean, so that the median of two is their mean. Sorts `pairs` of (value, weight).
pub(crate) fn weighted_quantile(pairs: &mut [(f64, f64)], quantile: f64) -> f64 {
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = pairs.iter().map(|pair| pair.1).sum();
    let goal = quantile * total;
    let mut below = 0.0;
    for (position, (value, weight)) in pairs.iter().enumerate() {
        below += weight;
        if below > goal || position + 1 == pairs.len() {
            return *value;
        }
        if below == goal {
            return *value * 0.5 + pairs[position + 1].0 * 0.5;
        }
    }
    0.0
}
