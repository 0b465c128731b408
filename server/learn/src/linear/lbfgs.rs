//! Minimising a smooth convex function: limited-memory BFGS (Nocedal & Wright 2006, algorithm 7.4)
//! with a backtracking line search. For a convex function each step has positive curvature, which is
//! what a search for the Wolfe conditions would ensure.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use mlwright_base::Cancelled;

/// Steps remembered.
pub(super) const MEMORY: usize = 10;
/// Sufficient decrease (Armijo), as a share of what the slope promises.
const DECREASE: f64 = 1e-4;
/// The most halvings of a step.
const HALVINGS_MAX: usize = 40;

/// Moves `point` to the minimum: until the largest slope is at most `tolerance`, no step goes down
/// any more (rounding), or after `iterations_max`. `function` fills the gradient and gives the value;
/// `each` is called once per iteration with its number, and may end the descent where it is.
/// Answers with the value at `point`.
pub(crate) fn minimize(
    point: &mut Vec<f64>,
    tolerance: f64,
    iterations_max: usize,
    mut function: impl FnMut(&[f64], &mut [f64]) -> Result<f64, Cancelled>,
    mut each: impl FnMut(usize) -> Result<ControlFlow<()>, Cancelled>,
) -> Result<f64, Cancelled> {
    let n = point.len();
    let mut gradient = vec![0.0; n];
    let mut value = function(point, &mut gradient)?;
    let mut steps: VecDeque<Step> = VecDeque::with_capacity(MEMORY);
    let mut trial = Trial::new(n);
    for iteration in 0..iterations_max {
        if each(iteration)?.is_break() || gradient.iter().all(|slope| slope.abs() <= tolerance) {
            break;
        }
        let mut direction = descent(&steps, &gradient);
        let mut slope = dot(&direction, &gradient);
        if slope >= 0.0 {
            // The memory has gone bad by rounding: start over downhill.
            steps.clear();
            direction = descent(&steps, &gradient);
            slope = dot(&direction, &gradient);
        }
        let length = if steps.is_empty() { 1.0 / dot(&gradient, &gradient).sqrt().max(1.0) } else { 1.0 };
        let Some(trial_value) = trial.find(point, value, &direction, slope, length, &mut function)? else { break };
        Step::remember(&mut steps, (point, &gradient), (&trial.point, &trial.gradient));
        std::mem::swap(point, &mut trial.point);
        std::mem::swap(&mut gradient, &mut trial.gradient);
        value = trial_value;
    }
    Ok(value)
}

/// A point that is tried, with its gradient.
pub(super) struct Trial {
    pub point: Vec<f64>,
    pub gradient: Vec<f64>,
}

impl Trial {
    pub fn new(n: usize) -> Self {
        Self { point: vec![0.0; n], gradient: vec![0.0; n] }
    }

    /// Goes from a point with its value along `direction`, which promises so much (below 0) for a whole
    /// step to first order, half as far each time until enough of it is kept. Gives the value there;
    /// none where no step goes down any more.
    pub fn find(
        &mut self,
        from: &[f64],
        value: f64,
        direction: &[f64],
        promised: f64,
        mut length: f64,
        mut function: impl FnMut(&[f64], &mut [f64]) -> Result<f64, Cancelled>,
    ) -> Result<Option<f64>, Cancelled> {
        for _ in 0..HALVINGS_MAX {
            for ((trial, at), direction) in self.point.iter_mut().zip(from).zip(direction) {
                *trial = at + length * direction;
            }
            let trial_value = function(&self.point, &mut self.gradient)?;
            if trial_value <= value + DECREASE * length * promised {
                return Ok(Some(trial_value));
            }
            length *= 0.5;
        }
        Ok(None)
    }
}

/// One step made: how far the point moved, how the gradient changed with it, and their product.
pub(super) struct Step {
    pub moved: Vec<f64>,
    pub bent: Vec<f64>,
    pub curvature: f64,
}

impl Step {
    /// Keeps the step between two (point, gradient) unless its curvature is nothing but rounding.
    pub fn remember(steps: &mut VecDeque<Self>, from: (&[f64], &[f64]), to: (&[f64], &[f64])) {
        let moved: Vec<f64> = to.0.iter().zip(from.0).map(|(to, from)| to - from).collect();
        let bent: Vec<f64> = to.1.iter().zip(from.1).map(|(to, from)| to - from).collect();
        let curvature = dot(&moved, &bent);
        if curvature > f64::EPSILON * dot(&bent, &bent) {
            if steps.len() == MEMORY {
                steps.pop_front();
            }
            steps.push_back(Self { moved, bent, curvature });
        }
    }
}

/// The direction of the next step: minus the approximate inverse Hessian times the gradient.
fn descent(steps: &VecDeque<Step>, gradient: &[f64]) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
    let mut shares = Vec::with_capacity(steps.len());
    for step in steps.iter().rev() {
        let share = dot(&step.moved, &direction) / step.curvature;
        add(&mut direction, -share, &step.bent);
        shares.push(share);
    }
    if let Some(last) = steps.back() {
        let scale = last.curvature / dot(&last.bent, &last.bent);
        direction.iter_mut().for_each(|value| *value *= scale);
    }
    for (step, share) in steps.iter().zip(shares.iter().rev()) {
        let back = dot(&step.bent, &direction) / step.curvature;
        add(&mut direction, share - back, &step.moved);
    }
    direction
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    ndarray::ArrayView1::from(a).dot(&ndarray::ArrayView1::from(b))
}

fn add(to: &mut [f64], factor: f64, values: &[f64]) {
    to.iter_mut().zip(values).for_each(|(to, value)| *to += factor * value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_minimum_of_a_badly_scaled_bowl() {
        let scales = [1.0, 100.0, 0.01];
        let mut point = vec![5.0, -3.0, 40.0];
        let mut last = 0;
        let value = minimize(
            &mut point,
            1e-10,
            200,
            |x, gradient| {
                let mut value = 0.0;
                for i in 0..3 {
                    gradient[i] = scales[i] * (x[i] - i as f64);
                    value += 0.5 * scales[i] * (x[i] - i as f64).powi(2);
                }
                Ok(value)
            },
            |iteration| {
                last = iteration;
                Ok(ControlFlow::Continue(()))
            },
        );
        assert!(value.expect("not cancelled") < 1e-15 && last < 60, "{last}");
        assert!(point.iter().enumerate().all(|(i, x)| (x - i as f64).abs() < 1e-7), "{point:?}");
    }

    #[test]
    fn it_can_be_ended_where_it_is() {
        let mut point = vec![5.0];
        let each = |iteration| Ok(if iteration == 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
        let square = |x: &[f64], gradient: &mut [f64]| {
            gradient[0] = 2.0 * x[0];
            Ok(x[0] * x[0])
        };
        let value = minimize(&mut point, 1e-10, 200, square, each).expect("not cancelled");
        assert_eq!((point, value), (vec![4.0], 16.0), "one step of length 1 was made");
    }
}
