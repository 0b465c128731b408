use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

#[test]
fn a_candidate_that_takes_too_much_is_given_up_and_the_others_are_tried() {
    let table = binary(3_000, 0.0);
    // What the system would tell: too much while the second learner works.
    let is_too_much = AtomicBool::new(false);
    let resident = || Some(if is_too_much.load(Ordering::Relaxed) { 3 << 20 } else { 1 << 20 });
    let on_candidate = |candidate: &Candidate| {
        is_too_much.store(candidate.learner == "decision_tree" && candidate.set.is_empty(), Ordering::Relaxed);
    };
    let cancel = CancelToken::new();
    let memory_limit = Some(MemoryLimit { bytes: 2 << 20, resident: &resident });
    let cx = SearchContext { on_candidate: &on_candidate, memory_limit, ..quiet(&cancel) };
    let options = only(&["decision_tree", "gradient_boosting", "logistic_regression"], Metric::RocAuc);
    let outcome = search(&table.frame, &table.features, &table.target, &options, &cx).unwrap();
    let of = |learner: &str| {
        outcome
            .leaderboard
            .iter()
            .filter(|one| one.learner == learner)
            .map(|one| one.failure.clone())
            .collect::<Vec<_>>()
    };
    // Its variants come later, and by then there is room again.
    let boosting = of("gradient_boosting");
    let given_up: Vec<&String> = boosting.iter().flatten().collect();
    assert_eq!(given_up.len(), 1, "{boosting:?}");
    assert!(given_up[0].contains("more than the 2 MB of memory"), "{given_up:?}");
    assert!(of("decision_tree").iter().chain(&of("logistic_regression")).all(Option::is_none));
}
