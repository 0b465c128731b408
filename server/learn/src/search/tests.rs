use std::cell::RefCell;
use std::sync::{Arc, Mutex};

use mlwright_base::{NoProgress, Progress};

use super::*;
use crate::frame::{Column, FeatureKind};
use crate::target::encode;

mod ending;
mod finish;
mod limit;
mod memory;
mod preparation;

/// Whole numbers that look random, the same everywhere (SplitMix64).
fn noise(i: u64) -> f64 {
    let mut z = i.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

struct Table {
    frame: Frame,
    features: Vec<Feature>,
    target: EncodedTarget,
}

/// `n` rows with a number, a category with missing values, and a useless number.
fn columns(n: usize) -> (Frame, Vec<Feature>, Vec<f64>) {
    let tenure: Vec<f64> = (0..n).map(|i| (noise(i as u64) * 72.0).round()).collect();
    let plan: Vec<usize> = (0..n).map(|i| (noise(1_000_000 + i as u64) * 3.0) as usize).collect();
    let texts = |i: usize| (i % 17 != 3).then(|| Arc::from(["month", "year", "two years"][plan[i]]));
    let frame = Frame::new(vec![
        ("tenure".to_owned(), Column::Number(tenure.clone())),
        ("plan".to_owned(), Column::Text((0..n).map(texts).collect())),
        ("useless".to_owned(), Column::Number((0..n).map(|i| noise(2_000_000 + i as u64)).collect())),
    ])
    .unwrap();
    let features =
        [("tenure", FeatureKind::Numeric), ("plan", FeatureKind::Categorical), ("useless", FeatureKind::Numeric)]
            .map(|(name, kind)| Feature { name: name.to_owned(), kind });
    let margin = (0..n).map(|i| 1.5 - 0.06 * tenure[i] - 1.2 * plan[i] as f64).collect();
    (frame, features.to_vec(), margin)
}

fn table_of(n: usize, target: impl Fn(usize, f64) -> Column, task: Option<Task>) -> Table {
    let (frame, features, margin) = columns(n);
    let parts: Vec<Column> = (0..n).map(|i| target(i, margin[i])).collect();
    let column = match &parts[0] {
        Column::Number(_) => {
            Column::Number(parts.iter().map(|part| if let Column::Number(v) = part { v[0] } else { 0.0 }).collect())
        }
        _ => Column::Text(
            parts.iter().map(|part| if let Column::Text(v) = part { v[0].clone() } else { None }).collect(),
        ),
    };
    let target = encode("churn", &column, task, None).unwrap();
    Table { frame: frame.take(&target.rows), features, target }
}

fn text(value: &str) -> Column {
    Column::Text(vec![Some(Arc::from(value))])
}

/// Yes or no by chance, from log-odds that the columns explain, shifted by `shift`.
fn binary(n: usize, shift: f64) -> Table {
    let happens = move |i: usize, margin: f64| noise(3_000_000 + i as u64) < 1.0 / (1.0 + (-(margin + shift)).exp());
    table_of(n, move |i, margin| text(if happens(i, margin) { "Yes" } else { "No" }), None)
}

fn regression(n: usize) -> Table {
    table_of(
        n,
        |i, margin| Column::Number(vec![100.0 + 10.0 * margin + noise(4_000_000 + i as u64)]),
        Some(Task::Regression),
    )
}

/// A search that nobody follows, under a clock that stands.
fn quiet(cancel: &CancelToken) -> SearchContext<'_> {
    SearchContext {
        cancel,
        enough: None,
        progress: &NoProgress,
        elapsed: &|| Duration::ZERO,
        on_candidate: &|_| {},
        memory: None,
        memory_limit: None,
    }
}

fn run(table: &Table, options: &SearchOptions<'_>) -> Result<SearchOutcome, LearnError> {
    let cancel = CancelToken::new();
    let cx = quiet(&cancel);
    search(&table.frame, &table.features, &table.target, options, &cx)
}

fn only(learners: &[&str], metric: Metric) -> SearchOptions<'static> {
    let learners = learners.iter().map(|name| (*name).to_owned()).collect();
    SearchOptions { learners, ..SearchOptions::new(metric, Seed(42)) }
}

