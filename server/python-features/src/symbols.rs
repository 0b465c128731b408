//! The outline: cells, stages, functions and classes.

use mlwright_python_flow::Script;
use mlwright_python_syntax::ast::{Stmt, StmtKind};
use mlwright_python_values::Analysis;
use mlwright_source_text::{SchemaSource, Symbol, SymbolKind, TextRange};

use super::describe;
use super::stages::{runs, stages};

/// The outline.
pub fn symbols(script: &Script, source: &dyn SchemaSource) -> Vec<Symbol> {
    let analysis = script.analysis(source);
    let text = script.text();
    let body = &analysis.module.body;
    let Some(notebook) = script.notebook() else { return of_block(analysis, text, body) };
    let mut cells = Vec::new();
    for (number, cell) in notebook.cells().iter().enumerate() {
        let from = body.partition_point(|stmt| stmt.range.start < cell.range.start);
        let to = body.partition_point(|stmt| stmt.range.start < cell.range.end);
        let children = of_block(analysis, text, &body[from..to]);
        let first = cell.range.of(text).lines().find(|line| !line.trim().is_empty());
        let title = first
            .map(|line| describe::shortened(line.trim().trim_start_matches('#').trim(), 60))
            .filter(|title| !title.is_empty());
        let selection = TextRange::new(
            cell.range.start,
            cell.range.start + cell.range.of(text).lines().next().map_or(0, str::len) as u32,
        );
        let name = format!("cell {}", number + 1);
        cells.push(Symbol { name, detail: title, kind: SymbolKind::Section, range: cell.range, selection, children });
    }
    cells
}

fn of_block(analysis: &Analysis, text: &str, body: &[Stmt]) -> Vec<Symbol> {
    let plain: Vec<_> = stages(analysis, body)
        .into_iter()
        .filter(|(_, stmt)| !matches!(*stmt.kind, StmtKind::FunctionDef(_) | StmtKind::ClassDef(_)))
        .collect();
    let mut symbols: Vec<Symbol> = runs(&plain)
        .into_iter()
        .map(|(stage, range)| {
            let line = range.of(text).lines().next().unwrap_or("");
            let selection = TextRange::new(range.start, range.start + line.len() as u32);
            let detail = Some(describe::shortened(line.trim(), 60));
            Symbol {
                name: stage.name().to_owned(),
                detail,
                kind: SymbolKind::Stage,
                range,
                selection,
                children: Vec::new(),
            }
        })
        .collect();
    for stmt in body {
        match &*stmt.kind {
            StmtKind::FunctionDef(function) => symbols.push(Symbol {
                name: function.name.name.to_string(),
                detail: None,
                kind: SymbolKind::Function,
                range: stmt.range,
                selection: function.name.range,
                children: of_block(analysis, text, &function.body),
            }),
            StmtKind::ClassDef(class) => symbols.push(Symbol {
                name: class.name.name.to_string(),
                detail: None,
                kind: SymbolKind::Class,
                range: stmt.range,
                selection: class.name.range,
                children: of_block(analysis, text, &class.body),
            }),
            StmtKind::If { body, .. } if matches!(&*stmt.kind, StmtKind::If { orelse, .. } if orelse.is_empty()) => {
                let inner = of_block(analysis, text, body);
                symbols.extend(inner.into_iter().filter(|symbol| symbol.kind != SymbolKind::Stage));
            }
            _ => {}
        }
    }
    symbols.sort_by_key(|symbol| symbol.range);
    symbols
}
