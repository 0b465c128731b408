//! Grouped frames and windows.

use std::sync::Arc;

use mlwright_python_values::column::{Column, Columns};
use mlwright_python_values::info::InfoKind;
use mlwright_python_values::rows::Step;
use mlwright_python_values::value::{Data, DataKind, Value};
use mlwright_source_text::Dtype;

use super::methods::use_columns;
use super::read::statistic;
use crate::arguments::Call;
use crate::interpreter::Interpreter;

pub(super) fn groupby(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let grouped_by = use_columns(cx, object, data, call.get(0, "by"));
    let data = cx.data_of(object).unwrap_or_else(|| data.clone());
    let known = !grouped_by.is_empty();
    if let [key] = &grouped_by[..]
        && let Some((table, column)) = data.columns.get(key).and_then(|column| column.table.clone())
    {
        let site = cx.site(call.range());
        cx.flow.groups.push(mlwright_python_values::Group { site, rows: data.rows, table, column });
    }
    let columns = if known { data.columns.clone() } else { Columns { base: None, open: true, ..data.columns.clone() } };
    let keys_stay = call.flag("as_index") == Some(false);
    cx.add_data(Data { kind: DataKind::Grouped, columns, grouped_by, keys_stay, ..(*data).clone() })
}

impl Interpreter<'_> {
    /// `grouped["column"]`, `grouped[["a", "b"]]`.
    pub(crate) fn grouped_item(&mut self, object: &Value, data: &Arc<Data>, key: &Value) -> Value {
        let Some(names) = self.names_in(key) else { return self.add_data((**data).clone()) };
        let mut list: Vec<Arc<Column>> = Vec::new();
        for (name, origin) in &names {
            list.push(self.find_column(object, data, name, None, *origin));
        }
        for key in &data.grouped_by {
            if let Some(column) =
                data.columns.get(key).filter(|column| list.iter().all(|other| other.name != column.name))
            {
                list.push(column.clone());
            }
        }
        self.add_data(Data { columns: Columns::closed(list), ..(**data).clone() })
    }
}

/// An aggregation, or a computation within groups.
pub(super) fn grouped_method(
    cx: &mut Interpreter<'_>,
    object: &Value,
    data: &Arc<Data>,
    name: &str,
    call: &Call<'_>,
) -> Value {
    match name {
        "transform" | "cumsum" | "cumcount" | "rank" | "ffill" | "bfill" | "shift" | "diff" | "fillna"
        | "pct_change" | "ngroup" | "cummax" | "cummin" => {
            // What a function makes of a group's rows one by one, or of those before each, says nothing of the group.
            let mut by_rows = false;
            if let Some(function @ (Value::Lambda(..) | Value::Function(..))) =
                call.positional(0).map(|argument| argument.value.clone())
            {
                let values = cx.add_data(Data { kind: DataKind::Series, ..(**data).clone() });
                let made = cx.call_with(&function, &[values], call);
                let known = data.all_infos();
                by_rows = cx.data_of(&made).is_some_and(|made| made.all_infos() == known);
            }
            let learns = matches!(name, "transform" | "rank") && !by_rows;
            let infos = if learns {
                cx.learn(data.rows, call.range(), &format!("groupby().{name}"), InfoKind::Statistic)
            } else if name == "bfill"
                || (name == "shift"
                    && matches!(call.value(0, "periods"), Value::Number(Some(periods)) if periods < 0.0))
            {
                super::methods::future(cx, data, name, call);
                cx.learn(data.rows, call.range(), name, InfoKind::Future)
            } else {
                Default::default()
            };
            let own: Vec<Arc<Column>> =
                data.columns.list.iter().filter(|column| !data.grouped_by.contains(&column.name)).cloned().collect();
            let kind = if own.len() == 1 && !data.columns.open { DataKind::Series } else { DataKind::Frame };
            let columns = Columns { list: Arc::new(own), ..data.columns.clone() };
            // What is computed over a group is knowledge of rows, not the rows' own values.
            let mut columns = columns;
            columns.change_each(|column| column.origins = Arc::default());
            let by_time = data.by_time || matches!(name, "shift" | "diff" | "pct_change");
            cx.add_data(Data {
                kind,
                columns,
                by_time,
                infos: data.infos.union(&infos),
                grouped_by: Vec::new(),
                ..(**data).clone()
            })
        }
        "head" | "tail" | "nth" | "sample" | "filter" | "first_n" => {
            let key = cx.text_hash(call.range());
            let rows = cx.rows_from(Step::filter(key), data.rows, call.range());
            cx.add_data(Data { kind: DataKind::Frame, rows, grouped_by: Vec::new(), n_rows: None, ..(**data).clone() })
        }
        "apply" | "pipe" => {
            if let Some(function @ (Value::Lambda(..) | Value::Function(..))) =
                call.positional(0).map(|argument| argument.value.clone())
            {
                let group = cx.add_data(Data { kind: DataKind::Frame, grouped_by: Vec::new(), ..(**data).clone() });
                cx.call_with(&function, &[group], call);
            }
            cx.opaque(data.rows, data.all_infos())
        }
        "rolling" | "expanding" | "ewm" | "resample" => {
            cx.add_data(Data { kind: DataKind::Window, grouped_by: Vec::new(), ..(**data).clone() })
        }
        "agg" | "aggregate" | "mean" | "median" | "sum" | "min" | "max" | "std" | "var" | "count" | "size"
        | "nunique" | "first" | "last" | "quantile" | "describe" | "prod" | "skew" | "value_counts" | "len"
        | "mode" => aggregate(cx, object, data, name, call),
        "ngroups" | "groups" | "indices" => Value::Unknown,
        "get_group" => {
            let key = cx.text_hash(call.range());
            let rows = cx.rows_from(Step::filter(key), data.rows, call.range());
            cx.add_data(Data { kind: DataKind::Frame, rows, grouped_by: Vec::new(), n_rows: None, ..(**data).clone() })
        }
        _ => cx.opaque(data.rows, data.all_infos()),
    }
}

