//! Parameters while arguments are typed: of functions of the script, and of SQL's inside strings.

use std::sync::Arc;

use mlwright_python_flow::Script;
use mlwright_python_syntax::ast::{Argument, ArgumentKind, Expr, ExprKind, FunctionDef, ParameterKind, Stmt, StmtKind};
use mlwright_python_values::Context;
use mlwright_python_values::value::Value;
use mlwright_source_text::{SchemaSource, Signature, TextRange};

use super::describe;
use super::place::Place;

/// The parameters of the call around `offset`.
pub fn signature(script: &Script, offset: u32, source: &dyn SchemaSource) -> Option<Signature> {
    let repaired = script.repaired(offset);
    let analysis = script.analyse_typed(&repaired.text, offset, mlwright_python_flow::Extent::Place, source);
    let place = Place::new(&analysis, offset);
    if let Some(literal) = place.literal()
        && let Some(Context::Sql(tables)) = place.context(literal)
    {
        return describe::fragment(script.path(), &repaired.text, literal, tables).signature(offset, source);
    }
    let (function, arguments) = place.exprs.iter().rev().find_map(|expr| match &*expr.kind {
        ExprKind::Call { function, arguments } if offset > function.range.end && offset < expr.range.end => {
            Some((function, arguments))
        }
        _ => None,
    })?;
    let (defined, skipped) = defined(&place, function)?;
    Some(of_function(&defined, skipped, arguments, offset, &repaired.text))
}

/// The function of the script that is called, and how many of its parameters are given by the call itself.
fn defined(place: &Place<'_>, function: &Expr) -> Option<(Arc<FunctionDef>, usize)> {
    match &place.seen(function)?.value {
        Value::Function(function, _) => Some((function.clone(), 0)),
        Value::Class(class, _) => class.body.iter().find_map(|stmt: &Stmt| match &*stmt.kind {
            StmtKind::FunctionDef(function) if &*function.name.name == "__init__" => Some((function.clone(), 1)),
            _ => None,
        }),
        _ => None,
    }
}

fn of_function(function: &FunctionDef, skipped: usize, arguments: &[Argument], offset: u32, text: &str) -> Signature {
    let mut label = format!("{}(", function.name.name);
    let mut parameters = Vec::new();
    let shown: Vec<_> = function.parameters.iter().skip(skipped).collect();
    for (index, parameter) in shown.iter().enumerate() {
        if index > 0 {
            label.push_str(", ");
        }
        let start = label.len() as u32;
        label.push_str(match parameter.kind {
            ParameterKind::Rest => "*",
            ParameterKind::KeywordRest => "**",
            _ => "",
        });
        label.push_str(&parameter.name.name);
        if let Some(default) =
            parameter.default.as_ref().map(|default| default.range.of(text)).filter(|default| !default.is_empty())
        {
            label.push('=');
            label.push_str(&describe::shortened(default, 30));
        }
        parameters.push(TextRange::new(start, label.len() as u32));
    }
    label.push(')');
    let before = arguments
        .iter()
        .filter(|argument| argument.value.range.end < offset && !argument.value.range.touches(offset))
        .count();
    let keyword = arguments.iter().find_map(|argument| match &argument.kind {
        ArgumentKind::Keyword(name) if name.range.start <= offset && offset <= argument.value.range.end => {
            Some(&name.name)
        }
        _ => None,
    });
    let named = keyword.and_then(|keyword| shown.iter().position(|parameter| parameter.name.name == *keyword));
    Signature { label, documentation: documentation(function), parameters, active_parameter: named.unwrap_or(before) }
}

/// The text with which a function's body begins.
fn documentation(function: &FunctionDef) -> Option<String> {
    let StmtKind::Expr(expr) = &*function.body.first()?.kind else { return None };
    let ExprKind::Str(literal) = &*expr.kind else { return None };
    Some(literal.value.trim().to_owned())
}
