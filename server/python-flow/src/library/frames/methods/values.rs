//! Methods that change values or draw rows: filled, shifted, applied, sampled.

use std::sync::Arc;

use mlwright_python_values::column::{Column, Columns};
use mlwright_python_values::event::EventKind;
use mlwright_python_values::info::{InfoKind, Infos};
use mlwright_python_values::rows::Step;
use mlwright_python_values::value::{Data, DataKind, Dialect, Value};
use mlwright_source_text::Dtype;

use super::is_axis;
use crate::arguments::Call;
use crate::interpreter::Interpreter;
use crate::library::frames::read::statistic;

pub(super) fn sample(cx: &mut Interpreter<'_>, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let replacing = ["replace", "with_replacement"].into_iter().find(|keyword| call.flag(keyword) == Some(true));
    if let Some(keyword) = replacing {
        let what: Arc<str> = format!("sample({keyword}=True)").into();
        let x = mlwright_python_values::event::Given { data: data.clone(), range: cx.site(call.range()) };
        cx.note(call.range(), EventKind::Resample { what, x, estimator: None });
        let site = cx.site(call.range());
        let rows = cx.rows_from(Step::Copies { site }, data.rows, call.range());
        return cx.add_data(Data { rows, n_rows: None, ..(**data).clone() });
    }
    let seed = call.keyword("random_state").or(call.keyword("seed"));
    let has_seed = seed.is_some_and(|seed| !matches!(seed.value, Value::None));
    let x = mlwright_python_values::event::Given { data: data.clone(), range: cx.site(call.range()) };
    let share = call.keyword("fraction").or(call.get(1, "frac")).map(|argument| argument.value.clone());
    if matches!(share, Some(Value::Number(Some(share))) if share >= 1.0) {
        cx.note(call.range(), EventKind::Sample { x, rows: data.rows, has_seed });
        return cx.add_data(Data { by_time: false, ..(**data).clone() });
    }
    let key = cx.text_hash(call.range()) ^ u64::from(call.range().start);
    let rows = cx.rows_from(Step::Sample { key }, data.rows, call.range());
    cx.note(call.range(), EventKind::Sample { x, rows, has_seed });
    cx.add_data(Data { rows, n_rows: None, ..(**data).clone() })
}

/// Values as plain lists.
pub(super) fn listed(cx: &mut Interpreter<'_>, data: &Arc<Data>, name: &str) -> Value {
    if matches!(data.kind, DataKind::Index) && !data.columns.open && matches!(name, "tolist" | "to_list" | "unique") {
        let names = data.columns.names().map(|name| Value::text(name)).collect();
        return cx.add_list(names, false);
    }
    match name {
        "keys" if data.kind == DataKind::Statistic => statistic(cx, data.all_infos()),
        "keys" => cx.add_data(Data {
            kind: DataKind::Index,
            rows: mlwright_python_values::rows::RowsId::NONE,
            ..(**data).clone()
        }),
        // Names stay names.
        "tolist" | "to_list"
            if data.kind == DataKind::Index && data.rows == mlwright_python_values::rows::RowsId::NONE =>
        {
            cx.add_data((**data).clone())
        }
        "tolist" | "to_list" => {
            cx.add_data(Data { kind: DataKind::Array, dialect: Dialect::Numpy, ..(**data).clone() })
        }
        // `loss.item()`: one number, which still tells of its rows.
        "item" => cx.add_data((**data).clone()),
        "any" | "all" => Value::Unknown,
        _ => {
            let infos = data.all_infos();
            if infos.is_empty() { Value::Unknown } else { statistic(cx, infos) }
        }
    }
}

pub(in crate::library::frames) fn future(cx: &mut Interpreter<'_>, data: &Arc<Data>, what: &str, call: &Call<'_>) {
    let column = match &data.columns.list[..] {
        [only] => Some(only.name.clone()),
        _ => None,
    };
    cx.note(call.range(), EventKind::Future { what: what.into(), column });
}

pub(super) fn shift(cx: &mut Interpreter<'_>, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let infos = if looks_ahead(cx, call) {
        future(cx, data, "shift", call);
        cx.learn(data.rows, call.range(), "shift", InfoKind::Future)
    } else {
        Infos::default()
    };
    let made = cx.changed(data, infos);
    // Other rows' values: an earlier target is no target.
    cx.change_data(&made, |data| {
        data.columns.change_each(|column| column.origins = Arc::default());
        data.by_time = true;
    });
    made
}

/// Whether the number of periods is negative.
pub(in crate::library::frames) fn looks_ahead(_cx: &Interpreter<'_>, call: &Call<'_>) -> bool {
    ["periods", "n"].iter().any(|name| matches!(call.value(0, name), Value::Number(Some(periods)) if periods < 0.0))
}

pub(super) fn fillna(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let value = call.value(0, "value");
    if let Some((_, dict)) = cx.state.dict(&value) {
        let dict = dict.clone();
        let made = cx.add_data((**data).clone());
        for (key, value) in &dict.entries {
            for (name, origin) in cx.names_in(key).unwrap_or_default() {
                let column = cx.find_column(object, data, &name, None, origin);
                let infos = column.infos.union(&cx.infos_of(value));
                cx.change_data(&made, |data| data.columns.set(Column { infos, ..Column::clone(&column) }));
            }
        }
        return made;
    }
    let mut infos = cx.infos_of(&value);
    if let Some(method) = call.keyword("method")
        && method.value.as_text().is_some_and(|method| matches!(&**method, "bfill" | "backfill"))
    {
        future(cx, data, "bfill", call);
        infos = infos.union(&cx.learn(data.rows, call.range(), "bfill", InfoKind::Future));
    }
    cx.changed(data, infos)
}

