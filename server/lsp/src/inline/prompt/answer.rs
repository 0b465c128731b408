//! The code in a model's answer. Models are told to give code alone, and give fences, the line again, or the rest of the line too.

/// The most characters and lines that are suggested.
const CHARS_MAX: usize = 2_000;
const LINES_MAX: usize = 30;
/// A line of at least so many characters that follows already is not wanted again.
const REPEATED_CHARS_MIN: usize = 6;

/// What is to be put between `before` and `after`; none where the answer has nothing for that.
pub(super) fn insertion(answer: &str, before: &str, after: &str) -> Option<String> {
    let answer = answer.replace("\r\n", "\n").replace(super::CURSOR, "");
    if answer.chars().any(|character| character.is_control() && !matches!(character, '\n' | '\t')) {
        return None;
    }
    let (code, was_fenced) = fenced(&answer);
    let typed = before.rsplit('\n').next().unwrap_or_default();
    let code = without_typed(code, typed, was_fenced);
    let line_after = after.split('\n').next().unwrap_or_default().trim_end();
    let code = without_rest(code, line_after);
    let code = without_next_line(code, after);
    let code = cut(code.trim_end());
    if code.trim().is_empty() { None } else { Some(code.to_owned()) }
}

/// What stands in the first fence, where there is one.
fn fenced(answer: &str) -> (&str, bool) {
    let Some(open) = answer.find("```") else { return (answer, false) };
    let inside = &answer[open + 3..];
    // The name of the language stands behind the opening fence.
    let Some(line_end) = inside.find('\n') else { return ("", true) };
    let code = &inside[line_end + 1..];
    (code.find("```").map_or(code, |close| &code[..close]), true)
}

/// Without what is typed of the line, where the answer begins with it again.
fn without_typed<'a>(code: &'a str, typed: &str, was_fenced: bool) -> &'a str {
    let bare = typed.trim_start();
    if !bare.is_empty() {
        let unindented = code.trim_start();
        if let Some(rest) = unindented.strip_prefix(bare).or_else(|| unindented.strip_prefix(bare.trim_end())) {
            // A space that is typed already.
            return if bare.ends_with(' ') { rest.trim_start_matches(' ') } else { rest };
        }
        return if was_fenced { unindented } else { code };
    }
    // At the beginning of a line no line break is missing, and what is typed of the indentation is there.
    let code = code.trim_start_matches('\n');
    code.strip_prefix(typed).unwrap_or(code)
}

/// Without what follows on the line: all of it, or closing signs that the answer has one too many of.
fn without_rest<'a>(code: &'a str, rest: &str) -> &'a str {
    let end = code.trim_end();
    if rest.is_empty() || is_closed(end) {
        return code;
    }
    let prefixes = rest.char_indices().map(|(at, character)| &rest[..at + character.len_utf8()]).rev();
    prefixes.filter_map(|prefix| end.strip_suffix(prefix)).find(|shorter| !has_excess(shorter)).unwrap_or(code)
}

/// Whether every bracket and quote has its other half.
fn is_closed(code: &str) -> bool {
    let (depth, lowest, in_string) = balance(code);
    depth == 0 && lowest == 0 && !in_string
}

/// Whether brackets or quotes are closed that were not opened.
fn has_excess(code: &str) -> bool {
    let (_, lowest, in_string) = balance(code);
    lowest < 0 || in_string
}

/// How many brackets are open at the end, the lowest number on the way, and whether a string is.
fn balance(code: &str) -> (i32, i32, bool) {
    let (mut depth, mut lowest, mut quote) = (0, 0, None);
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        match (character, quote) {
            ('\\', Some(_)) => {
                characters.next();
            }
            ('"' | '\'', None) => quote = Some(character),
            (_, Some(open)) => {
                if character == open {
                    quote = None;
                }
            }
            ('(' | '[' | '{', None) => depth += 1,
            (')' | ']' | '}', None) => {
                depth -= 1;
                lowest = lowest.min(depth);
            }
            _ => {}
        }
    }
    (depth, lowest, quote.is_some())
}

/// Without a last line that stands after the cursor already.
fn without_next_line<'a>(code: &'a str, after: &str) -> &'a str {
    let next = after.split('\n').skip(1).map(str::trim).find(|line| !line.is_empty());
    match (code.trim_end().rsplit_once('\n'), next) {
        (Some((kept, last)), Some(next)) if last.trim() == next && next.chars().count() >= REPEATED_CHARS_MIN => kept,
        _ => code,
    }
}

/// As many whole lines as are shown.
fn cut(code: &str) -> &str {
    let mut end = 0;
    for line in code.split_inclusive('\n').take(LINES_MAX) {
        if end + line.len() > CHARS_MAX {
            break;
        }
        end += line.len();
    }
    code[..end].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line after an answer, with the cursor where `|` stands.
    fn check(marked: &str, answer: &str, expected: Option<&str>) {
        let (before, after) = marked.split_once('|').unwrap();
        let found = insertion(answer, before, after).map(|code| format!("{before}{code}{after}"));
        assert_eq!(found.as_deref(), expected, "{answer:?} in {marked:?}");
    }

    #[test]
    fn code_alone_goes_in_as_it_is() {
        check("x = |", "df.mean()", Some("x = df.mean()"));
        check("x = df|", "\n    .mean()", Some("x = df\n    .mean()"));
        check("def f():\n    |\n", "\n    return 1\n", Some("def f():\n    return 1\n"));
        check("x = |\ny = 1\n", "2\nz = 3", Some("x = 2\nz = 3\ny = 1\n"));
    }

    #[test]
    fn fences_and_words_around_them_go() {
        check("x = |", "```python\n1 + 1\n```", Some("x = 1 + 1"));
        check("x = |", "Here you are:\n```\n1 + 1\n```\nIt adds.", Some("x = 1 + 1"));
        check("x = |", "```", None);
    }

    #[test]
    fn what_stands_there_is_not_repeated() {
        check("    x = |", "x = 1", Some("    x = 1"));
        check("    x = |", "    x = 1\n", Some("    x = 1"));
        check("x = 1\n|", "y = 2", Some("x = 1\ny = 2"));
        check("df[\"|\"]", "tenure\"]", Some("df[\"tenure\"]"));
        check("df[\"|\"]", "tenure", Some("df[\"tenure\"]"));
        check("print(|)", "len(x)", Some("print(len(x))"));
        check("print(|)", "len(x))", Some("print(len(x))"));
        check("a = f(|\nprint(a, b)\n", "1)\nprint(a, b)", Some("a = f(1)\nprint(a, b)\n"));
    }

    #[test]
    fn nothing_useful_is_nothing() {
        for answer in ["", "  \n\n", "\u{7}x", "<cursor/>"] {
            check("x = |", answer, None);
        }
        let long = insertion(&"y = 1\n".repeat(1_000), "", "").unwrap();
        assert_eq!(long.lines().count(), LINES_MAX);
        assert_eq!(insertion(&"x".repeat(CHARS_MAX + 1), "", ""), None);
    }
}
