//! `group_by`, and what is computed of the groups.

use std::sync::Arc;

use mlwright_python_values::Group;
use mlwright_python_values::column::{Column, Columns};
use mlwright_python_values::info::InfoKind;
use mlwright_python_values::rows::{RowsId, Step};
use mlwright_python_values::value::{Data, DataKind, Value};
use mlwright_source_text::Dtype;

use super::build::{plain_names, recipes_in};
use super::resolve::{resolve, resolve_call};
use crate::arguments::{Arg, Call};
use crate::interpreter::Interpreter;

/// `df.group_by(…)`, `df.group_by_dynamic("time", every="1d")`, `df.rolling("time", period="2d")`.
pub(super) fn group_by(
    cx: &mut Interpreter<'_>,
    object: &Value,
    data: &Arc<Data>,
    name: &str,
    call: &Call<'_>,
) -> Value {
    let by_time = name != "group_by" && name != "groupby";
    let options: &[&str] = if by_time {
        &["every", "period", "offset", "include_boundaries", "closed", "label", "start_by", "check_sorted", "group_by"]
    } else {
        &["maintain_order"]
    };
    let mut keys = Vec::new();
    let mut open = by_time && call.flag("include_boundaries").is_some_and(|given| given);
    if let Some(more) = call.keyword("group_by").filter(|_| by_time) {
        for recipe in recipes_in(cx, &more.value, true) {
            let made = resolve(cx, object, data, &[], &recipe);
            open |= made.open;
            keys.extend(made.columns.into_iter().map(|one| one.column));
        }
    }
    // Beyond the first, the positions of `group_by_dynamic` hold no keys.
    let index = call.keyword("index_column").into_iter().chain(call.positionals().take(1));
    let first =
        Call { expr: call.expr, arguments: index.map(|argument| Arg { keyword: None, ..argument.clone() }).collect() };
    let made = resolve_call(cx, object, data, &[], if by_time { &first } else { call }, options);
    open |= made.open;
    keys.extend(made.columns);
    let data = cx.data_of(object).unwrap_or_else(|| data.clone());
    if let [key] = &keys[..]
        && let Some((table, column)) = key.table.clone()
    {
        let site = cx.site(call.range());
        cx.flow.groups.push(Group { site, rows: data.rows, table, column });
    }
    let mut columns = data.columns.clone();
    let grouped_by: Vec<Arc<str>> = keys.iter().map(|key| key.name.clone()).collect();
    for key in keys {
        columns.set(key);
    }
    if open {
        columns = Columns { open: true, base: None, ..columns };
    }
    cx.add_data(Data {
        kind: DataKind::Grouped,
        columns,
        grouped_by,
        keys_stay: true,
        by_time: data.by_time || by_time,
        ..(*data).clone()
    })
}

