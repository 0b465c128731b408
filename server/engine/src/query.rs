//! `query`: SQL over files and catalog tables, read-only, within limits.

use mlwright_base::limits::{ANSWER_BYTES_MAX, QUERY_BYTES_MAX, QUERY_ROWS_DEFAULT, QUERY_ROWS_MAX, QUERY_TIME_MAX};
use mlwright_base::{ErrorCode, Problem};
use mlwright_data::sql::{self, ColumnSchemaLite, QueryLimits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::call::{Call, Surface};
use crate::engine::Engine;
use crate::tables::{SourceRead, Tables};

/// Rows for an assistant leave this share of an answer for everything else.
const ASSISTANT_BYTES_MAX: usize = ANSWER_BYTES_MAX / 4 * 3;

/// The rows a query answered with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QueryAnswer {
    /// The columns, in order.
    pub columns: Vec<ColumnSchemaLite>,
    /// The rows, by column name.
    pub rows: Vec<Map<String, Value>>,
    /// How many rows are here.
    pub n_rows: usize,
    /// Whether there were more rows than the limits on rows and bytes allow.
    pub truncated: bool,
    /// The tables that were read.
    pub sources: Vec<SourceRead>,
}

impl Engine {
    /// Runs one SELECT. An answer for an assistant has a lower limit of bytes than one for a
    /// program.
    ///
    /// # Errors
    /// [`ErrorCode::Refused`] for SQL that writes, [`ErrorCode::NotFound`] with the nearest names
    /// for unknown tables and columns, [`ErrorCode::LimitExceeded`] past the limits on time, memory and
    /// joined rows.
    pub fn query(&self, call: &Call<'_>, text: &str, limit: Option<usize>) -> Result<QueryAnswer, Problem> {
        let rows = limit.unwrap_or(QUERY_ROWS_DEFAULT);
        if rows == 0 || rows > QUERY_ROWS_MAX {
            return Err(Problem::new(ErrorCode::InvalidArgument, format!("limit is {rows}, expected 1 to {QUERY_ROWS_MAX}"))
                .hint("aggregate in the SQL, or keep the whole result with create_table")
                .field("limit"));
        }
        let bytes = match call.actor.surface {
            Surface::Mcp | Surface::Agent => ASSISTANT_BYTES_MAX,
            _ => QUERY_BYTES_MAX,
        };
        let tables = Tables::new(self);
        let limits = QueryLimits { rows, bytes, time: QUERY_TIME_MAX };
        let result = sql::query(text, &tables, &limits, call.cancel).map_err(|error| self.shorten_paths(error.into()))?;
        let rows = mlwright_data::write::rows_as_json(&result.frame);
        Ok(QueryAnswer { columns: result.columns, n_rows: rows.len(), rows, truncated: result.truncated, sources: tables.sources() })
    }
}
