//! MLW210: merges that multiply rows.

use super::Findings;
use super::facts::Facts;
use crate::python::flow::event::EventKind;
use crate::python::flow::value::Data;

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    for event in facts.events() {
        let EventKind::Merge(merge) = &event.kind else { continue };
        let Some(on) = merge.on.as_ref().filter(|on| on.len() == 1) else { continue };
        let right_on = merge.right_on.as_ref().unwrap_or(on);
        let (Some(left), Some(right)) = (repeats(facts, &merge.left, &on[0]), repeats(facts, &merge.right, &right_on[0])) else { continue };
        if merge.how.as_deref().is_some_and(|how| matches!(how, "semi" | "anti" | "cross")) {
            continue;
        }
        if left && right && !merge.validated {
            let message = format!(
                "`{}` is repeated in both tables: each of its rows is joined to each of the other's, and sums and counts are multiplied. Aggregate one side first, and say what you expect with `validate=`",
                on[0]
            );
            found.report("MLW210", event.site, message, Vec::new());
        }
    }
}

/// Whether values of a key come several times; none where that is not known.
fn repeats(facts: &Facts<'_>, data: &Data, key: &str) -> Option<bool> {
    let column = data.columns.get(key)?;
    if data.grouped_by.iter().any(|name| &**name == key) {
        return Some(false);
    }
    let (table, name) = column.table.as_ref()?;
    let summary = facts.source.column_summary(table, name)?;
    Some(summary.n_distinct? < summary.n_rows)
}
