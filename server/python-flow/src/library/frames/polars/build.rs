//! Expressions as they are put together.

use std::sync::Arc;

use mlwright_python_syntax::ast::BinaryOperator;
use mlwright_python_values::event::EventKind;
use mlwright_python_values::recipe::{Change, ColumnName, Recipe};
use mlwright_python_values::value::{Text, Value};
use mlwright_source_text::Dtype;

use crate::arguments::Call;
use crate::interpreter::Interpreter;
use crate::library::frames::methods::dtype_of;

/// The expressions that a value stands for: one, or those of a list. Texts name columns where `names_columns`.
pub(super) fn recipes_in(cx: &Interpreter<'_>, value: &Value, names_columns: bool) -> Vec<Arc<Recipe>> {
    let recipe = match value {
        Value::Recipe(recipe) => return vec![recipe.clone()],
        Value::Str(Text { value: Some(text), origin }) if names_columns => {
            Recipe::Columns(vec![(text.clone(), *origin)])
        }
        Value::Str(Text { value: None, .. }) if names_columns => Recipe::Chosen,
        Value::Library(name) if name.starts_with("polars.col.") => {
            Recipe::Columns(vec![(name["polars.col.".len()..].into(), None)])
        }
        Value::Str(_) | Value::Number(_) | Value::Bool(_) | Value::None => Recipe::Constant(value.clone()),
        _ => match (cx.state.items(value), cx.data_of(value)) {
            (Some((items, open)), _) => {
                let mut recipes: Vec<Arc<Recipe>> =
                    items.iter().flat_map(|item| recipes_in(cx, item, names_columns)).collect();
                if open {
                    recipes.push(Arc::new(Recipe::Chosen));
                }
                return recipes;
            }
            (None, Some(data)) => Recipe::Series(data),
            (None, None) => Recipe::Chosen,
        },
    };
    vec![Arc::new(recipe)]
}

/// The names in values that name columns alone; `None` where one is something else.
pub(super) fn plain_names(recipes: &[Arc<Recipe>]) -> Option<Vec<ColumnName>> {
    let mut names = Vec::new();
    for recipe in recipes {
        match &**recipe {
            Recipe::Columns(more) if more.iter().all(|(name, _)| !is_pattern(name)) => {
                names.extend(more.iter().cloned());
            }
            _ => return None,
        }
    }
    Some(names)
}

/// Whether a name stands for several columns: `*`, `^…$`.
pub(super) fn is_pattern(name: &str) -> bool {
    name == "*" || (name.starts_with('^') && name.ends_with('$'))
}

pub(super) fn value_of(recipe: Recipe) -> Value {
    Value::Recipe(Arc::new(recipe))
}

fn changed(inner: &Arc<Recipe>, change: Change) -> Value {
    value_of(Recipe::Changed { inner: inner.clone(), change })
}

/// A value as an operand: texts are constants.
fn operand(cx: &Interpreter<'_>, value: &Value) -> Arc<Recipe> {
    recipes_in(cx, value, false).into_iter().next().unwrap_or_else(|| Arc::new(Recipe::Chosen))
}

fn is_recipe(value: &Value) -> bool {
    matches!(value, Value::Recipe(_)) || matches!(value, Value::Library(name) if name.starts_with("polars.col."))
}

/// `left operator right` where one is an expression.
pub(crate) fn recipe_operation(
    cx: &Interpreter<'_>,
    left: &Value,
    operator: BinaryOperator,
    right: &Value,
) -> Option<Value> {
    if !is_recipe(left) && !is_recipe(right) {
        return None;
    }
    let dtype = if operator == BinaryOperator::Divide { Dtype::Float } else { Dtype::Unknown };
    Some(value_of(Recipe::Combined { parts: vec![operand(cx, left), operand(cx, right)], dtype }))
}

/// A comparison where one value is an expression.
pub(crate) fn recipe_comparison(cx: &Interpreter<'_>, values: &[Value]) -> Option<Value> {
    if !values.iter().any(is_recipe) {
        return None;
    }
    Some(value_of(Recipe::Combined {
        parts: values.iter().map(|value| operand(cx, value)).collect(),
        dtype: Dtype::Boolean,
    }))
}

