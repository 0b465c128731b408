//! The type that a column's cells decide on, and why.

use super::{Evidence, WORDS_MAX};
use crate::open::adorned::{Adornment, Affix};
use crate::open::cells::{NumberForm, NumberStyle};
use crate::open::dates::DateStyle;
use crate::open::values::Outcome;

/// Of the values of a column of numbers or dates, one in so many may be a word.
const WORDS_SHARE: u64 = 50;
/// The fewest values for which words among numbers are overlooked.
const WORDS_VALUES_MIN: u64 = 50;
/// Numbers in groups of three digits that all have so many bytes or more, and equally many, are codes.
const CODE_BYTES_MIN: usize = 11;

/// The type of a column and how its cells are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnType {
    /// No value at all: text for want of better.
    Empty,
    Boolean,
    Integer(NumberForm),
    Real(NumberForm),
    Date(DateStyle),
    Datetime(DateStyle),
    Text,
}

impl ColumnType {
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::Empty | Self::Text)
    }
}

/// A few texts among many numbers or dates.
pub(crate) struct OddOnes<'a> {
    pub(crate) n: u64,
    pub(crate) n_others: u64,
    /// `numbers` or `dates`.
    pub(crate) others: &'static str,
    /// Row (from 0) and text of the first.
    pub(crate) first: &'a [(u64, String)],
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
        let adornment = self.adornment()?;
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
        let mut reason = match (style, whole) {
            (NumberStyle::Plain, true) => "every value is a whole number",
            (NumberStyle::Plain, false) => "every value is a number",
            (NumberStyle::DecimalComma, true) => "every value is a whole number, with dots between thousands",
            (NumberStyle::DecimalComma, false) => "every value is a number with a decimal comma",
            (NumberStyle::ThousandsComma, true) => "every value is a whole number, with commas between thousands",
            (NumberStyle::ThousandsComma, false) => "every value is a number, with commas between thousands",
        }
        .to_owned();
        if adornment.blanks {
            reason.push_str(", with blanks between thousands");
        }
        match adornment.affix {
            Some(Affix::Percent) => reason.push_str(", with a % that is left out: 45% is 45"),
            Some(affix) => reason.push_str(&format!(", with a {} that is left out", affix.sign())),
            None => {}
        }
        let form = NumberForm { style, adornment };
        Ok(Decision {
            kind: if whole { ColumnType::Integer(form) } else { ColumnType::Real(form) },
            stored_as_text: form != NumberStyle::Plain.into(),
            reason,
            doubt,
        })
    }

    /// What stands beside and between the digits of the column's numbers.
    fn adornment(&self) -> Result<Adornment, String> {
        let used: Vec<Affix> = Affix::ALL.into_iter().filter(|affix| self.affixed[*affix as usize] > 0).collect();
        let affix = match used[..] {
            [] => None,
            [only] if self.affixed[only as usize] == self.n_numbers() => Some(only),
            [only] => return Err(format!("some of its numbers have a {} and some have none", only.sign())),
            _ => {
                let signs: Vec<&str> = used.into_iter().map(Affix::sign).collect();
                return Err(format!("its numbers have several signs: {}", signs.join(", ")));
            }
        };
        let alike = self.blank_lengths.is_some_and(|(low, high)| low == high && low >= CODE_BYTES_MIN);
        if alike && affix.is_none() && self.blank_groups == self.n_numbers() {
            return Err("all its numbers have equally many digits in groups, as codes do".to_owned());
        }
        Ok(Adornment { affix, blanks: self.blank_groups > 0 })
    }

    fn decide_date(&self, file: FileStyle) -> Result<Decision, String> {
        let mut doubts = Vec::new();
        let year_last = self.day_first + self.month_first + self.ambiguous_dates;
        if [self.year_first, self.named_months, year_last].iter().filter(|count| **count > 0).count() > 1 {
            return Err("its dates are written in several ways".to_owned());
        }
        let style = if self.year_first > 0 {
            DateStyle::YearFirst
        } else if self.named_months > 0 {
            DateStyle::MonthNamed
        } else if self.day_first > 0 && self.month_first > 0 {
            return Err("some of its dates have the day first and some the month".to_owned());
        } else if self.day_first > 0 {
            DateStyle::DayFirst
        } else if self.month_first > 0 {
            DateStyle::MonthFirst
        } else if let Some(style) = file.dates {
            style
        } else {
            doubts.push("no date tells whether day or month comes first; month first was taken");
            DateStyle::MonthFirst
        };
        let order = match style {
            DateStyle::YearFirst => "year first",
            DateStyle::DayFirst => "day first",
            DateStyle::MonthFirst => "month first",
            DateStyle::MonthNamed => "the month by its name",
        };
        let mut reason = format!("every value is a date, {order}");
        if self.short_years > 0 {
            doubts.push("some years have two digits; 69 to 99 were taken for the 1900s, 00 to 68 for the 2000s");
        }
        if self.times > 0 {
            reason.push_str(", with a time");
        }
        if self.offsets > 0 {
            reason.push_str("; offsets were applied, so it is UTC");
            if self.offsets < self.times {
                doubts.push("some times have an offset from UTC and some do not; those without were taken for UTC");
            }
        }
        Ok(Decision {
            kind: if self.times > 0 { ColumnType::Datetime(style) } else { ColumnType::Date(style) },
            stored_as_text: style != DateStyle::YearFirst,
            reason,
            doubt: (!doubts.is_empty()).then(|| doubts.join("; ")),
        })
    }

    /// What reading the cells as that type gives: what is missing and what does not fit.
    pub(crate) fn outcome(&self, kind: ColumnType) -> Outcome {
        let typed = !matches!(kind, ColumnType::Text | ColumnType::Empty | ColumnType::Boolean);
        Outcome {
            n_missing: self.n_missing + if typed { self.missing_among_numbers } else { 0 },
            n_unfit: if typed { self.texts } else { 0 },
            unfit: if typed { self.odd.clone() } else { Vec::new() },
            n_mangled: if typed { 0 } else { self.n_mangled },
        }
    }

    /// How many values there are, and how many of them are numbers (codes not counted) or dates and
    /// which of the two, when nine of ten are.
    pub(crate) fn mostly_typed(&self) -> Option<(u64, u64, &'static str)> {
        let (numbers, dates) = (self.n_numbers() - self.leading_zeros - self.big_integers, self.n_dates());
        let n_known = self.n_numbers() + dates + self.texts;
        let (n, what) = if numbers >= dates { (numbers, "numbers") } else { (dates, "dates") };
        (n > 0 && n * 10 >= n_known * 9).then_some((n_known, n, what))
    }

    /// Whether three of four values are neither numbers nor dates nor amounts.
    pub(crate) fn is_mostly_words(&self) -> bool {
        let amounts: u64 = self.affixed.iter().sum();
        let n_known = self.n_numbers() + self.n_dates() + self.texts;
        self.texts * 4 >= n_known * 3 && amounts * 4 <= n_known
    }

    /// Whether most values are dates, amounts or numbers with a fraction: measures, and no codes.
    pub(crate) fn is_mostly_measures(&self) -> bool {
        let codes = self.integers + self.leading_zeros + self.big_integers;
        let amounts: u64 = self.affixed.iter().sum();
        let measures = (self.n_numbers() - codes).max(amounts) + self.n_dates();
        measures * 2 > self.n_numbers() + self.n_dates() + self.texts
    }

    /// The texts that keep a column of numbers or dates from being one, where they are few: what they
    /// are among, and the first of them with their rows.
    pub(crate) fn odd_ones_out(&self) -> Option<OddOnes<'_>> {
        let (numbers, dates) = (self.n_numbers(), self.n_dates());
        let n_others = numbers.max(dates);
        let few = self.texts > 0 && n_others >= WORDS_VALUES_MIN && self.texts * WORDS_SHARE <= n_others;
        (few && numbers.min(dates) == 0).then(|| OddOnes {
            n: self.texts,
            n_others,
            others: if numbers > 0 { "numbers" } else { "dates" },
            first: &self.odd,
        })
    }
}

