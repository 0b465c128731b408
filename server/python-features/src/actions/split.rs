//! A split into training and test rows before a fit on all of them.

use mlwright_python_flow::Script;
use mlwright_python_syntax::ast::{Expr, ExprKind, StmtKind};
use mlwright_python_syntax::tree::stmts_at;
use mlwright_python_values::Analysis;
use mlwright_python_values::event::EventKind;
use mlwright_python_values::value::Role;
use mlwright_source_text::{Action, ActionKind, TextEdit, TextRange};

use super::import::import_edit;

/// `model.fit(X, y)` of all rows: splits before it and fits on the training part.
pub(super) fn split_before_fit(script: &Script, analysis: &Analysis, range: TextRange) -> Option<Action> {
    let text = script.text();
    let flow = &analysis.flow;
    let splits =
        flow.events.iter().any(|event| matches!(event.kind, EventKind::Split(_) | EventKind::CrossValidation { .. }));
    if splits || ["X_train", "X_test", "y_train", "y_test"].iter().any(|name| text.contains(name)) {
        return None;
    }
    let stmt = *stmts_at(&analysis.module.body, range.start).last()?;
    let StmtKind::Expr(call) = &*stmt.kind else { return None };
    let fit = flow.fits.iter().find(|fit| fit.site == call.range && fit.estimator.role.is_model())?;
    let (x, y) = arguments(call)?;
    let (x_name, y_name) = (name_of(x)?, name_of(y)?);
    let stratify = if fit.estimator.role == Role::Classifier { format!(", stratify={y_name}") } else { String::new() };
    let line_start = text[..stmt.range.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let indent = &text[line_start..stmt.range.start as usize];
    if !indent.trim().is_empty() {
        return None;
    }
    let split = format!(
        "X_train, X_test, y_train, y_test = train_test_split(\n{indent}    {x_name}, {y_name}, test_size=0.2{stratify}, random_state=42\n{indent})\n{indent}"
    );
    let mut edits: Vec<TextEdit> =
        import_edit(analysis, text, "sklearn.model_selection", "train_test_split").into_iter().collect();
    edits.push(TextEdit { range: TextRange::empty(stmt.range.start), text: split });
    edits.push(TextEdit { range: x.range, text: "X_train".to_owned() });
    edits.push(TextEdit { range: y.range, text: "y_train".to_owned() });
    edits.sort_by_key(|edit| edit.range);
    let title = "Split into training and test rows first".to_owned();
    Some(Action { title, kind: ActionKind::Refactor, edits, command: None, is_preferred: false })
}

fn arguments(call: &Expr) -> Option<(&Expr, &Expr)> {
    let ExprKind::Call { arguments, .. } = &*call.kind else { return None };
    match &arguments[..] {
        [x, y, ..] => Some((&x.value, &y.value)),
        _ => None,
    }
}

fn name_of(expr: &Expr) -> Option<&str> {
    match &*expr.kind {
        ExprKind::Name(name) => Some(name),
        _ => None,
    }
}