#[test]
fn a_search_chooses_refits_and_scores_once() {
    let table = binary(600, 0.0);
    let outcome = run(&table, &SearchOptions::new(Metric::RocAuc, Seed(42))).unwrap();
    let n_candidates: usize =
        learners::searched(Task::Binary).iter().map(|name| learners::variants(name, Task::Binary).len()).sum();
    assert_eq!(outcome.leaderboard.len(), n_candidates);
    let scores: Vec<f64> = outcome.leaderboard.iter().map(|candidate| candidate.cv_mean.unwrap()).collect();
    assert!(scores.is_sorted_by(|a, b| rounded(*a) >= rounded(*b)), "{scores:?}");
    assert!(
        outcome
            .leaderboard
            .iter()
            .all(|candidate| candidate.cv_scores.len() == FOLDS_DEFAULT && candidate.failure.is_none())
    );
    let best = &outcome.leaderboard[outcome.best];
    assert_eq!(best.learner, outcome.model.learner);
    assert_ne!(best.learner, BASELINE);
    // The columns were made to explain much; the noise keeps it from being perfect.
    assert!((0.8..0.97).contains(&outcome.test_metrics["roc_auc"]), "{:?}", outcome.test_metrics);
    assert_eq!(outcome.baseline_test_metrics["roc_auc"], 0.5);
    assert_eq!(outcome.baseline.learner, BASELINE);
    let (low, high) = outcome.test_intervals["roc_auc"];
    assert!(low < outcome.test_metrics["roc_auc"] && outcome.test_metrics["roc_auc"] < high);
    assert_eq!((outcome.test_rows.len(), outcome.train_rows.len()), (120, 480));
    assert_eq!(outcome.model.n_training_rows, 480);
    assert_eq!(outcome.model.target, "churn");
    assert_eq!((outcome.model.positive_class.as_deref(), outcome.model.threshold), (Some("Yes"), Some(0.5)));
    assert_eq!(
        outcome.split,
        "stratified by class: 120 of 600 rows (20 %) held out for the test, 5-fold cross-validation on the rest"
    );
    assert!(outcome.warnings.is_empty(), "{:?}", outcome.warnings);

    let test = table.frame.take(&outcome.test_rows);
    let predictions = outcome.model.predict(&test, &CancelToken::new()).unwrap();
    let again = metrics::compute_all(Task::Binary, &table.target.target.take(&outcome.test_rows), &predictions);
    assert_eq!(again, outcome.test_metrics);
}

#[test]
fn test_rows_do_not_touch_the_model() {
    let mut table = binary(600, 0.0);
    let options = only(&["logistic_regression", "gradient_boosting"], Metric::LogLoss);
    let before = run(&table, &options).unwrap();
    let (Some(Column::Number(tenure)), Some(Column::Text(plan))) =
        (table.frame.column("tenure"), table.frame.column("plan"))
    else {
        panic!()
    };
    let (mut tenure, mut plan) = (tenure.clone(), plan.clone());
    for &row in &before.test_rows {
        tenure[row] = 1e9;
        plan[row] = Some(Arc::from(format!("unheard of {row}")));
    }
    table.frame = table.frame.with_column("tenure", Column::Number(tenure)).with_column("plan", Column::Text(plan));
    let after = run(&table, &options).unwrap();
    assert_eq!(before.test_rows, after.test_rows);
    assert_eq!(before.leaderboard, after.leaderboard);
    assert_eq!(before.model.to_bytes(), after.model.to_bytes());
    assert_eq!(before.baseline.to_bytes(), after.baseline.to_bytes());
    assert_ne!(before.test_metrics, after.test_metrics);
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    for (table, metric) in [(binary(400, 0.0), Metric::RocAuc), (regression(400), Metric::Rmse)] {
        let on = |threads: usize, seed: u64| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| run(&table, &SearchOptions::new(metric, Seed(seed)))).unwrap()
        };
        let (one, four) = (on(1, 7), on(4, 7));
        assert_eq!(one.model.to_bytes(), four.model.to_bytes());
        assert_eq!(one, four);
        assert_ne!(one.test_rows, on(2, 8).test_rows);
    }
}

