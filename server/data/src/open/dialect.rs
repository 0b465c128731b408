//! Which delimiter, quote and escape a text file uses, and how many lines stand before its table.
//!
//! After van den Burg, Nazábal and Sutton, "Wrangling messy CSV files by detecting row and type
//! patterns" (2019): the dialect under which rows are most alike and cells most often something
//! known. Deviations: a row pattern is its number of cells; patterns are weighted by the square of
//! their share instead of divided by their number, so that a few ragged rows do not decide; quotes
//! that close in the middle of a cell count against a dialect.

use super::cells::{self, CellKind};

/// Delimiters that are tried, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Stands in for a delimiter in a file of one column: it occurs in no text.
pub(crate) const NO_DELIMITER: u8 = 0x1f;
/// The most rows of the sample that are looked at.
const ROWS_MAX: usize = 300;
/// The most lines before the table.
const PREAMBLE_LINES_MAX: usize = 50;

/// How a file's text is split into rows and cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: u8,
    pub(crate) quote: Option<u8>,
    /// The byte that takes a quote's meaning, where quotes are not doubled.
    pub(crate) escape: Option<u8>,
}

/// The dialect found, and where the table starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Detected {
    pub(crate) dialect: Dialect,
    /// Lines before the table.
    pub(crate) skip_lines: usize,
    pub(crate) notes: Vec<String>,
}

