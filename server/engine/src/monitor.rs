//! Drift: two tables compared once, or a monitor that compares a fixed baseline with a table, or an
//! endpoint's requests, whenever it is asked.
//!
//! Collection: `monitors` (key: name). Stream: `drift/NAME`, one [`DriftCheck`] per comparison a
//! monitor made. The page is written before the entry that names it.

mod align;
mod check;
pub(crate) mod record;
#[cfg(test)]
mod tests;

use mlwright_base::{ErrorCode, Problem, names};
pub use mlwright_explore::drift::ColumnDrift;
use mlwright_explore::drift::DriftOptions;
use mlwright_store::{Query, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use check::{DriftAnswer, DriftRequest};
pub use record::{ColumnVerdict, DriftCheck, Monitor};

use crate::call::Call;
use crate::convert::no_column;
use crate::engine::Engine;
use crate::lineage;
use crate::settings::Drift;
use crate::tables::{INFERENCE_PREFIX, OpenTable, TableKind};

/// Thresholds that differ from those of `mlwright.toml` and the defaults.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// p-value below which a difference counts as real (0.01).
    pub p_value: Option<f64>,
    /// Population stability index at or above which a column drifts (0.2).
    pub psi: Option<f64>,
    /// Wasserstein distance over the baseline's standard deviation (0.2), numeric columns.
    pub wasserstein: Option<f64>,
    /// Total variation distance (0.1), categorical columns.
    pub total_variation: Option<f64>,
    /// Change of the missing share (0.1).
    pub missing_delta: Option<f64>,
}

impl Thresholds {
    /// These, then the settings', then the defaults.
    fn options(&self, settings: &Drift) -> Result<DriftOptions, Problem> {
        let share = |field: &str, value: f64| bounded(field, value, 1.0);
        let size = |field: &str, value: f64| bounded(field, value, f64::MAX);
        let defaults = DriftOptions::default();
        Ok(DriftOptions {
            p_value_max: share("p_value", self.p_value.unwrap_or(settings.p_value))?,
            psi_min: size("psi", self.psi.unwrap_or(settings.psi))?,
            wasserstein_min: size("wasserstein", self.wasserstein.unwrap_or(defaults.wasserstein_min))?,
            total_variation_min: share("total_variation", self.total_variation.unwrap_or(defaults.total_variation_min))?,
            missing_delta_min: share("missing_delta", self.missing_delta.unwrap_or(settings.missing_delta))?,
        })
    }
}

fn bounded(field: &str, value: f64, high: f64) -> Result<f64, Problem> {
    if value > 0.0 && value <= high {
        return Ok(value);
    }
    let bound = if high == f64::MAX { String::new() } else { format!(" and at most {high}") };
    Err(Problem::new(ErrorCode::InvalidArgument, format!("{field} is {value}, expected more than 0{bound}")).field(format!("thresholds.{field}")))
}

/// What to watch.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CreateMonitor {
    /// The monitor's name.
    pub name: String,
    /// The table that shows how things should be, mostly the training data.
    pub baseline: String,
    /// The table to compare with it, or `inference/ENDPOINT`.
    pub current: String,
    /// Columns to compare; all that both have when `None`, but for ids, free text and times.
    pub columns: Option<Vec<String>>,
    /// Thresholds that differ from the defaults.
    pub thresholds: Thresholds,
}

impl Engine {
    /// Makes a monitor. The baseline of a managed table is fixed at its present version.
    ///
    /// # Errors
    /// [`ErrorCode::Conflict`] when the name is taken, [`ErrorCode::NotFound`] for an unknown table or
    /// column, [`ErrorCode::InvalidArgument`] for a threshold out of range.
    pub fn create_monitor(&self, call: &Call<'_>, request: &CreateMonitor) -> Result<Monitor, Problem> {
        names::check_name("name", &request.name)?;
        let options = request.thresholds.options(&self.settings.drift)?;
        let baseline = self.open_side(&request.baseline, "baseline")?;
        let current = self.open_side(&request.current, "current")?;
        for column in request.columns.iter().flatten() {
            for side in [&baseline, &current] {
                let known = side.table.column_names();
                if !known.contains(column) {
                    return Err(no_column(column, known.iter().map(String::as_str), "columns"));
                }
            }
        }
        let now = self.now();
        let monitor = Monitor {
            name: request.name.clone(),
            baseline: baseline.versioned_name(),
            baseline_fingerprint: baseline.table.fingerprint()?,
            current: current.name.clone(),
            columns: request.columns.clone(),
            rule: options.rule(),
            options,
            owner: call.actor.name.clone(),
            created: now,
        };
        let inserted = self.store.write::<_, StoreError>(|tx| {
            tx.insert(record::COLLECTION, &monitor.name, None, &monitor, now.as_millisecond())?;
            for side in [&baseline, &current] {
                lineage::record(tx, &watched_asset(side), "watched", &Monitor::asset(&monitor.name), now)?;
            }
            Ok(())
        });
        match inserted {
            Ok(()) => Ok(monitor),
            Err(StoreError::AlreadyExists { .. }) => Err(Problem::new(ErrorCode::Conflict, format!("there is a monitor {:?} already", request.name))
                .hint("choose another name, or ask this one with check_drift")
                .field("name")),
            Err(error) => Err(error.into()),
        }
    }

    /// Every monitor, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn monitors(&self) -> Result<Vec<Monitor>, Problem> {
        let records = self.store.read(|tx| tx.list::<Monitor>(record::COLLECTION, &Query::default()))?;
        Ok(records.into_iter().map(|record| record.body).collect())
    }

    /// The monitor of that name.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] with the nearest names.
    pub fn monitor(&self, name: &str) -> Result<Monitor, Problem> {
        if let Some(found) = self.store.read(|tx| tx.get::<Monitor>(record::COLLECTION, name))? {
            return Ok(found.body);
        }
        let known = self.monitors()?;
        let hint = if known.is_empty() { "create_monitor makes one".to_owned() } else { names::did_you_mean(name, known.iter().map(|monitor| monitor.name.as_str())) };
        Err(Problem::new(ErrorCode::NotFound, format!("there is no monitor {name:?}")).hint(hint).field("monitor"))
    }

    /// What a monitor found so far, the newest first.
    ///
    /// # Errors
    /// As [`Engine::monitor`].
    pub fn drift_history(&self, monitor: &str, limit: usize) -> Result<Vec<DriftCheck>, Problem> {
        self.monitor(monitor)?;
        let entries = self.store.read(|tx| tx.read_stream_back::<DriftCheck>(&record::stream(monitor), None, limit))?;
        Ok(entries.into_iter().map(|entry| entry.body).collect())
    }

    fn open_side(&self, name: &str, field: &str) -> Result<OpenTable, Problem> {
        self.open_table(name).map_err(|problem| if problem.field == "table" { problem.field(field) } else { problem })
    }
}

/// What stands in lineage for a table that is watched: for requests, the endpoint.
fn watched_asset(side: &OpenTable) -> String {
    match (side.kind, side.name.strip_prefix(INFERENCE_PREFIX)) {
        (TableKind::Inference, Some(endpoint)) => crate::endpoints::Endpoint::asset(endpoint),
        _ => side.asset.clone(),
    }
}
