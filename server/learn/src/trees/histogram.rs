//! Sums of gradients, hessians and rows per bin, in whole numbers (`fixed_point.rs`).

use std::ops::Range;

use super::fixed_point::FixedPoint;
use super::matrix::{BinnedMatrix, Group};

/// Cells of a column: 256 bin numbers, and a few more so that equal bins of neighbouring columns do
/// not fall on the same cache set.
pub(crate) const CELLS: usize = 260;
/// Rows handled at a time: their widened words take 16 KiB.
const BLOCK_ROWS: usize = 1024;
/// Rows that are worth a thread: adding up the threads' parts costs as much as a few thousand.
const ROWS_OF_THREAD_MIN: usize = 1 << 13;
/// The most threads that sum over rows, each with a histogram of its own.
const THREADS_OVER_ROWS_MAX: usize = 8;

/// The cells of every slot, [`CELLS`] each of `k + 1` numbers. Only those up to a slot's missing bin are kept.
pub(crate) struct Histogram {
    pub sums: Vec<i64>,
}

/// A column's cells with one gradient.
type Cells = [[i64; 2]; CELLS];

/// How a histogram is laid out.
#[derive(Clone)]
pub(crate) struct Layout {
    /// Gradients per cell.
    pub k: usize,
    /// Used cells per slot: its bins and the missing one.
    pub n_cells: Vec<usize>,
}

impl Layout {
    pub fn new(matrix: &BinnedMatrix, k: usize) -> Self {
        Self { k, n_cells: (0..matrix.n_slots()).map(|slot| matrix.bins_of(slot).n_bins() + 1).collect() }
    }

    /// Numbers a slot takes.
    pub fn stride(&self) -> usize {
        CELLS * (self.k + 1)
    }

    /// Numbers a histogram has.
    pub fn size(&self) -> usize {
        self.n_cells.len() * self.stride()
    }

    pub fn empty(&self) -> Histogram {
        Histogram { sums: vec![0; self.size()] }
    }

    /// Where a slot's cells lie when it is the one at `place`; the last one is that of missing values.
    pub fn cells_of(&self, place: usize, slot: usize) -> Range<usize> {
        let start = place * self.stride();
        start..start + self.n_cells[slot] * (self.k + 1)
    }
}

/// Sums over `rows` for the slots of neighbouring groups, into their cells.
pub(crate) fn build_piece(
    matrix: &BinnedMatrix,
    layout: &Layout,
    fixed: &FixedPoint,
    rows: &[u32],
    groups: &[Group],
    cells: &mut [i64],
) {
    let Some(first) = groups.first() else { return };
    for (offset, cells) in cells.chunks_exact_mut(layout.stride()).enumerate() {
        cells[layout.cells_of(0, first.first + offset)].fill(0);
    }
    add(matrix, groups, fixed, rows, cells);
}

/// Sums over `rows` for every slot, on all threads. Costs room for each thread's part.
pub(crate) fn build_over_rows(
    matrix: &BinnedMatrix,
    layout: &Layout,
    fixed: &FixedPoint,
    rows: &[u32],
    histogram: &mut Histogram,
) {
    over_rows(matrix, layout, fixed, rows, histogram, rayon::current_num_threads().min(THREADS_OVER_ROWS_MAX));
}

/// Halves the rows until there is a piece for each thread; whole numbers add up the same however they are cut.
fn over_rows(
    matrix: &BinnedMatrix,
    layout: &Layout,
    fixed: &FixedPoint,
    rows: &[u32],
    histogram: &mut Histogram,
    threads: usize,
) {
    if threads < 2 || rows.len() < ROWS_OF_THREAD_MIN {
        build_piece(matrix, layout, fixed, rows, &matrix.groups, &mut histogram.sums);
        return;
    }
    let (left, right) = rows.split_at(rows.len() / 2);
    let mut other = layout.empty();
    rayon::join(
        || over_rows(matrix, layout, fixed, left, histogram, threads / 2),
        || over_rows(matrix, layout, fixed, right, &mut other, threads - threads / 2),
    );
    histogram.sums.iter_mut().zip(&other.sums).for_each(|(sum, part)| *sum += part);
}

/// Adds rows to the cells of neighbouring groups.
fn add(matrix: &BinnedMatrix, groups: &[Group], fixed: &FixedPoint, rows: &[u32], sums: &mut [i64]) {
    let one = 1_i64 << fixed.units.shift;
    let k = fixed.k;
    let first = groups.first().map_or(0, |group| group.first);
    if k == 1 {
        let (words, _) = fixed.words.as_chunks::<2>();
        let (cells, _) = sums.as_chunks_mut::<2>();
        let (columns, _) = cells.as_chunks_mut::<CELLS>();
        let mut wide = [[0_i64; 2]; BLOCK_ROWS];
        for rows in rows.chunks(BLOCK_ROWS) {
            for (wide, &row) in wide.iter_mut().zip(rows) {
                let word = words[row as usize];
                *wide = [i64::from(word[0]), one | i64::from(word[1])];
            }
            for group in groups {
                let columns = &mut columns[group.first - first..group.first - first + group.width];
                match group.width {
                    8 => add_group::<8>(matrix, group, rows, &wide, columns),
                    4 => add_group::<4>(matrix, group, rows, &wide, columns),
                    2 => add_group::<2>(matrix, group, rows, &wide, columns),
                    _ => add_group::<1>(matrix, group, rows, &wide, columns),
                }
            }
        }
        return;
    }
    let stride = k + 1;
    for group in groups {
        for offset in 0..group.width {
            let cells = &mut sums[(group.first + offset - first) * CELLS * stride..][..CELLS * stride];
            for &row in rows {
                let bin = usize::from(matrix.slot(group.first + offset).bin(row));
                add_word(
                    &mut cells[bin * stride..(bin + 1) * stride],
                    &fixed.words[row as usize * stride..][..stride],
                    one,
                );
            }
        }
    }
}