/// Finds the dialect of a sample that ends with a whole row.
pub(crate) fn detect(sample: &str, delimiter: Option<u8>, prefer: Option<u8>) -> Detected {
    let mut notes = Vec::new();
    let declared = declared_delimiter(sample);
    let delimiter = delimiter.or(declared);
    let body = if declared.is_some() { sample.split_once('\n').map_or("", |(_, rest)| rest) } else { sample };
    let candidates = candidates(body, delimiter, prefer);
    let mut best: Option<(f64, Dialect, Vec<Row<'_>>)> = None;
    let mut clean = false;
    for dialect in candidates {
        // Quotes that all enclose cells are no text, however well the text would split without them.
        if dialect.quote.is_none() && clean {
            continue;
        }
        let (rows, quotes) = split(body, dialect, ROWS_MAX);
        if dialect.quote == Some(b'"') && dialect.escape.is_none() {
            clean = quotes.n_opened > 0 && quotes.n_malformed == 0;
        }
        let score = consistency(&rows, quotes);
        if best.as_ref().is_none_or(|(most, _, _)| score > *most * 1.000_001) {
            best = Some((score, dialect, rows));
        }
    }
    let (_, mut dialect, mut rows) = best.expect("there is at least one candidate");
    if quotes_are_text_further_down(body, dialect) {
        dialect = Dialect { quote: None, escape: None, ..dialect };
        rows = split(body, dialect, ROWS_MAX).0;
    }
    if delimiter.is_none() && !is_delimited(&rows) {
        dialect.delimiter = NO_DELIMITER;
        rows = split(body, dialect, ROWS_MAX).0;
        notes.push("no delimiter splits the rows alike, so each line is one column's value".to_owned());
    }
    let mut skip_lines = usize::from(declared.is_some());
    if let Some(declared) = declared {
        notes.push(format!("the first line declares the delimiter {:?}", char::from(declared)));
    }
    let preamble = preamble_lines(&rows);
    if preamble > 0 {
        skip_lines += preamble;
        notes.push(format!("the first {preamble} lines are skipped: they do not have the table's columns"));
    }
    if dialect.escape.is_some() {
        notes.push("quotes inside quoted cells are written with a backslash before them".to_owned());
    }
    if dialect.quote.is_none() && body.contains('"') {
        notes.push("quotation marks are taken as part of the text: they do not enclose whole cells".to_owned());
    }
    Detected { dialect, skip_lines, notes }
}

/// Whether the whole sample splits better without the quotes that its first rows were split by: text
/// that begins with a quote may come late.
fn quotes_are_text_further_down(body: &str, dialect: Dialect) -> bool {
    if dialect.quote.is_none() {
        return false;
    }
    let (rows, quotes) = split(body, dialect, usize::MAX);
    if quotes.n_malformed == 0 {
        return false;
    }
    let (without, none) = split(body, Dialect { quote: None, escape: None, ..dialect }, usize::MAX);
    consistency(&without, none) > consistency(&rows, quotes)
}

/// `sep=;` in the first line, as spreadsheets write it.
fn declared_delimiter(sample: &str) -> Option<u8> {
    let line = sample.lines().next()?.trim_end().trim_matches('"');
    match line.strip_prefix("sep=").or_else(|| line.strip_prefix("SEP="))?.as_bytes() {
        [delimiter] => Some(*delimiter),
        _ => None,
    }
}

fn candidates(sample: &str, delimiter: Option<u8>, prefer: Option<u8>) -> Vec<Dialect> {
    let mut delimiters: Vec<u8> = match delimiter {
        Some(known) => vec![known],
        None => DELIMITERS.iter().copied().filter(|byte| sample.as_bytes().contains(byte)).collect(),
    };
    if let Some(at) = prefer.and_then(|byte| delimiters.iter().position(|found| *found == byte)) {
        let preferred = delimiters.remove(at);
        delimiters.insert(0, preferred);
    }
    if delimiters.is_empty() {
        delimiters.push(b',');
    }
    let mut found = Vec::new();
    for delimiter in delimiters {
        found.push(Dialect { delimiter, quote: Some(b'"'), escape: None });
        if sample.contains("\\\"") {
            found.push(Dialect { delimiter, quote: Some(b'"'), escape: Some(b'\\') });
        }
        if sample.contains('"') {
            found.push(Dialect { delimiter, quote: None, escape: None });
        }
        if encloses(sample, delimiter, '\'') {
            found.push(Dialect { delimiter, quote: Some(b'\''), escape: None });
        }
    }
    found
}

/// Whether quotes open cells as often as they close them, as those that enclose do and apostrophes
/// do not.
fn encloses(sample: &str, delimiter: u8, quote: char) -> bool {
    let edge = |byte: Option<&u8>| byte.is_none_or(|byte| *byte == delimiter || matches!(byte, b'\n' | b'\r'));
    let bytes = sample.as_bytes();
    let (mut opening, mut closing) = (0_usize, 0_usize);
    for (at, _) in sample.match_indices(quote) {
        opening += usize::from(edge(at.checked_sub(1).map(|before| &bytes[before])));
        closing += usize::from(edge(bytes.get(at + 1)));
    }
    opening > 0 && opening.abs_diff(closing) * 10 <= opening
}

/// One row of the sample: its cells, and the line it starts in.
struct Row<'a> {
    cells: Vec<&'a str>,
    line: usize,
}

/// Cells that begin with a quote.
#[derive(Debug, Clone, Copy, Default)]
struct Quotes {
    n_opened: usize,
    /// Of those, the ones that go on after their closing quote, or never close.
    n_malformed: usize,
}

impl Quotes {
    fn malformed_share(self) -> f64 {
        if self.n_opened == 0 { 0.0 } else { self.n_malformed as f64 / self.n_opened as f64 }
    }
}

