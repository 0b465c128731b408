//! What the libraries that data scientists use do with data: the knowledge that the walk of a script asks for.
//!
//! [`frames`] knows pandas, polars and NumPy; [`estimators`] what is fitted and asked to predict; [`splits`], [`metrics`] and
//! [`training`] the functions around them; [`plain`] Python's own functions, texts and paths; [`roles`] which class is what.

mod containers;
pub(crate) mod datasets;
mod embeddings;
pub(crate) mod estimators;
pub(crate) mod frames;
pub(crate) mod metrics;
pub(crate) mod networks;
pub(crate) mod own_models;
mod plain;
mod plots;
mod roles;
mod runners;
mod splits;
mod texts;
mod training;

use std::sync::Arc;

use mlwright_python_values::Context;
use mlwright_python_values::event::EventKind;
use mlwright_python_values::value::{Data, DataKind, Dialect, Instance, Text, Value};
use mlwright_source_text::{NameKind, SchemaSource, TextRange};

use crate::arguments::Call;
use crate::interpreter::Interpreter;

pub(crate) use containers::container_method;
pub(crate) use estimators::{estimator_attribute, estimator_item, estimator_method, fit_by_hand};
pub(crate) use frames::{data_method, recipe_comparison, recipe_method, recipe_operation};
pub(crate) use plain::{join_path, plain_attribute, plain_method};

/// Whether a library's function or class leaves the frames that it is given as they are.
pub(crate) fn leaves_arguments(name: &str) -> bool {
    let root = name.split('.').next().unwrap_or(name);
    let is_class = name.rsplit('.').next().is_some_and(|last| last.starts_with(char::is_uppercase));
    is_class
        || matches!(
            root,
            "builtins"
                | "str"
                | "pandas"
                | "polars"
                | "numpy"
                | "scipy"
                | "sklearn"
                | "matplotlib"
                | "seaborn"
                | "plotly"
                | "altair"
                | "statsmodels"
                | "xgboost"
                | "lightgbm"
                | "catboost"
                | "imblearn"
                | "torch"
                | "tensorflow"
                | "keras"
                | "mlflow"
                | "mlwright"
                | "joblib"
                | "pickle"
                | "os"
                | "pathlib"
                | "json"
                | "math"
                | "random"
                | "time"
                | "datetime"
                | "itertools"
                | "collections"
                | "copy"
                | "warnings"
                | "logging"
                | "shap"
                | "duckdb"
                | "pyarrow"
                | "tqdm"
                | "IPython"
                | "missingno"
                | "optuna"
                | "mlxtend"
                | "cuml"
                | "sklearnex"
                | "dask_ml"
        )
}

/// A name that the script uses without having made it: a function of Python's own, or a usual import that is missing (in a
/// notebook's excerpt, or because of `import *`).
pub(crate) fn name_without_import(name: &Arc<str>) -> Value {
    if plain::is_builtin(name) {
        return Value::Library(format!("builtins.{name}").into());
    }
    match &**name {
        "pd" => Value::Library("pandas".into()),
        "np" => Value::Library("numpy".into()),
        "pl" => Value::Library("polars".into()),
        "sns" => Value::Library("seaborn".into()),
        "plt" => Value::Library("matplotlib.pyplot".into()),
        "sm" => Value::Library("statsmodels.api".into()),
        "xgb" => Value::Library("xgboost".into()),
        "lgb" => Value::Library("lightgbm".into()),
        _ => match roles::home_of(name) {
            Some(full) => Value::Library(full),
            None => Value::Unknown,
        },
    }
}

/// An attribute of a module or class of a library.
pub(crate) fn attribute_of(module: &Arc<str>, name: &Arc<str>) -> Value {
    match (&**module, &**name) {
        ("numpy", "nan" | "inf" | "pi" | "e" | "newaxis") => Value::Number(None),
        _ => Value::Library(format!("{module}.{name}").into()),
    }
}

