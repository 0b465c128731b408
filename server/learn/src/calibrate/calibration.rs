//! The calibration of a model of two classes, and whether it needs one.

use std::str::FromStr;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::{IsotonicRegression, PlattScaling};
use crate::LearnError;
use crate::predictor::{Contributions, Link};

/// Probabilities are kept this far from 0 and 1 where their log-odds or logarithm is taken: scikit-learn's
/// `log_loss` does so for numbers of this size.
const EPSILON: f64 = f64::EPSILON;
/// Rows below which isotonic regression is not chosen: it needs a thousand or so to be better than two
/// numbers (Niculescu-Mizil & Caruana 2005, §4).
const ISOTONIC_ROWS_MIN: usize = 1_000;
/// Parts that rows are divided into when they come as one.
const PARTS: usize = 5;
/// Rows of each class that every part has, so that it can say anything.
const CLASS_ROWS_MIN: usize = 5;

/// How probabilities are mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CalibrationMethod {
    /// [`PlattScaling`] of the log-odds: two numbers; the order of rows stays.
    Sigmoid,
    /// [`IsotonicRegression`] of the probability: neighbours in order may become equal.
    Isotonic,
}

impl CalibrationMethod {
    /// Its name, as scikit-learn's `CalibratedClassifierCV(method=…)`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sigmoid => "sigmoid",
            Self::Isotonic => "isotonic",
        }
    }
}

/// What is to be done about probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalibrationChoice {
    /// What makes held-out rows' log loss better by more than luck, if anything does; for a metric that goes
    /// by the order of rows only what keeps it.
    Auto,
    /// Nothing.
    Never,
    /// This, whatever it does.
    Always(CalibrationMethod),
}

impl FromStr for CalibrationChoice {
    type Err = LearnError;

    fn from_str(text: &str) -> Result<Self, LearnError> {
        match text {
            "auto" => Ok(Self::Auto),
            "none" => Ok(Self::Never),
            "sigmoid" => Ok(Self::Always(CalibrationMethod::Sigmoid)),
            "isotonic" => Ok(Self::Always(CalibrationMethod::Isotonic)),
            other => Err(LearnError::Parameter {
                parameter: "calibration".to_owned(),
                found: other.to_owned(),
                expected: "auto, none, sigmoid or isotonic".to_owned(),
            }),
        }
    }
}

/// From a predicted probability of the positive class to one that is what happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Calibration {
    /// Of the log-odds.
    Sigmoid(PlattScaling),
    /// Of the probability.
    Isotonic {
        /// Increasing.
        curve: IsotonicRegression,
        /// No probability is nearer to 0 or 1: what so many rows cannot tell from certainty, 1 / (n + 2).
        least: f64,
    },
}

impl Calibration {
    /// Learns from rows that the model did not learn from.
    ///
    /// # Errors
    /// As [`PlattScaling::fit`] and [`IsotonicRegression::fit`].
    pub fn fit(method: CalibrationMethod, probabilities: &[f64], positive: &[bool]) -> Result<Self, LearnError> {
        match method {
            CalibrationMethod::Sigmoid => {
                let scores: Vec<f64> = probabilities.iter().map(|one| log_odds(*one)).collect();
                PlattScaling::fit(&scores, positive, None).map(Self::Sigmoid)
            }
            CalibrationMethod::Isotonic => {
                let targets: Vec<f64> = positive.iter().map(|one| f64::from(u8::from(*one))).collect();
                let curve = IsotonicRegression::fit(probabilities, &targets, None)?;
                Ok(Self::Isotonic { curve, least: 1.0 / (targets.len() as f64 + 2.0) })
            }
        }
    }

    /// Its method.
    #[must_use]
    pub fn method(&self) -> CalibrationMethod {
        match self {
            Self::Sigmoid(_) => CalibrationMethod::Sigmoid,
            Self::Isotonic { .. } => CalibrationMethod::Isotonic,
        }
    }

