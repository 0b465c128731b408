//! The columns of a file, found by reading as little of it as will do: while somebody types, a file of any size may be
//! named. [`crate::open`] reads more, and knows more.

use std::path::Path;

use mlwright_base::CancelToken;
use mlwright_base::system::files;
use polars::prelude::*;
use serde_json::{Map, Value};

use crate::error::DataError;
use crate::execute;
use crate::open::{format_of_file, text::TextForm};
use crate::reading::{Format, ReadOptions};
use crate::schema::{ColumnSchema, infer_schema};
use crate::write::rows_as_json;

/// The most bytes (decompressed) of a file of JSON that are looked at.
const JSON_BYTES_MAX: u64 = 1 << 20;
/// Bytes of a file of text up to which its rows are counted: reading it whole takes some hundredths of a second.
const COUNTED_BYTES_MAX: u64 = 8 << 20;
/// Cells of the first rows that examples are taken from.
const EXAMPLE_CELLS_MAX: usize = 50_000;
/// Characters of an example before it is cut.
const EXAMPLE_CHARS_MAX: usize = 60;

/// What is cheap to know of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Glance {
    /// Its columns, in order.
    pub columns: Vec<GlancedColumn>,
    /// Its rows, where the file says it or was read whole.
    pub n_rows: Option<u64>,
}

/// What is cheap to know of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct GlancedColumn {
    /// Its name in the table.
    pub name: String,
    /// Its type, as polars writes it (`i64`, `str`, …); in text files, by the first rows.
    pub dtype: String,
    /// Missing values in [0, 1] among the rows that were looked at; `None` where none was.
    pub missing_share: Option<f64>,
    /// A value that occurs.
    pub example: Option<String>,
}

/// Looks at a table file or a Delta table. Of Parquet and Arrow only the footer is read, by plain reads: a file that is
/// replaced at this moment gives an error and no harm. Of text the first `n_rows` rows are, and of a small file all, to
/// count them.
///
/// # Errors
/// As [`crate::open`].
pub fn glance(path: &Path, n_rows: usize) -> Result<Glance, DataError> {
    if files::is_dir(path) {
        let table = crate::managed::open_version(path, None)?;
        let columns = table.columns.iter().map(|column| plain(&column.name, &column.dtype)).collect();
        return Ok(Glance { columns, n_rows: table.n_rows });
    }
    match format_of_file(path)? {
        Format::Csv | Format::Tsv => delimited(path, n_rows),
        format @ (Format::Json | Format::Ndjson) => json(path, format, n_rows),
        // polars panics on some damaged files.
        format => execute::guarded(|| footer(path, format)),
    }
}

/// The first values of one column, with what they mean: at most `n_rows` of them, and of text files so few that reading
/// the other columns beside it costs no more than `cells_max` cells.
///
/// # Errors
/// As [`crate::open`]; [`DataError::ColumnNotFound`].
pub fn sample_column(path: &Path, column: &str, n_rows: usize, cells_max: usize) -> Result<(DataFrame, Vec<ColumnSchema>), DataError> {
    let is_columnar = files::is_dir(path) || !matches!(format_of_file(path)?, Format::Csv | Format::Tsv | Format::Json | Format::Ndjson);
    if is_columnar {
        return execute::guarded(|| {
            let lazy = if files::is_dir(path) { crate::managed::open_version(path, None)?.lazy() } else { scan(path)? };
            let frame = execute::collect(lazy.select([col(column)]).limit(n_rows as IdxSize), &CancelToken::new())?;
            let schema = infer_schema(&frame);
            Ok((frame, schema))
        });
    }
    let width = glance(path, 1)?.columns.len().max(1);
    let n_rows = n_rows.min(cells_max / width).max(1);
    let table = crate::open(path, &ReadOptions { n_rows: Some(n_rows), ..ReadOptions::default() })?;
    let frame = table.head(n_rows)?.select([column])?;
    let schema = table.schema_of(&frame);
    Ok((frame, schema))
}

fn scan(path: &Path) -> Result<LazyFrame, DataError> {
    let failed = |error| DataError::polars_at(path, error);
    let plain = PlRefPath::try_from_path(path).map_err(failed)?;
    match format_of_file(path)? {
        Format::Parquet => LazyFrame::scan_parquet(plain, ScanArgsParquet { glob: false, cache: false, ..Default::default() }),
        _ => LazyFrame::scan_ipc(plain, IpcScanOptions::default(), UnifiedScanArgs { glob: false, cache: false, ..Default::default() }),
    }
    .map_err(failed)
}

fn plain(name: &str, dtype: &str) -> GlancedColumn {
    GlancedColumn { name: name.to_owned(), dtype: dtype.to_owned(), missing_share: None, example: None }
}

