//! Understanding of Python, notebooks, SQL and `mlwright.toml` without running anything.
//!
//! It knows what columns each data frame has at each place, what a model was fitted on and what it was judged on, and from
//! that completes, explains, and finds ML bugs. What cannot be known is *unknown*, never guessed. It knows no file, no editor's
//! protocol and no engine: columns and files come through [`SchemaSource`], answers are plain data in byte offsets.
//!
//! Start at [`python`] for how a script is read, then `python::flow`.

#![warn(missing_debug_implementations)]

mod answers;
pub mod check;
mod config;
mod document;
mod facts;
mod notebook;
pub mod python;
mod schema;
mod sql;
#[cfg(test)]
mod testing;
mod text;

pub use answers::{
    Action, ActionKind, ColumnFact, Command, Completion, CompletionKind, Diagnostic, EstimatorFact, Facts, Fix,
    FrameFact, Hover, InlayHint, Lens, Related, Severity, Signature, Symbol, SymbolKind, Target, TextEdit,
};
pub use document::{Document, Language};
pub use notebook::{Cell, Notebook, NotebookError, apply_to_ipynb};
pub use schema::{
    ColumnSummary, Dtype, Entry, Lifecycle, ModelVersion, NameKind, Outcome, SchemaSource, ServedEndpoint, Table,
    TableColumn, TrainedRun, WatchingMonitor,
};
pub use text::{Encoding, LineIndex, Position, TextRange};
