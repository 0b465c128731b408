//! Findings of tables whose traps are known, through profiles of them.

use mlwright_data::SemanticType;
use polars::prelude::{DataFrame, DataType, IntoColumn, NamedFrom, Series, TimeUnit, df};

use super::*;
use crate::cells::mix;
use crate::profile::tests::{frame_of, normal, of, of_schema, schema, uniform};

const N: usize = 2_000;

fn numbers(stream: u64) -> Vec<f64> {
    (0..N).map(|i| normal(i, stream)).collect()
}

/// An ordinary target: half explained by the first column.
fn outcome() -> Vec<&'static str> {
    (0..N).map(|i| if normal(i, 1) + normal(i, 99) > 0.3 { "yes" } else { "no" }).collect()
}

fn with(columns: Vec<(&str, Series)>) -> DataFrame {
    let mut all =
        vec![Series::new("x".into(), numbers(1)).into_column(), Series::new("z".into(), numbers(2)).into_column()];
    all.extend(columns.into_iter().map(|(name, series)| series.with_name(name.into()).into_column()));
    all.push(Series::new("y".into(), outcome()).into_column());
    DataFrame::new(N, all).unwrap()
}

fn series<T>(values: Vec<T>) -> Series
where
    Series: NamedFrom<Vec<T>, [T]>,
{
    Series::new("".into(), values)
}

/// Kind, severity and columns of each finding.
#[track_caller]
fn check(frame: &DataFrame, target: Option<&str>, expected: &[(FindingKind, Severity, &[&str])]) -> Vec<Finding> {
    let found = of(frame, target).findings;
    let seen: Vec<(FindingKind, Severity, Vec<&str>)> =
        found.iter().map(|f| (f.kind, f.severity, f.columns.iter().map(String::as_str).collect())).collect();
    let expected: Vec<(FindingKind, Severity, Vec<&str>)> =
        expected.iter().map(|(kind, severity, columns)| (*kind, *severity, columns.to_vec())).collect();
    assert_eq!(seen, expected, "{found:#?}");
    assert!(found.iter().all(|f| !f.reason.is_empty() && !f.action.is_empty()));
    found
}

use FindingKind as K;
use Severity::{Error, Note, Warning};

#[test]
fn ordinary_columns_are_no_findings() {
    let categories = series((0..N).map(|i| ["a", "b", "c"][mix(i as u64) as usize % 3]).collect::<Vec<_>>());
    let counts = series((0..N).map(|i| (mix(i as u64) % 90) as i64).collect::<Vec<_>>());
    let amounts = series((0..N).map(|i| normal(i, 7).exp()).collect::<Vec<_>>());
    check(&with(vec![("c", categories), ("n", counts), ("amount", amounts)]), Some("y"), &[]);
}

#[test]
fn leaks_come_first() {
    let y = outcome();
    // The outcome itself in one row of a thousand wrong, and as a number with noise far smaller than the step.
    let copy = series(
        (0..N)
            .map(|i| {
                if i % 1000 == 0 {
                    "A"
                } else if y[i] == "yes" {
                    "B"
                } else {
                    "C"
                }
            })
            .collect::<Vec<_>>(),
    );
    let score = series((0..N).map(|i| f64::from(u8::from(y[i] == "yes")) + 0.05 * normal(i, 5)).collect::<Vec<_>>());
    let constant = series(vec![1_i64; N]);
    let frame = with(vec![("constant", constant), ("copy", copy), ("score", score)]);
    let found = of(&frame, Some("y")).findings;
    assert_eq!((found[0].kind, found[0].severity), (K::LeakageSuspect, Error), "{found:#?}");
    assert_eq!((found[1].kind, found[1].severity), (K::LeakageSuspect, Error));
    let mut leaks: Vec<&str> = found[..2].iter().map(|f| f.columns[0].as_str()).collect();
    leaks.sort_unstable();
    assert_eq!(leaks, ["copy", "score"]);
    assert!(found[0].reason.contains("AUC"), "{}", found[0].reason);
}

