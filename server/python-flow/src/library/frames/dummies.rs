//! Columns of zeros and ones, named after the values of others.

use std::sync::Arc;

use mlwright_python_values::column::{Column, Columns};
use mlwright_python_values::rows::Step;
use mlwright_python_values::value::{Data, DataKind, Value};
use mlwright_source_text::Dtype;

use super::methods::use_columns;
use crate::arguments::Call;
use crate::interpreter::Interpreter;

/// Values of one column that are listed at most.
const N_VALUES_MAX: usize = 50;

/// `pd.get_dummies(…)`.
pub(crate) fn get_dummies(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let object = call.value(0, "data");
    let Some(data) = cx.data_of(&object) else { return cx.opaque_result(call) };
    coded(cx, &object, &data, call.get(4, "columns").map(|argument| &argument.value), call, "_")
}

/// `df.to_dummies(…)` of polars: all columns, unless some are named.
pub(super) fn of_frame(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let chosen =
        call.get(0, "columns").map(|argument| argument.value.clone()).filter(|value| !matches!(value, Value::None));
    if chosen.is_none() {
        let infos = data.all_infos();
        let made = Columns { open: true, ..Columns::default() };
        return cx.add_data(Data { columns: made, infos, ..(**data).clone() });
    }
    coded(cx, object, data, chosen.as_ref(), call, "_")
}

/// The coded columns go; for each of their known values a column comes.
fn coded(
    cx: &mut Interpreter<'_>,
    object: &Value,
    data: &Arc<Data>,
    chosen: Option<&Value>,
    call: &Call<'_>,
    separator: &str,
) -> Value {
    let argument = call.keyword("columns").or(call.positional(4));
    let names = use_columns(cx, object, data, argument.or(if chosen.is_some() { call.positional(0) } else { None }));
    let data = cx.data_of(object).unwrap_or_else(|| data.clone());
    let known = chosen.is_some_and(|chosen| cx.names_in(chosen).is_some());
    let is_series = data.kind != DataKind::Frame;
    let is_coded = |column: &Column| match (is_series, known) {
        (true, _) => Some(true),
        (false, true) => Some(names.contains(&column.name)),
        (false, false) if chosen.is_some() => None,
        // Texts and categories are coded, numbers stay.
        (false, false) => match column.dtype {
            Dtype::String | Dtype::Categorical => Some(true),
            Dtype::Unknown => None,
            _ => Some(false),
        },
    };
    let separator = match call.get(2, "prefix_sep").or(call.keyword("separator")) {
        None => Some(Arc::from(separator)),
        Some(argument) => argument.value.as_text().cloned(),
    };
    let prefix =
        call.get(1, "prefix").map(|argument| argument.value.clone()).filter(|value| !matches!(value, Value::None));
    let coded_names: Vec<Arc<str>> = data
        .columns
        .list
        .iter()
        .filter(|column| is_coded(column) != Some(false))
        .map(|column| column.name.clone())
        .collect();
    let prefix_of = |cx: &Interpreter<'_>, column: &Column| -> Option<Arc<str>> {
        match &prefix {
            None => Some(column.name.clone()),
            Some(value) => match (value.as_text(), cx.state.dict(value), cx.state.items(value)) {
                (Some(text), _, _) => Some(text.clone()),
                (_, Some((_, dict)), _) => dict.get(&column.name).and_then(|value| value.as_text().cloned()),
                (_, _, Some((items, false))) if known => {
                    let place = coded_names.iter().position(|name| *name == column.name)?;
                    items.get(place).and_then(|value| value.as_text().cloned())
                }
                _ => None,
            },
        }
    };
    let site = cx.site(call.range());
    let mut kept = Vec::new();
    let mut made: Vec<Column> = Vec::new();
    let mut infos = data.infos.clone();
    for column in data.columns.list.iter() {
        let is_coded = is_coded(column);
        if is_coded != Some(true) {
            kept.push(Column { certain: column.certain && is_coded == Some(false), ..Column::clone(column) });
        }
        if is_coded == Some(false) {
            continue;
        }
        infos = infos.union(&column.infos);
        // With a series and no prefix the values alone are the names.
        let start = match (prefix_of(cx, column), &separator, is_series && prefix.is_none()) {
            (_, _, true) => Some(String::new()),
            (Some(prefix), Some(separator), false) => Some(format!("{prefix}{separator}")),
            _ => None,
        };
        let Some(start) = start else { continue };
        let (mut values, are_all) = values_of(cx, column);
        // All values are among the rows only where these are all rows of the table.
        let certain = are_all && column.certain && matches!(cx.flow.rows.get(data.rows).step, Step::Source);
        match call.flag("drop_first") {
            Some(true) if are_all && !values.is_empty() => {
                values.remove(0);
            }
            Some(false) | None => {}
            _ => continue,
        }
        for value in values {
            let name = format!("{start}{value}");
            let origins = column.origins.clone();
            made.push(Column { certain, made: Some(site), dtype: Dtype::Boolean, origins, ..Column::named(&name) });
        }
    }
    kept.extend(made);
    let columns = Columns { list: Columns::listed(kept), open: true, base: None, ..Columns::default() };
    cx.add_data(Data { kind: DataKind::Frame, columns, infos, ..(*data).clone() })
}

/// The values that a column of a table has, in their order, and whether these are all.
fn values_of(cx: &Interpreter<'_>, column: &Column) -> (Vec<Arc<str>>, bool) {
    let summary = column.table.as_ref().and_then(|(table, name)| cx.source.column_summary(table, name));
    let Some(summary) = summary else { return (Vec::new(), false) };
    let mut values: Vec<Arc<str>> =
        summary.top_values.iter().take(N_VALUES_MAX).map(|(value, _)| value.clone()).collect();
    values.sort();
    let are_all = summary.n_distinct == Some(values.len() as u64);
    (values, are_all)
}
