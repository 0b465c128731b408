//! What each column means: its semantic type and the reason for it.

use polars::prelude::DataFrame;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a column is for, beyond how it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SemanticType {
    /// Numbers whose size means something.
    Numeric,
    /// One of a number of labels.
    Categorical,
    /// One of two values that mean yes and no.
    Boolean,
    /// Dates or times.
    Datetime,
    /// Free text, different nearly everywhere.
    Text,
    /// Names the row or refers to another; carries nothing to learn from.
    Id,
    /// One value in every row, or none.
    Constant,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ColumnSchema {
    /// The column's name.
    pub name: String,
    /// How it is stored, as polars writes it (`i64`, `f64`, `str`, `date`, `datetime[μs]`, …).
    pub dtype: String,
    /// What it is for.
    pub semantic: SemanticType,
    /// Whether the file wrote its numbers or dates so that a plain reader would take them for text.
    pub stored_as_text: bool,
    /// Why it was taken for this.
    pub reason: String,
}

/// Decides what each column means. The frame is already typed, as [`crate::open`] does.
#[must_use]
pub fn infer_schema(_frame: &DataFrame) -> Vec<ColumnSchema> {
    todo!()
}
