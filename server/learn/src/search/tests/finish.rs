use super::*;
use crate::calibrate::{Calibration, CalibrationMethod};

fn log_loss(outcome: &SearchOutcome) -> f64 {
    outcome.test_metrics["log_loss"]
}

#[test]
fn probabilities_are_calibrated_where_that_helps() {
    let table = binary(3_000, 0.0);
    let with = |learner: &str, metric, calibration| {
        run(&table, &SearchOptions { calibration, ..only(&[learner], metric) }).unwrap()
    };
    // Naive Bayes counts what columns have in common twice and is too sure; a logistic regression is what made the rows.
    let plain = with("naive_bayes", Metric::LogLoss, CalibrationChoice::Never);
    assert_eq!((&plain.model.calibration, plain.calibration), (&None, None));
    let mended = with("naive_bayes", Metric::LogLoss, CalibrationChoice::Auto);
    let gain = mended.calibration.expect("it gains");
    assert_eq!(mended.model.calibration.as_ref().map(Calibration::method), Some(gain.method));
    assert!(gain.log_loss_after < gain.log_loss_before && log_loss(&mended) < log_loss(&plain), "{gain:?}");
    let right = with("logistic_regression", Metric::LogLoss, CalibrationChoice::Auto);
    assert_eq!((&right.model.calibration, right.calibration), (&None, None));

    // What goes by order keeps it.
    let mended = with("naive_bayes", Metric::RocAuc, CalibrationChoice::Auto);
    assert_eq!(mended.calibration.map(|gain| gain.method), Some(CalibrationMethod::Sigmoid));
    assert!((mended.test_metrics["roc_auc"] - plain.test_metrics["roc_auc"]).abs() < 1e-12);

    // Who asks for one gets it, and the cut is chosen after it.
    let isotonic = CalibrationChoice::Always(CalibrationMethod::Isotonic);
    let asked = with("logistic_regression", Metric::BalancedAccuracy, isotonic);
    assert_eq!(asked.model.calibration.as_ref().map(Calibration::method), Some(CalibrationMethod::Isotonic));
    let unasked = with("logistic_regression", Metric::BalancedAccuracy, CalibrationChoice::Never);
    let (asked, unasked) = (asked.test_metrics["balanced_accuracy"], unasked.test_metrics["balanced_accuracy"]);
    assert!((asked - unasked).abs() < 0.03, "{asked} {unasked}");
}

#[test]
fn intervals_and_sets_hold_the_truth_of_test_rows_as_often_as_promised() {
    for (table, metric) in [
        (regression(3_000), Metric::Rmse),
        (binary(3_000, 0.0), Metric::LogLoss),
        (three_classes(3_000), Metric::LogLoss),
    ] {
        let options = SearchOptions {
            coverage: Some(0.8),
            calibration: CalibrationChoice::Auto,
            ..only(&["gradient_boosting"], metric)
        };
        let outcome = run(&table, &options).unwrap();
        let coverage = outcome.coverage.expect("it was asked for");
        // 600 rows: a standard error of 0.016.
        assert!((coverage.on_test - 0.8).abs() < 0.06, "{coverage:?}");
        let size = coverage.mean_size.expect("there are enough rows");
        assert!(size > 0.0 && (metric == Metric::Rmse || size < table.target.classes.len() as f64), "{coverage:?}");
        assert_eq!(outcome.model.regions.as_ref().map(|regions| regions.n_rows), Some(outcome.train_rows.len() as u64));
    }
    let wrong = SearchOptions { coverage: Some(1.0), ..only(&["gradient_boosting"], Metric::Rmse) };
    assert!(matches!(run(&regression(100), &wrong), Err(LearnError::Parameter { .. })));
}

/// Classes that the columns explain in part.
fn three_classes(n: usize) -> Table {
    let class = |i: usize, margin: f64| {
        ["low", "middle", "high"][((margin + 4.0 * noise(5_000_000 + i as u64)).clamp(-3.0, 5.9) / 3.0 + 1.0) as usize]
    };
    table_of(n, move |i, margin| text(class(i, margin)), Some(Task::Multiclass))
}
