//! Reading a raw value as its feature's kind: one place for training, batch and online.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::LearnError;
use crate::frame::{Feature, FeatureKind, Value, is_missing_among_numbers};

/// A value as its feature's kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Coerced<'a> {
    /// No value.
    Missing,
    /// A finite number (truth values of boolean features are 0 and 1).
    Number(f64),
    /// A level of a categorical feature, or a free text.
    Text(Cow<'a, str>),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Moment(i64),
}

const TRUE_NAMES: [&str; 6] = ["true", "yes", "1", "t", "y", "on"];
const FALSE_NAMES: [&str; 6] = ["false", "no", "0", "f", "n", "off"];

/// The longest piece of a value that an error message repeats.
const FOUND_CHARS_MAX: usize = 60;

/// Reads a value as its feature's kind.
///
/// - numeric and datetime: [`MISSING_AMONG_NUMBERS`](crate::frame::MISSING_AMONG_NUMBERS) are missing;
/// - numeric: numbers, texts that are a number (`"12.5"`), truth values as 0 and 1;
/// - boolean: truth values, 0 and 1, and `true/false`, `yes/no`, `t/f`, `y/n`, `on/off`, `1/0` in any case;
/// - categorical: see [`level_text`];
/// - datetime: moments, ISO 8601 texts (`2024-01-31`, `2024-01-31 12:00`, `2024-01-31T12:00:00+01:00`; UTC unless said),
///   and numbers that can only be dates: `20240131`, and seconds, milliseconds, microseconds or
///   nanoseconds since 1970, told apart by their size, from 1973 on (or before 1967);
/// - text: texts as they are, anything else as [`level_text`].
///
/// # Errors
/// [`LearnError::Value`] with the column, what was expected and what was found.
pub fn coerce<'a>(feature: &Feature, value: Value<'a>) -> Result<Coerced<'a>, LearnError> {
    let read = match (feature.kind, value) {
        (_, Value::Missing) => Some(Coerced::Missing),
        (FeatureKind::Numeric | FeatureKind::Datetime, Value::Text(text)) if is_missing_among_numbers(text) => {
            Some(Coerced::Missing)
        }
        (FeatureKind::Numeric, value) => number(value),
        (FeatureKind::Boolean, value) => truth(value).map(|truth| Coerced::Number(f64::from(u8::from(truth)))),
        (FeatureKind::Datetime, Value::Datetime(moment)) => Some(Coerced::Moment(moment)),
        (FeatureKind::Datetime, Value::Text(text)) => parse_moment(text.trim()).map(Coerced::Moment),
        (FeatureKind::Datetime, Value::Number(number)) => moment_of_number(number).map(Coerced::Moment),
        (FeatureKind::Datetime, Value::Boolean(_)) => None,
        (FeatureKind::Text, Value::Text(text)) => Some(Coerced::Text(Cow::Borrowed(text))),
        (FeatureKind::Text | FeatureKind::Categorical, value) => level_text(value).map(Coerced::Text),
    };
    read.ok_or_else(|| LearnError::Value {
        column: feature.name.clone(),
        expected: match feature.kind {
            FeatureKind::Numeric => "a number",
            FeatureKind::Boolean => "a truth value (true/false, yes/no, 1/0)",
            FeatureKind::Datetime => "an ISO 8601 date or time such as 2024-01-31T12:00:00Z",
            FeatureKind::Categorical | FeatureKind::Text => "a text",
        }
        .to_owned(),
        found: match value {
            Value::Text(text) => format!("the text {:?}", text.chars().take(FOUND_CHARS_MAX).collect::<String>()),
            Value::Number(number) => format!("the number {number}"),
            Value::Boolean(truth) => truth.to_string(),
            Value::Datetime(_) => "a date".to_owned(),
            Value::Missing => "nothing".to_owned(),
        },
    })
}

/// Room for the digits of a whole number and its sign.
pub(super) type DigitBuffer = [u8; 20];

/// As [`coerce`], but whole numbers as levels are written into `buffer`, not into memory of their own.
pub(super) fn coerce_in<'a>(
    feature: &Feature,
    value: Value<'a>,
    buffer: &'a mut DigitBuffer,
) -> Result<Coerced<'a>, LearnError> {
    match (feature.kind, value) {
        (FeatureKind::Categorical, Value::Number(number)) if is_exact_whole(number) => {
            Ok(Coerced::Text(Cow::Borrowed(write_digits(number as i64, buffer))))
        }
        _ => coerce(feature, value),
    }
}

