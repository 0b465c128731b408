use std::sync::Mutex;

use mlwright_base::CancelToken;
use mlwright_data::SemanticType;
use polars::prelude::{AnyValue, DataFrame, DataType, IntoColumn, IntoSeries, NamedFrom, Series, TimeUnit, df};

use super::*;
use crate::cells::mix;
use crate::findings::FindingKind;

/// A number in [0, 1) that depends on `i` and `stream` alone.
pub(crate) fn uniform(i: usize, stream: u64) -> f64 {
    (mix(mix(i as u64) ^ stream) >> 11) as f64 / (1_u64 << 53) as f64
}

pub(crate) fn normal(i: usize, stream: u64) -> f64 {
    (0..12).map(|k| uniform(i, stream * 100 + k)).sum::<f64>() - 6.0
}

pub(crate) fn schema(frame: &DataFrame) -> Vec<ColumnSchema> {
    frame
        .columns()
        .iter()
        .map(|column| ColumnSchema {
            name: column.name().to_string(),
            dtype: column.dtype().to_string(),
            semantic: match column.dtype() {
                dtype if dtype.is_primitive_numeric() => SemanticType::Numeric,
                DataType::Boolean => SemanticType::Boolean,
                dtype if dtype.is_temporal() => SemanticType::Datetime,
                dtype if dtype.is_nested() => SemanticType::Text,
                _ => SemanticType::Categorical,
            },
            stored_as_text: false,
            reason: String::new(),
        })
        .collect()
}

pub(crate) fn of(frame: &DataFrame, target: Option<&str>) -> Profile {
    of_schema(frame, &schema(frame), target)
}

pub(crate) fn of_schema(frame: &DataFrame, schema: &[ColumnSchema], target: Option<&str>) -> Profile {
    let profile =
        profile(frame, schema, target, &ProfileOptions::default(), &Context::quiet(&CancelToken::new())).unwrap();
    let json = serde_json::to_string(&profile).unwrap();
    assert_eq!(serde_json::from_str::<Profile>(&json).unwrap(), profile, "a profile reads back without loss");
    profile
}

pub(crate) fn frame_of(columns: Vec<(String, Vec<f64>)>) -> DataFrame {
    let height = columns.first().map_or(0, |column| column.1.len());
    DataFrame::new(
        height,
        columns.into_iter().map(|(name, values)| Series::new(name.into(), values).into_column()).collect(),
    )
    .unwrap()
}

#[test]
fn numbers_are_described() {
    let frame =
        df!("x" => [Some(1.0), Some(2.0), Some(2.0), Some(0.0), Some(-3.0), None, Some(f64::NAN), Some(f64::INFINITY)])
            .unwrap();
    let column = &of(&frame, None).columns[0];
    assert_eq!((column.missing, column.distinct), (2, 5));
    assert_eq!(column.top_values[0], ValueCount { value: "2".to_owned(), count: 2 });
    let n = column.numeric.as_ref().unwrap();
    assert_eq!((n.min, n.max, n.zeros, n.negatives, n.infinities, n.nans, n.integers), (-3.0, 2.0, 1, 1, 1, 1, true));
    assert!((n.mean.unwrap() - 0.4).abs() < 1e-15);
    assert_eq!((n.at_min, n.second_min, n.at_max, n.second_max), (1, Some(0.0), 2, Some(1.0)));
    assert_eq!(n.quantiles.p50, 1.0);
    assert_eq!(column.histogram.as_ref().unwrap().counts.iter().sum::<u64>(), 5);
}

#[test]
fn labels_texts_and_times_are_described() {
    let day = 86_400_000_000_i64;
    let times = Series::new("t".into(), [day, 2 * day, 2 * day, 4 * day])
        .cast(&DataType::Datetime(TimeUnit::Microseconds, None))
        .unwrap();
    let frame = df!("c" => ["a", "b", "b", "NA"], "s" => ["x y", " long text ", "grüße", "?"], "t" => times).unwrap();
    let mut schema = schema(&frame);
    schema[1].semantic = SemanticType::Text;
    let profile = of_schema(&frame, &schema, None);
    let [c, s, t] = &profile.columns[..] else { panic!() };
    assert_eq!((c.missing, c.distinct, c.top_values[0].value.as_str(), c.top_values[0].count), (1, 2, "b", 2));
    let text = s.text.as_ref().unwrap();
    assert_eq!((s.missing, text.length_min, text.length_max, text.padded), (1, 3, 11, 1));
    let datetime = t.datetime.as_ref().unwrap();
    assert_eq!(
        (datetime.min.as_str(), datetime.max.as_str(), datetime.span_days, datetime.ordered),
        ("1970-01-02", "1970-01-05", 3.0, true)
    );
    assert_eq!(profile.table.complete_rows, 3);
    assert_eq!(profile.sample.rows[3], [None, None, Some("1970-01-05 00:00:00".to_owned())]);
}

