//! Learners against scikit-learn, on a table and answers that `testdata/linear.py` wrote.

use mlwright_base::{CancelToken, NoProgress, Seed};
use ndarray::Array2;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::contract::MatrixInfo;
use crate::{FitContext, LearnError, LearnerSpec, Predictor, Target, Task, learners};

#[derive(Deserialize)]
pub(crate) struct Reference {
    source: String,
    x: Vec<Vec<f64>>,
    weights: Vec<f64>,
    targets: Map<String, Value>,
    cases: Vec<Case>,
    answers: Vec<Answers>,
    machines: Vec<Machines>,
}

/// Decisions of pairs of classes on the first rows.
#[derive(Deserialize)]
pub(crate) struct Machines {
    pub parameters: Value,
    pub target: String,
    pub decisions: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Case {
    learner: String,
    parameters: Map<String, Value>,
    target: String,
    weighted: bool,
    coefficients: Vec<Vec<f64>>,
    intercepts: Vec<f64>,
}

/// Answers of a learner, to [`Reference::between`].
#[derive(Deserialize)]
pub(crate) struct Answers {
    learner: String,
    pub parameters: Map<String, Value>,
    pub target: String,
    weighted: bool,
    pub answers: Vec<Vec<f64>>,
}

impl Reference {
    pub(crate) fn read() -> Self {
        serde_json::from_str(include_str!("testdata/linear.json")).expect("the file is sound")
    }

    pub(crate) fn machines(&self) -> &[Machines] {
        &self.machines
    }

    /// The answers of one learner.
    pub(crate) fn answers_of(&self, learner: &str) -> impl Iterator<Item = &Answers> {
        self.answers.iter().filter(move |case| case.learner == learner)
    }

    /// The row asked about: midway between two, so that no row is its own neighbour.
    pub(crate) fn between(&self, row: usize, n_asked: usize) -> Vec<f64> {
        self.x[row].iter().zip(&self.x[n_asked + row]).map(|(a, b)| 0.5 * a + 0.5 * b).collect()
    }

    pub(crate) fn x(&self) -> Array2<f64> {
        Array2::from_shape_fn((self.x.len(), self.x[0].len()), |(row, column)| self.x[row][column])
    }

    pub(crate) fn target(&self, name: &str) -> (Task, Target) {
        let values: Vec<f64> = serde_json::from_value(self.targets[name].clone()).expect("numbers");
        let classes = |n_classes| Target::Class { codes: values.iter().map(|&code| code as u32).collect(), n_classes };
        match name {
            "binary" => (Task::Binary, classes(2)),
            "multiclass" => (Task::Multiclass, classes(3)),
            _ => (Task::Regression, Target::Number(values)),
        }
    }

    pub(crate) fn fit(
        &self,
        learner: &str,
        parameters: &Map<String, Value>,
        target: &str,
        weighted: bool,
    ) -> Result<Predictor, LearnError> {
        let (task, y) = self.target(target);
        let spec = LearnerSpec { parameters: parameters.clone(), ..LearnerSpec::new(learner) };
        let (cancel, matrix) = (CancelToken::new(), MatrixInfo::default());
        let cx = FitContext {
            weights: weighted.then_some(&*self.weights),
            ..FitContext::new(Seed(1), &cancel, &NoProgress, &matrix)
        };
        learners::build(&spec, task, y.len())?.fit(self.x().view(), &y, &cx)
    }
}

#[test]
fn coefficients_are_those_of_scikit_learn() {
    let reference = Reference::read();
    assert_eq!((reference.source.as_str(), reference.cases.len()), ("scikit-learn 1.7.2, linear.py", 32));
    let deviations: Vec<f64> = {
        let x = reference.x();
        x.columns().into_iter().map(|column| column.std(0.0)).collect()
    };
    for case in &reference.cases {
        let mut parameters = case.parameters.clone();
        if !matches!(case.learner.as_str(), "linear_regression" | "elastic_net") {
            parameters.insert("tolerance".to_owned(), json!(1e-9));
        }
        let predictor = reference.fit(&case.learner, &parameters, &case.target, case.weighted).expect("fits");
        let Predictor::Linear(found) = predictor else { panic!("expected a linear model, found {predictor:?}") };
        let label = format!("{} {:?} of {}, weighted: {}", case.learner, case.parameters, case.target, case.weighted);
        // Of standardised columns, as a share of the largest.
        let largest = case
            .coefficients
            .iter()
            .flat_map(|row| row.iter().zip(&deviations))
            .map(|(c, d)| (c * d).abs())
            .fold(1e-3, f64::max);
        // How far scikit-learn's own descents end from their minimum, and linfa's.
        let tolerance = match case.learner.as_str() {
            "linear_regression" => 1e-10,
            "huber_regression" | "elastic_net" => 1e-5,
            _ => 1e-6,
        };
        for (found, expected) in found.coefficients.iter().zip(&case.coefficients) {
            for ((found, expected), deviation) in found.iter().zip(expected).zip(&deviations) {
                let apart = (found - expected).abs() * deviation / largest;
                assert!(apart <= tolerance, "{label}: {found} instead of {expected}, apart {apart}");
            }
        }
        for (found, expected) in found.intercepts.iter().zip(&case.intercepts) {
            assert!(
                (found - expected).abs() <= 100.0 * tolerance * expected.abs().max(1.0),
                "{label}: intercept {found} instead of {expected}"
            );
        }
        assert_eq!(
            (found.coefficients.len(), found.intercepts.len()),
            (case.coefficients.len(), case.intercepts.len())
        );
    }
}

#[test]
fn answers_are_those_of_scikit_learn() {
    let reference = Reference::read();
    let x = reference.x();
    let mut n_compared = 0;
    for case in reference.answers.iter().filter(|case| case.learner != "svm") {
        let predictor = reference.fit(&case.learner, &case.parameters, &case.target, case.weighted).expect("fits");
        predictor.check(x.ncols()).expect("a fitted predictor is sound");
        let n_asked = case.answers.len();
        for (row, expected) in case.answers.iter().enumerate() {
            let between = reference.between(row, n_asked);
            let mut found = vec![0.0; predictor.n_outputs()];
            predictor.predict_row(&between, &mut found);
            for (found, expected) in found.iter().zip(expected) {
                let apart = (found - expected).abs();
                assert!(
                    apart < 1e-9 * expected.abs().max(1.0),
                    "{} of {}, row {row}: {found} instead of {expected}",
                    case.learner,
                    case.target
                );
            }
            assert_eq!(found.len(), expected.len());
            n_compared += 1;
        }
    }
    assert_eq!(n_compared, 11 * 8);
}