/// What a call of a library's function or class gives.
pub(crate) fn call(cx: &mut Interpreter<'_>, name: &Arc<str>, call: &Call<'_>) -> Value {
    let (root, rest) = name.split_once('.').unwrap_or((name, ""));
    let last = name.rsplit('.').next().unwrap_or(name);
    if matches!(root, "matplotlib" | "seaborn" | "plotly") {
        plots::note_predictions(cx, call);
    }
    match root {
        "builtins" => plain::call_builtin(cx, rest, call),
        "pandas" => frames::call_pandas(cx, rest, call),
        "polars" => frames::call_polars(cx, rest, call),
        "numpy" => frames::call_numpy(cx, rest, call),
        "scipy" => frames::call_scipy(cx, rest, call),
        "os" | "pathlib" | "glob" => plain::call_path(cx, name, call),
        "str" => plain::call_builtin(cx, name, call),
        "seaborn" | "plotly" | "altair" if last == "load_dataset" => {
            let set = call.value(0, "name").as_text().map(|set| format!("seaborn:{set}"));
            match set {
                Some(set) if datasets::columns(&set).is_some() => {
                    let (features, target) = datasets::columns(&set).expect("looked at above");
                    let (base, rows) = cx.base(Some(&set), call.range());
                    let columns = features.iter().chain(target).map(|name| mlwright_python_values::column::Column {
                        origins: Arc::from([cx.origin(base, name)]),
                        ..mlwright_python_values::column::Column::named(name)
                    });
                    let columns = mlwright_python_values::column::Columns::closed(columns);
                    cx.add_data(frames_data(columns, rows))
                }
                _ => cx.opaque_source(call.range()),
            }
        }
        "seaborn" | "plotly" | "altair" | "hvplot" => plots::call(cx, call),
        "matplotlib" | "IPython" | "warnings" | "logging" | "sys" | "time" | "json" | "re" | "random" | "math"
        | "datetime" | "itertools" | "collections" | "tqdm" | "argparse" | "yaml" | "subprocess" | "shutil"
        | "requests" | "typing" | "functools" | "copy" => plain::call_other(cx, name, call),
        "joblib" | "pickle" | "dill" | "cloudpickle" | "cPickle" => {
            if matches!(last, "load" | "loads") {
                cx.note(call.range(), EventKind::Unpickle { what: name.clone() });
                return cx.opaque_source(call.range());
            }
            Value::Unknown
        }
        "torch" if last == "load" => {
            if call.flag("weights_only") != Some(true) {
                cx.note(call.range(), EventKind::Unpickle { what: name.clone() });
            }
            Value::Unknown
        }
        "nltk" => texts::call_nltk(cx, name, last, call),
        // `dmatrices("y ~ a + b", df)`: a target and features of the same rows.
        "patsy" if matches!(last, "dmatrices" | "dmatrix") => {
            let data = call.value(1, "data");
            let Some(data) = cx.data_of(&data) else { return cx.opaque_result(call) };
            let part = |cx: &mut Interpreter<'_>| {
                let columns = mlwright_python_values::column::Columns::unknown();
                cx.add_data(Data { kind: DataKind::Frame, columns, infos: data.all_infos(), ..(*data).clone() })
            };
            if last == "dmatrix" {
                return part(cx);
            }
            let (target, features) = (part(cx), part(cx));
            Value::Tuple(Arc::new(vec![target, features]))
        }
        "gensim" => embeddings::call(cx, name, last, call),
        "mlflow" | "mlwright" => lifecycle(cx, last, call),
        _ => training::call(cx, name, root, last, call),
    }
}

fn frames_data(columns: mlwright_python_values::column::Columns, rows: mlwright_python_values::rows::RowsId) -> Data {
    Data::new(DataKind::Frame, Dialect::Pandas, columns, rows)
}

/// Functions of `mlflow` and `mlwright`: what their names name.
fn lifecycle(cx: &mut Interpreter<'_>, last: &str, call: &Call<'_>) -> Value {
    let mut name = |position: usize, keyword: &str, kind: NameKind| {
        if let Some(Value::Str(text)) = call.get(position, keyword).map(|argument| argument.value.clone()) {
            cx.note_context(text.origin, Context::Name(kind));
        }
    };
    match last {
        "set_experiment" | "get_experiment_by_name" | "create_experiment" => {
            name(0, "experiment_name", NameKind::Experiment);
        }
        "load_model" => name(0, "model_uri", NameKind::Model),
        "register_model" => name(1, "name", NameKind::Model),
        "get_registered_model" | "create_registered_model" | "search_model_versions" | "get_model_version" => {
            name(0, "name", NameKind::Model);
        }
        "set_registered_model_alias" | "get_model_version_by_alias" | "delete_registered_model_alias" => {
            name(0, "name", NameKind::Model);
            name(1, "alias", NameKind::Alias);
        }
        "log_metric" => name(0, "key", NameKind::Metric),
        "predict" | "get_endpoint" => name(0, "endpoint", NameKind::Endpoint),
        _ => {}
    }
    if last == "load_model" {
        return cx.opaque_source(call.range());
    }
    cx.opaque_result(call)
}

