//! What the columns say about the first row: whether it is one of their names or of their values.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::open::cells::{self, CellKind};

/// What a cell is, as far as names are told from values by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Nothing, or blanks.
    Blank,
    /// A missing marker.
    Marker,
    Number,
    Date,
    Text,
}

impl Class {
    fn of(cell: &str) -> Self {
        if cell.trim().is_empty() {
            return Self::Blank;
        }
        match cells::classify(cells::trim(cell.as_bytes())) {
            CellKind::Missing | CellKind::MissingAmongNumbers => Self::Marker,
            CellKind::Date { .. } => Self::Date,
            CellKind::Text => Self::Text,
            _ => Self::Number,
        }
    }
}

/// The cells of one column below the first row.
struct Below<'a> {
    cells: Vec<&'a str>,
    n_numbers: usize,
    n_dates: usize,
    n_texts: usize,
}

impl<'a> Below<'a> {
    fn of(rows: &'a [Vec<String>], index: usize) -> Self {
        let cells: Vec<&str> = rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.trim()).collect();
        let mut below = Self { cells, n_numbers: 0, n_dates: 0, n_texts: 0 };
        for cell in &below.cells {
            match Class::of(cell) {
                Class::Number => below.n_numbers += 1,
                Class::Date => below.n_dates += 1,
                Class::Text => below.n_texts += 1,
                Class::Blank | Class::Marker => {}
            }
        }
        below
    }

    fn n_known(&self) -> usize {
        self.n_numbers + self.n_dates + self.n_texts
    }

    /// Whether nine of ten are numbers or dates; so it is when nothing is known.
    fn is_typed(&self) -> bool {
        (self.n_numbers + self.n_dates) * 10 >= self.n_known() * 9
    }

    /// Whether more than half are of that class.
    fn is_mostly(&self, class: Class) -> bool {
        let n = match class {
            Class::Number => self.n_numbers,
            Class::Date => self.n_dates,
            Class::Text => self.n_texts,
            Class::Blank | Class::Marker => 0,
        };
        n * 2 > self.n_known()
    }

    /// Whether the cells count the rows from 0 or 1.
    fn counts_rows(&self) -> bool {
        let first = self.cells.first().and_then(|cell| cell.parse::<usize>().ok());
        first.is_some_and(|first| {
            first <= 1 && self.cells.iter().zip(first..).all(|(cell, n)| cell.parse::<usize>() == Ok(n))
        })
    }
}

/// What a cell of the first row speaks for.
enum Voice {
    Name,
    Value,
    Neither,
}

/// Whether the first row holds the names, and why. A text over numbers and a date over numbers are
/// names, and so are numbers that count the columns; a value over others of its class and a label
/// that comes again below are values.
pub(super) fn has_header(rows: &[Vec<String>]) -> (bool, String) {
    let Some((first, body)) = rows.split_first() else {
        return (true, "the file has no rows".to_owned());
    };
    let classes: Vec<Class> = first.iter().map(|cell| Class::of(cell)).collect();
    if body.is_empty() {
        return alone(first, &classes);
    }
    let columns: Vec<Below<'_>> = (0..first.len()).map(|index| Below::of(body, index)).collect();
    let years = are_years(first, &classes);
    let counting = !years && count_columns(first, &classes, &columns);
    let (mut names, mut values) = (0_usize, 0_usize);
    for ((cell, class), below) in first.iter().zip(&classes).zip(&columns) {
        let voice = match class {
            Class::Blank if below.cells.len() > 1 && below.counts_rows() => Voice::Name,
            Class::Blank => Voice::Neither,
            Class::Marker => Voice::Value,
            Class::Text if below.is_typed() => Voice::Name,
            Class::Text if below.cells.contains(&cell.trim()) => Voice::Value,
            Class::Text => Voice::Neither,
            Class::Number if counting => Voice::Name,
            Class::Number if years => Voice::Neither,
            Class::Date if below.is_mostly(Class::Number) => Voice::Name,
            Class::Number | Class::Date if below.is_mostly(*class) => Voice::Value,
            Class::Number | Class::Date => Voice::Neither,
        };
        match voice {
            Voice::Name => names += 1,
            Voice::Value => values += 1,
            Voice::Neither => {}
        }
    }
    match names.cmp(&values) {
        Ordering::Greater => (
            true,
            format!("the first row holds the column names: {names} of its cells are unlike the values below them"),
        ),
        Ordering::Less => {
            (false, format!("the first row holds values, not names: {values} of its cells are like those below them"))
        }
        Ordering::Equal => {
            let all_text = years || classes.iter().all(|class| matches!(class, Class::Text | Class::Blank));
            let (taken, reason) =
                if all_text { ("the column names", "it holds text only") } else { ("values", "it holds numbers") };
            (all_text, format!("the first row was taken for {taken}: {reason}"))
        }
    }
}

