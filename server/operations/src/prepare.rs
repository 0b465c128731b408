//! Operations that make tables.

use mlwright_base::Problem;
use mlwright_engine::tables::{self, CreatedTable, WriteMode};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::operation::{Context, Effect, Operation, Stage};
use crate::summary::Summary;

/// Writes the rows of a SELECT, or of a file, as a managed table. Each write is a new version with
/// lineage to what it was made from; earlier versions stay readable as `name@v0`. Impute, encode and
/// scale not here but in train, which fits them without leaking. Only to look, use query.
#[derive(JsonSchema)]
pub struct CreateTable;

/// Input of `create_table`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTableInput {
    /// The table's name, without a file ending.
    name: String,
    /// SELECT that gives the rows; this or `file`.
    sql: Option<String>,
    /// Table to copy, by path or name; this or `sql`.
    file: Option<String>,
    /// What to do when the table exists: `create` fails, `append` adds rows, `overwrite` replaces them
    /// (create).
    #[serde(default = "create")]
    #[schemars(schema_with = "modes")]
    mode: WriteMode,
    /// What the table holds.
    description: Option<String>,
}

fn create() -> WriteMode {
    WriteMode::Create
}

/// The modes as a plain choice: the field's description says what they do.
fn modes(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": ["create", "append", "overwrite"] })
}

impl Operation for CreateTable {
    const NAME: &'static str = "create_table";
    const TITLE: &'static str = "Create a table";
    const EFFECT: Effect = Effect::Write;
    const STAGE: Stage = Stage::Prepare;
    const QUOTES_TABLES: bool = true;
    const EXAMPLE: &'static str = r#"{"name": "loyal", "sql": "SELECT * FROM 'telco.csv' WHERE tenure > 12", "mode": "create"}"#;
    type Input = CreateTableInput;
    type Output = CreatedTable;

    fn run(cx: Context<'_>, input: CreateTableInput) -> Result<CreatedTable, Problem> {
        let request =
            tables::CreateTable { name: input.name, sql: input.sql, file: input.file, mode: input.mode, description: input.description };
        cx.engine.create_table(cx.call, &request)
    }
}

impl Summary for CreatedTable {
    fn summary(&self) -> String {
        let from: Vec<String> = self
            .sources
            .iter()
            .map(|source| source.version.map_or_else(|| source.asset.clone(), |version| format!("{} version {version}", source.asset)))
            .collect();
        let from = if from.is_empty() { String::new() } else { format!(" from {}", from.join(", ")) };
        let wrote = if self.n_rows_written == self.n_rows { String::new() } else { format!("{} written, ", self.n_rows_written) };
        format!(
            "{name} is at version {version}: {wrote}{rows} rows, {columns} columns{from}. Next: profile_table {{\"table\": \"{name}\"}}; this version stays readable as {name}@v{version}.",
            name = self.name,
            version = self.version,
            rows = self.n_rows,
            columns = self.n_columns,
        )
    }
}
