//! `mlwright.toml`: completion, explanations and checks from its JSON Schema and from what the workspace has.
//!
//! The schema comes as data from [`SchemaSource::config_schema`]; a key that is added to the settings is known here at once. What
//! a schema cannot say in its own words, of what a text is the name, it says by the keyword `x-names`: `table`, `column` (of the
//! table that a key beside it names), `class` (a value of the target), `folder`, or one of [`mlwright_source_text::NameKind`] (`metric`, `alias`,
//! …). At a list it is about each element, in `propertyNames` about the keys.
//!
//! What the product refuses to load is an error; what it loads, but cannot work with later (no such table), is a warning.

mod check;
mod complete;
mod describe;
mod hover;
mod lenses;
mod names;
mod outline;
mod shape;
mod spot;
mod syntax;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use mlwright_source_text::{Completion, Diagnostic, Hover, Lens, SchemaSource, Symbol, Target};
use serde_json::Value;

use crate::document::Document;
use names::Surroundings;
use shape::Shape;
use syntax::Tree;

/// A file that has been read, and what it is read with.
struct Reading<'a> {
    text: &'a str,
    tree: Tree,
    schema: Option<Arc<Value>>,
    around: Surroundings<'a>,
}

impl<'a> Reading<'a> {
    fn of(document: &'a Document, source: &'a dyn SchemaSource) -> Self {
        let text = document.text();
        let around = Surroundings { source, folder: document.path().rsplit_once('/').map_or("", |(folder, _)| folder) };
        Self { text, tree: Tree::parse(text), schema: source.config_schema(), around }
    }

    fn shape(&self) -> Option<Shape<'_>> {
        self.schema.as_deref().map(Shape::of_file)
    }
}

/// Everything that is wrong: `CFG101` an unknown key, `CFG102` a value that is not allowed, `CFG103` an unknown table, `CFG104` an
/// unknown column, `CFG105` what is no TOML, `CFG106` another unknown name.
pub(crate) fn diagnostics(document: &Document, source: &dyn SchemaSource) -> Vec<Diagnostic> {
    check::diagnostics(&Reading::of(document, source))
}

/// Keys, sections and values that may stand at `offset`.
pub(crate) fn complete(document: &Document, offset: u32, source: &dyn SchemaSource) -> Vec<Completion> {
    complete::complete(&Reading::of(document, source), offset)
}

/// What the key, section, table or column at `offset` is.
pub(crate) fn hover(document: &Document, offset: u32, source: &dyn SchemaSource) -> Option<Hover> {
    hover::hover(&Reading::of(document, source), offset)
}

/// The file of the table, or of the table that has the column, at `offset`.
pub(crate) fn definition(document: &Document, offset: u32, source: &dyn SchemaSource) -> Vec<Target> {
    hover::definition(&Reading::of(document, source), offset)
}

/// Sections with their keys.
pub(crate) fn symbols(text: &str) -> Vec<Symbol> {
    outline::symbols(text, &Tree::parse(text))
}

/// What the settings are good for: profile, train, register, promote, deploy, check drift.
pub(crate) fn lenses(document: &Document, source: &dyn SchemaSource) -> Vec<Lens> {
    lenses::lenses(&Reading::of(document, source))
}
