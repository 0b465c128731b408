//! `describe_table`: what a table holds, how it was read and why.

use mlwright_base::{CancelToken, ErrorCode, Problem, names};
use mlwright_data::managed::{self, TableVersion};
use mlwright_data::{ColumnSchema, Format, Reading, SCHEMA_ROWS_MAX};
use polars::prelude::{DataFrame, DataType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::record::{COLLECTION, ManagedTable};
use super::{OpenTable, TableKind};
use crate::engine::Engine;

/// Columns described in one answer unless told otherwise.
pub const COLUMNS_DEFAULT: usize = 60;
/// The most columns described in one answer.
pub const COLUMNS_MAX: usize = 200;
/// Sample rows unless told otherwise.
pub const SAMPLE_ROWS_DEFAULT: usize = 3;
/// The most sample rows.
pub const SAMPLE_ROWS_MAX: usize = 20;
/// The most cells in a sample.
const SAMPLE_CELLS_MAX: usize = 300;
/// Longer texts in the sample are cut.
const CELL_CHARS_MAX: usize = 60;
/// The most reading issues and notes, and versions, in one answer.
const ISSUES_SHOWN: usize = 10;
const NOTES_SHOWN: usize = 20;
const VERSIONS_SHOWN: usize = 10;
/// Longer reasons and names of markers are cut.
const REASON_CHARS_MAX: usize = 160;

/// What to describe.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DescribeTable {
    /// The table.
    pub table: String,
    /// The first column to describe, by name or by position from 0.
    pub columns_from: Option<String>,
    /// The most columns to describe; [`COLUMNS_DEFAULT`] when `None`.
    pub limit: Option<usize>,
    /// Sample rows; [`SAMPLE_ROWS_DEFAULT`] when `None`.
    pub sample_rows: Option<usize>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ColumnDescription {
    /// What it holds.
    #[serde(flatten)]
    pub schema: ColumnSchema,
    /// Missing values, in the rows the schema was decided on.
    pub n_missing: u64,
}

/// A table: its schema, how it was read, a few rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TableDescription {
    /// Its name.
    pub name: String,
    /// Where it is kept.
    pub kind: TableKind,
    /// Rows.
    pub n_rows: u64,
    /// Columns.
    pub n_columns: usize,
    /// SHA-256 that changes with the content.
    pub fingerprint: String,
    /// The version that is described, for tables with versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// The newest versions of a managed table; read an old one as `name@v3`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<TableVersion>,
    /// Who made a managed table.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// What a managed table holds.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// How the file was read, and why.
    pub reading: Reading,
    /// One page of columns.
    pub columns: Vec<ColumnDescription>,
    /// The column that the next page starts with, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_columns_from: Option<String>,
    /// The first rows; long texts are cut.
    pub sample: Vec<Map<String, Value>>,
}

impl Engine {
    /// What a table holds.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for an unknown table or column; what reading the file gives.
    pub fn describe_table(&self, request: &DescribeTable, cancel: &CancelToken) -> Result<TableDescription, Problem> {
        let open = self.open_table(&request.table)?;
        self.describe(&open, request, cancel).map_err(|problem| self.shorten_paths(problem))
    }

    fn describe(&self, open: &OpenTable, request: &DescribeTable, cancel: &CancelToken) -> Result<TableDescription, Problem> {
        let n_rows = open.table.n_rows()?;
        cancel.check()?;
        let head = open.table.head(SCHEMA_ROWS_MAX)?;
        let schema = open.table.schema_of(&head);
        cancel.check()?;
        let start = start_column(&schema, request.columns_from.as_deref())?;
        let limit = request.limit.unwrap_or(COLUMNS_DEFAULT).clamp(1, COLUMNS_MAX);
        let end = schema.len().min(start + limit);
        let shown = &schema[start..end];
        let mut description = TableDescription {
            name: open.name.clone(),
            kind: open.kind,
            n_rows,
            n_columns: schema.len(),
            fingerprint: open.table.fingerprint()?,
            version: open.version,
            versions: Vec::new(),
            owner: String::new(),
            description: String::new(),
            reading: shortened(&open.table.reading),
            columns: shown.iter().map(|column| described(open, &head, column)).collect(),
            next_columns_from: schema.get(end).map(|column| column.name.clone()),
            sample: sample(&head, shown, request.sample_rows.unwrap_or(SAMPLE_ROWS_DEFAULT).min(SAMPLE_ROWS_MAX))?,
        };
        if open.kind == TableKind::Managed {
            description.versions = managed::versions(&open.table.source_path)?;
            description.versions.truncate(VERSIONS_SHOWN);
            if let Some(record) = self.store.read(|tx| tx.get::<ManagedTable>(COLLECTION, &open.name))? {
                description.owner = record.body.owner;
                description.description = record.body.description;
            }
        }
        Ok(description)
    }
}

