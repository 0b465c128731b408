//! Raw columns in memory, as they come from a table or from one request.
//!
//! There is one rule for missing values, online and in batch: a number is missing when it is NaN or
//! infinite, a text when it is blank or one of [`MISSING_MARKERS`] (of [`MISSING_AMONG_NUMBERS`] too
//! where a number or a date is expected), anything when it is null. Both
//! [`Frame`] columns and single [`Value`]s follow it, because both are made by [`Value`]'s parsers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Texts that mean "missing" (after trimming, any case).
pub const MISSING_MARKERS: [&str; 6] = ["", "?", "na", "n/a", "null", "nan"];

/// Texts that mean "missing" where a number or a date is expected (after trimming, any case).
pub const MISSING_AMONG_NUMBERS: [&str; 9] = ["-", "--", ".", "\\n", "none", "nil", "-nan", "nat", "missing"];

/// Whether a text means "missing" where a number or a date is expected.
#[must_use]
pub fn is_missing_among_numbers(text: &str) -> bool {
    let text = text.trim();
    is_missing_marker(text) || MISSING_AMONG_NUMBERS.iter().any(|marker| text.eq_ignore_ascii_case(marker))
}

/// Whether a text means "missing".
#[must_use]
pub fn is_missing_marker(text: &str) -> bool {
    let text = text.trim();
    MISSING_MARKERS.iter().any(|marker| text.eq_ignore_ascii_case(marker))
}

/// What a feature holds, once its column was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeatureKind {
    /// A number.
    Numeric,
    /// One of a set of texts.
    Categorical,
    /// True or false.
    Boolean,
    /// A moment: microseconds since 1970-01-01T00:00:00Z.
    Datetime,
    /// Free text.
    Text,
}

/// One input column of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Feature {
    /// The column's name in the table.
    pub name: String,
    /// What it holds.
    pub kind: FeatureKind,
}

/// A column of raw values.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Numbers; NaN is missing.
    Number(Vec<f64>),
    /// Texts, shared per level; `None` is missing.
    Text(Vec<Option<Arc<str>>>),
    /// Truth values; `None` is missing.
    Boolean(Vec<Option<bool>>),
    /// Microseconds since 1970-01-01T00:00:00Z; `None` is missing.
    Datetime(Vec<Option<i64>>),
}

impl Column {
    /// The number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Number(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::Boolean(values) => values.len(),
            Self::Datetime(values) => values.len(),
        }
    }

    /// Whether there are no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at a row, with the missing-value rule applied.
    ///
    /// # Panics
    /// When `row_index` is not below [`Column::len`].
    #[must_use]
    pub fn value(&self, row_index: usize) -> Value<'_> {
        match self {
            Self::Number(values) => Value::number(values[row_index]),
            Self::Text(values) => values[row_index].as_deref().map_or(Value::Missing, Value::text),
            Self::Boolean(values) => values[row_index].map_or(Value::Missing, Value::Boolean),
            Self::Datetime(values) => values[row_index].map_or(Value::Missing, Value::Datetime),
        }
    }

    /// The rows at `indices`, in that order (indices may repeat).
    #[must_use]
    pub fn take(&self, indices: &[usize]) -> Self {
        match self {
            Self::Number(values) => Self::Number(indices.iter().map(|&i| values[i]).collect()),
            Self::Text(values) => Self::Text(indices.iter().map(|&i| values[i].clone()).collect()),
            Self::Boolean(values) => Self::Boolean(indices.iter().map(|&i| values[i]).collect()),
            Self::Datetime(values) => Self::Datetime(indices.iter().map(|&i| values[i]).collect()),
        }
    }
}

/// One raw value, borrowed from a column or a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// No value.
    Missing,
    /// A finite number.
    Number(f64),
    /// A text that is not a missing marker.
    Text(&'a str),
    /// A truth value.
    Boolean(bool),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Datetime(i64),
}

