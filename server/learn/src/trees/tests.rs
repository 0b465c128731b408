//! Reference answers: scikit-learn 1.7.2 on the same table, see each test.

mod constraints;
mod extremes;
mod forests;
mod losses;
mod shap;
mod shapes;

use mlwright_base::{CancelToken, NoProgress, Seed};
use ndarray::{Array2, ArrayView2};

use super::boosting::GradientBoosting;
use super::decision::DecisionTree;
use super::*;
use crate::contract::MatrixInfo;
use crate::{Estimator, FitContext, Predictor, Target};

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

/// 40 rows of three numbers, six of them missing, and three targets.
fn small() -> Table {
    let mut state = 12345;
    let mut x = Array2::zeros((40, 3));
    let (mut number, mut binary, mut multiclass) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..40 {
        let r = [uniform(&mut state), 100.0 * uniform(&mut state), 0.01 * uniform(&mut state) - 5.0];
        let noise = uniform(&mut state) - 0.5;
        number.push(3.0 * r[0] - 0.02 * r[1] + 50.0 * (r[2] + 5.0) + noise);
        let t = 2.0 * r[0] - 0.03 * r[1] + 2.0 * noise;
        binary.push(u32::from(t > -0.5));
        multiclass.push(if t < -1.2 { 0 } else { 1 + u32::from(t >= 0.2) });
        x.row_mut(row).assign(&ndarray::ArrayView1::from(&r));
    }
    for (row, column) in [(3, 1), (17, 1), (21, 1), (30, 1), (5, 0), (9, 0)] {
        x[[row, column]] = f64::NAN;
    }
    Table {
        x,
        number: Target::Number(number),
        binary: Target::Class { codes: binary, n_classes: 2 },
        multiclass: Target::Class { codes: multiclass, n_classes: 3 },
    }
}

/// 1,500 rows: two numbers, one with missing values, seven categories and noise.
fn large() -> (Table, MatrixInfo) {
    let mut state = 99;
    let n = 1500;
    let mut x = Array2::zeros((n, 4));
    let (mut number, mut binary, mut multiclass) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..n {
        let (a, b, noise) = (uniform(&mut state), uniform(&mut state), uniform(&mut state));
        let category = (7.0 * uniform(&mut state)).floor();
        let missing = uniform(&mut state) < 0.2;
        let effect = f64::from(u8::from([0.0, 3.0, 5.0].contains(&category)));
        let t = 4.0 * (a - 0.5) * (a - 0.5) + effect + if missing { 0.7 } else { b } + 0.2 * noise;
        x.row_mut(row).assign(&ndarray::array![a, if missing { f64::NAN } else { b }, category, noise.fract()]);
        number.push(1000.0 + 50.0 * t);
        binary.push(u32::from(t > 1.3));
        multiclass.push(u32::from(t > 0.9) + u32::from(t > 1.6));
    }
    let names = ["a", "b", "category", "noise"].map(str::to_owned).to_vec();
    let matrix = MatrixInfo { names, categorical: vec![None, None, Some(7), None], source: vec![0, 1, 2, 3] };
    let table = Table {
        x,
        number: Target::Number(number),
        binary: Target::Class { codes: binary, n_classes: 2 },
        multiclass: Target::Class { codes: multiclass, n_classes: 3 },
    };
    (table, matrix)
}

fn try_fit(
    learner: &dyn Estimator,
    x: ArrayView2<'_, f64>,
    y: &Target,
    matrix: &MatrixInfo,
    validation: Option<(&Array2<f64>, &Target)>,
) -> Result<Predictor, LearnError> {
    let cancel = CancelToken::new();
    let validation = validation.map(|(x, y)| (x.view(), y));
    let cx = FitContext { validation, ..FitContext::new(Seed(1), &cancel, &NoProgress, matrix) };
    learner.fit(x, y, &cx)
}

fn fit(learner: &dyn Estimator, x: &Array2<f64>, y: &Target, matrix: &MatrixInfo) -> Predictor {
    let predictor = try_fit(learner, x.view(), y, matrix, None).expect("fits");
    predictor.check(x.ncols()).expect("a fitted predictor is sound");
    predictor
}