    /// The calibrated probability.
    #[must_use]
    pub fn predict(&self, probability: f64) -> f64 {
        match self {
            Self::Sigmoid(scaling) => scaling.predict(log_odds(probability)),
            Self::Isotonic { curve, least } => curve.predict(probability).clamp(*least, 1.0 - *least),
        }
    }

    /// Puts the calibrated probabilities in the place of a row's two.
    pub(crate) fn apply(&self, outputs: &mut [f64]) {
        if let [negative, positive] = outputs {
            *positive = self.predict(*positive);
            *negative = 1.0 - *positive;
        }
    }

    /// The same for many rows, shape `(n_samples, 2)`.
    pub(crate) fn apply_to_rows(&self, outputs: &mut Array2<f64>) {
        for mut row in outputs.rows_mut() {
            let positive = self.predict(row[1]);
            row[1] = positive;
            row[0] = 1.0 - positive;
        }
    }

    /// Contributions to the calibrated prediction: still to the log-odds where both are log-odds, else to the
    /// probability, each column with the same share of the whole move as before.
    pub(crate) fn contributions(&self, of_predictor: Contributions) -> Contributions {
        if let (Self::Sigmoid(scaling), Link::Logistic) = (self, of_predictor.link) {
            let Contributions { base, values, link } = of_predictor;
            let base = base.into_iter().map(|base| scaling.slope * base + scaling.intercept).collect();
            let values =
                values.into_iter().map(|row| row.into_iter().map(|value| scaling.slope * value).collect()).collect();
            return Contributions { base, values, link };
        }
        let Contributions { base, values, link } = of_predictor.to_predictions();
        let Some((from, moves)) = base.last().copied().zip(values.last()) else {
            return Contributions { base, values, link };
        };
        let moved: f64 = moves.iter().sum();
        let start = self.predict(from);
        let end = self.predict(from + moved);
        let scale = if moved == 0.0 { 0.0 } else { (end - start) / moved };
        let positive: Vec<f64> = moves.iter().map(|value| scale * value).collect();
        let negative = positive.iter().map(|value| -value).collect();
        Contributions { base: vec![1.0 - start, start], values: vec![negative, positive], link }
    }

    /// Whether its numbers are numbers.
    pub(crate) fn is_sound(&self) -> bool {
        match self {
            Self::Sigmoid(scaling) => scaling.slope.is_finite() && scaling.intercept.is_finite(),
            Self::Isotonic { curve, least } => curve.is_sound() && (0.0..0.5).contains(least),
        }
    }
}

/// Probabilities of rows that were left out, and what they are.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeldOut {
    /// Of the positive class.
    pub probabilities: Vec<f64>,
    /// Whether the row is of it.
    pub positive: Vec<bool>,
}

impl HeldOut {
    /// All the parts as one.
    pub(crate) fn joined<'p>(parts: impl IntoIterator<Item = &'p Self>) -> Self {
        let mut all = Self::default();
        for part in parts {
            all.probabilities.extend(&part.probabilities);
            all.positive.extend(&part.positive);
        }
        all
    }
}

/// What a calibration does to rows that it was not learned from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CalibrationGain {
    /// How.
    pub method: CalibrationMethod,
    /// Cross-validated log loss of the probabilities as they were.
    pub log_loss_before: f64,
    /// The same of the calibrated ones.
    pub log_loss_after: f64,
}