fn write_digits(number: i64, buffer: &mut DigitBuffer) -> &str {
    let mut rest = number.unsigned_abs();
    let mut at = buffer.len();
    loop {
        at -= 1;
        buffer[at] = b'0' + u8::try_from(rest % 10).expect("a digit");
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        at -= 1;
        buffer[at] = b'-';
    }
    std::str::from_utf8(&buffer[at..]).expect("digits and a sign are ASCII")
}

fn number(value: Value<'_>) -> Option<Coerced<'static>> {
    match value {
        Value::Number(number) => Some(Coerced::Number(number)),
        Value::Boolean(truth) => Some(Coerced::Number(f64::from(u8::from(truth)))),
        // Infinities and NaN written as text are missing, as they are among numbers.
        Value::Text(text) => {
            text.trim().parse::<f64>().ok().map(|n| if n.is_finite() { Coerced::Number(n) } else { Coerced::Missing })
        }
        Value::Datetime(_) | Value::Missing => None,
    }
}

fn truth(value: Value<'_>) -> Option<bool> {
    match value {
        Value::Boolean(truth) => Some(truth),
        Value::Number(number) if number == 0.0 || number == 1.0 => Some(number == 1.0),
        Value::Text(text) => {
            let text = text.trim();
            let is = |names: &[&str]| names.iter().any(|name| text.eq_ignore_ascii_case(name));
            // `1.0` is how some tables write 1.
            if is(&TRUE_NAMES) || text == "1.0" {
                Some(true)
            } else if is(&FALSE_NAMES) || text == "0.0" {
                Some(false)
            } else {
                None
            }
        }
        _ => None,
    }
}

/// A value as the text of a category; `None` when missing. The same category reads the same however
/// it is written: blanks around it do not count, 5, 5.0 and `"5.0"` are `5`, truth values and
/// `"True"` are `true`, dates are ISO 8601.
#[must_use]
pub fn level_text(value: Value<'_>) -> Option<Cow<'_, str>> {
    match value {
        Value::Missing => None,
        Value::Text(text) => Some(canonical_level(text.trim())),
        Value::Number(number) => Some(Cow::Owned(number_text(number))),
        Value::Boolean(truth) => Some(Cow::Borrowed(if truth { "true" } else { "false" })),
        Value::Datetime(moment) => Some(Cow::Owned(moment_text(moment))),
    }
}

fn canonical_level(text: &str) -> Cow<'_, str> {
    if text.eq_ignore_ascii_case("true") {
        return Cow::Borrowed("true");
    }
    if text.eq_ignore_ascii_case("false") {
        return Cow::Borrowed("false");
    }
    // Whole numbers written with a decimal point lose it: a table reads `5` and `5.0` alike.
    if let Some((whole, fraction)) = text.split_once('.') {
        let digits = whole.strip_prefix('-').unwrap_or(whole);
        let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if all_digits(digits) && all_digits(fraction) && fraction.bytes().all(|byte| byte == b'0') {
            return Cow::Borrowed(whole);
        }
    }
    Cow::Borrowed(text)
}

/// The largest magnitude below which every whole `f64` is exact.
const EXACT_WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

fn is_exact_whole(number: f64) -> bool {
    number.fract() == 0.0 && number.abs() < EXACT_WHOLE_MAX
}

fn number_text(number: f64) -> String {
    if is_exact_whole(number) { format!("{}", number as i64) } else { format!("{number}") }
}

fn moment_text(moment: i64) -> String {
    Timestamp::from_microsecond(moment).map_or_else(|_| moment.to_string(), |timestamp| timestamp.to_string())
}

/// A value as a person would write it; `None` when missing.
#[must_use]
pub fn describe(value: Value<'_>) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.to_owned()),
        other => level_text(other).map(Cow::into_owned),
    }
}

/// Microseconds since 1970 of an ISO 8601 text, in UTC unless it names an offset.
fn parse_moment(text: &str) -> Option<i64> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp.as_microsecond());
    }
    let civil = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(|date| date.at(0, 0, 0, 0))).ok()?;
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_microsecond())
}

