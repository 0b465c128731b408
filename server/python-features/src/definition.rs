//! Where what stands at a place comes from: a column, a file, a variable, a function.

use std::sync::Arc;

use mlwright_python_flow::{Script, candidates, module_file, query_names};
use mlwright_python_syntax::ast::{ExprKind, Stmt, StmtKind};
use mlwright_python_syntax::lower;
use mlwright_python_syntax::tree::each_stmt;
use mlwright_python_values::value::{Data, Value};
use mlwright_python_values::{Analysis, Context};
use mlwright_source_text::{SchemaSource, Target, TextRange};

use super::describe;
use super::place::{Literal, Place};

/// Where what stands at `offset` comes from.
pub fn definition(script: &Script, offset: u32, source: &dyn SchemaSource) -> Vec<Target> {
    let analysis = script.analysis(source);
    let place = Place::new(analysis, offset);
    if let Some(literal) = place.literal() {
        return of_literal(script, &place, literal, source);
    }
    if let Some((value, attribute)) = place.attribute() {
        if let Some(data) = place.data(value).filter(|data| data.columns.get(&attribute.name).is_some()) {
            return of_column(&place, std::slice::from_ref(data), &attribute.name);
        }
        // `module.function`
        if let (ExprKind::Name(module), Some(Value::Module(_))) =
            (&*value.kind, place.seen(value).map(|seen| &seen.value))
        {
            return in_module(script, analysis, module, Some(&attribute.name), source);
        }
    }
    match place.exprs.last().map(|expr| (&*expr.kind, *expr)) {
        Some((ExprKind::Name(name), expr)) => of_name(script, analysis, name, expr.range, source),
        _ => Vec::new(),
    }
}

fn of_literal(script: &Script, place: &Place<'_>, literal: Literal<'_>, source: &dyn SchemaSource) -> Vec<Target> {
    let Some(context) = place.context(literal) else { return Vec::new() };
    match context {
        Context::Column(frames) => of_column(place, frames, &literal.literal.value),
        Context::Query(frame) => {
            let value = &literal.literal.value;
            let at = (place.offset - literal.content.start) as usize;
            let named = query_names(value).into_iter().find(|(start, end)| (*start..=*end).contains(&at));
            named
                .map(|(start, end)| of_column(place, std::slice::from_ref(frame), value[start..end].trim_matches('`')))
                .unwrap_or_default()
        }
        Context::Path { folder } => {
            let path = match folder {
                Some(folder) => format!("{}/{}", folder.trim_end_matches('/'), literal.literal.value),
                None => literal.literal.value.to_string(),
            };
            let known = candidates(script.path(), &path, source).into_iter().find(|path| exists(path, source));
            known.map(|path| Target::File { path: path.into() }).into_iter().collect()
        }
        Context::Sql(tables) => {
            describe::fragment(script.path(), script.text(), literal, tables).definition(place.offset, source)
        }
        Context::Name(_) => Vec::new(),
    }
}

fn exists(path: &str, source: &dyn SchemaSource) -> bool {
    if source.file(path).is_some() {
        return true;
    }
    let Some((folder, name)) = path.rsplit_once('/') else { return false };
    source.entries(folder).iter().any(|entry| &*entry.name == name && !entry.is_folder)
}

/// Where the script makes the column; else where it was named so; else the file that it was read from.
fn of_column(place: &Place<'_>, frames: &[Arc<Data>], name: &str) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for column in frames.iter().filter_map(|frame| frame.columns.get(name)) {
        let named = || {
            let uses = place
                .analysis
                .flow
                .uses
                .iter()
                .filter(|used| used.makes && &*used.name == name && used.range.end <= place.offset);
            uses.map(|used| used.range).max()
        };
        let target = match (&column.made, &column.table) {
            (Some(made), _) => Some(Target::Here(*made)),
            (None, Some((table, original))) => {
                let renamed = (**original != *name).then(named).flatten().map(Target::Here);
                renamed.or_else(|| table.path.clone().map(|path| Target::File { path }))
            }
            (None, None) => named().map(Target::Here),
        };
        if let Some(target) = target.filter(|target| !targets.contains(target)) {
            targets.push(target);
        }
    }
    targets
}

