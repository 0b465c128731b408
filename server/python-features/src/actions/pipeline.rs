//! One pipeline of a transformer and a model that are fitted one after the other.

use std::sync::Arc;

use mlwright_python_flow::Script;
use mlwright_python_syntax::ast::{Argument, ArgumentKind, Expr, ExprKind, Stmt, StmtKind};
use mlwright_python_syntax::tree::{Part, each_expr, each_expr_in, parts_of_stmt};
use mlwright_python_values::Analysis;
use mlwright_python_values::value::Role;
use mlwright_source_text::{Action, ActionKind, TextEdit, TextRange};

use super::import::import_edit;

/// Methods of a model whose first argument is features.
const TAKING_FEATURES: [&str; 7] =
    ["fit", "predict", "predict_proba", "decision_function", "predict_log_proba", "score", "apply"];

/// At `model.fit(A, …)` where `A = transformer.fit_transform(B)`: the model becomes a pipeline, and takes what the transformer
/// took. Only where that changes nothing else: all statements lie side by side, and nothing else uses what was transformed. `A` and
/// `B` may be one name, which then holds what it held before.
pub(super) fn wrap_in_pipeline(script: &Script, analysis: &Analysis, range: TextRange) -> Option<Action> {
    let text = script.text();
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
    // The last: of transformers one after the other in place, what is before it stays as it is.
    let learned =
        transforms.iter().rfind(|transform| transform.method == "fit_transform" && transform.to == features)?;
    let is_transformer = analysis.flow.fits.iter().any(|known| {
        known.site == learned.call.range && matches!(known.estimator.role, Role::Transformer | Role::RowTransformer)
    });
    let of_it: Vec<&Transform<'_>> = transforms.iter().filter(|transform| transform.by == learned.by).collect();
    let is_fitted_once = of_it.iter().filter(|transform| transform.method != "transform").count() == 1;
    let names_once = of_it.iter().all(|transform| transform.is_in_place() || assigned_times(body, transform.to) == 1);
    if !is_transformer || !is_fitted_once || !names_once || made_after(body, learned.by, made.2.range.start) {
        return None;
    }
    let mut edits: Vec<TextEdit> = of_it
        .iter()
        .map(|transform| TextEdit { range: whole_lines(text, transform.stmt.range), text: String::new() })
        .collect();
    for transform in &of_it {
        let places = uses(body, transform, model)?;
        if transform.is_in_place() {
            continue;
        }
        for place in places {
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

impl Transform<'_> {
    fn is_in_place(&self) -> bool {
        self.to == self.from
    }
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

/// Where what a transformer made is given to methods of the model as features; `None` where something else uses it too.
fn uses(body: &[Stmt], transform: &Transform<'_>, model: &str) -> Option<Vec<TextRange>> {
    let (name, made) = (transform.to, transform.stmt.range);
    let mut places = Vec::new();
    for stmt in body {
        each_expr(std::slice::from_ref(stmt), &mut |expr| {
            if let Some((object, method, [first, ..])) = method_call(expr)
                && &**object == model
                && TAKING_FEATURES.contains(&method)
            {
                each_expr_in(&first.value, &mut |value| {
                    if value.id == first.value.id && matches!(&*value.kind, ExprKind::Name(known) if known == name) {
                        places.push(value.range);
                    }
                });
            }
        });
    }
    let n_expected = if transform.is_in_place() {
        // Before, the name holds what it goes on to hold. What runs later than where it stands could see either.
        if body.iter().any(|stmt| runs_later(stmt) && n_names(std::slice::from_ref(stmt), name) > 0) {
            return None;
        }
        let after: Vec<&Stmt> = body.iter().filter(|stmt| stmt.range.start >= made.end).collect();
        after.iter().map(|stmt| n_names(std::slice::from_ref(*stmt), name)).sum()
    } else {
        // One more is where it is made.
        n_names(body, name) - 1
    };
    (n_expected == places.len() && places.iter().all(|place| place.start >= made.end)).then_some(places)
}

/// Whether a statement holds what may run at another time than the statement is reached, or more than once.
fn runs_later(stmt: &Stmt) -> bool {
    let mut does = false;
    parts_of_stmt(stmt, &mut |part| does |= matches!(part, Part::Block(_)));
    each_expr(std::slice::from_ref(stmt), &mut |expr| does |= matches!(&*expr.kind, ExprKind::Lambda(_)));
    does
}

/// A statement with its line break.
fn whole_lines(text: &str, range: TextRange) -> TextRange {
    let end = text[range.end as usize..].find('\n').map_or(text.len(), |at| range.end as usize + at + 1);
    TextRange::new(range.start, end as u32)
}
