//! Texts: which mean "missing", and numbers and dates that are stored as text.

use super::{MISSING_TIME, Numbers, Opaque, Times, hash_bytes};
use crate::time;

/// Whether a text says that there is no value: blank, `?`, `NA`, `N/A`, `#N/A` or `null` in any case,
/// the markers that files are read with.
pub(crate) fn is_missing(text: &str) -> bool {
    // Most texts are longer than the longest marker and start with something visible.
    let bytes = text.as_bytes();
    if bytes.len() > 4 && !bytes[0].is_ascii_whitespace() && !bytes[bytes.len() - 1].is_ascii_whitespace() {
        return false;
    }
    let trimmed = text.trim();
    match trimmed.len() {
        0 => true,
        1 => trimmed == "?",
        2 => trimmed.eq_ignore_ascii_case("na"),
        3 => trimmed.eq_ignore_ascii_case("n/a"),
        4 => trimmed.eq_ignore_ascii_case("null") || trimmed.eq_ignore_ascii_case("#n/a"),
        _ => false,
    }
}

/// Lengths of texts in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lengths {
    pub(crate) min: u64,
    pub(crate) max: u64,
    pub(crate) sum: u64,
    pub(crate) n: u64,
    /// Texts with white space at their start or end.
    pub(crate) padded: u64,
}

impl Lengths {
    pub(crate) fn none() -> Self {
        Self { min: u64::MAX, max: 0, sum: 0, n: 0, padded: 0 }
    }

    /// Counts a text that occurs that often.
    pub(crate) fn add(&mut self, text: &str, times: u64) {
        let length = if text.is_ascii() { text.len() } else { text.chars().count() } as u64;
        self.min = self.min.min(length);
        self.max = self.max.max(length);
        self.sum += length * times;
        self.n += times;
        if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
            self.padded += times;
        }
    }
}

pub(super) fn opaque<'s>(texts: impl Iterator<Item = Option<&'s str>>, n_rows: usize) -> Opaque {
    let mut hashes = Vec::with_capacity(n_rows);
    let mut missing = Vec::with_capacity(n_rows);
    let mut lengths = Lengths::none();
    for text in texts {
        missing.push(text.is_none());
        hashes.push(text.map_or(0, |text| hash_bytes(text.as_bytes())));
        if let Some(text) = text {
            lengths.add(text, 1);
        }
    }
    Opaque { hashes, missing, lengths: Some(lengths) }
}

pub(super) fn numbers<'s>(texts: impl Iterator<Item = Option<&'s str>>, n_rows: usize) -> Numbers {
    let mut values = Vec::with_capacity(n_rows);
    let (mut nans, mut unparsed) = (0, 0);
    for text in texts {
        values.push(match text.map(parse_number) {
            None => f64::NAN,
            Some(Some(number)) => {
                nans += u64::from(number.is_nan());
                number
            }
            Some(None) => {
                unparsed += 1;
                f64::NAN
            }
        });
    }
    Numbers { values, nans, unparsed, exact: None }
}

/// `1234.5`, `1,234.5`, `$12`, `45 %`.
fn parse_number(text: &str) -> Option<f64> {
    let text = text.trim().trim_start_matches(['$', '€', '£']).trim_end_matches(['%', '€']).trim();
    text.parse().ok().or_else(|| {
        let groups: Vec<&str> = text.trim_start_matches(['-', '+']).split('.').next()?.split(',').collect();
        let thousands = groups.len() > 1 && groups[1..].iter().all(|group| group.len() == 3);
        thousands.then(|| text.replace(',', "").parse().ok()).flatten()
    })
}

pub(super) fn times<'s>(texts: impl Iterator<Item = Option<&'s str>>, n_rows: usize) -> Times {
    let mut micros = Vec::with_capacity(n_rows);
    let mut unparsed = 0;
    for text in texts {
        let time = text.map(parse_time);
        unparsed += u64::from(time == Some(None));
        micros.push(time.flatten().unwrap_or(MISSING_TIME));
    }
    Times { micros, unparsed }
}

/// ISO 8601 with dashes or slashes, as UTC: `2024-02-29`, `2024/02/29 13:45`, `2024-02-29T13:45:06.5+01:00`.
fn parse_time(text: &str) -> Option<i64> {
    let text = text.trim();
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let digits =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i64>().ok()).flatten();
    let separator = |at: usize| matches!(date.as_bytes()[at], b'-' | b'/');
    let (year, month, day) = (digits(date.get(..4)?)?, digits(date.get(5..7)?)?, digits(date.get(8..)?)?);
    let days = time::days_from_civil(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?);
    // The inverse refuses the 30th of February.
    if !separator(4)
        || !separator(7)
        || !(1..=12).contains(&month)
        || time::civil_from_days(days) != (year, month as u32, day as u32)
    {
        return None;
    }
    let mut micros = days * time::DAY;
    if rest.is_empty() {
        return Some(micros);
    }
    let clock = rest.strip_prefix([' ', 'T', 't'])?;
    let (clock, offset) = match clock.find(['Z', 'z', '+', '-']) {
        Some(at) => (clock[..at].trim_end(), &clock[at..]),
        None => (clock, ""),
    };
    let mut parts = clock.split(':');
    let (hours, minutes) = (digits(parts.next()?)?, digits(parts.next()?)?);
    let (seconds, fraction) =
        parts.next().map_or(("0", ""), |seconds| seconds.split_once(['.', ',']).unwrap_or((seconds, "")));
    let seconds = digits(seconds)?;
    // Digits alone, so that cutting them to microseconds cannot split a character.
    let fraction = fraction.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("{fraction:0<6}"))?;
    let fraction = digits(fraction.get(..6)?)?;
    if parts.next().is_some() || hours > 24 || minutes > 59 || seconds > 60 {
        return None;
    }
    micros += (hours * 3600 + minutes * 60 + seconds) * time::SECOND + fraction;
    if let Some(sign) = offset.chars().next().filter(|sign| matches!(sign, '+' | '-')) {
        let offset = offset[1..].replace(':', "");
        let (hours, minutes) =
            (digits(offset.get(..2)?)?, digits(offset.get(2..).filter(|rest| !rest.is_empty()).unwrap_or("0"))?);
        let shift = (hours * 3600 + minutes * 60) * time::SECOND;
        micros -= if sign == '+' { shift } else { -shift };
    }
    Some(micros)
}