#[test]
fn several_classes_and_numbers_are_learned() {
    let kinds = |i: usize, margin: f64| {
        let moved = margin + noise(5_000_000 + i as u64);
        text(if moved > 0.5 {
            "high"
        } else if moved > -1.0 {
            "middle"
        } else {
            "low"
        })
    };
    let outcome = run(&table_of(600, kinds, None), &SearchOptions::new(Metric::LogLoss, Seed(1))).unwrap();
    assert_eq!(outcome.model.classes, ["high", "low", "middle"]);
    assert!(outcome.test_metrics["accuracy"] > 0.75, "{:?}", outcome.test_metrics);
    assert!(outcome.test_metrics["log_loss"] < 0.7 * outcome.baseline_test_metrics["log_loss"]);
    assert_eq!((outcome.model.threshold, outcome.model.positive_class), (None, None));

    let outcome = run(&regression(600), &SearchOptions::new(Metric::Rmse, Seed(1))).unwrap();
    // Uniform noise of width 1 has a standard deviation of 0.29; missing plans cost more.
    assert!(outcome.test_metrics["r2"] > 0.85, "{:?}", outcome.test_metrics);
    assert!(outcome.baseline_test_metrics["r2"].abs() < 0.1);
}

#[test]
fn early_stopping_sets_the_rounds_of_the_final_fit() {
    let table = binary(600, 0.0);
    let outcome = run(&table, &only(&["gradient_boosting"], Metric::LogLoss)).unwrap();
    let rounds = outcome.model.predictor.n_rounds().unwrap();
    let parameter =
        |candidate: &Candidate| candidate.parameters.iter().find(|(name, _)| name == "n_estimators").unwrap().1.clone();
    let most = parameter(&outcome.leaderboard[outcome.best]).as_u64().unwrap() as usize;
    assert!(rounds < most, "{rounds} of {most} rounds: noisy rows are soon learned by heart");
    assert_eq!(outcome.model.parameters["n_estimators"], rounds);
}

#[test]
fn the_threshold_is_chosen_for_metrics_of_labels() {
    let table = binary(900, -2.5);
    let f1 = |metric| {
        let outcome = run(&table, &only(&["logistic_regression"], metric)).unwrap();
        (outcome.model.threshold.unwrap(), outcome.test_metrics["f1"])
    };
    let (chosen, with_choice) = f1(Metric::F1);
    let (default, without) = f1(Metric::LogLoss);
    assert_eq!(default, 0.5);
    assert!(chosen < 0.45, "few rows are positive, so the cut is low: {chosen}");
    assert!(with_choice > without, "{with_choice} with a cut at {chosen}, {without} at one half");
}

#[test]
fn a_very_large_table_is_judged_on_one_part_unless_folds_are_asked_for() {
    // Many classes make it large: rows × columns × classes.
    let classes = |i: usize, _| text(&format!("c{}", (noise(7_000_000 + i as u64) * 100.0) as usize));
    let table = table_of(44_000, classes, None);
    let options = only(&["decision_tree"], Metric::Accuracy);
    let outcome = run(&table, &options).unwrap();
    assert!(outcome.split.ends_with("held out for the test, 7041 of the rest to choose by"), "{}", outcome.split);
    let best = &outcome.leaderboard[outcome.best];
    assert_eq!((best.cv_scores.len(), best.cv_mean, best.cv_std), (1, Some(best.cv_scores[0]), None));
    assert_eq!(outcome.model.n_training_rows, 35_195, "the final fit is on all of them");
    let folds = run(&table, &SearchOptions { folds: Some(2), ..options }).unwrap();
    assert_eq!(folds.leaderboard[folds.best].cv_scores.len(), 2);
}

#[test]
fn few_positives_do_not_decide_when_to_stop() {
    // 1,000 rows, few of them positive: an early-stopping part would hold three of them.
    let table = binary(1_000, -3.0);
    let Target::Class { codes, .. } = &table.target.target else { panic!() };
    let n_positive = codes.iter().filter(|&&code| code == 1).count();
    assert!((10..40).contains(&n_positive), "{n_positive}");
    let outcome = run(&table, &only(&["gradient_boosting"], Metric::RocAuc)).unwrap();
    let crate::Predictor::Trees(trees) = &outcome.model.predictor else { panic!() };
    assert_eq!(trees.n_rounds, Some(100));
}