impl Decision {
    fn text(reason: String) -> Self {
        Self { kind: ColumnType::Text, stored_as_text: false, reason, doubt: None }
    }
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
        use ColumnType::{Boolean, Date, Datetime, Empty, Text};
        use NumberStyle::*;
        #[expect(non_snake_case, reason = "reads as the types do")]
        let (Integer, Real) = (
            |style: NumberStyle| ColumnType::Integer(style.into()),
            |style: NumberStyle| ColumnType::Real(style.into()),
        );
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
    fn numbers_may_have_a_sign_or_blanks() {
        let form = |style, affix, blanks| NumberForm { style, adornment: Adornment { affix, blanks } };
        let integer = |style, affix, blanks| ColumnType::Integer(form(style, affix, blanks));
        let real = |style, affix, blanks| ColumnType::Real(form(style, affix, blanks));
        use NumberStyle::{DecimalComma, Plain, ThousandsComma};
        check(&["$85.00", "-$1.50", ""], real(Plain, Some(Affix::Dollar), false), true);
        check(&["€12", "€7"], integer(Plain, Some(Affix::Euro), false), true);
        check(&["$1,200.00", "$7.25"], real(ThousandsComma, Some(Affix::Dollar), false), true);
        check(&["45%", "4.5 %", "NA"], real(Plain, Some(Affix::Percent), false), true);
        check(&["1 234,5", "7,25", "12\u{a0}000,00"], real(DecimalComma, None, true), true);
        check(&["1 234", "567"], integer(Plain, None, true), true);
        check(&["$5", "€7"], ColumnType::Text, false);
        check(&["45%", "0.45"], ColumnType::Text, false);
        check(&["$5", "five"], ColumnType::Text, false);
        check(&["123 456 789", "555 222 111"], ColumnType::Text, false);
        let reason = |cells: &[&str]| evidence(cells).decide(FileStyle::default()).reason;
        assert_eq!(reason(&["45%"]), "every value is a whole number, with a % that is left out: 45% is 45");
        assert_eq!(reason(&["$5", "€7"]), "its numbers have several signs: $, €");
    }

