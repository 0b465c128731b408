//! NumPy: arrays by their rows, with the knowledge that statistics carry.

use std::sync::Arc;

use mlwright_python_syntax::ast::ExprKind;
use mlwright_python_values::column::Columns;
use mlwright_python_values::event::EventKind;
use mlwright_python_values::info::{InfoKind, Infos};
use mlwright_python_values::rows::{RowsId, Step};
use mlwright_python_values::value::{Data, DataKind, Dialect, Value};

use super::read::{frame_data, statistic};
use crate::arguments::Call;
use crate::interpreter::Interpreter;

/// Parts of an array that are told apart.
const N_PARTS_MAX: usize = 8;

/// An array of which only the rows are known.
pub(crate) fn array_of(cx: &mut Interpreter<'_>, rows: RowsId, infos: Infos) -> Value {
    cx.add_data(Data { kind: DataKind::Array, infos, ..frame_data(Columns::unknown(), rows, None, Dialect::Numpy) })
}

/// A function of NumPy by its name.
pub(crate) fn call_numpy(cx: &mut Interpreter<'_>, name: &str, call: &Call<'_>) -> Value {
    let first =
        call.positional(0).or(call.arguments.first()).map(|argument| argument.value.clone()).unwrap_or_default();
    let data = cx.data_of(&first);
    let by_row = matches!(call.get(1, "axis").map(|argument| argument.value.clone()), Some(Value::Number(Some(axis))) if axis == 1.0);
    match name {
        "mean"
        | "median"
        | "std"
        | "var"
        | "percentile"
        | "quantile"
        | "average"
        | "nanmean"
        | "nanmedian"
        | "nanstd"
        | "nanvar"
        | "nanpercentile"
        | "nanquantile"
        | "min"
        | "max"
        | "amin"
        | "amax"
        | "nanmin"
        | "nanmax"
        | "ptp"
        | "corrcoef"
        | "cov"
        | "histogram"
        | "bincount"
        | "sum"
        | "nansum"
        | "histogram_bin_edges"
            if !by_row =>
        {
            match data {
                Some(data) => {
                    // A mean of right answers is a score, which the caller of comparisons sees.
                    if let Some(value) = super::super::metrics::share_of_hits(cx, name, &first, call) {
                        return value;
                    }
                    // What one row says of itself is no statistic of the table.
                    let learned = if data.n_rows == Some(1) {
                        Infos::default()
                    } else {
                        cx.learn(data.rows, call.range(), name, InfoKind::Statistic)
                    };
                    let infos = learned.union(&data.all_infos());
                    statistic(cx, infos)
                }
                // A mean of vectors of words knows what they know.
                None => match cx.words_in(&first) {
                    words if words.is_empty() => Value::Number(None),
                    words => statistic(cx, words),
                },
            }
        }
        "concatenate" | "vstack" | "row_stack" | "append" | "hstack" | "column_stack" | "stack" | "c_" | "dstack" => {
            stack(cx, name, call)
        }
        "array" | "asarray" | "asanyarray" | "asmatrix" | "ascontiguousarray" => match data {
            Some(data) => cx.add_data(Data { kind: DataKind::Array, dialect: Dialect::Numpy, ..(*data).clone() }),
            None => match cx.data_of_list(&first, call.range()) {
                Some(data) => cx.add_data(data),
                None => {
                    let infos = cx.infos_of(&first);
                    let sample = cx.current_sample().filter(|_| !cx.words_in(&first).is_empty());
                    let rows = sample.unwrap_or_else(|| cx.new_rows(call.range()));
                    array_of(cx, rows, infos)
                }
            },
        },
        "where" => cx.combined(
            &call.arguments.iter().map(|argument| &argument.value).collect::<Vec<_>>(),
            Some(DataKind::Series),
        ),
        "repeat" | "tile" => match data {
            Some(data) => {
                let x = mlwright_python_values::event::Given { data: data.clone(), range: cx.site(call.range()) };
                cx.note(call.range(), EventKind::Resample { what: format!("numpy.{name}").into(), x, estimator: None });
                let site = cx.site(call.range());
                let rows = cx.rows_from(Step::Copies { site }, data.rows, site);
                cx.add_data(Data { rows, n_rows: None, ..(*data).clone() })
            }
            None => Value::Unknown,
        },
        // `np.arange(len(x))`: the positions of all rows of `x`.
        "random.permutation" | "arange" if rows_of_length(cx, call).is_some() => {
            let rows = rows_of_length(cx, call).unwrap_or(RowsId::NONE);
            array_of(cx, rows, Infos::default())
        }
        "random.permutation" if data.is_some() => cx.add_data_like(&first),
        // Positions by what a statistic says.
        "argsort" | "argwhere" | "nonzero" | "flatnonzero" | "argpartition"
            if data.as_ref().is_some_and(|data| data.kind == DataKind::Statistic) =>
        {
            cx.add_data_like(&first)
        }
        "random.permutation" | "random.choice" | "argsort" | "arange" | "random.randint" | "flatnonzero"
        | "nonzero" | "argwhere" => Value::Unknown,
        "split" | "array_split" => match data {
            Some(data) => {
                let split = cx.split_number(None);
                // `np.split(x, 3)` gives three parts, `np.split(x, [a, b])` those before, between and after.
                let n_parts = match call.get(1, "indices_or_sections").map(|argument| argument.value.clone()) {
                    Some(Value::Number(Some(n_parts))) => Some(n_parts as usize),
                    Some(value) => match cx.state.items(&value) {
                        Some((places, false)) => Some(places.len() + 1),
                        _ => None,
                    },
                    None => None,
                };
                let parts = (0..n_parts.unwrap_or(3).min(N_PARTS_MAX) as u32)
                    .map(|part| {
                        let rows = cx.rows_from(Step::Part { split, part }, data.rows, call.range());
                        cx.add_data(Data { rows, n_rows: None, ..(*data).clone() })
                    })
                    .collect();
                cx.add_list(parts, n_parts.is_none_or(|n_parts| n_parts > N_PARTS_MAX))
            }
            None => Value::Unknown,
        },
        "unique" => Value::Unknown,
        "delete" => match (data, call.get(1, "obj").and_then(|argument| argument.expr)) {
            (Some(data), Some(index)) if !is_second_axis(call) => {
                let step = cx.step_without(index);
                let rows = cx.rows_from(step, data.rows, call.range());
                cx.add_data(Data { rows, n_rows: None, ..(*data).clone() })
            }
            (Some(data), _) => cx.changed(&data, Infos::default()),
            (None, _) => Value::Unknown,
        },
        "zeros"
        | "ones"
        | "empty"
        | "full"
        | "linspace"
        | "random.rand"
        | "random.randn"
        | "random.normal"
        | "random.uniform"
        | "eye"
        | "random.random"
        | "random.random_sample" => {
            if let Some(rows) = rows_of_length(cx, call).filter(|_| !name.starts_with("random.")) {
                return array_of(cx, rows, Infos::default());
            }
            let rows = cx.new_rows(call.range());
            if name.starts_with("random.") {
                cx.drawn.insert(rows);
            } else {
                cx.blank.insert(rows);
            }
            array_of(cx, rows, Infos::default())
        }
        "random.seed" => {
            cx.flow.seeds_numpy = true;
            Value::Unknown
        }
        "set_printoptions" | "random.default_rng" | "random.RandomState" | "isnan" if data.is_none() => Value::Unknown,
        "argmax" | "argmin" | "round" | "rint" | "floor" | "ceil" | "log" | "log1p" | "exp" | "expm1" | "sqrt"
        | "abs" | "squeeze" | "reshape" | "ravel" | "expand_dims" | "transpose" | "nan_to_num" | "clip" | "power"
        | "isnan" => match data {
            Some(data) => {
                // What a model said stays that when it is rounded.
                let prediction = data.prediction;
                let made = cx.changed(&data, Infos::default());
                let labels = matches!(name, "argmax" | "round" | "rint");
                cx.change_data(&made, |data| {
                    data.prediction = prediction.map(|prediction| mlwright_python_values::value::Prediction {
                        scores: prediction.scores && !labels,
                        ..prediction
                    });
                });
                made
            }
            None if matches!(name, "argmax" | "argmin") && !cx.infos_of(&first).is_empty() => {
                let infos = cx.infos_of(&first);
                statistic(cx, infos)
            }
            None => Value::Number(None),
        },
        "load" | "loadtxt" | "genfromtxt" | "fromfile" => {
            let key = first.as_text().map(|path| format!("file:{path}"));
            let (_, rows) = cx.base(key.as_deref(), call.range());
            array_of(cx, rows, Infos::default())
        }
        _ => {
            let values: Vec<Value> = call.arguments.iter().map(|argument| argument.value.clone()).collect();
            let all: Vec<&Value> = values.iter().collect();
            cx.combined(&all, None)
        }
    }
}