#[test]
fn cancelling_keeps_nothing() {
    let table = binary(300, 0.0);
    for after in [0, 1, 2] {
        let cancel = CancelToken::new();
        let n_seen = RefCell::new(0);
        if after == 0 {
            cancel.cancel();
        }
        let on_candidate = |_: &Candidate| {
            *n_seen.borrow_mut() += 1;
            if *n_seen.borrow() == after {
                cancel.cancel();
            }
        };
        let cx = SearchContext { on_candidate: &on_candidate, ..quiet(&cancel) };
        let options = SearchOptions::new(Metric::RocAuc, Seed(1));
        assert_eq!(search(&table.frame, &table.features, &table.target, &options, &cx), Err(LearnError::Cancelled));
        assert_eq!(*n_seen.borrow(), after);
    }
}

#[test]
fn cancelling_within_a_fit_ends_it() {
    let table = binary(600, 0.0);
    let cancel = CancelToken::new();
    let progress = |progress: Progress| {
        if progress.message.starts_with("gradient_boosting") {
            cancel.cancel();
        }
    };
    let cx = SearchContext { progress: &progress, ..quiet(&cancel) };
    let options = SearchOptions::new(Metric::RocAuc, Seed(1));
    assert_eq!(search(&table.frame, &table.features, &table.target, &options, &cx), Err(LearnError::Cancelled));
}

#[test]
fn progress_never_goes_back_and_ends_at_its_total() {
    let table = binary(300, 0.0);
    let seen: Mutex<Vec<Progress>> = Mutex::default();
    let progress = |progress: Progress| seen.lock().unwrap().push(progress);
    let cancel = CancelToken::new();
    let cx = SearchContext { progress: &progress, ..quiet(&cancel) };
    let options = SearchOptions::new(Metric::RocAuc, Seed(1));
    let outcome = search(&table.frame, &table.features, &table.target, &options, &cx).unwrap();
    let seen = seen.into_inner().unwrap();
    let standings: Vec<&str> =
        seen.iter().map(|progress| progress.message.as_str()).filter(|message| message.contains(" tried, ")).collect();
    let n_of_learners = outcome.leaderboard.iter().filter(|one| one.learner != "weighted_ensemble").count();
    assert_eq!(standings.len(), n_of_learners, "the leaderboard is told after each candidate: {standings:?}");
    assert_eq!(standings[0], "1 tried, roc_auc: baseline 0.5000");
    assert!(seen.len() > 20 && seen.len() <= 220, "{} reports", seen.len());
    assert!(seen.windows(2).all(|pair| pair[0].done <= pair[1].done));
    assert_eq!(seen[seen.len() - 1].fraction(), Some(1.0));
}

#[test]
fn in_time_the_last_rows_are_the_test() {
    let table = binary(400, 0.0);
    // Rows are in the reverse order of time.
    let moments: Vec<i64> = (0..400).map(|i| 1000 - i).collect();
    let options =
        SearchOptions { split: SplitKind::TimeOrdered(&moments), ..only(&["logistic_regression"], Metric::RocAuc) };
    let outcome = run(&table, &options).unwrap();
    assert_eq!(outcome.test_rows, (0..80).collect::<Vec<_>>());
    assert!(outcome.split.starts_with("ordered in time: the last 80 of 400 rows (20 %)"), "{}", outcome.split);
    assert_eq!(outcome.leaderboard[0].cv_scores.len(), 5);
    let options = SearchOptions { split: SplitKind::TimeOrdered(&moments[1..]), ..options };
    assert!(matches!(run(&table, &options), Err(LearnError::Shape(_))));
}

