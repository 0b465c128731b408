//! Changing data in place: new columns, changed values, dropped columns.

use std::sync::Arc;

use mlwright_python_syntax::ast::{BinaryOperator, Expr, ExprKind, Ident};
use mlwright_python_values::Context;
use mlwright_python_values::column::{Column, Columns, union};
use mlwright_python_values::info::Infos;
use mlwright_python_values::rows::{Relation, Step};
use mlwright_python_values::value::{Data, DataKind, Dialect, Object, Text, Value};
use mlwright_source_text::{Dtype, TextRange};

use crate::interpreter::Interpreter;

/// Whether a key is a text as it stands in the script, rather than one that is put together.
fn is_literal(key: &Value) -> bool {
    matches!(key, Value::Str(Text { origin: Some(_), .. }))
}

impl Interpreter<'_> {
    /// `object[key] = value`.
    pub(crate) fn set_item(&mut self, object: &Value, key: &Value, index: &Expr, value: Value, site: TextRange) {
        let value = self.marked(value);
        if let Some((id, dict)) = self.state.dict(object) {
            if self.collects_words(id, key) {
                self.count_words(id, key, site);
                return;
            }
            let mut dict = dict.clone();
            let changed = Arc::make_mut(&mut dict);
            match changed.entries.iter_mut().find(|(known, _)| known.same(key)) {
                Some((_, known)) => *known = value,
                None => changed.entries.push((key.clone(), value)),
            }
            changed.open |= self.n_partial_loops > 0 && !is_literal(key);
            self.state.set(id, Object::Dict(dict));
            return;
        }
        if let Some((id, list)) = self.state.list(object) {
            let mut list = list.clone();
            let changed = Arc::make_mut(&mut list);
            match key {
                Value::Number(Some(position)) if *position >= 0.0 && (*position as usize) < changed.items.len() => {
                    changed.items[*position as usize] = value;
                }
                _ => changed.open = true,
            }
            self.state.set(id, Object::List(list));
            return;
        }
        // `df.loc[rows, columns] = value`
        if let Value::Method(bound) = object {
            let (frame, _) = &**bound;
            if let Some(data) = self.data_of(frame) {
                let column = match (&*index.kind, key) {
                    (ExprKind::Tuple(parts), Value::Tuple(keys)) if parts.len() == 2 => {
                        Some((keys[1].clone(), parts[1].range))
                    }
                    _ => None,
                };
                self.set_some_values(frame, &data, column.map(|(key, _)| key), &value);
            }
            return;
        }
        self.mark_by_word(object, key);
        let Some(data) = self.data_of(object) else { return };
        match key {
            Value::Str(Text { value: Some(name), origin }) => {
                let range = origin.and_then(|id| self.literal_range(id)).unwrap_or(index.range);
                self.set_column(object, &data, name, &value, range, *origin);
            }
            _ => match self.names_in(key).filter(|_| matches!(data.kind, DataKind::Frame | DataKind::Opaque)) {
                Some(names) => {
                    for (name, origin) in names {
                        let range = origin.and_then(|id| self.literal_range(id)).unwrap_or(index.range);
                        let Some(data) = self.data_of(object) else { return };
                        self.set_column(object, &data, &name, &value, range, origin);
                    }
                }
                None => {
                    self.set_some_values(object, &data, None, &value);
                    // Rows are chosen by a mask or a slice; whatever else it is may be a name.
                    let chooses_rows =
                        self.data_of(key).is_some_and(|key| !matches!(key.kind, DataKind::Index | DataKind::Opaque));
                    if !chooses_rows && !matches!(&*index.kind, ExprKind::Slice { .. }) {
                        self.change_data(object, |data| data.columns.open = true);
                    }
                }
            },
        }
        if self.n_partial_loops > 0 && !is_literal(key) && self.names_in(key).is_some() {
            self.change_data(object, |data| data.columns.open = true);
        }
        let _ = site;
    }

    /// Some values of a column, or of any column, are replaced.
    fn set_some_values(&mut self, object: &Value, data: &Arc<Data>, columns: Option<Value>, value: &Value) {
        let infos = self.infos_of(value);
        let names = columns.as_ref().and_then(|columns| self.names_in(columns));
        for (name, origin) in names.iter().flatten() {
            if data.columns.get(name).is_none() && !data.columns.open {
                let range = origin.and_then(|id| self.literal_range(id));
                if let Some(range) = range {
                    self.set_column(object, data, name, &Value::Unknown, range, *origin);
                }
            } else {
                self.find_column(object, data, name, None, *origin);
            }
        }
        let opens = columns.is_some() && names.is_none();
        self.change_data(object, |data| {
            match &names {
                Some(names) => {
                    for (name, _) in names {
                        if let Some(column) = data.columns.get(name) {
                            let column = Column {
                                infos: column.infos.union(&infos),
                                dtype: Dtype::Unknown,
                                ..Column::clone(column)
                            };
                            data.columns.set(column);
                        }
                    }
                }
                None => data.infos = data.infos.union(&infos),
            }
            data.columns.open |= opens;
        });
    }

    /// A column is made or replaced.
    pub(crate) fn set_column(
        &mut self,
        object: &Value,
        data: &Arc<Data>,
        name: &Arc<str>,
        value: &Value,
        range: TextRange,
        origin: Option<mlwright_python_syntax::ast::ExprId>,
    ) {
        self.note_context(origin, Context::Column(vec![data.clone()]));
        let column = self.column_from(name, value, Some(range));
        let lagged = self.data_of(value).is_some_and(|value| value.by_time);
        let rows = self.data_of(value).filter(|value| value.kind != DataKind::Statistic).map(|value| value.rows);
        self.note_use(range, name, data, None, true);
        self.change_data(object, |data| {
            if data.kind == DataKind::Opaque && data.dialect == Dialect::Pandas {
                data.kind = DataKind::Frame;
            }
            // A frame that was made empty has the rows of what is put into it first.
            if let Some(rows) = rows.filter(|_| data.columns.list.is_empty() && !data.columns.open) {
                data.rows = rows;
            }
            data.columns.set(column);
            data.by_time |= lagged;
        });
    }

    /// A column of this name with a value's values.
    pub(crate) fn column_from(&mut self, name: &Arc<str>, value: &Value, made: Option<TextRange>) -> Column {
        let dtype = match value {
            Value::Bool(_) => Dtype::Boolean,
            Value::Number(Some(number)) if number.fract() == 0.0 => Dtype::Integer,
            Value::Number(_) => Dtype::Float,
            Value::Str(_) => Dtype::String,
            _ => Dtype::Unknown,
        };
        let mut column = Column { made, dtype, ..Column::named(name) };
        if let Some(data) = self.data_of(value) {
            column.infos = data.all_infos();
            column.origins =
                data.columns.list.iter().fold(Arc::from([]), |origins, column| union(&origins, &column.origins));
            column.dtype = match (&data.kind, &data.columns.list[..]) {
                (DataKind::Mask, _) => Dtype::Boolean,
                (_, [only]) => only.dtype,
                _ => Dtype::Unknown,
            };
        } else {
            column.infos = self.infos_of(value);
        }
        column
    }

    /// `df.column = value`.
    pub(crate) fn set_data_attribute(&mut self, object: &Value, attribute: &Ident, value: Value) {
        let Some(data) = self.data_of(object) else { return };
        if data.kind == DataKind::Index && matches!(&*attribute.name, "name" | "names") {
            self.name_index(attribute, &value);
        } else if &*attribute.name == "columns" {
            self.rename_all(object, &data, &value);
        } else if data.columns.get(&attribute.name).is_some() && data.kind == DataKind::Frame {
            self.set_column(object, &data, &attribute.name, &value, attribute.range, None);
        }
    }

    /// `df.index.name = value`: the frame whose index it is, is what stands before `.index.`.
    fn name_index(&mut self, attribute: &Ident, value: &Value) {
        const BETWEEN: &str = ".index.";
        let Some(end) = attribute.range.start.checked_sub(BETWEEN.len() as u32).filter(|_| self.elsewhere.is_none())
        else {
            return;
        };
        if TextRange::new(end, attribute.range.start).of(self.text) != BETWEEN {
            return;
        }
        let frame = self.flow.seen.iter().flatten().find(|seen| seen.range.end == end && seen.data().is_some());
        let Some(frame) = frame.map(|seen| seen.value.clone()) else { return };
        let names = self
            .names_in(value)
            .map_or_else(|| vec!["".into()], |names| names.into_iter().map(|(name, _)| name).collect());
        self.change_data(&frame, |data| data.grouped_by = names);
    }

    /// `df.columns = names`.
    pub(crate) fn rename_all(&mut self, object: &Value, data: &Arc<Data>, names: &Value) {
        let names = self.names_in(names);
        let columns = match names {
            Some(names) if !data.columns.open && names.len() == data.columns.list.len() => {
                let renamed = data
                    .columns
                    .list
                    .iter()
                    .zip(&names)
                    .map(|(column, (name, _))| Column { name: name.clone(), ..Column::clone(column) });
                Columns::closed(renamed)
            }
            Some(names) if data.columns.open => {
                let infos = data.all_infos();
                Columns::closed(names.iter().map(|(name, _)| Column { infos: infos.clone(), ..Column::named(name) }))
            }
            _ => Columns { base: None, ..Columns::unknown() },
        };
        self.change_data(object, |data| data.columns = columns);
    }

    /// Drops columns, in place or from a copy, and gives the data without them.
    pub(crate) fn drop_columns(&mut self, object: &Value, key: &Value, _index: Option<&Expr>, in_place: bool) -> Value {
        let Some(data) = self.data_of(object) else { return Value::Unknown };
        let names = self.names_in(key);
        let mut columns = data.columns.clone();
        match &names {
            Some(names) => {
                for (name, origin) in names {
                    self.find_column(object, &data, name, None, *origin);
                    columns.remove(name);
                }
            }
            // Which are left is not known: those that are listed may be gone.
            None => {
                columns = Columns { open: true, base: None, ..Columns::default() };
            }
        }
        let kind = if data.kind == DataKind::Opaque && names.is_some() { DataKind::Frame } else { data.kind };
        let infos = if names.is_some() { data.infos.clone() } else { data.all_infos() };
        let infos = infos.union(&self.infos_of(key)).union(&self.tested());
        let made = Data { kind, columns, infos, ..(*data).clone() };
        if in_place {
            self.change_data(object, |data| *data = made);
            Value::None
        } else {
            self.add_data(made)
        }
    }

    /// `left operator right` where one is data.
    pub(crate) fn data_operation(
        &mut self,
        left: &Value,
        operator: BinaryOperator,
        right: &Value,
        site: TextRange,
    ) -> Value {
        if let (BinaryOperator::Add, Some(a), Some(b)) = (operator, self.data_of(left), self.data_of(right))
            && a.kind == DataKind::Opaque
            && b.kind == DataKind::Opaque
            && self.flow.rows.relation(a.rows, b.rows) == Relation::Disjoint
        {
            // Other rows are not added up: these are lists, one after the other.
            let site = self.site(site);
            let rows = self.add_rows(Step::Union, vec![a.rows, b.rows], site);
            return self.opaque(rows, a.all_infos().union(&b.all_infos()));
        }
        let kinds = [left, right].map(|value| self.data_of(value).map(|data| data.kind));
        let kind = match kinds {
            [Some(DataKind::Mask), Some(DataKind::Mask)] => Some(DataKind::Mask),
            [Some(DataKind::Mask), _] | [_, Some(DataKind::Mask)] => Some(DataKind::Series),
            [Some(DataKind::Frame), _] | [_, Some(DataKind::Frame)] => Some(DataKind::Frame),
            _ => None,
        };
        self.combined(&[left, right], kind)
    }

    /// `frame["column"].fillna(…, inplace=True)`: what becomes of the column becomes of the frame (before pandas 3).
    pub(crate) fn write_back(&mut self, call: &crate::arguments::Call<'_>, changed: &Value) {
        let ExprKind::Call { function, .. } = &*call.expr.kind else { return };
        let ExprKind::Attribute { value: series, .. } = &*function.kind else { return };
        let (ExprKind::Subscript { value: frame, .. } | ExprKind::Attribute { value: frame, .. }) = &*series.kind
        else {
            return;
        };
        if self.elsewhere.is_some() {
            return;
        }
        let Some(frame) = self.flow.at(frame.id).map(|seen| seen.value.clone()) else { return };
        let Some(whole) = self.data_of(&frame).filter(|data| matches!(data.kind, DataKind::Frame | DataKind::Opaque))
        else {
            return;
        };
        let Some(data) = self.data_of(changed) else { return };
        for column in data.columns.list.iter().filter(|column| !column.name.is_empty()) {
            if let Some(known) = whole.columns.get(&column.name) {
                let infos = known.infos.union(&column.infos).union(&data.infos);
                let column = Column { infos, table: None, ..Column::clone(known) };
                self.change_data(&frame, |data| data.columns.set(column));
            }
        }
    }

    /// Whether `expr`, whose item is set, is a new frame or series made of a frame: `df[mask]`, `df.loc[rows]`, `df.query(…)`,
    /// `df.column`. What is set there does not reach the frame.
    pub(crate) fn is_copy_of_frame(&self, expr: &Expr, value: &Value) -> bool {
        let Some(data) = self.data_of(value).filter(|data| data.dialect == Dialect::Pandas) else { return false };
        if !matches!(data.kind, DataKind::Frame | DataKind::Series) {
            return false;
        }
        let frame = |expr: &Expr| {
            let seen = self.flow.at(expr.id).filter(|_| self.elsewhere.is_none());
            seen.and_then(|seen| seen.data())
                .is_some_and(|data| data.kind == DataKind::Frame && data.dialect == Dialect::Pandas)
        };
        match &*expr.kind {
            ExprKind::Subscript { value, .. } => match &*value.kind {
                ExprKind::Attribute { value, attribute } => matches!(&*attribute.name, "loc" | "iloc") && frame(value),
                _ => frame(value),
            },
            ExprKind::Attribute { value, .. } => frame(value),
            ExprKind::Call { function, .. } => match &*function.kind {
                ExprKind::Attribute { value, attribute } => {
                    matches!(
                        &*attribute.name,
                        "query" | "head" | "tail" | "dropna" | "sample" | "filter" | "copy" | "fillna" | "drop"
                    ) && frame(value)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Series, frame or array with other values: the same rows, all knowledge, columns as they are or unknown.
    pub(crate) fn changed(&mut self, data: &Data, more: Infos) -> Value {
        let mut columns = data.columns.clone();
        if columns.list.iter().any(|column| column.table.is_some()) {
            for column in Arc::make_mut(&mut columns.list).iter_mut().filter(|column| column.table.is_some()) {
                Arc::make_mut(column).table = None;
            }
        }
        self.add_data(Data { columns, infos: data.infos.union(&more), ..data.clone() })
    }
}
