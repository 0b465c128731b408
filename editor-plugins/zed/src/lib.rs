//! mlwright in Zed: the language server for Python, SQL and `mlwright.toml`, and the operations as tools of the agent.
//!
//! Both are the one program `mlwright`: the path that the settings name (`lsp.mlwright.binary`, `context_servers.mlwright`), else the
//! one on the project's `PATH`.

use zed_extension_api::settings::{CommandSettings, ContextServerSettings, LspSettings};
use zed_extension_api::{
    self as zed, serde_json, Command, ContextServerId, LanguageServerId, Project, Result, Worktree,
};

const PROGRAM: &str = "mlwright";

struct Mlwright;

impl zed::Extension for Mlwright {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, id: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let settings = LspSettings::for_worktree(id.as_ref(), worktree)?;
        command(settings.binary, || worktree.which(PROGRAM), "lsp", worktree.shell_env())
    }

    fn language_server_initialization_options(
        &mut self,
        id: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<serde_json::Value>> {
        Ok(LspSettings::for_worktree(id.as_ref(), worktree)?.initialization_options)
    }

    fn language_server_workspace_configuration(
        &mut self,
        id: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<serde_json::Value>> {
        Ok(LspSettings::for_worktree(id.as_ref(), worktree)?.settings)
    }

    fn context_server_command(&mut self, id: &ContextServerId, project: &Project) -> Result<Command> {
        let settings = ContextServerSettings::for_project(id.as_ref(), project)?;
        command(settings.command, || Some(PROGRAM.to_owned()), "mcp", Vec::new())
    }
}

/// The program that the settings name, else the one that is found, with the arguments that they name, else the command's own.
fn command(
    settings: Option<CommandSettings>,
    find: impl FnOnce() -> Option<String>,
    subcommand: &str,
    mut env: Vec<(String, String)>,
) -> Result<Command> {
    let CommandSettings { path, arguments, env: own } =
        settings.unwrap_or(CommandSettings { path: None, arguments: None, env: None });
    env.extend(own.into_iter().flatten());
    let command = path.or_else(find).ok_or_else(|| {
        format!("{PROGRAM} is not on the PATH; install it, or set lsp.{PROGRAM}.binary.path in Zed's settings")
    })?;
    Ok(Command { command, args: arguments.unwrap_or_else(|| vec![subcommand.to_owned()]), env })
}

zed::register_extension!(Mlwright);