/// Severities of the leakage findings, by column.
fn leaks(columns: Vec<(&str, Series)>) -> Vec<(String, Severity)> {
    let mut leaks: Vec<(String, Severity)> = of(&with(columns), Some("y"))
        .findings
        .into_iter()
        .filter(|f| f.kind == K::LeakageSuspect)
        .map(|f| (f.columns[0].clone(), f.severity))
        .collect();
    leaks.sort();
    leaks
}

/// A number that tells the outcomes apart with an AUC of Φ(distance / √2).
fn telling(distance: f64, stream: u64) -> Series {
    let y = outcome();
    series((0..N).map(|i| normal(i, stream) + if y[i] == "yes" { distance } else { 0.0 }).collect())
}

/// The outcome, wrong in that share of the rows.
fn copy(wrong: f64) -> Series {
    let y = outcome();
    series((0..N).map(|i| if (uniform(i, 61) < wrong) == (y[i] == "yes") { "p" } else { "q" }).collect::<Vec<_>>())
}

#[test]
fn strong_features_of_an_easy_problem_are_no_leaks() {
    // AUCs of about 0.985, as the petals of Iris, with others close.
    assert_eq!(leaks(vec![("length", telling(3.1, 31)), ("width", telling(3.0, 32))]), []);
    // About 0.97 with others a little below, as the breast cancer data.
    assert_eq!(leaks(vec![("perimeter", telling(2.7, 33)), ("radius", telling(2.3, 34))]), []);
    // About 0.96 and far above the others is a good feature, too.
    assert_eq!(leaks(vec![("good", telling(2.45, 35))]), []);
}

#[test]
fn copies_of_the_target_with_a_little_noise_are_leaks() {
    assert_eq!(leaks(vec![("copy", copy(0.002))]), [("copy".to_owned(), Error)]);
    // 1.5 % wrong: an AUC of 0.985 that no other column comes near.
    assert_eq!(leaks(vec![("copy", copy(0.015))]), [("copy".to_owned(), Warning)]);
    // An AUC of about 0.992 is suspect whatever the others reach.
    assert_eq!(
        leaks(vec![("a", telling(3.45, 36)), ("b", telling(3.45, 37))]),
        [("a".to_owned(), Warning), ("b".to_owned(), Warning)]
    );
}

#[test]
fn strong_features_of_a_number_are_no_leaks_but_copies_are() {
    let y = numbers(1);
    let noisy = |noise: f64, stream: u64| y.iter().enumerate().map(|(i, y)| y + noise * normal(i, stream)).collect();
    let leaks = |columns: Vec<(String, Vec<f64>)>| -> Vec<(String, Severity)> {
        let mut columns = columns;
        columns.push(("y".to_owned(), y.clone()));
        let found = of(&frame_of(columns), Some("y")).findings;
        found.into_iter().filter(|f| f.kind == K::LeakageSuspect).map(|f| (f.columns[0].clone(), f.severity)).collect()
    };
    // Correlations of 0.98 with another of 0.96 beside it.
    assert_eq!(leaks(vec![("a".to_owned(), noisy(0.2, 41)), ("b".to_owned(), noisy(0.3, 42))]), []);
    assert_eq!(
        leaks(vec![("a".to_owned(), noisy(0.2, 41)), ("z".to_owned(), numbers(43))]),
        [("a".to_owned(), Warning)]
    );
    assert_eq!(
        leaks(vec![("a".to_owned(), noisy(0.05, 41)), ("b".to_owned(), noisy(0.3, 42))]),
        [("a".to_owned(), Error)]
    );
}

#[test]
fn a_leak_of_a_number_with_a_long_tail_is_seen() {
    let price: Vec<f64> = (0..N).map(|i| (2.0 * normal(i, 1)).exp()).collect();
    let tax: Vec<f64> = price.iter().enumerate().map(|(i, p)| 0.19 * p * (1.0 + 0.01 * uniform(i, 3))).collect();
    let log: Vec<f64> = price.iter().map(|p| p.ln()).collect();
    let frame = df!("noise" => numbers(4), "tax" => tax, "log" => log, "price" => price).unwrap();
    let found = of(&frame, Some("price")).findings;
    let leaks: Vec<(&str, Severity)> =
        found.iter().filter(|f| f.kind == K::LeakageSuspect).map(|f| (f.columns[0].as_str(), f.severity)).collect();
    assert_eq!(leaks.len(), 2, "{found:#?}");
    assert!(leaks.iter().all(|leak| leak.1 == Error));
    assert!(found.iter().any(|f| f.kind == K::SkewedTarget && f.action.contains("logarithm")));
}

