//! What to know before relying on a search's result.

use std::collections::BTreeMap;

use super::plan::Plan;
use super::trial::Tried;
use super::{BASELINE, Candidate, NAMES_SHOWN_MAX, rounded};
use crate::learners::LearnerSpec;
use crate::metrics::Metric;
use crate::prepare::DropReason;
use crate::target::EncodedTarget;
use crate::{Model, Target, Task};

/// Test rows below which the intervals are wide enough to be worth a word.
const TEST_ROWS_FEW: usize = 50;
/// Test rows of the rarer of two classes below which metrics rest on the luck of a few rows.
const CLASS_ROWS_FEW: usize = 10;
/// Standard deviations between folds beyond which the test score is another matter than theirs.
const SURPRISE_DEVIATIONS: f64 = 6.0;
/// The share of the folds' score by which it must differ besides.
const SURPRISE_SHARE: f64 = 0.25;

/// What a test said, and what the folds had promised.
pub(super) struct Scores<'a> {
    pub(super) metric: Metric,
    pub(super) test: &'a BTreeMap<String, f64>,
    pub(super) baseline: &'a BTreeMap<String, f64>,
    pub(super) chosen: &'a Candidate,
}

/// The search was ended before it was done.
pub(super) fn ended(by: &str, n_tried: usize, queue: &[LearnerSpec]) -> String {
    let mut left: Vec<&str> =
        queue[n_tried..].iter().filter(|spec| spec.is_default()).map(|spec| spec.name.as_str()).collect();
    left.sort_unstable();
    let untried = if left.is_empty() { String::new() } else { format!("; not tried at all: {}", left.join(", ")) };
    format!(
        "{by} ended the search after {n_tried} of {} candidates{untried}; another run may get further and choose otherwise",
        queue.len()
    )
}

/// Nothing was learned, as far as cross-validation can tell.
pub(super) fn no_better_in_folds(tried: &[Tried], best: usize, metric: Metric) -> Option<String> {
    let baseline = tried.iter().find(|tried| tried.spec.name == BASELINE)?.candidate.cv_mean?;
    let chosen = &tried[best].candidate;
    let score = chosen.cv_mean?;
    (chosen.learner != BASELINE && !metric.is_better(rounded(score), rounded(baseline))).then(|| {
        format!("no learner beats the baseline in cross-validation ({metric} {score:.4}, baseline {baseline:.4}): the columns say little about the target")
    })
}

/// Columns that the model has no use for.
pub(super) fn dropped_features(model: &Model) -> Vec<String> {
    let plan = model.preparer.plan();
    let named = |what: &str, is_so: &dyn Fn(&DropReason) -> Option<String>| {
        let names: Vec<String> = plan
            .iter()
            .filter_map(|plan| Some(format!("{}{}", plan.feature, is_so(plan.dropped.as_ref()?)?)))
            .collect();
        let more = names.len().saturating_sub(NAMES_SHOWN_MAX);
        let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
        let shown = names[..names.len() - more].join(", ");
        (!names.is_empty()).then(|| format!("without use, because {what}: {shown}{tail}"))
    };
    let plain = named("constant or empty in the training rows", &|reason| match reason {
        DropReason::Duplicate { .. } => None,
        DropReason::Empty | DropReason::Constant | DropReason::Unsaid => Some(String::new()),
    });
    let twice = named("the same as another column in the training rows", &|reason| match reason {
        DropReason::Duplicate { of } => Some(format!(" (as {of})")),
        DropReason::Empty | DropReason::Constant | DropReason::Unsaid => None,
    });
    plain.into_iter().chain(twice).collect()
}

/// What the held-out rows do not tell, or tell against the model.
pub(super) fn of_the_test(target: &EncodedTarget, plan: &Plan, scores: &Scores<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    let n = plan.test_target.len();
    if n < TEST_ROWS_FEW {
        warnings.push(format!("only {n} test row(s): the test metrics are rough, see their intervals"));
    } else if let (Task::Binary, Target::Class { codes, .. }) = (target.task, &plan.test_target) {
        let ones = codes.iter().filter(|&&code| code == 1).count();
        let (rarer, class) = if ones <= n - ones { (ones, 1) } else { (n - ones, 0) };
        if rarer < CLASS_ROWS_FEW {
            warnings.push(format!(
                "only {rarer} test row(s) of class {:?}: the test metrics rest on the luck of a few rows",
                target.classes[class]
            ));
        }
    }
    let without: Vec<&str> = Metric::all_for(target.task)
        .into_iter()
        .map(Metric::name)
        .filter(|name| !scores.test.contains_key(*name))
        .collect();
    if !without.is_empty() {
        warnings.push(format!("without a value on the test rows (one class, or too few): {}", without.join(", ")));
    }
    if let Target::Number(values) = &plan.test_target
        && values.contains(&0.0)
    {
        warnings.push("mape says nothing here: a true value is 0, of which no error is a percentage".to_owned());
    }
    warnings.extend(no_better_in_test(scores));
    warnings.extend(unlike_the_folds(scores));
    warnings
}

fn no_better_in_test(scores: &Scores<'_>) -> Option<String> {
    let (metric, name) = (scores.metric, scores.metric.name());
    let (model, baseline) = (*scores.test.get(name)?, *scores.baseline.get(name)?);
    let is_worse = scores.chosen.learner != BASELINE && !metric.is_better(rounded(model), rounded(baseline));
    is_worse.then(|| format!("the model is no better than the baseline on the test rows ({metric} {model:.4}, baseline {baseline:.4}): do not rely on it"))
}

/// The test rows are another matter than those that were learned from.
fn unlike_the_folds(scores: &Scores<'_>) -> Option<String> {
    let metric = scores.metric;
    let test = *scores.test.get(metric.name())?;
    let (mean, deviation) = (scores.chosen.cv_mean?, scores.chosen.cv_std?);
    let worse_by = if metric.greater_is_better() { mean - test } else { test - mean };
    let is_surprise = worse_by > SURPRISE_DEVIATIONS * deviation && worse_by > SURPRISE_SHARE * mean.abs();
    is_surprise.then(|| {
        format!("{metric} is {test:.4} on the test rows, far from the {mean:.4} of cross-validation: the test rows are unlike those that were learned from, as later rows may be")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(metric: Metric, test: f64, baseline: f64, cv: (f64, f64)) -> Vec<String> {
        let only = |value| BTreeMap::from([(metric.name().to_owned(), value)]);
        let chosen = Candidate {
            learner: "decision_tree".to_owned(),
            parameters: Vec::new(),
            set: serde_json::Map::new(),
            cv_scores: Vec::new(),
            cv_mean: Some(cv.0),
            cv_std: Some(cv.1),
            fit_seconds: 0.0,
            failure: None,
        };
        let scores = Scores { metric, test: &only(test), baseline: &only(baseline), chosen: &chosen };
        no_better_in_test(&scores).into_iter().chain(unlike_the_folds(&scores)).collect()
    }

    #[test]
    fn a_test_that_speaks_against_the_model_is_heard() {
        assert!(said(Metric::RocAuc, 0.80, 0.5, (0.82, 0.02)).is_empty());
        assert!(said(Metric::Rmse, 1.3, 9.0, (1.26, 0.1)).is_empty());
        assert!(said(Metric::Rmse, 129.3, 123.7, (128.0, 5.0))[0].contains("no better than the baseline"));
        assert!(said(Metric::Rmse, 101.0, 110.0, (1.26, 0.1))[0].contains("far from the 1.2600"));
        assert_eq!(said(Metric::RocAuc, 0.40, 0.5, (0.9, 0.02)).len(), 2);
    }
}
