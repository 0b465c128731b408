//! The rows of one request: one value per feature of the model, without a data frame.

use std::collections::{BTreeSet, HashMap};

use mlwright_base::limits::PREDICT_ROWS_MAX;
use mlwright_base::{ErrorCode, Problem, names};
use mlwright_learn::{Feature, FeatureKind, Value};
use serde_json::Value as Json;

/// The most columns that are no feature which one request may have.
const EXTRA_COLUMNS_MAX: usize = 1_000;

/// The features of a model by name and position.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    features: Vec<Feature>,
    positions: HashMap<String, usize>,
}

impl Layout {
    /// The layout of a model's features.
    #[must_use]
    pub fn new(features: &[Feature]) -> Self {
        let positions = features.iter().enumerate().map(|(i, feature)| (feature.name.clone(), i)).collect();
        Self { features: features.to_vec(), positions }
    }

    /// The features, in the order of a row's values.
    #[must_use]
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The features' names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.features.iter().map(|feature| feature.name.as_str())
    }
}

/// A value as it arrived. Texts lie in [`Rows`]' own buffer, so that a request makes few allocations.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cell {
    Unset,
    Missing,
    Number(f64),
    Boolean(bool),
    Text { start: usize, len: usize },
}

/// A value on its way in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Raw<'a> {
    Null,
    /// Whole numbers, exactly. Features read them as the nearest number that they can hold.
    Signed(i64),
    Unsigned(u64),
    Number(f64),
    Boolean(bool),
    Text(&'a str),
    /// A list or an object, by what it is called in messages.
    Nested(&'static str),
}

/// Where the values of a request's column go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Feature(usize),
    Extra(usize),
}

/// The rows of one request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    n_features: usize,
    n_rows: usize,
    cells: Vec<Cell>,
    texts: String,
    extra_names: Vec<String>,
    /// (row, position in `extra_names`, value), by row.
    extras: Vec<(usize, usize, Json)>,
    /// Numeric features that were given a truth value, and the first of these.
    truths_for_numbers: Vec<(usize, bool)>,
}

impl Rows {
    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.n_rows
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.n_rows == 0
    }

    /// The columns that are no feature of the model: they are ignored, but kept with the request.
    #[must_use]
    pub fn extra_names(&self) -> &[String] {
        &self.extra_names
    }

    /// The positions of numeric features that were given a truth value, and the first one given.
    pub(super) fn truths_for_numbers(&self) -> &[(usize, bool)] {
        &self.truths_for_numbers
    }

    /// Fills `values` with a row's values, one per feature.
    ///
    /// # Panics
    /// When `row_index` is not below [`Rows::len`].
    pub fn read<'a>(&'a self, row_index: usize, values: &mut Vec<Value<'a>>) {
        values.clear();
        values.extend(self.row(row_index).iter().map(|cell| match *cell {
            Cell::Unset | Cell::Missing => Value::Missing,
            Cell::Number(number) => Value::number(number),
            Cell::Boolean(truth) => Value::Boolean(truth),
            Cell::Text { start, len } => Value::text(&self.texts[start..start + len]),
        }));
    }

    /// A row's values as JSON, one per feature, as they arrived.
    ///
    /// # Panics
    /// When `row_index` is not below [`Rows::len`].
    #[must_use]
    pub fn json(&self, row_index: usize) -> Vec<Json> {
        let json = |cell: &Cell| match *cell {
            Cell::Unset | Cell::Missing => Json::Null,
            Cell::Number(number) => json_number(number),
            Cell::Boolean(truth) => Json::Bool(truth),
            Cell::Text { start, len } => Json::from(&self.texts[start..start + len]),
        };
        self.row(row_index).iter().map(json).collect()
    }

    /// The values of a row that belong to no feature.
    pub fn extras(&self, row_index: usize) -> impl Iterator<Item = (&str, &Json)> {
        let start = self.extras.partition_point(|(row, ..)| *row < row_index);
        let of_row = self.extras[start..].iter().take_while(move |(row, ..)| *row == row_index);
        of_row.map(|(_, name, value)| (self.extra_names[*name].as_str(), value))
    }

    fn row(&self, row_index: usize) -> &[Cell] {
        assert!(row_index < self.n_rows, "row {row_index} of {}", self.n_rows);
        &self.cells[row_index * self.n_features..(row_index + 1) * self.n_features]
    }
}

