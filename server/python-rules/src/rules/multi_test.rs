//! MLW106 and MLW107: test rows that helped to choose.

use std::collections::HashMap;
use std::sync::Arc;

use mlwright_python_values::event::{EventKind, Fit, Given};
use mlwright_python_values::rows::{Relation, RowsId};
use mlwright_python_values::value::{FitId, LOOP};
use mlwright_source_text::TextRange;

use super::Findings;
use super::facts::{Facts, Judged};

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    let scored = facts
        .judged
        .iter()
        .filter(|judged| judged.metric.is_some() && facts.is_test(judged) && !is_baseline(facts.fit(judged.fit)));
    let mut sets = Sets::default();
    for judged in scored {
        let place = *sets.places.entry(judged.rows).or_insert(sets.list.len());
        if place == sets.list.len() {
            sets.list.push((judged.rows, Vec::new()));
        }
        sets.list[place].1.push(judged);
    }
    for (set, judged) in &sets.list {
        let first = judged[0].fit;
        let is_used_again =
            judged.iter().any(|judged| judged.fit != first || optimizes(facts, judged)) || watches(facts, *set);
        let tries_thresholds = tries_thresholds(facts, judged);
        if !is_used_again && !tries_thresholds {
            continue;
        }
        if has_untouched(facts, &sets, *set, tries_thresholds) || !judges_loops(facts, *set) {
            continue;
        }
        tuned(facts, judged, found);
        several_models(facts, judged, found);
        watched(facts, *set, found);
    }
    searched(facts, found);
    cross_validated_on_test(facts, found);
}

/// Several models cross-validated on the rows that were set apart for the test.
fn cross_validated_on_test(facts: &Facts<'_>, found: &mut Findings) {
    let mut seen: Vec<(RowsId, TextRange, TextRange)> = Vec::new();
    for event in facts.events() {
        let EventKind::CrossValidation { x, estimator, searches: false, .. } = &event.kind else { continue };
        let rows = x.data.rows;
        let is_test = facts.splits_for_test_of(rows).next().is_some();
        let trained_beside =
            facts.model_fits().any(|(_, fit)| facts.relation(fit.x.data.rows, rows) == Relation::Disjoint);
        if !is_test || !trained_beside || !estimator.role.is_model() {
            continue;
        }
        match seen.iter().find(|(known, _, _)| *known == rows) {
            Some((_, made, first)) if *made != estimator.made => {
                let message = "several models are cross-validated on the test rows: whichever is chosen by that is chosen for them. Cross-validate on the training rows, and judge the chosen one once on the test rows";
                found.report("MLW106", event.site, message.to_owned(), vec![(*first, "another one here")]);
            }
            Some(_) => {}
            None => seen.push((rows, estimator.made, event.site)),
        }
    }
}

/// The rows that models are judged on, in the order of the script, each with the judgements on just these rows.
#[derive(Default)]
struct Sets<'a> {
    list: Vec<(RowsId, Vec<&'a Judged>)>,
    places: HashMap<RowsId, usize>,
}

/// Whether other rows than `set` give the last word: judged by one model only, after the choice.
fn has_untouched(facts: &Facts<'_>, sets: &Sets<'_>, set: RowsId, tries_thresholds: bool) -> bool {
    let n_models = |judged: &[&Judged]| {
        let mut models: Vec<FitId> = judged.iter().map(|judged| judged.fit).collect();
        models.dedup_by(|a, b| is_same_model(facts, *a, *b));
        models.len()
    };
    if outer_part_is_untouched(facts, set) {
        return true;
    }
    let here = &sets.list[sets.places[&set]].1;
    let last_event = |judged: &[&Judged]| judged.iter().map(|judged| judged.event).max();
    let n_here = n_models(here);
    (n_here > 1 || tries_thresholds || watches(facts, set))
        && sets.list.iter().any(|(other, judged)| {
            let is_apart = || {
                facts.relation(*other, set) == Relation::Disjoint
                    || facts.flow().rows.are_unpacked_together(*other, set)
            };
            *other != set && n_models(judged) == 1 && is_apart() && last_event(judged) > last_event(here)
        })
}

