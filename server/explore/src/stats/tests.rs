//! Against SciPy 1.17.1, NumPy 2.4.6 and scikit-learn 1.9.1, called on the same values.

use super::*;
use crate::stats::association::chi_squared_sf;
use crate::stats::kolmogorov::kolmogorov_sf;

const X: [f64; 10] = [2.5, -1.0, 0.0, 3.25, 7.5, 3.25, 0.5, -4.0, 11.0, 3.0];
const Y: [f64; 10] = [1.0, 0.5, -2.0, 4.0, 6.5, 2.0, 2.0, -3.0, 20.0, 1.5];

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    sort(&mut values);
    values
}

#[track_caller]
fn close(found: f64, expected: f64, relative: f64) {
    let off = (found - expected).abs() / expected.abs().max(f64::MIN_POSITIVE);
    assert!(found == expected || off <= relative, "{found} is not {expected}: off by {off:e}");
}

#[test]
fn moments_and_quantiles() {
    let m = moments(&X).unwrap();
    close(m.mean, 2.6, 1e-15);
    close(m.std.unwrap(), 4.259303542442903, 1e-15);
    close(m.skew.unwrap(), 0.5304678095896056, 1e-14);
    let x = sorted(&X);
    for (p, expected) in [
        (0.0, -4.0),
        (0.01, -3.73),
        (0.1, -1.2999999999999998),
        (0.25, 0.125),
        (0.5, 2.75),
        (0.9, 7.849999999999999),
        (0.99, 10.685),
        (1.0, 11.0),
    ] {
        close(quantile_sorted(&x, p).unwrap(), expected, 1e-15);
    }
    assert_eq!(quantile_sorted(&[], 0.5), None);
    assert!(moments(&[]).is_none());
    let one = moments(&[5.0]).unwrap();
    assert_eq!((one.mean, one.std, one.skew), (5.0, None, None));
}

#[test]
fn moments_stand_large_offsets_and_overflow() {
    let shifted: Vec<f64> = X.iter().map(|x| x + 1e9).collect();
    close(moments(&shifted).unwrap().std.unwrap(), 4.259303542442903, 1e-9);
    let huge = moments(&[f64::MAX, f64::MAX]).unwrap();
    close(huge.mean, f64::MAX, 1e-15);
    assert_eq!(moments(&[0.1; 7]).unwrap().skew, None, "no variance beyond rounding");
}

#[test]
fn correlations_and_ranks() {
    close(pearson(&X, &Y).unwrap(), 0.8996818511482778, 1e-14);
    close(spearman(&X, &Y).unwrap(), 0.9298780487804879, 1e-14);
    assert_eq!(average_ranks(&X), [5.0, 2.0, 3.0, 7.5, 9.0, 7.5, 4.0, 1.0, 10.0, 6.0]);
    assert_eq!(pearson(&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0]), None);
    assert_eq!(pearson(&[1.0], &[1.0]), None);
}

#[test]
fn chi_squared_tests() {
    let test = chi_squared(&[16.0, 18.0, 16.0, 14.0, 5.0, 9.0, 20.0, 2.0], 4).unwrap();
    close(test.statistic, 11.24820877425044, 1e-14);
    close(test.p_value, 0.010456712393666363, 1e-12);
    assert_eq!(test.degrees_of_freedom, 3);
    // A column without any count is left out.
    let test = chi_squared(&[10.0, 0.0, 3.0, 0.0, 2.0, 8.0, 3.0, 0.0], 4).unwrap();
    close(test.statistic, 13.333333333333332, 1e-14);
    close(test.p_value, 0.0012726338013398094, 1e-12);
    assert_eq!(chi_squared(&[0.0, 0.0], 2), None);
    for (statistic, degrees, expected) in [
        (0.5, 1, 0.47950012218695337),
        (10.0, 1, 0.001565402258002549),
        (100.0, 1, 1.5239706048320995e-23),
        (1500.0, 1, 0.0),
        (40.0, 30, 0.10486428110798468),
        (300.0, 250, 0.016518273157868715),
        (1e-8, 3, 0.999999999999734),
    ] {
        // 1500 with one degree is 1e-327, below the normal numbers.
        let found = chi_squared_sf(statistic, degrees);
        assert!(
            (found - expected).abs() <= 1e-10 * expected + f64::MIN_POSITIVE,
            "{statistic} {degrees}: {found} is not {expected}"
        );
    }
}

#[test]
fn evidently_expects_the_same_of_chi_squared_of_scaled_frequencies() {
    // evidentlyai/evidently tests/stattests/test_stattests.py (Apache-2.0): the current counts against
    // the baseline's scaled to the same total, p 0.67309.
    let (baseline, current) = ([16.0, 18.0, 16.0, 14.0, 12.0, 12.0], [16.0, 16.0, 16.0, 16.0, 16.0, 8.0]);
    let statistic: f64 = baseline.iter().zip(&current).map(|(b, c): (&f64, &f64)| (c - b).powi(2) / b).sum();
    assert!((chi_squared_sf(statistic, 5) - 0.67309).abs() < 1e-5);
}

#[test]
fn associations_with_categories() {
    close(cramers_v(&[30.0, 5.0, 2.0, 4.0, 25.0, 6.0, 1.0, 3.0, 24.0], 3).unwrap(), 0.6845849491613594, 1e-14);
    assert_eq!(cramers_v(&[5.0, 5.0], 2), None);
    close(cramers_v(&[1000.0, 0.0, 0.0, 1000.0], 2).unwrap(), 1.0, 1e-3);
    let eta = correlation_ratio(&[0, 0, 1, 1, 2, 2, 2], &[1.0, 2.0, 4.0, 5.5, 1.0, 0.0, 2.5], 3).unwrap();
    close(eta, 0.8840178242389709, 1e-14);
    assert_eq!(correlation_ratio(&[0, 0], &[1.0, 2.0], 1), None);
}

