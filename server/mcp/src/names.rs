//! The names that exist in the workspace, read without calling an operation: completing a word is
//! nothing that anybody did, so it leaves no trace in the audit. What one wants most comes first.

use mlwright_base::Problem;
use mlwright_engine::Engine;
use mlwright_engine::registry::ModelLine;
use mlwright_engine::tracking::RunStatus;

/// The most names of a kind that are read.
pub(crate) const NAMES_MAX: usize = 1_000;
/// The most versions of one model that are offered, the newest.
const VERSIONS_MAX: usize = 5;

/// Managed tables, then files, by name.
pub(crate) fn tables(engine: &Engine) -> Vec<String> {
    first(engine.table_names())
}

/// The tables of endpoints' requests.
pub(crate) fn inference_tables(engine: &Engine) -> Result<Vec<String>, Problem> {
    Ok(endpoints(engine)?.into_iter().map(|name| format!("inference/{name}")).collect())
}

/// The columns of a table, in its order.
pub(crate) fn columns(engine: &Engine, table: &str) -> Result<Vec<String>, Problem> {
    Ok(first(engine.open_table(table)?.table.column_names()))
}

/// Runs, the newest first.
pub(crate) fn runs(engine: &Engine) -> Result<Vec<String>, Problem> {
    Ok(engine.list_runs(None, None, &[], NAMES_MAX)?.0.into_iter().map(|run| run.run_id.to_string()).collect())
}

/// Runs that have a model, the newest first.
pub(crate) fn finished_runs(engine: &Engine) -> Result<Vec<String>, Problem> {
    let runs = engine.list_runs(None, None, &[], NAMES_MAX)?.0.into_iter();
    Ok(runs.filter(|run| run.status == RunStatus::Finished).map(|run| run.run_id.to_string()).collect())
}

/// Jobs, the newest first.
pub(crate) fn jobs(engine: &Engine) -> Result<Vec<String>, Problem> {
    Ok(engine.list_jobs(NAMES_MAX)?.into_iter().map(|job| job.job_id.to_string()).collect())
}

/// Registered models, by name.
pub(crate) fn models(engine: &Engine) -> Result<Vec<String>, Problem> {
    Ok(first(engine.list_models()?.into_iter().map(|model| model.name).collect()))
}

/// Endpoints, by name.
pub(crate) fn endpoints(engine: &Engine) -> Result<Vec<String>, Problem> {
    Ok(first(engine.endpoints()?.into_iter().map(|endpoint| endpoint.name).collect()))
}

/// Monitors, by name.
pub(crate) fn monitors(engine: &Engine) -> Result<Vec<String>, Problem> {
    Ok(first(engine.monitors()?.into_iter().map(|monitor| monitor.name).collect()))
}

/// What a card can be about: each model, then its aliases and versions.
pub(crate) fn cards(engine: &Engine) -> Result<Vec<String>, Problem> {
    let lines = engine.list_models()?;
    let mut names: Vec<String> = lines.iter().map(|model| model.name.clone()).collect();
    names.extend(addresses_of(&lines).iter().filter_map(|address| address.strip_prefix("models:/")).map(str::to_owned));
    Ok(first(names))
}

/// The addresses of models: aliases first, for they are what one mostly means; then each model's
/// latest version, its newest versions by number, and what runs made, the newest first.
pub(crate) fn model_addresses(engine: &Engine) -> Result<Vec<String>, Problem> {
    let mut addresses = first(addresses_of(&engine.list_models()?));
    addresses.extend(finished_runs(engine)?.into_iter().map(|run| format!("runs:/{run}/model")));
    Ok(addresses)
}

/// What lineage can be asked of: tables, endpoints, models, runs.
pub(crate) fn assets(engine: &Engine) -> Result<Vec<String>, Problem> {
    let mut all = tables(engine);
    all.extend(endpoints(engine)?.into_iter().map(|name| format!("endpoint:{name}")));
    all.extend(monitors(engine)?.into_iter().map(|name| format!("monitor:{name}")));
    all.extend(model_addresses(engine)?);
    Ok(all)
}

fn first(mut names: Vec<String>) -> Vec<String> {
    names.truncate(NAMES_MAX);
    names
}

fn addresses_of(models: &[ModelLine]) -> Vec<String> {
    let aliases = models.iter().flat_map(|model| model.aliases.keys().map(|alias| format!("models:/{}@{alias}", model.name)));
    let latest = models.iter().map(|model| format!("models:/{}/latest", model.name));
    let versions = models.iter().flat_map(|model| {
        let newest = (1..=model.latest_version).rev().take(VERSIONS_MAX);
        newest.map(|version| format!("models:/{}/{version}", model.name))
    });
    aliases.chain(latest).chain(versions).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn models_have_addresses_by_alias_and_by_their_newest_versions() {
        let line = |name: &str, latest_version: u64, aliases: serde_json::Value| -> ModelLine {
            serde_json::from_value(json!({
                "name": name, "task": "binary", "target": "y", "learner": "baseline", "n_versions": latest_version,
                "latest_version": latest_version, "aliases": aliases, "metric": "roc_auc", "updated": "2026-11-24T12:00:00Z",
            }))
            .unwrap()
        };
        let models = [line("churn", 7, json!({ "challenger": 7, "champion": 3 })), line("price", 1, json!({}))];
        assert_eq!(
            addresses_of(&models),
            [
                "models:/churn@challenger", "models:/churn@champion", "models:/churn/latest", "models:/price/latest",
                "models:/churn/7", "models:/churn/6", "models:/churn/5", "models:/churn/4", "models:/churn/3", "models:/price/1",
            ]
        );
    }
}
