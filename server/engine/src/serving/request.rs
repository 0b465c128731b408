//! Requests as clients send them, in MLflow's shapes, read straight into [`Rows`].
//!
//! A JSON request is an object with exactly one of
//!
//! | key | value |
//! |---|---|
//! | `dataframe_split` | `{"columns": ["a", "b"], "data": [[1, "x"], …]}`, `index` is ignored |
//! | `dataframe_records` | `[{"a": 1, "b": "x"}, …]` |
//! | `instances` | rows as objects, or as lists in the order of the model's columns |
//! | `inputs` | `{"a": [1, …], "b": ["x", …]}`, or rows as in `instances` |
//!
//! and, if wanted, `params`: `{"predict_method": "predict_proba"}` makes `predictions` the
//! probabilities of the classes, as MLflow's scikit-learn flavor does.
//!
//! The rule for what is missing: every row names every column of the model. A value that is not
//! known is `null` (or one of [`mlwright_learn::frame::MISSING_MARKERS`]); a column that is not
//! there at all is an error, whatever other rows have. Columns the model does not know are ignored
//! and said in `warnings`.

mod value;

use std::fmt;

use mlwright_base::Problem;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

use super::rows::{Builder, Layout, Raw, Rows, Slot, Wrong, invalid};
use value::{ValueSeed, kind, raw};

/// What `predictions` holds in the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PredictMethod {
    /// Labels of classes, or numbers.
    #[default]
    Predict,
    /// The probability of each class.
    PredictProba,
}

/// A request, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Its rows.
    pub rows: Rows,
    /// What the client wants to know.
    pub method: PredictMethod,
}

const SHAPES: [&str; 4] = ["dataframe_split", "dataframe_records", "instances", "inputs"];
const SHAPES_HINT: &str = "send an object with exactly one of dataframe_split, dataframe_records, instances or inputs, \
     e.g. {\"dataframe_records\": [{\"column\": 1}]}";

/// Reads a JSON request.
///
/// # Errors
/// [`mlwright_base::ErrorCode::InvalidArgument`] naming row and column, or
/// [`mlwright_base::ErrorCode::LimitExceeded`].
pub fn read_json(body: &[u8], layout: &Layout) -> Result<Request, Problem> {
    let mut builder = Builder::new(layout);
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = RequestSeed(&mut builder).deserialize(&mut json).and_then(|method| json.end().map(|()| method));
    match read {
        Ok(method) => Ok(Request { rows: builder.finish()?, method }),
        Err(error) => Err(builder.problem.take().unwrap_or_else(|| not_json(body, &error))),
    }
}

/// Reads rows that are JSON objects already.
///
/// # Errors
/// As [`read_json`].
pub fn read_records(records: &[Map<String, Json>], layout: &Layout) -> Result<Rows, Problem> {
    let mut builder = Builder::new(layout);
    for record in records {
        let read = RowSeed { builder: &mut builder, slots: &[], lists: false, maps: true }.deserialize(record);
        if let Err(error) = read {
            return Err(builder.problem.take().unwrap_or_else(|| invalid(error.to_string())));
        }
    }
    builder.finish()
}

/// Reads a CSV request: a header line with the columns' names, commas, double quotes, UTF-8.
///
/// # Errors
/// As [`read_json`].
pub fn read_csv(body: &[u8], layout: &Layout) -> Result<Request, Problem> {
    let mut builder = Builder::new(layout);
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match csv_rows(body, &mut builder) {
        Ok(()) => Ok(Request { rows: builder.finish()?, method: PredictMethod::default() }),
        Err(Wrong) => Err(builder.problem.take().expect("what is wrong is kept")),
    }
}

fn csv_rows(body: &[u8], builder: &mut Builder<'_>) -> Result<(), Wrong> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(body);
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(str::to_owned).collect(),
        Err(error) => return builder.fail(invalid(format!("the header cannot be read: {error}"))),
    };
    if header.is_empty() {
        return builder.fail(invalid("the request is empty, expected a line with the columns' names".to_owned()));
    }
    let slots = builder.columns(&header)?;
    let mut record = csv::StringRecord::new();
    loop {
        let row = builder.row_index();
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            Err(error) => return builder.fail(invalid(format!("row {row} cannot be read: {error}")).hint("send UTF-8")),
        }
        if record.len() != slots.len() {
            let message = format!("row {row} has {} values, expected {} as in the header", record.len(), slots.len());
            return builder.fail(invalid(message).field(format!("rows[{row}]")));
        }
        builder.begin_row()?;
        for (slot, text) in slots.iter().zip(record.iter()) {
            builder.set(*slot, Raw::Text(text))?;
        }
        builder.end_row()?;
    }
}

