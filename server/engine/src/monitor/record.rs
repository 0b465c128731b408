//! What is kept of a monitor and of what it found.

use jiff::Timestamp;
use mlwright_explore::drift::DriftOptions;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The collection of monitors.
pub(crate) const COLLECTION: &str = "monitors";

/// The stream of a monitor's comparisons.
pub(super) fn stream(monitor: &str) -> String {
    format!("drift/{monitor}")
}

/// A monitor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Monitor {
    /// Its name.
    pub name: String,
    /// The table that shows how things should be; a managed one with its version.
    pub baseline: String,
    /// SHA-256 of the baseline when the monitor was made.
    pub baseline_fingerprint: String,
    /// The table that is compared with it.
    pub current: String,
    /// Columns to compare; all that both have when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// When a column counts as drifted.
    pub options: DriftOptions,
    /// The same in words.
    pub rule: String,
    /// Who made it.
    pub owner: String,
    /// When (UTC).
    #[schemars(with = "String")]
    pub created: Timestamp,
}

impl Monitor {
    /// The monitor's name in lineage.
    #[must_use]
    pub fn asset(name: &str) -> String {
        format!("monitor:{name}")
    }
}

/// One comparison that a monitor made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DriftCheck {
    /// When (UTC).
    #[schemars(with = "String")]
    pub time: Timestamp,
    /// Who asked.
    pub actor: String,
    /// The tables, with their versions.
    pub baseline: String,
    /// The table compared with the baseline.
    pub current: String,
    /// Rows of the baseline.
    pub baseline_rows: u64,
    /// Rows compared with it.
    pub current_rows: u64,
    /// Columns that drifted, most drifted first.
    pub drifted: Vec<String>,
    /// Each column compared.
    pub columns: Vec<ColumnVerdict>,
    /// The page, relative to the workspace.
    pub report: String,
}

/// What a comparison said of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ColumnVerdict {
    /// The column.
    pub column: String,
    /// Whether it drifted.
    pub drifted: bool,
    /// How far it moved, in units of the customary thresholds.
    pub strength: f64,
    /// Why it did or did not drift.
    pub reason: String,
}
