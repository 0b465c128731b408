//! Metrics: which model is judged on which rows.

use std::sync::Arc;

use mlwright_python_values::event::{EventKind, Score};
use mlwright_python_values::value::{Data, DataKind, Value};

use crate::arguments::Call;
use crate::interpreter::Interpreter;

/// Functions of `sklearn.metrics` (1.7) that judge predictions.
const METRICS: &[&str] = &[
    "accuracy_score", "average_precision_score", "balanced_accuracy_score", "brier_score_loss",
    "classification_report", "cohen_kappa_score", "confusion_matrix", "d2_absolute_error_score", "d2_pinball_score",
    "d2_tweedie_score", "det_curve", "explained_variance_score", "f1_score", "fbeta_score", "hamming_loss",
    "hinge_loss", "jaccard_score", "log_loss", "matthews_corrcoef", "max_error", "mean_absolute_error",
    "mean_absolute_percentage_error", "mean_gamma_deviance", "mean_pinball_loss", "mean_poisson_deviance",
    "mean_squared_error", "mean_squared_log_error", "mean_tweedie_deviance", "median_absolute_error",
    "multilabel_confusion_matrix", "ndcg_score", "precision_recall_curve", "precision_recall_fscore_support",
    "precision_score", "r2_score", "recall_score", "roc_auc_score", "roc_curve", "root_mean_squared_error",
    "root_mean_squared_log_error", "top_k_accuracy_score", "zero_one_loss", "geometric_mean_score",
    "classification_report_imbalanced", "plot_confusion_matrix", "plot_roc_curve", "plot_precision_recall_curve",
];

pub(super) fn is_metric(name: &str) -> bool {
    METRICS.contains(&name)
}

/// A metric of a prediction.
pub(super) fn score(cx: &mut Interpreter<'_>, name: &str, call: &Call<'_>) -> Value {
    if name.starts_with("plot_") {
        // `plot_confusion_matrix(model, X, y)`
        let model = call.value(0, "estimator");
        if let Some((_, estimator)) = cx.state.estimator(&model) {
            let estimator = estimator.clone();
            let rest = Call { expr: call.expr, arguments: call.arguments.iter().skip(1).cloned().collect() };
            return super::estimator_method(cx, &model, &estimator, "score", &rest);
        }
        return Value::Unknown;
    }
    // Predictions that a loop has put into a list are predictions.
    let judged = call
        .arguments
        .iter()
        .find_map(|argument| cx.data_within(&argument.value, 2).filter(|data| data.prediction.is_some()));
    let Some(judged) = judged else { return Value::Unknown };
    let y = call
        .arguments
        .iter()
        .find(|argument| cx.data_of(&argument.value).is_some_and(|data| data.prediction.is_none()));
    let y = y.and_then(|argument| cx.given(&argument.value, argument.range().unwrap_or(call.range())));
    note(cx, name, &judged, y, call);
    Value::Number(None)
}

fn note(
    cx: &mut Interpreter<'_>,
    metric: &str,
    judged: &Arc<Data>,
    y: Option<mlwright_python_values::event::Given>,
    call: &Call<'_>,
) {
    let Some(prediction) = judged.prediction else { return };
    let x_infos = match cx.flow.events.get(prediction.event).map(|event| &event.kind) {
        Some(EventKind::Predict { x, .. }) => x.data.all_infos(),
        _ => judged.all_infos(),
    };
    let score = Score {
        metric: metric.into(),
        fit: prediction.fit,
        rows: judged.rows,
        x_infos,
        given_scores: prediction.scores,
        y,
        predicted_at: Some(prediction.event),
    };
    cx.note(call.range(), EventKind::Score(score));
}

/// `np.mean(model.predict(X) == y)`, `np.mean((pred - y) ** 2)`: a metric written by hand.
pub(super) fn share_of_hits(cx: &mut Interpreter<'_>, name: &str, value: &Value, call: &Call<'_>) -> Option<Value> {
    let data = cx.data_of(value)?;
    data.prediction?;
    if !matches!(name, "mean" | "sum" | "average") {
        return None;
    }
    let metric = if data.kind == DataKind::Mask { "accuracy" } else { "mean" };
    note(cx, metric, &data, None, call);
    Some(Value::Number(None))
}
