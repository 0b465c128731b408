//! What is wrong in a text file, as issues.

use super::super::evidence::Decision;
use super::super::values::Outcome;
use crate::reading::{ISSUES_MAX, ISSUES_PER_KIND_MAX, ReadIssue, Reading, Severity};

/// Rows with too few or too many cells.
#[derive(Default)]
pub(super) struct Shapes {
    n_short: u64,
    n_long: u64,
    issues: Vec<ReadIssue>,
}

impl Shapes {
    pub(super) fn see(&mut self, record: &csv::ByteRecord, width: usize, row: u64) {
        let found = record.len();
        let message = if found < width {
            self.n_short += 1;
            format!("{found} cells where {width} were expected; the rest was read as missing")
        } else if record.iter().skip(width).any(|cell| !cell.trim_ascii().is_empty()) {
            self.n_long += 1;
            format!("{found} cells where {width} were expected; the rest was dropped")
        } else {
            return;
        };
        if self.issues.len() < ISSUES_PER_KIND_MAX {
            self.issues.push(ReadIssue { row: Some(row), column: None, severity: Severity::Warning, message });
        }
    }

    pub(super) fn issues(self, width: usize) -> Vec<ReadIssue> {
        let n = self.n_short + self.n_long;
        let mut issues = self.issues;
        if n > 0 {
            let message = format!(
                "{n} rows do not have {width} cells: {} have fewer (read as missing), {} have more (dropped)",
                self.n_short, self.n_long
            );
            issues.insert(0, ReadIssue { row: None, column: None, severity: Severity::Warning, message });
        }
        issues
    }
}

/// Decisions that could as well be otherwise.
pub(super) fn doubts(names: &[String], decisions: &[Decision]) -> Vec<ReadIssue> {
    names
        .iter()
        .zip(decisions)
        .filter_map(|(name, decision)| {
            let message = decision.doubt.clone()?;
            Some(ReadIssue { row: None, column: Some(name.clone()), severity: Severity::Warning, message })
        })
        .collect()
}

/// The values that did not fit, and text that is not of its encoding.
pub(super) fn unfit_issues(names: &[String], decisions: &[Decision], outcomes: &[Outcome]) -> Vec<ReadIssue> {
    let mut issues = Vec::new();
    for ((name, decision), outcome) in names.iter().zip(decisions).zip(outcomes) {
        let mut issue = |row: Option<u64>, message: String| {
            issues.push(ReadIssue { row, column: Some(name.clone()), severity: Severity::Warning, message });
        };
        if outcome.n_mangled > 0 {
            issue(
                None,
                format!(
                    "{} values are not valid in the file's encoding; their odd bytes were replaced",
                    outcome.n_mangled
                ),
            );
        }
        if outcome.n_unfit == 0 {
            continue;
        }
        let dtype = decision.kind.dtype();
        issue(None, format!("{} values do not fit {dtype} and were read as missing", outcome.n_unfit));
        for (row, text) in &outcome.unfit {
            issue(Some(row + 1), format!("{text:?} does not fit {dtype} and was read as missing"));
        }
    }
    issues
}

/// Adds issues up to the limit, and a note about those beyond.
pub(super) fn keep_issues(reading: &mut Reading, issues: Vec<ReadIssue>) {
    let room = ISSUES_MAX.saturating_sub(reading.issues.len());
    let beyond = issues.len().saturating_sub(room);
    reading.issues.extend(issues.into_iter().take(room));
    if beyond > 0 {
        reading.notes.push(format!("{beyond} more issues are not listed"));
    }
}
