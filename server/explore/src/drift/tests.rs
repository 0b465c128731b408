use mlwright_base::CancelToken;
use mlwright_data::{ColumnSchema, SemanticType};
use polars::prelude::{DataFrame, IntoColumn, NamedFrom, Series, df};

use super::*;
use crate::context::Context;
use crate::error::ExploreError;
use crate::profile::tests::{normal, uniform};

// Identification numbers of bodies in NannyML's Titanic sample (Apache-2.0): rows of the reference and of the
// analysis period, without the missing ones.
const BODY_WAS: [f64; 83] = [
    175.0, 4.0, 322.0, 38.0, 234.0, 181.0, 309.0, 283.0, 169.0, 285.0, 98.0, 207.0, 328.0, 171.0, 43.0, 51.0, 7.0,
    101.0, 15.0, 174.0, 201.0, 255.0, 245.0, 75.0, 18.0, 143.0, 312.0, 305.0, 108.0, 230.0, 110.0, 188.0, 306.0, 166.0,
    147.0, 236.0, 295.0, 72.0, 314.0, 232.0, 156.0, 103.0, 165.0, 249.0, 275.0, 271.0, 258.0, 22.0, 173.0, 68.0, 62.0,
    263.0, 287.0, 206.0, 47.0, 17.0, 197.0, 69.0, 46.0, 122.0, 256.0, 97.0, 284.0, 89.0, 130.0, 120.0, 19.0, 37.0,
    149.0, 14.0, 172.0, 269.0, 190.0, 176.0, 61.0, 52.0, 126.0, 79.0, 50.0, 259.0, 196.0, 155.0, 327.0,
];
const BODY_NOW: [f64; 38] = [
    70.0, 131.0, 80.0, 119.0, 9.0, 121.0, 58.0, 209.0, 189.0, 45.0, 96.0, 148.0, 293.0, 294.0, 299.0, 304.0, 261.0,
    208.0, 142.0, 1.0, 124.0, 260.0, 187.0, 298.0, 292.0, 286.0, 135.0, 307.0, 109.0, 16.0, 133.0, 297.0, 81.0, 153.0,
    67.0, 35.0, 53.0, 32.0,
];

fn schema(columns: &[(&str, SemanticType)]) -> Vec<ColumnSchema> {
    columns
        .iter()
        .map(|(name, semantic)| ColumnSchema {
            name: (*name).to_owned(),
            dtype: String::new(),
            semantic: *semantic,
            stored_as_text: false,
            reason: String::new(),
        })
        .collect()
}

fn check_frames(baseline: &DataFrame, current: &DataFrame, columns: &[(&str, SemanticType)]) -> DriftReport {
    check(baseline, current, &schema(columns), None, &DriftOptions::default(), &Context::quiet(&CancelToken::new()))
        .unwrap()
}

fn frame(name: &str, values: Series) -> DataFrame {
    let height = values.len();
    DataFrame::new(height, vec![values.with_name(name.into()).into_column()]).unwrap()
}

fn numeric(was: &[f64], now: &[f64]) -> ColumnDrift {
    let frames = [was, now].map(|values| frame("x", Series::new("x".into(), values)));
    check_frames(&frames[0], &frames[1], &[("x", SemanticType::Numeric)]).columns.remove(0)
}

/// Rows that have the levels that often.
fn labels(levels: &[&str], counts: &[usize]) -> DataFrame {
    let values: Vec<Option<&str>> = levels
        .iter()
        .zip(counts)
        .flat_map(|(level, count)| std::iter::repeat_n((*level != "<NA>").then_some(*level), *count))
        .collect();
    frame("x", Series::new("x".into(), values))
}

fn categorical(levels: &[&str], was: &[usize], now: &[usize]) -> ColumnDrift {
    check_frames(&labels(levels, was), &labels(levels, now), &[("x", SemanticType::Categorical)]).columns.remove(0)
}

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1e-6), "{found} is not {expected}");
}

/// Values of SciPy 1.17.1 and NumPy 2.4.6 by the definitions of [`NumericMeasures`].
#[test]
fn numbers_agree_with_scipy() {
    let drift = numeric(&BODY_WAS, &BODY_NOW);
    let Some(Measures::Numeric(m)) = drift.measures else { panic!("no measures") };
    close(m.ks_test, 0.15948002536461636);
    close(m.ks_p_value, 0.4747287415219471);
    close(m.wasserstein_distance, 13.874445149017122);
    close(m.wasserstein_normed.unwrap(), 0.1439861554163216);
    close(m.psi, 0.21835028051719452);
    close(m.js_distance, 0.5413958442365777);
    assert!(!drift.drifted, "two samples of 83 and 38 rows from one distribution: {}", drift.reason);
}