/// A method of an expression; `accessor` is the name space, as in `.str.…`, or empty.
pub(crate) fn recipe_method(
    cx: &mut Interpreter<'_>,
    recipe: &Arc<Recipe>,
    accessor: &str,
    name: &str,
    call: &Call<'_>,
) -> Value {
    let with_arguments = |cx: &Interpreter<'_>| {
        let more = call.arguments.iter().filter(|argument| is_recipe(&argument.value));
        let mut parts: Vec<Arc<Recipe>> = more.flat_map(|argument| recipes_in(cx, &argument.value, false)).collect();
        if parts.is_empty() {
            return recipe.clone();
        }
        parts.insert(0, recipe.clone());
        Arc::new(Recipe::Combined { parts, dtype: Dtype::Unknown })
    };
    match accessor {
        "" => plain_method(cx, recipe, name, call),
        "name" => name_method(recipe, name, call),
        "str" => str_method(cx, &with_arguments(cx), name, call),
        "dt" => changed(recipe, Change::Dtype(dt_dtype(name))),
        "struct" => match (name, call.positional(0).map(|argument| argument.value.clone())) {
            ("field", Some(Value::Str(Text { value: Some(field), origin }))) if !is_pattern(&field) => {
                changed(recipe, Change::Name((field, origin)))
            }
            ("field" | "unnest", _) => changed(recipe, Change::Scattered),
            _ => changed(recipe, Change::Dtype(Dtype::Unknown)),
        },
        _ => changed(&with_arguments(cx), Change::Dtype(Dtype::Unknown)),
    }
}

fn name_method(recipe: &Arc<Recipe>, name: &str, call: &Call<'_>) -> Value {
    let text = call.positional(0).or(call.arguments.first()).and_then(|argument| argument.value.as_text().cloned());
    let change = match (name, text) {
        ("suffix", Some(after)) => Change::Affix { before: "".into(), after },
        ("prefix", Some(before)) => Change::Affix { before, after: "".into() },
        ("keep", _) => Change::KeepName,
        ("to_lowercase", _) => Change::Case { upper: false },
        ("to_uppercase", _) => Change::Case { upper: true },
        _ => Change::Scattered,
    };
    changed(recipe, change)
}

fn str_method(cx: &mut Interpreter<'_>, recipe: &Arc<Recipe>, name: &str, call: &Call<'_>) -> Value {
    let dtype = match name {
        "to_integer" | "parse_int" | "len_chars" | "len_bytes" | "n_chars" | "lengths" | "count_matches" | "find" => {
            Dtype::Integer
        }
        "to_datetime" => Dtype::Datetime,
        "to_date" => Dtype::Date,
        "to_decimal" => Dtype::Float,
        "strptime" => call.positional(0).map_or(Dtype::Unknown, |argument| dtype_of(&argument.value)),
        "contains" | "starts_with" | "ends_with" | "contains_any" => Dtype::Boolean,
        "to_lowercase" | "to_uppercase" | "to_titlecase" | "strip_chars" | "strip_chars_start" | "strip_chars_end"
        | "replace" | "replace_all" | "replace_many" | "slice" | "head" | "tail" | "zfill" | "pad_start"
        | "pad_end" | "strip_prefix" | "strip_suffix" | "reverse" | "extract" => Dtype::String,
        _ => Dtype::Unknown,
    };
    note_coercion(cx, &format!("str.{name}"), call);
    changed(recipe, Change::Dtype(dtype))
}

/// `strict=False` turns what cannot be read into missing values.
pub(super) fn note_coercion(cx: &mut Interpreter<'_>, what: &str, call: &Call<'_>) {
    let reads =
        matches!(what, "cast" | "str.to_integer" | "str.to_datetime" | "str.to_date" | "str.to_time" | "str.strptime");
    if reads && call.flag("strict") == Some(false) {
        cx.note(call.range(), EventKind::Coercion { what: format!("{what}(strict=False)").into() });
    }
}

fn dt_dtype(name: &str) -> Dtype {
    match name {
        "year" | "month" | "day" | "hour" | "minute" | "second" | "weekday" | "week" | "quarter" | "ordinal_day"
        | "iso_year" | "epoch" | "timestamp" | "total_days" | "total_hours" | "total_minutes" | "total_seconds"
        | "days_in_month" => Dtype::Integer,
        "date" => Dtype::Date,
        "datetime" => Dtype::Datetime,
        "strftime" | "to_string" => Dtype::String,
        "is_leap_year" => Dtype::Boolean,
        _ => Dtype::Unknown,
    }
}

