//! Precision and recall of the leakage rules over scripts and notebooks with labels of one's own.
//!
//! `cargo run -p mlwright-language --example evaluate FOLDER`: beside each `NAME.py` or `NAME.ipynb` stands `NAME.json` with
//! `{"preprocessing-leakage": true, "overlap-leakage": false, "multi-test-leakage": null}`; `null` is not counted.

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;

use mlwright_language::{Document, Language, Notebook, SchemaSource};
use mlwright_python_rules::rule;

/// Scripts alone: no data is read.
struct Nothing;

impl SchemaSource for Nothing {}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder")?;
    let mut paths: Vec<_> = std::fs::read_dir(&folder)?.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for path in paths {
        let text = match path.extension().and_then(|extension| extension.to_str()) {
            Some("py" | "ipynb") => std::fs::read_to_string(&path)?,
            _ => continue,
        };
        let Ok(labels) = std::fs::read_to_string(path.with_extension("json")) else { continue };
        let labels: serde_json::Value = serde_json::from_str(&labels)?;
        let name = path.to_string_lossy().into_owned();
        let document = if name.ends_with(".ipynb") {
            Document::from_notebook(name.as_str(), Notebook::from_ipynb(&text)?)
        } else {
            Document::new(name.as_str(), Language::Python, text)
        };
        let diagnostics = document.diagnostics(&Nothing);
        for category in ["preprocessing-leakage", "overlap-leakage", "multi-test-leakage"] {
            let of_category = |code: &str| {
                rule(code).is_some_and(|rule| serde_json::to_value(rule.category).is_ok_and(|found| found == category))
            };
            let found: Vec<String> = diagnostics
                .iter()
                .filter(|diagnostic| of_category(diagnostic.code))
                .map(|diagnostic| {
                    format!("{}:{}", diagnostic.code, document.lines().line_of(diagnostic.range.start) + 1)
                })
                .collect();
            let expected = match &labels[category] {
                // A label that can be argued about is not counted.
                serde_json::Value::Null if labels.get(category).is_some() => continue,
                label => label.as_bool().unwrap_or(false),
            };
            let place = match (!found.is_empty(), expected) {
                (true, true) => 0,
                (true, false) => 1,
                (false, true) => 2,
                (false, false) => continue,
            };
            counts.entry(category.to_owned()).or_default()[place] += 1;
            if place > 0 {
                println!("{name}: {category}: found {found:?}, evidence {}", labels["evidence"][category]);
            }
        }
    }
    for (category, [both, only_found, missed]) in counts {
        println!(
            "{category:<24} precision {:.2} recall {:.2} ({both} right, {only_found} false, {missed} missed)",
            both as f64 / (both + only_found).max(1) as f64,
            both as f64 / (both + missed).max(1) as f64
        );
    }
    Ok(())
}
