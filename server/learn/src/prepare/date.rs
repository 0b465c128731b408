//! Moments: calendar parts (UTC), elapsed days, and what comes round again as a place on a circle.

use std::f64::consts::TAU;

use jiff::Timestamp;
use jiff::tz::Offset;
use mlwright_base::CancelToken;
use serde::{Deserialize, Serialize};

use super::scale::Scale;
use super::spec::Impute;
use super::{Coerced, Encoder, Fitting};
use crate::LearnError;

/// A part of a moment. New parts are added at the end.
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
    /// January 1 is 1.
    DayOfYear,
    /// Sine and cosine of the share of the year, week or day that has passed.
    YearSine,
    YearCosine,
    WeekSine,
    WeekCosine,
    DaySine,
    DayCosine,
}

const CALENDAR: [Part; 7] =
    [Part::Year, Part::Month, Part::Day, Part::Weekday, Part::Hour, Part::Days, Part::DayOfYear];
/// Each pair with the part that must differ between training rows for it to say anything.
const CIRCLES: [(Part, [Part; 2]); 3] = [
    (Part::DayOfYear, [Part::YearSine, Part::YearCosine]),
    (Part::Weekday, [Part::WeekSine, Part::WeekCosine]),
    (Part::Hour, [Part::DaySine, Part::DayCosine]),
];

pub(super) const DAY_MICROSECONDS: f64 = 86_400e6;
/// Days of a year: the circle closes within a day in leap years too.
const YEAR_DAYS: f64 = 365.25;

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Weekday => "weekday",
            Self::Hour => "hour",
            Self::Days => "days",
            Self::DayOfYear => "day of year",
            Self::YearSine => "year sine",
            Self::YearCosine => "year cosine",
            Self::WeekSine => "week sine",
            Self::WeekCosine => "week cosine",
            Self::DaySine => "day sine",
            Self::DayCosine => "day cosine",
        }
    }

    fn of(self, parts: &Parts) -> f64 {
        match self {
            Self::Year => parts.year,
            Self::Month => parts.month,
            Self::Day => parts.day,
            Self::Weekday => parts.weekday,
            Self::Hour => parts.hour,
            Self::Days => parts.days,
            Self::DayOfYear => parts.day_of_year,
            Self::YearSine => (TAU * (parts.day_of_year - 1.0) / YEAR_DAYS).sin(),
            Self::YearCosine => (TAU * (parts.day_of_year - 1.0) / YEAR_DAYS).cos(),
            Self::WeekSine => (TAU * (parts.weekday - 1.0) / 7.0).sin(),
            Self::WeekCosine => (TAU * (parts.weekday - 1.0) / 7.0).cos(),
            Self::DaySine => (TAU * parts.days.rem_euclid(1.0)).sin(),
            Self::DayCosine => (TAU * parts.days.rem_euclid(1.0)).cos(),
        }
    }
}

/// What the calendar says of a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Parts {
    year: f64,
    month: f64,
    day: f64,
    weekday: f64,
    hour: f64,
    days: f64,
    day_of_year: f64,
}

impl Parts {
    /// `None` beyond the years −9999 to 9999.
    fn of(moment: i64) -> Option<Self> {
        let civil = Offset::UTC.to_datetime(Timestamp::from_microsecond(moment).ok()?);
        Some(Self {
            year: f64::from(civil.year()),
            month: f64::from(civil.month()),
            day: f64::from(civil.day()),
            weekday: f64::from(civil.weekday().to_monday_one_offset()),
            hour: f64::from(civil.hour()),
            days: moment as f64 / DAY_MICROSECONDS,
            day_of_year: f64::from(civil.day_of_year()),
        })
    }
}

/// A datetime column. Parts that were the same in all training rows have no column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct DateEncoder {
    parts: Vec<Part>,
    /// One per part where numbers are scaled or filled in; empty where they are passed on (NaN for missing).
    dense: Vec<Scale>,
    /// Whether a missing moment stays NaN though the others are scaled.
    #[serde(default)]
    keep_missing: bool,
    /// Whether a column says where the value is missing.
    indicator: bool,
}

