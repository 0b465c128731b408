//! Methods of pandas' frames and series, and of arrays.

mod accessor;
mod drop;
mod told;
mod values;

use std::sync::Arc;

pub(crate) use self::accessor::accessor;

use mlwright_python_syntax::ast::{Argument, ArgumentKind, Expr, ExprKind};
use mlwright_python_values::Context;
use mlwright_python_values::column::{Column, Columns};
use mlwright_python_values::event::EventKind;
use mlwright_python_values::info::{InfoKind, Infos};
use mlwright_python_values::rows::Step;
use mlwright_python_values::value::{Data, DataKind, Dialect, Value};
use mlwright_source_text::{Dtype, TextRange};

use self::drop::drop;
use self::told::{keeps_columns, keeps_rows, told};
use self::values::{apply, fillna, listed, sample, shift};
pub(super) use self::values::{dtype_of, future, looks_ahead};
use super::read::statistic;
use crate::arguments::{Arg, Call};
use crate::interpreter::Interpreter;

/// What a method of data gives.
pub(crate) fn data_method(
    cx: &mut Interpreter<'_>,
    object: &Value,
    data: &Arc<Data>,
    name: &Arc<str>,
    call: &Call<'_>,
) -> Value {
    if matches!(data.dialect, Dialect::Polars | Dialect::PolarsLazy)
        && let Some(value) = super::polars::frame_method(cx, object, data, name, call)
    {
        return value;
    }
    match data.kind {
        DataKind::Grouped => return super::group::grouped_method(cx, object, data, name, call),
        DataKind::Window => return super::group::window_method(cx, data, name, call),
        DataKind::Index if data.rows == mlwright_python_values::rows::RowsId::NONE => {
            if let Some(value) = super::reshape::names_method(cx, data, name, call) {
                return value;
            }
        }
        _ => {}
    }
    if &**name == "backward" {
        crate::library::networks::backward(cx, data, call);
        return Value::None;
    }
    let in_place = call.flag("inplace") == Some(true);
    let result = method(cx, object, data, name, call);
    if in_place {
        if let Some(changed) = cx.data_of(&result) {
            cx.change_data(object, |data| *data = (*changed).clone());
            cx.write_back(call, &result);
        }
        return Value::None;
    }
    result
}