#[test]
fn what_is_filled_in_after_the_outcome_is_suspected() {
    let y = outcome();
    let boat = series(
        (0..N)
            .map(|i| if y[i] == "yes" && uniform(i, 8) < 0.9 { (i % 17) as f64 } else { f64::NAN })
            .collect::<Vec<_>>(),
    );
    let refund = Series::new(
        "".into(),
        (0..N).map(|i| (y[i] == "yes" && uniform(i, 9) < 0.06).then_some(5.0 + uniform(i, 10))).collect::<Vec<_>>(),
    );
    let found = of(&with(vec![("boat", boat), ("refund", refund)]), Some("y")).findings;
    let of_kind: Vec<&str> =
        found.iter().filter(|f| f.kind == K::KnownAfterOutcome).map(|f| f.columns[0].as_str()).collect();
    assert_eq!(of_kind, ["boat", "refund"], "{found:#?}");
    assert!(!found.iter().any(|f| f.kind == K::InformativeMissing), "said once is enough");
}

#[test]
fn informative_missing_is_told_from_chance() {
    let y = outcome();
    let informative = Series::new(
        "".into(),
        (0..N)
            .map(|i| (uniform(i, 3) > if y[i] == "yes" { 0.4 } else { 0.15 }).then(|| normal(i, 4)))
            .collect::<Vec<_>>(),
    );
    let by_chance =
        Series::new("".into(), (0..N).map(|i| (uniform(i, 5) > 0.25).then(|| normal(i, 6))).collect::<Vec<_>>());
    let mostly =
        Series::new("".into(), (0..N).map(|i| (uniform(i, 7) > 0.7).then(|| normal(i, 8))).collect::<Vec<_>>());
    check(
        &with(vec![("informative", informative), ("chance", by_chance), ("mostly", mostly)]),
        Some("y"),
        &[
            (K::MuchMissing, Warning, &["mostly"]),
            (K::MuchMissing, Note, &["chance", "informative"]),
            (K::InformativeMissing, Note, &["informative"]),
        ],
    );
}

#[test]
fn collinear_columns_are_named_with_their_strength() {
    let twin = series((0..N).map(|i| 0.99 * normal(i, 1) + 0.141 * normal(i, 50)).collect::<Vec<_>>());
    let near = series((0..N).map(|i| 0.93 * normal(i, 2) + 0.37 * normal(i, 51)).collect::<Vec<_>>());
    let loose = series((0..N).map(|i| 0.8 * normal(i, 2) + 0.6 * normal(i, 52)).collect::<Vec<_>>());
    let found = check(
        &with(vec![("twin", twin), ("near", near), ("loose", loose)]),
        Some("y"),
        &[(K::CollinearPair, Warning, &["x", "twin"]), (K::CollinearPair, Note, &["z", "near"])],
    );
    assert!(found[0].reason.contains("correlation 0.99"), "{}", found[0].reason);
}

#[test]
fn useless_and_broken_columns_are_joined_by_kind() {
    let mut columns: Vec<(String, Vec<f64>)> = (0..500).map(|c| (format!("k{c}"), vec![c as f64; N])).collect();
    columns.push(("x".to_owned(), numbers(1)));
    columns.push(("none".to_owned(), vec![f64::NAN; N]));
    columns.push(("inf".to_owned(), (0..N).map(|i| if i % 100 == 0 { f64::INFINITY } else { normal(i, 3) }).collect()));
    columns.push(("rare".to_owned(), (0..N).map(|i| f64::from(u8::from(i % 500 == 3))).collect()));
    let found = of(&frame_of(columns), None).findings;
    let kinds: Vec<(K, usize)> = found.iter().map(|f| (f.kind, f.columns.len())).collect();
    assert_eq!(
        kinds,
        [(K::InfiniteValues, 1), (K::EmptyColumn, 1), (K::ConstantColumn, 500), (K::NearlyConstant, 1)],
        "{found:#?}"
    );
    assert!(found[2].reason.ends_with("and 495 more"), "{}", found[2].reason);
}

