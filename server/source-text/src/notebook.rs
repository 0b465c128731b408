//! Jupyter notebooks as one text.
//!
//! Cells are taken in the order of the file, not in that of their execution counts: that is the order in which they run when
//! the notebook is run whole, and the one that readers see.

mod ipynb;
mod splice;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::answers::TextEdit;
use crate::text::TextRange;

/// Why a notebook could not be read or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotebookError {
    #[error("the notebook is not valid JSON at line {line}, column {column}: {message}")]
    NotJson { line: usize, column: usize, message: String },
    #[error("the JSON has no list of cells (nbformat 4) or worksheets (nbformat 3)")]
    NoCells,
    #[error("the notebook is written in {language}, not in Python")]
    OtherLanguage { language: String },
    #[error("the change from byte {start} to byte {end} does not lie inside one code cell", start = range.start, end = range.end)]
    EditOutsideCell { range: TextRange },
    #[error("two changes overlap at byte {offset}")]
    OverlappingEdits { offset: u32 },
}

/// The code cells of a notebook, one after the other, each ended by a line break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notebook {
    text: Arc<str>,
    cells: Vec<Cell>,
}

/// A cell and its bytes in the notebook's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Its place among all cells of the notebook, from zero.
    pub index: usize,
    pub range: TextRange,
}

impl Notebook {
    /// From the sources of its code cells, each with its place among all cells.
    pub fn from_cells<'a>(sources: impl IntoIterator<Item = (usize, &'a str)>) -> Self {
        let (mut text, mut cells) = (String::new(), Vec::new());
        for (index, source) in sources {
            let start = text.len() as u32;
            text.push_str(source);
            cells.push(Cell { index, range: TextRange::new(start, text.len() as u32) });
            text.push('\n');
        }
        Self { text: text.into(), cells }
    }

    /// From the JSON of an `.ipynb` file (nbformat 3 and 4). Outputs are passed over without being built.
    ///
    /// # Errors
    /// [`NotebookError::NotJson`], [`NotebookError::NoCells`], and [`NotebookError::OtherLanguage`] where the file names one; a
    /// file that names none is taken for Python.
    pub fn from_ipynb(json: &str) -> Result<Self, NotebookError> {
        let sources = ipynb::read(json)?;
        Ok(Self::from_cells(sources.iter().map(|(index, source)| (*index, source.as_str()))))
    }

    /// The cells' text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Code cells in the order of the file.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The cell in which `offset` lies; the line break after a cell counts as its end.
    pub fn cell_at(&self, offset: u32) -> Option<&Cell> {
        let after = self.cells.partition_point(|cell| cell.range.start <= offset);
        self.cells.get(after.checked_sub(1)?).filter(|cell| cell.range.touches(offset))
    }

    /// The place of a cell among all cells, and the offset in it, of `offset` in the text.
    pub fn in_cell(&self, offset: u32) -> Option<(usize, u32)> {
        self.cell_at(offset).map(|cell| (cell.index, offset - cell.range.start))
    }

    /// The offset in the text of `offset` in the cell whose place among all cells is `index`.
    pub fn in_text(&self, index: usize, offset: u32) -> Option<u32> {
        let cell = self.cells.binary_search_by_key(&index, |cell| cell.index).ok()?;
        let range = self.cells[cell].range;
        (offset <= range.len()).then_some(range.start + offset)
    }
}

/// `json`, the content of an `.ipynb` file, with `edits` of the text that [`Notebook::from_ipynb`] has for it. Only the sources of
/// the cells that are edited change; every other byte stays.
///
/// # Errors
/// Those of [`Notebook::from_ipynb`]; [`NotebookError::EditOutsideCell`] for an edit that does not lie inside one code cell;
/// [`NotebookError::OverlappingEdits`].
pub fn apply_to_ipynb(json: &str, edits: &[TextEdit]) -> Result<String, NotebookError> {
    let notebook = Notebook::from_ipynb(json)?;
    splice::apply(json, &notebook, edits)
}
