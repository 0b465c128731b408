//! The names that exist in the workspace, read without calling an operation: completing a word is
//! nothing that anybody did, so it leaves no trace in the audit.

use mlwright_base::Problem;
use mlwright_engine::Engine;
use rmcp::RoleServer;
use rmcp::service::RequestContext;

use crate::calls::Calls;

/// The most names that are read.
const NAMES_MAX: usize = 1_000;

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

/// The columns of a table.
pub(crate) async fn columns(table: &str, calls: &Calls, context: &RequestContext<RoleServer>) -> Result<Vec<String>, Problem> {
    let table = table.to_owned();
    calls.blocking(context, move |engine, _| Ok(engine.open_table(&table)?.table.column_names())).await
}
