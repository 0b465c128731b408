//! Dates and times as they are written in cells of text.

use super::cells::CellKind;

/// How a column writes its dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum DateStyle {
    /// `2024-02-29`, `2024/02/29`, with or without a time
    YearFirst,
    /// `29.02.2024`, `29/02/2024`, `29-02-2024`
    DayFirst,
    /// `02/29/2024`
    MonthFirst,
    /// `29-Feb-2024`, `Feb 29, 2024`
    MonthNamed,
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
    /// The month is a name
    Named,
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
        DateOrder::Named => DateStyle::MonthNamed,
    };
    let instant = parts.instant(style)?;
    Some(CellKind::Date { order, time: instant.time, offset: instant.offset, short_year: parts.short_year })
}

/// A trimmed cell as a date of that style; `None` when it is none.
pub(crate) fn parse_date(cell: &[u8], style: DateStyle) -> Option<Instant> {
    let parts = DateParts::of(cell)?;
    let fits = match parts.order()? {
        DateOrder::YearFirst => style == DateStyle::YearFirst,
        DateOrder::Named => style == DateStyle::MonthNamed,
        DateOrder::DayFirst | DateOrder::MonthFirst | DateOrder::Ambiguous => {
            matches!(style, DateStyle::DayFirst | DateStyle::MonthFirst)
        }
    };
    if fits { parts.instant(style) } else { None }
}

/// How the three numbers of a date stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    YearFirst,
    /// The year comes last; what is between the numbers.
    YearLast(u8),
    /// Day, month, year, whatever their order is in the text.
    Named,
}

/// The three numbers of a date and what follows them.
struct DateParts<'a> {
    numbers: [i64; 3],
    shape: Shape,
    short_year: bool,
    rest: &'a [u8],
}

impl<'a> DateParts<'a> {
    fn of(cell: &'a [u8]) -> Option<Self> {
        if cell.len() < 6 {
            return None;
        }
        if !cell[0].is_ascii_digit() {
            return Self::month_before_day(cell);
        }
        let (first, rest) = digits(cell)?;
        let separator = *rest.first()?;
        if !matches!(separator, b'-' | b'/' | b'.' | b' ') {
            return None;
        }
        if rest.get(1).is_some_and(u8::is_ascii_alphabetic) {
            return Self::day_before_month(first, separator, &rest[1..]);
        }
        let (second, rest) = digits(&rest[1..])?;
        if separator == b' ' || rest.first() != Some(&separator) {
            return None;
        }
        let (third, rest) = digits(&rest[1..])?;
        let short = |part: &[u8]| part.len() <= 2;
        let numbers = [number(first), number(second), number(third)];
        if first.len() == 4 {
            let fits = short(second) && short(third);
            return fits.then_some(Self { numbers, shape: Shape::YearFirst, short_year: false, rest });
        }
        // Between slashes only: `1.2.15` and `1-2-15` are as often versions and codes.
        let short_year = third.len() == 2 && separator == b'/';
        let fits = short(first) && short(second) && (third.len() == 4 || short_year);
        let numbers = [numbers[0], numbers[1], year(third)];
        fits.then_some(Self { numbers, shape: Shape::YearLast(separator), short_year, rest })
    }

    /// `05-Jan-2023`, `5 January 2023`, `05-Jan-23`; from the month's name on.
    fn day_before_month(day: &[u8], separator: u8, rest: &'a [u8]) -> Option<Self> {
        let (month, rest) = month_name(rest)?;
        if day.len() > 2 || separator == b'.' || rest.first() != Some(&separator) {
            return None;
        }
        let (text, rest) = digits(&rest[1..])?;
        let short_year = text.len() == 2 && separator == b'-';
        (text.len() == 4 || short_year).then_some(Self {
            numbers: [number(day), month, year(text)],
            shape: Shape::Named,
            short_year,
            rest,
        })
    }

    /// `Mar 5, 2020`, `March 5 2020`.
    fn month_before_day(cell: &'a [u8]) -> Option<Self> {
        let (month, rest) = month_name(cell)?;
        let (day, rest) = digits(rest.strip_prefix(b" ")?)?;
        let (text, rest) = digits(rest.strip_prefix(b", ").or_else(|| rest.strip_prefix(b" "))?)?;
        let fits = day.len() <= 2 && text.len() == 4;
        fits.then_some(Self {
            numbers: [number(day), month, number(text)],
            shape: Shape::Named,
            short_year: false,
            rest,
        })
    }

    fn order(&self) -> Option<DateOrder> {
        let separator = match self.shape {
            Shape::YearFirst => return Some(DateOrder::YearFirst),
            Shape::Named => return Some(DateOrder::Named),
            Shape::YearLast(separator) => separator,
        };
        Some(match (self.numbers[0], self.numbers[1]) {
            (13.., 13..) => return None,
            (13.., _) => DateOrder::DayFirst,
            (_, 13..) => DateOrder::MonthFirst,
            _ if separator == b'.' => DateOrder::DayFirst,
            _ => DateOrder::Ambiguous,
        })
    }