/// The expression with the arguments' expressions as further operands.
fn combined(cx: &Interpreter<'_>, recipe: &Arc<Recipe>, call: &Call<'_>, dtype: Dtype) -> Value {
    let more = call.arguments.iter().flat_map(|argument| recipes_in(cx, &argument.value, false));
    let more = more.filter(|part| !matches!(&**part, Recipe::Constant(_) | Recipe::Chosen | Recipe::Series(_)));
    value_of(Recipe::Combined { parts: std::iter::once(recipe.clone()).chain(more).collect(), dtype })
}

fn plain_method(cx: &mut Interpreter<'_>, recipe: &Arc<Recipe>, name: &str, call: &Call<'_>) -> Value {
    let first =
        call.positional(0).or(call.arguments.first()).map(|argument| argument.value.clone()).unwrap_or_default();
    let site = cx.site(call.range());
    let change = match name {
        "alias" => match first {
            Value::Str(Text { value: Some(text), origin }) => Change::Name((text, origin)),
            _ => Change::SomeName,
        },
        "suffix" | "prefix" | "keep_name" | "map_alias" => {
            return name_method(recipe, name.trim_end_matches("_name"), call);
        }
        "cast" => {
            note_coercion(cx, "cast", call);
            Change::Dtype(dtype_of(&first))
        }
        "mean" | "median" | "std" | "var" | "quantile" | "skew" | "kurtosis" | "entropy" => {
            Change::Statistic { what: name.into(), site, dtype: Dtype::Float }
        }
        "min" | "max" | "sum" | "product" | "nan_min" | "nan_max" => {
            Change::Statistic { what: name.into(), site, dtype: Dtype::Unknown }
        }
        "arg_min" | "arg_max" => Change::Statistic { what: name.into(), site, dtype: Dtype::Integer },
        "len" | "count" | "n_unique" | "approx_n_unique" | "null_count" => Change::Single(Dtype::Integer),
        "any" | "all" | "has_nulls" => Change::Single(Dtype::Boolean),
        "first" | "last" | "item" | "implode" | "get" => Change::Single(Dtype::Unknown),
        "rank" | "qcut" | "hist" => Change::Ranking { what: name.into(), site },
        "shift" | "shift_and_fill" | "diff" | "pct_change" => {
            if super::super::methods::looks_ahead(cx, call) {
                ahead(cx, recipe, name, call);
                Change::Ahead { what: name.into(), site }
            } else if name.starts_with("shift") {
                Change::Lagged
            } else {
                Change::Trailing
            }
        }
        "backward_fill" => {
            ahead(cx, recipe, name, call);
            Change::Ahead { what: name.into(), site }
        }
        "fill_null" if call.value(1, "strategy").as_text().is_some_and(|strategy| &**strategy == "backward") => {
            ahead(cx, recipe, "fill_null(strategy=\"backward\")", call);
            Change::Ahead { what: "fill_null".into(), site }
        }
        "fill_null"
            if call
                .value(1, "strategy")
                .as_text()
                .is_some_and(|strategy| matches!(&**strategy, "mean" | "min" | "max")) =>
        {
            Change::Ranking { what: "fill_null".into(), site }
        }
        _ if name.starts_with("rolling") || name.starts_with("ewm") => {
            if call.flag("center") == Some(true) {
                ahead(cx, recipe, "centred rolling window", call);
                Change::Ahead { what: format!("{name}(center=True)").into(), site }
            } else {
                Change::Trailing
            }
        }
        "over" => {
            let keys = call.positionals().map(|argument| &argument.value).chain(
                ["partition_by", "exprs", "order_by"]
                    .iter()
                    .filter_map(|name| call.keyword(name))
                    .map(|argument| &argument.value),
            );
            Change::Over(keys.flat_map(|value| recipes_in(cx, value, true)).collect())
        }
        "then" => {
            let then = recipes_in(cx, &first, true);
            let conditions = match &**recipe {
                Recipe::Condition(conditions) => conditions.clone(),
                _ => {
                    return value_of(Recipe::Combined {
                        parts: std::iter::once(recipe.clone()).chain(then).collect(),
                        dtype: Dtype::Unknown,
                    });
                }
            };
            return value_of(Recipe::Combined {
                parts: then.into_iter().chain(conditions).collect(),
                dtype: Dtype::Unknown,
            });
        }
        "otherwise" | "when" => {
            let more = call.arguments.iter().flat_map(|argument| recipes_in(cx, &argument.value, true));
            return value_of(Recipe::Combined {
                parts: std::iter::once(recipe.clone()).chain(more).collect(),
                dtype: Dtype::Unknown,
            });
        }
        "filter" | "sort_by" | "gather" | "head" | "tail" | "slice" | "limit" | "unique" | "drop_nulls"
        | "drop_nans" | "sort" | "top_k" | "bottom_k" | "gather_every" | "explode" | "flatten" | "sample"
        | "append" | "reverse" | "shuffle" | "reshape" | "mode" | "value_counts" | "top_k_by" | "bottom_k_by"
        | "repeat_by" | "arg_sort" | "arg_unique" | "unique_counts" | "rle" => {
            let names_columns = matches!(name, "filter" | "sort_by");
            let more = call.arguments.iter().flat_map(|argument| recipes_in(cx, &argument.value, names_columns));
            let more = more.filter(|part| {
                matches!(&**part, Recipe::Columns(_) | Recipe::Combined { .. } | Recipe::Changed { .. })
            });
            let parts = std::iter::once(recipe.clone()).chain(more).collect();
            let inner = Arc::new(Recipe::Combined { parts, dtype: Dtype::Unknown });
            return changed(&inner, Change::Rows);
        }
        "exclude" => {
            let names: Vec<Arc<Recipe>> =
                call.arguments.iter().flat_map(|argument| recipes_in(cx, &argument.value, true)).collect();
            return match (&**recipe, plain_names(&names)) {
                (Recipe::AllBut(known), Some(names)) => {
                    value_of(Recipe::AllBut(known.iter().cloned().chain(names).collect()))
                }
                _ => changed(recipe, Change::Scattered),
            };
        }
        "eq" | "ne" | "gt" | "lt" | "ge" | "le" | "is_null" | "is_not_null" | "is_nan" | "is_not_nan" | "is_in"
        | "is_between" | "is_finite" | "is_infinite" | "is_duplicated" | "is_unique" | "is_first_distinct"
        | "is_last_distinct" | "not_" | "and_" | "or_" | "xor" | "eq_missing" | "ne_missing" | "is_close" => {
            return combined(cx, recipe, call, Dtype::Boolean);
        }
        "add" | "sub" | "mul" | "truediv" | "floordiv" | "mod" | "pow" | "clip" | "replace" | "fill_null"
        | "fill_nan" | "dot" | "map_dict" => {
            return combined(cx, recipe, call, Dtype::Unknown);
        }
        "forward_fill" | "cum_sum" | "cum_max" | "cum_min" | "cum_prod" | "cum_count" | "interpolate" | "round"
        | "abs" | "floor" | "ceil" | "set_sorted" | "rechunk" | "shrink_dtype" | "neg" | "inspect" => {
            return Value::Recipe(recipe.clone());
        }
        "log" | "log10" | "log1p" | "exp" | "sqrt" | "sin" | "cos" | "tan" => Change::Dtype(Dtype::Float),
        "map_elements" | "map_batches" | "apply" | "map" => {
            if matches!(first, Value::Lambda(..) | Value::Function(..)) {
                cx.call_with(&first, &[Value::Unknown], call);
            }
            Change::Dtype(Dtype::Unknown)
        }
        "pipe" => {
            let values: Vec<Value> = std::iter::once(Value::Recipe(recipe.clone()))
                .chain(call.positionals().skip(1).map(|argument| argument.value.clone()))
                .collect();
            return match first {
                Value::Lambda(..) | Value::Function(..) => cx.call_with(&first, &values, call),
                _ => changed(recipe, Change::Scattered),
            };
        }
        _ => return combined(cx, recipe, call, Dtype::Unknown),
    };
    changed(recipe, change)
}

/// Notes that later rows' values are used.
fn ahead(cx: &mut Interpreter<'_>, recipe: &Arc<Recipe>, what: &str, call: &Call<'_>) {
    cx.note(call.range(), EventKind::Future { what: what.into(), column: only_name(recipe) });
}

/// The name of the one column that is read.
fn only_name(recipe: &Recipe) -> Option<Arc<str>> {
    match recipe {
        Recipe::Columns(names) => match &names[..] {
            [(name, _)] => Some(name.clone()),
            _ => None,
        },
        Recipe::Changed { inner, .. } => only_name(inner),
        Recipe::Combined { parts, .. } | Recipe::Folded { parts, .. } => parts.first().and_then(|part| only_name(part)),
        _ => None,
    }
}
