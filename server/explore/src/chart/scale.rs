//! From values to positions: linear scales and their ticks, of numbers, shares and times.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::markup;
use crate::time::{DAY, SECOND, civil_from_days, days_from_civil, iso};

/// What the numbers along an axis are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Plain numbers.
    Number,
    /// Shares in [0, 1], written as percentages.
    Share,
    /// Moments in microseconds since 1970 (UTC), written as dates and times.
    Time,
}

impl Unit {
    /// One value as it is written in a chart.
    pub(super) fn write(self, value: f64) -> String {
        match self {
            Self::Number => markup::number(value),
            Self::Share => markup::percent(value),
            Self::Time => iso(value as i64),
        }
    }
}

/// A mark on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub value: f64,
    pub label: String,
}

/// Maps an interval of values to an interval of pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Linear {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Linear {
    /// `low` is drawn at `from`, `high` at `to`. An empty interval is opened a little on both sides.
    pub fn new(low: f64, high: f64, from: f64, to: f64) -> Self {
        let (low, high) = opened(low, high);
        Self { low, high, from, to }
    }

    /// The pixel of a value; values outside the interval are put at its ends.
    pub fn at(&self, value: f64) -> f64 {
        // Halves, because the difference of two finite numbers may be infinite.
        let share = (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        self.from + share.clamp(0.0, 1.0) * (self.to - self.from)
    }
}

/// The interval itself, or one around it when it has no width.
pub(super) fn opened(low: f64, high: f64) -> (f64, f64) {
    if high > low {
        return (low, high);
    }
    let pad = (low.abs() * 0.05).max(0.5);
    (low - pad, high + pad)
}

/// The interval with `share` of its width added on both sides, so that marks do not touch the frame.
pub(super) fn padded(low: f64, high: f64, share: f64) -> (f64, f64) {
    let (low, high) = opened(low, high);
    let pad = (high / 2.0 - low / 2.0) * 2.0 * share;
    if pad.is_finite() { (low - pad, high + pad) } else { (low, high) }
}

/// Ticks within [low, high], about `wanted` of them, on round values.
pub(super) fn ticks(unit: Unit, low: f64, high: f64, wanted: usize) -> Vec<Tick> {
    let (low, high) = opened(low, high);
    match unit {
        Unit::Time => time_ticks(low, high, wanted),
        Unit::Number | Unit::Share => number_ticks(unit, low, high, wanted),
    }
}

/// Steps of 1, 2 or 5 times a power of ten (Heckbert 1990, "Nice numbers for graph labels").
fn number_ticks(unit: Unit, low: f64, high: f64, wanted: usize) -> Vec<Tick> {
    let raw = (high / 2.0 - low / 2.0) / (wanted.max(1) as f64) * 2.0;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= raw * 0.999).unwrap_or(raw);
    // A bound that is a multiple but for rounding has its tick.
    let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
    // Steps that vanish beside the values (1e15 + tiny) cannot be told apart.
    if !step.is_finite() || step <= 0.0 || !(0.0..=50.0).contains(&(last - first)) || first.abs() > 1e15 {
        return [low, high].into_iter().map(|value| Tick { value, label: unit.write(value) }).collect();
    }
    (0..=(last - first) as usize)
        .map(|i| {
            let multiple = first + i as f64;
            let value = multiple * step;
            let value = if multiple == 0.0 { 0.0 } else { value };
            Tick { value, label: tick_label(unit, value, step, low.abs().max(high.abs())) }
        })
        .collect()
}

/// All labels of an axis have the decimals of its step.
fn tick_label(unit: Unit, value: f64, step: f64, size: f64) -> String {
    let (value, step, suffix) = if unit == Unit::Share { (value * 100.0, step * 100.0, " %") } else { (value, step, "") };
    if unit == Unit::Number && !(1e-4..1e9).contains(&size) {
        if value == 0.0 {
            return "0".to_owned();
        }
        let text = format!("{value:.2e}");
        return match text.split_once('e') {
            Some((digits, power)) => format!("{}e{power}", digits.trim_end_matches('0').trim_end_matches('.')),
            None => text,
        };
    }
    let decimals = (-(step.log10() + 1e-9).floor()).clamp(0.0, 12.0) as usize;
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), ""), |(whole, fraction)| (whole, fraction));
    let whole = whole.parse::<u64>().map_or_else(|_| whole.to_owned(), markup::count);
    let sign = if value < 0.0 { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}{suffix}")
}