#[test]
fn repeated_rows_are_counted_with_and_without_the_target() {
    let frame = df!("a" => [1, 1, 1, 2], "b" => ["x", "x", "x", "x"], "y" => ["p", "p", "q", "q"]).unwrap();
    let table = of(&frame, Some("y")).table;
    assert_eq!((table.duplicate_rows, table.duplicate_feature_rows), (1, Some(2)));
    assert_eq!(of(&frame, None).table.duplicate_feature_rows, None);
}

#[test]
fn columns_that_hold_the_same_are_found_even_under_other_names() {
    let n = 60;
    let code: Vec<i32> = (0..n).map(|i| i % 3).collect();
    let name: Vec<&str> = code.iter().map(|c| ["DE", "FR", "IT"][*c as usize]).collect();
    let long: Vec<&str> = code.iter().map(|c| ["Germany", "France", "Italy"][*c as usize]).collect();
    let frame = df!("code" => code, "name" => name, "long" => long).unwrap();
    assert_eq!(of(&frame, None).pairs.identical, [vec!["name".to_owned(), "long".to_owned()]]);
}

#[test]
fn signals_rank_what_tells_about_the_target_and_noise_says_nothing() {
    let n = 4_000;
    let strong: Vec<f64> = (0..n).map(|i| normal(i, 1)).collect();
    let noise: Vec<f64> = (0..n).map(|i| normal(i, 2)).collect();
    // A level for every other row: a naive target mean would predict perfectly.
    let many: Vec<String> = (0..n).map(|i| format!("l{}", mix(i as u64) % 2_000)).collect();
    let y: Vec<bool> = strong.iter().enumerate().map(|(i, x)| x + normal(i, 3) > 0.5).collect();
    let curve: Vec<f64> = strong.iter().map(|x| x * x).collect();
    let frame = df!("noise" => noise, "strong" => strong, "many" => many, "curve" => curve, "y" => y).unwrap();
    let profile = of(&frame, Some("y"));
    let target = profile.target.as_ref().unwrap();
    assert_eq!((target.kind, target.ranking[0].column.as_str(), target.n_classes), (TargetKind::Binary, "strong", 2));
    // x alone: AUC of the sum of two equal parts, about 0.83.
    assert!((target.ranking[0].score - 0.83).abs() < 0.03, "{:?}", target.ranking);
    for name in ["noise", "many"] {
        assert!(profile.column(name).unwrap().signal.as_ref().unwrap().strength < 0.08, "{name}: {:?}", target.ranking);
    }
    let frame = frame.drop("y").unwrap();
    let profile = of(&frame, Some("curve"));
    let target = profile.target.as_ref().unwrap();
    assert_eq!((target.kind, target.ranking[0].column.as_str()), (TargetKind::Regression, "strong"));
    assert!(target.ranking[0].score > 0.9, "a curve without correlation is seen: {:?}", target.ranking);
    assert!(profile.column("strong").unwrap().signal.as_ref().unwrap().pearson.unwrap().abs() < 0.1);
}

#[test]
fn many_classes_and_missing_targets_are_measured_over_known_rows() {
    let n = 900;
    let x: Vec<f64> = (0..n).map(|i| (i % 3) as f64 + 0.2 * normal(i, 1)).collect();
    let y: Vec<Option<&str>> = (0..n).map(|i| (i % 10 != 0).then_some(["a", "b", "c"][i % 3])).collect();
    let profile = of(&df!("x" => x, "y" => y).unwrap(), Some("y"));
    let target = profile.target.as_ref().unwrap();
    assert_eq!((target.kind, target.known, target.classes.len()), (TargetKind::Multiclass, 810, 3));
    assert!(target.ranking[0].score > 0.98, "{:?}", target.ranking);
}

