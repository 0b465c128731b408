//! The power transform of Yeo & Johnson 2000 ("A new family of power transformations to improve
//! normality or symmetry", equation 2.1), with the exponent of the largest likelihood.
//!
//! scikit-learn's `PowerTransformer` minimises the same function from a bracket of (−2, 2) without
//! bounds; here the exponent stays within ±[`LAMBDA_MAX`], because columns like years drive it to
//! where the transform overflows or loses all differences.

use mlwright_base::{CancelToken, Cancelled};

/// The largest exponent, and the negative of the smallest.
const LAMBDA_MAX: f64 = 5.0;
/// Values that the likelihood is measured on; of more, evenly spaced ones.
const SAMPLE_MAX: usize = 100_000;
/// The interval, relative and absolute, at which the search for the exponent ends.
const TOLERANCE: f64 = 1e-9;
/// Steps of that search at most; golden sections alone would take 48.
const STEPS_MAX: usize = 100;
/// Results stay within this, so that their squares do not overflow.
const LARGEST: f64 = 1e150;

/// The transformed value; monotone in `value`, of the same sign.
pub(super) fn apply(lambda: f64, value: f64) -> f64 {
    let moved = if value >= 0.0 {
        if lambda == 0.0 { value.ln_1p() } else { (lambda * value.ln_1p()).exp_m1() / lambda }
    } else {
        let mirrored = 2.0 - lambda;
        if mirrored == 0.0 { -(-value).ln_1p() } else { -(mirrored * (-value).ln_1p()).exp_m1() / mirrored }
    };
    moved.clamp(-LARGEST, LARGEST)
}

/// The exponent under which finite values look most normal; `None` when none makes them finite and
/// different.
pub(super) fn fit(values: &[f64], cancel: &CancelToken) -> Result<Option<f64>, Cancelled> {
    let step = values.len().div_ceil(SAMPLE_MAX).max(1);
    let sample: Vec<f64> = values.iter().copied().step_by(step).collect();
    let logs: f64 = sample.iter().map(|value| value.signum() * value.abs().ln_1p()).sum();
    let mut found_any = false;
    let lambda = minimum(-LAMBDA_MAX, LAMBDA_MAX, |lambda| {
        cancel.check()?;
        let n = sample.len() as f64;
        let mean = sample.iter().map(|value| apply(lambda, *value)).sum::<f64>() / n;
        let variance = sample.iter().map(|value| (apply(lambda, *value) - mean).powi(2)).sum::<f64>() / n;
        // Differences that are rounding errors of the mean would look like the best of fits.
        if !variance.is_finite() || variance.sqrt() <= 1e-10 * mean.abs() || variance < f64::MIN_POSITIVE {
            return Ok(f64::INFINITY);
        }
        found_any = true;
        Ok(n / 2.0 * variance.ln() - (lambda - 1.0) * logs)
    })?;
    Ok(found_any.then_some(lambda))
}

/// The place of the least value of a function of one valley (Brent 1973, chapter 5: golden sections
/// and parabolas).
fn minimum(low: f64, high: f64, mut f: impl FnMut(f64) -> Result<f64, Cancelled>) -> Result<f64, Cancelled> {
    let golden = (3.0 - 5.0_f64.sqrt()) / 2.0;
    let (mut low, mut high) = (low, high);
    let mut x = low + golden * (high - low);
    let mut fx = f(x)?;
    let (mut w, mut fw, mut v, mut fv) = (x, fx, x, fx);
    let (mut step, mut before) = (0.0_f64, 0.0_f64);
    for _ in 0..STEPS_MAX {
        let middle = f64::midpoint(low, high);
        let tolerance = TOLERANCE * (x.abs() + 1.0);
        if (x - middle).abs() <= 2.0 * tolerance - (high - low) / 2.0 {
            break;
        }
        let r = (x - w) * (fx - fv);
        let q = (x - v) * (fx - fw);
        let p = (x - v) * q - (x - w) * r;
        let (p, q) = if q > r { (-p, 2.0 * (q - r)) } else { (p, 2.0 * (r - q)) };
        let is_parabola =
            p.is_finite() && q > 0.0 && p.abs() < (q * before / 2.0).abs() && p > q * (low - x) && p < q * (high - x);
        if is_parabola {
            (before, step) = (step, p / q);
        } else {
            before = if x < middle { high - x } else { low - x };
            step = golden * before;
        }
        let u = if step.abs() >= tolerance { x + step } else { x + tolerance.copysign(step) };
        let fu = f(u)?;
        if fu <= fx {
            if u < x {
                high = x;
            } else {
                low = x;
            }
            (v, fv, w, fw, x, fx) = (w, fw, x, fx, u, fu);
        } else {
            if u < x {
                low = u;
            } else {
                high = u;
            }
            if fu <= fw || w == x {
                (v, fv, w, fw) = (w, fw, u, fu);
            } else if fu <= fv || v == x || v == w {
                (v, fv) = (u, fu);
            }
        }
    }
    Ok(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transform_is_monotone_and_stays_finite() {
        for lambda in [-5.0, -1.0, 0.0, 0.5, 1.0, 2.0, 5.0] {
            let values = [-1e300, -5.0, -1e-9, 0.0, 1e-9, 3.0, 1e300];
            let moved = values.map(|value| apply(lambda, value));
            assert!(moved.iter().all(|value| value.is_finite()), "{lambda}: {moved:?}");
            assert!(moved.windows(2).all(|pair| pair[0] <= pair[1]), "{lambda}: {moved:?}");
        }
        assert_eq!(apply(1.0, -3.0), -3.0);
    }

    #[test]
    fn a_parabola_is_found_in_few_steps() {
        let mut n = 0;
        let at = minimum(-5.0, 5.0, |x| {
            n += 1;
            Ok((x - 1.25).powi(2))
        });
        assert!((at.expect("not cancelled") - 1.25).abs() < 1e-8 && n < 15, "{n} steps");
    }
}
