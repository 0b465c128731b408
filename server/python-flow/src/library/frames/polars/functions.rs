//! Functions of the module `polars`.

use std::sync::Arc;

use mlwright_python_values::Context;
use mlwright_python_values::column::{Column, Columns};
use mlwright_python_values::recipe::{Change, Recipe};
use mlwright_python_values::value::{Data, DataKind, Dialect, Text, Value};
use mlwright_source_text::Dtype;

use super::build::{plain_names, recipe_method, recipes_in, value_of};
use crate::arguments::{Arg, Call};
use crate::interpreter::Interpreter;
use crate::library::frames::read;

/// A function of polars by its name.
pub(crate) fn call_polars(cx: &mut Interpreter<'_>, name: &str, call: &Call<'_>) -> Value {
    match name {
        "read_csv" | "read_parquet" | "read_json" | "read_ndjson" | "read_ipc" | "read_ipc_stream" | "read_excel"
        | "read_ods" | "read_avro" | "read_delta" | "read_csv_batched" => read::read_file(cx, call, Dialect::Polars),
        "scan_csv" | "scan_parquet" | "scan_ndjson" | "scan_ipc" | "scan_delta" => {
            read::read_file(cx, call, Dialect::PolarsLazy)
        }
        "read_database" | "read_database_uri" => {
            let made = cx.opaque_source(call.range());
            if let Some(Value::Str(text)) = call.get(0, "query").map(|argument| argument.value.clone()) {
                cx.note_context(text.origin, Context::Sql(Vec::new()));
            }
            cx.change_data(&made, |data| {
                data.kind = DataKind::Frame;
                data.dialect = Dialect::Polars;
            });
            made
        }
        "DataFrame" | "from_dict" | "from_dicts" | "from_records" | "from_numpy" | "DataFrame.from_dict" => {
            frame(cx, call, Dialect::Polars)
        }
        "LazyFrame" => frame(cx, call, Dialect::PolarsLazy),
        "from_pandas" | "from_arrow" => match cx.data_of(&call.value(0, "data")) {
            Some(data) => cx.add_data(Data { dialect: Dialect::Polars, grouped_by: Vec::new(), ..(*data).clone() }),
            None => cx.opaque_result(call),
        },
        "Series" => series(cx, call),
        "concat" => super::join::concat(cx, call),
        "align_frames" => cx.opaque_result(call),
        "collect_all" => {
            let (items, open) = cx.state.items(&call.value(0, "lazy_frames")).unwrap_or_default();
            let items = items.iter().map(|item| collected(cx, item)).collect();
            cx.add_list(items, open)
        }
        "Datetime" | "Duration" | "List" | "Array" | "Struct" | "Decimal" | "Enum" | "Categorical" | "Field" => {
            Value::Library(format!("polars.{name}").into())
        }
        "col" => columns(cx, call),
        "element" => value_of(Recipe::Constant(Value::Unknown)),
        "exclude" => {
            let names: Vec<Arc<Recipe>> =
                call.arguments.iter().flat_map(|argument| recipes_in(cx, &argument.value, true)).collect();
            value_of(plain_names(&names).map_or(Recipe::Chosen, Recipe::AllBut))
        }
        "all" if call.arguments.is_empty() => value_of(Recipe::AllBut(Vec::new())),
        "lit" => match call.value(0, "value") {
            value @ (Value::Str(_) | Value::Number(_) | Value::Bool(_) | Value::None) => {
                value_of(Recipe::Constant(value))
            }
            value => value_of(match cx.data_of(&value).filter(|data| data.kind == DataKind::Series) {
                Some(data) => Recipe::Series(data),
                None => Recipe::Constant(value),
            }),
        },
        "when" => {
            let conditions = call.arguments.iter().filter(|argument| argument.keyword.is_none());
            value_of(Recipe::Condition(conditions.flat_map(|argument| recipes_in(cx, &argument.value, true)).collect()))
        }
        "len" => named(
            Recipe::Changed {
                inner: Arc::new(Recipe::Constant(Value::Number(None))),
                change: Change::Single(Dtype::Integer),
            },
            "len",
        ),
        "count" if call.arguments.is_empty() => {
            // Its name is another in older versions.
            value_of(Recipe::Changed {
                inner: Arc::new(Recipe::Constant(Value::Number(None))),
                change: Change::Scattered,
            })
        }
        "first" | "last" | "nth" if call.arguments.is_empty() || name == "nth" => value_of(Recipe::Chosen),
        "sum" | "mean" | "min" | "max" | "median" | "std" | "var" | "first" | "last" | "n_unique" | "count"
        | "implode" | "cum_sum" | "approx_n_unique" | "any" | "all" | "quantile" | "head" | "tail" => {
            let Value::Recipe(inner) = columns(cx, call) else { return Value::Unknown };
            let rest = Call { expr: call.expr, arguments: Vec::new() };
            recipe_method(cx, &inner, "", name, &rest)
        }
        "sum_horizontal" | "mean_horizontal" | "min_horizontal" | "max_horizontal" | "all_horizontal"
        | "any_horizontal" | "concat_str" | "concat_list" | "concat_arr" | "coalesce" | "struct"
        | "cum_sum_horizontal" => folded(cx, name, call),
        "format" | "datetime" | "date" | "time" | "duration" | "corr" | "cov" | "rolling_corr" | "rolling_cov"
        | "fold" | "reduce" | "map_batches" | "map_groups" | "arctan2" | "arg_sort_by" | "arg_where" => {
            let Value::Recipe(inner) = folded(cx, name, call) else { return Value::Unknown };
            value_of(Recipe::Changed { inner, change: Change::SomeName })
        }
        "int_range" | "arange" | "int_ranges" | "date_range" | "datetime_range" | "time_range" | "date_ranges"
        | "datetime_ranges" | "repeat" | "ones" | "zeros" | "linear_space" | "from_epoch" | "sql_expr" => {
            value_of(Recipe::Changed { inner: Arc::new(Recipe::Constant(Value::Unknown)), change: Change::SomeName })
        }
        "Config" | "enable_string_cache" | "StringCache" | "set_random_seed" | "show_versions" => Value::Unknown,
        // `cs.by_name("a")`: with other selectors it may be any set, but what is named is there.
        "selectors.by_name" => match columns(cx, call) {
            Value::Recipe(inner) if call.flag("require_all") != Some(false) => {
                value_of(Recipe::Changed { inner, change: Change::Scattered })
            }
            _ => value_of(Recipe::Chosen),
        },
        // `cs.numeric()`: which columns is not worked out.
        _ if name.starts_with("selectors.") => value_of(Recipe::Chosen),
        _ => match name.strip_prefix("col.") {
            // `pl.col.price.mean()`
            Some(rest) => {
                let mut parts = rest.split('.');
                let column = parts.next().unwrap_or("");
                let methods: Vec<&str> = parts.collect();
                let recipe = Arc::new(Recipe::Columns(vec![(column.into(), None)]));
                match methods[..] {
                    [method] => recipe_method(cx, &recipe, "", method, call),
                    [accessor, method] => recipe_method(cx, &recipe, accessor, method, call),
                    _ => Value::Recipe(recipe),
                }
            }
            None => cx.opaque_result(call),
        },
    }
}

