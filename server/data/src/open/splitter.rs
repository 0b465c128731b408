//! Splits text into rows and cells: one way for every reader of a text file.
//!
//! A cell is quoted when it begins with the quote; quotes anywhere else in a cell are text. What
//! follows a closing quote up to the next delimiter belongs to the cell. Rows end with `\n`, `\r\n`
//! or `\r`, and lines without anything are no rows (as the crate `csv` reads).

use super::dialect::Dialect;

/// What ends a cell that is not quoted, or is worth knowing in it.
const DELIMITER: u8 = 1;
const LINE_END: u8 = 2;
const QUOTE: u8 = 3;
/// What matters inside quotes besides the quote.
const ESCAPE: u8 = 4;

/// Splits text by one dialect.
#[derive(Debug, Clone)]
pub(crate) struct Splitter {
    dialect: Dialect,
    /// What each byte is outside quotes; 0 is text.
    outside: [u8; 256],
    /// What each byte is inside quotes; 0 is text.
    inside: [u8; 256],
}

/// Where the cells of one row are. Used again for the next row, so that no memory is taken for each.
#[derive(Debug, Default)]
pub(crate) struct Record {
    cells: Vec<CellSpan>,
    /// Cells that are not in the text as they are: with doubled or escaped quotes.
    rewritten: Vec<u8>,
    pub(crate) oddities: Oddities,
}

#[derive(Debug, Clone, Copy)]
struct CellSpan {
    start: usize,
    end: usize,
    rewritten: bool,
}

/// What makes other readers read a row in another way, or shows that its quotes enclose no cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Oddities {
    /// Cells that begin with the quote.
    pub(crate) n_quoted: usize,
    /// A quote stands inside a cell that does not begin with one, or after a closing quote.
    pub(crate) stray_quote: bool,
    /// A closing quote is followed by more of the cell.
    pub(crate) after_quote: bool,
    /// The text ends inside quotes.
    pub(crate) unclosed: bool,
    /// The row, or a line without anything before it, ends with `\r` alone.
    pub(crate) bare_return: bool,
    /// Lines without anything before the row.
    pub(crate) n_empty_lines: usize,
    /// Line breaks inside quotes of the cell that has most, and that cell's position.
    pub(crate) line_breaks_max: usize,
    pub(crate) longest_cell: usize,
}

/// One row of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    text: &'a [u8],
    record: &'a Record,
}

/// What there is from some position of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A row; the next begins at this position.
    Row(usize),
    /// No further row.
    End,
    /// The text stops before the row is known to end.
    More,
}

impl<'a> Row<'a> {
    pub(crate) fn new(text: &'a [u8], record: &'a Record) -> Self {
        Self { text, record }
    }

    pub(crate) fn len(self) -> usize {
        self.record.cells.len()
    }

    /// The cell without the quotes around it.
    pub(crate) fn get(self, index: usize) -> Option<&'a [u8]> {
        let cell = self.record.cells.get(index)?;
        let text = if cell.rewritten { &self.record.rewritten } else { self.text };
        Some(&text[cell.start..cell.end])
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = &'a [u8]> {
        (0..self.len()).filter_map(move |index| self.get(index))
    }

    pub(crate) fn oddities(self) -> &'a Oddities {
        &self.record.oddities
    }

    /// Bytes of all cells.
    pub(crate) fn size_bytes(self) -> usize {
        self.record.cells.iter().map(|cell| cell.end - cell.start).sum()
    }

    /// Whether it is a line of blanks in a table of `width` columns.
    pub(crate) fn is_blank_line(self, width: usize) -> bool {
        width > 1 && self.len() == 1 && self.get(0).is_some_and(|cell| cell.trim_ascii().is_empty())
    }
}

