//! What of each learner a search may vary, and between which bounds.

use serde_json::{Map, Value, json};

use crate::learners::LearnerSpec;
use crate::{Feature, FeatureKind};

/// What decides which hyperparameters are worth varying.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table {
    /// Training rows.
    n_rows: usize,
    has_numbers: bool,
    has_categories: bool,
}

impl Table {
    /// Of these features and so many training rows.
    pub(super) fn of(features: &[Feature], n_rows: usize) -> Self {
        let has = |kind: FeatureKind| features.iter().any(|feature| feature.kind == kind);
        Self { n_rows, has_numbers: has(FeatureKind::Numeric), has_categories: has(FeatureKind::Categorical) }
    }
}

/// One hyperparameter, of the learner or of its preparation, as a way from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Dimension {
    pub(super) name: &'static str,
    scale: Scale,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Scale {
    /// Steps are sums.
    Share { low: f64, high: f64 },
    /// Steps are factors.
    Factor { low: f64, high: f64 },
    /// Steps are factors, and values whole.
    Count { low: f64, high: f64 },
    /// Names of a preparation's alternatives, the default first.
    Choice(&'static [&'static str]),
}

/// Digits that are kept of a value: more would only make a leaderboard hard to read.
const DIGITS: usize = 3;

impl Dimension {
    const fn share(name: &'static str, low: f64, high: f64) -> Self {
        Self { name, scale: Scale::Share { low, high } }
    }

    const fn factor(name: &'static str, low: f64, high: f64) -> Self {
        Self { name, scale: Scale::Factor { low, high } }
    }

    const fn count(name: &'static str, low: f64, high: f64) -> Self {
        Self { name, scale: Scale::Count { low, high } }
    }

