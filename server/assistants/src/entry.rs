//! The entry that makes an assistant start the server.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::assistant::{Assistant, Scope};

/// The name of the entry among an assistant's servers.
pub(crate) const NAME: &str = "mlwright";
/// What editors put the project's folder in place of. They start servers elsewhere; the others start them in
/// the folder that they themselves were started in, and the workspace is found from there.
const FOLDER: &str = "${workspaceFolder}";

/// The entry, in the shape that the assistant reads.
pub(crate) fn entry(assistant: Assistant, scope: Scope, command: &str) -> Value {
    match (assistant, scope) {
        (Assistant::Claude, _) | (Assistant::Copilot, Scope::Project) => json!({ "type": "stdio", "command": command, "args": ["mcp"] }),
        (Assistant::Copilot, Scope::User) => json!({ "type": "local", "command": command, "args": ["mcp"], "tools": ["*"] }),
        (Assistant::Codex | Assistant::Gemini, _) => json!({ "command": command, "args": ["mcp"] }),
        (Assistant::OpenCode, _) => json!({ "type": "local", "command": [command, "mcp"], "enabled": true }),
        (Assistant::Cursor | Assistant::VsCode, _) => {
            json!({ "type": "stdio", "command": command, "args": ["--workspace", FOLDER, "mcp"] })
        }
    }
}

/// How an entry starts its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// The program, as it is written: a path, or a name to be found on `PATH`.
    pub command: String,
    /// Its arguments, with the project's folder where the entry names it.
    pub arguments: Vec<String>,
    /// The folder that it is started in.
    pub directory: PathBuf,
}

/// How an entry starts its server in a project; `None` when it starts none, or in a way that is not known.
#[must_use]
pub fn launch(assistant: Assistant, entry: &Value, project: &Path) -> Option<Launch> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let texts = |value: &Value| value.as_array()?.iter().map(text).collect::<Option<Vec<String>>>();
    let (command, arguments) = if assistant == Assistant::OpenCode {
        let mut all = texts(entry.get("command")?)?;
        if all.is_empty() {
            return None;
        }
        (all.remove(0), all)
    } else {
        (text(entry.get("command")?)?, entry.get("args").map_or(Some(Vec::new()), texts)?)
    };
    let is_editor = matches!(assistant, Assistant::Cursor | Assistant::VsCode);
    let folder = project.to_string_lossy();
    let arguments = arguments.into_iter().map(|argument| if is_editor { argument.replace(FOLDER, &folder) } else { argument }).collect();
    let directory = entry.get("cwd").and_then(Value::as_str).map_or_else(|| project.to_path_buf(), |cwd| project.join(cwd));
    Some(Launch { command, arguments, directory })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_started() {
        for assistant in Assistant::ALL {
            for scope in [Scope::Project, Scope::User] {
                let launch = launch(assistant, &entry(assistant, scope, "/bin/mlwright"), Path::new("/p")).expect("a launch");
                let arguments = launch.arguments.join(" ");
                assert_eq!(launch.command, "/bin/mlwright");
                assert!(["mcp", "--workspace /p mcp"].contains(&arguments.as_str()), "{arguments}");
                assert_eq!(launch.directory, Path::new("/p"));
            }
        }
    }

    #[test]
    fn other_shapes_are_not_guessed() {
        let project = Path::new("/p");
        assert_eq!(launch(Assistant::Claude, &json!({ "type": "http", "url": "http://127.0.0.1" }), project), None);
        assert_eq!(launch(Assistant::OpenCode, &json!({ "command": [] }), project), None);
        let own = launch(Assistant::Codex, &json!({ "command": "mlwright", "cwd": "sub" }), project).unwrap();
        assert_eq!((own.arguments.len(), own.directory), (0, PathBuf::from("/p/sub")));
    }
}
