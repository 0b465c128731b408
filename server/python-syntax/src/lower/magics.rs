//! What notebooks have beyond Python: `%magic`, `%%cell magic`, `!shell`, `?help`.

/// Line magics whose rest of the line is Python.
const CODE_MAGICS: [&str; 6] = ["time", "timeit", "prun", "memit", "mprun", "lprun"];

/// Cell magics whose cell is Python.
const CODE_CELL_MAGICS: [&str; 7] = ["time", "timeit", "prun", "memit", "capture", "mprun", "python3"];

/// What stands at the start of a line that is not Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Magic {
    /// The line, with the lines it is continued on.
    Line,
    /// This many bytes before the code.
    Before(usize),
    /// All that follows in the cell.
    Cell,
}

/// What a line is (without its indentation and line break); `is_first` where nothing stands before it in its cell.
pub(super) fn magic(line: &str, is_first: bool) -> Option<Magic> {
    let after = match line.as_bytes().first()? {
        b'!' | b'?' => return Some(Magic::Line),
        b'%' => &line[1..],
        _ => return is_help(line).then_some(Magic::Line),
    };
    if let Some(cell) = after.strip_prefix('%') {
        let name = cell.split_whitespace().next().unwrap_or("");
        return Some(if !is_first || CODE_CELL_MAGICS.contains(&name) { Magic::Line } else { Magic::Cell });
    }
    let name_length = after.find(|character: char| character.is_whitespace()).unwrap_or(after.len());
    if !CODE_MAGICS.contains(&&after[..name_length]) {
        return Some(Magic::Line);
    }
    let code = skip_options(&after[name_length..]);
    match code.is_empty() {
        true => Some(Magic::Line),
        false => Some(Magic::Before(line.len() - code.len())),
    }
}

/// Whether a value such as `!ls` or `%magic` starts here, after `name = `.
pub(super) fn is_magic_value(rest: &str) -> bool {
    let mut characters = rest.chars();
    match characters.next() {
        Some('!') => characters.next() != Some('='),
        Some('%') => characters.next().is_some_and(char::is_alphabetic),
        _ => false,
    }
}

/// `df.head?` and `df.head??`: names and dots, then question marks.
fn is_help(line: &str) -> bool {
    let line = line.trim_end();
    let name = line.trim_end_matches('?');
    name.len() < line.len()
        && !name.is_empty()
        && name.chars().all(|character| character.is_alphanumeric() || matches!(character, '_' | '.' | '*' | '%'))
}

/// Without options such as `-n 10 -r3 -q`.
fn skip_options(text: &str) -> &str {
    let mut rest = text.trim_start();
    while rest.starts_with('-') && rest[1..].starts_with(|character: char| character.is_alphabetic()) {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let takes_value =
            matches!(&rest[..end], "-n" | "-r" | "-p" | "-l" | "-s" | "-T" | "-D" | "-f" | "-m" | "-t" | "-i");
        rest = rest[end..].trim_start();
        if takes_value {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let is_value = rest[..end].starts_with(|character: char| character.is_ascii_digit());
            rest = if is_value { rest[end..].trim_start() } else { rest };
        }
    }
    rest
}