#[test]
fn sentinels_are_told_from_ordinary_ends() {
    let days =
        series((0..N).map(|i| if i % 20 == 0 { 999.0 } else { (mix(i as u64) % 30) as f64 }).collect::<Vec<_>>());
    let age = series(
        (0..N).map(|i| if i % 50 == 0 { -99.0 } else { 20.0 + (mix(i as u64) % 60) as f64 }).collect::<Vec<_>>(),
    );
    let percent = series((0..N).map(|i| (mix(i as u64) % 100) as f64).collect::<Vec<_>>());
    let change = series((0..N).map(|i| (mix(i as u64) % 21) as f64 - 10.0).collect::<Vec<_>>());
    let found = check(
        &with(vec![("days", days), ("age", age), ("percent", percent), ("change", change)]),
        Some("y"),
        &[(K::SentinelValue, Warning, &["days", "age"])],
    );
    assert!(
        found[0].reason.contains("999 in 100 rows") && found[0].reason.contains("-99 in 40 rows"),
        "{}",
        found[0].reason
    );
}

#[test]
fn rare_sentinels_are_found_at_the_ends_of_the_column() {
    let n = 100_000;
    let sentinel = |values: Vec<f64>| {
        let mut schema = schema(&df!("v" => &values).unwrap());
        schema[0].semantic = SemanticType::Numeric;
        let found = of_schema(&df!("v" => values).unwrap(), &schema, None).findings;
        found.into_iter().find(|f| f.kind == K::SentinelValue).map(|f| f.reason)
    };
    let with = |share: f64, value: f64, other: &dyn Fn(usize) -> f64| -> Vec<f64> {
        (0..n).map(|i| if uniform(i, 11) < share { value } else { other(i) }).collect()
    };
    let age = |i: usize| 18.0 + (mix(i as u64) % 73) as f64;
    let amount = |i: usize| 100.0 * uniform(i, 12);
    let centred = |i: usize| 10.0 * normal(i, 13);
    let count = |i: usize| (mix(i as u64) % 500) as f64;
    for (values, expected) in [
        (with(0.01, -1.0, &age), "-1 in "),
        (with(0.005, -999.0, &amount), "-999 in "),
        (with(0.005, -999.0, &centred), "-999 in "),
        (with(0.005, 9999.0, &centred), "9,999 in "),
        (with(0.01, 999.0, &age), "999 in "),
        (with(0.01, -1.0, &count), "-1 in "),
    ] {
        let found = sentinel(values);
        assert!(found.as_ref().is_some_and(|reason| reason.contains(expected)), "{expected}: {found:?}");
    }
    for (values, what) in [
        (with(0.3, 0.0, &amount), "zeros"),
        (with(0.05, 500_001.0, &|i| 500_001.0 * uniform(i, 14)), "a cap"),
        (with(0.02, 9999.0, &|i| (9999.0 * uniform(i, 14)).floor()), "a cap of nines"),
        (with(0.0001, -1.0, &count), "one step below 0, as rare as its neighbours"),
        (with(0.01, -1.0, &centred), "-1 among fractions"),
        (with(0.00002, 9999.0, &age), "one or two outliers"),
        ((0..n).map(age).collect(), "ages"),
    ] {
        assert_eq!(sentinel(values), None, "{what}");
    }
}

