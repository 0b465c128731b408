//! Estimators: made, fitted, asked to transform and predict.

mod fit;
mod lazy;
mod make;

use std::sync::Arc;

pub(crate) use fit::fit_by_hand;
pub(super) use fit::{infos_of_target, splitter_of, watch};
pub(super) use make::{add, make};

use mlwright_python_values::column::Columns;
use mlwright_python_values::event::{EventKind, Given, Score, Turn};
use mlwright_python_values::info::{InfoKind, Infos};
use mlwright_python_values::rows::Step;
use mlwright_python_values::value::{Composite, Data, DataKind, Dialect, Estimator, Object, Prediction, Role, Value};

use crate::arguments::{Arg, Call};
use crate::interpreter::Interpreter;

/// What a method of an estimator gives.
pub(crate) fn estimator_method(
    cx: &mut Interpreter<'_>,
    object: &Value,
    estimator: &Arc<Estimator>,
    name: &str,
    call: &Call<'_>,
) -> Value {
    if super::texts::is_nltk(estimator) {
        if name == "train" {
            super::texts::fit_list(cx, object, call);
        }
        return object.clone();
    }
    if super::embeddings::is_one(estimator) {
        return super::embeddings::method(cx, object, estimator, name, call);
    }
    match name {
        "fit" if lazy::is_lazy(estimator) => lazy::fit(cx, object, estimator, call),
        "fit" | "fit_generator" | "partial_fit" | "fit_on_texts" | "fit_on_sequences" | "train" | "train_on_batch"
        | "adapt" => {
            let fitted = fit::fit(cx, object, call);
            if estimator.class.contains("keras") || estimator.class.contains("tensorflow") {
                fitted.map_or(Value::Unknown, |_| Value::Unknown)
            } else {
                object.clone()
            }
        }
        "fit_transform" => {
            let call = &with_samples(cx, call, estimator);
            fit::fit(cx, object, call);
            let fitted = current(cx, object, estimator);
            transform(cx, object, &fitted, call)
        }
        "fit_predict" => {
            fit::fit(cx, object, call);
            let fitted = current(cx, object, estimator);
            if fitted.role.is_model() {
                predict(cx, &fitted, call, false)
            } else {
                transform(cx, object, &fitted, call)
            }
        }
        "fit_resample" | "fit_sample" => resample(cx, object, estimator, call),
        "transform"
        | "inverse_transform"
        | "texts_to_sequences"
        | "texts_to_matrix"
        | "sequences_to_matrix"
        | "sequences_to_texts" => {
            let inverse = name == "inverse_transform";
            let made = transform(cx, object, estimator, call);
            if inverse {
                // What a model said stays that, in its own units.
                let prediction = call
                    .positional(0)
                    .and_then(|argument| cx.data_of(&argument.value))
                    .and_then(|data| data.prediction);
                cx.change_data(&made, |data| data.prediction = prediction);
            }
            made
        }
        "predict" | "predict_classes" | "forecast" | "kneighbors" => match estimator.role {
            Role::Clusterer | Role::OutlierDetector | Role::Transformer | Role::RowTransformer => {
                transform(cx, object, estimator, call)
            }
            _ => predict(cx, estimator, call, false),
        },
        "predict_proba" | "decision_function" | "predict_log_proba" | "predict_generator" | "predict_on_batch" => {
            if estimator.role.is_model() {
                predict(cx, estimator, call, true)
            } else {
                transform(cx, object, estimator, call)
            }
        }
        "score" | "evaluate" | "evaluate_generator" | "test_on_batch" if estimator.role.is_model() => {
            score(cx, estimator, call, name);
            Value::Number(None)
        }
        "flow" | "standardize" | "random_transform" | "apply_transform" if is_image_generator(estimator) => {
            images(cx, object, estimator, call)
        }
        "flow_from_directory" | "flow_from_dataframe" if is_image_generator(estimator) => {
            let made = cx.opaque_source(call.range());
            let learned = estimator.infos.clone();
            cx.change_data(&made, |data| data.infos = learned);
            made
        }
        "search" if is_tuner(estimator) => {
            search(cx, object, call);
            Value::None
        }
        "get_best_models" if is_tuner(estimator) => {
            let best = current(cx, object, estimator);
            let best = Estimator { class: "keras.Model".into(), ..(*best).clone() };
            let best = Value::Object(cx.state.add(Object::Estimator(Arc::new(best))));
            cx.add_list(vec![best], true)
        }
        "split" if estimator.role == Role::Splitter => super::splits::folds(cx, estimator, call),
        "compile" | "set_params" | "load_state_dict" => {
            change(cx, object, |estimator| estimator.revision += 1);
            object.clone()
        }
        "add" if estimator.role == Role::Model => {
            change(cx, object, |estimator| estimator.revision += 1);
            Value::None
        }
        "get_feature_names_out" | "get_feature_names" | "get_support" => {
            let infos = current(cx, object, estimator).infos.clone();
            cx.add_data(Data { kind: DataKind::Index, infos, ..blank(mlwright_python_values::rows::RowsId::NONE) })
        }
        "get_params" | "summary" | "save" | "save_model" | "plot" => Value::Unknown,
        _ => Value::Unknown,
    }
}

