//! The leaderboard so far, in one line, for who follows a search.

use std::collections::BTreeSet;

use super::trial::Tried;
use crate::Metric;

/// Learners that are named.
const LEARNERS_NAMED: usize = 3;

/// How many candidates were tried, and the best of the best learners with their scores.
pub(super) fn standing(tried: &[Tried], metric: Metric) -> String {
    let mut scored: Vec<(f64, &str)> =
        tried.iter().filter_map(|one| Some((one.candidate.cv_mean?, one.candidate.learner.as_str()))).collect();
    scored.sort_by(|a, b| metric.best_first(a.0, b.0));
    let mut seen = BTreeSet::new();
    scored.retain(|(_, learner)| seen.insert(*learner));
    let named: Vec<String> =
        scored.iter().take(LEARNERS_NAMED).map(|(score, learner)| format!("{learner} {}", rounded(*score))).collect();
    if named.is_empty() {
        return format!("{} tried, none with a score", tried.len());
    }
    format!("{} tried, {}: {}", tried.len(), metric.name(), named.join(", "))
}

/// With four digits that count.
fn rounded(score: f64) -> String {
    let decimals = if score == 0.0 { 0 } else { (3 - score.abs().log10().floor() as i32).clamp(0, 8) };
    format!("{score:.*}", decimals as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_have_four_digits_whatever_their_size() {
        assert_eq!(
            [0.84631, 12.3456, 54_321.9, 0.0, 0.000_123_45].map(rounded),
            ["0.8463", "12.35", "54322", "0", "0.0001234"]
        );
    }
}
