//! Dates and times as they are written in cells of text.

use super::cells::CellKind;

/// How a column writes its dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::enum_variant_names, reason = "what comes first is the style")]
pub(crate) enum DateStyle {
    /// `2024-02-29`, `2024/02/29`, with or without a time
    YearFirst,
    /// `29.02.2024`, `29/02/2024`, `29-02-2024`
    DayFirst,
    /// `02/29/2024`
    MonthFirst,
}

/// What the order of a date's parts can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum DateOrder {
    /// `2024-02-29`
    YearFirst,
    /// `29/02/2024`, or dots, which only day-first writes
    DayFirst,
    /// `02/29/2024`
    MonthFirst,
    /// `02/03/2024`
    Ambiguous,
}

/// A date or time as it is written: microseconds since 1970, in UTC when there is an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instant {
    pub(crate) microseconds: i64,
    pub(crate) time: bool,
    pub(crate) offset: bool,
}

/// Whether a trimmed cell is a date or time, and what its order can be.
pub(crate) fn classify_date(cell: &[u8]) -> Option<CellKind> {
    let parts = DateParts::of(cell)?;
    let order = parts.order()?;
    let style = match order {
        DateOrder::YearFirst => DateStyle::YearFirst,
        DateOrder::DayFirst => DateStyle::DayFirst,
        DateOrder::MonthFirst | DateOrder::Ambiguous => DateStyle::MonthFirst,
    };
    let instant = parts.instant(style)?;
    Some(CellKind::Date { order, time: instant.time, offset: instant.offset })
}

/// A trimmed cell as a date of that style; `None` when it is none.
pub(crate) fn parse_date(cell: &[u8], style: DateStyle) -> Option<Instant> {
    let parts = DateParts::of(cell)?;
    if (parts.order()? == DateOrder::YearFirst) != (style == DateStyle::YearFirst) {
        return None;
    }
    parts.instant(style)
}

/// The three numbers of a date and what follows them.
struct DateParts<'a> {
    numbers: [i64; 3],
    year_first: bool,
    separator: u8,
    rest: &'a [u8],
}

impl<'a> DateParts<'a> {
    fn of(cell: &'a [u8]) -> Option<Self> {
        if cell.len() < 8 {
            return None;
        }
        let (first, rest) = digits(cell)?;
        let separator = *rest.first()?;
        if !matches!(separator, b'-' | b'/' | b'.') {
            return None;
        }
        let (second, rest) = digits(&rest[1..])?;
        if rest.first() != Some(&separator) {
            return None;
        }
        let (third, rest) = digits(&rest[1..])?;
        let year_first = first.len() == 4;
        let short = |part: &[u8]| part.len() <= 2;
        let shaped =
            if year_first { short(second) && short(third) } else { short(first) && short(second) && third.len() == 4 };
        shaped.then_some(Self { numbers: [number(first), number(second), number(third)], year_first, separator, rest })
    }

    fn order(&self) -> Option<DateOrder> {
        if self.year_first {
            return Some(DateOrder::YearFirst);
        }
        Some(match (self.numbers[0], self.numbers[1]) {
            (13.., 13..) => return None,
            (13.., _) => DateOrder::DayFirst,
            (_, 13..) => DateOrder::MonthFirst,
            _ if self.separator == b'.' => DateOrder::DayFirst,
            _ => DateOrder::Ambiguous,
        })
    }

    fn instant(&self, style: DateStyle) -> Option<Instant> {
        let [a, b, c] = self.numbers;
        let (year, month, day) = match style {
            DateStyle::YearFirst => (a, b, c),
            DateStyle::DayFirst => (c, b, a),
            DateStyle::MonthFirst => (c, a, b),
        };
        let days = days_since_1970(year, month, day)?;
        let clock = parse_clock(self.rest)?;
        Some(Instant {
            microseconds: days * DAY_US + clock.microseconds,
            time: !self.rest.is_empty(),
            offset: clock.offset,
        })
    }
}

