//! What a column's cells are, counted, and the type they decide on.

use std::collections::BTreeMap;

use super::cells::{self, CellKind, NumberStyle};
use super::dates::{DateOrder, DateStyle};

/// Of the values of a column of numbers or dates, one in so many may be a word.
const WORDS_SHARE: u64 = 50;
/// The fewest values for which words among numbers are overlooked.
const WORDS_VALUES_MIN: u64 = 50;
/// The most different words among numbers.
const WORDS_MAX: usize = 3;

/// What was seen of one column.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    pub(crate) n_cells: u64,
    pub(crate) n_missing: u64,
    missing_among_numbers: u64,
    integers: u64,
    leading_zeros: u64,
    big_integers: u64,
    decimals: u64,
    dot_groups: u64,
    infinities: u64,
    comma_decimals: u64,
    comma_threes: u64,
    comma_thousands: u64,
    /// Of those, the ones with a decimal point.
    comma_thousands_real: u64,
    year_first: u64,
    day_first: u64,
    month_first: u64,
    ambiguous_dates: u64,
    times: u64,
    offsets: u64,
    texts: u64,
    truths: u64,
    /// The different texts, until there are more than may stand among numbers.
    words: Vec<String>,
    /// Missing markers as they are written, and how often.
    pub(crate) markers: BTreeMap<String, u64>,
    /// The same, of those that count among numbers only.
    number_markers: BTreeMap<String, u64>,
}

/// The type of a column and how its cells are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnType {
    /// No value at all: text for want of better.
    Empty,
    Boolean,
    Integer(NumberStyle),
    Real(NumberStyle),
    Date(DateStyle),
    Datetime(DateStyle),
    Text,
}

/// What was decided on a column, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) kind: ColumnType,
    pub(crate) stored_as_text: bool,
    pub(crate) reason: String,
    /// What could as well be otherwise.
    pub(crate) doubt: Option<String>,
}

/// What other columns say about how the file writes numbers and dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct FileStyle {
    /// Some column has decimal commas for certain.
    pub(crate) decimal_comma: bool,
    /// Fields are separated by semicolons, as where the comma is decimal.
    pub(crate) semicolons: bool,
    /// The order of day and month where some column shows it.
    pub(crate) dates: Option<DateStyle>,
}

impl FileStyle {
    /// What the columns say together.
    pub(crate) fn of<'a>(columns: impl IntoIterator<Item = &'a Evidence>, delimiter: u8) -> Self {
        let mut style = Self { semicolons: delimiter == b';', ..Self::default() };
        let (mut day_first, mut month_first) = (false, false);
        for column in columns {
            let only_numbers = column.texts == 0 && column.n_dates() == 0;
            style.decimal_comma |= only_numbers && column.comma_decimals > 0 && column.decimals == 0;
            if column.texts == 0 && column.n_numbers() == 0 {
                day_first |= column.day_first > 0 && column.month_first == 0;
                month_first |= column.month_first > 0 && column.day_first == 0;
            }
        }
        style.dates = match (day_first, month_first) {
            (true, false) => Some(DateStyle::DayFirst),
            (false, true) => Some(DateStyle::MonthFirst),
            _ => None,
        };
        style
    }
}

impl Evidence {
    /// Counts one cell.
    pub(crate) fn see(&mut self, raw: &[u8]) {
        self.n_cells += 1;
        let cell = cells::trim(raw);
        match cells::classify(cell) {
            CellKind::Missing => {
                self.n_missing += 1;
                count(&mut self.markers, marker(raw));
            }
            CellKind::MissingAmongNumbers => {
                self.missing_among_numbers += 1;
                count(&mut self.number_markers, marker(raw));
            }
            CellKind::Integer => self.integers += 1,
            CellKind::LeadingZero => self.leading_zeros += 1,
            CellKind::BigInteger => self.big_integers += 1,
            CellKind::Decimal => self.decimals += 1,
            CellKind::DotGroups => self.dot_groups += 1,
            CellKind::Infinite => self.infinities += 1,
            CellKind::CommaDecimal => self.comma_decimals += 1,
            CellKind::CommaThree => self.comma_threes += 1,
            CellKind::CommaThousands => {
                self.comma_thousands += 1;
                self.comma_thousands_real += u64::from(cell.contains(&b'.'));
            }
            CellKind::Date { order, time, offset } => {
                self.times += u64::from(time);
                self.offsets += u64::from(offset);
                *match order {
                    DateOrder::YearFirst => &mut self.year_first,
                    DateOrder::DayFirst => &mut self.day_first,
                    DateOrder::MonthFirst => &mut self.month_first,
                    DateOrder::Ambiguous => &mut self.ambiguous_dates,
                } += 1;
            }
            CellKind::Text => {
                self.texts += 1;
                self.truths += u64::from(cells::parse_truth(cell).is_some());
                if self.words.len() <= WORDS_MAX && !self.words.iter().any(|word| word.as_bytes() == cell) {
                    self.words.push(String::from_utf8_lossy(cell).into_owned());
                }
            }
        }
    }

