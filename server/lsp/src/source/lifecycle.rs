//! How far the way from a table to watched predictions has been gone: what stands beside the lenses of `mlwright.toml`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mlwright_base::Problem;
use mlwright_base::system::clock::{Clock, SystemClock};
use mlwright_engine::Engine;
use mlwright_language::{Lifecycle, ModelVersion, ServedEndpoint, TrainedRun, WatchingMonitor};
use mlwright_operations::summary;

use super::lock;
use super::workspaces::Workspaces;

/// How long an answer is good: lenses are asked for at every change of the text.
const FRESH: Duration = Duration::from_secs(2);
/// The most runs that are looked through, the newest first.
const RUNS_MAX: usize = 200;

/// The most runs of a target that are read whole.
const RUNS_READ_MAX: usize = 8;

type Key = (String, Option<String>);

/// Answers by table and target.
#[derive(Debug, Default)]
pub(super) struct LifecycleCache {
    of: Mutex<HashMap<Key, (Instant, Option<Arc<Lifecycle>>)>>,
}

impl LifecycleCache {
    pub(super) fn clear(&self) {
        lock(&self.of).clear();
    }

    /// What was made of a table for a target, in the first open workspace that knows of it.
    pub(super) fn get(&self, workspaces: &Workspaces, table: &str, target: Option<&str>) -> Option<Arc<Lifecycle>> {
        let key = (table.to_owned(), target.map(str::to_owned));
        if let Some((_, known)) = lock(&self.of).get(&key).filter(|(at, _)| at.elapsed() < FRESH) {
            return known.clone();
        }
        let found = workspaces.engines().iter().find_map(|engine| match read(engine, table, target) {
            Ok(found) => (found != Lifecycle::default()).then(|| Arc::new(found)),
            Err(problem) => {
                tracing::debug!(message = %problem.message, "the lifecycle cannot be read");
                None
            }
        });
        lock(&self.of).insert(key, (Instant::now(), found.clone()));
        found
    }
}

fn read(engine: &Engine, table: &str, target: Option<&str>) -> Result<Lifecycle, Problem> {
    let mut found = Lifecycle::default();
    let Some(target) = target else { return Ok(found) };
    let (runs, _) = engine.list_runs(None, None, &[], RUNS_MAX)?;
    let of_target = runs
        .into_iter()
        .filter(|run| run.end_time.is_some() && run.params.get("target").is_some_and(|known| known == target));
    let run = of_target.take(RUNS_READ_MAX).find(|run| {
        // Listings come without the data.
        let whole = engine.run(run.run_id.as_str()).ok();
        whole.and_then(|run| run.data).is_some_and(|data| data.table == table)
    });
    found.run = run.map(|run| {
        let metric = run.params.get("metric").cloned().unwrap_or_default();
        let score = run
            .metrics
            .get(&format!("test_{metric}"))
            .map(|score| format!("{metric} {}, ", summary::number(*score, 3)));
        let outcome = format!("{}{}", score.unwrap_or_default(), ago(run.end_time.unwrap_or(run.start_time)));
        TrainedRun { run_id: run.run_id.to_string().into(), outcome: outcome.into() }
    });
    let mut models = engine.list_models()?;
    models.sort_by_key(|model| std::cmp::Reverse(model.updated));
    let Some(model) = models.into_iter().find(|model| model.target == target) else { return Ok(found) };
    let score =
        model.score.map(|score| format!("{} {}, ", model.metric, summary::number(score, 3))).unwrap_or_default();
    found.version = Some(ModelVersion {
        model: model.name.as_str().into(),
        version: model.latest_version,
        aliases: model.aliases.iter().map(|(alias, version)| (alias.as_str().into(), *version)).collect(),
        outcome: Some(format!("{score}{}", ago(model.updated)).into()),
    });
    let address = format!("models:/{}/", model.name);
    let endpoint = engine.endpoints()?.into_iter().find(|endpoint| {
        endpoint
            .current
            .as_ref()
            .or(endpoint.pending.as_ref())
            .is_some_and(|serving| serving.model.starts_with(&address))
    });
    found.endpoint = endpoint.map(|endpoint| {
        let outcome = match (&endpoint.current, &endpoint.pending) {
            (Some(serving), _) => {
                format!("serves {}, {}", serving.model.trim_start_matches("models:/"), ago(serving.since))
            }
            (None, Some(serving)) => format!("is to serve {}", serving.model.trim_start_matches("models:/")),
            (None, None) => "stopped".to_owned(),
        };
        ServedEndpoint { name: endpoint.name.into(), outcome: outcome.into() }
    });
    let watched = |current: &str| found.endpoint.as_ref().is_some_and(|endpoint| current.ends_with(&*endpoint.name));
    let monitor =
        engine.overview()?.monitors.into_iter().find(|monitor| monitor.baseline == table || watched(&monitor.current));
    found.monitor = monitor.map(|monitor| WatchingMonitor {
        outcome: monitor.last_check.as_ref().map(|check| {
            let what = match check.n_drifted {
                0 => "no drift".to_owned(),
                1 => format!("{} drifted", check.drifted.first().map_or("a column", String::as_str)),
                n_drifted => format!("{n_drifted} columns drifted"),
            };
            format!("{what}, {}", ago(check.time)).into()
        }),
        name: monitor.name.into(),
    });
    Ok(found)
}

/// `just now`, `5 minutes ago`, `3 days ago`.
fn ago(time: jiff::Timestamp) -> String {
    words(SystemClock.now().as_second() - time.as_second())
}

fn words(seconds: i64) -> String {
    let (number, unit) = match seconds {
        ..60 => return "just now".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{number} {unit}{} ago", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn times_are_said_in_one_unit() {
        assert_eq!((words(5).as_str(), words(61).as_str()), ("just now", "1 minute ago"));
        assert_eq!((words(7_300).as_str(), words(3 * 86_400).as_str()), ("2 hours ago", "3 days ago"));
    }
}
