//! What is wrong in a text file, as issues.

use super::super::evidence::{Decision, Evidence};
use super::super::splitter::Row;
use super::super::values::Outcome;
use super::quotes::QuoteWatch;
use crate::reading::{ISSUES_MAX, ISSUES_PER_KIND_MAX, ReadIssue, Reading, Severity};

/// Values shown of a column that a few texts keep from being one of numbers or dates.
const ODD_SHOWN_MAX: usize = 3;

fn warning(row: Option<u64>, column: Option<&str>, message: String) -> ReadIssue {
    ReadIssue { row, column: column.map(str::to_owned), severity: Severity::Warning, message }
}

/// Rows with too few or too many cells.
#[derive(Default)]
pub(super) struct Shapes {
    n_short: u64,
    n_long: u64,
    issues: Vec<ReadIssue>,
}

impl Shapes {
    pub(super) fn see(&mut self, cells: Row<'_>, width: usize, row: u64) {
        let found = cells.len();
        let message = if found < width {
            self.n_short += 1;
            format!("{found} cells where {width} were expected; the rest was read as missing")
        } else if found > width && cells.iter().skip(width).any(|cell| !cell.trim_ascii().is_empty()) {
            self.n_long += 1;
            format!("{found} cells where {width} were expected; the rest was dropped")
        } else {
            return;
        };
        if self.issues.len() < ISSUES_PER_KIND_MAX {
            self.issues.push(warning(Some(row), None, message));
        }
    }

    /// Adds what was seen of later rows.
    pub(super) fn add(&mut self, later: Self, rows_before: u64) {
        self.n_short += later.n_short;
        self.n_long += later.n_long;
        let room = ISSUES_PER_KIND_MAX.saturating_sub(self.issues.len());
        let moved =
            later.issues.into_iter().map(|issue| ReadIssue { row: issue.row.map(|row| row + rows_before), ..issue });
        self.issues.extend(moved.take(room));
    }

    pub(super) fn n_ragged(&self) -> u64 {
        self.n_short + self.n_long
    }

    pub(super) fn issues(self, width: usize) -> Vec<ReadIssue> {
        let n = self.n_ragged();
        let mut issues = self.issues;
        if n > 0 {
            let message = format!(
                "{n} rows do not have {width} cells: {} have fewer (read as missing), {} have more (dropped)",
                self.n_short, self.n_long
            );
            issues.insert(0, warning(None, None, message));
        }
        issues
    }
}

impl QuoteWatch {
    /// What is odd about the quotes of a file that is read by them all the same.
    pub(super) fn issue(&self) -> Option<ReadIssue> {
        let (row, message) = self.finding()?;
        Some(warning(Some(row), None, message))
    }
}

/// What was found of every column, and decided.
pub(super) struct Findings<'a> {
    pub(super) names: &'a [String],
    pub(super) evidence: &'a [Evidence],
    pub(super) decisions: &'a [Decision],
    pub(super) outcomes: &'a [Outcome],
}

impl Findings<'_> {
    /// Decisions that could as well be otherwise.
    pub(super) fn doubts(&self) -> Vec<ReadIssue> {
        let doubts = self.names.iter().zip(self.decisions);
        doubts.filter_map(|(name, decision)| Some(warning(None, Some(name), decision.doubt.clone()?))).collect()
    }

    /// The values that do not fit, those that keep a column from being one of numbers or dates, and
    /// text that is not of its encoding.
    pub(super) fn misfits(&self) -> Vec<ReadIssue> {
        let mut issues = Vec::new();
        for (index, name) in self.names.iter().enumerate() {
            let (decision, outcome) = (&self.decisions[index], &self.outcomes[index]);
            let mut issue = |row: Option<u64>, message: String| issues.push(warning(row, Some(name), message));
            if outcome.n_mangled > 0 {
                issue(
                    None,
                    format!(
                        "{} values are not valid in the file's encoding; their odd bytes were replaced",
                        outcome.n_mangled
                    ),
                );
            }
            if decision.kind.is_text()
                && let Some(odd) = self.evidence[index].odd_ones_out()
            {
                let shown: Vec<String> = odd
                    .first
                    .iter()
                    .take(ODD_SHOWN_MAX)
                    .map(|(row, text)| format!("{text:?} in row {}", row + 1))
                    .collect();
                let what = if odd.n == 1 { "1 text among".to_owned() } else { format!("{} texts among", odd.n) };
                issue(
                    odd.first.first().map(|(row, _)| row + 1),
                    format!("{what} {} {} make this a column of text: {}", odd.n_others, odd.others, shown.join(", ")),
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
