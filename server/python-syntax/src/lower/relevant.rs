//! Which pieces of a text can matter for what is known at one place of it: for what is asked at each key that is typed.
//!
//! Names decide, by the text alone: a piece that mentions none of the names in question can neither make nor change what they
//! stand for. Too many pieces cost time, too few would cost answers, so every mention counts, whatever it does.

use std::collections::HashSet;

use super::scan::{Line, is_name_byte};

/// For each piece whether it matters for what is known at `offset`. Pieces after it count only where it lies in a function or class,
/// which they may call.
pub(super) fn relevant(text: &str, pieces: &[&[Line]], offset: u32) -> Vec<bool> {
    let part = |piece: &[Line]| -> &str { piece[0].range.cover(piece[piece.len() - 1].range).of(text) };
    let Some(cursor) = pieces.partition_point(|piece| piece[0].range.start <= offset).checked_sub(1) else {
        return vec![true; pieces.len()];
    };
    let is_defined = defined(part(pieces[cursor])).is_some();
    let n_pieces = if is_defined { pieces.len() } else { cursor + 1 };
    let parts: Vec<&str> = pieces[..n_pieces].iter().map(|piece| part(piece)).collect();
    let mut names: Vec<HashSet<&str>> = parts.iter().map(|part| mentioned_in_piece(part)).collect();
    // Modules are mentioned everywhere and never change.
    let mut modules: HashSet<&str> = HashSet::new();
    let mut always: Vec<bool> = Vec::with_capacity(pieces.len());
    for (lines, part) in pieces.iter().zip(&parts) {
        let statements = lines.iter().map(|line| &text[line.first as usize..line.range.end as usize]);
        let imports = statements.filter(|line| line.starts_with("import ") || line.starts_with("from "));
        let n_modules = modules.len();
        modules.extend(imports.flat_map(mentioned));
        always.push(modules.len() > n_modules || part.contains("exec(") || part.contains("globals()"));
    }
    for names in &mut names {
        names.retain(|name| !modules.contains(name));
    }
    // What a piece takes from others: not what it binds itself before it reads it.
    let taken = |index: usize| {
        let part = parts[index];
        names[index].iter().copied().filter(move |name| !is_bound_first(part, name))
    };
    let mut wanted: HashSet<&str> = taken(cursor).collect();
    wanted.extend(defined(parts[cursor]));
    let mut matters = vec![false; n_pieces];
    matters[cursor] = true;
    loop {
        let mut grew = false;
        for index in (0..n_pieces).rev() {
            if !matters[index] && names[index].iter().any(|name| wanted.contains(name)) {
                matters[index] = true;
                wanted.extend(taken(index));
                grew = true;
            }
        }
        if !grew {
            let is_asked = |index: usize| matters.get(index).is_some_and(|matters| *matters || always[index]);
            return (0..pieces.len()).map(is_asked).collect();
        }
    }
}

/// Whether a statement that starts so defines a function or class.
pub(super) fn is_definition(statement: &str) -> bool {
    ["def ", "class ", "async def ", "@"].iter().any(|start| statement.starts_with(start))
}

/// The name of the function or class that a piece defines, a function's with what its parameters are written in.
fn definition(piece: &str) -> Option<(&str, Option<&str>)> {
    let mut lines = piece.split_inclusive('\n').skip_while(|line| line.starts_with(['@', ' ', '\t', ')', '\n', '#']));
    let line = lines.next()?;
    let head = &piece[line.as_ptr() as usize - piece.as_ptr() as usize..];
    let head = head.strip_prefix("async ").unwrap_or(head);
    let is_function = head.starts_with("def ");
    let rest = head.strip_prefix("def ").or_else(|| head.strip_prefix("class "))?.trim_start();
    let length = rest.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(rest.len());
    let parameters = rest[length..].strip_prefix('(').filter(|_| is_function).map(|rest| &rest[..brackets_end(rest)]);
    Some((&rest[..length], parameters))
}

fn defined(piece: &str) -> Option<&str> {
    definition(piece).map(|(name, _)| name)
}

/// Names in a piece that may stand for values of the script: not the parameters of a function.
fn mentioned_in_piece(piece: &str) -> HashSet<&str> {
    let mut names = mentioned(piece);
    let Some((_, Some(parameters))) = definition(piece) else { return names };
    let mut in_defaults = HashSet::new();
    let mut rest = parameters;
    while !rest.is_empty() {
        let (parameter, others) = rest.split_at(parameter_end(rest));
        rest = others.get(1..).unwrap_or("");
        let name_end = parameter.find([':', '=']).unwrap_or(parameter.len());
        names.remove(parameter[..name_end].trim().trim_start_matches('*'));
        in_defaults.extend(mentioned(&parameter[name_end..]));
    }
    names.extend(in_defaults);
    names
}

/// Where the bracket closes that opened before `text`.
fn brackets_end(text: &str) -> usize {
    end_outside(text, |byte| matches!(byte, b')' | b']' | b'}'))
}

/// Where the first parameter of a list ends.
fn parameter_end(text: &str) -> usize {
    end_outside(text, |byte| byte == b',')
}

/// The first byte in no bracket and no string that ends what is looked for.
fn end_outside(text: &str, is_end: impl Fn(u8) -> bool) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            byte if depth == 0 && is_end(*byte) => return at,
            quote @ (b'"' | b'\'') => {
                at = string_end(text, at, *quote);
                continue;
            }
            b'#' => at = text[at..].find('\n').map_or(bytes.len(), |end| at + end),
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// Whether the first mention of a name binds it: as the variable of a loop, or by an assignment that does not read it.
fn is_bound_first(piece: &str, name: &str) -> bool {
    let is_word = |start: usize| {
        let bytes = piece.as_bytes();
        let end = start + name.len();
        (start == 0 || !is_name_byte(bytes[start - 1]) && bytes[start - 1] != b'.')
            && !bytes.get(end).copied().is_some_and(is_name_byte)
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
                while at < bytes.len() && is_name_byte(bytes[at]) {
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
    use super::{definition, is_bound_first, mentioned, mentioned_in_piece};

    #[test]
    fn names_are_those_that_may_stand_for_values() {
        let mut names: Vec<&str> =
            mentioned("x = df.groupby('city')[cols].mean(axis=one)  # y\nprint(f'{z}', r\"w\")").into_iter().collect();
        names.sort_unstable();
        assert_eq!(names, ["cols", "df", "one", "x", "z"]);
    }

    #[test]
    fn parameters_are_a_functions_own() {
        let piece =
            "@cached(\n    size=3,\n)\ndef f(df, by=KEYS, *rest: Row[a, b], n=\")\"):\n    return df[by], other\n";
        assert_eq!(definition(piece).map(|(name, _)| name), Some("f"));
        let mut names: Vec<&str> = mentioned_in_piece(piece).into_iter().collect();
        names.sort_unstable();
        assert_eq!(names, ["KEYS", "Row", "a", "b", "cached", "f", "other"]);
        assert_eq!(definition("class A(B):\n    x = 1\n"), Some(("A", None)));
        assert_eq!(definition("async def g():\n    pass"), Some(("g", Some(""))));
        assert_eq!(definition("defined = 1"), None);
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
