//! MLW210: merges that multiply rows.

use mlwright_python_values::event::EventKind;
use mlwright_python_values::value::Data;

use super::Findings;
use super::facts::Facts;

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    for event in facts.events() {
        let EventKind::Merge(merge) = &event.kind else { continue };
        let Some(on) = merge.on.as_ref().filter(|on| on.len() == 1) else { continue };
        let right_on = merge.right_on.as_ref().unwrap_or(on);
        let (Some(left), Some(right)) =
            (repeats(facts, &merge.left, &on[0]), repeats(facts, &merge.right, &right_on[0]))
        else {
            continue;
        };
        if merge.how.as_deref().is_some_and(|how| matches!(how, "semi" | "anti" | "cross")) {
            continue;
        }
        let claimed = merge.validated.as_deref().map(|claim| match claim {
            "one_to_one" | "1:1" => (false, false),
            "one_to_many" | "1:m" => (false, true),
            "many_to_one" | "m:1" => (true, false),
            _ => (true, true),
        });
        if let Some((left_may, right_may)) = claimed
            && ((left && !left_may) || (right && !right_may))
        {
            let side = if right && !right_may { "right" } else { "left" };
            let message = format!(
                "`validate` says that `{}` is unique in the {side} table, and it is not: the merge fails",
                on[0]
            );
            found.report("MLW210", event.site, message, Vec::new());
        }
        if left && right && merge.validated.is_none() {
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
    // Only a table as it was read: which rows a condition leaves is not known.
    let (table, name) =
        column.table.as_ref().filter(|(table, _)| data.n_rows.is_some() && data.n_rows == table.n_rows)?;
    let summary = facts.source.column_summary(table, name)?;
    Some(summary.n_distinct? < summary.n_rows)
}