fn start_column(schema: &[ColumnSchema], from: Option<&str>) -> Result<usize, Problem> {
    let Some(from) = from else { return Ok(0) };
    if let Some(position) = schema.iter().position(|column| column.name == from) {
        return Ok(position);
    }
    match from.parse::<usize>() {
        Ok(position) if position < schema.len() => Ok(position),
        Ok(position) => Err(Problem::new(ErrorCode::InvalidArgument, format!("columns_from is {position}, the table has {} columns", schema.len()))
            .hint("columns count from 0")
            .field("columns_from")),
        Err(_) => Err(Problem::new(ErrorCode::NotFound, format!("there is no column {from:?}"))
            .hint(names::did_you_mean(from, schema.iter().map(|column| column.name.as_str())))
            .field("columns_from")),
    }
}

fn described(open: &OpenTable, head: &DataFrame, column: &ColumnSchema) -> ColumnDescription {
    let mut schema = column.clone();
    schema.reason = cut(&schema.reason, REASON_CHARS_MAX);
    let n_missing = match open.table.reading.format {
        // The reading knows which texts meant "missing", in the rows it looked at.
        Format::Csv | Format::Tsv => {
            let read = open.table.columns.iter().find(|read| read.name == column.name);
            read.map_or(0, |read| read.n_missing)
        }
        _ => n_missing(head, &column.name),
    };
    ColumnDescription { schema, n_missing }
}

/// Null and NaN values of a column.
fn n_missing(frame: &DataFrame, name: &str) -> u64 {
    let Ok(column) = frame.column(name) else { return 0 };
    let nan = match column.dtype() {
        DataType::Float32 | DataType::Float64 => {
            column.is_nan().ok().and_then(|nan| nan.sum()).map_or(0, u64::from)
        }
        _ => 0,
    };
    column.null_count() as u64 + nan
}

fn shortened(reading: &Reading) -> Reading {
    let mut short = reading.clone();
    short.notes.truncate(NOTES_SHOWN);
    let more = short.issues.len().saturating_sub(ISSUES_SHOWN);
    short.issues.truncate(ISSUES_SHOWN);
    if more > 0 {
        short.notes.push(format!("{more} more issues are not shown"));
    }
    for note in &mut short.notes {
        *note = cut(note, 2 * REASON_CHARS_MAX);
    }
    short
}

fn sample(head: &DataFrame, shown: &[ColumnSchema], n_rows: usize) -> Result<Vec<Map<String, Value>>, Problem> {
    let n_rows = n_rows.min(SAMPLE_CELLS_MAX / shown.len().max(1)).max(1);
    let head = head
        .head(Some(n_rows))
        .select(shown.iter().map(|column| column.name.as_str()))
        .map_err(|error| Problem::new(ErrorCode::Internal, error.to_string()))?;
    let mut rows = mlwright_data::write::rows_as_json(&head);
    for value in rows.iter_mut().flat_map(Map::values_mut) {
        shorten_value(value);
    }
    Ok(rows)
}

fn shorten_value(value: &mut Value) {
    match value {
        Value::String(text) if text.chars().count() > CELL_CHARS_MAX => *text = cut(text, CELL_CHARS_MAX),
        Value::Array(_) | Value::Object(_) => {
            let text = value.to_string();
            if text.chars().count() > CELL_CHARS_MAX {
                *value = Value::String(cut(&text, CELL_CHARS_MAX));
            }
        }
        _ => {}
    }
}

fn cut(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(chars_max - 1).collect::<String>())
}

#[cfg(test)]
mod tests {
    use mlwright_base::system::files;
    use mlwright_data::managed::WriteMode;
    use polars::prelude::df;

    use super::*;
    use crate::serving::fixture::Fixture;
    use crate::tables::CreateTable;

    #[test]
    fn missing_values_are_counted_in_files_of_every_format() {
        let fixture = Fixture::new();
        let path = |name: &str| fixture.folder.path().join(name);
        files::write_atomic(&path("t.csv"), b"a,b,c\n1,x,0.5\n,y,\n3,,\n").unwrap();
        let mut frame = df!(
            "a" => [Some(1_i64), None, Some(3)],
            "b" => [Some("x"), Some("y"), None],
            "c" => [Some(0.5), Some(f64::NAN), None],
        )
        .unwrap();
        for name in ["t.parquet", "t.arrow"] {
            mlwright_data::write::write_file(&mut frame, &path(name)).unwrap();
        }
        let managed = CreateTable {
            name: "managed".to_owned(),
            sql: None,
            file: Some("t.parquet".to_owned()),
            mode: WriteMode::Create,
            description: None,
        };
        fixture.engine.create_table(&fixture.call(), &managed).unwrap();
        for table in ["t.csv", "t.parquet", "t.arrow", "managed"] {
            let request = DescribeTable { table: table.to_owned(), ..DescribeTable::default() };
            let described = fixture.engine.describe_table(&request, &fixture.cancel).unwrap();
            let missing: Vec<u64> = described.columns.iter().map(|column| column.n_missing).collect();
            assert_eq!(missing, [1, 1, 2], "{table}");
        }
    }
}