/// `apply`, `map`, `pipe`: the function is walked with what it is given.
pub(super) fn apply(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, name: &str, call: &Call<'_>) -> Value {
    let Some(function) = call.positional(0).or(call.keyword("func")).or(call.keyword("arg")) else {
        return cx.changed(data, Infos::default());
    };
    let function = function.value.clone();
    let rest: Vec<Value> = call.positionals().skip(1).map(|argument| argument.value.clone()).collect();
    match (&function, name) {
        (Value::Function(..) | Value::Lambda(..), "pipe") => {
            let values: Vec<Value> = std::iter::once(object.clone()).chain(rest).collect();
            cx.call_with(&function, &values, call)
        }
        (Value::Function(..) | Value::Lambda(..), "apply") if data.kind == DataKind::Frame && is_axis(call, 1) => {
            // One row has no rows to learn from: its mean is its own.
            let row = cx.add_data(Data {
                rows: mlwright_python_values::rows::RowsId::NONE,
                infos: Infos::default(),
                ..(**data).clone()
            });
            let result = cx.call_with(&function, &[row], call);
            let infos = cx.infos_of(&result);
            let origins = cx.data_of(&result).map(|data| data.columns.clone());
            let list = vec![Column {
                origins: origins.map_or_else(
                    || Arc::from([]),
                    |columns| {
                        columns.list.iter().fold(Arc::from([]), |all, column| {
                            mlwright_python_values::column::union(&all, &column.origins)
                        })
                    },
                ),
                ..Column::named("")
            }];
            let infos = infos.union(&data.infos);
            cx.add_data(Data { kind: DataKind::Series, columns: Columns::closed(list), infos, ..(**data).clone() })
        }
        (Value::Function(..) | Value::Lambda(..), "apply" | "transform") if data.kind == DataKind::Frame => {
            // Column by column: a function of a whole column may sum it up.
            let columns = data.columns.list.iter().take(1).cloned();
            let column =
                cx.add_data(Data { kind: DataKind::Series, columns: Columns::closed(columns), ..(**data).clone() });
            let result = cx.call_with(&function, &[column], call);
            let infos = cx.infos_of(&result);
            cx.changed(data, infos)
        }
        (Value::Function(..) | Value::Lambda(..), _) => {
            let result = cx.call_with(&function, &[Value::Unknown], call);
            let infos = cx.infos_of(&result);
            cx.changed(data, infos)
        }
        (Value::Str(text), _)
            if text
                .value
                .as_deref()
                .is_some_and(|text| matches!(text, "mean" | "median" | "std" | "min" | "max" | "sum")) =>
        {
            let infos =
                cx.learn(data.rows, call.range(), text.value.as_deref().unwrap_or("statistic"), InfoKind::Statistic);
            statistic(cx, infos)
        }
        (Value::Library(name), _)
            if matches!(
                name.rsplit('.').next(),
                Some("zscore" | "scale" | "minmax_scale" | "robust_scale" | "rankdata")
            ) =>
        {
            let infos = cx.learn(data.rows, call.range(), name.rsplit('.').next().unwrap_or(name), InfoKind::Statistic);
            cx.changed(data, infos)
        }
        _ => {
            let infos = cx.infos_of(&function);
            let made = cx.changed(data, infos);
            // What a function gives that is not followed may have any columns.
            let is_by_value = matches!(name, "map" | "applymap" | "transform")
                || matches!(&function, Value::Library(name) if name.starts_with("numpy."));
            if data.kind == DataKind::Frame && !is_by_value {
                cx.change_data(&made, |data| data.columns.open = true);
                if name == "pipe" {
                    cx.change_data(object, |data| data.columns.open = true);
                }
            }
            made
        }
    }
}

/// The type that a value names: `int`, `"float64"`, `np.int32`.
pub(in crate::library::frames) fn dtype_of(value: &Value) -> Dtype {
    let name = match value {
        Value::Str(text) => text.value.as_deref().unwrap_or("").to_owned(),
        Value::Library(name) => name.rsplit('.').next().unwrap_or("").to_owned(),
        _ => return Dtype::Unknown,
    };
    let name = name.to_ascii_lowercase();
    match () {
        () if name.starts_with("int") || name.starts_with("uint") => Dtype::Integer,
        () if name.starts_with("float") || name == "double" => Dtype::Float,
        () if name.starts_with("bool") => Dtype::Boolean,
        () if name.starts_with("str") || name == "object" || name == "utf8" => Dtype::String,
        () if name.starts_with("categor") || name == "enum" => Dtype::Categorical,
        () if name.starts_with("datetime") => Dtype::Datetime,
        () if name == "date" => Dtype::Date,
        () if name.starts_with("timedelta") || name == "duration" => Dtype::Duration,
        () => Dtype::Unknown,
    }
}
