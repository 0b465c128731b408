//! MLW206: labels where a metric needs scores.

use super::Findings;
use super::facts::Facts;

/// Metrics over a ranking or over probabilities.
const NEED_SCORES: &[&str] = &[
    "roc_auc_score", "average_precision_score", "log_loss", "brier_score_loss", "roc_curve", "precision_recall_curve",
    "top_k_accuracy_score", "det_curve",
];

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    for judged in &facts.judged {
        let Some(metric) = judged.metric.as_deref().filter(|metric| NEED_SCORES.contains(metric)) else { continue };
        let estimator = &facts.fit(judged.fit).estimator;
        let classifies = estimator.role == mlwright_python_values::value::Role::Classifier;
        if !judged.given_scores && classifies {
            let message = format!(
                "`{metric}` is given labels: it then knows one threshold only, and mostly says less than is true. Give it `predict_proba(…)[:, 1]` or `decision_function(…)`"
            );
            found.report("MLW206", judged.site, message, vec![(facts.events()[judged.event].site, "scored here")]);
        }
    }
}
