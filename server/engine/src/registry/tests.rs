use std::thread;

use mlwright_base::system::files;
use mlwright_base::{ErrorCode, RunId};
use mlwright_learn::Metric;
use mlwright_store::StoreError;

use super::lab::{Lab, Recipe};
use super::{AliasChange, GateCheck, ModelVersion, RegisterModelRequest, SetAliasRequest, TestModelRequest, TestReport};
use crate::tracking::record::RUNS;
use crate::tracking::{Run, RunStatus};

/// A version that learned next to nothing: the columns that tell are left out.
const WORSE: Recipe<'_> = Recipe { table: "people.csv", target: "churn", learner: "decision_tree", metric: None, exclude: &["months", "calls", "spend"], seed: 42, test_fraction: 0.25 };

fn request(name: &str, alias: &str, version: u64) -> SetAliasRequest {
    SetAliasRequest { name: name.to_owned(), alias: alias.to_owned(), version, override_reason: None }
}

fn champion(lab: &Lab, name: &str) -> Option<u64> {
    lab.engine.get_model(name).unwrap().model.aliases.get("champion").copied()
}

fn test(lab: &Lab, model: &str) -> TestReport {
    lab.engine.test_model(&lab.call(), &TestModelRequest { model: model.to_owned() }).unwrap()
}

fn failed(report: &TestReport) -> Vec<&str> {
    report.checks.iter().filter(|check| !check.passed).map(|check| check.name.as_str()).collect()
}

#[test]
fn a_version_is_a_copy_that_lives_on_its_own() {
    let lab = Lab::new();
    let run_id = lab.train(&Recipe::default());
    let version = lab.register("churn", &run_id);
    assert_eq!((version.version, version.uri()), (1, "models:/churn/1".to_owned()));
    assert_eq!((version.target.as_str(), version.learner.as_str(), version.metric.as_str()), ("churn", "decision_tree", "roc_auc"));
    let run = lab.engine.run(run_id.as_str()).unwrap();
    assert_eq!(version.test_metrics["roc_auc"], run.metrics["test_roc_auc"]);
    assert_eq!(version.baseline_metrics["roc_auc"], run.metrics["baseline_test_roc_auc"]);
    let of_run: Vec<_> = lab.engine.artifacts.list(&Run::artifact_folder(&run_id)).unwrap();
    let copied: Vec<_> = lab.engine.artifacts.list("models/churn/1").unwrap();
    assert!(copied.len() >= 5 && copied.iter().all(|file| of_run.contains(file)), "{copied:?}");
    assert!(!copied.iter().any(|file| file.path == "leaderboard.json"), "only what a version needs");
    // The run's own files may go.
    assert!(lab.engine.artifacts.remove(&Run::artifact_folder(&run_id)).unwrap());
    assert!(test(&lab, "models:/churn/latest").passed);
    let lineage = lab.engine.lineage("models:/churn/1").unwrap();
    let upstream: Vec<&str> = lineage.upstream.iter().map(|link| link.from.as_str()).collect();
    assert_eq!(upstream, [format!("run:{run_id}").as_str(), "table:people.csv"]);
}

#[test]
fn the_same_run_is_the_same_version_and_another_run_the_next() {
    let lab = Lab::new();
    let (first, second) = (lab.train(&Recipe::default()), lab.train(&WORSE));
    let once = lab.register("churn", &first);
    let again = lab
        .engine
        .register_model(&lab.call(), &RegisterModelRequest { run_id: first.to_string(), name: "churn".to_owned() })
        .unwrap();
    assert!(again.already_registered);
    assert_eq!(again.version, once);
    assert_eq!(lab.register("churn", &second).version, 2);
    assert_eq!(lab.register("other", &first).version, 1, "another name has versions of its own");
    let names: Vec<String> = lab.engine.list_models().unwrap().into_iter().map(|line| line.name).collect();
    assert_eq!(names, ["churn", "other"]);
    let versions: Vec<u64> = lab.engine.get_model("churn").unwrap().versions.iter().map(|one| one.version.version).collect();
    assert_eq!(versions, [2, 1]);
}

