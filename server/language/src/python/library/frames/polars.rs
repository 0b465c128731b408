//! polars: frames, lazy frames, and what expressions over their columns name and give.

use std::sync::Arc;

use super::methods::{filtered, use_columns};
use crate::python::ast::{Argument, ArgumentKind, Expr, ExprId, ExprKind};
use crate::python::flow::arguments::Call;
use crate::python::flow::column::{Column, Columns};
use crate::python::flow::info::{InfoKind, Infos};
use crate::python::flow::interpreter::Interpreter;
use crate::python::flow::rows::Step;
use crate::python::flow::value::{Data, DataKind, Dialect, Value};
use crate::schema::Dtype;
use crate::text::TextRange;

/// A function of polars by its name.
pub(crate) fn call_polars(cx: &mut Interpreter<'_>, name: &str, call: &Call<'_>) -> Value {
    match name {
        "read_csv" | "read_parquet" | "read_json" | "read_ndjson" | "read_ipc" | "read_excel" | "read_avro" | "read_delta" => {
            super::read::read_file(cx, call, Dialect::Polars)
        }
        "scan_csv" | "scan_parquet" | "scan_ndjson" | "scan_ipc" | "scan_delta" => super::read::read_file(cx, call, Dialect::PolarsLazy),
        "DataFrame" | "from_dict" | "from_dicts" => super::read::frame(cx, call, Dialect::Polars),
        "LazyFrame" => super::read::frame(cx, call, Dialect::PolarsLazy),
        "concat" => super::concat(cx, call, Dialect::Polars),
        _ => cx.opaque_result(call),
    }
}

/// A method of a frame of polars; `None` for those that mean what pandas' do.
pub(super) fn frame_method(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, name: &str, call: &Call<'_>) -> Option<Value> {
    match data.kind {
        DataKind::Grouped => return grouped_method(cx, object, data, name, call),
        DataKind::Frame | DataKind::Opaque => {}
        _ => return None,
    }
    let made = match name {
        "select" | "select_seq" => {
            let outputs = outputs(cx, object, data, call, Statistics::Shrink);
            (**data).clone_with(outputs.columns(Columns::default()), outputs.infos)
        }
        "with_columns" | "with_columns_seq" => {
            let outputs = outputs(cx, object, data, call, Statistics::Spread);
            let current = cx.data_of(object).unwrap_or_else(|| data.clone());
            (*current).clone_with(outputs.columns(current.columns.clone()), outputs.infos)
        }
        "filter" | "remove" => {
            outputs(cx, object, data, call, Statistics::Shrink);
            return Some(filtered(cx, data, call));
        }
        "sort" | "top_k" | "bottom_k" => {
            outputs(cx, object, data, call, Statistics::Shrink);
            Data { by_time: false, ..(**data).clone() }
        }
        "group_by" | "groupby" | "group_by_dynamic" | "rolling" => {
            let keys = outputs(cx, object, data, call, Statistics::Shrink);
            let current = cx.data_of(object).unwrap_or_else(|| data.clone());
            let columns = Columns { open: current.columns.open || keys.unknown, ..current.columns.clone() };
            let grouped_by = keys.list.iter().map(|column| column.name.clone()).collect();
            Data { kind: DataKind::Grouped, columns, grouped_by, keys_stay: true, ..(*current).clone() }
        }
        "drop" => return Some(drop(cx, object, data, call)),
        "drop_in_place" => {
            let key = call.value(0, "name");
            let series = cx.names_in(&key).and_then(|names| names.into_iter().next()).map(|(name, origin)| cx.column(object, data, &name, None, origin));
            cx.drop_columns(object, &key, None, true);
            return series.or(Some(Value::Unknown));
        }
        "with_row_index" | "with_row_count" => {
            let default = if name == "with_row_index" { "index" } else { "row_nr" };
            let named = call.get(0, "name").map_or(Some(default.into()), |argument| argument.value.as_text().cloned());
            let mut columns = data.columns.clone();
            match named {
                Some(named) => {
                    let own = Column { dtype: Dtype::Integer, made: Some(cx.site(call.range())), ..Column::named(&named) };
                    columns.list = Arc::new(std::iter::once(own).chain(columns.list.iter().cloned()).collect());
                }
                None => columns.open = true,
            }
            Data { columns, ..(**data).clone() }
        }
        "explode" => {
            outputs(cx, object, data, call, Statistics::Shrink);
            Data { n_rows: None, ..(**data).clone() }
        }
        "unique" => {
            use_columns(cx, object, data, call.get(0, "subset"));
            return Some(filtered(cx, data, call));
        }
        "get_column" => {
            let names = cx.names_in(&call.value(0, "name")).unwrap_or_default();
            return names.into_iter().next().map(|(name, origin)| cx.column(object, data, &name, None, origin));
        }
        "collect" => Data { dialect: Dialect::Polars, ..(**data).clone() },
        "lazy" => Data { dialect: Dialect::PolarsLazy, ..(**data).clone() },
        "to_pandas" => Data { dialect: Dialect::Pandas, ..(**data).clone() },
        "cast" | "fill_null" | "fill_nan" | "reverse" | "rechunk" | "slice" | "cache" | "set_sorted" | "clear" | "gather_every" | "shrink_to_fit"
        | "drop_nans" => {
            let infos = call.arguments.iter().fold(data.infos.clone(), |infos, argument| infos.union(&cx.infos_of(&argument.value)));
            let n_rows = data.n_rows.filter(|_| !matches!(name, "slice" | "clear" | "gather_every" | "drop_nans"));
            Data { infos, n_rows, ..(**data).clone() }
        }
        "unnest" | "to_dummies" | "hstack" | "transpose" | "update" | "join_where" | "join_asof" | "select_by" | "upsample" | "map_rows" | "corr"
        | "partition_by" | "sql" | "vstack" | "merge_sorted" => {
            let infos = call.arguments.iter().fold(data.all_infos(), |infos, argument| infos.union(&cx.infos_of(&argument.value)));
            Data { columns: Columns::unknown(), infos, n_rows: None, ..(**data).clone() }
        }
        "insert_column" | "replace_column" | "extend" => {
            cx.change_data(object, |data| data.columns.open = true);
            return Some(object.clone());
        }
        _ => return None,
    };
    Some(cx.add_data(made))
}

