//! What of each learner a search may vary, and between which bounds.

use serde_json::{Value, json};

/// One hyperparameter, as a way from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Dimension {
    pub(super) name: &'static str,
    low: f64,
    high: f64,
    /// Whether steps are factors rather than sums.
    is_log: bool,
    is_whole: bool,
}

/// Digits that are kept of a value: more would only make a leaderboard hard to read.
const DIGITS: usize = 3;

impl Dimension {
    const fn share(name: &'static str, low: f64, high: f64) -> Self {
        Self { name, low, high, is_log: false, is_whole: false }
    }

    const fn factor(name: &'static str, low: f64, high: f64) -> Self {
        Self { name, low, high, is_log: true, is_whole: false }
    }

    const fn count(name: &'static str, low: f64, high: f64) -> Self {
        Self { name, low, high, is_log: true, is_whole: true }
    }

    /// The value at a place of [0, 1].
    pub(super) fn value(&self, place: f64) -> Value {
        let place = place.clamp(0.0, 1.0);
        let exact = if self.is_log {
            (self.low.ln() + place * (self.high / self.low).ln()).exp()
        } else {
            self.low + place * (self.high - self.low)
        };
        if self.is_whole {
            return json!(exact.round() as u64);
        }
        json!(format!("{exact:.*e}", DIGITS - 1).parse().unwrap_or(exact))
    }

    /// The place of a value, of one outside the bounds the nearer bound.
    pub(super) fn place(&self, value: f64) -> f64 {
        let value = value.clamp(self.low, self.high);
        if self.is_log {
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        }
    }
}

/// The hyperparameters of a learner that are worth varying for so many training rows; none for a
/// learner whose variants say enough.
pub(super) fn space(learner: &str, n_rows: usize) -> Vec<Dimension> {
    // A leaf may hold up to a tenth of the rows.
    let leaf_rows_max = (n_rows as f64 / 10.0).clamp(2.0, 200.0);
    match learner {
        "gradient_boosting" => vec![
            Dimension::factor("learning_rate", 0.015, 0.2),
            Dimension::count("max_leaves", 4.0, 128.0),
            Dimension::count("min_samples_leaf", 1.0, leaf_rows_max),
            Dimension::factor("l2", 0.01, 50.0),
            Dimension::share("column_fraction", 0.3, 1.0),
            Dimension::share("row_fraction", 0.5, 1.0),
        ],
        "random_forest" | "extra_trees" => {
            vec![
                Dimension::share("column_fraction", 0.1, 1.0),
                Dimension::count("min_samples_leaf", 1.0, leaf_rows_max.min(50.0)),
            ]
        }
        "logistic_regression" => vec![Dimension::factor("c", 1e-3, 100.0), Dimension::share("l1_ratio", 0.0, 1.0)],
        "linear_regression" => vec![Dimension::factor("alpha", 1e-3, 1e3)],
        "elastic_net" => vec![Dimension::factor("alpha", 1e-4, 1.0), Dimension::share("l1_ratio", 0.05, 1.0)],
        "svm" => vec![Dimension::factor("c", 0.05, 50.0)],
        "k_neighbors" => vec![Dimension::count("n_neighbors", 1.0, (n_rows as f64 / 4.0).clamp(2.0, 100.0))],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::Task;
    use crate::learners::{LearnerSpec, all, build};

    #[test]
    fn every_place_is_a_value_that_its_learner_takes() {
        for task in [Task::Binary, Task::Multiclass, Task::Regression] {
            for learner in all(task) {
                for n_rows in [6, 300, 1_000_000] {
                    for place in [-1.0, 0.0, 0.37, 1.0] {
                        let parameters: Map<String, Value> =
                            space(learner, n_rows).iter().map(|one| (one.name.to_owned(), one.value(place))).collect();
                        let spec = LearnerSpec { name: learner.to_owned(), parameters };
                        assert!(build(&spec, task, n_rows).is_ok(), "{spec:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_value_has_its_place() {
        let dimension = Dimension::factor("c", 1e-3, 100.0);
        assert_eq!(dimension.value(0.5), json!(0.316));
        assert!((dimension.place(0.316_227_766) - 0.5).abs() < 1e-9);
        assert_eq!((dimension.place(1e9), dimension.place(0.0)), (1.0, 0.0));
        assert_eq!(Dimension::count("n", 4.0, 128.0).value(0.4), json!(16));
        assert_eq!(Dimension::share("share", 0.5, 1.0).place(0.75), 0.5);
    }
}
