use crate::answers::{Completion, Diagnostic, Hover, Lens, Signature, Symbol, Target};
use crate::schema::SchemaSource;

pub(crate) fn diagnostics(_text: &str, _source: &dyn SchemaSource) -> Vec<Diagnostic> {
    Vec::new()
}

pub(crate) fn complete(_text: &str, _offset: u32, _source: &dyn SchemaSource) -> Vec<Completion> {
    Vec::new()
}

pub(crate) fn signature(_text: &str, _offset: u32, _source: &dyn SchemaSource) -> Option<Signature> {
    None
}

pub(crate) fn hover(_text: &str, _offset: u32, _source: &dyn SchemaSource) -> Option<Hover> {
    None
}

pub(crate) fn definition(_text: &str, _offset: u32, _source: &dyn SchemaSource) -> Vec<Target> {
    Vec::new()
}

pub(crate) fn symbols(_text: &str) -> Vec<Symbol> {
    Vec::new()
}

pub(crate) fn lenses(_text: &str, _source: &dyn SchemaSource) -> Vec<Lens> {
    Vec::new()
}
