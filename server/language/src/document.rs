//! One text of a workspace as it is at one moment, and everything that can be asked of it.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use mlwright_source_text::{
    Action, Completion, Diagnostic, Facts, Hover, InlayHint, Lens, LineIndex, Notebook, SchemaSource, Signature,
    Symbol, Target, TextEdit, TextRange,
};

use crate::{config, facts, python};
use mlwright_sql as sql;

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    Python,
    Sql,
    /// `mlwright.toml`
    Config,
}

/// An immutable text with what has been found out about it so far; cheap to share between threads. A change makes a new one.
///
/// All offsets are bytes of [`Document::text`]. A notebook is one text, its code cells one after the other in the order in which
/// they run ([`Document::notebook`] has which bytes belong to which cell).
#[derive(Debug)]
pub struct Document {
    path: Arc<str>,
    language: Language,
    text: Arc<str>,
    notebook: Option<Notebook>,
    lines: OnceLock<LineIndex>,
    analysis: OnceLock<Arc<python::Analysis>>,
    /// What reading this text, or those that it was changed from, has found out.
    parser: Arc<Mutex<python::lower::Parser>>,
}

/// How much of a text is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// What can matter for what is known at one place: enough for most of what is typed.
    Place,
    Whole,
}

impl Document {
    /// A text at `path` (absolute, `/` between parts; any name for what has not been saved).
    pub fn new(path: impl Into<Arc<str>>, language: Language, text: impl Into<Arc<str>>) -> Self {
        let (path, text) = (path.into(), text.into());
        Self {
            path,
            language,
            text,
            notebook: None,
            lines: OnceLock::new(),
            analysis: OnceLock::new(),
            parser: Arc::default(),
        }
    }

    /// The same document, read with what reading `before`, of which it is a changed version, has found out: what did not change is
    /// not parsed again.
    #[must_use]
    pub fn after(self, before: &Document) -> Self {
        Self { parser: before.parser.clone(), ..self }
    }

    /// A notebook at `path`.
    pub fn from_notebook(path: impl Into<Arc<str>>, notebook: Notebook) -> Self {
        let text = notebook.text().clone();
        Self { notebook: Some(notebook), ..Self::new(path, Language::Python, text) }
    }

    /// Where it lies: absolute, `/` between parts.
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    pub fn language(&self) -> Language {
        self.language
    }

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
    pub fn analysis(&self, source: &dyn SchemaSource) -> &Arc<python::Analysis> {
        self.analysis.get_or_init(|| {
            let cells: Option<Vec<TextRange>> =
                self.notebook.as_ref().map(|notebook| notebook.cells().iter().map(|cell| cell.range).collect());
            Arc::new(self.analyse(&self.text, cells.as_deref(), source))
        })
    }

    /// What is known of `text`, this document's with something put in at `offset`; of all of it, or of what can matter for
    /// that place.
    pub(crate) fn analyse_typed(
        &self,
        text: &str,
        offset: u32,
        extent: Extent,
        source: &dyn SchemaSource,
    ) -> python::Analysis {
        let n_more = (text.len() as u32).saturating_sub(self.text.len() as u32);
        let cells = self.notebook.as_ref().map(|notebook| {
            let moved = |cell: &mlwright_source_text::Cell| {
                TextRange::new(
                    cell.range.start + if cell.range.start > offset { n_more } else { 0 },
                    cell.range.end + if cell.range.end >= offset { n_more } else { 0 },
                )
            };
            notebook.cells().iter().map(moved).collect::<Vec<_>>()
        });
        let place = (extent == Extent::Place).then_some(offset);
        let module = self.read(text, cells.as_deref(), place);
        python::understand(module, &self.path, text, source)
    }

    fn analyse(&self, text: &str, cells: Option<&[TextRange]>, source: &dyn SchemaSource) -> python::Analysis {
        python::understand(self.read(text, cells, None), &self.path, text, source)
    }

