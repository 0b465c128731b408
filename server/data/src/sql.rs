//! SQL over tables, read-only.

use std::time::Duration;

use mlwright_base::{CancelToken, Problem};
use polars::prelude::{DataFrame, LazyFrame};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::DataError;

/// Finds the tables that SQL names.
pub trait TableResolver {
    /// The table of that name (as it stands in the SQL, without quotes; parts of a compound name are
    /// joined by dots, so an unquoted `customers.csv` arrives as that); `None` when there is none.
    ///
    /// # Errors
    /// When the table exists but cannot be used (unreadable, outside the roots).
    fn resolve(&self, name: &str) -> Result<Option<LazyFrame>, Problem>;
    /// The names there are, for "did you mean".
    fn names(&self) -> Vec<String>;
}

/// How much one query may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryLimits {
    /// The most rows to answer with.
    pub rows: usize,
    /// The most bytes of the rows as JSON.
    pub bytes: usize,
    /// The longest it may run.
    pub time: Duration,
}

/// Name and type of a result's column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ColumnSchemaLite {
    /// The column's name.
    pub name: String,
    /// Its type, as polars writes it.
    pub dtype: String,
}

/// The rows a query answered with.
#[derive(Debug, Clone)]
pub struct QueryResult {
    /// The columns, in order.
    pub columns: Vec<ColumnSchemaLite>,
    /// The rows, at most as many as the limits allow.
    pub frame: DataFrame,
    /// Whether there were more rows than the limits allow.
    pub truncated: bool,
}

/// Runs one SELECT or WITH statement.
pub fn query(
    _sql: &str,
    _tables: &dyn TableResolver,
    _limits: &QueryLimits,
    _cancel: &CancelToken,
) -> Result<QueryResult, DataError> {
    todo!()
}

/// Checks and plans a statement without running it: for writing a query's whole result to a table.
pub fn plan(_sql: &str, _tables: &dyn TableResolver) -> Result<LazyFrame, DataError> {
    todo!()
}

/// The names of the tables that a statement reads, in order of appearance, without repeats.
pub fn table_names(_sql: &str) -> Result<Vec<String>, DataError> {
    todo!()
}