fn aggregate(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, name: &str, call: &Call<'_>) -> Value {
    let infos =
        cx.learn(data.rows, call.range(), &format!("groupby().{name}"), InfoKind::Statistic).union(&data.all_infos());
    let keys: Vec<Column> = data
        .grouped_by
        .iter()
        .map(|key| data.columns.get(key).cloned().unwrap_or_else(|| Arc::new(Column::named(key))))
        .map(|column| Column { table: None, ..Column::clone(&column) })
        .collect();
    let site = cx.site(call.range());
    let mut columns = Columns { open: true, ..Columns::default() };
    let specified = call.positional(0).map(|argument| argument.value.clone());
    if name == "agg" || name == "aggregate" {
        let named: Vec<(Arc<str>, Value)> = call
            .arguments
            .iter()
            .filter_map(|argument| argument.keyword.clone().map(|keyword| (keyword, argument.value.clone())))
            .filter(|(keyword, _)| !matches!(&**keyword, "func" | "axis" | "engine"))
            .collect();
        if !named.is_empty() {
            // `agg(total=("price", "sum"))`
            for (_, value) in &named {
                if let Some((items, _)) = cx.state.items(value)
                    && let Some(first) = items.first()
                {
                    for (name, origin) in cx.names_in(first).unwrap_or_default() {
                        cx.find_column(object, data, &name, None, origin);
                    }
                }
            }
            columns = Columns::closed(named.iter().map(|(name, _)| Column { made: Some(site), ..Column::named(name) }));
        } else if let Some((_, dict)) = specified.as_ref().and_then(|value| cx.state.dict(value)) {
            let dict = dict.clone();
            let mut list = Vec::new();
            let mut flat = !dict.open;
            for (key, how) in &dict.entries {
                for (name, origin) in cx.names_in(key).unwrap_or_default() {
                    let column = cx.find_column(object, data, &name, None, origin);
                    list.push(Column { table: None, dtype: Dtype::Unknown, ..Column::clone(&column) });
                }
                flat &= !matches!(cx.state.items(how), Some((items, _)) if items.len() != 1 || matches!(how, Value::Object(_)));
            }
            if flat {
                columns = Columns::closed(list);
            }
        } else if let Some(Value::Str(_)) = &specified {
            columns = rest(data, &keys);
        }
    } else if name == "size" || name == "len" {
        columns = Columns::closed(vec![Column { made: Some(site), dtype: Dtype::Integer, ..Column::named("size") }]);
    } else if matches!(
        name,
        "sum" | "min" | "max" | "count" | "first" | "last" | "nunique" | "mean" | "median" | "std" | "var"
    ) {
        columns = rest(data, &keys);
        // Columns that have no mean may be gone, so that only chosen ones are sure.
        if matches!(name, "mean" | "median" | "std" | "var" | "sum") && columns.list.len() != 1 {
            columns.open = columns.open
                || columns.list.iter().any(|column| !column.dtype.is_numeric() && column.dtype != Dtype::Unknown);
        }
    }
    let series =
        columns.list.len() == 1 && !columns.open && !matches!(specified, Some(Value::Object(_))) && name != "agg";
    if data.keys_stay {
        let keys = keys.iter().map(|key| Arc::new(key.clone()));
        columns = Columns { list: Columns::listed(keys.chain(columns.list.iter().cloned())), ..columns };
    }
    let rows = cx.rows_from(Step::Derived { site }, data.rows, call.range());
    let kind = if series && !data.keys_stay { DataKind::Series } else { DataKind::Frame };
    let grouped_by = if data.keys_stay { Vec::new() } else { data.grouped_by.clone() };
    cx.add_data(Data { kind, columns, rows, infos, n_rows: None, grouped_by, keys_stay: false, ..(**data).clone() })
}

fn rest(data: &Data, keys: &[Column]) -> Columns {
    let list = data.columns.list.iter().filter(|column| keys.iter().all(|key| key.name != column.name));
    let list = list.map(|column| Column { table: None, origins: Arc::default(), ..Column::clone(column) });
    Columns { list: Columns::listed(list), ..data.columns.clone() }
}

/// A statistic of a window: each row knows those before it.
pub(super) fn window_method(cx: &mut Interpreter<'_>, data: &Arc<Data>, name: &str, call: &Call<'_>) -> Value {
    match name {
        "agg" | "aggregate" | "apply" => {
            let infos = data.all_infos();
            cx.add_data(Data { kind: DataKind::Opaque, columns: Columns::unknown(), infos, ..(**data).clone() })
        }
        "groups" | "ngroups" => statistic(cx, data.all_infos()),
        _ => {
            let _ = call;
            let kind =
                if data.columns.list.len() == 1 && !data.columns.open { DataKind::Series } else { DataKind::Frame };
            cx.add_data(Data { kind, grouped_by: Vec::new(), by_time: true, ..(**data).clone() })
        }
    }
}