impl Splitter {
    pub(crate) fn new(dialect: Dialect) -> Self {
        let (mut outside, mut inside) = ([0; 256], [0; 256]);
        for line_end in [b'\n', b'\r'] {
            outside[usize::from(line_end)] = LINE_END;
            inside[usize::from(line_end)] = LINE_END;
        }
        if let Some(quote) = dialect.quote {
            outside[usize::from(quote)] = QUOTE;
            inside[usize::from(quote)] = QUOTE;
            if let Some(escape) = dialect.escape {
                inside[usize::from(escape)] = ESCAPE;
            }
        }
        outside[usize::from(dialect.delimiter)] = DELIMITER;
        Self { dialect, outside, inside }
    }

    /// Splits the row that begins at `from`. `is_end` says that nothing comes after the text.
    pub(crate) fn next(&self, text: &[u8], from: usize, is_end: bool, record: &mut Record) -> Step {
        record.cells.clear();
        record.rewritten.clear();
        record.oddities = Oddities::default();
        let mut at = from;
        loop {
            match text.get(at) {
                None => return if is_end { Step::End } else { Step::More },
                Some(b'\n') => at += 1,
                Some(b'\r') => {
                    let pair = text.get(at + 1) == Some(&b'\n');
                    record.oddities.bare_return |= !pair;
                    at += 1 + usize::from(pair);
                }
                _ => break,
            }
            record.oddities.n_empty_lines += 1;
        }
        loop {
            at = if self.dialect.quote.is_some_and(|quote| text.get(at) == Some(&quote)) {
                match self.quoted(text, at, is_end, record) {
                    Some(end) => end,
                    None => return Step::More,
                }
            } else {
                let end = self.cell_end(text, at, &mut record.oddities.stray_quote);
                record.cells.push(CellSpan { start: at, end, rewritten: false });
                end
            };
            match text.get(at) {
                None => return if is_end { Step::Row(at) } else { Step::More },
                Some(b'\n') => return Step::Row(at + 1),
                Some(b'\r') => {
                    return match text.get(at + 1) {
                        Some(b'\n') => Step::Row(at + 2),
                        None if !is_end => Step::More,
                        _ => {
                            record.oddities.bare_return = true;
                            Step::Row(at + 1)
                        }
                    };
                }
                Some(_) => at += 1,
            }
        }
    }

    /// The end of the cell that is not in quotes from here on.
    fn cell_end(&self, text: &[u8], from: usize, stray_quote: &mut bool) -> usize {
        let mut at = from;
        while let Some(byte) = text.get(at) {
            match self.outside[usize::from(*byte)] {
                0 => {}
                QUOTE => *stray_quote = true,
                _ => return at,
            }
            at += 1;
        }
        at
    }

    /// Takes the cell whose opening quote is at `open` and gives its end; `None` when the text stops
    /// before it does.
    fn quoted(&self, text: &[u8], open: usize, is_end: bool, record: &mut Record) -> Option<usize> {
        let rewritten_start = record.rewritten.len();
        let (mut at, mut from, mut n_line_breaks) = (open + 1, open + 1, 0);
        let close = loop {
            let Some(byte) = text.get(at) else {
                if !is_end {
                    return None;
                }
                record.oddities.unclosed = true;
                break at;
            };
            match self.inside[usize::from(*byte)] {
                0 => at += 1,
                LINE_END => {
                    // `\r\n` is counted at its `\n`.
                    n_line_breaks += usize::from(*byte == b'\n' || text.get(at + 1) != Some(&b'\n'));
                    at += 1;
                }
                ESCAPE => {
                    record.rewritten.extend_from_slice(&text[from..at]);
                    from = at + 1;
                    if from >= text.len() && !is_end {
                        return None;
                    }
                    at = (at + 2).min(text.len());
                }
                _ if self.dialect.escape.is_some() => break at,
                _ => match text.get(at + 1) {
                    Some(next) if next == byte => {
                        record.rewritten.extend_from_slice(&text[from..=at]);
                        at += 2;
                        from = at;
                    }
                    None if !is_end => return None,
                    _ => break at,
                },
            }
        };
        let oddities = &mut record.oddities;
        oddities.n_quoted += 1;
        if n_line_breaks > oddities.line_breaks_max {
            (oddities.line_breaks_max, oddities.longest_cell) = (n_line_breaks, record.cells.len());
        }
        let after = (close + 1).min(text.len());
        let end = self.cell_end(text, after, &mut oddities.stray_quote);
        oddities.after_quote |= end > after;
        let as_it_is = record.rewritten.len() == rewritten_start && from == open + 1 && end == after;
        record.cells.push(if as_it_is {
            CellSpan { start: from, end: close, rewritten: false }
        } else {
            record.rewritten.extend_from_slice(&text[from..close]);
            record.rewritten.extend_from_slice(&text[after..end]);
            CellSpan { start: rewritten_start, end: record.rewritten.len(), rewritten: true }
        });
        Some(end)
    }

