//! Renaming a column that the script itself makes, where every place that names it is known.

use std::collections::BTreeSet;
use std::sync::Arc;

use mlwright_python_flow::Script;
use mlwright_python_syntax::ast::ExprKind;
use mlwright_python_syntax::tree::each_expr;
use mlwright_python_values::{Analysis, ColumnUse, Context};
use mlwright_source_text::{SchemaSource, TextEdit, TextRange};

/// The name of the column at `offset`, where it can be renamed.
pub fn can_rename(script: &Script, offset: u32, source: &dyn SchemaSource) -> Option<TextRange> {
    plan(script.analysis(source), script.text(), offset).map(|plan| plan.here)
}

/// The edits that name the column at `offset` anew.
pub fn rename(script: &Script, offset: u32, name: &str, source: &dyn SchemaSource) -> Option<Vec<TextEdit>> {
    let analysis = script.analysis(source);
    let plan = plan(analysis, script.text(), offset)?;
    let can_be_written = !name.is_empty() && !name.contains(['"', '\'', '\\', '\n', '\r', '`']);
    // A name that another column has would make one column of two.
    let is_free = analysis.flow.uses.iter().all(|used| used.data.columns.get(name).is_none() && &*used.name != name);
    if !can_be_written || !is_free || (plan.as_identifier && !super::completion::is_identifier(name)) {
        return None;
    }
    Some(plan.places.into_iter().map(|range| TextEdit { range, text: name.to_owned() }).collect())
}

struct Plan {
    here: TextRange,
    places: BTreeSet<TextRange>,
    /// Whether a place is an attribute or keyword.
    as_identifier: bool,
}

/// Every place of the column, where they are certain to be all: the name means one column in the whole script, which is made
/// there, and nothing but strings of one piece names it.
fn plan(analysis: &Analysis, text: &str, offset: u32) -> Option<Plan> {
    let flow = &analysis.flow;
    if flow.cut_short {
        return None;
    }
    let here = flow.uses.iter().find(|used| used.range.touches(offset) && used.range.of(text) == &*used.name)?;
    let name = &here.name;
    let uses: Vec<&ColumnUse> = flow.uses.iter().filter(|used| used.name == *name).collect();
    let makes: BTreeSet<TextRange> = uses.iter().filter(|used| used.makes).map(|used| used.range).collect();
    let is_made = !makes.is_empty()
        && uses.iter().all(|used| {
            let column = used.data.columns.get(name);
            // Read from a file under this name it cannot be named otherwise; a frame that may have more may have it too.
            let is_own = column.is_none_or(|column| column.table.as_ref().is_none_or(|(_, original)| original != name));
            is_own
                && !used.data.columns.open
                && (used.makes || used.found == Some(true))
                && used.range.of(text) == &**name
        });
    if !is_made {
        return None;
    }
    let places: BTreeSet<TextRange> = uses.iter().map(|used| used.range).collect();
    let (known, as_identifier) = strings(analysis, text, name, &places)?;
    known.then_some(Plan { here: here.range, places, as_identifier })
}

/// Whether each string with the name is one of `places`, and whether a place is not a string.
fn strings(analysis: &Analysis, text: &str, name: &Arc<str>, places: &BTreeSet<TextRange>) -> Option<(bool, bool)> {
    let mut known = true;
    each_expr(&analysis.module.body, &mut |expr| match &*expr.kind {
        ExprKind::Str(literal) if literal.value == *name => {
            known &= literal.content.is_some_and(|content| places.contains(&content));
        }
        // A longer text may hold the name: SQL, an expression, a part of an f-string.
        ExprKind::Str(literal) if literal.value.contains(&**name) => {
            known &= !matches!(analysis.flow.contexts.get(&expr.id), Some(Context::Sql(_)));
            if let (Some(Context::Query(_)), Some(content)) = (analysis.flow.contexts.get(&expr.id), literal.content) {
                known &= places.iter().any(|place| content.contains(*place));
            }
        }
        ExprKind::Attribute { attribute, .. } if attribute.name == *name => known &= places.contains(&attribute.range),
        ExprKind::FString { .. } => known &= !expr.range.of(text).contains(&**name),
        _ => {}
    });
    let quoted = |range: &TextRange| {
        let before = text[..range.start as usize].chars().next_back();
        matches!(before, Some('"' | '\'' | '`'))
    };
    Some((known, places.iter().any(|place| !quoted(place))))
}