#[test]
fn groups_stay_together_in_every_part() {
    let table = binary(400, 0.0);
    let groups: Vec<u32> = (0..400).map(|row| row * 7 % 40).collect();
    let options = SearchOptions {
        split: SplitKind::StratifiedGrouped(&groups),
        ..only(&["logistic_regression"], Metric::RocAuc)
    };
    let outcome = run(&table, &options).unwrap();
    let of = |rows: &[usize]| rows.iter().map(|&row| groups[row]).collect::<std::collections::HashSet<_>>();
    assert!(of(&outcome.test_rows).is_disjoint(&of(&outcome.train_rows)));
    assert!(outcome.split.starts_with("by whole groups, stratified by class: 80 of 400 rows"), "{}", outcome.split);
    let three: Vec<u32> = (0..400).map(|row| row % 4).collect();
    let outcome = run(&table, &SearchOptions { split: SplitKind::Grouped(&three), ..options.clone() }).unwrap();
    assert_eq!(outcome.leaderboard[0].cv_scores.len(), 3);
    assert!(
        outcome.warnings.iter().any(|one| one.contains("3 folds instead of 5: there are few groups")),
        "{:?}",
        outcome.warnings
    );
    let options = SearchOptions { split: SplitKind::Grouped(&groups[1..]), ..options };
    assert!(matches!(run(&table, &options), Err(LearnError::Shape(_))));
}

#[test]
fn few_rows_lower_the_folds_and_too_few_are_refused() {
    let with_positives =
        |n: usize, n_positive: usize| table_of(n, move |i, _| text(if i < n_positive { "Yes" } else { "No" }), None);
    let options = only(&["logistic_regression"], Metric::RocAuc);
    let outcome = run(&with_positives(40, 4), &options).unwrap();
    assert_eq!(outcome.leaderboard[0].cv_scores.len(), 3);
    let all = outcome.warnings.join("\n");
    assert!(all.contains("3 folds instead of 5: the smaller class has few rows"), "{all}");
    assert!(all.contains("only 8 test row(s)"), "{all}");

    let message = run(&with_positives(40, 2), &options).unwrap_err().to_string();
    assert!(message.contains("class \"Yes\" of \"churn\" has 2 row(s), expected at least 3"), "{message}");
    let message = run(&regression(5), &only(&["linear_regression"], Metric::Rmse)).unwrap_err().to_string();
    assert!(message.contains("5 row(s) have a target \"churn\", expected at least 6"), "{message}");
    let outcome = run(&regression(6), &only(&["linear_regression"], Metric::Rmse)).unwrap();
    assert!(outcome.warnings[0].contains("2 folds instead of 5: there are few rows"), "{:?}", outcome.warnings);
}

#[test]
fn rare_classes_of_several_are_warned_of() {
    let kinds = |i: usize, _: f64| {
        text(if i == 0 {
            "once"
        } else if i < 4 {
            "rare"
        } else {
            ["a", "b"][i % 2]
        })
    };
    let outcome = run(&table_of(120, kinds, None), &only(&["decision_tree"], Metric::LogLoss)).unwrap();
    let all = outcome.warnings.join("\n");
    assert!(all.contains("2 class(es) have fewer training rows than folds") && all.contains("\"once\" (1)"), "{all}");
    let ids = |i: usize, _: f64| text(&format!("id {}", i / 2));
    let error = run(&table_of(100, ids, None), &only(&["decision_tree"], Metric::LogLoss)).unwrap_err();
    assert!(matches!(error, LearnError::UnsuitableData { .. }), "{error:?}");
}

#[test]
fn columns_that_say_nothing_are_said_to() {
    let table = table_of(400, |i, _| text(if noise(6_000_000 + i as u64) < 0.5 { "Yes" } else { "No" }), None);
    let outcome = run(&table, &only(&["decision_tree"], Metric::LogLoss)).unwrap();
    assert_eq!(outcome.leaderboard[0].learner, BASELINE);
    assert!(outcome.best > 0 && outcome.model.learner == "decision_tree");
    assert!(
        outcome.warnings.iter().any(|warning| warning.starts_with("no learner beats the baseline")),
        "{:?}",
        outcome.warnings
    );
    let only_baseline = run(&table, &only(&[BASELINE], Metric::LogLoss)).unwrap();
    assert_eq!((only_baseline.best, only_baseline.model), (0, only_baseline.baseline));
}

