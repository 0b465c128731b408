//! Reference coefficients: scikit-learn 1.7.2 behind its `StandardScaler`, turned back to the columns
//! as they came; `Ridge(solver="cholesky")` and `LinearRegression`, `ElasticNet(tol=1e-14)` on the
//! standardised target, `LogisticRegression(solver="newton-cholesky", tol=1e-12)`.

use mlwright_base::{CancelToken, NoProgress, Seed};
use ndarray::{Array2, array};

use super::elastic_net::ElasticNet;
use super::logistic::LogisticRegression;
use super::ridge::LinearRegression;
use super::*;
use crate::contract::MatrixInfo;
use crate::{Estimator, FitContext, Predictor, Target};

const N_ROWS: usize = 40;

/// The linear congruential generator of ANSI C, so that Python makes the same table.
fn uniform(state: &mut u64) -> f64 {
    *state = (1_103_515_245 * *state + 12345) % 2_147_483_648;
    *state as f64 / 2_147_483_648.0
}

struct Table {
    x: Array2<f64>,
    number: Target,
    binary: Target,
    multiclass: Target,
}

fn table() -> Table {
    let mut state = 12345;
    let mut x = Array2::zeros((N_ROWS, 3));
    let (mut number, mut binary, mut multiclass) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..N_ROWS {
        let r = [uniform(&mut state), 100.0 * uniform(&mut state), 0.01 * uniform(&mut state) - 5.0];
        let noise = uniform(&mut state) - 0.5;
        number.push(3.0 * r[0] - 0.02 * r[1] + 50.0 * (r[2] + 5.0) + noise);
        let t = 2.0 * r[0] - 0.03 * r[1] + 2.0 * noise;
        binary.push(u32::from(t > -0.5));
        multiclass.push(if t < -1.2 { 0 } else { 1 + u32::from(t >= 0.2) });
        x.row_mut(row).assign(&ndarray::ArrayView1::from(&r));
    }
    Table {
        x,
        number: Target::Number(number),
        binary: Target::Class { codes: binary, n_classes: 2 },
        multiclass: Target::Class { codes: multiclass, n_classes: 3 },
    }
}

fn try_fit(learner: &dyn Estimator, x: &Array2<f64>, y: &Target) -> Result<LinearPredictor, LearnError> {
    let (cancel, matrix) = (CancelToken::new(), MatrixInfo::default());
    let cx = FitContext::new(Seed(1), &cancel, &NoProgress, &matrix);
    match learner.fit(x.view(), y, &cx)? {
        Predictor::Linear(linear) => Ok(linear),
        other => panic!("expected a linear model, found {other:?}"),
    }
}

fn fit(learner: &dyn Estimator, x: &Array2<f64>, y: &Target) -> LinearPredictor {
    try_fit(learner, x, y).expect("fits")
}

/// Compares coefficients and intercepts, each relative to its size.
fn check(found: &LinearPredictor, coefficients: &[[f64; 3]], intercepts: &[f64], tolerance: f64) {
    let close = |found: f64, expected: f64| (found - expected).abs() <= tolerance * expected.abs().max(1e-3);
    let pairs = found.coefficients.iter().flatten().zip(coefficients.iter().flatten());
    for (found, expected) in pairs.chain(found.intercepts.iter().zip(intercepts)) {
        assert!(close(*found, *expected), "{found} instead of {expected}");
    }
    assert_eq!((found.coefficients.len(), found.intercepts.len()), (coefficients.len(), intercepts.len()));
}

#[test]
fn linear_regression_is_that_of_scikit_learn() {
    let Table { x, number, .. } = table();
    for (alpha, coefficients, intercept) in [
        (0.0, [2.9927477485122247, -0.018981648351415338, 33.71192656995024], 168.599163506898),
        (1.0, [2.9140204762595574, -0.01846596773187316, 33.78185566560222], 168.96204194744644),
        (50.0, [1.2836491137921278, -0.007877492621943209, 23.854661867780635], 119.66843954317221),
    ] {
        check(&fit(&LinearRegression { alpha }, &x, &number), &[coefficients], &[intercept], 1e-9);
    }
}