/// Microseconds of one day.
pub(crate) const DAY_US: i64 = 86_400_000_000;

struct ClockTime {
    microseconds: i64,
    offset: bool,
}

/// ` 12:30`, `T12:30:59.123456789Z`, ` 12:30:59 +02:00`, or nothing.
fn parse_clock(rest: &[u8]) -> Option<ClockTime> {
    if rest.is_empty() {
        return Some(ClockTime { microseconds: 0, offset: false });
    }
    if !matches!(rest[0], b' ' | b'T' | b't') {
        return None;
    }
    let (hour, rest) = digits(&rest[1..])?;
    let (minute, mut rest) = digits(rest.strip_prefix(b":")?)?;
    let mut microseconds = 0;
    let mut second = 0;
    if let Some(after) = rest.strip_prefix(b":") {
        let (text, after) = digits(after)?;
        if text.len() > 2 {
            return None;
        }
        second = number(text);
        rest = after;
        if let Some(after) = rest.strip_prefix(b".").or_else(|| rest.strip_prefix(b",")) {
            let (fraction, after) = digits(after)?;
            if fraction.len() > 9 {
                return None;
            }
            for place in 0..6 {
                microseconds = microseconds * 10 + fraction.get(place).map_or(0, |digit| i64::from(digit - b'0'));
            }
            rest = after;
        }
    }
    if hour.len() > 2 || minute.len() != 2 || number(hour) > 23 || number(minute) > 59 || second > 59 {
        return None;
    }
    let rest = rest.trim_ascii_start();
    let offset_minutes = match rest {
        [] => None,
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), tail @ ..] => {
            let (hours, minutes) = match tail {
                [a, b] => (number(&[*a, *b]), 0),
                [a, b, c, d] | [a, b, b':', c, d] => (number(&[*a, *b]), number(&[*c, *d])),
                _ => return None,
            };
            if !tail.iter().all(|b| b.is_ascii_digit() || *b == b':') || hours > 18 || minutes > 59 {
                return None;
            }
            let total = hours * 60 + minutes;
            Some(if *sign == b'-' { -total } else { total })
        }
        _ => return None,
    };
    let seconds = (number(hour) * 60 + number(minute) - offset_minutes.unwrap_or(0)) * 60 + second;
    Some(ClockTime { microseconds: seconds * 1_000_000 + microseconds, offset: offset_minutes.is_some() })
}

fn digits(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    (end > 0 && end <= 9).then(|| text.split_at(end))
}

fn number(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit.wrapping_sub(b'0')))
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms", `days_from_civil`); `None` for a day that does not exist.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if day < 1 || day > length {
        return None;
    }
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_their_style() {
        let read = |text: &str, style| parse_date(text.as_bytes(), style).map(|instant| instant.microseconds);
        // Seconds since 1970 by `date -u -d … +%s` (GNU coreutils 9.1).
        assert_eq!(read("2024-02-29", DateStyle::YearFirst), Some(1_709_164_800_000_000));
        assert_eq!(read("2024-02-29T10:11:12.5+02:00", DateStyle::YearFirst), Some(1_709_194_272_500_000));
        assert_eq!(read("1969-12-31 23:59:59", DateStyle::YearFirst), Some(-1_000_000));
        assert_eq!(read("29.02.2024", DateStyle::DayFirst), Some(1_709_164_800_000_000));
        assert_eq!(read("02/03/2024", DateStyle::DayFirst), Some(1_709_337_600_000_000));
        assert_eq!(read("02/03/2024", DateStyle::MonthFirst), Some(1_706_918_400_000_000));
        assert_eq!(read("2024-02-30", DateStyle::YearFirst), None);
        assert_eq!(read("2024-02-29 24:00", DateStyle::YearFirst), None);
        assert_eq!(read("0001-01-01", DateStyle::YearFirst), Some(-62_135_596_800_000_000));
    }
}