#[test]
fn categories_agree_with_scipy() {
    let expected = [
        // Titanic's Pclass, Embarked and Parch, then California housing's predicted class: levels, rows of the
        // reference, rows of the analysis, then chi-squared, its p-value, PSI, JS distance, l-infinity, total
        // variation.
        (
            &["1", "2", "3"][..],
            &[216, 184, 491][..],
            &[107, 93, 218][..],
            [
                1.0134212156403517,
                0.6024740965496366,
                0.0035554608017563175,
                0.025319508748710372,
                0.0295351172544156,
                0.029535117254415544,
            ],
            2,
        ),
        (
            &["<NA>", "C", "Q", "S"],
            &[2, 168, 77, 644],
            &[0, 102, 46, 270],
            [
                9.279151906161973,
                0.02580068017212235,
                0.03532566230948801,
                0.07924100496062156,
                0.07685037509598913,
                0.07909504400732471,
            ],
            3,
        ),
        (
            &["0", "1", "2", "3", "4", "5", "6", "9"],
            &[678, 118, 80, 5, 4, 5, 1, 0],
            &[324, 52, 33, 3, 2, 1, 1, 2],
            [
                5.9296739786196095,
                0.5479846178036057,
                0.02438927312204277,
                0.05919458874703609,
                0.01417685628211951,
                0.022092267706302834,
            ],
            7,
        ),
        (
            &["0", "1"],
            &[3954, 1878],
            &[7271, 961],
            [
                892.8123463315928,
                3.583745781745852e-196,
                0.26258085174243234,
                0.21399045631135344,
                0.20527690794130704,
                0.20527690794130699,
            ],
            1,
        ),
    ];
    for (levels, was, now, [chi, p, psi, js, largest, total], degrees) in expected {
        let drift = categorical(levels, was, now);
        let Some(Measures::Categorical(m)) = &drift.measures else { panic!("no measures") };
        close(m.chi_squared_test, chi);
        assert!((m.chi_squared_p_value / p - 1.0).abs() < 1e-8, "{} is not {p}", m.chi_squared_p_value);
        close(m.psi, psi);
        close(m.js_distance, js);
        close(m.l_infinity_distance, largest);
        close(m.tv_distance, total);
        assert_eq!(m.degrees_of_freedom, degrees);
        assert_eq!(drift.drifted, levels.len() == 2, "{}", drift.reason);
    }
}

#[test]
fn a_shift_drifts_and_a_trifle_does_not_however_many_rows_there_are() {
    let was: Vec<f64> = (0..20_000).map(|i| f64::from(i % 1000)).collect();
    let shifted: Vec<f64> = was.iter().map(|x| x + 100.0).collect();
    let trifle: Vec<f64> = was.iter().map(|x| x + 15.0).collect();
    let drift = numeric(&was, &shifted);
    assert!(drift.drifted && drift.reason.contains("baseline standard deviations"), "{}", drift.reason);
    let drift = numeric(&was, &trifle);
    let Some(Measures::Numeric(m)) = &drift.measures else { panic!() };
    assert!(m.ks_p_value < 0.05 && !drift.drifted, "{}", drift.reason);
    assert!(!numeric(&was, &was).drifted);
    let few = numeric(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]);
    assert!(!few.drifted && few.reason.contains("could be chance"), "{}", few.reason);
}

#[test]
fn new_levels_and_missing_values_are_seen() {
    let drift = categorical(&["a", "b", "c", "<NA>"], &[500, 500, 0, 0], &[500, 200, 300, 0]);
    let Some(Measures::Categorical(m)) = &drift.measures else { panic!() };
    assert_eq!((m.new_levels.as_slice(), m.new_level_share), (["c".to_owned()].as_slice(), 0.3));
    assert!(drift.drifted);
    let was = frame("x", Series::new("x".into(), (0..100).map(f64::from).collect::<Vec<_>>()));
    let now =
        frame("x", Series::new("x".into(), (0..100).map(|i| (i % 2 == 0).then_some(f64::from(i))).collect::<Vec<_>>()));
    let drift = check_frames(&was, &now, &[("x", SemanticType::Numeric)]).columns.remove(0);
    assert_eq!((drift.drifted, drift.missing_delta, drift.current_count), (true, 0.5, 50));
    assert!(drift.reason.starts_with("missing went from 0 % to 50 %"), "{}", drift.reason);
}

