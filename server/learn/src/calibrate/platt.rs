//! A sigmoid from scores to probabilities.

use serde::{Deserialize, Serialize};

use super::check;
use crate::LearnError;
use crate::predictor::sigmoid;

/// The most Newton steps; ten are enough but for scores that are far from each other.
const STEPS_MAX: usize = 100;
/// The most halvings of a step.
const HALVINGS_MAX: usize = 40;
/// Added to the diagonal of the Hessian, for scores that are all the same.
const RIDGE: f64 = 1e-12;
/// The slope of the mean loss at which the descent ends.
const TOLERANCE: f64 = 1e-12;

/// p = 1 / (1 + exp(−(slope × score + intercept))) (Platt 1999).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PlattScaling {
    /// Above 0 when high scores mean the positive class.
    pub slope: f64,
    /// The log-odds at score 0.
    pub intercept: f64,
}

impl PlattScaling {
    /// Minimises the cross-entropy with Platt's targets, (n₊ + 1) / (n₊ + 2) for positive rows and
    /// 1 / (n₋ + 2) for others, which keep the slope finite when scores tell the classes apart; by Newton's
    /// method with a line search (Lin, Lin & Weng 2007). Scikit-learn's `CalibratedClassifierCV(method="sigmoid")`
    /// agrees, with its `a` = −slope and `b` = −intercept. O(n).
    ///
    /// # Errors
    /// [`LearnError::Shape`] when lengths differ or a number is not finite, [`LearnError::UnsuitableData`]
    /// without rows.
    pub fn fit(scores: &[f64], positive: &[bool], weights: Option<&[f64]>) -> Result<Self, LearnError> {
        check(scores, positive.len(), weights)?;
        let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
        let total: f64 = (0..scores.len()).map(weight).sum();
        let n_positive: f64 = (0..scores.len()).filter(|&row| positive[row]).map(weight).sum();
        let (high, low) = ((n_positive + 1.0) / (n_positive + 2.0), 1.0 / (total - n_positive + 2.0));
        // Centred and scaled scores, so that neither size nor offset costs digits or steps.
        let center = scores.iter().map(|score| score / scores.len() as f64).sum::<f64>();
        let largest = scores.iter().map(|score| (score - center).abs()).fold(0.0, f64::max);
        let unit = if largest > 0.0 && largest.is_finite() { largest } else { 1.0 };
        let rows: Vec<Row> = (0..scores.len())
            .map(|row| Row {
                score: (scores[row] - center) / unit,
                target: if positive[row] { high } else { low },
                weight: weight(row) / total,
            })
            .collect();
        let (mut slope, mut intercept) = (0.0, ((n_positive + 1.0) / (total - n_positive + 1.0)).ln());
        let mut loss = mean_loss(&rows, slope, intercept);
        for _ in 0..STEPS_MAX {
            let (gradient, hessian) = derivatives(&rows, slope, intercept);
            if gradient[0].abs().max(gradient[1].abs()) <= TOLERANCE {
                break;
            }
            let determinant = hessian[0] * hessian[2] - hessian[1] * hessian[1];
            let by_slope = -(hessian[2] * gradient[0] - hessian[1] * gradient[1]) / determinant;
            let by_intercept = -(hessian[0] * gradient[1] - hessian[1] * gradient[0]) / determinant;
            let promised = gradient[0] * by_slope + gradient[1] * by_intercept;
            let mut length = 1.0;
            let mut moved = false;
            for _ in 0..HALVINGS_MAX {
                let trial = mean_loss(&rows, slope + length * by_slope, intercept + length * by_intercept);
                if trial <= loss + 1e-4 * length * promised {
                    (slope, intercept, loss) = (slope + length * by_slope, intercept + length * by_intercept, trial);
                    moved = true;
                    break;
                }
                length *= 0.5;
            }
            if !moved {
                break;
            }
        }
        Ok(Self { slope: slope / unit, intercept: intercept - slope / unit * center })
    }

    /// The probability of the positive class at a score.
    #[must_use]
    pub fn predict(&self, score: f64) -> f64 {
        sigmoid(self.slope * score + self.intercept)
    }
}

struct Row {
    score: f64,
    target: f64,
    weight: f64,
}

fn mean_loss(rows: &[Row], slope: f64, intercept: f64) -> f64 {
    let of = |row: &Row| {
        let margin = slope * row.score + intercept;
        // log(1 + exp(margin)) − target × margin.
        row.weight * (margin.max(0.0) + (-margin.abs()).exp().ln_1p() - row.target * margin)
    };
    rows.iter().map(of).sum()
}

/// The gradient along slope and intercept, and the Hessian's three numbers.
fn derivatives(rows: &[Row], slope: f64, intercept: f64) -> ([f64; 2], [f64; 3]) {
    let (mut gradient, mut hessian) = ([0.0; 2], [RIDGE, 0.0, RIDGE]);
    for row in rows {
        let probability = sigmoid(slope * row.score + intercept);
        let (residual, curvature) =
            (row.weight * (probability - row.target), row.weight * probability * (1.0 - probability));
        gradient[0] += residual * row.score;
        gradient[1] += residual;
        hessian[0] += curvature * row.score * row.score;
        hessian[1] += curvature * row.score;
        hessian[2] += curvature;
    }
    (gradient, hessian)
}
