//! A weighted mean of several fitted learners' predictions, each with columns of its own.

use serde::{Deserialize, Serialize};

use crate::predictor::{Contributions, Link};
use crate::{LearnError, Predictor};

/// Σ weight × prediction over the members: of probabilities, or of numbers. What a member calls its
/// margin does not matter, so that learners of every kind can be mixed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BlendPredictor {
    /// At least one; their weights add up to 1.
    pub members: Vec<BlendMember>,
}

/// A fitted learner and its share in the blend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BlendMember {
    /// Above 0.
    pub weight: f64,
    /// The matrix columns that it was fitted on: from here on …
    pub first_column: usize,
    /// … so many.
    pub n_columns: usize,
    /// What was fitted on them; no blend itself.
    pub predictor: Predictor,
}

impl BlendMember {
    fn columns<'x>(&self, x: &'x [f64]) -> &'x [f64] {
        &x[self.first_column..self.first_column + self.n_columns]
    }
}

impl BlendPredictor {
    pub(crate) fn n_outputs(&self) -> usize {
        self.members.first().map_or(0, |member| member.predictor.n_outputs())
    }

    /// Writes the mean prediction.
    pub(crate) fn predict(&self, x: &[f64], out: &mut [f64]) {
        let mut of_two = [0.0; 2];
        let mut of_many;
        let own: &mut [f64] = if out.len() <= of_two.len() {
            &mut of_two[..out.len()]
        } else {
            of_many = vec![0.0; out.len()];
            &mut of_many
        };
        out.fill(0.0);
        for member in &self.members {
            member.predictor.predict_row(member.columns(x), own);
            out.iter_mut().zip(own.iter()).for_each(|(out, own)| *out += member.weight * own);
        }
    }

    /// How each column moved the mean prediction, on the scale of the prediction: each member's
    /// contributions to its margins ([`Contributions::to_predictions`]), weighted. `None` where a
    /// member has none.
    pub(crate) fn contributions(&self, x: &[f64]) -> Option<Contributions> {
        let n_outputs = self.n_outputs();
        let (mut base, mut values) = (vec![0.0; n_outputs], vec![vec![0.0; x.len()]; n_outputs]);
        for member in &self.members {
            let of_member = member.predictor.contributions(member.columns(x))?.to_predictions();
            for output in 0..n_outputs {
                base[output] += member.weight * of_member.base[output];
                let columns = &mut values[output][member.first_column..member.first_column + member.n_columns];
                for (value, own) in columns.iter_mut().zip(&of_member.values[output]) {
                    *value += member.weight * own;
                }
            }
        }
        Some(Contributions { base, values, link: Link::Identity })
    }

    /// The members' importances, weighted; those of members that tell none are left out.
    pub(crate) fn importance(&self, n_columns: usize) -> Option<Vec<f64>> {
        let mut all: Option<Vec<f64>> = None;
        for member in &self.members {
            let Some(own) = member.predictor.importance() else { continue };
            let all = all.get_or_insert_with(|| vec![0.0; n_columns]);
            for (value, own) in all[member.first_column..].iter_mut().zip(own) {
                *value += member.weight * own;
            }
        }
        all
    }

    pub(crate) fn n_columns(&self) -> usize {
        self.members.iter().map(|member| member.first_column + member.n_columns).max().unwrap_or(0)
    }

    pub(crate) fn check(&self, n_columns: usize) -> Result<(), LearnError> {
        let wrong = |message: String| Err(LearnError::ModelFile(message));
        let n_outputs = self.n_outputs();
        if self.members.is_empty() {
            return wrong("a blend of nothing".to_owned());
        }
        for member in &self.members {
            let is_weight = member.weight.is_finite() && member.weight > 0.0;
            let fits = member.first_column.checked_add(member.n_columns).is_some_and(|end| end <= n_columns);
            if !is_weight || !fits || matches!(member.predictor, Predictor::Blend(_)) {
                return wrong(format!("a member of a blend does not fit {n_columns} columns"));
            }
            if member.predictor.n_outputs() != n_outputs {
                return wrong(format!(
                    "a member of a blend has {} outputs, expected {n_outputs}",
                    member.predictor.n_outputs()
                ));
            }
            member.predictor.check(member.n_columns)?;
        }
        Ok(())
    }
}

/// Nodes and weights of Gauss-Legendre quadrature on [0, 1] with eight points (Abramowitz & Stegun
/// 1964, table 25.4, mapped from [-1, 1]).
const QUADRATURE: [(f64, f64); 8] = [
    (0.019_855_071_751_231_884, 0.050_614_268_145_188_13),
    (0.101_666_761_293_186_63, 0.111_190_517_226_687_24),
    (0.237_233_795_041_835_5, 0.156_853_322_938_943_64),
    (0.408_282_678_752_175_1, 0.181_341_891_689_181),
    (0.591_717_321_247_825, 0.181_341_891_689_181),
    (0.762_766_204_958_164_5, 0.156_853_322_938_943_64),
    (0.898_333_238_706_813_4, 0.111_190_517_226_687_24),
    (0.980_144_928_248_768_1, 0.050_614_268_145_188_13),
];