impl Data {
    fn clone_with(&self, columns: Columns, infos: Infos) -> Data {
        Data { kind: DataKind::Frame, columns, infos: self.infos.union(&infos), ..self.clone() }
    }
}

fn grouped_method(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, name: &str, call: &Call<'_>) -> Option<Value> {
    let keys = data.grouped_by.iter().map(|key| data.columns.get(key).cloned().unwrap_or_else(|| Column::named(key)));
    let mut columns = Columns::closed(keys.collect());
    // Keys that are not known are columns of the result.
    columns.open = data.grouped_by.is_empty();
    let outputs = match name {
        "agg" => outputs(cx, object, data, call, Statistics::Shrink),
        "len" | "count" => {
            let named = call.value(0, "name").as_text().cloned().unwrap_or_else(|| if name == "len" { "len".into() } else { "count".into() });
            let column = Column { dtype: Dtype::Integer, made: Some(cx.site(call.range())), ..Column::named(&named) };
            Outputs { list: vec![column], ..Outputs::default() }
        }
        "mean" | "median" | "sum" | "min" | "max" | "first" | "last" | "n_unique" | "quantile" | "all" => {
            let own = data.columns.list.iter().filter(|column| !data.grouped_by.contains(&column.name));
            Outputs { list: own.map(|column| Column { table: None, ..column.clone() }).collect(), unknown: data.columns.open, ..Outputs::default() }
        }
        "head" | "tail" => return Some(filtered(cx, data, call)).map(|value| framed(cx, &value)),
        _ => return Some(cx.opaque(data.rows, data.all_infos())),
    };
    let site = cx.site(call.range());
    let infos = cx.learn(data.rows, call.range(), &format!("group_by().{name}"), InfoKind::Statistic).union(&data.all_infos());
    let rows = cx.rows_from(Step::Derived { site }, data.rows, call.range());
    let columns = outputs.columns(columns);
    Some(cx.add_data(Data {
        kind: DataKind::Frame,
        columns,
        rows,
        infos: infos.union(&outputs.infos),
        n_rows: None,
        grouped_by: Vec::new(),
        keys_stay: false,
        ..(**data).clone()
    }))
}

fn framed(cx: &mut Interpreter<'_>, value: &Value) -> Value {
    cx.change_data(value, |data| {
        data.kind = DataKind::Frame;
        data.grouped_by = Vec::new();
    });
    value.clone()
}