fn method(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, name: &str, call: &Call<'_>) -> Value {
    let by_row = is_axis(call, 1) && data.kind != DataKind::Series;
    match name {
        "drop" => drop(cx, object, data, call),
        "pop" => match call.value(0, "item") {
            key @ Value::Str(_) if data.kind == DataKind::Frame => {
                let names = cx.names_in(&key).unwrap_or_default();
                let series = match names.first() {
                    Some((name, origin)) => cx.column(object, data, name, None, *origin),
                    None => Value::Unknown,
                };
                if !names.is_empty() {
                    cx.drop_columns(object, &key, None, true);
                }
                series
            }
            _ => Value::Unknown,
        },
        "insert" => {
            if let (Some(place), Some(value)) = (call.get(1, "column"), call.get(2, "value")) {
                let (key, value) = (place.value.clone(), value.value.clone());
                for (name, origin) in cx.names_in(&key).unwrap_or_default() {
                    let range = origin.and_then(|id| cx.literal_range(id)).unwrap_or(call.range());
                    cx.set_column(object, data, &name, &value, range, origin);
                }
            }
            Value::None
        }
        "get" => match cx.names_in(&call.value(0, "key")) {
            Some(names) if data.kind == DataKind::Frame => {
                let known: Vec<_> = names
                    .into_iter()
                    .filter(|(name, _)| data.columns.open || data.columns.get(name).is_some())
                    .collect();
                match &known[..] {
                    [] => Value::Unknown,
                    [(name, origin)] => cx.column(object, data, name, None, *origin),
                    many => cx.select_columns(object, data, many),
                }
            }
            _ => Value::Unknown,
        },
        "assign" => assign(cx, data, call),
        "rename" => super::reshape::rename(cx, object, data, call),
        "set_axis" => {
            let made = cx.add_data((**data).clone());
            if is_axis(call, 1) {
                let names = call.value(0, "labels");
                cx.rename_all(&made, data, &names);
            }
            made
        }
        "add_prefix" | "add_suffix" => super::reshape::affix(cx, data, name, call),
        "reset_index" => super::reshape::reset_index(cx, data, call),
        "set_index" => super::reshape::set_index(cx, object, data, call),
        "select_dtypes" => super::reshape::select_dtypes(cx, data, call),
        "filter" if data.kind == DataKind::Frame => {
            match call.get(0, "items").and_then(|items| cx.names_in(&items.value)) {
                Some(names) => cx.select_columns(object, data, &names),
                None => {
                    let columns = Columns::unknown();
                    let infos = data.all_infos();
                    cx.add_data(Data { columns, infos, ..(**data).clone() })
                }
            }
        }
        "melt" | "unpivot" => super::reshape::melt(cx, object, data, call),
        "pivot" | "pivot_table" => super::reshape::pivot(cx, object, data, name, call),
        "get_dummies" => super::dummies::get_dummies(cx, call),
        "explode" => {
            use_columns(cx, object, data, call.get(0, "column"));
            cx.add_data((**data).clone())
        }
        "reindex" => reindexed(cx, data, call),
        "swapaxes" if data.kind == DataKind::Frame => {
            let infos = data.all_infos();
            cx.add_data(Data { columns: Columns::unknown(), infos, ..(**data).clone() })
        }
        "rename_axis" if call.keyword("columns").is_none() && !is_axis(call, 1) => {
            let names = call.get(0, "mapper").or(call.keyword("index")).and_then(|names| cx.names_in(&names.value));
            let grouped_by =
                names.map_or_else(|| vec!["".into()], |names| names.into_iter().map(|(name, _)| name).collect());
            cx.add_data(Data { grouped_by, ..(**data).clone() })
        }
        "stack" | "unstack" | "transpose" | "swaplevel" | "droplevel" | "align" => {
            let infos = data.all_infos();
            cx.add_data(Data { columns: Columns::unknown(), infos, ..(**data).clone() })
        }
        "merge" | "join" => super::combine::merge_method(cx, object, data, name, call),
        "append" => super::combine::append(cx, data, call),
        "combine_first" | "update" => {
            let other = call.value(0, "other");
            let infos = cx.infos_of(&other);
            let made = cx.changed(data, infos);
            if name == "combine_first" && data.kind == DataKind::Frame {
                // Columns of either are there.
                cx.change_data(&made, |data| data.columns.open = true);
            }
            made
        }
        "groupby" | "group_by" => super::group::groupby(cx, object, data, call),
        "rolling" | "expanding" | "ewm" | "resample" => {
            if call.flag("center") == Some(true) {
                future(cx, data, "centred rolling window", call);
            }
            let infos = if call.flag("center") == Some(true) {
                cx.learn(data.rows, call.range(), "rolling(center=True)", InfoKind::Future)
            } else {
                Infos::default()
            };
            use_columns(cx, object, data, call.keyword("on"));
            cx.add_data(Data { kind: DataKind::Window, infos: data.infos.union(&infos), ..(**data).clone() })
        }
        "query" | "eval" => {
            let expression = call.value(0, "expr");
            // An expression that makes a column names it as well.
            let makes = name == "eval" && expression.as_text().is_none_or(|text| makes_columns(text));
            if let Value::Str(text) = expression {
                cx.note_context(text.origin, Context::Query(data.clone()));
                if !makes {
                    super::combine::query_uses(cx, data, &text);
                }
            }
            if makes {
                let columns = Columns { open: true, ..data.columns.clone() };
                return cx.add_data(Data { columns, ..(**data).clone() });
            }
            filtered(cx, data, call)
        }
        "dropna" | "drop_nulls" => {
            use_columns(cx, object, data, call.keyword("subset"));
            if is_axis(call, 1) {
                let infos = data.all_infos();
                return cx.add_data(Data {
                    columns: Columns { base: None, ..Columns::unknown() },
                    infos,
                    ..(**data).clone()
                });
            }
            filtered(cx, data, call)
        }
        "drop_duplicates" | "duplicated" | "nlargest" | "nsmallest" => {
            let position = usize::from(name.starts_with('n'));
            use_columns(
                cx,
                object,
                data,
                call.keyword("subset").or(call.keyword("columns")).or(call.positional(position)),
            );
            filtered(cx, data, call)
        }
        "head" | "tail" | "truncate" | "between_time" | "at_time" | "first" | "last" | "take" | "limit" => {
            filtered(cx, data, call)
        }
        "sample" => {
            if let Some(weights) = call.keyword("weights").filter(|_| data.kind == DataKind::Frame) {
                use_columns(cx, object, data, Some(weights));
            }
            sample(cx, data, call)
        }
        "sort_values" | "sort" => {
            let by = use_columns(cx, object, data, call.get(0, "by"));
            let dated = |name: &Arc<str>| {
                data.columns.get(name).is_some_and(|column| matches!(column.dtype, Dtype::Date | Dtype::Datetime))
            };
            let by_time = by.iter().any(dated);
            cx.add_data(Data { by_time, ..(**data).clone() })
        }
        "isin" | "between" | "isna" | "isnull" | "notna" | "notnull" | "eq" | "ne" | "lt" | "gt" | "le" | "ge" => {
            let kind = if data.kind == DataKind::Frame { DataKind::Frame } else { DataKind::Mask };
            cx.combined(&[object], Some(kind))
        }
        "mean" | "median" | "std" | "var" | "min" | "max" | "quantile" | "mode" | "sum" | "skew" | "kurt"
        | "kurtosis" | "sem" | "mad" | "prod" | "describe" | "corr" | "cov" | "corrwith" | "agg" | "aggregate"
        | "idxmax" | "idxmin" | "argmax" | "argmin" | "ptp" | "value_counts" | "nunique" | "count"
            if !by_row =>
        {
            if let Some(value) = super::super::metrics::share_of_hits(cx, name, object, call) {
                return value;
            }
            if name == "value_counts" && data.kind == DataKind::Frame {
                use_columns(cx, object, data, call.get(0, "subset"));
            }
            let what = if name == "agg" || name == "aggregate" { "agg" } else { name };
            // What one row says of itself is no statistic of the table.
            let counts = matches!(name, "nunique" | "count") || counts_missing(name, call) || data.n_rows == Some(1);
            let infos = data.all_infos();
            let learned =
                if counts { Infos::default() } else { cx.learn(data.rows, call.range(), what, InfoKind::Statistic) };
            statistic(cx, infos.union(&learned))
        }
        "mean" | "median" | "std" | "var" | "min" | "max" | "sum" | "prod" | "count" | "nunique" | "idxmax"
        | "idxmin" | "any" | "all"
            if by_row =>
        {
            cx.combined(&[object], Some(DataKind::Series))
        }
        "unique" | "tolist" | "to_list" | "to_dict" | "to_dicts" | "items" | "keys" | "iterrows" | "itertuples"
        | "any" | "all" | "item" => listed(cx, data, name),
        "rank" => {
            let infos = cx.learn(data.rows, call.range(), "rank", InfoKind::Statistic);
            cx.changed(data, infos)
        }
        "shift" => shift(cx, data, call),
        "bfill" | "backfill" => {
            future(cx, data, "bfill", call);
            let infos = cx.learn(data.rows, call.range(), "bfill", InfoKind::Future);
            cx.changed(data, infos)
        }
        "interpolate" => cx.changed(data, Infos::default()),
        "diff" | "pct_change" => {
            let infos = if looks_ahead(cx, call) {
                future(cx, data, name, call);
                cx.learn(data.rows, call.range(), name, InfoKind::Future)
            } else {
                Infos::default()
            };
            let made = cx.changed(data, infos);
            cx.change_data(&made, |data| data.by_time = true);
            made
        }
        "sort_index" => cx.add_data((**data).clone()),
        "fillna" => fillna(cx, object, data, call),
        "apply" | "map" | "applymap" | "pipe" | "transform" => apply(cx, object, data, name, call),
        "astype" => {
            if let Some(types) = call.get(0, "dtype")
                && let Some((_, dict)) = cx.state.dict(&types.value)
            {
                for (key, _) in dict.entries.clone() {
                    for (name, origin) in cx.names_in(&key).unwrap_or_default() {
                        cx.find_column(object, data, &name, None, origin);
                    }
                }
            }
            let dtype = call.get(0, "dtype").map_or(Dtype::Unknown, |dtype| dtype_of(&dtype.value));
            if let [only] = &data.columns.list[..]
                && let Some((table, name)) = only.table.as_ref()
            {
                let has_missing = || {
                    let known = table.column(name).and_then(|column| column.missing_share);
                    known
                        .or_else(|| cx.source.column_summary(table, name).map(|summary| summary.missing_share))
                        .is_some_and(|share| share > 0.0)
                };
                let cuts = only.dtype == Dtype::Float && dtype == Dtype::Integer;
                if cuts || (dtype == Dtype::String && only.dtype != Dtype::String && has_missing()) {
                    let what = if cuts { "astype(int)" } else { "astype(str)" };
                    cx.note(call.range(), EventKind::Coercion { what: what.into() });
                }
            }
            let mut made = Data { ..(**data).clone() };
            if let ([only], true) = (&data.columns.list[..], dtype != Dtype::Unknown) {
                made.columns = Columns {
                    list: Columns::listed([Column { dtype, ..Column::clone(only) }]),
                    ..data.columns.clone()
                };
            }
            cx.add_data(made)
        }
        "to_numpy" | "toarray" | "todense" | "numpy" | "as_matrix" => {
            cx.add_data(Data { kind: DataKind::Array, dialect: Dialect::Numpy, ..(**data).clone() })
        }
        "to_frame" => {
            let mut columns = if data.kind == DataKind::Index { Columns::unknown() } else { data.columns.clone() };
            if let Some(name) = call.value(0, "name").as_text() {
                columns = Columns::closed(
                    data.columns
                        .list
                        .iter()
                        .take(1)
                        .map(|column| Column { name: name.clone(), ..Column::clone(column) }),
                );
            }
            cx.add_data(Data { kind: DataKind::Frame, columns, ..(**data).clone() })
        }
        "to_csv" | "to_parquet" | "to_excel" | "to_json" | "to_feather" | "to_sql" | "to_pickle" | "info" | "plot"
        | "hist" | "boxplot" | "memory_usage" | "to_string" | "to_html" | "to_markdown" | "write_csv"
        | "write_parquet" => {
            if matches!(name, "plot" | "hist" | "boxplot") {
                for keyword in ["x", "y", "column", "by"] {
                    use_columns(cx, object, data, call.keyword(keyword));
                }
            }
            Value::None
        }
        "copy" | "view" | "clone" => cx.add_data((**data).clone()),
        "split" | "random_split" => cx.opaque(data.rows, data.all_infos()),
        // Arrays: rows stay where only the shape changes.
        "reshape" | "ravel" | "flatten" | "squeeze" | "swapaxes" => cx.add_data((**data).clone()),
        "fit" | "fit_transform" | "predict" | "train" => {
            super::super::estimators::unknown_estimator_method(cx, object, data, name, call)
        }
        _ if data.kind == DataKind::Opaque && !keeps_columns(name) && !keeps_rows(name) => told(cx, data, call),
        _ => {
            let infos = call
                .arguments
                .iter()
                .fold(Infos::default(), |infos, argument| infos.union(&cx.infos_of(&argument.value)));
            let made = cx.changed(data, infos);
            if data.kind == DataKind::Frame && !keeps_columns(name) {
                cx.change_data(&made, |data| data.columns.open = true);
            }
            made
        }
    }
}

