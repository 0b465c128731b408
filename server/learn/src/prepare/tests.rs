use std::sync::Arc;

use super::*;

fn feature(name: &str, kind: FeatureKind) -> Feature {
    Feature { name: name.to_owned(), kind }
}

fn text(values: &[&str]) -> Column {
    Column::Text(values.iter().map(|v| Some(Arc::from(*v))).collect())
}

fn classes(codes: &[u32]) -> Target {
    Target::Class { codes: codes.to_vec(), n_classes: 2 }
}

/// Fits a preparation of one column; the target is 0, 1, 0, 1, ….
fn fit_one(kind: FeatureKind, column: Column, spec: impl Into<PreparationSpec>) -> Preparer {
    let codes: Vec<u32> = (0..column.len()).map(|row| (row % 2) as u32).collect();
    let frame = Frame::new(vec![("c".to_owned(), column)]).unwrap();
    Preparer::fit(&frame, &[feature("c", kind)], spec, &classes(&codes), Task::Binary, Seed(1)).unwrap()
}

fn row(preparer: &Preparer, value: Value<'_>) -> Vec<f64> {
    let mut out = vec![f64::INFINITY; preparer.matrix().names.len()];
    preparer.transform_row(&[value], &mut out).unwrap();
    out
}

fn assert_near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{found:?} {expected:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12, "{found} instead of {expected}");
    }
}

fn fit_means(levels: &category::Levels, target: &Target, smoothing: Smoothing) -> Fitted {
    let spec = PreparationSpec { smoothing, ..Preparation::Tree.into() };
    let (feature, column) = (feature("c", FeatureKind::Categorical), Column::Text(Vec::new()));
    let fitting =
        Fitting { feature: &feature, column: &column, spec: &spec, target, seed: Seed(5), indicator_is_known: false };
    target_mean::fit(levels, &fitting, &CancelToken::new()).unwrap()
}

/// A frame with a column of every kind, missing values everywhere, and rare and many levels.
fn mixed(n: usize) -> (Frame, Vec<Feature>, Target) {
    let hole = |i: usize, step: usize| i % step == step - 1;
    let words = ["Screen is broken", "no battery LEFT 42", "screen and battery", "ok", "N/A"];
    let columns = vec![
        (
            "number",
            FeatureKind::Numeric,
            Column::Number((0..n).map(|i| if hole(i, 7) { f64::NAN } else { (i * i % 31) as f64 }).collect()),
        ),
        ("truth", FeatureKind::Boolean, Column::Boolean((0..n).map(|i| (!hole(i, 9)).then_some(i % 3 == 0)).collect())),
        (
            "few",
            FeatureKind::Categorical,
            Column::Text((0..n).map(|i| (!hole(i, 5)).then(|| Arc::from(["x", "y", "z"][i % 3]))).collect()),
        ),
        ("codes", FeatureKind::Categorical, Column::Number((0..n).map(|i| (i % 4) as f64).collect())),
        (
            "many",
            FeatureKind::Categorical,
            Column::Text((0..n).map(|i| (!hole(i, 11)).then(|| Arc::from(format!("level {}", i % (n / 4))))).collect()),
        ),
        (
            "day",
            FeatureKind::Datetime,
            Column::Datetime(
                (0..n).map(|i| (!hole(i, 13)).then(|| 1_600_000_000_000_000 + i as i64 * 90_000_000_000)).collect(),
            ),
        ),
        ("note", FeatureKind::Text, text(&(0..n).map(|i| words[i % words.len()]).collect::<Vec<_>>())),
        (
            "written",
            FeatureKind::Numeric,
            text(&(0..n).map(|i| if hole(i, 6) { " " } else { ["1.5", "2", "-3e1"][i % 3] }).collect::<Vec<_>>()),
        ),
    ];
    let features = columns.iter().map(|(name, kind, _)| feature(name, *kind)).collect();
    let codes: Vec<u32> = (0..n).map(|i| u32::from(i * 7 % 5 < 2)).collect();
    let frame = Frame::new(columns.into_iter().map(|(name, _, column)| (name.to_owned(), column)).collect()).unwrap();
    (frame, features, classes(&codes))
}