#[test]
fn elastic_net_is_that_of_scikit_learn() {
    let Table { x, number, .. } = table();
    for (alpha, l1_ratio, coefficients, intercept) in [
        (0.01, 0.5, [2.9586509025727805, -0.018696380055941774, 31.90804104030213], 159.59297696488957),
        (0.1, 0.95, [2.632908809805805, -0.015464105810976734, 0.0], 0.23882688726228207),
        (0.2, 1.0, [2.195323107200042, -0.011987631918619481, 0.0], 0.28662593185759666),
        (0.05, 0.0, [2.8394181863203425, -0.017977219064976464, 33.802721979894876], 169.0791651989126),
    ] {
        check(&fit(&ElasticNet { alpha, l1_ratio }, &x, &number), &[coefficients], &[intercept], 1e-6);
    }
}

#[test]
fn logistic_regression_is_that_of_scikit_learn() {
    let Table { x, binary, multiclass, .. } = table();
    let exact = LogisticRegression { tolerance: 1e-8, ..LogisticRegression::default() };
    for (c, coefficients, intercept) in [
        (0.1, [1.4011300587201216, -0.01697181641519593, -16.604011886298935], -82.70942430538915),
        (1.0, [3.7250787129918286, -0.04170568842273591, -24.287329200906257], -121.06388940268378),
        (10.0, [5.177991574228805, -0.05656235425287953, -14.790642781438818], -73.65384543310005),
    ] {
        let found = fit(&LogisticRegression { c, tolerance: 1e-8, ..LogisticRegression::default() }, &x, &binary);
        assert_eq!(found.link, Link::Logistic);
        check(&found, &[coefficients], &[intercept], 1e-5);
    }
    let found = fit(&exact, &x, &multiclass);
    let coefficients = [
        [-2.407299458649409, 0.046160513154512854, 120.16972005581837],
        [-0.7164777902246914, 0.009694694111422668, 7.62261517363904],
        [3.1237772488740987, -0.05585520726593552, -127.79233522945734],
    ];
    assert_eq!(found.link, Link::Softmax);
    check(&found, &coefficients, &[598.64875482737, 38.753185860645246, -637.4019406880147], 1e-5);
}

/// linfa-linear, linfa-elasticnet and linfa-logistic 0.8.1 on the same standardised columns.
#[test]
fn linfa_agrees_where_it_is_sound() {
    use linfa::DatasetBase;
    use linfa::traits::Fit;
    let Table { x, number, binary, multiclass } = table();
    let (cancel, matrix) = (CancelToken::new(), MatrixInfo::default());
    let z = standardized::Standardized::new(x.view(), &matrix, &cancel).expect("all finite").z;
    let codes_of = |y: &Target| match y {
        Target::Class { codes, .. } => ndarray::Array1::from(codes.clone()),
        Target::Number(_) => unreachable!("classes"),
    };
    let Target::Number(values) = &number else { unreachable!("numbers") };
    let theirs = linfa_linear::LinearRegression::new()
        .fit(&DatasetBase::new(z.clone(), ndarray::Array1::from(values.clone())))
        .expect("linfa fits");
    let ours = fit(&LinearRegression { alpha: 0.0 }, &z, &number);
    check(&ours, &[[theirs.params()[0], theirs.params()[1], theirs.params()[2]]], &[theirs.intercept()], 1e-9);

    let (_, standardized) = ridge::standardize_target(values);
    let theirs = linfa_elasticnet::ElasticNet::params()
        .with_intercept(false)
        .l1_ratio(0.5)
        .penalty(0.1)
        .tolerance(1e-12)
        .fit(&DatasetBase::new(z.clone(), ndarray::Array1::from(standardized.clone())))
        .expect("linfa fits");
    let ours = fit(&ElasticNet { alpha: 0.1, l1_ratio: 0.5 }, &z, &Target::Number(standardized));
    let theirs = theirs.hyperplane();
    check(&ours, &[[theirs[0], theirs[1], theirs[2]]], &[0.0], 1e-5);

    let theirs = linfa_logistic::MultiLogisticRegression::default()
        .alpha(1.0)
        .gradient_tolerance(1e-7)
        .max_iterations(10_000)
        .fit(&DatasetBase::new(z.clone(), codes_of(&multiclass)))
        .expect("linfa fits");
    let exact = LogisticRegression { tolerance: 1e-8, ..LogisticRegression::default() };
    let ours = fit(&exact, &z, &multiclass);
    let column = |class: usize| [0, 1, 2].map(|row| theirs.params()[[row, class]]);
    let mean = theirs.intercept().mean().expect("three classes");
    let intercepts: Vec<f64> = theirs.intercept().iter().map(|intercept| intercept - mean).collect();
    check(&ours, &[column(0), column(1), column(2)], &intercepts, 1e-4);

    let theirs = linfa_logistic::LogisticRegression::default()
        .alpha(1.0)
        .gradient_tolerance(1e-7)
        .max_iterations(10_000)
        .fit(&DatasetBase::new(z.clone(), codes_of(&binary)))
        .expect("linfa fits");
    let sign = if theirs.labels().pos.class == 1 { 1.0 } else { -1.0 };
    let ours = fit(&exact, &z, &binary);
    let coefficients = [0, 1, 2].map(|row| sign * theirs.params()[row]);
    check(&ours, &[coefficients], &[sign * theirs.intercept()], 1e-4);
}

