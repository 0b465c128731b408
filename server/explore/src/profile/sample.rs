//! Which rows stand for a large table.

use crate::cells::mix;

/// The rows of a sample, ascending: one drawn from each of `wanted` equally long stretches of the table,
/// so that every part is represented and no period of the data can resonate with a fixed step.
/// `None` when the whole table is no larger than the sample. Always the same for the same sizes.
pub(crate) fn rows(n_rows: usize, wanted: usize) -> Option<Vec<u32>> {
    if n_rows <= wanted {
        return None;
    }
    let stretch = n_rows as f64 / wanted as f64;
    let mut rows: Vec<u32> = Vec::with_capacity(wanted);
    for i in 0..wanted {
        let start = (i as f64 * stretch) as usize;
        let end = (((i + 1) as f64 * stretch) as usize).clamp(start + 1, n_rows);
        rows.push((start + (mix(i as u64) % (end - start) as u64) as usize) as u32);
    }
    Some(rows)
}

/// The rows of the sample, or all.
pub(crate) fn rows_or_all(n_rows: usize, wanted: usize) -> Vec<u32> {
    rows(n_rows, wanted).unwrap_or_else(|| (0..n_rows as u32).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_ascending_and_spread_over_the_table() {
        assert_eq!(rows(10, 10), None);
        let sample = rows(1_003, 100).unwrap();
        assert_eq!(sample.len(), 100);
        assert!(sample.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(sample[0] < 11 && sample[99] > 990);
        assert_eq!(sample, rows(1_003, 100).unwrap());
    }
}