/// `df.reindex(columns=…)`: these columns, whether there or not.
fn reindexed(cx: &mut Interpreter<'_>, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let columns = call.keyword("columns").or_else(|| if is_axis(call, 1) { call.get(0, "labels") } else { None });
    let names = columns.map(|columns| cx.names_in(&columns.value));
    let columns = match names {
        None => data.columns.clone(),
        Some(None) => Columns::unknown(),
        Some(Some(names)) => {
            for (_, origin) in &names {
                cx.note_context(*origin, Context::Column(vec![data.clone()]));
            }
            let list = names
                .iter()
                .map(|(name, _)| data.columns.get(name).cloned().unwrap_or_else(|| Arc::new(Column::named(name))));
            Columns::closed(list)
        }
    };
    let infos = data.all_infos();
    cx.add_data(Data { columns, infos, n_rows: None, ..(**data).clone() })
}

/// Whether an expression of `eval` assigns: `c = a + b`.
fn makes_columns(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| {
        let is_part = |at: Option<usize>| {
            at.and_then(|at| bytes.get(at)).is_some_and(|byte| matches!(byte, b'=' | b'<' | b'>' | b'!'))
        };
        *byte == b'=' && !is_part(at.checked_sub(1)) && !is_part(Some(at + 1))
    })
}

