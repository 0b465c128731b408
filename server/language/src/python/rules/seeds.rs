//! MLW203: results that cannot be had again.

use super::Findings;
use super::facts::Facts;
use crate::python::flow::event::EventKind;
use crate::python::flow::value::{Estimator, Value};

/// Classes of scikit-learn, imbalanced-learn and the boosting libraries whose results depend on chance by default.
const RANDOM: &[&str] = &[
    "RandomForestClassifier", "RandomForestRegressor", "ExtraTreesClassifier", "ExtraTreesRegressor", "BaggingClassifier", "BaggingRegressor",
    "MLPClassifier", "MLPRegressor", "SGDClassifier", "SGDRegressor", "KMeans", "MiniBatchKMeans", "IsolationForest", "SMOTE", "ADASYN",
    "BorderlineSMOTE", "RandomOverSampler", "RandomUnderSampler", "DecisionTreeClassifier", "DecisionTreeRegressor", "GradientBoostingClassifier",
    "GradientBoostingRegressor", "RandomizedSearchCV", "BalancedRandomForestClassifier", "GaussianMixture",
];

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    if facts.flow().seeds_numpy {
        return;
    }
    for event in facts.events() {
        match &event.kind {
            EventKind::Split(split) if split.shuffles && !split.has_seed => {
                let message = format!("`{}` without `random_state` gives other rows at each run: results cannot be compared or had again. Set `random_state`", split.what);
                found.report("MLW203", event.site, message, Vec::new());
            }
            EventKind::Fit(id) => {
                let fit = facts.fit(*id);
                for estimator in parts(facts, &fit.estimator) {
                    if RANDOM.contains(&estimator.short_name()) && !seeded(&estimator) {
                        let message = format!("`{}` depends on chance: without `random_state` the result changes from run to run. Set `random_state`", estimator.short_name());
                        found.report("MLW203", estimator.made, message, Vec::new());
                    }
                }
            }
            _ => {}
        }
    }
}

fn seeded(estimator: &Estimator) -> bool {
    estimator.parameter("random_state").is_some_and(|seed| !matches!(seed, Value::None)) || estimator.parameters.iter().any(|(name, _)| &**name == "**")
}

fn parts(_facts: &Facts<'_>, estimator: &Estimator) -> Vec<Estimator> {
    vec![estimator.clone()]
}