#[test]
fn kolmogorov_smirnov_tests() {
    let test = ks_two_sample(&sorted(&X), &sorted(&Y)).unwrap();
    close(test.statistic, 0.29999999999999993, 1e-12);
    close(test.p_value, 0.6640000000000001, 1e-12);
    assert_eq!(ks_two_sample(&[], &[1.0]), None);
    for (n, d, expected) in [
        (1, 0.7, 0.6000000000000001),
        (5, 0.3, 0.664),
        (10, 0.2, 0.7487190399999999),
        (10, 0.55, 0.0022805103214843725),
        (50, 0.05, 0.9990238098461883),
        (50, 0.18, 0.06877558239525183),
        (120, 0.11, 0.10157489893644256),
        (141, 0.1, 0.11128445516467944),
        (500, 0.04, 0.3902508696049749),
        (600, 0.6, 4.4987832699809586e-207),
        (2_000, 0.02, 0.3953133626892045),
        (3_416, 0.0687, 1.834455258476268e-14),
        (10_000, 0.003, 0.9999892575789189),
        (10_000, 0.012, 0.11135257403749388),
        (200_000, 0.0021, 0.3405222001881183),
        (2_000_000, 0.0008, 0.15445575917381638),
    ] {
        close(kolmogorov_sf(n, d), expected, 1e-8);
    }
}

#[test]
fn wasserstein_distances() {
    close(wasserstein(&sorted(&X), &sorted(&Y)).unwrap(), 1.7, 1e-14);
    close(wasserstein(&[0.0, 1.0, 3.0], &[5.0, 6.0, 8.0]).unwrap(), 5.0, 1e-15);
    assert_eq!(wasserstein(&[1.0], &[]), None);
    assert_eq!(wasserstein(&[1.0, 2.0], &[1.0, 2.0]), Some(0.0));
}

#[test]
fn divergences() {
    let (p, q) = ([16.0, 18.0, 16.0, 14.0, 12.0, 12.0], [16.0, 16.0, 16.0, 16.0, 16.0, 8.0]);
    close(jensen_shannon_distance(&p, &q).unwrap(), 0.08173421330573742, 1e-12);
    close(jensen_shannon_distance(&[1.0, 0.0], &[0.0, 1.0]).unwrap(), 1.0, 1e-15);
    close(population_stability_index(&p, &q).unwrap(), 0.037218381577290835, 1e-13);
    close(total_variation(&p, &q).unwrap(), 0.06818181818181819, 1e-14);
    close(divergence::l_infinity(&p, &q).unwrap(), 0.04545454545454547, 1e-14);
    assert_eq!(population_stability_index(&[0.0], &[1.0]), None);
}

#[test]
fn areas_under_the_curve() {
    let labels = [0, 0, 1, 1, 1, 0, 1, 0];
    let scores = [0.1, 0.4, 0.4, 0.35, 0.8, 0.8, 0.7, 0.2];
    let mut groups: Vec<(f64, f64, f64)> =
        scores.iter().zip(labels).map(|(score, label)| (*score, f64::from(label), f64::from(1 - label))).collect();
    close(roc_auc_of_groups(&mut groups).unwrap(), 0.6875, 1e-15);
    assert_eq!(roc_auc_of_groups(&mut [(0.5, 3.0, 0.0)]), None);
}

/// `scipy.stats.ttest_ind(equal_var=False, alternative="greater")` and its two-sided interval.
#[test]
fn welch_compares_means() {
    let of = |values: &[f64]| GroupMoments::from_sums(values.len() as f64, values.iter().sum(), values.iter().map(|x| x * x).sum());
    let found = welch(of(&X), of(&Y[..6])).unwrap();
    close(found.p_value, 0.37244813179148817, 1e-9);
    close(found.low, -3.287027014308997, 1e-9);
    close(found.high, 4.487027014308997, 1e-9);
    let moved: Vec<f64> = X.iter().map(|x| x + 8.0).collect();
    close(welch(of(&moved), of(&Y[..6])).unwrap().p_value, 0.0001663415309232266, 1e-9);
    assert_eq!(welch(of(&X), of(&Y[..1])), None);
    assert_eq!(welch(of(&[1.0; 5]), of(&[2.0; 5])), None, "nothing varies");
}

/// `statsmodels` 0.15.0: `proportion_confint(method="wilson")` and `multipletests(method="fdr_bh")`.
#[test]
fn shares_have_intervals_and_tests_are_corrected() {
    for (hits, n, low, high) in [
        (0.0, 10.0, 0.0, 0.27753279986288926),
        (3.0, 10.0, 0.10779126740630104, 0.6032218525388546),
        (10.0, 10.0, 0.7224672001371106, 1.0),
        (123.0, 4567.0, 0.022620022313028024, 0.032039816815401245),
    ] {
        let found = wilson(hits, n).unwrap();
        assert!((found.0 - low).abs() < 1e-15, "{found:?}");
        assert!((found.1 - high).abs() < 1e-15, "{found:?}");
    }
    assert_eq!((wilson(0.0, 0.0), mean_interval(1.0, 1.0, 1.0)), (None, None));
    for (found, expected) in benjamini_hochberg(&[0.01, 0.04, 0.03, 0.005, 0.5]).into_iter().zip([0.025, 0.05, 0.05, 0.025, 0.5]) {
        close(found, expected, 1e-14);
    }
    assert_eq!(benjamini_hochberg(&[]), Vec::<f64>::new());
}
