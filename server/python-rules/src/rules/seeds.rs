//! MLW203: results that cannot be had again.

use std::sync::Arc;

use mlwright_python_values::event::EventKind;
use mlwright_python_values::value::{Estimator, Value};
use mlwright_source_text::TextRange;

use super::Findings;
use super::facts::Facts;

/// Classes of scikit-learn, imbalanced-learn and the boosting libraries whose results depend on chance by default.
const RANDOM: &[&str] = &[
    "RandomForestClassifier", "RandomForestRegressor", "ExtraTreesClassifier", "ExtraTreesRegressor",
    "BaggingClassifier", "BaggingRegressor", "MLPClassifier", "MLPRegressor", "SGDClassifier", "SGDRegressor",
    "KMeans", "MiniBatchKMeans", "IsolationForest", "SMOTE", "ADASYN", "BorderlineSMOTE", "RandomOverSampler",
    "RandomUnderSampler", "DecisionTreeClassifier", "DecisionTreeRegressor", "GradientBoostingClassifier",
    "GradientBoostingRegressor", "RandomizedSearchCV", "BalancedRandomForestClassifier", "GaussianMixture",
];

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    if facts.flow().seeds_numpy {
        return;
    }
    for event in facts.events() {
        match &event.kind {
            EventKind::Split(split) if split.shuffles && !split.has_seed => {
                let message = format!(
                    "`{}` without `random_state` gives other rows at each run: results cannot be compared or had again. Set `random_state`",
                    split.what
                );
                found.report("MLW203", split.seed_site, message, Vec::new());
            }
            EventKind::CrossValidation { estimator, splitter, .. } => {
                check_estimator(facts, estimator, found);
                let shuffled = splitter.as_ref().filter(|splitter| {
                    (splitter.parameter("shuffle").and_then(Value::truth) == Some(true)
                        || splitter.short_name().contains("Shuffle"))
                        && !seeded(splitter)
                });
                if let Some(splitter) = shuffled {
                    let message = format!(
                        "`{}` shuffles without `random_state`: each run has other folds. Set `random_state`",
                        splitter.short_name()
                    );
                    found.report("MLW203", splitter.made, message, Vec::new());
                }
            }
            EventKind::Resample { estimator: Some(id), .. } => {
                if let Some((_, estimator)) = facts.flow().made.iter().find(|(made, _)| made == id) {
                    check_estimator(facts, estimator, found);
                }
            }
            EventKind::Sample { x, rows, has_seed: false } => {
                // Looking at some rows is no result; learning from them is.
                let shuffled = *rows == x.data.rows;
                let later = |site: TextRange| site.start > event.site.start;
                let learned = facts
                    .model_fits()
                    .any(|(_, fit)| later(fit.site) && facts.flow().rows.comes_from(fit.x.data.rows, *rows));
                if learned && (!shuffled || facts.judged.iter().any(|judged| facts.is_held_out(judged))) {
                    let message = "`sample` without `random_state` draws other rows at each run: results cannot be compared or had again. Set `random_state`";
                    found.report("MLW203", event.site, message.to_owned(), Vec::new());
                }
            }
            EventKind::Fit(id) => check_estimator(facts, &facts.fit(*id).estimator, found),
            _ => {}
        }
    }
}

fn seeded(estimator: &Estimator) -> bool {
    estimator.parameter("random_state").is_some_and(|seed| !matches!(seed, Value::None))
        || estimator.parameters.iter().any(|(name, _)| &**name == "**")
}

fn check_estimator(facts: &Facts<'_>, estimator: &Arc<Estimator>, found: &mut Findings) {
    for estimator in facts.parts(estimator) {
        if RANDOM.contains(&estimator.short_name()) && !seeded(&estimator) {
            let message = format!(
                "`{}` depends on chance: without `random_state` the result changes from run to run. Set `random_state`",
                estimator.short_name()
            );
            found.report("MLW203", estimator.made, message, Vec::new());
        }
    }
}
