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
use crate::execute::{self, Bounds, Waited};
use crate::write::rows_as_json;

mod guard;
mod limits;
mod products;
mod statement;

pub use limits::{QUERY_JOINED_ROWS_MAX, TABLE_BYTES_MAX, TABLE_JOINED_ROWS_MAX, TABLE_TIME_MAX};

use guard::{Guard, RowOrder};
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
/// enough of them; one that runs out of time or memory or is cancelled is left, and ends at its next batch.
///
/// A query may run for its time, join up to [`QUERY_JOINED_ROWS_MAX`] rows, and let this process's memory
/// grow by half of what was available when it began. What that cannot stop: an operator that works on all of
/// its rows at once runs to its end once it has them. So groups, distinct rows and the sides of joins are
/// handed rows only while half of that half is taken, and sorts, windows and aggregates such as the median no more
/// rows than need a third of it. Memory is looked at every 20 ms, and what anything else in this process takes
/// meanwhile counts as well; where the system tells nothing of memory (anywhere but on Linux) only time and rows
/// are limited.
///
/// # Errors
/// [`DataError::InvalidSql`], [`DataError::SqlRefused`] for whatever writes or reads files by itself,
/// [`DataError::TableNotFound`] and [`DataError::ColumnNotFound`] with the names there are,
/// [`DataError::QueryTooLong`], [`DataError::TooLarge`] when one row alone passes the limit of bytes or the
/// query takes too much memory, [`DataError::Problem`] for a join of too many rows,
/// [`DataError::TooManyAbandonedQueries`], [`DataError::Cancelled`].
pub fn query(
    sql: &str,
    tables: &dyn TableResolver,
    limits: &QueryLimits,
    cancel: &CancelToken,
) -> Result<QueryResult, DataError> {
    cancel.check()?;
    let planned = prepare(sql, tables)?;
    let rows_max = limits.rows;
    let wanted = rows_max.saturating_add(1);
    let work = Work {
        plan: planned.plan.clone().limit(IdxSize::try_from(wanted).unwrap_or(IdxSize::MAX)),
        schema: Arc::clone(&planned.schema),
        order: RowOrder::Any,
        joined_rows_max: QUERY_JOINED_ROWS_MAX,
        bounds: limits::of_query(limits.time),
    };
    let frame = work.run(cancel, move |n_rows, _| n_rows >= wanted).map_err(|error| planned.explain(error))?;
    let frame = frame.head(Some(wanted));
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

/// Runs one SELECT or WITH statement to its end: a query's whole result, to be written to a table. The rows
/// come in the same order in every run, also where the statement has no ORDER BY. Limits as for [`query`], but for
/// [`TABLE_TIME_MAX`], [`TABLE_JOINED_ROWS_MAX`], a third of the available memory, and [`TABLE_BYTES_MAX`]
/// of the result.
///
/// # Errors
/// As [`query`].
pub fn collect(sql: &str, tables: &dyn TableResolver, cancel: &CancelToken) -> Result<DataFrame, DataError> {
    cancel.check()?;
    let planned = prepare(sql, tables)?;
    let work = Work {
        plan: planned.plan.clone(),
        schema: Arc::clone(&planned.schema),
        order: RowOrder::Kept,
        joined_rows_max: TABLE_JOINED_ROWS_MAX,
        bounds: limits::of_table(),
    };
    let frame = work.run(cancel, |_, n_bytes| n_bytes > TABLE_BYTES_MAX).map_err(|error| planned.explain(error))?;
    if guard::bytes_of(&frame) > TABLE_BYTES_MAX {
        return Err(DataError::TooLarge {
            what: "the result of the SELECT".to_owned(),
            limit_bytes: TABLE_BYTES_MAX,
            hint: "select fewer columns or rows, or write it in parts with mode append".to_owned(),
        });
    }
    Ok(frame)
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

/// A planned statement and its limits.
struct Work {
    plan: LazyFrame,
    schema: SchemaRef,
    order: RowOrder,
    joined_rows_max: u64,
    bounds: Bounds,
}

impl Work {
    /// Runs it, until `is_enough` of the rows and bytes so far.
    fn run(
        self,
        cancel: &CancelToken,
        is_enough: impl Fn(usize, u64) -> bool + Send + Sync + 'static,
    ) -> Result<DataFrame, DataError> {
        let bounds = self.bounds;
        execute::run(move |waited| self.rows(waited, is_enough), Some(&bounds), cancel)
    }

    fn rows(
        self,
        waited: &Waited,
        is_enough: impl Fn(usize, u64) -> bool + Send + Sync + 'static,
    ) -> Result<DataFrame, DataError> {
        // Counting is no join of the query's own.
        let counted = Guard::new(waited, u64::MAX, self.order).guarded(&self.plan)?;
        products::check(&counted, self.joined_rows_max)?;
        let guard = Guard::new(waited, self.joined_rows_max, self.order);
        let taken: Arc<Mutex<Taken>> = Arc::default();
        let batches = Arc::clone(&taken);
        let take = move |batch: DataFrame| {
            let mut taken = batches.lock().unwrap_or_else(PoisonError::into_inner);
            taken.n_rows += batch.height();
            taken.n_bytes += guard::bytes_of(&batch);
            taken.batches.push(batch);
            !is_enough(taken.n_rows, taken.n_bytes)
        };
        execute::feed(guard.guarded(&self.plan)?, waited, take).map_err(|error| guard.explain(error))?;
        let mut frame = DataFrame::empty_with_schema(&self.schema);
        for batch in &taken.lock().unwrap_or_else(PoisonError::into_inner).batches {
            frame.vstack_mut(batch)?;
        }
        Ok(frame)
    }
}

/// What a plan gave so far.
#[derive(Default)]
struct Taken {
    batches: Vec<DataFrame>,
    n_rows: usize,
    n_bytes: u64,
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
