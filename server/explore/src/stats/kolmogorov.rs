//! The distribution of the two-sided Kolmogorov-Smirnov statistic.

use std::f64::consts::PI;

use statrs::function::gamma::ln_gamma;

/// The most observations for which Durbin's matrix is preferred to the series of Pelz and Good.
const EXACT_N_MAX: u64 = 100_000;
/// Up to this size every value is computed exactly.
const SMALL_N_MAX: u64 = 140;
/// Above this size the one-sided tail comes from its asymptotic expansion, as in Cephes.
const TAIL_SUM_N_MAX: u64 = 1_000_000;

/// `P(D_n > x)` for the two-sided statistic of `n >= 1` observations, as `scipy.stats.kstwo.sf`. The method is
/// chosen by `n` and `n x²` as Simard & L'Ecuyer (2011, J. Stat. Soft. 39:11, §4) advise: Ruben and Gambino's
/// formulas at the ends, Durbin's matrix (Marsaglia, Tsang & Wang 2003) for small `n x`, twice the one-sided tail
/// (Miller 1956) for small probabilities, and the series of Pelz and Good (1976) otherwise.
/// Agrees with SciPy to about 1e-9 relative.
#[must_use]
pub fn kolmogorov_sf(n: u64, x: f64) -> f64 {
    if x >= 1.0 {
        return 0.0;
    }
    let size = n as f64;
    let t = size * x;
    if t <= 0.5 {
        return 1.0;
    }
    if t <= 1.0 {
        // n! (2x - 1/n)^n
        let log = ln_gamma(size + 1.0) + size * ((2.0 * t - 1.0) / size).ln();
        return (1.0 - log.exp()).clamp(0.0, 1.0);
    }
    if t >= size - 1.0 {
        return (2.0 * (1.0 - x).powf(size)).clamp(0.0, 1.0);
    }
    let nxx = t * x;
    if x >= 0.5 {
        return (2.0 * one_sided_sf(n, x)).min(1.0);
    }
    if n <= SMALL_N_MAX {
        return if nxx <= 4.0 { (1.0 - durbin_cdf(n, x)).clamp(0.0, 1.0) } else { (2.0 * one_sided_sf(n, x)).min(1.0) };
    }
    if nxx >= 370.0 {
        return 0.0;
    }
    if nxx >= 2.2 {
        return (2.0 * one_sided_sf(n, x)).min(1.0);
    }
    let cdf = if n <= EXACT_N_MAX && size * x.powf(1.5) <= 1.4 { durbin_cdf(n, x) } else { pelz_good_cdf(n, x) };
    (1.0 - cdf).clamp(0.0, 1.0)
}

/// `P(D_n⁺ > x)`: the sum of Birnbaum and Tingey (1951), each term through logarithms.
fn one_sided_sf(n: u64, x: f64) -> f64 {
    let size = n as f64;
    if n > TAIL_SUM_N_MAX {
        let e = 6.0 * size * x + 1.0;
        return (-e * e / (18.0 * size)).exp();
    }
    let last = (size * (1.0 - x)).floor() as u64;
    let log_n_factorial = ln_gamma(size + 1.0);
    let mut sum = 0.0;
    for j in 0..=last {
        let j = j as f64;
        let rest = size - j;
        let below = 1.0 - x - j / size;
        if below <= 0.0 {
            continue;
        }
        let log_choose = log_n_factorial - ln_gamma(j + 1.0) - ln_gamma(rest + 1.0);
        let log = log_choose + rest * below.ln() + (j - 1.0) * (x + j / size).ln();
        sum += log.exp();
    }
    (x * sum).clamp(0.0, 1.0)
}

/// `P(D_n <= x)` by Durbin's matrix power (Marsaglia, Tsang & Wang 2003, J. Stat. Soft. 8:18). Exact up to
/// rounding; the matrix has `2 ceil(n x) - 1` rows.
fn durbin_cdf(n: u64, x: f64) -> f64 {
    let t = n as f64 * x;
    let k = t.ceil() as usize;
    let h = k as f64 - t;
    let m = 2 * k - 1;
    let mut matrix = vec![0.0; m * m];
    let mut factorials = vec![1.0; m + 1];
    for i in 1..=m {
        factorials[i] = factorials[i - 1] * i as f64;
    }
    for i in 0..m {
        for j in 0..m.min(i + 2) {
            matrix[i * m + j] = 1.0 / factorials[i + 1 - j];
        }
    }
    for i in 0..m {
        matrix[i * m] -= h.powi(i as i32 + 1) / factorials[i + 1];
        matrix[(m - 1) * m + i] -= h.powi((m - i) as i32) / factorials[m - i];
    }
    if 2.0 * h - 1.0 > 0.0 {
        matrix[(m - 1) * m] += (2.0 * h - 1.0).powi(m as i32) / factorials[m];
    }
    let (power, mut exponent) = matrix_power(matrix, m, n);
    let mut value = power[(k - 1) * m + k - 1];
    for i in 1..=n {
        value *= i as f64 / n as f64;
        if value < 1e-140 {
            value *= 1e140;
            exponent -= 140;
        }
    }
    (value * 10.0_f64.powi(exponent)).clamp(0.0, 1.0)
}

