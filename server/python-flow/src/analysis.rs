//! Reads a script and walks it.

use mlwright_python_syntax::ast::Module;
use mlwright_python_syntax::lower;
use mlwright_python_values::{Analysis, Flow};
use mlwright_source_text::SchemaSource;

use super::interpreter::Interpreter;

/// Reads and walks the script at `path`.
pub fn analyse(path: &str, text: &str, source: &dyn SchemaSource) -> Analysis {
    understand(lower::parse(text), path, text, source)
}

/// Walks the script at `path`, which has been read.
pub(crate) fn understand(module: Module, path: &str, text: &str, source: &dyn SchemaSource) -> Analysis {
    let flow = walk(&module, text, path, source);
    Analysis { module, flow }
}

/// Walks `module`, the script at `path`.
pub fn walk(module: &Module, text: &str, path: &str, source: &dyn SchemaSource) -> Flow {
    Interpreter::new(module, text, path, source).run()
}