/// `axis=1` of a function that takes it third.
fn is_second_axis(call: &Call<'_>) -> bool {
    call.get(2, "axis").is_some_and(|axis| matches!(axis.value, Value::Number(Some(1.0))))
}

/// The rows of `x` where an array is made as long as it: `np.zeros(len(x))`, `np.zeros((x.shape[0], 3))`.
fn rows_of_length(cx: &Interpreter<'_>, call: &Call<'_>) -> Option<RowsId> {
    let length = call.get(0, "shape")?.expr.filter(|_| cx.elsewhere.is_none())?;
    let length = match &*length.kind {
        ExprKind::Tuple(parts) | ExprKind::List(parts) => parts.first()?,
        _ => length,
    };
    let of = match &*length.kind {
        ExprKind::Call { function, arguments } => match (&*function.kind, &arguments[..]) {
            (ExprKind::Name(name), [only]) if &**name == "len" => &only.value,
            _ => return None,
        },
        ExprKind::Subscript { value, index } if matches!(&*index.kind, ExprKind::Integer(Some(0))) => {
            match &*value.kind {
                ExprKind::Attribute { value, attribute } if &*attribute.name == "shape" => value,
                _ => return None,
            }
        }
        _ => return None,
    };
    let data = cx.flow.at(of.id)?.data()?;
    let has_rows = matches!(data.kind, DataKind::Frame | DataKind::Series | DataKind::Array);
    (has_rows && data.rows != RowsId::NONE).then_some(data.rows)
}

