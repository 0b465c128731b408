//! What a column's cells are, counted; [`decide`] makes a type of it.

use std::collections::BTreeMap;

use super::adorned::{Adornment, Affix};
use super::cells::{self, CellKind};
use super::dates::DateOrder;
use super::values::{self, shorten};

mod decide;

pub(crate) use decide::{ColumnType, Decision, FileStyle};

/// The most different words among numbers.
const WORDS_MAX: usize = 3;
/// Texts whose rows are kept.
const ODD_KEPT_MAX: usize = crate::reading::ISSUES_PER_KIND_MAX;

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
    named_months: u64,
    short_years: u64,
    times: u64,
    offsets: u64,
    /// Numbers with each affix, in the order of [`Affix::ALL`].
    affixed: [u64; Affix::ALL.len()],
    /// Numbers with blanks between thousands.
    blank_groups: u64,
    /// The lengths of the shortest and the longest of those, in bytes.
    blank_lengths: Option<(usize, usize)>,
    texts: u64,
    truths: u64,
    /// The different texts, until there are more than may stand among numbers.
    words: Vec<String>,
    /// Row (from 0) and text of the first texts.
    odd: Vec<(u64, String)>,
    /// Cells that are not valid UTF-8, and those that are and not ASCII.
    pub(crate) n_mangled: u64,
    pub(crate) n_beyond_ascii: u64,
    /// Cells that hold something with blanks around it.
    pub(crate) n_padded: u64,
    /// Missing markers as they are written, and how often.
    pub(crate) markers: BTreeMap<String, u64>,
    /// The same, of those that count among numbers only.
    number_markers: BTreeMap<String, u64>,
}

impl Evidence {
    /// Counts one cell.
    pub(crate) fn see(&mut self, raw: &[u8]) {
        let row = self.n_cells;
        self.n_cells += 1;
        let cell = cells::trim(raw);
        let (kind, adornment) = cells::classify_adorned(cell);
        if adornment != Adornment::default() {
            self.see_adornment(adornment, cell);
        }
        if cell.len() < raw.len() && kind != CellKind::Missing {
            self.n_padded += u64::from(values::trim_blanks(raw).len() < raw.len());
        }
        match kind {
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
            CellKind::Date { order, time, offset, short_year } => {
                self.short_years += u64::from(short_year);
                self.times += u64::from(time);
                self.offsets += u64::from(offset);
                *match order {
                    DateOrder::YearFirst => &mut self.year_first,
                    DateOrder::DayFirst => &mut self.day_first,
                    DateOrder::MonthFirst => &mut self.month_first,
                    DateOrder::Ambiguous => &mut self.ambiguous_dates,
                    DateOrder::Named => &mut self.named_months,
                } += 1;
            }
            CellKind::Text => {
                self.texts += 1;
                self.truths += u64::from(cells::parse_truth(cell).is_some());
                if self.words.len() <= WORDS_MAX && !self.words.iter().any(|word| word.as_bytes() == cell) {
                    self.words.push(String::from_utf8_lossy(cell).into_owned());
                }
                if self.odd.len() < ODD_KEPT_MAX {
                    self.odd.push((row, shorten(cell)));
                }
                if !cell.is_ascii() {
                    let valid = std::str::from_utf8(cell).is_ok();
                    self.n_beyond_ascii += u64::from(valid);
                    self.n_mangled += u64::from(!valid);
                }
            }
        }
    }

    fn see_adornment(&mut self, adornment: Adornment, cell: &[u8]) {
        self.n_beyond_ascii += u64::from(!cell.is_ascii());
        if let Some(affix) = adornment.affix {
            self.affixed[affix as usize] += 1;
        }
        if adornment.blanks {
            self.blank_groups += 1;
            self.widen_blank_lengths(cell.len(), cell.len());
        }
    }

