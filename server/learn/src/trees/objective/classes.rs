//! Cross-entropy of two classes and of several.

use rayon::prelude::*;

use super::each_row;
use crate::baseline::start_shares;
use crate::predictor::{sigmoid, softmax as to_shares};

/// The least probability that a logarithm is taken of.
const PROBABILITY_MIN: f64 = 1e-15;

/// The share of each class to start from, weighted.
pub(super) fn shares(codes: &[u32], n_classes: usize, weights: Option<&[f64]>) -> Vec<f64> {
    let Some(weights) = weights else { return start_shares(codes, n_classes) };
    let mut sums = vec![0.0; n_classes];
    for (&code, weight) in codes.iter().zip(weights) {
        sums[code as usize] += weight;
    }
    let least = 0.5 / codes.len() as f64;
    sums.iter().map(|sum| (sum / codes.len() as f64).max(least)).collect()
}

pub(super) fn start_logistic(codes: &[u32], weights: Option<&[f64]>) -> Vec<f64> {
    if weights.is_some() {
        let shares = shares(codes, 2, weights);
        return vec![(shares[1] / shares[0]).ln()];
    }
    let ones = codes.iter().filter(|&&code| code == 1).count() as f64;
    vec![(ones / (codes.len() as f64 - ones)).ln()]
}

pub(super) fn logistic(codes: &[u32], margins: &[f64], gradients: &mut [f64], hessians: &mut [f64]) {
    each_row(gradients, hessians, |row, gradient, hessian| {
        let probability = sigmoid(margins[row]);
        *gradient = probability - f64::from(codes[row]);
        *hessian = probability * (1.0 - probability);
    });
}

/// The softmax's hessian is p (1 − p) · K / (K − 1): the diagonal, corrected for the margins being
/// one too many (Friedman 2001, §4.6).
pub(super) fn softmax(codes: &[u32], n_classes: usize, margins: &[f64], gradients: &mut [f64], hessians: &mut [f64]) {
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

/// −log p(class) = log(1 + exp(−margin of the class)), without overflow.
pub(super) fn logistic_loss(codes: &[u32], margins: &[f64]) -> f64 {
    let loss = |(margin, code): (&f64, &u32)| {
        let toward = if *code == 1 { *margin } else { -margin };
        (-toward).max(0.0) + (-toward.abs()).exp().ln_1p()
    };
    margins.iter().zip(codes).map(loss).sum::<f64>() / codes.len() as f64
}

pub(super) fn softmax_loss(codes: &[u32], n_classes: usize, margins: &[f64]) -> f64 {
    let n_rows = codes.len();
    let mut probabilities = vec![0.0; n_classes];
    let mut total = 0.0;
    for (row, &code) in codes.iter().enumerate() {
        for (class, probability) in probabilities.iter_mut().enumerate() {
            *probability = margins[class * n_rows + row];
        }
        to_shares(&mut probabilities);
        total -= probabilities[code as usize].max(PROBABILITY_MIN).ln();
    }
    total / n_rows as f64
}