    /// The text as it may be once what is typed at `offset` is complete. Of a notebook only the cell there changes: what one
    /// lacks is not looked for in the next.
    pub(crate) fn repaired(&self, offset: u32) -> python::repair::Repaired {
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

    fn read(&self, text: &str, cells: Option<&[TextRange]>, place: Option<u32>) -> python::ast::Module {
        let whole = [TextRange::new(0, text.len() as u32)];
        self.reader().parse_for(text, cells.unwrap_or(&whole), place)
    }

    fn reader(&self) -> MutexGuard<'_, python::lower::Parser> {
        // One that was interrupted by a panic has lost nothing but what it remembers.
        self.parser.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that is wrong, in the order of the text.
    pub fn diagnostics(&self, source: &dyn SchemaSource) -> Vec<Diagnostic> {
        match self.language {
            Language::Python => python::diagnostics(self, source),
            Language::Sql => sql::diagnostics(&self.text, source),
            Language::Config => config::diagnostics(self, source),
        }
    }

    /// What may be typed at `offset`, best first.
    pub fn complete(&self, offset: u32, source: &dyn SchemaSource) -> Vec<Completion> {
        match self.language {
            Language::Python => python::complete(self, offset, source),
            Language::Sql => sql::complete(&self.text, offset, source),
            Language::Config => config::complete(self, offset, source),
        }
    }

    /// The parameters of the call around `offset`.
    pub fn signature(&self, offset: u32, source: &dyn SchemaSource) -> Option<Signature> {
        match self.language {
            Language::Python => python::signature(self, offset, source),
            Language::Sql => sql::signature(&self.text, offset, source),
            Language::Config => None,
        }
    }

    /// What stands at `offset`.
    pub fn hover(&self, offset: u32, source: &dyn SchemaSource) -> Option<Hover> {
        match self.language {
            Language::Python => python::hover(self, offset, source),
            Language::Sql => sql::hover(&self.text, offset, source),
            Language::Config => config::hover(self, offset, source),
        }
    }

    /// Where what stands at `offset` comes from.
    pub fn definition(&self, offset: u32, source: &dyn SchemaSource) -> Vec<Target> {
        match self.language {
            Language::Python => python::definition(self, offset, source),
            Language::Sql => sql::definition(&self.text, offset, source),
            Language::Config => config::definition(self, offset, source),
        }
    }

    /// The range of what would be renamed at `offset`, where all its uses are known for certain.
    pub fn can_rename(&self, offset: u32, source: &dyn SchemaSource) -> Option<TextRange> {
        match self.language {
            Language::Python => python::can_rename(self, offset, source),
            Language::Sql | Language::Config => None,
        }
    }

    /// The edits that rename what stands at `offset`; none where it is not certain.
    pub fn rename(&self, offset: u32, name: &str, source: &dyn SchemaSource) -> Option<Vec<TextEdit>> {
        match self.language {
            Language::Python => python::rename(self, offset, name, source),
            Language::Sql | Language::Config => None,
        }
    }

    /// Shapes and other short texts inside `range`.
    pub fn inlay_hints(&self, range: TextRange, source: &dyn SchemaSource) -> Vec<InlayHint> {
        match self.language {
            Language::Python => python::inlay_hints(self, range, source),
            Language::Sql | Language::Config => Vec::new(),
        }
    }

    /// The outline.
    pub fn symbols(&self, source: &dyn SchemaSource) -> Vec<Symbol> {
        match self.language {
            Language::Python => python::symbols(self, source),
            Language::Sql => sql::symbols(&self.text),
            Language::Config => config::symbols(&self.text),
        }
    }

    /// What can be run from above a line.
    pub fn lenses(&self, source: &dyn SchemaSource) -> Vec<Lens> {
        match self.language {
            Language::Python => python::lenses(self, source),
            Language::Sql => sql::lenses(&self.text, source),
            Language::Config => config::lenses(self, source),
        }
    }

    /// What is offered for the text in `range`, beyond the fixes of its diagnostics.
    pub fn actions(&self, range: TextRange, source: &dyn SchemaSource) -> Vec<Action> {
        match self.language {
            Language::Python => python::actions(self, range, source),
            Language::Sql | Language::Config => Vec::new(),
        }
    }

    /// What is known around `offset`; nothing but names, types and shapes, and one value of a column where that is known.
    pub fn facts(&self, offset: u32, source: &dyn SchemaSource) -> Facts {
        let known = match self.language {
            Language::Python => python::facts(self, offset, source),
            Language::Sql => Facts::default(),
            Language::Config => return Facts::default(),
        };
        facts::with_tables(known, &self.text, source)
    }
}
