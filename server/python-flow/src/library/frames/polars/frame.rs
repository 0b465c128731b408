//! Methods of frames, lazy frames and series of polars.

use std::sync::Arc;

use mlwright_python_values::Context;
use mlwright_python_values::column::{Column, Columns};
use mlwright_python_values::info::{InfoKind, Infos};
use mlwright_python_values::rows::{Bound, RowsId, Step};
use mlwright_python_values::value::{Data, DataKind, Dialect, Text, Value};
use mlwright_source_text::Dtype;

use super::build::note_coercion;
use super::group::{group_by, grouped_method, names_used, same_or_unknown};
use super::resolve::{Together, resolve_call};
use super::{join, shape};
use crate::arguments::Call;
use crate::interpreter::Interpreter;
use crate::library::frames::methods::{dtype_of, filtered, future};

/// A method of a frame of polars; `None` for those that mean what pandas' do.
pub(in super::super) fn frame_method(
    cx: &mut Interpreter<'_>,
    object: &Value,
    data: &Arc<Data>,
    name: &str,
    call: &Call<'_>,
) -> Option<Value> {
    match data.kind {
        DataKind::Grouped => return grouped_method(cx, object, data, name, call),
        DataKind::Series | DataKind::Mask => return series_method(cx, data, name, call),
        DataKind::Frame => {}
        _ => return None,
    }
    let made = match name {
        "select" | "select_seq" => {
            let made = resolve_call(cx, object, data, &[], call, &[]);
            selected(cx, object, data, made, call)
        }
        "with_columns" | "with_columns_seq" | "with_column" => {
            let made = resolve_call(cx, object, data, &[], call, &[]);
            let data = cx.data_of(object).unwrap_or_else(|| data.clone());
            let mut columns = data.columns.clone();
            columns.open |= made.open;
            let mut infos = data.infos.clone();
            if made.open {
                // Whichever columns were changed, they have other values now.
                infos = infos.union(&made.infos);
                columns.change_each(|column| column.dtype = Dtype::Unknown);
            }
            for column in made.columns {
                columns.set(column);
            }
            cx.add_data(Data { columns, infos, by_time: data.by_time || made.by_time, ..(*data).clone() })
        }
        "filter" | "remove" => {
            let options: Vec<String> = call
                .arguments
                .iter()
                .filter_map(|argument| argument.keyword.as_ref().map(ToString::to_string))
                .collect();
            let options: Vec<&str> = options.iter().map(String::as_str).filter(|name| *name != "predicates").collect();
            resolve_call(cx, object, data, &[], call, &options);
            // `df.filter(kind="a")`
            for argument in call.arguments.iter().filter(|argument| argument.expr.is_some()) {
                if let Some(keyword) = argument.keyword.as_ref().filter(|keyword| options.contains(&&***keyword)) {
                    let range = super::super::methods::keyword_range(cx, call, argument, keyword);
                    cx.find_column(object, data, keyword, Some(range), None);
                }
            }
            filtered(cx, &cx.data_of(object).unwrap_or_else(|| data.clone()), call)
        }
        "group_by" | "groupby" | "group_by_dynamic" | "rolling" => group_by(cx, object, data, name, call),
        "sort" => {
            let made = resolve_call(
                cx,
                object,
                data,
                &[],
                call,
                &["descending", "nulls_last", "reverse", "multithreaded", "maintain_order"],
            );
            let by_time = made.columns.iter().any(|column| matches!(column.dtype, Dtype::Date | Dtype::Datetime));
            cx.add_data(Data { by_time, ..(**data).clone() })
        }
        "top_k" | "bottom_k" => {
            if let Some(by) = call.keyword("by") {
                names_used(cx, object, data, &by.value.clone());
            }
            filtered(cx, data, call)
        }
        "drop" => shape::drop(cx, object, data, call),
        "unique" | "drop_nulls" | "drop_nans" => {
            if let Some(subset) = call.get(0, "subset").filter(|subset| !matches!(subset.value, Value::None)) {
                names_used(cx, object, data, &subset.value.clone());
            }
            filtered(cx, data, call)
        }
        "join" | "join_asof" | "join_where" => join::join(cx, object, data, name, call),
        "hstack" => join::hstack(cx, data, call),
        "vstack" | "extend" => join::vstack(cx, object, data, name, call),
        "unpivot" | "melt" => shape::unpivot(cx, object, data, name, call),
        "pivot" => shape::pivot(cx, object, data, call),
        "explode" => {
            let made = resolve_call(cx, object, data, &[], call, &["empty_as_null", "keep_nulls"]);
            let mut columns = data.columns.clone();
            for column in made.columns {
                columns.set(Column { dtype: Dtype::Unknown, table: None, ..column });
            }
            cx.add_data(Data { columns, n_rows: None, ..(**data).clone() })
        }
        "with_row_index" | "with_row_count" => shape::with_row_index(cx, data, name, call),
        "cast" => shape::cast(cx, object, data, call),
        "partition_by" => shape::partition_by(cx, object, data, call),
        "describe" => shape::describe(cx, data, call),
        "mean" | "median" | "std" | "var" | "min" | "max" | "sum" | "product" | "quantile" | "count" | "null_count" => {
            shape::summed_up(cx, data, name, call)
        }
        "to_dummies" => super::super::dummies::of_frame(cx, object, data, call),
        "lazy" => cx.add_data(Data { dialect: Dialect::PolarsLazy, ..(**data).clone() }),
        "collect" | "fetch" => cx.add_data(Data { dialect: Dialect::Polars, ..(**data).clone() }),
        "profile" => {
            let made = cx.add_data(Data { dialect: Dialect::Polars, ..(**data).clone() });
            Value::Tuple(Arc::new(vec![made, Value::Unknown]))
        }
        "to_pandas" => cx.add_data(Data { dialect: Dialect::Pandas, ..(**data).clone() }),
        "get_column" => match call.value(0, "name") {
            // With a default it need not be there.
            Value::Str(Text { value: Some(_), origin }) if call.keyword("default").is_some() => {
                cx.note_context(origin, Context::Column(vec![data.clone()]));
                Value::Unknown
            }
            Value::Str(Text { value: Some(name), origin }) => cx.column(object, data, &name, None, origin),
            _ => unknown_series(cx, data),
        },
        "to_series" => match (call.get(0, "index").map(|index| index.value.clone()), data.columns.open) {
            (None | Some(Value::Number(Some(0.0))), false) if !data.columns.list.is_empty() => {
                let column = data.columns.list[0].clone();
                cx.series_of(data, column)
            }
            _ => unknown_series(cx, data),
        },
        "get_columns" | "iter_columns" if !data.columns.open => {
            let series = data.columns.list.iter().map(|column| cx.series_of(data, column.clone())).collect();
            cx.add_list(series, false)
        }
        "collect_schema" => {
            let columns = data.columns.clone();
            cx.add_data(Data {
                kind: DataKind::Index,
                rows: RowsId::NONE,
                columns,
                infos: Infos::default(),
                ..(**data).clone()
            })
        }
        "iter_rows" | "rows" => {
            // With names each row is a dictionary of the columns.
            let row = if call.flag("named") == Some(true) { cx.add_data((**data).clone()) } else { Value::Unknown };
            cx.add_list(vec![row], true)
        }
        "iter_slices" => {
            let part = filtered(cx, data, call);
            cx.add_list(vec![part], true)
        }
        "insert_column" | "replace_column" => {
            let value = call.value(1, "column");
            match cx
                .data_of(&value)
                .filter(|series| series.columns.list.len() == 1 && !series.columns.open && name == "insert_column")
            {
                Some(series) => {
                    let column = series.columns.list[0].clone();
                    cx.change_data(object, |data| data.columns.set(column));
                }
                None => cx.change_data(object, |data| data.columns.open = true),
            }
            object.clone()
        }
        "drop_in_place" => {
            let key = call.value(0, "name");
            match &key {
                Value::Str(Text { value: Some(name), origin }) => {
                    let series = cx.column(object, data, name, None, *origin);
                    cx.change_data(object, |data| data.columns.remove(name));
                    series
                }
                _ => {
                    cx.change_data(object, |data| data.columns.open = true);
                    unknown_series(cx, data)
                }
            }
        }
        "slice" => {
            let number = |position: usize, keyword: &str| match call.value(position, keyword) {
                Value::Number(Some(number)) if number.fract() == 0.0 => Some(number as i64),
                _ => None,
            };
            let rows = match (number(0, "offset"), number(1, "length"), call.get(1, "length").is_some()) {
                (Some(offset), Some(length), _) if offset >= 0 => {
                    Some(Step::Slice { lower: Bound::At(offset), upper: Bound::At(offset + length) })
                }
                (Some(offset), None, false) => Some(Step::Slice { lower: Bound::At(offset), upper: Bound::Open }),
                _ => None,
            };
            match rows {
                Some(step) => {
                    let rows = cx.rows_from(step, data.rows, call.range());
                    cx.add_data(Data { rows, n_rows: None, ..(**data).clone() })
                }
                None => filtered(cx, data, call),
            }
        }
        "gather_every" => filtered(cx, data, call),
        "fill_null"
            if call
                .get(1, "strategy")
                .and_then(|strategy| strategy.value.as_text())
                .is_some_and(|strategy| &**strategy == "backward") =>
        {
            future(cx, data, "fill_null(strategy=\"backward\")", call);
            let infos = cx.learn(data.rows, call.range(), "fill_null", InfoKind::Future);
            cx.changed(data, infos)
        }
        "fill_null"
            if call
                .get(1, "strategy")
                .and_then(|strategy| strategy.value.as_text())
                .is_some_and(|strategy| matches!(&**strategy, "mean" | "min" | "max")) =>
        {
            let infos = cx.learn(data.rows, call.range(), "fill_null", InfoKind::Statistic);
            cx.changed(data, infos)
        }
        "fill_null" | "fill_nan" => {
            let infos = cx.infos_of(&call.value(0, "value"));
            cx.changed(data, infos)
        }
        "transpose" | "unnest" | "map_rows" | "map_batches" | "upsample" | "merge_sorted" | "sql" | "corr"
        | "apply" => {
            if name == "unnest" {
                resolve_call(cx, object, data, &[], call, &["separator"]);
            }
            if let ("sql", Some(Value::Str(text))) = (name, call.get(0, "query").map(|query| query.value.clone())) {
                cx.note_context(text.origin, Context::Sql(Vec::new()));
            }
            let rows = same_or_unknown(data.rows, name == "unnest", cx, call);
            let infos = data.all_infos();
            cx.add_data(Data { columns: Columns::unknown(), rows, infos, n_rows: None, ..(**data).clone() })
        }
        "is_duplicated" | "is_unique" => cx.combined(&[object], Some(DataKind::Mask)),
        "clear" | "rechunk" | "set_sorted" | "cache" | "reverse" | "shrink_to_fit" => cx.add_data((**data).clone()),
        "n_unique" | "equals" | "estimated_size" | "is_empty" | "n_chunks" | "explain" | "glimpse" | "show_graph"
        | "height" | "item" | "row" | "to_dicts" | "to_dict" | "to_arrow" | "to_struct" | "hash_rows"
        | "to_init_repr" => Value::Unknown,
        _ if name.starts_with("write_") || name.starts_with("sink_") => Value::None,
        _ => return None,
    };
    Some(made)
}