/// `grouped.agg(…)` and its short forms; `None` for what is the same in pandas.
pub(super) fn grouped_method(
    cx: &mut Interpreter<'_>,
    object: &Value,
    data: &Arc<Data>,
    name: &str,
    call: &Call<'_>,
) -> Option<Value> {
    let keys: Vec<Column> = data
        .grouped_by
        .iter()
        .filter_map(|key| data.columns.get(key))
        .map(|key| Column { table: None, ..Column::clone(key) })
        .collect();
    let site = cx.site(call.range());
    // Keys of which not all are known leave the columns open.
    let open = data.columns.open && data.columns.base.is_none();
    let mut columns = match name {
        "agg" => {
            let made = resolve_call(cx, object, data, &data.grouped_by, call, &[]);
            let list = made.columns.into_iter().map(|column| Column { table: None, ..column }).collect();
            (list, made.open || cx.state.dict(&call.value(0, "aggs")).is_some())
        }
        "len" | "count" => {
            let given = call.get(0, "name").map(|argument| argument.value.clone());
            let name: Option<Arc<str>> = match given {
                None => Some(name.into()),
                Some(value) => value.as_text().cloned(),
            };
            match name {
                // What `count()` calls its column depends on the version.
                Some(name) => (
                    vec![Column {
                        made: Some(site),
                        dtype: Dtype::Integer,
                        certain: &*name != "count",
                        ..Column::named(&name)
                    }],
                    &*name == "count",
                ),
                None => (Vec::new(), true),
            }
        }
        "mean" | "median" | "sum" | "min" | "max" | "first" | "last" | "n_unique" | "quantile" | "all" => {
            let learned = match name {
                "first" | "last" | "n_unique" | "all" => Default::default(),
                _ => cx.learn(data.rows, call.range(), &format!("group_by().{name}"), InfoKind::Statistic),
            };
            let own = data.columns.list.iter().filter(|column| !data.grouped_by.contains(&column.name));
            let list = own.map(|column| Column {
                infos: column.infos.union(&learned),
                origins: Arc::default(),
                table: None,
                dtype: match name {
                    "mean" | "median" | "quantile" if column.dtype.is_numeric() => Dtype::Float,
                    "mean" | "median" | "quantile" => Dtype::Unknown,
                    "n_unique" => Dtype::Integer,
                    "all" => Dtype::Unknown,
                    _ => column.dtype,
                },
                ..Column::clone(column)
            });
            (list.collect(), data.columns.open)
        }
        "head" | "tail" => {
            let key = cx.text_hash(call.range());
            let rows = cx.rows_from(Step::filter(key), data.rows, call.range());
            return Some(cx.add_data(Data {
                kind: DataKind::Frame,
                rows,
                grouped_by: Vec::new(),
                keys_stay: false,
                n_rows: None,
                ..(**data).clone()
            }));
        }
        "map_groups" | "apply" => {
            if let Some(function @ (Value::Lambda(..) | Value::Function(..))) =
                call.positional(0).map(|argument| argument.value.clone())
            {
                let group = cx.add_data(Data {
                    kind: DataKind::Frame,
                    grouped_by: Vec::new(),
                    keys_stay: false,
                    ..(**data).clone()
                });
                cx.call_with(&function, &[group], call);
            }
            let infos = data.all_infos();
            let made = Data {
                kind: DataKind::Frame,
                columns: Columns::unknown(),
                infos,
                grouped_by: Vec::new(),
                keys_stay: false,
                ..(**data).clone()
            };
            return Some(cx.add_data(Data { n_rows: None, ..made }));
        }
        _ => return None,
    };
    columns.1 |= open;
    let mut all = Columns { list: Columns::listed(keys), open: columns.1, ..Columns::default() };
    for column in columns.0 {
        all.set(column);
    }
    let rows = cx.rows_from(Step::Derived { site }, data.rows, call.range());
    let made = Data {
        kind: DataKind::Frame,
        columns: all,
        rows,
        n_rows: None,
        grouped_by: Vec::new(),
        keys_stay: false,
        ..(**data).clone()
    };
    Some(cx.add_data(made))
}

/// Names of the columns that a value names, with their uses noted; `None` where they are not all known.
pub(super) fn names_used(
    cx: &mut Interpreter<'_>,
    object: &Value,
    data: &Arc<Data>,
    value: &Value,
) -> Option<Vec<Arc<str>>> {
    let recipes = recipes_in(cx, value, true);
    for recipe in &recipes {
        resolve(cx, object, data, &[], recipe);
    }
    plain_names(&recipes).map(|names| names.into_iter().map(|(name, _)| name).collect())
}

/// Rows of one side of something that keeps or repeats them.
pub(super) fn same_or_unknown(rows: RowsId, is_same: bool, cx: &mut Interpreter<'_>, call: &Call<'_>) -> RowsId {
    if is_same {
        return rows;
    }
    let site = cx.site(call.range());
    cx.rows_from(Step::Derived { site }, rows, site)
}
