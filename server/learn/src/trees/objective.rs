//! What boosting minimises: gradients and hessians of the loss at the current margins.

use rayon::prelude::*;

use crate::predictor::{Link, sigmoid, softmax};

/// Rows handled by one piece of parallel work.
const ROWS_PER_PIECE: usize = 8192;

/// The least probability that a logarithm is taken of.
const PROBABILITY_MIN: f64 = 1e-15;

/// A loss, with the target it is measured against.
pub(crate) enum Objective<'a> {
    /// Mean squared error of standardised numbers.
    SquaredError(&'a [f64]),
    /// Binary cross-entropy; codes 0 and 1.
    Logistic(&'a [u32]),
    /// Multiclass cross-entropy; codes below the number of classes.
    Softmax(&'a [u32], usize),
}

impl Objective<'_> {
    pub fn n_margins(&self) -> usize {
        match self {
            Self::SquaredError(_) | Self::Logistic(_) => 1,
            Self::Softmax(_, n_classes) => *n_classes,
        }
    }

    pub fn link(&self) -> Link {
        match self {
            Self::SquaredError(_) => Link::Identity,
            Self::Logistic(_) => Link::Logistic,
            Self::Softmax(..) => Link::Softmax,
        }
    }

    /// The best constant margins, shape `(n_margins,)`.
    pub fn start(&self) -> Vec<f64> {
        match self {
            Self::SquaredError(_) => vec![0.0],
            Self::Logistic(codes) => {
                let ones = codes.iter().filter(|&&code| code == 1).count() as f64;
                vec![(ones / (codes.len() as f64 - ones)).ln()]
            }
            Self::Softmax(codes, n_classes) => {
                crate::baseline::start_shares(codes, *n_classes).into_iter().map(f64::ln).collect()
            }
        }
    }

    /// Fills gradients and hessians, both shape `(n_margins, n_rows)` like `margins`.
    /// The softmax's hessian is p (1 − p) · K / (K − 1): the diagonal, corrected for the margins being
    /// one too many (Friedman 2001, §4.6).
    pub fn derivatives(&self, margins: &[f64], gradients: &mut [f64], hessians: &mut [f64]) {
        match self {
            Self::SquaredError(values) => {
                each_row(gradients, hessians, |row, gradient, hessian| {
                    *gradient = margins[row] - values[row];
                    *hessian = 1.0;
                });
            }
            Self::Logistic(codes) => {
                each_row(gradients, hessians, |row, gradient, hessian| {
                    let probability = sigmoid(margins[row]);
                    *gradient = probability - f64::from(codes[row]);
                    *hessian = probability * (1.0 - probability);
                });
            }
            Self::Softmax(codes, n_classes) => softmax_derivatives(codes, *n_classes, margins, gradients, hessians),
        }
    }

    /// The mean loss of margins of shape `(n_margins, n_rows)`, added up in the order of the rows.
    pub fn loss(&self, margins: &[f64]) -> f64 {
        match self {
            Self::SquaredError(values) => {
                let squares = margins.iter().zip(*values).map(|(margin, value)| (margin - value).powi(2));
                squares.sum::<f64>() / values.len() as f64
            }
            Self::Logistic(codes) => {
                // −log p(class) = log(1 + exp(−margin of the class)), without overflow.
                let loss = |(margin, code): (&f64, &u32)| {
                    let toward = if *code == 1 { *margin } else { -margin };
                    (-toward).max(0.0) + (-toward.abs()).exp().ln_1p()
                };
                margins.iter().zip(*codes).map(loss).sum::<f64>() / codes.len() as f64
            }
            Self::Softmax(codes, n_classes) => {
                let n_rows = codes.len();
                let mut probabilities = vec![0.0; *n_classes];
                let mut total = 0.0;
                for (row, &code) in codes.iter().enumerate() {
                    for (class, probability) in probabilities.iter_mut().enumerate() {
                        *probability = margins[class * n_rows + row];
                    }
                    softmax(&mut probabilities);
                    total -= probabilities[code as usize].max(PROBABILITY_MIN).ln();
                }
                total / n_rows as f64
            }
        }
    }
}

fn each_row(gradients: &mut [f64], hessians: &mut [f64], set: impl Fn(usize, &mut f64, &mut f64) + Sync) {
    let pieces = gradients.par_chunks_mut(ROWS_PER_PIECE).zip(hessians.par_chunks_mut(ROWS_PER_PIECE));
    pieces.enumerate().for_each(|(piece, (gradients, hessians))| {
        for (i, (gradient, hessian)) in gradients.iter_mut().zip(hessians).enumerate() {
            set(piece * ROWS_PER_PIECE + i, gradient, hessian);
        }
    });
}

fn softmax_derivatives(codes: &[u32], n_classes: usize, margins: &[f64], gradients: &mut [f64], hessians: &mut [f64]) {
    let n_rows = codes.len();
    let factor = n_classes as f64 / (n_classes as f64 - 1.0);
    // (log of the sum of exponentials) per row, then each class alone.
    let log_sum = |row: usize| {
        let of = |class: usize| margins[class * n_rows + row];
        let largest = (0..n_classes).map(of).fold(f64::NEG_INFINITY, f64::max);
        largest + (0..n_classes).map(|class| (of(class) - largest).exp()).sum::<f64>().ln()
    };
    let log_sums: Vec<f64> = (0..n_rows).into_par_iter().map(log_sum).collect();
    let classes = gradients.par_chunks_mut(n_rows).zip(hessians.par_chunks_mut(n_rows));
    classes.enumerate().for_each(|(class, (gradients, hessians))| {
        for row in 0..n_rows {
            let probability = (margins[class * n_rows + row] - log_sums[row]).exp();
            gradients[row] = probability - if codes[row] as usize == class { 1.0 } else { 0.0 };
            hessians[row] = factor * probability * (1.0 - probability);
        }
    });
}