#[test]
fn what_cannot_be_registered_is_refused() {
    let lab = Lab::new();
    let run_id = lab.train(&Recipe::default());
    let refused = |run_id: &str, name: &str| {
        let request = RegisterModelRequest { run_id: run_id.to_owned(), name: name.to_owned() };
        let problem = lab.engine.register_model(&lab.call(), &request).unwrap_err();
        (problem.code, problem.field)
    };
    assert_eq!(refused("nowhere", "churn"), (ErrorCode::NotFound, "run_id".to_owned()));
    assert_eq!(refused(run_id.as_str(), "../churn"), (ErrorCode::InvalidArgument, "name".to_owned()));
    lab.engine
        .store
        .write::<_, StoreError>(|tx| {
            tx.modify::<Run, StoreError>(RUNS, run_id.as_str(), 1, |run| {
                run.status = RunStatus::Failed;
                Ok(())
            })
        })
        .unwrap();
    assert_eq!(refused(run_id.as_str(), "churn"), (ErrorCode::Conflict, "run_id".to_owned()));
    assert!(lab.engine.list_models().unwrap().is_empty());
    assert_eq!(lab.engine.get_model("churn").unwrap_err().code, ErrorCode::NotFound);
}

#[test]
fn a_registration_that_was_cut_off_is_taken_up() {
    let lab = Lab::new();
    let (first, second) = (lab.train(&Recipe::default()), lab.train(&WORSE));
    // Cut off after the intent.
    assert_eq!(lab.engine.begin_registration("churn", &first).unwrap(), 1);
    assert!(lab.engine.list_models().unwrap().is_empty(), "nothing is reported as done");
    assert_eq!(lab.register("churn", &second).version, 2, "others go on meanwhile");
    assert_eq!(lab.register("churn", &first).version, 1);
    // Cut off after the files were put in place.
    let number = lab.engine.begin_registration("other", &first).unwrap();
    let run = lab.engine.run(first.as_str()).unwrap();
    lab.engine.copy_version(&lab.call(), &run, "other", number).unwrap();
    assert_eq!(lab.register("other", &first).version, 1);
    assert!(test(&lab, "models:/other/1").passed);
    assert_eq!(lab.engine.get_model("churn").unwrap().model.latest_version, 2);
}

#[test]
fn files_of_another_model_are_not_taken_for_the_versions() {
    let lab = Lab::new();
    let (first, second) = (lab.train(&Recipe::default()), lab.train(&WORSE));
    lab.register("churn", &first);
    // As if metadata.db had been removed and the artifacts kept.
    let run = lab.engine.run(second.as_str()).unwrap();
    let problem = lab.engine.copy_version(&lab.call(), &run, "churn", 1).unwrap_err();
    assert_eq!(problem.code, ErrorCode::Conflict, "{problem:?}");
}

#[test]
fn many_who_register_one_run_get_one_version() {
    let lab = Lab::new();
    let run_id = lab.train(&Recipe::default());
    let versions: Vec<ModelVersion> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| lab.register("churn", &run_id))).collect();
        threads.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(versions.iter().all(|version| version.version == 1), "{versions:?}");
    assert_eq!(lab.engine.get_model("churn").unwrap().versions.len(), 1);
}

#[test]
fn a_sound_model_passes_its_test() {
    let lab = Lab::new();
    for (name, recipe) in [
        ("churn", Recipe::default()),
        ("spend", Recipe { target: "spend", ..Recipe::default() }),
        ("plan", Recipe { target: "plan", ..Recipe::default() }),
    ] {
        let version = lab.version(name, &recipe);
        let report = test(&lab, &version.uri());
        assert!(report.passed, "{name}: {report:?}");
        assert_eq!(report.checks.len(), 6);
        assert!(report.n_rows_compared > 100, "{name}: {report:?}");
        assert!(report.latency_ms_p50.unwrap() > 0.0 && report.latency_ms_p99 >= report.latency_ms_p50);
        let kept = lab.engine.get_model(name).unwrap().versions.remove(0).test;
        assert_eq!(kept, Some(report), "the report is kept");
        let of_run = test(&lab, &format!("runs:/{}/model", version.run_id));
        assert!(of_run.passed, "{of_run:?}");
    }
    assert_eq!(
        lab.engine.test_model(&lab.call(), &TestModelRequest { model: "models:/nowhere/1".to_owned() }).unwrap_err().code,
        ErrorCode::NotFound
    );
}