    const fn choice(name: &'static str, among: &'static [&'static str]) -> Self {
        Self { name, scale: Scale::Choice(among) }
    }

    /// The value at a place of [0, 1].
    pub(super) fn value(&self, place: f64) -> Value {
        let place = place.clamp(0.0, 1.0);
        let exact = match self.scale {
            Scale::Share { low, high } => low + place * (high - low),
            Scale::Factor { low, high } => (low.ln() + place * (high / low).ln()).exp(),
            Scale::Count { low, high } => return json!((low.ln() + place * (high / low).ln()).exp().round() as u64),
            Scale::Choice(among) => return json!(among[((place * among.len() as f64) as usize).min(among.len() - 1)]),
        };
        json!(format!("{exact:.*e}", DIGITS - 1).parse().unwrap_or(exact))
    }

    /// The place of a value, of one outside the bounds the nearer bound; of no value, the first.
    pub(super) fn place(&self, value: Option<&Value>) -> f64 {
        let number = || value.and_then(Value::as_f64).filter(|number| !number.is_nan());
        match self.scale {
            Scale::Share { low, high } => number().map_or(0.0, |number| (number.clamp(low, high) - low) / (high - low)),
            Scale::Factor { low, high } | Scale::Count { low, high } => {
                number().map_or(0.0, |number| (number.clamp(low, high) / low).ln() / (high / low).ln())
            }
            Scale::Choice(among) => {
                let name = value.and_then(Value::as_str);
                let chosen = among.iter().position(|other| Some(*other) == name).unwrap_or(0);
                (chosen as f64 + 0.5) / among.len() as f64
            }
        }
    }

    /// Whether it is of the preparation.
    pub(super) fn is_of_preparation(&self) -> bool {
        matches!(self.scale, Scale::Choice(_))
    }
}

/// A learner with the values at these places.
pub(super) fn spec_at(learner: &str, dimensions: &[Dimension], places: &[f64]) -> LearnerSpec {
    let of = |preparation: bool| -> Map<String, Value> {
        let all = dimensions.iter().zip(places).filter(|(one, _)| one.is_of_preparation() == preparation);
        let values = all.map(|(one, place)| (one, one.value(*place)));
        // A preparation that is the default anyway is not said.
        let said = values.filter(|(one, value)| !preparation || *value != one.value(0.0));
        said.map(|(one, value)| (one.name.to_owned(), value)).collect()
    };
    LearnerSpec { parameters: of(false), preparation: of(true), ..LearnerSpec::new(learner) }
}

/// The hyperparameters of a learner and its preparation that are worth varying; none for a learner whose variants say
/// enough.
pub(super) fn space(learner: &str, table: Table) -> Vec<Dimension> {
    let n_rows = table.n_rows;
    // A leaf may hold up to a tenth of the rows.
    let leaf_rows_max = (n_rows as f64 / 10.0).clamp(2.0, 200.0);
    let mut space = match learner {
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
        _ => return Vec::new(),
    };
    let is_tree = matches!(learner, "gradient_boosting" | "random_forest" | "extra_trees");
    if table.has_categories {
        space.push(Dimension::choice(
            "categories",
            if is_tree { &["native", "target"] } else { &["one_hot", "target"] },
        ));
    }
    // Trees ask for the order of numbers only.
    if table.has_numbers && !is_tree {
        space.push(Dimension::choice("power", &["none", "yeo_johnson"]));
    }
    if table.has_numbers && matches!(learner, "svm" | "k_neighbors") {
        space.push(Dimension::choice("scaling", &["standard", "robust", "min_max"]));
    }
    space
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Task;
    use crate::learners::{all, build};

    #[test]
    fn every_place_is_a_value_that_its_learner_takes() {
        for task in [Task::Binary, Task::Multiclass, Task::Regression] {
            for learner in all(task) {
                for n_rows in [6, 300, 1_000_000] {
                    for place in [-1.0, 0.0, 0.37, 1.0] {
                        let dimensions = space(learner, Table { n_rows, has_numbers: true, has_categories: true });
                        let spec = spec_at(learner, &dimensions, &vec![place; dimensions.len()]);
                        let estimator = build(&spec, task, n_rows).expect("known parameters");
                        let prepared = spec.preparation(estimator.preparation()).expect("known parameters");
                        let default = crate::PreparationSpec::of(estimator.preparation());
                        assert_eq!(prepared == default, spec.preparation.is_empty(), "what is not said is the default");
                    }
                }
            }
        }
    }

    #[test]
    fn a_value_has_its_place() {
        let dimension = Dimension::factor("c", 1e-3, 100.0);
        assert_eq!(dimension.value(0.5), json!(0.316));
        assert!((dimension.place(Some(&json!(0.316_227_766))) - 0.5).abs() < 1e-9);
        let places = [json!(1e9), json!(0.0)].map(|value| dimension.place(Some(&value)));
        assert_eq!(places, [1.0, 0.0]);
        assert_eq!(Dimension::count("n", 4.0, 128.0).value(0.4), json!(16));
        assert_eq!(Dimension::share("share", 0.5, 1.0).place(Some(&json!(0.75))), 0.5);
        let choice = Dimension::choice("power", &["none", "yeo_johnson"]);
        assert_eq!(
            [0.0, 0.49, 0.5, 1.0].map(|place| choice.value(place)),
            ["none", "none", "yeo_johnson", "yeo_johnson"]
        );
        assert_eq!([choice.place(None), choice.place(Some(&json!("yeo_johnson")))], [0.25, 0.75]);
    }

    #[test]
    fn only_what_the_table_has_is_prepared_in_several_ways() {
        let names = |learner: &str, has_numbers: bool, has_categories: bool| {
            let all = space(learner, Table { n_rows: 500, has_numbers, has_categories });
            all.iter().filter(|one| one.is_of_preparation()).map(|one| one.name).collect::<Vec<_>>()
        };
        assert_eq!(names("logistic_regression", true, false), ["power"]);
        assert_eq!(names("gradient_boosting", true, true), ["categories"]);
        assert_eq!(names("svm", false, false), [""; 0]);
    }
}
