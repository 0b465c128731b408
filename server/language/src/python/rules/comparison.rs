//! MLW204: models compared that were judged on different rows.

use std::sync::Arc;

use super::Findings;
use super::facts::{Facts, Judged};
use crate::python::flow::event::{Event, EventKind};
use crate::python::flow::rows::{Relation, RowsId};
use crate::python::flow::value::{Estimator, Value};

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    let scored: Vec<&Judged> = facts.judged.iter().filter(|judged| judged.metric.is_some() && facts.is_held_out(judged)).collect();
    for (index, later) in scored.iter().enumerate() {
        for earlier in &scored[..index] {
            if facts.fit(earlier.fit).object == facts.fit(later.fit).object || facts.relation(earlier.rows, later.rows) != Relation::Crossing {
                continue;
            }
            // The same metric, or there is nothing to compare.
            if earlier.metric != later.metric {
                continue;
            }
            let rows = &facts.flow().rows;
            let (Some((one, _, _)), Some((other, _, _))) = (rows.split_above(earlier.rows), rows.split_above(later.rows)) else { continue };
            let (one, other) = (rows.get(one).site, rows.get(other).site);
            // The turns of a loop over splits are averaged, unless each has a model of its own.
            let same_class = facts.fit(earlier.fit).estimator.class == facts.fit(later.fit).estimator.class;
            let folds = facts.split_of(later.rows).is_some_and(|split| &*split.what != "train_test_split");
            if one == other && (same_class || folds) {
                continue;
            }
            // Models of different targets are not compared.
            if target(facts, earlier) != target(facts, later) {
                continue;
            }
            let message = "the models compared here are judged on different splits: part of the difference is the luck of the rows. Split once, or give both splits the same `random_state` and sizes";
            found.report("MLW204", other, message.to_owned(), vec![(one, "the other split"), (earlier.site, "judged here"), (later.site, "and here")]);
        }
    }
    cross_validations(facts, found);
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
        let EventKind::CrossValidation { x, estimator, splitter: Some(splitter), searches: false, .. } = &event.kind else { continue };
        let seed = |splitter: &Estimator| match splitter.parameter("random_state") {
            Some(Value::Number(Some(seed))) => Some(*seed),
            _ => None,
        };
        let other = earlier.iter().find(|(_, rows, model, folds)| {
            *rows == x.data.rows && model.class != estimator.class && seed(folds).is_some() && seed(splitter).is_some() && seed(folds) != seed(splitter)
        });
        if let Some((first, ..)) = other {
            let message = "the models compared here are cross-validated in different folds: part of the difference is the luck of the folds. Use one splitter for both";
            found.report("MLW204", event.site, message.to_owned(), vec![(first.site, "the other folds")]);
        }
        earlier.push((event, x.data.rows, estimator.clone(), splitter.clone()));
    }
}