impl Contributions {
    /// The same on the scale of the prediction: probabilities instead of log-odds or scores. Each
    /// column's share of a margin is worth what the margin is worth on the straight way from the base
    /// to the row (Aumann & Shapley 1974; for chains of models: Chen, Lundberg & Lee 2022). What
    /// quadrature leaves over is spread in proportion, so that `base + Σ values` is the prediction.
    #[must_use]
    pub fn to_predictions(self) -> Self {
        let Self { base, values, link } = self;
        let n_outputs = link.n_outputs(base.len());
        let predicted = |margins: &[f64]| {
            let mut out = vec![0.0; n_outputs];
            out[..margins.len()].copy_from_slice(margins);
            link.apply(&mut out);
            out
        };
        if link == Link::Identity {
            return Self { base, values, link };
        }
        let n_columns = values.first().map_or(0, Vec::len);
        let moves: Vec<f64> = values.iter().map(|values| values.iter().sum()).collect();
        let end: Vec<f64> = base.iter().zip(&moves).map(|(base, moved)| base + moved).collect();
        let (from, to) = (predicted(&base), predicted(&end));
        // Mean slope of each output by each margin on the way.
        let mut slopes = vec![vec![0.0; base.len()]; n_outputs];
        for (at, weight) in QUADRATURE {
            let margins: Vec<f64> = base.iter().zip(&moves).map(|(base, moved)| base + at * moved).collect();
            let out = predicted(&margins);
            for (output, slopes) in slopes.iter_mut().enumerate() {
                for (margin, slope) in slopes.iter_mut().enumerate() {
                    *slope += weight * link.slope(&out, output, margin);
                }
            }
        }
        let mut mapped = vec![vec![0.0; n_columns]; n_outputs];
        for (output, mapped) in mapped.iter_mut().enumerate() {
            for (margin, values) in values.iter().enumerate() {
                for (mapped, value) in mapped.iter_mut().zip(values) {
                    *mapped += slopes[output][margin] * value;
                }
            }
            let left = to[output] - from[output] - mapped.iter().sum::<f64>();
            let size: f64 = mapped.iter().map(|value| value.abs()).sum();
            if size > 0.0 {
                mapped.iter_mut().for_each(|value| *value += left * value.abs() / size);
            }
        }
        Self { base: from, values: mapped, link: Link::Identity }
    }
}

#[cfg(test)]
mod tests {
    use mlwright_base::CancelToken;
    use ndarray::Array2;

    use super::*;
    use crate::linear::LinearPredictor;

    fn adds_up(contributions: &Contributions, prediction: &[f64]) {
        for ((base, values), expected) in contributions.base.iter().zip(&contributions.values).zip(prediction) {
            let sum = base + values.iter().sum::<f64>();
            assert!((sum - expected).abs() < 1e-12, "{sum} {expected}");
        }
    }

    #[test]
    fn contributions_to_log_odds_become_contributions_to_probabilities() {
        let margins = Contributions { base: vec![-1.0], values: vec![vec![2.0, -0.5, 0.0]], link: Link::Logistic };
        let mapped = margins.to_predictions();
        let sigmoid = |margin: f64| 1.0 / (1.0 + (-margin).exp());
        adds_up(&mapped, &[1.0 - sigmoid(0.5), sigmoid(0.5)]);
        // With one margin each column keeps its share of the whole move.
        let share = mapped.values[1][0] / (sigmoid(0.5) - sigmoid(-1.0));
        assert!((share - 2.0 / 1.5).abs() < 1e-6, "{share}");
        assert_eq!(mapped.values[1][2], 0.0);
        assert!((mapped.values[0][0] + mapped.values[1][0]).abs() < 1e-12, "what one class gains the other loses");
    }

    #[test]
    fn contributions_to_scores_of_classes_become_contributions_to_probabilities() {
        let values = vec![vec![3.0, 1.0], vec![-1.0, 0.5], vec![0.0, -4.0]];
        let margins = Contributions { base: vec![0.2, 0.0, 0.5], values, link: Link::Softmax };
        let mut expected = vec![4.2, -0.5, -3.5];
        Link::Softmax.apply(&mut expected);
        adds_up(&margins.to_predictions(), &expected);
    }

    #[test]
    fn the_mean_is_weighted_and_explained() {
        let linear = |coefficients: Vec<f64>, link| {
            let n = coefficients.len();
            Predictor::Linear(LinearPredictor {
                link,
                intercepts: vec![0.5],
                coefficients: vec![coefficients],
                means: vec![0.0; n],
                deviations: vec![1.0; n],
            })
        };
        let members = vec![
            BlendMember {
                weight: 0.25,
                first_column: 0,
                n_columns: 2,
                predictor: linear(vec![1.0, -2.0], Link::Logistic),
            },
            BlendMember { weight: 0.75, first_column: 2, n_columns: 1, predictor: linear(vec![3.0], Link::Logistic) },
        ];
        let blend = Predictor::Blend(BlendPredictor { members });
        blend.check(3).expect("it fits");
        assert!(blend.check(2).is_err());
        let x = [0.3, 0.1, -0.4];
        let mut out = [0.0; 2];
        blend.predict_row(&x, &mut out);
        let sigmoid = |margin: f64| 1.0 / (1.0 + (-margin).exp());
        let expected = 0.25 * sigmoid(0.6) + 0.75 * sigmoid(-0.7);
        assert!((out[1] - expected).abs() < 1e-15 && (out[0] + out[1] - 1.0).abs() < 1e-15);
        let many = Array2::from_shape_fn((700, 3), |(row, column)| (row as f64 * 0.37 + column as f64).sin());
        let together = blend.predict(many.view(), &CancelToken::new()).expect("not cancelled");
        for (row, found) in many.rows().into_iter().zip(together.rows()) {
            let mut alone = [0.0; 2];
            blend.predict_row(&row.to_vec(), &mut alone);
            assert_eq!(found.to_vec(), alone, "the same bits, row by row or together");
        }
        adds_up(&blend.contributions(&x).expect("both have contributions"), &out);
        let importance = blend.importance().expect("both have one");
        assert!((importance.iter().sum::<f64>() - 1.0).abs() < 1e-12 && importance[2] > 0.7);
    }
}