#[test]
fn damaged_and_missing_files_fail_the_test() {
    let lab = Lab::new();
    lab.version("churn", &Recipe::default());
    let model = lab.artifact("models/churn/1/model/model.mlw");
    let sound = files::read(&model).unwrap();
    let mut damaged = sound.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    files::write_atomic(&model, &damaged).unwrap();
    let report = test(&lab, "models:/churn/1");
    assert_eq!((report.passed, failed(&report)), (false, vec!["file_intact"]), "{report:?}");

    // A whole model, but not the one that was registered.
    let other = lab.train(&WORSE);
    let other = lab.artifact(&format!("runs/{other}/model/model.mlw"));
    files::write_atomic(&model, &files::read(&other).unwrap()).unwrap();
    let report = test(&lab, "models:/churn/1");
    assert_eq!(failed(&report), ["file_intact"], "{report:?}");
    assert!(report.checks[1].reason.contains("was registered"), "{report:?}");

    files::write_atomic(&model, &sound).unwrap();
    let example = lab.artifact("models/churn/1/model/input_example.json");
    files::write_atomic(&example, br#"{"dataframe_records": [{"months": 1}]}"#).unwrap();
    assert!(failed(&test(&lab, "models:/churn/1")).contains(&"example_answers"));
    files::remove_file(&example).unwrap();
    assert_eq!(failed(&test(&lab, "models:/churn/1")), ["files_complete"]);
    let problem = lab.engine.set_alias(&lab.call(), &request("churn", "champion", 1)).unwrap_err();
    assert!(problem.message.contains("passes_test_model"), "{problem:?}");
}

#[test]
fn the_gate_lets_the_better_pass_and_refuses_the_worse() {
    let lab = Lab::new();
    lab.version("churn", &Recipe::default());
    let moved = lab.engine.set_alias(&lab.call(), &request("churn", "champion", 1)).unwrap();
    assert!(moved.change.moved && moved.guarded && !moved.overridden);
    let checks: Vec<&str> = moved.change.checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(checks, ["beats_baseline", "not_worse_than_champion", "passes_test_model"]);
    assert_eq!(champion(&lab, "churn"), Some(1));

    let worse = lab.version("churn", &WORSE);
    let problem = lab.engine.set_alias(&lab.call(), &request("churn", "champion", 2)).unwrap_err();
    assert_eq!((problem.code, problem.field.as_str()), (ErrorCode::GateRefused, "version"));
    assert!(problem.message.contains("not_worse_than_champion: roc_auc"), "{problem:?}");
    assert!(problem.message.contains("of version 1 on the same 151 test rows"), "{problem:?}");
    assert!(!problem.message.contains("may have learned"), "both held out the same rows: {problem:?}");
    assert_eq!(champion(&lab, "churn"), Some(1), "the alias stays");
    let run = lab.engine.run(worse.run_id.as_str()).unwrap();
    assert_eq!(run.tags["mlwright.test_rows_opened"], "1", "the gate's look at the held-out rows is written down");

    let empty = SetAliasRequest { override_reason: Some("  ".to_owned()), ..request("churn", "champion", 2) };
    assert_eq!(lab.engine.set_alias(&lab.call(), &empty).unwrap_err().field, "override_reason");
    let reason = Some("the regulator forbids the other".to_owned());
    let forced = SetAliasRequest { override_reason: reason.clone(), ..request("churn", "champion", 2) };
    let forced = lab.engine.set_alias(&lab.call(), &forced).unwrap();
    assert!(forced.overridden && forced.change.moved);
    assert_eq!(champion(&lab, "churn"), Some(2));

    let history: Vec<(u64, bool, Option<u64>, Option<String>)> = lab
        .engine
        .get_model("churn")
        .unwrap()
        .alias_history
        .into_iter()
        .map(|change| {
            assert_eq!((change.actor.name.as_str(), change.alias.as_str()), ("ada", "champion"));
            (change.to_version, change.moved, change.from_version, change.override_reason)
        })
        .collect();
    assert_eq!(history, [(2, true, Some(1), reason), (2, false, Some(1), None), (1, true, None, None)]);
}

/// What the gate says of a worse version that chose its own metric, `r2`, behind a champion by `rmse`.
/// The tolerance is more than they differ in `r2` and less than in `rmse`.
fn judged(use_case: &str) -> GateCheck {
    let lab = Lab::with_settings(&format!("{use_case}\n[gate]\ntolerance = 2.0\n"));
    let spend = Recipe { target: "spend", metric: Some(Metric::Rmse), ..Recipe::default() };
    lab.version("spend", &spend);
    lab.engine.set_alias(&lab.call(), &request("spend", "champion", 1)).unwrap();
    lab.version("spend", &Recipe { metric: Some(Metric::R2), exclude: &["months", "calls"], ..spend });
    // Whether the other checks let it pass does not matter here.
    let _ = lab.engine.set_alias(&lab.call(), &request("spend", "champion", 2));
    let attempt = lab.engine.get_model("spend").unwrap().alias_history.remove(0);
    attempt.checks.into_iter().find(|check| check.name == "not_worse_than_champion").unwrap()
}

#[test]
fn a_challenger_does_not_choose_what_it_is_judged_by() {
    let check = judged("");
    assert!(!check.passed && check.reason.starts_with("rmse ") && check.reason.contains(" and r2 "), "{check:?}");
    assert!(check.reason.contains("the metrics of both versions count"), "{check:?}");
    let case = |table: &str, metric: &str| judged(&format!("[use_case]\ntable = {table:?}\ntarget = \"spend\"\nmetric = {metric:?}\n"));
    let check = case("./people.csv", "rmse");
    assert!(!check.passed && check.reason.starts_with("rmse ") && !check.reason.contains("r2"), "{check:?}");
    let check = case("people.csv", "r2");
    assert!(check.passed && check.reason.starts_with("r2 ") && !check.reason.contains("rmse"), "the metric of the use case decides alone: {check:?}");
    for check in [case("other.csv", "r2"), case("people.csv", "roc_auc")] {
        assert!(!check.passed && check.reason.contains("rmse") && check.reason.contains("r2"), "not about this table or task: {check:?}");
    }
    let check = case("people.csv", "rsme");
    assert!(!check.passed && check.reason.contains("use_case.metric") && check.reason.contains("rmse"), "{check:?}");
}

#[test]
fn a_challenger_with_few_test_rows_is_refused() {
    let lab = Lab::new();
    lab.version("churn", &Recipe::default());
    lab.engine.set_alias(&lab.call(), &request("churn", "champion", 1)).unwrap();
    let few = lab.version("churn", &Recipe { test_fraction: 0.05, ..Recipe::default() });
    let problem = lab.engine.set_alias(&lab.call(), &request("churn", "champion", 2)).unwrap_err();
    assert!(problem.message.contains("fewer than half of the 151 of version 1"), "{problem:?}");
    assert!(problem.message.contains("train with a larger test_fraction"), "{problem:?}");
    let run = lab.engine.run(few.run_id.as_str()).unwrap();
    assert!(!run.tags.contains_key("mlwright.test_rows_opened"), "its held-out rows were not looked at");
    lab.version("churn", &Recipe { test_fraction: 0.15, ..Recipe::default() });
    let reason = match lab.engine.set_alias(&lab.call(), &request("churn", "champion", 3)) {
        Ok(_) => String::new(),
        Err(problem) => problem.message,
    };
    assert!(!reason.contains("fewer than half"), "{reason}");
}

#[test]
fn a_champion_that_may_know_the_test_rows_is_said() {
    let lab = Lab::new();
    lab.version("churn", &Recipe::default());
    lab.engine.set_alias(&lab.call(), &request("churn", "champion", 1)).unwrap();
    lab.version("churn", &Recipe { seed: 7, ..WORSE });
    let problem = lab.engine.set_alias(&lab.call(), &request("churn", "champion", 2)).unwrap_err();
    assert!(problem.message.contains("version 1 may have learned from some of these rows"), "{problem:?}");
}

#[test]
fn models_that_cannot_be_compared_are_refused_with_the_reason() {
    let lab = Lab::new();
    lab.version("m", &Recipe::default());
    lab.engine.set_alias(&lab.call(), &request("m", "champion", 1)).unwrap();
    lab.version("m", &Recipe { target: "spend", ..Recipe::default() });
    let problem = lab.engine.set_alias(&lab.call(), &request("m", "champion", 2)).unwrap_err();
    assert!(problem.message.contains("version 1 predicts \"churn\", version 2 predicts \"spend\""), "{problem:?}");

    // The champion wants a column that the challenger's table no longer has.
    lab.put("people.csv", &super::lab::people(0, 600).replacen("calls", "contacts", 1));
    lab.version("m", &Recipe::default());
    let problem = lab.engine.set_alias(&lab.call(), &request("m", "champion", 3)).unwrap_err();
    assert!(problem.message.contains("version 1 cannot be scored on the test rows of version 3"), "{problem:?}");
    assert!(problem.message.contains("calls"), "{problem:?}");
}

#[test]
fn bounds_of_the_settings_are_kept() {
    let lab = Lab::with_settings("[gate.metrics]\nroc_auc = \">= 0.9999\"\nrmse = \"<= 1\"\naccuracy = \">= 0.1\"\n");
    lab.version("churn", &Recipe::default());
    let problem = lab.engine.set_alias(&lab.call(), &request("churn", "champion", 1)).unwrap_err();
    assert!(problem.message.contains("metric:roc_auc: roc_auc 0."), "{problem:?}");
    assert!(problem.message.contains("asked for >= 0.9999"), "{problem:?}");
    assert!(!problem.message.contains("rmse") && !problem.message.contains("accuracy"), "{problem:?}");
    let unknown = Lab::with_settings("[gate.metrics]\nroc_acu = \">= 0.1\"\n");
    unknown.version("churn", &Recipe::default());
    let problem = unknown.engine.set_alias(&unknown.call(), &request("churn", "champion", 1)).unwrap_err();
    assert!(problem.message.contains("roc_auc"), "a misspelt metric is not passed over: {problem:?}");
}

#[test]
fn other_aliases_move_freely() {
    let lab = Lab::new();
    lab.version("churn", &WORSE);
    let moved = lab.engine.set_alias(&lab.call(), &request("churn", "candidate", 1)).unwrap();
    assert!(moved.change.moved && !moved.guarded && moved.change.checks.is_empty());
    assert_eq!(lab.engine.resolve_model("models:/churn@candidate").unwrap().version, Some(1));
    let again = lab.engine.set_alias(&lab.call(), &request("churn", "candidate", 1)).unwrap();
    assert!(again.already_there && !again.change.moved);
    assert_eq!(lab.engine.get_model("churn").unwrap().alias_history.len(), 2, "every attempt is recorded");
}

#[test]
fn wrong_names_are_answered() {
    let lab = Lab::new();
    lab.version("churn", &Recipe::default());
    let refused = |name: &str, alias: &str, version: u64| {
        let problem = lab.engine.set_alias(&lab.call(), &request(name, alias, version)).unwrap_err();
        (problem.code, problem.field, problem.hint)
    };
    assert_eq!(refused("chrun", "champion", 1), (ErrorCode::NotFound, "name".to_owned(), "did you mean churn?".to_owned()));
    assert_eq!(refused("churn", "champion", 9), (ErrorCode::NotFound, "version".to_owned(), "it has 1".to_owned()));
    assert_eq!(refused("churn", "latest", 1).1, "alias");
    assert_eq!(refused("churn", "a b", 1).0, ErrorCode::InvalidArgument);
}

#[test]
fn an_alias_that_moved_while_the_gate_worked_is_not_moved_again() {
    let lab = Lab::new();
    lab.version("churn", &Recipe::default());
    lab.version("churn", &WORSE);
    lab.engine.set_alias(&lab.call(), &request("churn", "blue", 1)).unwrap();
    let change = lab.engine.get_model("churn").unwrap().alias_history.remove(0);
    // The gate of this attempt saw no version at the alias; meanwhile it points at version 1.
    let late = AliasChange { from_version: None, to_version: 2, ..change };
    assert_eq!(lab.engine.move_alias("churn", &late).unwrap(), Err(Some(1)));
    let model = lab.engine.get_model("churn").unwrap();
    assert_eq!(model.model.aliases["blue"], 1);
    let recorded = &model.alias_history[0];
    assert!(!recorded.moved && recorded.checks[0].name == "alias_unmoved", "{recorded:?}");
}

#[test]
fn of_two_promotions_at_once_each_was_compared_with_the_champion_it_replaced() {
    let lab = Lab::new();
    let runs: Vec<RunId> = (0..2).map(|seed| lab.train(&Recipe { seed, ..Recipe::default() })).collect();
    for run_id in &runs {
        lab.register("churn", run_id);
    }
    let outcomes: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = [1, 2]
            .map(|version| {
                let lab = &lab;
                scope.spawn(move || lab.engine.set_alias(&lab.call(), &request("churn", "champion", version)))
            })
            .into_iter()
            .collect();
        threads.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let moved: Vec<AliasChange> =
        lab.engine.get_model("churn").unwrap().alias_history.into_iter().filter(|change| change.moved).collect();
    assert_eq!(moved.len(), outcomes.iter().filter(|outcome| outcome.is_ok()).count());
    let mut present = None;
    for change in moved.iter().rev() {
        assert_eq!(change.from_version, present, "{moved:?}");
        present = Some(change.to_version);
    }
    assert_eq!(champion(&lab, "churn"), present);
}
