//! Random forests and extra trees.

use super::*;
use crate::Task;
use crate::trees::forest::{Forest, ForestParameters, Kind};

fn forest(kind: Kind, task: Task, change: impl FnOnce(&mut ForestParameters)) -> Forest {
    let mut parameters = Forest::defaults(kind, task);
    parameters.n_estimators = 30;
    change(&mut parameters);
    Forest::checked(kind, parameters).expect("in range")
}

fn trees_of(predictor: Predictor) -> TreesPredictor {
    let Predictor::Trees(trees) = predictor else { unreachable!("trees") };
    trees
}

#[test]
fn one_tree_of_all_rows_and_columns_is_a_decision_tree() {
    let (Table { x, number, multiclass, .. }, _) = large();
    let x = x.select(ndarray::Axis(1), &[0, 1]);
    for (y, task) in [(&number, Task::Regression), (&multiclass, Task::Multiclass)] {
        let one = forest(Kind::Random, task, |p| {
            (p.n_estimators, p.column_fraction, p.bootstrap, p.max_depth, p.min_samples_leaf) = (1, 1.0, false, 6, 15);
        });
        let tree = fit(&DecisionTree::for_rows(1500), &x, y, &MatrixInfo::default());
        let forest = fit(&one, &x, y, &MatrixInfo::default());
        for row in x.rows() {
            let row = row.to_vec();
            for (one, other) in predict(&forest, &row).iter().zip(predict(&tree, &row)) {
                assert!((one - other).abs() < 1e-9 * other.abs().max(1.0), "{one} {other}");
            }
        }
    }
}

#[test]
fn forests_learn_and_know_how_well() {
    let (Table { x, number, binary, multiclass }, matrix) = large();
    let (train, test): (Vec<usize>, Vec<usize>) = ((0..1000).collect(), (1000..1500).collect());
    for kind in [Kind::Random, Kind::Extra] {
        for (y, task) in [(&binary, Task::Binary), (&multiclass, Task::Multiclass), (&number, Task::Regression)] {
            let learner = forest(kind, task, |p| p.bootstrap = true);
            let predictor = fit(&learner, &x.select(ndarray::Axis(0), &train), &y.take(&train), &matrix);
            let score = score(&predictor, &x.select(ndarray::Axis(0), &test), &y.take(&test));
            let out_of_bag = trees_of(predictor).out_of_bag.expect("rows were left out");
            assert!(score > 0.85, "{kind:?} {task}: {score}");
            assert!((score - out_of_bag).abs() < 0.05, "{kind:?} {task}: {score}, out of bag {out_of_bag}");
        }
    }
}

/// Accuracy, or R².
fn score(predictor: &Predictor, x: &Array2<f64>, y: &Target) -> f64 {
    let answers: Vec<Vec<f64>> = x.rows().into_iter().map(|row| predict(predictor, &row.to_vec())).collect();
    match y {
        Target::Class { codes, .. } => {
            let right = answers
                .iter()
                .zip(codes)
                .filter(|(answer, code)| answer.iter().all(|share| *share <= answer[**code as usize]));
            right.count() as f64 / codes.len() as f64
        }
        Target::Number(values) => {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let error: f64 = answers.iter().zip(values).map(|(answer, value)| (answer[0] - value).powi(2)).sum();
            1.0 - error / values.iter().map(|value| (value - mean).powi(2)).sum::<f64>()
        }
    }
}

#[test]
fn probabilities_add_up_and_shapley_values_too() {
    let (Table { x, multiclass, .. }, matrix) = large();
    let predictor = fit(&forest(Kind::Random, Task::Multiclass, |p| p.n_estimators = 12), &x, &multiclass, &matrix);
    for row in x.rows().into_iter().step_by(401) {
        let (row, mut margins) = (row.to_vec(), vec![0.0; 3]);
        predictor.margin_row(&row, &mut margins);
        assert!((margins.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{margins:?}");
        let contributions = predictor.contributions(&row).expect("trees have contributions");
        for (margin, (base, values)) in margins.iter().zip(contributions.base.iter().zip(&contributions.values)) {
            assert!((base + values.iter().sum::<f64>() - margin).abs() < 1e-9);
        }
    }
}

#[test]
fn forests_are_the_same_with_any_number_of_threads_and_can_be_cancelled() {
    let (Table { x, number, multiclass, .. }, matrix) = large();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
        pool.install(|| {
            let random = fit(&forest(Kind::Random, Task::Multiclass, |_| ()), &x, &multiclass, &matrix);
            (random, fit(&forest(Kind::Extra, Task::Regression, |_| ()), &x, &number, &matrix))
        })
    };
    assert_eq!(run(1), run(3));
    let cancel = CancelToken::new();
    cancel.cancel();
    let cx = FitContext::new(Seed(1), &cancel, &NoProgress, &matrix);
    let learner = forest(Kind::Random, Task::Regression, |_| ());
    assert_eq!(learner.fit(x.view(), &number, &cx), Err(LearnError::Cancelled));
}
