//! Categories as the target's mean among rows of the level, pulled towards the mean of all rows
//! (Micci-Barreca 2001, "A preprocessing scheme for high-cardinality categorical attributes",
//! section 3).
//!
//! With m rows' worth of the overall mean ȳ: (Σ y + m · ȳ) / (n + m). With automatic smoothing:
//! λ · mean + (1 − λ) · ȳ, where λ = n τ² / (n τ² + σ²), τ² is the variance of all rows and σ² that
//! of the level's rows. Both agree with scikit-learn's `TargetEncoder`, where missing is a level too.

use serde::{Deserialize, Serialize};

use super::category::Levels;
use super::cross_fit::{CrossFit, Outcome, Outcomes};
use super::scale::Scale;
use super::spec::{Impute, Power, PreparationSpec, Smoothing};
use super::{Coerced, Encoder, Fitted, Fitting, Training};
use crate::LearnError;
use mlwright_base::CancelToken;

/// A categorical column as target means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct TargetMeanEncoder {
    /// Sorted.
    levels: Vec<String>,
    /// Per level, one number per output.
    encodings: Vec<Vec<f64>>,
    /// Of levels never seen.
    prior: Vec<f64>,
    /// Of missing values; NaN for trees, the rows without a value (or the prior) for linear models.
    missing: Vec<f64>,
    /// The class of each output when there are several.
    outputs: Vec<u32>,
}

/// What some rows say of each level (missing is the last) and outcome.
struct Sums {
    n_outputs: usize,
    /// Shape `(n_levels + 1, n_outputs)`.
    sums: Vec<f64>,
    counts: Vec<f64>,
    prior: Vec<f64>,
    /// Under automatic smoothing: the variance of all rows, and of each level's.
    variances: Option<(Vec<f64>, Vec<f64>)>,
}

impl Sums {
    fn of(levels: &Levels, outcomes: &Outcomes<'_>, smoothing: Smoothing, is_in: impl Fn(usize) -> bool) -> Self {
        let (n_levels, k) = (levels.distinct() + 1, outcomes.n());
        let level_of = |row: usize| levels.of_row[row].map_or(n_levels - 1, |level| level as usize);
        let rows = || (0..levels.of_row.len()).filter(|&row| is_in(row));
        let mut sums = vec![0.0; n_levels * k];
        let mut counts = vec![0.0; n_levels];
        for row in rows() {
            let level = level_of(row);
            counts[level] += 1.0;
            match outcomes.of(row) {
                Outcome::Number(number) => sums[level] += number,
                Outcome::Is(Some(slot)) => sums[level * k + slot] += 1.0,
                Outcome::Is(None) => {}
            }
        }
        let total: f64 = counts.iter().sum::<f64>().max(1.0);
        let prior: Vec<f64> = (0..k).map(|output| sums.iter().skip(output).step_by(k).sum::<f64>() / total).collect();
        let variances = (smoothing == Smoothing::Auto).then(|| {
            if outcomes.are_classes() {
                let within = sums.chunks_exact(k).zip(&counts).flat_map(|(sums, count)| {
                    sums.iter().map(move |sum| if *count > 0.0 { sum / count * (1.0 - sum / count) } else { 0.0 })
                });
                (prior.iter().map(|p| p * (1.0 - p)).collect(), within.collect())
            } else {
                let mut within = vec![0.0; n_levels];
                let mut overall = 0.0;
                for row in rows() {
                    let (level, value) = (level_of(row), outcomes.value(row, 0));
                    within[level] += (value - sums[level] / counts[level]).powi(2);
                    overall += (value - prior[0]).powi(2);
                }
                within.iter_mut().zip(&counts).for_each(|(sum, count)| *sum /= count.max(1.0));
                (vec![overall / total], within)
            }
        });
        Self { n_outputs: k, sums, counts, prior, variances }
    }

    fn encoding(&self, level: usize, smoothing: Smoothing, unit: f64) -> Vec<f64> {
        let count = self.counts[level];
        (0..self.n_outputs)
            .map(|output| {
                let (at, prior) = (level * self.n_outputs + output, self.prior[output]);
                let encoded = match (smoothing, &self.variances) {
                    (Smoothing::Rows(rows), _) if count + rows > 0.0 => (self.sums[at] + rows * prior) / (count + rows),
                    (Smoothing::Auto, Some((overall, within))) if count > 0.0 => {
                        let between = count * overall[output];
                        let weight = between / (between + within[at]);
                        // Without any variance the level's mean is that of all rows.
                        if weight.is_nan() { prior } else { weight * self.sums[at] / count + (1.0 - weight) * prior }
                    }
                    _ => prior,
                };
                encoded * unit
            })
            .collect()
    }
}

