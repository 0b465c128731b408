//! The yardstick every other learner must beat: the same answer for every row.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::contract::Preparation;
use crate::learners::check_rows;
use crate::target_scale::TargetScale;
use crate::{Estimator, FitContext, LearnError, Predictor, Target, Task};

/// Answers with the training rows' class frequencies, or their mean. The mean is kept for every
/// metric, also those that another constant would suit better (the median for the absolute error).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {}

impl Estimator for Baseline {
    fn name(&self) -> &'static str {
        "baseline"
    }

    fn parameters(&self) -> Vec<(String, serde_json::Value)> {
        Vec::new()
    }

    fn preparation(&self) -> Preparation {
        Preparation::Tree
    }

    fn supports(&self, _task: Task) -> bool {
        true
    }

    fn fit(&self, x: ArrayView2<'_, f64>, y: &Target, cx: &FitContext<'_>) -> Result<Predictor, LearnError> {
        cx.cancel.check()?;
        check_rows(x, y)?;
        Ok(Predictor::Constant(match y {
            Target::Class { codes, n_classes } => class_frequencies(codes, *n_classes),
            Target::Number(values) => vec![TargetScale::fit(values).center],
        }))
    }
}

/// The share of each class, shape `(n_classes,)`.
pub(crate) fn class_frequencies(codes: &[u32], n_classes: usize) -> Vec<f64> {
    let mut counts = vec![0_u64; n_classes];
    for &code in codes {
        counts[code as usize] += 1;
    }
    counts.iter().map(|&count| count as f64 / codes.len() as f64).collect()
}

/// The share of each class to start learning from, shape `(n_classes,)`: a class that does not occur
/// counts as half a row. Every learner takes the same, so that none wins by being less sure of what
/// none of them can know.
pub(crate) fn start_shares(codes: &[u32], n_classes: usize) -> Vec<f64> {
    let least = 0.5 / codes.len() as f64;
    class_frequencies(codes, n_classes).into_iter().map(|share| share.max(least)).collect()
}

#[cfg(test)]
mod tests {
    use mlwright_base::{CancelToken, NoProgress, Seed};
    use ndarray::Array2;

    use super::*;
    use crate::contract::MatrixInfo;

    fn fit(y: &Target) -> Result<Predictor, LearnError> {
        let (cancel, matrix) = (CancelToken::new(), MatrixInfo::default());
        let cx = FitContext::new(Seed(1), &cancel, &NoProgress, &matrix);
        Baseline {}.fit(Array2::zeros((y.len(), 0)).view(), y, &cx)
    }

    #[test]
    fn answers_with_frequencies_or_the_mean() {
        let classes = Target::Class { codes: vec![0, 1, 1, 2], n_classes: 4 };
        assert_eq!(fit(&classes), Ok(Predictor::Constant(vec![0.25, 0.5, 0.25, 0.0])));
        assert_eq!(fit(&Target::Number(vec![1.0, 2.0, 6.0])), Ok(Predictor::Constant(vec![3.0])));
        assert_eq!(fit(&Target::Number(vec![1e308, 1e308])), Ok(Predictor::Constant(vec![1e308])));
    }

    #[test]
    fn no_rows_is_an_error() {
        assert!(matches!(fit(&Target::Number(vec![])), Err(LearnError::UnsuitableData { .. })));
    }
}