fn footer(path: &Path, format: Format) -> Result<Glance, DataError> {
    let failed = |error| DataError::polars_at(path, error);
    let file = files::open(path).map_err(|error| DataError::io(path, error))?;
    let (schema, n_rows) = match format {
        Format::Parquet => {
            let mut reader = ParquetReader::new(file);
            let n_rows = reader.num_rows().map_err(failed)?;
            (reader.schema().map_err(failed)?, Some(n_rows as u64))
        }
        _ => (IpcReader::new(file).schema().map_err(failed)?, None),
    };
    let schema = Schema::from_arrow_schema(&schema);
    Ok(Glance { columns: schema.iter().map(|(name, dtype)| plain(name, &dtype.to_string())).collect(), n_rows })
}

fn delimited(path: &Path, n_rows: usize) -> Result<Glance, DataError> {
    let table = crate::open(path, &ReadOptions { n_rows: Some(n_rows), ..ReadOptions::default() })?;
    let n_read = table.n_rows()?;
    let rows = rows_as_json(&table.head((EXAMPLE_CELLS_MAX / table.columns.len().max(1)).clamp(1, 100))?);
    let columns = table.columns.iter().map(|column| GlancedColumn {
        missing_share: (n_read > 0).then(|| column.n_missing as f64 / n_read as f64),
        example: example(&rows, &column.name),
        ..plain(&column.name, &column.dtype)
    });
    let n_rows = if n_read < n_rows as u64 { Some(n_read) } else { counted(path)? };
    Ok(Glance { columns: columns.collect(), n_rows })
}

/// The rows of a small file, which is read whole.
fn counted(path: &Path) -> Result<Option<u64>, DataError> {
    let n_bytes = files::stamp(path).map_err(|error| DataError::io(path, error))?.size_bytes;
    if n_bytes > COUNTED_BYTES_MAX || TextForm::detect(path, None)?.gzip {
        return Ok(None);
    }
    crate::open(path, &ReadOptions::default())?.n_rows().map(Some)
}

fn example(rows: &[Map<String, Value>], name: &str) -> Option<String> {
    let value = rows.iter().find_map(|row| row.get(name).filter(|value| !value.is_null()))?;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.chars().count() <= EXAMPLE_CHARS_MAX {
        return Some(text);
    }
    Some(format!("{}…", text.chars().take(EXAMPLE_CHARS_MAX - 1).collect::<String>()))
}

/// The objects at the start of a file of JSON, an array of them or one after the other.
fn json(path: &Path, format: Format, n_rows: usize) -> Result<Glance, DataError> {
    use std::io::Read as _;
    let unreadable = |error: std::io::Error| DataError::unreadable(path, error.to_string());
    let mut text = Vec::new();
    TextForm::detect(path, None)?.reader()?.take(JSON_BYTES_MAX).read_to_end(&mut text).map_err(unreadable)?;
    let is_whole = (text.len() as u64) < JSON_BYTES_MAX;
    let mut rest = text.trim_ascii_start();
    rest = rest.strip_prefix(b"[").unwrap_or(rest);
    let mut rows: Vec<Map<String, Value>> = Vec::new();
    let mut ended = false;
    while rows.len() < n_rows {
        rest = rest.trim_ascii_start();
        rest = rest.strip_prefix(b",").unwrap_or(rest);
        let mut objects = serde_json::Deserializer::from_slice(rest).into_iter::<Map<String, Value>>();
        match objects.next() {
            Some(Ok(row)) => rows.push(row),
            // The end of the text or of the array, or an object that is cut.
            _ => {
                ended = is_whole;
                break;
            }
        }
        rest = &rest[objects.byte_offset()..];
    }
    if rows.is_empty() {
        return Err(DataError::unreadable(path, format!("a file of {} holds objects", format.as_str())));
    }
    let mut names: Vec<&str> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for name in rows.iter().flat_map(Map::keys) {
        if seen.insert(name.as_str()) {
            names.push(name);
        }
    }
    let columns = names.into_iter().map(|name| {
        let values = || rows.iter().filter_map(|row| row.get(name)).filter(|value| !value.is_null());
        GlancedColumn {
            missing_share: Some(1.0 - values().count() as f64 / rows.len() as f64),
            example: example(&rows, name),
            ..plain(name, json_dtype(values()))
        }
    });
    Ok(Glance { columns: columns.collect(), n_rows: ended.then_some(rows.len() as u64) })
}

fn json_dtype<'a>(values: impl Iterator<Item = &'a Value>) -> &'static str {
    let mut dtype = "null";
    for value in values {
        let found = match value {
            Value::Null => continue,
            Value::Bool(_) => "bool",
            Value::Number(number) if number.is_f64() => "f64",
            Value::Number(_) => "i64",
            Value::String(_) => "str",
            Value::Array(_) => "list",
            Value::Object(_) => "struct",
        };
        dtype = match (dtype, found) {
            ("null", found) => found,
            (known, found) if known == found => known,
            ("i64", "f64") | ("f64", "i64") => "f64",
            _ => return "str",
        };
    }
    dtype
}

#[cfg(test)]
mod tests;