/// The same of a row that is the only one.
fn alone(first: &[String], classes: &[Class]) -> (bool, String) {
    let n = |wanted: Class| classes.iter().filter(|class| **class == wanted).count();
    let others_are_names = n(Class::Marker) == 0
        && match (n(Class::Number), n(Class::Date)) {
            (0, 0) => true,
            (0, dates) => dates > 1,
            (numbers, 0) => numbers > 1 && (are_years(first, classes) || counts_from(first, classes).is_some()),
            _ => false,
        };
    if n(Class::Text) > 0 && others_are_names {
        (true, "the only row reads as column names".to_owned())
    } else {
        (false, "the only row holds values".to_owned())
    }
}

/// The number after the last when the numbers of the row, in columns side by side, count from 0 or 1.
fn counts_from(first: &[String], classes: &[Class]) -> Option<usize> {
    let start = classes.iter().position(|class| *class == Class::Number)?;
    let end = classes.iter().rposition(|class| *class == Class::Number)? + 1;
    let from: usize = first[start].trim().parse().ok()?;
    let counts = from <= 1
        && first[start..end].iter().zip(from..).all(|(cell, n)| cell.trim().parse::<usize>() == Ok(n))
        && !classes.contains(&Class::Date);
    counts.then_some(from + end - start)
}

/// Whether the numbers of the row count the columns, as names do that a data frame made up, and are
/// not the first of rows that count on. The fewer other names there are beside them, the more numbers
/// it takes.
fn count_columns(first: &[String], classes: &[Class], columns: &[Below<'_>]) -> bool {
    let Some(next) = counts_from(first, classes) else { return false };
    let numbers = classes.iter().zip(columns).filter(|(class, _)| **class == Class::Number);
    let n = numbers.clone().count();
    let goes_on = |below: &Below<'_>| below.cells.first().is_some_and(|cell| cell.parse::<usize>() == Ok(next));
    if numbers.clone().next().is_some_and(|(_, below)| goes_on(below)) {
        return false;
    }
    let index = classes.iter().zip(columns).any(|(class, below)| *class == Class::Blank && below.counts_rows());
    let name = classes
        .iter()
        .zip(columns)
        .any(|(class, below)| *class == Class::Text && below.n_known() > 0 && below.is_typed());
    let enough = match (index, name) {
        (true, _) => 1,
        (false, true) => 2,
        (false, false) => 3,
    };
    n >= enough
}

/// Whether the numbers of the row are distinct years beside at least one name, as in wide tables.
fn are_years(first: &[String], classes: &[Class]) -> bool {
    let mut years = BTreeSet::new();
    for (cell, class) in first.iter().zip(classes) {
        match class {
            Class::Number => match cell.trim().parse::<u32>() {
                Ok(year) if (1700..2200).contains(&year) && years.insert(year) => {}
                _ => return false,
            },
            Class::Text | Class::Blank => {}
            Class::Date | Class::Marker => return false,
        }
    }
    let consecutive = years.iter().zip(years.iter().skip(1)).all(|(a, b)| b - a <= 10);
    years.len() >= 2 && consecutive && classes.contains(&Class::Text)
}
