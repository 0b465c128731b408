//! What a check found.

use serde::Serialize;

/// How bad it is; the worst is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// As it should be.
    Ok,
    /// It works, but not as well as it could.
    Warn,
    /// It does not work.
    Broken,
}

impl Standing {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Broken => "broken",
        }
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// What was looked at.
    pub(crate) area: &'static str,
    #[serde(rename = "status")]
    pub(crate) standing: Standing,
    /// What is so.
    pub(crate) what: String,
    /// What to do about it; empty where nothing is to be done.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) mend: String,
}

impl Finding {
    pub(crate) fn ok(area: &'static str, what: impl Into<String>) -> Self {
        Self { area, standing: Standing::Ok, what: what.into(), mend: String::new() }
    }

    pub(crate) fn warn(area: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { area, standing: Standing::Warn, what: what.into(), mend: mend.into() }
    }

    pub(crate) fn broken(area: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { area, standing: Standing::Broken, what: what.into(), mend: mend.into() }
    }
}
