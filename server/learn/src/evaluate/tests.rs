//! Curves and calibration against `testdata/metrics.json` (scikit-learn 1.7.2: `roc_curve`,
//! `precision_recall_curve`, `calibration_curve` with 5 bins).

use ndarray::Array2;
use serde::Deserialize;

use super::*;
use crate::frame::Column;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct BinaryCase {
    name: String,
    codes: Vec<u32>,
    probabilities: Vec<[f64; 2]>,
    roc: [Vec<f64>; 2],
    pr: [Vec<f64>; 2],
    calibration: BTreeMap<String, [Vec<f64>; 2]>,
}

fn binary_cases() -> Vec<BinaryCase> {
    let reference: Reference = serde_json::from_str(include_str!("../testdata/metrics.json")).unwrap();
    let cases = reference.cases.into_iter().filter(|case| case.get("roc").is_some());
    cases.map(|case| serde_json::from_value(case).unwrap()).collect()
}

fn assert_near(name: &str, found: impl Iterator<Item = f64>, expected: &[f64]) {
    let found: Vec<f64> = found.collect();
    assert_eq!(found.len(), expected.len(), "{name}: {found:?} instead of {expected:?}");
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() < 1e-9, "{name}: {found:?} instead of {expected:?}");
    }
}

#[test]
fn curves_and_bins_agree_with_scikit_learn() {
    let cases = binary_cases();
    assert_eq!(cases.len(), 5);
    for case in cases {
        let positive: Vec<bool> = case.codes.iter().map(|&code| code == 1).collect();
        let scores: Vec<f64> = case.probabilities.iter().map(|row| row[1]).collect();
        let roc = roc_curve(&positive, &scores, CURVE_POINTS_MAX);
        assert_near(&case.name, roc.iter().map(|point| point.false_positive_rate), &case.roc[0]);
        assert_near(&case.name, roc.iter().map(|point| point.true_positive_rate), &case.roc[1]);
        // Scikit-learn goes on below the threshold at which every positive row is found.
        let pr = pr_curve(&positive, &scores, CURVE_POINTS_MAX);
        assert_near(&case.name, pr.iter().map(|point| point.recall), &case.pr[0][..pr.len()]);
        assert_near(&case.name, pr.iter().map(|point| point.precision), &case.pr[1][..pr.len()]);
        assert!(case.pr[0][pr.len() - 1..].iter().all(|recall| *recall == 1.0));
        for (binning, name) in [(Binning::Uniform, "uniform"), (Binning::Quantile, "quantile")] {
            let bins = calibration(&positive, &scores, binning, 5).bins;
            assert_near(&case.name, bins.iter().map(|bin| bin.mean_predicted), &case.calibration[name][0]);
            assert_near(&case.name, bins.iter().map(|bin| bin.observed), &case.calibration[name][1]);
            assert_eq!(bins.iter().map(|bin| bin.n_rows).sum::<usize>(), positive.len());
        }
    }
}

#[test]
fn long_curves_are_thinned_without_losing_their_area() {
    let n = 20_000;
    let scores: Vec<f64> = (0..n).map(|i| ((i * 7919) % n) as f64 / n as f64).collect();
    let positive: Vec<bool> =
        scores.iter().enumerate().map(|(i, score)| (i * 31 % 100) as f64 / 100.0 < *score).collect();
    let roc = roc_curve(&positive, &scores, CURVE_POINTS_MAX);
    assert!(roc.len() <= CURVE_POINTS_MAX && roc.len() > CURVE_POINTS_MAX / 2, "{} points", roc.len());
    assert_eq!((roc[0].false_positive_rate, roc[0].true_positive_rate, roc[0].threshold), (0.0, 0.0, None));
    let last = roc[roc.len() - 1];
    assert_eq!((last.false_positive_rate, last.true_positive_rate), (1.0, 1.0));
    let area: f64 = roc
        .windows(2)
        .map(|p| {
            (p[1].false_positive_rate - p[0].false_positive_rate) * (p[0].true_positive_rate + p[1].true_positive_rate)
                / 2.0
        })
        .sum();
    assert!((area - roc_auc(&positive, &scores).unwrap()).abs() < 1e-3, "{area}");
    let pr = pr_curve(&positive, &scores, CURVE_POINTS_MAX);
    assert!(pr.len() <= CURVE_POINTS_MAX && pr.windows(2).all(|p| p[0].recall <= p[1].recall));
    assert_eq!(pr[pr.len() - 1].recall, 1.0);
}

