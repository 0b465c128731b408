//! How far a statement may go, and what is said when it would go further.

use std::time::Duration;

use mlwright_base::{ErrorCode, Problem};

use crate::error::DataError;
use crate::execute::Bounds;

/// The most rows that one join of a query may give, and the most pairs of rows that a join without an equality may
/// look at: what the streaming engine gets through in about the time a query has.
pub const QUERY_JOINED_ROWS_MAX: u64 = 1_000_000_000;
/// The same for a table: there is ten times the time.
pub const TABLE_JOINED_ROWS_MAX: u64 = 10_000_000_000;
/// The longest that the statement of a table may run.
pub const TABLE_TIME_MAX: Duration = Duration::from_secs(600);
/// The most bytes of a table's rows in memory.
pub const TABLE_BYTES_MAX: u64 = 16 << 30;
/// A query may take this part of the memory that is available when it begins.
const QUERY_MEMORY_SHARE: u64 = 2;
/// So may the statement of a table: its rows are copied once more when they are written.
const TABLE_MEMORY_SHARE: u64 = 3;

/// The limits of a query's work.
pub(super) fn of_query(time: Duration) -> Bounds {
    Bounds::new(time, QUERY_MEMORY_SHARE)
}

/// The limits of the work for a table.
pub(super) fn of_table() -> Bounds {
    Bounds::new(TABLE_TIME_MAX, TABLE_MEMORY_SHARE)
}

const JOIN_HINT: &str =
    "join on equal columns, add a condition to each table, or aggregate or LIMIT each side in a subquery first";

/// A join gave more rows than it may.
pub(super) fn too_many_rows(rows_max: u64) -> DataError {
    let message = format!("a join gives more than {rows_max} rows");
    DataError::Problem(Problem::new(ErrorCode::LimitExceeded, message).hint(JOIN_HINT).field("sql"))
}

/// A join would pair more rows than it may.
pub(super) fn too_many_pairs(left: u64, right: u64, pairs_max: u64) -> DataError {
    let message =
        format!("a join without an equality would pair {left} rows with {right}, which is more than {pairs_max} pairs");
    DataError::Problem(Problem::new(ErrorCode::LimitExceeded, message).hint(JOIN_HINT).field("sql"))
}
