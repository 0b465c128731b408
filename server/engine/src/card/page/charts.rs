//! The card's charts.

use mlwright_explore::chart::{Chart, CurveSeries, DependenceLine, EstimateRow, Reach, Series, Unit, builders};
use mlwright_explore::markup::{count, shorten};
use mlwright_learn::{FeatureKind, Task};

use crate::card::facts::{DependenceFacts, Importance, Measured, ModelCard};
use crate::card::fairness::FairnessOfColumn;
use crate::evaluate::charts::{calibration_points, pr_series, roc_series};

/// Bars of importance.
const BARS_MAX: usize = 15;

/// ROC, precision-recall, calibration and confusion of classes; predicted against actual, and residuals, of numbers.
pub(super) fn scores(card: &ModelCard, measured: &Measured) -> Vec<Chart> {
    let evaluation = &measured.evaluation;
    let target = &card.model.target;
    let mut charts = Vec::new();
    let series: Vec<CurveSeries> = evaluation
        .curves
        .iter()
        .filter(|curve| curve.roc.len() > 1 && curve.roc_auc.is_some())
        .map(roc_series)
        .collect();
    if !series.is_empty() {
        charts.push(builders::roc("ROC: true against false positives", &series));
    }
    if let (Task::Binary, Some(curve)) = (card.model.task, evaluation.curves.first()) {
        if curve.pr.len() > 1 {
            charts.push(builders::precision_recall("Precision and recall", &[pr_series(curve)], curve.share()));
        }
        let title = format!("Calibration: is {} as likely as predicted?", shorten(&curve.class, 20));
        charts.push(builders::calibration(&title, &calibration_points(curve)));
    }
    if let Some(confusion) = &evaluation.confusion {
        charts.push(builders::confusion("Confusion", &confusion.labels, &confusion.counts));
    }
    if let Some(residuals) = &evaluation.residuals {
        let x: Vec<f64> = residuals.by_predicted.iter().map(|bin| bin.mean_predicted).collect();
        let actual = residuals.by_predicted.iter().map(|bin| bin.mean_actual).collect();
        let label = format!("mean {target}");
        let line = DependenceLine { x_label: "mean predicted, by tenths of the rows", x_unit: Unit::Number, y_label: &label, y_unit: Unit::Number, x: &x };
        charts.push(builders::dependence("Predicted and actual", &line, &[Series::new("actual", actual), Series::new("predicted", x.clone())], &[], &[]));
    }
    if let Some(histogram) = &measured.residuals {
        charts.push(builders::narrow_histogram("Residuals, the middle 99 %", "actual − predicted", Unit::Number, &histogram.edges, &histogram.counts));
    }
    charts
}

/// What the model relies on.
pub(super) fn importance(found: &Importance) -> Option<Chart> {
    let rows: Vec<EstimateRow> = found
        .features
        .iter()
        .take(BARS_MAX)
        .map(|one| EstimateRow { name: one.feature.clone(), value: one.mean, low: one.mean - one.std, high: one.mean + one.std })
        .collect();
    let label = format!("loss of {} when shuffled", found.metric);
    (!rows.is_empty()).then(|| builders::intervals("Permutation importance, ± one standard deviation", &label, Unit::Number, Reach::FromZero, &rows, None))
}

/// How predictions go with one column.
pub(super) fn dependence(card: &ModelCard, found: &DependenceFacts) -> Chart {
    let dependence = &found.dependence;
    let unit = if card.model.task == Task::Regression { Unit::Number } else { Unit::Share };
    let label = match (card.model.task, found.outputs.first()) {
        (Task::Binary, Some(class)) => format!("mean probability of {}", shorten(class, 20)),
        (Task::Multiclass, _) => "mean probability".to_owned(),
        _ => format!("mean predicted {}", shorten(&card.model.target, 28)),
    };
    let series: Vec<Series> = found
        .outputs
        .iter()
        .enumerate()
        .map(|(at, name)| Series::new(name.clone(), dependence.points.iter().map(|point| point.mean.get(at).copied().unwrap_or(f64::NAN)).collect()))
        .collect();
    if matches!(dependence.kind, FeatureKind::Numeric | FeatureKind::Datetime) {
        let x: Vec<f64> = dependence.points.iter().map(|point| point.at.unwrap_or(f64::NAN)).collect();
        let x_unit = if dependence.kind == FeatureKind::Datetime { Unit::Time } else { Unit::Number };
        let (edges, counts) = found.histogram.as_ref().map_or((&[][..], &[][..]), |histogram| (&histogram.edges[..], &histogram.counts[..]));
        let line = DependenceLine { x_label: &dependence.feature, x_unit, y_label: &label, y_unit: unit, x: &x };
        return builders::dependence(&dependence.feature, &line, &series, edges, counts);
    }
    let names: Vec<String> = dependence.points.iter().map(|point| format!("{} ({})", shorten(&point.value, 18), count(point.n_rows as u64))).collect();
    match series.as_slice() {
        [one] => {
            let rows: Vec<EstimateRow> =
                names.iter().zip(&one.values).map(|(name, value)| EstimateRow { name: name.clone(), value: *value, low: f64::NAN, high: f64::NAN }).collect();
            builders::intervals(&dependence.feature, &label, unit, Reach::FromZero, &rows, None)
        }
        several => builders::narrow_grouped_bars(&dependence.feature, &label, unit, &names, several),
    }
}

/// Rates of groups with their intervals: which and how they are called.
pub(super) fn groups(column: &FairnessOfColumn) -> Vec<Chart> {
    let mut charts = Vec::new();
    for (name, of) in crate::card::markdown::rates(column) {
        let is_number = name.contains("mean");
        if name == "wrong" && column.groups.iter().any(|group| group.selection_rate.is_some()) {
            continue;
        }
        let rows: Vec<EstimateRow> = column
            .groups
            .iter()
            .filter(|group| !group.is_small)
            .filter_map(|group| {
                let estimate = of(group)?;
                let label = format!("{} ({})", shorten(group.group.as_deref().unwrap_or("missing"), 18), count(group.n_rows as u64));
                Some(EstimateRow { name: label, value: estimate.value, low: estimate.low.unwrap_or(f64::NAN), high: estimate.high.unwrap_or(f64::NAN) })
            })
            .collect();
        if rows.len() > 1 {
            let unit = if is_number { Unit::Number } else { Unit::Share };
            charts.push(builders::intervals(&format!("{}: {name}", shorten(&column.column, 28)), name, unit, Reach::AroundValues, &rows, None));
        }
    }
    charts
}
