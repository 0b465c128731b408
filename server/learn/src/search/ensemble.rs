//! Several candidates as one: a mean of their predictions whose weights are chosen on the rows that
//! each fold left out (Caruana et al. 2004, selection with replacement).

use std::collections::BTreeMap;

use mlwright_base::CancelToken;
use ndarray::Array2;

use super::BASELINE;
use super::trial::Tried;
use crate::metrics::{self, Metric};
use crate::{LearnError, Predictions, Target, Task};

/// The name on the leaderboard.
pub const ENSEMBLE: &str = "weighted_ensemble";

/// Candidates of which is chosen: so many of the best,
const BEST: usize = 16;
/// and so many of each learner, because those that err elsewhere add the most to a mean.
const BEST_OF_LEARNER: usize = 2;
/// The most members.
const MEMBERS_MAX: usize = 5;
/// How often one is added.
const STEPS: usize = 25;
/// Rows by which is chosen at most: more tell no more, and every step scores them for every candidate.
const ROWS_MAX: usize = 20_000;

/// The candidates of which is chosen, by their position: the best first, of equal ones the earlier.
pub(super) fn shortlist(tried: &[Tried], metric: Metric) -> Vec<usize> {
    let can_be_mixed = |one: &Tried| one.spec.name != BASELINE && !one.outputs.is_empty() && !one.cut_short;
    let mut scored: Vec<(usize, f64)> = (0..tried.len())
        .filter(|&position| can_be_mixed(&tried[position]))
        .filter_map(|position| Some((position, tried[position].candidate.cv_mean?)))
        .collect();
    scored.sort_by(|a, b| metric.best_first(a.1, b.1));
    let mut of_learner: BTreeMap<&str, usize> = BTreeMap::new();
    let mut place = 0..;
    scored.retain(|(position, _)| {
        let seen = of_learner.entry(&tried[*position].spec.name).or_default();
        *seen += 1;
        place.next().is_some_and(|place| place < BEST) || *seen <= BEST_OF_LEARNER
    });
    scored.into_iter().map(|(position, _)| position).collect()
}

/// The rows by which weights are chosen: for each fold, those that it left out, or every so many of them.
pub(super) struct Judge {
    task: Task,
    metric: Metric,
    /// For each fold, positions among the rows that it left out.
    rows: Vec<Vec<usize>>,
    targets: Vec<Target>,
}

impl Judge {
    /// `folds` are the targets of the rows that each fold left out. `metric` must not depend on a threshold that is yet to be chosen.
    pub(super) fn new(task: Task, metric: Metric, folds: &[Target]) -> Self {
        let n_rows: usize = folds.iter().map(Target::len).sum();
        let every = n_rows.div_ceil(ROWS_MAX).max(1);
        let rows: Vec<Vec<usize>> = folds.iter().map(|fold| (0..fold.len()).step_by(every).collect()).collect();
        let targets = folds.iter().zip(&rows).map(|(fold, rows)| fold.take(rows)).collect();
        Self { task, metric, rows, targets }
    }

    /// A candidate's outputs on these rows.
    fn of(&self, outputs: &[Array2<f64>]) -> Vec<Array2<f64>> {
        outputs.iter().zip(&self.rows).map(|(fold, rows)| fold.select(ndarray::Axis(0), rows)).collect()
    }

    /// The greater, the better; none where the metric has no value.
    fn merit(&self, outputs: &[Array2<f64>]) -> Option<f64> {
        let mut sum = 0.0;
        for (fold, target) in outputs.iter().zip(&self.targets) {
            let predictions =
                Predictions::from_outputs(self.task, fold.clone(), Some(super::threshold::THRESHOLD_DEFAULT));
            sum += metrics::compute(self.metric, target, &predictions).ok().filter(|score| score.is_finite())?;
        }
        Some(if self.metric.greater_is_better() { sum } else { -sum })
    }

