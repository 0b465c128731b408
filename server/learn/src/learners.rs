//! Who can learn: names, checked hyperparameters, and the variants that a search tries.

use ndarray::ArrayView2;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::baseline::Baseline;
use crate::linear::elastic_net::ElasticNet;
use crate::linear::glm::{GammaRegression, PoissonRegression, TweedieRegression};
use crate::linear::huber::HuberRegression;
use crate::linear::logistic::LogisticRegression;
use crate::linear::ridge::LinearRegression;
use crate::naive_bayes::NaiveBayes;
use crate::neighbors::KNeighbors;
use crate::svm::Svm;
use crate::trees::boosting::GradientBoosting;
use crate::trees::decision::DecisionTree;
use crate::trees::forest::{Forest, Kind};
use crate::{Estimator, FitContext, LearnError, Preparation, PreparationSpec, Target, Task};

/// A learner by name, with the hyperparameters that differ from its defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LearnerSpec {
    /// One of [`all`], e.g. `gradient_boosting`.
    pub name: String,
    /// Hyperparameters by name; those left out keep their default.
    #[serde(default)]
    pub parameters: Map<String, Value>,
    /// Parameters of its preparation by name (see [`PreparationSpec`]); those left out keep the default of the
    /// learner's family.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub preparation: Map<String, Value>,
}

impl LearnerSpec {
    /// A learner with its defaults.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), parameters: Map::new(), preparation: Map::new() }
    }

    /// Whether it is a learner as it comes.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.parameters.is_empty() && self.preparation.is_empty()
    }

    /// What its rows are prepared by, for a learner of this family.
    ///
    /// # Errors
    /// As [`PreparationSpec::with_parameters`].
    pub fn preparation(&self, family: Preparation) -> Result<PreparationSpec, LearnError> {
        PreparationSpec::with_parameters(family, &self.preparation)
    }

    /// All that was set, by name: hyperparameters, and what the preparation was given as `preparation.NAME`.
    #[must_use]
    pub fn set(&self) -> Map<String, Value> {
        self.parameters.clone().into_iter().chain(self.set_of_preparation()).collect()
    }

    /// The part of [`LearnerSpec::set`] that is of the preparation.
    pub(crate) fn set_of_preparation(&self) -> impl Iterator<Item = (String, Value)> {
        self.preparation.iter().map(|(name, value)| (format!("preparation.{name}"), value.clone()))
    }
}

/// The learners for a task that can be asked for by name, from simple to strong; of equal scores a
/// search prefers the simpler.
#[must_use]
pub fn all(task: Task) -> Vec<&'static str> {
    match task {
        Task::Binary | Task::Multiclass => {
            vec![
                "baseline", "naive_bayes", "logistic_regression", "k_neighbors", "svm", "decision_tree",
                "random_forest", "extra_trees", "gradient_boosting",
            ]
        }
        Task::Regression => vec![
            "baseline", "linear_regression", "elastic_net", "huber_regression", "poisson_regression",
            "gamma_regression", "tweedie_regression", "k_neighbors", "svm", "decision_tree", "random_forest",
            "extra_trees", "gradient_boosting",
        ],
    }
}

/// Those of [`all`] that a search tries unless it is told which. Not those that fit few targets (counts,
/// costs), nor those that seldom win for the time they take.
#[must_use]
pub fn searched(task: Task) -> Vec<&'static str> {
    match task {
        Task::Binary | Task::Multiclass => {
            vec![
                "baseline", "logistic_regression", "decision_tree", "random_forest", "extra_trees", "gradient_boosting",
            ]
        }
        Task::Regression => vec![
            "baseline", "linear_regression", "elastic_net", "decision_tree", "random_forest", "extra_trees",
            "gradient_boosting",
        ],
    }
}