fn predict(predictor: &Predictor, row: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; predictor.n_outputs()];
    predictor.predict_row(row, &mut out);
    out
}

fn check_rows_close(predictor: &Predictor, x: &Array2<f64>, expected: &[(usize, &[f64])], tolerance: f64) {
    for &(row, expected) in expected {
        let mut found = predict(predictor, &x.row(row).to_vec());
        if expected.len() == 1 && found.len() == 2 {
            let mut margin = [0.0];
            predictor.margin_row(&x.row(row).to_vec(), &mut margin);
            found = margin.to_vec();
        }
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < tolerance, "row {row}: {found} instead of {expected}");
        }
    }
}

/// A table with −1 for missing.
fn without_missing(x: &Array2<f64>) -> Array2<f64> {
    x.mapv(|value| if value.is_nan() { -1.0 } else { value })
}

/// Boosting as LightGBM and scikit-learn have it by default, for so many rows.
fn plain(n_rows: usize) -> GradientBoosting {
    GradientBoosting {
        n_estimators: 300,
        learning_rate: 0.1,
        max_leaves: 31,
        row_fraction: 1.0,
        column_fraction: 1.0,
        l2: 0.0,
        rounds_by_folds: 0,
        early_stopping_rounds: 20,
        ..GradientBoosting::for_rows(n_rows)
    }
}

fn ten_rounds() -> GradientBoosting {
    GradientBoosting { n_estimators: 10, min_samples_leaf: 8, ..plain(40) }
}

/// `DecisionTreeClassifier` and `DecisionTreeRegressor(max_depth=3, min_samples_leaf=3)`, with −1 for
/// missing.
#[test]
fn a_decision_tree_is_that_of_scikit_learn() {
    let Table { x, number, multiclass, .. } = small();
    let x = without_missing(&x);
    let learner = DecisionTree { max_depth: 3, min_samples_leaf: 3, ..DecisionTree::for_rows(40) };
    let matrix = MatrixInfo::default();
    let classes: [(usize, &[f64]); 4] =
        [(0, &[0.0, 0.75, 0.25]), (3, &[0.0, 0.8, 0.2]), (5, &[0.0, 0.75, 0.25]), (21, &[0.0, 0.0, 1.0])];
    check_rows_close(&fit(&learner, &x, &multiclass, &matrix), &x, &classes, 1e-12);
    let numbers: [(usize, &[f64]); 4] = [
        (0, &[1.6170925808449594]),
        (3, &[0.7334433923741545]),
        (5, &[0.13372550904750602]),
        (21, &[2.1571732053998858]),
    ];
    check_rows_close(&fit(&learner, &x, &number, &matrix), &x, &numbers, 1e-12);
}

/// `HistGradientBoostingRegressor` and `…Classifier(max_iter=10, min_samples_leaf=8,
/// early_stopping=False)`, whose gradients are of single precision: hence the tolerance, and a table
/// on which no two splits gain the same, between which rounding would choose. For three
/// classes its hessian lacks the factor K / (K − 1) (`objective.rs`), so its learning rate is 0.1 · ⅔, and missing is −1.
#[test]
fn boosting_is_that_of_scikit_learn() {
    let Table { x, number, binary, multiclass } = small();
    let matrix = MatrixInfo::default();
    let numbers: [(usize, &[f64]); 4] = [
        (0, &[1.3606080055384984]),
        (3, &[0.4095660375005728]),
        (5, &[0.41869008870950614]),
        (21, &[1.4807195281338967]),
    ];
    check_rows_close(&fit(&ten_rounds(), &x, &number, &matrix), &x, &numbers, 1e-5);
    let margins: [(usize, &[f64]); 4] = [
        (0, &[1.5823523987485753]),
        (3, &[0.1943257066212718]),
        (5, &[-1.4663207262331694]),
        (21, &[1.5823523987485753]),
    ];
    check_rows_close(&fit(&ten_rounds(), &x, &binary, &matrix), &x, &margins, 1e-5);
    let classes: [(usize, &[f64]); 4] = [
        (0, &[0.09620249269352077, 0.466862497433783, 0.4369350098726963]),
        (3, &[0.14427333042765478, 0.4237785500482969, 0.4319481195240484]),
        (5, &[0.17572495912496033, 0.6720984316834074, 0.1521766091916323]),
        (21, &[0.13799951036250574, 0.25076433139619203, 0.6112361582413023]),
    ];
    let x = without_missing(&x);
    check_rows_close(&fit(&ten_rounds(), &x, &multiclass, &matrix), &x, &classes, 1e-5);
}

