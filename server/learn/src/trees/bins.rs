//! Cuts columns into at most 255 bins, so that a split is found by one pass over small histograms
//! (Ke et al., "LightGBM", 2017, §2.1; Chen & Guestrin, "XGBoost", 2016, §3.2 on quantile sketches).
//!
//! Bin edges are quantiles of a sample of at most [`SAMPLE_ROWS_MAX`] rows. Each column has one bin
//! more, the last, for missing values (NaN, infinite).

use mlwright_base::Seed;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The most bins of a column, beside the one for missing values: a bin's number fits a byte.
pub(crate) const BINS_MAX: usize = 255;

/// Rows that bin edges are measured on.
pub(crate) const SAMPLE_ROWS_MAX: usize = 200_000;

/// The fewest rows of a category in a block after the first: with fewer, no node could tell it from the rest
/// (`CategoryRule::rows_min`).
const BLOCK_ROWS_MIN: usize = 10;

/// How a column's values become bins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Bins {
    /// Bin `b` holds values at or below `upper[b]` and above `upper[b - 1]`; the last bin the rest.
    Numeric {
        /// Ascending.
        upper: Vec<f64>,
    },
    /// The bin of each category code; codes without a bin share the missing bin.
    Categorical {
        /// Indexed by code.
        bin_of_code: Vec<Option<u8>>,
        /// The number of bins in use.
        n_bins: usize,
    },
}

impl Bins {
    /// The number of bins, without the missing one, whose number this is.
    pub fn n_bins(&self) -> usize {
        match self {
            Self::Numeric { upper } => upper.len() + 1,
            Self::Categorical { n_bins, .. } => *n_bins,
        }
    }

    /// What looks values up quickly.
    pub fn lookup(&self) -> Lookup<'_> {
        match self {
            Self::Numeric { upper } => {
                let mut edges = Box::new([f64::INFINITY; 256]);
                edges[..upper.len()].copy_from_slice(upper);
                Lookup::Edges { edges, missing: upper.len() as u8 + 1 }
            }
            Self::Categorical { bin_of_code, n_bins } => Lookup::Codes { bin_of_code, missing: *n_bins as u8 },
        }
    }
}

/// A column's [`Bins`] laid out for looking up many values.
pub(crate) enum Lookup<'a> {
    /// Edges, filled up with infinity.
    Edges {
        edges: Box<[f64; 256]>,
        missing: u8,
    },
    Codes {
        bin_of_code: &'a [Option<u8>],
        missing: u8,
    },
}

impl Lookup<'_> {
    /// The bin of a value. Edges are searched in eight steps without a branch, as values come in no order.
    #[inline]
    pub fn bin(&self, value: f64) -> u8 {
        match self {
            Self::Edges { edges, missing } => {
                if !value.is_finite() {
                    return *missing;
                }
                let mut below = 0_u8;
                for step in [128_u8, 64, 32, 16, 8, 4, 2, 1] {
                    // `below` edges are known to lie below the value; look at the last of the next `step`.
                    let more = edges[usize::from(below + (step - 1))] < value;
                    below += step * u8::from(more);
                }
                below
            }
            Self::Codes { bin_of_code, missing } => {
                if value >= 0.0 {
                    bin_of_code.get(value as usize).copied().flatten().unwrap_or(*missing)
                } else {
                    *missing
                }
            }
        }
    }
}

/// All rows, or one at random from each of [`SAMPLE_ROWS_MAX`] equal stretches (so that neither
/// sorted nor periodic rows mislead).
pub(super) fn sample_rows(n_rows: usize, seed: Seed) -> Vec<usize> {
    if n_rows <= SAMPLE_ROWS_MAX {
        return (0..n_rows).collect();
    }
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed.derive("bins").0);
    let start = |stretch: usize| (stretch as u128 * n_rows as u128 / SAMPLE_ROWS_MAX as u128) as usize;
    (0..SAMPLE_ROWS_MAX).map(|stretch| rng.gen_range(start(stretch)..start(stretch + 1))).collect()
}

/// Edges between bins of about equally many rows; a value that fills a bin alone gets one of its own.
/// Edges lie in the middle between neighbouring values.
pub(super) fn quantile_edges(sorted: &[f64], bins_max: usize) -> Vec<f64> {
    let mut distinct: Vec<(f64, usize)> = Vec::new();
    for &value in sorted {
        match distinct.last_mut() {
            Some((last, count)) if *last == value => *count += 1,
            _ => distinct.push((value, 1)),
        }
    }
    let mut edges = Vec::new();
    let (mut rows_left, mut bins_left) = (sorted.len(), bins_max);
    let mut filled = 0;
    for (position, window) in distinct.windows(2).enumerate() {
        let ((value, count), (next, next_count)) = (window[0], window[1]);
        filled += count;
        let values_left = distinct.len() - position - 1;
        let goal = rows_left as f64 / bins_left as f64;
        let is_full = filled as f64 >= goal || (next_count as f64 >= goal && filled as f64 >= 0.5 * goal);
        if bins_left > 1 && (is_full || values_left < bins_left) {
            edges.push(middle(value, next));
            rows_left -= filled;
            bins_left -= 1;
            filled = 0;
        }
    }
    edges
}

