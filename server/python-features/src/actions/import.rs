//! The import that an edit needs.

use std::sync::Arc;

use mlwright_python_syntax::ast::{ExprKind, Stmt, StmtKind};
use mlwright_python_syntax::tree::each_stmt;
use mlwright_python_values::Analysis;
use mlwright_source_text::{TextEdit, TextRange};

/// `from module import name` after the last import at the top; none where the script has it.
pub(super) fn import_edit(analysis: &Analysis, text: &str, module: &str, name: &str) -> Option<TextEdit> {
    let mut is_known = false;
    each_stmt(&analysis.module.body, &mut |stmt| {
        if let StmtKind::ImportFrom { names, .. } = &*stmt.kind {
            is_known |= names.iter().any(|import| &*import.name.name == name && import.alias.is_none());
        }
    });
    (!is_known).then(|| at_the_top(&analysis.module.body, text, &format!("from {module} import {name}")))
}

/// What `module` is called in the script, with the edit that imports it where no import at the margin before `offset` does.
pub(super) fn module_import(
    analysis: &Analysis,
    text: &str,
    module: &str,
    offset: u32,
) -> (Arc<str>, Option<TextEdit>) {
    let body = &analysis.module.body;
    let imports = body.iter().filter(|stmt| stmt.range.end <= offset).filter_map(|stmt| match &*stmt.kind {
        StmtKind::Import(names) => Some(names),
        _ => None,
    });
    // `import module.part` binds the module too.
    let is_it = |name: &str| name.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let mut called = imports.flatten().filter_map(|import| match &import.alias {
        Some(alias) => (&*import.name.name == module).then(|| alias.name.clone()),
        None => is_it(&import.name.name).then(|| module.into()),
    });
    match called.next_back() {
        Some(name) => (name, None),
        None => (module.into(), Some(at_the_top(body, text, &format!("import {module}")))),
    }
}

/// A line after the last import at the top; before the first statement, but after the script's own documentation, where there
/// is no import.
fn at_the_top(body: &[Stmt], text: &str, line: &str) -> TextEdit {
    let is_import = |stmt: &&Stmt| matches!(*stmt.kind, StmtKind::Import(_) | StmtKind::ImportFrom { .. });
    let is_docstring =
        |stmt: &Stmt| matches!(&*stmt.kind, StmtKind::Expr(expr) if matches!(&*expr.kind, ExprKind::Str(_)));
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let after = |stmt: &Stmt| match text[stmt.range.end as usize..].find('\n') {
        Some(at) => {
            TextEdit { range: TextRange::empty(stmt.range.end + at as u32 + 1), text: format!("{line}{newline}") }
        }
        None => TextEdit { range: TextRange::empty(stmt.range.end), text: format!("{newline}{line}") },
    };
    let is_above = |stmt: &&Stmt| is_import(stmt) || matches!(*stmt.kind, StmtKind::Expr(_));
    match body.iter().take_while(is_above).filter(is_import).last() {
        Some(last) => after(last),
        None => match body.first() {
            Some(first) if is_docstring(first) => after(first),
            first => TextEdit {
                range: TextRange::empty(first.map_or(0, |stmt| line_start(text, stmt.range.start))),
                text: format!("{line}{newline}"),
            },
        },
    }
}

/// Where the line of `offset` begins.
pub(super) fn line_start(text: &str, offset: u32) -> u32 {
    text[..offset as usize].rfind('\n').map_or(0, |at| at as u32 + 1)
}
