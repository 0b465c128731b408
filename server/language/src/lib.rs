//! Understanding of Python, notebooks, SQL and `mlwright.toml` without running anything.
//!
//! It knows what columns each data frame has at each place, what a model was fitted on and what it was judged on, and from
//! that completes, explains, and finds ML bugs. What cannot be known is *unknown*, never guessed. It knows no file, no editor's
//! protocol and no engine: columns and files come through [`SchemaSource`], answers are plain data in byte offsets.
//!
//! Start at [`python`] for how a script is read, then `python::flow`.

#![warn(missing_debug_implementations)]

pub mod check;
mod config;
mod document;
mod facts;
pub mod python;

pub use document::{Document, Language};
pub use mlwright_source_text::{
    Action, ActionKind, Cell, ColumnFact, ColumnSummary, Command, Completion, CompletionKind, Diagnostic, Dtype,
    Encoding, Entry, EstimatorFact, Facts, Fix, FrameFact, Hover, InlayHint, Lens, Lifecycle, LineIndex, ModelVersion,
    NameKind, Notebook, NotebookError, Outcome, Position, Related, SchemaSource, ServedEndpoint, Severity, Signature,
    Symbol, SymbolKind, Table, TableColumn, Target, TextEdit, TextRange, TrainedRun, WatchingMonitor, apply_to_ipynb,
};
