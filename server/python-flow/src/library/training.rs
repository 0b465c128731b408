//! Functions and classes of the learning libraries that are not estimators: splits, scores, data sets, native training.

use std::sync::Arc;

use mlwright_python_values::event::{EventKind, Fit, Given};
use mlwright_python_values::info::{InfoKind, Infos};
use mlwright_python_values::rows::Step;
use mlwright_python_values::value::{Data, Estimator, Object, Role, Value};

use super::{estimators, frames, metrics, splits};
use crate::arguments::Call;
use crate::interpreter::Interpreter;

/// How deep tuples and dictionaries of one sample are looked into.
const DEPTH_OF_SAMPLES_MAX: usize = 3;

/// Class of a callback that ends learning, or keeps the best state, by what is watched.
pub(super) const EARLY_STOPPING: &str = "callback.early_stopping";

pub(super) fn call(cx: &mut Interpreter<'_>, full: &Arc<str>, root: &str, last: &str, call: &Call<'_>) -> Value {
    if root == "statsmodels" && last == "variance_inflation_factor" {
        return scores_of_columns(cx, last, call);
    }
    if matches!(root, "sklearn" | "cuml" | "dask_ml" | "sklearnex") || root == "imblearn" || root == "mlxtend" {
        match last {
            "train_test_split" => return splits::train_test_split(cx, call),
            "cross_val_score"
            | "cross_validate"
            | "cross_val_predict"
            | "learning_curve"
            | "validation_curve"
            | "permutation_test_score" => {
                return splits::cross_validate(cx, last, call);
            }
            "mutual_info_classif"
            | "mutual_info_regression"
            | "chi2"
            | "f_classif"
            | "f_regression"
            | "r_regression" => {
                return scores_of_columns(cx, last, call);
            }
            "resample" => return resample(cx, call),
            "shuffle" => return shuffle(cx, call),
            "scale" | "minmax_scale" | "maxabs_scale" | "robust_scale" | "quantile_transform" | "power_transform" => {
                return function_transform(cx, last, call);
            }
            "normalize" | "binarize" | "label_binarize" | "add_dummy_feature" => return same(cx, call),
            "clone" => {
                let value = call.value(0, "estimator");
                return match cx.state.estimator(&value).map(|(_, estimator)| estimator.clone()) {
                    Some(estimator) => {
                        let fresh = Estimator { fitted: None, infos: Infos::default(), ..(*estimator).clone() };
                        Value::Object(cx.state.add(Object::Estimator(Arc::new(fresh))))
                    }
                    None => value,
                };
            }
            "compute_class_weight" | "compute_sample_weight" => {
                let site = cx.site(call.range());
                cx.flow.class_weights.push(mlwright_python_values::ClassWeights { site, used: false });
                return Value::Unknown;
            }
            "fetch_openml" => return cx.opaque_source(call.range()),
            _ if last.starts_with("load_")
                || last.starts_with("fetch_")
                || last.starts_with("make_") && full.contains(".datasets") =>
            {
                return frames::load_dataset(cx, last, call);
            }
            _ => {}
        }
        if metrics::is_metric(last) {
            return metrics::score(cx, last, call);
        }
    }
    if last == "early_stopping" || matches!(last, "EarlyStopping" | "ModelCheckpoint" | "ReduceLROnPlateau") {
        return named_estimator(cx, EARLY_STOPPING, call);
    }
    match (root, last) {
        ("xgboost", "DMatrix" | "QuantileDMatrix") | ("lightgbm", "Dataset") | ("catboost", "Pool") => {
            return data_set(cx, call);
        }
        ("xgboost" | "lightgbm", "train") => return train(cx, full, call),
        ("xgboost" | "lightgbm", "cv") => {
            return Value::Unknown;
        }
        ("statsmodels", _) => return statsmodels(cx, full, last, call),
        (
            "keras_tuner" | "kerastuner",
            "RandomSearch" | "Hyperband" | "BayesianOptimization" | "GridSearch" | "Sklearn",
        ) => {
            let tuner = named_estimator(cx, full, call);
            estimators::change(cx, &tuner, |tuner| tuner.role = Role::Model);
            return tuner;
        }
        ("keras" | "tensorflow", "pad_sequences" | "to_categorical") => return same(cx, call),
        // `tf.data.Dataset.from_tensor_slices((x, y))`
        ("tensorflow", "from_tensor_slices") => {
            let samples = call.value(0, "tensors");
            let Some(data) = cx.data_within(&samples, DEPTH_OF_SAMPLES_MAX) else { return cx.opaque_result(call) };
            let infos = cx.infos_of(&samples);
            return cx.opaque(data.rows, infos);
        }
        ("keras" | "tensorflow", "load_model") => {
            // Mostly what the script itself saved: the network that it fitted last.
            let last = cx
                .flow
                .fits
                .iter()
                .rev()
                .map(|fit| fit.estimator.clone())
                .find(|estimator| estimator.class.contains("keras") || estimator.class.contains("tensorflow"));
            let fit =
                cx.flow.fits.iter().rposition(|fit| {
                    fit.estimator.class.contains("keras") || fit.estimator.class.contains("tensorflow")
                });
            return match last.zip(fit) {
                Some((estimator, fit)) => {
                    let loaded = Estimator {
                        fitted: Some(mlwright_python_values::value::FitId(fit as u32)),
                        ..(*estimator).clone()
                    };
                    Value::Object(cx.state.add(Object::Estimator(Arc::new(loaded))))
                }
                None => {
                    let network = named_estimator(cx, "keras.Model", call);
                    estimators::change(cx, &network, |network| network.role = Role::Model);
                    network
                }
            };
        }
        ("keras" | "tensorflow", "load_data") => return two_parts(cx, call),
        ("tensorflow", "convert_to_tensor" | "constant" | "cast" | "reshape")
        | (
            "torch",
            "tensor" | "from_numpy" | "as_tensor" | "Tensor" | "FloatTensor" | "LongTensor" | "DoubleTensor"
            | "IntTensor",
        ) => {
            return same(cx, call);
        }
        ("torchvision" | "torchtext" | "torchaudio", _) if full.contains(".datasets.") => {
            return super::networks::data_set(cx, call);
        }
        ("torch", "DataLoader") => return loader(cx, call),
        ("torch", "TensorDataset" | "Variable") => return same(cx, call),
        ("torch", "zeros" | "ones" | "empty") => {
            let rows = cx.new_rows(call.range());
            cx.blank.insert(rows);
            return cx.opaque(rows, Infos::default());
        }
        ("torch", "random_split") => return random_split(cx, call),
        _ => {}
    }
    if let Some(value) = estimators::make(cx, full, call) {
        return value;
    }
    if matches!(root, "keras" | "tensorflow" | "torch" | "transformers")
        && last.chars().next().is_some_and(char::is_uppercase)
    {
        return Value::Unknown;
    }
    if !super::leaves_arguments(full) {
        super::runners::run(cx, full, call);
    }
    cx.opaque_result(call)
}

