//! Frames of polars in another shape.

use std::sync::Arc;

use mlwright_python_values::column::{Column, Columns};
use mlwright_python_values::info::InfoKind;
use mlwright_python_values::recipe::Recipe;
use mlwright_python_values::rows::Step;
use mlwright_python_values::value::{Data, DataKind, Value};
use mlwright_source_text::Dtype;

use super::build::{note_coercion, plain_names, recipes_in};
use super::group::{names_used, same_or_unknown};
use super::resolve::resolve;
use crate::arguments::Call;
use crate::interpreter::Interpreter;
use crate::library::frames::methods::dtype_of;

/// `df.drop("a", "b")`.
pub(super) fn drop(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let arguments = call.arguments.iter().filter(|argument| argument.keyword.as_deref() != Some("strict"));
    let recipes: Vec<Arc<Recipe>> = arguments.flat_map(|argument| recipes_in(cx, &argument.value, true)).collect();
    let strict = call.flag("strict") != Some(false);
    let mut columns = data.columns.clone();
    match plain_names(&recipes) {
        Some(names) => {
            for (name, origin) in names {
                if strict {
                    cx.find_column(object, data, &name, None, origin);
                } else {
                    cx.note_context(origin, mlwright_python_values::Context::Column(vec![data.clone()]));
                }
                columns.remove(&name);
            }
        }
        None => {
            for recipe in &recipes {
                resolve(cx, object, data, &[], recipe);
            }
            // Which are left is not known.
            let list = data.columns.list.iter().map(|column| Column { certain: false, ..Column::clone(column) });
            columns = Columns { list: Columns::listed(list), open: true, ..Columns::default() };
        }
    }
    cx.add_data(Data { columns, ..(**data).clone() })
}

/// `df.unpivot(on, index=…)`.
pub(super) fn unpivot(
    cx: &mut Interpreter<'_>,
    object: &Value,
    data: &Arc<Data>,
    name: &str,
    call: &Call<'_>,
) -> Value {
    let is_old = name == "melt";
    let index = call.keyword("index").or(call.keyword("id_vars")).or(if is_old { call.positional(0) } else { None });
    let on = call.keyword("on").or(call.keyword("value_vars")).or(call.positional(usize::from(is_old)));
    let ids = index.map(|index| names_used(cx, object, data, &index.value.clone()));
    if let Some(on) = on {
        names_used(cx, object, data, &on.value.clone());
    }
    let text = |keyword: &str, default: &str| match call.keyword(keyword) {
        None => Some(Arc::from(default)),
        Some(argument) if matches!(argument.value, Value::None) => Some(Arc::from(default)),
        Some(argument) => argument.value.as_text().cloned(),
    };
    let site = cx.site(call.range());
    let columns =
        match (ids.unwrap_or(Some(Vec::new())), text("variable_name", "variable"), text("value_name", "value")) {
            (Some(ids), Some(variable), Some(value)) => {
                let mut list: Vec<Arc<Column>> = ids
                    .iter()
                    .map(|name| data.columns.get(name).cloned().unwrap_or_else(|| Arc::new(Column::named(name))))
                    .collect();
                list.push(Arc::new(Column { made: Some(site), dtype: Dtype::String, ..Column::named(&variable) }));
                list.push(Arc::new(Column { made: Some(site), ..Column::named(&value) }));
                Columns::closed(list)
            }
            _ => Columns::unknown(),
        };
    let infos = data.all_infos();
    cx.add_data(Data { columns, infos, n_rows: None, ..(**data).clone() })
}

/// `df.pivot(on, index=…, values=…)`: columns named after values.
pub(super) fn pivot(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let mut index = None;
    for (position, keyword) in [(0, "on"), (1, "index"), (2, "values"), (usize::MAX, "columns")] {
        let argument = if position == usize::MAX { call.keyword(keyword) } else { call.get(position, keyword) };
        if let Some(argument) = argument.filter(|argument| !matches!(argument.value, Value::None)) {
            let names = names_used(cx, object, data, &argument.value.clone());
            if keyword == "index" {
                index = names;
            }
        }
    }
    let learns = call
        .keyword("aggregate_function")
        .and_then(|how| how.value.as_text())
        .is_some_and(|how| !matches!(&**how, "first" | "last" | "len"));
    let mut infos = data.all_infos();
    if learns {
        infos = infos.union(&cx.learn(data.rows, call.range(), "pivot", InfoKind::Statistic));
    }
    let list = index
        .iter()
        .flatten()
        .map(|name| data.columns.get(name).cloned().unwrap_or_else(|| Arc::new(Column::named(name))));
    let rows = same_or_unknown(data.rows, false, cx, call);
    cx.add_data(Data {
        columns: Columns { open: true, ..Columns::closed(list) },
        rows,
        infos,
        n_rows: None,
        ..(**data).clone()
    })
}

