//! Findings in the Static Analysis Results Interchange Format (OASIS SARIF 2.1.0).

use mlwright_python_rules::RULES;
use mlwright_source_text::Severity;
use serde_json::{Value, json};

use super::{Finding, Place};

/// A log with one run; `version` is the program's.
pub fn sarif(findings: &[Finding], version: &str) -> Value {
    let rules: Vec<Value> = RULES
        .iter()
        .map(|rule| {
            json!({
                "id": rule.code,
                "name": rule.name,
                "shortDescription": { "text": rule.summary },
                "defaultConfiguration": { "level": level(rule.severity) },
                "properties": { "category": rule.category },
            })
        })
        .collect();
    let results: Vec<Value> = findings
        .iter()
        .map(|finding| {
            let index = RULES.iter().position(|rule| rule.code == finding.code);
            json!({
                "ruleId": finding.code,
                "ruleIndex": index,
                "level": level(finding.severity),
                "message": { "text": finding.message },
                "locations": [location(&finding.path, &finding.place, None)],
                "relatedLocations": finding
                    .related
                    .iter()
                    .map(|related| location(&finding.path, &related.place, Some(&related.message)))
                    .collect::<Vec<_>>(),
                "partialFingerprints": { "mlwrightLine/v1": finding.fingerprint },
            })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "mlwright", "version": version, "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information | Severity::Hint => "note",
    }
}

/// Lines of a notebook are lines of a cell; the cell stands in the logical location.
fn location(path: &str, place: &Place, message: Option<&str>) -> Value {
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(path) },
            "region": {
                "startLine": place.line,
                "startColumn": place.column,
                "endLine": place.end_line,
                "endColumn": place.end_column,
            },
        },
    });
    if let Some(cell) = place.cell {
        location["logicalLocations"] = json!([{ "name": format!("cell {cell}"), "kind": "module" }]);
    }
    if let Some(message) = message {
        location["message"] = json!({ "text": message });
    }
    location
}

/// A relative reference, percent-encoded (RFC 3986).
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
