//! A text file that is scanned by types which a sample decided, checked against them to its end.

use mlwright_base::CancelToken;
use polars::prelude::PlSmallStr;
use rayon::prelude::*;

use super::super::dialect::Dialect;
use super::super::evidence::{ColumnType, Decision};
use super::super::rows::RowReader;
use super::super::text::TextForm;
use super::super::values::{self, Cells, Outcome};
use super::issues::{Shapes, unfit_issues};
use super::{column_len, is_blank_line, push_row};
use crate::error::DataError;
use crate::reading::{ISSUES_MAX, ReadIssue};

/// A large text file and the decisions about it.
pub(crate) struct ScannedText {
    pub(super) form: TextForm,
    pub(super) dialect: Dialect,
    pub(super) skip_lines: usize,
    pub(super) header: bool,
    pub(super) names: Vec<String>,
    pub(super) kinds: Vec<ColumnType>,
}

impl ScannedText {
    /// Reads the file to its end and lists what does not fit.
    pub(crate) fn verify(&self, cancel: &CancelToken) -> Result<Vec<ReadIssue>, DataError> {
        /// Rows that are checked at once.
        const BATCH_ROWS: usize = 16_384;
        let mut reader = RowReader::open(&self.form, self.dialect, self.skip_lines, usize::from(self.header))?;
        let width = self.names.len();
        let mut shapes = Shapes::default();
        let mut outcomes = vec![Outcome::default(); width];
        let mut n_before = 0;
        loop {
            cancel.check()?;
            let mut cells = vec![Cells::default(); width];
            while column_len(&cells) < BATCH_ROWS {
                let Some(record) = reader.next()? else { break };
                if is_blank_line(record, width) {
                    continue;
                }
                shapes.see(record, width, n_before + column_len(&cells) as u64 + 1);
                push_row(&mut cells, record.iter());
            }
            let n = column_len(&cells);
            if n == 0 {
                break;
            }
            let found: Vec<Outcome> = cells
                .par_iter()
                .zip(&self.kinds)
                .map(|(cells, kind)| values::column(PlSmallStr::EMPTY, cells.iter().map(Some), *kind).1)
                .collect();
            for (outcome, found) in outcomes.iter_mut().zip(found) {
                outcome.add(found, n_before);
            }
            n_before += n as u64;
        }
        let decisions: Vec<Decision> = self
            .kinds
            .iter()
            .map(|kind| Decision { kind: *kind, stored_as_text: false, reason: String::new(), doubt: None })
            .collect();
        let mut issues = shapes.issues(width);
        issues.extend(unfit_issues(&self.names, &decisions, &outcomes));
        issues.truncate(ISSUES_MAX);
        Ok(issues)
    }
}
