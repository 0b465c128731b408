//! Pictures of an evaluation.

use mlwright_explore::chart::{CalibrationPoint, Chart, CurveSeries, Series, Unit, builders};
use mlwright_learn::evaluate::{CalibrationBin, ClassCurves, Evaluation};

/// Pixels for each CSS pixel of a chart.
const SCALE: f32 = 1.5;

/// A chart as a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartImage {
    /// What it is called.
    pub title: String,
    /// What can be seen, in words.
    pub description: String,
    /// A PNG file.
    pub png: Vec<u8>,
}

impl ChartImage {
    pub(crate) fn of(chart: &Chart) -> Self {
        Self { title: chart.title().to_owned(), description: chart.description().to_owned(), png: chart.png(SCALE) }
    }
}

/// Confusion, ROC and calibration of classes; predicted against actual of numbers.
pub(super) fn of(evaluation: &Evaluation, target: &str, rows: &str) -> Vec<ChartImage> {
    let mut charts = Vec::new();
    if let Some(confusion) = &evaluation.confusion {
        charts.push(builders::confusion(&format!("{target}: actual and predicted class, {rows}"), &confusion.labels, &confusion.counts));
    }
    let series: Vec<CurveSeries> = evaluation
        .curves
        .iter()
        .filter(|curve| !curve.roc.is_empty())
        .map(roc_series)
        .collect();
    if !series.is_empty() {
        charts.push(builders::roc(&format!("{target}: ROC, {rows}"), &series));
    }
    // One chart shows one class: the positive one of two. With more classes they would be a page.
    if let [curve] = evaluation.curves.as_slice() {
        charts.push(builders::calibration(&format!("{target} = {}: calibration, {rows}", curve.class), &calibration_points(curve)));
    }
    if let Some(residuals) = &evaluation.residuals {
        let x: Vec<f64> = residuals.by_predicted.iter().map(|bin| bin.mean_predicted).collect();
        let actual = residuals.by_predicted.iter().map(|bin| bin.mean_actual).collect();
        let series = [Series::new("actual", actual), Series::new("predicted", x.clone())];
        let title = format!("{target}: predicted and actual, {rows}");
        charts.push(builders::line_series(&title, "mean predicted", Unit::Number, &format!("mean {target}"), Unit::Number, &x, &series));
    }
    charts.iter().map(ChartImage::of).collect()
}

/// A class's ROC curve as it is drawn.
pub(crate) fn roc_series(curve: &ClassCurves) -> CurveSeries {
    CurveSeries {
        name: curve.class.clone(),
        points: curve.roc.iter().map(|point| (point.false_positive_rate, point.true_positive_rate)).collect(),
        area: curve.roc_auc,
    }
}

/// A class's precision-recall curve as it is drawn.
pub(crate) fn pr_series(curve: &ClassCurves) -> CurveSeries {
    CurveSeries {
        name: curve.class.clone(),
        points: curve.pr.iter().map(|point| (point.recall, point.precision)).collect(),
        area: curve.pr_auc,
    }
}

/// The bins of a class's calibration as they are drawn.
pub(crate) fn calibration_points(curve: &ClassCurves) -> Vec<CalibrationPoint> {
    let point = |bin: &CalibrationBin| CalibrationPoint { predicted: bin.mean_predicted, observed: bin.observed, count: bin.n_rows as u64 };
    curve.calibration.bins.iter().map(point).collect()
}
