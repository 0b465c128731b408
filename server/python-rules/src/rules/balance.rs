//! MLW202 and MLW205: rare classes.

use mlwright_python_values::event::{EventKind, Scoring};
use mlwright_python_values::value::{Estimator, Role, Value};

use super::Findings;
use super::facts::Facts;

/// Share of the most frequent class above which accuracy says little.
const SHARE_MAX: f64 = 0.8;

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    for judged in facts
        .judged
        .iter()
        .filter(|judged| judged.metric.as_deref().is_some_and(|metric| metric.starts_with("accuracy")))
    {
        let fit = facts.fit(judged.fit);
        if fit.estimator.role == Role::Regressor {
            continue;
        }
        // Another metric beside it shows the rare class.
        let others = facts.judged.iter().any(|other| {
            facts.fit(other.fit).object == fit.object
                && other.metric.as_deref().is_some_and(|metric| !metric.starts_with("accuracy"))
        });
        let share = fit.y.as_ref().and_then(|y| facts.top_share(&y.data));
        let known = share.is_some_and(|share| share > SHARE_MAX);
        if !others && known {
            let percent = (share.unwrap_or_default() * 100.0).round();
            let message = format!(
                "accuracy says little here: {percent} % of the rows have the same class, so that always answering it is {percent} % right. Use average precision, F1, balanced accuracy or a confusion matrix"
            );
            found.report("MLW202", judged.site, message, vec![(fit.site, "fitted here")]);
        }
    }
    cross_validated(facts, found);
    ignored_weights(facts, found);
}

/// `cross_val_score` of a classifier with nothing but accuracy.
fn cross_validated(facts: &Facts<'_>, found: &mut Findings) {
    for event in facts.events() {
        let EventKind::CrossValidation { estimator, y: Some(y), scoring, searches, .. } = &event.kind else { continue };
        let by_accuracy = match scoring {
            Scoring::Default => estimator.role == Role::Classifier,
            Scoring::Named(name) => &**name == "accuracy",
            Scoring::Other => false,
        };
        if let Some(share) = facts.top_share(&y.data).filter(|share| by_accuracy && !searches && *share > SHARE_MAX) {
            let percent = (share * 100.0).round();
            let message = format!(
                "accuracy says little here: {percent} % of the rows have the same class, so that always answering it is {percent} % right. Use `scoring=\"average_precision\"`, `\"f1\"` or `\"balanced_accuracy\"`"
            );
            found.report("MLW202", event.site, message, Vec::new());
        }
    }
}

/// `class_weight` given to a class that has no such parameter, or weights that were computed and not handed over.
fn ignored_weights(facts: &Facts<'_>, found: &mut Findings) {
    let takes =
        |estimator: &Estimator| estimator.parameter("class_weight").is_some_and(|value| !matches!(value, Value::None));
    for (_, fit) in facts.model_fits() {
        let estimator = &fit.estimator;
        let root = estimator.class.split('.').next().unwrap_or("");
        let has_no_such = root == "xgboost"
            || matches!(
                estimator.short_name(),
                "KNeighborsClassifier"
                    | "GaussianNB"
                    | "MultinomialNB"
                    | "BernoulliNB"
                    | "MLPClassifier"
                    | "GradientBoostingClassifier"
                    | "AdaBoostClassifier"
            );
        if takes(estimator) && has_no_such {
            let message = format!(
                "`{}` has no `class_weight`: the weights do not reach the model. Use {}",
                estimator.short_name(),
                if root == "xgboost" {
                    "`scale_pos_weight`, or `sample_weight` in `fit`"
                } else {
                    "`sample_weight` in `fit` where it takes one, or resample the training rows"
                }
            );
            found.report("MLW205", estimator.made, message, Vec::new());
        }
    }
    for weights in &facts.flow().class_weights {
        if weights.used {
            continue;
        }
        let fit = facts
            .model_fits()
            .map(|(_, fit)| fit)
            .find(|fit| fit.estimator.role == Role::Classifier && fit.site.start > weights.site.start);
        if let Some(fit) = fit.filter(|fit| !fit.sample_weight && !takes(&fit.estimator)) {
            let message = "class weights are computed and then not given to this model. Pass them as `class_weight=`, or as `sample_weight=` to `fit`";
            found.report(
                "MLW205",
                fit.estimator.made,
                message.to_owned(),
                vec![(weights.site, "the weights are computed here")],
            );
        }
    }
    named_weights(facts, found);
}

/// A variable with the name of the parameter that it is meant for, which nothing reads.
fn named_weights(facts: &Facts<'_>, found: &mut Findings) {
    for binding in &facts.flow().bindings {
        if !matches!(
            &*binding.name,
            "class_weight" | "class_weights" | "scale_pos_weight" | "sample_weight" | "sample_weights"
        ) {
            continue;
        }
        let n_mentions = facts.text.matches(&*binding.name).count();
        if n_mentions != 1 {
            continue;
        }
        let later = facts
            .model_fits()
            .map(|(_, fit)| fit)
            .filter(|fit| fit.site.start > binding.range.start && !fit.sample_weight);
        for fit in later {
            let classifier = facts
                .parts(&fit.estimator)
                .into_iter()
                .rev()
                .find(|part| part.role == Role::Classifier && part.composite.is_none());
            if let Some(classifier) = classifier {
                let message = format!("`{}` is made and then not given to this model", binding.name);
                found.report("MLW205", classifier.made, message, vec![(binding.range, "made here")]);
                break;
            }
        }
    }
}