/// `matrix^n` and the power of ten it is to be multiplied by.
fn matrix_power(matrix: Vec<f64>, m: usize, n: u64) -> (Vec<f64>, i32) {
    let centre = (m / 2) * m + m / 2;
    let mut result: Vec<f64> = vec![0.0; m * m];
    for i in 0..m {
        result[i * m + i] = 1.0;
    }
    let (mut base, mut base_exponent, mut exponent, mut left) = (matrix, 0_i32, 0_i32, n);
    let rescale = |values: &mut Vec<f64>, exponent: &mut i32| {
        if values[centre] > 1e140 {
            values.iter_mut().for_each(|value| *value *= 1e-140);
            *exponent += 140;
        }
    };
    while left > 0 {
        if left % 2 == 1 {
            result = product(&result, &base, m);
            exponent += base_exponent;
            rescale(&mut result, &mut exponent);
        }
        left /= 2;
        if left > 0 {
            base = product(&base, &base, m);
            base_exponent *= 2;
            rescale(&mut base, &mut base_exponent);
        }
    }
    (result, exponent)
}

fn product(a: &[f64], b: &[f64], m: usize) -> Vec<f64> {
    let mut out = vec![0.0; m * m];
    for i in 0..m {
        for k in 0..m {
            let factor = a[i * m + k];
            if factor != 0.0 {
                for j in 0..m {
                    out[i * m + j] += factor * b[k * m + j];
                }
            }
        }
    }
    out
}

/// `P(D_n <= x)` by the series of Pelz and Good (1976, J. R. Stat. Soc. B 38:152), through Jacobi's theta
/// functions, with terms to `n^(-3/2)`.
fn pelz_good_cdf(n: u64, x: f64) -> f64 {
    let root_n = (n as f64).sqrt();
    let z = root_n * x;
    let (z2, z4) = (z * z, z.powi(4));
    let (z6, z8) = (z.powi(6), z.powi(8));
    let pi2 = PI * PI;
    let log_q = -pi2 / 8.0 / z2;
    if log_q < -708.0 {
        return 0.0;
    }
    let terms = (16.0 * z / PI).ceil() as i32;
    let mut k0_to_3 = [0.0_f64; 4];
    for k in (1..=terms).rev() {
        let odd2 = f64::from(2 * k - 1).powi(2);
        let weight = (log_q * odd2).exp();
        let (odd4, odd6) = (odd2 * odd2, odd2.powi(3));
        k0_to_3[0] += weight;
        k0_to_3[1] += weight * (-z2 + pi2 / 4.0 * odd2);
        k0_to_3[2] += weight
            * (6.0 * z6
                + 2.0 * z4
                + (2.0 * z4 - 5.0 * z2) * pi2 / 4.0 * odd2
                + pi2 * pi2 * (1.0 - 2.0 * z2) / 16.0 * odd4);
        k0_to_3[3] += weight
            * (-30.0 * z6 - 90.0 * z8
                + pi2 * (135.0 * z4 - 96.0 * z6) / 4.0 * odd2
                + pi2 * pi2 * (-60.0 * z2 + 212.0 * z4) / 16.0 * odd4
                + pi2.powi(3) * (5.0 - 30.0 * z2) / 64.0 * odd6);
    }
    let root_2pi = (2.0 * PI).sqrt();
    let divisors = [z, 6.0 * z4, 72.0 * z.powi(7), 6480.0 * z.powi(10)];
    for (value, divisor) in k0_to_3.iter_mut().zip(divisors) {
        *value *= root_2pi / divisor;
    }
    let (mut extra2, mut extra3) = (0.0, 0.0);
    for k in (1..=terms).rev() {
        let k2 = f64::from(k).powi(2);
        let weight = (-pi2 / 2.0 / z2 * k2).exp();
        extra2 += k2 * weight;
        extra3 += (3.0 * z2 - pi2 * k2) * k2 * weight;
    }
    k0_to_3[2] -= extra2 * pi2 * root_2pi / (36.0 * z.powi(3));
    k0_to_3[3] += extra3 * pi2 * root_2pi / (216.0 * z6);
    (k0_to_3[0] + k0_to_3[1] / root_n + k0_to_3[2] / n as f64 + k0_to_3[3] / (n as f64 * root_n)).clamp(0.0, 1.0)
}
