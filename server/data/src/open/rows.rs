//! The rows of a text file, split into cells.

use std::io::Read;

use csv::{ByteRecord, ReaderBuilder};

use super::dialect::Dialect;
use super::text::TextForm;
use crate::error::DataError;

/// Reads rows one after the other.
pub(crate) struct RowReader {
    reader: csv::Reader<Box<dyn Read + Send>>,
    record: ByteRecord,
    path: std::path::PathBuf,
}

impl RowReader {
    /// Starts after `skip_lines` lines and `skip_rows` rows (a header).
    ///
    /// # Errors
    /// When the file cannot be opened or its start cannot be read.
    pub(crate) fn open(
        form: &TextForm,
        dialect: Dialect,
        skip_lines: usize,
        skip_rows: usize,
    ) -> Result<Self, DataError> {
        let mut text = form.reader()?;
        let rest = skip(&mut text, skip_lines).map_err(|error| DataError::unreadable(&form.path, error.to_string()))?;
        let text: Box<dyn Read + Send> = Box::new(std::io::Cursor::new(rest).chain(text));
        let mut rows =
            Self { reader: builder(dialect).from_reader(text), record: ByteRecord::new(), path: form.path.clone() };
        for _ in 0..skip_rows {
            rows.next()?;
        }
        Ok(rows)
    }

    /// The next row; `None` at the end. Empty lines are no rows.
    ///
    /// # Errors
    /// When the file cannot be read on (damaged gzip, a disk's fault).
    pub(crate) fn next(&mut self) -> Result<Option<&ByteRecord>, DataError> {
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) => Ok(Some(&self.record)),
            Ok(false) => Ok(None),
            Err(error) => Err(DataError::unreadable(&self.path, error.to_string())),
        }
    }
}

/// The rows of text in memory, at most `rows_max`.
pub(crate) fn split(text: &[u8], dialect: Dialect, rows_max: usize) -> Vec<Vec<Vec<u8>>> {
    let mut reader = builder(dialect).from_reader(text);
    let mut rows = Vec::new();
    for record in reader.byte_records().take(rows_max) {
        let Ok(record) = record else { break };
        rows.push(record.iter().map(<[u8]>::to_vec).collect());
    }
    rows
}

/// The text after `n` lines.
pub(crate) fn after_lines(text: &str, n: usize) -> &str {
    let mut rest = text;
    for _ in 0..n {
        rest = match line_end(rest.as_bytes()) {
            Some(end) => &rest[end..],
            None => "",
        };
    }
    rest
}

fn builder(dialect: Dialect) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(dialect.delimiter);
    match dialect.quote {
        Some(quote) => {
            builder.quote(quote).escape(dialect.escape).double_quote(dialect.escape.is_none());
        }
        None => {
            builder.quoting(false);
        }
    }
    builder
}

/// Position after the first line break: `\n`, `\r\n` or `\r`.
fn line_end(text: &[u8]) -> Option<usize> {
    let at = text.iter().position(|byte| matches!(byte, b'\n' | b'\r'))?;
    Some(if text[at] == b'\r' && text.get(at + 1) == Some(&b'\n') { at + 2 } else { at + 1 })
}

/// Reads over `n` lines; answers with bytes read beyond them.
fn skip(text: &mut dyn Read, n: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut skipped = 0;
    let mut start = 0;
    let mut buffer = [0_u8; 8192];
    while skipped < n {
        match line_end(&bytes[start..]) {
            // A `\r` that ends the buffer may be half of a `\r\n`.
            Some(end) if start + end < bytes.len() => {
                start += end;
                skipped += 1;
            }
            _ => {
                let read = text.read(&mut buffer)?;
                if read == 0 {
                    break;
                }
                bytes.extend_from_slice(&buffer[..read]);
            }
        }
    }
    Ok(bytes.split_off(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_skipped_whatever_ends_them() {
        for text in ["x\ny\na,b", "x\r\ny\r\na,b", "x\ry\ra,b"] {
            assert_eq!(after_lines(text, 2), "a,b", "{text:?}");
            let mut reader: Box<dyn Read> = Box::new(std::io::Cursor::new(text.as_bytes().to_vec()));
            let mut rest = skip(&mut reader, 2).expect("read");
            reader.read_to_end(&mut rest).expect("read");
            assert_eq!(rest, b"a,b", "{text:?}");
        }
        assert_eq!(after_lines("x", 3), "");
    }

    #[test]
    fn rows_are_split_by_their_dialect() {
        let dialect = |quote, escape| Dialect { delimiter: b',', quote, escape };
        let text = |rows: Vec<Vec<Vec<u8>>>| -> Vec<Vec<String>> {
            rows.into_iter()
                .map(|row| row.into_iter().map(|cell| String::from_utf8(cell).expect("UTF-8")).collect())
                .collect()
        };
        assert_eq!(text(split(b"1,\"a \"\"b\"\"\"\n", dialect(Some(b'"'), None), 9)), [["1", "a \"b\""]]);
        assert_eq!(text(split(b"1,\"a \\\"b\\\"\"\n", dialect(Some(b'"'), Some(b'\\')), 9)), [["1", "a \"b\""]]);
        assert_eq!(text(split(b"1,\"a\n2,b\"\n", dialect(None, None), 9)), [["1", "\"a"], ["2", "b\""]]);
    }
}