#[test]
fn a_frame_and_its_rows_one_by_one_are_prepared_alike() {
    let (frame, features, target) = mixed(400);
    for preparation in [Preparation::Dense, Preparation::Tree] {
        let preparer = Preparer::fit(&frame, &features, preparation, &target, Task::Binary, Seed(5)).unwrap();
        assert_eq!(preparer.dropped().count(), 0);
        let batch = preparer.transform(&frame, &CancelToken::new()).unwrap();
        let reader = FrameReader::new(&frame, &features).unwrap();
        let mut values = Vec::new();
        let mut online = vec![0.0; preparer.matrix().names.len()];
        for (row_index, expected) in batch.rows().into_iter().enumerate() {
            reader.read(row_index, &mut values);
            preparer.transform_row(&values, &mut online).unwrap();
            let bits = |values: &mut dyn Iterator<Item = f64>| values.map(f64::to_bits).collect::<Vec<_>>();
            assert_eq!(bits(&mut online.iter().copied()), bits(&mut expected.iter().copied()), "row {row_index}");
        }
        if preparation == Preparation::Dense {
            assert!(batch.iter().all(|value| value.is_finite()), "dense matrices have no holes");
        }
    }
}

#[test]
fn preparing_again_gives_the_same_bytes() {
    let (frame, features, target) = mixed(200);
    let fit = || {
        Preparer::fit_transform(
            &frame,
            &features,
            Preparation::Dense,
            &target,
            Task::Binary,
            Seed(5),
            &CancelToken::new(),
        )
        .unwrap()
    };
    let (first, second) = (fit(), fit());
    assert_eq!(rmp_serde::to_vec_named(&first.0).unwrap(), rmp_serde::to_vec_named(&second.0).unwrap());
    assert_eq!(first.1, second.1);
}

#[test]
fn dense_numbers_are_imputed_and_standardised_as_by_scikit_learn() {
    // scikit-learn 1.7.2: StandardScaler over SimpleImputer(strategy="median").
    let preparer =
        fit_one(FeatureKind::Numeric, Column::Number(vec![1.0, 2.0, f64::NAN, 4.0, 10.0]), Preparation::Dense);
    assert_eq!(preparer.matrix().names, ["c", "c is missing"]);
    let expected =
        [-0.948_683_298_050_513_8, -0.632_455_532_033_675_9, -0.316_227_766_016_837_94, 0.0, 1.897_366_596_101_027_5];
    for (value, expected) in [1.0, 2.0, f64::NAN, 4.0, 10.0].into_iter().zip(expected) {
        assert_near(&row(&preparer, Value::number(value)), &[expected, f64::from(u8::from(value.is_nan()))]);
    }
}

#[test]
fn trees_get_numbers_as_they_are() {
    let preparer = fit_one(FeatureKind::Numeric, Column::Number(vec![1.0, f64::INFINITY, 4.0]), Preparation::Tree);
    assert_eq!(row(&preparer, Value::Number(17.25)), [17.25]);
    assert!(row(&preparer, Value::Missing)[0].is_nan());
}

#[test]
fn unseen_levels_count_as_rare_or_as_nothing() {
    let few = text(&["a", "a", "b", "b", "a", "b"]);
    let preparer = fit_one(FeatureKind::Categorical, few.clone(), Preparation::Dense);
    assert_eq!(preparer.matrix().names, ["c=a", "c=b"]);
    assert_eq!(row(&preparer, Value::Text("b")), [0.0, 1.0]);
    assert_eq!(row(&preparer, Value::Text("new")), [0.0, 0.0]);
    let preparer = fit_one(FeatureKind::Categorical, few, Preparation::Tree);
    assert_eq!(preparer.matrix().categorical, [Some(2)]);
    assert_eq!(row(&preparer, Value::Text("b")), [1.0]);
    assert!(row(&preparer, Value::Text("new"))[0].is_nan());

    let with_rare = text(&["a", "a", "b", "b", "once", "a"]);
    let preparer = fit_one(FeatureKind::Categorical, with_rare.clone(), Preparation::Dense);
    assert_eq!(preparer.matrix().names, ["c=a", "c=b", "c is rare"]);
    assert_eq!(row(&preparer, Value::Text("new")), [0.0, 0.0, 1.0]);
    let preparer = fit_one(FeatureKind::Categorical, with_rare, Preparation::Tree);
    assert_eq!(row(&preparer, Value::Text("new")), [2.0]);
}

#[test]
fn many_levels_become_target_means_as_by_scikit_learn() {
    // scikit-learn 1.7.2: TargetEncoder(smooth=10, target_type="continuous") over a, a, b, c with
    // 1, 2, 6, 11: 53/12, 56/11, 61/11; unseen: the mean, 5.
    let levels =
        category::Levels::count(["a", "a", "b", "c"].map(|level| Ok(Coerced::Text(level.into()))).into_iter()).unwrap();
    let target = Target::Number(vec![1.0, 2.0, 6.0, 11.0]);
    let fitted = fit_means(&levels, &target, Smoothing::Rows(10.0));
    for (level, expected) in [("a", 53.0 / 12.0), ("b", 56.0 / 11.0), ("c", 61.0 / 11.0), ("new", 5.0)] {
        let mut out = [0.0];
        fitted.encoder.encode(&Coerced::Text(level.into()), &mut out);
        assert_near(&out, &[expected]);
    }
}

