//! Area under the ROC curve.

/// The area under the ROC curve of rows that come in groups of equal score: `(score, positives,
/// negatives)`; ties count half (Hanley & McNeil 1982), as `sklearn.metrics.roc_auc_score`.
/// `None` without a positive or without a negative row. Sorts the groups.
#[must_use]
pub fn roc_auc_of_groups(groups: &mut [(f64, f64, f64)]) -> Option<f64> {
    groups.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut negatives_below, mut pairs_won) = (0.0, 0.0);
    let (mut positives, mut negatives) = (0.0, 0.0);
    let mut start = 0;
    while start < groups.len() {
        let mut end = start;
        let (mut p, mut n) = (0.0, 0.0);
        while end < groups.len() && groups[end].0 == groups[start].0 {
            p += groups[end].1;
            n += groups[end].2;
            end += 1;
        }
        pairs_won += p * (negatives_below + n / 2.0);
        negatives_below += n;
        positives += p;
        negatives += n;
        start = end;
    }
    (positives > 0.0 && negatives > 0.0).then(|| pairs_won / (positives * negatives))
}
