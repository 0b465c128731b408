//! Which rows are looked at, and how many can be afforded.

use mlwright_base::Seed;
use rand::SeedableRng;
use rand::seq::index;
use rand_xoshiro::Xoshiro256PlusPlus;

/// `n_wanted` of `rows` drawn with the seed, in their order; all when there are not more.
pub(super) fn drawn(rows: &[usize], n_wanted: usize, seed: Seed, what: &str) -> Vec<usize> {
    if rows.len() <= n_wanted {
        return rows.to_vec();
    }
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed.derive(what).0);
    let mut chosen: Vec<usize> = index::sample(&mut rng, rows.len(), n_wanted).into_iter().map(|at| rows[at]).collect();
    chosen.sort_unstable();
    chosen
}

/// Numbers of rows that are chosen between: few steps, so that a little more or less speed changes nothing.
const STEPS: [usize; 9] = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000];

/// The largest step within `n_affordable`, between `n_min` and `n_max`.
pub(super) fn step_below(n_affordable: f64, n_min: usize, n_max: usize) -> usize {
    let step = STEPS.iter().rev().copied().find(|&step| step as f64 <= n_affordable).unwrap_or(STEPS[0]);
    step.clamp(n_min, n_max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_sorted_and_repeatable() {
        let rows: Vec<usize> = (0..1_000).map(|row| row * 3).collect();
        let found = drawn(&rows, 50, Seed(1), "card");
        assert_eq!((found.len(), found.is_sorted()), (50, true));
        assert_eq!(found, drawn(&rows, 50, Seed(1), "card"));
        assert_ne!(found, drawn(&rows, 50, Seed(2), "card"));
        assert_eq!(drawn(&rows, 5_000, Seed(1), "card"), rows);
    }

    #[test]
    fn steps_keep_within_their_bounds() {
        assert_eq!((step_below(1_700.0, 200, 5_000), step_below(3.0, 200, 5_000), step_below(1e9, 200, 5_000), step_below(f64::NAN, 200, 5_000)), (1_000, 200, 5_000, 200));
    }
}
