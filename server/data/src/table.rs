//! A table that is open: lazily readable, and able to explain how it was read.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mlwright_base::CancelToken;
use mlwright_base::system::files;
use polars::prelude::*;
use sha2::{Digest, Sha256};

use crate::error::DataError;
use crate::execute::{self, Stream};
use crate::reading::{ColumnReading, Format, ReadIssue, Reading, Source};
use crate::schema::{ColumnSchema, infer_schema};

/// Rows that semantic types are decided on.
pub const SCHEMA_ROWS_MAX: usize = 100_000;

/// A file or a Delta table, ready to be read. Cheap to clone. Files that are small, compressed or
/// not in UTF-8 are in memory already; of others nothing is kept but what was found in them.
#[derive(Clone)]
pub struct Table {
    /// The file, or the Delta table's folder.
    pub source_path: PathBuf,
    /// How it was read, and why so.
    pub reading: Reading,
    /// How each column was read, in the table's order.
    pub columns: Vec<ColumnReading>,
    pub(crate) lazy: LazyFrame,
    pub(crate) n_rows: Option<u64>,
    pub(crate) origin: Arc<Origin>,
}

/// Where a table's rows come from.
pub(crate) enum Origin {
    /// A frame that belongs to no file.
    Memory(DataFrame),
    /// A file whose rows are all in memory.
    FileInMemory(DataFrame),
    /// A text file that is scanned by types that all its cells decided.
    Text {
        /// Values and rows that do not fit.
        misfits: Vec<ReadIssue>,
    },
    /// A file that is scanned and knows its own types.
    File,
    /// A version of a Delta table.
    Delta {
        /// The table's id.
        id: String,
        version: u64,
    },
}

impl Table {
    /// A table of a frame that is in memory.
    #[must_use]
    pub fn in_memory(name: &str, frame: DataFrame) -> Self {
        let mut reading = Reading::of(Format::ArrowIpc);
        reading.notes.push("the rows are in memory".to_owned());
        Self {
            source_path: PathBuf::from(name),
            reading,
            columns: columns_of(frame.schema(), "its type was given", |name| {
                frame.column(name).map_or(0, |column| column.null_count() as u64)
            }),
            lazy: frame.clone().lazy(),
            n_rows: Some(frame.height() as u64),
            origin: Arc::new(Origin::Memory(frame)),
        }
    }

    /// The table as a query to build on.
    pub fn lazy(&self) -> LazyFrame {
        self.lazy.clone()
    }

    /// Reads the whole table into memory.
    ///
    /// # Errors
    /// [`DataError::Cancelled`]; [`DataError::Unreadable`] when the file is damaged or has changed.
    pub fn collect(&self, cancel: &CancelToken) -> Result<DataFrame, DataError> {
        cancel.check()?;
        match self.frame() {
            Some(frame) => Ok(frame.clone()),
            None => execute::collect(self.lazy(), cancel).map_err(|error| self.at_path(error)),
        }
    }

    /// The first `n` rows.
    ///
    /// # Errors
    /// As [`Table::collect`].
    pub fn head(&self, n: usize) -> Result<DataFrame, DataError> {
        match self.frame() {
            Some(frame) => Ok(frame.head(Some(n))),
            None => {
                let n = IdxSize::try_from(n).unwrap_or(IdxSize::MAX);
                execute::collect(self.lazy().limit(n), &CancelToken::new()).map_err(|error| self.at_path(error))
            }
        }
    }

    /// The number of rows (known for files examined whole; else one pass over the file, or over its
    /// metadata where the format has it).
    ///
    /// # Errors
    /// As [`Table::collect`].
    pub fn n_rows(&self) -> Result<u64, DataError> {
        if let Some(n_rows) = self.n_rows {
            return Ok(n_rows);
        }
        let counted = self.lazy().select([len().cast(DataType::UInt64).alias("n")]);
        let frame = execute::collect(counted, &CancelToken::new()).map_err(|error| self.at_path(error))?;
        let n = frame.column("n")?.u64()?.get(0);
        Ok(n.expect("a count is one number"))
    }

