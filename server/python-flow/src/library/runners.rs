//! Helpers of other files that are not there to be read: what they are given says what they do.
//!
//! A function that is given a fitted model and the features and target of other rows judges it on them; one that is given a
//! model that is not fitted yet and both parts of a split fits it on the first and judges it on the second.

use std::sync::Arc;

use mlwright_python_values::event::{EventKind, Fit, Given, Score};
use mlwright_python_values::rows::{Relation, RowsId, Step};
use mlwright_python_values::value::{Estimator, FitId, ObjectId, Value};

use crate::arguments::Call;
use crate::interpreter::Interpreter;

/// Notes what an unknown function, by its name, does with a model that it is given.
pub(super) fn run(cx: &mut Interpreter<'_>, name: &str, call: &Call<'_>) {
    let models: Vec<Value> = call
        .arguments
        .iter()
        .filter(|argument| cx.state.estimator(&argument.value).is_some_and(|(_, model)| model.role.is_model()))
        .map(|argument| argument.value.clone())
        .collect();
    let [model] = &models[..] else { return };
    let Some((object, estimator)) = cx.state.estimator(model).map(|(id, estimator)| (id, estimator.clone())) else {
        return;
    };
    let pairs = pairs(cx, call);
    match (estimator.fitted, &pairs[..]) {
        (Some(fit), [test]) => {
            let trained_on = cx.flow.fit(fit).x.data.rows;
            if !cx.flow.rows.relation(trained_on, test.x.data.rows).overlaps() {
                judge(cx, name, fit, test, call);
            }
        }
        (None, [one, other]) => {
            let Some((train, test)) = in_order(cx, one, other) else { return };
            let fit = fit(cx, (object, model), &estimator, train, call);
            judge(cx, name, fit, test, call);
        }
        _ => {}
    }
}

/// Features and target of the same rows.
struct Pair {
    x: Given,
    y: Given,
}

/// The pairs among the arguments of a call, in their order.
fn pairs(cx: &Interpreter<'_>, call: &Call<'_>) -> Vec<Pair> {
    let mut seen: Vec<(RowsId, Vec<Given>)> = Vec::new();
    for argument in &call.arguments {
        let range = argument.range().unwrap_or(call.range());
        let Some(given) = cx.given(&argument.value, range).filter(|given| given.data.prediction.is_none()) else {
            continue;
        };
        let rows = given.data.rows;
        // What the parameters of an uncalled function are nobody knows: two in a row are features and target.
        let is_beside = |known: RowsId| {
            let is_source = |rows: RowsId| matches!(cx.flow.rows.get(rows).step, Step::Source);
            known == rows || is_source(known) && is_source(rows)
        };
        match seen.iter_mut().find(|(known, list)| is_beside(*known) && list.len() < 2) {
            _ if rows == RowsId::NONE => {}
            Some((_, list)) => list.push(given),
            None => seen.push((rows, vec![given])),
        }
    }
    let pair = |(_, list): (RowsId, Vec<Given>)| match <[Given; 2]>::try_from(list) {
        Ok([x, y]) => Some(Pair { x, y }),
        Err(_) => None,
    };
    seen.into_iter().filter_map(pair).collect()
}

/// The two parts of one split, the first of them first.
fn in_order<'p>(cx: &Interpreter<'_>, one: &'p Pair, other: &'p Pair) -> Option<(&'p Pair, &'p Pair)> {
    let rows = &cx.flow.rows;
    if rows.relation(one.x.data.rows, other.x.data.rows) != Relation::Disjoint {
        return None;
    }
    let part = |pair: &Pair| match rows.get(rows.split_or_cut_above(pair.x.data.rows)?).step {
        Step::Part { part, .. } => Some(part),
        Step::Slice { lower, .. } => Some(u32::from(lower != mlwright_python_values::rows::Bound::Open)),
        _ => None,
    };
    match (part(one)?, part(other)?) {
        (a, b) if a < b => Some((one, other)),
        (a, b) if a > b => Some((other, one)),
        _ => None,
    }
}

fn fit(
    cx: &mut Interpreter<'_>,
    (object, model): (ObjectId, &Value),
    estimator: &Arc<Estimator>,
    train: &Pair,
    call: &Call<'_>,
) -> FitId {
    let infos = train.x.data.all_infos().union(&super::estimators::infos_of_target(cx, &train.y));
    let fit = Fit {
        object,
        estimator: estimator.clone(),
        site: cx.site(call.range()),
        x: train.x.clone(),
        y: Some(train.y.clone()),
        infos,
        supervised: true,
        sample_weight: false,
    };
    let fit = cx.add_fit(fit);
    super::estimators::change(cx, model, |estimator| estimator.fitted = Some(fit));
    fit
}

fn judge(cx: &mut Interpreter<'_>, name: &str, fit: FitId, test: &Pair, call: &Call<'_>) {
    let (rows, x_infos) = (test.x.data.rows, test.x.data.all_infos());
    let metric = name.rsplit('.').next().unwrap_or(name).into();
    let y = Some(test.y.clone());
    let score = Score { metric, fit, rows, x_infos, given_scores: true, y, predicted_at: None };
    cx.note(call.range(), EventKind::Score(score));
}