fn is_image_generator(estimator: &Estimator) -> bool {
    estimator.short_name() == "ImageDataGenerator"
}

/// `generator.flow(x, y)`: the images, each changed at random, by what the generator learned in `fit`; with `subset` one part of
/// them, as `validation_split` says.
fn images(cx: &mut Interpreter<'_>, object: &Value, estimator: &Arc<Estimator>, call: &Call<'_>) -> Value {
    let subset = call.keyword("subset").and_then(|argument| argument.value.as_text().cloned());
    // Features come alone, or in a tuple with more of the same rows.
    let first = call.keyword("x").or(call.positional(0)).map(|argument| argument.value.clone()).unwrap_or_default();
    let Some(data) = cx.data_within(&first, 2) else { return cx.opaque_result(call) };
    let x = cx.add_data((*data).clone());
    let rest = Call { expr: call.expr, arguments: vec![Arg { keyword: None, expr: None, value: x }] };
    let made = transform(cx, object, estimator, &rest);
    if let Value::Object(generator) = object {
        cx.image_flows.push((*generator, made.clone()));
    }
    let Some(part) = subset.map(|subset| u32::from(&*subset == "validation")) else { return made };
    // One generator, or one set of rows, is parted in one way.
    let split = cx.split_number(Some(u64::from(data.rows.0) << 8 | 0x3c));
    let rows = cx.rows_from(Step::Part { split, part }, data.rows, call.range());
    cx.change_data(&made, |data| {
        data.rows = rows;
        data.n_rows = None;
    });
    made
}

/// A search of KerasTuner.
fn is_tuner(estimator: &Estimator) -> bool {
    estimator.class.starts_with("keras_tuner") || estimator.class.starts_with("kerastuner")
}

/// `tuner.search(x, y, validation_data=…)`: many models, each judged on the rows that are watched.
fn search(cx: &mut Interpreter<'_>, object: &Value, call: &Call<'_>) {
    let n_before = cx.flow.events.len();
    let Some(fit) = fit::fit(cx, object, call) else { return };
    let watched: Vec<Given> = cx.flow.events[n_before..]
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Watch { x, .. } => Some(x.clone()),
            _ => None,
        })
        .collect();
    let outer = cx.turns.clone();
    let site = cx.site(call.range());
    Arc::make_mut(&mut cx.turns).push(Turn { site, number: 0, optimizes: true });
    for x in watched {
        let (rows, x_infos) = (x.data.rows, x.data.all_infos());
        let score =
            Score { metric: "objective".into(), fit, rows, x_infos, given_scores: true, y: None, predicted_at: None };
        cx.note(x.range, EventKind::Score(score));
    }
    cx.turns = outer;
}

fn blank(rows: mlwright_python_values::rows::RowsId) -> Data {
    Data::new(DataKind::Array, Dialect::Numpy, Columns::unknown(), rows)
}

/// The estimator as it is now.
fn current(cx: &Interpreter<'_>, object: &Value, before: &Arc<Estimator>) -> Arc<Estimator> {
    cx.state.estimator(object).map_or_else(|| before.clone(), |(_, estimator)| estimator.clone())
}

/// Changes an estimator in place.
pub(super) fn change(cx: &mut Interpreter<'_>, object: &Value, change: impl FnOnce(&mut Estimator)) {
    if let Some((id, estimator)) = cx.state.estimator(object) {
        let mut estimator = estimator.clone();
        change(Arc::make_mut(&mut estimator));
        cx.state.set(id, Object::Estimator(estimator));
    }
}