#[inline]
fn add_word(cell: &mut [i64], word: &[i32], one: i64) {
    for (sum, part) in cell.iter_mut().zip(word) {
        *sum += i64::from(*part);
    }
    *cell.last_mut().expect("a cell has its hessian") += one;
}

/// Adds a block's rows to one group's cells. Their bins are gathered first: a loop that does nothing
/// else has many reads of scattered memory under way at once, while one that also adds waits for each.
fn add_group<const W: usize>(
    matrix: &BinnedMatrix,
    group: &Group,
    rows: &[u32],
    wide: &[[i64; 2]; BLOCK_ROWS],
    columns: &mut [Cells],
) {
    let columns: &mut [Cells; W] = columns.try_into().expect("a group has as many columns as it is wide");
    let stride = matrix.n_slots();
    let mut gathered = [[0_u8; W]; BLOCK_ROWS];
    for (bins, &row) in gathered.iter_mut().zip(rows) {
        let start = row as usize * stride + group.first;
        *bins = matrix.bytes[start..start + W].try_into().expect("the slice is W long");
    }
    for (bins, word) in gathered[..rows.len()].iter().zip(wide) {
        for (cells, bin) in columns.iter_mut().zip(bins) {
            let cell = &mut cells[usize::from(*bin)];
            *cell = [cell[0] + word[0], cell[1] + word[1]];
        }
    }
}

/// Sums over `rows` for one slot, into `cells`; for learners that look at few columns of a node.
pub(crate) fn build_slot(matrix: &BinnedMatrix, fixed: &FixedPoint, slot: usize, rows: &[u32], cells: &mut [i64]) {
    let (one, stride) = (1_i64 << fixed.units.shift, fixed.k + 1);
    let bins = matrix.slot(slot);
    cells.fill(0);
    for &row in rows {
        let start = usize::from(bins.bin(row)) * stride;
        add_word(&mut cells[start..start + stride], &fixed.words[row as usize * stride..][..stride], one);
    }
}

/// As [`build_slot`] for few rows: only the cells of bins that have rows, and the missing one, are written. What lies
/// in the others is left over. Which bins have rows is told, bit by bit.
pub(crate) fn build_slot_of_few(
    matrix: &BinnedMatrix,
    fixed: &FixedPoint,
    slot: usize,
    rows: &[u32],
    cells: &mut [i64],
) -> Occupied {
    let (one, stride) = (1_i64 << fixed.units.shift, fixed.k + 1);
    // Row by row: a few rows' bytes fit the cache, and other slots will ask for those beside these.
    let n_slots = matrix.n_slots();
    let mut occupied = Occupied::default();
    let missing = cells.len() - stride;
    cells[missing..].fill(0);
    occupied.insert(missing / stride);
    for &row in rows {
        let bin = usize::from(matrix.bytes[row as usize * n_slots + slot]);
        let cell = &mut cells[bin * stride..(bin + 1) * stride];
        if occupied.insert(bin) {
            cell.fill(0);
        }
        add_word(cell, &fixed.words[row as usize * stride..][..stride], one);
    }
    occupied
}

/// A set of bin numbers.
#[derive(Clone, Copy, Default)]
pub(crate) struct Occupied([u64; 4]);

impl Occupied {
    /// Every bin below a number.
    pub fn all(n_bins: usize) -> Self {
        let word = |at: usize| match n_bins.saturating_sub(64 * at) {
            left @ 0..64 => (1_u64 << left) - 1,
            _ => u64::MAX,
        };
        Self([word(0), word(1), word(2), word(3)])
    }

    /// Whether the bin is new.
    fn insert(&mut self, bin: usize) -> bool {
        let (word, bit) = (&mut self.0[bin / 64], 1 << (bin % 64));
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Those below a number, ascending.
    pub fn below(self, n_bins: usize) -> impl Iterator<Item = usize> {
        let limit = Self::all(n_bins);
        let words = std::array::from_fn::<u64, 4, _>(|at| self.0[at] & limit.0[at]);
        words.into_iter().enumerate().flat_map(|(at, mut word)| {
            std::iter::from_fn(move || {
                let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
                word &= word - 1;
                Some(64 * at + bit)
            })
        })
    }
}

/// Turns a parent's cells into one child's by taking away the other child's (Ke et al. 2017, §2).
pub(crate) fn subtract(parent: &mut [i64], child: &[i64]) {
    parent.iter_mut().zip(child).for_each(|(sum, part)| *sum -= part);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_told_in_order() {
        let mut occupied = Occupied::default();
        assert!([255, 0, 63, 64, 130].into_iter().all(|bin| occupied.insert(bin)) && !occupied.insert(64));
        assert_eq!(occupied.below(256).collect::<Vec<_>>(), [0, 63, 64, 130, 255]);
        assert_eq!(occupied.below(64).collect::<Vec<_>>(), [0, 63]);
        assert_eq!(Occupied::all(0).below(256).count(), 0);
        for n in [1, 63, 64, 65, 128, 255, 256] {
            assert!(Occupied::all(n).below(256).eq(0..n), "{n}");
        }
    }
}
