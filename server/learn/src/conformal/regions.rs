//! What a model says beside its predictions: intervals and sets that hold the truth in a promised share of rows.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::classes::set_within;
use super::{Interval, least_ambiguous_score, residual_interval, residual_scores, threshold};
use crate::LearnError;

/// The most parts that predictions are divided into.
const BINS_MAX: usize = 10;
/// Rows of a part, so that its own threshold is worth more than that of all rows.
const BIN_ROWS_MIN: usize = 100;

/// Promised coverages are at least this and below 1.
pub const COVERAGE_MIN: f64 = 0.5;

/// Intervals or sets for a promised share of rows, learned from rows that the model did not learn from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Regions {
    /// The share of rows to come whose truth is inside, when they are like those of calibration.
    pub coverage: f64,
    /// How many rows it was learned from.
    pub n_rows: u64,
    /// Where they reach.
    pub reach: Reach,
}

/// Where regions reach.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Around a predicted number: as far as was needed where predictions are like it, so that what is large may
    /// have wider intervals than what is small (Mondrian conformal regression, Boström & Johansson 2020).
    Intervals {
        /// The upper ends of all parts but the last; increasing.
        edges: Vec<f64>,
        /// The threshold of [`residual_scores`] in each part, one more than edges.
        half_widths: Vec<f64>,
    },
    /// Of classes: for each its own threshold of [`least_ambiguous_score`], so that rare classes are covered as
    /// often as frequent ones (label-conditional, Vovk 2012).
    Sets {
        /// For each class.
        thresholds: Vec<f64>,
    },
}

/// A coverage that can be promised.
///
/// # Errors
/// [`LearnError::Parameter`] outside of [`COVERAGE_MIN`] to below 1.
pub fn check_coverage(coverage: f64) -> Result<(), LearnError> {
    if (COVERAGE_MIN..1.0).contains(&coverage) {
        return Ok(());
    }
    Err(LearnError::Parameter {
        parameter: "coverage".to_owned(),
        found: coverage.to_string(),
        expected: format!("from {COVERAGE_MIN} to below 1, e.g. 0.9"),
    })
}