#[test]
fn what_is_missing_by_outcome_is_measured() {
    let n = 1_000;
    let y: Vec<&str> = (0..n).map(|i| if uniform(i, 1) < 0.3 { "yes" } else { "no" }).collect();
    let after: Vec<Option<f64>> = (0..n).map(|i| (y[i] == "yes").then(|| normal(i, 2))).collect();
    let by_chance: Vec<Option<f64>> = (0..n).map(|i| (uniform(i, 5) < 0.8).then(|| normal(i, 6))).collect();
    let profile = of(&df!("after" => after, "chance" => by_chance, "y" => y).unwrap(), Some("y"));
    let effect = |name: &str| profile.column(name).unwrap().signal.as_ref().unwrap().missing.clone().unwrap();
    assert_eq!(
        (effect("after").class.as_deref(), effect("after").when_missing, effect("after").when_present),
        (Some("yes"), 0.0, 1.0)
    );
    assert!((effect("after").effect - 1.0).abs() < 1e-9);
    assert!(effect("chance").p_value > 0.001);
    let missing: Vec<FindingKind> =
        profile.findings.iter().filter(|f| f.columns == ["after"]).map(|f| f.kind).collect();
    assert!(
        missing.contains(&FindingKind::LeakageSuspect) || missing.contains(&FindingKind::KnownAfterOutcome),
        "{:?}",
        profile.findings
    );
}

#[test]
fn pairs_agree_with_the_formulas_also_where_values_are_missing() {
    let n = 500;
    let a: Vec<Option<f64>> = (0..n).map(|i| (i % 7 != 0).then(|| normal(i, 1))).collect();
    let b: Vec<Option<f64>> = (0..n).map(|i| (i % 5 != 0).then(|| normal(i, 1).exp() + 0.1 * normal(i, 2))).collect();
    let c: Vec<&str> = (0..n).map(|i| if normal(i, 1) > 0.0 { "high" } else { "low" }).collect();
    let profile = of(&df!("a" => &a, "b" => &b, "c" => &c).unwrap(), None);
    let both: (Vec<f64>, Vec<f64>) = a.iter().zip(&b).filter_map(|(a, b)| Some((((*a)?), ((*b)?)))).unzip();
    let pair = |x: &str, y: &str| {
        profile.pairs.pairs.iter().find(|p| (p.a == x && p.b == y) || (p.a == y && p.b == x)).unwrap()
    };
    let ab = pair("a", "b");
    assert!((ab.value - crate::stats::pearson(&both.0, &both.1).unwrap()).abs() < 1e-12);
    assert!((ab.spearman.unwrap() - crate::stats::spearman(&both.0, &both.1).unwrap()).abs() < 1e-12);
    assert_eq!(pair("a", "c").measure, PairMeasure::CorrelationRatio);
    let (codes, values): (Vec<u32>, Vec<f64>) =
        a.iter().zip(&c).filter_map(|(a, c)| Some((u32::from(*c == "high"), (*a)?))).unzip();
    assert!((pair("a", "c").value - crate::stats::correlation_ratio(&codes, &values, 2).unwrap()).abs() < 1e-12);
}

#[test]
fn a_handful_of_common_rows_makes_no_pair() {
    let n = 2_000;
    let y: Vec<f64> = (0..n).map(|i| normal(i, 1)).collect();
    // In the few rows where both have a value, each is the target itself.
    let filled = |rows: usize| -> Vec<f64> { (0..n).map(|i| if i < rows { y[i] } else { f64::NAN }).collect() };
    let level: Vec<Option<&str>> = (0..n).map(|i| (i < 4).then_some(if y[i] > 0.0 { "high" } else { "low" })).collect();
    let frame =
        df!("few" => filled(5), "more" => filled(29), "enough" => filled(40), "level" => level, "y" => &y).unwrap();
    let profile = of(&frame, Some("y"));
    let pairs: Vec<(&str, &str, u64)> =
        profile.pairs.pairs.iter().map(|pair| (pair.a.as_str(), pair.b.as_str(), pair.rows)).collect();
    assert_eq!(pairs, [("enough", "y", 40)]);
    let pearson = |name: &str| profile.column(name).unwrap().signal.as_ref().unwrap().pearson;
    assert_eq!((pearson("few"), pearson("more"), pearson("enough").is_some()), (None, None, true));
    let wrong = [FindingKind::LeakageSuspect, FindingKind::CollinearPair];
    assert!(!profile.findings.iter().any(|f| wrong.contains(&f.kind)), "{:#?}", profile.findings);
    // A small table needs all its rows, and ten of them.
    let small = |rows: usize| df!("a" => &y[..rows], "b" => filled(5)[..rows].to_vec(), "c" => &y[..rows]).unwrap();
    let n_pairs = |rows: usize| of(&small(rows), None).pairs.pairs.len();
    assert_eq!((n_pairs(9), n_pairs(10), n_pairs(29)), (0, 1, 1));
}