/// Small windows of columns that do not drift: normal numbers, categories, and numbers with missing values.
fn quiet_window(n_columns: usize, n_rows: usize, stream: u64) -> DataFrame {
    let column = |c: usize| {
        let stream = stream * 1_000 + c as u64;
        let number = |i: usize| (c % 3 != 2 || uniform(i, stream + 1) > 0.2).then(|| normal(i, stream));
        let label = |i: usize| ["a", "b", "c"][(uniform(i, stream) * 3.0) as usize];
        let name = format!("c{c}");
        match c % 3 {
            0 => Series::new(name.into(), (0..n_rows).map(label).collect::<Vec<_>>()).into_column(),
            _ => Series::new(name.into(), (0..n_rows).map(number).collect::<Vec<_>>()).into_column(),
        }
    };
    DataFrame::new(n_rows, (0..n_columns).map(column).collect()).unwrap()
}

#[test]
fn many_columns_without_drift_give_no_more_alarms_than_one() {
    let (n_columns, n_windows) = (40, 150);
    let names: Vec<String> = (0..n_columns).map(|c| format!("c{c}")).collect();
    let kinds: Vec<(&str, SemanticType)> = names
        .iter()
        .enumerate()
        .map(|(c, name)| (name.as_str(), if c % 3 == 0 { SemanticType::Categorical } else { SemanticType::Numeric }))
        .collect();
    let (mut alarms, mut uncorrected) = (0, 0);
    for window in 0..n_windows {
        let was = quiet_window(n_columns, 60, 2 * window + 1);
        let report = check_frames(&was, &quiet_window(n_columns, 60, 2 * window + 2), &kinds);
        alarms += u64::from(!report.drifted.is_empty());
        let raw = |column: &ColumnDrift| match &column.measures {
            Some(Measures::Numeric(m)) => m.ks_p_value,
            Some(Measures::Categorical(m)) => m.chi_squared_p_value,
            None => 1.0,
        };
        uncorrected += u64::from(report.columns.iter().any(|column| raw(column) < 0.01));
        for column in &report.columns {
            assert!(column.p_value_corrected.unwrap() >= raw(column), "{column:?}");
            assert_eq!(column.missing_p_value.is_some(), column.missing_p_value_corrected.is_some());
        }
    }
    assert!(uncorrected > n_windows / 5, "{uncorrected} of {n_windows} comparisons have a small p-value by chance");
    assert!(alarms * 50 <= n_windows, "{alarms} of {n_windows} comparisons without drift gave an alarm");
}

#[test]
fn drift_among_many_quiet_columns_is_still_seen() {
    let was = quiet_window(40, 200, 1);
    let mut now = quiet_window(40, 200, 2);
    let moved = Series::new("c1".into(), (0..200).map(|i| normal(i, 77) + 0.8).collect::<Vec<_>>());
    now.with_column(moved.into_column()).unwrap();
    let names: Vec<String> = (0..40).map(|c| format!("c{c}")).collect();
    let kinds: Vec<(&str, SemanticType)> = names
        .iter()
        .enumerate()
        .map(|(c, name)| (name.as_str(), if c % 3 == 0 { SemanticType::Categorical } else { SemanticType::Numeric }))
        .collect();
    let report = check_frames(&was, &now, &kinds);
    assert_eq!(report.drifted, ["c1"], "{:#?}", report.columns[0]);
    assert!(report.rule.contains("Holm"), "{}", report.rule);
}

#[test]
fn a_constant_that_changes_has_drifted() {
    let drift = numeric(&[1.0; 200], &[2.0; 200]);
    assert!(drift.drifted && drift.reason.contains("always 1"), "{}", drift.reason);
    assert!(!numeric(&[1.0; 200], &[1.0; 200]).drifted);
}

#[test]
fn odd_tables_get_sound_answers() {
    let empty = frame("x", Series::new("x".into(), Vec::<f64>::new()));
    let full = frame("x", Series::new("x".into(), [1.0, f64::INFINITY, f64::NAN]));
    let absent = frame("x", Series::new("x".into(), vec![None::<f64>; 3]));
    let text = frame("x", Series::new("x".into(), ["a", "b"]));
    let nested = frame("x", Series::new("x".into(), [Series::new("".into(), [1]), Series::new("".into(), [2])]));
    let null = frame("x", Series::new_null("x".into(), 30));
    let all = [empty, full, absent, text, nested, null];
    for was in &all {
        for now in &all {
            for semantic in [SemanticType::Numeric, SemanticType::Categorical, SemanticType::Constant] {
                let report = check_frames(was, now, &[("x", semantic)]);
                assert_eq!(report.columns.len() + report.skipped.len(), 1);
                let json = serde_json::to_string(&report).unwrap();
                assert_eq!(serde_json::from_str::<DriftReport>(&json).unwrap(), report, "every number is finite");
                assert!(html(&report, "t", "").ends_with("</html>\n"));
            }
        }
    }
}