/// Arrays below or beside each other.
fn stack(cx: &mut Interpreter<'_>, name: &str, call: &Call<'_>) -> Value {
    let values: Vec<Value> = match call.positional(0).and_then(|argument| cx.state.items(&argument.value)) {
        Some((items, _)) => items,
        None => call.positionals().take(2).map(|argument| argument.value.clone()).collect(),
    };
    if values.iter().all(|value| cx.data_of(value).is_none()) {
        return cx.opaque_result(call);
    }
    let axis = matches!(call.keyword("axis").map(|axis| &axis.value), Some(Value::Number(Some(axis))) if *axis == 1.0 || *axis == -1.0);
    stacked(cx, if axis { "hstack" } else { name }, &values, call.range())
}

/// Arrays below or, by the name of the function, beside each other.
pub(crate) fn stacked(
    cx: &mut Interpreter<'_>,
    name: &str,
    values: &[Value],
    site: mlwright_source_text::TextRange,
) -> Value {
    let all: Vec<Arc<Data>> = values.iter().filter_map(|value| cx.data_of(value)).collect();
    let Some(first) = all.first().cloned() else { return Value::Unknown };
    let infos = all.iter().fold(Infos::default(), |infos, data| infos.union(&data.all_infos()));
    let beside = matches!(name, "hstack" | "column_stack" | "c_" | "dstack" | "stack");
    let parents: Vec<RowsId> = all.iter().map(|data| data.rows).collect();
    // In a loop over samples, what was computed from one of them.
    let of_one_sample = !cx.turns.is_empty()
        && parents.iter().all(|parent| *parent == first.rows)
        && cx.flow.rows.whole_above(first.rows) != first.rows;
    let rows = match &parents[..] {
        _ if beside || of_one_sample => first.rows,
        [only] => *only,
        _ => {
            let site = cx.site(site);
            cx.add_rows(Step::Union, parents, site)
        }
    };
    cx.add_data(Data {
        kind: DataKind::Array,
        dialect: Dialect::Numpy,
        columns: Columns::unknown(),
        rows,
        infos,
        n_rows: None,
        prediction: None,
        ..(*first).clone()
    })
}

/// SciPy: statistics, sparse matrices.
pub(crate) fn call_scipy(cx: &mut Interpreter<'_>, name: &str, call: &Call<'_>) -> Value {
    let first = call.value(0, "x");
    let Some(data) = cx.data_of(&first) else {
        return if name.starts_with("sparse.") {
            stack(cx, name.rsplit('.').next().unwrap_or(name), call)
        } else {
            Value::Unknown
        };
    };
    match name {
        "stats.zscore" | "stats.boxcox" | "stats.mstats.winsorize" | "stats.rankdata" => {
            let infos = cx.learn(data.rows, call.range(), name.rsplit('.').next().unwrap_or(name), InfoKind::Statistic);
            let changed = cx.changed(&data, infos);
            if name == "stats.boxcox" { Value::Tuple(Arc::new(vec![changed, Value::Unknown])) } else { changed }
        }
        "sparse.csr_matrix" | "sparse.csc_matrix" | "special.boxcox1p" | "special.expit" => {
            cx.changed(&data, Infos::default())
        }
        "sparse.hstack" | "sparse.vstack" => stack(cx, name.rsplit('.').next().unwrap_or(name), call),
        "stats.pearsonr"
        | "stats.spearmanr"
        | "stats.kendalltau"
        | "stats.pointbiserialr"
        | "stats.ttest_ind"
        | "stats.f_oneway"
        | "stats.mannwhitneyu"
        | "stats.chi2_contingency"
        | "stats.ks_2samp"
        | "stats.skew"
        | "stats.kurtosis"
        | "stats.iqr" => {
            let what = name.trim_start_matches("stats.");
            let learned = cx.learn(data.rows, call.range(), what, InfoKind::Statistic);
            statistic(cx, learned.union(&data.all_infos()))
        }
        _ => Value::Unknown,
    }
}