/// `df.with_row_index(name)`.
pub(super) fn with_row_index(cx: &mut Interpreter<'_>, data: &Arc<Data>, name: &str, call: &Call<'_>) -> Value {
    let default = if name == "with_row_count" { "row_nr" } else { "index" };
    let site = cx.site(call.range());
    let mut columns = data.columns.clone();
    match call.get(0, "name").map_or(Some(Arc::from(default)), |argument| argument.value.as_text().cloned()) {
        Some(name) => Arc::make_mut(&mut columns.list)
            .insert(0, Arc::new(Column { made: Some(site), dtype: Dtype::Integer, ..Column::named(&name) })),
        None => columns.open = true,
    }
    cx.add_data(Data { columns, ..(**data).clone() })
}

/// `df.cast({"a": pl.Int64})`, `df.cast(pl.String)`.
pub(super) fn cast(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, call: &Call<'_>) -> Value {
    note_coercion(cx, "cast", call);
    let types = call.value(0, "dtypes");
    let mut columns = data.columns.clone();
    let entries = cx.state.dict(&types).map(|(_, dict)| dict.entries.clone());
    match entries {
        Some(entries) => {
            for (key, to) in entries {
                let names = names_used(cx, object, data, &key);
                let dtype = dtype_of(&to);
                match names {
                    Some(names) => {
                        for name in names {
                            if let Some(column) = columns.get(&name).cloned() {
                                columns.set(Column { dtype, table: None, ..Column::clone(&column) });
                            }
                        }
                    }
                    None => retyped(&mut columns, Dtype::Unknown),
                }
            }
        }
        None => retyped(&mut columns, dtype_of(&types)),
    }
    cx.add_data(Data { columns, ..(**data).clone() })
}

fn retyped(columns: &mut Columns, dtype: Dtype) {
    columns.change_each(|column| {
        column.dtype = dtype;
        column.table = None;
    });
}

/// `df.partition_by("key")`: a frame for each value.
pub(super) fn partition_by(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let values: Vec<Value> = call
        .positionals()
        .map(|argument| argument.value.clone())
        .chain(call.keyword("by").map(|by| by.value.clone()))
        .collect();
    let mut columns = data.columns.clone();
    for value in &values {
        match names_used(cx, object, data, value) {
            Some(names) if call.flag("include_key") == Some(false) => {
                names.iter().for_each(|name| columns.remove(name));
            }
            Some(_) => {}
            None => columns.open |= call.flag("include_key") == Some(false),
        }
    }
    let key = cx.text_hash(call.range());
    let rows = cx.rows_from(Step::filter(key), data.rows, call.range());
    let part = cx.add_data(Data { columns, rows, n_rows: None, ..(**data).clone() });
    if call.flag("as_dict").unwrap_or(false) {
        let dict = mlwright_python_values::value::Dict { entries: vec![(Value::Unknown, part)], open: true };
        return Value::Object(cx.state.add(mlwright_python_values::value::Object::Dict(Arc::new(dict))));
    }
    cx.add_list(vec![part], true)
}

/// `df.describe()`: a column `statistic` beside the others.
pub(super) fn describe(cx: &mut Interpreter<'_>, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let learned = cx.learn(data.rows, call.range(), "describe", InfoKind::Statistic);
    let mut list = vec![Column { dtype: Dtype::String, ..Column::named("statistic") }];
    list.extend(data.columns.list.iter().map(|column| Column {
        dtype: Dtype::Unknown,
        table: None,
        ..Column::clone(column)
    }));
    let columns = Columns { list: Columns::listed(list), ..data.columns.clone() };
    let rows = same_or_unknown(data.rows, false, cx, call);
    cx.add_data(Data { columns, rows, infos: data.infos.union(&learned), n_rows: None, ..(**data).clone() })
}

/// `df.mean()` and the like: one row.
pub(super) fn summed_up(cx: &mut Interpreter<'_>, data: &Arc<Data>, name: &str, call: &Call<'_>) -> Value {
    let counts = matches!(name, "count" | "null_count");
    let learned =
        if counts { Default::default() } else { cx.learn(data.rows, call.range(), name, InfoKind::Statistic) };
    let dtype = |column: &Column| match name {
        "count" | "null_count" => Dtype::Integer,
        "mean" | "median" | "std" | "var" | "quantile" if column.dtype.is_numeric() => Dtype::Float,
        "mean" | "median" | "std" | "var" | "quantile" => Dtype::Unknown,
        _ => column.dtype,
    };
    let list = data.columns.list.iter().map(|column| Column {
        dtype: dtype(column),
        table: None,
        origins: Arc::default(),
        ..Column::clone(column)
    });
    let columns = Columns { list: Columns::listed(list), ..data.columns.clone() };
    let rows = same_or_unknown(data.rows, false, cx, call);
    cx.add_data(Data {
        kind: DataKind::Frame,
        columns,
        rows,
        infos: data.infos.union(&learned),
        n_rows: Some(1),
        ..(**data).clone()
    })
}
