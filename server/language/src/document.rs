//! One text of a workspace as it is at one moment, and everything that can be asked of it.

use std::sync::Arc;

use mlwright_python_flow::Script;
use mlwright_python_values::Analysis;
use mlwright_source_text::{
    Action, Completion, Diagnostic, Facts, Hover, InlayHint, Lens, LineIndex, Notebook, SchemaSource, Signature,
    Symbol, Target, TextEdit, TextRange,
};
use {mlwright_python_features as python_features, mlwright_python_rules as python_rules, mlwright_sql as sql};

use crate::{config, facts};

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
    language: Language,
    /// Its path, text and lines, whatever the language; beyond them it is asked for Python alone.
    script: Script,
}

impl Document {
    /// A text at `path` (absolute, `/` between parts; any name for what has not been saved).
    pub fn new(path: impl Into<Arc<str>>, language: Language, text: impl Into<Arc<str>>) -> Self {
        Self { language, script: Script::new(path, text) }
    }

    /// The same document, read with what reading `before`, of which it is a changed version, has found out: what did not change is
    /// not parsed again.
    #[must_use]
    pub fn after(self, before: &Document) -> Self {
        Self { script: self.script.after(&before.script), ..self }
    }

    /// A notebook at `path`.
    pub fn from_notebook(path: impl Into<Arc<str>>, notebook: Notebook) -> Self {
        Self { language: Language::Python, script: Script::from_notebook(path, notebook) }
    }

    /// Where it lies: absolute, `/` between parts.
    pub fn path(&self) -> &Arc<str> {
        self.script.path()
    }

    pub fn language(&self) -> Language {
        self.language
    }

    pub fn text(&self) -> &Arc<str> {
        self.script.text()
    }

    /// Its cells, where it is a notebook.
    pub fn notebook(&self) -> Option<&Notebook> {
        self.script.notebook()
    }

    /// Where its lines start.
    pub fn lines(&self) -> &LineIndex {
        self.script.lines()
    }

    /// What is known of each expression of a script; worked out at the first call with what `source` knows then.
    pub fn analysis(&self, source: &dyn SchemaSource) -> &Arc<Analysis> {
        self.script.analysis(source)
    }

    /// Everything that is wrong, in the order of the text.
    pub fn diagnostics(&self, source: &dyn SchemaSource) -> Vec<Diagnostic> {
        match self.language {
            Language::Python => python_rules::check(self.analysis(source), self.text(), source),
            Language::Sql => sql::diagnostics(self.text(), source),
            Language::Config => config::diagnostics(self, source),
        }
    }

    /// What may be typed at `offset`, best first.
    pub fn complete(&self, offset: u32, source: &dyn SchemaSource) -> Vec<Completion> {
        match self.language {
            Language::Python => python_features::complete(&self.script, offset, source),
            Language::Sql => sql::complete(self.text(), offset, source),
            Language::Config => config::complete(self, offset, source),
        }
    }

    /// The parameters of the call around `offset`.
    pub fn signature(&self, offset: u32, source: &dyn SchemaSource) -> Option<Signature> {
        match self.language {
            Language::Python => python_features::signature(&self.script, offset, source),
            Language::Sql => sql::signature(self.text(), offset, source),
            Language::Config => None,
        }
    }

    /// What stands at `offset`.
    pub fn hover(&self, offset: u32, source: &dyn SchemaSource) -> Option<Hover> {
        match self.language {
            Language::Python => python_features::hover(&self.script, offset, source),
            Language::Sql => sql::hover(self.text(), offset, source),
            Language::Config => config::hover(self, offset, source),
        }
    }

    /// Where what stands at `offset` comes from.
    pub fn definition(&self, offset: u32, source: &dyn SchemaSource) -> Vec<Target> {
        match self.language {
            Language::Python => python_features::definition(&self.script, offset, source),
            Language::Sql => sql::definition(self.text(), offset, source),
            Language::Config => config::definition(self, offset, source),
        }
    }

    /// The range of what would be renamed at `offset`, where all its uses are known for certain.
    pub fn can_rename(&self, offset: u32, source: &dyn SchemaSource) -> Option<TextRange> {
        match self.language {
            Language::Python => python_features::can_rename(&self.script, offset, source),
            Language::Sql | Language::Config => None,
        }
    }

    /// The edits that rename what stands at `offset`; none where it is not certain.
    pub fn rename(&self, offset: u32, name: &str, source: &dyn SchemaSource) -> Option<Vec<TextEdit>> {
        match self.language {
            Language::Python => python_features::rename(&self.script, offset, name, source),
            Language::Sql | Language::Config => None,
        }
    }

    /// Shapes and other short texts inside `range`.
    pub fn inlay_hints(&self, range: TextRange, source: &dyn SchemaSource) -> Vec<InlayHint> {
        match self.language {
            Language::Python => python_features::inlay_hints(&self.script, range, source),
            Language::Sql | Language::Config => Vec::new(),
        }
    }

    /// The outline.
    pub fn symbols(&self, source: &dyn SchemaSource) -> Vec<Symbol> {
        match self.language {
            Language::Python => python_features::symbols(&self.script, source),
            Language::Sql => sql::symbols(self.text()),
            Language::Config => config::symbols(self.text()),
        }
    }

    /// What can be run from above a line.
    pub fn lenses(&self, source: &dyn SchemaSource) -> Vec<Lens> {
        match self.language {
            Language::Python => python_features::lenses(&self.script, source),
            Language::Sql => sql::lenses(self.text(), source),
            Language::Config => config::lenses(self, source),
        }
    }

    /// What is offered for the text in `range`, beyond the fixes of its diagnostics.
    pub fn actions(&self, range: TextRange, source: &dyn SchemaSource) -> Vec<Action> {
        match self.language {
            Language::Python => python_features::actions(&self.script, range, source),
            Language::Sql | Language::Config => Vec::new(),
        }
    }

    /// What is known around `offset`; nothing but names, types and shapes, and one value of a column where that is known.
    pub fn facts(&self, offset: u32, source: &dyn SchemaSource) -> Facts {
        let known = match self.language {
            Language::Python => python_features::facts(&self.script, offset, source),
            Language::Sql => Facts::default(),
            Language::Config => return Facts::default(),
        };
        facts::with_tables(known, self.text(), source)
    }
}

#[cfg(test)]
mod tests;
