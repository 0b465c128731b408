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

/// `n` groups of 1 to `largest` rows, in no order; the class of a row has to do with its group.
fn in_groups(n: usize, largest: usize) -> (Vec<u32>, Vec<u32>) {
    let mut groups: Vec<u32> = (0..n).flat_map(|group| vec![group as u32; 1 + group * 7 % largest]).collect();
    groups.sort_by_key(|group| group.wrapping_mul(2_654_435_761));
    let codes = groups.iter().enumerate().map(|(row, group)| u32::from((group % 3 == 0) == (row % 4 != 0))).collect();
    (groups, codes)
}

fn assert_groups_stay_together(parts: &Parts, groups: &[u32]) {
    let of = |rows: &[usize]| rows.iter().map(|&row| groups[row]).collect::<std::collections::HashSet<_>>();
    assert!(of(&parts.train).is_disjoint(&of(&parts.valid)));
    assert!(!parts.train.is_empty() && !parts.valid.is_empty());
}

#[test]
fn groups_stay_together_and_parts_keep_their_size_and_classes() {
    let (groups, codes) = in_groups(300, 9);
    let (n, target) = (codes.len(), classes(&codes, 2));
    let share = |rows: &[usize]| rows.iter().filter(|&&row| codes[row] == 1).count() as f64 / rows.len() as f64;
    let overall = share(&(0..n).collect::<Vec<_>>());
    for kind in [SplitKind::Grouped(&groups), SplitKind::StratifiedGrouped(&groups)] {
        let stratified = matches!(kind, SplitKind::StratifiedGrouped(_));
        let parts = holdout(&target, 0.2, kind, Seed(4)).unwrap();
        assert_divides(&parts, n);
        assert_groups_stay_together(&parts, &groups);
        assert!((parts.valid.len() as f64 / n as f64 - 0.2).abs() < 0.01, "{} of {n}", parts.valid.len());
        assert!(!stratified || (share(&parts.valid) - overall).abs() < 0.02);
        assert_eq!(holdout(&target, 0.2, kind, Seed(4)).unwrap(), parts);
        assert_ne!(holdout(&target, 0.2, kind, Seed(5)).unwrap(), parts);
        let found = folds(&target, 5, kind, Seed(4)).unwrap();
        let mut scored: Vec<usize> = found.iter().flat_map(|fold| fold.valid.clone()).collect();
        scored.sort_unstable();
        assert_eq!(scored, (0..n).collect::<Vec<_>>(), "every row is scored once");
        for fold in &found {
            assert_divides(fold, n);
            assert_groups_stay_together(fold, &groups);
            assert!((fold.valid.len() as f64 / n as f64 - 0.2).abs() < 0.02, "{} of {n}", fold.valid.len());
            assert!(!stratified || (share(&fold.valid) - overall).abs() < 0.02, "{} of {overall}", share(&fold.valid));
        }
    }
}

#[test]
fn one_large_group_is_not_lost() {
    let groups: Vec<u32> = (0..20).map(|row| if row < 17 { 0 } else { row }).collect();
    let target = Target::Number((0..20).map(f64::from).collect());
    for fraction in [0.05, 0.5, 0.9] {
        let parts = holdout(&target, fraction, SplitKind::Grouped(&groups), Seed(1)).unwrap();
        assert_divides(&parts, 20);
        assert_groups_stay_together(&parts, &groups);
    }
    let sizes: Vec<usize> =
        folds(&target, 4, SplitKind::Grouped(&groups), Seed(1)).unwrap().iter().map(|fold| fold.valid.len()).collect();
    assert_eq!(sizes, [17, 1, 1, 1]);
    assert!(matches!(folds(&target, 5, SplitKind::Grouped(&groups), Seed(1)), Err(LearnError::UnsuitableData { .. })));
    assert!(matches!(
        holdout(&target, 0.2, SplitKind::Grouped(&[3; 20]), Seed(1)),
        Err(LearnError::UnsuitableData { .. })
    ));
    assert!(matches!(holdout(&target, 0.2, SplitKind::Grouped(&[3; 19]), Seed(1)), Err(LearnError::Shape(_))));
}

#[test]
fn groups_are_read_as_categories_and_missing_ones_stand_alone() {
    let texts = |values: &[&str]| crate::Column::Text(values.iter().map(|value| Some((*value).into())).collect());
    assert_eq!(group_codes(&texts(&["b", "a", " b ", "", "?", "a"])), [0, 1, 0, 2, 3, 1]);
    assert_eq!(group_codes(&crate::Column::Number(vec![5.0, 5.0, f64::NAN, 7.0, f64::NAN])), [0, 0, 1, 2, 3]);
    assert_eq!(n_groups(&[0, 0, 1, 2, 3]), 4);
}

#[test]
fn the_choice_says_why() {
    let patients = |n_groups| Some(GroupColumn { name: "patient", n_groups, n_rows: 100 });
    let of = |task, time, group| {
        let choice = choose(task, time, group);
        (choice.name, choice.reason)
    };
    let (name, reason) = of(crate::Task::Binary, Some("signed_at"), patients(20));
    assert_eq!(name, SplitName::TimeOrdered);
    assert!(reason.contains("signed_at") && reason.contains("patient"), "{reason}");
    let (name, reason) = of(crate::Task::Multiclass, None, patients(20));
    assert_eq!(name, SplitName::StratifiedGrouped);
    assert!(reason.starts_with("100 rows are of 20 different patient"), "{reason}");
    assert_eq!(of(crate::Task::Regression, None, patients(20)).0, SplitName::Grouped);
    // As many groups as rows, or one, are no groups.
    assert_eq!(of(crate::Task::Binary, None, patients(100)).0, SplitName::Stratified);
    assert_eq!(of(crate::Task::Regression, None, patients(1)).0, SplitName::Random);
}
