use mlwright_base::{CancelToken, NoProgress, Seed};
use ndarray::Array2;

use super::*;
use crate::contract::MatrixInfo;

fn uniform(state: &mut u64) -> f64 {
    *state = (1_103_515_245 * *state + 12345) % 2_147_483_648;
    *state as f64 / 2_147_483_648.0
}

fn try_fit(
    learner: &KNeighbors,
    x: &Array2<f64>,
    y: &Target,
    weights: Option<&[f64]>,
) -> Result<NeighborsPredictor, LearnError> {
    let (cancel, matrix) = (CancelToken::new(), MatrixInfo::default());
    let cx = FitContext { weights, ..FitContext::new(Seed(1), &cancel, &NoProgress, &matrix) };
    match learner.fit(x.view(), y, &cx)? {
        Predictor::Neighbors(found) => Ok(found),
        other => panic!("expected neighbours, found {other:?}"),
    }
}

/// The tree finds what looking at every row finds, in the same order, ties included.
#[test]
fn the_tree_is_exact() {
    let mut state = 3;
    for (n_rows, width, levels) in
        [(1, 3, 0.0), (40, 1, 4.0), (700, 2, 0.0), (1500, 6, 3.0), (300, 40, 0.0), (50, 0, 0.0)]
    {
        let mut next = || {
            let value = uniform(&mut state);
            if levels > 0.0 { (value * levels).floor() } else { value }
        };
        let z = Array2::from_shape_fn((n_rows, width), |_| next());
        let tree = KdTree::new(z.view(), &CancelToken::new()).expect("not cancelled");
        assert!(tree.is_sound(n_rows, width));
        for _ in 0..30 {
            let x: Vec<f64> = (0..width).map(|_| next() * 1.2 - 0.1).collect();
            for k in [1, 7.min(n_rows), n_rows] {
                let distance = |row: usize| z.row(row).iter().zip(&x).map(|(z, x)| (z - x) * (z - x)).sum::<f64>();
                let mut all: Vec<(f64, u32)> = (0..n_rows).map(|row| (distance(row), row as u32)).collect();
                all.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
                let found: Vec<(f64, u32)> = tree.nearest(&x, k).into_iter().map(|one| (one.square, one.row)).collect();
                assert_eq!(found, all[..k], "{n_rows} × {width}, {k} neighbours");
            }
        }
    }
}

#[test]
fn equal_rows_alone_count_by_distance() {
    let x = Array2::from_shape_vec((4, 1), vec![0.0, 0.0, 1.0, 2.0]).expect("four rows");
    let y = Target::Number(vec![1.0, 3.0, 10.0, 100.0]);
    let learner = KNeighbors { n_neighbors: 3, weights: NeighborWeights::Distance };
    let fitted = try_fit(&learner, &x, &y, None).expect("fits");
    let mut out = [0.0];
    fitted.predict(&[0.0], &mut out);
    assert_eq!(out, [2.0]);
    fitted.predict(&[1e308], &mut out);
    assert!(out[0].is_finite(), "{out:?}");
    // More neighbours than rows are all rows; a constant column says nothing.
    let all = try_fit(&KNeighbors { n_neighbors: 9, ..learner }, &Array2::ones((4, 1)), &y, None).expect("fits");
    all.predict(&[7.0], &mut out);
    assert_eq!(out, [28.5]);
}

#[test]
fn what_cannot_be_done_is_refused() {
    let y = Target::Number(vec![1.0, 2.0]);
    let weighted = try_fit(&KNeighbors::default(), &Array2::zeros((2, 1)), &y, Some(&[1.0, 2.0]));
    assert!(matches!(weighted, Err(LearnError::UnsuitableData { .. })));
    let wide = Array2::zeros((2, CELLS_MAX / 2 + 1));
    let error = try_fit(&KNeighbors::default(), &wide, &y, None).expect_err("too large");
    assert!(error.to_string().starts_with("k_neighbors keeps every row"), "{error}");
    let (cancel, matrix) = (CancelToken::new(), MatrixInfo::default());
    cancel.cancel();
    let cx = FitContext::new(Seed(1), &cancel, &NoProgress, &matrix);
    assert_eq!(KNeighbors::default().fit(Array2::zeros((2, 1)).view(), &y, &cx), Err(LearnError::Cancelled));
}

#[test]
fn a_damaged_tree_is_refused() {
    let mut state = 5;
    let x = Array2::from_shape_fn((100, 2), |_| uniform(&mut state));
    let y = Target::Class { codes: (0..100).map(|row| row % 3).collect(), n_classes: 3 };
    let fitted = try_fit(&KNeighbors::default(), &x, &y, None).expect("fits");
    fitted.check(2).expect("sound");
    let refused = |change: &dyn Fn(&mut NeighborsPredictor)| {
        let mut damaged = fitted.clone();
        change(&mut damaged);
        assert!(matches!(damaged.check(2), Err(LearnError::ModelFile(_))));
    };
    refused(&|one| one.n_neighbors = 0);
    refused(&|one| one.n_neighbors = 101);
    refused(&|one| one.kept[1] = 2);
    refused(&|one| one.means.truncate(1));
    refused(&|one| one.answers = Answers::Classes { codes: vec![3; 100], n_classes: 3 });
    refused(&|one| one.answers = Answers::Numbers(vec![1.0; 99]));
}
