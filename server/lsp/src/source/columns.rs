//! Columns of data files, kept as long as the file does not change.

use std::collections::HashMap;
use std::hash::Hash;
use std::path::Path;
use std::sync::{Arc, Mutex};

use mlwright_base::CancelToken;
use mlwright_base::system::files::{self, Stamp};
use mlwright_data::{DataError, Glance, SemanticType};
use mlwright_explore::Context;
use mlwright_explore::profile::{ColumnProfile, ProfileOptions, profile};
use mlwright_language::{ColumnSummary, Dtype, Table, TableColumn};

use super::lock;
use crate::workers::guarded;

/// Rows of a text file that types are decided on.
const GLANCE_ROWS: usize = 500;
/// Rows that a column's summary is made of, and the cells that may be read for them.
const SUMMARY_ROWS: usize = 50_000;
const SUMMARY_CELLS_MAX: usize = 1_000_000;
/// Bins of a summary's histogram: as wide as a hover.
const HISTOGRAM_BINS: usize = 20;
/// Frequent values, and findings, in a summary.
const TOP_VALUES: usize = 5;
const FINDINGS_MAX: usize = 3;
/// Files and columns that are remembered.
const TABLES_MAX: usize = 256;
const SUMMARIES_MAX: usize = 1_024;

/// What was found in a file as it was then; nothing when it is no table.
type Known<T> = (Stamp, Option<Arc<T>>);

/// The columns of files, and summaries of some of them.
#[derive(Debug, Default)]
pub(super) struct TableCache {
    tables: Mutex<Recent<String, Known<Table>>>,
    summaries: Mutex<Recent<(String, String), Known<ColumnSummary>>>,
}

impl TableCache {
    /// The table in a file, as the file is now.
    pub(super) fn get(&self, path: &str) -> Option<Arc<Table>> {
        let stamp = stamp(path)?;
        let known = lock(&self.tables).get(path);
        if let Some((_, table)) = known.filter(|(known, _)| *known == stamp) {
            return table;
        }
        let table = unchanged(path, stamp, || mlwright_data::glance(Path::new(path), GLANCE_ROWS))?
            .map(|glance| Arc::new(table(path, glance)));
        lock(&self.tables).put(path.to_owned(), (stamp, table.clone()), TABLES_MAX);
        table
    }

    /// What a column of a file holds, by its first rows.
    pub(super) fn summary(&self, path: &str, column: &str) -> Option<Arc<ColumnSummary>> {
        let stamp = stamp(path)?;
        let key = (path.to_owned(), column.to_owned());
        let known = lock(&self.summaries).get(&key);
        if let Some((_, summary)) = known.filter(|(known, _)| *known == stamp) {
            return summary;
        }
        let measured = unchanged(path, stamp, || measure(path, column))?.map(Arc::new);
        lock(&self.summaries).put(key, (stamp, measured.clone()), SUMMARIES_MAX);
        measured
    }
}

/// What is looked at to see a change: of a Delta table, its log.
fn stamp(path: &str) -> Option<Stamp> {
    let path = Path::new(path);
    if files::is_dir(path) {
        return files::stamp(&path.join("_delta_log")).ok();
    }
    // What is neither a file nor a folder may wait for somebody who writes.
    if files::is_file(path) { files::stamp(path).ok() } else { None }
}

/// What reading a file gives, `Some(None)` when it is no table; `None` when the file changed meanwhile, so that what was
/// read may be half of each.
fn unchanged<T>(path: &str, before: Stamp, read: impl FnOnce() -> Result<T, DataError>) -> Option<Option<T>> {
    let outcome = guarded(read);
    if stamp(path) != Some(before) {
        return None;
    }
    Some(match outcome {
        Ok(Ok(found)) => Some(found),
        Ok(Err(error)) => {
            tracing::debug!(path, %error, "a file that a text names is no table");
            None
        }
        Err(defect) => {
            tracing::error!(path, %defect, "reading a file broke off");
            None
        }
    })
}

fn table(path: &str, glance: Glance) -> Table {
    let columns = glance.columns.into_iter().map(|column| TableColumn {
        name: column.name.into(),
        dtype: dtype(&column.dtype),
        missing_share: column.missing_share,
        example: column.example.map(Arc::from),
    });
    let name = path.rsplit('/').next().unwrap_or(path);
    Table { name: name.into(), path: Some(path.into()), columns: columns.collect(), n_rows: glance.n_rows }
}