    #[test]
    fn dates_have_one_form() {
        check(&["3/14/2015 11:38:00 PM"], ColumnType::Datetime(DateStyle::MonthFirst), true);
        check(&["05-Jan-2023", "6 Feb 2023", "Mar 5, 2020"], ColumnType::Date(DateStyle::MonthNamed), true);
        check(&["05-Jan-2023", "2023-01-06"], ColumnType::Text, false);
        check(&["May 5, 2020", "May"], ColumnType::Text, false);
        let short = evidence(&["1/2/15", "12/31/15"]).decide(FileStyle::default());
        assert_eq!(short.kind, ColumnType::Date(DateStyle::MonthFirst));
        assert!(short.doubt.is_some_and(|doubt| doubt.contains("two digits")));
    }

    #[test]
    fn a_few_texts_among_numbers_are_pointed_at() {
        let numbers: Vec<String> = (0..200).map(|n| n.to_string()).collect();
        let mut cells: Vec<&str> = numbers.iter().map(String::as_str).collect();
        cells.insert(7, "12b");
        let evidence = evidence(&cells);
        assert_eq!(evidence.decide(FileStyle::default()).kind, ColumnType::Text);
        let odd = evidence.odd_ones_out().expect("one odd value");
        assert_eq!((odd.n, odd.n_others, odd.others, odd.first), (1, 200, "numbers", &[(7, "12b".to_owned())][..]));
    }

    #[test]
    fn a_few_words_among_many_numbers_are_overlooked() {
        let numbers: Vec<String> = (0..200).map(|n| n.to_string()).collect();
        let mut cells: Vec<&str> = numbers.iter().map(String::as_str).collect();
        cells.push("unknown");
        check(&cells, ColumnType::Integer(NumberStyle::Plain.into()), true);
        cells.push("12b");
        check(&cells, ColumnType::Text, false);
    }

    #[test]
    fn the_file_decides_what_a_column_leaves_open() {
        let prices = evidence(&["3,5", "1.234,5"]);
        let grouped = evidence(&["1.234", "2.345"]);
        let style = FileStyle::of([&prices, &grouped], b';');
        assert_eq!(grouped.decide(style).kind, ColumnType::Integer(NumberStyle::DecimalComma.into()));
        assert_eq!(grouped.decide(FileStyle::default()).kind, ColumnType::Real(NumberStyle::Plain.into()));
        let known = evidence(&["31/12/2024"]);
        let open = evidence(&["01/02/2024"]);
        assert_eq!(open.decide(FileStyle::of([&known, &open], b',')).kind, ColumnType::Date(DateStyle::DayFirst));
        let alone = open.decide(FileStyle::default());
        assert_eq!(alone.kind, ColumnType::Date(DateStyle::MonthFirst));
        assert!(alone.doubt.is_some());
    }
}