    /// Counts a value that is missing without being written.
    pub(crate) fn see_null(&mut self) {
        self.n_cells += 1;
        self.n_missing += 1;
    }

    fn n_numbers(&self) -> u64 {
        self.integers
            + self.leading_zeros
            + self.big_integers
            + self.decimals
            + self.dot_groups
            + self.infinities
            + self.comma_decimals
            + self.comma_threes
            + self.comma_thousands
    }

    fn n_dates(&self) -> u64 {
        self.year_first + self.day_first + self.month_first + self.ambiguous_dates
    }

    /// Whether texts are so few and so little like values that they stand for "not known".
    fn overlooks_texts(&self, n_values: u64) -> bool {
        let n_known = n_values + self.texts;
        self.texts == 0
            || (n_known >= WORDS_VALUES_MIN
                && self.texts * WORDS_SHARE <= n_known
                && self.words.len() <= WORDS_MAX
                && self.words.iter().all(|word| !word.bytes().any(|byte| byte.is_ascii_digit())))
    }

    /// The missing markers of a column of that type, as they are written.
    pub(crate) fn markers_of(&self, kind: ColumnType) -> impl Iterator<Item = &str> {
        let among_numbers = !matches!(kind, ColumnType::Text | ColumnType::Empty | ColumnType::Boolean);
        self.markers.keys().chain(self.number_markers.keys().filter(move |_| among_numbers)).map(String::as_str)
    }

    /// Decides on the column's type.
    pub(crate) fn decide(&self, file: FileStyle) -> Decision {
        let (numbers, dates) = (self.n_numbers(), self.n_dates());
        if numbers + dates + self.texts == 0 {
            if self.missing_among_numbers > 0 {
                return Decision::text("no number stands among its words".to_owned());
            }
            return Decision { kind: ColumnType::Empty, ..Decision::text("it has no value".to_owned()) };
        }
        if self.texts > 0 && self.texts == self.truths && numbers + dates + self.missing_among_numbers == 0 {
            return Decision {
                kind: ColumnType::Boolean,
                stored_as_text: false,
                reason: "every value is true or false".to_owned(),
                doubt: None,
            };
        }
        let decided = if numbers > 0 && dates == 0 && self.overlooks_texts(numbers) {
            self.decide_number(file)
        } else if dates > 0 && numbers == 0 && self.overlooks_texts(dates) {
            self.decide_date(file)
        } else {
            Err(self.why_text())
        };
        let mut decision = match decided {
            Ok(decision) => decision,
            Err(reason) => return Decision::text(reason),
        };
        let odd: Vec<String> = self
            .markers_of(decision.kind)
            .filter(|marker| !is_usual_marker(marker))
            .map(|marker| format!("{marker:?}"))
            .collect();
        if !odd.is_empty() {
            decision.stored_as_text = true;
            decision.reason.push_str(&format!("; {} read as missing", were(&odd)));
        }
        if self.texts > 0 {
            decision.stored_as_text = true;
            let words: Vec<String> = self.words.iter().map(|word| format!("{word:?}")).collect();
            decision.reason.push_str(&format!("; {} that do not fit: {}", n_values(self.texts), words.join(", ")));
        }
        decision
    }

    fn why_text(&self) -> String {
        let mut parts = Vec::new();
        for (count, one, many) in
            [(self.texts, "text", "texts"), (self.n_numbers(), "number", "numbers"), (self.n_dates(), "date", "dates")]
        {
            if count > 0 {
                parts.push(format!("{count} {}", if count == 1 { one } else { many }));
            }
        }
        format!("its values are {}", parts.join(", "))
    }

