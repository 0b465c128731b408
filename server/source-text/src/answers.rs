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

/// What is known around a place that the text there does not say: for whoever writes on from it.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Facts {
    /// The step of the lifecycle that the text has reached there: `split`.
    pub stage: Option<&'static str>,
    /// Data that has a name there, what was named last first.
    pub frames: Vec<FrameFact>,
    /// Models and transformers that have a name there, what was named last first.
    pub estimators: Vec<EstimatorFact>,
    /// Names of the workspace's tables.
    pub tables: Vec<Arc<str>>,
    /// Those of them that the text names.
    pub named_tables: Vec<FrameFact>,
}

/// A frame, series or table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FrameFact {
    pub name: Arc<str>,
    /// `pandas frame, 7043 × 21`
    pub kind: String,
    /// Which part of a split it is, where it is one.
    pub part: Option<String>,
    pub columns: Vec<ColumnFact>,
    /// Whether it may have other columns too.
    pub is_open: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnFact {
    pub name: Arc<str>,
    /// Nothing where the type is not known.
    pub dtype: Option<&'static str>,
    /// A value of some row.
    pub example: Option<Arc<str>>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EstimatorFact {
    pub name: Arc<str>,
    /// Full name of its class.
    pub class: Arc<str>,
    pub is_fitted: bool,
}