/// Whether the prediction of some rows is scored several times at one place, each time with other labels made of it.
fn tries_thresholds(facts: &Facts<'_>, judged: &[&Judged]) -> bool {
    judged.iter().enumerate().any(|(index, again)| {
        judged[..index].iter().any(|earlier| {
            earlier.site == again.site
                && earlier.fit == again.fit
                && facts.threshold_of(earlier)
                && facts.threshold_of(again)
        })
    })
}

/// Whether `set` was split off the training part of an earlier split whose other part nothing has looked at yet.
fn outer_part_is_untouched(facts: &Facts<'_>, set: RowsId) -> bool {
    let rows = &facts.flow().rows;
    let Some((part, _, _)) = rows.split_above(set) else { return false };
    let Some(parent) = rows.get(part).parents.first() else { return false };
    facts.events().iter().any(|event| match &event.kind {
        EventKind::Split(split) if !split.parts.contains(&part) => (0..2).any(|index| {
            let other = split.parts[1 - index];
            rows.comes_from(*parent, split.parts[index])
                && !facts.judged.iter().any(|judged| rows.comes_from(judged.rows, other))
                && !facts.model_fits().any(|(_, fit)| rows.comes_from(fit.x.data.rows, other))
        }),
        _ => false,
    })
}

fn watches(facts: &Facts<'_>, set: RowsId) -> bool {
    facts.events().iter().any(|event| matches!(&event.kind, EventKind::Watch { x, .. } if x.data.rows == set))
}

/// Whether rows that choose the epoch of a network judge it too: they are the test part by what they are, or the network is
/// asked about them outside its loop, and about no others but those it learns from.
fn judges_loops(facts: &Facts<'_>, set: RowsId) -> bool {
    let table = &facts.flow().rows;
    facts.events().iter().enumerate().all(|(index, event)| {
        let EventKind::Watch { fit, x, .. } = &event.kind else { return true };
        let fit = facts.fit(*fit);
        if x.data.rows != set || &*fit.estimator.class != LOOP {
            return true;
        }
        let outermost = event.loops.first().map(|turn| turn.site);
        let is_test = facts.flow().test_rows.iter().any(|rows| table.comes_from(set, *rows))
            || facts.splits_for_test_of(set).next().is_some();
        let is_asked_outside = facts
            .flow()
            .inputs
            .iter()
            .any(|input| input.rows == set && input.around != outermost && input.before_event > index);
        let others = facts.flow().inputs.iter().any(|input| {
            let is_own = |own: RowsId| table.comes_from(input.rows, own) || table.comes_from(own, input.rows);
            !is_own(set) && !is_own(fit.x.data.rows) && is_read(facts, input.rows)
        });
        (is_test || is_asked_outside) && !others
    })
}

/// Whether rows are a data set or a part of one, rather than something that a call made.
fn is_read(facts: &Facts<'_>, rows: RowsId) -> bool {
    let table = &facts.flow().rows;
    table.split_above(rows).is_some() || facts.flow().read_rows.contains(&rows)
}

/// What makes a model another one: not that it is fitted again.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Model {
    object: u32,
    revision: u32,
    class: Arc<str>,
    /// Names of the features, where these are all known; of an array that columns are taken from, how: `best` in `X[:, best]`.
    features: Vec<Arc<str>>,
    /// Origins of the target: models of two targets are two questions.
    target: Vec<u32>,
}

fn model(facts: &Facts<'_>, fit: FitId) -> Model {
    let fit = facts.fit(fit);
    let x = &fit.x.data.columns;
    let features = match x.open {
        false => x.names().cloned().collect(),
        true => columns_taken(fit.x.range.of(facts.text)).into_iter().map(Into::into).collect(),
    };
    Model {
        object: fit.object.0,
        revision: fit.estimator.revision,
        class: fit.estimator.class.clone(),
        features,
        target: fit.y.as_ref().map_or_else(Vec::new, origins),
    }
}

/// What says which columns of an array are taken, in the words of the script.
fn columns_taken(x: &str) -> Option<&str> {
    let (_, rest) = x.split_once("[:,")?;
    Some(rest.rsplit_once(']')?.0.trim())
}

