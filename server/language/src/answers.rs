//! What the features answer with: plain data in byte offsets, for any editor, command line or test.

use std::sync::Arc;

use serde::Serialize;

use crate::text::TextRange;

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
    Information,
    Hint,
}

/// Something found in a text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diagnostic {
    /// `MLW101`, `SQL102`, `CFG101`.
    pub code: &'static str,
    pub severity: Severity,
    pub range: TextRange,
    /// What is wrong and why it matters, one or two sentences.
    pub message: String,
    /// Other places that belong to it, in the order in which to read them.
    pub related: Vec<Related>,
    /// Safe mends, the preferred first.
    pub fixes: Vec<Fix>,
    /// Code that has no effect is shown faded.
    pub unnecessary: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Related {
    pub range: TextRange,
    pub message: String,
}

/// A change of the text that mends something.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fix {
    pub title: String,
    /// Not overlapping, sorted by place.
    pub edits: Vec<TextEdit>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextEdit {
    pub range: TextRange,
    pub text: String,
}

/// What a completion offers, for its icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CompletionKind {
    Column,
    Table,
    File,
    Folder,
    Function,
    Keyword,
    Property,
    Value,
    Model,
    Variable,
}

/// One offer of a completion list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Completion {
    pub label: Arc<str>,
    pub kind: CompletionKind,
    /// Short, beside the label: `float · 3 % missing`.
    pub detail: Option<String>,
    /// Markdown.
    pub documentation: Option<String>,
    /// Replaces `edit.range`, which holds the cursor and lies on its line.
    pub edit: TextEdit,
    /// Lower is better; equal ranks are sorted by label.
    pub rank: u32,
}

/// Text about what the pointer is on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hover {
    pub range: TextRange,
    pub markdown: String,
}

/// A call's parameters while its arguments are typed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Signature {
    pub label: String,
    pub documentation: Option<String>,
    /// Byte ranges of the parameters in `label`.
    pub parameters: Vec<TextRange>,
    pub active_parameter: usize,
}

/// Text shown after `offset` that is not in the file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InlayHint {
    pub offset: u32,
    pub label: String,
    pub tooltip: Option<String>,
}

/// Where something is defined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Target {
    /// In the same text.
    Here(TextRange),
    /// In another text of the workspace (absolute path).
    Text { path: Arc<str>, range: TextRange },
    /// A data file (absolute path).
    File { path: Arc<str> },
}

/// An entry of the outline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Symbol {
    pub name: String,
    pub detail: Option<String>,
    pub kind: SymbolKind,
    pub range: TextRange,
    /// Inside `range`: what is selected when one jumps there.
    pub selection: TextRange,
    pub children: Vec<Symbol>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SymbolKind {
    /// A step of the lifecycle: load, split, fit, evaluate.
    Stage,
    Function,
    Class,
    Frame,
    Model,
    Table,
    Section,
    Key,
}

/// Something above a line that can be clicked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lens {
    pub range: TextRange,
    pub title: String,
    /// None: only a text (the last result).
    pub command: Option<Command>,
}

/// Something offered for a selection.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Action {
    pub title: String,
    pub kind: ActionKind,
    pub edits: Vec<TextEdit>,
    pub command: Option<Command>,
    pub is_preferred: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionKind {
    QuickFix,
    Refactor,
    Source,
}

/// An operation of the product with its input: `train` with `{"table": …, "target": …}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Command {
    pub operation: &'static str,
    pub input: serde_json::Value,
}
