//! Sorts a node's rows to its children.

use rayon::prelude::*;

use crate::trees::matrix::SlotBins;

/// At or above this many rows, several threads partition.
const PARALLEL_ROWS_MIN: usize = 1 << 15;
/// Rows of one piece of parallel work.
const ROWS_PER_PIECE: usize = 1 << 13;
/// Rows whose bins are gathered at a time.
const BLOCK_ROWS: usize = 1024;

/// Moves the rows that go left to the front, keeping the order on both sides; answers with their number.
pub(super) fn partition(
    bins: SlotBins<'_>,
    goes_left: &[bool; 256],
    rows: &mut [u32],
    scratch: &mut Vec<u32>,
) -> usize {
    scratch.resize(scratch.len().max(rows.len()), 0);
    let scratch = &mut scratch[..rows.len()];
    if rows.len() < PARALLEL_ROWS_MIN || rayon::current_num_threads() == 1 {
        let n_left = piece(bins, goes_left, rows, scratch);
        let n_right = rows.len() - n_left;
        rows[n_left..].copy_from_slice(&scratch[..n_right]);
        return n_left;
    }
    let pieces = rows.par_chunks_mut(ROWS_PER_PIECE).zip(scratch.par_chunks_mut(ROWS_PER_PIECE));
    let lefts: Vec<usize> = pieces.map(|(rows, scratch)| piece(bins, goes_left, rows, scratch)).collect();
    let mut n_left = 0;
    for (number, &count) in lefts.iter().enumerate() {
        let start = number * ROWS_PER_PIECE;
        rows.copy_within(start..start + count, n_left);
        n_left += count;
    }
    let mut end = n_left;
    for (number, &count) in lefts.iter().enumerate() {
        let start = number * ROWS_PER_PIECE;
        let n_right = ROWS_PER_PIECE.min(rows.len() - start) - count;
        rows[end..end + n_right].copy_from_slice(&scratch[start..start + n_right]);
        end += n_right;
    }
    n_left
}

/// Moves rows that go left to the front of `rows` and the others to the front of `scratch`, without a
/// branch. A block's bins are gathered first, for the reason given in `histogram.rs`.
fn piece(bins: SlotBins<'_>, goes_left: &[bool; 256], rows: &mut [u32], scratch: &mut [u32]) -> usize {
    let (mut n_left, mut n_right) = (0, 0);
    let mut left = [false; BLOCK_ROWS];
    let mut start = 0;
    while start < rows.len() {
        let end = rows.len().min(start + BLOCK_ROWS);
        for (left, &row) in left.iter_mut().zip(&rows[start..end]) {
            *left = goes_left[usize::from(bins.bin(row))];
        }
        for (position, &left) in (start..end).zip(&left) {
            let row = rows[position];
            rows[n_left] = row;
            scratch[n_right] = row;
            n_left += usize::from(left);
            n_right += usize::from(!left);
        }
        start = end;
    }
    n_left
}