/// Makes a learner with checked hyperparameters. `n_rows`, the number of training rows, sets the
/// default of `min_samples_leaf` (see [`GradientBoosting`] and [`DecisionTree`]).
///
/// # Errors
/// [`LearnError::Parameter`] for a name that is not in [`all`], an unknown hyperparameter (with the
/// nearest names), a value of the wrong type or out of its range.
pub fn build(spec: &LearnerSpec, task: Task, n_rows: usize) -> Result<Box<dyn Estimator>, LearnError> {
    let parameters = &spec.parameters;
    let known = all(task);
    if !known.contains(&spec.name.as_str()) {
        let hint = mlwright_base::names::nearest(&spec.name, known.iter().copied());
        let near = if hint.is_empty() { String::new() } else { format!(" (did you mean {}?)", hint.join(" or ")) };
        return Err(LearnError::Parameter {
            parameter: "learners".to_owned(),
            found: format!("{:?}", spec.name),
            expected: format!("one of {} for this task{near}", known.join(", ")),
        });
    }
    Ok(match spec.name.as_str() {
        "baseline" => Box::new(parse(Baseline::default(), parameters)?),
        "linear_regression" => Box::new(parse(LinearRegression::default(), parameters)?.checked()?),
        "elastic_net" => Box::new(parse(ElasticNet::default(), parameters)?.checked()?),
        "logistic_regression" => Box::new(parse(LogisticRegression::default(), parameters)?.checked()?),
        "naive_bayes" => Box::new(parse(NaiveBayes::default(), parameters)?.checked()?),
        "k_neighbors" => Box::new(parse(KNeighbors::default(), parameters)?.checked()?),
        "svm" => Box::new(parse(Svm::default(), parameters)?.checked()?),
        "poisson_regression" => Box::new(parse(PoissonRegression::default(), parameters)?.checked()?),
        "gamma_regression" => Box::new(parse(GammaRegression::default(), parameters)?.checked()?),
        "tweedie_regression" => Box::new(parse(TweedieRegression::default(), parameters)?.checked()?),
        "huber_regression" => Box::new(parse(HuberRegression::default(), parameters)?.checked()?),
        "decision_tree" => Box::new(parse(DecisionTree::for_rows(n_rows), parameters)?.checked()?),
        "random_forest" => Box::new(forest(Kind::Random, task, parameters)?),
        "extra_trees" => Box::new(forest(Kind::Extra, task, parameters)?),
        _ => {
            let mut defaults = GradientBoosting::for_rows(n_rows);
            if parameters.contains_key("n_estimators") {
                // Who says how many rounds gets so many.
                defaults.rounds_by_folds = 0;
            }
            if GradientBoosting::SHAPE.iter().any(|&parameter| parameters.contains_key(parameter)) {
                defaults.shape_by_folds = false;
            }
            Box::new(parse(defaults, parameters)?.checked()?)
        }
    })
}

fn forest(kind: Kind, task: Task, parameters: &Map<String, Value>) -> Result<Forest, LearnError> {
    Forest::checked(kind, parse(Forest::defaults(kind, task), parameters)?)
}

/// A short list of hyperparameters worth trying for a learner, the default first; empty for a name
/// that is not in [`all`].
#[must_use]
pub fn variants(name: &str, task: Task) -> Vec<LearnerSpec> {
    if !all(task).contains(&name) {
        return Vec::new();
    }
    let others = match name {
        "linear_regression" => vec![json!({"alpha": 0.01}), json!({"alpha": 100.0})],
        "elastic_net" => vec![json!({"alpha": 0.001}), json!({"alpha": 0.1}), json!({"l1_ratio": 0.95})],
        "naive_bayes" => vec![json!({"var_smoothing": 1e-3})],
        "k_neighbors" => vec![json!({"n_neighbors": 20}), json!({"n_neighbors": 20, "weights": "distance"})],
        "svm" => vec![json!({"c": 10.0}), json!({"c": 0.1}), json!({"kernel": "linear"})],
        "huber_regression" => vec![json!({"alpha": 1.0})],
        "poisson_regression" | "gamma_regression" => vec![json!({"alpha": 0.1})],
        "tweedie_regression" => vec![json!({"power": 1.2}), json!({"power": 1.8}), json!({"alpha": 0.1})],
        "logistic_regression" => vec![json!({"c": 0.1}), json!({"c": 0.01}), json!({"c": 10.0})],
        "decision_tree" => {
            vec![json!({"max_depth": 4}), json!({"max_depth": 10}), json!({"max_depth": 8, "min_samples_leaf": 50})]
        }
        "random_forest" | "extra_trees" => vec![json!({"min_samples_leaf": 3}), json!({"column_fraction": 0.5})],
        "gradient_boosting" => vec![
            json!({"learning_rate": 0.05, "n_estimators": 300, "max_leaves": 15, "column_fraction": 0.8}),
            json!({"learning_rate": 0.05, "n_estimators": 200, "max_leaves": 7, "l2": 1.0}),
            json!({"learning_rate": 0.1, "n_estimators": 300, "max_leaves": 31, "row_fraction": 0.8, "column_fraction": 0.7, "l2": 1.0}),
            json!({"learning_rate": 0.05, "n_estimators": 400, "max_leaves": 63, "min_samples_leaf": 40, "row_fraction": 0.8, "column_fraction": 0.7, "l2": 5.0}),
            json!({"max_leaves": 31, "row_fraction": 1.0, "l2": 0.0}),
        ],
        _ => Vec::new(),
    };
    let spec = |parameters: Value| LearnerSpec {
        parameters: parameters.as_object().cloned().unwrap_or_default(),
        ..LearnerSpec::new(name)
    };
    std::iter::once(LearnerSpec::new(name)).chain(others.into_iter().map(spec)).collect()
}

