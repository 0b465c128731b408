//! Writing frames.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use mlwright_base::system::files;
use mlwright_base::{ErrorCode, Problem};
use polars::io::csv::write::BatchedWriter as CsvBatches;
use polars::io::parquet::write::BatchedWriter as ParquetBatches;
use polars::prelude::*;

use crate::error::DataError;

mod json;

pub use json::rows_as_json;

/// The most rows of a row group of Parquet: what readers take at once.
const ROW_GROUP_ROWS: usize = 1 << 18;

/// Writes the frame by the path's extension: `csv`, `tsv`, `parquet`, `ndjson`/`jsonl`,
/// `arrow`/`ipc`/`feather`. The file appears whole or not at all; one that is there is replaced.
///
/// # Errors
/// [`DataError::UnknownFormat`] for another extension, [`DataError::UnsupportedType`] for columns the
/// format cannot hold, [`DataError::Io`].
pub fn write_file(frame: &mut DataFrame, path: &Path) -> Result<(), DataError> {
    let mut writer = BatchWriter::create(path)?;
    writer.write(frame)?;
    writer.finish(Existing::Replace).map(drop)
}

/// What to do with a file that is there when the new one is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and the new one is not kept.
    Keep,
    /// The new one takes its place.
    Replace,
}

/// The forms that files are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WrittenAs {
    Delimited(u8),
    Parquet,
    Lines,
    Arrow,
}

impl WrittenAs {
    fn of(path: &Path) -> Result<Self, DataError> {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("csv") => Ok(Self::Delimited(b',')),
            Some("tsv") => Ok(Self::Delimited(b'\t')),
            Some("parquet") => Ok(Self::Parquet),
            Some("ndjson" | "jsonl") => Ok(Self::Lines),
            Some("arrow" | "ipc" | "feather") => Ok(Self::Arrow),
            _ => Err(DataError::UnknownFormat {
                path: path.to_path_buf(),
                reason: "; written are csv, tsv, parquet, ndjson, jsonl, arrow, ipc and feather".to_owned(),
            }),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Delimited(b'\t') => "TSV",
            Self::Delimited(_) => "CSV",
            Self::Parquet => "Parquet",
            Self::Lines => "NDJSON",
            Self::Arrow => "Arrow IPC",
        }
    }

    fn holds(self, dtype: &DataType) -> bool {
        match self {
            Self::Delimited(_) => !dtype.is_nested() && !matches!(dtype, DataType::Binary | DataType::BinaryOffset),
            Self::Parquet | Self::Lines | Self::Arrow => true,
        }
    }
}