/// The data that a call is given first.
pub(super) fn first_data(cx: &Interpreter<'_>, call: &Call<'_>) -> Option<Given> {
    let argument = ["X", "x", "X_train", "X_test", "generator", "data", "raw_documents", "test_x"]
        .iter()
        .find_map(|name| call.keyword(name))
        .or(call.positional(0))?;
    let range = argument.range().unwrap_or(call.range());
    cx.given(&argument.value, range)
}

/// The samples that a call is given first: data, or, for what prepares data, a list of samples that are not understood (texts
/// that a loop has cleaned).
fn first_samples(cx: &mut Interpreter<'_>, call: &Call<'_>, estimator: &Estimator) -> Option<Given> {
    first_data(cx, call).or_else(|| match estimator.role {
        Role::Transformer => samples_of_list(cx, call),
        _ => listed_samples(cx, call),
    })
}

/// A call whose samples are data, where they are not understood: what is learned from them and what is made of them is then of
/// the same rows.
fn with_samples<'e>(cx: &mut Interpreter<'_>, call: &Call<'e>, estimator: &Estimator) -> Call<'e> {
    let mut arguments = call.arguments.clone();
    if first_data(cx, call).is_none()
        && let Some(x) = first_samples(cx, call, estimator)
        && let Some(first) = arguments.iter_mut().find(|argument| argument.keyword.is_none())
    {
        first.value = cx.add_data((*x.data).clone());
    }
    Call { expr: call.expr, arguments }
}