/// Puts named parameters over defaults, one by one so that a wrong one is named.
pub(crate) fn parse<P: Serialize + DeserializeOwned>(
    defaults: P,
    parameters: &Map<String, Value>,
) -> Result<P, LearnError> {
    let Ok(Value::Object(mut merged)) = serde_json::to_value(&defaults) else {
        unreachable!("hyperparameters are structs of numbers");
    };
    let names: Vec<String> = merged.keys().cloned().collect();
    let mut parsed = defaults;
    for (name, value) in parameters {
        if !merged.contains_key(name) {
            let near = mlwright_base::names::nearest(name, names.iter().map(String::as_str));
            let expected = match (near.is_empty(), names.is_empty()) {
                (_, true) => "no hyperparameters".to_owned(),
                (true, false) => format!("one of {}", names.join(", ")),
                (false, false) => format!("one of {} (did you mean {}?)", names.join(", "), near.join(" or ")),
            };
            let found = "not a hyperparameter of this learner".to_owned();
            return Err(LearnError::Parameter { parameter: name.clone(), found, expected });
        }
        merged.insert(name.clone(), value.clone());
        parsed = serde_json::from_value(Value::Object(merged.clone())).map_err(|error| {
            let message = error.to_string();
            let expected = message.rsplit_once("expected ").map_or(message.clone(), |(_, rest)| rest.to_owned());
            LearnError::Parameter { parameter: name.clone(), found: value.to_string(), expected }
        })?;
    }
    Ok(parsed)
}

/// Hyperparameters as (name, value) in the order of the struct's fields.
pub(crate) fn described<P: Serialize>(parameters: &P) -> Vec<(String, Value)> {
    match serde_json::to_value(parameters) {
        Ok(Value::Object(map)) => map.into_iter().collect(),
        _ => unreachable!("hyperparameters are structs of numbers"),
    }
}

/// Checks that a hyperparameter lies in its range, given as a predicate and in words.
pub(crate) fn in_range(
    parameter: &str,
    value: f64,
    fits: impl FnOnce(f64) -> bool,
    expected: &str,
) -> Result<(), LearnError> {
    if value.is_finite() && fits(value) {
        return Ok(());
    }
    Err(LearnError::Parameter {
        parameter: parameter.to_owned(),
        found: value.to_string(),
        expected: expected.to_owned(),
    })
}

/// Checks that there are rows, as many in `x` as in `y`, and that `y` is in its range.
pub(crate) fn check_rows(x: ArrayView2<'_, f64>, y: &Target) -> Result<(), LearnError> {
    if x.nrows() != y.len() {
        return Err(LearnError::Shape(format!("the matrix has {} rows and the target {}", x.nrows(), y.len())));
    }
    if y.is_empty() {
        return Err(LearnError::UnsuitableData {
            message: "there are no rows to learn from".to_owned(),
            hint: "use a table with rows whose target is not missing".to_owned(),
        });
    }
    match y {
        Target::Class { codes, n_classes } => {
            if let Some(code) = codes.iter().find(|&&code| code as usize >= *n_classes) {
                return Err(LearnError::Shape(format!("class code {code} is not below {n_classes}")));
            }
        }
        Target::Number(values) => {
            if let Some(row) = values.iter().position(|value| !value.is_finite()) {
                return Err(LearnError::Shape(format!("the target of row {row} is {}", values[row])));
            }
        }
    }
    Ok(())
}

/// The class codes and their number, for a learner of classes; at least two classes must be seen.
pub(crate) fn classes_of(y: &Target) -> Result<(&[u32], usize), LearnError> {
    let Target::Class { codes, n_classes } = y else {
        return Err(LearnError::Shape("expected classes to learn, found numbers".to_owned()));
    };
    if codes.iter().all(|&code| code == codes[0]) {
        return Err(LearnError::UnsuitableData {
            message: format!("all {} training rows are of one class", codes.len()),
            hint: "give rows of at least two classes; check how the rows were filtered or split".to_owned(),
        });
    }
    Ok((codes, *n_classes))
}

