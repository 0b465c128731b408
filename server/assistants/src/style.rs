//! How a file's author writes: line ends and indentation.

/// What a byte order mark is in UTF-8; editors on Windows put it at the start.
pub(crate) const BOM: &str = "\u{feff}";

/// A text without its byte order mark, and the mark.
pub(crate) fn without_bom(text: &str) -> (&str, &str) {
    match text.strip_prefix(BOM) {
        Some(rest) => (BOM, rest),
        None => ("", text),
    }
}

/// The line end of a text: that of its first line.
pub(crate) fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// The white space that the line begins with on which `at` lies.
pub(crate) fn indent(text: &str, at: usize) -> &str {
    let start = line_start(text, at);
    let line = &text[start..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Where the line begins on which `at` lies.
pub(crate) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Whether nothing but white space precedes `at` on its line.
pub(crate) fn is_first_on_line(text: &str, at: usize) -> bool {
    text[line_start(text, at)..at].trim().is_empty()
}

/// Where the line ends on which `at` lies, its line end included, when nothing but white space follows there.
pub(crate) fn end_of_blank_rest(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let line = rest.find('\n').map_or(rest, |newline| &rest[..=newline]);
    line.trim().is_empty().then_some(at + line.len())
}

/// Replaces ranges of a text, which must not overlap.
pub(crate) fn edited(text: &str, mut edits: Vec<(std::ops::Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut result = String::with_capacity(text.len());
    let mut from = 0;
    for (range, new) in edits {
        result.push_str(&text[from..range.start]);
        result.push_str(&new);
        from = range.end;
    }
    result.push_str(&text[from..]);
    result
}