/// The first argument, with its rows and knowledge.
fn same(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let data = call.arguments.iter().find_map(|argument| cx.data_within(&argument.value, 2));
    match data {
        Some(data) => cx.changed(&data, Infos::default()),
        None => Value::Unknown,
    }
}

/// `DataLoader(dataset)`: a loop over it goes through what the data set gives, batch by batch.
fn loader(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let set = call.value(0, "dataset");
    if cx.state.list(&set).is_some() {
        // A part of a data set of the script.
        return set;
    }
    match sample_of(cx, &set, call) {
        Some(item) => cx.add_list(vec![item], true),
        None => same(cx, call),
    }
}

/// What a data set of the script, an instance with `__getitem__`, gives for a position.
fn sample_of(cx: &mut Interpreter<'_>, set: &Value, call: &Call<'_>) -> Option<Value> {
    let method = cx.state.instance(set).and_then(|(_, set)| cx.state.name(set.scope, "__getitem__").cloned());
    match method {
        Some(Value::Function(function, scope)) => {
            Some(cx.item_of_instance(&function, scope, set, Value::Number(None), call.expr))
        }
        _ => None,
    }
}

/// `random_split(dataset, lengths)`: the parts are rows, of a data set of the script too.
fn random_split(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let set = call.value(0, "dataset");
    let n_parts = call
        .get(1, "lengths")
        .and_then(|argument| cx.state.items(&argument.value))
        .map_or(2, |(items, _)| items.len().clamp(1, 3));
    let item = match cx.data_of(&set) {
        Some(_) => None,
        None => match sample_of(cx, &set, call) {
            Some(item) => Some(item),
            None => return Value::Unknown,
        },
    };
    let split = cx.split_number(None);
    let parts = (0..n_parts as u32).map(|part| match &item {
        Some(item) => {
            let item = of_part(cx, item, (split, part), call, DEPTH_OF_SAMPLES_MAX);
            cx.add_list(vec![item], true)
        }
        None => of_part(cx, &set, (split, part), call, 1),
    });
    Value::Tuple(Arc::new(parts.collect()))
}

/// Data, or each of a tuple or dictionary of data, as part of a split.
fn of_part(cx: &mut Interpreter<'_>, value: &Value, (split, part): (u32, u32), call: &Call<'_>, depth: usize) -> Value {
    if depth == 0 {
        return Value::Unknown;
    }
    if let Value::Tuple(items) = value {
        let items = items.iter().map(|item| of_part(cx, item, (split, part), call, depth - 1));
        return Value::Tuple(Arc::new(items.collect()));
    }
    if let Some((_, dict)) = cx.state.dict(value) {
        let mut dict = (**dict).clone();
        for (_, entry) in &mut dict.entries {
            *entry = of_part(cx, entry, (split, part), call, depth - 1);
        }
        return Value::Object(cx.state.add(Object::Dict(Arc::new(dict))));
    }
    match cx.data_of(value) {
        Some(data) => {
            let rows = cx.rows_from(Step::Part { split, part }, data.rows, call.range());
            cx.add_data(Data { rows, n_rows: None, ..(*data).clone() })
        }
        None => value.clone(),
    }
}

