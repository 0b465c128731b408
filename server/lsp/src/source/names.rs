//! Names of the lifecycle and of tables, looked up now and then: they are asked for at every key that is typed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mlwright_base::Problem;
use mlwright_engine::{Engine, vocabulary};
use mlwright_language::NameKind;
use mlwright_operations::Stage;

use super::lock;
use super::workspaces::Workspaces;

/// How long names are good without being looked up again.
const FRESH: Duration = Duration::from_secs(2);
/// The most names of a kind.
const NAMES_MAX: usize = 1_000;
/// The most names of tables.
const TABLES_MAX: usize = 5_000;

type Names = Vec<Arc<str>>;

#[derive(Debug, Default)]
pub(super) struct NamesCache {
    of: Mutex<HashMap<NameKind, (Instant, Names)>>,
    tables: Mutex<Option<(Instant, Names)>>,
}

impl NamesCache {
    pub(super) fn clear(&self) {
        lock(&self.of).clear();
        *lock(&self.tables) = None;
    }

    /// The tables of all workspaces.
    pub(super) fn tables(&self, workspaces: &Workspaces) -> Names {
        if let Some((_, names)) = lock(&self.tables).as_ref().filter(|(at, _)| at.elapsed() < FRESH) {
            return names.clone();
        }
        let names: Names = workspaces.tables().into_iter().take(TABLES_MAX).map(Arc::from).collect();
        *lock(&self.tables) = Some((Instant::now(), names.clone()));
        names
    }

    /// The names of a kind in all workspaces.
    pub(super) fn of(&self, kind: NameKind, workspaces: &Workspaces) -> Names {
        if let Some(names) = fixed(kind) {
            return names.into_iter().map(Arc::from).collect();
        }
        if let Some((_, names)) = lock(&self.of).get(&kind).filter(|(at, _)| at.elapsed() < FRESH) {
            return names.clone();
        }
        let mut names: Names = Vec::new();
        for engine in workspaces.engines() {
            match read(&engine, kind) {
                Ok(found) => names.extend(found.into_iter().map(Arc::from)),
                Err(problem) => tracing::debug!(message = %problem.message, "names cannot be read"),
            }
        }
        names.truncate(NAMES_MAX);
        lock(&self.of).insert(kind, (Instant::now(), names.clone()));
        names
    }
}

/// The names of a kind that are the same in every workspace.
fn fixed(kind: NameKind) -> Option<Vec<&'static str>> {
    match kind {
        NameKind::Metric => Some(vocabulary::metrics()),
        NameKind::Toolset => Some(Stage::ALL.map(Stage::as_str).to_vec()),
        _ => None,
    }
}

/// The most recent first.
fn read(engine: &Engine, kind: NameKind) -> Result<Vec<String>, Problem> {
    Ok(match kind {
        NameKind::Metric | NameKind::Toolset => Vec::new(),
        NameKind::Model => {
            let mut models = engine.list_models()?;
            models.sort_by_key(|model| std::cmp::Reverse(model.updated));
            models.into_iter().map(|model| model.name).collect()
        }
        NameKind::Alias => {
            let mut aliases: Vec<String> =
                engine.list_models()?.into_iter().flat_map(|model| model.aliases.into_keys()).collect();
            aliases.sort();
            aliases.dedup();
            aliases
        }
        NameKind::Experiment => engine.experiments()?.into_iter().map(|experiment| experiment.name).collect(),
        NameKind::Endpoint => engine.endpoints()?.into_iter().map(|endpoint| endpoint.name).collect(),
        NameKind::Monitor => engine.monitors()?.into_iter().map(|monitor| monitor.name).collect(),
        NameKind::Run => {
            engine.list_runs(None, None, &[], NAMES_MAX)?.0.into_iter().map(|run| run.run_id.to_string()).collect()
        }
    })
}
