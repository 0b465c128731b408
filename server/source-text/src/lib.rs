//! Texts of programs, whatever they are written in: what the crates that understand a language share.
//!
//! Places in a text are bytes ([`TextRange`]); [`LineIndex`] makes lines and columns of them. A [`Notebook`] is one text with cells.
//! What a text's names mean in the workspace around it is asked of a [`SchemaSource`]; what is said about a text ([`Diagnostic`],
//! [`Completion`], [`Hover`] and the others) is plain data. It knows no language, no file, no editor's protocol and no engine.
//!
//! Start at [`SchemaSource`] for what is asked, at [`Diagnostic`] for what is answered.

#![warn(missing_debug_implementations)]

mod answers;
pub mod describe;
mod notebook;
mod paths;
mod schema;
mod text;

pub use answers::{
    Action, ActionKind, ColumnFact, Command, Completion, CompletionKind, Diagnostic, EstimatorFact, Facts, Fix,
    FrameFact, Hover, InlayHint, Lens, Related, Severity, Signature, Symbol, SymbolKind, Target, TextEdit,
};
pub use notebook::{Cell, Notebook, NotebookError, apply_to_ipynb};
pub use paths::{is_file_name, join};
pub use schema::{
    ColumnSummary, Dtype, Entry, Lifecycle, ModelVersion, NameKind, Outcome, SchemaSource, ServedEndpoint, Table,
    TableColumn, TrainedRun, WatchingMonitor,
};
pub use text::{Encoding, LineIndex, Position, TextRange};