/// The method, out of those that are wanted, whose log loss on left-out rows is the least, if it is better than
/// none by more than one standard error over the parts; each part is scored by what was learned from the
/// others. `None` too when there are too few rows to tell.
///
/// # Errors
/// As [`Calibration::fit`].
pub fn choose(parts: &[HeldOut], wanted: &[CalibrationMethod]) -> Result<Option<CalibrationGain>, LearnError> {
    let mut best: Option<CalibrationGain> = None;
    for method in wanted {
        let Some((gain, error)) = gain(parts, *method)? else { continue };
        let n_rows: usize = parts.iter().map(|part| part.positive.len()).sum();
        let is_enough = *method == CalibrationMethod::Sigmoid || n_rows >= ISOTONIC_ROWS_MIN;
        let is_better = gain.log_loss_before - gain.log_loss_after > error;
        if is_enough && is_better && best.is_none_or(|best| gain.log_loss_after < best.log_loss_after) {
            best = Some(gain);
        }
    }
    Ok(best)
}

/// What a method gains, and the standard error of that; `None` when there are too few rows to tell.
///
/// # Errors
/// As [`Calibration::fit`].
pub fn gain(parts: &[HeldOut], method: CalibrationMethod) -> Result<Option<(CalibrationGain, f64)>, LearnError> {
    let divided;
    let parts = if let [only] = parts {
        divided = divide(only);
        &divided
    } else {
        parts
    };
    let is_enough = |part: &HeldOut| {
        let n_positive = part.positive.iter().filter(|one| **one).count();
        n_positive.min(part.positive.len() - n_positive) >= CLASS_ROWS_MIN
    };
    if parts.len() < 2 || !parts.iter().all(is_enough) {
        return Ok(None);
    }
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for (position, part) in parts.iter().enumerate() {
        let others =
            HeldOut::joined(parts.iter().enumerate().filter(|(other, _)| *other != position).map(|(_, other)| other));
        let fitted = Calibration::fit(method, &others.probabilities, &others.positive)?;
        before.push(log_loss(part, |probability| probability));
        after.push(log_loss(part, |probability| fitted.predict(probability)));
    }
    let n = parts.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let gains: Vec<f64> = before.iter().zip(&after).map(|(before, after)| before - after).collect();
    let center = mean(&gains);
    let variance = gains.iter().map(|gain| (gain - center).powi(2)).sum::<f64>() / (n - 1.0);
    let gain = CalibrationGain { method, log_loss_before: mean(&before), log_loss_after: mean(&after) };
    Ok(Some((gain, (variance / n).sqrt())))
}

fn divide(whole: &HeldOut) -> Vec<HeldOut> {
    let every = |part: usize| (part..whole.positive.len()).step_by(PARTS);
    (0..PARTS)
        .map(|part| HeldOut {
            probabilities: every(part).map(|row| whole.probabilities[row]).collect(),
            positive: every(part).map(|row| whole.positive[row]).collect(),
        })
        .collect()
}

fn log_loss(part: &HeldOut, mend: impl Fn(f64) -> f64) -> f64 {
    let of = |(probability, positive): (&f64, &bool)| {
        let probability = mend(*probability).clamp(EPSILON, 1.0 - EPSILON);
        -if *positive { probability.ln() } else { (1.0 - probability).ln() }
    };
    part.probabilities.iter().zip(&part.positive).map(of).sum::<f64>() / part.positive.len() as f64
}

