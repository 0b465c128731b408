//! Text files that are too large to keep in memory: surveyed from end to end, then scanned lazily by
//! polars wherever it splits them as we do.

use std::sync::Arc;

use mlwright_base::system::files::Stamp;
use polars::prelude::*;

use super::super::text::guess_legacy;
use super::super::values::{self, Outcome};
use super::issues::{Findings, keep_issues};
use super::survey::{self, Survey};
use super::{MEMORY_BYTES_MAX, Text, decide, names_of};
use crate::error::DataError;
use crate::reading::{ReadIssue, Severity};
use crate::table::{Origin, Table};

/// Rows that polars' splitting is compared on with ours before a file is scanned by it.
const COMPARED_ROWS: u64 = 200;

/// How polars is to read a file so that it finds the rows that the survey found.
struct Scan {
    quote: Option<u8>,
    /// Rows to read, when there is more in the file after them.
    n_rows_max: Option<u64>,
    n_rows: u64,
    /// Blank lines that polars takes for rows.
    n_blank: u64,
}

impl Text {
    /// Decides on every cell of the file and scans it lazily. What polars splits in another way is
    /// read into memory.
    ///
    /// # Errors
    /// [`DataError::Unreadable`]; [`DataError::TooLarge`] for files beyond a gigabyte that polars
    /// splits in another way.
    pub(super) fn read_large(self, stamp: Stamp) -> Result<Table, DataError> {
        let survey = survey::take(&self)?;
        if !self.encoding_known && survey.is_no_utf8() {
            let encoding = guess_legacy([survey.odd_cells.as_slice()]);
            return self.in_encoding(encoding).read_whole(None);
        }
        let (text, survey) = self.surveyed_by_better_quotes(survey)?;
        let scan = match text.scan_of(&survey, stamp.size_bytes) {
            Ok(scan) => scan,
            Err(reason) => return text.read_into_memory(reason),
        };
        let names = names_of(&text.layout);
        let lazy = text.scan_text(&names, &scan)?;
        if !text.splits_alike(&lazy, &names, scan.n_rows) {
            return text.read_into_memory("its first rows can be split in several ways");
        }
        text.scanned(survey, &scan, lazy, &names, stamp.size_bytes)
    }

    /// Surveys again without quotes when they seem to enclose no cells, and keeps the better reading.
    fn surveyed_by_better_quotes(self, survey: Survey) -> Result<(Self, Survey), DataError> {
        if !survey.watch.is_suspicious() {
            return Ok((self, survey));
        }
        let plain = self.without_quotes(&survey.watch);
        let without = survey::take(&plain)?;
        let better = survey.watch.spoils_more(survey.shapes.n_ragged(), without.shapes.n_ragged());
        Ok(if better { (plain, without) } else { (self, survey) })
    }

    fn read_into_memory(mut self, reason: &str) -> Result<Table, DataError> {
        self.reading.notes.push(format!("the file was read into memory as a whole: {reason}"));
        self.read_whole(None)
    }