#[test]
fn contributions_add_up_to_the_margin() {
    let (Table { x, number, binary, multiclass }, matrix) = large();
    let learners: [&dyn Estimator; 2] = [&plain(1500), &DecisionTree::for_rows(1500)];
    for learner in learners {
        for y in [&number, &binary, &multiclass] {
            let predictor = fit(learner, &x, y, &matrix);
            for row in (0..1500).step_by(211).map(|row| x.row(row).to_vec()).chain([vec![f64::NAN; 4]]) {
                let mut margins = vec![0.0; predictor.n_margins()];
                predictor.margin_row(&row, &mut margins);
                let contributions = predictor.contributions(&row).expect("trees have contributions");
                for (margin, (base, values)) in margins.iter().zip(contributions.base.iter().zip(&contributions.values))
                {
                    let sum = base + values.iter().sum::<f64>();
                    assert!((sum - margin).abs() <= 1e-9 * margin.abs().max(1.0), "{sum} instead of {margin}");
                }
            }
        }
    }
    // A tree with long paths over many columns, where rounding errors could grow.
    let mut state = 11;
    let wide = Array2::from_shape_fn((1500, 40), |_| uniform(&mut state));
    let deep = DecisionTree { max_depth: 64, min_samples_leaf: 1, ..DecisionTree::for_rows(1500) };
    let noise = Target::Number((0..1500).map(|_| uniform(&mut state)).collect());
    let predictor = fit(&deep, &wide, &noise, &MatrixInfo::default());
    let Predictor::Trees(trees) = &predictor else { unreachable!("a tree") };
    assert!(trees.trees[0].n_leaves() > 1000, "{}", trees.trees[0].n_leaves());
    for row in (0..1500).step_by(97).map(|row| wide.row(row).to_vec()) {
        let contributions = predictor.contributions(&row).expect("trees have contributions");
        let sum = contributions.base[0] + contributions.values[0].iter().sum::<f64>();
        assert!((sum - predict(&predictor, &row)[0]).abs() < 1e-9, "{sum}");
    }
    // The base is the mean margin over the training rows.
    let tree = fit(&DecisionTree::for_rows(1500), &x, &number, &matrix);
    let Target::Number(values) = &number else { unreachable!("numbers") };
    let base = tree.contributions(&x.row(0).to_vec()).expect("trees have contributions").base[0];
    assert!((base - values.iter().sum::<f64>() / 1500.0).abs() < 1e-9);
}

#[test]
fn missing_values_and_categories_are_split_on_as_they_are() {
    let (Table { x, .. }, matrix) = large();
    // Missing is what counts: neither side of the other values.
    let y = Target::Number(x.column(1).iter().map(|value| if value.is_nan() { 5.0 } else { 1.0 }).collect());
    let stump = DecisionTree { max_depth: 1, ..DecisionTree::for_rows(1500) };
    let predictor = fit(&stump, &x, &y, &matrix);
    assert_eq!(predict(&predictor, &[0.5, f64::NAN, 0.0, 0.0]), [5.0]);
    assert_eq!(predict(&predictor, &[0.5, 1e300, 0.0, 0.0]), [1.0]);
    // One question tells three categories of seven from the rest.
    let chosen = |category: f64| [0.0, 3.0, 5.0].contains(&category);
    let y = Target::Class { codes: x.column(2).iter().map(|&c| u32::from(chosen(c))).collect(), n_classes: 2 };
    let predictor = fit(&stump, &x, &y, &matrix);
    for category in 0..7 {
        let category = f64::from(category);
        let expected = if chosen(category) { [0.0, 1.0] } else { [1.0, 0.0] };
        assert_eq!(predict(&predictor, &[0.5, 0.5, category, 0.5]), expected);
    }
    // Unknown and missing categories go where most rows went.
    assert_eq!(predict(&predictor, &[0.5, 0.5, f64::NAN, 0.5]), predict(&predictor, &[0.5, 0.5, 40.0, 0.5]));
    assert_eq!(predictor.importance(), Some(vec![0.0, 0.0, 1.0, 0.0]));
}