#[test]
fn ids_texts_levels_and_times_are_noted() {
    let id: Vec<String> = (0..N).map(|i| format!("cust-{i}")).collect();
    let text: Vec<String> = (0..N).map(|i| format!("a long remark about case {}", mix(i as u64))).collect();
    let zip: Vec<String> = (0..N).map(|i| format!("{}", mix(i as u64) % 300)).collect();
    let day = Series::new("".into(), (0..N as i64).map(|i| i * 3_600_000_000).collect::<Vec<_>>())
        .cast(&DataType::Datetime(TimeUnit::Microseconds, None))
        .unwrap();
    let frame = with(vec![("id", series_of(id)), ("text", series_of(text)), ("zip", series_of(zip)), ("day", day)]);
    let mut schema = schema(&frame);
    for column in &mut schema {
        column.semantic = match column.name.as_str() {
            "id" => SemanticType::Id,
            "text" => SemanticType::Text,
            _ => column.semantic,
        };
    }
    let found = of_schema(&frame, &schema, Some("y")).findings;
    let kinds: Vec<(K, &str)> = found.iter().map(|f| (f.kind, f.columns[0].as_str())).collect();
    assert_eq!(
        kinds,
        [(K::TimeOrdered, "day"), (K::HighCardinality, "zip"), (K::Identifier, "id"), (K::FreeText, "text")],
        "{found:#?}"
    );
}

fn series_of(values: Vec<String>) -> Series {
    Series::new("".into(), values)
}

#[test]
fn an_id_that_orders_the_outcome_is_a_warning() {
    let y: Vec<&str> = (0..N).map(|i| if i < N / 3 || uniform(i, 4) < 0.1 { "a" } else { "b" }).collect();
    let frame = df!("row_id" => (0..N as i64).collect::<Vec<_>>(), "x" => numbers(1), "y" => y).unwrap();
    let mut schema = schema(&frame);
    schema[0].semantic = SemanticType::Id;
    let found = of_schema(&frame, &schema, Some("y")).findings;
    assert_eq!((found[0].kind, found[0].severity), (K::Identifier, Warning), "{found:#?}");
}

#[test]
fn targets_that_cannot_be_learned_are_errors() {
    for (target, kind) in [
        (series(vec!["same"; N]), K::TargetUnusable),
        (Series::new("".into(), vec![None::<&str>; N]), K::TargetUnusable),
        (series_of((0..N).map(|i| format!("t{i}")).collect()), K::TargetUnusable),
    ] {
        let frame = with(vec![("t", target)]);
        let found = of(&frame, Some("t")).findings;
        assert_eq!((found[0].kind, found[0].severity), (kind, Error), "{found:#?}");
    }
    let frame = df!("x" => [1.0, 2.0], "y" => ["a", "b"]).unwrap();
    check(&frame, Some("y"), &[(K::TooFewRows, Error, &[])]);
    check(&df!("x" => Vec::<f64>::new()).unwrap(), Some("x"), &[(K::TooFewRows, Error, &[])]);
}

#[test]
fn classes_and_caps_of_targets_are_seen() {
    let rare = series(
        (0..N)
            .map(|i| {
                if i % 250 == 0 {
                    "c"
                } else if i % 30 == 0 {
                    "b"
                } else {
                    "a"
                }
            })
            .collect::<Vec<_>>(),
    );
    let frame = DataFrame::new(
        N,
        vec![Series::new("x".into(), numbers(1)).into_column(), rare.with_name("t".into()).into_column()],
    )
    .unwrap();
    let found = of(&frame, Some("t")).findings;
    let kinds: Vec<(K, Severity)> = found.iter().map(|f| (f.kind, f.severity)).collect();
    assert!(kinds.contains(&(K::RareClass, Warning)) && kinds.contains(&(K::Imbalance, Warning)), "{found:#?}");

    let value: Vec<f64> = (0..N).map(|i| (50.0 + 20.0 * (normal(i, 1) + 0.5 * normal(i, 2))).min(80.0)).collect();
    let frame = df!("x" => numbers(1), "value" => value).unwrap();
    let found = check(&frame, Some("value"), &[(K::CappedTarget, Warning, &["value"])]);
    assert!(found[0].reason.contains("exactly 80"), "{}", found[0].reason);
}

