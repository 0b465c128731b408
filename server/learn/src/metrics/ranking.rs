//! Metrics of an order: how well scores put the positive rows first.

/// Area under the ROC curve by the Mann-Whitney statistic with midranks for ties (Hanley and
/// McNeil 1982). `None` unless both kinds of rows are there. O(n log n).
pub(crate) fn roc_auc(positive: &[bool], scores: &[f64]) -> Option<f64> {
    let n_positive = positive.iter().filter(|p| **p).count();
    let n_negative = positive.len() - n_positive;
    if n_positive == 0 || n_negative == 0 {
        return None;
    }
    // Whole numbers up to the end: twice the count of pairs in the right order, ties counting one.
    let mut twice_won: u128 = 0;
    let mut negatives_below: u128 = 0;
    for group in ascending_groups(positive, scores) {
        twice_won += u128::from(group.n_positive) * (2 * negatives_below + u128::from(group.n_negative));
        negatives_below += u128::from(group.n_negative);
    }
    Some(twice_won as f64 / 2.0 / (n_positive as f64 * n_negative as f64))
}

/// Average precision, `Σ (R_i − R_{i−1}) P_i` over distinct scores from the highest down, without
/// interpolation (as scikit-learn's `average_precision_score`). `None` without a positive row. O(n log n).
pub(crate) fn average_precision(positive: &[bool], scores: &[f64]) -> Option<f64> {
    let n_positive = positive.iter().filter(|p| **p).count();
    if n_positive == 0 {
        return None;
    }
    let mut found = 0u64;
    let mut called = 0u64;
    let mut area = 0.0;
    for group in ascending_groups(positive, scores).iter().rev() {
        found += group.n_positive;
        called += group.n_positive + group.n_negative;
        area += group.n_positive as f64 / n_positive as f64 * (found as f64 / called as f64);
    }
    Some(area)
}

/// Rows that share one score.
pub(crate) struct ScoreGroup {
    pub(crate) score: f64,
    pub(crate) n_positive: u64,
    pub(crate) n_negative: u64,
}

/// Rows grouped by equal score, from the lowest score up.
pub(crate) fn ascending_groups(positive: &[bool], scores: &[f64]) -> Vec<ScoreGroup> {
    let mut rows: Vec<(f64, bool)> = scores.iter().copied().zip(positive.iter().copied()).collect();
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut groups: Vec<ScoreGroup> = Vec::new();
    for (score, is_positive) in rows {
        if groups.last().is_none_or(|group| group.score != score) {
            groups.push(ScoreGroup { score, n_positive: 0, n_negative: 0 });
        }
        if let Some(group) = groups.last_mut() {
            if is_positive {
                group.n_positive += 1;
            } else {
                group.n_negative += 1;
            }
        }
    }
    groups
}