/// A number as JSON: whole numbers without a fraction, infinities as null.
pub(crate) fn json_number(number: f64) -> Json {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT_MAX {
        return Json::from(number as i64);
    }
    serde_json::Number::from_f64(number).map_or(Json::Null, Json::Number)
}

/// Builds [`Rows`] value by value. The first thing that is wrong is kept in `problem`, so that it
/// survives the way through a parser's own error type.
pub(super) struct Builder<'l> {
    layout: &'l Layout,
    rows: Rows,
    extra_positions: HashMap<String, usize>,
    pub(super) problem: Option<Problem>,
}

/// Something is wrong with the request; [`Builder::problem`] says what.
#[derive(Debug)]
pub(super) struct Wrong;

impl<'l> Builder<'l> {
    pub(super) fn new(layout: &'l Layout) -> Self {
        let rows = Rows { n_features: layout.features.len(), ..Rows::default() };
        Self { layout, rows, extra_positions: HashMap::new(), problem: None }
    }

    pub(super) fn fail<T>(&mut self, problem: Problem) -> Result<T, Wrong> {
        self.problem.get_or_insert(problem);
        Err(Wrong)
    }

    /// Where a column's values go.
    pub(super) fn slot(&mut self, name: &str) -> Result<Slot, Wrong> {
        if let Some(position) = self.layout.positions.get(name) {
            return Ok(Slot::Feature(*position));
        }
        if let Some(position) = self.extra_positions.get(name) {
            return Ok(Slot::Extra(*position));
        }
        let position = self.rows.extra_names.len();
        if position == EXTRA_COLUMNS_MAX {
            let message = format!("the request has more than {EXTRA_COLUMNS_MAX} columns that the model does not know");
            return self.fail(limit(message, "send the model's columns only"));
        }
        self.rows.extra_names.push(name.to_owned());
        self.extra_positions.insert(name.to_owned(), position);
        Ok(Slot::Extra(position))
    }

    /// Checks a list of columns: each feature once, none missing.
    pub(super) fn columns(&mut self, columns: &[String]) -> Result<Vec<Slot>, Wrong> {
        let mut seen = BTreeSet::new();
        let mut slots = Vec::with_capacity(columns.len());
        for name in columns {
            if !seen.insert(name.as_str()) {
                return self.fail(invalid(format!("column {name:?} is given twice")).field(name.clone()));
            }
            slots.push(self.slot(name)?);
        }
        let missing: Vec<&str> = self.layout.names().filter(|name| !seen.contains(name)).collect();
        if missing.is_empty() {
            return Ok(slots);
        }
        let problem = missing_columns("the request", &missing, columns.iter().map(String::as_str));
        self.fail(problem)
    }

    /// The position of each feature, for rows without names.
    pub(super) fn positional(&self) -> Vec<Slot> {
        (0..self.layout.features.len()).map(Slot::Feature).collect()
    }

    /// The row being filled.
    pub(super) fn row_index(&self) -> usize {
        self.rows.n_rows
    }

    pub(super) fn begin_row(&mut self) -> Result<(), Wrong> {
        if self.rows.n_rows == PREDICT_ROWS_MAX {
            let message = format!("the request has more than {PREDICT_ROWS_MAX} rows");
            return self.fail(limit(message, "send several requests, or use batch_predict for a whole table"));
        }
        self.rows.cells.resize(self.rows.cells.len() + self.rows.n_features, Cell::Unset);
        Ok(())
    }