    fn instant(&self, style: DateStyle) -> Option<Instant> {
        let [a, b, c] = self.numbers;
        let (year, month, day) = match style {
            DateStyle::YearFirst => (a, b, c),
            DateStyle::DayFirst | DateStyle::MonthNamed => (c, b, a),
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

/// A year of four digits, or of two: 69 to 99 are in the 1900s, 00 to 68 in the 2000s (POSIX
/// `strptime`, `%y`).
fn year(digits: &[u8]) -> i64 {
    let year = number(digits);
    match digits.len() {
        2 if year >= 69 => year + 1900,
        2 => year + 2000,
        _ => year,
    }
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The month whose name, or its first three letters, the text begins with, in any case.
fn month_name(text: &[u8]) -> Option<(i64, &[u8])> {
    let end = text.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let is = |name: &str| {
        word.eq_ignore_ascii_case(name.as_bytes())
            || (word.len() == 3 && word.eq_ignore_ascii_case(&name.as_bytes()[..3]))
    };
    let month = MONTHS.iter().position(|name| is(name));
    let month = month.or_else(|| word.eq_ignore_ascii_case(b"sept").then_some(8))?;
    Some((month as i64 + 1, rest))
}

/// Microseconds of one day.
pub(crate) const DAY_US: i64 = 86_400_000_000;

struct ClockTime {
    microseconds: i64,
    offset: bool,
}

/// ` 12:30`, `T12:30:59.123456789Z`, ` 12:30:59 +02:00`, ` 3:30:00 PM`, or nothing.
fn parse_clock(rest: &[u8]) -> Option<ClockTime> {
    if rest.is_empty() {
        return Some(ClockTime { microseconds: 0, offset: false });
    }
    let rest = rest.strip_prefix(b",").unwrap_or(rest);
    if !matches!(rest.first(), Some(b' ' | b'T' | b't')) {
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
    let (hour, rest) = half_of_day(number(hour), rest.trim_ascii_start())?;
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
    let seconds = (hour * 60 + number(minute) - offset_minutes.unwrap_or(0)) * 60 + second;
    Some(ClockTime { microseconds: seconds * 1_000_000 + microseconds, offset: offset_minutes.is_some() })
}

/// The hour from 0 when the text begins with AM or PM, else as it is; and what follows.
fn half_of_day(hour: i64, rest: &[u8]) -> Option<(i64, &[u8])> {
    let noon = match rest {
        [b'A' | b'a', b'M' | b'm', ..] => 0,
        [b'P' | b'p', b'M' | b'm', ..] => 12,
        _ => return Some((hour, rest)),
    };
    (1..=12).contains(&hour).then(|| (hour % 12 + noon, rest[2..].trim_ascii_start()))
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
    #[test]
    fn months_may_be_names() {
        let day = |text: &str| {
            parse_date(text.as_bytes(), DateStyle::MonthNamed).map(|instant| instant.microseconds / DAY_US)
        };
        // Days since 1970 by `date -u -d … +%s` (GNU coreutils 9.1).
        for text in ["29-Feb-2024", "29 february 2024", "Feb 29, 2024", "FEBRUARY 29 2024", "29/Feb/2024", "29-feb-24"]
        {
            assert_eq!(day(text), Some(19_782), "{text}");
        }
        assert_eq!(day("1 Sept 1970"), Some(243));
        assert_eq!(parse_date(b"29-Feb-2024", DateStyle::DayFirst), None);
        for text in
            ["May 5", "May", "Mar 5, 20", "30-Feb-2024", "Marching 5, 2020", "5 of May 2020", "May 2020", "Jan-2020"]
        {
            assert_eq!(classify_date(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn hours_may_be_of_half_a_day() {
        let seconds = |text: &str| {
            parse_date(text.as_bytes(), DateStyle::MonthFirst).map(|instant| instant.microseconds / 1_000_000 % 86_400)
        };
        assert_eq!(seconds("3/14/2015 11:38:00 PM"), Some(85_080));
        assert_eq!(seconds("3/14/2015 12:05 am"), Some(300));
        assert_eq!(seconds("3/14/2015, 12:05PM"), Some(43_500));
        assert_eq!(seconds("3/14/2015 13:05 PM"), None);
        assert_eq!(seconds("3/14/2015 0:05 AM"), None);
    }

    #[test]
    fn years_of_two_digits_stand_between_slashes() {
        let year = |text: &str| match classify_date(text.as_bytes()) {
            Some(CellKind::Date { short_year, .. }) => Some(short_year),
            _ => None,
        };
        assert_eq!((year("1/2/15"), year("12/31/99 10:00"), year("1/2/2015")), (Some(true), Some(true), Some(false)));
        assert_eq!((year("1.2.15"), year("1-2-15"), year("1/2/5"), year("40/2/15")), (None, None, None, None));
        let at = |text: &str| parse_date(text.as_bytes(), DateStyle::MonthFirst).map(|instant| instant.microseconds);
        assert_eq!(at("1/2/15"), at("1/2/2015"));
        assert_eq!(at("1/2/69"), at("1/2/1969"));
    }
}
