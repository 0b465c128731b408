//! Expressions over columns, as polars has them: what they read and do, before a frame is named.

use std::sync::Arc;

use mlwright_python_syntax::ast::ExprId;
use mlwright_source_text::{Dtype, TextRange};

use super::value::{Data, Value};

/// A name of a column with the literal that it stands in.
pub type ColumnName = (Arc<str>, Option<ExprId>);

/// How columns are made from those of a frame that is not known yet: `pl.col("a").mean()`.
#[derive(Debug, Clone)]
pub enum Recipe {
    /// These columns.
    Columns(Vec<ColumnName>),
    /// All columns but these.
    AllBut(Vec<ColumnName>),
    /// Columns chosen by type, pattern or place: which is not worked out.
    Chosen,
    /// A constant.
    Constant(Value),
    /// A column that is already there.
    Series(Arc<Data>),
    /// Several, element by element: named like the first. The type, where it is certain.
    Combined { parts: Vec<Arc<Recipe>>, dtype: Dtype },
    /// Several, made into one column: named like the first.
    Folded { parts: Vec<Arc<Recipe>>, dtype: Dtype },
    /// `when(…)` that waits for its `then(…)`.
    Condition(Vec<Arc<Recipe>>),
    /// Another recipe with something done to what it makes.
    Changed { inner: Arc<Recipe>, change: Change },
}

/// What is done to the columns of a [`Recipe`].
#[derive(Debug, Clone)]
pub enum Change {
    /// Another name, with the literal that it stands in.
    Name(ColumnName),
    /// Another name that is not known.
    SomeName,
    /// A text put before or after each name.
    Affix { before: Arc<str>, after: Arc<str> },
    /// Each name in lower, or upper, case.
    Case { upper: bool },
    /// The names that the columns had in the frame.
    KeepName,
    /// Values of another type, each from its own row.
    Dtype(Dtype),
    /// One value for all rows, or for all of a group, which knows them; the type, where it is not that of the values.
    Statistic { what: Arc<str>, site: TextRange, dtype: Dtype },
    /// One value that says nothing of the others: a count, the first; the type, where it is not that of the values.
    Single(Dtype),
    /// Values that know all rows, one for each: ranks.
    Ranking { what: Arc<str>, site: TextRange },
    /// Values of earlier rows.
    Lagged,
    /// Values computed from the row's and earlier ones.
    Trailing,
    /// Values of later rows.
    Ahead { what: Arc<str>, site: TextRange },
    /// Computed within groups of these columns: as many values as rows.
    Over(Vec<Arc<Recipe>>),
    /// Other rows: some of them, or in another order, so that the length is another.
    Rows,
    /// Columns whose names and number are not known.
    Scattered,
}
