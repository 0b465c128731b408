//! Mapping scores to probabilities that are what happens: learned on rows that the model did not learn
//! from.
//!
//! [`PlattScaling`] has two numbers and suits few rows and scores that are distorted like a sigmoid;
//! [`IsotonicRegression`] only takes the order of scores as given, and needs a thousand rows or so to
//! be better (Niculescu-Mizil & Caruana 2005, §4).

mod calibration;
mod isotonic;
mod platt;

pub use calibration::{Calibration, CalibrationChoice, CalibrationGain, CalibrationMethod, HeldOut, choose, gain};
pub use isotonic::IsotonicRegression;
pub use platt::PlattScaling;

use crate::LearnError;

/// Checks that there are rows, as many targets and weights as scores, and that all are numbers that can
/// be learned from.
fn check(scores: &[f64], n_targets: usize, weights: Option<&[f64]>) -> Result<(), LearnError> {
    let n_rows = scores.len();
    if n_targets != n_rows || weights.is_some_and(|weights| weights.len() != n_rows) {
        let n_weights = weights.map_or(n_rows, <[f64]>::len);
        return Err(LearnError::Shape(format!(
            "{n_rows} scores, {n_targets} targets and {n_weights} weights, expected as many of each"
        )));
    }
    if let Some(row) = scores.iter().position(|score| !score.is_finite()) {
        return Err(LearnError::Shape(format!("the score of row {row} is {}, expected a finite number", scores[row])));
    }
    if let Some(weights) = weights
        && let Some(row) = weights.iter().position(|weight| !(weight.is_finite() && *weight >= 0.0))
    {
        return Err(LearnError::Shape(format!("the weight of row {row} is {}, expected at least 0", weights[row])));
    }
    if n_rows == 0 || weights.is_some_and(|weights| weights.iter().all(|&weight| weight == 0.0)) {
        return Err(LearnError::UnsuitableData {
            message: "there are no rows to calibrate with".to_owned(),
            hint: "hold out rows with a target for calibration".to_owned(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
