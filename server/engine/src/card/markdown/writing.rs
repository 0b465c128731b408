//! Words and tables of Markdown, in which nothing that others wrote takes effect.

/// The longest name and the longest sentence that is repeated, in characters.
pub(crate) const NAME_CHARS_MAX: usize = 80;
pub(crate) const SENTENCE_CHARS_MAX: usize = 400;

/// A row of a table.
pub(crate) fn row(cells: &[&str]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// The line below a table's head.
pub(crate) fn rule(n_columns: usize) -> String {
    format!("|{}\n", " --- |".repeat(n_columns))
}

/// What a list leaves out.
pub(crate) fn more(n: usize, shown: usize, what: &str) -> String {
    if n > shown { format!("\n… and {} more {what}.\n", n - shown) } else { String::new() }
}

/// A name that somebody chose, as code. It can end neither the code nor a table's cell.
pub(crate) fn code(name: &str) -> String {
    short_code(name, NAME_CHARS_MAX)
}

/// As [`code`], cut after so many characters.
pub(crate) fn short_code(name: &str, chars_max: usize) -> String {
    format!("`{}`", one_line(name, chars_max).replace('`', "'").replace('|', "\\|"))
}

/// A sentence that may repeat what somebody wrote: no markup of its own takes effect.
pub(crate) fn plain(text: &str) -> String {
    short_plain(text, SENTENCE_CHARS_MAX)
}

/// As [`plain`], cut after so many characters.
pub(crate) fn short_plain(text: &str, chars_max: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text, chars_max).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '|' | '[' | ']' | '`' | '*' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn one_line(text: &str, chars_max: usize) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = line.trim();
    if line.chars().count() > chars_max { format!("{}…", line.chars().take(chars_max.saturating_sub(1)).collect::<String>()) } else { line.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_stays_text() {
        assert_eq!(code("a`b|c\nd"), "`a'b\\|c d`");
        assert_eq!(plain("<img src=x> [go](http://x) `x` *y*|"), "&lt;img src=x> \\[go\\](http://x) \\`x\\` \\*y\\*\\|");
        assert_eq!(plain(&"é".repeat(500)).chars().count(), SENTENCE_CHARS_MAX);
    }
}
