//! How a file was read, as plain data: what was found, what was decided, and why.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the caller knows about a file already. Whatever is `None` is detected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReadOptions {
    /// The byte between fields of a CSV file.
    pub delimiter: Option<u8>,
    /// Whether the first row of a CSV file holds the column names.
    pub header: Option<bool>,
    /// The text's encoding by its WHATWG label (`utf-8`, `latin1`, `utf-16le`, …).
    pub encoding: Option<String>,
    /// Read at most this many rows.
    pub n_rows: Option<usize>,
}

/// A form that tables come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Delimited text, whatever the delimiter.
    Csv,
    /// Text delimited by tabs.
    Tsv,
    /// Apache Parquet.
    Parquet,
    /// One JSON object a line.
    Ndjson,
    /// One JSON array of objects.
    Json,
    /// An Arrow IPC file (also called Feather).
    ArrowIpc,
    /// A Delta table: a folder of Parquet files with a transaction log.
    Delta,
}

impl Format {
    /// The format as it is written in answers, e.g. `arrow_ipc`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Parquet => "parquet",
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::ArrowIpc => "arrow_ipc",
            Self::Delta => "delta",
        }
    }
}

/// How much an issue matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; nothing was lost.
    Info,
    /// A value was dropped, or a guess could be wrong.
    Warning,
}

/// Something in the file that is not as it should be, and what was made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReadIssue {
    /// The row it is in, counting data rows from 1 (the header is not counted); absent when it
    /// is about the whole column or file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// The column it is in; absent when it is about the whole row or file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// How much it matters.
    pub severity: Severity,
    /// What was found and what was made of it.
    pub message: String,
}

/// How a file was read, and why so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reading {
    /// The form the file has.
    pub format: Format,
    /// What stands between fields (`,`, `;`, `\t`, `|`); text files only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
    /// What fields are quoted with; absent when nothing quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// The text's encoding by its WHATWG name (`UTF-8`, `windows-1252`, `UTF-16LE`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Whether the first row holds the column names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
    /// `gzip` when the file is compressed as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compression: Option<String>,
    /// What was read as a missing value, of that which really occurs, as it is written in the file
    /// (`""` is an empty field, `" "` one of blanks only), sorted.
    #[serde(default)]
    pub missing_markers: Vec<String>,
    /// Decisions and their reasons, as sentences for a person.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What is wrong in the file, up to [`ISSUES_MAX`].
    #[serde(default)]
    pub issues: Vec<ReadIssue>,
}

/// The most issues that one reading lists; a note says how many there are beyond.
pub const ISSUES_MAX: usize = 200;
/// The most issues of one kind (one column's values, ragged rows) that one reading lists.
pub const ISSUES_PER_KIND_MAX: usize = 20;

impl Reading {
    /// A reading of a format about which there is nothing to say yet.
    #[must_use]
    pub fn of(format: Format) -> Self {
        Self {
            format,
            delimiter: None,
            quote: None,
            encoding: None,
            header: None,
            compression: None,
            missing_markers: Vec::new(),
            notes: Vec::new(),
            issues: Vec::new(),
        }
    }
}

/// How one column of a file was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ColumnReading {
    /// The column's name in the table.
    pub name: String,
    /// The name as it is in the file, when it was changed (duplicated, blank) or invented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_in_file: Option<String>,
    /// The type it was given, as polars writes it (`i64`, `f64`, `str`, `date`, `datetime[μs]`, …).
    pub dtype: String,
    /// Whether numbers or dates are written so that a plain reader would take them for text.
    pub stored_as_text: bool,
    /// Why it has this type.
    pub reason: String,
    /// Missing values seen (in the part of the file that was examined).
    pub n_missing: u64,
    /// Values seen that do not fit the type and were read as missing.
    pub n_unparsed: u64,
}

/// A file or Delta table, and how it was read: what a catalog keeps of a [`crate::Table`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// The file, or the Delta table's folder.
    pub path: PathBuf,
    /// Its form.
    pub format: Format,
    /// How it was read.
    pub reading: Reading,
    /// How each column was read.
    pub columns: Vec<ColumnReading>,
}