    /// Sets a value of the row being filled.
    pub(super) fn set(&mut self, slot: Slot, raw: Raw<'_>) -> Result<(), Wrong> {
        match slot {
            Slot::Feature(position) => {
                let cell = self.cell(position, raw)?;
                let target = self.rows.n_rows * self.rows.n_features + position;
                if self.rows.cells[target] != Cell::Unset {
                    let name = self.layout.features[position].name.clone();
                    let row = self.rows.n_rows;
                    return self.fail(invalid(format!("row {row} gives {name:?} twice")).field(place(row, &name)));
                }
                self.rows.cells[target] = cell;
            }
            Slot::Extra(position) => {
                let value = match raw {
                    // What is ignored anyway is kept only when it is a plain value.
                    Raw::Null | Raw::Nested(_) => return Ok(()),
                    Raw::Signed(number) => Json::from(number),
                    Raw::Unsigned(number) => Json::from(number),
                    Raw::Number(number) => json_number(number),
                    Raw::Boolean(truth) => Json::Bool(truth),
                    Raw::Text(text) => Json::from(text),
                };
                self.rows.extras.push((self.rows.n_rows, position, value));
            }
        }
        Ok(())
    }

    fn cell(&mut self, position: usize, raw: Raw<'_>) -> Result<Cell, Wrong> {
        Ok(match raw {
            Raw::Null => Cell::Missing,
            Raw::Signed(number) => Cell::Number(number as f64),
            Raw::Unsigned(number) => Cell::Number(number as f64),
            Raw::Number(number) => Cell::Number(number),
            Raw::Boolean(truth) => {
                let is_new = || self.rows.truths_for_numbers.iter().all(|(known, _)| *known != position);
                if self.layout.features[position].kind == FeatureKind::Numeric && is_new() {
                    self.rows.truths_for_numbers.push((position, truth));
                }
                Cell::Boolean(truth)
            }
            Raw::Text(text) => {
                let start = self.rows.texts.len();
                self.rows.texts.push_str(text);
                Cell::Text { start, len: text.len() }
            }
            Raw::Nested(found) => {
                let (row, name) = (self.rows.n_rows, self.layout.features[position].name.clone());
                let message = format!("row {row}: {name}: expected a number, a text, a truth value or null, found {found}");
                return self.fail(invalid(message).field(place(row, &name)));
            }
        })
    }

    /// Ends the row. With `named`, the row itself said which columns it has, so all must be there.
    pub(super) fn end_row(&mut self) -> Result<(), Wrong> {
        let row = self.rows.n_rows;
        let start = row * self.rows.n_features;
        let unset = |position: &usize| self.rows.cells[start + position] == Cell::Unset;
        let missing: Vec<usize> = (0..self.rows.n_features).filter(unset).collect();
        self.rows.n_rows += 1;
        if missing.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = missing.iter().map(|&position| self.layout.features[position].name.as_str()).collect();
        let given: Vec<&str> = self.rows.extra_names.iter().map(String::as_str).collect();
        let problem = missing_columns(&format!("row {row}"), &names, given.into_iter());
        let problem = Problem { field: place(row, names[0]), ..problem };
        self.fail(problem)
    }

    /// The finished rows.
    pub(super) fn finish(mut self) -> Result<Rows, Problem> {
        match self.problem.take() {
            Some(problem) => Err(problem),
            None if self.rows.n_rows == 0 => Err(invalid("the request has no rows".to_owned())),
            None => Ok(self.rows),
        }
    }
}

/// How a value of a request is named in `field`, e.g. `rows[0].age`.
pub(super) fn place(row: usize, column: &str) -> String {
    format!("rows[{row}].{column}")
}

pub(super) fn invalid(message: String) -> Problem {
    Problem::new(ErrorCode::InvalidArgument, message)
}

fn limit(message: String, hint: &str) -> Problem {
    Problem::new(ErrorCode::LimitExceeded, message).hint(hint)
}

/// The names that one message lists.
const NAMES_SHOWN_MAX: usize = 10;

fn missing_columns<'a>(whose: &str, missing: &[&str], given: impl Iterator<Item = &'a str>) -> Problem {
    let shown: Vec<&str> = missing.iter().take(NAMES_SHOWN_MAX).copied().collect();
    let more = missing.len() - shown.len();
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    let plural = if missing.len() == 1 { "the column" } else { "the columns" };
    let mut hint = "send every column the model takes; write null where the value is not known".to_owned();
    let near = names::nearest(missing[0], given);
    if let Some(near) = near.first() {
        hint = format!("{hint} (the request has {near:?}: is that {:?}?)", missing[0]);
    }
    invalid(format!("{whose} lacks {plural} {}{tail}", shown.join(", "))).hint(hint).field(missing[0])
}