fn log_odds(probability: f64) -> f64 {
    let probability = probability.clamp(EPSILON, 1.0 - EPSILON);
    (probability / (1.0 - probability)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predictor::sigmoid;

    /// Rows that are positive as often as `truth` of the predicted log-odds says.
    fn rows(n: usize, truth: impl Fn(f64) -> f64) -> Vec<HeldOut> {
        let mut parts = vec![HeldOut::default(); 5];
        for row in 0..n {
            let odds = 6.0 * (row as f64 / n as f64) - 3.0;
            // The golden ratio's multiples are spread evenly.
            let even = (row as f64 * 0.618_033_988_749_895).fract();
            let part = &mut parts[row % 5];
            part.probabilities.push(sigmoid(odds));
            part.positive.push(even < truth(sigmoid(odds)));
        }
        parts
    }

    #[test]
    fn distorted_probabilities_are_mended_and_right_ones_are_left_alone() {
        let both = [CalibrationMethod::Sigmoid, CalibrationMethod::Isotonic];
        assert_eq!(choose(&rows(5_000, |p| p), &both).unwrap(), None);
        // Twice too sure: half of the log-odds is right.
        let half = |p: f64| sigmoid(0.5 * log_odds(p));
        let found = choose(&rows(5_000, half), &both).unwrap().expect("it is worth while");
        assert!(found.log_loss_after < found.log_loss_before - 0.01, "{found:?}");
        // A step is no sigmoid.
        let step = |p: f64| {
            if p < 0.3 {
                0.1
            } else if p < 0.4 {
                0.9
            } else {
                0.95
            }
        };
        let found = choose(&rows(5_000, step), &both).unwrap().expect("it is worth while");
        assert_eq!(found.method, CalibrationMethod::Isotonic);
        // So few rows say nothing of a step.
        let found = choose(&rows(500, step), &both).unwrap();
        assert!(found.is_none_or(|found| found.method == CalibrationMethod::Sigmoid), "{found:?}");
        assert_eq!(choose(&rows(20, half), &both).unwrap(), None, "each class has too few rows");
    }

    #[test]
    fn rows_that_come_as_one_are_divided() {
        let half = |p: f64| sigmoid(0.5 * log_odds(p));
        let mut whole = HeldOut::default();
        for part in rows(2_000, half) {
            whole.probabilities.extend(part.probabilities);
            whole.positive.extend(part.positive);
        }
        assert!(choose(&[whole], &[CalibrationMethod::Sigmoid]).unwrap().is_some());
    }

    #[test]
    fn the_sigmoid_finds_what_distorted_the_log_odds() {
        let parts = rows(20_000, |p| sigmoid(0.5 * log_odds(p) + 0.7));
        let all = |of: fn(&HeldOut) -> &[f64]| parts.iter().flat_map(of).copied().collect::<Vec<_>>();
        let positive: Vec<bool> = parts.iter().flat_map(|part| part.positive.clone()).collect();
        let fitted = Calibration::fit(CalibrationMethod::Sigmoid, &all(|part| &part.probabilities), &positive).unwrap();
        let Calibration::Sigmoid(scaling) = fitted else { panic!() };
        assert!((scaling.slope - 0.5).abs() < 0.02 && (scaling.intercept - 0.7).abs() < 0.05, "{scaling:?}");
    }

    #[test]
    fn contributions_add_up_to_the_calibrated_prediction() {
        let adds_up = |calibration: &Calibration, before: Contributions, probability: f64| {
            let link = before.link;
            let after = calibration.contributions(before);
            let end: Vec<f64> =
                after.base.iter().zip(&after.values).map(|(base, values)| base + values.iter().sum::<f64>()).collect();
            let mut outputs = vec![0.0; 2];
            outputs[..end.len()].copy_from_slice(&end);
            after.link.apply(&mut outputs);
            assert!((outputs[1] - calibration.predict(probability)).abs() < 1e-12, "{link:?}: {outputs:?}");
            assert!((outputs.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        };
        let scaling = Calibration::Sigmoid(PlattScaling { slope: 0.5, intercept: 0.7 });
        let curve = IsotonicRegression::fit(&[0.1, 0.4, 0.8], &[0.0, 1.0, 1.0], None).unwrap();
        let steps = Calibration::Isotonic { curve, least: 0.01 };
        for calibration in [&scaling, &steps] {
            let margins = Contributions { base: vec![-1.0], values: vec![vec![2.0, -0.5, 0.0]], link: Link::Logistic };
            adds_up(calibration, margins, sigmoid(0.5));
            let shares = Contributions {
                base: vec![0.7, 0.3],
                values: vec![vec![0.1, -0.2], vec![-0.1, 0.2]],
                link: Link::Identity,
            };
            adds_up(calibration, shares, 0.4);
        }
        assert_eq!(steps.predict(0.0), 0.01, "no row is certain");
    }
}