fn not_json(body: &[u8], error: &serde_json::Error) -> Problem {
    let message = error.to_string();
    if error.is_data() {
        return invalid(message).hint(SHAPES_HINT);
    }
    let text = String::from_utf8_lossy(body);
    let hint = if ["NaN", "Infinity"].iter().any(|word| text.contains(word)) {
        "JSON has no NaN and no Infinity: write null for a missing value"
    } else if body.is_empty() {
        SHAPES_HINT
    } else {
        ""
    };
    invalid(format!("the request is not JSON: {message}")).hint(hint)
}

/// Turns a kept problem into the parser's error; its text is never shown.
fn wrong<E: Error>(_: Wrong) -> E {
    E::custom("the request is wrong")
}

struct RequestSeed<'b, 'l>(&'b mut Builder<'l>);

impl<'de> DeserializeSeed<'de> for RequestSeed<'_, '_> {
    type Value = PredictMethod;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RequestSeed<'_, '_> {
    type Value = PredictMethod;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with one of dataframe_split, dataframe_records, instances or inputs")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let builder = self.0;
        let mut shape: Option<String> = None;
        let mut method = PredictMethod::default();
        while let Some(key) = map.next_key::<String>()? {
            if SHAPES.contains(&key.as_str()) {
                if let Some(first) = &shape {
                    let message = format!("the request has both {first} and {key}, expected exactly one");
                    return builder.fail(invalid(message).hint(SHAPES_HINT).field(key)).map_err(wrong);
                }
                match key.as_str() {
                    "dataframe_split" => map.next_value_seed(SplitSeed(&mut *builder))?,
                    "inputs" => map.next_value_seed(InputsSeed(&mut *builder))?,
                    "instances" => map.next_value_seed(RowsSeed::any(&mut *builder))?,
                    _ => map.next_value_seed(RowsSeed::records(&mut *builder))?,
                }
                shape = Some(key);
            } else if key == "params" {
                let params = map.next_value::<Json>()?;
                method = match predict_method(&params) {
                    Ok(method) => method,
                    Err(problem) => return builder.fail(problem).map_err(wrong),
                };
            } else {
                let problem = invalid(format!("the request has an unknown key {key:?}")).hint(SHAPES_HINT).field(key);
                return builder.fail(problem).map_err(wrong);
            }
        }
        if shape.is_none() {
            return builder.fail(invalid("the request holds no rows".to_owned()).hint(SHAPES_HINT)).map_err(wrong);
        }
        Ok(method)
    }
}

/// Reads `params`.
fn predict_method(params: &Json) -> Result<PredictMethod, Problem> {
    let wrong = |message: String| {
        invalid(message).hint("params may be {\"predict_method\": \"predict\"} or {\"predict_method\": \"predict_proba\"}").field("params")
    };
    let mut method = PredictMethod::default();
    let entries = match params {
        Json::Null => return Ok(method),
        Json::Object(entries) => entries,
        _ => return Err(wrong("params is not an object".to_owned())),
    };
    for (name, value) in entries {
        method = match (name.as_str(), value.as_str()) {
            ("predict_method", Some("predict")) => PredictMethod::Predict,
            ("predict_method", Some("predict_proba")) => PredictMethod::PredictProba,
            ("predict_method", _) => return Err(wrong(format!("params.predict_method is {value}"))),
            _ => return Err(wrong(format!("params has an unknown key {name:?}"))),
        };
    }
    Ok(method)
}

/// `{"columns": […], "data": [[…], …]}`
struct SplitSeed<'b, 'l>(&'b mut Builder<'l>);

impl<'de> DeserializeSeed<'de> for SplitSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for SplitSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("dataframe_split to be an object with columns and data")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let builder = self.0;
        let mut slots: Option<Vec<Slot>> = None;
        // Data before the columns' names must wait until the names are known.
        let mut waiting: Option<Json> = None;
        let mut has_data = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "columns" => {
                    let names = map.next_value::<Vec<String>>()?;
                    slots = Some(builder.columns(&names).map_err(wrong)?);
                }
                "data" => {
                    has_data = true;
                    match &slots {
                        Some(slots) => map.next_value_seed(RowsSeed { builder: &mut *builder, slots, lists: true, maps: false })?,
                        None => waiting = Some(map.next_value()?),
                    }
                }
                "index" | "index_names" | "column_names" => {
                    map.next_value::<IgnoredAny>()?;
                }
                _ => {
                    let problem = invalid(format!("dataframe_split has an unknown key {key:?}, expected columns and data"));
                    return builder.fail(problem.field("dataframe_split")).map_err(wrong);
                }
            }
        }
        let lacks = if slots.is_none() { Some("columns") } else { (!has_data).then_some("data") };
        if let Some(lacks) = lacks {
            let problem = invalid(format!("dataframe_split has no {lacks}")).field(format!("dataframe_split.{lacks}"));
            return builder.fail(problem).map_err(wrong);
        }
        if let (Some(data), Some(slots)) = (waiting, slots) {
            let seed = RowsSeed { builder: &mut *builder, slots: &slots, lists: true, maps: false };
            seed.deserialize(&data).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

/// A list of rows.
struct RowsSeed<'b, 'l, 's> {
    builder: &'b mut Builder<'l>,
    /// Where the values of rows that are lists go; empty: in the order of the model's columns.
    slots: &'s [Slot],
    lists: bool,
    maps: bool,
}

