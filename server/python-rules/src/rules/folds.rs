//! MLW103, MLW111 and MLW112: cross-validation on data that was prepared, grouped or resampled as a whole.

use mlwright_python_values::event::{Event, EventKind};
use mlwright_python_values::info::InfoKind;
use mlwright_python_values::rows::RowsId;

use super::Findings;
use super::facts::Facts;

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    for event in facts.events() {
        if let EventKind::Split(split) = &event.kind
            && &*split.what != "train_test_split"
            && let Some(copies) = facts.copies_above(split.input.data.rows)
        {
            let message = "each fold holds copies of rows of the others: rows were copied or synthesised before the folds were made. Resample the training part of each fold";
            let held_out_beside = facts.flow().rows.split_above(copies).is_some();
            found.report(
                if held_out_beside { "MLW113" } else { "MLW112" },
                event.site,
                message.to_owned(),
                vec![(facts.flow().rows.get(copies).site, "the copies are made here")],
            );
        }
        let EventKind::CrossValidation { x, estimator, .. } = &event.kind else { continue };
        if !estimator.role.is_model() {
            continue;
        }
        let rows = &facts.flow().rows;
        let learned = facts.info(&x.data.all_infos());
        if let Some(info) =
            learned.iter().find(|info| info.kind != InfoKind::Future && rows.knows_of(info.rows, x.data.rows))
        {
            let seen = vec![(info.site, "fitted on all of these rows here")];
            // A test part stands outside: only the choice among settings is affected.
            let held_out_beside = rows.split_above(x.data.rows).is_some() && rows.split_above(info.rows).is_some()
                || is_judged_apart(facts, event, info.rows);
            if held_out_beside {
                let message = format!(
                    "each fold of the training rows is judged on rows that `{}` has seen, which can mislead the choice (the test rows are not touched). Put it into a `Pipeline` with the model and search over that",
                    info.what
                );
                found.report("MLW113", event.site, message, seen);
            } else {
                let message = format!(
                    "each fold is judged on rows that `{}` has seen: it was fitted before the folds were made. Put it into a `Pipeline` with the model, so that each fold fits its own",
                    info.what
                );
                found.report("MLW103", event.site, message, seen);
            }
        }
        if let Some(copies) = facts.copies_above(x.data.rows) {
            let made = vec![(rows.get(copies).site, "the copies are made here")];
            // A test part stands outside, as above.
            if rows.split_above(copies).is_some() || is_judged_apart(facts, event, copies) {
                let message = "each fold of the training rows is judged on copies of rows it learned from, which can mislead the choice (the test rows are not touched). Use `imblearn.pipeline.Pipeline`, which resamples the training part of each fold";
                found.report("MLW113", event.site, message.to_owned(), made);
            } else {
                let message = "each fold is judged on copies of rows it learned from: rows were copied or synthesised before the folds were made. Use `imblearn.pipeline.Pipeline`, which resamples the training part of each fold";
                found.report("MLW112", event.site, message.to_owned(), made);
            }
        }
    }
}

/// Whether what a search found is judged on rows that are not among `seen`, as a function does that is given both parts.
fn is_judged_apart(facts: &Facts<'_>, search: &Event, seen: RowsId) -> bool {
    facts.judged.iter().any(|judged| {
        judged.metric.is_some()
            && facts.fit(judged.fit).site == search.site
            && facts.is_held_out(judged)
            && !facts.flow().rows.are_related(judged.rows, seen)
    })
}
