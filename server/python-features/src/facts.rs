//! What has a name at a place: frames with their columns, models with their classes.
//!
//! The names that may be bound there are written into the text, as a list on a line of its own; what the walk sees in that list
//! is what they are at exactly this place, whatever way leads to it.

use std::sync::Arc;

use mlwright_python_flow::{Extent, Script};
use mlwright_python_syntax::ast::{Expr, ExprKind, Stmt, StmtKind};
use mlwright_python_syntax::tree::{Part, parts_of_stmt, stmts_at};
use mlwright_python_values::Analysis;
use mlwright_python_values::column::Column;
use mlwright_python_values::value::{Data, DataKind};
use mlwright_source_text::{ColumnFact, Dtype, EstimatorFact, Facts, FrameFact, SchemaSource, TextRange};

use super::describe;
use super::stages::{Stage, stage_of};

/// Names that are looked at, the last bound first.
const N_NAMES_MAX: usize = 80;

/// What is known at `offset`, tables of the workspace apart.
pub fn facts(script: &Script, offset: u32, source: &dyn SchemaSource) -> Facts {
    let analysis = script.analysis(source);
    let body = &analysis.module.body;
    let stage = reached(analysis, body, offset).map(Stage::name);
    let names = names_at(analysis, offset);
    let none = Facts { stage, ..Facts::default() };
    if names.is_empty() {
        return none;
    }
    let (text, probe) = probed(script.text(), body, offset, &names);
    let seen = script.analyse_typed(&text, probe, Extent::Whole, source);
    let Some(items) = list_at(&seen.module.body, probe) else { return none };
    let (mut frames, mut estimators) = (Vec::new(), Vec::new());
    for item in items {
        let (ExprKind::Name(name), Some(known)) = (&*item.kind, seen.flow.at(item.id)) else { continue };
        if let Some(data) = known.data() {
            frames.extend(frame(name, data, &seen, script));
        } else if let Some(estimator) = known.estimator() {
            estimators.push(EstimatorFact {
                name: name.clone(),
                class: estimator.class.clone(),
                is_fitted: estimator.fitted.is_some(),
            });
        }
    }
    Facts { frames, estimators, ..none }
}

/// The last step of the lifecycle that is begun before a place, in the innermost block that has one.
fn reached(analysis: &Analysis, body: &[Stmt], offset: u32) -> Option<Stage> {
    let mut last = None;
    for stmt in body.iter().take_while(|stmt| stmt.range.start < offset) {
        if stmt.range.end <= offset && !matches!(*stmt.kind, StmtKind::FunctionDef(_) | StmtKind::ClassDef(_)) {
            last = stage_of(analysis, stmt).or(last);
        } else if stmt.range.end > offset {
            parts_of_stmt(stmt, &mut |part| {
                if let Part::Block(block) = part {
                    last = reached(analysis, block, offset).or(last);
                }
            });
        }
    }
    last
}

/// Names that are bound before a place and can be seen from it, the last first.
fn names_at(analysis: &Analysis, offset: u32) -> Vec<Arc<str>> {
    let functions = functions(&analysis.module.body);
    let is_hidden = |range: TextRange| functions.iter().any(|f| f.contains(range) && !f.touches(offset));
    let mut bound: Vec<(u32, &Arc<str>)> = analysis
        .flow
        .bindings
        .iter()
        .filter(|binding| binding.statement.end <= offset && !is_hidden(binding.range))
        .map(|binding| (binding.range.start, &binding.name))
        .collect();
    for stmt in stmts_at(&analysis.module.body, offset) {
        if let StmtKind::FunctionDef(function) = &*stmt.kind {
            bound
                .extend(function.parameters.iter().map(|parameter| (parameter.name.range.start, &parameter.name.name)));
        }
    }
    bound.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mut names: Vec<Arc<str>> = Vec::new();
    for (_, name) in bound {
        if !names.contains(name) && names.len() < N_NAMES_MAX {
            names.push(name.clone());
        }
    }
    names
}

/// Bounds of all functions.
fn functions(body: &[Stmt]) -> Vec<TextRange> {
    let mut found = Vec::new();
    mlwright_python_syntax::tree::each_stmt(body, &mut |stmt| {
        if matches!(*stmt.kind, StmtKind::FunctionDef(_)) {
            found.push(stmt.range);
        }
    });
    found
}

/// The text with a list of names before the statement at `offset`, and where the list begins.
fn probed(text: &str, body: &[Stmt], offset: u32, names: &[Arc<str>]) -> (String, u32) {
    let simple = stmts_at(body, offset).last().copied().filter(|stmt| {
        let mut has_block = false;
        parts_of_stmt(stmt, &mut |part| has_block |= matches!(part, Part::Block(_)));
        !has_block
    });
    let from = simple.map_or(offset, |stmt| stmt.range.start) as usize;
    let start = text[..from].rfind('\n').map_or(0, |at| at + 1);
    let line = &text[start..];
    let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
    let list = names.join(", ");
    let probed = format!("{}{indent}[{list}]\n{}", &text[..start], &text[start..]);
    (probed, (start + indent.len()) as u32)
}

/// The elements of the list that begins at `offset`.
fn list_at(body: &[Stmt], offset: u32) -> Option<&[Expr]> {
    let stmt = stmts_at(body, offset).into_iter().last()?;
    let StmtKind::Expr(expr) = &*stmt.kind else { return None };
    match &*expr.kind {
        ExprKind::List(items) if expr.range.start == offset => Some(items),
        _ => None,
    }
}

/// Data that one can do something with by its columns or its part of a split.
fn frame(name: &Arc<str>, data: &Data, seen: &Analysis, script: &Script) -> Option<FrameFact> {
    if !matches!(data.kind, DataKind::Frame | DataKind::Series | DataKind::Array | DataKind::Grouped) {
        return None;
    }
    let part = describe::part(data.rows, &seen.flow.rows, script.lines());
    let columns: Vec<ColumnFact> = data.columns.list.iter().map(|known| column(known)).collect();
    let shape = describe::shape(data);
    if columns.is_empty() && part.is_none() && shape.is_none() {
        return None;
    }
    let kind = match shape {
        Some(shape) => format!("{}, {shape}", describe::kind(data)),
        None => describe::kind(data).to_owned(),
    };
    Some(FrameFact { name: name.clone(), kind, part, columns, is_open: data.columns.open })
}

fn column(column: &Column) -> ColumnFact {
    ColumnFact {
        name: column.name.clone(),
        dtype: (column.dtype != Dtype::Unknown).then(|| column.dtype.name()),
        example: describe::read_as(column).and_then(|read| read.example.clone()),
    }
}
