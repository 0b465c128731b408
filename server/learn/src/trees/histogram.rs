//! Sums of gradients, hessians and rows per bin.

use rayon::prelude::*;

use super::bins::BinnedMatrix;

/// Below this many (row, column) pairs a histogram is made on one thread.
const PARALLEL_WORK_MIN: usize = 1 << 15;

/// Where each column's cells lie in a histogram. A cell is the sums over the rows of one bin:
/// `n_gradients` gradients, the hessian and the number of rows, `n_gradients + 2` numbers in all.
pub(crate) struct Layout {
    /// How many gradients each row has.
    pub n_gradients: usize,
    /// The first number of each column, and the end.
    offsets: Vec<usize>,
}

impl Layout {
    pub fn new(matrix: &BinnedMatrix, n_gradients: usize) -> Self {
        let mut offsets = vec![0];
        let mut end = 0;
        for (column, bins) in matrix.bins.iter().enumerate() {
            if matrix.usable.binary_search(&column).is_ok() {
                end += (bins.n_bins() + 1) * (n_gradients + 2);
            }
            offsets.push(end);
        }
        Self { n_gradients, offsets }
    }

    /// How many numbers a histogram has.
    pub fn size(&self) -> usize {
        self.offsets[self.offsets.len() - 1]
    }

    /// A column's cells; the last one is that of missing values.
    pub fn cells<'a>(&self, histogram: &'a [f64], column: usize) -> &'a [f64] {
        &histogram[self.offsets[column]..self.offsets[column + 1]]
    }
}

/// What the rows of a fit want: gradients (row by row) and hessians, at the current prediction.
#[derive(Clone, Copy)]
pub(crate) struct Derivatives<'a> {
    /// Shape `(n_rows, n_gradients)`.
    pub gradients: &'a [f64],
    /// Shape `(n_rows,)`.
    pub hessians: &'a [f64],
}

/// Sums over `rows` for each of `columns`, each column in the order of the rows, so that the number
/// of threads does not change a bit.
pub(crate) fn build(
    matrix: &BinnedMatrix,
    layout: &Layout,
    derivatives: Derivatives<'_>,
    columns: &[usize],
    rows: &[u32],
    histogram: &mut [f64],
) {
    let k = layout.n_gradients;
    histogram.fill(0.0);
    let mut gradients = Vec::with_capacity(rows.len() * k);
    let mut hessians = Vec::with_capacity(rows.len());
    for &row in rows {
        let row = row as usize;
        gradients.extend_from_slice(&derivatives.gradients[row * k..(row + 1) * k]);
        hessians.push(derivatives.hessians[row]);
    }
    let mut parts: Vec<(usize, &mut [f64])> = Vec::with_capacity(columns.len());
    let mut rest = histogram;
    let mut start = 0;
    for &column in columns {
        let (_, tail) = rest.split_at_mut(layout.offsets[column] - start);
        let (cells, tail) = tail.split_at_mut(layout.offsets[column + 1] - layout.offsets[column]);
        start = layout.offsets[column + 1];
        rest = tail;
        parts.push((column, cells));
    }
    let add = |(column, cells): (usize, &mut [f64])| {
        add_rows(&matrix.columns[column], rows, &gradients, &hessians, cells, k);
    };
    if rows.len() * columns.len() < PARALLEL_WORK_MIN {
        parts.into_iter().for_each(add);
    } else {
        parts.into_par_iter().for_each(add);
    }
}

fn add_rows(bins: &[u8], rows: &[u32], gradients: &[f64], hessians: &[f64], cells: &mut [f64], k: usize) {
    if k == 1 {
        let (cells, _) = cells.as_chunks_mut::<3>();
        for ((&row, gradient), hessian) in rows.iter().zip(gradients).zip(hessians) {
            let cell = &mut cells[bins[row as usize] as usize];
            cell[0] += gradient;
            cell[1] += hessian;
            cell[2] += 1.0;
        }
        return;
    }
    let stride = k + 2;
    for ((&row, gradients), hessian) in rows.iter().zip(gradients.chunks_exact(k)).zip(hessians) {
        let start = bins[row as usize] as usize * stride;
        let cell = &mut cells[start..start + stride];
        cell.iter_mut().zip(gradients).for_each(|(sum, gradient)| *sum += gradient);
        cell[k] += hessian;
        cell[k + 1] += 1.0;
    }
}

/// Turns a parent's histogram into one child's by taking away the other child's (Ke et al. 2017, §2).
pub(crate) fn subtract(parent: &mut [f64], child: &[f64]) {
    parent.iter_mut().zip(child).for_each(|(sum, part)| *sum -= part);
}
