//! The rows of a text file, one after the other, however long the file is.

use std::io::{ErrorKind, Read};

use super::dialect::Dialect;
use super::splitter::{Record, Row, Splitter, Step};
use super::text::TextForm;
use crate::error::DataError;

/// Bytes of text that are read at once; rows of any length fit all the same.
const BUFFER_BYTES: usize = 1 << 18;

/// Reads rows one after the other.
pub(crate) struct RowReader {
    text: Box<dyn Read + Send>,
    splitter: Splitter,
    /// Text that was read; what is before `start` was given already.
    buffer: Vec<u8>,
    start: usize,
    /// Whether the buffer ends where the text does.
    is_end: bool,
    record: Record,
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
        let (text, buffer) = open_after_lines(form, skip_lines)?;
        let mut rows = Self {
            text,
            splitter: Splitter::new(dialect),
            buffer,
            start: 0,
            is_end: false,
            record: Record::default(),
            path: form.path.clone(),
        };
        for _ in 0..skip_rows {
            rows.next()?;
        }
        Ok(rows)
    }

    /// The next row; `None` at the end. Empty lines are no rows.
    ///
    /// # Errors
    /// When the file cannot be read on (damaged gzip, a disk's fault).
    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>, DataError> {
        loop {
            match self.splitter.next(&self.buffer, self.start, self.is_end, &mut self.record) {
                Step::Row(next) => {
                    self.start = next;
                    break;
                }
                Step::End => return Ok(None),
                Step::More => self.fill()?,
            }
        }
        Ok(Some(Row::new(&self.buffer, &self.record)))
    }

    /// Reads on. A row that is longer than the buffer makes it twice as long, so that its cost stays
    /// in proportion to its length.
    fn fill(&mut self) -> Result<(), DataError> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let wanted = self.buffer.len().max(BUFFER_BYTES);
        let read = read_up_to(self.text.as_mut(), &mut self.buffer, wanted)
            .map_err(|error| DataError::unreadable(&self.path, error.to_string()))?;
        self.is_end = read == 0;
        Ok(())
    }
}

/// The text of a file after `skip_lines` lines: what was read of it already, and the rest.
///
/// # Errors
/// When the file cannot be opened or its start cannot be read.
pub(crate) fn open_after_lines(
    form: &TextForm,
    skip_lines: usize,
) -> Result<(Box<dyn Read + Send>, Vec<u8>), DataError> {
    let mut text = form.reader()?;
    let read = skip(&mut text, skip_lines).map_err(|error| DataError::unreadable(&form.path, error.to_string()))?;
    Ok((text, read))
}

/// Appends at most `bytes_max` bytes; fewer only at the end of the text.
pub(crate) fn read_up_to(text: &mut dyn Read, buffer: &mut Vec<u8>, bytes_max: usize) -> std::io::Result<usize> {
    let start = buffer.len();
    buffer.resize(start + bytes_max, 0);
    let mut end = start;
    let result = loop {
        if end == buffer.len() {
            break Ok(());
        }
        match text.read(&mut buffer[end..]) {
            Ok(0) => break Ok(()),
            Ok(n) => end += n,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    buffer.truncate(end);
    result.map(|()| end - start)
}

/// The rows of text in memory, at most `rows_max`.
pub(crate) fn split(text: &[u8], dialect: Dialect, rows_max: usize) -> Vec<Vec<Vec<u8>>> {
    let splitter = Splitter::new(dialect);
    let (mut record, mut at) = (Record::default(), 0);
    let mut rows = Vec::new();
    while rows.len() < rows_max
        && let Step::Row(next) = splitter.next(text, at, true, &mut record)
    {
        rows.push(Row::new(text, &record).iter().map(<[u8]>::to_vec).collect());
        at = next;
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
    fn rows_longer_than_the_buffer_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("t.csv");
        let long = "x\n".repeat(BUFFER_BYTES);
        let text = format!("skipped\na,b\n1,\"{long}\"\n\n2,y");
        mlwright_base::system::files::write_atomic(&path, text.as_bytes()).expect("write");
        let form = TextForm::detect(&path, None).expect("a form");
        let dialect = Dialect { delimiter: b',', quote: Some(b'"'), escape: None };
        let mut rows = RowReader::open(&form, dialect, 1, 1).expect("rows");
        let mut next = || rows.next().expect("a row").map(|row| (row.len(), row.get(1).unwrap_or_default().to_vec()));
        assert_eq!(next(), Some((2, long.into_bytes())));
        assert_eq!(next(), Some((2, b"y".to_vec())));
        assert_eq!(next(), None);
    }
}
