use std::cell::Cell;
use std::collections::BTreeMap;

use super::*;

/// Keeps what it is given, and stops the search after so many candidates.
struct Kept {
    bytes: RefCell<BTreeMap<usize, Vec<u8>>>,
    n_recalled: Cell<usize>,
}

impl Memory for Kept {
    fn recall(&self, position: usize) -> Option<Vec<u8>> {
        let found = self.bytes.borrow().get(&position).cloned();
        self.n_recalled.set(self.n_recalled.get() + usize::from(found.is_some()));
        found
    }

    fn keep(&self, position: usize, bytes: &[u8]) {
        self.bytes.borrow_mut().insert(position, bytes.to_vec());
    }
}

/// What matters of an outcome: seconds differ.
fn told(outcome: &SearchOutcome) -> (Vec<u8>, Vec<(String, Vec<f64>)>) {
    let board = outcome.leaderboard.iter().map(|one| (one.learner.clone(), one.cv_scores.clone())).collect();
    (outcome.model.to_bytes(), board)
}

#[test]
fn a_search_that_was_stopped_goes_on_and_ends_the_same() {
    let table = binary(400, 0.0);
    let options = SearchOptions {
        drawn_max: 8,
        ensemble: true,
        ..only(&["logistic_regression", "gradient_boosting", "decision_tree"], Metric::RocAuc)
    };
    let whole = run(&table, &options).unwrap();
    let memory = Kept { bytes: RefCell::default(), n_recalled: Cell::new(0) };
    let search_until = |n_max: usize| {
        let cancel = CancelToken::new();
        let n_seen = Cell::new(0);
        let on_candidate = |_: &Candidate| {
            n_seen.set(n_seen.get() + 1);
            if n_seen.get() == n_max {
                cancel.cancel();
            }
        };
        let elapsed = || Duration::ZERO;
        let cx =
            SearchContext { elapsed: &elapsed, on_candidate: &on_candidate, memory: Some(&memory), ..quiet(&cancel) };
        search(&table.frame, &table.features, &table.target, &options, &cx)
    };
    assert!(matches!(search_until(4), Err(LearnError::Cancelled)));
    assert_eq!(memory.bytes.borrow().len(), 4);
    let resumed = search_until(usize::MAX).unwrap();
    assert_eq!(memory.n_recalled.get(), 4);
    assert_eq!(told(&resumed), told(&whole));

    // What is damaged or of other rows is fitted again.
    for bytes in memory.bytes.borrow_mut().values_mut().take(2) {
        bytes.truncate(bytes.len() / 2);
    }
    assert_eq!(told(&search_until(usize::MAX).unwrap()), told(&whole));
    let other = binary(300, 0.0);
    let cancel = CancelToken::new();
    let cx = SearchContext { memory: Some(&memory), ..quiet(&cancel) };
    let outcome = search(&other.frame, &other.features, &other.target, &options, &cx).unwrap();
    assert_eq!(told(&outcome), told(&run(&other, &options).unwrap()));
}
