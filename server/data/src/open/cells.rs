//! What one cell of a text file is: missing, a number in some style, a date in some style, or text.
//! Deciding on a column's type and reading its values both go through here, so they cannot disagree.

use super::adorned::{self, Adornment};
use super::dates::{self, DateOrder};

/// The most kinds of missing markers and examples that are kept of one column.
pub(crate) const EXAMPLES_MAX: usize = 20;

/// What points and commas mean in a column's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum NumberStyle {
    /// `1234.5`
    Plain,
    /// `1234,5` and `1.234,5`
    DecimalComma,
    /// `1,234.5`
    ThousandsComma,
}

/// How a column writes its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct NumberForm {
    pub(crate) style: NumberStyle,
    pub(crate) adornment: Adornment,
}

impl From<NumberStyle> for NumberForm {
    fn from(style: NumberStyle) -> Self {
        Self { style, adornment: Adornment::default() }
    }
}

/// A number as it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    /// A whole number that fits.
    Integer(i64),
    /// Anything else.
    Real(f64),
}

/// What a cell could be, before its column is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum CellKind {
    /// A missing marker.
    Missing,
    /// A word for missing that counts as such only among numbers and dates (`nan`, `-`, `none`).
    MissingAmongNumbers,
    /// A whole number.
    Integer,
    /// Digits with a leading zero: a number or a code.
    LeadingZero,
    /// A whole number too large for 64 bits.
    BigInteger,
    /// A number with a decimal point or an exponent.
    Decimal,
    /// `1.234`: a decimal, or thousands where the comma is decimal.
    DotGroups,
    /// An infinity.
    Infinite,
    /// `3,14`: a decimal comma for certain.
    CommaDecimal,
    /// `1,234`: a decimal comma or thousands.
    CommaThree,
    /// `1,234,567` or `1,234.5`: thousands for certain.
    CommaThousands,
    /// A date or time.
    Date {
        /// Whether the year comes first, or a number that can only be a day or a month.
        order: DateOrder,
        /// Whether there is a time of day.
        time: bool,
        /// Whether there is an offset from UTC.
        offset: bool,
        /// Whether the year has two digits.
        short_year: bool,
    },
    /// Anything else.
    Text,
}

/// The cell without blanks around it.
pub(crate) fn trim(cell: &[u8]) -> &[u8] {
    cell.trim_ascii()
}

/// Whether a trimmed cell says that there is no value: empty, `?`, `NA`, `N/A`, `#N/A`, `null` in
/// any case, and `NaN` or `nan` (not `Nan`, which is a name).
pub(crate) fn is_missing(cell: &[u8]) -> bool {
    match cell.len() {
        0 => true,
        1 => cell[0] == b'?',
        2 => cell.eq_ignore_ascii_case(b"na"),
        3 => cell.eq_ignore_ascii_case(b"n/a") || cell == b"NaN" || cell == b"nan",
        4 => cell.eq_ignore_ascii_case(b"null") || cell.eq_ignore_ascii_case(b"#n/a"),
        _ => false,
    }
}

/// Whether a trimmed cell says that there is no value when it stands among numbers or dates.
pub(crate) fn is_missing_among_numbers(cell: &[u8]) -> bool {
    matches!(cell, b"-" | b"--" | b"." | b"\\N")
        || [&b"nan"[..], b"none", b"nil", b"-nan", b"nat", b"missing"]
            .iter()
            .any(|word| cell.eq_ignore_ascii_case(word))
}

/// A trimmed cell as `true` or `false`, in any case.
pub(crate) fn parse_truth(cell: &[u8]) -> Option<bool> {
    if cell.eq_ignore_ascii_case(b"true") {
        Some(true)
    } else if cell.eq_ignore_ascii_case(b"false") {
        Some(false)
    } else {
        None
    }
}

/// What a trimmed cell is.
pub(crate) fn classify(cell: &[u8]) -> CellKind {
    classify_adorned(cell).0
}