/// Calling a model or a layer as a function.
pub(crate) fn call_network(cx: &mut Interpreter<'_>, _model: &Value, call: &Call<'_>) -> Value {
    cx.opaque_result(call)
}

/// A method that a class of the script has from its base: of an estimator or a network.
pub(crate) fn inherited_method(
    cx: &mut Interpreter<'_>,
    _object: &Value,
    instance: &Instance,
    name: &str,
    call: &Call<'_>,
) -> Value {
    // `fit_transform` of a transformer of the script is `fit` and `transform`.
    if name == "fit_transform" {
        let method = |cx: &Interpreter<'_>, name: &str| cx.state.name(instance.scope, name).cloned();
        if let (Some(Value::Function(fit, scope)), Some(Value::Function(transform, other))) =
            (method(cx, "fit"), method(cx, "transform"))
        {
            cx.call_function(&fit, scope, Some(_object), call);
            let first = Call { expr: call.expr, arguments: call.arguments.iter().take(1).cloned().collect() };
            return cx.call_function(&transform, other, Some(_object), &first);
        }
    }
    cx.opaque_result(call)
}

/// A method behind an accessor: `series.str.lower()`, `df.column.fillna(0)`, `values.anything.method()`.
pub(crate) fn accessor_method(
    cx: &mut Interpreter<'_>,
    inner: &Arc<(Value, Arc<str>)>,
    name: &Arc<str>,
    call: &Call<'_>,
) -> Value {
    let (object, accessor) = &**inner;
    if let Value::Recipe(recipe) = object {
        return recipe_method(cx, recipe, accessor, name, call);
    }
    match cx.data_of(object) {
        Some(data) => frames::accessor(cx, &data, object, accessor, name, call),
        None => cx.opaque_result(call),
    }
}

/// What an annotation says of a value.
pub(crate) fn value_of_type(cx: &mut Interpreter<'_>, value: &Value, site: TextRange) -> Value {
    match value {
        Value::Library(name) => match &**name {
            "pandas.DataFrame" | "polars.DataFrame" | "polars.LazyFrame" => {
                let made = cx.opaque_source(site);
                let dialect = match &**name {
                    "pandas.DataFrame" => Dialect::Pandas,
                    "polars.DataFrame" => Dialect::Polars,
                    _ => Dialect::PolarsLazy,
                };
                cx.change_data(&made, |data| {
                    data.kind = DataKind::Frame;
                    data.dialect = dialect;
                });
                made
            }
            "builtins.str" => Value::Str(Text::default()),
            "builtins.int" | "builtins.float" => Value::Number(None),
            "builtins.bool" => Value::Bool(None),
            "builtins.list" | "builtins.dict" => Value::Unknown,
            _ => cx.opaque_source(site),
        },
        _ => cx.opaque_source(site),
    }
}

/// The absolute paths that a path written in the file at `here` may mean: beside it, below a root.
pub fn candidates(here: &str, path: &str, source: &dyn SchemaSource) -> Vec<String> {
    let path = path.replace('\\', "/");
    if path.contains("://") {
        return Vec::new();
    }
    let absolute = path.starts_with('/') || path.as_bytes().get(1) == Some(&b':');
    if absolute {
        return vec![normal(&path)];
    }
    let folder = here.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut found = vec![normal(&format!("{folder}/{path}"))];
    for root in source.roots() {
        let candidate = normal(&format!("{root}/{path}"));
        if !found.contains(&candidate) {
            found.push(candidate);
        }
    }
    found
}

/// Without `.` and `..`.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let start = if path.starts_with('/') { "/" } else { "" };
    format!("{start}{}", parts.join("/"))
}
