//! One pipeline of a transformer and a model that are fitted one after the other.

use std::sync::Arc;

use super::import::import_edit;
use crate::answers::{Action, ActionKind, TextEdit};
use crate::document::Document;
use crate::python::Analysis;
use crate::python::ast::{Argument, ArgumentKind, Expr, ExprKind, Stmt, StmtKind};
use crate::python::features::tree::{each_expr, each_expr_in};
use crate::python::flow::value::Role;
use crate::text::TextRange;

/// Methods of a model whose first argument is features.
const TAKING_FEATURES: [&str; 7] =
    ["fit", "predict", "predict_proba", "decision_function", "predict_log_proba", "score", "apply"];

/// At `model.fit(A, …)` where `A = transformer.fit_transform(B)`: the model becomes a pipeline, and takes what the transformer
/// took. Only where that changes nothing else: all statements lie side by side, and nothing else uses what was transformed.
pub(super) fn wrap_in_pipeline(document: &Document, analysis: &Analysis, range: TextRange) -> Option<Action> {
    let text = document.text();
    let body = &analysis.module.body;
    let fit = body.iter().find(|stmt| stmt.range.touches(range.start))?;
    let StmtKind::Expr(call) = &*fit.kind else { return None };
    let (model, "fit", arguments) = method_call(call)? else { return None };
    analysis.flow.fits.iter().find(|known| {
        known.site == call.range && known.estimator.role.is_model() && known.estimator.composite.is_none()
    })?;
    let features = name_of(&arguments.first().filter(|first| first.kind == ArgumentKind::Positional)?.value)?;
    // Where the model is made, and where the rows are transformed.
    let made = body.iter().filter_map(|stmt| assignment(stmt)).find(|(name, _, _)| *name == model)?;
    if assigned_times(body, model) != 1
        || made.2.range.start > fit.range.start
        || !matches!(&*made.1.kind, ExprKind::Call { .. })
    {
        return None;
    }
    let transforms: Vec<Transform<'_>> = body.iter().filter_map(transform).collect();
    let learned =
        transforms.iter().find(|transform| transform.method == "fit_transform" && transform.to == features)?;
    let is_transformer = analysis.flow.fits.iter().any(|known| {
        known.site == learned.call.range && matches!(known.estimator.role, Role::Transformer | Role::RowTransformer)
    });
    let of_it: Vec<&Transform<'_>> = transforms.iter().filter(|transform| transform.by == learned.by).collect();
    let is_fitted_once = of_it.iter().filter(|transform| transform.method != "transform").count() == 1;
    let names_once =
        of_it.iter().all(|transform| assigned_times(body, transform.to) == 1 && transform.to != transform.from);
    if !is_transformer || !is_fitted_once || !names_once || made_after(body, learned.by, made.2.range.start) {
        return None;
    }
    let mut edits: Vec<TextEdit> = of_it
        .iter()
        .map(|transform| TextEdit { range: whole_lines(text, transform.stmt.range), text: String::new() })
        .collect();
    for transform in &of_it {
        for place in uses(body, transform.to, model, transform.stmt.range)? {
            edits.push(TextEdit { range: place, text: transform.from.to_string() });
        }
    }
    // The transformer itself is used by nothing else.
    let n_transformer_uses = n_names(body, learned.by);
    if n_transformer_uses != of_it.len() + 1 || assigned_times(body, learned.by) != 1 {
        return None;
    }
    let made_text = made.1.range.of(text);
    edits.push(TextEdit { range: made.1.range, text: format!("make_pipeline({}, {made_text})", learned.by) });
    edits.extend(import_edit(analysis, text, "sklearn.pipeline", "make_pipeline"));
    edits.sort_by_key(|edit| edit.range);
    let title = "Wrap the transformer and the model in a pipeline".to_owned();
    Some(Action { title, kind: ActionKind::Refactor, edits, command: None, is_preferred: false })
}

/// `to = by.method(from)`
struct Transform<'t> {
    stmt: &'t Stmt,
    call: &'t Expr,
    to: &'t Arc<str>,
    by: &'t Arc<str>,
    method: &'t str,
    from: &'t Arc<str>,
}

fn transform(stmt: &Stmt) -> Option<Transform<'_>> {
    let (to, call, _) = assignment(stmt)?;
    let (by, method, [argument]) = method_call(call)? else { return None };
    let from = name_of(&argument.value)?;
    matches!(method, "fit_transform" | "transform").then_some(Transform { stmt, call, to, by, method, from })
}

/// `name = value`
fn assignment(stmt: &Stmt) -> Option<(&Arc<str>, &Expr, &Stmt)> {
    let StmtKind::Assign { targets, value } = &*stmt.kind else { return None };
    match &targets[..] {
        [target] => Some((name_of(target)?, value, stmt)),
        _ => None,
    }
}

/// `name.method(arguments)`
fn method_call(expr: &Expr) -> Option<(&Arc<str>, &str, &[Argument])> {
    let ExprKind::Call { function, arguments } = &*expr.kind else { return None };
    let ExprKind::Attribute { value, attribute } = &*function.kind else { return None };
    Some((name_of(value)?, &attribute.name, arguments))
}

fn name_of(expr: &Expr) -> Option<&Arc<str>> {
    match &*expr.kind {
        ExprKind::Name(name) => Some(name),
        _ => None,
    }
}

fn n_names(body: &[Stmt], name: &str) -> usize {
    let mut n = 0;
    each_expr(body, &mut |expr| n += usize::from(matches!(&*expr.kind, ExprKind::Name(known) if &**known == name)));
    n
}

/// How often statements at the margin give a name a value of its own.
fn assigned_times(body: &[Stmt], name: &str) -> usize {
    body.iter().filter(|stmt| assignment(stmt).is_some_and(|(known, _, _)| &**known == name)).count()
}

/// Whether a name gets its value after `offset`, where it is needed.
fn made_after(body: &[Stmt], name: &str, offset: u32) -> bool {
    body.iter()
        .any(|stmt| assignment(stmt).is_some_and(|(known, _, stmt)| &**known == name && stmt.range.start > offset))
}

/// Where a name is given to methods of the model as features; `None` where something else uses it too.
fn uses(body: &[Stmt], name: &str, model: &str, made: TextRange) -> Option<Vec<TextRange>> {
    let mut places = Vec::new();
    for stmt in body {
        each_expr(std::slice::from_ref(stmt), &mut |expr| {
            if let Some((object, method, [first, ..])) = method_call(expr)
                && &**object == model
                && TAKING_FEATURES.contains(&method)
            {
                each_expr_in(&first.value, &mut |value| {
                    if value.id == first.value.id && matches!(&*value.kind, ExprKind::Name(known) if &**known == name) {
                        places.push(value.range);
                    }
                });
            }
        });
    }
    // One more is where it is made.
    (n_names(body, name) == places.len() + 1 && !places.iter().any(|place| made.contains(*place))).then_some(places)
}

/// A statement with its line break.
fn whole_lines(text: &str, range: TextRange) -> TextRange {
    let end = text[range.end as usize..].find('\n').map_or(text.len(), |at| range.end as usize + at + 1);
    TextRange::new(range.start, end as u32)
}
