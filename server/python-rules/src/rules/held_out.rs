//! MLW201: a model that nothing is known about.

use mlwright_python_values::event::EventKind;

use super::Findings;
use super::facts::{Facts, is_table};

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    // Held-out rows anywhere, or a score of any kind, and there is something to say.
    let judges = facts.events().iter().any(|event| {
        matches!(
            event.kind,
            EventKind::Split(_)
                | EventKind::CrossValidation { .. }
                | EventKind::Score(_)
                | EventKind::Watch { .. }
                | EventKind::SetsApart { .. }
        )
    });
    if judges || facts.judged.iter().any(|judged| facts.flow().rows.split_above(judged.rows).is_some()) {
        return;
    }
    for (_, fit) in facts.model_fits() {
        if fit.supervised
            && is_table(&fit.x.data)
            && !facts.in_uncalled(fit.site)
            && fit.estimator.parameter("oob_score").is_none()
        {
            let message = "this model is fitted on all rows and never judged on others: how good it is on new rows is not known. Set some apart with `train_test_split`, or use `cross_val_score`";
            found.report("MLW201", fit.site, message.to_owned(), Vec::new());
        }
    }
}
