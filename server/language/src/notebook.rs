//! Jupyter notebooks as one text.

use std::sync::Arc;

use crate::text::TextRange;

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

    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }
}
