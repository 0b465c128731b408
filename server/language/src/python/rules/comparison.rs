//! MLW204: models compared that were judged on different rows.

use super::Findings;
use super::facts::{Facts, Judged};
use crate::python::flow::rows::Relation;

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
            // The turns of a loop over folds are averaged, not compared.
            if one == other {
                continue;
            }
            let message = "the models compared here are judged on different splits: part of the difference is the luck of the rows. Split once, or give both splits the same `random_state` and sizes";
            found.report("MLW204", other, message.to_owned(), vec![(one, "the other split"), (earlier.site, "judged here"), (later.site, "and here")]);
        }
    }
}