    fn decide_number(&self, file: FileStyle) -> Result<Decision, String> {
        let real = self.decimals + self.dot_groups + self.infinities + self.comma_decimals + self.big_integers > 0;
        let mut doubt = None;
        if self.leading_zeros > 0 && self.decimals + self.comma_decimals == 0 {
            return Err(format!("{} of its numbers start with 0, as codes do", self.leading_zeros));
        }
        if self.big_integers > 0 && self.decimals + self.comma_decimals + self.dot_groups + self.infinities == 0 {
            return Err(format!(
                "{} of its whole numbers are too long for 64 bits and would lose digits",
                self.big_integers
            ));
        }
        let style = if self.comma_decimals > 0 {
            if self.decimals > 0 || self.comma_thousands > 0 {
                return Err("some of its numbers have a decimal comma and some a decimal point".to_owned());
            }
            NumberStyle::DecimalComma
        } else if self.comma_thousands > 0 {
            NumberStyle::ThousandsComma
        } else if self.comma_threes > 0 {
            let decimal = (file.decimal_comma || file.semicolons) && self.decimals == 0;
            if !file.decimal_comma {
                let taken = if decimal { "a decimal comma" } else { "thousands" };
                doubt = Some(format!("numbers like 1,234 could have a decimal comma or thousands; {taken} was taken"));
            }
            if decimal { NumberStyle::DecimalComma } else { NumberStyle::ThousandsComma }
        } else if self.dot_groups > 0 && self.decimals == 0 && file.decimal_comma {
            doubt = Some("numbers like 1.234 could have a decimal point or thousands; thousands was taken, as the file's decimals have a comma".to_owned());
            NumberStyle::DecimalComma
        } else {
            NumberStyle::Plain
        };
        let whole = match style {
            NumberStyle::Plain => !real,
            NumberStyle::DecimalComma => {
                self.comma_decimals + self.comma_threes + self.infinities + self.big_integers == 0
            }
            NumberStyle::ThousandsComma => !real && self.comma_thousands_real == 0,
        };
        let reason = match (style, whole) {
            (NumberStyle::Plain, true) => "every value is a whole number",
            (NumberStyle::Plain, false) => "every value is a number",
            (NumberStyle::DecimalComma, true) => "every value is a whole number, with dots between thousands",
            (NumberStyle::DecimalComma, false) => "every value is a number with a decimal comma",
            (NumberStyle::ThousandsComma, true) => "every value is a whole number, with commas between thousands",
            (NumberStyle::ThousandsComma, false) => "every value is a number, with commas between thousands",
        };
        Ok(Decision {
            kind: if whole { ColumnType::Integer(style) } else { ColumnType::Real(style) },
            stored_as_text: style != NumberStyle::Plain,
            reason: reason.to_owned(),
            doubt,
        })
    }

    fn decide_date(&self, file: FileStyle) -> Result<Decision, String> {
        let mut doubt = None;
        let style = if self.year_first > 0 {
            if self.day_first + self.month_first + self.ambiguous_dates > 0 {
                return Err("its dates are written in several ways".to_owned());
            }
            DateStyle::YearFirst
        } else if self.day_first > 0 && self.month_first > 0 {
            return Err("some of its dates have the day first and some the month".to_owned());
        } else if self.day_first > 0 {
            DateStyle::DayFirst
        } else if self.month_first > 0 {
            DateStyle::MonthFirst
        } else if let Some(style) = file.dates {
            style
        } else {
            doubt = Some("no date tells whether day or month comes first; month first was taken".to_owned());
            DateStyle::MonthFirst
        };
        let order = match style {
            DateStyle::YearFirst => "year first",
            DateStyle::DayFirst => "day first",
            DateStyle::MonthFirst => "month first",
        };
        let mut reason = format!("every value is a date, {order}");
        if self.times > 0 {
            reason.push_str(", with a time");
        }
        if self.offsets > 0 {
            reason.push_str("; offsets were applied, so it is UTC");
            if self.offsets < self.times {
                doubt = Some(
                    "some times have an offset from UTC and some do not; those without were taken for UTC".to_owned(),
                );
            }
        }
        Ok(Decision {
            kind: if self.times > 0 { ColumnType::Datetime(style) } else { ColumnType::Date(style) },
            stored_as_text: style != DateStyle::YearFirst,
            reason,
            doubt,
        })
    }
}

impl Decision {
    fn text(reason: String) -> Self {
        Self { kind: ColumnType::Text, stored_as_text: false, reason, doubt: None }
    }
}

