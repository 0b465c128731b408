//! Named limits: every queue, page and text answer has one.

use std::time::Duration;

/// Rows that `query` answers with unless told otherwise.
pub const QUERY_ROWS_DEFAULT: usize = 100;
/// The most rows that `query` answers with.
pub const QUERY_ROWS_MAX: usize = 10_000;
/// The most bytes of rows, as JSON, in one answer.
pub const QUERY_BYTES_MAX: usize = 1 << 20;
/// How long one SQL query may run.
pub const QUERY_TIME_MAX: Duration = Duration::from_secs(60);
/// Records that a listing answers with unless told otherwise.
pub const PAGE_DEFAULT: usize = 50;
/// The most records that a listing answers with.
pub const PAGE_MAX: usize = 1_000;
/// The most characters of the short text that goes with an answer: about 2,000 tokens.
pub const SUMMARY_CHARS_MAX: usize = 6_000;
/// The most bytes of one answer's structured content as JSON: about 20,000 tokens.
pub const ANSWER_BYTES_MAX: usize = 60_000;
/// The most rows in one prediction request.
pub const PREDICT_ROWS_MAX: usize = 100_000;
/// The most bytes of one HTTP request's body.
pub const REQUEST_BYTES_MAX: usize = 64 << 20;