#[test]
fn no_row_sees_its_own_target() {
    let n = 600;
    let levels =
        category::Levels::count((0..n).map(|i| Ok(Coerced::Text(format!("level {}", i % 100).into())))).unwrap();
    let training = |codes: &[u32]| {
        let target = classes(codes);
        fit_means(&levels, &target, Smoothing::Rows(10.0)).training.unwrap().values
    };
    let mut codes: Vec<u32> = (0..n).map(|i| u32::from(i % 3 == 0)).collect();
    let before = training(&codes);
    codes[17] = 1 - codes[17];
    let after = training(&codes);
    assert_eq!(before[17], after[17], "the row whose target changed keeps its value");
    assert!((0..n).any(|row| row % 100 == 17 && before[row] != after[row]), "others of its level do not");
}

#[test]
fn no_text_is_scored_by_its_own_target() {
    let n = 300;
    let words = ["screen", "battery", "broken", "fine", "late", "again", "box"];
    let documents: Vec<String> =
        (0..n).map(|i| (0..4).map(|k| words[(i * (k + 2) + i / 9 + k) % 7]).collect::<Vec<_>>().join(" ")).collect();
    let column = text(&documents.iter().map(String::as_str).collect::<Vec<_>>());
    let frame = Frame::new(vec![("c".to_owned(), column)]).unwrap();
    let scores = |codes: &[u32]| {
        let (features, cancel) = ([feature("c", FeatureKind::Text)], CancelToken::new());
        let fitted = Preparer::fit_transform(
            &frame,
            &features,
            Preparation::Tree,
            &classes(codes),
            Task::Binary,
            Seed(5),
            &cancel,
        );
        let (preparer, x) = fitted.unwrap();
        let at = preparer.matrix().names.iter().position(|name| name == "c score").unwrap();
        x.column(at).to_vec()
    };
    let mut codes: Vec<u32> = (0..n).map(|i| u32::from(documents[i].contains("broken") || i % 7 == 0)).collect();
    let before = scores(&codes);
    codes[17] = 1 - codes[17];
    let after = scores(&codes);
    assert_eq!(before[17], after[17], "the row whose target changed keeps its score");
    assert!((0..n).any(|row| row != 17 && before[row] != after[row]), "others do not");
}

#[test]
fn hashed_word_sequences_weigh_as_counted_ones() {
    // Every sequence occurs in two rows, so that all are counted; without collisions all else is equal.
    let documents =
        ["the screen is broken", "battery fine but late", "box again late", "the battery is broken again"].repeat(2);
    let scores = |vocabulary| {
        let spec =
            PreparationSpec { text_vocabulary: vocabulary, text_vocabulary_max: 1 << 16, ..Preparation::Tree.into() };
        let preparer = fit_one(FeatureKind::Text, text(&documents), spec);
        let at = preparer.matrix().names.iter().position(|name| name == "c score").unwrap();
        documents.iter().map(|document| row(&preparer, Value::Text(document))[at]).collect::<Vec<_>>()
    };
    for (counted, hashed) in scores(TextVocabulary::Counted).into_iter().zip(scores(TextVocabulary::Hashed)) {
        assert!((counted - hashed).abs() < 1e-4, "{counted} and {hashed}");
    }
}

#[test]
fn many_levels_are_target_encoded_and_few_are_not() {
    let n_columns = |n_levels: usize, rows_of_each: usize, preparation| {
        let values: Vec<Option<Arc<str>>> =
            (0..n_levels * rows_of_each).map(|i| Some(Arc::from(format!("level {}", i % n_levels)))).collect();
        let preparer = fit_one(FeatureKind::Categorical, Column::Text(values), preparation);
        (preparer.matrix().names.len(), preparer.matrix().categorical[0])
    };
    assert_eq!(n_columns(30, 8, Preparation::Dense), (30, None));
    assert_eq!(n_columns(31, 8, Preparation::Dense), (1, None));
    assert_eq!(n_columns(31, 8, Preparation::Tree), (1, Some(31)));
    assert_eq!(n_columns(300, 8, Preparation::Tree), (1, None));
    // Each level alone is rare; together they are most rows.
    assert_eq!(n_columns(150, 4, Preparation::Tree), (1, None));
}