fn count(markers: &mut BTreeMap<String, u64>, marker: &str) {
    if let Some(count) = markers.get_mut(marker) {
        *count += 1;
    } else if markers.len() < cells::EXAMPLES_MAX {
        markers.insert(marker.to_owned(), 1);
    }
}

/// A missing marker as it is reported: blanks of any number are one blank.
fn marker(raw: &[u8]) -> &str {
    let cell = cells::trim(raw);
    if cell.is_empty() && !raw.is_empty() { " " } else { std::str::from_utf8(cell).unwrap_or_default() }
}

/// Whether readers of numbers commonly know the marker (the list of pandas 2.2 `read_csv`).
fn is_usual_marker(marker: &str) -> bool {
    matches!(marker, "" | "#N/A" | "-nan" | "-NaN" | "N/A" | "NA" | "NULL" | "NaN" | "None" | "n/a" | "nan" | "null")
}

fn were(names: &[String]) -> String {
    format!("{} {}", names.join(", "), if names.len() == 1 { "is" } else { "are" })
}

fn n_values(n: u64) -> String {
    if n == 1 { "1 value".to_owned() } else { format!("{n} values") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(cells: &[&str]) -> Evidence {
        let mut evidence = Evidence::default();
        for cell in cells {
            evidence.see(cell.as_bytes());
        }
        evidence
    }

    fn check(cells: &[&str], kind: ColumnType, stored_as_text: bool) {
        let decision = evidence(cells).decide(FileStyle::default());
        assert_eq!((decision.kind, decision.stored_as_text), (kind, stored_as_text), "{cells:?}: {}", decision.reason);
    }

    #[test]
    fn types_are_decided() {
        use ColumnType::*;
        use NumberStyle::*;
        check(&["1", "2", ""], Integer(Plain), false);
        check(&["1", "2.5", "NA"], Real(Plain), false);
        check(&["29.85", " ", "1889.5"], Real(Plain), true);
        check(&["1", "?"], Integer(Plain), true);
        check(&["3,14", "2,5"], Real(DecimalComma), true);
        check(&["1,234", "12,345,678"], Integer(ThousandsComma), true);
        check(&["1,234.5", "12,345,678"], Real(ThousandsComma), true);
        check(&["01234", "98765"], Text, false);
        check(&["99999999999999999999", "1"], Text, false);
        check(&["1", "nan", "-inf"], Real(Plain), false);
        check(&["1.5", "2,5"], Text, false);
        check(&["2024-01-31", ""], Date(DateStyle::YearFirst), false);
        check(&["2024-01-31 10:00"], Datetime(DateStyle::YearFirst), false);
        check(&["31/01/2024", "01/02/2024"], Date(DateStyle::DayFirst), true);
        check(&["01/31/2024", "31/01/2024"], Text, false);
        check(&["true", "False", ""], Boolean, false);
        check(&["true", "maybe"], Text, false);
        check(&["", "NA"], Empty, false);
        check(&["-", "-"], Text, false);
        check(&["1", "x"], Text, false);
        check(&["Yes", "No"], Text, false);
    }

    #[test]
    fn a_few_words_among_many_numbers_are_overlooked() {
        let numbers: Vec<String> = (0..200).map(|n| n.to_string()).collect();
        let mut cells: Vec<&str> = numbers.iter().map(String::as_str).collect();
        cells.push("unknown");
        check(&cells, ColumnType::Integer(NumberStyle::Plain), true);
        cells.push("12b");
        check(&cells, ColumnType::Text, false);
    }

    #[test]
    fn the_file_decides_what_a_column_leaves_open() {
        let prices = evidence(&["3,5", "1.234,5"]);
        let grouped = evidence(&["1.234", "2.345"]);
        let style = FileStyle::of([&prices, &grouped], b';');
        assert_eq!(grouped.decide(style).kind, ColumnType::Integer(NumberStyle::DecimalComma));
        assert_eq!(grouped.decide(FileStyle::default()).kind, ColumnType::Real(NumberStyle::Plain));
        let known = evidence(&["31/12/2024"]);
        let open = evidence(&["01/02/2024"]);
        assert_eq!(open.decide(FileStyle::of([&known, &open], b',')).kind, ColumnType::Date(DateStyle::DayFirst));
        let alone = open.decide(FileStyle::default());
        assert_eq!(alone.kind, ColumnType::Date(DateStyle::MonthFirst));
        assert!(alone.doubt.is_some());
    }
}
