//! Python: what the rules find and what an editor is answered.

use mlwright_python_flow::Script;
use mlwright_source_text::{Diagnostic, SchemaSource};

mod features;
pub mod rules;

pub(crate) use features::{
    actions, can_rename, complete, definition, facts, hover, inlay_hints, lenses, rename, signature, symbols,
};

pub(crate) fn diagnostics(script: &Script, source: &dyn SchemaSource) -> Vec<Diagnostic> {
    let analysis = script.analysis(source);
    let mut found = rules::check(analysis, script.text(), source);
    let mut unknown = features::unknown_columns(script, analysis);
    rules::suppress(&mut unknown, &analysis.module, script.text());
    found.extend(unknown);
    found.sort_by_key(|diagnostic| (diagnostic.range, diagnostic.code));
    found
}