/// Notes that an argument names columns.
pub(super) fn use_columns(
    cx: &mut Interpreter<'_>,
    object: &Value,
    data: &Arc<Data>,
    argument: Option<&Arg<'_>>,
) -> Vec<Arc<str>> {
    let Some(argument) = argument else { return Vec::new() };
    let names = match cx.names_in(&argument.value) {
        Some(names) => names,
        None => {
            let items = cx.state.items(&argument.value).map(|(items, _)| items).unwrap_or_default();
            items.iter().filter_map(|item| cx.names_in(item)).flatten().collect()
        }
    };
    for (name, origin) in &names {
        cx.find_column(object, data, name, None, *origin);
    }
    names.into_iter().map(|(name, _)| name).collect()
}

/// `frame.isnull().sum()`, `frame.isna().mean()`: how many values are missing says nothing of what they would be.
fn counts_missing(name: &str, call: &Call<'_>) -> bool {
    let method = |expr: &Expr| match &*expr.kind {
        ExprKind::Call { function, .. } => match &*function.kind {
            ExprKind::Attribute { value, attribute } => Some((value.clone(), attribute.name.clone())),
            _ => None,
        },
        _ => None,
    };
    let inner = method(call.expr).and_then(|(inner, _)| method(&inner));
    matches!(name, "sum" | "mean") && inner.is_some_and(|(_, name)| matches!(&*name, "isnull" | "isna"))
}

