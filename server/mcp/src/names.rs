//! The names that exist in the workspace, read without calling an operation: completing a word is
//! nothing that anybody did, so it leaves no trace in the audit.

use mlwright_base::Problem;
use mlwright_engine::Engine;
use mlwright_engine::registry::ModelLine;
use rmcp::RoleServer;
use rmcp::service::RequestContext;

use crate::calls::Calls;

/// The most names that are read.
const NAMES_MAX: usize = 1_000;
/// The most versions of one model that are offered, the newest.
const VERSIONS_MAX: usize = 5;

/// A kind of thing with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Table,
    Model,
    Run,
    Endpoint,
}

/// The names of a kind: runs the newest first, others in the order of their listing.
pub(crate) async fn of(kind: Kind, calls: &Calls, context: &RequestContext<RoleServer>) -> Result<Vec<String>, Problem> {
    calls.blocking(context, move |engine, _| read(kind, engine)).await
}

fn read(kind: Kind, engine: &Engine) -> Result<Vec<String>, Problem> {
    let mut names: Vec<String> = match kind {
        Kind::Table => engine.table_names(),
        Kind::Model => engine.list_models()?.into_iter().map(|model| model.name).collect(),
        Kind::Run => engine.list_runs(None, None, &[], NAMES_MAX)?.0.into_iter().map(|run| run.run_id.to_string()).collect(),
        Kind::Endpoint => engine.endpoints()?.into_iter().map(|endpoint| endpoint.name).collect(),
    };
    names.truncate(NAMES_MAX);
    Ok(names)
}

/// The addresses of models: aliases first, for they are what one mostly means; then each model's
/// latest version, its newest versions by number, and what runs made.
pub(crate) async fn model_addresses(calls: &Calls, context: &RequestContext<RoleServer>) -> Result<Vec<String>, Problem> {
    calls
        .blocking(context, |engine, _| {
            let mut addresses = addresses_of(&engine.list_models()?);
            addresses.truncate(NAMES_MAX);
            addresses.extend(read(Kind::Run, engine)?.into_iter().map(|run| format!("runs:/{run}/model")));
            Ok(addresses)
        })
        .await
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

/// The columns of a table.
pub(crate) async fn columns(table: &str, calls: &Calls, context: &RequestContext<RoleServer>) -> Result<Vec<String>, Problem> {
    let table = table.to_owned();
    calls.blocking(context, move |engine, _| Ok(engine.open_table(&table)?.table.column_names())).await
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
