//! MLW101 and MLW102: what was learned from the test rows before, or instead of, from the training rows.
//!
//! Yang, Brower-Sinning, Lewis and Kästner, "Data Leakage in Notebooks" (ASE 2022), call it preprocessing leakage.

use mlwright_python_values::event::EventKind;
use mlwright_python_values::info::{Info, InfoKind};
use mlwright_python_values::rows::{Relation, RowsId, Step};
use mlwright_source_text::TextRange;

use super::Findings;
use super::facts::{Facts, Judged};

/// Pieces of knowledge that are compared with each other at most.
const N_INFOS_MAX: usize = 400;

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    for judged in &facts.judged {
        let fit = facts.fit(judged.fit);
        let trained_on = fit.x.data.rows;
        if !facts.is_test(judged) && !is_part_of_training(facts, judged) {
            continue;
        }
        for info in facts.info(&fit.infos.union(&judged.infos)) {
            if info.kind == InfoKind::Future || !facts.flow().rows.knows_of(info.rows, judged.rows) {
                continue;
            }
            report(facts, found, info, judged.rows, trained_on, fit.site, Some(judged));
        }
    }
    while_learning(facts, found);
    set_apart_while_learning(facts, found);
    before_any_judgement(facts, found);
    before_unknown_models(facts, found);
    each_part_by_itself(facts, found);
    from_both_parts(facts, found);
    after_the_split(facts, found);
}

/// Whether a model that was fitted on all rows is scored on the test part of them alone: what prepared them all is one more way in
/// which it knows that part.
fn is_part_of_training(facts: &Facts<'_>, judged: &Judged) -> bool {
    judged.metric.is_some()
        && facts.against_training(judged) == Relation::Contains
        && facts.splits_for_test_of(judged.rows).next().is_some()
}

/// What was learned from the rows before they were split, and went into both parts afterwards, for models that are not
/// understood.
fn after_the_split(facts: &Facts<'_>, found: &mut Findings) {
    let rows = &facts.flow().rows;
    for (_, split) in facts.splits_for_unknown_models() {
        let [train, test] = split.parts;
        if facts.judged.iter().any(|judged| rows.comes_from(judged.rows, test)) {
            continue;
        }
        for (index, info) in facts.flow().infos.iter().take(N_INFOS_MAX).enumerate() {
            let of_both =
                info.kind != InfoKind::Future && rows.knows_of(info.rows, test) && rows.knows_of(info.rows, train);
            if of_both && facts.prepares(index, train) && facts.prepares(index, test) {
                report(facts, found, info, test, train, info.site, None);
            }
        }
    }
}

/// What was learned from both parts of a split, put together again, for models that are not understood.
fn from_both_parts(facts: &Facts<'_>, found: &mut Findings) {
    let rows = &facts.flow().rows;
    for (index, info) in facts.flow().infos.iter().take(N_INFOS_MAX).enumerate() {
        let [train, test] = rows.get(info.rows).parents[..] else { continue };
        let is_learned = matches!(info.kind, InfoKind::Fitted | InfoKind::Vocabulary);
        if !is_learned || !matches!(rows.get(info.rows).step, Step::Union) || !is_other_part(facts, train, test) {
            continue;
        }
        let is_understood = facts.judged.iter().any(|judged| rows.comes_from(judged.rows, test));
        if !is_understood && facts.prepares(index, train) && facts.prepares(index, test) {
            report(facts, found, info, test, train, info.site, None);
        }
    }
}

/// The parts of a split, each prepared by what it says itself, for models that are not understood: the part that is prepared
/// later is for the test.
fn each_part_by_itself(facts: &Facts<'_>, found: &mut Findings) {
    let rows = &facts.flow().rows;
    let infos = &facts.flow().infos;
    let infos = &infos[..infos.len().min(N_INFOS_MAX)];
    for (index, info) in infos.iter().enumerate() {
        let is_pair = |other: &Info| {
            other.what == info.what && other.kind == info.kind && is_other_part(facts, other.rows, info.rows)
        };
        if info.kind == InfoKind::Future || rows.split_or_cut_above(info.rows).is_none() {
            continue;
        }
        let Some((of_train, learned)) = infos[..index].iter().enumerate().find(|(_, other)| is_pair(other)) else {
            continue;
        };
        let is_understood = facts.judged.iter().any(|judged| rows.comes_from(judged.rows, info.rows));
        if is_understood || !facts.prepares(of_train, learned.rows) || !facts.prepares(index, info.rows) {
            continue;
        }
        report(facts, found, info, info.rows, learned.rows, learned.site, None);
    }
}

/// Whether two sets are, or come from, different parts of one split.
fn is_other_part(facts: &Facts<'_>, a: RowsId, b: RowsId) -> bool {
    let rows = &facts.flow().rows;
    match (rows.split_or_cut_above(a), rows.split_or_cut_above(b)) {
        (Some(a), Some(b)) => rows.get(a).parents == rows.get(b).parents && rows.relation(a, b) == Relation::Disjoint,
        _ => false,
    }
}

