//! A file of SQL, and what can be asked of it.

use mlwright_source_text::{Completion, Diagnostic, Hover, Lens, SchemaSource, Signature, Symbol, Target};

use crate::fragment::Fragment;
use crate::outline;

/// Everything that is wrong in a file, in the order of its text.
pub fn diagnostics(text: &str, source: &dyn SchemaSource) -> Vec<Diagnostic> {
    Fragment::file(text).diagnostics(source)
}

/// What may be typed at `offset` of a file, best first.
pub fn complete(text: &str, offset: u32, source: &dyn SchemaSource) -> Vec<Completion> {
    Fragment::file(text).complete(offset, source)
}

/// The parameters of the call around `offset` of a file.
pub fn signature(text: &str, offset: u32, source: &dyn SchemaSource) -> Option<Signature> {
    Fragment::file(text).signature(offset, source)
}

/// What stands at `offset` of a file.
pub fn hover(text: &str, offset: u32, source: &dyn SchemaSource) -> Option<Hover> {
    Fragment::file(text).hover(offset, source)
}

/// Where what stands at `offset` of a file comes from.
pub fn definition(text: &str, offset: u32, source: &dyn SchemaSource) -> Vec<Target> {
    Fragment::file(text).definition(offset, source)
}

/// The outline of a file.
pub fn symbols(text: &str) -> Vec<Symbol> {
    outline::symbols(text)
}

/// What can be run from above a line of a file.
pub fn lenses(text: &str, _source: &dyn SchemaSource) -> Vec<Lens> {
    outline::lenses(text)
}