fn drop(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let mut columns = data.columns.clone();
    let strict = call.flag("strict") != Some(false);
    let values: Vec<Value> = call.positionals().chain(call.keyword("columns")).map(|argument| argument.value.clone()).collect();
    for value in values {
        match cx.names_in(&value) {
            Some(names) => {
                for (name, origin) in names {
                    if strict {
                        cx.find_column(object, data, &name, None, origin);
                    } else {
                        cx.note_context(origin, crate::python::flow::Context::Column(vec![data.clone()]));
                    }
                    columns.remove(&name);
                }
            }
            // Which are gone is not known.
            None => columns = Columns::unknown(),
        }
    }
    let infos = if columns.open { data.all_infos() } else { data.infos.clone() };
    cx.add_data(Data { columns, infos, ..(**data).clone() })
}

/// What a statistic over rows in an expression means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Statistics {
    /// The result sums up rows, or only chooses among them.
    Shrink,
    /// Each row of the result knows what was computed over all.
    Spread,
}

/// The columns that expressions give.
#[derive(Debug, Default)]
struct Outputs {
    list: Vec<Column>,
    /// Whether there are some of which the names are not known.
    unknown: bool,
    infos: Infos,
}

impl Outputs {
    /// `columns` with these set in them.
    fn columns(&self, mut columns: Columns) -> Columns {
        for column in &self.list {
            columns.set(column.clone());
        }
        columns.open |= self.unknown;
        columns
    }
}

/// What the arguments of a call give of `data`; notes the columns that they name.
fn outputs(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, call: &Call<'_>, statistics: Statistics) -> Outputs {
    let mut outputs = Outputs::default();
    let ExprKind::Call { arguments, .. } = &*call.expr.kind else { return Outputs { unknown: true, ..outputs } };
    // The expressions of another file have numbers of their own.
    if cx.elsewhere.is_some() {
        return Outputs { unknown: true, ..outputs };
    }
    for argument in arguments {
        match &argument.kind {
            ArgumentKind::Positional => {
                for expr in items(&argument.value) {
                    output(cx, object, data, expr, None, statistics, &mut outputs);
                }
            }
            ArgumentKind::Keyword(name) if !is_setting(&name.name) => {
                output(cx, object, data, &argument.value, Some((&name.name, name.range)), statistics, &mut outputs);
            }
            ArgumentKind::Keyword(name) if matches!(&*name.name, "by" | "more_by" | "group_by" | "index_column") => {
                for expr in items(&argument.value) {
                    output(cx, object, data, expr, None, statistics, &mut outputs);
                }
            }
            ArgumentKind::Keyword(_) => {}
            ArgumentKind::Rest | ArgumentKind::KeywordRest => outputs.unknown = true,
        }
    }
    outputs
}

/// Keywords of frames' methods that are no columns.
fn is_setting(name: &str) -> bool {
    matches!(
        name,
        "descending" | "nulls_last" | "maintain_order" | "multithreaded" | "by" | "more_by" | "every" | "period" | "offset" | "closed" | "label"
            | "include_boundaries" | "start_by" | "group_by" | "index_column" | "k" | "reverse" | "columns" | "exprs" | "strict" | "in_place"
    )
}

fn items(expr: &Expr) -> &[Expr] {
    match &*expr.kind {
        ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items) => items,
        _ => std::slice::from_ref(expr),
    }
}