    /// The column names, in order.
    #[must_use]
    pub fn column_names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// Semantic types, decided on the first [`SCHEMA_ROWS_MAX`] rows.
    ///
    /// # Errors
    /// As [`Table::collect`].
    pub fn schema(&self) -> Result<Vec<ColumnSchema>, DataError> {
        Ok(self.schema_of(&self.head(SCHEMA_ROWS_MAX)?))
    }

    /// Semantic types of this table's rows that the caller has collected already.
    #[must_use]
    pub fn schema_of(&self, frame: &DataFrame) -> Vec<ColumnSchema> {
        let mut schema = infer_schema(frame);
        for column in &mut schema {
            let Some(reading) = self.columns.iter().find(|reading| reading.name == column.name) else { continue };
            if reading.stored_as_text {
                column.stored_as_text = true;
                column.reason = format!("{}; stored as text: {}", column.reason, reading.reason);
            }
        }
        schema
    }

    /// What a catalog keeps.
    #[must_use]
    pub fn source(&self) -> Source {
        Source {
            path: self.source_path.clone(),
            format: self.reading.format,
            reading: self.reading.clone(),
            columns: self.columns.clone(),
        }
    }

    /// SHA-256 of the file's bytes, of the Delta table's id and version, or of the rows in memory as
    /// Arrow IPC, in hexadecimal.
    ///
    /// # Errors
    /// [`DataError::Io`] when the file cannot be read.
    pub fn fingerprint(&self) -> Result<String, DataError> {
        let digest = match self.origin.as_ref() {
            Origin::Memory(frame) => {
                let mut hash = Hash(Sha256::new());
                IpcWriter::new(&mut hash).finish(&mut frame.clone())?;
                hash.0.finalize()
            }
            Origin::Delta { id, version } => Sha256::digest(format!("delta:{id}:{version}")),
            Origin::FileInMemory(_) | Origin::Text { .. } | Origin::File => file_digest(&self.source_path)?,
        };
        Ok(hex::encode(digest))
    }

    /// The version, when this is a Delta table.
    #[must_use]
    pub fn version(&self) -> Option<u64> {
        match self.origin.as_ref() {
            Origin::Delta { version, .. } => Some(*version),
            _ => None,
        }
    }

    /// The values and rows that do not fit in a text file that is scanned lazily; its reading has them
    /// as well. Empty for others.
    ///
    /// # Errors
    /// [`DataError::Cancelled`].
    pub fn verify(&self, cancel: &CancelToken) -> Result<Vec<ReadIssue>, DataError> {
        cancel.check()?;
        match self.origin.as_ref() {
            Origin::Text { misfits } => Ok(misfits.clone()),
            _ => Ok(Vec::new()),
        }
    }

    /// Whether it is a text file that is scanned lazily.
    pub(crate) fn is_scanned(&self) -> bool {
        matches!(self.origin.as_ref(), Origin::Text { .. })
    }

    /// The rows in order, at most `rows_per_batch` at a time, without loading the whole.
    ///
    /// # Errors
    /// When reading cannot be started; later failures come as the iterator's last item.
    pub fn batches(&self, rows_per_batch: usize) -> Result<Batches, DataError> {
        let rows = rows_per_batch.max(1);
        let source = match self.frame() {
            Some(frame) => BatchSource::Frame(Some(frame.clone())),
            None => BatchSource::Stream(execute::stream(self.lazy(), rows)?),
        };
        Ok(Batches { source, rows, pending: None, path: self.source_path.clone() })
    }

    fn frame(&self) -> Option<&DataFrame> {
        match self.origin.as_ref() {
            Origin::Memory(frame) | Origin::FileInMemory(frame) => Some(frame),
            _ => None,
        }
    }