#[test]
fn columns_come_and_go_and_some_are_skipped() {
    let was = df!("id" => ["a", "b"], "x" => [1, 2], "old" => [1, 2]).unwrap();
    let now = df!("id" => ["c", "d"], "x" => [1, 2], "new" => [1, 2]).unwrap();
    let columns = [("id", SemanticType::Id), ("x", SemanticType::Numeric), ("old", SemanticType::Numeric)];
    let report = check_frames(&was, &now, &columns);
    assert_eq!((report.missing_columns, report.new_columns), (vec!["old".to_owned()], vec!["new".to_owned()]));
    assert_eq!((report.skipped[0].column.as_str(), report.columns.len()), ("id", 1));
    let named = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        check(
            &was,
            &now,
            &schema(&columns),
            Some(&names),
            &DriftOptions::default(),
            &Context::quiet(&CancelToken::new()),
        )
    };
    assert_eq!(named(&["id"]).unwrap().columns.len(), 1, "asked for, so compared");
    assert!(matches!(named(&["nope"]), Err(ExploreError::ColumnNotFound { column, .. }) if column == "nope"));
    assert!(matches!(named(&["old"]), Err(ExploreError::ColumnNotFound { .. })));
}

#[test]
fn drawn_shares_are_of_all_values_over_the_same_bins() {
    let drift = numeric(&[0.0, 1.0, 2.0, 3.0], &[2.0, 3.0, 4.0, 5.0]);
    let shares = &drift.shares;
    assert_eq!((shares.edges.len(), shares.baseline.len(), shares.current.len()), (7, 6, 6));
    assert_eq!(shares.baseline, [0.25, 0.25, 0.25, 0.25, 0.0, 0.0]);
    assert_eq!(shares.current.iter().sum::<f64>(), 1.0);
    assert!(chart(&drift).unwrap().svg().contains("baseline"));
}

#[test]
fn cancelling_is_its_own_outcome() {
    let token = CancelToken::new();
    token.cancel();
    let was = df!("x" => [1, 2]).unwrap();
    let result = check(
        &was,
        &was,
        &schema(&[("x", SemanticType::Numeric)]),
        None,
        &DriftOptions::default(),
        &Context::quiet(&token),
    );
    assert_eq!(result, Err(ExploreError::Cancelled));
}

/// A level for each row, drawn evenly from that many.
fn drawn(prefix: &str, n_levels: usize, n_rows: usize, stream: u64) -> DataFrame {
    let level = |i: usize| format!("{prefix}{}", (uniform(i, stream) * n_levels as f64) as usize);
    frame("x", Series::new("x".into(), (0..n_rows).map(level).collect::<Vec<_>>()))
}

fn check_levels(was: &DataFrame, now: &DataFrame) -> (ColumnDrift, CategoricalMeasures) {
    let drift = check_frames(was, now, &[("x", SemanticType::Categorical)]).columns.remove(0);
    let Some(Measures::Categorical(m)) = drift.measures.clone() else { panic!("no measures: {drift:?}") };
    (drift, m)
}

#[test]
fn many_levels_that_all_changed_have_drifted() {
    for (n_levels, n_rows) in [(60, 5_000), (300, 5_000), (1_500, 5_000), (2_000, 10_000), (5_000, 20_000)] {
        let (drift, m) = check_levels(&drawn("a", n_levels, n_rows, 1), &drawn("b", n_levels, n_rows, 2));
        assert!(drift.drifted, "{n_levels} levels: {}", drift.reason);
        close(m.tv_distance, 1.0);
        assert_eq!(m.new_level_share, 1.0);
        assert!(m.psi > 1.0 && drift.strength() > 1.0, "{n_levels} levels: {m:?}");
        let at = drift.shares.levels.iter().position(|level| level == "(new levels)");
        assert_eq!(at.is_some(), n_levels > LEVELS_MAX, "{:?}", drift.shares);
        assert!(at.is_none_or(|at| drift.shares.baseline[at] == 0.0 && drift.shares.current[at] > 0.2));
    }
}

