//! Ranks.

/// Ranks from 1, ties given the mean of their ranks, as `scipy.stats.rankdata(method="average")`.
/// Values are finite. O(n log n).
#[must_use]
pub fn average_ranks(values: &[f64]) -> Vec<f64> {
    ranks_in_order(values, &sorted_order(values))
}

/// The positions of the values from the smallest to the largest; equal values in order of position.
#[must_use]
pub fn sorted_order(values: &[f64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| (values[a as usize] + 0.0).total_cmp(&(values[b as usize] + 0.0)).then(a.cmp(&b)));
    order
}

/// Average ranks of values whose [`sorted_order`] is known. `order` may leave positions out: those get
/// rank 0 and the others are ranked among themselves. O(n).
#[must_use]
pub fn ranks_in_order(values: &[f64], order: &[u32]) -> Vec<f64> {
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let value = values[order[start] as usize];
        let mut end = start + 1;
        while end < order.len() && values[order[end] as usize] == value {
            end += 1;
        }
        let rank = (start + 1 + end) as f64 / 2.0;
        for &position in &order[start..end] {
            ranks[position as usize] = rank;
        }
        start = end;
    }
    ranks
}
