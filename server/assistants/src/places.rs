//! Where each assistant looks for servers and skills. The facts are those of Claude Code 2.1, Codex 0.169,
//! Copilot CLI 1.0, Gemini CLI 0.61 and OpenCode 1.18, tried with these versions, and of the manuals of Cursor
//! and VS Code.

use std::path::PathBuf;

use mlwright_base::system::files;

use crate::assistant::{Assistant, Scope};
use crate::error::InstallError;
use crate::surroundings::{Platform, Surroundings};
use crate::text::Format;

/// Where one assistant looks, in one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file that lists servers.
    pub settings: PathBuf,
    /// How the file is written.
    pub(crate) format: Format,
    /// The key at the file's root under which servers stand.
    pub(crate) container: &'static str,
    /// The folder of skills.
    pub skills: PathBuf,
    /// A folder that is there when the assistant was ever used by this user.
    pub trace: PathBuf,
    /// Whether the running assistant writes this file too, under a lock of its own.
    pub(crate) is_locked: bool,
}

/// Where an assistant looks for servers and skills.
///
/// # Errors
/// [`InstallError::NoHome`] when the environment does not say where the user's files are.
pub fn place(assistant: Assistant, scope: Scope, around: &Surroundings) -> Result<Place, InstallError> {
    let (settings, skills) = match scope {
        Scope::Project => in_project(assistant, around),
        Scope::User => of_user(assistant, around)?,
    };
    let (format, container) = match assistant {
        Assistant::Codex => (Format::Toml, "mcp_servers"),
        Assistant::OpenCode => (Format::Jsonc, "mcp"),
        Assistant::VsCode => (Format::Jsonc, "servers"),
        Assistant::Claude | Assistant::Copilot | Assistant::Gemini | Assistant::Cursor => (Format::Jsonc, "mcpServers"),
    };
    let trace = trace(assistant, around).unwrap_or_default();
    let is_locked = assistant == Assistant::Claude && scope == Scope::User;
    Ok(Place { settings, format, container, skills, trace, is_locked })
}

/// What OpenCode reads in a project; what is there first, it writes.
const OPENCODE: [&str; 4] = ["opencode.json", "opencode.jsonc", ".opencode/opencode.json", ".opencode/opencode.jsonc"];

/// Every place in a project, without links.
pub(crate) struct ProjectPlaces {
    pub(crate) settings: Vec<PathBuf>,
    /// The folders of skills.
    pub(crate) skills: Vec<PathBuf>,
}

/// Every place in a project that any assistant reads.
pub(crate) fn project_places(around: &Surroundings) -> Result<ProjectPlaces, InstallError> {
    let real = |path: PathBuf| files::canonical(&path).map_err(InstallError::io("find", path));
    let places = Assistant::ALL.map(|assistant| in_project(assistant, around));
    let opencode = OPENCODE.iter().map(|name| around.project().join(name));
    let settings = places.iter().map(|(settings, _)| settings.clone()).chain(opencode);
    let skills = places.iter().map(|(_, skills)| skills.clone());
    Ok(ProjectPlaces { settings: settings.map(real).collect::<Result<_, _>>()?, skills: skills.map(real).collect::<Result<_, _>>()? })
}

fn in_project(assistant: Assistant, around: &Surroundings) -> (PathBuf, PathBuf) {
    let project = around.project();
    let settings = match assistant {
        // One file for both: each takes the entry that the other needs.
        Assistant::Claude | Assistant::Copilot => ".mcp.json",
        Assistant::Codex => ".codex/config.toml",
        Assistant::Gemini => ".gemini/settings.json",
        Assistant::Cursor => ".cursor/mcp.json",
        Assistant::OpenCode => {
            OPENCODE.into_iter().find(|name| is_there(&project.join(name))).unwrap_or(OPENCODE[0])
        }
        Assistant::VsCode => ".vscode/mcp.json",
    };
    let skills = if assistant == Assistant::Claude { ".claude/skills" } else { ".agents/skills" };
    (project.join(settings), project.join(skills))
}