impl Regions {
    /// Intervals for numbers, from what was predicted for rows that were left out.
    ///
    /// # Errors
    /// As [`check_coverage`]; [`LearnError::Shape`] when there are not as many predictions as truths, or one is
    /// not a number.
    pub fn intervals(truth: &[f64], predicted: &[f64], coverage: f64) -> Result<Self, LearnError> {
        check_coverage(coverage)?;
        let scores = residual_scores(truth, predicted)?;
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| predicted[a].total_cmp(&predicted[b]));
        let miss_rate = 1.0 - coverage;
        // A few rows past the promise, so that the threshold is no extreme of its part.
        let rows_min = BIN_ROWS_MIN.max((5.0 / miss_rate).ceil() as usize);
        let n_bins = (scores.len() / rows_min).clamp(1, BINS_MAX);
        let (mut edges, mut half_widths) = (Vec::new(), Vec::new());
        let mut begin = 0;
        for bin in 0..n_bins {
            let mut end = (scores.len() * (bin + 1) / n_bins).max(begin);
            // Equal predictions are in one part.
            while end > begin && end < scores.len() && predicted[order[end]] == predicted[order[end - 1]] {
                end += 1;
            }
            if end - begin < rows_min && n_bins > 1 {
                continue;
            }
            let of_bin: Vec<f64> = order[begin..end].iter().map(|&row| scores[row]).collect();
            half_widths.push(threshold(&of_bin, miss_rate)?);
            if end < scores.len() {
                edges.push(f64::midpoint(predicted[order[end - 1]], predicted[order[end]]));
            }
            begin = end;
        }
        if begin < scores.len() || half_widths.is_empty() {
            let rest: Vec<f64> = order[begin..].iter().map(|&row| scores[row]).collect();
            // Too few for a part of their own: all rows speak for them.
            half_widths.push(threshold(if rest.len() < rows_min { &scores } else { &rest }, miss_rate)?);
        }
        Ok(Self { coverage, n_rows: scores.len() as u64, reach: Reach::Intervals { edges, half_widths } })
    }

    /// Sets for classes, from the probabilities of rows that were left out, shape `(n_samples, n_classes)`. A
    /// class with too few rows for a threshold of its own gets that of all rows.
    ///
    /// # Errors
    /// As [`check_coverage`]; [`LearnError::Shape`] when there are not as many rows as codes, or a probability
    /// is not a number.
    pub fn sets(codes: &[u32], probabilities: ArrayView2<'_, f64>, coverage: f64) -> Result<Self, LearnError> {
        check_coverage(coverage)?;
        if codes.len() != probabilities.nrows() {
            let n_rows = probabilities.nrows();
            return Err(LearnError::Shape(format!("{} classes and {n_rows} rows of probabilities", codes.len())));
        }
        let miss_rate = 1.0 - coverage;
        let mut of_class = vec![Vec::new(); probabilities.ncols()];
        let mut all = Vec::with_capacity(codes.len());
        for (code, row) in codes.iter().zip(probabilities.rows()) {
            let score = least_ambiguous_score(&row.to_vec(), *code);
            of_class[*code as usize].push(score);
            all.push(score);
        }
        let pooled = threshold(&all, miss_rate)?;
        let of = |scores: &Vec<f64>| threshold(scores, miss_rate).map(|own| if own.is_finite() { own } else { pooled });
        let thresholds = of_class.iter().map(of).collect::<Result<_, _>>()?;
        Ok(Self { coverage, n_rows: codes.len() as u64, reach: Reach::Sets { thresholds } })
    }

    /// The interval around a predicted number.
    ///
    /// # Panics
    /// When these are regions of classes.
    #[must_use]
    pub fn interval(&self, predicted: f64) -> Interval {
        let Reach::Intervals { edges, half_widths } = &self.reach else { panic!("these are sets of classes") };
        residual_interval(predicted, half_widths[edges.partition_point(|edge| *edge < predicted)])
    }

    /// The set of classes for these probabilities: codes, increasing; never empty.
    ///
    /// # Panics
    /// When these are regions of numbers, or of another number of classes.
    #[must_use]
    pub fn set(&self, probabilities: &[f64]) -> Vec<u32> {
        let Reach::Sets { thresholds } = &self.reach else { panic!("these are intervals of numbers") };
        set_within(probabilities, |code| thresholds[code as usize])
    }

    /// Whether its parts fit together and a model with so many outputs.
    pub(crate) fn is_sound(&self, is_number: bool, n_outputs: usize) -> bool {
        let increases = |values: &[f64]| values.windows(2).all(|pair| pair[0] <= pair[1]);
        check_coverage(self.coverage).is_ok()
            && match &self.reach {
                Reach::Intervals { edges, half_widths } => {
                    is_number
                        && half_widths.len() == edges.len() + 1
                        && increases(edges)
                        && !half_widths.iter().any(|one| one.is_nan())
                }
                Reach::Sets { thresholds } => {
                    !is_number && thresholds.len() == n_outputs && !thresholds.iter().any(|one| one.is_nan())
                }
            }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    /// Even numbers in [0, 1) that are always the same.
    fn even(row: usize, stream: f64) -> f64 {
        (row as f64 * 0.618_033_988_749_895 + stream * 0.324_717_957_244_746 * row as f64).fract()
    }

    #[test]
    fn intervals_are_as_wide_as_the_errors_there_and_hold_what_was_promised() {
        // Errors grow with what is predicted.
        let row = |row: usize| {
            let predicted = 100.0 * even(row, 0.0);
            (predicted + (even(row, 1.0) - 0.5) * predicted, predicted)
        };
        let (truth, predicted): (Vec<f64>, Vec<f64>) = (0..4_000).map(row).unzip();
        let regions = Regions::intervals(&truth, &predicted, 0.9).unwrap();
        let (mut n_inside, mut n_inside_low, mut n_low) = (0_u32, 0_u32, 0_u32);
        for (truth, predicted) in (4_000..8_000).map(row) {
            let Interval { low, high } = regions.interval(predicted);
            let inside = (low..=high).contains(&truth);
            n_inside += u32::from(inside);
            if predicted < 30.0 {
                n_low += 1;
                n_inside_low += u32::from(inside);
            }
        }
        assert!((f64::from(n_inside) / 4_000.0 - 0.9).abs() < 0.015, "{n_inside}");
        assert!((f64::from(n_inside_low) / f64::from(n_low) - 0.9).abs() < 0.04, "{n_inside_low} of {n_low}");
        let width = |predicted: f64| regions.interval(predicted).high - regions.interval(predicted).low;
        assert!(width(95.0) > 5.0 * width(12.0), "{} {}", width(95.0), width(12.0));
        assert!(regions.is_sound(true, 1) && !regions.is_sound(false, 2));
    }

    #[test]
    fn few_rows_and_equal_predictions_give_one_part_or_no_bound() {
        let of = |n: usize| Regions::intervals(&vec![1.0; n], &vec![0.5; n], 0.9).unwrap();
        assert_eq!(of(300).reach, Reach::Intervals { edges: vec![], half_widths: vec![0.5] });
        assert_eq!(of(3).reach, Reach::Intervals { edges: vec![], half_widths: vec![f64::INFINITY] });
        assert_eq!(of(3).interval(0.5).high, f64::INFINITY, "so few rows can promise nothing");
        for coverage in [0.4, 1.0, f64::NAN] {
            assert!(
                matches!(Regions::intervals(&[1.0], &[1.0], coverage), Err(LearnError::Parameter { .. })),
                "{coverage}"
            );
        }
    }

    #[test]
    fn the_rare_class_is_covered_as_often_as_the_frequent_one() {
        // One in ten is of class 1, and its probability is low.
        let of = |row: usize| {
            let code = u32::from(row.is_multiple_of(10));
            let positive = if code == 1 { 0.1 + 0.5 * even(row, 1.0) } else { 0.5 * even(row, 1.0).powi(2) };
            (code, positive)
        };
        let table = |rows: std::ops::Range<usize>| {
            let (codes, positive): (Vec<u32>, Vec<f64>) = rows.map(of).unzip();
            let flat: Vec<f64> = positive.iter().flat_map(|one| [1.0 - one, *one]).collect();
            (Array2::from_shape_vec((codes.len(), 2), flat).unwrap(), codes)
        };
        let (probabilities, codes) = table(0..5_000);
        let regions = Regions::sets(&codes, probabilities.view(), 0.9).unwrap();
        let (probabilities, codes) = table(5_000..10_000);
        for class in 0..2 {
            let rows: Vec<usize> = (0..codes.len()).filter(|row| codes[*row] == class).collect();
            let n = rows.iter().filter(|row| regions.set(&probabilities.row(**row).to_vec()).contains(&class)).count();
            let share = n as f64 / rows.len() as f64;
            assert!((0.88..0.94).contains(&share), "class {class}: {share}");
        }
        assert!(regions.is_sound(false, 2));
        assert_eq!(Regions::sets(&[0], Array2::ones((1, 3)).view(), 0.9).unwrap().set(&[0.1, 0.8, 0.1]), vec![0, 1, 2]);
    }
}
