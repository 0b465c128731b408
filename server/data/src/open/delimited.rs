//! Delimited text files: whole in memory while they are small or need cleaning, else scanned lazily
//! by types that a sample decided.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use encoding_rs::UTF_8;
use mlwright_base::system::files;
use polars::prelude::*;
use rayon::prelude::*;

use super::dialect::{self, Dialect, NO_DELIMITER};
use super::evidence::{Decision, Evidence, FileStyle};
use super::header::{self, Layout};
use super::rows::{self, RowReader};
use super::text::{TextForm, guess_legacy};
use super::values::{self, Cells, Outcome};
use crate::error::DataError;
use crate::reading::{ColumnReading, Format, ReadOptions, Reading};
use crate::table::{Origin, Table};

mod issues;
mod scanned;

use issues::{Shapes, doubts, keep_issues, unfit_issues};
pub(crate) use scanned::ScannedText;

/// Bytes of text that delimiter, quote and header are judged by.
const DIALECT_SAMPLE_BYTES: u64 = 256 << 10;
/// Rows of that sample that the header is judged by.
const HEADER_ROWS: usize = 300;
/// Files of at most this size are examined whole and kept in memory.
const WHOLE_BYTES_MAX: u64 = 32 << 20;
/// Files of more columns are read into memory as far as they go: a plan of so many columns costs more
/// than reading them.
const SCANNED_COLUMNS_MAX: usize = 1_000;
/// Text that cannot be scanned in place (compressed, of another encoding, …) is read into memory up
/// to this size.
const MEMORY_BYTES_MAX: u64 = 1 << 30;
/// Bytes at the start of a large file that types are decided on.
const SAMPLE_START_BYTES: u64 = 4 << 20;
/// Parts of a large file, spread over it to its end, that types are decided on as well.
const SAMPLE_PARTS: u64 = 15;
/// Bytes of each part.
const SAMPLE_PART_BYTES: u64 = 512 << 10;
/// Rows that polars' splitting is compared on with ours before a file is scanned by it.
const COMPARED_ROWS: usize = 200;
/// Missing markers that a reading lists.
const MARKERS_MAX: usize = 20;

