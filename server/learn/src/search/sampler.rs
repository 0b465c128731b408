//! What to try next, by what was tried so far: a tree-structured Parzen estimator (Bergstra et al.
//! 2011) over each learner's hyperparameters, and learners the more often the better they did.

use mlwright_base::Seed;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::BASELINE;
use super::space::{Dimension, Table, space, spec_at};
use super::trial::Tried;
use crate::learners::LearnerSpec;
use crate::metrics::Metric;

/// Trials of a learner before its hyperparameters are drawn by them rather than evenly.
const TRIALS_MIN: usize = 5;
/// The share of trials that count as good.
const GOOD_SHARE: f64 = 0.25;
/// Points drawn, of which the most promising is tried.
const N_DRAWN: usize = 24;
/// How much less often each next learner is tried.
const NEXT_LEARNER: f64 = 0.4;
/// The least width of a kernel.
const WIDTH_MIN: f64 = 0.05;

/// Proposes candidates. The same trials and seed give the same proposals.
pub(super) struct Sampler {
    rng: Xoshiro256PlusPlus,
    metric: Metric,
    table: Table,
}

impl Sampler {
    pub(super) fn new(seed: Seed, metric: Metric, table: Table) -> Self {
        Self { rng: Xoshiro256PlusPlus::seed_from_u64(seed.derive("sampler").0), metric, table }
    }

    /// A candidate that was not tried yet; none when no learner that has a score can be varied.
    pub(super) fn propose(&mut self, tried: &[Tried]) -> Option<LearnerSpec> {
        let learner = self.learner(tried)?;
        let dimensions = space(&learner, self.table);
        let places = self.places(&learner, &dimensions, tried);
        Some(spec_at(&learner, &dimensions, &places))
    }

    /// A learner, the best most often.
    fn learner(&mut self, tried: &[Tried]) -> Option<String> {
        let mut best: Vec<(&str, f64)> = Vec::new();
        for Tried { candidate, .. } in tried {
            let Some(score) = candidate.cv_mean.map(|score| self.merit(score)) else { continue };
            if candidate.learner == BASELINE || space(&candidate.learner, self.table).is_empty() {
                continue;
            }
            match best.iter_mut().find(|(learner, _)| *learner == candidate.learner) {
                Some((_, known)) => *known = known.max(score),
                None => best.push((&candidate.learner, score)),
            }
        }
        best.sort_by(|a, b| b.1.total_cmp(&a.1));
        let last = best.len().checked_sub(1)?;
        let chosen = (0..last).find(|_| self.rng.gen_range(0.0..1.0) >= NEXT_LEARNER).unwrap_or(last);
        Some(best[chosen].0.to_owned())
    }

    /// The greater, the better.
    fn merit(&self, score: f64) -> f64 {
        if self.metric.greater_is_better() { score } else { -score }
    }

    fn places(&mut self, learner: &str, dimensions: &[Dimension], tried: &[Tried]) -> Vec<f64> {
        let mut trials: Vec<(f64, Vec<f64>)> = tried
            .iter()
            .filter(|tried| tried.candidate.learner == learner && !tried.candidate.cv_scores.is_empty())
            .map(|tried| {
                // One that was given up early is worse than all that were not.
                let merit = tried.candidate.cv_mean.map_or(f64::NEG_INFINITY, |score| self.merit(score));
                (merit, dimensions.iter().map(|dimension| place_of(dimension, tried)).collect())
            })
            .collect();
        if trials.len() < TRIALS_MIN {
            return dimensions.iter().map(|_| self.rng.gen_range(0.0..1.0)).collect();
        }
        trials.sort_by(|a, b| b.0.total_cmp(&a.0));
        let n_good = ((trials.len() as f64 * GOOD_SHARE).ceil() as usize).max(2);
        let (good, other) = trials.split_at(n_good);
        (0..dimensions.len())
            .map(|dimension| {
                let points =
                    |trials: &[(f64, Vec<f64>)]| trials.iter().map(|(_, places)| places[dimension]).collect::<Vec<_>>();
                let (good, other) = (Parzen::new(points(good)), Parzen::new(points(other)));
                let drawn: Vec<f64> = (0..N_DRAWN).map(|_| good.draw(&mut self.rng)).collect();
                let promise = |place: f64| good.density(place) / other.density(place);
                drawn.into_iter().max_by(|a, b| promise(*a).total_cmp(&promise(*b))).unwrap_or(0.5)
            })
            .collect()
    }
}

fn place_of(dimension: &Dimension, tried: &Tried) -> f64 {
    if dimension.is_of_preparation() {
        return dimension.place(tried.spec.preparation.get(dimension.name));
    }
    let known = tried.candidate.parameters.iter().find(|(name, _)| name == dimension.name);
    dimension.place(known.map(|(_, value)| value))
}

