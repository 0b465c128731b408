//! The import that an edit needs.

use crate::answers::TextEdit;
use crate::python::Analysis;
use crate::python::ast::{Stmt, StmtKind};
use crate::python::features::tree::each_stmt;
use crate::text::TextRange;

/// `from module import name` after the last import at the top; none where the script has it.
pub(super) fn import_edit(analysis: &Analysis, text: &str, module: &str, name: &str) -> Option<TextEdit> {
    let body = &analysis.module.body;
    let mut is_known = false;
    each_stmt(body, &mut |stmt| {
        if let StmtKind::ImportFrom { names, .. } = &stmt.kind {
            is_known |= names.iter().any(|import| &*import.name.name == name && import.alias.is_none());
        }
    });
    if is_known {
        return None;
    }
    let is_import = |stmt: &&Stmt| matches!(stmt.kind, StmtKind::Import(_) | StmtKind::ImportFrom { .. });
    let line = format!("from {module} import {name}\n");
    Some(
        match body
            .iter()
            .take_while(|stmt| is_import(stmt) || matches!(stmt.kind, StmtKind::Expr(_)))
            .filter(is_import)
            .last()
        {
            Some(last) => match text[last.range.end as usize..].find('\n') {
                Some(at) => TextEdit { range: TextRange::empty(last.range.end + at as u32 + 1), text: line },
                None => TextEdit { range: TextRange::empty(last.range.end), text: format!("\n{}", line.trim_end()) },
            },
            None => TextEdit { range: TextRange::empty(body.first().map_or(0, |stmt| stmt.range.start)), text: line },
        },
    )
}
