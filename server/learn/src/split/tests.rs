use super::*;

fn classes(codes: &[u32], n_classes: usize) -> Target {
    Target::Class { codes: codes.to_vec(), n_classes }
}

/// Every row is in exactly one part, and each part is in increasing order.
fn assert_divides(parts: &Parts, n: usize) {
    assert!(parts.train.is_sorted() && parts.valid.is_sorted());
    let mut all = [parts.train.clone(), parts.valid.clone()].concat();
    all.sort_unstable();
    assert_eq!(all, (0..n).collect::<Vec<_>>());
}

#[test]
fn stratified_parts_keep_each_class_its_share() {
    let codes: Vec<u32> = (0..1000).map(|i| u32::from(i % 10 == 0)).collect();
    let target = classes(&codes, 2);
    let parts = holdout(&target, 0.2, SplitKind::Stratified, Seed(3)).unwrap();
    assert_divides(&parts, 1000);
    let positive = |rows: &[usize]| rows.iter().filter(|&&row| codes[row] == 1).count();
    assert_eq!((parts.valid.len(), positive(&parts.valid)), (200, 20));
    let folds = folds(&target, 5, SplitKind::Stratified, Seed(3)).unwrap();
    for fold in &folds {
        assert_divides(fold, 1000);
        assert_eq!((fold.valid.len(), positive(&fold.valid)), (200, 20));
    }
    let mut scored: Vec<usize> = folds.iter().flat_map(|fold| fold.valid.clone()).collect();
    scored.sort_unstable();
    assert_eq!(scored, (0..1000).collect::<Vec<_>>(), "every row is scored once");
}

#[test]
fn the_same_seed_gives_the_same_parts_and_another_seed_others() {
    let target = Target::Number((0..100).map(f64::from).collect());
    let of = |seed| holdout(&target, 0.3, SplitKind::Random, Seed(seed)).unwrap();
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
    assert_eq!(of(1).valid.len(), 30);
}

#[test]
fn rare_classes_are_in_both_parts_unless_they_have_one_row() {
    let parts = holdout(&classes(&[0, 0, 0, 0, 0, 0, 1, 1, 2], 3), 0.1, SplitKind::Stratified, Seed(1)).unwrap();
    assert_divides(&parts, 9);
    assert!(parts.train.contains(&8));
    assert_eq!(parts.valid.iter().filter(|&&row| row == 6 || row == 7).count(), 1);
}

#[test]
fn by_time_the_last_rows_are_the_test_and_ties_stay_together() {
    // Out of order in the table; moment 5 has three rows.
    let moments = [9, 1, 5, 5, 2, 5, 7, 8, 3, 4];
    let target = Target::Number(vec![0.0; 10]);
    let parts = holdout(&target, 0.3, SplitKind::TimeOrdered(&moments), Seed(1)).unwrap();
    assert_eq!(parts.valid, [0, 6, 7]);
    // A cut within moment 5 moves to its start.
    let parts = holdout(&target, 0.4, SplitKind::TimeOrdered(&moments), Seed(1)).unwrap();
    assert_eq!(parts.train, [1, 4, 8, 9]);
    assert!(holdout(&target, 0.4, SplitKind::TimeOrdered(&[1; 10]), Seed(1)).is_err());
    assert!(matches!(holdout(&target, 0.4, SplitKind::TimeOrdered(&[1]), Seed(1)), Err(LearnError::Shape(_))));
}

#[test]
fn folds_by_time_are_those_of_time_series_split() {
    // scikit-learn 1.7.2: TimeSeriesSplit(n_splits=3).split(range(11)) scores 5–6, 7–8, 9–10.
    let moments: Vec<i64> = (0..11).collect();
    let found = folds(&Target::Number(vec![0.0; 11]), 3, SplitKind::TimeOrdered(&moments), Seed(1)).unwrap();
    let expected: Vec<Parts> =
        [5, 7, 9].map(|start| Parts { train: (0..start).collect(), valid: (start..start + 2).collect() }).to_vec();
    assert_eq!(found, expected);
}

#[test]
fn folds_by_time_never_learn_from_the_moment_they_score() {
    let moments = [1, 1, 2, 2, 2, 2, 3, 3, 4];
    for fold in folds(&Target::Number(vec![0.0; 9]), 3, SplitKind::TimeOrdered(&moments), Seed(1)).unwrap() {
        let last_learned = fold.train.iter().map(|&row| moments[row]).max().unwrap();
        let first_scored = fold.valid.iter().map(|&row| moments[row]).min().unwrap();
        assert!(last_learned < first_scored, "{fold:?}");
    }
}

#[test]
fn what_cannot_be_split_is_refused() {
    let one = Target::Number(vec![1.0]);
    assert!(matches!(holdout(&one, 0.2, SplitKind::Random, Seed(1)), Err(LearnError::UnsuitableData { .. })));
    let ten = Target::Number(vec![1.0; 10]);
    for fraction in [0.0, 0.95, f64::NAN] {
        assert!(matches!(holdout(&ten, fraction, SplitKind::Random, Seed(1)), Err(LearnError::Parameter { .. })));
    }
    assert!(matches!(folds(&ten, 1, SplitKind::Random, Seed(1)), Err(LearnError::Parameter { .. })));
    assert!(matches!(folds(&ten, 11, SplitKind::Random, Seed(1)), Err(LearnError::UnsuitableData { .. })));
}
