//! `fit`: what is learned from which rows.

use std::sync::Arc;

use mlwright_python_values::column::Columns;
use mlwright_python_values::event::{EventKind, Fit, Given};
use mlwright_python_values::info::{InfoKind, Infos};
use mlwright_python_values::rows::RowsId;
use mlwright_python_values::value::{Composite, Data, DataKind, Dialect, Estimator, FitId, Object, Role, Value};
use mlwright_source_text::TextRange;

use super::{change, first_samples};
use crate::arguments::{Arg, Call};
use crate::interpreter::Interpreter;

/// Fits an estimator; `None` where it is not known on what.
pub(super) fn fit(cx: &mut Interpreter<'_>, object: &Value, call: &Call<'_>) -> Option<FitId> {
    let (id, estimator) = cx.state.estimator(object).map(|(id, estimator)| (id, estimator.clone()))?;
    let x = first_samples(cx, call, &estimator)?;
    let target = ["y", "Y", "label", "labels", "y_train"]
        .iter()
        .find_map(|name| call.keyword(name))
        .or_else(|| call.positional(1));
    let y = target.and_then(|argument| cx.given(&argument.value, argument.range().unwrap_or(call.range())));
    columns_of_branches(cx, &estimator, &x);
    let mut infos = x.data.all_infos().union(&estimator.infos);
    if let Some(y) = &y {
        infos = infos.union(&infos_of_target(cx, y));
    }
    let fit = Fit {
        object: id,
        estimator: estimator.clone(),
        site: cx.site(call.range()),
        x: x.clone(),
        y: y.clone(),
        infos: infos.clone(),
        supervised: target.is_some(),
        sample_weight: call.keyword("sample_weight").is_some() || call.keyword("class_weight").is_some(),
    };
    if estimator.composite == Some(Composite::Search) {
        let splitter = splitter_of(cx, &estimator);
        let scoring = super::super::splits::scoring_of(estimator.parameter("scoring"));
        cx.note(
            call.range(),
            EventKind::CrossValidation {
                estimator: estimator.clone(),
                x: x.clone(),
                y: y.clone(),
                searches: true,
                splitter,
                scoring,
            },
        );
    }
    let fit = cx.add_fit(fit);
    let learned = match estimator.role {
        Role::Transformer | Role::Clusterer | Role::OutlierDetector => {
            cx.learn(x.data.rows, call.range(), estimator.short_name(), InfoKind::Fitted)
        }
        _ => Default::default(),
    };
    let carried =
        if matches!(estimator.role, Role::Transformer | Role::RowTransformer | Role::Clusterer | Role::OutlierDetector)
        {
            infos.union(&learned)
        } else {
            Default::default()
        };
    change(cx, object, |estimator| {
        estimator.fitted = Some(fit);
        estimator.infos = carried.clone();
    });
    let flows = cx.image_flows.iter().filter(|(generator, _)| *generator == id).map(|(_, flow)| flow.clone());
    for flow in flows.collect::<Vec<_>>() {
        cx.change_data(&flow, |data| data.infos = data.infos.union(&carried));
    }
    // A search fits copies of the estimator that it is given, and keeps the best; the steps of all else are fitted with it.
    let copied = usize::from(estimator.composite == Some(Composite::Search));
    if let Some(best) = estimator.steps.first().filter(|_| copied > 0)
        && let Object::Estimator(best) = cx.state.get(*best).clone()
    {
        let best = Arc::new(Estimator { fitted: Some(fit), ..(*best).clone() });
        let copy = cx.state.add(Object::Estimator(best.clone()));
        cx.flow.made.push((copy, best));
        change(cx, object, |search| search.steps[0] = copy);
    }
    for step in estimator.steps.iter().skip(copied) {
        change(cx, &Value::Object(*step), |step| {
            step.fitted = step.fitted.or(Some(fit));
            if matches!(step.role, Role::Transformer | Role::RowTransformer) {
                step.infos = step.infos.union(&carried);
            }
        });
    }
    watch(cx, fit, &estimator, call);
    Some(fit)
}

/// Knowledge in a target. Edges between classes that are computed from all rows, `pd.cut(price, 4)`, `price > price.median()`, only
/// say what is asked.
pub(in crate::library) fn infos_of_target(cx: &Interpreter<'_>, y: &Given) -> Infos {
    y.data.all_infos().only(|id| cx.flow.info(id).kind != InfoKind::Edge)
}

/// `model.coef_ = weights`: a model that was not fitted has learned what its coefficients were computed from.
pub(crate) fn fit_by_hand(cx: &mut Interpreter<'_>, object: &Value, coefficients: &Value, site: TextRange) {
    let Some((id, estimator)) = cx.state.estimator(object).map(|(id, estimator)| (id, estimator.clone())) else {
        return;
    };
    if estimator.fitted.is_some() || !estimator.role.is_model() {
        return;
    }
    let learned = cx.infos_of(coefficients).iter().map(|info| cx.flow.info(info).rows).last();
    let data = Data::new(DataKind::Opaque, Dialect::Numpy, Columns::unknown(), learned.unwrap_or(RowsId::NONE));
    let site = cx.site(site);
    let fit = cx.add_fit(Fit {
        object: id,
        estimator,
        site,
        x: Given { data: Arc::new(data), range: site },
        y: None,
        infos: Default::default(),
        supervised: true,
        sample_weight: false,
    });
    change(cx, object, |estimator| estimator.fitted = Some(fit));
}

