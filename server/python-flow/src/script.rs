//! One Python script or notebook as it is at one moment, read and walked once.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use mlwright_python_syntax::ast::Module;
use mlwright_python_syntax::lower::Parser;
use mlwright_python_syntax::repair::Repaired;
use mlwright_python_values::Analysis;
use mlwright_source_text::{Cell, LineIndex, Notebook, SchemaSource, TextRange};

use super::analysis::understand;

/// An immutable text with what has been found out about it so far; cheap to share between threads. A change makes a new one.
///
/// All offsets are bytes of [`Script::text`]. A notebook is one text, its code cells one after the other in the order in which
/// they run ([`Script::notebook`] has which bytes belong to which cell).
#[derive(Debug)]
pub struct Script {
    path: Arc<str>,
    text: Arc<str>,
    notebook: Option<Notebook>,
    lines: OnceLock<LineIndex>,
    analysis: OnceLock<Arc<Analysis>>,
    /// What reading this text, or those that it was changed from, has found out.
    parser: Arc<Mutex<Parser>>,
}

/// How much of a text is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// What can matter for what is known at one place: enough for most of what is typed.
    Place,
    /// All of it.
    Whole,
}

impl Script {
    /// A text at `path` (absolute, `/` between parts; any name for what has not been saved).
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        let (path, text) = (path.into(), text.into());
        Self { path, text, notebook: None, lines: OnceLock::new(), analysis: OnceLock::new(), parser: Arc::default() }
    }

    /// The same script, read with what reading `before`, of which it is a changed version, has found out: what did not change is
    /// not parsed again.
    #[must_use]
    pub fn after(self, before: &Script) -> Self {
        Self { parser: before.parser.clone(), ..self }
    }

    /// A notebook at `path`.
    pub fn from_notebook(path: impl Into<Arc<str>>, notebook: Notebook) -> Self {
        let text = notebook.text().clone();
        Self { notebook: Some(notebook), ..Self::new(path, text) }
    }

    /// Where it lies: absolute, `/` between parts.
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Its cells, where it is a notebook.
    pub fn notebook(&self) -> Option<&Notebook> {
        self.notebook.as_ref()
    }

    /// Where its lines start.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// What is known of each expression; worked out at the first call with what `source` knows then.
    pub fn analysis(&self, source: &dyn SchemaSource) -> &Arc<Analysis> {
        self.analysis.get_or_init(|| {
            let cells: Option<Vec<TextRange>> =
                self.notebook.as_ref().map(|notebook| notebook.cells().iter().map(|cell| cell.range).collect());
            Arc::new(self.analyse(&self.text, cells.as_deref(), source))
        })
    }

    /// What is known of `text`, this document's with something put in at `offset`; of all of it, or of what can matter for
    /// that place.
    pub fn analyse_typed(&self, text: &str, offset: u32, extent: Extent, source: &dyn SchemaSource) -> Analysis {
        let n_more = (text.len() as u32).saturating_sub(self.text.len() as u32);
        let cells = self.notebook.as_ref().map(|notebook| {
            let moved = |cell: &Cell| {
                TextRange::new(
                    cell.range.start + if cell.range.start > offset { n_more } else { 0 },
                    cell.range.end + if cell.range.end >= offset { n_more } else { 0 },
                )
            };
            notebook.cells().iter().map(moved).collect::<Vec<_>>()
        });
        let place = (extent == Extent::Place).then_some(offset);
        let module = self.read(text, cells.as_deref(), place);
        understand(module, &self.path, text, source)
    }

    fn analyse(&self, text: &str, cells: Option<&[TextRange]>, source: &dyn SchemaSource) -> Analysis {
        understand(self.read(text, cells, None), &self.path, text, source)
    }

    /// The text as it may be once what is typed at `offset` is complete. Of a notebook only the cell there changes: what one
    /// lacks is not looked for in the next.
    pub fn repaired(&self, offset: u32) -> Repaired {
        let cells = self.notebook.iter().flat_map(Notebook::cells);
        let Some(cell) = cells.map(|cell| cell.range).find(|cell| cell.touches(offset)) else {
            return self.reader().repair(&self.text, offset);
        };
        let mut repaired = self.reader().repair(cell.of(&self.text), offset - cell.start);
        repaired.text.insert_str(0, &self.text[..cell.start as usize]);
        repaired.text.push_str(&self.text[cell.end as usize..]);
        repaired.placeholder =
            repaired.placeholder.map(|range| TextRange::new(range.start + cell.start, range.end + cell.start));
        repaired
    }

    fn read(&self, text: &str, cells: Option<&[TextRange]>, place: Option<u32>) -> Module {
        let whole = [TextRange::new(0, text.len() as u32)];
        self.reader().parse_for(text, cells.unwrap_or(&whole), place)
    }

    fn reader(&self) -> MutexGuard<'_, Parser> {
        // One that was interrupted by a panic has lost nothing but what it remembers.
        self.parser.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