    /// Where the last row that ends with `\n` ends in a text that begins with a row; `None` when no
    /// row does.
    pub(crate) fn last_row_end(&self, text: &[u8]) -> Option<usize> {
        let Some(quote) = self.dialect.quote.filter(|quote| text.contains(quote)) else {
            return text.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1);
        };
        let (mut at, mut last) = (0, None);
        while at < text.len() {
            if text[at] == quote {
                let Some(close) = self.closing(text, at + 1) else { return last };
                at = close + 1;
            }
            at = self.cell_end(text, at, &mut false);
            if text.get(at) == Some(&b'\n') {
                last = Some(at + 1);
            }
            at += 1;
        }
        last
    }

    /// Where the quotes close that were opened before `from`.
    fn closing(&self, text: &[u8], from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            match self.inside[usize::from(*text.get(at)?)] {
                ESCAPE => at += 2,
                QUOTE if self.dialect.escape.is_none() && text.get(at + 1) == Some(&text[at]) => at += 2,
                QUOTE => return Some(at),
                _ => at += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Dialect = Dialect { delimiter: b',', quote: Some(b'"'), escape: None };

    fn rows(text: &[u8], dialect: Dialect) -> (Vec<Vec<String>>, Vec<Oddities>) {
        let splitter = Splitter::new(dialect);
        let (mut record, mut at) = (Record::default(), 0);
        let (mut rows, mut oddities) = (Vec::new(), Vec::new());
        while let Step::Row(next) = splitter.next(text, at, true, &mut record) {
            let row = Row::new(text, &record);
            rows.push(row.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect());
            oddities.push(*row.oddities());
            at = next;
        }
        (rows, oddities)
    }

    fn check(text: &str, dialect: Dialect, expected: &[&[&str]]) {
        assert_eq!(rows(text.as_bytes(), dialect).0, expected, "{text:?}");
    }

    #[test]
    fn text_is_split_into_cells() {
        check("1,\"a \"\"b\"\"\"\n", PLAIN, &[&["1", "a \"b\""]]);
        check("a,b\r\n1,\r\n", PLAIN, &[&["a", "b"], &["1", ""]]);
        check("a,b\r1,2", PLAIN, &[&["a", "b"], &["1", "2"]]);
        check("\n\r\na\n\n\nb", PLAIN, &[&["a"], &["b"]]);
        check("\"x\ny\",\"\"\n", PLAIN, &[&["x\ny", ""]]);
        check("a 5\" disk,\"b\" c\"d\n", PLAIN, &[&["a 5\" disk", "b c\"d"]]);
        check("\"open, a\nb", PLAIN, &[&["open, a\nb"]]);
        check("", PLAIN, &[]);
        let escaped = Dialect { escape: Some(b'\\'), ..PLAIN };
        check("1,\"a \\\"b\\\"\"\n", escaped, &[&["1", "a \"b\""]]);
        check("1,\"a\\", escaped, &[&["1", "a"]]);
        check("1,\"a\n2,b\"\n", Dialect { quote: None, ..PLAIN }, &[&["1", "\"a"], &["2", "b\""]]);
    }

    #[test]
    fn a_row_is_known_when_its_end_is() {
        let splitter = Splitter::new(PLAIN);
        let text = b"1,\"a\"\"\r\nb\"\r\n\n2,x\n";
        let mut record = Record::default();
        // `1,"a""\r\nb"` could go on until its line break is there.
        for end in 0..12 {
            assert_eq!(splitter.next(&text[..end], 0, false, &mut record), Step::More, "{end}");
        }
        assert_eq!(splitter.next(&text[..12], 0, false, &mut record), Step::Row(12));
        assert_eq!(splitter.next(text, 12, false, &mut record), Step::Row(17));
        assert_eq!(record.oddities.n_empty_lines, 1);
        assert_eq!(splitter.next(text, 17, true, &mut record), Step::End);
        assert_eq!(splitter.last_row_end(text), Some(17));
        assert_eq!(splitter.last_row_end(&text[..15]), Some(13));
        assert_eq!(splitter.last_row_end(&text[..10]), None);
        assert_eq!(splitter.last_row_end(b"a 5\" disk,b\nc"), Some(12));
    }

    #[test]
    fn what_is_odd_is_told() {
        let odd = |text: &str| rows(text.as_bytes(), PLAIN).1[0];
        let none = Oddities::default();
        assert_eq!(odd("a,b\r\n"), none);
        assert_eq!(odd("a,\"b\"\"c\""), Oddities { n_quoted: 1, ..none });
        assert_eq!(odd("a 5\" disk,b"), Oddities { stray_quote: true, ..none });
        assert_eq!(odd("a\rb"), Oddities { bare_return: true, ..none });
        let after = odd("\"b\" x,y");
        assert_eq!((after.n_quoted, after.after_quote, after.unclosed), (1, true, false));
        let open = odd("a,\"b\r\nc\nd");
        assert_eq!((open.unclosed, open.line_breaks_max, open.longest_cell), (true, 2, 1));
    }
    /// Every text of up to seven of these characters is split as the crate `csv` splits it, and a row
    /// that was found in its start is the row of the whole.
    #[test]
    fn every_short_text_is_split_as_csv_does() {
        const CHARACTERS: [u8; 5] = *b"a,\"\n\r";
        let splitter = Splitter::new(PLAIN);
        let (mut record, mut part) = (Record::default(), Record::default());
        for length in 0..=7_u32 {
            for code in 0..5_usize.pow(length) {
                let text: Vec<u8> = (0..length).map(|place| CHARACTERS[code / 5_usize.pow(place) % 5]).collect();
                let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&text[..]);
                let expected: Vec<Vec<Vec<u8>>> = reader
                    .byte_records()
                    .map(|record| record.expect("a row").iter().map(<[u8]>::to_vec).collect())
                    .collect();
                let (mut at, mut found, mut ends) = (0, Vec::new(), Vec::new());
                while let Step::Row(next) = splitter.next(&text, at, true, &mut record) {
                    let row: Vec<Vec<u8>> = Row::new(&text, &record).iter().map(<[u8]>::to_vec).collect();
                    for end in at..text.len() {
                        let step = splitter.next(&text[..end], at, false, &mut part);
                        assert!(step == Step::More || step == Step::Row(next), "{:?}", String::from_utf8_lossy(&text));
                    }
                    found.push(row);
                    ends.push(next);
                    at = next;
                }
                assert_eq!(found, expected, "{:?}", String::from_utf8_lossy(&text));
                if let Some(end) = splitter.last_row_end(&text) {
                    // It is the end of a row, or of blank lines after one.
                    let blank = |from: usize| text[from..end].iter().all(|byte| matches!(byte, b'\n' | b'\r'));
                    let last = ends.iter().rfind(|row_end| **row_end <= end);
                    assert!(blank(last.copied().unwrap_or(0)), "{:?}", String::from_utf8_lossy(&text));
                }
            }
        }
    }
}
