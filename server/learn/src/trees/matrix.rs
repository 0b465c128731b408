//! A matrix as bin numbers, a byte each, row by row and column by column.
//!
//! Histograms of many columns read rows, because a leaf's rows are scattered: column by column, each
//! byte would cost a cache line. They are made for groups of up to eight columns at a time, because
//! these fit the first-level cache. What asks about one column (sending rows to the sides of a split,
//! forests) reads columns.

use mlwright_base::{CancelToken, Cancelled, Seed};
use ndarray::ArrayView2;
use rayon::prelude::*;

use super::bins::{Bins, Lookup, categorical_bins, quantile_edges, sample_rows};

/// The most columns of a group.
pub(crate) const GROUP_MAX: usize = 8;

/// Rows binned by one piece of parallel work.
const ROWS_PER_PIECE: usize = 8192;

/// A matrix as bin numbers. Its columns that can be split on are numbered by *slots*, in their order; a column of very many
/// categories takes several, each of which tells some of them from the rest.
pub(crate) struct BinnedMatrix {
    /// How each slot's column was cut.
    bins: Vec<Bins>,
    /// The matrix column of each slot, ascending: those that hold at least two bins (missing is one).
    pub usable: Vec<usize>,
    /// In the order of the slots.
    pub groups: Vec<Group>,
    /// Shape `(n_rows, n_slots)`.
    pub bytes: Vec<u8>,
    /// Shape `(n_slots, n_rows)`.
    columns: Vec<u8>,
    n_rows: usize,
}

/// Neighbouring slots.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group {
    /// The first slot.
    pub first: usize,
    /// 1, 2, 4 or 8 slots.
    pub width: usize,
}

/// One slot's bin numbers.
#[derive(Clone, Copy)]
pub(crate) struct SlotBins<'a> {
    bytes: &'a [u8],
}

impl SlotBins<'_> {
    #[inline]
    pub fn bin(&self, row: u32) -> u8 {
        self.bytes[row as usize]
    }
}

impl BinnedMatrix {
    /// Cuts the columns of `x`. `categorical` has the number of codes of each ordinal column, which takes at most
    /// `blocks_max` slots of `bins_max` categories.
    /// Columns are cut in parallel, each alone, so that the number of threads does not matter.
    pub fn new(
        x: ArrayView2<'_, f64>,
        categorical: &[Option<u32>],
        (bins_max, blocks_max): (usize, usize),
        seed: Seed,
        cancel: &CancelToken,
    ) -> Result<Self, Cancelled> {
        let sample = sample_rows(x.nrows(), seed);
        let cut = |column: usize| -> Result<Vec<Bins>, Cancelled> {
            cancel.check()?;
            let values = x.column(column);
            let mut blocks = match categorical.get(column).copied().flatten() {
                Some(n_codes) => categorical_bins(values.iter().copied(), n_codes, bins_max, blocks_max),
                None => {
                    let mut sampled: Vec<f64> =
                        sample.iter().map(|&row| values[row]).filter(|value| value.is_finite()).collect();
                    sampled.sort_unstable_by(f64::total_cmp);
                    vec![Bins::Numeric { upper: quantile_edges(&sampled, bins_max) }]
                }
            };
            blocks.retain(|bins| {
                bins.n_bins() > 1 || {
                    let lookup = bins.lookup();
                    let mut all = values.iter().map(|&value| lookup.bin(value));
                    all.next().is_some_and(|first| all.any(|bin| bin != first))
                }
            });
            Ok(blocks)
        };
        let cut: Vec<Vec<Bins>> = (0..x.ncols()).into_par_iter().map(cut).collect::<Result<_, _>>()?;
        let of_slots = cut.into_iter().enumerate();
        let of_slots = of_slots.flat_map(|(column, blocks)| blocks.into_iter().map(move |bins| (column, bins)));
        let (usable, bins): (Vec<usize>, Vec<Bins>) = of_slots.unzip();
        let mut groups = Vec::new();
        let mut first = 0;
        while first < usable.len() {
            let mut width = GROUP_MAX;
            while width > usable.len() - first {
                width /= 2;
            }
            groups.push(Group { first, width });
            first += width;
        }
        let bytes = binned(x, &usable, &bins, cancel)?;
        let columns = by_column(&bytes, usable.len(), x.nrows(), cancel)?;
        Ok(Self { bins, usable, groups, bytes, columns, n_rows: x.nrows() })
    }