/// polars' name of a type, in our words.
fn dtype(name: &str) -> Dtype {
    match name.split(['[', '(', ' ']).next().unwrap_or_default() {
        "bool" => Dtype::Boolean,
        "i8" | "i16" | "i32" | "i64" | "i128" | "u8" | "u16" | "u32" | "u64" | "u128" => Dtype::Integer,
        "f16" | "f32" | "f64" | "decimal" => Dtype::Float,
        "str" => Dtype::String,
        "cat" | "enum" => Dtype::Categorical,
        "date" => Dtype::Date,
        "datetime" => Dtype::Datetime,
        "duration" => Dtype::Duration,
        "list" | "array" => Dtype::List,
        "struct" => Dtype::Struct,
        _ => Dtype::Unknown,
    }
}

fn measure(path: &str, column: &str) -> Result<ColumnSummary, DataError> {
    let (frame, schema) = mlwright_data::sample_column(Path::new(path), column, SUMMARY_ROWS, SUMMARY_CELLS_MAX)?;
    let options =
        ProfileOptions { histogram_bins: HISTOGRAM_BINS, top_values: TOP_VALUES, sample_rows: 0, pair_columns: 0 };
    let measured = profile(&frame, &schema, None, &options, &Context::quiet(&CancelToken::new()))
        .map_err(|error| DataError::Compute { message: error.to_string() })?;
    let found = measured
        .column(column)
        .ok_or_else(|| DataError::Compute { message: format!("{column:?} was not measured") })?;
    let findings = measured.findings.iter().take(FINDINGS_MAX).map(|finding| Arc::from(finding.reason.as_str()));
    Ok(ColumnSummary { findings: findings.collect(), ..summary(found, measured.table.n_rows) })
}

fn summary(column: &ColumnProfile, n_rows: u64) -> ColumnSummary {
    let numbers = column.numeric.as_ref();
    let text = |number: f64| Arc::from(mlwright_operations::summary::number(number, 6));
    let range = numbers.map(|numbers| (text(numbers.min), text(numbers.max)));
    let range = range.or_else(|| {
        column.datetime.as_ref().map(|times| (Arc::from(times.min.as_str()), Arc::from(times.max.as_str())))
    });
    ColumnSummary {
        semantic_type: Arc::from(semantic_name(column.semantic)),
        n_rows,
        missing_share: column.missing_share,
        n_distinct: Some(column.distinct),
        range,
        mean: numbers.and_then(|numbers| numbers.mean),
        quartiles: numbers.map(|numbers| [numbers.quantiles.p25, numbers.quantiles.p50, numbers.quantiles.p75]),
        histogram: column.histogram.as_ref().map(|histogram| histogram.counts.clone()).unwrap_or_default(),
        top_values: column.top_values.iter().map(|top| (Arc::from(top.value.as_str()), top.count)).collect(),
        findings: Vec::new(),
    }
}

fn semantic_name(semantic: SemanticType) -> String {
    serde_json::to_value(semantic).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A map that forgets what was looked up longest ago.
#[derive(Debug)]
struct Recent<K, V> {
    entries: HashMap<K, (u64, V)>,
    clock: u64,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self { entries: HashMap::new(), clock: 0 }
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Recent<K, V> {
    fn get<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
    {
        self.clock += 1;
        let (used, value) = self.entries.get_mut(key)?;
        *used = self.clock;
        Some(value.clone())
    }

    fn put(&mut self, key: K, value: V, most: usize) {
        self.clock += 1;
        self.entries.insert(key, (self.clock, value));
        if self.entries.len() > most
            && let Some(oldest) = self.entries.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| key.clone())
        {
            self.entries.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_unused_is_forgotten() {
        let mut recent = Recent::default();
        recent.put("a", 1, 2);
        recent.put("b", 2, 2);
        assert_eq!(recent.get("a"), Some(1));
        recent.put("c", 3, 2);
        assert_eq!((recent.get("a"), recent.get("b"), recent.get("c")), (Some(1), None, Some(3)));
    }

    #[test]
    fn types_have_our_names() {
        for (name, expected) in [
            ("i64", Dtype::Integer),
            ("decimal[10,2]", Dtype::Float),
            ("datetime[μs, UTC]", Dtype::Datetime),
            ("str", Dtype::String),
            ("list[i64]", Dtype::List),
            ("struct[2]", Dtype::Struct),
            ("null", Dtype::Unknown),
            ("bool", Dtype::Boolean),
        ] {
            assert_eq!(dtype(name), expected, "{name}");
        }
    }
}
