//! The outline: sections with their keys.

use mlwright_source_text::{Symbol, SymbolKind, TextRange};

use super::syntax::{Key, Pair, Tree, ValueKind};

/// The most characters of a value beside its key.
const DETAIL_CHARS_MAX: usize = 60;

pub(super) fn symbols(text: &str, tree: &Tree) -> Vec<Symbol> {
    let mut found = Vec::new();
    for section in &tree.sections {
        let mut keys: Vec<Symbol> = section.pairs.iter().filter_map(|pair| key(text, pair)).collect();
        let Some(header) = &section.header else {
            found.append(&mut keys);
            continue;
        };
        let name = dotted(&header.path);
        if name.is_empty() {
            found.append(&mut keys);
            continue;
        }
        let content = section.range.of(text).trim_end();
        let range = TextRange::new(section.range.start, section.range.start + content.len() as u32).cover(header.range);
        found.push(Symbol {
            name,
            detail: None,
            kind: SymbolKind::Section,
            range,
            selection: header.range,
            children: keys,
        });
    }
    found
}

fn key(text: &str, pair: &Pair) -> Option<Symbol> {
    let name = dotted(&pair.path);
    let selection = pair.path.iter().map(|key| key.range).reduce(TextRange::cover).filter(|_| !name.is_empty())?;
    let children = match pair.value.as_ref().map(|value| &value.kind) {
        Some(ValueKind::Table(pairs)) => pairs.iter().filter_map(|pair| key(text, pair)).collect(),
        _ => Vec::new(),
    };
    let detail = pair.value.as_ref().map(|value| {
        let raw = value.range.of(text).lines().next().unwrap_or_default();
        raw.chars().take(DETAIL_CHARS_MAX).collect()
    });
    Some(Symbol { name, detail, kind: SymbolKind::Key, range: pair.range, selection, children })
}

/// `gate.metrics`; empty where nothing is written yet, because an outline must not have entries without a name.
fn dotted(path: &[Key]) -> String {
    path.iter().map(|key| key.name.as_str()).filter(|name| !name.is_empty()).collect::<Vec<_>>().join(".")
}