fn of_user(assistant: Assistant, around: &Surroundings) -> Result<(PathBuf, PathBuf), InstallError> {
    let settings = match assistant {
        Assistant::Claude => match around.folder("CLAUDE_CONFIG_DIR") {
            Some(folder) => folder.join(".claude.json"),
            None => around.home()?.join(".claude.json"),
        },
        Assistant::OpenCode => {
            let folder = trace(assistant, around)?;
            let all = ["opencode.json", "opencode.jsonc"].map(|name| folder.join(name));
            all.iter().find(|path| is_there(path)).unwrap_or(&all[0]).clone()
        }
        Assistant::Codex => trace(assistant, around)?.join("config.toml"),
        Assistant::Copilot => trace(assistant, around)?.join("mcp-config.json"),
        Assistant::Gemini => trace(assistant, around)?.join("settings.json"),
        Assistant::Cursor | Assistant::VsCode => trace(assistant, around)?.join("mcp.json"),
    };
    let skills = match assistant {
        Assistant::Claude => trace(assistant, around)?.join("skills"),
        // Gemini CLI takes another folder for the home folder, also for this.
        Assistant::Gemini => match around.folder("GEMINI_CLI_HOME") {
            Some(home) => home.join(".agents/skills"),
            None => around.home()?.join(".agents/skills"),
        },
        // Elsewhere than at home, Copilot CLI reads no other folder than its own.
        Assistant::Copilot if around.folder("COPILOT_HOME").is_some() => trace(assistant, around)?.join("skills"),
        _ => around.home()?.join(".agents/skills"),
    };
    Ok((settings, skills))
}

/// The folder in which an assistant keeps what belongs to the user.
fn trace(assistant: Assistant, around: &Surroundings) -> Result<PathBuf, InstallError> {
    let in_home = |variable: &str, name: &str| match around.folder(variable) {
        Some(folder) => Ok(folder),
        None => Ok(around.home()?.join(name)),
    };
    match assistant {
        Assistant::Claude => in_home("CLAUDE_CONFIG_DIR", ".claude"),
        Assistant::Codex => in_home("CODEX_HOME", ".codex"),
        Assistant::Copilot => in_home("COPILOT_HOME", ".copilot"),
        Assistant::Gemini => Ok(around.folder("GEMINI_CLI_HOME").map_or_else(|| around.home(), Ok)?.join(".gemini")),
        Assistant::Cursor => Ok(around.home()?.join(".cursor")),
        Assistant::OpenCode => match around.folder("OPENCODE_CONFIG_DIR") {
            Some(folder) => Ok(folder),
            None => Ok(around.xdg_config()?.join("opencode")),
        },
        Assistant::VsCode => code_profile(around),
    }
}

/// The folder of the default profile: `User` in what the editor itself calls its user data folder.
fn code_profile(around: &Surroundings) -> Result<PathBuf, InstallError> {
    if let Some(portable) = around.folder("VSCODE_PORTABLE") {
        return Ok(portable.join("user-data/User"));
    }
    let data = match (around.folder("VSCODE_APPDATA"), around.platform()) {
        (Some(folder), _) => folder,
        (None, Platform::Xdg) => around.xdg_config()?,
        (None, Platform::MacOs) => around.home()?.join("Library/Application Support"),
        (None, Platform::Windows) => around.folder("APPDATA").ok_or(InstallError::NoHome { variable: "APPDATA" })?,
    };
    Ok(data.join("Code/User"))
}