/// Samples that a list holds, which a call is given first.
fn listed_samples(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Option<Given> {
    let argument = call.get(0, "X").filter(|argument| cx.state.list(&argument.value).is_some())?;
    let (value, range) = (argument.value.clone(), argument.range().unwrap_or(call.range()));
    let data = cx.data_of_list(&value, range).filter(|data| data.prediction.is_none())?;
    let value = cx.add_data(data);
    cx.given(&value, range)
}

fn transform(cx: &mut Interpreter<'_>, object: &Value, estimator: &Arc<Estimator>, call: &Call<'_>) -> Value {
    let Some(x) = first_samples(cx, call, estimator) else { return cx.opaque_result(call) };
    let mut infos = x.data.all_infos().union(&estimator.infos);
    if estimator.fitted.is_none() {
        // `SelectFromModel(model, prefit=True)` knows what its model learned.
        for step in &estimator.steps {
            let fitted = match cx.state.get(*step) {
                Object::Estimator(step) => step.fitted,
                _ => None,
            };
            if let Some(fit) = fitted.map(|fit| cx.flow.fit(fit).clone()) {
                let learned = cx.learn(fit.x.data.rows, fit.site, estimator.short_name(), InfoKind::Fitted);
                infos = infos.union(&learned);
            }
        }
    }
    if let Value::Object(id) = object {
        cx.note(call.range(), EventKind::Transform { estimator: *id, fit: estimator.fitted, x: x.clone() });
    }
    let keeps_columns = matches!(
        estimator.short_name(),
        "StandardScaler"
            | "MinMaxScaler"
            | "MaxAbsScaler"
            | "RobustScaler"
            | "PowerTransformer"
            | "QuantileTransformer"
            | "SimpleImputer"
            | "KNNImputer"
            | "IterativeImputer"
            | "LabelEncoder"
            | "OrdinalEncoder"
            | "Normalizer"
            | "Imputer"
    );
    // Values in other columns still come from these: the origins stay with a column that has no name.
    let columns = if keeps_columns { x.data.columns.clone() } else { Columns::unknown() };
    let kind = if x.data.kind == DataKind::Series { DataKind::Series } else { DataKind::Array };
    let columns = if kind == DataKind::Array && !keeps_columns { Columns::unknown() } else { columns };
    cx.add_data(Data {
        kind,
        dialect: Dialect::Numpy,
        columns,
        infos,
        prediction: None,
        n_rows: x.data.n_rows,
        ..(*x.data).clone()
    })
}

fn predict(cx: &mut Interpreter<'_>, estimator: &Arc<Estimator>, call: &Call<'_>, scores: bool) -> Value {
    let Some(x) = first_data(cx, call).or_else(|| listed_samples(cx, call)) else { return cx.opaque_result(call) };
    let Some(fit) = estimator.fitted else {
        // A model that was loaded, or fitted in a way that is not understood.
        return cx.add_data(Data { infos: x.data.all_infos(), ..blank(x.data.rows) });
    };
    let scores = scores || is_network(estimator);
    let infos = x.data.all_infos();
    let rows = x.data.rows;
    let event = cx.note(call.range(), EventKind::Predict { fit, x, scores });
    cx.add_data(Data { infos, prediction: Some(Prediction { fit, event, scores }), ..blank(rows) })
}

/// Networks predict scores.
fn is_network(estimator: &Estimator) -> bool {
    estimator.class.contains("keras")
        || estimator.class.contains("tensorflow")
        || estimator.class.starts_with("xgboost.train")
}

/// `model.score(X, y)`, `model.evaluate(X, y)`.
fn score(cx: &mut Interpreter<'_>, estimator: &Arc<Estimator>, call: &Call<'_>, name: &str) {
    let x = first_data(cx, call).or_else(|| listed_samples(cx, call));
    let (Some(x), Some(fit)) = (x, estimator.fitted) else { return };
    let y = call.get(1, "y").and_then(|argument| cx.given(&argument.value, argument.range().unwrap_or(call.range())));
    let metric = match (estimator.role, name) {
        (Role::Classifier, "score") => "accuracy",
        (Role::Regressor, "score") => "r2",
        _ => name,
    };
    let (rows, x_infos) = (x.data.rows, x.data.all_infos());
    let predicted_at = Some(cx.note(call.range(), EventKind::Predict { fit, x, scores: true }));
    cx.note(
        call.range(),
        EventKind::Score(Score { metric: metric.into(), fit, rows, x_infos, given_scores: true, y, predicted_at }),
    );
}

/// A list, or something unknown, that a call is given as its samples.
fn samples_of_list(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Option<Given> {
    let argument = call.get(0, "X").or_else(|| call.keyword("raw_documents")).or_else(|| call.keyword("texts"))?;
    let (value, range) = (argument.value.clone(), argument.range().unwrap_or(call.range()));
    let is_list = cx.state.list(&value).is_some();
    if !is_list && !matches!(value, Value::Unknown) {
        return None;
    }
    let data = match cx.data_of_list(&value, range).filter(|_| is_list) {
        Some(data) => data,
        None => {
            let rows = cx.rows_of_unknown(&value, range);
            blank(rows)
        }
    };
    let value = cx.add_data(data);
    cx.given(&value, range)
}

/// `fit_resample`: rows with copies or synthetic neighbours, or fewer of them.
fn resample(cx: &mut Interpreter<'_>, object: &Value, estimator: &Arc<Estimator>, call: &Call<'_>) -> Value {
    let Some(x) = first_data(cx, call).or_else(|| samples_of_list(cx, call)) else { return cx.opaque_result(call) };
    let y = call.get(1, "y").map(|argument| argument.value.clone()).unwrap_or_default();
    let removes = super::roles::only_removes(estimator.short_name());
    let step = |cx: &Interpreter<'_>| {
        let site = cx.site(call.range());
        if removes { Step::filter(u64::from(site.start)) } else { Step::Copies { site } }
    };
    if !removes {
        cx.note(
            call.range(),
            EventKind::Resample { what: estimator.short_name().into(), x: x.clone(), estimator: object_of(object) },
        );
    }
    let make = |cx: &mut Interpreter<'_>, data: &Data| {
        let step = step(cx);
        let rows = cx.rows_from(step, data.rows, call.range());
        cx.add_data(Data { rows, n_rows: None, ..data.clone() })
    };
    let new_x = make(cx, &x.data);
    let new_y = match cx.data_of(&y) {
        Some(data) => make(cx, &data),
        // Targets that are not understood lie beside the samples.
        None => make(cx, &Data { infos: Infos::default(), ..blank(x.data.rows) }),
    };
    Value::Tuple(Arc::new(vec![new_x, new_y]))
}

fn object_of(value: &Value) -> Option<mlwright_python_values::value::ObjectId> {
    match value {
        Value::Object(id) => Some(*id),
        _ => None,
    }
}