impl<'b, 'l> RowsSeed<'b, 'l, 'static> {
    fn any(builder: &'b mut Builder<'l>) -> Self {
        Self { builder, slots: &[], lists: true, maps: true }
    }

    fn records(builder: &'b mut Builder<'l>) -> Self {
        Self { builder, slots: &[], lists: false, maps: true }
    }
}

impl<'de> DeserializeSeed<'de> for RowsSeed<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RowsSeed<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let positional = if self.slots.is_empty() && self.lists { self.builder.positional() } else { Vec::new() };
        let slots = if self.slots.is_empty() { positional.as_slice() } else { self.slots };
        loop {
            let seed = RowSeed { builder: &mut *self.builder, slots, lists: self.lists, maps: self.maps };
            if seq.next_element_seed(seed)?.is_none() {
                return Ok(());
            }
        }
    }
}

/// One row, an object or a list.
struct RowSeed<'b, 'l, 's> {
    builder: &'b mut Builder<'l>,
    slots: &'s [Slot],
    lists: bool,
    maps: bool,
}

impl<'de> DeserializeSeed<'de> for RowSeed<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match (self.lists, self.maps) {
            (true, true) => "an object or a list of values",
            (true, false) => "a list of values",
            (false, _) => "an object",
        };
        write!(f, "row {} to be {what}", self.builder.row_index())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let builder = self.builder;
        if !self.maps {
            let row = builder.row_index();
            let problem = invalid(format!("row {row} is an object, expected a list of values")).field(format!("rows[{row}]"));
            return builder.fail(problem).map_err(wrong);
        }
        builder.begin_row().map_err(wrong)?;
        while let Some(slot) = map.next_key_seed(SlotSeed(&mut *builder))? {
            map.next_value_seed(ValueSeed { builder: &mut *builder, slot })?;
        }
        builder.end_row().map_err(wrong)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { builder, slots, lists, .. } = self;
        let row = builder.row_index();
        if !lists {
            let problem = invalid(format!("row {row} is a list, expected an object")).field(format!("rows[{row}]"));
            return builder.fail(problem).map_err(wrong);
        }
        builder.begin_row().map_err(wrong)?;
        let mut n_values = 0;
        for slot in slots {
            if seq.next_element_seed(ValueSeed { builder: &mut *builder, slot: *slot })?.is_none() {
                break;
            }
            n_values += 1;
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {
            n_values += 1;
        }
        if n_values != slots.len() {
            let message = format!("row {row} has {n_values} values, expected {}", slots.len());
            return builder.fail(invalid(message).field(format!("rows[{row}]"))).map_err(wrong);
        }
        builder.end_row().map_err(wrong)
    }
}

/// A column's name.
struct SlotSeed<'b, 'l>(&'b mut Builder<'l>);

impl<'de> DeserializeSeed<'de> for SlotSeed<'_, '_> {
    type Value = Slot;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Slot, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for SlotSeed<'_, '_> {
    type Value = Slot;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a column's name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Slot, E> {
        self.0.slot(name).map_err(wrong)
    }
}

/// `inputs`: columns, or rows as in `instances`.
struct InputsSeed<'b, 'l>(&'b mut Builder<'l>);

impl<'de> DeserializeSeed<'de> for InputsSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for InputsSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("inputs to be an object of columns or a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        RowsSeed::any(self.0).visit_seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let builder = self.0;
        let mut names: Vec<String> = Vec::new();
        let mut columns: Vec<Vec<Json>> = Vec::new();
        while let Some((name, values)) = map.next_entry::<String, Json>()? {
            let Json::Array(values) = values else {
                let message = format!("inputs.{name} is {}, expected a list with a value per row", kind(&values));
                return builder.fail(invalid(message).field(format!("inputs.{name}"))).map_err(wrong);
            };
            names.push(name);
            columns.push(values);
        }
        let slots = builder.columns(&names).map_err(wrong)?;
        let n_rows = columns.first().map_or(0, Vec::len);
        if let Some(odd) = columns.iter().position(|column| column.len() != n_rows) {
            let (first, other) = (&names[0], &names[odd]);
            let message = format!("inputs.{other} has {} values, but inputs.{first} has {n_rows}", columns[odd].len());
            return builder.fail(invalid(message).field(format!("inputs.{other}"))).map_err(wrong);
        }
        for row in 0..n_rows {
            builder.begin_row().map_err(wrong)?;
            for (slot, column) in slots.iter().zip(&columns) {
                builder.set(*slot, raw(&column[row])).map_err(wrong)?;
            }
            builder.end_row().map_err(wrong)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
