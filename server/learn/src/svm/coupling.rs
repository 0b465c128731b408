//! Probabilities of classes from those of every pair.

/// The most rounds; a few are usual.
const ROUNDS_MAX: usize = 100;
/// No pair is taken as surer than this.
const PROBABILITY_MIN: f64 = 1e-7;

/// The probabilities p that come nearest to r(a, b) p(b) = r(b, a) p(a) for all pairs, where r(a, b) is the
/// probability of `a` when it is `a` or `b`; shape of `pairs` `(n_classes, n_classes)`, row by row (Wu, Lin
/// & Weng 2004, algorithm 2; LIBSVM's too).
pub(super) fn couple(pairs: &mut [f64], out: &mut [f64]) {
    let k = out.len();
    pairs.iter_mut().for_each(|r| *r = r.clamp(PROBABILITY_MIN, 1.0 - PROBABILITY_MIN));
    let mut q = vec![0.0; k * k];
    for a in 0..k {
        for b in (0..k).filter(|&b| b != a) {
            q[a * k + a] += pairs[b * k + a] * pairs[b * k + a];
            q[a * k + b] = -pairs[b * k + a] * pairs[a * k + b];
        }
    }
    out.fill(1.0 / k as f64);
    let near = 0.005 / k as f64;
    let mut products = vec![0.0; k];
    for _ in 0..ROUNDS_MAX {
        for (a, product) in products.iter_mut().enumerate() {
            *product = q[a * k..(a + 1) * k].iter().zip(&*out).map(|(q, p)| q * p).sum();
        }
        let mut total: f64 = products.iter().zip(&*out).map(|(product, p)| product * p).sum();
        if products.iter().all(|product| (product - total).abs() < near) {
            break;
        }
        for a in 0..k {
            let by = (total - products[a]) / q[a * k + a];
            out[a] += by;
            total = (total + by * (by * q[a * k + a] + 2.0 * products[a])) / (1.0 + by) / (1.0 + by);
            for (b, product) in products.iter_mut().enumerate() {
                *product = (*product + by * q[a * k + b]) / (1.0 + by);
            }
            out.iter_mut().for_each(|p| *p /= 1.0 + by);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_that_agree_give_back_their_classes() {
        let truth = [0.5, 0.3, 0.15, 0.05];
        let mut pairs = vec![0.0; 16];
        for a in 0..4 {
            for b in (0..4).filter(|&b| b != a) {
                pairs[a * 4 + b] = truth[a] / (truth[a] + truth[b]);
            }
        }
        let mut out = [0.0; 4];
        couple(&mut pairs, &mut out);
        for (found, expected) in out.iter().zip(truth) {
            assert!((found - expected).abs() < 0.01, "{out:?}");
        }
        assert!((out.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