pub(super) fn is_axis(call: &Call<'_>, axis: u8) -> bool {
    let argument = call.keyword("axis");
    match argument.map(|argument| &argument.value) {
        Some(Value::Number(Some(number))) => *number == f64::from(axis),
        Some(Value::Str(text)) => match text.value.as_deref() {
            Some("columns") => axis == 1,
            Some("index" | "rows") => axis == 0,
            _ => false,
        },
        _ => false,
    }
}

fn assign(cx: &mut Interpreter<'_>, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let made = cx.add_data((**data).clone());
    for argument in &call.arguments {
        let Some(name) = argument.keyword.clone() else { continue };
        let value = match &argument.value {
            function @ (Value::Lambda(..) | Value::Function(..)) => {
                cx.call_with(&function.clone(), std::slice::from_ref(&made), call)
            }
            value => value.clone(),
        };
        let Some(current) = cx.data_of(&made) else { break };
        let range = keyword_range(cx, call, argument, &name);
        cx.set_column(&made, &current, &name, &value, range, None);
    }
    // `assign(**columns)` of which not all are known.
    if let ExprKind::Call { arguments, .. } = &*call.expr.kind {
        let is_unknown = |argument: &Argument| {
            let seen = cx.flow.at(argument.value.id).map(|seen| &seen.value);
            let dict = seen.filter(|_| cx.elsewhere.is_none()).and_then(|value| cx.state.dict(value));
            dict.is_none_or(|(_, dict)| dict.open || dict.entries.iter().any(|(key, _)| key.as_text().is_none()))
        };
        if arguments.iter().any(|argument| argument.kind == ArgumentKind::KeywordRest && is_unknown(argument)) {
            cx.change_data(&made, |data| data.columns.open = true);
        }
    }
    made
}

/// Where a keyword of a call stands: right before its value.
pub(super) fn keyword_range(cx: &Interpreter<'_>, call: &Call<'_>, argument: &Arg<'_>, name: &str) -> TextRange {
    let Some(range) = argument.range() else { return call.range() };
    if cx.elsewhere.is_some() {
        return range;
    }
    let before = TextRange::new(call.range().start, range.start);
    match before.of(cx.text).rfind(name) {
        Some(place) => TextRange::new(before.start + place as u32, before.start + (place + name.len()) as u32),
        None => range,
    }
}

/// Some of the rows, by a condition.
pub(super) fn filtered(cx: &mut Interpreter<'_>, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let text = call.range().of(cx.text);
    // The condition, not what it is applied to: the same one on features and target chooses the same rows.
    let start = text.find('(').map_or(call.range().start, |place| call.range().start + place as u32);
    let key = cx.text_hash(TextRange::new(start, call.range().end));
    let conditions = match call.positional(0) {
        Some(argument) => match argument.value.as_text() {
            Some(query) => cx.conditions_in_text(query),
            None => argument.expr.map(|condition| cx.conditions(condition)).unwrap_or_default(),
        },
        None => Vec::new(),
    };
    let rows = cx.rows_from(Step::Filter { key, conditions }, data.rows, call.range());
    cx.add_data(Data { rows, n_rows: None, ..(**data).clone() })
}