/// Splits text into rows, and counts the cells that begin with a quote. Cells keep their inner quotes doubled: only their shape matters here.
fn split(text: &str, dialect: Dialect, rows_max: usize) -> (Vec<Row<'_>>, Quotes) {
    let bytes = text.as_bytes();
    let mut rows = Vec::new();
    let mut quotes = Quotes::default();
    let (mut at, mut line) = (0, 0);
    while at < bytes.len() && rows.len() < rows_max {
        let mut row = Row { cells: Vec::new(), line };
        loop {
            let start = at;
            if dialect.quote.is_some_and(|quote| bytes.get(at) == Some(&quote)) {
                quotes.n_opened += 1;
                let close = closing_quote(bytes, at + 1, dialect);
                line += bytes[at..close.min(bytes.len())].iter().filter(|byte| **byte == b'\n').count();
                at = (close + 1).min(bytes.len());
                let clean_end = at;
                while at < bytes.len() && bytes[at] != dialect.delimiter && !matches!(bytes[at], b'\n' | b'\r') {
                    at += 1;
                }
                let clean = bytes[clean_end..at].iter().all(|byte| *byte == b' ') && close < bytes.len();
                quotes.n_malformed += usize::from(!clean);
                row.cells.push(if clean { &text[start + 1..close] } else { &text[start..at] });
            } else {
                while at < bytes.len() && bytes[at] != dialect.delimiter && !matches!(bytes[at], b'\n' | b'\r') {
                    at += 1;
                }
                row.cells.push(&text[start..at]);
            }
            match bytes.get(at) {
                Some(byte) if *byte == dialect.delimiter => at += 1,
                _ => break,
            }
        }
        if bytes.get(at) == Some(&b'\r') {
            at += 1;
        }
        if bytes.get(at) == Some(&b'\n') {
            at += 1;
        }
        line += 1;
        if row.cells.len() > 1 || !row.cells[0].trim().is_empty() {
            rows.push(row);
        }
    }
    (rows, quotes)
}

/// The position of the quote that closes, or the text's end.
fn closing_quote(bytes: &[u8], mut at: usize, dialect: Dialect) -> usize {
    let quote = dialect.quote.unwrap_or(b'"');
    while at < bytes.len() {
        if dialect.escape == Some(bytes[at]) {
            at += 2;
        } else if bytes[at] != quote {
            at += 1;
        } else if bytes.get(at + 1) == Some(&quote) {
            at += 2;
        } else {
            return at;
        }
    }
    bytes.len()
}