#[test]
fn target_means_of_several_classes_have_a_column_each() {
    let (frame, features, _) = mixed(600);
    let target = Target::Class { codes: (0..600).map(|i| i % 3).collect(), n_classes: 3 };
    let preparer =
        Preparer::fit(&frame, &features[4..5], Preparation::Tree, &target, Task::Multiclass, Seed(5)).unwrap();
    assert_eq!(preparer.matrix().names.len(), 3);
    let total: f64 = row(&preparer, Value::Text("level 3")).iter().sum();
    assert!((total - 1.0).abs() < 1e-12, "shares of classes add up to 1, found {total}");
}

#[test]
fn words_are_weighted_as_by_scikit_learn() {
    // scikit-learn 1.7.2: TfidfVectorizer(min_df=2).
    let documents = ["Broken screen, screen black", "the screen is broken", "battery broken again", "battery ok"];
    let spec = PreparationSpec {
        text_words_max: 100,
        text_ngrams_max: 1,
        text_components: 0,
        text_score: false,
        scaling: Scaling::None,
        ..Preparation::Dense.into()
    };
    let preparer = fit_one(FeatureKind::Text, text(&documents), spec);
    assert_eq!(preparer.matrix().names[4..], ["c has \"battery\"", "c has \"broken\"", "c has \"screen\""]);
    let weights = |document: &str| row(&preparer, Value::Text(document))[4..].to_vec();
    assert_near(&weights(documents[0]), &[0.0, 0.375_217_596_712_419_4, 0.926_936_758_963_283_3]);
    assert_near(&weights(documents[2]), &[0.777_221_162_078_579_7, 0.629_227_514_669_552_6, 0.0]);
    assert_near(&weights("screen battery screen new"), &[0.447_213_595_499_957_9, 0.0, 0.894_427_190_999_915_9]);
    assert_eq!(row(&preparer, Value::Missing), [0.0; 7]);
    // ln(1 + characters), ln(1 + words of two letters), share of digits, share of capitals.
    assert_near(&row(&preparer, Value::Text("A 12 b"))[..4], &[7.0_f64.ln(), 2.0_f64.ln(), 2.0 / 6.0, 1.0 / 6.0]);
}

#[test]
fn what_does_not_vary_is_dropped() {
    let frame = Frame::new(vec![
        ("constant".to_owned(), Column::Number(vec![3.0; 4])),
        ("empty".to_owned(), Column::Text(vec![None; 4])),
        ("same".to_owned(), text(&["a", "a ", "a", "a"])),
        ("used".to_owned(), Column::Number(vec![1.0, 2.0, 3.0, 4.0])),
    ])
    .unwrap();
    let features = [
        feature("constant", FeatureKind::Numeric),
        feature("empty", FeatureKind::Categorical),
        feature("same", FeatureKind::Categorical),
        feature("used", FeatureKind::Numeric),
    ];
    for preparation in [Preparation::Dense, Preparation::Tree] {
        let preparer =
            Preparer::fit(&frame, &features, preparation, &classes(&[0, 1, 0, 1]), Task::Binary, Seed(1)).unwrap();
        assert_eq!(
            preparer.dropped().map(|feature| feature.name.as_str()).collect::<Vec<_>>(),
            ["constant", "empty", "same"]
        );
        assert_eq!(preparer.matrix().source, [3]);
    }
}

#[test]
fn wrong_rows_are_refused_by_name() {
    let (frame, features, target) = mixed(60);
    let preparer = Preparer::fit(&frame, &features, Preparation::Tree, &target, Task::Binary, Seed(1)).unwrap();
    let mut values = vec![Value::Missing; features.len()];
    let mut out = vec![0.0; preparer.matrix().names.len()];
    assert!(preparer.transform_row(&values, &mut out).is_ok(), "every value may be missing");
    values[0] = Value::Text("many");
    let message = preparer.transform_row(&values, &mut out).unwrap_err().to_string();
    assert_eq!(message, "number: expected a number, found the text \"many\"");
    assert!(matches!(preparer.transform_row(&values[1..], &mut out), Err(LearnError::Shape(_))));
    assert!(matches!(preparer.transform_row(&values, &mut out[1..]), Err(LearnError::Shape(_))));
    let other = Frame::new(vec![("numbr".to_owned(), Column::Number(vec![1.0]))]).unwrap();
    assert!(
        matches!(preparer.transform(&other, &CancelToken::new()), Err(LearnError::ColumnMissing { column, .. }) if column == "number")
    );
}

mod awkward;
mod kept;
mod reference;
mod unseen;
