//! Tables and files at the edge: an answer or an error, never a panic.

use ndarray::array;

use super::*;
use crate::Task;
use crate::trees::forest::{Forest, ForestParameters, Kind};

const NAN: f64 = f64::NAN;

fn learners() -> [Box<dyn Estimator>; 2] {
    [
        Box::new(GradientBoosting { n_estimators: 5, min_samples_leaf: 1, ..plain(4) }),
        Box::new(DecisionTree::for_rows(4)),
    ]
}

#[test]
fn one_class_is_refused_and_unseen_classes_are_not() {
    let x = array![[1.0], [2.0], [3.0], [4.0]];
    for learner in learners() {
        let one = Target::Class { codes: vec![2; 4], n_classes: 3 };
        let refused = try_fit(learner.as_ref(), x.view(), &one, &MatrixInfo::default(), None);
        assert!(matches!(refused, Err(LearnError::UnsuitableData { .. })), "{refused:?}");
        let two_of_three = Target::Class { codes: vec![0, 0, 2, 2], n_classes: 3 };
        let predictor = fit(learner.as_ref(), &x, &two_of_three, &MatrixInfo::default());
        let out = predict(&predictor, &[4.0]);
        // Boosting starts from half a row of four for a class that it has not seen.
        assert!(out[2] > 0.5 && out[1] <= 0.125 && (out.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{out:?}");
    }
}

#[test]
fn columns_that_say_nothing_leave_the_mean() {
    let y = Target::Number(vec![1.0, 2.0, 3.0, 6.0]);
    let nothing = [Array2::from_elem((4, 2), 7.0), Array2::from_elem((4, 1), NAN), Array2::zeros((4, 0))];
    for learner in learners() {
        for x in &nothing {
            let predictor = fit(learner.as_ref(), x, &y, &MatrixInfo::default());
            let out = predict(&predictor, &vec![1.0; x.ncols()]);
            assert!((out[0] - 3.0).abs() < 1e-12, "{out:?}");
            assert_eq!(predictor.importance(), Some(vec![0.0; x.ncols()]));
        }
        let one_row = fit(learner.as_ref(), &array![[1.0, NAN]], &Target::Number(vec![4.0]), &MatrixInfo::default());
        assert_eq!(predict(&one_row, &[0.0, 0.0]), [4.0]);
        let constant =
            fit(learner.as_ref(), &array![[1.0], [2.0]], &Target::Number(vec![0.1; 2]), &MatrixInfo::default());
        assert_eq!(predict(&constant, &[5.0]), [0.1]);
    }
}

#[test]
fn huge_values_are_numbers_like_others() {
    let x = array![[-f64::MAX, 1e-320], [-1e300, 0.0], [1e300, -1e-320], [f64::MAX, f64::INFINITY]];
    for learner in learners() {
        let y = Target::Number(vec![-1e308, -1e308, 1e308, 1e308]);
        let predictor = fit(learner.as_ref(), &x, &y, &MatrixInfo::default());
        let (low, high) = (predict(&predictor, &[-1e305, NAN])[0], predict(&predictor, &[1e305, NAN])[0]);
        assert!(low < 0.0 && high > 0.0 && low.is_finite() && high.is_finite(), "{low} {high}");
    }
}

/// What real tables hold, small: each learner answers soundly or refuses.
#[test]
fn awkward_tables_get_an_answer_or_a_refusal() {
    let mut state = 21;
    let mut number = |n: usize| -> Vec<f64> { (0..n).map(|_| uniform(&mut state)).collect() };
    let filled = Array2::from_shape_vec((600, 4), number(2400)).expect("as many numbers");
    let sparse = filled.mapv(|value| if value < 0.6 { NAN } else { value });
    let twins = Array2::from_shape_fn((600, 4), |(row, column)| filled[[row, column % 2]]);
    let dates = filled.mapv(|value| 1.7e18 + (value * 1e15).floor());
    let wide = Array2::from_shape_vec((165, 1100), number(165 * 1100)).expect("as many numbers");
    let classes =
        |n: usize, k: u32| Target::Class { codes: (0..n as u32).map(|row| row % k).collect(), n_classes: k as usize };
    let mut rare = vec![0; 600];
    rare[17] = 1;
    let cases = [
        ("60 % missing", &sparse, Target::Number(number(600))),
        ("duplicate columns", &twins, Target::Number(number(600))),
        ("dates as numbers", &dates, Target::Number(number(600))),
        ("a constant target", &filled, Target::Number(vec![7.0; 600])),
        ("a class with one row", &filled, Target::Class { codes: rare, n_classes: 2 }),
        ("300 classes of two rows", &filled, classes(600, 300)),
        ("more columns than rows", &wide, classes(165, 2)),
    ];
    let forest = |kind: Kind, task: Task| -> Box<dyn Estimator> {
        let parameters = ForestParameters { n_estimators: 5, ..Forest::defaults(kind, task) };
        Box::new(Forest::checked(kind, parameters).expect("in range"))
    };
    for (what, x, y) in &cases {
        let task = if matches!(y, Target::Number(_)) { Task::Regression } else { Task::Multiclass };
        let boosting = GradientBoosting { n_estimators: 3, ..plain(x.nrows()) };
        let by_folds = GradientBoosting { n_estimators: 3, rounds_by_folds: 3, row_fraction: 0.8, ..plain(x.nrows()) };
        let learners: [Box<dyn Estimator>; 5] = [
            Box::new(boosting),
            Box::new(by_folds),
            Box::new(DecisionTree::for_rows(x.nrows())),
            forest(Kind::Random, task),
            forest(Kind::Extra, task),
        ];
        for learner in learners {
            let predictor = fit(learner.as_ref(), x, y, &MatrixInfo::default());
            for row in [x.row(0).to_vec(), vec![NAN; x.ncols()], vec![f64::MAX; x.ncols()]] {
                let answer = predict(&predictor, &row);
                assert!(answer.iter().all(|value| value.is_finite()), "{what}, {}: {answer:?}", learner.name());
                if task == Task::Multiclass {
                    assert!((answer.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{what}, {}", learner.name());
                }
            }
        }
    }
    let infinite = Target::Number([vec![1.0; 599], vec![f64::INFINITY]].concat());
    let refused = try_fit(&plain(600), filled.view(), &infinite, &MatrixInfo::default(), None);
    assert!(matches!(refused, Err(LearnError::Shape(_))), "{refused:?}");
}

#[test]
fn thousands_of_columns_are_no_obstacle() {
    let mut state = 5;
    let x = Array2::from_shape_fn((120, 5000), |_| uniform(&mut state));
    let y = Target::Class { codes: x.column(4321).iter().map(|&value| u32::from(value > 0.5)).collect(), n_classes: 2 };
    for learner in learners() {
        let predictor = fit(learner.as_ref(), &x, &y, &MatrixInfo::default());
        let importance = predictor.importance().expect("trees have importance");
        assert_eq!((0..5000).max_by(|&a, &b| importance[a].total_cmp(&importance[b])), Some(4321));
    }
}

#[test]
fn categories_beyond_the_bins_and_codes_out_of_range() {
    let n = 3000;
    let x = Array2::from_shape_fn((n, 1), |(row, _)| (row % 600) as f64);
    let y = Target::Number((0..n).map(|row| f64::from(u8::from(row % 600 < 20))).collect());
    let matrix = MatrixInfo { names: vec!["c".to_owned()], categorical: vec![Some(600)], source: vec![0] };
    let predictor = fit(&GradientBoosting { min_samples_leaf: 5, ..plain(n) }, &x, &y, &matrix);
    for code in [-1.0, 599.0, 600.0, 1e18, NAN, f64::NEG_INFINITY] {
        assert!(predict(&predictor, &[code])[0] < 0.5, "{code}");
    }
}

#[test]
fn damaged_trees_are_refused() {
    let (Table { x, number, .. }, matrix) = large();
    let stump = DecisionTree { max_depth: 2, ..DecisionTree::for_rows(1500) };
    let Predictor::Trees(sound) = fit(&stump, &x, &number, &matrix) else { panic!("a tree was fitted") };
    assert_eq!((sound.trees[0].n_leaves(), sound.check(4)), (4, Ok(())));
    type Change = fn(&mut TreesPredictor);
    let damage: [(&str, Change); 9] = [
        ("a child that is its own parent", |p| p.trees[0].left[1] = 1),
        ("a node with two parents", |p| p.trees[0].right[0] = p.trees[0].left[0]),
        ("a leaf with two parents", |p| p.trees[0].left[2] = p.trees[0].right[2]),
        ("a leaf out of range", |p| p.trees[0].left[2] = !9),
        ("a column out of range", |p| p.trees[0].column[0] = 4),
        ("a leaf without rows", |p| p.trees[0].leaf_cover[0] = 0.0),
        ("a short array", |p| p.trees[0].threshold.truncate(1)),
        ("a set out of range", |p| p.trees[0].set[0] = 77),
        ("a column without gain", |p| p.gain.truncate(1)),
    ];
    for (what, change) in damage {
        let mut damaged = sound.clone();
        change(&mut damaged);
        let found = damaged.check(4);
        assert!(matches!(found, Err(LearnError::ModelFile(_))), "{what}: {found:?}");
    }
    let deep = 70;
    let chain = Tree {
        column: vec![0; deep],
        threshold: vec![0.0; deep],
        set: vec![tree::NUMERIC; deep],
        missing_left: vec![true; deep],
        left: (0..deep as i32).map(|leaf| !leaf).collect(),
        right: (1..=deep as i32).map(|node| if node as usize == deep { !node } else { node }).collect(),
        cover: vec![1.0; deep],
        leaf_value: vec![0.0; deep + 1],
        leaf_cover: vec![1.0; deep + 1],
        ..Tree::leaf(&[0.0], 1.0)
    };
    assert!(matches!(chain.check(1), Err(LearnError::ModelFile(message)) if message.contains("too deep")));
}