fn origins(y: &Given) -> Vec<u32> {
    y.data.columns.list.iter().flat_map(|column| column.origins.iter().map(|origin| origin.0)).collect()
}

/// Whether one truth judges two models, of which one learned from a target that is not seen: `lgb.train(settings, rows)`.
fn is_judged_by_same_column(facts: &Facts<'_>, a: &Judged, b: &Judged) -> bool {
    let truth = |judged: &Judged| match &facts.events()[judged.event].kind {
        EventKind::Score(score) => score.y.as_ref().map(origins),
        _ => None,
    };
    let is_unseen = |judged: &Judged| facts.fit(judged.fit).y.is_none();
    (is_unseen(a) || is_unseen(b)) && truth(a).is_some_and(|of_a| !of_a.is_empty() && truth(b) == Some(of_a))
}

/// Whether two models learned, and are judged by, targets that are vectors of their own: two arguments of a function, two files.
fn is_judged_by_other_vector(facts: &Facts<'_>, a: &Judged, b: &Judged) -> bool {
    let truth = |judged: &Judged| match &facts.events()[judged.event].kind {
        EventKind::Score(score) => vector(facts, score.y.as_ref()?, judged.rows),
        _ => None,
    };
    let learned = |judged: &Judged| {
        let fit = facts.fit(judged.fit);
        vector(facts, fit.y.as_ref()?, fit.x.data.rows)
    };
    let differ = |a: Option<RowsId>, b: Option<RowsId>| a.zip(b).is_some_and(|(a, b)| a != b);
    differ(learned(a), learned(b)) && differ(truth(a), truth(b))
}

/// The vector that a target is, or is a part of, where that is not a column of a table nor of the table of the features.
fn vector(facts: &Facts<'_>, y: &Given, features: RowsId) -> Option<RowsId> {
    let rows = &facts.flow().rows;
    let source = rows.source_above(y.data.rows)?;
    (y.data.columns.list.is_empty() && !rows.comes_from(features, source)).then_some(source)
}

/// Whether two fits are of one model. One that learned anew, elsewhere in the script, from other rows or from rows that were
/// prepared otherwise is another: with and without over-sampling, say.
fn is_same_model(facts: &Facts<'_>, a: FitId, b: FitId) -> bool {
    if a == b {
        return true;
    }
    if model(facts, a) != model(facts, b) {
        return false;
    }
    let (one, other) = (facts.fit(a), facts.fit(b));
    // The turns of a loop are folds, chunks or repetitions.
    if one.site == other.site || facts.is_in_loop(a) || facts.is_in_loop(b) {
        return true;
    }
    let relation = facts.relation(one.x.data.rows, other.x.data.rows);
    match relation {
        Relation::Same => one.x.data.all_infos() == other.x.data.all_infos(),
        Relation::Unknown => true,
        Relation::Disjoint | Relation::Contains | Relation::Within | Relation::Crossing | Relation::Copies(_) => false,
    }
}

fn is_baseline(fit: &Fit) -> bool {
    fit.estimator.short_name().starts_with("Dummy")
}

fn several_models(facts: &Facts<'_>, judged: &[&Judged], found: &mut Findings) {
    let mut seen: Vec<(Model, &Judged)> = Vec::new();
    for judged in judged.iter().filter(|judged| !optimizes(facts, judged) && !facts.events()[judged.event].is_skipped())
    {
        let model = model(facts, judged.fit);
        if seen.iter().any(|(_, known)| is_same_model(facts, known.fit, judged.fit)) {
            continue;
        }
        let is_rival = |known: &Model, other: &Judged| {
            let is_same = known.target == model.target || is_judged_by_same_column(facts, other, judged);
            let events = facts.events();
            is_same
                && !is_judged_by_other_vector(facts, other, judged)
                && !events[judged.event].excludes(&events[other.event])
        };
        let mut rivals = seen.iter().filter(|(known, other)| is_rival(known, other));
        if let Some((_, first)) = rivals.next() {
            let n_models = rivals.count() + 2;
            let message = format!(
                "these test rows judge model number {n_models}: whichever is chosen by such scores looks better than it is. Compare models on a validation part or with `cross_val_score`, and judge the chosen one once on the test rows"
            );
            found.report(
                "MLW106",
                judged.site,
                message,
                vec![(first.site, "judged on the same rows here"), (facts.fit(judged.fit).site, "fitted here")],
            );
        }
        seen.push((model, judged));
    }
}

