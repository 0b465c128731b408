//! From the target's numbers to those that the loss sees, and back.

use crate::target_scale::TargetScale;
use crate::trees::objective::Loss;
use crate::{LearnError, Target};

/// `margin = center + spread · scaled margin`. Losses with the link ln see the target divided by its
/// mean, the others standardised, so that penalties mean the same whatever the target's unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scaling {
    pub center: f64,
    pub spread: f64,
    /// What targets are divided by under the link ln; `None` under the identity.
    divisor: Option<f64>,
    standard: TargetScale,
}

impl Scaling {
    pub fn fit(loss: Loss, y: &Target) -> Result<Self, LearnError> {
        let none = TargetScale { center: 0.0, spread: 1.0, is_constant: false };
        let Target::Number(values) = y else {
            return Ok(Self { center: 0.0, spread: 1.0, divisor: None, standard: none });
        };
        let standard = TargetScale::fit(values);
        if !loss.is_log() {
            return Ok(Self { center: standard.center, spread: standard.spread, divisor: None, standard });
        }
        let fits = |value: f64| if loss == Loss::Gamma { value > 0.0 } else { value >= 0.0 };
        if let Some(row) = values.iter().position(|&value| !fits(value)) {
            let least = if loss == Loss::Gamma { "above 0" } else { "at least 0" };
            return Err(LearnError::UnsuitableData {
                message: format!("the target of row {row} is {}, expected {least} for this loss", values[row]),
                hint: "choose the loss squared, or leave such rows out".to_owned(),
            });
        }
        if standard.center <= 0.0 {
            return Err(LearnError::UnsuitableData {
                message: "the target is 0 in every row, which has no logarithm".to_owned(),
                hint: "choose the loss squared, or another target".to_owned(),
            });
        }
        Ok(Self { center: standard.center.ln(), spread: 1.0, divisor: Some(standard.center), standard })
    }

    /// Numbers as the loss sees them; none of classes.
    pub fn scaled(&self, y: &Target) -> Vec<f64> {
        let Target::Number(values) = y else { return Vec::new() };
        match self.divisor {
            Some(divisor) => values.iter().map(|value| value / divisor).collect(),
            None => values.iter().map(|&value| self.standard.standardize(value)).collect(),
        }
    }
}
