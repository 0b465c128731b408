//! Losses of numbers. Those with the logarithm as link see targets divided by their mean.

use super::{Loss, each_row, weighted_quantile};

/// The best constant margin.
pub(super) fn start(loss: Loss, values: &[f64], shape: f64, weights: Option<&[f64]>) -> f64 {
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let mean = || {
        let sum: f64 = values.iter().enumerate().map(|(row, value)| value * weight(row)).sum();
        sum / (0..values.len()).map(weight).sum::<f64>()
    };
    let quantile = |share: f64| {
        let mut pairs: Vec<(f64, f64)> = values.iter().enumerate().map(|(row, &value)| (value, weight(row))).collect();
        weighted_quantile(&mut pairs, share)
    };
    match loss {
        Loss::Squared if weights.is_none() => 0.0,
        Loss::Squared => mean(),
        Loss::Absolute | Loss::Huber => quantile(0.5),
        Loss::Quantile => quantile(shape),
        Loss::Poisson | Loss::Gamma | Loss::Tweedie => {
            let mean = mean();
            if mean > 0.0 { mean.ln() } else { 0.0 }
        }
    }
}

pub(super) fn derivatives(
    loss: Loss,
    values: &[f64],
    shape: f64,
    margins: &[f64],
    gradients: &mut [f64],
    hessians: &mut [f64],
) {
    // One loop for each loss, so that none asks which it is row by row.
    match loss {
        Loss::Squared => each_row(gradients, hessians, |row, gradient, hessian| {
            (*gradient, *hessian) = (margins[row] - values[row], 1.0);
        }),
        Loss::Absolute => each_row(gradients, hessians, |row, gradient, hessian| {
            let residual = margins[row] - values[row];
            (*gradient, *hessian) = (if residual == 0.0 { 0.0 } else { residual.signum() }, 1.0);
        }),
        Loss::Huber => each_row(gradients, hessians, |row, gradient, hessian| {
            (*gradient, *hessian) = ((margins[row] - values[row]).clamp(-shape, shape), 1.0);
        }),
        Loss::Quantile => each_row(gradients, hessians, |row, gradient, hessian| {
            (*gradient, *hessian) = (if margins[row] >= values[row] { 1.0 - shape } else { -shape }, 1.0);
        }),
        Loss::Poisson => each_row(gradients, hessians, |row, gradient, hessian| {
            let mean = margins[row].exp();
            (*gradient, *hessian) = (mean - values[row], mean);
        }),
        Loss::Gamma => each_row(gradients, hessians, |row, gradient, hessian| {
            (*gradient, *hessian) = (1.0 - values[row] * (-margins[row]).exp(), 1.0);
        }),
        Loss::Tweedie => each_row(gradients, hessians, |row, gradient, hessian| {
            let expected = ((2.0 - shape) * margins[row]).exp();
            let found = values[row] * ((1.0 - shape) * margins[row]).exp();
            (*gradient, *hessian) = (expected - found, expected);
        }),
    }
}

/// Up to a constant that depends on the targets alone.
pub(super) fn mean_loss(loss: Loss, values: &[f64], shape: f64, margins: &[f64]) -> f64 {
    let of = |(&margin, &value): (&f64, &f64)| {
        let residual = margin - value;
        match loss {
            Loss::Squared => residual.powi(2),
            Loss::Absolute => residual.abs(),
            Loss::Huber if residual.abs() <= shape => 0.5 * residual.powi(2),
            Loss::Huber => shape * (residual.abs() - 0.5 * shape),
            Loss::Quantile => (-shape * residual).max((1.0 - shape) * residual),
            Loss::Poisson => margin.exp() - value * margin,
            Loss::Gamma => margin + value * (-margin).exp(),
            Loss::Tweedie => {
                ((2.0 - shape) * margin).exp() / (2.0 - shape) - value * ((1.0 - shape) * margin).exp() / (1.0 - shape)
            }
        }
    };
    margins.iter().zip(values).map(of).sum::<f64>() / values.len() as f64
}