#[test]
fn a_correlation_ratio_counts_the_rows_that_both_columns_have() {
    // Seven levels in 34 common rows: fewer than five for each.
    let x: Vec<f64> =
        (0..1_000).map(|i| if i < 34 { (i % 7) as f64 + 0.01 * normal(i, 1) } else { f64::NAN }).collect();
    let c: Vec<&str> = (0..1_000).map(|i| ["a", "b", "c", "d", "e", "f", "g"][i % 7]).collect();
    let profile = of(&df!("x" => x, "c" => c).unwrap(), None);
    assert_eq!(profile.pairs.pairs[0].rows, 34);
    assert!(!profile.findings.iter().any(|f| f.kind == FindingKind::CollinearPair), "{:#?}", profile.findings);
}

#[test]
fn a_planted_correlation_is_found_where_columns_miss_different_blocks() {
    let n = 2_000;
    let mut columns: Vec<(String, Vec<f64>)> = (0..200)
        .map(|c| {
            (format!("x{c}"), (0..n).map(|i| if i % 200 == c { f64::NAN } else { normal(i, c as u64 + 1) }).collect())
        })
        .collect();
    // Both have a value in the fifth of the rows between their gaps.
    let twin = |gap: std::ops::Range<usize>, noise: f64| -> Vec<f64> {
        let value = |i: usize| normal(i, 900) + noise * normal(i, 901);
        (0..n).map(|i| if gap.contains(&i) { f64::NAN } else { value(i) }).collect()
    };
    columns.push(("early".to_owned(), twin(1_300..n, 0.0)));
    columns.push(("late".to_owned(), twin(0..900, 0.14)));
    let profile = of(&frame_of(columns), None);
    let strong: Vec<(&str, &str, u64)> = profile
        .pairs
        .pairs
        .iter()
        .filter(|p| p.strength() > 0.9)
        .map(|p| (p.a.as_str(), p.b.as_str(), p.rows))
        .collect();
    assert_eq!(strong, [("early", "late", 400)]);
}

#[test]
fn a_planted_correlation_is_found_among_very_many_columns() {
    let (n, k) = (400, 300);
    let mut columns: Vec<(String, Vec<f64>)> =
        (0..k).map(|c| (format!("x{c}"), (0..n).map(|i| normal(i, c + 1)).collect())).collect();
    // Correlation 0.99 with x5, one of them half missing.
    let twin: Vec<f64> =
        (0..n).map(|i| if i % 2 == 0 { 0.99 * normal(i, 6) + 0.14 * normal(i, 999) } else { f64::NAN }).collect();
    columns.push(("twin".to_owned(), twin));
    let monotone: Vec<f64> = columns[7].1.iter().map(|x| (3.0 * x).exp()).collect();
    columns.push(("monotone".to_owned(), monotone));
    let profile = of(&frame_of(columns), None);
    let strong: Vec<(&str, &str)> =
        profile.pairs.pairs.iter().filter(|p| p.strength() > 0.9).map(|p| (p.a.as_str(), p.b.as_str())).collect();
    assert_eq!(strong.len(), 2, "{strong:?}");
    assert!(strong.contains(&("x5", "twin")) && strong.contains(&("x7", "monotone")));
    assert!(profile.notes.iter().any(|note| note.contains("screened")), "{:?}", profile.notes);
    let named: Vec<&Vec<String>> =
        profile.findings.iter().filter(|f| f.kind == FindingKind::CollinearPair).map(|f| &f.columns).collect();
    assert_eq!(named.len(), 2, "{:?}", profile.findings);
}

#[test]
fn sampling_is_said() {
    let n = SIGNAL_ROWS_MAX + 50_000;
    let x: Vec<f64> = (0..n).map(|i| uniform(i, 1)).collect();
    let z: Vec<f64> = x.iter().enumerate().map(|(i, x)| x + 0.1 * uniform(i, 2)).collect();
    let y: Vec<bool> = x.iter().map(|x| *x > 0.5).collect();
    let profile = of(&df!("x" => x, "z" => z, "y" => y).unwrap(), Some("y"));
    assert!(profile.notes.iter().any(|note| note.contains("sample of 200,000 of 250,000 rows")), "{:?}", profile.notes);
    assert!(profile.notes.iter().any(|note| note.contains("Spearman")), "{:?}", profile.notes);
}