/// What a trimmed cell is, and what stands beside and between the digits when it is a number.
pub(crate) fn classify_adorned(cell: &[u8]) -> (CellKind, Adornment) {
    let plain = |kind| (kind, Adornment::default());
    if is_missing(cell) {
        return plain(CellKind::Missing);
    }
    let first = cell[0];
    let digit = first.is_ascii_digit();
    if !digit && matches!(first, b'-' | b'.' | b'\\' | b'n' | b'N' | b'm' | b'M') && is_missing_among_numbers(cell) {
        return plain(CellKind::MissingAmongNumbers);
    }
    let number = digit || matches!(first, b'+' | b'-' | b'.' | b',' | b'i' | b'I');
    if number && let Some(kind) = classify_number(cell) {
        return plain(kind);
    }
    if (digit || first.is_ascii_alphabetic())
        && let Some(kind) = dates::classify_date(cell)
    {
        return plain(kind);
    }
    if let Some((adornment, bare)) = adorned::strip(cell)
        && let Some(kind) = classify_number(bare.as_bytes()).filter(|kind| *kind != CellKind::Infinite)
    {
        return (kind, adornment);
    }
    plain(CellKind::Text)
}

fn unsigned(cell: &[u8]) -> &[u8] {
    match cell.first() {
        Some(b'+' | b'-') => &cell[1..],
        _ => cell,
    }
}

fn classify_number(cell: &[u8]) -> Option<CellKind> {
    let body = unsigned(cell);
    let first = *body.first()?;
    if first.is_ascii_digit() && body.iter().all(u8::is_ascii_digit) {
        return Some(if body.len() > 1 && first == b'0' {
            CellKind::LeadingZero
        } else if parse_integer(cell).is_some() {
            CellKind::Integer
        } else {
            CellKind::BigInteger
        });
    }
    if body.contains(&b',') {
        return classify_commas(body);
    }
    if is_infinity(body) {
        return Some(CellKind::Infinite);
    }
    if !is_decimal(body) {
        return None;
    }
    Some(if is_grouped(body, b'.') { CellKind::DotGroups } else { CellKind::Decimal })
}

fn classify_commas(body: &[u8]) -> Option<CellKind> {
    let commas = body.iter().filter(|b| **b == b',').count();
    let dots = body.iter().filter(|b| **b == b'.').count();
    let (head, tail) = split_at_last(body, if dots == 1 && commas >= 1 && last_of(body) == b'.' { b'.' } else { b',' });
    if dots == 0 && commas == 1 {
        if is_grouped(body, b',') {
            return Some(CellKind::CommaThree);
        }
        let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        return (digits(head) && digits(tail) && !(head.is_empty() && tail.is_empty()))
            .then_some(CellKind::CommaDecimal);
    }
    if dots == 0 {
        return is_grouped(body, b',').then_some(CellKind::CommaThousands);
    }
    let digits = !tail.is_empty() && tail.iter().all(u8::is_ascii_digit);
    if last_of(body) == b'.' {
        return (dots == 1 && digits && is_grouped(head, b',')).then_some(CellKind::CommaThousands);
    }
    (commas == 1 && digits && is_grouped(head, b'.')).then_some(CellKind::CommaDecimal)
}

/// Which of dot and comma comes last.
fn last_of(body: &[u8]) -> u8 {
    body.iter().rev().copied().find(|b| matches!(b, b'.' | b',')).unwrap_or(0)
}

fn split_at_last(body: &[u8], separator: u8) -> (&[u8], &[u8]) {
    match body.iter().rposition(|b| *b == separator) {
        Some(at) => (&body[..at], &body[at + 1..]),
        None => (body, &[]),
    }
}

/// `1.234` or `12.345.678`: one to three digits without a leading zero, then groups of three.
fn is_grouped(body: &[u8], separator: u8) -> bool {
    let mut groups = body.split(|b| *b == separator);
    let head = groups.next().unwrap_or_default();
    // Eighteen digits fit 64 bits.
    let head_fits =
        body.len() <= 23 && (1..=3).contains(&head.len()) && head[0] != b'0' && head.iter().all(u8::is_ascii_digit);
    let mut n_groups = 0;
    head_fits
        && groups.all(|group| {
            n_groups += 1;
            group.len() == 3 && group.iter().all(u8::is_ascii_digit)
        })
        && n_groups > 0
}

