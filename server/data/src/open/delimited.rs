//! Delimited text files: whole in memory while they are small or need cleaning, else surveyed once and
//! scanned lazily.

use std::io::Read;
use std::path::Path;

use encoding_rs::{Encoding, UTF_8};
use mlwright_base::system::files;
use polars::prelude::DataType;

use super::dialect::{self, Detected, Dialect, NO_DELIMITER};
use super::evidence::{ColumnType, Decision, Evidence, FileStyle};
use super::header::{self, Layout};
use super::rows::{self, RowReader};
use super::text::TextForm;
use super::values::Outcome;
use crate::error::DataError;
use crate::reading::{ColumnReading, Format, ReadOptions, Reading};
use crate::table::Table;

mod issues;
mod large;
mod quotes;
mod remembered;
mod survey;
mod whole;

use quotes::QuoteWatch;

/// Bytes of text that delimiter, quote and header are judged by.
const DIALECT_SAMPLE_BYTES: u64 = 256 << 10;
/// Rows of that sample that the header is judged by.
const HEADER_ROWS: usize = 300;
/// Files of at most this size are kept in memory.
const WHOLE_BYTES_MAX: u64 = 32 << 20;
/// Files of more columns are read into memory as far as they go: a plan of so many columns costs more
/// than reading them.
const SCANNED_COLUMNS_MAX: usize = 1_000;
/// Text that cannot be scanned in place (compressed, of another encoding, …) is read into memory up
/// to this size.
const MEMORY_BYTES_MAX: u64 = 1 << 30;
/// Missing markers that a reading lists.
const MARKERS_MAX: usize = 20;

/// Opens a file of delimited text.
pub(crate) fn open(path: &Path, format: Format, options: &ReadOptions) -> Result<Table, DataError> {
    let stamp = files::stamp(path).map_err(|error| DataError::io(path, error))?;
    let is_large = stamp.size_bytes > WHOLE_BYTES_MAX && options.n_rows.is_none();
    let key = remembered::Key::new(path, stamp, options);
    if is_large && let Some(table) = remembered::find(&key) {
        return Ok(table);
    }
    let text = Text::of(path, format, options)?;
    let wide = text.width() > SCANNED_COLUMNS_MAX && stamp.size_bytes <= MEMORY_BYTES_MAX;
    if !is_large || wide || !text.is_scannable() {
        return text.read_whole(options.n_rows);
    }
    let table = text.read_large(stamp)?;
    let unchanged = files::stamp(path).is_ok_and(|now| now == stamp);
    if unchanged && table.is_scanned() {
        remembered::keep(key, &table);
    }
    Ok(table)
}

/// Whether the table is lines of text that nothing divides.
pub(crate) fn is_prose(table: &Table) -> bool {
    table.reading.delimiter.is_none() && table.columns.iter().all(|column| column.dtype == DataType::String.to_string())
}

/// The start of the text up to its last whole line, and whether that is all.
fn sample(form: &TextForm) -> Result<(String, bool), DataError> {
    let mut bytes = Vec::new();
    form.reader()?
        .take(DIALECT_SAMPLE_BYTES)
        .read_to_end(&mut bytes)
        .map_err(|error| DataError::unreadable(&form.path, error.to_string()))?;
    let whole = (bytes.len() as u64) < DIALECT_SAMPLE_BYTES;
    if !whole {
        let end = bytes.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(bytes.len(), |at| at + 1);
        bytes.truncate(end);
    }
    Ok((String::from_utf8_lossy(&bytes).into_owned(), whole))
}

/// A text file and how it is split.
struct Text {
    form: TextForm,
    /// Whether the encoding was asked for or is marked, so that it is not guessed again.
    encoding_known: bool,
    /// The start of the text.
    sample: String,
    /// What the caller said about a header.
    header: Option<bool>,
    detected: Detected,
    layout: Layout,
    reading: Reading,
}

impl Text {
    /// Looks at the start of a file.
    fn of(path: &Path, format: Format, options: &ReadOptions) -> Result<Self, DataError> {
        let form = TextForm::detect(path, options.encoding.as_deref())?;
        let (sample, whole) = sample(&form)?;
        if sample.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty() && whole {
            return Err(DataError::EmptyFile { path: path.to_path_buf() });
        }
        if sample.contains('\0') {
            return Err(DataError::UnknownFormat {
                path: path.to_path_buf(),
                reason: ": it holds zero bytes, so it is no text".to_owned(),
            });
        }
        let prefer = (format == Format::Tsv).then_some(b'\t');
        let detected = dialect::detect(&sample, options.delimiter, prefer);
        let encoding_known = options.encoding.is_some() || form.mark_bytes > 0 || form.encoding != UTF_8;
        Ok(Self::new(form, encoding_known, sample, options.header, detected))
    }