#[test]
fn odd_tables_get_sound_answers() {
    let nested = Series::new("l".into(), [Series::new("".into(), [1, 2]), Series::new("".into(), [3])]);
    let structs = df!("a" => [1, 2]).unwrap().into_struct("s".into()).into_series();
    let cast = |dtype: &DataType| Series::new("".into(), [1_i64, 2]).cast(dtype).unwrap();
    let duration = cast(&DataType::Duration(TimeUnit::Milliseconds));
    let bytes = [b"x".as_slice(), b"y"];
    let tables = [
        DataFrame::empty(),
        DataFrame::empty_with_height(3),
        df!("x" => Vec::<f64>::new(), "y" => Vec::<&str>::new()).unwrap(),
        df!("x" => [1.0], "y" => ["a"]).unwrap(),
        df!("x" => [None::<f64>, None], "y" => [None::<&str>, None]).unwrap(),
        df!("x" => [f64::NAN, f64::INFINITY, f64::NEG_INFINITY], "y" => ["a", "b", "c"]).unwrap(),
        df!("x" => [f64::MAX, f64::MIN, 0.0], "y" => [1_i64, i64::MAX, i64::MIN]).unwrap(),
        df!("x" => [7, 7, 7], "y" => ["", " ", "NA"]).unwrap(),
        DataFrame::new(
            2,
            vec![nested.into_column(), structs.into_column(), Series::new_null("n".into(), 2).into_column()],
        )
        .unwrap(),
        df!("b" => bytes, "t" => duration, "h" => cast(&DataType::Time)).unwrap(),
    ];
    for frame in &tables {
        let names: Vec<String> = frame.get_column_names().iter().map(ToString::to_string).collect();
        for target in std::iter::once(None).chain(names.iter().map(|name| Some(name.as_str()))) {
            for semantic in [
                None,
                Some(SemanticType::Categorical),
                Some(SemanticType::Numeric),
                Some(SemanticType::Id),
                Some(SemanticType::Datetime),
                Some(SemanticType::Text),
            ] {
                let mut schema = schema(frame);
                if let Some(semantic) = semantic {
                    schema.iter_mut().for_each(|column| column.semantic = semantic);
                }
                let profile = of_schema(frame, &schema, target);
                assert_eq!(profile.table.n_rows as usize, frame.height());
                assert!(crate::report::html(&profile, &profile.findings, "t", "").ends_with("</html>\n"));
            }
        }
    }
}

#[test]
fn arguments_are_checked() {
    let frame = df!("x" => [1.0, 2.0]).unwrap();
    let quiet = CancelToken::new();
    let call = |schema: &[ColumnSchema], target| {
        profile(&frame, schema, target, &ProfileOptions::default(), &Context::quiet(&quiet))
    };
    assert!(
        matches!(call(&schema(&frame), Some("z")), Err(ExploreError::ColumnNotFound { field, .. }) if field == "target")
    );
    assert!(matches!(call(&[], None), Err(ExploreError::SchemaMismatch { column }) if column == "x"));
    let token = CancelToken::new();
    token.cancel();
    let cancelled = profile(&frame, &schema(&frame), None, &ProfileOptions::default(), &Context::quiet(&token));
    assert_eq!(cancelled, Err(ExploreError::Cancelled));
}

#[test]
fn progress_never_goes_back() {
    let frame = frame_of((0..50).map(|c| (format!("x{c}"), (0..100).map(|i| normal(i, c)).collect())).collect());
    let seen = Mutex::new(Vec::new());
    let sink = |progress: Progress| seen.lock().unwrap().push(progress.fraction().unwrap());
    let token = CancelToken::new();
    profile(&frame, &schema(&frame), None, &ProfileOptions::default(), &Context::new(&token, &sink)).unwrap();
    let seen = seen.into_inner().unwrap();
    assert!(seen.len() > 50 && seen.is_sorted(), "{seen:?}");
}

#[test]
fn the_same_rows_give_the_same_profile() {
    let n = 3_000;
    let frame = df!(
        "x" => (0..n).map(|i| normal(i, 1)).collect::<Vec<_>>(),
        "c" => (0..n).map(|i| format!("{}", mix(i as u64) % 40)).collect::<Vec<_>>(),
        "y" => (0..n).map(|i| uniform(i, 1) > 0.4).collect::<Vec<_>>()
    )
    .unwrap();
    assert_eq!(of(&frame, Some("y")), of(&frame, Some("y")));
    assert!(matches!(frame.column("y").unwrap().get(0), Ok(AnyValue::Boolean(_))));
}