fn selected(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, made: Together, call: &Call<'_>) -> Value {
    let data = cx.data_of(object).unwrap_or_else(|| data.clone());
    let mut columns = Columns { open: made.open, ..Columns::default() };
    for column in made.columns {
        columns.set(column);
    }
    let infos = if made.open { data.infos.union(&made.infos) } else { data.infos.clone() };
    let rows = if made.other_rows {
        let key = cx.text_hash(call.range());
        cx.rows_from(Step::filter(key), data.rows, call.range())
    } else {
        same_or_unknown(data.rows, !made.is_single, cx, call)
    };
    let n_rows = if made.is_single { Some(1) } else { data.n_rows.filter(|_| !made.other_rows) };
    cx.add_data(Data { columns, infos, rows, n_rows, by_time: data.by_time || made.by_time, ..(*data).clone() })
}

fn unknown_series(cx: &mut Interpreter<'_>, data: &Arc<Data>) -> Value {
    let infos = data.all_infos();
    cx.add_data(Data { kind: DataKind::Series, columns: Columns::unknown(), infos, ..(**data).clone() })
}

fn series_method(cx: &mut Interpreter<'_>, data: &Arc<Data>, name: &str, call: &Call<'_>) -> Option<Value> {
    let change = |change: &dyn Fn(&Column) -> Column| {
        let list = data.columns.list.iter().map(|column| change(column));
        Columns { list: Columns::listed(list), ..data.columns.clone() }
    };
    let columns = match name {
        "alias" | "rename" => match call.get(0, "name").and_then(|argument| argument.value.as_text().cloned()) {
            Some(name) => change(&|column| Column { name: name.clone(), ..column.clone() }),
            None => Columns::unknown(),
        },
        "cast" => {
            note_coercion(cx, "cast", call);
            let dtype = call.get(0, "dtype").map_or(Dtype::Unknown, |dtype| dtype_of(&dtype.value));
            change(&|column| Column { dtype, table: None, ..column.clone() })
        }
        "backward_fill" => {
            future(cx, data, name, call);
            let infos = cx.learn(data.rows, call.range(), name, InfoKind::Future);
            return Some(cx.changed(data, infos));
        }
        _ if name.starts_with("rolling") && call.flag("center") == Some(true) => {
            future(cx, data, "centred rolling window", call);
            let infos = cx.learn(data.rows, call.range(), &format!("{name}(center=True)"), InfoKind::Future);
            return Some(cx.changed(data, infos));
        }
        "to_dummies" | "value_counts" | "unnest" | "hist" => {
            let infos = data.all_infos();
            return Some(cx.add_data(Data {
                kind: DataKind::Frame,
                columns: Columns::unknown(),
                infos,
                ..(**data).clone()
            }));
        }
        "to_pandas" => return Some(cx.add_data(Data { dialect: Dialect::Pandas, ..(**data).clone() })),
        "filter" | "gather" | "slice" | "drop_nulls" | "unique" => return Some(filtered(cx, data, call)),
        _ => return None,
    };
    Some(cx.add_data(Data { columns, ..(**data).clone() }))
}