    /// The weights of the candidates whose outputs are given, the best first: which to take, and how
    /// much of each; they add up to 1. `None` when the first alone is as good.
    ///
    /// # Errors
    /// [`LearnError::Cancelled`].
    pub(super) fn choose(
        &self,
        candidates: &[&[Array2<f64>]],
        cancel: &CancelToken,
    ) -> Result<Option<Vec<(usize, f64)>>, LearnError> {
        let outputs: Vec<Vec<Array2<f64>>> = candidates.iter().map(|outputs| self.of(outputs)).collect();
        let mut counts = vec![0_usize; outputs.len()];
        if counts.len() < 2 {
            return Ok(None);
        }
        counts[0] = 1;
        let mut sum = outputs[0].clone();
        let Some(alone) = self.merit(&sum) else { return Ok(None) };
        let (mut best, mut best_counts) = (alone, counts.clone());
        for n_taken in 1..STEPS {
            let n_members = counts.iter().filter(|count| **count > 0).count();
            let mut next: Option<(f64, usize)> = None;
            for (candidate, own) in outputs.iter().enumerate() {
                cancel.check()?;
                if n_members == MEMBERS_MAX && counts[candidate] == 0 {
                    continue;
                }
                let mean: Vec<Array2<f64>> =
                    sum.iter().zip(own).map(|(sum, own)| (sum + own) / (n_taken + 1) as f64).collect();
                let Some(merit) = self.merit(&mean) else { continue };
                if next.is_none_or(|(known, _)| merit > known) {
                    next = Some((merit, candidate));
                }
            }
            let Some((merit, candidate)) = next else { break };
            counts[candidate] += 1;
            sum.iter_mut().zip(&outputs[candidate]).for_each(|(sum, own)| *sum += own);
            if merit > best {
                (best, best_counts) = (merit, counts.clone());
            }
        }
        let n: usize = best_counts.iter().sum();
        let chosen: Vec<(usize, f64)> = best_counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(|(candidate, count)| (candidate, *count as f64 / n as f64))
            .collect();
        Ok((best > alone && chosen.len() > 1).then_some(chosen))
    }
}

/// The weighted mean of several candidates' outputs, fold by fold.
pub(super) fn blended(members: &[(&[Array2<f64>], f64)]) -> Vec<Array2<f64>> {
    let Some((first, weight)) = members.first() else { return Vec::new() };
    let mut mean: Vec<Array2<f64>> = first.iter().map(|fold| fold * *weight).collect();
    for (outputs, weight) in &members[1..] {
        mean.iter_mut().zip(*outputs).for_each(|(mean, fold)| mean.scaled_add(*weight, fold));
    }
    mean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(values: &[f64]) -> Vec<Array2<f64>> {
        vec![Array2::from_shape_vec((values.len(), 1), values.to_vec()).expect("a column")]
    }

    #[test]
    fn errors_that_cancel_out_are_taken_together() {
        let target = vec![Target::Number(vec![1.0, 2.0, 3.0, 4.0])];
        let judge = Judge::new(Task::Regression, Metric::Rmse, &target);
        let high = numbers(&[1.5, 2.5, 3.5, 4.5]);
        let low = numbers(&[0.4, 1.4, 2.4, 3.4]);
        let far = numbers(&[9.0, 9.0, 9.0, 9.0]);
        let weights = judge
            .choose(&[&high, &low, &far], &CancelToken::new())
            .expect("not cancelled")
            .expect("two are better than one");
        assert_eq!(weights.iter().map(|(position, _)| *position).collect::<Vec<_>>(), [0, 1]);
        // 0.5 too high and 0.6 too low: the best mean takes 6 of 11 of the first.
        assert!((weights[0].1 - 6.0 / 11.0).abs() < 0.02, "{weights:?}");
        let mean = blended(&[(&high, weights[0].1), (&low, weights[1].1)]);
        assert!((mean[0][[3, 0]] - 4.0).abs() < 0.03);
    }

    #[test]
    fn the_best_are_chosen_from_and_of_each_learner_its_best() {
        let one = |learner: &str, score: f64| {
            let spec = crate::LearnerSpec::new(learner);
            Tried { outputs: numbers(&[0.0]), ..super::super::tests::tried_with(&spec, Some(score)) }
        };
        let mut tried: Vec<Tried> = (0..20).map(|place| one("random_forest", 0.9 - 0.01 * f64::from(place))).collect();
        tried.extend([one("svm", 0.5), one("svm", 0.6), one("svm", 0.55), one(BASELINE, 0.99)]);
        tried.push(Tried { cut_short: true, ..one("random_forest", 0.95) });
        tried.push(Tried { outputs: Vec::new(), ..one("random_forest", 0.95) });
        let expected: Vec<usize> = (0..BEST).chain([21, 22]).collect();
        assert_eq!(shortlist(&tried, Metric::RocAuc), expected);
    }

    #[test]
    fn nothing_is_added_to_what_is_right() {
        let target = vec![Target::Number(vec![1.0, 2.0, 3.0])];
        let judge = Judge::new(Task::Regression, Metric::Rmse, &target);
        let cancel = CancelToken::new();
        assert_eq!(judge.choose(&[&numbers(&[1.0, 2.0, 3.0]), &numbers(&[1.0, 2.0, 4.0])], &cancel), Ok(None));
        assert_eq!(judge.choose(&[], &cancel), Ok(None));
    }
}
