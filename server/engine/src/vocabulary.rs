//! The words that requests choose from, for whoever offers them while a request is written.

use mlwright_learn::{Metric, Task, learners};

const TASKS: [Task; 3] = [Task::Binary, Task::Multiclass, Task::Regression];

/// The names of all metrics, each once: those of two classes first, those of numbers last.
#[must_use]
pub fn metrics() -> Vec<&'static str> {
    once(TASKS.into_iter().flat_map(Metric::all_for).map(Metric::name))
}

/// The names of all learners, each once.
#[must_use]
pub fn learner_names() -> Vec<&'static str> {
    once(TASKS.into_iter().flat_map(learners::all))
}

fn once(names: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut known = Vec::new();
    for name in names {
        if !known.contains(&name) {
            known.push(name);
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_there_once() {
        let metrics = metrics();
        assert!(metrics.contains(&"roc_auc") && metrics.contains(&"rmse"));
        assert!(metrics.iter().all(|name| Metric::parse(name).is_ok()));
        assert_eq!(metrics.iter().filter(|name| **name == "log_loss").count(), 1);
        assert!(learner_names().contains(&"gradient_boosting"));
    }
}
