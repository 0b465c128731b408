//! Which rows a key, a slice or a condition takes.

use std::sync::Arc;

use mlwright_python_syntax::ast::{Expr, ExprKind, UnaryOperator};
use mlwright_python_values::column::Columns;
use mlwright_python_values::rows::{Bound, RowsId, Step};
use mlwright_python_values::value::{Data, DataKind, Value};
use mlwright_source_text::TextRange;

use crate::interpreter::Interpreter;

impl Interpreter<'_> {
    /// The rows that a key chooses.
    pub(crate) fn rows_by(&mut self, data: &Arc<Data>, key: &Value, index: &Expr, site: TextRange) -> RowsId {
        if let ExprKind::Slice { lower, upper, step } = &*index.kind {
            return self.rows_sliced(data, lower.as_ref(), upper.as_ref(), step.as_ref(), site);
        }
        if let Some(chosen) = self.data_of(key) {
            // Rows by the labels or positions of other data that came from these rows: a fold, `X_train.index`.
            let positions =
                matches!(chosen.kind, DataKind::Index | DataKind::Array | DataKind::Series | DataKind::Opaque);
            if positions && chosen.rows != RowsId::NONE && chosen.rows != data.rows {
                return chosen.rows;
            }
            if chosen.kind == DataKind::Mask && self.drawn.contains(&chosen.rows) {
                // `np.random.rand(len(df)) < 0.8`: drawn, not a condition on the rows; what is not drawn is the other part.
                let split = self.split_number(Some(u64::from(chosen.rows.0) << 8 | 0x77));
                let part = u32::from(is_negated(index));
                return self.rows_from(Step::Part { split, part }, data.rows, site);
            }
            if chosen.kind == DataKind::Index && chosen.rows == data.rows {
                return data.rows;
            }
        }
        let conditions = self.conditions(index);
        self.rows_from(Step::Filter { key: self.condition_key(index), conditions }, data.rows, site)
    }

    fn rows_sliced(
        &mut self,
        data: &Arc<Data>,
        lower: Option<&Expr>,
        upper: Option<&Expr>,
        step: Option<&Expr>,
        site: TextRange,
    ) -> RowsId {
        if lower.is_none() && upper.is_none() {
            return data.rows;
        }
        if step.is_some() {
            let key = self.text_hash(site);
            return self.rows_from(Step::filter(key), data.rows, site);
        }
        let lower = self.bound(lower);
        let upper = self.bound(upper);
        self.rows_from(Step::Slice { lower, upper }, data.rows, site)
    }

    /// The step from rows to those between two bounds.
    pub(crate) fn slice_between(&self, lower: Option<&Expr>, upper: Option<&Expr>) -> Step {
        Step::Slice { lower: self.bound(lower), upper: self.bound(upper) }
    }

    fn bound(&self, bound: Option<&Expr>) -> Bound {
        let Some(expr) = bound else { return Bound::Open };
        if let Some(position) = integer(expr) {
            return Bound::At(position);
        }
        match self.flow.at(expr.id).map(|seen| &seen.value) {
            Some(Value::Number(Some(number))) if self.elsewhere.is_none() && number.fract() == 0.0 => {
                Bound::At(*number as i64)
            }
            _ => Bound::Expression(self.text_hash(expr.range)),
        }
    }

    pub(crate) fn sliced(
        &mut self,
        data: &Arc<Data>,
        lower: Option<&Expr>,
        upper: Option<&Expr>,
        step: Option<&Expr>,
        site: TextRange,
    ) -> Value {
        if data.kind == DataKind::Index && data.rows == RowsId::NONE {
            // Names of columns from one position to another.
            let end = |bound: Option<&Expr>, default: i64| bound.map_or(Some(default), integer);
            let length = data.columns.list.len() as i64;
            let place =
                |position: i64| if position < 0 { length + position } else { position }.clamp(0, length) as usize;
            let columns = match (end(lower, 0), end(upper, length), step) {
                (Some(from), Some(to), None) if !data.columns.open && place(from) <= place(to) => {
                    Columns::closed(data.columns.list[place(from)..place(to)].to_vec())
                }
                _ => Columns::unknown(),
            };
            return self.add_data(Data { columns, ..(**data).clone() });
        }
        let rows = self.rows_sliced(data, lower, upper, step, site);
        let n_rows = if rows == data.rows { data.n_rows } else { None };
        self.add_data(Data { rows, n_rows, ..(**data).clone() })
    }

    /// A truth value a row.
    pub(crate) fn mask(&mut self, data: &Arc<Data>, values: &[Value], _site: TextRange) -> Value {
        let all: Vec<&Value> = values.iter().collect();
        let names = data.kind == DataKind::Index && data.rows == RowsId::NONE;
        let made = self.combined(&all, Some(if names { DataKind::Index } else { DataKind::Mask }));
        self.note_edges(&made, values);
        made
    }
}

/// How many rows of an array a key takes, where that is known: a number takes one.
pub(super) fn n_rows_by(data: &Data, key: &Value) -> Option<u64> {
    (data.kind == DataKind::Array && matches!(key, Value::Number(_))).then_some(1)
}

/// `~mask`, `-mask`, `mask == False`, `np.logical_not(mask)`.
pub(super) fn is_negated(index: &Expr) -> bool {
    match &*index.kind {
        ExprKind::Unary { operator: UnaryOperator::Minus | UnaryOperator::Invert, .. } => true,
        ExprKind::Compare { rest, .. } => {
            rest.iter().any(|(_, operand)| matches!(&*operand.kind, ExprKind::Bool(false) | ExprKind::Integer(Some(0))))
        }
        ExprKind::Call { function, .. } => {
            matches!(&*function.kind, ExprKind::Attribute { attribute, .. } if matches!(&*attribute.name, "logical_not" | "invert"))
        }
        _ => false,
    }
}

/// `:` alone.
pub(super) fn is_whole(expr: &Expr) -> bool {
    matches!(&*expr.kind, ExprKind::Slice { lower: None, upper: None, step: None })
}

/// A literal integer, with its sign.
pub(super) fn integer(expr: &Expr) -> Option<i64> {
    match &*expr.kind {
        ExprKind::Integer(value) => *value,
        ExprKind::Unary { operator: UnaryOperator::Minus, operand } => match &*operand.kind {
            ExprKind::Integer(value) => value.map(|value| -value),
            _ => None,
        },
        _ => None,
    }
}
