//! MLW204: models compared that were judged on different rows.

use std::collections::HashMap;
use std::sync::Arc;

use mlwright_python_values::event::{Event, EventKind};
use mlwright_python_values::rows::{Relation, RowsId};
use mlwright_python_values::value::{Estimator, Value};
use mlwright_source_text::TextRange;

use super::Findings;
use super::facts::{Facts, Judged};

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    let rows = &facts.flow().rows;
    let scored: Vec<Compared<'_>> = facts
        .judged
        .iter()
        .filter(|judged| judged.metric.is_some() && facts.is_test(judged))
        .filter_map(|judged| {
            let (part, split, _) = rows.split_above(judged.rows)?;
            Some(Compared { judged, split, parent: *rows.get(part).parents.first()?, site: rows.get(part).site })
        })
        .collect();
    let mut by_parent: HashMap<RowsId, Vec<&Compared<'_>>> = HashMap::new();
    for later in &scored {
        let earlier = by_parent.entry(later.parent).or_default();
        // The same metric, or there is nothing to compare.
        let other = earlier.iter().find(|earlier| {
            earlier.split != later.split
                && earlier.judged.metric == later.judged.metric
                && are_compared(facts, earlier, later)
        });
        if let Some(other) = other {
            let message = "the models compared here are judged on different splits: part of the difference is the luck of the rows. Split once, or give both splits the same `random_state` and sizes";
            let related = vec![
                (other.site, "the other split"),
                (other.judged.site, "judged here"),
                (later.judged.site, "and here"),
            ];
            found.report("MLW204", later.site, message.to_owned(), related);
        }
        if earlier.len() < N_COMPARED_MAX {
            earlier.push(later);
        }
    }
    cross_validations(facts, found);
}

/// Judgements on parts of one table that later ones are compared with.
const N_COMPARED_MAX: usize = 32;

/// A judgement with the split that its rows are from.
struct Compared<'a> {
    judged: &'a Judged,
    split: u32,
    /// The rows that were split.
    parent: RowsId,
    site: TextRange,
}

fn are_compared(facts: &Facts<'_>, earlier: &Compared<'_>, later: &Compared<'_>) -> bool {
    let (one, other) = (facts.fit(earlier.judged.fit), facts.fit(later.judged.fit));
    if one.object == other.object || facts.relation(earlier.judged.rows, later.judged.rows) != Relation::Crossing {
        return false;
    }
    // The turns of a loop over splits are averaged, unless each has a model of its own.
    let folds = facts.split_of(later.judged.rows).is_some_and(|split| &*split.what != "train_test_split");
    if earlier.site == later.site && (one.estimator.class == other.estimator.class || folds) {
        return false;
    }
    // Models of different targets are not compared.
    target(facts, earlier.judged) == target(facts, later.judged)
}

/// What a model predicts: the origin of its target, where that is known.
fn target(facts: &Facts<'_>, judged: &Judged) -> Option<Vec<u32>> {
    let y = facts.fit(judged.fit).y.as_ref()?;
    Some(y.data.columns.list.iter().flat_map(|column| column.origins.iter().map(|origin| origin.0)).collect())
}

/// Cross-validations of several models on the same rows in folds of different seeds.
fn cross_validations(facts: &Facts<'_>, found: &mut Findings) {
    let mut earlier: Vec<(&Event, RowsId, Arc<Estimator>, Arc<Estimator>)> = Vec::new();
    for event in facts.events() {
        let EventKind::CrossValidation { x, estimator, splitter: Some(splitter), searches: false, .. } = &event.kind
        else {
            continue;
        };
        let seed = |splitter: &Estimator| match splitter.parameter("random_state") {
            Some(Value::Number(Some(seed))) => Some(*seed),
            _ => None,
        };
        let other = earlier.iter().find(|(_, rows, model, folds)| {
            *rows == x.data.rows
                && model.class != estimator.class
                && seed(folds).is_some()
                && seed(splitter).is_some()
                && seed(folds) != seed(splitter)
        });
        if let Some((first, ..)) = other {
            let message = "the models compared here are cross-validated in different folds: part of the difference is the luck of the folds. Use one splitter for both";
            found.report("MLW204", event.site, message.to_owned(), vec![(first.site, "the other folds")]);
        }
        earlier.push((event, x.data.rows, estimator.clone(), splitter.clone()));
    }
}
