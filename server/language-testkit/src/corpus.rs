//! The labelled files of `tests/language/corpus`, or of the folder that `MLWRIGHT_CORPUS` names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mlwright_source_text::{ColumnSummary, Dtype, Notebook, SchemaSource, Table, TableColumn};

/// The small tables of the corpus, read whole.
#[derive(Debug)]
pub struct Files;

fn read(path: &str) -> Option<(Vec<String>, Vec<Vec<String>>)> {
    let text = std::fs::read_to_string(path).ok()?;
    let mut lines = text.lines();
    let header = lines.next()?.split(',').map(str::to_owned).collect();
    Some((header, lines.map(|line| line.split(',').map(str::to_owned).collect()).collect()))
}

impl SchemaSource for Files {
    fn file(&self, path: &str) -> Option<Arc<Table>> {
        let (header, rows) = read(path).filter(|_| path.ends_with(".csv"))?;
        let dtype = |index: usize| {
            let values = || rows.iter().filter_map(|row| row.get(index)).filter(|value| !value.is_empty());
            match () {
                () if values().all(|value| value.parse::<i64>().is_ok()) => Dtype::Integer,
                () if values().all(|value| value.parse::<f64>().is_ok()) => Dtype::Float,
                () => Dtype::String,
            }
        };
        let columns = header.iter().enumerate().map(|(index, name)| TableColumn {
            name: name.as_str().into(),
            dtype: dtype(index),
            missing_share: None,
            example: None,
        });
        Some(Arc::new(Table {
            name: path.into(),
            path: Some(path.into()),
            columns: columns.collect(),
            n_rows: Some(rows.len() as u64),
        }))
    }

    fn column_summary(&self, table: &Table, column: &str) -> Option<Arc<ColumnSummary>> {
        let (header, rows) = read(table.path.as_deref()?)?;
        let index = header.iter().position(|name| name == column)?;
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for row in &rows {
            *counts.entry(row.get(index).map_or("", |value| value.as_str())).or_default() += 1;
        }
        let n_missing = counts.remove("").unwrap_or(0);
        let mut top: Vec<(Arc<str>, u64)> = counts.iter().map(|(value, count)| (Arc::from(*value), *count)).collect();
        top.sort_by_key(|(value, count)| (std::cmp::Reverse(*count), value.clone()));
        let numbers: Vec<f64> = counts.keys().filter_map(|value| value.parse().ok()).collect();
        let range = (!numbers.is_empty()).then(|| {
            let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
            let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            (low.to_string().into(), high.to_string().into())
        });
        Some(Arc::new(ColumnSummary {
            n_rows: rows.len() as u64,
            missing_share: n_missing as f64 / rows.len().max(1) as f64,
            n_distinct: Some(counts.len() as u64),
            range,
            top_values: top.into_iter().take(10).collect(),
            ..ColumnSummary::default()
        }))
    }

    fn text(&self, path: &str) -> Option<Arc<str>> {
        std::fs::read_to_string(path).ok().filter(|_| path.ends_with(".py")).map(Into::into)
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).map(|all| all.flatten().map(|entry| entry.path()).collect()).unwrap_or_default();
    entries.sort();
    for path in entries {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("py" | "ipynb") => found.push(path),
            None => files(&path, found),
            _ => {}
        }
    }
}

/// The folder of the files.
pub fn folder() -> PathBuf {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/language/corpus").canonicalize();
    std::env::var("MLWRIGHT_CORPUS").map_or_else(|_| own().expect("the corpus is in the checkout"), PathBuf::from)
}

/// A labelled file.
#[derive(Debug)]
pub struct Labelled {
    /// Its path below [`folder`].
    pub name: String,
    /// Its whole path.
    pub path: String,
    pub content: Content,
}

/// What a labelled file holds.
#[derive(Debug)]
pub enum Content {
    Script(String),
    Notebook(Notebook),
}

/// Each file, sorted by its path below [`folder`].
pub fn labelled() -> Vec<Labelled> {
    let folder = folder();
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a text");
        let content = match path.extension().and_then(|extension| extension.to_str()) {
            Some("ipynb") => Content::Notebook(Notebook::from_ipynb(&text).expect("a notebook")),
            _ => Content::Script(text),
        };
        Labelled {
            name: path.strip_prefix(&folder).unwrap_or(&path).display().to_string(),
            path: path.to_string_lossy().into_owned(),
            content,
        }
    };
    paths.into_iter().map(read).collect()
}
