//! Taking columns and rows out of data.

use std::sync::Arc;

use mlwright_python_syntax::ast::{Expr, ExprKind, Ident};
use mlwright_python_values::Context;
use mlwright_python_values::column::{Column, Columns};
use mlwright_python_values::info::Infos;
use mlwright_python_values::rows::{RowsId, Step};
use mlwright_python_values::value::{Data, DataKind, Dialect, Text, Value};
use mlwright_source_text::TextRange;

use super::names::is_own_name;
use super::rows::{integer, is_whole, n_rows_by};
use crate::interpreter::Interpreter;

impl Interpreter<'_> {
    /// An attribute of data that is worked out; `None` for what may be called.
    pub(crate) fn data_attribute(&mut self, object: &Value, data: &Arc<Data>, attribute: &Ident) -> Option<Value> {
        let name = &*attribute.name;
        let made = match name {
            "columns" | "feature_names" => {
                let columns = data.columns.clone();
                self.add_data(Data {
                    kind: DataKind::Index,
                    rows: RowsId::NONE,
                    columns,
                    infos: Infos::default(),
                    ..(**data).clone()
                })
            }
            "index" if data.kind != DataKind::Opaque => {
                let infos = data.all_infos();
                // The labels of a correlation table are names of columns.
                let names = data.rows == RowsId::NONE;
                let columns = if names { Columns::unknown() } else { Columns::default() };
                self.add_data(Data { kind: DataKind::Index, columns, infos, ..(**data).clone() })
            }
            "shape" => {
                let n_columns = (!data.columns.open).then_some(data.columns.list.len() as f64);
                let n_rows = data.length().map(|n_rows| n_rows as f64);
                Value::Tuple(Arc::new(vec![Value::Number(n_rows), Value::Number(n_columns)]))
            }
            "values" | "array" if data.kind == DataKind::Index && data.rows == RowsId::NONE => {
                self.add_data((**data).clone())
            }
            "values" | "array" => {
                self.add_data(Data { kind: DataKind::Array, dialect: Dialect::Numpy, ..(**data).clone() })
            }
            "T" => {
                // What were columns are rows now, which other columns of the same table are not.
                let rows = self.rows_from(Step::Derived { site: attribute.range }, data.rows, attribute.range);
                let infos = data.all_infos();
                self.add_data(Data { rows, columns: Columns::unknown(), infos, ..(**data).clone() })
            }
            "data" | "target" | "frame" | "features" | "targets" if data.kind == DataKind::Opaque => {
                self.opaque(data.rows, data.all_infos())
            }
            "size" | "ndim" | "height" | "width" | "empty" | "dtype" | "dtypes" | "name" => return None,
            _ if data.kind == DataKind::Grouped && data.columns.get(name).is_some() => {
                let key = Value::Str(Text { value: Some(attribute.name.clone()), origin: None });
                self.grouped_item(object, data, &key)
            }
            _ if matches!(data.kind, DataKind::Frame) && !is_own_name(name) => {
                if data.columns.get(name).is_none() && !data.columns.open {
                    return None;
                }
                self.column(object, data, &attribute.name, Some(attribute.range), None)
            }
            _ => return None,
        };
        Some(made)
    }

    /// One column as a series; makes it known where the frame may have more columns than are known.
    pub(crate) fn column(
        &mut self,
        object: &Value,
        data: &Arc<Data>,
        name: &Arc<str>,
        range: Option<TextRange>,
        origin: Option<mlwright_python_syntax::ast::ExprId>,
    ) -> Value {
        let column = self.find_column(object, data, name, range, origin);
        self.series_of(data, column)
    }

    pub(crate) fn series_of(&mut self, data: &Arc<Data>, column: impl Into<Arc<Column>>) -> Value {
        let infos = data.infos.clone();
        let grouped_by = if data.kind == DataKind::Grouped { Vec::new() } else { data.grouped_by.clone() };
        self.add_data(Data {
            kind: DataKind::Series,
            columns: Columns::closed([column]),
            infos,
            grouped_by,
            ..(**data).clone()
        })
    }

    /// A column by name: notes the use, and what of the frame was not known before.
    pub(crate) fn find_column(
        &mut self,
        object: &Value,
        data: &Arc<Data>,
        name: &Arc<str>,
        range: Option<TextRange>,
        origin: Option<mlwright_python_syntax::ast::ExprId>,
    ) -> Arc<Column> {
        self.note_context(origin, Context::Column(vec![data.clone()]));
        let known = data.columns.get(name).cloned();
        if let Some(range) = range.or_else(|| origin.and_then(|id| self.literal_range(id))) {
            let found = match &known {
                Some(column) => column.certain.then_some(true),
                None if data.columns.open || data.kind == DataKind::Opaque => None,
                // Many methods take names of the index for columns.
                None if data.grouped_by.contains(name) || data.grouped_by.iter().any(|name| name.is_empty()) => None,
                None => Some(false),
            };
            self.note_use(range, name, data, found, false);
        }
        if let Some(column) = known {
            return column;
        }
        let mut column = Column::named(name);
        if data.columns.open {
            if let Some(base) = data.columns.base.filter(|_| !data.columns.dropped.contains(name)) {
                column.origins = Arc::from([self.origin(base, name)]);
            }
            let column = Arc::new(column);
            self.change_data(object, |data| data.columns.set(column.clone()));
            return column;
        }
        Arc::new(column)
    }

    /// Where the text of a literal stands, without its quotes.
    pub(crate) fn literal_range(&self, id: mlwright_python_syntax::ast::ExprId) -> Option<TextRange> {
        let seen = self.flow.seen.get(id.0 as usize)?.as_ref()?;
        let text = seen.range.of(self.text);
        let quote = text.find(['"', '\''])?;
        let mark = text.as_bytes()[quote];
        let triple = text.as_bytes()[quote..].starts_with(&[mark, mark, mark]);
        let width = if triple { 3 } else { 1 };
        let (start, end) = (seen.range.start + (quote + width) as u32, seen.range.end.saturating_sub(width as u32));
        (start <= end).then(|| TextRange::new(start, end))
    }

    /// The texts in a value: one, or those of a list or of an index of columns; `None` where they are not all known.
    pub(crate) fn names_in(
        &self,
        value: &Value,
    ) -> Option<Vec<(Arc<str>, Option<mlwright_python_syntax::ast::ExprId>)>> {
        let one = |value: &Value| match value {
            Value::Str(Text { value: Some(text), origin }) => Some((text.clone(), *origin)),
            _ => None,
        };
        if let Some(name) = one(value) {
            return Some(vec![name]);
        }
        if let Some((items, open)) = self.state.items(value) {
            return if open { None } else { items.iter().map(one).collect() };
        }
        let data = self.data_of(value).filter(|data| data.kind == DataKind::Index && !data.columns.open)?;
        (!data.columns.list.is_empty()).then(|| data.columns.names().map(|name| (name.clone(), None)).collect())
    }

    /// `data[key]`.
    pub(crate) fn data_item(
        &mut self,
        object: &Value,
        data: &Arc<Data>,
        key: Value,
        index: &Expr,
        site: TextRange,
    ) -> Value {
        if data.kind == DataKind::Grouped {
            return self.grouped_item(object, data, &key);
        }
        if let ExprKind::Slice { lower, upper, step } = &*index.kind {
            return self.sliced(data, lower.as_ref(), upper.as_ref(), step.as_ref(), site);
        }
        if let (ExprKind::Tuple(parts), true) =
            (&*index.kind, matches!(data.kind, DataKind::Array | DataKind::Opaque | DataKind::Series))
        {
            let Some(first) = parts.first() else { return Value::Unknown };
            let first_key = match &key {
                Value::Tuple(keys) => keys.first().cloned().unwrap_or_default(),
                _ => Value::Unknown,
            };
            let rows = self.rows_by(data, &first_key, first, site);
            let columns =
                if parts.len() > 1 && is_whole(&parts[1]) { data.columns.clone() } else { Columns::unknown() };
            let n_rows = n_rows_by(data, &first_key);
            // What chose the columns is known to the result.
            let chosen = match &key {
                Value::Tuple(keys) => {
                    keys.iter().skip(1).fold(Infos::default(), |all, key| all.union(&self.infos_of(key)))
                }
                _ => Infos::default(),
            };
            let infos = data.all_infos().union(&chosen);
            let made = Data { rows, columns, n_rows, infos, ..(**data).clone() };
            return self.add_data(made);
        }
        if matches!(data.kind, DataKind::Frame | DataKind::Opaque | DataKind::Array) {
            if let Value::Str(Text { value: Some(name), origin }) = &key {
                return self.column(object, data, name, None, *origin);
            }
            if let Some(names) = self.names_in(&key) {
                return self.select_columns(object, data, &names);
            }
        }
        if let Value::Str(_) = key {
            let infos = data.all_infos();
            return self.add_data(Data {
                kind: DataKind::Series,
                columns: Columns::unknown(),
                infos,
                ..(**data).clone()
            });
        }
        if matches!(data.kind, DataKind::Frame | DataKind::Opaque) && self.state.items(&key).is_some() {
            // A list of names of which some are not known; those that are, are there. What chose them is known to the result.
            let infos = data.all_infos().union(&self.infos_of(&key));
            let mut columns = Columns { base: data.columns.base, ..Columns::unknown() };
            for name in self.known_names(&key) {
                let column = self.find_column(object, data, &name.0, None, name.1);
                columns.set(column);
            }
            columns.base = None;
            return self.add_data(Data { kind: data.kind, columns, infos, ..(**data).clone() });
        }
        match (&data.kind, &key) {
            (DataKind::Index, Value::Number(_)) => {
                if let (Value::Number(Some(position)), false) = (&key, data.columns.open) {
                    let length = data.columns.list.len() as f64;
                    let position = if *position < 0.0 { length + position } else { *position };
                    if let Some(column) = data.columns.list.get(position as usize) {
                        return Value::text(&column.name);
                    }
                }
                Value::Unknown
            }
            (DataKind::Index, _) if data.rows == RowsId::NONE => {
                // Names chosen by a condition over names.
                let columns = Columns { open: true, ..Columns::default() };
                let infos = data.all_infos().union(&self.infos_of(&key));
                self.add_data(Data { columns, infos, ..(**data).clone() })
            }
            (DataKind::Statistic, _) => self.add_data((**data).clone()),
            _ => {
                let rows = self.rows_by(data, &key, index, site);
                let by_names = self.data_of(&key).filter(|key| {
                    let is_index = key.kind == DataKind::Index
                        && (key.rows == RowsId::NONE
                            || (data.kind == DataKind::Frame && key.dialect == Dialect::Pandas));
                    // What is of no rows chooses no rows.
                    is_index
                        || key.rows == RowsId::NONE
                            && !matches!(key.kind, DataKind::Index | DataKind::Mask)
                            && matches!(data.kind, DataKind::Frame | DataKind::Opaque)
                            && !key.all_infos().is_empty()
                });
                match by_names {
                    Some(names) => {
                        // Columns by an index whose names are not all known: what chose them is known to the result.
                        let infos = data.all_infos().union(&names.all_infos());
                        self.add_data(Data { columns: Columns::unknown(), infos, ..(**data).clone() })
                    }
                    None => {
                        let unclear = matches!(key, Value::Unknown | Value::Method(_));
                        let kind = if unclear && data.kind == DataKind::Frame { DataKind::Opaque } else { data.kind };
                        let columns = if unclear { Columns::unknown() } else { data.columns.clone() };
                        let infos = if unclear { data.all_infos() } else { data.infos.clone() };
                        let n_rows = n_rows_by(data, &key);
                        self.add_data(Data { kind, rows, columns, infos, n_rows, ..(**data).clone() })
                    }
                }
            }
        }
    }

    fn known_names(&self, value: &Value) -> Vec<(Arc<str>, Option<mlwright_python_syntax::ast::ExprId>)> {
        let items = self.state.items(value).map(|(items, _)| items).unwrap_or_default();
        items
            .into_iter()
            .filter_map(|item| match item {
                Value::Str(Text { value: Some(text), origin }) => Some((text, origin)),
                _ => None,
            })
            .collect()
    }

    /// A frame of some of the columns.
    pub(crate) fn select_columns(
        &mut self,
        object: &Value,
        data: &Arc<Data>,
        names: &[(Arc<str>, Option<mlwright_python_syntax::ast::ExprId>)],
    ) -> Value {
        let mut list = Vec::with_capacity(names.len());
        for (name, origin) in names {
            list.push(self.find_column(object, data, name, None, *origin));
        }
        let kind = if data.kind == DataKind::Opaque { DataKind::Frame } else { data.kind };
        self.add_data(Data { kind, columns: Columns::closed(list), ..(**data).clone() })
    }

    /// `data.loc[key]` and the like.
    pub(crate) fn indexer(&mut self, object: &Value, name: &str, key: Value, index: &Expr, site: TextRange) -> Value {
        let Some(data) = self.data_of(object) else { return Value::Unknown };
        if !matches!(name, "loc" | "iloc" | "at" | "iat" | "ix") {
            // `df.column[…]`: a column by attribute of a frame of which little is known.
            let series = self.column(object, &data, &name.into(), None, None);
            let Some(data) = self.data_of(&series) else { return Value::Unknown };
            return self.data_item(&series, &data, key, index, site);
        }
        let (row_expr, column_expr) = match &*index.kind {
            ExprKind::Tuple(parts) if parts.len() == 2 => (&parts[0], Some(&parts[1])),
            _ => (index, None),
        };
        let (row_key, column_key) = match &key {
            Value::Tuple(keys) if column_expr.is_some() => (keys[0].clone(), Some(keys[1].clone())),
            _ => (key, None),
        };
        let rows = self.rows_by(&data, &row_key, row_expr, site);
        let n_rows = if rows == data.rows { data.n_rows } else { None };
        let rowed = Data { rows, n_rows, ..(*data).clone() };
        let Some((column_key, column_expr)) = column_key.zip(column_expr) else { return self.add_data(rowed) };
        if is_whole(column_expr) {
            return self.add_data(rowed);
        }
        let rowed = Arc::new(rowed);
        if name == "iloc" || name == "iat" {
            let made = self.columns_by_position(&rowed, column_expr);
            let chosen = self.infos_of(&column_key);
            if !chosen.is_empty() {
                self.change_data(&made, |data| data.infos = data.infos.union(&chosen));
            }
            return made;
        }
        // Of an index of several levels the second key may be of its second level.
        if data.grouped_by.len() > 1
            && self
                .names_in(&column_key)
                .is_none_or(|names| names.iter().any(|(name, _)| data.columns.get(name).is_none()))
        {
            let infos = rowed.all_infos();
            return self.add_data(Data {
                kind: DataKind::Opaque,
                columns: Columns::unknown(),
                infos,
                ..(*rowed).clone()
            });
        }
        if let Value::Str(Text { value: Some(name), origin }) = &column_key {
            // Two labels may be those of two levels of the index.
            if matches!(row_key, Value::Str(_) | Value::Tuple(_)) && data.columns.get(name).is_none() {
                self.note_context(*origin, Context::Column(vec![data.clone()]));
                let infos = data.all_infos();
                return self.add_data(Data { columns: Columns::unknown(), infos, ..(*rowed).clone() });
            }
            let column = self.find_column(object, &data, name, None, *origin);
            return self.series_of(&rowed, column);
        }
        match self.names_in(&column_key) {
            Some(names) => {
                let mut list = Vec::new();
                for (name, origin) in &names {
                    list.push(self.find_column(object, &data, name, None, *origin));
                }
                self.add_data(Data { columns: Columns::closed(list), ..(*rowed).clone() })
            }
            None => {
                if let ExprKind::Slice { lower, upper, .. } = &*column_expr.kind
                    && self.elsewhere.is_none()
                {
                    for end in [lower, upper].into_iter().flatten().filter(|end| matches!(&*end.kind, ExprKind::Str(_)))
                    {
                        self.note_context(Some(end.id), Context::Column(vec![data.clone()]));
                    }
                }
                let columns = match &*column_expr.kind {
                    ExprKind::Slice { lower, upper, step: None } => {
                        self.columns_between(&rowed, lower.as_ref(), upper.as_ref())
                    }
                    _ => Columns::unknown(),
                };
                let infos = rowed.all_infos().union(&self.infos_of(&column_key));
                self.add_data(Data { columns, infos, ..(*rowed).clone() })
            }
        }
    }

    /// `loc[:, "from":"to"]`.
    fn columns_between(&self, data: &Data, lower: Option<&Expr>, upper: Option<&Expr>) -> Columns {
        if data.columns.open {
            return Columns::unknown();
        }
        let place = |bound: Option<&Expr>, default: usize| match bound {
            None => Some(default),
            Some(expr) => match &*expr.kind {
                ExprKind::Str(literal) => data.columns.names().position(|name| *name == literal.value),
                _ => None,
            },
        };
        let n_columns = data.columns.list.len();
        match (place(lower, 0), place(upper, n_columns.saturating_sub(1))) {
            (Some(from), Some(to)) if from <= to && to < n_columns => {
                Columns::closed(data.columns.list[from..=to].to_vec())
            }
            _ => Columns::unknown(),
        }
    }

    /// `iloc[:, …]`.
    fn columns_by_position(&mut self, data: &Arc<Data>, expr: &Expr) -> Value {
        let list = &data.columns.list;
        let place = |position: i64| {
            let position = if position < 0 { list.len() as i64 + position } else { position };
            (0..=list.len() as i64).contains(&position).then_some(position as usize)
        };
        let closed = !data.columns.open;
        match &*expr.kind {
            _ if integer(expr).is_some() => {
                let column =
                    integer(expr).and_then(place).filter(|_| closed).and_then(|position| list.get(position)).cloned();
                match column {
                    Some(column) => self.series_of(data, column),
                    None => {
                        let infos = data.all_infos();
                        self.add_data(Data {
                            kind: DataKind::Series,
                            columns: Columns::unknown(),
                            infos,
                            ..(**data).clone()
                        })
                    }
                }
            }
            ExprKind::Slice { lower, upper, step: None } if closed => {
                let end = |bound: &Option<Expr>, default: usize| match bound {
                    None => Some(default),
                    Some(expr) => integer(expr).and_then(place),
                };
                let columns = match (end(lower, 0), end(upper, list.len())) {
                    (Some(from), Some(to)) if from <= to => Columns::closed(list[from..to].to_vec()),
                    _ => Columns::unknown(),
                };
                self.add_data(Data { columns, ..(**data).clone() })
            }
            _ => {
                let infos = data.all_infos();
                self.add_data(Data { columns: Columns::unknown(), infos, ..(**data).clone() })
            }
        }
    }
}
