//! The commands that run until somebody ends them, and the jobs.

use std::sync::Arc;

use clap::ArgMatches;
use mlwright_base::system::environment;
use mlwright_base::{JobId, Problem};
use mlwright_http::ServeOptions;

use crate::exit::Exit;
use crate::run::Setting;

/// `mlwright mcp`: the workspace is opened by the first call, so that listing the tools waits for
/// nothing.
///
/// # Errors
/// When the session cannot be opened or breaks off.
pub(crate) fn mcp(setting: &Setting) -> Result<Exit, Problem> {
    mlwright_mcp::serve(mlwright_mcp::Options { workspace: setting.workspace()?, user: environment::user_name() })?;
    Ok(Exit::Done)
}

/// `mlwright serve`.
///
/// # Errors
/// When the workspace cannot be opened or the port cannot be listened on.
pub(crate) fn serve(setting: &Setting, host: Option<String>, port: Option<u16>) -> Result<Exit, Problem> {
    mlwright_http::serve(Arc::new(setting.engine()?), ServeOptions { host, port })?;
    Ok(Exit::Done)
}

/// `mlwright job run ID`.
///
/// # Errors
/// The job's own error, which is then on its record too.
pub(crate) fn job(setting: &Setting, matches: &ArgMatches) -> Result<Exit, Problem> {
    let Some(id) = matches.subcommand_matches("run").and_then(|run| run.get_one::<String>("id")) else { return Ok(Exit::Usage) };
    setting.engine()?.run_job(&JobId::new(id.as_str()))?;
    Ok(Exit::Done)
}