fn named(recipe: Recipe, name: &str) -> Value {
    value_of(Recipe::Changed { inner: Arc::new(recipe), change: Change::Name((name.into(), None)) })
}

/// `pl.col(…)`: columns by name, else by type.
fn columns(cx: &Interpreter<'_>, call: &Call<'_>) -> Value {
    let mut names = Vec::new();
    let mut all_known = true;
    for argument in &call.arguments {
        let items = match cx.state.items(&argument.value) {
            Some((items, open)) => {
                all_known &= !open;
                items
            }
            None => vec![argument.value.clone()],
        };
        for item in items {
            match item {
                Value::Str(Text { value: Some(text), origin }) => names.push((text, origin)),
                _ => all_known = false,
            }
        }
    }
    let known = Recipe::Columns(names);
    if all_known && !call.arguments.is_empty() {
        return value_of(known);
    }
    value_of(Recipe::Changed { inner: Arc::new(known), change: Change::Scattered })
}

/// Several columns made into one.
fn folded(cx: &Interpreter<'_>, name: &str, call: &Call<'_>) -> Value {
    let skipped = usize::from(name == "format");
    let mut parts: Vec<Arc<Recipe>> =
        call.positionals().skip(skipped).flat_map(|argument| recipes_in(cx, &argument.value, true)).collect();
    parts.extend(call.keyword("exprs").into_iter().flat_map(|argument| recipes_in(cx, &argument.value, true)));
    if matches!(name, "datetime" | "date" | "time" | "duration") {
        // Numbers of days and hours by keyword may be columns.
        let numbers = call.arguments.iter().filter(|argument| {
            argument
                .keyword
                .as_deref()
                .is_some_and(|keyword| !matches!(keyword, "time_unit" | "time_zone" | "ambiguous"))
        });
        parts.extend(numbers.flat_map(|argument| recipes_in(cx, &argument.value, true)));
    }
    let dtype = match name {
        "all_horizontal" | "any_horizontal" => Dtype::Boolean,
        "concat_str" | "format" => Dtype::String,
        "mean_horizontal" => Dtype::Float,
        _ => Dtype::Unknown,
    };
    if parts.is_empty() {
        return value_of(Recipe::Chosen);
    }
    value_of(Recipe::Folded { parts, dtype })
}

