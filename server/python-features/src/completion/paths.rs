//! Files and folders inside a path, data files first.

use mlwright_python_flow::candidates;
use mlwright_source_text::{Completion, CompletionKind, Entry, TextEdit, TextRange, is_file_name};

use super::{N_OFFERS_MAX, Typing};

/// What lies at the path that the string at the cursor begins; `folder` is what the path is joined to, if anything.
pub(super) fn complete(typing: &Typing<'_>, folder: Option<&str>, content: TextRange) -> Vec<Completion> {
    let typed = typing.typed(content);
    if typed.contains("://") {
        return Vec::new();
    }
    let (parent, last) = typed.rfind(['/', '\\']).map_or(("", typed), |at| (&typed[..=at], &typed[at + 1..]));
    let rest = TextRange::new(typing.place.offset, content.end).of(typing.text);
    let segment_end = typing.place.offset + rest.find(['/', '\\']).unwrap_or(rest.len()) as u32;
    let range = TextRange::new(typing.place.offset - last.len() as u32, segment_end);
    let shown = match folder {
        Some(folder) => format!("{}/{parent}", folder.trim_end_matches('/')),
        None if parent.is_empty() => ".".to_owned(),
        None => parent.to_owned(),
    };
    let mut entries: Vec<Entry> = Vec::new();
    for place in candidates(typing.path, &shown, typing.source) {
        for entry in typing.source.entries(&place) {
            if !entries.iter().any(|known| known.name == entry.name) {
                entries.push(entry);
            }
        }
    }
    let lower = last.to_lowercase();
    entries.retain(|entry| !entry.name.starts_with('.') || last.starts_with('.'));
    entries
        .sort_by_cached_key(|entry| (!entry.name.to_lowercase().starts_with(&lower), order(entry), entry.name.clone()));
    entries.truncate(N_OFFERS_MAX);
    entries
        .into_iter()
        .enumerate()
        .map(|(rank, entry)| {
            let text = if entry.is_folder { format!("{}/", entry.name) } else { entry.name.to_string() };
            Completion {
                label: text.as_str().into(),
                kind: if entry.is_folder { CompletionKind::Folder } else { CompletionKind::File },
                detail: None,
                documentation: None,
                edit: TextEdit { range, text },
                rank: rank as u32,
            }
        })
        .collect()
}

fn order(entry: &Entry) -> u8 {
    match entry.is_folder {
        false if is_file_name(&entry.name) => 0,
        true => 1,
        false => 2,
    }
}
