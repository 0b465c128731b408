//! Moments: calendar parts (UTC) and elapsed days.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

use super::number::Standard;
use super::{Coerced, Encoder, Fitted};
use crate::{LearnError, Preparation};

/// A part of a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    Year,
    Month,
    Day,
    /// Monday is 1.
    Weekday,
    Hour,
    /// Days since 1970-01-01, with fraction.
    Days,
}

const PARTS: [Part; 6] = [Part::Year, Part::Month, Part::Day, Part::Weekday, Part::Hour, Part::Days];

const DAY_MICROSECONDS: f64 = 86_400e6;

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Weekday => "weekday",
            Self::Hour => "hour",
            Self::Days => "days",
        }
    }
}

/// The parts of a moment in the order of [`PARTS`]; `None` beyond the years −9999 to 9999.
fn parts_of(moment: i64) -> Option<[f64; PARTS.len()]> {
    let civil = Offset::UTC.to_datetime(Timestamp::from_microsecond(moment).ok()?);
    Some([
        f64::from(civil.year()),
        f64::from(civil.month()),
        f64::from(civil.day()),
        f64::from(civil.weekday().to_monday_one_offset()),
        f64::from(civil.hour()),
        moment as f64 / DAY_MICROSECONDS,
    ])
}

/// A datetime column. Parts that were the same in all training rows have no column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct DateEncoder {
    parts: Vec<Part>,
    /// One per part for linear models; empty for trees (NaN for missing).
    dense: Vec<Standard>,
    /// Whether a column says where the value is missing.
    indicator: bool,
}

/// Learns from training values.
pub(super) fn fit<'a>(
    preparation: Preparation,
    values: impl Iterator<Item = Result<Coerced<'a>, LearnError>>,
) -> Result<Fitted, LearnError> {
    let rows: Vec<Option<[f64; PARTS.len()]>> = values
        .map(|value| Ok(if let Coerced::Moment(moment) = value? { parts_of(moment) } else { None }))
        .collect::<Result<_, LearnError>>()?;
    let n_missing = rows.iter().filter(|row| row.is_none()).count();
    let some_missing = n_missing > 0 && n_missing < rows.len();
    let mut encoder = DateEncoder { parts: Vec::new(), dense: Vec::new(), indicator: some_missing && preparation == Preparation::Dense };
    for (k, part) in PARTS.into_iter().enumerate() {
        let column: Vec<f64> = rows.iter().map(|row| row.map_or(f64::NAN, |parts| parts[k])).collect();
        if let Some(standard) = Standard::fit(&column) {
            encoder.parts.push(part);
            if preparation == Preparation::Dense {
                encoder.dense.push(standard);
            }
        }
    }
    // One moment or nothing: for trees, the year still tells where something is missing.
    if encoder.parts.is_empty() && some_missing && preparation == Preparation::Tree {
        encoder.parts.push(Part::Year);
    }
    let encoder = if encoder.width() == 0 { Encoder::Dropped } else { Encoder::Date(encoder) };
    Ok(Fitted { encoder, training: None })
}

impl DateEncoder {
    pub(super) fn width(&self) -> usize {
        self.parts.len() + usize::from(self.indicator)
    }

    pub(super) fn names(&self, feature: &str) -> Vec<String> {
        let parts = self.parts.iter().map(|part| format!("{feature} {}", part.name()));
        parts.chain(self.indicator.then(|| format!("{feature} is missing"))).collect()
    }

    pub(super) fn encode(&self, value: &Coerced<'_>, out: &mut [f64]) {
        let known = if let Coerced::Moment(moment) = value { parts_of(*moment) } else { None };
        for (k, part) in self.parts.iter().enumerate() {
            let number = known.map(|parts| parts[*part as usize]);
            out[k] = match self.dense.get(k) {
                Some(standard) => standard.apply(number),
                None => number.unwrap_or(f64::NAN),
            };
        }
        if self.indicator {
            out[self.parts.len()] = f64::from(u8::from(known.is_none()));
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let fits = self.dense.is_empty() || self.dense.len() == self.parts.len();
        if fits { Ok(()) } else { Err("a date encoding is incomplete".to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_those_of_the_calendar() {
        // 2024-02-29T13:45:00Z, a Thursday (Python's datetime agrees).
        assert_eq!(parts_of(1_709_214_300_000_000), Some([2024.0, 2.0, 29.0, 4.0, 13.0, 19_782.572_916_666_668]));
        // 1969-12-31T23:00:00Z, a Wednesday.
        assert_eq!(parts_of(-3_600_000_000), Some([1969.0, 12.0, 31.0, 3.0, 23.0, -3600.0 / 86_400.0]));
        assert_eq!(parts_of(i64::MAX), None);
    }
}
