//! Directions of columns and columns that may act together.

use std::collections::BTreeMap;

use super::*;

fn learner() -> GradientBoosting {
    GradientBoosting { n_estimators: 60, ..plain(1500) }
}

#[test]
fn a_column_with_a_direction_keeps_it_everywhere() {
    let (Table { x, number, binary, .. }, matrix) = large();
    for (y, sign) in [(&number, 1), (&number, -1), (&binary, 1)] {
        let monotone = BTreeMap::from([("a".to_owned(), sign), ("b".to_owned(), 1)]);
        let predictor = fit(&GradientBoosting { monotone, ..learner() }, &x, y, &matrix);
        for row in (0..1500).step_by(37) {
            let mut row = x.row(row).to_vec();
            for (column, sign) in [(0, f64::from(sign)), (1, 1.0)] {
                let before = row[column];
                let mut last = f64::NEG_INFINITY;
                for step in 0..=40 {
                    row[column] = f64::from(step) / 40.0;
                    let answer = sign * predict(&predictor, &row).last().expect("an answer");
                    assert!(answer >= last - 1e-12, "{answer} after {last}");
                    last = answer;
                }
                row[column] = before;
            }
        }
    }
    for (monotone, what) in [(("c", 1), "an unknown column"), (("category", 1), "categories")] {
        let monotone = BTreeMap::from([(monotone.0.to_owned(), monotone.1)]);
        let refused = try_fit(&GradientBoosting { monotone, ..learner() }, x.view(), &number, &matrix, None);
        assert!(matches!(refused, Err(LearnError::Parameter { .. })), "{what}: {refused:?}");
    }
}

#[test]
fn only_columns_of_one_set_meet_on_a_path() {
    let (Table { x, number, .. }, matrix) = large();
    let interactions = vec![vec!["a".to_owned(), "noise".to_owned()], vec!["b".to_owned(), "category".to_owned()]];
    let Predictor::Trees(trees) = fit(&GradientBoosting { interactions, ..learner() }, &x, &number, &matrix) else {
        unreachable!("trees")
    };
    let (mut met, sets) = (false, [[0, 3], [1, 2]]);
    for tree in &trees.trees {
        let mut open = vec![(tree.root(), Vec::new())];
        while let Some((child, path)) = open.pop() {
            if child < 0 {
                assert!(sets.iter().any(|set| path.iter().all(|column| set.contains(column))), "{path:?}");
                met |= path.contains(&1) && path.contains(&2);
                continue;
            }
            let node = child as usize;
            let mut path = path.clone();
            path.push(tree.column[node]);
            open.push((tree.left[node], path.clone()));
            open.push((tree.right[node], path));
        }
    }
    assert!(met, "columns of one set do meet");
}

#[test]
fn penalties_and_least_gains_prune() {
    let (Table { x, number, .. }, matrix) = large();
    let n_leaves = |learner: &GradientBoosting| {
        let Predictor::Trees(trees) = fit(learner, &x, &number, &matrix) else { unreachable!("trees") };
        trees.trees.iter().map(Tree::n_leaves).sum::<usize>()
    };
    let plain = n_leaves(&learner());
    let gainful = n_leaves(&GradientBoosting { min_gain: 1.0, ..learner() });
    assert!(gainful < plain / 2, "{gainful} of {plain}");
    // No leaf's gradient outweighs this.
    assert_eq!(n_leaves(&GradientBoosting { l1: 1e6, n_estimators: 1, ..learner() }), 1);
}