#[test]
fn early_stopping_keeps_the_best_rounds() {
    let (Table { x, binary, .. }, matrix) = large();
    let rows = |from: usize, to: usize| {
        let rows: Vec<usize> = (from..to).collect();
        (x.select(ndarray::Axis(0), &rows), binary.take(&rows))
    };
    let ((train_x, train_y), (stop_x, stop_y)) = (rows(0, 1000), rows(1000, 1500));
    let learner = GradientBoosting { n_estimators: 400, ..plain(1000) };
    let stopped = try_fit(&learner, train_x.view(), &train_y, &matrix, Some((&stop_x, &stop_y))).expect("fits");
    let n_rounds = stopped.n_rounds().expect("boosting counts its rounds");
    assert!((2..400).contains(&n_rounds), "{n_rounds}");
    let loss = |predictor: &Predictor| {
        let Target::Class { codes, .. } = &stop_y else { unreachable!("classes") };
        let of =
            |(row, &code): (ndarray::ArrayView1<'_, f64>, &u32)| -predict(predictor, &row.to_vec())[code as usize].ln();
        stop_x.rows().into_iter().zip(codes).map(of).sum::<f64>()
    };
    let exactly =
        |n_estimators: usize| fit(&GradientBoosting { n_estimators, ..learner.clone() }, &train_x, &train_y, &matrix);
    // What is kept is what that many rounds alone would have made, and no other number does better.
    assert_eq!(exactly(n_rounds), stopped);
    for other in [n_rounds - 1, n_rounds + 1, n_rounds + 10] {
        assert!(loss(&exactly(other)) > loss(&stopped), "{other} rounds are better than {n_rounds}");
    }
    let alone = GradientBoosting { validation_fraction: 0.2, ..learner.clone() };
    let alone = fit(&alone, &x, &binary, &matrix).n_rounds().expect("boosting counts its rounds");
    assert!((2..400).contains(&alone), "{alone}");
    // A validation target that does not fit is refused.
    let number = Target::Number(vec![0.0; 500]);
    let refused = try_fit(&learner, train_x.view(), &train_y, &matrix, Some((&stop_x, &number)));
    assert!(matches!(refused, Err(LearnError::Shape(_))), "{refused:?}");
}

#[test]
fn the_number_of_rounds_is_found_where_nobody_says_it() {
    let (Table { x, number, .. }, matrix) = large();
    // Noise has nothing to teach; what is plain has much.
    let mut state = 17;
    let noise = Target::Number((0..1500).map(|_| uniform(&mut state)).collect());
    let learner = GradientBoosting { rounds_by_folds: 3, ..plain(1500) };
    let rounds = |y: &Target| fit(&learner, &x, y, &matrix).n_rounds().expect("boosting counts its rounds");
    let (of_noise, of_number) = (rounds(&noise), rounds(&number));
    assert!(of_noise <= 3 && of_number >= 100, "{of_noise} {of_number}");
    // The fit is that of so many rounds.
    let exactly = fit(&GradientBoosting { n_estimators: of_number, ..plain(1500) }, &x, &number, &matrix);
    assert_eq!(fit(&learner, &x, &number, &matrix), exactly);
}

#[test]
fn any_number_of_threads_gives_the_same_bytes_and_any_order_of_memory() {
    let (Table { x, number, multiclass, .. }, matrix) = large();
    // Wide and long enough that histograms and splits are made in parallel.
    let wide = Array2::from_shape_fn((1500, 60), |(row, column)| (x[[row, column % 2]] * (column + 1) as f64).fract());
    let learner = GradientBoosting { n_estimators: 8, row_fraction: 0.7, column_fraction: 0.5, ..plain(1500) };
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
        pool.install(|| {
            let plain = MatrixInfo::default();
            let tree = DecisionTree { min_samples_leaf: 1, max_depth: 20, ..DecisionTree::for_rows(1500) };
            (
                fit(&learner, &wide, &number, &plain),
                fit(&learner, &x, &multiclass, &matrix),
                fit(&tree, &wide, &multiclass, &plain),
            )
        })
    };
    let one = run(1);
    assert_eq!(one, run(4));
    assert_ne!(one.0, {
        let cancel = CancelToken::new();
        let plain = MatrixInfo::default();
        let cx = FitContext::new(Seed(2), &cancel, &NoProgress, &plain);
        learner.fit(wide.view(), &number, &cx).expect("fits")
    });
    let mut by_column = Array2::zeros(ndarray::ShapeBuilder::f(wide.dim()));
    by_column.assign(&wide);
    assert_eq!(one.0, fit(&learner, &by_column, &number, &MatrixInfo::default()));
}

