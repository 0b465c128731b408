//! Models that the script writes itself: classes with a `fit` and a `predict` of their own.

use std::sync::Arc;

use mlwright_python_values::column::Columns;
use mlwright_python_values::event::{EventKind, Fit};
use mlwright_python_values::value::{Data, DataKind, Dialect, Estimator, Instance, Object, Prediction, Role, Value};

use super::estimators::{first_data, infos_of_target};
use crate::arguments::Call;
use crate::interpreter::Interpreter;

/// A method of an instance of a class of the script, which `walk` goes through. Where nothing in `fit` is a model that is
/// understood, the instance is one itself.
pub(crate) fn method(
    cx: &mut Interpreter<'_>,
    object: &Value,
    instance: &Instance,
    name: &str,
    call: &Call<'_>,
    walk: impl FnOnce(&mut Interpreter<'_>) -> Value,
) -> Value {
    let n_fits = cx.flow.fits.len();
    let result = walk(cx);
    match name {
        "fit" if cx.flow.fits.len() == n_fits => fit(cx, object, instance, call),
        "predict" => return predict(cx, instance, call, result),
        _ => {}
    }
    result
}

fn fit(cx: &mut Interpreter<'_>, object: &Value, instance: &Instance, call: &Call<'_>) {
    let predicts = matches!(cx.state.name(instance.scope, "predict"), Some(Value::Function(..)));
    let target = call.get(1, "y").map(|argument| (argument.value.clone(), argument.range().unwrap_or(call.range())));
    let (true, Some(x), Some((target, range))) = (predicts, first_data(cx, call), target) else { return };
    let (Value::Object(id), Some(y)) = (object, cx.given(&target, range)) else { return };
    let site = cx.site(call.range());
    let estimator = Arc::new(Estimator::new(instance.class.name.name.clone(), Role::Model, site));
    let infos = x.data.all_infos().union(&infos_of_target(cx, &y));
    let fit =
        cx.add_fit(Fit { object: *id, estimator, site, x, y: Some(y), infos, supervised: true, sample_weight: false });
    if let Some((id, instance)) = cx.state.instance(object) {
        let mut instance = instance.clone();
        Arc::make_mut(&mut instance).fitted = Some(fit);
        cx.state.set(id, Object::Instance(instance));
    }
}

fn predict(cx: &mut Interpreter<'_>, instance: &Instance, call: &Call<'_>, result: Value) -> Value {
    let is_known = cx.data_of(&result).is_some_and(|data| data.prediction.is_some());
    let (false, Some(fit), Some(x)) = (is_known, instance.fitted, first_data(cx, call)) else { return result };
    let (rows, infos) = (x.data.rows, x.data.all_infos());
    let event = cx.note(call.range(), EventKind::Predict { fit, x, scores: false });
    let prediction = Some(Prediction { fit, event, scores: false });
    cx.add_data(Data { infos, prediction, ..Data::new(DataKind::Array, Dialect::Numpy, Columns::unknown(), rows) })
}