fn binary(codes: &[u32], positive: &[f64]) -> (Target, Predictions) {
    let flat: Vec<f64> = positive.iter().flat_map(|p| [1.0 - p, *p]).collect();
    let probabilities = Array2::from_shape_vec((codes.len(), 2), flat).unwrap();
    (
        Target::Class { codes: codes.to_vec(), n_classes: 2 },
        Predictions::from_outputs(Task::Binary, probabilities, Some(0.5)),
    )
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn classes_are_accounted_for() {
    let (target, predictions) = binary(&[0, 0, 1, 1, 1], &[0.1, 0.6, 0.4, 0.7, 0.9]);
    let found = evaluate_predictions(Task::Binary, &names(&["No", "Yes"]), Some(0.5), &target, &predictions).unwrap();
    let confusion = found.confusion.unwrap();
    assert_eq!(confusion.counts, [[1, 1], [1, 2]]);
    assert_eq!((confusion.labels, confusion.threshold), (names(&["No", "Yes"]), Some(0.5)));
    let yes = &found.classes[1];
    assert_eq!((yes.n_rows, yes.precision, yes.recall, yes.f1), (3, 2.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0));
    assert_eq!(found.curves.len(), 1);
    assert_eq!((found.curves[0].class.as_str(), found.curves[0].roc_auc), ("Yes", Some(5.0 / 6.0)));
    assert!(found.residuals.is_none() && found.without_value.is_empty());
}

#[test]
fn one_class_alone_is_answered_with_what_has_no_value() {
    let (target, predictions) = binary(&[1, 1], &[0.4, 0.7]);
    let found = evaluate_predictions(Task::Binary, &names(&["No", "Yes"]), None, &target, &predictions).unwrap();
    assert!(found.without_value["roc_auc"].contains("one class") && found.metrics["recall"] == 0.5);
    assert!(found.curves[0].roc.is_empty() && found.curves[0].roc_auc.is_none());
    assert!(evaluate_predictions(Task::Binary, &names(&["No"]), None, &target, &predictions).is_err());
    let (none, nothing) = binary(&[], &[]);
    let error = evaluate_predictions(Task::Binary, &names(&["No", "Yes"]), None, &none, &nothing);
    assert!(matches!(error, Err(LearnError::UnsuitableData { .. })));
}

#[test]
fn several_classes_have_a_curve_each_up_to_a_limit() {
    let n_classes = 15;
    let codes: Vec<u32> = (0..n_classes as u32).flat_map(|code| vec![code; 20 - code as usize]).collect();
    let outputs =
        Array2::from_shape_fn((codes.len(), n_classes), |(row, k)| if codes[row] as usize == k { 0.3 } else { 0.05 });
    let target = Target::Class { codes, n_classes };
    let predictions = Predictions::from_outputs(Task::Multiclass, outputs, None);
    let labels: Vec<String> = (0..n_classes).map(|k| k.to_string()).collect();
    let found = evaluate_predictions(Task::Multiclass, &labels, None, &target, &predictions).unwrap();
    assert_eq!(
        found.curves.iter().map(|curves| curves.class.as_str()).collect::<Vec<_>>(),
        labels[..CURVE_CLASSES_MAX]
    );
    assert_eq!(found.classes.len(), n_classes);
    assert!(found.curves.iter().all(|curves| curves.roc.len() <= CURVE_POINTS_MAX / CURVE_CLASSES_MAX));
    assert_eq!(found.metrics["accuracy"], 1.0);
}

#[test]
fn residuals_are_summarised() {
    let actual: Vec<f64> = (0..100).map(f64::from).collect();
    let predicted: Vec<f64> = actual.iter().map(|y| y - 1.0 + 2.0 * (y % 2.0)).collect();
    let found = residuals(&actual, &predicted, 10);
    assert_eq!((found.mean, found.std), (0.0, 1.0));
    assert_eq!((found.quantiles[0], found.quantiles[8]), ((0.0, -1.0), (1.0, 1.0)));
    assert_eq!(found.by_predicted.len(), 10);
    assert_eq!(found.by_predicted.iter().map(|bin| bin.n_rows).sum::<usize>(), 100);
    assert!(found.by_predicted.iter().all(|bin| bin.rmse == 1.0));
    assert!(found.by_predicted.windows(2).all(|pair| pair[0].mean_predicted < pair[1].mean_predicted));
    let constant = residuals(&[1.0, 2.0], &[1.5, 1.5], 10);
    assert_eq!(constant.by_predicted.len(), 1);
}

#[test]
fn segments_are_scored_apart_and_small_ones_flagged() {
    let codes: Vec<u32> = (0..100).map(|i| u32::from(i % 2 == 0)).collect();
    // Right for segment a, wrong for segment b; two rows of one class without a segment.
    let scores: Vec<f64> = (0..100).map(|i| if (i % 2 == 0) == (i < 60) { 0.9 } else { 0.1 }).collect();
    let (target, predictions) = binary(&codes, &scores);
    let labels: Vec<Option<&str>> =
        (0..100).map(|i| if i == 0 || i == 2 { None } else { Some(if i < 60 { "a" } else { "b" }) }).collect();
    let found = by_segment(Task::Binary, &target, &predictions, &labels).unwrap();
    let of = |segment: Option<&str>| found.segments.iter().find(|s| s.segment.as_deref() == segment).unwrap();
    assert_eq!(found.segments.iter().map(|s| s.n_rows).collect::<Vec<_>>(), [58, 40, 2]);
    assert_eq!((of(Some("a")).metrics["roc_auc"], of(Some("b")).metrics["roc_auc"]), (1.0, 0.0));
    assert!(of(Some("a")).flags.is_empty());
    assert_eq!(of(None).flags, [SegmentFlag::TooSmall, SegmentFlag::OneClass]);
    assert!(!of(None).metrics.contains_key("roc_auc"));
    assert!(by_segment(Task::Binary, &target, &predictions, &labels[1..]).is_err());
}

#[test]
fn segments_beyond_the_limit_are_counted() {
    let n = SEGMENTS_MAX + 5;
    let labels: Vec<Option<String>> = (0..n).map(|i| Some(format!("{i:03}"))).chain([Some("000".to_owned())]).collect();
    let target = Target::Number(vec![1.0; n + 1]);
    let found = by_segment(Task::Regression, &target, &Predictions::Numbers(vec![2.0; n + 1]), &labels).unwrap();
    assert_eq!((found.segments.len(), found.n_others, found.n_rows_others), (SEGMENTS_MAX, 5, 5));
    assert_eq!((found.segments[0].segment.as_deref(), found.segments[0].n_rows), (Some("000"), 2));
}

#[test]
fn numbers_with_many_values_are_cut_into_quarters() {
    let few = segment_labels(&Column::Number(vec![1.0, 2.0, f64::NAN, 1.0]));
    assert_eq!(few, [Some("1".to_owned()), Some("2".to_owned()), None, Some("1".to_owned())]);
    let many = segment_labels(&Column::Number((0..=20).map(f64::from).chain([f64::NAN]).collect()));
    let count = |label: &str| many.iter().filter(|found| found.as_deref() == Some(label)).count();
    assert_eq!(
        (count("[0, 5)"), count("[5, 10)"), count("[10, 15)"), count("[15, 20]"), many[21].is_none()),
        (5, 5, 5, 6, true)
    );
    // A value that most rows have stands alone.
    let skewed: Vec<f64> = (0..100).map(|i| if i < 80 { 0.0 } else { f64::from(i) }).collect();
    let skewed = segment_labels(&Column::Number(skewed));
    assert_eq!(
        (skewed[0].as_deref(), skewed[80].as_deref(), skewed[99].as_deref()),
        (Some("0"), Some("[80, 84.75)"), Some("[94.25, 99]"))
    );
    let days = segment_labels(&Column::Datetime((0..40).map(|day| Some(day * 86_400_000_000)).collect()));
    assert_eq!(
        days[0].as_deref().map(|label| label.starts_with("[1970-01-01T00:00:00Z, 1970-01-1")),
        Some(true),
        "{:?}",
        days[0]
    );
}