    /// The number of slots.
    pub fn n_slots(&self) -> usize {
        self.usable.len()
    }

    /// How a slot's column was cut.
    pub fn bins_of(&self, slot: usize) -> &Bins {
        &self.bins[slot]
    }

    /// A slot's bin numbers.
    pub fn slot(&self, slot: usize) -> SlotBins<'_> {
        SlotBins { bytes: &self.columns[slot * self.n_rows..(slot + 1) * self.n_rows] }
    }
}

fn binned(
    x: ArrayView2<'_, f64>,
    columns: &[usize],
    bins: &[Bins],
    cancel: &CancelToken,
) -> Result<Vec<u8>, Cancelled> {
    let width = columns.len();
    let lookups: Vec<Lookup<'_>> = bins.iter().map(Bins::lookup).collect();
    let mut bytes = vec![0; x.nrows() * width];
    if width == 0 {
        return Ok(bytes);
    }
    bytes.par_chunks_mut(ROWS_PER_PIECE * width).enumerate().try_for_each(|(piece, bytes)| {
        cancel.check()?;
        // A few columns at a time, whose edges fit the first-level cache.
        for (group, columns) in columns.chunks(GROUP_MAX).enumerate() {
            let first = group * GROUP_MAX;
            let lookups = &lookups[first..first + columns.len()];
            for (offset, bytes) in bytes.chunks_exact_mut(width).enumerate() {
                let row = x.row(piece * ROWS_PER_PIECE + offset);
                for ((byte, &column), lookup) in bytes[first..].iter_mut().zip(columns).zip(lookups) {
                    *byte = lookup.bin(row[column]);
                }
            }
        }
        Ok(())
    })?;
    Ok(bytes)
}

/// The same bytes, column by column; eight columns at a time, so that each read row serves them all.
fn by_column(bytes: &[u8], n_slots: usize, n_rows: usize, cancel: &CancelToken) -> Result<Vec<u8>, Cancelled> {
    let mut columns = vec![0; bytes.len()];
    if n_rows == 0 || n_slots == 0 {
        return Ok(columns);
    }
    columns.par_chunks_mut(GROUP_MAX * n_rows).enumerate().try_for_each(|(group, columns)| {
        cancel.check()?;
        let first = group * GROUP_MAX;
        let width = columns.len() / n_rows;
        for (row, bytes) in bytes.chunks_exact(n_slots).enumerate() {
            for (offset, byte) in bytes[first..first + width].iter().enumerate() {
                columns[offset * n_rows + row] = *byte;
            }
        }
        Ok(())
    })?;
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn missing_constant_and_categorical_columns() {
        let x = array![[1.0, 7.0, 0.0, f64::NAN], [f64::NAN, 7.0, 2.0, f64::NAN], [f64::INFINITY, 7.0, 9.0, f64::NAN]];
        let binned = BinnedMatrix::new(x.view(), &[None, None, Some(3), None], (255, 1), Seed(1), &CancelToken::new())
            .expect("not cancelled");
        assert_eq!(binned.usable, [0, 2]);
        let slot = |slot: usize| (0..3).map(|row| binned.slot(slot).bin(row)).collect::<Vec<_>>();
        assert_eq!(slot(0), [0, 1, 1], "infinite is missing");
        assert_eq!(slot(1), [0, 1, 2], "a code out of range is missing");
        assert_eq!(binned.bins_of(1).n_bins(), 2);
    }

    #[test]
    fn every_number_of_columns_is_put_into_groups() {
        for n_columns in 1..20 {
            let x = Array2::from_shape_fn((3, n_columns), |(row, column)| ((row + column) % 3) as f64);
            let binned =
                BinnedMatrix::new(x.view(), &[], (255, 1), Seed(1), &CancelToken::new()).expect("not cancelled");
            for slot in 0..n_columns {
                for row in 0..3 {
                    assert_eq!(usize::from(binned.slot(slot).bin(row)), (row as usize + slot) % 3);
                }
            }
        }
    }
}