/// `pl.Series(name, values)`.
fn series(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let first = call.get(0, "name").map(|argument| argument.value.clone()).unwrap_or_default();
    let (name, value) = match (&first, call.get(1, "values")) {
        (Value::Str(Text { value: Some(name), .. }), values) => {
            (name.clone(), values.map(|values| values.value.clone()).unwrap_or_default())
        }
        (_, Some(values)) if call.keyword("values").is_some() => (Arc::from(""), values.value.clone()),
        _ => (Arc::from(""), first),
    };
    let element = cx.state.items(&value).and_then(|(items, _)| items.first().cloned());
    let mut column = cx.column_from(&name, &value, Some(call.range()));
    if let Some(element) = element {
        column.dtype = cx.column_from(&name, &element, None).dtype;
    }
    match cx.data_of(&value) {
        Some(data) => {
            let infos = data.infos.clone();
            let columns = Columns::closed(vec![column]);
            cx.add_data(Data { kind: DataKind::Series, dialect: Dialect::Polars, columns, infos, ..(*data).clone() })
        }
        None => {
            let rows = cx.new_rows(call.range());
            let n_rows = cx.state.items(&value).filter(|(_, open)| !open).map(|(items, _)| items.len() as u64);
            cx.add_data(Data {
                kind: DataKind::Series,
                ..read::frame_data(Columns::closed(vec![column]), rows, n_rows, Dialect::Polars)
            })
        }
    }
}

/// `pl.DataFrame(data, schema)`.
fn frame(cx: &mut Interpreter<'_>, call: &Call<'_>, dialect: Dialect) -> Value {
    // The schema may be a dictionary of types, or a list of names and types.
    let schema = call.get(1, "schema").map(|argument| argument.value.clone());
    let data = call.get(0, "data");
    let data_value = data.map(|argument| argument.value.clone()).unwrap_or(Value::None);
    let arguments: Vec<Arg<'_>> = data.into_iter().map(|argument| Arg { keyword: None, ..argument.clone() }).collect();
    let made = if let Some((items, open)) =
        cx.state.items(&data_value).filter(|(items, _)| items.iter().any(|item| cx.data_of(item).is_some()))
    {
        of_series(cx, &items, open, call, dialect)
    } else {
        read::frame(cx, &Call { expr: call.expr, arguments }, dialect)
    };
    let Some(schema) = schema else { return made };
    let is_dict_of_columns = cx.state.dict(&data_value).is_some();
    let mut columns: Option<Vec<Column>> = Some(Vec::new());
    let entries: Option<Vec<(Value, Value)>> = match (cx.state.dict(&schema), cx.state.items(&schema)) {
        (Some((_, dict)), _) if !dict.open => Some(dict.entries.clone()),
        (_, Some((items, false))) => items
            .into_iter()
            .map(|item| match item {
                Value::Str(_) => Some((item, Value::Unknown)),
                Value::Tuple(pair) if pair.len() == 2 => Some((pair[0].clone(), pair[1].clone())),
                _ => None,
            })
            .collect(),
        _ => None,
    };
    let before = cx.data_of(&made).map(|data| data.columns.clone()).unwrap_or_else(Columns::unknown);
    for (key, value) in entries.iter().flatten() {
        match (key.as_text(), &mut columns) {
            (Some(name), Some(columns)) => {
                let known = before
                    .get(name)
                    .cloned()
                    .unwrap_or_else(|| Arc::new(Column { made: Some(call.range()), ..Column::named(name) }));
                let dtype = match super::super::methods::dtype_of(value) {
                    Dtype::Unknown => known.dtype,
                    dtype => dtype,
                };
                columns.push(Column { dtype, ..Column::clone(&known) });
            }
            _ => columns = None,
        }
    }
    let columns = match (entries, columns) {
        (Some(_), Some(columns)) => Columns::closed(columns),
        _ if is_dict_of_columns => Columns { open: true, ..before },
        _ => Columns::unknown(),
    };
    cx.change_data(&made, |data| data.columns = columns);
    made
}

/// A frame of a list of series.
fn of_series(cx: &mut Interpreter<'_>, items: &[Value], open: bool, call: &Call<'_>, dialect: Dialect) -> Value {
    let mut columns = Columns { open, ..Columns::default() };
    let mut rows = None;
    for item in items {
        match cx.data_of(item) {
            Some(data) if data.columns.list.len() == 1 && !data.columns.open => {
                rows = rows.or(Some(data.rows));
                columns.set(Column { infos: data.all_infos(), ..Column::clone(&data.columns.list[0]) });
            }
            _ => columns.open = true,
        }
    }
    let rows = rows.unwrap_or_else(|| cx.new_rows(call.range()));
    cx.add_data(read::frame_data(columns, rows, None, dialect))
}

/// A lazy frame, run.
pub(super) fn collected(cx: &mut Interpreter<'_>, value: &Value) -> Value {
    match cx.data_of(value) {
        Some(data) => cx.add_data(Data { dialect: Dialect::Polars, ..(*data).clone() }),
        None => Value::Unknown,
    }
}
