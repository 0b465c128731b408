//! MLW108: the target among the features.

use mlwright_python_values::column::{Column, OriginId};
use mlwright_python_values::value::{Data, DataKind};

use super::Findings;
use super::facts::Facts;

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    for (_, fit) in facts.model_fits() {
        let Some(y) = &fit.y else { continue };
        let [target] = &y.data.columns.list[..] else { continue };
        if y.data.columns.open || target.origins.is_empty() {
            continue;
        }
        if let Some(column) = among(&fit.x.data, target, facts) {
            let message = if column == *target.name {
                format!(
                    "the target `{}` is among the features: the model reads the answer. Drop it from the features",
                    target.name
                )
            } else {
                format!(
                    "the feature `{column}` is made from what the target is made from: the model reads the answer. Leave it out"
                )
            };
            found.report("MLW108", fit.site, message, vec![(y.range, "the target"), (fit.x.range, "the features")]);
        }
    }
}

/// The name of a feature that has an origin in common with the target.
fn among(x: &Data, target: &Column, facts: &Facts<'_>) -> Option<String> {
    let shares = |origins: &[OriginId]| origins.iter().any(|origin| target.origins.contains(origin));
    if let Some(column) = x.columns.list.iter().find(|column| column.certain && shares(&column.origins)) {
        return Some(if column.name.is_empty() { target.name.to_string() } else { column.name.to_string() });
    }
    // Columns that were never named: all of the table's but those dropped.
    let base = x.columns.base.filter(|_| x.columns.open && x.kind == DataKind::Frame)?;

    target.origins.iter().find_map(|origin| {
        let (of, name) = facts.flow().origins.get(origin.0 as usize)?;
        (*of == base && !x.columns.dropped.contains(name) && x.columns.get(name).is_none()).then(|| name.to_string())
    })
}