impl<'a> Value<'a> {
    /// A number, missing when NaN or infinite.
    #[must_use]
    pub fn number(value: f64) -> Self {
        if value.is_finite() { Self::Number(value) } else { Self::Missing }
    }

    /// A text, missing when it is a missing marker.
    #[must_use]
    pub fn text(text: &'a str) -> Self {
        if is_missing_marker(text) { Self::Missing } else { Self::Text(text) }
    }
}

/// Columns of equal length, by name. Order is kept.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Frame {
    names: Vec<String>,
    columns: Vec<Column>,
    n_rows: usize,
}

impl Frame {
    /// Joins names and columns.
    ///
    /// # Errors
    /// [`LearnError::Shape`](crate::LearnError::Shape) when lengths differ or a name repeats.
    pub fn new(columns: Vec<(String, Column)>) -> Result<Self, crate::LearnError> {
        let n_rows = columns.first().map_or(0, |(_, column)| column.len());
        let mut seen = std::collections::HashSet::new();
        for (name, column) in &columns {
            if column.len() != n_rows {
                return Err(crate::LearnError::Shape(format!(
                    "column {name:?} has {} rows, expected {n_rows}",
                    column.len()
                )));
            }
            if !seen.insert(name.as_str()) {
                return Err(crate::LearnError::Shape(format!("column {name:?} appears twice")));
            }
        }
        let (names, columns) = columns.into_iter().unzip();
        Ok(Self { names, columns, n_rows })
    }

    /// The number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The columns' names, in order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.names.iter().position(|n| n == name).map(|i| &self.columns[i])
    }

    /// Names and columns, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.names.iter().map(String::as_str).zip(&self.columns)
    }

    /// The rows at `indices`, in that order (indices may repeat).
    #[must_use]
    pub fn take(&self, indices: &[usize]) -> Self {
        Self {
            names: self.names.clone(),
            columns: self.columns.iter().map(|column| column.take(indices)).collect(),
            n_rows: indices.len(),
        }
    }

    /// The same rows with one column replaced (used by permutation importance).
    #[must_use]
    pub fn with_column(mut self, name: &str, column: Column) -> Self {
        if let Some(i) = self.names.iter().position(|n| n == name) {
            debug_assert_eq!(column.len(), self.n_rows);
            self.columns[i] = column;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LearnError;

    #[test]
    fn missing_is_the_same_in_columns_and_requests() {
        for text in ["", "  ", "?", "NA", " n/a", "Null", "NaN"] {
            assert_eq!(Value::text(text), Value::Missing, "{text:?}");
            assert_eq!(Column::Text(vec![Some(Arc::from(text))]).value(0), Value::Missing, "{text:?}");
        }
        for text in ["none", "0", "-", "nano"] {
            assert_eq!(Value::text(text), Value::Text(text));
        }
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Column::Number(vec![number]).value(0), Value::Missing);
        }
        assert_eq!(Column::Boolean(vec![None]).value(0), Column::Datetime(vec![None]).value(0));
    }

    #[test]
    fn columns_must_fit_together() {
        let number = |n: usize| Column::Number(vec![1.0; n]);
        let frame = |columns: Vec<(&str, Column)>| {
            Frame::new(columns.into_iter().map(|(name, column)| (name.to_owned(), column)).collect())
        };
        let error = frame(vec![("a", number(2)), ("b", number(3))]).unwrap_err();
        assert_eq!(error, LearnError::Shape("column \"b\" has 3 rows, expected 2".to_owned()));
        assert!(frame(vec![("a", number(2)), ("a", number(2))]).is_err());
        let taken = frame(vec![("a", Column::Number(vec![1.0, 2.0, 3.0]))]).unwrap().take(&[2, 0, 2]);
        assert_eq!((taken.n_rows(), taken.column("a")), (3, Some(&Column::Number(vec![3.0, 1.0, 3.0]))));
    }
}
