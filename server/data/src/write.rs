//! Writing frames.

use std::path::Path;

use polars::prelude::DataFrame;
use serde_json::{Map, Value};

use crate::error::DataError;

/// Writes the frame by the path's extension: `csv`, `tsv`, `parquet`, `ndjson`/`jsonl`, `arrow`/`ipc`/`feather`.
pub fn write_file(_frame: &mut DataFrame, _path: &Path) -> Result<(), DataError> {
    todo!()
}

/// The rows as JSON objects.
#[must_use]
pub fn rows_as_json(_frame: &DataFrame) -> Vec<Map<String, Value>> {
    todo!()
}

/// Writes a file batch by batch.
pub struct BatchWriter {}

impl BatchWriter {
    /// Starts a file, by the path's extension (`csv`, `tsv`, `parquet`, `ndjson`/`jsonl`).
    pub fn create(_path: &Path) -> Result<Self, DataError> {
        todo!()
    }
    /// Adds the rows of a frame; every frame has the first one's columns.
    pub fn write(&mut self, _frame: &DataFrame) -> Result<(), DataError> {
        todo!()
    }
    /// Ends the file, syncs it and renames it into place; answers with the number of rows.
    /// Without this call nothing appears at the path.
    pub fn finish(self) -> Result<u64, DataError> {
        todo!()
    }
}