/// Refuses weights of rows, for a learner that cannot weigh them.
pub(crate) fn refuse_weights(learner: &str, cx: &FitContext<'_>) -> Result<(), LearnError> {
    if cx.weights.is_none() {
        return Ok(());
    }
    Err(LearnError::UnsuitableData {
        message: format!("{learner} cannot weigh rows, and weights are given"),
        hint: "leave the weights out, or use a linear or tree learner".to_owned(),
    })
}

/// Refuses a predictor to go on from, for a learner that begins anew each time.
pub(crate) fn refuse_start(learner: &str, cx: &FitContext<'_>) -> Result<(), LearnError> {
    if cx.start.is_none() {
        return Ok(());
    }
    Err(LearnError::UnsuitableData {
        message: format!("{learner} cannot go on from a fitted model"),
        hint: "train it on all rows, or use gradient_boosting".to_owned(),
    })
}

/// The numbers, for a learner of numbers.
pub(crate) fn numbers_of(y: &Target) -> Result<&[f64], LearnError> {
    match y {
        Target::Number(values) => Ok(values),
        Target::Class { .. } => Err(LearnError::Shape("expected numbers to learn, found classes".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(name: &str, parameters: &Value) -> LearnerSpec {
        LearnerSpec { parameters: parameters.as_object().cloned().unwrap_or_default(), ..LearnerSpec::new(name) }
    }

    fn refused(name: &str, parameters: &Value) -> String {
        match build(&spec(name, parameters), Task::Binary, 1000) {
            Ok(_) => panic!("expected a refusal"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn every_learner_and_variant_builds() {
        for task in [Task::Binary, Task::Multiclass, Task::Regression] {
            for name in all(task) {
                let variants = variants(name, task);
                assert_eq!(variants[0], LearnerSpec::new(name));
                for variant in variants {
                    let learner = build(&variant, task, 500).expect("variant builds");
                    assert_eq!(learner.name(), name);
                    assert!(learner.supports(task));
                    for (key, value) in &variant.parameters {
                        assert!(learner.parameters().iter().any(|(n, v)| n == key && v == value), "{name} {key}");
                    }
                }
            }
        }
        assert!(variants("elastic_net", Task::Binary).is_empty());
    }

    #[test]
    fn bad_parameters_are_named() {
        assert_eq!(
            refused("gradient_bosting", &json!({})),
            "learners is \"gradient_bosting\", expected one of baseline, naive_bayes, logistic_regression, k_neighbors, \
             svm, decision_tree, random_forest, extra_trees, gradient_boosting for this task (did you mean gradient_boosting?)"
        );
        let message = refused("gradient_boosting", &json!({"learning_rat": 0.1}));
        assert!(
            message.starts_with("learning_rat is not a hyperparameter of this learner, expected one of"),
            "{message}"
        );
        assert!(message.ends_with("(did you mean learning_rate?)"), "{message}");
        assert_eq!(
            refused("gradient_boosting", &json!({"max_leaves": "ten"})),
            "max_leaves is \"ten\", expected usize"
        );
        assert!(
            refused("gradient_boosting", &json!({"learning_rate": -1.0})).starts_with("learning_rate is -1, expected")
        );
        assert!(refused("logistic_regression", &json!({"c": 0.0})).starts_with("c is 0, expected"));
        assert!(refused("baseline", &json!({"c": 0.0})).contains("no hyperparameters"));
    }

    #[test]
    fn small_tables_get_small_leaves() {
        let leaf = |n_rows| {
            let learner = build(&LearnerSpec::new("gradient_boosting"), Task::Binary, n_rows).expect("builds");
            learner.parameters().into_iter().find(|(name, _)| name == "min_samples_leaf").map(|(_, value)| value)
        };
        assert_eq!((leaf(10), leaf(200), leaf(100_000)), (Some(json!(1)), Some(json!(10)), Some(json!(20))));
        // Defaults are in range for every number of rows.
        for n_rows in [0, 1, 5_001, 20_001, 50_001, 10_000_000] {
            for name in all(Task::Binary) {
                assert!(build(&LearnerSpec::new(name), Task::Binary, n_rows).is_ok(), "{name}, {n_rows} rows");
            }
        }
    }
}
