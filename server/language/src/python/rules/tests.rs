//! The labelled files of `tests/language/corpus`: what each rule finds of what it should.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::schema::{ColumnSummary, Dtype, Entry, NameKind, SchemaSource, Table, TableColumn};
use crate::{Document, Language, LineIndex, Notebook};

/// The small tables of the corpus, read whole.
struct Files;

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

    fn table(&self, _name: &str) -> Option<Arc<Table>> {
        None
    }

    fn tables(&self) -> Vec<Arc<str>> {
        Vec::new()
    }

    fn entries(&self, _path: &str) -> Vec<Entry> {
        Vec::new()
    }

    fn names(&self, _kind: NameKind) -> Vec<Arc<str>> {
        Vec::new()
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

    fn roots(&self) -> Vec<Arc<str>> {
        Vec::new()
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

/// Each rule must be right on nearly all of its files, and silent on nearly all others.
#[test]
fn rules_find_what_the_corpus_marks_and_nothing_else() {
    let root = std::env::var("MLWRIGHT_CORPUS").map_or_else(
        |_| {
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../../tests/language/corpus")
                .canonicalize()
                .expect("the corpus is in the checkout")
        },
        PathBuf::from,
    );
    let mut paths = Vec::new();
    files(&root, &mut paths);
    assert!(paths.len() >= 300, "{} files in {}", paths.len(), root.display());
    // By rule: found and expected, found only, expected only.
    let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    let mut report = String::new();
    for path in &paths {
        let text = std::fs::read_to_string(path).expect("a text");
        let name = path.to_string_lossy().into_owned();
        let document = match path.extension().and_then(|extension| extension.to_str()) {
            Some("ipynb") => Document::from_notebook(name.as_str(), Notebook::from_ipynb(&text).expect("a notebook")),
            _ => Document::new(name.as_str(), Language::Python, text),
        };
        let text = document.text().clone();
        let lines = LineIndex::new(&text);
        let mut expected: Vec<(u32, String)> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            if let Some((_, codes)) = line.split_once("# expect:") {
                expected.extend(codes.split(',').map(|code| (number as u32, code.trim().to_owned())));
            }
        }
        let mut found: Vec<(u32, String)> = document
            .diagnostics(&Files)
            .iter()
            .map(|diagnostic| (lines.line_of(diagnostic.range.start), diagnostic.code.to_owned()))
            .collect();
        found.sort();
        found.dedup();
        expected.sort();
        let short = path.strip_prefix(&root).unwrap_or(path).display();
        for item in &found {
            let right = expected.contains(item);
            counts.entry(item.1.clone()).or_default()[usize::from(!right)] += 1;
            if !right {
                report.push_str(&format!("{short}:{}: {} is not expected\n", item.0 + 1, item.1));
            }
        }
        for item in expected.iter().filter(|item| !found.contains(item)) {
            counts.entry(item.1.clone()).or_default()[2] += 1;
            report.push_str(&format!("{short}:{}: {} is not found\n", item.0 + 1, item.1));
        }
    }
    let mut table = format!("{:<8} {:>9} {:>6}\n", "rule", "precision", "recall");
    let mut poor = Vec::new();
    for (code, [both, only_found, only_expected]) in &counts {
        let precision = *both as f64 / (both + only_found).max(1) as f64;
        let recall = *both as f64 / (both + only_expected).max(1) as f64;
        table.push_str(&format!("{code:<8} {precision:>9.2} {recall:>6.2}\n"));
        if precision < 0.95 || recall < 0.85 {
            poor.push(code.clone());
        }
    }
    eprintln!("{report}\n{table}");
    assert!(poor.is_empty(), "below precision 0.95 or recall 0.85: {poor:?}\n{report}\n{table}");
}