/// `(x_train, y_train), (x_test, y_test)` of a data set that is split already.
fn two_parts(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let parts = (0..2)
        .map(|_| {
            let rows = cx.new_rows(call.range());
            let (x, y) = (cx.opaque(rows, Infos::default()), cx.opaque(rows, Infos::default()));
            Value::Tuple(Arc::new(vec![x, y]))
        })
        .collect();
    Value::Tuple(Arc::new(parts))
}

fn named_estimator(cx: &mut Interpreter<'_>, class: &str, call: &Call<'_>) -> Value {
    let estimator = Estimator::new(class, Role::RowTransformer, cx.site(call.range()));
    Value::Object(cx.state.add(Object::Estimator(Arc::new(estimator))))
}

/// `sklearn.utils.resample`: drawing with replacement makes copies.
fn resample(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let replaces = call.flag("replace") != Some(false);
    let results: Vec<Value> = call
        .positionals()
        .map(|argument| (argument.value.clone(), argument.range()))
        .collect::<Vec<_>>()
        .into_iter()
        .map(|(value, range)| match cx.data_of(&value) {
            Some(data) => {
                let site = cx.site(call.range());
                let step = if replaces {
                    let x = Given { data: data.clone(), range: cx.site(range.unwrap_or(call.range())) };
                    cx.note(call.range(), EventKind::Resample { what: "resample".into(), x, estimator: None });
                    Step::Copies { site }
                } else {
                    Step::Sample { key: u64::from(site.start) }
                };
                let rows = cx.rows_from(step, data.rows, call.range());
                cx.add_data(Data { rows, n_rows: None, ..(*data).clone() })
            }
            None => Value::Unknown,
        })
        .collect();
    match <[Value; 1]>::try_from(results) {
        Ok([only]) => only,
        Err(many) => Value::Tuple(Arc::new(many)),
    }
}

/// `sklearn.utils.shuffle`: the same rows in another order.
fn shuffle(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let values: Vec<Value> = call.positionals().map(|argument| argument.value.clone()).collect();
    let results: Vec<Value> = values
        .iter()
        .map(|value| match cx.data_of(value) {
            Some(data) => cx.add_data(Data { by_time: false, ..(*data).clone() }),
            None => Value::Unknown,
        })
        .collect();
    match <[Value; 1]>::try_from(results) {
        Ok([only]) => only,
        Err(many) => Value::Tuple(Arc::new(many)),
    }
}

/// Numbers that say how much each column tells of the target, or of the other columns.
fn scores_of_columns(cx: &mut Interpreter<'_>, what: &str, call: &Call<'_>) -> Value {
    let first =
        call.positional(0).or(call.arguments.first()).map(|argument| argument.value.clone()).unwrap_or_default();
    let Some(data) = cx.data_of(&first) else { return Value::Unknown };
    let learned = cx.learn(data.rows, call.range(), what, InfoKind::Statistic);
    frames::statistic(cx, learned.union(&data.all_infos()))
}

/// `scale(X)` and the like: fitted on what they change.
fn function_transform(cx: &mut Interpreter<'_>, name: &str, call: &Call<'_>) -> Value {
    let value = call.value(0, "X");
    let Some(data) = cx.data_of(&value) else { return cx.opaque_result(call) };
    let infos = cx.learn(data.rows, call.range(), name, InfoKind::Fitted);
    cx.changed(&data, infos)
}

/// `xgb.DMatrix(X, label=y)`.
fn data_set(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let value = call.value(0, "data");
    match cx.data_of(&value) {
        Some(data) => cx.opaque(data.rows, data.all_infos()),
        None => cx.opaque_result(call),
    }
}

/// `xgb.train(params, dtrain, …)`, `lgb.train(params, train_set, …)`.
fn train(cx: &mut Interpreter<'_>, full: &Arc<str>, call: &Call<'_>) -> Value {
    let argument = call.keyword("dtrain").or(call.keyword("train_set")).or(call.positional(1));
    let Some(x) = argument.and_then(|argument| cx.given(&argument.value, argument.range().unwrap_or(call.range())))
    else {
        return cx.opaque_result(call);
    };
    let model = named_estimator(cx, full, call);
    estimators::change(cx, &model, |estimator| estimator.role = Role::Model);
    let Some((object, estimator)) = cx.state.estimator(&model).map(|(id, estimator)| (id, estimator.clone())) else {
        return Value::Unknown;
    };
    let infos = x.data.all_infos();
    let site = cx.site(call.range());
    let fit = cx.add_fit(Fit {
        object,
        estimator: estimator.clone(),
        site,
        x,
        y: None,
        infos,
        supervised: true,
        sample_weight: false,
    });
    estimators::change(cx, &model, |estimator| estimator.fitted = Some(fit));
    estimators::watch(cx, fit, &estimator, call);
    model
}

/// statsmodels: models hold their data; `fit()` needs none. They explain rather than predict, so they are no models to the rules.
fn statsmodels(cx: &mut Interpreter<'_>, _full: &Arc<str>, last: &str, call: &Call<'_>) -> Value {
    match last {
        "add_constant" => same(cx, call),
        "load_pandas" | "get_rdataset" => cx.opaque_source(call.range()),
        _ => Value::Unknown,
    }
}