    fn at_path(&self, error: DataError) -> DataError {
        at_path(&self.source_path, error)
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table")
            .field("source_path", &self.source_path)
            .field("reading", &self.reading)
            .field("n_rows", &self.n_rows)
            .finish_non_exhaustive()
    }
}

/// What polars could not do while it read a file is about that file.
fn at_path(path: &Path, error: DataError) -> DataError {
    match error {
        DataError::Compute { message } => DataError::unreadable(path, message),
        other => other,
    }
}

/// Readings of columns whose types the source gave.
pub(crate) fn columns_of(schema: &Schema, reason: &str, n_missing: impl Fn(&str) -> u64) -> Vec<ColumnReading> {
    schema
        .iter()
        .map(|(name, dtype)| ColumnReading {
            name: name.to_string(),
            name_in_file: None,
            dtype: dtype.to_string(),
            stored_as_text: false,
            reason: reason.to_owned(),
            n_missing: n_missing(name),
            n_unparsed: 0,
        })
        .collect()
}

fn file_digest(path: &Path) -> Result<sha2::digest::Output<Sha256>, DataError> {
    let failed = |error| DataError::io(path, error);
    let mut file = files::open(path).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0_u8; 1 << 18];
    loop {
        let n = file.read(&mut buffer).map_err(failed)?;
        if n == 0 {
            return Ok(hash.finalize());
        }
        hash.update(&buffer[..n]);
    }
}

/// A writer that keeps nothing but the digest.
struct Hash(Sha256);

impl Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

enum BatchSource {
    Frame(Option<DataFrame>),
    Stream(Stream),
}

/// Iterator over a table's rows in frames.
pub struct Batches {
    source: BatchSource,
    rows: usize,
    /// What was read and not yet given, and how much of it was given.
    pending: Option<(DataFrame, usize)>,
    path: PathBuf,
}

impl Iterator for Batches {
    type Item = Result<DataFrame, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((frame, given)) = self.pending.take() {
                let n = (frame.height() - given).min(self.rows);
                if n > 0 {
                    let batch = frame.slice(given as i64, n);
                    self.pending = Some((frame, given + n));
                    return Some(Ok(batch));
                }
            }
            let frame = match &mut self.source {
                BatchSource::Frame(frame) => frame.take()?,
                BatchSource::Stream(stream) => match stream.next()? {
                    Ok(frame) => frame,
                    Err(error) => return Some(Err(at_path(&self.path, error))),
                },
            };
            self.pending = Some((frame, 0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_have_the_size_asked_for() {
        let frame = df!("x" => (0..10_i64).collect::<Vec<_>>()).expect("a frame");
        let table = Table::in_memory("x", frame.clone());
        let batches: Vec<DataFrame> = table.batches(4).expect("batches").map(|batch| batch.expect("a batch")).collect();
        assert_eq!(batches.iter().map(DataFrame::height).collect::<Vec<_>>(), [4, 4, 2]);
        let mut joined = batches[0].clone();
        for batch in &batches[1..] {
            joined.vstack_mut(batch).expect("the same columns");
        }
        assert!(joined.equals(&frame));
    }

    #[test]
    fn a_table_in_memory_knows_itself() {
        let frame = df!("x" => [Some(1_i64), None], "y" => ["a", "b"]).expect("a frame");
        let table = Table::in_memory("mine", frame.clone());
        assert_eq!(table.n_rows().expect("rows"), 2);
        assert_eq!(table.column_names(), ["x", "y"]);
        assert_eq!(table.columns[0].n_missing, 1);
        assert_eq!(table.head(1).expect("head").height(), 1);
        let same = Table::in_memory("other", frame).fingerprint().expect("a digest");
        assert_eq!(table.fingerprint().expect("a digest"), same);
        let other = Table::in_memory("mine", df!("x" => [1_i64]).expect("a frame"));
        assert_ne!(table.fingerprint().expect("a digest"), other.fingerprint().expect("a digest"));
    }
}