const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// Steps below a month, in microseconds.
const CLOCK_STEPS: [i64; 17] = [
    SECOND,
    5 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    3 * DAY,
    7 * DAY,
    14 * DAY,
];
/// Steps from a month on, in months.
const MONTH_STEPS: [i64; 12] = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1_200, 6_000];
/// The mean month of the Gregorian calendar.
const MONTH: f64 = 30.436_875 * DAY as f64;

fn time_ticks(low: f64, high: f64, wanted: usize) -> Vec<Tick> {
    let raw = (high - low) / wanted.max(1) as f64;
    if let Some(step) = CLOCK_STEPS.into_iter().find(|step| *step as f64 >= raw) {
        let first = (low / step as f64).ceil() as i64;
        let last = (high / step as f64).floor() as i64;
        return (first..=last).map(|multiple| clock_tick(multiple * step, step)).collect();
    }
    let months = MONTH_STEPS.into_iter().find(|months| *months as f64 * MONTH >= raw).unwrap_or(60_000);
    let (year, month, _) = civil_from_days((low as i64).div_euclid(DAY));
    let first = (year * 12 + i64::from(month) - 1).div_euclid(months);
    (first..)
        .map(|multiple| {
            let (year, month) = ((multiple * months).div_euclid(12), (multiple * months).rem_euclid(12) as u32 + 1);
            let label = if months % 12 == 0 { year.to_string() } else { format!("{year}-{month:02}") };
            Tick { value: days_from_civil(year, month, 1) as f64 * DAY as f64, label }
        })
        .take_while(|tick| tick.value <= high)
        .filter(|tick| tick.value >= low)
        .collect()
}

fn clock_tick(micros: i64, step: i64) -> Tick {
    let (days, rest) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
    let (year, month, day) = civil_from_days(days);
    let seconds = rest / SECOND;
    let label = if step >= DAY || rest == 0 {
        format!("{year}-{month:02}-{day:02}")
    } else if step >= MINUTE {
        format!("{:02}:{:02}", seconds / 3600, seconds / 60 % 60)
    } else {
        format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    };
    Tick { value: micros as f64, label }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(unit: Unit, low: f64, high: f64, wanted: usize) -> Vec<String> {
        ticks(unit, low, high, wanted).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_and_evenly_written() {
        assert_eq!(labels(Unit::Number, 0.0, 10_000.0, 5), ["0", "2,000", "4,000", "6,000", "8,000", "10,000"]);
        assert_eq!(labels(Unit::Number, -0.2, 0.31, 5), ["-0.2", "0.0", "0.2"]);
        assert_eq!(labels(Unit::Share, 0.0, 0.3, 3), ["0 %", "10 %", "20 %", "30 %"]);
        assert_eq!(labels(Unit::Number, 0.0, 3e-7, 3), ["0", "1e-7", "2e-7", "3e-7"]);
    }

    #[test]
    fn times_tick_on_the_calendar() {
        let day = |y, m, d| days_from_civil(y, m, d) as f64 * DAY as f64;
        assert_eq!(labels(Unit::Time, day(2019, 11, 20), day(2020, 3, 2), 5), ["2019-12", "2020-01", "2020-02", "2020-03"]);
        assert_eq!(labels(Unit::Time, day(1950, 2, 1), day(1990, 1, 1), 5), ["1960", "1970", "1980", "1990"]);
        let hour = HOUR as f64;
        assert_eq!(labels(Unit::Time, -6.0 * hour, 6.0 * hour, 4), ["18:00", "21:00", "1970-01-01", "03:00", "06:00"]);
    }

    #[test]
    fn extremes_have_ticks_and_positions() {
        for (low, high) in [(f64::MIN, f64::MAX), (1e15, 1e15 + 0.25), (5.0, 5.0), (0.0, f64::MIN_POSITIVE)] {
            let found = ticks(Unit::Number, low, high, 5);
            assert!((1..=60).contains(&found.len()), "{low} {high}: {found:?}");
            let scale = Linear::new(low, high, 0.0, 100.0);
            assert!((0.0..=100.0).contains(&scale.at(low)) && (0.0..=100.0).contains(&scale.at(high)), "{low} {high}");
        }
        assert_eq!(Linear::new(0.0, 10.0, 100.0, 0.0).at(2.5), 75.0);
    }
}
