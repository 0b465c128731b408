//! ROC and precision-recall curves, thinned to a bounded number of points.

use serde::{Deserialize, Serialize};

use crate::metrics::ascending_groups;

/// The most points of the curves of one kind (ROC, precision-recall), over all classes.
pub const CURVE_POINTS_MAX: usize = 200;

/// A point of a ROC curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RocPoint {
    /// Rows with at least this probability are called positive; absent at the start, where none is.
    pub threshold: Option<f64>,
    /// Share of negative rows that are called positive.
    pub false_positive_rate: f64,
    /// Share of positive rows that are called positive.
    pub true_positive_rate: f64,
}

/// A point of a precision-recall curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PrPoint {
    /// Rows with at least this probability are called positive.
    pub threshold: f64,
    /// Share of positive rows that are called positive.
    pub recall: f64,
    /// Share of rows called positive that are.
    pub precision: f64,
}

/// Counts of rows at or above each distinct probability, the highest first.
struct Step {
    threshold: f64,
    true_positive: u64,
    false_positive: u64,
}

fn steps(positive: &[bool], probabilities: &[f64]) -> Vec<Step> {
    let (mut true_positive, mut false_positive) = (0, 0);
    ascending_groups(positive, probabilities)
        .iter()
        .rev()
        .map(|group| {
            true_positive += group.n_positive;
            false_positive += group.n_negative;
            Step { threshold: group.score, true_positive, false_positive }
        })
        .collect()
}

/// The ROC curve from (0, 0) to (1, 1), at most `points_max` (2 or more) points; empty when all
/// rows, or none, are positive. Without thinning its points are scikit-learn's
/// `roc_curve(drop_intermediate=True)`. O(n log n).
#[must_use]
pub fn roc_curve(positive: &[bool], probabilities: &[f64], points_max: usize) -> Vec<RocPoint> {
    let steps = steps(positive, probabilities);
    let Some(last) = steps.last() else { return Vec::new() };
    let (n_positive, n_negative) = (last.true_positive, last.false_positive);
    if n_positive == 0 || n_negative == 0 {
        return Vec::new();
    }
    // Points between two steps of the same shape lie on the line between their neighbours.
    let counts = |position: usize| match position {
        0 => (0, 0),
        _ => (steps[position - 1].true_positive, steps[position - 1].false_positive),
    };
    let delta = |a: usize, b: usize| {
        let ((tp_a, fp_a), (tp_b, fp_b)) = (counts(a), counts(b));
        (tp_b - tp_a, fp_b - fp_a)
    };
    let n = steps.len();
    let corners: Vec<usize> = (0..=n).filter(|&k| k <= 1 || k == n || delta(k - 1, k) != delta(k, k + 1)).collect();
    let point = |position: usize| {
        let (true_positive, false_positive) = counts(position);
        RocPoint {
            threshold: position.checked_sub(1).map(|step| steps[step].threshold),
            false_positive_rate: false_positive as f64 / n_negative as f64,
            true_positive_rate: true_positive as f64 / n_positive as f64,
        }
    };
    let points: Vec<RocPoint> = corners.into_iter().map(point).collect();
    thinned(&points, points_max, |a, b| {
        (b.false_positive_rate - a.false_positive_rate) + (b.true_positive_rate - a.true_positive_rate)
    })
}

/// The precision-recall curve from the highest threshold down to the first at which every positive
/// row is found, at most `points_max` (2 or more) points; empty when no row is positive. Its points are
/// scikit-learn's `precision_recall_curve` in reverse, without the appended (0, 1). O(n log n).
#[must_use]
pub fn pr_curve(positive: &[bool], probabilities: &[f64], points_max: usize) -> Vec<PrPoint> {
    let steps = steps(positive, probabilities);
    let n_positive = steps.last().map_or(0, |last| last.true_positive);
    if n_positive == 0 {
        return Vec::new();
    }
    let end = steps.partition_point(|step| step.true_positive < n_positive);
    let points: Vec<PrPoint> = steps[..=end]
        .iter()
        .map(|step| PrPoint {
            threshold: step.threshold,
            recall: step.true_positive as f64 / n_positive as f64,
            precision: step.true_positive as f64 / (step.true_positive + step.false_positive) as f64,
        })
        .collect();
    thinned(&points, points_max, |a, b| (b.recall - a.recall) + (b.precision - a.precision).abs())
}

/// At most `points_max` of the points, about equally far apart along the curve; the first
/// and the last are always among them.
fn thinned<P: Copy>(points: &[P], points_max: usize, distance: impl Fn(&P, &P) -> f64) -> Vec<P> {
    let points_max = points_max.max(2);
    if points.len() <= points_max {
        return points.to_vec();
    }
    let length: f64 = points.windows(2).map(|pair| distance(&pair[0], &pair[1])).sum();
    let step = length / (points_max - 2).max(1) as f64;
    let mut kept = vec![points[0]];
    let mut since = 0.0;
    for pair in points.windows(2).take(points.len() - 2) {
        since += distance(&pair[0], &pair[1]);
        if since >= step && kept.len() < points_max - 1 {
            kept.push(pair[1]);
            since = 0.0;
        }
    }
    kept.push(points[points.len() - 1]);
    kept
}