fn is_infinity(body: &[u8]) -> bool {
    body.eq_ignore_ascii_case(b"inf") || body.eq_ignore_ascii_case(b"infinity")
}

/// Digits with at most one point and an exponent: what `f64::from_str` reads, without its words.
fn is_decimal(body: &[u8]) -> bool {
    let (mantissa, exponent) = match body.iter().position(|b| matches!(b, b'e' | b'E')) {
        Some(at) => (&body[..at], Some(unsigned(&body[at + 1..]))),
        None => (body, None),
    };
    let n_digits = mantissa.iter().filter(|b| b.is_ascii_digit()).count();
    let n_points = mantissa.iter().filter(|b| **b == b'.').count();
    n_digits > 0
        && n_points <= 1
        && n_digits + n_points == mantissa.len()
        && exponent.is_none_or(|exponent| !exponent.is_empty() && exponent.iter().all(u8::is_ascii_digit))
}

fn parse_integer(cell: &[u8]) -> Option<i64> {
    std::str::from_utf8(cell).ok()?.parse().ok()
}

fn parse_real(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A trimmed cell as a number of that form; `None` when it is none.
pub(crate) fn parse_number(cell: &[u8], form: NumberForm) -> Option<Number> {
    if form.adornment == Adornment::default() {
        return parse_plainly(cell, form.style);
    }
    match adorned::strip(cell) {
        Some((found, bare)) if found.affix == form.adornment.affix && found.blanks <= form.adornment.blanks => {
            parse_plainly(bare.as_bytes(), form.style)
        }
        // Numbers below a thousand have no blanks.
        None if form.adornment.affix.is_none() => parse_plainly(cell, form.style),
        _ => None,
    }
}

fn parse_plainly(cell: &[u8], style: NumberStyle) -> Option<Number> {
    let body = unsigned(cell);
    let first = *body.first()?;
    if first.is_ascii_digit() && body.iter().all(u8::is_ascii_digit) {
        return parse_integer(cell).map(Number::Integer).or_else(|| parse_real(cell).map(Number::Real));
    }
    if is_infinity(body) {
        return parse_real(cell).map(Number::Real);
    }
    match style {
        NumberStyle::Plain => is_decimal(body).then(|| parse_real(cell).map(Number::Real))?,
        NumberStyle::ThousandsComma => {
            let plain: Vec<u8> = cell.iter().copied().filter(|b| *b != b',').collect();
            match classify_number(cell)? {
                CellKind::CommaThree | CellKind::CommaThousands => parse_digits(&plain),
                CellKind::Decimal | CellKind::DotGroups => parse_real(cell).map(Number::Real),
                _ => None,
            }
        }
        NumberStyle::DecimalComma => match classify_number(cell)? {
            CellKind::DotGroups => {
                let plain: Vec<u8> = cell.iter().copied().filter(|b| *b != b'.').collect();
                parse_digits(&plain)
            }
            CellKind::CommaDecimal | CellKind::CommaThree => {
                let plain: Vec<u8> =
                    cell.iter().filter(|b| **b != b'.').map(|b| if *b == b',' { b'.' } else { *b }).collect();
                parse_real(&plain).map(Number::Real)
            }
            _ => None,
        },
    }
}

fn parse_digits(cell: &[u8]) -> Option<Number> {
    parse_integer(cell).map(Number::Integer).or_else(|| parse_real(cell).map(Number::Real))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_told_apart() {
        use CellKind::*;
        for (cell, expected) in [
            ("", Missing),
            ("?", Missing),
            ("Na", Missing),
            ("n/a", Missing),
            ("NULL", Missing),
            ("NaN", Missing),
            ("NAN", MissingAmongNumbers),
            ("-", MissingAmongNumbers),
            ("None", MissingAmongNumbers),
            ("42", Integer),
            ("-7", Integer),
            ("+7", Integer),
            ("0", Integer),
            ("007", LeadingZero),
            ("99999999999999999999", BigInteger),
            ("3.14", Decimal),
            (".5", Decimal),
            ("5.", Decimal),
            ("-1e-5", Decimal),
            ("1.234", DotGroups),
            ("0.123", Decimal),
            ("-inf", Infinite),
            ("3,14", CommaDecimal),
            (",5", CommaDecimal),
            ("0,123", CommaDecimal),
            ("1,234", CommaThree),
            ("1,234,567", CommaThousands),
            ("1,234.5", CommaThousands),
            ("1.234,5", CommaDecimal),
            ("12,34,56", Text),
            ("1e", Text),
            ("e5", Text),
            ("1.2.3", Text),
            ("--5", Text),
            ("12abc", Text),
            ("2024-13-01", Text),
            ("2023-02-29", Text),
            ("Nancy", Text),
            ("infinite", Text),
            ("$85.00", Decimal),
            ("45%", Integer),
            ("1 234,5", CommaDecimal),
            ("$", Text),
            ("$x", Text),
            ("inf %", Text),
            ("9,999,999,999,999,999,999", Text),
        ] {
            assert_eq!(classify(cell.as_bytes()), expected, "{cell:?}");
        }
        let date = |order, time, offset| Date { order, time, offset, short_year: false };
        assert_eq!(classify(b"2024-02-29"), date(DateOrder::YearFirst, false, false));
        assert_eq!(classify(b"2024-02-29T10:11:12.5Z"), date(DateOrder::YearFirst, true, true));
        assert_eq!(classify(b"29.02.2024"), date(DateOrder::DayFirst, false, false));
        assert_eq!(classify(b"02/29/2024 23:59"), date(DateOrder::MonthFirst, true, false));
        assert_eq!(classify(b"02/03/2024"), date(DateOrder::Ambiguous, false, false));
    }

    #[test]
    fn numbers_are_read_in_their_style() {
        let read = |text: &str, style: NumberStyle| parse_number(text.as_bytes(), style.into());
        assert_eq!(read("1234", NumberStyle::Plain), Some(Number::Integer(1234)));
        assert_eq!(read("1.234", NumberStyle::Plain), Some(Number::Real(1.234)));
        assert_eq!(read("1.234", NumberStyle::DecimalComma), Some(Number::Integer(1234)));
        assert_eq!(read("-1.234,5", NumberStyle::DecimalComma), Some(Number::Real(-1234.5)));
        assert_eq!(read("1,234", NumberStyle::DecimalComma), Some(Number::Real(1.234)));
        assert_eq!(read("1,234", NumberStyle::ThousandsComma), Some(Number::Integer(1234)));
        assert_eq!(read("1,234.5", NumberStyle::ThousandsComma), Some(Number::Real(1234.5)));
        assert_eq!(read("1,5", NumberStyle::ThousandsComma), None);
        assert_eq!(read("1,5", NumberStyle::Plain), None);
        assert_eq!(read("-inf", NumberStyle::Plain), Some(Number::Real(f64::NEG_INFINITY)));
        assert_eq!(read("9223372036854775807", NumberStyle::Plain), Some(Number::Integer(i64::MAX)));
    }
    #[test]
    fn adorned_numbers_are_read_in_their_form() {
        use adorned::Affix;
        let read = |text: &str, style, affix, blanks| {
            parse_number(text.as_bytes(), NumberForm { style, adornment: Adornment { affix, blanks } })
        };
        let (dollar, percent) = (Some(Affix::Dollar), Some(Affix::Percent));
        assert_eq!(read("$1,234.5", NumberStyle::ThousandsComma, dollar, false), Some(Number::Real(1234.5)));
        assert_eq!(read("-$7", NumberStyle::Plain, dollar, false), Some(Number::Integer(-7)));
        assert_eq!(read("45 %", NumberStyle::Plain, percent, false), Some(Number::Integer(45)));
        assert_eq!(read("45", NumberStyle::Plain, percent, false), None);
        assert_eq!(read("€45", NumberStyle::Plain, dollar, false), None);
        assert_eq!(read("1 234,5", NumberStyle::DecimalComma, None, true), Some(Number::Real(1234.5)));
        assert_eq!(read("7,25", NumberStyle::DecimalComma, None, true), Some(Number::Real(7.25)));
        assert_eq!(read("1 234", NumberStyle::Plain, None, true), Some(Number::Integer(1234)));
        assert_eq!(read("1 234", NumberStyle::Plain, None, false), None);
        assert_eq!(read("$1 234", NumberStyle::Plain, None, true), None);
    }
}
