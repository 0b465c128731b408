//! lazypredict: dozens of models, fitted and compared by one call.

use std::sync::Arc;

use mlwright_python_values::event::{EventKind, Fit, Given, Score};
use mlwright_python_values::value::{Estimator, Value};

use super::change;
use crate::arguments::Call;
use crate::interpreter::Interpreter;

pub(super) fn is_lazy(estimator: &Estimator) -> bool {
    estimator.class.starts_with("lazypredict.")
}

/// `LazyClassifier().fit(X_train, X_test, y_train, y_test)`: each model learns from the first rows and is judged on the second.
/// Two of them stand for all.
pub(super) fn fit(cx: &mut Interpreter<'_>, object: &Value, estimator: &Arc<Estimator>, call: &Call<'_>) -> Value {
    let given = |cx: &Interpreter<'_>, position: usize, name: &str| -> Option<Given> {
        let argument = call.get(position, name)?;
        cx.given(&argument.value, argument.range().unwrap_or(call.range()))
    };
    let Some((id, _)) = cx.state.estimator(object) else { return Value::Unknown };
    let (x, x_test) = (given(cx, 0, "X_train"), given(cx, 1, "X_test"));
    let (y, y_test) = (given(cx, 2, "y_train"), given(cx, 3, "y_test"));
    let (Some(x), Some(x_test)) = (x, x_test) else { return Value::Unknown };
    let of_target = y.as_ref().map(|y| super::infos_of_target(cx, y)).unwrap_or_default();
    let infos = x.data.all_infos().union(&of_target);
    for revision in 0..2 {
        let fit = Fit {
            object: id,
            estimator: Arc::new(Estimator { revision, ..(**estimator).clone() }),
            site: cx.site(call.range()),
            x: x.clone(),
            y: y.clone(),
            infos: infos.clone(),
            supervised: true,
            sample_weight: false,
        };
        let fit = cx.add_fit(fit);
        change(cx, object, |estimator| estimator.fitted = Some(fit));
        let score = Score {
            metric: "leaderboard".into(),
            fit,
            rows: x_test.data.rows,
            x_infos: x_test.data.all_infos(),
            given_scores: true,
            y: y_test.clone(),
            predicted_at: None,
        };
        cx.note(call.range(), EventKind::Score(score));
    }
    // The table of scores, and the predictions of all.
    Value::Tuple(Arc::new(vec![Value::Unknown, Value::Unknown]))
}
