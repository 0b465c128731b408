//! A search that ends before it is done: by its budget, or because somebody asked.

use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

#[test]
fn the_budget_cuts_after_the_first_learner_and_is_said() {
    let table = binary(300, 0.0);
    let cancel = CancelToken::new();
    let seen = RefCell::new(Vec::new());
    let cx = SearchContext {
        elapsed: &|| Duration::from_secs(5),
        on_candidate: &|candidate| seen.borrow_mut().push(candidate.learner.clone()),
        ..quiet(&cancel)
    };
    let options = SearchOptions { budget: Some(Duration::from_secs(1)), ..SearchOptions::new(Metric::RocAuc, Seed(1)) };
    let outcome = search(&table.frame, &table.features, &table.target, &options, &cx).unwrap();
    assert_eq!(*seen.borrow(), ["baseline", "decision_tree"]);
    assert_eq!((outcome.leaderboard.len(), outcome.model.learner.as_str()), (2, "decision_tree"));
    let warning = &outcome.warnings[0];
    assert!(
        warning.starts_with("the budget of 1 s ended the search after 2 of ")
            && warning.contains("gradient_boosting, logistic_regression"),
        "{warning}"
    );
}

#[test]
fn a_search_that_is_ended_on_request_keeps_the_best_so_far() {
    let table = binary(600, 0.0);
    let (cancel, enough) = (CancelToken::new(), CancelToken::new());
    let on_candidate = |candidate: &Candidate| {
        if candidate.learner == "gradient_boosting" {
            enough.cancel();
        }
    };
    let cx = SearchContext { enough: Some(&enough), on_candidate: &on_candidate, ..quiet(&cancel) };
    let options = SearchOptions::new(Metric::RocAuc, Seed(1));
    let outcome = search(&table.frame, &table.features, &table.target, &options, &cx).unwrap();
    assert_eq!(outcome.leaderboard.len(), 3, "what was tried before the request: {:?}", outcome.leaderboard);
    assert_eq!(outcome.model.learner, outcome.leaderboard[0].learner);
    assert!(outcome.test_metrics["roc_auc"] > 0.6, "{:?}", outcome.test_metrics);
    assert!(outcome.warnings[0].starts_with("a request ended the search after 3 of "), "{:?}", outcome.warnings);
}

#[test]
fn a_request_to_end_waits_for_a_first_score() {
    let table = binary(300, 0.0);
    let (cancel, enough) = (CancelToken::new(), CancelToken::new());
    enough.cancel();
    let cx = SearchContext { enough: Some(&enough), ..quiet(&cancel) };
    let options = SearchOptions::new(Metric::RocAuc, Seed(1));
    let outcome = search(&table.frame, &table.features, &table.target, &options, &cx).unwrap();
    assert_eq!((outcome.leaderboard.len(), outcome.model.learner.as_str()), (2, "decision_tree"));
}

#[test]
fn a_request_ends_a_fit_that_is_under_way() {
    let table = binary(600, 0.0);
    let (cancel, enough) = (CancelToken::new(), CancelToken::new());
    // Asked for at a look at the clock that falls within a fit.
    let looks = AtomicU64::new(0);
    let elapsed = || {
        if looks.fetch_add(1, Ordering::Relaxed) == 60 {
            enough.cancel();
        }
        Duration::ZERO
    };
    let cx = SearchContext { enough: Some(&enough), elapsed: &elapsed, ..quiet(&cancel) };
    let options = only(&["logistic_regression", "gradient_boosting"], Metric::RocAuc);
    let outcome = search(&table.frame, &table.features, &table.target, &options, &cx).unwrap();
    assert!(outcome.leaderboard.iter().all(|candidate| candidate.failure.is_none()), "{:?}", outcome.leaderboard);
    let said = |start: &str| outcome.warnings.iter().any(|warning| warning.starts_with(start));
    assert!(said("the fit of") && said("a request ended the search"), "{:?}", outcome.warnings);
    assert!(outcome.leaderboard.len() < 10);
}

#[test]
fn the_budget_ends_a_fit_that_is_under_way() {
    let table = binary(600, 0.0);
    let cancel = CancelToken::new();
    // Each look at the clock is a millisecond: the defaults fit into the budget, not all variants do.
    let clock = AtomicU64::new(0);
    let elapsed = || Duration::from_millis(clock.fetch_add(1, Ordering::Relaxed));
    let cx = SearchContext { elapsed: &elapsed, ..quiet(&cancel) };
    let options = SearchOptions {
        budget: Some(Duration::from_millis(60)),
        ..only(&["logistic_regression", "gradient_boosting"], Metric::RocAuc)
    };
    let outcome = search(&table.frame, &table.features, &table.target, &options, &cx).unwrap();
    assert!(
        outcome.leaderboard.iter().all(|candidate| candidate.failure.is_none()),
        "what was given up or cut short did not fail"
    );
    assert!(outcome.warnings.iter().any(|warning| warning.contains("the budget of 0.06 s")), "{:?}", outcome.warnings);
    assert!(outcome.leaderboard.len() < 10);
}
