//! A workspace for tests, with runs that were trained in this process.

use std::path::PathBuf;
use std::sync::Arc;

use mlwright_base::system::{Clock, FixedClock, files};
use mlwright_base::{CancelToken, JobId, NoProgress, RunId};
use tempfile::TempDir;

use super::{ModelVersion, RegisterModelRequest};
use crate::access::Scopes;
use crate::call::{Actor, Call, Surface};
use crate::engine::Engine;
use crate::jobs::JobContext;
use crate::train::{TrainSpec, run};

/// A workspace with `people.csv`.
pub(crate) struct Lab {
    pub(crate) engine: Engine,
    folder: TempDir,
    actor: Actor,
    cancel: CancelToken,
}

/// How a run of the lab learns.
#[derive(Clone, Copy)]
pub(crate) struct Recipe<'a> {
    pub(crate) table: &'a str,
    pub(crate) target: &'a str,
    pub(crate) learner: &'a str,
    pub(crate) metric: Option<mlwright_learn::Metric>,
    pub(crate) exclude: &'a [&'a str],
    pub(crate) seed: u64,
    pub(crate) test_fraction: f64,
}

impl Default for Recipe<'_> {
    fn default() -> Self {
        Self { table: "people.csv", target: "churn", learner: "decision_tree", metric: None, exclude: &[], seed: 42, test_fraction: 0.25 }
    }
}

/// Rows of `people.csv`.
pub(crate) const N_ROWS: usize = 600;
/// Rows that a run for `churn` holds out: a quarter of each class, rounded.
pub(crate) const N_TEST_ROWS: usize = 151;

/// People of whom those with few months and many calls leave; `spend` follows the months.
/// The same `part` gives the same rows.
pub(crate) fn people(part: u64, n_rows: usize) -> String {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(part + 1);
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut text = "months,calls,plan,joined,vip,spend,churn\n".to_owned();
    for _ in 0..n_rows {
        let (months, calls, noise) = (draw(60), draw(10), draw(100));
        let plan = ["basic", "plus", "pro"][draw(3) as usize];
        let joined = format!("20{:02}-{:02}-{:02}", 10 + draw(15), 1 + draw(12), 1 + draw(28));
        let vip = if draw(5) == 0 { "true" } else { "false" };
        let spend = 20.0 + months as f64 * 1.5 + noise as f64 / 10.0;
        let leaves = if noise < 8 { months > 20 } else { months < 20 && calls > 3 };
        let months = if noise == 99 { String::new() } else { months.to_string() };
        text.push_str(&format!("{months},{calls},{plan},{joined},{vip},{spend:.2},{}\n", if leaves { "Yes" } else { "No" }));
    }
    text
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self::with_settings("")
    }

    /// With the text of a `mlwright.toml`.
    pub(crate) fn with_settings(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        files::write_atomic(&folder.path().join("mlwright.toml"), settings.as_bytes()).unwrap();
        files::write_atomic(&folder.path().join("people.csv"), people(0, N_ROWS).as_bytes()).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(FixedClock("2026-11-24T09:00:00Z".parse().unwrap()));
        let engine = Engine::open_with(folder.path(), clock, PathBuf::from("unused")).unwrap();
        let actor = Actor { name: "ada".to_owned(), surface: Surface::Cli };
        Self { engine, folder, actor, cancel: CancelToken::new() }
    }

    pub(crate) fn call(&self) -> Call<'_> {
        Call { actor: &self.actor, scopes: Scopes::ALL, cancel: &self.cancel, progress: &NoProgress }
    }

    pub(crate) fn put(&self, name: &str, text: &str) {
        files::write_atomic(&self.folder.path().join(name), text.as_bytes()).unwrap();
    }

    /// Where an artifact's file lies.
    pub(crate) fn artifact(&self, rel: &str) -> PathBuf {
        self.engine.artifacts.path(rel).unwrap()
    }

    /// Trains as a job does.
    pub(crate) fn train(&self, recipe: &Recipe<'_>) -> RunId {
        let spec = TrainSpec {
            run_id: RunId::generate(),
            table: recipe.table.to_owned(),
            target: recipe.target.to_owned(),
            task: None,
            metric: recipe.metric,
            learners: vec![recipe.learner.to_owned()],
            folds: Some(2),
            test_fraction: recipe.test_fraction,
            budget_seconds: 0.0,
            seed: recipe.seed,
            experiment: "lab".to_owned(),
            exclude: (!recipe.exclude.is_empty()).then(|| recipe.exclude.iter().map(|&name| name.to_owned()).collect()),
            time_column: None,
            group_column: None,
            positive_class: None,
            calibration: None,
            coverage: None,
        };
        let job_id = JobId::generate();
        let cx = JobContext { job_id: &job_id, actor: &self.actor, cancel: &self.cancel, enough: &CancelToken::new(), progress: &NoProgress };
        run(&self.engine, &spec, &cx).unwrap();
        spec.run_id
    }

    /// Trains and registers.
    pub(crate) fn version(&self, name: &str, recipe: &Recipe<'_>) -> ModelVersion {
        let run_id = self.train(recipe);
        self.register(name, &run_id)
    }

    pub(crate) fn register(&self, name: &str, run_id: &RunId) -> ModelVersion {
        let request = RegisterModelRequest { run_id: run_id.to_string(), name: name.to_owned() };
        self.engine.register_model(&self.call(), &request).unwrap().version
    }
}
