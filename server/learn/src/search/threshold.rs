//! Where to cut probabilities of two classes, when the metric depends on it.

use crate::Task;
use crate::metrics::{Metric, ascending_groups, f1_binary};

/// The cut unless another was chosen.
pub(super) const THRESHOLD_DEFAULT: f64 = 0.5;

/// Whether choosing the cut makes sense. Precision and recall alone are best at the extremes, which
/// no one wants; accuracy is best near one half when probabilities are right.
pub(super) fn is_chosen(task: Task, metric: Metric) -> bool {
    task == Task::Binary && matches!(metric, Metric::F1 | Metric::BalancedAccuracy)
}

/// The cut that makes the metric best on these rows: halfway between two neighbouring
/// probabilities; of equals, the one nearest to one half. [`THRESHOLD_DEFAULT`] when the rows are
/// all of one class. O(n log n).
pub(super) fn choose(metric: Metric, positive: &[bool], probabilities: &[f64]) -> f64 {
    let n_positive = positive.iter().filter(|p| **p).count() as u64;
    let n_negative = positive.len() as u64 - n_positive;
    if n_positive == 0 || n_negative == 0 {
        return THRESHOLD_DEFAULT;
    }
    let groups = ascending_groups(positive, probabilities);
    let score = |true_positive: u64, false_positive: u64| match metric {
        Metric::F1 => f1_binary(true_positive, false_positive, n_positive - true_positive),
        _ => {
            let found = true_positive as f64 / n_positive as f64;
            let spared = (n_negative - false_positive) as f64 / n_negative as f64;
            f64::midpoint(found, spared)
        }
    };
    let (mut best, mut best_score) = (THRESHOLD_DEFAULT, f64::NEG_INFINITY);
    let (mut true_positive, mut false_positive) = (0, 0);
    for (position, group) in groups.iter().enumerate().rev() {
        true_positive += group.n_positive;
        false_positive += group.n_negative;
        let below = if position == 0 { 0.0 } else { groups[position - 1].score };
        let middle = f64::midpoint(below, group.score);
        // Between two neighbouring floats there is no middle.
        let cut = if middle > below { middle } else { group.score };
        let value = score(true_positive, false_positive);
        let nearer = (cut - THRESHOLD_DEFAULT).abs() < (best - THRESHOLD_DEFAULT).abs();
        if value > best_score || (value == best_score && nearer) {
            (best, best_score) = (cut, value);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_cut_lies_between_two_rows() {
        let positive = [false, false, true, false, true, true];
        let probabilities = [0.1, 0.2, 0.3, 0.4, 0.6, 0.7];
        // F1 from the top: 1/2, 4/5, 2/3, 6/7 at the third positive, then less.
        assert_eq!(choose(Metric::F1, &positive, &probabilities), 0.25);
        // Balanced accuracy: 5/6 at 0.25 and at 0.5; the one nearer to one half wins.
        assert_eq!(choose(Metric::BalancedAccuracy, &positive, &probabilities), 0.5);
    }

    #[test]
    fn equal_probabilities_are_all_on_one_side() {
        let cut = choose(Metric::F1, &[true, false, false], &[0.3, 0.3, 0.3]);
        assert_eq!(cut, 0.15);
        assert_eq!(choose(Metric::F1, &[false, false], &[0.3, 0.4]), THRESHOLD_DEFAULT);
        assert!(is_chosen(Task::Binary, Metric::F1));
        assert!(!is_chosen(Task::Multiclass, Metric::F1) && !is_chosen(Task::Binary, Metric::Recall));
    }
}
