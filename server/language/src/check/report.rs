//! Findings as text for people, JSON for programs and workflow commands for GitHub.

use std::fmt::Write as _;

use mlwright_source_text::Severity;
use serde_json::{Value, json as value};

use super::{Finding, Place};

/// One finding a paragraph, as compilers print them.
pub fn text(findings: &[Finding], n_files: usize, n_known: usize) -> String {
    let mut out = String::new();
    for finding in findings {
        let _ = writeln!(
            out,
            "{}: {} {}: {}",
            where_of(&finding.path, &finding.place),
            severity(finding.severity),
            finding.code,
            finding.message
        );
        for related in &finding.related {
            let _ = writeln!(out, "  {}: {}", where_of(&finding.path, &related.place), related.message);
        }
        if let Some(fix) = &finding.fix {
            let _ = writeln!(out, "  fix: {fix}");
        }
    }
    let known = if n_known > 0 { format!(", {n_known} more in the baseline") } else { String::new() };
    let _ = match findings.len() {
        0 => writeln!(out, "no findings in {n_files} file{}{known}", plural(n_files)),
        n_findings => {
            writeln!(out, "{n_findings} finding{} in {n_files} file{}{known}", plural(n_findings), plural(n_files))
        }
    };
    out
}

fn plural(number: usize) -> &'static str {
    if number == 1 { "" } else { "s" }
}

/// `path:line:column`, or `path:cell 3:line:column`.
fn where_of(path: &str, place: &Place) -> String {
    let cell = place.cell.map(|cell| format!("cell {cell}:")).unwrap_or_default();
    format!("{path}:{cell}{}:{}", place.line, place.column)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "information",
        Severity::Hint => "hint",
    }
}

/// All of it.
pub fn json(findings: &[Finding], n_files: usize, n_known: usize) -> Value {
    value!({ "n_files": n_files, "n_findings": findings.len(), "n_in_baseline": n_known, "findings": findings })
}

/// Workflow commands, which GitHub shows at the lines of a change. A notebook's lines are those of a cell, so its
/// annotations stand at the file.
pub fn github(findings: &[Finding]) -> String {
    let mut out = String::new();
    for finding in findings {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information | Severity::Hint => "notice",
        };
        let place = &finding.place;
        let lines = match place.cell {
            None => format!(
                ",line={},endLine={},col={},endColumn={}",
                place.line, place.end_line, place.column, place.end_column
            ),
            Some(_) => String::new(),
        };
        let cell = place.cell.map(|cell| format!("cell {cell}, line {}: ", place.line)).unwrap_or_default();
        let message = format!("{cell}{}", finding.message);
        let _ = writeln!(
            out,
            "::{command} file={}{lines},title={} {}::{}",
            property(&finding.path),
            finding.code,
            finding.name,
            message.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
        );
    }
    out
}

/// A property of a workflow command, escaped as GitHub's toolkit does.
fn property(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A").replace(':', "%3A").replace(',', "%2C")
}
