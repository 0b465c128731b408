//! Cells of text as typed columns.

use polars::prelude::*;

use super::cells::{self, Number};
use super::dates::{self, DAY_US};
use super::evidence::ColumnType;

/// Values that do not fit that are kept as examples, per column.
pub(crate) const UNFIT_KEPT_MAX: usize = crate::reading::ISSUES_PER_KIND_MAX;
/// The most characters of such a value that are shown.
const UNFIT_CHARS_MAX: usize = 60;

/// The cells of one column, end to end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cells {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Cells {
    pub(crate) fn push(&mut self, cell: &[u8]) {
        self.bytes.extend_from_slice(cell);
        self.ends.push(u32::try_from(self.bytes.len()).expect("the text of one table is limited to less than 4 GiB"));
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn truncate(&mut self, n: usize) {
        self.ends.truncate(n);
        self.bytes.truncate(self.ends.last().map_or(0, |end| *end as usize));
    }

    pub(crate) fn get(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.bytes[start..self.ends[index] as usize]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|index| self.get(index))
    }
}

/// What happened while a column's cells were read as its type.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    pub(crate) n_missing: u64,
    pub(crate) n_unfit: u64,
    /// Row (from 0) and text of the first values that do not fit.
    pub(crate) unfit: Vec<(u64, String)>,
    /// Cells that are not valid UTF-8.
    pub(crate) n_mangled: u64,
}

impl Outcome {
    fn unfit(&mut self, row: usize, cell: &[u8]) {
        self.n_unfit += 1;
        if self.unfit.len() < UNFIT_KEPT_MAX {
            self.unfit.push((row as u64, shorten(cell)));
        }
    }
}

/// The start of a cell, to be shown.
pub(crate) fn shorten(cell: &[u8]) -> String {
    // A character has at most four bytes.
    let start = &cell[..cell.len().min(UNFIT_CHARS_MAX * 4 + 4)];
    let text = String::from_utf8_lossy(start);
    let shown: String = text.chars().take(UNFIT_CHARS_MAX).collect();
    let tail = if shown.len() < text.len() { "…" } else { "" };
    format!("{shown}{tail}")
}

impl ColumnType {
    /// The type polars gives it.
    pub(crate) fn dtype(self) -> DataType {
        match self {
            Self::Empty | Self::Text => DataType::String,
            Self::Boolean => DataType::Boolean,
            Self::Integer(_) => DataType::Int64,
            Self::Real(_) => DataType::Float64,
            Self::Date(_) => DataType::Date,
            Self::Datetime(_) => DataType::Datetime(TimeUnit::Microseconds, None),
        }
    }
}

/// Reads cells as a column of that type. `None` is a missing cell; what does not fit becomes missing
/// and is counted. Text is kept without the blanks around it.
pub(crate) fn column<'a>(
    name: PlSmallStr,
    cells: impl Iterator<Item = Option<&'a [u8]>>,
    kind: ColumnType,
) -> (Series, Outcome) {
    let n = cells.size_hint().0;
    let mut outcome = Outcome::default();
    let series = match kind {
        ColumnType::Empty | ColumnType::Text => {
            let mut builder = StringChunkedBuilder::new(name, n);
            for cell in cells {
                let cell = cell.map(trim_blanks).filter(|cell| !cells::is_missing(cells::trim(cell)));
                outcome.n_missing += u64::from(cell.is_none());
                match cell.map(std::str::from_utf8) {
                    None => builder.append_null(),
                    Some(Ok(text)) => builder.append_value(text),
                    Some(Err(_)) => {
                        outcome.n_mangled += 1;
                        builder.append_value(String::from_utf8_lossy(cell.unwrap_or_default()));
                    }
                }
            }
            builder.finish().into_series()
        }
        ColumnType::Boolean => {
            let mut builder = BooleanChunkedBuilder::new(name, n);
            read(cells, &mut outcome, cells::parse_truth, |value| builder.append_option(value));
            builder.finish().into_series()
        }
        ColumnType::Integer(style) => {
            let mut builder = PrimitiveChunkedBuilder::<Int64Type>::new(name, n);
            let whole = |cell: &[u8]| match cells::parse_number(cell, style)? {
                Number::Integer(value) => Some(value),
                Number::Real(_) => None,
            };
            read(cells, &mut outcome, whole, |value| builder.append_option(value));
            builder.finish().into_series()
        }
        ColumnType::Real(style) => {
            let mut builder = PrimitiveChunkedBuilder::<Float64Type>::new(name, n);
            let real = |cell: &[u8]| {
                Some(match cells::parse_number(cell, style)? {
                    Number::Integer(value) => value as f64,
                    Number::Real(value) => value,
                })
            };
            read(cells, &mut outcome, real, |value| builder.append_option(value));
            builder.finish().into_series()
        }
        ColumnType::Date(style) => {
            let mut builder = PrimitiveChunkedBuilder::<Int32Type>::new(name, n);
            let day = |cell: &[u8]| {
                let instant = dates::parse_date(cell, style)?;
                // A time of day would be lost, so the value does not fit.
                if instant.time { None } else { i32::try_from(instant.microseconds.div_euclid(DAY_US)).ok() }
            };
            read(cells, &mut outcome, day, |value| builder.append_option(value));
            builder.finish().into_date().into_series()
        }
        ColumnType::Datetime(style) => {
            let mut builder = PrimitiveChunkedBuilder::<Int64Type>::new(name, n);
            let moment = |cell: &[u8]| dates::parse_date(cell, style).map(|instant| instant.microseconds);
            read(cells, &mut outcome, moment, |value| builder.append_option(value));
            builder.finish().into_datetime(TimeUnit::Microseconds, None).into_series()
        }
    };
    (series, outcome)
}