/// How much the rows look like a table in [0, 1].
fn consistency(rows: &[Row<'_>], quotes: Quotes) -> f64 {
    let n = rows.len().max(1) as f64;
    let mut patterns = std::collections::BTreeMap::<usize, usize>::new();
    let (mut known, mut cells) = (0_usize, 0_usize);
    for row in rows {
        *patterns.entry(row.cells.len()).or_default() += 1;
        cells += row.cells.len();
        known += row.cells.iter().filter(|cell| is_known(cell)).count();
    }
    let alike: f64 = patterns
        .iter()
        .map(|(length, count)| {
            let share = *count as f64 / n;
            let size = ((*length as f64 - 1.0) / *length as f64).max(1e-3);
            share * share * size
        })
        .sum();
    let types = known as f64 / cells.max(1) as f64;
    alike * types.max(1e-3) * (1.0 - 0.5 * quotes.malformed_share())
}

/// Whether a cell is of a known kind: missing, a number, a date, or text that hides no delimiter.
fn is_known(cell: &str) -> bool {
    let cell = cell.trim();
    if cells::classify(cell.as_bytes()) != CellKind::Text {
        return true;
    }
    let bytes = cell.as_bytes();
    let edge_quote = |byte: Option<&u8>| matches!(byte, Some(b'"'));
    let enclosed = bytes.len() > 1 && bytes.first() == Some(&b'\'') && bytes.last() == Some(&b'\'');
    !bytes.iter().any(|byte| matches!(byte, b'\t' | b'|' | b';'))
        && !bytes.windows(2).any(|pair| pair[0] == b',' && pair[1] != b' ')
        && !enclosed
        && !edge_quote(bytes.first())
        && !edge_quote(bytes.last())
}

/// The commonest number of cells; of equally common ones the larger.
fn usual_width(rows: &[Row<'_>]) -> (usize, usize) {
    let mut counts = std::collections::BTreeMap::<usize, usize>::new();
    for row in rows {
        *counts.entry(row.cells.len()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(width, count)| (*count, *width)).unwrap_or((1, 0))
}

fn is_delimited(rows: &[Row<'_>]) -> bool {
    let (width, count) = usual_width(rows);
    let first = rows.first().map_or(0, |row| row.cells.len());
    width > 1 && (count * 10 >= rows.len() * 6 || first > 1)
}

/// Lines before the first row that has the table's width. A first row with one cell less is a
/// header without a name for the row names, as R writes it.
fn preamble_lines(rows: &[Row<'_>]) -> usize {
    let (width, count) = usual_width(rows);
    if width < 2 || count < 2 {
        return 0;
    }
    let first = rows.iter().position(|row| row.cells.len() + 1 >= width && (row.cells.len() >= width || width > 2));
    match first {
        Some(at) if rows[at].line <= PREAMBLE_LINES_MAX => rows[at].line,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sample: &str, delimiter: u8, quote: Option<u8>, skip_lines: usize) {
        let found = detect(sample, None, None);
        assert_eq!(
            (char::from(found.dialect.delimiter), found.dialect.quote.map(char::from), found.skip_lines),
            (char::from(delimiter), quote.map(char::from), skip_lines),
            "{sample:?}"
        );
    }

    #[test]
    fn delimiters_are_found() {
        let q = Some(b'"');
        check("a,b,c\n1,2,3\n", b',', q, 0);
        check("a;b;c\n1,5;2,5;3,5\n2,5;3,5;4,5\n", b';', q, 0);
        check("a\tb\n1\tx, y\n2\tz\n", b'\t', q, 0);
        check("a|b\n1|2\n", b'|', q, 0);
        check("name,note\nx,\"a; b; c\"\ny,\"d; e; f\"\n", b',', q, 0);
        check("date;text\n2024-01-01;yes, well, no\n2024-01-02;one, two\n", b';', q, 0);
        check("only\n1\n2\n", NO_DELIMITER, q, 0);
        check("Say what you see\nIt is long, and odd\nfine\nso, so, so\nagain\n", NO_DELIMITER, q, 0);
    }

    #[test]
    fn quotes_are_found() {
        check("a,b\n1,\"x, y\"\n2,\"z \"\"w\"\"\"\n", b',', Some(b'"'), 0);
        check("a,b\n'1,5','x'\n'2','y'\n", b',', Some(b'\''), 0);
        check("0.5,1,'-1'\n0.25,2,'1'\n", b',', Some(b'\''), 0);
        check("who,what\nO'Neil,'tis\nAnn,it's\n", b',', Some(b'"'), 0);
        check("ham\t\"Go until\nspam\tFree \"prize\" now\nham\tok \"\nham\tfine\n", b'\t', None, 0);
        check("text\n\"well, now, then\"\n\"a, b, c\"\n\"so\"\n", NO_DELIMITER, Some(b'"'), 0);
        let escaped = detect("k,v\n1,\"{\\\"a\\\": 1, \\\"b\\\": 2}\"\n2,\"{\\\"a\\\": 3}\"\n", None, None);
        assert_eq!(escaped.dialect.escape, Some(b'\\'));
    }

    #[test]
    fn quotes_that_enclose_nothing_are_found_after_the_first_rows() {
        let mut text = "ham\tall is well\n".repeat(ROWS_MAX + 50);
        text.push_str("spam\t\"hello there\nham\tfine\nham\t\"so\" he said\n");
        text.push_str(&"ham\tall is well\n".repeat(20));
        check(&text, b'\t', None, 0);
        let mut enclosed = "ham\tall is well\n".repeat(ROWS_MAX + 50);
        enclosed.push_str("spam\t\"hello\nthere\"\n");
        check(&enclosed, b'\t', Some(b'"'), 0);
    }

    #[test]
    fn lines_before_the_table_are_skipped() {
        let q = Some(b'"');
        check("Report of May\n\nyear,n,x\n1,2,3\n4,5,6\n", b',', q, 2);
        check("# made by hand\na;b;c\n1;2;3\n4;5;6\n", b';', q, 1);
        check("sep=;\na;b\n1;2\n", b';', q, 1);
        check("b,c\nr1,1,2\nr2,3,4\n", b',', q, 0);
    }
}
