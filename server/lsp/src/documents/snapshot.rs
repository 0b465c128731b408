//! One document as it is at one moment, in the client's own coordinates.

use std::sync::{Arc, OnceLock};

use lsp_types::{Position, Range, Uri};
use mlwright_language::{Diagnostic, Document, Encoding, LineIndex, SchemaSource, TextRange};

use crate::convert;
use crate::source::Asked;

/// A document's own address: of a notebook, not of its cells.
pub(crate) type Key = String;

/// A document that does not change, and what has been found out about it so far.
#[derive(Debug)]
pub(crate) struct Snapshot {
    /// As the client named it; of a notebook, the notebook's.
    pub(crate) uri: Uri,
    pub(crate) version: i32,
    pub(crate) document: Document,
    encoding: Encoding,
    /// The addresses of a notebook's code cells, in the order of [`mlwright_language::Notebook::cells`].
    cells: Vec<Uri>,
    /// What was asked of the world outside to answer for this document.
    pub(crate) asked: Arc<Asked>,
    diagnostics: OnceLock<Vec<Diagnostic>>,
}

impl Snapshot {
    pub(crate) fn of_text(uri: Uri, version: i32, document: Document, encoding: Encoding) -> Self {
        Self::of_notebook(uri, version, document, encoding, Vec::new())
    }

    pub(crate) fn of_notebook(uri: Uri, version: i32, document: Document, encoding: Encoding, cells: Vec<Uri>) -> Self {
        Self { uri, version, document, encoding, cells, asked: Arc::default(), diagnostics: OnceLock::new() }
    }

    /// The same text, with nothing found out yet.
    pub(crate) fn renewed(&self) -> Self {
        let document = match self.document.notebook() {
            Some(notebook) => Document::from_notebook(self.document.path().clone(), notebook.clone()),
            None => Document::new(self.document.path().clone(), self.document.language(), self.document.text().clone()),
        };
        Self::of_notebook(
            self.uri.clone(),
            self.version,
            document.after(&self.document),
            self.encoding,
            self.cells.clone(),
        )
    }

    pub(crate) fn key(&self) -> &str {
        self.uri.as_str()
    }

    /// The addresses under which answers about it are told: its cells', or its own.
    pub(crate) fn addresses(&self) -> &[Uri] {
        if self.document.notebook().is_some() { &self.cells } else { std::slice::from_ref(&self.uri) }
    }

    /// Everything that is wrong in it, worked out once.
    pub(crate) fn diagnostics(&self, source: &dyn SchemaSource) -> &[Diagnostic] {
        self.diagnostics.get_or_init(|| {
            let mut found = self.document.diagnostics(source);
            found.retain(|diagnostic| !diagnostic.code.starts_with("MLW") || source.wants_rule(diagnostic.code));
            found
        })
    }

    /// The bytes that belong to one address: a cell's, or all.
    pub(crate) fn bytes_of(&self, uri: &Uri) -> Option<TextRange> {
        let Some(notebook) = self.document.notebook() else {
            return Some(TextRange::new(0, self.document.text().len() as u32));
        };
        let index = self.cells.iter().position(|cell| cell == uri)?;
        notebook.cells().get(index).map(|cell| cell.range)
    }

    /// The byte at a place of the document, or of one of its cells.
    pub(crate) fn offset(&self, uri: &Uri, position: Position) -> Option<u32> {
        let position = convert::position(position);
        if self.document.notebook().is_none() {
            return Some(self.document.lines().offset(self.document.text(), position, self.encoding));
        }
        let range = self.bytes_of(uri)?;
        let text = range.of(self.document.text());
        Some(range.start + LineIndex::new(text).offset(text, position, self.encoding))
    }

    /// The bytes of a range of the document, or of one of its cells.
    pub(crate) fn bytes(&self, uri: &Uri, range: Range) -> Option<TextRange> {
        Some(TextRange::new(self.offset(uri, range.start)?, self.offset(uri, range.end)?))
    }

    /// Where a range of bytes is: the address, and the range there. What goes beyond the end of its cell ends there.
    pub(crate) fn place(&self, range: TextRange) -> Option<(&Uri, Range)> {
        let Some(notebook) = self.document.notebook() else {
            return Some((&self.uri, self.range_in(self.document.text(), self.document.lines(), range)));
        };
        let index = notebook.cells().iter().position(|cell| cell.range.touches(range.start))?;
        let cell = notebook.cells()[index].range;
        let text = cell.of(self.document.text());
        let inside = TextRange::new(range.start - cell.start, range.end.clamp(cell.start, cell.end) - cell.start);
        Some((self.cells.get(index)?, self.range_in(text, &LineIndex::new(text), inside)))
    }

    /// The range of bytes at one address; `None` where it is elsewhere.
    pub(crate) fn range_at(&self, uri: &Uri, range: TextRange) -> Option<Range> {
        self.place(range).filter(|(address, _)| *address == uri).map(|(_, range)| range)
    }

    fn range_in(&self, text: &str, lines: &LineIndex, range: TextRange) -> Range {
        let at = |offset| convert::lsp_position(lines.position(text, offset, self.encoding));
        Range { start: at(range.start), end: at(range.end) }
    }
}