/// An attribute of an estimator that is worked out.
pub(crate) fn estimator_attribute(
    cx: &mut Interpreter<'_>,
    object: &Value,
    estimator: &Arc<Estimator>,
    name: &str,
) -> Option<Value> {
    if super::embeddings::is_one(estimator) {
        return super::embeddings::attribute(cx, estimator, name);
    }
    match name {
        "best_estimator_" if estimator.composite == Some(Composite::Search) && !estimator.steps.is_empty() => {
            Some(Value::Object(estimator.steps[0]))
        }
        "best_estimator_" | "estimator_" | "named_estimators_" | "model" if estimator.composite.is_some() => {
            Some(object.clone())
        }
        "feature_importances_"
        | "coef_"
        | "components_"
        | "cluster_centers_"
        | "support_"
        | "ranking_"
        | "mean_"
        | "scale_"
        | "var_"
        | "data_min_"
        | "data_max_"
        | "scores_"
        | "pvalues_"
        | "feature_importance" => {
            let learned = match estimator.fitted {
                Some(fit) => {
                    let fit = cx.flow.fit(fit).clone();
                    cx.learn(fit.x.data.rows, fit.site, estimator.short_name(), InfoKind::Fitted)
                }
                None => Infos::default(),
            };
            let infos = estimator.infos.union(&learned);
            Some(cx.add_data(Data {
                kind: DataKind::Statistic,
                infos,
                ..blank(mlwright_python_values::rows::RowsId::NONE)
            }))
        }
        "labels_" => {
            let fit = cx.flow.fit(estimator.fitted?).clone();
            let infos = fit.x.data.all_infos().union(&estimator.infos);
            Some(cx.add_data(Data { infos, ..blank(fit.x.data.rows) }))
        }
        "named_steps" | "named_transformers_" | "transformers_" | "steps" => {
            let items = estimator.steps.iter().map(|id| Value::Object(*id)).collect();
            Some(cx.add_list(items, true))
        }
        "classes_" | "best_params_" | "best_score_" | "cv_results_" | "n_features_in_" | "history" | "intercept_"
        | "layers" | "best_iteration" | "feature_names_in_" | "word_index" | "vocabulary_" => Some(Value::Unknown),
        _ => None,
    }
}

/// `pipeline["step"]`, `pipeline[:-1]`.
pub(crate) fn estimator_item(cx: &mut Interpreter<'_>, estimator: &Arc<Estimator>, key: &Value) -> Value {
    if super::embeddings::is_one(estimator) {
        return super::embeddings::described(cx, estimator, key);
    }
    match key {
        Value::Number(Some(position)) => {
            let length = estimator.steps.len() as f64;
            let position = if *position < 0.0 { length + position } else { *position };
            estimator.steps.get(position as usize).map_or(Value::Unknown, |id| Value::Object(*id))
        }
        Value::Str(_) => estimator.steps.first().map_or(Value::Unknown, |id| Value::Object(*id)),
        _ => {
            // A part of a pipeline carries what the pipeline knows.
            let part = Estimator { composite: Some(Composite::Pipeline), ..(**estimator).clone() };
            Value::Object(cx.state.add(Object::Estimator(Arc::new(part))))
        }
    }
}

/// `fit`, `predict` and the like of something that is not understood: from then on it is a model.
pub(crate) fn unknown_estimator_method(
    cx: &mut Interpreter<'_>,
    object: &Value,
    data: &Arc<Data>,
    name: &str,
    call: &Call<'_>,
) -> Value {
    let (Value::Object(id), true) = (object, data.kind == DataKind::Opaque) else { return Value::Unknown };
    if first_data(cx, call).is_none() || name == "predict" {
        return cx.opaque_result(call);
    }
    let role = if name == "fit_transform" { Role::Transformer } else { Role::Model };
    let estimator = Arc::new(Estimator::new("model", role, cx.site(call.range())));
    cx.state.set(*id, Object::Estimator(estimator.clone()));
    estimator_method(cx, object, &estimator, name, call)
}

/// A method of a value of which nothing is known.
pub(crate) fn method_of_unknown(cx: &mut Interpreter<'_>, name: &str, call: &Call<'_>) -> Value {
    // What a file holds.
    if name == "readlines" || name == "read" && call.arguments.is_empty() {
        return cx.opaque_source(call.range());
    }
    if call.arguments.iter().any(|argument| cx.data_of(&argument.value).is_some()) {
        cx.opaque_result(call)
    } else {
        Value::Unknown
    }
}