/// Learns from counted levels: encodings of all rows for new rows, and for each training row the
/// encoding learned from the folds it is not in.
pub(super) fn fit(levels: &Levels, fitting: &Fitting<'_>, cancel: &CancelToken) -> Result<Fitted, LearnError> {
    let (spec, smoothing) = (fitting.spec, fitting.spec.smoothing);
    let outcomes = Outcomes::new(fitting.target);
    let (n_rows, k) = (levels.of_row.len(), outcomes.n());
    let encode = |sums: &Sums, level: Option<u32>| match level {
        Some(level) => sums.encoding(level as usize, smoothing, outcomes.unit),
        None if spec.impute == Impute::Keep => vec![f64::NAN; k],
        None => sums.encoding(levels.distinct(), smoothing, outcomes.unit),
    };
    let all = Sums::of(levels, &outcomes, smoothing, |_| true);

    let folds = CrossFit::new(fitting.target.len(), fitting.seed);
    let mut training = vec![0.0; n_rows * k];
    for fold in 0..folds.n_folds {
        cancel.check()?;
        let is_in = |row: usize| usize::from(folds.fold_of[row]) == fold;
        let sums = Sums::of(levels, &outcomes, smoothing, |row| !is_in(row));
        cancel.check()?;
        let encodings: Vec<Vec<f64>> =
            (0..levels.distinct()).map(|level| sums.encoding(level, smoothing, outcomes.unit)).collect();
        let missing = encode(&sums, None);
        for row in (0..n_rows).filter(|&row| is_in(row)) {
            let encoding = levels.of_row[row].map_or(&missing, |level| &encodings[level as usize]);
            training[row * k..(row + 1) * k].copy_from_slice(encoding);
        }
    }

    let mut encoder = TargetMeanEncoder {
        levels: levels.names.clone(),
        encodings: (0..levels.distinct()).map(|level| all.encoding(level, smoothing, outcomes.unit)).collect(),
        missing: encode(&all, None),
        outputs: outcomes.named_classes(),
        prior: all.prior.iter().map(|prior| prior * outcomes.unit).collect(),
    };
    if !spec.is_unscaled() {
        encoder.scale(&mut training, spec, cancel)?;
    }
    Ok(Fitted {
        encoder: Encoder::TargetMean(encoder),
        training: Some(Training { offset: 0, width: k, values: training }),
    })
}

impl TargetMeanEncoder {
    /// Puts encodings on the scale that the cross-fitted training values have.
    fn scale(&mut self, training: &mut [f64], spec: &PreparationSpec, cancel: &CancelToken) -> Result<(), LearnError> {
        let width = self.width();
        let spec = PreparationSpec { power: Power::None, ..spec.clone() };
        for k in 0..width {
            let values: Vec<f64> = training.iter().skip(k).step_by(width).copied().collect();
            let center = self.prior[k];
            let scale = Scale::fit(&values, &spec, cancel)?.unwrap_or(Scale { center, ..Scale::neutral(center) });
            let apply = |value: &mut f64| *value = scale.apply(Some(*value));
            training.iter_mut().skip(k).step_by(width).for_each(apply);
            self.encodings.iter_mut().for_each(|encoding| apply(&mut encoding[k]));
            apply(&mut self.prior[k]);
            apply(&mut self.missing[k]);
        }
        Ok(())
    }

    pub(super) fn width(&self) -> usize {
        self.prior.len()
    }

    pub(super) fn names(&self, feature: &str) -> Vec<String> {
        if self.outputs.is_empty() {
            return vec![format!("{feature} target mean")];
        }
        self.outputs.iter().map(|class| format!("{feature} target mean of class {class}")).collect()
    }

    pub(super) fn treatment(&self) -> String {
        format!("cross-fitted target means of {} level(s)", self.levels.len())
    }

    pub(super) fn encode(&self, value: &Coerced<'_>, out: &mut [f64]) {
        let encoding = match value {
            Coerced::Text(level) => self
                .levels
                .binary_search_by(|known| known.as_str().cmp(level.as_ref()))
                .map_or(&self.prior, |position| &self.encodings[position]),
            _ => &self.missing,
        };
        out.copy_from_slice(encoding);
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let width = self.width();
        let fits = self.levels.is_sorted()
            && self.encodings.len() == self.levels.len()
            && self.encodings.iter().all(|encoding| encoding.len() == width)
            && self.missing.len() == width
            && (self.outputs.len() == width || (self.outputs.is_empty() && width == 1));
        if fits { Ok(()) } else { Err("a target encoding is incomplete".to_owned()) }
    }
}
