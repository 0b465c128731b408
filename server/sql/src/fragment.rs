//! A part of a text that is SQL, and what can be asked of it. All offsets and ranges are those of the whole text.

use std::sync::Arc;

use mlwright_source_text::{Completion, Diagnostic, Hover, SchemaSource, Signature, Table, Target, TextRange};

use super::parse::parse;
use super::resolve::Resolver;
use super::syntax::Script;
use super::tokens::Place;
use super::world::{Runner, World};
use super::{check, complete, definition, hover, signature};

/// SQL inside a text.
#[derive(Debug, Clone, Copy)]
pub struct Fragment<'f> {
    /// The whole text.
    pub text: &'f str,
    /// The part that is SQL, without the quotes around it.
    pub range: TextRange,
    /// Tables that the program has made, by the names under which SQL knows them.
    pub tables: &'f [(Arc<str>, Arc<Table>)],
    /// What will run it.
    pub runner: Runner,
    /// The folder that relative paths are tried against before the workspace's roots.
    pub folder: Option<&'f str>,
    /// The quote around the string, where one alone ends it: written with a backslash inside. None in a file and in a string
    /// between three quotes.
    pub delimiter: Option<char>,
    place: Place,
}

impl<'f> Fragment<'f> {
    /// A whole file.
    pub fn file(text: &'f str) -> Self {
        let range = TextRange::new(0, text.len() as u32);
        Self { text, range, tables: &[], runner: Runner::Mlwright, folder: None, delimiter: None, place: Place::File }
    }

    /// A string of a program; `range` is what stands between its quotes.
    pub fn literal(text: &'f str, range: TextRange, runner: Runner) -> Self {
        Self { text, range, runner, place: Place::Literal, ..Self::file(text) }
    }

    /// Everything that is wrong, in the order of the text.
    pub fn diagnostics(&self, source: &dyn SchemaSource) -> Vec<Diagnostic> {
        self.read(source, None, check::diagnostics)
    }

    /// What may be typed at `offset`, best first.
    pub fn complete(&self, offset: u32, source: &dyn SchemaSource) -> Vec<Completion> {
        self.read(source, Some(offset), |reading| complete::complete(reading, offset))
    }

    /// The parameters of the call around `offset`.
    pub fn signature(&self, offset: u32, source: &dyn SchemaSource) -> Option<Signature> {
        self.read(source, Some(offset), |reading| signature::signature(reading, offset))
    }

    /// What stands at `offset`.
    pub fn hover(&self, offset: u32, source: &dyn SchemaSource) -> Option<Hover> {
        self.read(source, Some(offset), |reading| hover::hover(reading, offset))
    }

    /// Where what stands at `offset` comes from.
    pub fn definition(&self, offset: u32, source: &dyn SchemaSource) -> Vec<Target> {
        self.read(source, Some(offset), |reading| definition::definition(reading, offset))
    }

    pub(crate) fn parse(&self) -> Script {
        parse(self.text, self.range, self.place, None)
    }

    fn read<T>(&self, source: &dyn SchemaSource, around: Option<u32>, answer: impl FnOnce(&Reading<'_>) -> T) -> T {
        let script = parse(self.text, self.range, self.place, around);
        let world = World { source, tables: self.tables, runner: self.runner, folder: self.folder };
        answer(&Reading { fragment: *self, text: self.text, script: &script, resolver: Resolver::new(&script, world) })
    }
}

/// A fragment that has been read.
pub(crate) struct Reading<'r> {
    pub(crate) fragment: Fragment<'r>,
    pub(crate) text: &'r str,
    pub(crate) script: &'r Script,
    pub(crate) resolver: Resolver<'r>,
}

impl Reading<'_> {
    /// `name` as it must be written at an operand's place, in quotes where it needs them.
    pub(crate) fn written(&self, name: &str) -> String {
        if !super::words::needs_quotes(name) {
            return name.to_owned();
        }
        let quote = if self.fragment.delimiter == Some('"') { "\\\"" } else { "\"" };
        format!("{quote}{}{quote}", name.replace('"', "\"\""))
    }
}

#[cfg(test)]
pub(crate) mod tests;