/// Whether a search calls the function in which a score is.
fn optimizes(facts: &Facts<'_>, judged: &Judged) -> bool {
    facts.events()[judged.event].loops.iter().any(|turn| turn.optimizes)
}

/// Settings of one model tried on the test rows: by a search, or thresholds in a loop.
fn tuned(facts: &Facts<'_>, here: &[&Judged], found: &mut Findings) {
    for (index, judged) in here.iter().enumerate() {
        if optimizes(facts, judged) {
            let message = "a search tries settings by their score on the test rows: what it finds is chosen for them, and its score is better than it is. Score on a validation part, or by `cross_val_score` on the training rows";
            found.report("MLW107", judged.site, message.to_owned(), vec![(facts.fit(judged.fit).site, "fitted here")]);
        }
        // The same prediction scored again and again at one place: only what makes labels of it can differ.
        let prediction = |judged: &Judged| match &facts.events()[judged.event].kind {
            EventKind::Score(score) => score.predicted_at,
            _ => None,
        };
        let again = here[..index].iter().any(|earlier| {
            earlier.site == judged.site
                && earlier.fit == judged.fit
                && prediction(earlier) == prediction(judged)
                && prediction(judged).is_some()
        });
        if again && facts.threshold_of(judged) {
            let message = "thresholds are tried on the test rows: the best of them is chosen for these rows, and its score is better than it is. Choose the threshold on a validation part";
            found.report("MLW107", judged.site, message.to_owned(), Vec::new());
        }
    }
}

/// Early stopping on the rows that judge the result.
fn watched(facts: &Facts<'_>, set: RowsId, found: &mut Findings) {
    for event in facts.events() {
        let EventKind::Watch { fit, x, stops_early: true } = &event.kind else { continue };
        // Copies of training rows among the test rows are another mistake; this one is there all the same.
        let is_training = |relation| matches!(relation, Relation::Same | Relation::Contains | Relation::Within);
        if x.data.rows != set || is_training(facts.relation(facts.fit(*fit).x.data.rows, set)) {
            continue;
        }
        let message = "these rows decide when learning ends and then judge the result, which looks better than it is. Set a validation part of the training rows apart for early stopping";
        found.report("MLW107", event.site, message.to_owned(), vec![(facts.fit(*fit).site, "fitted here")]);
    }
}

/// A search among settings on rows that were set apart as test rows.
fn searched(facts: &Facts<'_>, found: &mut Findings) {
    for (index, event) in facts.events().iter().enumerate() {
        let EventKind::CrossValidation { x, searches, .. } = &event.kind else { continue };
        // Test rows are those that something else, fitted on the other part of the split, is judged on, or that `train_test_split` gave second.
        let is_test = facts.splits_for_test_of(x.data.rows).next().is_some();
        // Settings found with the test rows among the rows that are searched.
        let holds_test = *searches
            && facts.judged.iter().any(|judged| {
                // What was judged before, or in another function that nothing calls, owes nothing to this search.
                judged.metric.is_some()
                    && judged.event > index
                    && facts.uncalled_around(judged.site) == facts.uncalled_around(event.site)
                    && facts.is_test(judged)
                    && facts.relation(x.data.rows, judged.rows) == Relation::Contains
            });
        if holds_test {
            let message = "settings are searched on rows that hold the test rows: what is chosen is chosen for them too. Search on the training rows";
            found.report("MLW107", event.site, message.to_owned(), Vec::new());
        }
        let trained_beside =
            facts.model_fits().any(|(_, fit)| facts.relation(fit.x.data.rows, x.data.rows) == Relation::Disjoint);
        if is_test && trained_beside && *searches {
            let message = "settings are searched on the test rows: what is chosen is chosen for them. Search on the training rows";
            found.report("MLW107", event.site, message.to_owned(), Vec::new());
        }
    }
}
