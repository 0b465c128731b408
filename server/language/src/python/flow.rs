//! Walks a script as it would run, with what can be known of each value instead of the values themselves.
//!
//! One walk serves everything: what columns a frame has at an expression ([`Flow::seen`]), which strings name columns or files
//! ([`Flow::contexts`]), and what was split, fitted and judged on what ([`Flow::events`]), which the rules read. The walk never
//! guesses: where ways part it keeps what holds on both; calls that are not understood give an opaque value that remembers the
//! rows it came from. It is bounded in steps, depth and the number of times a loop's body is walked.
//!
//! Start at [`interpreter`]; [`value`] says what a value can be, [`rows`] which samples it holds, [`info`] what went into it.

pub mod arguments;
pub mod calls;
mod expressions;
mod imports;
pub mod interpreter;
mod lists;
mod operators;
mod patterns;
mod samples;
mod statements;

pub(crate) use imports::module_file;

use mlwright_python_syntax::ast::Module;
use mlwright_python_values::Flow;
use mlwright_source_text::SchemaSource;

/// Walks `module`, the script at `path`.
pub fn walk(module: &Module, text: &str, path: &str, source: &dyn SchemaSource) -> Flow {
    interpreter::Interpreter::new(module, text, path, source).run()
}