/// A density on [0, 1]: a normal kernel at each point, and one point's worth of the even density, so
/// that nothing is ruled out.
struct Parzen {
    points: Vec<f64>,
    width: f64,
}

impl Parzen {
    fn new(points: Vec<f64>) -> Self {
        let n = points.len() as f64;
        // Scott's rule (1992) for the even density's standard deviation.
        let width = (n.powf(-0.2) * 12.0_f64.sqrt().recip()).max(WIDTH_MIN);
        Self { points, width }
    }

    fn draw(&self, rng: &mut Xoshiro256PlusPlus) -> f64 {
        let Some(point) = self.points.get(rng.gen_range(0..=self.points.len())) else { return rng.gen_range(0.0..1.0) };
        // Box & Muller 1958; reflected at the bounds.
        let (radius, angle): (f64, f64) = (1.0 - rng.gen_range(0.0..1.0), rng.gen_range(0.0..1.0));
        let normal = (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos();
        let place = (point + self.width * normal).rem_euclid(2.0);
        if place > 1.0 { 2.0 - place } else { place }
    }

    fn density(&self, place: f64) -> f64 {
        let kernel = |point: &f64| {
            let at = |place: f64| (-0.5 * ((place - point) / self.width).powi(2)).exp();
            at(place) + at(-place) + at(2.0 - place)
        };
        let scale = self.width * std::f64::consts::TAU.sqrt();
        (1.0 + self.points.iter().map(kernel).sum::<f64>() / scale) / (self.points.len() as f64 + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::tests::tried_with;

    /// The score is best where l2 is about 0.7 and column_fraction high.
    fn score(spec: &LearnerSpec) -> f64 {
        let value = |name: &str| spec.parameters[name].as_f64().expect("a number");
        value("column_fraction") - (value("l2") / 0.7).ln().abs() * 0.3
    }

    fn best_after(n_trials: usize, propose: impl Fn(&mut Sampler, &[Tried]) -> LearnerSpec) -> f64 {
        let mut total = 0.0;
        for seed in 0..20 {
            let mut sampler = Sampler::new(Seed(seed), Metric::RocAuc, Table::of(&[], 5_000));
            let mut tried: Vec<Tried> = Vec::new();
            for _ in 0..n_trials {
                let spec = propose(&mut sampler, &tried);
                tried.push(tried_with(&spec, Some(score(&spec))));
            }
            total += tried.iter().filter_map(|tried| tried.candidate.cv_mean).fold(f64::NEG_INFINITY, f64::max);
        }
        total / 20.0
    }

    #[test]
    fn what_was_tried_leads_to_what_is_better() {
        let first = LearnerSpec::new("gradient_boosting");
        let seeded = |tried: &[Tried]| {
            let mut all = vec![tried_with(&first, Some(-9.0))];
            all.extend(tried.iter().map(|tried| tried_with(&tried.spec, tried.candidate.cv_mean)));
            all
        };
        let led = best_after(40, |sampler, tried| sampler.propose(&seeded(tried)).expect("a proposal"));
        let even = best_after(40, |sampler, _| sampler.propose(&seeded(&[])).expect("a proposal"));
        assert!(led > even + 0.02, "led {led}, even {even}");
    }

    #[test]
    fn the_better_learner_is_tried_more_often() {
        let with = |name: &str, score| tried_with(&LearnerSpec::new(name), Some(score));
        let tried = [
            with("random_forest", 0.7),
            with("logistic_regression", 0.8),
            with(BASELINE, 0.5),
            with("decision_tree", 0.9),
        ];
        let mut sampler = Sampler::new(Seed(1), Metric::RocAuc, Table::of(&[], 1_000));
        let names: Vec<String> = (0..300).map(|_| sampler.propose(&tried).expect("a proposal").name).collect();
        let n_linear = names.iter().filter(|name| *name == "logistic_regression").count();
        assert!((150..230).contains(&n_linear), "{n_linear}");
        assert!(names.iter().all(|name| name == "logistic_regression" || name == "random_forest"));
        assert_eq!(sampler.propose(&tried[2..3]), None);
    }

    #[test]
    fn densities_add_up_to_one() {
        let parzen = Parzen::new(vec![0.0, 0.1, 0.95]);
        let sum: f64 = (0..10_000).map(|at| parzen.density((f64::from(at) + 0.5) / 1e4)).sum::<f64>() / 1e4;
        assert!((sum - 1.0).abs() < 1e-3, "{sum}");
    }
}
