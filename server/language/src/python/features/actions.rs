//! What is offered for a selection beyond the fixes of diagnostics: operations on the table read there, and a split before a fit.

use super::lenses;
use super::tree::{each_expr, stmts_at};
use crate::answers::{Action, ActionKind, TextEdit};
use crate::document::Document;
use crate::python::Analysis;
use crate::python::ast::{Expr, ExprKind, Stmt, StmtKind};
use crate::python::flow::event::EventKind;
use crate::python::flow::value::Role;
use crate::schema::SchemaSource;
use crate::text::TextRange;

pub(crate) fn actions(document: &Document, range: TextRange, source: &dyn SchemaSource) -> Vec<Action> {
    let analysis = document.analysis(source);
    let meets = |place: TextRange| place.touches(range.start) || place.touches(range.end) || range.contains(place);
    let mut actions = Vec::new();
    for (_, table) in lenses::reads(analysis).into_iter().filter(|(place, _)| meets(*place)) {
        let Some(written) = lenses::written(&table, source) else { continue };
        let target = lenses::target_of(analysis, &table);
        let profile = lenses::profile(range, &table, &written, target.as_deref(), &Default::default());
        let train = target.map(|target| lenses::train(range, &table, &written, &target, &Default::default()));
        for lens in std::iter::once(profile).chain(train) {
            actions.push(Action { title: lens.title, kind: ActionKind::Source, edits: Vec::new(), command: lens.command, is_preferred: false });
        }
    }
    actions.extend(split_before_fit(document, analysis, range));
    actions
}

/// `model.fit(X, y)` of all rows: splits before it and fits on the training part.
fn split_before_fit(document: &Document, analysis: &Analysis, range: TextRange) -> Option<Action> {
    let text = document.text();
    let flow = &analysis.flow;
    let splits = flow.events.iter().any(|event| matches!(event.kind, EventKind::Split(_) | EventKind::CrossValidation { .. }));
    if splits || ["X_train", "X_test", "y_train", "y_test"].iter().any(|name| text.contains(name)) {
        return None;
    }
    let stmt = *stmts_at(&analysis.module.body, range.start).last()?;
    let StmtKind::Expr(call) = &stmt.kind else { return None };
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
    let mut edits: Vec<TextEdit> = import_of_split(analysis, text).into_iter().collect();
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

/// The import that a split needs, after the last import at the top; none where it is there.
fn import_of_split(analysis: &Analysis, text: &str) -> Option<TextEdit> {
    let body = &analysis.module.body;
    let mut is_known = false;
    for stmt in body {
        if let StmtKind::ImportFrom { names, .. } = &stmt.kind {
            is_known |= names.iter().any(|import| &*import.name.name == "train_test_split" && import.alias.is_none());
        }
    }
    each_expr(body, &mut |expr| is_known |= matches!(&*expr.kind, ExprKind::Name(name) if &**name == "train_test_split"));
    if is_known {
        return None;
    }
    let is_import = |stmt: &&Stmt| matches!(stmt.kind, StmtKind::Import(_) | StmtKind::ImportFrom { .. });
    let line = "from sklearn.model_selection import train_test_split\n";
    Some(match body.iter().rfind(is_import) {
        Some(last) => match text[last.range.end as usize..].find('\n') {
            Some(at) => TextEdit { range: TextRange::empty(last.range.end + at as u32 + 1), text: line.to_owned() },
            None => TextEdit { range: TextRange::empty(last.range.end), text: format!("\n{line}") },
        },
        None => TextEdit { range: TextRange::empty(body.first().map_or(0, |stmt| stmt.range.start)), text: line.to_owned() },
    })
}
