//! Whether quotes enclose cells all through a file, or some open a cell that nothing closes.

use super::super::splitter::Row;

/// Line breaks in one cell from which the lines need not all look like rows.
const LINE_BREAKS_MANY: usize = 50;
/// The fewest line breaks in a cell whose quotes close cleanly that make it worth a look.
const LINE_BREAKS_MIN: usize = 3;

/// What was seen of the quotes of a file.
#[derive(Debug, Clone, Default)]
pub(super) struct QuoteWatch {
    /// Cells that their quotes enclose.
    n_enclosed: u64,
    /// Lines inside cells that look as if a quote that encloses nothing had opened them.
    n_swallowed: u64,
    /// The first row (from 1) with such a cell.
    first_row: Option<u64>,
}

impl QuoteWatch {
    pub(super) fn see(&mut self, row: Row<'_>, width: usize, delimiter: u8, number: u64) {
        let oddities = row.oddities();
        if oddities.n_quoted == 0 {
            return;
        }
        let n_lines = oddities.line_breaks_max;
        let runs_on = oddities.unclosed
            || (n_lines > 0 && oddities.after_quote)
            || (n_lines >= LINE_BREAKS_MIN
                && row.get(oddities.longest_cell).is_some_and(|cell| lines_are_rows(cell, width, delimiter)));
        if runs_on {
            self.n_swallowed += n_lines.max(1) as u64;
            self.first_row = self.first_row.or(Some(number));
        } else {
            self.n_enclosed += oddities.n_quoted as u64;
        }
    }

    /// Counts lines of a row that goes on for longer than rows do.
    pub(super) fn see_endless(&mut self, n_lines: u64, number: u64) {
        self.n_swallowed += n_lines.max(1);
        self.first_row = self.first_row.or(Some(number));
    }

    pub(super) fn add(&mut self, later: &Self, rows_before: u64) {
        self.n_enclosed += later.n_enclosed;
        self.n_swallowed += later.n_swallowed;
        self.first_row = self.first_row.or(later.first_row.map(|row| row + rows_before));
    }

    pub(super) fn is_suspicious(&self) -> bool {
        self.n_swallowed > 0
    }

    /// Whether reading with quotes spoils more than reading without: lines that end up in one cell and
    /// rows of another width, against rows of another width and cells that keep their quotes.
    pub(super) fn spoils_more(&self, n_ragged: u64, n_ragged_without: u64) -> bool {
        self.n_swallowed + n_ragged > n_ragged_without + self.n_enclosed
    }

    /// What was seen, as a sentence.
    pub(super) fn finding(&self) -> Option<(u64, String)> {
        let row = self.first_row?;
        let n = self.n_swallowed;
        Some((
            row,
            format!(
                "a quote opens a cell and is not closed at that cell's end, so that {n} {} in cells",
                if n == 1 { "line ends up" } else { "lines end up" }
            ),
        ))
    }
}

/// Whether the lines inside a cell have as many cells as the table's rows: all of them, or half where
/// they are many.
fn lines_are_rows(cell: &[u8], width: usize, delimiter: u8) -> bool {
    if width < 2 {
        return false;
    }
    let lines: Vec<&[u8]> = cell.split(|byte| *byte == b'\n').collect();
    let Some(whole) = lines.get(1..lines.len().saturating_sub(1)) else { return false };
    let fitting =
        whole.iter().filter(|line| line.iter().filter(|byte| **byte == delimiter).count() == width - 1).count();
    fitting > 0 && (fitting == whole.len() || (lines.len() > LINE_BREAKS_MANY && fitting * 2 >= whole.len()))
}