#[test]
fn two_samples_of_many_levels_have_not_drifted() {
    for (n_levels, n_was, n_now) in
        [(250, 1_000, 1_000), (2_000, 4_000, 4_000), (5_000, 20_000, 3_000), (8_000, 2_000, 16_000)]
    {
        for stream in 0..20 {
            let (drift, m) =
                check_levels(&drawn("a", n_levels, n_was, 2 * stream), &drawn("a", n_levels, n_now, 2 * stream + 1));
            assert!(!drift.drifted && drift.strength() < 1.0, "{n_levels} levels: {} {m:?}", drift.reason);
            let chance = m.by_chance.unwrap();
            assert!((m.tv_distance - chance.tv_distance).abs() < 0.04, "{} by chance {chance:?}", m.tv_distance);
            assert!((m.new_level_share - chance.new_level_share).abs() < 0.03, "{} {chance:?}", m.new_level_share);
        }
    }
    // Few frequent levels and a long tail.
    let tail = |stream: u64| {
        let level = |i: usize| format!("a{}", (1.0 / (uniform(i, stream) + 1e-4)) as usize);
        frame("x", Series::new("x".into(), (0..10_000).map(level).collect::<Vec<_>>()))
    };
    for stream in 0..20 {
        let (drift, _) = check_levels(&tail(2 * stream), &tail(2 * stream + 1));
        assert!(!drift.drifted, "{}", drift.reason);
    }
}

#[test]
fn some_new_levels_among_many_are_seen() {
    let was = drawn("a", 2_000, 4_000, 1);
    let mut now = drawn("a", 2_000, 3_000, 2);
    now.vstack_mut(&drawn("b", 500, 1_000, 3)).unwrap();
    let (drift, m) = check_levels(&was, &now);
    assert!(drift.drifted && drift.reason.contains("the baseline does not have"), "{}: {m:?}", drift.reason);
    assert!(m.by_chance.unwrap().new_level_p_value_corrected.unwrap() < 0.01);
}

#[test]
fn another_type_is_not_called_missing() {
    let numbers = frame("x", Series::new("x".into(), (0..100).map(|i| f64::from(i) / 100.0).collect::<Vec<_>>()));
    let texts = |kilos: usize| {
        let text = |i: usize| if i < kilos { format!("0.{i} kg") } else { format!("0.{i}") };
        frame("x", Series::new("x".into(), (0..100).map(text).collect::<Vec<_>>()))
    };
    let of = |was: &DataFrame, now: &DataFrame, semantic| check_frames(was, now, &[("x", semantic)]).columns.remove(0);
    let drift = of(&numbers, &texts(100), SemanticType::Numeric);
    assert_eq!((drift.drifted, drift.missing_delta), (true, 0.0));
    assert_eq!(drift.reason, "was numeric, is text now, such as \"0.0 kg\"");
    let drift = of(&texts(100), &numbers, SemanticType::Categorical);
    assert_eq!((drift.drifted, drift.reason.as_str()), (true, "was text, is numeric now, such as \"0\""));
    let drift = of(&numbers, &texts(40), SemanticType::Numeric);
    let reason = "missing went from 0 % to 40 %, with 40 texts that are no numbers, such as \"0.0 kg\"";
    assert!(drift.drifted && drift.reason.contains(reason), "{}", drift.reason);
    // The same numbers as text, and the same labels as numbers, are what they were.
    assert!(!of(&numbers, &texts(0), SemanticType::Numeric).drifted);
    let codes = |i: i32| i % 5;
    let was = frame("x", Series::new("x".into(), (0..100).map(|i| codes(i).to_string()).collect::<Vec<_>>()));
    let now = frame("x", Series::new("x".into(), (0..100).map(codes).collect::<Vec<_>>()));
    assert!(!of(&was, &now, SemanticType::Categorical).drifted);
}

#[test]
fn a_strong_change_by_chance_is_explained() {
    let was = frame("x", Series::new("x".into(), [Some(1.0), Some(2.0), Some(3.0)]));
    let now = frame("x", Series::new("x".into(), [Some(1.0), Some(2.0), None]));
    let drift = check_frames(&was, &now, &[("x", SemanticType::Numeric)]).columns.remove(0);
    assert!(
        !drift.drifted && drift.reason.contains("missing went from 0 % to 33 %: could be chance"),
        "{}",
        drift.reason
    );
}
