use polars::prelude::{DataType, IntoSeries, NamedFrom, Series, TimeUnit};

use super::*;

fn numbers_of(series: &Series) -> Vec<Option<f64>> {
    match read(series, SemanticType::Numeric).unwrap() {
        Cells::Numbers(numbers) => numbers.values.iter().map(|v| (!v.is_nan()).then_some(*v)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_number_type_becomes_f64_with_nan_for_missing() {
    let floats = Series::new("x".into(), [Some(1.5), None, Some(f64::NAN)]);
    assert_eq!(numbers_of(&floats), [Some(1.5), None, None]);
    for dtype in [DataType::Int8, DataType::UInt64, DataType::Int128, DataType::Float32, DataType::Decimal(10, 2)] {
        let series = Series::new("x".into(), [Some(3_i64), None]).cast(&dtype).unwrap();
        assert_eq!(numbers_of(&series), [Some(3.0), None], "{dtype:?}");
    }
    let Cells::Numbers(numbers) = read(&floats, SemanticType::Numeric).unwrap() else { panic!() };
    assert_eq!(numbers.nans, 1);
}

#[test]
fn whole_numbers_beyond_f64_are_still_told_apart() {
    let series = Series::new("id".into(), [9_007_199_254_740_992_i64, 9_007_199_254_740_993]);
    let cells = read(&series, SemanticType::Id).unwrap();
    assert_ne!(cells.identity(0), cells.identity(1));
}

#[test]
fn chunks_are_read_in_order() {
    let mut series = Series::new("x".into(), ["b", "a"]);
    series.append(&Series::new("x".into(), ["b", "NA"])).unwrap();
    let Cells::Labels(labels) = read(&series, SemanticType::Categorical).unwrap() else { panic!() };
    assert_eq!(labels.codes, [0, 1, 0, MISSING_CODE]);
    assert_eq!((labels.levels, labels.counts), (vec![Cow::Borrowed("b"), Cow::Borrowed("a")], vec![2, 1]));
}

#[test]
fn texts_that_are_numbers_or_dates_are_read_as_such() {
    let series = Series::new("x".into(), ["12", " 1,234.5 ", "$7", "", "oops"]);
    let Cells::Numbers(numbers) = read(&series, SemanticType::Numeric).unwrap() else { panic!() };
    assert_eq!((&numbers.values[..3], numbers.unparsed), (&[12.0, 1234.5, 7.0][..], 1));
    assert!(numbers.values[3].is_nan());
    let series = Series::new("t".into(), [Some("1970-01-02"), None, Some("oops")]);
    let Cells::Times(times) = read(&series, SemanticType::Datetime).unwrap() else { panic!() };
    assert_eq!((times.micros, times.unparsed), (vec![86_400_000_000, MISSING_TIME, MISSING_TIME], 1));
    let second = 1_000_000;
    let written = ["1970-01-01 00:01", "1970/01/01T00:00:02.5", "1970-01-01T01:00:00+01:00", "1969-12-31 23:59:59Z"];
    let series = Series::new("t".into(), written);
    let Cells::Times(times) = read(&series, SemanticType::Datetime).unwrap() else { panic!() };
    assert_eq!(times.micros, [60 * second, 2_500_000, 0, -second]);
    for wrong in [
        "2023-02-29",
        "2024-13-01",
        "2024-1-1",
        "20240101",
        "2024-01-01 25:00",
        "grüß-gü-tt12",
        "2024-01-01 1",
        "2024-01-01 10:00:00.12345é",
        "2024-01-01 10:00:00.123456é",
        "2024-01-01 10:00:00é",
        "2024-01-01 10:00:00+é1",
        "2024-01-01 10:00:00+1é",
    ] {
        let series = Series::new("t".into(), [wrong]);
        let Cells::Times(times) = read(&series, SemanticType::Datetime).unwrap() else { panic!() };
        assert_eq!((times.micros[0], times.unparsed), (MISSING_TIME, 1), "{wrong}");
    }
}

#[test]
fn times_of_every_unit_are_microseconds() {
    for (unit, value) in [
        (TimeUnit::Milliseconds, 5_000),
        (TimeUnit::Microseconds, 5_000_000),
        (TimeUnit::Nanoseconds, 5_000_000_000_i64),
    ] {
        let series = Series::new("t".into(), [Some(value), None]).cast(&DataType::Datetime(unit, None)).unwrap();
        let Cells::Times(times) = read(&series, SemanticType::Datetime).unwrap() else { panic!() };
        assert_eq!(times.micros, [5_000_000, MISSING_TIME]);
    }
}

#[test]
fn nested_values_are_told_apart_and_never_panic() {
    let list = Series::new(
        "l".into(),
        [Series::new("".into(), [1, 2]), Series::new("".into(), [1, 2]), Series::new("".into(), [2])],
    );
    let cells = read(&list, SemanticType::Text).unwrap();
    assert_eq!(cells.identity(0), cells.identity(1));
    assert_ne!(cells.identity(0), cells.identity(2));
    let frame = polars::df!("a" => [1, 1], "b" => ["x", "y"]).unwrap();
    let series = frame.into_struct("s".into()).into_series();
    let cells = read(&series, SemanticType::Categorical).unwrap();
    assert_ne!(cells.identity(0), cells.identity(1));
    let null = Series::new_null("n".into(), 3);
    assert!(read(&null, SemanticType::Constant).unwrap().is_missing(2));
}

#[test]
fn hashes_differ_where_bytes_do() {
    let mut seen = std::collections::BTreeSet::new();
    for n in 0..100_000_u32 {
        assert!(seen.insert(hash_bytes(format!("customer-{n}").as_bytes())));
    }
    assert_ne!(hash_bytes(b"ab\0"), hash_bytes(b"ab"));
    assert_ne!(hash_bytes(b""), hash_bytes(b"\0"));
}
