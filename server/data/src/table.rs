//! A table that is open: lazily readable, and able to explain how it was read.

use std::path::PathBuf;

use mlwright_base::CancelToken;
use polars::prelude::{DataFrame, LazyFrame};

use crate::error::DataError;
use crate::reading::{ColumnReading, ReadIssue, Reading, Source};
use crate::schema::ColumnSchema;

/// A file or a Delta table, ready to be read. Cheap to clone; nothing is read until it is asked for,
/// except what it took to know the schema.
#[derive(Clone)]
pub struct Table {
    /// The file, or the Delta table's folder.
    pub source_path: PathBuf,
    /// How it was read, and why so.
    pub reading: Reading,
    /// How each column was read, in the table's order.
    pub columns: Vec<ColumnReading>,
    pub(crate) lazy: LazyFrame,
}

impl Table {
    /// The table as a query to build on.
    #[must_use]
    pub fn lazy(&self) -> LazyFrame {
        self.lazy.clone()
    }
    /// Reads the whole table into memory.
    pub fn collect(&self, _cancel: &CancelToken) -> Result<DataFrame, DataError> {
        todo!()
    }
    /// The first `n` rows.
    pub fn head(&self, _n: usize) -> Result<DataFrame, DataError> {
        todo!()
    }
    /// The number of rows (known for files examined whole; else one pass over the file).
    pub fn n_rows(&self) -> Result<u64, DataError> {
        todo!()
    }
    /// The column names, in order.
    #[must_use]
    pub fn column_names(&self) -> Vec<String> {
        todo!()
    }
    /// Semantic types, decided on the first `SCHEMA_ROWS_MAX` rows.
    pub fn schema(&self) -> Result<Vec<ColumnSchema>, DataError> {
        todo!()
    }
    /// Semantic types of this table's rows that the caller has collected already.
    #[must_use]
    pub fn schema_of(&self, _frame: &DataFrame) -> Vec<ColumnSchema> {
        todo!()
    }
    /// What a catalog keeps.
    #[must_use]
    pub fn source(&self) -> Source {
        todo!()
    }
    /// SHA-256 of the file's bytes, or of the Delta table's id and version, in hexadecimal.
    pub fn fingerprint(&self) -> Result<String, DataError> {
        todo!()
    }
    /// The version, when this is a Delta table.
    #[must_use]
    pub fn version(&self) -> Option<u64> {
        todo!()
    }
    /// Reads the file from end to end and lists the values that do not fit the types that were
    /// decided on a sample. Empty for files that were examined whole: their reading has them.
    pub fn verify(&self, _cancel: &CancelToken) -> Result<Vec<ReadIssue>, DataError> {
        todo!()
    }
    /// The rows in order, at most `rows_per_batch` at a time, without loading the whole.
    pub fn batches(&self, _rows_per_batch: usize) -> Result<Batches, DataError> {
        todo!()
    }
}

/// Iterator over a table's rows in frames.
pub struct Batches {}

impl Iterator for Batches {
    type Item = Result<DataFrame, DataError>;
    fn next(&mut self) -> Option<Self::Item> {
        todo!()
    }
}