/// The last binding before the place; else the function, class or import of the name.
fn of_name(
    script: &Script,
    analysis: &Analysis,
    name: &Arc<str>,
    here: TextRange,
    source: &dyn SchemaSource,
) -> Vec<Target> {
    let bindings = &analysis.flow.bindings;
    let statement = bindings.iter().filter(|binding| binding.range == here).map(|binding| binding.statement).next();
    // Of a name that is assigned anew the value on the right stands for the one before.
    let before = bindings
        .iter()
        .filter(|binding| {
            binding.name == *name && binding.range.start < here.start && statement != Some(binding.statement)
        })
        .filter(|binding| !binding.statement.contains(here) || is_compound(analysis, binding.statement))
        .max_by_key(|binding| binding.range);
    let made = definition_in(&analysis.module.body, name)
        .filter(|range| before.is_none_or(|before| range.start > before.range.start && range.start < here.start));
    if let Some(range) = made {
        return vec![Target::Here(range)];
    }
    if let Some(before) = before {
        return vec![Target::Here(before.range)];
    }
    in_module(script, analysis, name, None, source)
}

/// Whether a statement holds others, so that a name bound in its head is used inside it.
fn is_compound(analysis: &Analysis, range: TextRange) -> bool {
    let mut is = false;
    each_stmt(&analysis.module.body, &mut |stmt| {
        is |= stmt.range == range
            && matches!(
                *stmt.kind,
                StmtKind::For { .. }
                    | StmtKind::With { .. }
                    | StmtKind::FunctionDef(_)
                    | StmtKind::Try { .. }
                    | StmtKind::While { .. }
                    | StmtKind::If { .. }
            );
    });
    is
}

/// The name in the head of a function or class of the script.
fn definition_in(body: &[Stmt], name: &str) -> Option<TextRange> {
    let mut found = None;
    each_stmt(body, &mut |stmt| match &*stmt.kind {
        StmtKind::FunctionDef(function) if &*function.name.name == name => found = Some(function.name.range),
        StmtKind::ClassDef(class) if &*class.name.name == name => found = Some(class.name.range),
        _ => {}
    });
    found
}

/// What an import of the workspace stands for: `name` as imported, or `member` of the module that `name` is.
fn in_module(
    script: &Script,
    analysis: &Analysis,
    name: &str,
    member: Option<&str>,
    source: &dyn SchemaSource,
) -> Vec<Target> {
    let mut wanted: Option<(String, u32, Option<Arc<str>>)> = None;
    each_stmt(&analysis.module.body, &mut |stmt| match &*stmt.kind {
        StmtKind::Import(names) => {
            for import in names {
                let bound = import.alias.as_ref().unwrap_or(&import.name);
                if &*bound.name == name {
                    wanted = Some((import.name.name.to_string(), 0, member.map(Into::into)));
                }
            }
        }
        StmtKind::ImportFrom { module, level, names } => {
            let module = module.as_ref().map_or("", |module| &*module.name);
            for import in names {
                let bound = import.alias.as_ref().unwrap_or(&import.name);
                if &*bound.name == name {
                    wanted = Some(match member {
                        None => (module.to_owned(), *level, Some(import.name.name.clone())),
                        Some(member) => (
                            format!("{module}.{}", import.name.name).trim_start_matches('.').to_owned(),
                            *level,
                            Some(member.into()),
                        ),
                    });
                }
            }
        }
        _ => {}
    });
    let Some((module, level, member)) = wanted else { return Vec::new() };
    let target = |module: &str, member: Option<&str>| {
        let path = module_file(script.path(), module, level, source)?;
        let text = source.text(&path)?;
        let range = match member {
            None => TextRange::empty(0),
            Some(member) => named_in(&lower::parse(&text).body, member)?,
        };
        Some(Target::Text { path, range })
    };
    // `from package import module`
    let whole = member.as_ref().map(|member| format!("{module}.{member}"));
    let found = target(&module, member.as_deref()).or_else(|| target(whole.as_deref()?.trim_start_matches('.'), None));
    found.into_iter().collect()
}

/// Where a module makes a name: a function, class or assignment.
fn named_in(body: &[Stmt], name: &str) -> Option<TextRange> {
    definition_in(body, name).or_else(|| {
        let mut found = None;
        for stmt in body {
            if let StmtKind::Assign { targets, .. } = &*stmt.kind {
                let named =
                    targets.iter().find(|target| matches!(&*target.kind, ExprKind::Name(known) if &**known == name));
                found = named.map(|target| target.range).or(found);
            }
        }
        found
    })
}