/// A network that is judged by nothing but what it watches while it learns.
fn while_learning(facts: &Facts<'_>, found: &mut Findings) {
    for event in facts.events() {
        let EventKind::Watch { fit: id, x, .. } = &event.kind else { continue };
        let fit = facts.fit(*id);
        let rows = x.data.rows;
        let relation = facts.relation(fit.x.data.rows, rows);
        if facts.is_judged(*id) || matches!(relation, Relation::Same | Relation::Contains | Relation::Within) {
            continue;
        }
        for info in facts.info(&fit.infos.union(&x.data.all_infos())) {
            if info.kind != InfoKind::Future && facts.flow().rows.knows_of(info.rows, rows) {
                report(facts, found, info, rows, fit.x.data.rows, fit.site, None);
            }
        }
    }
}

/// A network that is judged by nothing but the part of its rows that it sets apart itself.
fn set_apart_while_learning(facts: &Facts<'_>, found: &mut Findings) {
    for (_, fit) in facts.fits_that_set_apart() {
        let trained_on = fit.x.data.rows;
        for info in facts.info(&fit.infos) {
            if info.kind != InfoKind::Future && facts.flow().rows.knows_of(info.rows, trained_on) {
                report(facts, found, info, trained_on, trained_on, fit.site, None);
            }
        }
    }
}

/// A split of rows that something was learned from, whose parts go to models that are not understood.
fn before_unknown_models(facts: &Facts<'_>, found: &mut Findings) {
    for (event, split) in facts.splits_for_unknown_models() {
        for info in facts.info(&split.input.data.all_infos()) {
            if info.kind != InfoKind::Future && facts.flow().rows.knows_of(info.rows, split.parts[1]) {
                report(facts, found, info, split.parts[1], split.parts[0], event.site, None);
            }
        }
    }
}

/// A model that learns from one part of a split, and has not been judged yet: the other part is for that.
fn before_any_judgement(facts: &Facts<'_>, found: &mut Findings) {
    for (id, fit) in facts.model_fits() {
        if facts.is_judged(id) {
            continue;
        }
        let rows = &facts.flow().rows;
        let Some((part, split, number)) = rows.split_above(fit.x.data.rows) else { continue };
        let parent = rows.get(part).parents[0];
        // The other part of the split, where the script made one.
        let other = facts.events().iter().find_map(|event| match &event.kind {
            EventKind::Split(found) => {
                found.parts.iter().copied().find(|rows_of_part| match facts.flow().rows.get(*rows_of_part) {
                    set if set.parents == [parent] => {
                        matches!(set.step, Step::Part { split: s, part: p } if s == split && p != number)
                    }
                    _ => false,
                })
            }
            _ => None,
        });
        let Some(other) = other else { continue };
        for info in facts.info(&fit.infos) {
            // What was learned from the other part alone may be about this model, not for it.
            let from_other_alone = rows.relation(info.rows, fit.x.data.rows) == Relation::Disjoint;
            if info.kind != InfoKind::Future && !from_other_alone && rows.knows_of(info.rows, other) {
                report(facts, found, info, other, fit.x.data.rows, fit.site, None);
            }
        }
    }
}

fn report(
    facts: &Facts<'_>,
    found: &mut Findings,
    info: &Info,
    test: RowsId,
    train: RowsId,
    fitted: TextRange,
    judged: Option<&Judged>,
) {
    let rows = &facts.flow().rows;
    let on_test = info.rows == test
        || matches!(rows.relation(info.rows, train), Relation::Disjoint) && rows.comes_from(test, info.rows)
        || (rows.comes_from(info.rows, test) && !rows.relation(info.rows, train).overlaps());
    let what = &info.what;
    let mut related = Vec::new();
    if let Some((part, _, _)) = rows.split_above(test) {
        related.push((rows.get(part).site, "the rows are split here"));
    }
    if facts.is_fit(fitted) {
        related.push((fitted, "the model is fitted here"));
    }
    if let Some(judged) = judged {
        related.push((judged.site, "and judged here"));
    }
    if on_test && rows.relation(info.rows, train) != Relation::Same {
        let message = match info.kind {
            InfoKind::Fitted => format!(
                "`{what}` is fitted on the test rows: they are then prepared by what they themselves say. Fit it on the training rows and only `transform` the test rows"
            ),
            InfoKind::Vocabulary => format!(
                "`{what}` collects the words of the test rows. Collect those of the training rows, and describe both parts by them"
            ),
            _ => format!(
                "this {} is computed from the test rows and used to prepare them. Compute it from the training rows and use it for both",
                name_of(info)
            ),
        };
        found.report("MLW102", info.site, message, related);
        return;
    }
    let message = match info.kind {
        InfoKind::Fitted => format!(
            "`{what}` is fitted on rows that are test rows later: what it learned from them reaches the training data, and the test result is better than it should be. Split first, then fit it on the training rows alone, or put it into a `Pipeline` with the model"
        ),
        InfoKind::Vocabulary => format!(
            "`{what}` collects words from texts that are test rows later: which words the features are is known from the test rows too, and the test result is better than it should be. Split first, then collect the words of the training texts alone"
        ),
        _ => format!(
            "this {} is computed from rows that are test rows later and goes into the data: the test result is better than it should be. Split first, then compute it from the training rows alone",
            name_of(info)
        ),
    };
    // `(x - x.min()) / (x.max() - x.min())` is one mistake.
    if matches!(info.kind, InfoKind::Statistic | InfoKind::Edge) && found.line_has(facts.text, "MLW101", info.site) {
        return;
    }
    let fixes = super::statements::split_first(facts, info.site);
    found.report_with("MLW101", info.site, message, related, fixes);
}

fn name_of(info: &Info) -> String {
    format!("statistic (`{}`)", info.what)
}