/// The splitter that a search or cross-validation is given.
pub(in crate::library) fn splitter_of(cx: &Interpreter<'_>, estimator: &Estimator) -> Option<Arc<Estimator>> {
    estimator.parameter("cv").and_then(|cv| cx.state.estimator(cv)).map(|(_, splitter)| splitter.clone())
}

/// Names of columns that the branches of a column transformer take, looked up in what it is fitted on.
fn columns_of_branches(cx: &mut Interpreter<'_>, estimator: &Arc<Estimator>, x: &Given) {
    if x.data.kind != DataKind::Frame {
        return;
    }
    let mut open = vec![estimator.clone()];
    let mut n_seen = 0;
    while let Some(estimator) = open.pop() {
        n_seen += 1;
        if n_seen > 32 {
            return;
        }
        if estimator.composite == Some(Composite::ColumnTransformer) {
            let parameters: Vec<Value> = estimator.parameters.iter().map(|(_, value)| value.clone()).collect();
            for value in parameters {
                let branches = match cx.state.items(&value) {
                    Some((items, _)) if matches!(value, Value::Tuple(_)) => vec![Value::Tuple(Arc::new(items))],
                    Some((items, _)) => items,
                    None => continue,
                };
                for branch in branches {
                    if let Some((parts, _)) = cx.state.items(&branch)
                        && let Some(columns) = parts.last()
                    {
                        for (name, origin) in cx.names_in(columns).unwrap_or_default() {
                            if origin.is_some() {
                                cx.find_column(&Value::Unknown, &x.data, &name, None, origin);
                            }
                        }
                    }
                }
            }
            continue;
        }
        for step in &estimator.steps {
            if let Object::Estimator(step) = cx.state.get(*step) {
                open.push(step.clone());
            }
        }
    }
}

/// Data that is watched while a model learns: `validation_data`, `eval_set`, `evals`, `valid_sets`.
pub(in crate::library) fn watch(cx: &mut Interpreter<'_>, fit: FitId, estimator: &Estimator, call: &Call<'_>) {
    let stops_early = stops_early(cx, estimator, call);
    let share = call.keyword("validation_split").map(|argument| &argument.value);
    if share.is_some_and(|share| !matches!(share, Value::None | Value::Number(Some(0.0)))) && estimator.role.is_model()
    {
        cx.note(call.range(), EventKind::SetsApart { fit });
    }
    let native = estimator.class.ends_with(".train");
    for keyword in ["validation_data", "eval_set", "evals", "valid_sets", "eval_sets"] {
        // `xgb.train(params, dtrain, rounds, evals)`
        let by_place = if native && matches!(keyword, "evals") { call.positional(3) } else { None };
        let Some(argument) = call.keyword(keyword).or(by_place) else { continue };
        let range = argument.range().unwrap_or(call.range());
        for x in watched(cx, argument, range) {
            cx.note(range, EventKind::Watch { fit, x, stops_early });
        }
    }
}

/// The features in `(X, y)`, `[(X, y), …]`, `[(dmatrix, "name"), …]` or `[dataset, …]`.
fn watched(cx: &Interpreter<'_>, argument: &Arg<'_>, range: TextRange) -> Vec<Given> {
    let Some((items, _)) = cx.state.items(&argument.value) else {
        return cx.given(&argument.value, range).into_iter().collect();
    };
    let is_pair = matches!(argument.value, Value::Tuple(_));
    if is_pair {
        return items.first().and_then(|x| cx.given(x, range)).into_iter().collect();
    }
    items
        .iter()
        .filter_map(|item| match cx.state.items(item) {
            Some((pair, _)) => pair.first().and_then(|x| cx.given(x, range)),
            None => cx.given(item, range),
        })
        .collect()
}

/// Whether what is watched decides when learning ends, or which state is kept.
fn stops_early(cx: &Interpreter<'_>, estimator: &Estimator, call: &Call<'_>) -> bool {
    let named = |value: &Value| !matches!(value, Value::None | Value::Bool(Some(false)));
    if ["early_stopping_rounds", "early_stopping", "od_wait", "use_best_model"].iter().any(|name| {
        call.keyword(name).is_some_and(|argument| named(&argument.value))
            || estimator.parameter(name).is_some_and(named)
    }) {
        return true;
    }
    // TabNet waits ten epochs for something better on what it watches, unless it is told otherwise, and keeps the best.
    if estimator.class.starts_with("pytorch_tabnet") {
        let patience = call.keyword("patience").map(|argument| &argument.value);
        return !matches!(patience, Some(Value::Number(Some(epochs))) if *epochs == 0.0);
    }
    // Callbacks are understood by their names: `EarlyStopping(…)`, `ModelCheckpoint(…)`, `lgb.early_stopping(…)`.
    call.keyword("callbacks").is_some_and(|argument| {
        cx.state.items(&argument.value).is_some_and(|(items, _)| {
            items.iter().any(|item| {
                cx.state
                    .estimator(item)
                    .is_some_and(|(_, callback)| &*callback.class == super::super::training::EARLY_STOPPING)
            })
        })
    })
}
