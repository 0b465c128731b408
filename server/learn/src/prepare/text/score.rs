//! What a linear model of the text alone says: penalised logistic regression (one class against the
//! others) or ridge regression on the sparse rows, solved one row at a time in the dual.
//!
//! Minimises ½ ‖w‖² + C Σ loss, as scikit-learn's `LogisticRegression(C)` and `Ridge(1 / C)`; the
//! intercept is the weight of a column of ones and so penalised too, as liblinear does. Dual
//! coordinate descent: Yu, Huang & Lin 2011 ("Dual coordinate descent methods for logistic
//! regression and maximum entropy models"), Hsieh et al. 2008; the step in one coordinate is
//! Newton's on its log-odds, whose slope is between 1 and 1 + C‖x‖² / 4.

use mlwright_base::{CancelToken, Cancelled, Seed};
use rand::seq::SliceRandom;

use super::sparse::Sparse;
use crate::split::generator;

/// C, how much a row's loss counts against the penalty: rows of TF-IDF have length 1, which takes
/// larger weights than standardised columns.
const C: f64 = 4.0;
/// Passes over the rows at most.
const PASSES_MAX: usize = 50;
/// The largest change of a dual variable, as a share of its range, at which it ends.
const TOLERANCE: f64 = 1e-3;
/// Newton steps within one coordinate at most.
const NEWTON_MAX: usize = 8;

/// Weights of a linear model.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weights {
    /// One per column.
    pub(super) columns: Vec<f64>,
    pub(super) intercept: f64,
}

impl Weights {
    fn margin(&self, (columns, values): (&[u32], &[f64])) -> f64 {
        let dot: f64 = columns.iter().zip(values).map(|(&column, value)| self.columns[column as usize] * value).sum();
        self.intercept + dot
    }

    fn add(&mut self, (columns, values): (&[u32], &[f64]), factor: f64) {
        columns.iter().zip(values).for_each(|(&column, value)| self.columns[column as usize] += factor * value);
        self.intercept += factor;
    }
}

/// Learns from some rows of `a`; `target` has the number (or 0 and 1) of each row of `a`.
pub(super) fn fit(
    a: &Sparse,
    rows: &[usize],
    target: &[f64],
    are_classes: bool,
    seed: Seed,
    cancel: &CancelToken,
) -> Result<Weights, Cancelled> {
    let mut weights = Weights { columns: vec![0.0; a.n_columns], intercept: 0.0 };
    let mut order: Vec<usize> = rows.to_vec();
    let mut rng = generator(seed, "score");
    // For classes the log-odds of each dual variable within its range, for numbers the variable itself.
    let mut state = vec![if are_classes { f64::NEG_INFINITY } else { 0.0 }; a.n_rows()];
    for _ in 0..PASSES_MAX {
        order.shuffle(&mut rng);
        let mut largest = 0.0_f64;
        for (at, &row) in order.iter().enumerate() {
            if at % 1024 == 0 {
                cancel.check()?;
            }
            let x = a.row(row);
            let squared = 1.0 + x.1.iter().map(|value| value * value).sum::<f64>();
            let margin = weights.margin(x);
            let change = if are_classes {
                let sign = if target[row] > 0.5 { 1.0 } else { -1.0 };
                let before = C * sigmoid(state[row]);
                state[row] = log_odds_of_best(sign * margin, squared, before, state[row]);
                sign * (C * sigmoid(state[row]) - before)
            } else {
                let change = (target[row] - margin - state[row] / C) / (squared + 1.0 / C);
                state[row] += change;
                change
            };
            largest = largest.max(change.abs());
            weights.add(x, change);
        }
        if largest <= TOLERANCE * C {
            break;
        }
    }
    Ok(weights)
}

fn sigmoid(log_odds: f64) -> f64 {
    crate::predictor::sigmoid(log_odds)
}

/// The root u of u + ‖x‖² (C σ(u) − before) + margin = 0, where the dual variable is C σ(u).
fn log_odds_of_best(margin: f64, squared: f64, before: f64, start: f64) -> f64 {
    let residual = |u: f64| u + squared * (C * sigmoid(u) - before) + margin;
    // The dual variable lies in (0, C), which bounds the root.
    let (mut low, mut high) = (-margin - squared * (C - before), -margin + squared * before);
    let mut u = if start > low && start < high { start } else { f64::midpoint(low, high) };
    for _ in 0..NEWTON_MAX {
        let r = residual(u);
        if r.abs() < 1e-6 {
            break;
        }
        if r > 0.0 {
            high = u;
        } else {
            low = u;
        }
        let p = sigmoid(u);
        let next = u - r / (1.0 + squared * C * p * (1.0 - p));
        u = if next > low && next < high { next } else { f64::midpoint(low, high) };
    }
    u
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_solves_its_equation() {
        for (margin, squared, before) in [(0.0, 2.0, 0.0), (5.0, 2.0, 4.0), (-30.0, 1.5, 0.1), (0.3, 2.0, 2.0)] {
            let u = log_odds_of_best(margin, squared, before, f64::NEG_INFINITY);
            assert!((u + squared * (C * sigmoid(u) - before) + margin).abs() < 1e-3, "{margin} {before}: {u}");
        }
    }
}