#[test]
fn ten_fits_give_the_same_bytes_with_one_thread_and_two() {
    let (Table { x, binary, .. }, matrix) = large();
    let learner = GradientBoosting { n_estimators: 40, rounds_by_folds: 3, ..plain(1500) };
    let bytes = |run: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1 + run % 2).build().expect("threads start");
        pool.install(|| rmp_serde::to_vec_named(&fit(&learner, &x, &binary, &matrix)).expect("plain data"))
    };
    let first = bytes(0);
    (1..10).for_each(|run| assert_eq!(bytes(run), first, "run {run}"));
}

#[test]
fn many_rows_get_what_each_row_gets() {
    let (Table { x, number, multiclass, binary }, matrix) = large();
    let mut x = x;
    x[[3, 0]] = f64::INFINITY;
    x[[4, 2]] = 40.0;
    let boosting = GradientBoosting { n_estimators: 12, ..plain(1500) };
    let stump = GradientBoosting { max_depth: 1, ..boosting.clone() };
    let learners: [&dyn Estimator; 3] = [&boosting, &stump, &DecisionTree::for_rows(1500)];
    for learner in learners {
        for y in [&number, &multiclass, &binary] {
            let predictor = fit(learner, &x, y, &matrix);
            for n_rows in [0, 1, 7, 1500] {
                let (rows, _) = x.view().split_at(ndarray::Axis(0), n_rows);
                let all = predictor.predict(rows, &CancelToken::new()).expect("not cancelled");
                for (row, answer) in rows.rows().into_iter().zip(all.rows()) {
                    assert_eq!(predict(&predictor, &row.to_vec()), answer.to_vec());
                }
            }
        }
    }
}

#[test]
fn cancelling_ends_a_fit_within() {
    let (Table { x, number, .. }, matrix) = large();
    let cancel = CancelToken::new();
    let sink = |progress: mlwright_base::Progress| {
        if progress.done >= 3.0 {
            cancel.cancel();
        }
    };
    let cx = FitContext::new(Seed(1), &cancel, &sink, &matrix);
    assert_eq!(plain(1500).fit(x.view(), &number, &cx), Err(LearnError::Cancelled));
    assert_eq!(DecisionTree::for_rows(1500).fit(x.view(), &number, &cx), Err(LearnError::Cancelled));
}

#[test]
fn when_time_is_up_boosting_keeps_what_it_has() {
    let (Table { x, number, .. }, matrix) = large();
    let (cancel, enough) = (CancelToken::new(), CancelToken::new());
    let sink = |progress: mlwright_base::Progress| {
        if progress.done >= 3.0 {
            enough.cancel();
        }
    };
    let cx = FitContext { enough: Some(&enough), ..FitContext::new(Seed(1), &cancel, &sink, &matrix) };
    let kept = plain(1500).fit(x.view(), &number, &cx).expect("it is not cancelled");
    let three = GradientBoosting { n_estimators: 3, ..plain(1500) };
    assert_eq!(kept, fit(&three, &x, &number, &matrix), "three rounds are three rounds");
}
