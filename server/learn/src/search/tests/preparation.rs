//! Preparations as a part of the search.

use super::*;
use crate::prepare::Power;

/// The target follows the logarithm of a column with a long tail.
fn long_tailed(n: usize) -> Table {
    let magnitude = |row: usize| 12.0 * noise(row as u64);
    let frame = Frame::new(vec![("size".to_owned(), Column::Number((0..n).map(|row| magnitude(row).exp()).collect()))]);
    let y = (0..n).map(|row| magnitude(row) + 0.3 * noise(5_000_000 + row as u64)).collect();
    let target = encode("y", &Column::Number(y), Some(Task::Regression), None).unwrap();
    let features = vec![Feature { name: "size".to_owned(), kind: FeatureKind::Numeric }];
    Table { frame: frame.unwrap(), features, target }
}

#[test]
fn a_preparation_that_helps_is_found_and_is_that_of_the_model() {
    let table = long_tailed(400);
    let options = SearchOptions { drawn_max: 12, ..only(&["linear_regression"], Metric::Rmse) };
    let outcome = run(&table, &options).unwrap();
    let best = &outcome.leaderboard[outcome.best];
    assert_eq!(best.set["preparation.power"], "yeo_johnson");
    assert_eq!(outcome.model.parameters["preparation.power"], "yeo_johnson");
    assert_eq!(outcome.model.preparer.spec().map(|spec| spec.power), Some(Power::YeoJohnson));
    let plain = outcome.leaderboard.iter().find(|one| one.learner == "linear_regression" && one.set.is_empty());
    let score = |candidate: &Candidate| candidate.cv_mean.expect("it has a score");
    assert!(score(best) < 0.5 * score(plain.expect("the default is tried too")), "{best:?}");
}
