//! Operations on tables as they are: what there is, what they hold, SQL.

use mlwright_base::limits::PAGE_DEFAULT;
use mlwright_base::{Problem, limits};
use mlwright_engine::query::QueryAnswer;
use mlwright_engine::tables::{self, TableDescription, TableKind, TableList};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::operation::{Context, Effect, Operation, Stage};
use crate::platform::page_limit;
use crate::summary::{Summary, table};

/// Rows of a query that the text shows; the structured answer has all.
const ROWS_SHOWN_MAX: usize = 20;
/// Columns of a query or a sample that the text shows.
const COLUMNS_SHOWN_MAX: usize = 12;
/// Columns of a description that the text shows.
const DESCRIBED_SHOWN_MAX: usize = 60;

/// Lists the tables of the workspace: files (CSV, Parquet, JSON, Arrow, Delta), managed tables,
/// requests of endpoints. Call it first: every other operation takes these names. For a table's
/// columns use describe_table.
#[derive(JsonSchema)]
pub struct ListTables;

/// Input of `list_tables`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListTablesInput {
    /// Only names that hold this text.
    contains: Option<String>,
    /// Most tables, 1 to 1000 (50).
    limit: Option<usize>,
    /// Tables to leave out at the start (0).
    offset: Option<usize>,
}

impl Operation for ListTables {
    const NAME: &'static str = "list_tables";
    const TITLE: &'static str = "List tables";
    const EFFECT: Effect = Effect::Read;
    const STAGE: Stage = Stage::Explore;
    const EXAMPLE: &'static str = r#"{"contains": "customers"}"#;
    type Input = ListTablesInput;
    type Output = TableList;

    fn run(cx: Context<'_>, input: ListTablesInput) -> Result<TableList, Problem> {
        let limit = page_limit(input.limit.or(Some(PAGE_DEFAULT)))?;
        let request = tables::ListTables { contains: input.contains, limit: Some(limit), offset: input.offset.unwrap_or(0) };
        cx.engine.list_tables(&request)
    }
}

impl Summary for TableList {
    fn summary(&self) -> String {
        if self.tables.is_empty() && self.n_tables == 0 {
            return "There are no tables here. Copy a file (CSV, Parquet, JSON, Arrow) into the workspace, then describe_table it.".to_owned();
        }
        let row = |entry: &tables::TableEntry| {
            let kind = match (entry.kind, entry.version) {
                (TableKind::Managed, Some(version)) => format!("managed, version {version}"),
                (TableKind::Managed, None) => "managed".to_owned(),
                (TableKind::Inference, _) => "requests".to_owned(),
                (TableKind::File, _) => entry.format.clone(),
            };
            let size = entry.size_bytes.map_or_else(String::new, bytes);
            vec![entry.name.clone(), kind, entry.n_rows.map_or_else(String::new, |n| n.to_string()), size]
        };
        let rows: Vec<Vec<String>> = self.tables.iter().map(row).collect();
        let mut text = format!("{} of {} tables.\n\n{}", self.tables.len(), self.n_tables, table(&["table", "kind", "rows", "size"], &rows));
        if let Some(offset) = self.next_offset {
            text.push_str(&format!("More: list_tables {{\"offset\": {offset}}}.\n"));
        }
        for note in &self.notes {
            text.push_str(&format!("Note: {note}.\n"));
        }
        text
    }
}

/// Shows one table: rows, columns with semantic types and why, how the file was read and what is
/// wrong in it, a few rows. For distributions and problems for modelling use profile_table.
#[derive(JsonSchema)]
pub struct DescribeTable;

/// Input of `describe_table`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DescribeTableInput {
    /// Path or catalog name; `name@v3` is version 3 of a managed table.
    table: String,
    /// Column to start with, for tables with very many.
    columns_from: Option<String>,
    /// Most columns, 1 to 200 (60).
    limit: Option<usize>,
    /// Sample rows, at most 20 (3).
    sample_rows: Option<usize>,
}

impl Operation for DescribeTable {
    const NAME: &'static str = "describe_table";
    const TITLE: &'static str = "Describe a table";
    const EFFECT: Effect = Effect::Read;
    const STAGE: Stage = Stage::Explore;
    const QUOTES_TABLES: bool = true;
    const IS_LONG: bool = true;
    const EXAMPLE: &'static str = r#"{"table": "telco.csv"}"#;
    type Input = DescribeTableInput;
    type Output = TableDescription;

    fn run(cx: Context<'_>, input: DescribeTableInput) -> Result<TableDescription, Problem> {
        let request =
            tables::DescribeTable { table: input.table, columns_from: input.columns_from, limit: input.limit, sample_rows: input.sample_rows };
        cx.engine.describe_table(&request, cx.call.cancel)
    }
}