/// Microseconds since 1970 of a number that can only be a date.
fn moment_of_number(number: f64) -> Option<i64> {
    if number.fract() == 0.0 && (10_000_101.0..1e8).contains(&number) {
        let digits = number as i32;
        let (month, day) = (i8::try_from(digits / 100 % 100).ok()?, i8::try_from(digits % 100).ok()?);
        let date = Date::new(i16::try_from(digits / 10_000).ok()?, month, day).ok()?;
        return date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_microsecond());
    }
    let microseconds = match number.abs() {
        1e8..1e11 => number * 1e6,
        1e11..1e14 => number * 1e3,
        1e14..1e17 => number,
        1e17..1e20 => number / 1e3,
        _ => return None,
    };
    Some(microseconds.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: FeatureKind, value: Value<'_>) -> Result<Coerced<'_>, LearnError> {
        coerce(&Feature { name: "c".to_owned(), kind }, value)
    }

    #[test]
    fn numbers() {
        assert_eq!(read(FeatureKind::Numeric, Value::Text(" 12.5 ")), Ok(Coerced::Number(12.5)));
        assert_eq!(read(FeatureKind::Numeric, Value::Boolean(true)), Ok(Coerced::Number(1.0)));
        assert_eq!(read(FeatureKind::Numeric, Value::Text("inf")), Ok(Coerced::Missing));
        for word in ["-", "None", " missing ", "\\N"] {
            assert_eq!(read(FeatureKind::Numeric, Value::Text(word)), Ok(Coerced::Missing), "{word:?}");
            assert_eq!(read(FeatureKind::Datetime, Value::Text(word)), Ok(Coerced::Missing), "{word:?}");
            assert!(matches!(read(FeatureKind::Categorical, Value::Text(word)), Ok(Coerced::Text(_))), "{word:?}");
        }
        let error = read(FeatureKind::Numeric, Value::Text("twelve")).unwrap_err();
        assert_eq!(error.to_string(), "c: expected a number, found the text \"twelve\"");
    }

    #[test]
    fn levels_read_the_same_however_written() {
        for value in [Value::Number(5.0), Value::Text("5"), Value::Text(" 5.0 "), Value::Text("5.00")] {
            assert_eq!(read(FeatureKind::Categorical, value), Ok(Coerced::Text("5".into())), "{value:?}");
        }
        for value in [Value::Boolean(true), Value::Text("True"), Value::Text("TRUE")] {
            assert_eq!(level_text(value).as_deref(), Some("true"));
        }
        for (text, level) in
            [("007", "007"), ("1.50", "1.50"), ("v1.0", "v1.0"), (".0", ".0"), ("-3.0", "-3"), ("1.0.0", "1.0.0")]
        {
            assert_eq!(level_text(Value::Text(text)).as_deref(), Some(level));
        }
        assert_eq!(level_text(Value::Number(2.5)).as_deref(), Some("2.5"));
        assert_eq!(level_text(Value::Number(-0.0)).as_deref(), Some("0"));
        let feature = Feature { name: "c".to_owned(), kind: FeatureKind::Categorical };
        for number in [0.0, -0.0, 7.0, -7.0, 10.0, 2.5, 1e15, -9_007_199_254_740_991.0, 9e15, 1e16, 1e300] {
            let value = Value::Number(number);
            assert_eq!(coerce_in(&feature, value, &mut [0; 20]), coerce(&feature, value), "{number}");
        }
    }

    #[test]
    fn truth_values_and_dates() {
        for value in
            [Value::Text("yes"), Value::Text(" TRUE"), Value::Number(1.0), Value::Boolean(true), Value::Text("1.0")]
        {
            assert_eq!(read(FeatureKind::Boolean, value), Ok(Coerced::Number(1.0)), "{value:?}");
        }
        assert!(read(FeatureKind::Boolean, Value::Number(2.0)).is_err());
        let noon = 1_706_702_400_000_000;
        for text in ["2024-01-31T12:00:00Z", "2024-01-31 12:00", "2024-01-31T13:00:00+01:00", "2024-01-31T12:00:00.000"]
        {
            assert_eq!(read(FeatureKind::Datetime, Value::Text(text)), Ok(Coerced::Moment(noon)), "{text}");
        }
        assert_eq!(read(FeatureKind::Datetime, Value::Text("2024-01-31")), Ok(Coerced::Moment(noon - 43_200_000_000)));
        assert!(read(FeatureKind::Datetime, Value::Text("31/01/2024")).is_err());
        let midnight = noon - 43_200_000_000;
        for number in [20_240_131.0, 1_706_659_200.0, 1_706_659_200e3, 1_706_659_200e6, 1_706_659_200e9] {
            assert_eq!(read(FeatureKind::Datetime, Value::Number(number)), Ok(Coerced::Moment(midnight)), "{number}");
        }
        for number in [5.0, 2024.0, 20_241_331.0, 20_240_230.0, 1e25] {
            assert!(read(FeatureKind::Datetime, Value::Number(number)).is_err(), "{number}");
        }
    }
}