#[allow(clippy::too_many_arguments, reason = "the walk, the frame, the expression and what it adds to")]
fn output(
    cx: &mut Interpreter<'_>,
    object: &Value,
    data: &Arc<Data>,
    expr: &Expr,
    keyword: Option<(&Arc<str>, TextRange)>,
    statistics: Statistics,
    outputs: &mut Outputs,
) {
    let mut reading = Reading::default();
    read(cx, expr, &mut reading);
    let mut inputs: Vec<Column> = Vec::new();
    for (name, origin) in &reading.inputs {
        inputs.push(cx.find_column(object, data, name, None, Some(*origin)));
    }
    let mut infos = inputs.iter().fold(Infos::default(), |infos, column| infos.union(&column.infos));
    if let (Some(what), Statistics::Spread) = (&reading.statistic, statistics) {
        infos = infos.union(&cx.learn(data.rows, expr.range, what, InfoKind::Statistic));
    }
    if reading.looks_ahead {
        infos = infos.union(&cx.learn(data.rows, expr.range, "shift", InfoKind::Future));
        let column = reading.inputs.first().map(|(name, _)| name.clone());
        cx.note(expr.range, crate::python::flow::event::EventKind::Future { what: "shift".into(), column });
    }
    if reading.coerces {
        cx.note(expr.range, crate::python::flow::event::EventKind::Coercion { what: "cast(strict=False)".into() });
    }
    let named = match keyword {
        Some((name, range)) => Named::One(name.clone(), Some(range)),
        None => reading.named,
    };
    match named {
        // `pl.col("a", "b")`: each as it is, or changed under its name.
        Named::Inputs => {
            for column in inputs {
                let is_same = reading.is_plain;
                let changed = Column { infos: column.infos.union(&infos), table: None, dtype: Dtype::Unknown, ..column.clone() };
                outputs.list.push(if is_same { column } else { changed });
            }
        }
        Named::One(name, range) => {
            if let (Some(range), None) = (range, keyword) {
                cx.note_use(range, &name, data, None, true);
            } else if let Some((name, range)) = keyword {
                cx.note_use(range, name, data, None, true);
            }
            let origins = inputs.iter().fold(Arc::from([]), |origins, column| crate::python::flow::column::union(&origins, &column.origins));
            outputs.list.push(Column { made: range.or(Some(cx.site(expr.range))), origins, infos, ..Column::named(&name) });
        }
        Named::Unknown => {
            outputs.unknown = true;
            outputs.infos = outputs.infos.union(&infos);
            // What is not understood may hold all that the frame does.
            if reading.inputs.is_empty() {
                outputs.infos = outputs.infos.union(&data.all_infos());
            }
        }
    }
}

/// The names that an expression gives its results.
#[derive(Debug, Default)]
enum Named {
    /// Those of its inputs.
    Inputs,
    One(Arc<str>, Option<TextRange>),
    #[default]
    Unknown,
}

/// An expression as it is written.
#[derive(Debug, Default)]
struct Reading {
    inputs: Vec<(Arc<str>, ExprId)>,
    named: Named,
    /// Whether it is columns as they are.
    is_plain: bool,
    /// A statistic over rows inside.
    statistic: Option<String>,
    looks_ahead: bool,
    /// A cast that turns what it cannot read into missing values.
    coerces: bool,
}

fn read(cx: &Interpreter<'_>, expr: &Expr, reading: &mut Reading) {
    match &*expr.kind {
        ExprKind::Str(literal) => {
            reading.inputs.push((literal.value.clone(), expr.id));
            reading.named = if is_pattern(&literal.value) { Named::Unknown } else { Named::Inputs };
            reading.is_plain = true;
            if is_pattern(&literal.value) {
                reading.inputs.clear();
            }
        }
        ExprKind::Call { function, arguments } => read_call(cx, function, arguments, reading),
        // The name is that of what stands leftmost.
        ExprKind::Binary { left, right, .. } => read_all(cx, left, std::iter::once(right), reading),
        ExprKind::Compare { left, rest } => read_all(cx, left, rest.iter().map(|(_, operand)| operand), reading),
        ExprKind::Unary { operand, .. } => {
            read(cx, operand, reading);
            reading.is_plain = false;
        }
        ExprKind::Attribute { value, attribute } => match library(cx, value) {
            // `pl.col.name`
            Some(name) if &*name == "polars.col" => reading.named = Named::One(attribute.name.clone(), None),
            _ => read(cx, value, reading),
        },
        _ => {}
    }
}

fn read_all<'e>(cx: &Interpreter<'_>, first: &'e Expr, rest: impl Iterator<Item = &'e Expr>, reading: &mut Reading) {
    read(cx, first, reading);
    for expr in rest {
        let mut other = Reading::default();
        // A text beside an operator is a value.
        if !matches!(&*expr.kind, ExprKind::Str(_)) {
            read(cx, expr, &mut other);
        }
        merge(reading, other);
    }
    reading.is_plain = false;
    // Several inputs have a name each only where they stand alone.
    if let (Named::Inputs, Some((name, _))) = (&reading.named, reading.inputs.first()) {
        reading.named = Named::One(name.clone(), None);
    }
}

fn merge(reading: &mut Reading, other: Reading) {
    reading.inputs.extend(other.inputs);
    reading.statistic = reading.statistic.take().or(other.statistic);
    reading.looks_ahead |= other.looks_ahead;
    reading.coerces |= other.coerces;
}

fn library(cx: &Interpreter<'_>, expr: &Expr) -> Option<Arc<str>> {
    match &cx.flow.at(expr.id)?.value {
        Value::Library(name) => Some(name.clone()),
        _ => None,
    }
}