    /// Lays out the columns by the sample and begins the reading.
    fn new(form: TextForm, encoding_known: bool, sample: String, header: Option<bool>, detected: Detected) -> Self {
        let dialect = detected.dialect;
        let body = rows::after_lines(&sample, detected.skip_lines);
        let first_rows: Vec<Vec<String>> = rows::split(body.as_bytes(), dialect, HEADER_ROWS)
            .into_iter()
            .map(|row| row.into_iter().map(|cell| String::from_utf8_lossy(&cell).into_owned()).collect())
            .collect();
        let layout = header::lay_out(&first_rows, header);
        let mut reading = Reading::of(if dialect.delimiter == b'\t' { Format::Tsv } else { Format::Csv });
        reading.delimiter = (dialect.delimiter != NO_DELIMITER).then(|| char::from(dialect.delimiter).to_string());
        reading.quote = dialect.quote.map(|quote| char::from(quote).to_string());
        reading.encoding = Some(form.encoding.name().to_owned());
        reading.compression = form.gzip.then(|| "gzip".to_owned());
        reading.header = Some(layout.header);
        if !form.reason.is_empty() {
            reading.notes.push(format!("the text was read as {}: {}", form.encoding.name(), form.reason));
        }
        reading.notes.extend(detected.notes.iter().cloned());
        reading.notes.extend(layout.notes.iter().cloned());
        Self { form, encoding_known, sample, header, detected, layout, reading }
    }

    /// The same file in an encoding that its text shows beyond its start.
    fn in_encoding(mut self, encoding: &'static Encoding) -> Self {
        self.form.encoding = encoding;
        self.form.reason = "beyond its start it is not valid UTF-8 and its characters look like that".to_owned();
        Self::new(self.form, true, self.sample, self.header, self.detected)
    }

    /// The same file with quotes as part of the text.
    fn without_quotes(&self, watch: &QuoteWatch) -> Self {
        let mut detected = self.detected.clone();
        detected.dialect = Dialect { quote: None, escape: None, ..detected.dialect };
        if let Some((row, finding)) = watch.finding() {
            detected
                .notes
                .push(format!("quotation marks are taken as part of the text: by them, in row {row}, {finding}"));
        }
        Self::new(self.form.clone(), self.encoding_known, self.sample.clone(), self.header, detected)
    }

    fn dialect(&self) -> Dialect {
        self.detected.dialect
    }

    fn width(&self) -> usize {
        self.layout.names.len()
    }

    /// Whether polars may be able to scan it: it ends lines with `\n` only and knows no escape but
    /// doubled quotes.
    fn is_scannable(&self) -> bool {
        self.form.is_seekable() && self.dialect().escape.is_none() && self.sample.contains('\n')
    }

    fn rows(&self) -> Result<RowReader, DataError> {
        RowReader::open(&self.form, self.dialect(), self.detected.skip_lines, usize::from(self.layout.header))
    }

    fn note_dropped(&mut self, n_rows: u64) {
        if n_rows > 0 {
            self.reading.notes.push(format!("{n_rows} rows without any value at the end were dropped"));
        }
    }

    /// Texts are kept without the blanks around them, so they differ from what is in the file.
    fn note_padded(&mut self, evidence: &[Evidence], decisions: &[Decision]) {
        let padded = evidence.iter().zip(decisions).filter(|(_, decision)| decision.kind == ColumnType::Text);
        let counts: Vec<u64> = padded.map(|(evidence, _)| evidence.n_padded).filter(|n| *n > 0).collect();
        let n_cells: u64 = counts.iter().sum();
        if n_cells > 0 {
            let plural = |n: u64, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
            let (cells, columns) = (plural(n_cells, "cell"), plural(counts.len() as u64, "column"));
            self.reading.notes.push(format!("blanks around texts were taken off ({cells} in {columns})"));
        }
    }

    /// Describes every column and completes the file's reading.
    fn describe(&mut self, evidence: &[Evidence], decisions: &[Decision], outcomes: &[Outcome]) -> Vec<ColumnReading> {
        let mut markers: Vec<String> = evidence
            .iter()
            .zip(decisions)
            .flat_map(|(evidence, decision)| evidence.markers_of(decision.kind))
            .map(str::to_owned)
            .collect();
        markers.sort();
        markers.dedup();
        markers.truncate(MARKERS_MAX);
        self.reading.missing_markers = markers;
        self.note_padded(evidence, decisions);
        let as_text: Vec<String> = self
            .layout
            .names
            .iter()
            .zip(decisions)
            .filter(|(_, decision)| decision.stored_as_text)
            .map(|(name, decision)| format!("{:?} holds values stored as text: {}", name.name, decision.reason))
            .collect();
        self.reading.notes.extend(as_text.iter().take(MARKERS_MAX).cloned());
        if as_text.len() > MARKERS_MAX {
            self.reading.notes.push(format!("{} more columns hold values stored as text", as_text.len() - MARKERS_MAX));
        }
        self.layout
            .names
            .iter()
            .zip(decisions.iter().zip(outcomes))
            .map(|(name, (decision, outcome))| ColumnReading {
                name: name.name.clone(),
                name_in_file: name.in_file.clone(),
                dtype: decision.kind.dtype().to_string(),
                stored_as_text: decision.stored_as_text,
                reason: decision.reason.clone(),
                n_missing: outcome.n_missing,
                n_unparsed: outcome.n_unfit,
            })
            .collect()
    }
}

fn decide(evidence: &[Evidence], delimiter: u8) -> Vec<Decision> {
    let style = FileStyle::of(evidence, delimiter);
    evidence.iter().map(|column| column.decide(style)).collect()
}

fn names_of(layout: &Layout) -> Vec<String> {
    layout.names.iter().map(|name| name.name.clone()).collect()
}

#[cfg(test)]
mod tests;
