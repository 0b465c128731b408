//! Python: what the rules find and what an editor is answered.

use mlwright_python_flow::Script;
use mlwright_source_text::{Diagnostic, SchemaSource};

mod features;

pub(crate) use features::{
    actions, can_rename, complete, definition, facts, hover, inlay_hints, lenses, rename, signature, symbols,
};

pub(crate) fn diagnostics(script: &Script, source: &dyn SchemaSource) -> Vec<Diagnostic> {
    mlwright_python_rules::check(script.analysis(source), script.text(), source)
}
