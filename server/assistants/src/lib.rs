//! Setting coding assistants up: the entry that makes each start `mlwright mcp`, and the skills.
//!
//! An assistant's settings belong to its user. What is written is the smallest edit of the text that is
//! there, checked by reading the result back; it is remembered in a manifest, and taking it away leaves the
//! file byte for byte as it was, or, where the user went on editing, takes nothing but the entry.
//!
//! It knows no workspace, table or protocol, and starts no process. Read [`assistant`] for who there is,
//! [`places`] for where each looks, [`install`] for what is decided, [`carry_out`] for how it is written;
//! [`mod@jsonc`] and [`toml_text`] are the two kinds of text.

mod apply;
mod assistant;
mod diff;
mod entry;
mod error;
mod found;
mod install;
mod jsonc;
mod lock;
mod manifest;
mod places;
mod plan;
mod splice;
mod state;
mod style;
mod surroundings;
mod text;
mod toml_text;
mod uninstall;

pub use apply::carry_out;
pub use assistant::{Assistant, Scope};
pub use entry::{Launch, launch};
pub use error::InstallError;
pub use install::{Install, plan_install};
pub use places::{Place, place};
pub use plan::{Action, Change, Kind, Plan};
pub use state::{SettingsState, SkillsState, State, state};
pub use surroundings::{Platform, Surroundings};
pub use uninstall::plan_uninstall;

#[cfg(test)]
mod tests;
