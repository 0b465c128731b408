use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Reference {
    source: String,
    scores: Vec<f64>,
    positive: Vec<f64>,
    queries: Vec<f64>,
    isotonic: Vec<IsotonicCase>,
    sigmoid: Vec<SigmoidCase>,
}

#[derive(Deserialize)]
struct IsotonicCase {
    y: Vec<f64>,
    weights: Option<Vec<f64>>,
    answers: Vec<f64>,
}

#[derive(Deserialize)]
struct SigmoidCase {
    weights: Option<Vec<f64>>,
    a: f64,
    b: f64,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../testdata/calibrate.json")).expect("the file is sound")
}

#[test]
fn isotonic_regression_is_that_of_scikit_learn() {
    let reference = reference();
    assert_eq!((reference.source.as_str(), reference.isotonic.len()), ("scikit-learn 1.7.2, linear.py", 4));
    for case in &reference.isotonic {
        let fitted = IsotonicRegression::fit(&reference.scores, &case.y, case.weights.as_deref()).expect("fits");
        for (&query, expected) in reference.queries.iter().zip(&case.answers) {
            let found = fitted.predict(query);
            assert!((found - expected).abs() < 1e-12, "at {query}: {found} instead of {expected}");
        }
    }
}

#[test]
fn platt_scaling_is_that_of_scikit_learn() {
    let reference = reference();
    let positive: Vec<bool> = reference.positive.iter().map(|&one| one == 1.0).collect();
    for case in &reference.sigmoid {
        let fitted = PlattScaling::fit(&reference.scores, &positive, case.weights.as_deref()).expect("fits");
        // Scikit-learn stops its descent earlier.
        assert!(
            (fitted.slope + case.a).abs() < 1e-4 && (fitted.intercept + case.b).abs() < 1e-4,
            "{fitted:?} {} {}",
            case.a,
            case.b
        );
    }
}

#[test]
fn the_sigmoid_has_no_slope_left() {
    let reference = reference();
    let positive: Vec<bool> = reference.positive.iter().map(|&one| one == 1.0).collect();
    let n_positive = positive.iter().filter(|&&one| one).count() as f64;
    let n_negative = positive.len() as f64 - n_positive;
    let fitted = PlattScaling::fit(&reference.scores, &positive, None).expect("fits");
    let (mut by_slope, mut by_intercept) = (0.0, 0.0);
    for (score, &positive) in reference.scores.iter().zip(&positive) {
        let target = if positive { (n_positive + 1.0) / (n_positive + 2.0) } else { 1.0 / (n_negative + 2.0) };
        by_slope += (fitted.predict(*score) - target) * score;
        by_intercept += fitted.predict(*score) - target;
    }
    assert!(by_slope.abs() < 1e-8 && by_intercept.abs() < 1e-8, "{by_slope} {by_intercept}");
}

#[test]
fn scores_that_tell_all_or_nothing_get_finite_answers() {
    let apart = PlattScaling::fit(&[-1e200, -1e199, 1e199, 1e200], &[false, false, true, true], None).expect("fits");
    assert!(apart.slope > 0.0 && apart.predict(1e200) > 0.7 && apart.predict(-1e200) < 0.3, "{apart:?}");
    let same = PlattScaling::fit(&[3.0; 4], &[true, false, true, true], None).expect("fits");
    // Mean of Platt's targets: three times 4/5, and 1/3.
    assert!((same.predict(3.0) - (3.0 * 0.8 + 1.0 / 3.0) / 4.0).abs() < 1e-9, "{same:?}");
    let one = IsotonicRegression::fit(&[1.0], &[0.25], None).expect("fits");
    assert_eq!((one.predict(-1.0), one.predict(5.0)), (0.25, 0.25));
    assert!(one.predict(f64::NAN).is_nan());
    let falling = IsotonicRegression::fit(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0], None).expect("fits");
    assert!((falling.predict(2.5) - 2.0).abs() < 1e-15);
}

#[test]
fn bad_rows_are_refused() {
    let shape = |result: Result<PlattScaling, LearnError>| matches!(result, Err(LearnError::Shape(_)));
    assert!(shape(PlattScaling::fit(&[1.0], &[], None)));
    assert!(shape(PlattScaling::fit(&[f64::NAN], &[true], None)));
    assert!(shape(PlattScaling::fit(&[1.0], &[true], Some(&[-1.0]))));
    let nothing =
        |result: Result<IsotonicRegression, LearnError>| matches!(result, Err(LearnError::UnsuitableData { .. }));
    assert!(nothing(IsotonicRegression::fit(&[], &[], None)));
    assert!(nothing(IsotonicRegression::fit(&[1.0], &[1.0], Some(&[0.0]))));
    assert!(matches!(IsotonicRegression::fit(&[1.0], &[f64::INFINITY], None), Err(LearnError::Shape(_))));
}