/// Minimising over columns one by one ends where no slope is left, whichever way the squares are kept.
#[test]
fn elastic_net_with_more_columns_than_rows_has_no_slope_left() {
    let mut state = 11;
    let x = Array2::from_shape_fn((20, 50), |_| uniform(&mut state));
    let y: Vec<f64> = (0..20).map(|row| x[[row, 0]] - 2.0 * x[[row, 5]] + 0.1 * uniform(&mut state)).collect();
    let learner = ElasticNet { alpha: 0.05, l1_ratio: 0.8 };
    let linear = fit(&learner, &x, &Target::Number(y.clone()));
    let columns =
        standardized::Standardized::new(x.view(), &MatrixInfo::default(), &CancelToken::new()).expect("finite");
    let (scale, y) = ridge::standardize_target(&y);
    let weights: Vec<f64> =
        linear.coefficients[0].iter().zip(&linear.deviations).map(|(c, d)| c * d / scale.spread).collect();
    let slopes = columns.slope(&y, &weights, &CancelToken::new()).expect("not cancelled");
    let n_zero = weights.iter().filter(|&&weight| weight == 0.0).count();
    assert!((10..50).contains(&n_zero), "{n_zero} of 50 are 0");
    for (weight, slope) in weights.iter().zip(slopes) {
        let left = slope / 20.0 - 0.01 * weight;
        let violation = if *weight == 0.0 { left.abs() - 0.04 } else { (left - 0.04 * weight.signum()).abs() };
        assert!(violation < 1e-7, "{weight}: {left}");
    }
}

#[test]
fn contributions_add_up_from_the_training_mean() {
    let Table { x, multiclass, .. } = table();
    let linear = fit(&LogisticRegression::default(), &x, &multiclass);
    let row = x.row(7).to_vec();
    let contributions = linear.contributions(&row);
    let mut margins = [0.0; 3];
    linear.margins(&row, &mut margins);
    for (class, margin) in margins.iter().enumerate() {
        let sum = contributions.base[class] + contributions.values[class].iter().sum::<f64>();
        assert!((sum - margin).abs() < 1e-9, "{sum} {margin}");
    }
    let mean: f64 = (0..N_ROWS).map(|row| linear.coefficients[1][0] * x[[row, 0]]).sum::<f64>() / N_ROWS as f64;
    assert!((contributions.values[1][0] - (linear.coefficients[1][0] * row[0] - mean)).abs() < 1e-9);
}

#[test]
fn dependent_columns_are_no_obstacle() {
    // The last two columns say the same; the first is constant.
    let x = array![[1.0, 0.0, 0.0], [1.0, 1.0, -1.0], [1.0, 2.0, -2.0], [1.0, 3.0, -3.0]];
    let y = Target::Number(vec![1.0, 3.0, 5.0, 7.0]);
    let predict = |linear: &LinearPredictor, row: &[f64]| {
        let mut out = [0.0];
        linear.margins(row, &mut out);
        out[0]
    };
    let least_squares = fit(&LinearRegression { alpha: 0.0 }, &x, &y);
    assert!((predict(&least_squares, &[1.0, 10.0, -10.0]) - 21.0).abs() < 1e-12, "{least_squares:?}");
    assert_eq!(least_squares.coefficients[0][0], 0.0);
    // Ridge shares the weight: (4 · 2.5 / (4 + 4 + 1)) of the slope in standard deviations each.
    let ridge = fit(&LinearRegression::default(), &x, &y);
    assert!((ridge.coefficients[0][1] - 2.0 * 4.0 / 9.0).abs() < 1e-12, "{ridge:?}");
    assert!((ridge.coefficients[0][1] + ridge.coefficients[0][2]).abs() < 1e-12);
    let lasso = fit(&ElasticNet { alpha: 1e-6, l1_ratio: 1.0 }, &x, &y);
    assert!((predict(&lasso, &[1.0, 10.0, -10.0]) - 21.0).abs() < 1e-3, "{lasso:?}");
}