    fn widen_blank_lengths(&mut self, low: usize, high: usize) {
        let (own_low, own_high) = self.blank_lengths.unwrap_or((low, high));
        self.blank_lengths = Some((own_low.min(low), own_high.max(high)));
    }

    /// Adds what was seen of later rows.
    pub(crate) fn add(&mut self, later: Self) {
        // Taken apart by name, so that no field is forgotten.
        let Self {
            n_cells,
            n_missing,
            missing_among_numbers,
            integers,
            leading_zeros,
            big_integers,
            decimals,
            dot_groups,
            infinities,
            comma_decimals,
            comma_threes,
            comma_thousands,
            comma_thousands_real,
            year_first,
            day_first,
            month_first,
            ambiguous_dates,
            named_months,
            short_years,
            times,
            offsets,
            blank_groups,
            texts,
            truths,
            n_mangled,
            n_beyond_ascii,
            n_padded,
            affixed,
            blank_lengths,
            words,
            odd,
            markers,
            number_markers,
        } = later;
        let rows_before = self.n_cells;
        self.n_cells += n_cells;
        self.n_missing += n_missing;
        self.missing_among_numbers += missing_among_numbers;
        self.integers += integers;
        self.leading_zeros += leading_zeros;
        self.big_integers += big_integers;
        self.decimals += decimals;
        self.dot_groups += dot_groups;
        self.infinities += infinities;
        self.comma_decimals += comma_decimals;
        self.comma_threes += comma_threes;
        self.comma_thousands += comma_thousands;
        self.comma_thousands_real += comma_thousands_real;
        self.year_first += year_first;
        self.day_first += day_first;
        self.month_first += month_first;
        self.ambiguous_dates += ambiguous_dates;
        self.named_months += named_months;
        self.short_years += short_years;
        self.times += times;
        self.offsets += offsets;
        self.blank_groups += blank_groups;
        self.texts += texts;
        self.truths += truths;
        self.n_mangled += n_mangled;
        self.n_beyond_ascii += n_beyond_ascii;
        self.n_padded += n_padded;
        for (count, more) in self.affixed.iter_mut().zip(affixed) {
            *count += more;
        }
        if let Some((low, high)) = blank_lengths {
            self.widen_blank_lengths(low, high);
        }
        for word in words {
            if self.words.len() <= WORDS_MAX && !self.words.contains(&word) {
                self.words.push(word);
            }
        }
        let room = ODD_KEPT_MAX.saturating_sub(self.odd.len());
        self.odd.extend(odd.into_iter().take(room).map(|(row, text)| (row + rows_before, text)));
        for (own, later) in [(&mut self.markers, markers), (&mut self.number_markers, number_markers)] {
            for (marker, n) in later {
                if own.len() < cells::EXAMPLES_MAX || own.contains_key(&marker) {
                    *own.entry(marker).or_default() += n;
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
        self.year_first + self.day_first + self.month_first + self.ambiguous_dates + self.named_months
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_of_parts_adds_up_to_that_of_the_whole() {
        let cells = [
            "1",
            "007",
            "2.5",
            "1.234",
            "",
            " ",
            "-",
            "x",
            " padded\t",
            "y",
            "3,5",
            "1,234",
            "1,234.5",
            "$5",
            "1 234",
            "10 000 €",
            "inf",
            "2024-01-31 10:00Z",
            "31/01/2024",
            "1/2/15",
            "Mar 5, 2020",
            "true",
            "z",
            "w",
            "ü",
            "99999999999999999999",
        ];
        let seen = |cells: &[&str]| {
            let mut evidence = Evidence::default();
            cells.iter().for_each(|cell| evidence.see(cell.as_bytes()));
            evidence
        };
        for at in 0..=cells.len() {
            let mut sum = seen(&cells[..at]);
            sum.add(seen(&cells[at..]));
            assert_eq!(format!("{sum:?}"), format!("{:?}", seen(&cells)), "{at}");
        }
    }
}
