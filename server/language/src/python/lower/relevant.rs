//! Which pieces of a text can matter for what is known at one place of it: for what is asked at each key that is typed.
//!
//! Names decide, by the text alone: a piece that mentions none of the names in question can neither make nor change what they
//! stand for. Too many pieces cost time, too few would cost answers, so every mention counts, whatever it does.

use std::collections::HashSet;

use super::scan::Line;
use crate::text::TextRange;

/// For each piece up to the one at `offset` whether it matters; `None` where all do: inside a function or class, which later
/// pieces may call.
pub(super) fn relevant(text: &str, pieces: &[&[Line]], offset: u32) -> Option<Vec<bool>> {
    let range = |piece: &[Line]| -> TextRange { piece[0].range.cover(piece[piece.len() - 1].range) };
    let last = pieces.partition_point(|piece| piece[0].range.start <= offset).checked_sub(1)?;
    let at_cursor = range(pieces[last]).of(text);
    if ["def ", "class ", "async ", "@"].iter().any(|start| at_cursor.starts_with(start)) {
        return None;
    }
    let mut names: Vec<HashSet<&str>> = pieces[..=last].iter().map(|piece| mentioned(range(piece).of(text))).collect();
    // Modules are mentioned everywhere and never change.
    let mut modules: HashSet<&str> = HashSet::new();
    let mut matters: Vec<bool> = Vec::with_capacity(names.len());
    for (piece, names) in pieces[..=last].iter().zip(&names) {
        let piece = range(piece).of(text);
        let imports = piece.starts_with("import ") || piece.starts_with("from ");
        if imports {
            modules.extend(names);
        }
        matters.push(imports || piece.contains("exec(") || piece.contains("globals()"));
    }
    for names in &mut names {
        names.retain(|name| !modules.contains(name));
    }
    // What a piece takes from those before it: not what it binds itself before it reads it.
    let taken = |index: usize| -> Vec<&str> {
        let piece = range(pieces[index]).of(text);
        names[index].iter().copied().filter(|name| !is_bound_first(piece, name)).collect()
    };
    let mut wanted: HashSet<&str> = names[last].clone();
    matters[last] = true;
    loop {
        let mut grew = false;
        for index in (0..last).rev() {
            if !matters[index] && names[index].iter().any(|name| wanted.contains(name)) {
                matters[index] = true;
                wanted.extend(taken(index));
                grew = true;
            }
        }
        if !grew {
            return Some(matters);
        }
    }
}

/// Whether the first mention of a name binds it: as the variable of a loop, or by an assignment that does not read it.
fn is_bound_first(piece: &str, name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    let is_word = |start: usize| {
        let bytes = piece.as_bytes();
        let end = start + name.len();
        (start == 0 || !is_part(bytes[start - 1]) && bytes[start - 1] != b'.')
            && !bytes.get(end).copied().is_some_and(is_part)
    };
    let Some(start) = piece.match_indices(name).map(|(start, _)| start).find(|start| is_word(*start)) else {
        return false;
    };
    let line_start = piece[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = piece[start..].find('\n').map_or(piece.len(), |at| start + at);
    let before = &piece[line_start..start];
    let after = piece[start + name.len()..line_end].trim_start();
    if let Some(target) = before.trim_start().strip_prefix("for ") {
        return !target.contains(" in ");
    }
    let assigns = before.trim().is_empty() && after.starts_with('=') && !after.starts_with("==");
    assigns && !piece[start + name.len()..line_end].match_indices(name).any(|(at, _)| is_word(start + name.len() + at))
}

/// Names in a piece that may stand for values of the script: not attributes, keywords of calls or words of the language.
fn mentioned(piece: &str) -> HashSet<&str> {
    let bytes = piece.as_bytes();
    let mut names = HashSet::new();
    let (mut at, mut depth) = (0, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'#' => at = piece[at..].find('\n').map_or(bytes.len(), |end| at + end),
            quote @ (b'"' | b'\'') => {
                let is_formatted = at > 0 && matches!(bytes[at - 1] | 0x20, b'f');
                let end = string_end(piece, at, quote);
                if is_formatted {
                    names.extend(mentioned(piece.get(at + 1..end.saturating_sub(1)).unwrap_or("")));
                }
                at = end;
            }
            byte @ (b'(' | b'[' | b'{' | b')' | b']' | b'}') => {
                depth = if matches!(byte, b'(' | b'[' | b'{') { depth + 1 } else { depth.saturating_sub(1) };
                at += 1;
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 => {
                let start = at;
                while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_' || bytes[at] >= 0x80)
                {
                    at += 1;
                }
                let word = &piece[start..at];
                let rest = piece[at..].trim_start_matches(' ');
                let is_attribute = start > 0 && bytes[start - 1] == b'.';
                let is_keyword_argument = depth > 0 && rest.starts_with('=') && !rest.starts_with("==");
                let is_prefix = matches!(bytes.get(at), Some(b'"' | b'\'')) && word.len() <= 2;
                if !is_attribute && !is_keyword_argument && !is_prefix && !WORDS.contains(&word) {
                    names.insert(word);
                }
            }
            byte if byte.is_ascii_digit() => {
                while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'.' | b'_')) {
                    at += 1;
                }
            }
            _ => at += 1,
        }
    }
    names
}

fn string_end(piece: &str, start: usize, quote: u8) -> usize {
    let bytes = piece.as_bytes();
    let triple = bytes[start..].starts_with(&[quote, quote, quote]);
    let mut at = start + if triple { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'\n' if !triple => return at,
            byte if byte == quote && (!triple || bytes[at..].starts_with(&[quote, quote, quote])) => {
                return at + if triple { 3 } else { 1 };
            }
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Words of the language, and functions of its own that change nothing.
const WORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "print", "len", "range", "str", "int",
    "float", "list", "dict", "set", "tuple", "sum", "min", "max", "abs", "round", "sorted", "zip", "enumerate", "type",
    "isinstance", "open", "display",
];

#[cfg(test)]
mod tests {
    use super::{is_bound_first, mentioned};

    #[test]
    fn names_are_those_that_may_stand_for_values() {
        let mut names: Vec<&str> =
            mentioned("x = df.groupby('city')[cols].mean(axis=one)  # y\nprint(f'{z}', r\"w\")").into_iter().collect();
        names.sort_unstable();
        assert_eq!(names, ["cols", "df", "one", "x", "z"]);
    }

    #[test]
    fn what_a_piece_binds_itself_comes_from_no_other() {
        assert!(is_bound_first("for a, b in pairs:\n    print(a)", "b"));
        assert!(!is_bound_first("for a in a.items():\n    pass", "items"));
        assert!(
            is_bound_first("x = 1\ny = x", "x")
                && !is_bound_first("x = x.dropna()", "x")
                && !is_bound_first("x[\"a\"] = 1", "x")
        );
    }
}
