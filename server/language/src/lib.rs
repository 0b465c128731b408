//! Understanding of Python, notebooks, SQL and `mlwright.toml` without running anything.
//!
//! A [`Document`] is one text of a workspace, and everything that can be asked of it. What columns each data frame has at each place,
//! what a model was fitted on and what it was judged on, comes from the crates below, which this one puts together: `python-syntax`
//! reads a script, `python-flow` walks it, `python-rules` and `python-features` say what follows, `sql` does all of it for SQL.
//! `mlwright.toml` is understood here. What cannot be known is *unknown*, never guessed. It knows no file, no editor's protocol and no
//! engine: columns and files come through [`SchemaSource`], answers are plain data in byte offsets.
//!
//! Start at [`Document`]; for how a script is read, at `mlwright_python_flow::Script`.

#![warn(missing_debug_implementations)]

pub mod check;
mod config;
mod document;
mod facts;

pub use document::{Document, Language};
pub use mlwright_source_text::{
    Action, ActionKind, Cell, ColumnFact, ColumnSummary, Command, Completion, CompletionKind, Diagnostic, Dtype,
    Encoding, Entry, EstimatorFact, Facts, Fix, FrameFact, Hover, InlayHint, Lens, Lifecycle, LineIndex, ModelVersion,
    NameKind, Notebook, NotebookError, Outcome, Position, Related, SchemaSource, ServedEndpoint, Severity, Signature,
    Symbol, SymbolKind, Table, TableColumn, Target, TextEdit, TextRange, TrainedRun, WatchingMonitor,
};
