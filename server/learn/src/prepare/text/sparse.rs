//! Rows of few numbers among many columns.

use mlwright_base::{CancelToken, Cancelled};
use rayon::prelude::*;

/// A sparse matrix by rows, shape `(n_rows, n_columns)`.
pub(super) struct Sparse {
    /// Where each row starts, and where the last ends.
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f64>,
    pub(super) n_columns: usize,
}

impl Sparse {
    pub(super) fn new(n_columns: usize) -> Self {
        Self { starts: vec![0], columns: Vec::new(), values: Vec::new(), n_columns }
    }

    pub(super) fn push(&mut self, column: u32, value: f64) {
        self.columns.push(column);
        self.values.push(value);
    }

    pub(super) fn end_row(&mut self) {
        self.starts.push(self.columns.len());
    }

    /// Adds the rows of another matrix below.
    pub(super) fn append(&mut self, other: &Self) {
        let before = self.columns.len();
        self.columns.extend_from_slice(&other.columns);
        self.values.extend_from_slice(&other.values);
        self.starts.extend(other.starts[1..].iter().map(|start| start + before));
    }

    pub(super) fn n_rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many numbers there are.
    pub(super) fn n_values(&self) -> usize {
        self.columns.len()
    }

    /// Columns and values of a row.
    pub(super) fn row(&self, row: usize) -> (&[u32], &[f64]) {
        let range = self.starts[row]..self.starts[row + 1];
        (&self.columns[range.clone()], &self.values[range])
    }

    /// Every `step`-th row.
    pub(super) fn every(&self, step: usize) -> Self {
        let mut part = Self::new(self.n_columns);
        for row in (0..self.n_rows()).step_by(step) {
            let (columns, values) = self.row(row);
            part.columns.extend_from_slice(columns);
            part.values.extend_from_slice(values);
            part.end_row();
        }
        part
    }

    /// Columns become rows; within a row, the order stays.
    pub(super) fn transposed(&self) -> Self {
        let mut starts = vec![0; self.n_columns + 1];
        self.columns.iter().for_each(|&column| starts[column as usize + 1] += 1);
        for column in 0..self.n_columns {
            starts[column + 1] += starts[column];
        }
        let mut next = starts.clone();
        let (mut columns, mut values) = (vec![0; self.columns.len()], vec![0.0; self.values.len()]);
        for row in 0..self.n_rows() {
            let (in_row, of_row) = self.row(row);
            for (&column, &value) in in_row.iter().zip(of_row) {
                let at = next[column as usize];
                next[column as usize] += 1;
                (columns[at], values[at]) = (u32::try_from(row).expect("rows are numbered by 32 bits"), value);
            }
        }
        Self { starts, columns, values, n_columns: self.n_rows() }
    }

    /// The product with a dense matrix of shape `(n_columns, width)`, row by row in parallel.
    pub(super) fn times(&self, dense: &[f64], width: usize, cancel: &CancelToken) -> Result<Vec<f64>, Cancelled> {
        let mut product = vec![0.0; self.n_rows() * width];
        product.par_chunks_exact_mut(width).enumerate().try_for_each(|(row, out)| {
            cancel.check()?;
            let (columns, values) = self.row(row);
            for (&column, &value) in columns.iter().zip(values) {
                let from = column as usize * width;
                out.iter_mut().zip(&dense[from..from + width]).for_each(|(out, dense)| *out += value * dense);
            }
            Ok(())
        })?;
        Ok(product)
    }
}
