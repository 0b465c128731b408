//! Python: from text to [`ast`], from there to what each expression is.

use crate::answers::{Action, Completion, Diagnostic, Hover, InlayHint, Lens, Signature, Symbol, Target, TextEdit};
use crate::document::Document;
use crate::schema::SchemaSource;
use crate::text::TextRange;

pub mod ast;
pub mod flow;
mod library;
pub mod lower;
pub mod repair;
pub mod rules;

/// What is known of a script.
#[derive(Debug)]
pub struct Analysis {
    pub module: ast::Module,
    pub flow: flow::Flow,
}

/// Reads and walks the script at `path`.
pub fn analyse(path: &str, text: &str, source: &dyn SchemaSource) -> Analysis {
    let module = lower::parse(text);
    let flow = flow::walk(&module, text, path, source);
    Analysis { module, flow }
}

pub(crate) fn diagnostics(document: &Document, source: &dyn SchemaSource) -> Vec<Diagnostic> {
    rules::check(document.analysis(source), document.text(), source)
}

pub(crate) fn complete(_document: &Document, _offset: u32, _source: &dyn SchemaSource) -> Vec<Completion> {
    Vec::new()
}

pub(crate) fn signature(_document: &Document, _offset: u32, _source: &dyn SchemaSource) -> Option<Signature> {
    None
}

pub(crate) fn hover(_document: &Document, _offset: u32, _source: &dyn SchemaSource) -> Option<Hover> {
    None
}

pub(crate) fn definition(_document: &Document, _offset: u32, _source: &dyn SchemaSource) -> Vec<Target> {
    Vec::new()
}

pub(crate) fn can_rename(_document: &Document, _offset: u32, _source: &dyn SchemaSource) -> Option<TextRange> {
    None
}

pub(crate) fn rename(_document: &Document, _offset: u32, _name: &str, _source: &dyn SchemaSource) -> Option<Vec<TextEdit>> {
    None
}

pub(crate) fn inlay_hints(_document: &Document, _range: TextRange, _source: &dyn SchemaSource) -> Vec<InlayHint> {
    Vec::new()
}

pub(crate) fn symbols(_document: &Document, _source: &dyn SchemaSource) -> Vec<Symbol> {
    Vec::new()
}

pub(crate) fn lenses(_document: &Document, _source: &dyn SchemaSource) -> Vec<Lens> {
    Vec::new()
}

pub(crate) fn actions(_document: &Document, _range: TextRange, _source: &dyn SchemaSource) -> Vec<Action> {
    Vec::new()
}
