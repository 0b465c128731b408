//! MLW111: rows of one group on both sides of a split.
//!
//! That rows belong together is taken from the script: it groups them by a column whose values come several times.

use std::sync::Arc;

use mlwright_python_values::event::EventKind;
use mlwright_python_values::rows::RowsId;
use mlwright_source_text::TextRange;

use super::Findings;
use super::facts::Facts;

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    let groups = facts.flow().groups.as_slice();
    if groups.is_empty() {
        return;
    }
    for event in facts.events() {
        let (all_rows, mentions) = match &event.kind {
            EventKind::Split(split) if !split.groups => {
                (split.beside.iter().copied().chain([split.input.data.rows]).collect::<Vec<_>>(), event.site)
            }
            EventKind::CrossValidation { x, splitter, .. } => {
                let grouped = splitter.as_ref().is_some_and(|splitter| splitter.short_name().contains("Group"));
                if grouped || event.site.of(facts.text).contains("groups") {
                    continue;
                }
                (vec![x.data.rows], event.site)
            }
            _ => continue,
        };
        if let Some((name, site)) = all_rows.iter().find_map(|rows| group_of(facts, *rows)) {
            let message = format!(
                "rows with the same `{name}` can be on both sides: the model recognises them instead of learning. Split by groups (`GroupShuffleSplit`, `GroupKFold` with `groups=`)"
            );
            found.report("MLW111", mentions, message, vec![(site, "the rows are grouped here")]);
        }
    }
}

/// The column by which the script groups these rows, where each of its values has several rows and it looks like the name of
/// something: not a category with few values.
fn group_of(facts: &Facts<'_>, rows: RowsId) -> Option<(Arc<str>, TextRange)> {
    facts.flow().groups.iter().find_map(|group| {
        let related = facts.flow().rows.comes_from(rows, group.rows);
        let summary = facts.source.column_summary(&group.table, &group.column)?;
        let n_distinct = summary.n_distinct? as f64;
        let n_rows = summary.n_rows as f64;
        let repeated = n_distinct > 10.0 && n_rows >= 1.5 * n_distinct && n_distinct >= 0.02 * n_rows;
        (related && repeated).then(|| (group.column.clone(), group.site))
    })
}
