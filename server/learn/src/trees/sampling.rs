//! Drawing rows and columns.

use rand_xoshiro::Xoshiro256PlusPlus;

/// A share of `all`, rounded up, without repetition and in order.
pub(crate) fn share<T: Copy>(rng: &mut Xoshiro256PlusPlus, all: &[T], fraction: f64) -> Vec<T> {
    let amount = ((all.len() as f64 * fraction).ceil() as usize).min(all.len());
    let mut positions = rand::seq::index::sample(rng, all.len(), amount).into_vec();
    positions.sort_unstable();
    positions.into_iter().map(|position| all[position]).collect()
}

/// Gradient-based one-side sampling (Ke et al. 2017, Algorithm 2): the `top` share of rows with the
/// largest |gradient × hessian| summed over margins, and an `other` share of all rows from the rest,
/// whose derivatives are multiplied by (1 − top) / other so that sums stay what they were.
pub(crate) fn by_gradient(
    rng: &mut Xoshiro256PlusPlus,
    (top, other): (f64, f64),
    gradients: &mut [f64],
    hessians: &mut [f64],
    n_rows: usize,
    all: &[u32],
) -> Vec<u32> {
    let n_top = (all.len() as f64 * top).ceil() as usize;
    let n_other = (all.len() as f64 * other).ceil() as usize;
    if n_top + n_other >= all.len() {
        return all.to_vec();
    }
    let mut size = vec![0.0; n_rows];
    for (gradients, hessians) in gradients.chunks_exact(n_rows).zip(hessians.chunks_exact(n_rows)) {
        for ((size, gradient), hessian) in size.iter_mut().zip(gradients).zip(hessians) {
            *size += (gradient * hessian).abs();
        }
    }
    let mut order = all.to_vec();
    let larger = |a: &u32, b: &u32| size[*b as usize].total_cmp(&size[*a as usize]).then(a.cmp(b));
    order.select_nth_unstable_by(n_top, larger);
    let mut rest = order.split_off(n_top);
    rest.sort_unstable();
    let factor = (all.len() - n_top) as f64 / n_other as f64;
    let positions = rand::seq::index::sample(rng, rest.len(), n_other);
    for position in positions {
        let row = rest[position];
        for margin in 0..gradients.len() / n_rows {
            gradients[margin * n_rows + row as usize] *= factor;
            hessians[margin * n_rows + row as usize] *= factor;
        }
        order.push(row);
    }
    order.sort_unstable();
    order
}