/// Learns from training values.
pub(super) fn fit(fitting: &Fitting<'_>, cancel: &CancelToken) -> Result<Encoder, LearnError> {
    let spec = fitting.spec;
    let rows: Vec<Option<Parts>> = fitting
        .values(cancel)
        .map(|value| Ok(if let Coerced::Moment(moment) = value? { Parts::of(moment) } else { None }))
        .collect::<Result<_, LearnError>>()?;
    let n_missing = rows.iter().filter(|row| row.is_none()).count();
    let some_missing = n_missing > 0 && n_missing < rows.len();
    let keep_missing = spec.impute == Impute::Keep;
    let indicator = some_missing && spec.indicators && !fitting.indicator_is_known;
    let mut encoder = DateEncoder { parts: Vec::new(), dense: Vec::new(), keep_missing, indicator };
    let scale_of = |part: Part| {
        let column: Vec<f64> = rows.iter().map(|row| row.as_ref().map_or(f64::NAN, |parts| part.of(parts))).collect();
        Scale::fit(&column, spec, cancel)
    };
    let is_plain = keep_missing && spec.is_unscaled();
    let add = |encoder: &mut DateEncoder, part: Part, scale: Scale| {
        encoder.parts.push(part);
        if !is_plain {
            encoder.dense.push(scale);
        }
    };
    for part in CALENDAR {
        if let Some(scale) = scale_of(part)? {
            add(&mut encoder, part, scale);
        }
    }
    if spec.cyclic_dates {
        for (varies, circle) in CIRCLES {
            if encoder.parts.contains(&varies) {
                for part in circle {
                    if let Some(scale) = scale_of(part)? {
                        add(&mut encoder, part, scale);
                    }
                }
            }
        }
    }
    // One moment or nothing: the year still tells where something is missing.
    if encoder.parts.is_empty() && some_missing && keep_missing && !indicator {
        add(&mut encoder, Part::Year, Scale::neutral(0.0));
    }
    Ok(if encoder.width() == 0 { Encoder::Dropped } else { Encoder::Date(encoder) })
}

impl DateEncoder {
    pub(super) fn width(&self) -> usize {
        self.parts.len() + usize::from(self.indicator)
    }

    pub(super) fn names(&self, feature: &str) -> Vec<String> {
        let parts = self.parts.iter().map(|part| format!("{feature} {}", part.name()));
        parts.chain(self.indicator.then(|| format!("{feature} is missing"))).collect()
    }

    pub(super) fn treatment(&self) -> String {
        let parts: Vec<&str> = self.parts.iter().map(|part| part.name()).collect();
        let missing = if self.indicator { ", a column for missing" } else { "" };
        format!("{} (UTC){missing}", parts.join(", "))
    }

    pub(super) fn encode(&self, value: &Coerced<'_>, out: &mut [f64]) {
        let known = if let Coerced::Moment(moment) = value { Parts::of(*moment) } else { None };
        for (k, part) in self.parts.iter().enumerate() {
            let number = known.as_ref().map(|parts| part.of(parts));
            out[k] = match self.dense.get(k) {
                Some(scale) if number.is_some() || !self.keep_missing => scale.apply(number),
                _ => number.unwrap_or(f64::NAN),
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
        let of = |moment| Parts::of(moment).map(|parts| CALENDAR.map(|part| part.of(&parts)));
        // 2024-02-29T13:45:00Z, a Thursday, day 60 (Python's datetime agrees).
        assert_eq!(of(1_709_214_300_000_000), Some([2024.0, 2.0, 29.0, 4.0, 13.0, 19_782.572_916_666_668, 60.0]));
        // 1969-12-31T23:00:00Z, a Wednesday, day 365.
        assert_eq!(of(-3_600_000_000), Some([1969.0, 12.0, 31.0, 3.0, 23.0, -3600.0 / 86_400.0, 365.0]));
        assert_eq!(of(i64::MAX), None);
    }

    #[test]
    fn circles_close() {
        let part =
            |moment: i64, part: Part| Parts::of(moment).map(|parts| part.of(&parts)).expect("within the calendar");
        let hour = 3_600_000_000;
        assert!((part(6 * hour, Part::DaySine) - 1.0).abs() < 1e-12);
        assert!((part(-hour, Part::DaySine) - part(23 * hour, Part::DaySine)).abs() < 1e-12);
        // 1970-01-01 is a Thursday, 1970-01-05 a Monday.
        assert!((part(4 * 24 * hour, Part::WeekCosine) - 1.0).abs() < 1e-12);
        let (december_31, january_1) = (part(-hour, Part::YearCosine), part(0, Part::YearCosine));
        assert!((december_31 - january_1).abs() < 1e-3);
    }
}