#[test]
fn constant_columns_alone_cannot_be_learned_from() {
    let mut table = binary(100, 0.0);
    table.frame = Frame::new(vec![("tenure".to_owned(), Column::Number(vec![1.0; 100]))]).unwrap();
    table.features.truncate(1);
    let message = run(&table, &SearchOptions::new(Metric::RocAuc, Seed(1))).unwrap_err().to_string();
    assert!(
        message.contains("no learner could be fitted") && message.contains("every column is constant or empty"),
        "{message}"
    );
    table.features.clear();
    assert!(matches!(
        run(&table, &SearchOptions::new(Metric::RocAuc, Seed(1))),
        Err(LearnError::UnsuitableData { .. })
    ));
}

#[test]
fn one_constant_column_is_left_out_and_said() {
    let mut table = binary(200, 0.0);
    table.frame = table.frame.with_column("useless", Column::Number(vec![1.0; 200]));
    let outcome = run(&table, &only(&["logistic_regression"], Metric::RocAuc)).unwrap();
    assert!(
        outcome.warnings.iter().any(|warning| warning.ends_with("in the training rows: useless")),
        "{:?}",
        outcome.warnings
    );
}

#[test]
fn wrong_options_are_named() {
    let table = binary(100, 0.0);
    let parameter = |options: &SearchOptions<'_>| match run(&table, options) {
        Err(LearnError::Parameter { parameter, .. }) => parameter,
        other => panic!("{other:?}"),
    };
    assert_eq!(parameter(&SearchOptions::new(Metric::Rmse, Seed(1))), "metric");
    assert_eq!(parameter(&only(&["gradient_bosting"], Metric::RocAuc)), "learners");
    assert_eq!(parameter(&SearchOptions { folds: Some(1), ..SearchOptions::new(Metric::RocAuc, Seed(1)) }), "folds");
    assert_eq!(
        parameter(&SearchOptions { test_fraction: 1.0, ..SearchOptions::new(Metric::RocAuc, Seed(1)) }),
        "test_fraction"
    );
}

#[test]
fn values_that_do_not_fit_their_feature_end_the_search() {
    let mut table = binary(100, 0.0);
    table.features[1].kind = FeatureKind::Numeric;
    let error = run(&table, &SearchOptions::new(Metric::RocAuc, Seed(1))).unwrap_err();
    assert!(matches!(error, LearnError::Value { ref column, .. } if column == "plan"), "{error:?}");
}

fn tried(name: &str, complexity: (usize, usize), cv_mean: Option<f64>) -> Tried {
    Tried {
        candidate: Candidate {
            learner: name.to_owned(),
            parameters: Vec::new(),
            set: serde_json::Map::new(),
            cv_scores: Vec::new(),
            cv_mean,
            cv_std: None,
            fit_seconds: 0.0,
            failure: cv_mean.is_none().then(|| "failed".to_owned()),
        },
        spec: LearnerSpec::new(name),
        complexity,
        rounds: None,
        cut_short: false,
        threshold: None,
        outputs: Vec::new(),
        members: Vec::new(),
    }
}

/// A candidate with all its hyperparameters, as it is after a search.
pub(super) fn tried_with(spec: &LearnerSpec, cv_mean: Option<f64>) -> Tried {
    let parameters = learners::build(spec, Task::Binary, 1_000).expect("it builds").parameters();
    let mut one = tried(&spec.name, (0, 0), cv_mean);
    one.candidate.parameters = parameters;
    one.candidate.cv_scores = cv_mean.into_iter().collect();
    Tried { spec: spec.clone(), ..one }
}

#[test]
fn of_equal_scores_the_simpler_learner_wins() {
    let ranked = |metric| {
        let mut all = [
            tried("failed", (0, 0), None),
            tried("strong", (3, 1), Some(0.5 + 1e-13)),
            tried("simple variant", (1, 5), Some(0.5)),
            tried("simple", (1, 2), Some(0.5)),
            tried("high", (2, 3), Some(0.6)),
        ];
        rank(&mut all, metric);
        all.map(|tried| tried.candidate.learner)
    };
    assert_eq!(ranked(Metric::RocAuc), ["high", "simple", "simple variant", "strong", "failed"]);
    assert_eq!(ranked(Metric::LogLoss), ["simple", "simple variant", "strong", "high", "failed"]);
}

#[test]
fn a_table_that_does_not_fit_its_target_is_refused() {
    let mut table = binary(100, 0.0);
    table.frame = table.frame.take(&[0, 1, 2]);
    assert!(matches!(run(&table, &SearchOptions::new(Metric::RocAuc, Seed(1))), Err(LearnError::Shape(_))));
}

