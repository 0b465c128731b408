//! SQL: files of it, and strings of it inside programs.
//!
//! [`Fragment`] is a part of a text that is SQL. Its words ([`tokens`]) are read into statements with their sources and names
//! ([`syntax`], [`parse`]), of which [`resolve`] says what they mean, given what is around them ([`world`]). Each feature is a
//! file of its own on top of that. Where a text is broken, what stands around the break keeps its meaning.

use mlwright_source_text::{Completion, Diagnostic, Hover, Lens, SchemaSource, Signature, Symbol, Target};

mod check;
mod complete;
mod definition;
pub(crate) mod describe;
mod fragment;
mod functions;
mod hover;
mod outline;
mod parse;
mod resolve;
mod signature;
mod syntax;
mod tokens;
mod words;
mod world;

pub(crate) use fragment::Fragment;
#[cfg_attr(not(test), allow(unused_imports, reason = "the strings of Python choose a runner"))]
pub(crate) use world::Runner;
pub(crate) use world::{is_file_name, join};

pub(crate) fn diagnostics(text: &str, source: &dyn SchemaSource) -> Vec<Diagnostic> {
    Fragment::file(text).diagnostics(source)
}

pub(crate) fn complete(text: &str, offset: u32, source: &dyn SchemaSource) -> Vec<Completion> {
    Fragment::file(text).complete(offset, source)
}

pub(crate) fn signature(text: &str, offset: u32, source: &dyn SchemaSource) -> Option<Signature> {
    Fragment::file(text).signature(offset, source)
}

pub(crate) fn hover(text: &str, offset: u32, source: &dyn SchemaSource) -> Option<Hover> {
    Fragment::file(text).hover(offset, source)
}

pub(crate) fn definition(text: &str, offset: u32, source: &dyn SchemaSource) -> Vec<Target> {
    Fragment::file(text).definition(offset, source)
}

pub(crate) fn symbols(text: &str) -> Vec<Symbol> {
    outline::symbols(text)
}

pub(crate) fn lenses(text: &str, _source: &dyn SchemaSource) -> Vec<Lens> {
    outline::lenses(text)
}