impl Summary for TableDescription {
    fn summary(&self) -> String {
        let version = self.version.map_or_else(String::new, |version| format!(", version {version}"));
        let mut text = format!("{}: {} rows, {} columns ({}{version}).\n", self.name, self.n_rows, self.n_columns, how_read(self));
        if !self.description.is_empty() {
            text.push_str(&format!("{}\n", self.description));
        }
        let row = |column: &tables::ColumnDescription| {
            let schema = &column.schema;
            let kind = serde_json::to_value(schema.semantic).ok().and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
            vec![schema.name.clone(), kind, schema.dtype.clone(), column.n_missing.to_string(), schema.reason.clone()]
        };
        let rows: Vec<Vec<String>> = self.columns.iter().take(DESCRIBED_SHOWN_MAX).map(row).collect();
        text.push_str(&format!("\n{}", table(&["column", "is", "stored as", "missing", "because"], &rows)));
        if let Some(next) = &self.next_columns_from {
            text.push_str(&format!("More columns: describe_table {{\"table\": \"{}\", \"columns_from\": \"{next}\"}}.\n", self.name));
        }
        for note in &self.reading.notes {
            text.push_str(&format!("- {note}\n"));
        }
        for issue in self.reading.issues.iter().take(5) {
            let place = match (issue.row, &issue.column) {
                (Some(row), Some(column)) => format!("row {row}, {column}: "),
                (Some(row), None) => format!("row {row}: "),
                (None, Some(column)) => format!("{column}: "),
                (None, None) => String::new(),
            };
            text.push_str(&format!("- {place}{}\n", issue.message));
        }
        let names: Vec<&str> = self.columns.iter().map(|column| column.schema.name.as_str()).collect();
        text.push_str(&format!("\nFirst rows:\n{}", rows_table(&names, &self.sample, self.sample.len())));
        text.push_str(&format!("Next: profile_table {{\"table\": \"{}\", \"target\": \"…\"}}.", self.name));
        text
    }
}

fn how_read(description: &TableDescription) -> String {
    let reading = &description.reading;
    let mut parts = vec![reading.format.as_str().to_owned()];
    if let Some(delimiter) = &reading.delimiter {
        parts.push(format!("delimiter {delimiter:?}"));
    }
    parts.extend(reading.encoding.clone());
    parts.extend(reading.compression.clone());
    if reading.header == Some(false) {
        parts.push("no header".to_owned());
    }
    if !reading.missing_markers.is_empty() {
        let markers: Vec<String> = reading.missing_markers.iter().map(|marker| format!("{marker:?}")).collect();
        parts.push(format!("missing is {}", markers.join(", ")));
    }
    parts.join(", ")
}

/// Rows as a Markdown table, within the text's limits.
fn rows_table(columns: &[&str], rows: &[serde_json::Map<String, Value>], rows_max: usize) -> String {
    let shown: Vec<&str> = columns.iter().copied().take(COLUMNS_SHOWN_MAX).collect();
    let cell = |value: Option<&Value>| match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let cells = |row: &serde_json::Map<String, Value>| shown.iter().map(|name| cell(row.get(*name))).collect();
    let body: Vec<Vec<String>> = rows.iter().take(rows_max).map(cells).collect();
    let heads: Vec<String> = shown.iter().map(|name| name.replace('|', "\\|").replace(['\n', '\r'], " ")).collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let mut text = table(&heads, &body);
    if columns.len() > shown.len() {
        text.push_str(&format!("and {} more columns\n", columns.len() - shown.len()));
    }
    text
}

/// Runs one SELECT over any mixture of files and tables, read-only: quote file names
/// (`SELECT Churn, COUNT(*) AS n FROM 'telco.csv' GROUP BY Churn`). To keep a result use create_table.
#[derive(JsonSchema)]
pub struct Query;

/// Input of `query`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryInput {
    /// One SELECT or WITH statement.
    sql: String,
    /// Most rows, 1 to 10000 (100).
    limit: Option<usize>,
}

impl Operation for Query {
    const NAME: &'static str = "query";
    const TITLE: &'static str = "Query with SQL";
    const EFFECT: Effect = Effect::Read;
    const STAGE: Stage = Stage::Explore;
    const QUOTES_TABLES: bool = true;
    const IS_LONG: bool = true;
    const EXAMPLE: &'static str = r#"{"sql": "SELECT Contract, AVG(tenure) AS tenure FROM 'telco.csv' GROUP BY Contract"}"#;
    type Input = QueryInput;
    type Output = QueryAnswer;

    fn run(cx: Context<'_>, input: QueryInput) -> Result<QueryAnswer, Problem> {
        cx.engine.query(cx.call, &input.sql, input.limit)
    }
}

impl Summary for QueryAnswer {
    fn summary(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let shown = self.rows.len().min(ROWS_SHOWN_MAX);
        let mut text = rows_table(&names, &self.rows, ROWS_SHOWN_MAX);
        let said = if shown < self.n_rows { format!("{shown} of {} rows are shown", self.n_rows) } else { format!("{} rows", self.n_rows) };
        text.push_str(&format!("\n{said}."));
        if self.truncated {
            text.push_str(&format!(
                " There are more than the limits allow: aggregate, raise limit (at most {}), or keep the result with create_table.",
                limits::QUERY_ROWS_MAX
            ));
        }
        text
    }
}

fn bytes(size: u64) -> String {
    const UNITS: [&str; 4] = ["B", "kB", "MB", "GB"];
    let mut value = size as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{size} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}