    /// How to scan the file, or why polars would not find the same rows: it takes every quote for one
    /// that opens or closes, ends rows with `\n` alone, and takes blank lines for rows.
    fn scan_of(&self, survey: &Survey, size_bytes: u64) -> Result<Scan, &'static str> {
        let quote = if survey.quoted { self.dialect().quote } else { None };
        if survey.broken {
            return Err("some quotes close no cell, or some lines end in another way");
        }
        if survey.quoted && survey.stray_quote {
            return Err("some cells are in quotes, and others have a quote inside");
        }
        if survey.n_blank_inside > 0 && size_bytes <= MEMORY_BYTES_MAX {
            return Err("there are blank lines between its rows");
        }
        let n_kept = if self.width() > 1 { survey.n_filled } else { survey.n_rows };
        let n_rows = n_kept + survey.n_blank_inside;
        let more = survey.n_rows > n_kept || survey.n_blank_after > 0;
        Ok(Scan { quote, n_rows_max: more.then_some(n_rows), n_rows, n_blank: survey.n_blank_inside })
    }

    fn scanned(
        mut self,
        mut survey: Survey,
        scan: &Scan,
        lazy: LazyFrame,
        names: &[String],
        size_bytes: u64,
    ) -> Result<Table, DataError> {
        let n_dropped = survey.n_rows + survey.n_blank_inside - scan.n_rows;
        if n_dropped == 0 {
            survey.count_tail();
        }
        let decisions = decide(&survey.columns, self.dialect().delimiter);
        let outcomes: Vec<Outcome> =
            survey.columns.iter().zip(&decisions).map(|(evidence, decision)| evidence.outcome(decision.kind)).collect();
        let typed: Vec<Expr> =
            names.iter().zip(&decisions).map(|(name, decision)| values::converted(name, decision.kind)).collect();
        let readings = self.describe(&survey.columns, &decisions, &outcomes);
        self.reading.notes.push(format!(
            "the file has {} MB, so it is read piece by piece; types were decided on all of its rows",
            size_bytes >> 20
        ));
        self.note_dropped(n_dropped);
        let findings = Findings { names, evidence: &survey.columns, decisions: &decisions, outcomes: &outcomes };
        let mut misfits = survey.shapes.issues(self.width());
        misfits.extend(survey.watch.issue());
        misfits.extend(findings.misfits());
        if scan.n_blank > 0 {
            let message = format!("{} blank lines are read as rows without values", scan.n_blank);
            misfits.push(ReadIssue { row: None, column: None, severity: Severity::Warning, message });
        }
        let mut issues = findings.doubts();
        issues.extend(misfits.iter().cloned());
        keep_issues(&mut self.reading, issues);
        Ok(Table {
            source_path: self.form.path,
            reading: self.reading,
            columns: readings,
            lazy: lazy.select(typed),
            n_rows: Some(scan.n_rows),
            origin: Arc::new(Origin::Text { misfits }),
        })
    }

    /// Every column as text, by polars.
    fn scan_text(&self, names: &[String], scan: &Scan) -> Result<LazyFrame, DataError> {
        let path = &self.form.path;
        let schema: Schema = names.iter().map(|name| Field::new(name.as_str().into(), DataType::String)).collect();
        LazyCsvReader::new(PlRefPath::try_from_path(path).map_err(|error| DataError::polars_at(path, error))?)
            .with_glob(false)
            .with_schema(Some(Arc::new(schema)))
            .with_has_header(self.layout.header)
            .with_skip_lines(self.detected.skip_lines)
            .with_separator(self.dialect().delimiter)
            .with_quote_char(scan.quote)
            .with_n_rows(scan.n_rows_max.and_then(|n| usize::try_from(n).ok()))
            .with_encoding(CsvEncoding::LossyUtf8)
            .with_truncate_ragged_lines(true)
            .with_missing_is_null(true)
            .with_raise_if_empty(false)
            .with_ignore_errors(true)
            .with_cache(false)
            .finish()
            .map_err(|error| DataError::polars_at(path, error))
    }

    /// Whether polars finds the same cells in the first rows of `n_rows`.
    fn splits_alike(&self, text: &LazyFrame, names: &[String], n_rows: u64) -> bool {
        let Ok(frame) = text.clone().limit(COMPARED_ROWS as IdxSize).collect() else { return false };
        if frame.height() as u64 != n_rows.min(COMPARED_ROWS) {
            return false;
        }
        let Ok(mut rows) = self.rows() else { return false };
        let columns: Vec<_> =
            names.iter().map(|name| frame.column(name).and_then(|column| column.str().cloned())).collect();
        for row in 0..frame.height() {
            let Ok(Some(record)) = rows.next() else { return false };
            for (index, column) in columns.iter().enumerate() {
                let Ok(column) = column else { return false };
                let ours = String::from_utf8_lossy(record.get(index).unwrap_or_default());
                if column.get(row).unwrap_or_default() != ours {
                    return false;
                }
            }
        }
        true
    }
}
