//! The assistants that can be set up.

use serde::{Deserialize, Serialize};

/// A coding assistant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Assistant {
    /// Claude Code.
    Claude,
    /// Codex.
    Codex,
    /// GitHub Copilot CLI.
    Copilot,
    /// Gemini CLI.
    Gemini,
    /// Cursor, the editor and its CLI.
    Cursor,
    /// OpenCode.
    OpenCode,
    /// Visual Studio Code.
    VsCode,
}

/// For whom an assistant is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// For everybody who works in one project: files in its folder, meant to be kept in version control.
    Project,
    /// For one user, in every project: files in the home folder.
    User,
}

impl Scope {
    /// The scope's name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::User => "user",
        }
    }
}

impl Assistant {
    /// Every assistant, in the order they are listed.
    pub const ALL: [Self; 7] =
        [Self::Claude, Self::Codex, Self::Copilot, Self::Gemini, Self::Cursor, Self::OpenCode, Self::VsCode];

    /// The assistant's name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Claude => "claude",
            Self::Codex => "codex",
            Self::Copilot => "copilot",
            Self::Gemini => "gemini",
            Self::Cursor => "cursor",
            Self::OpenCode => "opencode",
            Self::VsCode => "vscode",
        }
    }

    /// The assistant of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|assistant| assistant.name() == name)
    }

    /// The assistant's name as its makers write it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Claude => "Claude Code",
            Self::Codex => "Codex",
            Self::Copilot => "Copilot CLI",
            Self::Gemini => "Gemini CLI",
            Self::Cursor => "Cursor",
            Self::OpenCode => "OpenCode",
            Self::VsCode => "VS Code",
        }
    }

    /// The programs that start it.
    #[must_use]
    pub fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Claude => &["claude"],
            Self::Codex => &["codex"],
            Self::Copilot => &["copilot"],
            Self::Gemini => &["gemini"],
            Self::Cursor => &["cursor", "cursor-agent"],
            Self::OpenCode => &["opencode"],
            Self::VsCode => &["code"],
        }
    }

    /// What its user still has to do before it starts the server; `None` when nothing.
    #[must_use]
    pub fn next_step(self, scope: Scope) -> Option<&'static str> {
        match (self, scope) {
            (Self::Claude, Scope::Project) => Some("asks once whether the project's servers may be started"),
            (Self::Codex, Scope::Project) => Some("reads .codex/config.toml only in projects that you have trusted"),
            (Self::Copilot, Scope::Project) => Some("reads .mcp.json only in folders that you have trusted"),
            (Self::Gemini, _) => Some("starts servers only in folders that you have trusted (/permissions)"),
            (Self::Cursor, Scope::Project) => Some("lists the server under Customize, MCPs, where it is switched on"),
            (Self::Cursor, Scope::User) => {
                Some("may start a user's servers once for several windows; prefer --project where you have more than one open")
            }
            (Self::VsCode, _) => Some("asks once whether the server is trusted"),
            (Self::Claude | Self::Codex | Self::Copilot, Scope::User) | (Self::OpenCode, _) => None,
        }
    }
}