/// Text keeps its line breaks, only blanks at its ends go.
pub(crate) fn trim_blanks(cell: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = cell.iter().position(|byte| !blank(byte)).unwrap_or(cell.len());
    let end = cell.iter().rposition(|byte| !blank(byte)).map_or(start, |at| at + 1);
    &cell[start..end]
}

fn read<'a, T>(
    cells: impl Iterator<Item = Option<&'a [u8]>>,
    outcome: &mut Outcome,
    parse: impl Fn(&[u8]) -> Option<T>,
    mut append: impl FnMut(Option<T>),
) {
    for (row, cell) in cells.enumerate() {
        let known = cell.map(cells::trim).filter(|cell| !cells::is_missing(cell));
        let value = known.and_then(&parse);
        match (known, &value) {
            (None, _) => outcome.n_missing += 1,
            (Some(cell), None) if cells::is_missing_among_numbers(cell) => outcome.n_missing += 1,
            (Some(cell), None) => outcome.unfit(row, cell),
            _ => {}
        }
        append(value);
    }
}

/// A column of text as a column of that type.
pub(crate) fn convert(text: &Column, kind: ColumnType) -> PolarsResult<(Column, Outcome)> {
    let text = text.str()?;
    let (series, outcome) = column(text.name().clone(), text.iter().map(|cell| cell.map(str::as_bytes)), kind);
    Ok((series.into_column(), outcome))
}

/// The same, lazily.
pub(crate) fn converted(name: &str, kind: ColumnType) -> Expr {
    let name = PlSmallStr::from_str(name);
    let read = move |text: Column| convert(&text, kind).map(|(column, _)| column);
    let typed = move |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), kind.dtype()));
    col(name).map_with_fmt_str(read, typed, "read_text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::cells::NumberStyle;
    use crate::open::dates::DateStyle;

    fn check(cells: &[&str], kind: ColumnType, expected: &str, n_missing: u64, n_unfit: u64) {
        let (series, outcome) = column("x".into(), cells.iter().map(|cell| Some(cell.as_bytes())), kind);
        let values: Vec<String> = series.iter().map(|value| value.to_string()).collect();
        assert_eq!(values.join(" "), expected, "{cells:?}");
        assert_eq!(
            (series.dtype(), outcome.n_missing, outcome.n_unfit),
            (&kind.dtype(), n_missing, n_unfit),
            "{cells:?}"
        );
    }

    #[test]
    fn cells_become_values() {
        let plain = NumberStyle::Plain.into();
        check(&["1", " 2 ", "", "1.5", "-"], ColumnType::Integer(plain), "1 2 null null null", 2, 1);
        check(&["1", "2.5", "NaN", "inf", "x"], ColumnType::Real(plain), "1.0 2.5 null inf null", 1, 1);
        check(&["1.234,5", "7"], ColumnType::Real(NumberStyle::DecimalComma.into()), "1234.5 7.0", 0, 0);
        check(&["true", "FALSE", "?"], ColumnType::Boolean, "true false null", 1, 0);
        check(&["2024-02-29", "2024-02-30", ""], ColumnType::Date(DateStyle::YearFirst), "2024-02-29 null null", 1, 1);
        check(&["2024-02-29 10:00", ""], ColumnType::Datetime(DateStyle::YearFirst), "2024-02-29 10:00:00 null", 1, 0);
        check(&[" a b ", "NA", "nan", "Nan", "\n "], ColumnType::Text, "\"a b\" null null \"Nan\" null", 3, 0);
    }

    #[test]
    fn values_that_do_not_fit_are_kept_with_their_row() {
        let cells = ["1", "x", "2", "y"];
        let (_, outcome) = column(
            "x".into(),
            cells.iter().map(|cell| Some(cell.as_bytes())),
            ColumnType::Integer(NumberStyle::Plain.into()),
        );
        assert_eq!((outcome.n_unfit, outcome.unfit), (2, vec![(1, "x".to_owned()), (3, "y".to_owned())]));
    }
}