/// Opens a file of delimited text.
pub(crate) fn open(path: &Path, format: Format, options: &ReadOptions) -> Result<Table, DataError> {
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
    let body = rows::after_lines(&sample, detected.skip_lines);
    let first_rows: Vec<Vec<String>> = rows::split(body.as_bytes(), detected.dialect, HEADER_ROWS)
        .into_iter()
        .map(|row| row.into_iter().map(|cell| String::from_utf8_lossy(&cell).into_owned()).collect())
        .collect();
    let layout = header::lay_out(&first_rows, options.header);

    let mut reading = Reading::of(if detected.dialect.delimiter == b'\t' { Format::Tsv } else { Format::Csv });
    reading.delimiter =
        (detected.dialect.delimiter != NO_DELIMITER).then(|| char::from(detected.dialect.delimiter).to_string());
    reading.quote = detected.dialect.quote.map(|quote| char::from(quote).to_string());
    reading.encoding = Some(form.encoding.name().to_owned());
    reading.compression = form.gzip.then(|| "gzip".to_owned());
    reading.header = Some(layout.header);
    if !form.reason.is_empty() {
        reading.notes.push(format!("the text was read as {}: {}", form.encoding.name(), form.reason));
    }
    reading.notes.extend(detected.notes.iter().cloned());
    reading.notes.extend(layout.notes.iter().cloned());

    let size_bytes = files::stamp(path).map_err(|error| DataError::io(path, error))?.size_bytes;
    // polars ends lines with `\n` only and knows no escape but doubled quotes.
    let scannable = form.is_seekable() && detected.dialect.escape.is_none() && (sample.contains('\n') || whole);
    let encoding_known = options.encoding.is_some() || form.mark_bytes > 0 || form.encoding != UTF_8;
    let text =
        Text { form, encoding_known, dialect: detected.dialect, skip_lines: detected.skip_lines, layout, reading };
    let wide = text.width() > SCANNED_COLUMNS_MAX && size_bytes <= MEMORY_BYTES_MAX;
    if scannable && !wide && size_bytes > WHOLE_BYTES_MAX && options.n_rows.is_none() {
        match text.scan(size_bytes)? {
            Ok(table) => return Ok(table),
            Err(text) => return text.read_whole(None),
        }
    }
    text.read_whole(options.n_rows)
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

struct Text {
    form: TextForm,
    /// Whether the encoding was asked for or is marked, so that it is not guessed again.
    encoding_known: bool,
    dialect: Dialect,
    skip_lines: usize,
    layout: Layout,
    reading: Reading,
}

impl Text {
    fn width(&self) -> usize {
        self.layout.names.len()
    }

    fn rows(&self) -> Result<RowReader, DataError> {
        RowReader::open(&self.form, self.dialect, self.skip_lines, usize::from(self.layout.header))
    }

    /// Reads every row into memory, decides on all of them, and types them.
    fn read_whole(mut self, n_rows: Option<usize>) -> Result<Table, DataError> {
        let mut cells = vec![Cells::default(); self.width()];
        let mut shapes = Shapes::default();
        let mut rows = self.rows()?;
        let mut n_bytes = 0_u64;
        let mut n = 0_u64;
        let mut n_filled = 0_usize;
        while n_rows.is_none_or(|most| n < most as u64) {
            let Some(record) = rows.next()? else { break };
            if is_blank_line(record, cells.len()) {
                continue;
            }
            n += 1;
            n_bytes += record.as_slice().len() as u64 + 4 * cells.len() as u64;
            if n_bytes > MEMORY_BYTES_MAX {
                return Err(DataError::TooLarge {
                    what: format!("the text of {}", self.form.path.display()),
                    limit_bytes: MEMORY_BYTES_MAX,
                    hint: "convert it to Parquet, or to uncompressed UTF-8 text without escapes, which is read piece by piece"
                        .to_owned(),
                });
            }
            shapes.see(record, cells.len(), n);
            let mut filled = false;
            for (index, column) in cells.iter_mut().enumerate() {
                let cell = record.get(index).unwrap_or_default();
                filled |= !cell.trim_ascii().is_empty();
                column.push(cell);
            }
            if filled {
                n_filled = column_len(&cells);
            }
        }
        if !self.encoding_known
            && let Some(encoding) = late_encoding(&cells)
        {
            // The part that the encoding was judged by had nothing but ASCII.
            self.form.encoding = encoding;
            self.encoding_known = true;
            self.reading.encoding = Some(encoding.name().to_owned());
            self.reading.notes.push(format!(
                "the text was read as {}: beyond its start it is not valid UTF-8 and its characters look like that",
                encoding.name()
            ));
            return self.read_whole(n_rows);
        }
        let n_blank = column_len(&cells) - n_filled;
        if n_blank > 0 && self.width() > 1 {
            cells.iter_mut().for_each(|column| column.truncate(n_filled));
            self.reading.notes.push(format!("{n_blank} rows without any value at the end were dropped"));
        }
        let evidence: Vec<Evidence> = cells.par_iter().map(Evidence::of).collect();
        let decisions = decide(&evidence, self.dialect.delimiter);
        let names = self.layout.names.clone();
        let typed: Vec<(Column, Outcome)> = cells
            .into_par_iter()
            .zip(names.par_iter().zip(&decisions))
            .map(|(cells, (name, decision))| {
                let (series, outcome) =
                    values::column(name.name.as_str().into(), cells.iter().map(Some), decision.kind);
                (series.into_column(), outcome)
            })
            .collect();
        let (columns, outcomes): (Vec<Column>, Vec<Outcome>) = typed.into_iter().unzip();
        let frame =
            DataFrame::new_infer_height(columns).map_err(|error| DataError::polars_at(&self.form.path, error))?;
        let n_rows = frame.height() as u64;
        let readings = self.describe(&evidence, &decisions, &outcomes);
        let mut issues = doubts(&names_of(&self.layout), &decisions);
        issues.extend(shapes.issues(self.width()));
        issues.extend(unfit_issues(&names_of(&self.layout), &decisions, &outcomes));
        keep_issues(&mut self.reading, issues);
        Ok(Table {
            source_path: self.form.path,
            reading: self.reading,
            columns: readings,
            lazy: frame.clone().lazy(),
            n_rows: Some(n_rows),
            origin: Arc::new(Origin::FileInMemory(frame)),
        })
    }

    /// Decides on a sample and scans the file lazily. Gives itself back when polars does not split
    /// the file as it should.
    fn scan(mut self, size_bytes: u64) -> Result<Result<Table, Self>, DataError> {
        let cells = self.sample_cells(size_bytes)?;
        let evidence: Vec<Evidence> = cells.par_iter().map(Evidence::of).collect();
        let decisions = decide(&evidence, self.dialect.delimiter);
        let outcomes: Vec<Outcome> = cells
            .par_iter()
            .zip(&decisions)
            .map(|(cells, decision)| values::column(PlSmallStr::EMPTY, cells.iter().map(Some), decision.kind).1)
            .collect();
        let names = names_of(&self.layout);
        let text = self.scan_text(&names)?;
        if !self.splits_alike(&text, &names) {
            return Ok(Err(self));
        }
        let typed: Vec<Expr> =
            names.iter().zip(&decisions).map(|(name, decision)| values::converted(name, decision.kind)).collect();
        let lazy = text.select(typed);
        let readings = self.describe(&evidence, &decisions, &outcomes);
        let examined = cells.first().map_or(0, Cells::len);
        self.reading.notes.push(format!(
            "the file has {} MB, so types were decided on {examined} rows spread over it; values elsewhere that do not fit are read as missing",
            size_bytes >> 20
        ));
        let mut issues = doubts(&names, &decisions);
        issues.extend(unfit_issues(&names, &decisions, &outcomes).into_iter().map(|mut issue| {
            // The sample does not know where in the file its rows are.
            issue.row = None;
            issue
        }));
        issues.dedup();
        keep_issues(&mut self.reading, issues);
        let scanned = ScannedText {
            form: self.form,
            dialect: self.dialect,
            skip_lines: self.skip_lines,
            header: self.layout.header,
            names,
            kinds: decisions.iter().map(|decision| decision.kind).collect(),
        };
        Ok(Ok(Table {
            source_path: scanned.form.path.clone(),
            reading: self.reading,
            columns: readings,
            lazy,
            n_rows: None,
            origin: Arc::new(Origin::Text(scanned)),
        }))
    }

    /// Every column as text, by polars.
    fn scan_text(&self, names: &[String]) -> Result<LazyFrame, DataError> {
        let path = &self.form.path;
        let schema: Schema = names.iter().map(|name| Field::new(name.as_str().into(), DataType::String)).collect();
        LazyCsvReader::new(PlRefPath::try_from_path(path).map_err(|error| DataError::polars_at(path, error))?)
            .with_glob(false)
            .with_schema(Some(Arc::new(schema)))
            .with_has_header(self.layout.header)
            .with_skip_lines(self.skip_lines)
            .with_separator(self.dialect.delimiter)
            .with_quote_char(self.dialect.quote)
            .with_encoding(CsvEncoding::LossyUtf8)
            .with_truncate_ragged_lines(true)
            .with_missing_is_null(true)
            .with_raise_if_empty(false)
            .with_ignore_errors(true)
            .with_cache(false)
            .finish()
            .map_err(|error| DataError::polars_at(path, error))
    }

    /// Whether polars finds the same cells in the first rows.
    fn splits_alike(&self, text: &LazyFrame, names: &[String]) -> bool {
        let Ok(frame) = text.clone().limit(COMPARED_ROWS as u32).collect() else { return false };
        let Ok(mut rows) = self.rows() else { return false };
        let columns: Vec<_> =
            names.iter().map(|name| frame.column(name).and_then(|column| column.str().cloned())).collect();
        for row in 0..frame.height() {
            let Ok(Some(record)) = rows.next() else { return false };
            for (index, column) in columns.iter().enumerate() {
                let Ok(column) = column else { return false };
                let ours = String::from_utf8_lossy(record.get(index).unwrap_or_default());
                if column.get(row).unwrap_or_default() != ours {
                    return false;
                }
            }
        }
        true
    }

    /// The cells of the start of the file and of parts spread over it.
    fn sample_cells(&self, size_bytes: u64) -> Result<Vec<Cells>, DataError> {
        let width = self.width();
        let mut cells = vec![Cells::default(); width];
        let mut rows = self.rows()?;
        let mut n_bytes = 0;
        while n_bytes < SAMPLE_START_BYTES {
            let Some(record) = rows.next()? else { break };
            n_bytes += record.as_slice().len() as u64 + width as u64;
            if !is_blank_line(record, width) {
                push_row(&mut cells, record.iter());
            }
        }
        let path = &self.form.path;
        let failed = |error| DataError::io(path, error);
        let mut file = files::open(path).map_err(failed)?;
        for part in 1..=SAMPLE_PARTS {
            let start = (size_bytes - SAMPLE_PART_BYTES) / SAMPLE_PARTS * part;
            file.seek(SeekFrom::Start(start.max(n_bytes))).map_err(failed)?;
            let mut bytes = Vec::new();
            (&mut file).take(SAMPLE_PART_BYTES).read_to_end(&mut bytes).map_err(failed)?;
            let Some(first) = bytes.iter().position(|byte| *byte == b'\n') else { continue };
            let last = bytes.iter().rposition(|byte| *byte == b'\n').unwrap_or(first);
            let split = rows::split(&bytes[first..last], self.dialect, usize::MAX);
            // Where a part starts within quotes its rows have other widths: such a part tells nothing.
            let fitting = split.iter().filter(|row| row.len() == width).count();
            if fitting * 10 < split.len() * 9 {
                continue;
            }
            for row in split.iter().filter(|row| row.len() == width) {
                push_row(&mut cells, row.iter().map(Vec::as_slice));
            }
        }
        Ok(cells)
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

impl Evidence {
    fn of(cells: &Cells) -> Self {
        let mut evidence = Self::default();
        cells.iter().for_each(|cell| evidence.see(cell));
        evidence
    }
}

fn decide(evidence: &[Evidence], delimiter: u8) -> Vec<Decision> {
    let style = FileStyle::of(evidence, delimiter);
    evidence.iter().map(|column| column.decide(style)).collect()
}

fn names_of(layout: &Layout) -> Vec<String> {
    layout.names.iter().map(|name| name.name.clone()).collect()
}

fn column_len(cells: &[Cells]) -> usize {
    cells.first().map_or(0, Cells::len)
}

/// The encoding of cells that are not UTF-8, unless others show that the file is.
fn late_encoding(cells: &[Cells]) -> Option<&'static encoding_rs::Encoding> {
    let odd: Vec<&[u8]> = cells.iter().flat_map(Cells::iter).filter(|cell| !cell.is_ascii()).collect();
    let none_is_valid = !odd.is_empty() && odd.iter().all(|cell| std::str::from_utf8(cell).is_err());
    none_is_valid.then(|| guess_legacy(odd))
}

fn push_row<'a>(cells: &mut [Cells], row: impl Iterator<Item = &'a [u8]>) {
    let mut row = row.fuse();
    for column in cells {
        column.push(row.next().unwrap_or_default());
    }
}

/// A line of blanks in a table of several columns.
fn is_blank_line(record: &csv::ByteRecord, width: usize) -> bool {
    width > 1 && record.len() == 1 && record[0].trim_ascii().is_empty()
}

#[cfg(test)]
mod tests;
