//! Python: from text to [`ast`], from there to what each expression is.

use mlwright_source_text::{Diagnostic, SchemaSource};

use crate::document::Document;

pub use mlwright_python_syntax::{ast, lower, repair};

mod features;
pub mod flow;
mod library;
pub mod rules;

pub(crate) use features::{
    actions, can_rename, complete, definition, facts, hover, inlay_hints, lenses, rename, signature, symbols,
};

/// What is known of a script.
#[derive(Debug)]
pub struct Analysis {
    pub module: ast::Module,
    pub flow: mlwright_python_values::Flow,
}

/// Reads and walks the script at `path`.
pub fn analyse(path: &str, text: &str, source: &dyn SchemaSource) -> Analysis {
    understand(lower::parse(text), path, text, source)
}

/// Walks the script at `path`, which has been read.
pub(crate) fn understand(module: ast::Module, path: &str, text: &str, source: &dyn SchemaSource) -> Analysis {
    let flow = flow::walk(&module, text, path, source);
    Analysis { module, flow }
}

pub(crate) fn diagnostics(document: &Document, source: &dyn SchemaSource) -> Vec<Diagnostic> {
    let analysis = document.analysis(source);
    let mut found = rules::check(analysis, document.text(), source);
    let mut unknown = features::unknown_columns(document, analysis);
    rules::suppress(&mut unknown, &analysis.module, document.text());
    found.extend(unknown);
    found.sort_by_key(|diagnostic| (diagnostic.range, diagnostic.code));
    found
}
