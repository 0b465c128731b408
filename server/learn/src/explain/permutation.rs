//! Permutation importance (Breiman 2001, §10; Fisher, Rudin & Dominici 2019): how much worse a
//! model scores when one column's values are shuffled between rows.

use mlwright_base::{CancelToken, Progress, ProgressSink, Seed};
use serde::{Deserialize, Serialize};

use super::exchange::Shuffles;
use crate::{Frame, LearnError};

/// How much worse a model scores without what one raw column says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PermutationImportance {
    /// The raw column.
    pub feature: String,
    /// Mean over the repeats of (score on the rows as they are − score with the column shuffled).
    /// Near zero or negative: the model does not need the column.
    pub mean: f64,
    /// Standard deviation over the repeats (population).
    pub std: f64,
}

impl PermutationImportance {
    /// Of the drops of the score that were seen.
    ///
    /// # Errors
    /// [`LearnError::Parameter`] when there are none.
    pub(super) fn of(feature: &str, drops: &[f64]) -> Result<Self, LearnError> {
        if drops.is_empty() {
            return Err(LearnError::Parameter {
                parameter: "repeats".to_owned(),
                found: "0".to_owned(),
                expected: "at least 1".to_owned(),
            });
        }
        let n = drops.len() as f64;
        let mean = drops.iter().sum::<f64>() / n;
        let variance = drops.iter().map(|drop| (drop - mean).powi(2)).sum::<f64>() / n;
        Ok(Self { feature: feature.to_owned(), mean, std: variance.sqrt() })
    }
}

/// Shuffles each of `features` in turn, `repeats` times, and scores the frame; the answer is in the
/// order of `features`. `score` must be the higher the better. The same seed gives the same
/// shuffles for a feature, whatever other features are asked for. Costs
/// `1 + features × repeats` calls of `score`.
///
/// Correlated columns share their importance: each alone can look unneeded.
///
/// # Errors
/// [`LearnError::ColumnMissing`], [`LearnError::Parameter`] when `repeats` is 0,
/// [`LearnError::Cancelled`] (looked at before each score), and whatever `score` returns.
pub fn permutation_importance(
    frame: &Frame,
    features: &[&str],
    repeats: usize,
    seed: Seed,
    cancel: &CancelToken,
    progress: &dyn ProgressSink,
    mut score: impl FnMut(&Frame) -> Result<f64, LearnError>,
) -> Result<Vec<PermutationImportance>, LearnError> {
    cancel.check()?;
    let reference = score(frame)?;
    let mut shuffled = frame.clone();
    let mut answers = Vec::with_capacity(features.len());
    for (position, &feature) in features.iter().enumerate() {
        let column = frame.column(feature).ok_or_else(|| LearnError::ColumnMissing {
            column: feature.to_owned(),
            available: frame.names().to_vec(),
        })?;
        let mut shuffles = Shuffles::new(feature, frame.n_rows(), seed);
        let mut drops = Vec::with_capacity(repeats);
        for _ in 0..repeats {
            cancel.check()?;
            shuffled = shuffled.with_column(feature, column.take(shuffles.next()));
            drops.push(reference - score(&shuffled)?);
        }
        shuffled = shuffled.with_column(feature, column.clone());
        answers.push(PermutationImportance::of(feature, &drops)?);
        progress.report(Progress::of((position + 1) as f64, features.len() as f64, format!("shuffled {feature}")));
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use mlwright_base::NoProgress;

    use super::*;
    use crate::Column;

    fn numbers(frame: &Frame, name: &str) -> Vec<f64> {
        match frame.column(name) {
            Some(Column::Number(values)) => values.clone(),
            other => panic!("{name} is {other:?}"),
        }
    }

    #[test]
    fn only_the_column_that_is_used_matters() {
        let values: Vec<f64> = (0..200).map(f64::from).collect();
        let frame = Frame::new(vec![
            ("used".to_owned(), Column::Number(values.clone())),
            ("unused".to_owned(), Column::Number(values.iter().rev().copied().collect())),
        ])
        .expect("same lengths");
        let score = |frame: &Frame| {
            let found = numbers(frame, "used");
            Ok(-found.iter().zip(&values).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / 200.0)
        };
        let run = |features: &[&str]| {
            permutation_importance(&frame, features, 20, Seed(7), &CancelToken::new(), &NoProgress, score)
                .expect("runs")
        };
        let both = run(&["unused", "used"]);
        assert_eq!((both[0].feature.as_str(), both[0].mean, both[0].std), ("unused", 0.0, 0.0));
        // Shuffled and true value are independent: E (a − b)² = 2 · variance = (200² − 1) / 6.
        assert!((both[1].mean / ((200.0 * 200.0 - 1.0) / 6.0) - 1.0).abs() < 0.1, "{both:?}");
        assert!(both[1].std > 0.0);
        assert_eq!(run(&["used"])[0], both[1], "a feature's answer does not depend on the others");
    }

    #[test]
    fn bad_arguments_and_cancel_are_answered() {
        let frame = Frame::new(vec![("a".to_owned(), Column::Number(vec![1.0]))]).expect("one column");
        let cancel = CancelToken::new();
        let run = |features: &[&str], repeats, cancel: &CancelToken| {
            permutation_importance(&frame, features, repeats, Seed(1), cancel, &NoProgress, |_| Ok(0.0))
        };
        assert!(matches!(run(&["b"], 1, &cancel), Err(LearnError::ColumnMissing { .. })));
        assert!(matches!(run(&["a"], 0, &cancel), Err(LearnError::Parameter { .. })));
        cancel.cancel();
        assert_eq!(run(&["a"], 1, &cancel), Err(LearnError::Cancelled));
    }
}