fn read_call(cx: &Interpreter<'_>, function: &Expr, arguments: &[Argument], reading: &mut Reading) {
    let values = || arguments.iter().filter(|argument| argument.kind == ArgumentKind::Positional).map(|argument| &argument.value);
    if let Some(name) = library(cx, function).filter(|name| name.starts_with("polars.")) {
        let short = name.rsplit('.').next().unwrap_or(&name);
        let strings = || values().flat_map(items).map(|item| match &*item.kind {
            ExprKind::Str(literal) if !is_pattern(&literal.value) => Some((literal.value.clone(), item.id)),
            _ => None,
        });
        match short {
            "col" => {
                let named: Option<Vec<_>> = strings().collect();
                if let Some(named) = named {
                    reading.inputs = named;
                    reading.named = Named::Inputs;
                    reading.is_plain = true;
                }
            }
            "len" => reading.named = Named::One("len".into(), None),
            "count" if arguments.is_empty() => reading.named = Named::One("count".into(), None),
            "lit" => reading.named = Named::One("literal".into(), None),
            "sum" | "mean" | "median" | "min" | "max" | "first" | "last" | "std" | "var" | "n_unique" | "quantile" | "count" => {
                reading.inputs = strings().flatten().collect();
                reading.named = Named::Inputs;
                reading.statistic = Some(short.to_owned());
            }
            // `when(…).then(…)`, `concat_str(…)`, `struct(…)`: what they name counts, their own name is not known.
            _ => {
                for value in values().flat_map(items).filter(|value| !matches!(&*value.kind, ExprKind::Str(_))) {
                    let mut inner = Reading::default();
                    read(cx, value, &mut inner);
                    merge(reading, inner);
                }
            }
        }
        return;
    }
    let ExprKind::Attribute { value, attribute } = &*function.kind else { return };
    // A method of another frame: its columns are not those of this one.
    if cx.flow.at(value.id).and_then(|seen| seen.data()).is_some_and(|data| data.kind != DataKind::Opaque && !data.columns.list.is_empty()) {
        return;
    }
    read(cx, value, reading);
    let takes_columns = matches!(&*attribute.name, "over" | "sort_by" | "top_k_by" | "bottom_k_by");
    for argument in arguments {
        for item in items(&argument.value) {
            let is_text = matches!(&*item.kind, ExprKind::Str(_));
            if is_text && !takes_columns {
                continue;
            }
            let mut inner = Reading::default();
            read(cx, item, &mut inner);
            merge(reading, inner);
        }
    }
    match &*attribute.name {
        "alias" => {
            reading.named = match values().next().map(|value| (&*value.kind, value.range)) {
                Some((ExprKind::Str(literal), range)) => Named::One(literal.value.clone(), Some(literal.content.unwrap_or(range))),
                _ => Named::Unknown,
            };
        }
        "suffix" | "prefix" | "map" | "map_fields" | "keep" | "to_lowercase" | "to_uppercase" | "unnest" | "exclude" | "field" => {
            let is_of_names = matches!(&*value.kind, ExprKind::Attribute { attribute, .. } if &*attribute.name == "name");
            if is_of_names || matches!(&*attribute.name, "exclude" | "unnest" | "field") {
                reading.named = Named::Unknown;
            }
        }
        "then" | "otherwise" | "when" => reading.named = Named::Unknown,
        "mean" | "median" | "std" | "var" | "min" | "max" | "quantile" | "sum" | "mode" | "skew" | "kurtosis" => {
            reading.statistic = Some(attribute.name.to_string());
        }
        "cast" => {
            let is_strict = |argument: &Argument| {
                !matches!(&argument.kind, ArgumentKind::Keyword(name) if &*name.name == "strict") || !matches!(&*argument.value.kind, ExprKind::Bool(false))
            };
            reading.coerces |= !arguments.iter().all(is_strict);
        }
        "shift" => {
            let is_negative = |expr: &Expr| matches!(&*expr.kind, ExprKind::Unary { operator: crate::python::ast::UnaryOperator::Minus, .. });
            reading.looks_ahead |= arguments.iter().any(|argument| is_negative(&argument.value));
        }
        _ => {}
    }
    reading.is_plain = false;
}

/// Whether a text stands for several columns.
fn is_pattern(name: &str) -> bool {
    name == "*" || (name.starts_with('^') && name.ends_with('$'))
}
