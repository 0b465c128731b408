//! What each rule finds of what it should, in the labelled files of the corpus.

use std::collections::BTreeMap;

use mlwright_language_testkit::corpus::{Content, Files, Labelled, labelled};
use mlwright_python_flow::Script;
use mlwright_source_text::LineIndex;

use super::check;

/// Each rule must be right on nearly all of its files, and silent on nearly all others.
#[test]
fn rules_find_what_the_corpus_marks_and_nothing_else() {
    let files = labelled();
    assert!(files.len() >= 300, "{} files", files.len());
    // By rule: found and expected, found only, expected only.
    let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    let mut report = String::new();
    for Labelled { name: path, path: place, content } in files {
        let script = match content {
            Content::Script(text) => Script::new(place, text),
            Content::Notebook(notebook) => Script::from_notebook(place, notebook),
        };
        let text = script.text().clone();
        let lines = LineIndex::new(&text);
        let mut expected: Vec<(u32, String)> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            if let Some((_, codes)) = line.split_once("# expect:") {
                expected.extend(codes.split(',').map(|code| (number as u32, code.trim().to_owned())));
            }
        }
        let mut found: Vec<(u32, String)> = check(script.analysis(&Files), &text, &Files)
            .iter()
            .map(|diagnostic| (lines.line_of(diagnostic.range.start), diagnostic.code.to_owned()))
            .collect();
        found.sort();
        found.dedup();
        expected.sort();
        for item in &found {
            let right = expected.contains(item);
            counts.entry(item.1.clone()).or_default()[usize::from(!right)] += 1;
            if !right {
                report.push_str(&format!("{path}:{}: {} is not expected\n", item.0 + 1, item.1));
            }
        }
        for item in expected.iter().filter(|item| !found.contains(item)) {
            counts.entry(item.1.clone()).or_default()[2] += 1;
            report.push_str(&format!("{path}:{}: {} is not found\n", item.0 + 1, item.1));
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
