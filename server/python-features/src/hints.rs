//! Shapes of frames, shown after the names that they are given.

use std::collections::BTreeMap;

use mlwright_python_flow::Script;
use mlwright_python_values::value::{Data, DataKind};
use mlwright_source_text::{InlayHint, SchemaSource, TextRange};

use super::describe;

/// The shape of each frame that is bound inside `range`, one a line. Nothing where several calls or turns differ.
pub fn inlay_hints(script: &Script, range: TextRange, source: &dyn SchemaSource) -> Vec<InlayHint> {
    let analysis = script.analysis(source);
    let mut labels: BTreeMap<TextRange, Option<InlayHint>> = BTreeMap::new();
    for binding in analysis.flow.bindings.iter().filter(|binding| range.contains(binding.range)) {
        let hint = binding.seen.data().and_then(|data| hint(data, binding.range.end));
        labels
            .entry(binding.range)
            .and_modify(|known| {
                if *known != hint {
                    *known = None;
                }
            })
            .or_insert(hint);
    }
    let lines = script.lines();
    let mut hints: Vec<InlayHint> = labels.into_values().flatten().collect();
    hints.dedup_by_key(|hint| lines.line_of(hint.offset));
    hints
}

fn hint(data: &Data, offset: u32) -> Option<InlayHint> {
    let is_table = matches!(data.kind, DataKind::Frame | DataKind::Array) && data.prediction.is_none();
    // An array of which only the number of rows is known may be of any shape.
    if !is_table || (data.kind == DataKind::Array && (data.columns.open || data.columns.list.is_empty())) {
        return None;
    }
    let shape = describe::shape(data)?;
    let names: Vec<&str> = data.columns.names().take(12).map(|name| &**name).collect();
    let more = data.columns.list.len().saturating_sub(names.len());
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    let tooltip = (!names.is_empty()).then(|| format!("{}{rest}", names.join(", ")));
    Some(InlayHint { offset, label: format!(": {shape}"), tooltip })
}