/// A number at or above `low` and below `high`, in the middle where rounding allows.
fn middle(low: f64, high: f64) -> f64 {
    let middle = low * 0.5 + high * 0.5;
    if middle >= low && middle < high { middle } else { low }
}

/// A bin for each code that occurs, by code: of the `bins_max` most frequent ones (ties to the lower code), then, up to
/// `blocks_max` times, of as many of the next ones that have at least [`BLOCK_ROWS_MIN`] rows. Together the blocks tell all of
/// these codes apart, each some of them from the rest.
pub(super) fn categorical_bins(
    values: impl Iterator<Item = f64>,
    n_codes: u32,
    bins_max: usize,
    blocks_max: usize,
) -> Vec<Bins> {
    let mut counts = vec![0_usize; n_codes as usize];
    for value in values {
        if value >= 0.0 && value < f64::from(n_codes) {
            counts[value as usize] += 1;
        }
    }
    let mut kept: Vec<usize> = (0..counts.len()).filter(|&code| counts[code] > 0).collect();
    kept.sort_by_key(|&code| (std::cmp::Reverse(counts[code]), code));
    let n_frequent = kept.partition_point(|&code| counts[code] >= BLOCK_ROWS_MIN);
    kept.truncate(bins_max.max(n_frequent));
    let block = |codes: &[usize]| {
        let mut codes = codes.to_vec();
        codes.sort_unstable();
        let mut bin_of_code = vec![None; counts.len()];
        for (bin, &code) in codes.iter().enumerate() {
            bin_of_code[code] = Some(u8::try_from(bin).expect("bins_max is at most 255"));
        }
        Bins::Categorical { bin_of_code, n_bins: codes.len() }
    };
    kept.chunks(bins_max).take(blocks_max).map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_get_a_bin_each() {
        let edges = quantile_edges(&[1.0, 1.0, 1.0, 2.0, 5.0], 255);
        assert_eq!(edges, [1.5, 3.5]);
        assert_eq!(quantile_edges(&[], 255), [0.0; 0]);
        assert_eq!(quantile_edges(&[3.0, 3.0], 255), [0.0; 0]);
        assert_eq!(quantile_edges(&[f64::MIN, f64::MAX], 255), [0.0]);
        assert_eq!(quantile_edges(&[1.0, 1.0 + f64::EPSILON], 255), [1.0]);
    }

    #[test]
    fn many_values_get_bins_of_equal_size() {
        let sorted: Vec<f64> = (0..10_000).map(f64::from).collect();
        let edges = quantile_edges(&sorted, 10);
        assert_eq!(edges, [999.5, 1999.5, 2999.5, 3999.5, 4999.5, 5999.5, 6999.5, 7999.5, 8999.5]);
        // Nine tenths of the rows are zero: zero fills one bin, the rest share the others.
        let mut skewed = vec![0.0; 9000];
        skewed.extend((1..=1000).map(f64::from));
        let edges = quantile_edges(&skewed, 11);
        assert_eq!(edges.len(), 10);
        assert_eq!(edges[0], 0.5);
        assert!(edges.windows(2).all(|pair| (90.0..=110.0).contains(&(pair[1] - pair[0]))), "{edges:?}");
    }

    #[test]
    fn a_value_is_looked_up_as_its_edges_say() {
        for n_edges in [0, 1, 2, 127, 128, 253, 254] {
            let bins = Bins::Numeric { upper: (0..n_edges).map(f64::from).collect() };
            let lookup = bins.lookup();
            for value in (-2..=2 * n_edges + 4).map(|half| f64::from(half) * 0.5) {
                let expected = (0..n_edges).filter(|&edge| f64::from(edge) < value).count();
                assert_eq!(usize::from(lookup.bin(value)), expected, "{n_edges} edges, {value}");
            }
            for missing in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                assert_eq!(usize::from(lookup.bin(missing)), bins.n_bins());
            }
        }
    }

    #[test]
    fn rare_categories_share_the_missing_bin() {
        let values = [0.0, 1.0, 1.0, 2.0, 2.0, 3.0];
        let bins = categorical_bins(values.into_iter(), 5, 2, 9);
        assert_eq!(bins, [Bins::Categorical { bin_of_code: vec![None, Some(0), Some(1), None, None], n_bins: 2 }]);
    }

    #[test]
    fn frequent_categories_beyond_the_most_bins_are_told_apart_by_further_blocks() {
        let rows = |code: u32, n_rows: usize| std::iter::repeat_n(f64::from(code), n_rows);
        let values = || rows(0, 12).chain(rows(1, 30)).chain(rows(2, 9)).chain(rows(3, 11)).chain(rows(4, 20));
        let block =
            |bin_of_code: [Option<u8>; 5], n_bins| Bins::Categorical { bin_of_code: bin_of_code.to_vec(), n_bins };
        let first = block([None, Some(0), None, None, Some(1)], 2);
        let second = block([Some(0), None, None, Some(1), None], 2);
        assert_eq!(categorical_bins(values(), 5, 2, 9), [first.clone(), second]);
        assert_eq!(categorical_bins(values(), 5, 2, 1), [first]);
    }
}
