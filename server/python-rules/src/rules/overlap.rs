//! MLW104 and MLW105: rows, or copies of rows, that are in both the training and the test data.

use mlwright_python_values::event::EventKind;
use mlwright_python_values::rows::{Relation, RowsId};
use mlwright_python_values::value::FitId;

use super::Findings;
use super::facts::{Facts, Judged};

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    for judged in &facts.judged {
        // In folds this is MLW112.
        let in_folds = facts.split_of(judged.rows).is_some_and(|split| &*split.what != "train_test_split");
        if let Relation::Copies(set) = facts.against_training(judged)
            && !in_folds
            && !is_training_score(facts, judged, set)
        {
            let site = facts.flow().rows.get(set).site;
            let fit = facts.fit(judged.fit);
            found.report(
                "MLW104",
                site,
                COPIED.to_owned(),
                vec![(fit.site, "the model is fitted here"), (judged.site, "and judged here")],
            );
        }
    }
    copied_before_split(facts, found);
    for (_, fit) in facts.fits_that_set_apart() {
        if let Some(copies) = facts.copies_above(fit.x.data.rows) {
            let related = vec![(fit.site, "some of these rows are set apart here")];
            found.report("MLW104", facts.flow().rows.get(copies).site, COPIED.to_owned(), related);
        }
    }
    drawn(facts, found);
    let fits: Vec<FitId> = facts.model_fits().map(|(id, _)| id).collect();
    for fit in fits {
        let all: Vec<&Judged> = facts.judged.iter().filter(|judged| judged.fit == fit).collect();
        check_fit(facts, fit, &all, found);
    }
}

/// Whether a model is judged on the very rows whose copies it learned from, as it is on others: that shows overfitting.
fn is_training_score(facts: &Facts<'_>, judged: &Judged, copies: RowsId) -> bool {
    let originals = &facts.flow().rows.get(copies).parents;
    originals.contains(&judged.rows)
        && facts
            .judged
            .iter()
            .any(|other| other.fit == judged.fit && other.metric.is_some() && facts.is_held_out(other))
}

/// Predictions for test rows that are only looked at in a plot, of a model that was fitted on all rows after these were split.
fn drawn(facts: &Facts<'_>, found: &mut Findings) {
    let rows = &facts.flow().rows;
    let mut seen: Vec<FitId> = Vec::new();
    for event in facts.events() {
        let EventKind::Drawing { fit: id, rows: of } = &event.kind else { continue };
        let fit = facts.fit(*id);
        if seen.contains(id) || facts.relation(fit.x.data.rows, *of) != Relation::Contains {
            continue;
        }
        let is_set_apart = || facts.splits_for_test_of(*of).any(|(split, _)| split.site.end < fit.site.start);
        // Beside an honest score, or one that is reported itself, the plot is an illustration.
        let is_scored = facts.judged.iter().any(|judged| {
            judged.metric.is_some()
                && (judged.fit == *id || rows.comes_from(judged.rows, *of) && facts.is_held_out(judged))
        });
        if fit.estimator.role.is_model() && !is_scored && is_set_apart() {
            seen.push(*id);
            let message = "the model was fitted on these rows too: how near its predictions come in this plot says nothing about new rows. Fit it on the training part alone";
            found.report("MLW105", event.site, message.to_owned(), vec![(fit.site, "fitted on these rows here")]);
        }
    }
}

const COPIED: &str = "rows are copied or synthesised before the split: near copies of test rows are among the training rows, and the test result is better than it should be. Split first, then resample the training rows alone";

/// A split of rows and copies of them, before anything is judged on its parts or where the models are not understood.
fn copied_before_split(facts: &Facts<'_>, found: &mut Findings) {
    let rows = &facts.flow().rows;
    let unknown = facts.splits_for_unknown_models();
    for (event, split) in facts.splits() {
        let Some(copies) = facts.copies_above(split.input.data.rows) else { continue };
        // A part that was split again is for choosing, where its other part is there to judge.
        if &*split.what != "train_test_split" || facts.other_part_is_used(split.input.data.rows) {
            continue;
        }
        let from_part = |id: RowsId| split.parts.iter().any(|part| rows.comes_from(id, *part));
        // Of a judgement on rows that are made in ways that are not understood nothing else is known.
        let is_seen = |id: FitId| {
            facts.judged.iter().any(|judged| judged.fit == id && facts.against_training(judged) != Relation::Unknown)
        };
        let is_judged =
            facts.model_fits().any(|(id, fit)| from_part(fit.x.data.rows) && facts.is_judged(id) && is_seen(id));
        let fitted = facts.model_fits().find(|(_, fit)| from_part(fit.x.data.rows));
        let is_unknown = unknown.iter().any(|(other, _)| other.site == event.site);
        if is_judged || fitted.is_none() && !is_unknown {
            continue;
        }
        let mut related = vec![(event.site, "the rows are split here")];
        related.extend(fitted.map(|(_, fit)| (fit.site, "the model is fitted here")));
        found.report("MLW104", rows.get(copies).site, COPIED.to_owned(), related);
    }
}

fn check_fit(facts: &Facts<'_>, id: FitId, judged: &[&Judged], found: &mut Findings) {
    let fit = facts.fit(id);
    let overlapping = |judged: &&&Judged| {
        matches!(facts.against_training(judged), Relation::Same | Relation::Contains | Relation::Within)
    };
    // A training score beside a test score shows overfitting; alone it is taken for one.
    let only_training = judged.iter().all(|judged| overlapping(&judged)) && !cross_validated(facts, id);
    let judged_apart = judged.iter().any(|judged| judged.metric.is_some() && facts.is_test(judged));
    for judged in judged.iter().filter(|judged| judged.metric.is_some()) {
        let related = vec![(fit.site, "fitted on these rows here")];
        match facts.against_training(judged) {
            Relation::Crossing => {
                let message = "the model was fitted on another random part of the same table: many of these rows are among its training rows. Keep the test rows of the split that it was fitted with";
                found.report("MLW105", judged.site, message.to_owned(), related);
            }
            // Part of the training rows beside held-out ones shows overfitting, as all of them would.
            Relation::Contains if judged_apart => {}
            Relation::Contains => {
                let message = "the model was fitted on these rows too: its score here says nothing about new rows. Fit it on the training part alone";
                found.report("MLW105", judged.site, message.to_owned(), related);
            }
            Relation::Within if facts.flow().rows.comes_from(fit.x.data.rows, judged.rows) && judged_apart => {
                let message = "these rows hold those that the model was fitted on and others: the score is a mixture of memory and skill. Score the held-out rows alone";
                found.report("MLW105", judged.site, message.to_owned(), related);
            }
            Relation::Same | Relation::Within if only_training => {
                let message = "the model is judged only on the rows that it was fitted on, which says nothing about new rows. Set some rows apart with `train_test_split`, or use `cross_val_score`";
                found.report("MLW105", judged.site, message.to_owned(), related);
            }
            _ => {}
        }
    }
}

/// Whether the rows of a fit were also judged by cross-validation: then a training score is one beside an honest one.
fn cross_validated(facts: &Facts<'_>, id: FitId) -> bool {
    let fit = facts.fit(id);
    facts.events().iter().any(|event| match &event.kind {
        EventKind::CrossValidation { x, .. } => facts.relation(x.data.rows, fit.x.data.rows).overlaps(),
        _ => false,
    })
}
