//! Which candidates are worth the time of all folds.

use super::trial::Tried;
use crate::metrics::Metric;

/// Candidates with a first fold from which on others race against them.
const RACE_AGAINST_MIN: usize = 6;

/// What a candidate must reach on the first fold so that the others are worth their time: to be among
/// the best third there (successive halving, Jamieson & Talwalkar 2016, with folds as the resource).
pub(super) struct Race {
    least: f64,
    metric: Metric,
}

impl Race {
    /// A race against those tried; none while they are too few.
    pub(super) fn against(tried: &[Tried], metric: Metric) -> Option<Self> {
        let mut firsts: Vec<f64> = tried
            .iter()
            .filter(|tried| tried.spec.name != super::BASELINE && tried.members.is_empty())
            .filter_map(|tried| tried.candidate.cv_scores.first().copied())
            .collect();
        if firsts.len() < RACE_AGAINST_MIN {
            return None;
        }
        firsts.sort_by(|a, b| metric.best_first(*a, *b));
        Some(Self { least: firsts[firsts.len() / 3], metric })
    }

    pub(super) fn is_passed(&self, score: f64) -> bool {
        !self.metric.is_better(self.least, score)
    }

    pub(super) fn lost(&self, metric: Metric, score: f64) -> String {
        format!(
            "given up after its first fold: {metric} {score:.4} there, {:.4} is a third of the candidates' or better",
            self.least
        )
    }
}
