//! Text files that are read into memory: every row, then types by all of them.

use std::sync::Arc;

use polars::prelude::*;
use rayon::prelude::*;

use super::super::evidence::Evidence;
use super::super::text::guess_legacy;
use super::super::values::{self, Cells, Outcome};
use super::issues::{Findings, Shapes, keep_issues};
use super::quotes::QuoteWatch;
use super::{MEMORY_BYTES_MAX, Text, decide, names_of};
use crate::error::DataError;
use crate::table::{Origin, Table};

/// The rows of a file, column by column.
struct Gathered {
    cells: Vec<Cells>,
    shapes: Shapes,
    watch: QuoteWatch,
    /// Rows up to the last that has a value.
    n_filled: usize,
}

impl Text {
    /// Reads every row into memory, at most `n_rows`, decides on all of them, and types them.
    ///
    /// # Errors
    /// [`DataError::Unreadable`]; [`DataError::TooLarge`] beyond a gigabyte of text.
    pub(super) fn read_whole(self, n_rows: Option<usize>) -> Result<Table, DataError> {
        let gathered = self.gather(n_rows)?;
        if !self.encoding_known
            && let Some(encoding) = late_encoding(&gathered.cells)
        {
            // The part that the encoding was judged by had nothing but ASCII.
            return self.in_encoding(encoding).read_whole(n_rows);
        }
        if gathered.watch.is_suspicious() {
            let plain = self.without_quotes(&gathered.watch);
            let without = plain.gather(n_rows)?;
            if gathered.watch.spoils_more(gathered.shapes.n_ragged(), without.shapes.n_ragged()) {
                return plain.typed(without);
            }
        }
        self.typed(gathered)
    }

    fn gather(&self, n_rows: Option<usize>) -> Result<Gathered, DataError> {
        let width = self.width();
        let mut gathered = Gathered {
            cells: vec![Cells::default(); width],
            shapes: Shapes::default(),
            watch: QuoteWatch::default(),
            n_filled: 0,
        };
        let mut rows = self.rows()?;
        let mut n_bytes = 0_u64;
        let mut n = 0_u64;
        while n_rows.is_none_or(|most| n < most as u64) {
            let Some(row) = rows.next()? else { break };
            if row.is_blank_line(width) {
                continue;
            }
            n += 1;
            n_bytes += row.size_bytes() as u64 + 4 * width as u64;
            if n_bytes > MEMORY_BYTES_MAX {
                return Err(DataError::TooLarge {
                    what: format!("the text of {}", self.form.path.display()),
                    limit_bytes: MEMORY_BYTES_MAX,
                    hint: "convert it to Parquet, or to uncompressed UTF-8 text without escapes, stray quotes and blank lines, which is read piece by piece"
                        .to_owned(),
                });
            }
            gathered.shapes.see(row, width, n);
            gathered.watch.see(row, width, self.dialect().delimiter, n);
            let mut filled = false;
            for (index, column) in gathered.cells.iter_mut().enumerate() {
                let cell = row.get(index).unwrap_or_default();
                filled |= !cell.trim_ascii().is_empty();
                column.push(cell);
            }
            if filled {
                gathered.n_filled = column_len(&gathered.cells);
            }
        }
        Ok(gathered)
    }

    fn typed(mut self, gathered: Gathered) -> Result<Table, DataError> {
        let Gathered { mut cells, shapes, watch, n_filled } = gathered;
        if self.width() > 1 {
            self.note_dropped((column_len(&cells) - n_filled) as u64);
            cells.iter_mut().for_each(|column| column.truncate(n_filled));
        }
        let evidence: Vec<Evidence> = cells.par_iter().map(Evidence::of).collect();
        let decisions = decide(&evidence, self.dialect().delimiter);
        let typed: Vec<(Column, Outcome)> = cells
            .into_par_iter()
            .zip(self.layout.names.par_iter().zip(&decisions))
            .map(|(cells, (name, decision))| {
                let (series, outcome) =
                    values::column(name.name.as_str().into(), cells.iter().map(Some), decision.kind);
                (series.into_column(), outcome)
            })
            .collect();
        let (columns, outcomes): (Vec<Column>, Vec<Outcome>) = typed.into_iter().unzip();
        let frame =
            DataFrame::new_infer_height(columns).map_err(|error| DataError::polars_at(&self.form.path, error))?;
        let n_rows = frame.height() as u64;
        let readings = self.describe(&evidence, &decisions, &outcomes);
        let names = names_of(&self.layout);
        let findings = Findings { names: &names, evidence: &evidence, decisions: &decisions, outcomes: &outcomes };
        let mut issues = findings.doubts();
        issues.extend(shapes.issues(self.width()));
        issues.extend(watch.issue());
        issues.extend(findings.misfits());
        keep_issues(&mut self.reading, issues);
        Ok(Table {
            source_path: self.form.path,
            reading: self.reading,
            columns: readings,
            lazy: frame.clone().lazy(),
            n_rows: Some(n_rows),
            origin: Arc::new(Origin::FileInMemory(frame)),
        })
    }
}

impl Evidence {
    fn of(cells: &Cells) -> Self {
        let mut evidence = Self::default();
        cells.iter().for_each(|cell| evidence.see(cell));
        evidence
    }
}

fn column_len(cells: &[Cells]) -> usize {
    cells.first().map_or(0, Cells::len)
}

/// The encoding of cells that are not UTF-8, unless others show that the file is.
fn late_encoding(cells: &[Cells]) -> Option<&'static encoding_rs::Encoding> {
    let odd: Vec<&[u8]> = cells.iter().flat_map(Cells::iter).filter(|cell| !cell.is_ascii()).collect();
    let none_is_valid = !odd.is_empty() && odd.iter().all(|cell| std::str::from_utf8(cell).is_err());
    none_is_valid.then(|| guess_legacy(odd))
}
