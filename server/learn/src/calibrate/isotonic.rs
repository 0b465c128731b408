//! The increasing function that is nearest to the targets in weighted squares.

use serde::{Deserialize, Serialize};

use super::check;
use crate::LearnError;

/// An increasing step function, joined by lines: scikit-learn's
/// `IsotonicRegression(out_of_bounds="clip")`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IsotonicRegression {
    /// Scores, increasing.
    thresholds: Vec<f64>,
    /// The value at each of them, not decreasing.
    values: Vec<f64>,
}

impl IsotonicRegression {
    /// Minimises Σ weight (target − f(score))² over increasing f, by pooling neighbours that are out of order
    /// (Ayer et al. 1955; Best & Chakravarti 1990). Rows of the same score count as one with their mean.
    /// O(n log n).
    ///
    /// # Errors
    /// [`LearnError::Shape`] when lengths differ or a number is not finite, [`LearnError::UnsuitableData`]
    /// without rows.
    pub fn fit(scores: &[f64], targets: &[f64], weights: Option<&[f64]>) -> Result<Self, LearnError> {
        check(scores, targets.len(), weights)?;
        if let Some(row) = targets.iter().position(|target| !target.is_finite()) {
            return Err(LearnError::Shape(format!(
                "the target of row {row} is {}, expected a finite number",
                targets[row]
            )));
        }
        let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
        let mut order: Vec<usize> = (0..scores.len()).filter(|&row| weight(row) > 0.0).collect();
        order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
        let mut blocks: Vec<Block> = Vec::new();
        for rows in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
            let total: f64 = rows.iter().map(|&row| weight(row)).sum();
            let mean = rows.iter().map(|&row| weight(row) / total * targets[row]).sum();
            let mut block = Block { first: scores[rows[0]], last: scores[rows[0]], weight: total, mean };
            while let Some(before) = blocks.pop_if(|before| before.mean >= block.mean) {
                let total = before.weight + block.weight;
                let mean = before.mean * (before.weight / total) + block.mean * (block.weight / total);
                block = Block { first: before.first, last: block.last, weight: total, mean };
            }
            blocks.push(block);
        }
        let (mut thresholds, mut values) = (Vec::new(), Vec::new());
        for block in blocks {
            // Both ends of a block: within it the function is level.
            for score in [block.first, block.last].into_iter().take(1 + usize::from(block.last > block.first)) {
                thresholds.push(score);
                values.push(block.mean);
            }
        }
        Ok(Self { thresholds, values })
    }

    /// Whether it is an increasing step function of finite numbers, as one that was fitted is.
    pub(crate) fn is_sound(&self) -> bool {
        let increases = |values: &[f64]| {
            values.windows(2).all(|pair| pair[0] <= pair[1]) && values.iter().all(|one| one.is_finite())
        };
        !self.thresholds.is_empty()
            && self.thresholds.len() == self.values.len()
            && increases(&self.thresholds)
            && increases(&self.values)
    }

    /// The value at a score; beyond the scores that were learned from, that of the nearest. A score that is
    /// not a number gets one that is not a number.
    #[must_use]
    pub fn predict(&self, score: f64) -> f64 {
        let after = self.thresholds.partition_point(|threshold| *threshold < score);
        if score.is_nan() {
            return f64::NAN;
        }
        let (Some(&high), Some(&to)) = (self.thresholds.get(after), self.values.get(after)) else {
            return self.values.last().copied().unwrap_or(f64::NAN);
        };
        if after == 0 || high == score {
            return to;
        }
        let (low, from) = (self.thresholds[after - 1], self.values[after - 1]);
        // Half of each, so that the difference of two large scores is a number.
        let share = (0.5 * score - 0.5 * low) / (0.5 * high - 0.5 * low);
        from + share * (to - from)
    }
}

/// Neighbouring scores with one value.
struct Block {
    first: f64,
    last: f64,
    weight: f64,
    mean: f64,
}