#[test]
fn drawn_candidates_race_and_the_best_are_mixed() {
    let table = binary(500, 0.0);
    let options = SearchOptions {
        drawn_max: 8,
        ensemble: true,
        ..only(&["logistic_regression", "gradient_boosting", "random_forest"], Metric::LogLoss)
    };
    let outcome = run(&table, &options).unwrap();
    let n_queued: usize = [BASELINE, "logistic_regression", "gradient_boosting", "random_forest"]
        .iter()
        .map(|name| learners::variants(name, Task::Binary).len())
        .sum();
    let n_alone = outcome.leaderboard.iter().filter(|candidate| candidate.learner != ENSEMBLE).count();
    assert_eq!(n_alone, n_queued + 8, "patience is longer than eight");
    let given_up: Vec<&Candidate> =
        outcome.leaderboard.iter().filter(|candidate| candidate.cv_mean.is_none()).collect();
    assert!(!given_up.is_empty() && given_up.iter().all(|candidate| candidate.cv_scores.len() == 1));
    assert!(
        given_up
            .iter()
            .all(|candidate| candidate.failure.as_ref().is_some_and(|why| why.starts_with("given up after")))
    );
    assert!(
        given_up.iter().all(|candidate| !learners::build(&LearnerSpec::new(&candidate.learner), Task::Binary, 400)
            .unwrap()
            .parameters()
            .eq(&candidate.parameters)),
        "defaults are never given up"
    );

    let best = &outcome.leaderboard[0];
    assert_eq!((best.learner.as_str(), outcome.best, outcome.model.learner.as_str()), (ENSEMBLE, 0, ENSEMBLE));
    assert!(best.cv_mean < outcome.leaderboard[1].cv_mean, "log loss: less is better");
    let members = best.parameters[0].1.as_array().expect("a list").clone();
    let weights: f64 = members.iter().map(|member| member["weight"].as_f64().unwrap()).sum();
    assert!(members.len() > 1 && (weights - 1.0).abs() < 1e-12, "{members:?}");

    // It is saved and explained like any other.
    let model = Model::from_bytes(&outcome.model.to_bytes()).expect("it loads");
    assert_eq!(model, outcome.model);
    let again = run(&table, &options).unwrap();
    assert_eq!(again.model.to_bytes(), model.to_bytes());
    let frame = table.frame.take(&outcome.test_rows);
    let reader = crate::prepare::FrameReader::new(&frame, &model.features).unwrap();
    let Predictions::Classes { probabilities, .. } = model.predict(&frame, &CancelToken::new()).unwrap() else {
        panic!()
    };
    let mut values = Vec::new();
    for row in 0..20 {
        reader.read(row, &mut values);
        let explained = model.explain_row(&values).expect("all members have contributions");
        assert!(
            (explained.margin - probabilities[[row, 1]]).abs() < 1e-9,
            "{} {}",
            explained.margin,
            probabilities[[row, 1]]
        );
    }
}

#[test]
fn a_mixture_of_numbers_is_explained_to_the_number() {
    let table = regression(400);
    let options = SearchOptions {
        drawn_max: 3,
        ensemble: true,
        ..only(&["linear_regression", "random_forest", "gradient_boosting"], Metric::Rmse)
    };
    let outcome = run(&table, &options).unwrap();
    let frame = table.frame.take(&outcome.test_rows);
    let Predictions::Numbers(numbers) = outcome.model.predict(&frame, &CancelToken::new()).unwrap() else { panic!() };
    let reader = crate::prepare::FrameReader::new(&frame, &outcome.model.features).unwrap();
    let mut values = Vec::new();
    reader.read(3, &mut values);
    let explained = outcome.model.explain_row(&values).unwrap();
    assert!((explained.margin - numbers[3]).abs() < 1e-9 * numbers[3].abs());
    let ranked: Vec<f64> = outcome.leaderboard.iter().filter_map(|candidate| candidate.cv_mean).collect();
    assert!(ranked.is_sorted_by(|a, b| rounded(*a) <= rounded(*b)), "{ranked:?}");
}