/// A buffered file that outlives the writer that was given it, so that it can be flushed and synced.
#[derive(Clone)]
struct Output(Arc<Mutex<BufWriter<Box<dyn Write + Send>>>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

enum Format {
    Csv(Box<CsvBatches<Output>>),
    Parquet(Box<ParquetBatches<Output>>),
    /// polars writes Arrow files whole, so their rows are kept until the end.
    Arrow(Box<DataFrame>, Output),
    Lines(Output),
}

/// Writes a file batch by batch, under a temporary name until it is whole.
pub struct BatchWriter {
    path: PathBuf,
    temporary: PathBuf,
    written_as: WrittenAs,
    output: Output,
    /// Begun with the first frame, whose columns the file gets.
    begun: Option<(Format, SchemaRef)>,
    n_rows: u64,
}

impl BatchWriter {
    /// Starts a file, by the path's extension (`csv`, `tsv`, `parquet`, `ndjson`/`jsonl`,
    /// `arrow`/`ipc`/`feather`).
    ///
    /// # Errors
    /// [`DataError::UnknownFormat`] for another extension; [`DataError::Io`].
    pub fn create(path: &Path) -> Result<Self, DataError> {
        let written_as = WrittenAs::of(path)?;
        let temporary = files::temporary_beside(path);
        let file = files::create(&temporary).map_err(|error| DataError::io(path, error))?;
        let output = Output(Arc::new(Mutex::new(BufWriter::with_capacity(1 << 18, Box::new(file)))));
        Ok(Self { path: path.to_path_buf(), temporary, written_as, output, begun: None, n_rows: 0 })
    }

    /// Adds the rows of a frame; every frame has the first one's columns. An empty first frame gives
    /// the file its columns.
    ///
    /// # Errors
    /// [`DataError::UnsupportedType`]; [`DataError::SchemaMismatch`]; [`DataError::Io`].
    pub fn write(&mut self, frame: &DataFrame) -> Result<(), DataError> {
        if self.begun.is_none() {
            self.begun = Some((self.begin(frame)?, Arc::clone(frame.schema())));
        }
        let path = &self.path;
        let failed = |error| DataError::polars_at(path, error);
        let (format, schema) = self.begun.as_mut().expect("it was begun above");
        if frame.schema() != schema {
            return Err(DataError::SchemaMismatch { difference: difference(schema, frame.schema()) });
        }
        let mut frame = frame.clone();
        // The writers take one chunk a column.
        frame.rechunk_mut();
        match format {
            Format::Csv(writer) => writer.write_batch(&frame).map_err(failed)?,
            Format::Parquet(writer) => {
                // Each part becomes a row group, and an empty one is none.
                for start in (0..frame.height()).step_by(ROW_GROUP_ROWS) {
                    writer.write_batch(&frame.slice(start as i64, ROW_GROUP_ROWS)).map_err(failed)?;
                }
            }
            Format::Arrow(rows, _) => drop(rows.vstack_mut(&frame).map_err(failed)?),
            Format::Lines(output) => json::write_lines(&frame, output).map_err(|error| DataError::io(path, error))?,
        }
        self.n_rows += frame.height() as u64;
        Ok(())
    }

    fn begin(&self, frame: &DataFrame) -> Result<Format, DataError> {
        let schema = frame.schema();
        if let Some((name, dtype)) = schema.iter().find(|(_, dtype)| !self.written_as.holds(dtype)) {
            return Err(DataError::UnsupportedType {
                column: name.to_string(),
                dtype: dtype.to_string(),
                format: self.written_as.name().to_owned(),
            });
        }
        let failed = |error| DataError::polars_at(&self.path, error);
        let output = self.output.clone();
        Ok(match self.written_as {
            WrittenAs::Delimited(delimiter) => {
                Format::Csv(Box::new(CsvWriter::new(output).with_separator(delimiter).batched(schema).map_err(failed)?))
            }
            WrittenAs::Parquet => {
                Format::Parquet(Box::new(ParquetWriter::new(output).batched(schema).map_err(failed)?))
            }
            WrittenAs::Arrow => Format::Arrow(Box::new(frame.clear()), output),
            WrittenAs::Lines => Format::Lines(output),
        })
    }

    /// Ends the file, syncs it and puts it in place; answers with the number of rows. Without this
    /// call nothing appears at the path.
    ///
    /// # Errors
    /// [`ErrorCode::Conflict`] when something is at the path and is to be kept, also when it appeared
    /// while this file was written; [`DataError::Io`]. The path is then unchanged.
    pub fn finish(mut self, existing: Existing) -> Result<u64, DataError> {
        if self.begun.is_none() {
            self.write(&DataFrame::empty())?;
        }
        let path = &self.path;
        let failed = |error| DataError::polars_at(path, error);
        match self.begun.take() {
            Some((Format::Csv(mut writer), _)) => writer.finish().map_err(failed)?,
            Some((Format::Parquet(writer), _)) => drop(writer.finish().map_err(failed)?),
            Some((Format::Arrow(mut rows, output), _)) => IpcWriter::new(output).finish(&mut rows).map_err(failed)?,
            Some((Format::Lines(_), _)) | None => {}
        }
        let synced = self.output.flush().and_then(|()| files::open(&self.temporary)).and_then(|file| file.sync_all());
        synced.map_err(|error| DataError::io(&self.path, error))?;
        match existing {
            Existing::Keep => publish_new(&self.temporary, &self.path)?,
            Existing::Replace => {
                files::rename_durably(&self.temporary, &self.path).map_err(|error| DataError::io(&self.path, error))?;
            }
        }
        Ok(self.n_rows)
    }
}

impl Drop for BatchWriter {
    fn drop(&mut self) {
        // After a rename there is nothing at the temporary path.
        let _ = files::remove_file(&self.temporary);
    }
}

/// Renames to a path where nothing is.
fn publish_new(temporary: &Path, path: &Path) -> Result<(), DataError> {
    files::rename_new_durably(temporary, path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => DataError::Problem(
            Problem::new(ErrorCode::Conflict, format!("there is a file at {} already", path.display()))
                .hint("choose another name"),
        ),
        _ => DataError::io(path, error),
    })
}

/// How the second schema differs from the first.
pub(crate) fn difference(expected: &Schema, found: &Schema) -> String {
    let mut parts = Vec::new();
    let missing: Vec<&str> =
        expected.iter_names().filter(|name| !found.contains(name)).map(PlSmallStr::as_str).collect();
    let extra: Vec<&str> = found.iter_names().filter(|name| !expected.contains(name)).map(PlSmallStr::as_str).collect();
    if !missing.is_empty() {
        parts.push(format!("missing {}", missing.join(", ")));
    }
    if !extra.is_empty() {
        parts.push(format!("not expected {}", extra.join(", ")));
    }
    for (name, dtype) in expected.iter() {
        if let Some(other) = found.get(name).filter(|other| *other != dtype) {
            parts.push(format!("{name} is {other} where {dtype} is expected"));
        }
    }
    if parts.is_empty() {
        parts.push("they are in another order".to_owned());
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests;
