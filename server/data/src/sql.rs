//! SQL over tables, read-only.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mlwright_base::{CancelToken, Problem};
use polars::prelude::*;
use polars::sql::SQLContext;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{DataError, first_line, quoted_name};
use crate::execute;
use crate::write::rows_as_json;

mod statement;

use statement::Statement;

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

/// Runs one SELECT or WITH statement. Rows are taken as they come and the query ends when there are
/// enough of them; one that runs out of time or is cancelled is left to end by itself.
///
/// # Errors
/// [`DataError::InvalidSql`], [`DataError::SqlRefused`] for whatever writes or reads files by itself,
/// [`DataError::TableNotFound`] and [`DataError::ColumnNotFound`] with the names there are,
/// [`DataError::QueryTooLong`], [`DataError::TooLarge`] when one row alone passes the limit of bytes,
/// [`DataError::Cancelled`].
pub fn query(
    sql: &str,
    tables: &dyn TableResolver,
    limits: &QueryLimits,
    cancel: &CancelToken,
) -> Result<QueryResult, DataError> {
    cancel.check()?;
    let planned = prepare(sql, tables)?;
    let rows_max = limits.rows;
    let plan = planned.plan.clone();
    let schema = Arc::clone(&planned.schema);
    let run = move |waited: &execute::Waited| first_rows(plan, &schema, rows_max.saturating_add(1), waited);
    let frame = execute::run(run, Some(limits.time), cancel).map_err(|error| planned.explain(error))?;
    let more = frame.height() > rows_max;
    let frame = frame.head(Some(rows_max));
    let fitting = rows_within(&frame, limits.bytes);
    if fitting == 0 && frame.height() > 0 {
        return Err(DataError::TooLarge {
            what: "the first row of the answer".to_owned(),
            limit_bytes: limits.bytes as u64,
            hint: "select fewer columns, or shorten long text with SUBSTR".to_owned(),
        });
    }
    Ok(QueryResult {
        columns: columns_of(&frame),
        truncated: more || fitting < frame.height(),
        frame: frame.head(Some(fitting)),
    })
}

/// Runs one SELECT or WITH statement to its end: a query's whole result, to be written to a table.
///
/// # Errors
/// As [`query`], but for the limits.
pub fn collect(sql: &str, tables: &dyn TableResolver, cancel: &CancelToken) -> Result<DataFrame, DataError> {
    cancel.check()?;
    let planned = prepare(sql, tables)?;
    execute::collect(planned.plan.clone(), cancel).map_err(|error| planned.explain(error))
}

/// Checks and plans a statement without running it: for writing a query's whole result to a table.
///
/// # Errors
/// As [`query`], but for the limits.
pub fn plan(sql: &str, tables: &dyn TableResolver) -> Result<LazyFrame, DataError> {
    Ok(prepare(sql, tables)?.plan)
}

/// The names of the tables that a statement reads, in order of appearance, without repeats.
///
/// # Errors
/// [`DataError::InvalidSql`], [`DataError::SqlRefused`].
pub fn table_names(sql: &str) -> Result<Vec<String>, DataError> {
    Ok(Statement::parse(sql)?.tables.into_iter().map(|table| table.name).collect())
}

struct Planned {
    plan: LazyFrame,
    schema: SchemaRef,
    columns: Vec<String>,
}

fn prepare(sql: &str, tables: &dyn TableResolver) -> Result<Planned, DataError> {
    let statement = Statement::parse(sql)?;
    let mut context = SQLContext::new();
    let mut frames = BTreeMap::new();
    for table in &statement.tables {
        let Some(frame) = tables.resolve(&table.name)? else {
            return Err(DataError::TableNotFound { table: table.name.clone(), available: tables.names() });
        };
        context.register(&table.registered, frame.clone());
        frames.insert(table.name.clone(), frame);
    }
    let columns = available_columns(&mut frames);
    let sql = statement.sql;
    // polars' planner panics on some statements; they are wrong all the same.
    let planned = execute::guarded(|| {
        let mut plan = context.execute(&sql)?;
        let schema = plan.collect_schema()?;
        Ok((plan, schema))
    });
    match planned {
        Ok((plan, schema)) => Ok(Planned { plan, schema, columns }),
        Err(error) => Err(explain(error, &columns, true)),
    }
}

/// The columns of all tables, in order, without repeats.
fn available_columns(frames: &mut BTreeMap<String, LazyFrame>) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut columns = Vec::new();
    for frame in frames.values_mut() {
        let Ok(schema) = frame.collect_schema() else { continue };
        columns.extend(schema.iter_names().map(ToString::to_string).filter(|name| seen.insert(name.clone())));
    }
    columns
}

impl Planned {
    fn explain(&self, error: DataError) -> DataError {
        explain(error, &self.columns, false)
    }
}

/// What polars said, with the names that could have been meant. A statement that cannot be planned
/// is wrong; one that cannot be run met data it does not suit.
fn explain(error: DataError, columns: &[String], planning: bool) -> DataError {
    match error {
        DataError::ColumnNotFound { column, .. } => DataError::ColumnNotFound { column, available: columns.to_vec() },
        DataError::Compute { message } => {
            let missing =
                ["unable to find column", "not found", "no column named"].iter().any(|words| message.contains(words));
            match quoted_name(&message).filter(|_| missing && message.contains("column")) {
                Some(column) => DataError::ColumnNotFound { column, available: columns.to_vec() },
                None if planning => DataError::InvalidSql { message: first_line(&message) },
                None => DataError::Compute { message },
            }
        }
        other => other,
    }
}

/// The plan's first rows, read no further than they need.
fn first_rows(
    plan: LazyFrame,
    schema: &Schema,
    rows_max: usize,
    waited: &execute::Waited,
) -> Result<DataFrame, DataError> {
    let taken: Arc<Mutex<Vec<DataFrame>>> = Arc::default();
    let batches = Arc::clone(&taken);
    let limited = plan.limit(IdxSize::try_from(rows_max).unwrap_or(IdxSize::MAX));
    execute::feed(limited, waited, move |batch| {
        let mut batches = batches.lock().unwrap_or_else(PoisonError::into_inner);
        batches.push(batch);
        batches.iter().map(DataFrame::height).sum::<usize>() < rows_max
    })?;
    let mut frame = DataFrame::empty_with_schema(schema);
    for batch in taken.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        frame.vstack_mut(batch)?;
    }
    Ok(frame.head(Some(rows_max)))
}

fn columns_of(frame: &DataFrame) -> Vec<ColumnSchemaLite> {
    frame
        .schema()
        .iter()
        .map(|(name, dtype)| ColumnSchemaLite { name: name.to_string(), dtype: dtype.to_string() })
        .collect()
}

/// How many of the first rows have at most that many bytes as JSON.
fn rows_within(frame: &DataFrame, bytes_max: usize) -> usize {
    /// Rows that are measured at once.
    const MEASURED_ROWS: usize = 256;
    let mut n_bytes = 0;
    let mut n = 0;
    while n < frame.height() {
        for row in rows_as_json(&frame.slice(n as i64, MEASURED_ROWS)) {
            n_bytes += serde_json::to_string(&row).map_or(0, |text| text.len() + 1);
            if n_bytes > bytes_max {
                return n;
            }
            n += 1;
        }
    }
    n
}

#[cfg(test)]
mod tests;