#[test]
fn more_columns_than_rows_give_the_same_ridge() {
    let mut state = 7;
    let x = Array2::from_shape_fn((12, 30), |_| uniform(&mut state));
    let y: Vec<f64> = (0..12).map(|row| x[[row, 0]] - 2.0 * x[[row, 5]]).collect();
    let columns =
        standardized::Standardized::new(x.view(), &MatrixInfo::default(), &CancelToken::new()).expect("finite");
    let by_rows = ridge::solve(&columns, &y, 0.5, &CancelToken::new()).expect("not cancelled");
    // This holds for the solution, whichever way it was found:
    // Zᵀ (y − Z w) = alpha w.
    let slope = columns.slope(&y, &by_rows, &CancelToken::new()).expect("not cancelled");
    for (left, right) in slope.iter().zip(by_rows.iter().map(|w| 0.5 * w)) {
        assert!((left - right).abs() < 1e-10, "{left} {right}");
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let mut state = 3;
    let x = Array2::from_shape_fn((3000, 150), |_| uniform(&mut state));
    let number = Target::Number((0..3000).map(|row| x[[row, 0]] - x[[row, 149]]).collect());
    let classes = Target::Class { codes: (0..3000).map(|row| (3.0 * x[[row, 3]]) as u32).collect(), n_classes: 3 };
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
        pool.install(|| {
            let logistic = LogisticRegression { max_iterations: 5, ..LogisticRegression::default() };
            let elastic_net = ElasticNet::default();
            (
                fit(&LinearRegression::default(), &x, &number),
                fit(&elastic_net, &x, &number),
                fit(&logistic, &x, &classes),
            )
        })
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn extreme_tables_get_an_answer_or_an_error() {
    let numbers: [&dyn Estimator; 3] =
        [&LinearRegression::default(), &LinearRegression { alpha: 0.0 }, &ElasticNet::default()];
    for learner in numbers {
        let one_row = fit(learner, &array![[1.0, 2.0]], &Target::Number(vec![5.0]));
        assert_eq!((one_row.coefficients, one_row.intercepts), (vec![vec![0.0; 2]], vec![5.0]));
        let no_column = fit(learner, &Array2::zeros((2, 0)), &Target::Number(vec![1.0, 3.0]));
        assert_eq!(no_column.intercepts, [2.0]);
        let constant = fit(learner, &array![[1.0], [2.0], [3.0]], &Target::Number(vec![4.0; 3]));
        assert_eq!((constant.coefficients, constant.intercepts), (vec![vec![0.0]], vec![4.0]));
        let huge = fit(learner, &array![[-1e307], [0.0], [1e307]], &Target::Number(vec![-1e300, 0.0, 1e300]));
        assert!((huge.coefficients[0][0] / 1e-7 - 1.0).abs() < 0.5, "{huge:?}");
        let missing = try_fit(learner, &array![[f64::NAN], [0.0]], &Target::Number(vec![1.0, 2.0]));
        assert!(matches!(missing, Err(LearnError::UnsuitableData { .. })), "{missing:?}");
        let too_far = try_fit(learner, &array![[0.0], [1e-300]], &Target::Number(vec![0.0, 1e300]));
        assert!(matches!(too_far, Err(LearnError::Fit { .. })), "{too_far:?}");
    }
    let logistic = LogisticRegression::default();
    let one_class = Target::Class { codes: vec![1, 1], n_classes: 2 };
    assert!(matches!(try_fit(&logistic, &array![[1.0], [2.0]], &one_class), Err(LearnError::UnsuitableData { .. })));
    // Two classes of three are there, and can be told apart without error.
    let codes = Target::Class { codes: vec![0, 0, 2, 2], n_classes: 3 };
    let weak = LogisticRegression { c: 1e9, ..logistic };
    let apart = fit(&weak, &array![[1.0], [2.0], [10.0], [1e200]], &codes);
    assert!(apart.intercepts.iter().all(|intercept| intercept.is_finite()));
}

#[test]
fn cancelling_ends_a_fit_within() {
    let Table { x, multiclass, .. } = table();
    let counts = Target::Number((0..N_ROWS).map(|row| f64::from(row as u32 % 5)).collect());
    let (cancel, matrix) = (CancelToken::new(), MatrixInfo::default());
    let sink = |progress: mlwright_base::Progress| {
        if progress.done >= 2.0 {
            cancel.cancel();
        }
    };
    let cx = FitContext::new(Seed(1), &cancel, &sink, &matrix);
    assert_eq!(LogisticRegression::default().fit(x.view(), &multiclass, &cx), Err(LearnError::Cancelled));
    let sparse = LogisticRegression { l1_ratio: 0.5, ..LogisticRegression::default() };
    let poisson = glm::PoissonRegression::default();
    let huber = huber::HuberRegression::default();
    assert_eq!(sparse.fit(x.view(), &multiclass, &cx), Err(LearnError::Cancelled));
    for learner in [&LinearRegression::default() as &dyn Estimator, &ElasticNet::default(), &poisson, &huber] {
        assert_eq!(learner.fit(x.view(), &counts, &cx), Err(LearnError::Cancelled));
    }
}

/// The slope that a descent is given is that of the value it is given.
#[test]
fn gradients_are_those_of_the_values() {
    let mut state = 17;
    let z = Array2::from_shape_fn((300, 3), |_| 2.0 * uniform(&mut state) - 1.0);
    let values: Vec<f64> = (0..300).map(|_| 3.0 * uniform(&mut state)).collect();
    let codes: Vec<u32> = values.iter().map(|&value| value as u32).collect();
    let weights: Vec<f64> = (0..300).map(|row| f64::from(row % 3)).collect();
    let mut check = |objective: &dyn Fn(&[f64], &mut [f64]) -> f64, n: usize| {
        let point: Vec<f64> = (0..n).map(|_| uniform(&mut state) - 0.5).collect();
        let (mut gradient, mut ignored) = (vec![0.0; n], vec![0.0; n]);
        objective(&point, &mut gradient);
        for position in 0..n {
            let mut at = |by: f64| {
                let mut moved = point.clone();
                moved[position] += by;
                objective(&moved, &mut ignored)
            };
            let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((slope - gradient[position]).abs() < 1e-7, "{position}: {slope} {}", gradient[position]);
        }
    };
    let cancel = CancelToken::new();
    let (z, row_weights, penalty) = (z.view(), Some(&*weights), 0.3);
    for power in [1.0, 1.5, 2.0, 2.7] {
        let loss = glm::HalfDeviance { values: &values, power };
        let objective = objective::Objective { z, loss, row_weights, n_margins: 1, penalty };
        check(&|at, slope| objective.evaluate(at, slope, &cancel).expect("not cancelled"), 4);
    }
    let loss = huber::Huber { values: &values, epsilon: 1.35 };
    let objective = objective::Objective { z, loss, row_weights, n_margins: 1, penalty };
    check(&|at, slope| objective.evaluate(at, slope, &cancel).expect("not cancelled"), 5);
    let loss = logistic::CrossEntropy { codes: &codes };
    let objective = objective::Objective { z, loss, row_weights, n_margins: 3, penalty };
    check(&|at, slope| objective.evaluate(at, slope, &cancel).expect("not cancelled"), 12);
    // More margins than are done one by one.
    let loss = logistic::CrossEntropy { codes: &codes };
    let objective = objective::Objective { z, loss, row_weights, n_margins: 8, penalty };
    check(&|at, slope| objective.evaluate(at, slope, &cancel).expect("not cancelled"), 32);
}

#[test]
fn targets_that_a_family_cannot_have_are_refused() {
    let x = array![[1.0], [2.0], [3.0]];
    let refused = |learner: &dyn Estimator, y: [f64; 3]| match try_fit(learner, &x, &Target::Number(y.to_vec())) {
        Err(LearnError::UnsuitableData { message, .. }) => message,
        other => panic!("expected a refusal, found {other:?}"),
    };
    let poisson = glm::PoissonRegression::default();
    assert_eq!(
        refused(&poisson, [1.0, -1.0, 0.0]),
        "poisson_regression: the target of row 1 is -1, expected numbers at least 0"
    );
    assert!(refused(&poisson, [0.0; 3]).contains("every row"));
    assert!(refused(&glm::GammaRegression::default(), [1.0, 0.0, 2.0]).contains("expected numbers above 0"));
    let huge = fit(&poisson, &x, &Target::Number(vec![1e300, 2e300, 4e300]));
    let mut out = [0.0];
    Predictor::Linear(huge).predict_row(&[1e9], &mut out);
    assert!(out[0].is_finite() && out[0] > 1e300, "{out:?}");
    // A line that fits without error.
    let exact = fit(&huber::HuberRegression::default(), &x, &Target::Number(vec![2.0, 4.0, 6.0]));
    assert!((exact.coefficients[0][0] - 2.0).abs() < 1e-2, "{exact:?}");
}