/// Whether something has the name, be it a link to nothing.
fn is_there(path: &std::path::Path) -> bool {
    files::exists(path) || files::link_target(path).is_some()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn around(platform: Platform, variables: &[(&str, &str)]) -> Surroundings {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Surroundings::new(Path::new("/p"), platform, variables)
    }

    fn settings(assistant: Assistant, around: &Surroundings) -> String {
        place(assistant, Scope::User, around).unwrap().settings.to_string_lossy().into_owned()
    }

    #[test]
    fn every_users_file_is_where_its_assistant_looks() {
        let plain = around(Platform::Xdg, &[("HOME", "/h")]);
        for (assistant, path) in [
            (Assistant::Claude, "/h/.claude.json"),
            (Assistant::Codex, "/h/.codex/config.toml"),
            (Assistant::Copilot, "/h/.copilot/mcp-config.json"),
            (Assistant::Gemini, "/h/.gemini/settings.json"),
            (Assistant::Cursor, "/h/.cursor/mcp.json"),
            (Assistant::OpenCode, "/h/.config/opencode/opencode.json"),
            (Assistant::VsCode, "/h/.config/Code/User/mcp.json"),
        ] {
            assert_eq!(settings(assistant, &plain), path);
        }
    }

    #[test]
    fn variables_relocate_them() {
        for (assistant, variable, path) in [
            (Assistant::Claude, "CLAUDE_CONFIG_DIR", "/x/.claude.json"),
            (Assistant::Codex, "CODEX_HOME", "/x/config.toml"),
            (Assistant::Copilot, "COPILOT_HOME", "/x/mcp-config.json"),
            (Assistant::Gemini, "GEMINI_CLI_HOME", "/x/.gemini/settings.json"),
            (Assistant::OpenCode, "OPENCODE_CONFIG_DIR", "/x/opencode.json"),
            (Assistant::OpenCode, "XDG_CONFIG_HOME", "/x/opencode/opencode.json"),
            (Assistant::VsCode, "XDG_CONFIG_HOME", "/x/Code/User/mcp.json"),
            (Assistant::VsCode, "VSCODE_PORTABLE", "/x/user-data/User/mcp.json"),
            (Assistant::VsCode, "VSCODE_APPDATA", "/x/Code/User/mcp.json"),
        ] {
            assert_eq!(settings(assistant, &around(Platform::Xdg, &[("HOME", "/h"), (variable, "/x")])), path, "{variable}");
        }
        let skills = |assistant, variable| place(assistant, Scope::User, &around(Platform::Xdg, &[("HOME", "/h"), (variable, "/x")])).unwrap().skills;
        assert_eq!(skills(Assistant::Claude, "CLAUDE_CONFIG_DIR"), Path::new("/x/skills"));
        assert_eq!(skills(Assistant::Copilot, "COPILOT_HOME"), Path::new("/x/skills"));
        assert_eq!(skills(Assistant::Gemini, "GEMINI_CLI_HOME"), Path::new("/x/.agents/skills"));
        assert_eq!(skills(Assistant::Codex, "CODEX_HOME"), Path::new("/h/.agents/skills"));
        let mac = around(Platform::MacOs, &[("HOME", "/h")]);
        assert_eq!(settings(Assistant::VsCode, &mac), "/h/Library/Application Support/Code/User/mcp.json");
        let relative = around(Platform::Xdg, &[("HOME", "/h"), ("CODEX_HOME", "x")]);
        assert_eq!(settings(Assistant::Codex, &relative), "/h/.codex/config.toml", "a relative folder is nobody's");
        assert!(matches!(place(Assistant::Codex, Scope::User, &around(Platform::Xdg, &[])), Err(InstallError::NoHome { .. })));
    }

    #[test]
    fn an_opencode_file_that_is_there_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let around = Surroundings::new(folder.path(), Platform::Xdg, []);
        let name = |around| place(Assistant::OpenCode, Scope::Project, around).unwrap().settings.strip_prefix(folder.path()).unwrap().to_owned();
        assert_eq!(name(&around), Path::new("opencode.json"));
        std::fs::create_dir(folder.path().join(".opencode")).unwrap();
        std::fs::write(folder.path().join(".opencode/opencode.jsonc"), "{}").unwrap();
        assert_eq!(name(&around), Path::new(".opencode/opencode.jsonc"));
        std::fs::write(folder.path().join("opencode.jsonc"), "{}").unwrap();
        assert_eq!(name(&around), Path::new("opencode.jsonc"));
    }
}