#[test]
fn repeated_rows_count_only_where_chance_does_not_explain_them() {
    let twice: Vec<usize> = (0..N).map(|i| if i % 10 == 0 && i > 0 { i - 1 } else { i }).collect();
    let pick = |stream: u64| twice.iter().map(|i| normal(*i, stream)).collect::<Vec<_>>();
    check(&df!("a" => pick(1), "b" => pick(2)).unwrap(), None, &[(K::DuplicateRows, Warning, &[])]);
    let coin = |stream: u64| (0..N).map(|i| if uniform(i, stream) < 0.5 { "h" } else { "t" }).collect::<Vec<_>>();
    check(&df!("a" => coin(1), "b" => coin(2)).unwrap(), None, &[]);
}

#[test]
fn repeated_rows_with_one_continuous_value_are_found() {
    let group = |i: usize| ["lo", "mid", "hi"][mix(i as u64 + 7) as usize % 3];
    let repeat = |x: &dyn Fn(usize) -> f64, n_different: usize| {
        let of = |i: usize| i % n_different;
        df!(
            "x" => (0..N).map(|i| x(of(i))).collect::<Vec<_>>(),
            "g" => (0..N).map(|i| group(of(i))).collect::<Vec<_>>(),
        )
        .unwrap()
    };
    for n_different in [N / 5, N / 2, N - 30] {
        check(&repeat(&|i| normal(i, 1), n_different), None, &[(K::DuplicateRows, Warning, &[])]);
    }
    // Numbers of few digits, and one frequent value among continuous ones, repeat by chance.
    check(&repeat(&|i| (normal(i, 1) * 10.0).round() / 10.0, N), None, &[]);
    check(&repeat(&|i| if uniform(i, 3) < 0.2 { 0.0 } else { normal(i, 1) }, N), None, &[]);
}

#[test]
fn words_among_numbers_are_a_finding_of_their_own() {
    let value = |i: usize| if i % 20 == 0 { "unknown".to_owned() } else { format!("{:.3}", normal(i, 4)) };
    let frame = df!("amount" => (0..N).map(value).collect::<Vec<_>>(), "x" => numbers(1)).unwrap();
    for semantic in [SemanticType::Categorical, SemanticType::Text] {
        let mut schema = schema(&frame);
        schema[0].semantic = semantic;
        schema[0].reason =
            format!("1700 different labels in 2000 rows; {} 1900 of its 2000 values are numbers", mlwright_data::MOSTLY_TYPED);
        let found = of_schema(&frame, &schema, None).findings;
        let seen: Vec<(K, Severity)> = found.iter().map(|f| (f.kind, f.severity)).collect();
        assert_eq!(seen, [(K::WordsAmongNumbers, Warning)], "{found:#?}");
        assert!(found[0].reason.contains("amount (1900 of its 2000 values are numbers"), "{}", found[0].reason);
        assert!(found[0].reason.contains("\"unknown\""), "{}", found[0].reason);
        assert!(found[0].action.contains("TRY_CAST"));
    }
}

#[test]
fn noise_towards_the_target_is_said() {
    let y: Vec<&str> = (0..20_000).map(|i| if uniform(i, 77) < 0.4 { "a" } else { "b" }).collect();
    let noise = |stream: u64| (0..20_000).map(|i| normal(i, stream)).collect::<Vec<_>>();
    let frame = df!("a" => noise(1), "b" => noise(2), "y" => y).unwrap();
    check(&frame, Some("y"), &[(K::NoSignal, Warning, &[])]);
}

#[test]
fn findings_come_by_severity() {
    let y = outcome();
    let leak = series((0..N).map(|i| if y[i] == "yes" { 1.0 } else { 0.0 } + 0.01 * normal(i, 5)).collect::<Vec<_>>());
    let empty = Series::new("".into(), vec![None::<f64>; N]);
    let constant = series(vec![3_i64; N]);
    let found = of(&with(vec![("constant", constant), ("empty", empty), ("leak", leak)]), Some("y")).findings;
    assert!(found.len() >= 3 && found.is_sorted_by_key(|f| f.severity), "{found:#?}");
}
