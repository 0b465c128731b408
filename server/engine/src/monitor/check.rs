//! `check_drift`.

use mlwright_base::{ErrorCode, Problem};
use mlwright_data::ColumnSchema;
use mlwright_explore::drift::{self, DriftOptions, DriftReport};
use mlwright_store::StoreError;
use polars::prelude::DataFrame;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::record::{ColumnVerdict, DriftCheck, Monitor, stream};
use super::Thresholds;
use crate::call::Call;
use crate::engine::Engine;
use crate::plots::Picture;
use crate::reports::file_stem;
use crate::tables::{OpenTable, TableKind};

/// Drifted columns that are drawn beside the answer; the page draws more.
const PICTURES_MAX: usize = 3;
/// Fewer rows than this say little about a distribution.
const FEW_ROWS: u64 = 50;

/// What to compare: two tables, or what a monitor compares.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DriftRequest {
    /// The table that shows how things should be.
    pub baseline: Option<String>,
    /// The table to compare with it.
    pub current: Option<String>,
    /// Columns to compare; all that both have when `None`, of an endpoint's requests those that its
    /// models learned from.
    pub columns: Option<Vec<String>>,
    /// A monitor, instead of all the above.
    pub monitor: Option<String>,
}

/// Two tables compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DriftAnswer {
    /// The baseline, with its version when it has one.
    pub baseline: String,
    /// The table compared with it.
    pub current: String,
    /// The monitor, when it was one that asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitor: Option<String>,
    /// How often the monitor has compared, this time included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_checks: Option<u64>,
    /// The page for people, relative to the workspace.
    pub report: String,
    /// What to know before relying on the result.
    pub warnings: Vec<String>,
    /// What was measured.
    #[serde(flatten)]
    pub drift: DriftReport,
    /// The most drifted columns, drawn.
    #[serde(skip)]
    pub pictures: Vec<Picture>,
}

/// One comparison to make.
struct Comparison {
    baseline: String,
    current: String,
    columns: Option<Vec<String>>,
    options: DriftOptions,
    monitor: Option<Monitor>,
}

/// One side, read.
pub(super) struct Side {
    pub(super) open: OpenTable,
    pub(super) frame: DataFrame,
    pub(super) schema: Vec<ColumnSchema>,
}

impl Engine {
    /// Compares two tables column by column and writes a page about it. What a monitor finds is kept.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] unless there is either a monitor or both tables,
    /// [`ErrorCode::NotFound`] for an unknown table, column or monitor, [`ErrorCode::UnsuitableData`]
    /// when a side has no rows or the two have no column in common.
    pub fn check_drift(&self, call: &Call<'_>, request: &DriftRequest) -> Result<DriftAnswer, Problem> {
        let comparison = self.comparison(request)?;
        let baseline = self.read_side(call, &comparison.baseline, "baseline")?;
        let current = self.read_side(call, &comparison.current, "current")?;
        let columns = comparison.columns.as_deref();
        let aligned = self.align(baseline, current, columns)?;
        let cx = mlwright_explore::Context::new(call.cancel, call.progress);
        let drift = aligned.compare(columns, &comparison.options, &cx)?;
        if drift.columns.is_empty() {
            let skipped = drift.skipped.first().map_or_else(String::new, |skipped| format!("; {}: {}", skipped.column, skipped.reason));
            return Err(Problem::new(ErrorCode::UnsuitableData, format!("no column of the two tables can be compared{skipped}"))
                .hint("name comparable columns with columns"));
        }
        call.cancel.check()?;
        let (baseline, current) = (&aligned.baseline, &aligned.current);
        let mut warnings = warnings(&comparison, baseline, &drift)?;
        warnings.extend(aligned.warning(&drift));
        let pictures = drift.columns.iter().take(PICTURES_MAX).filter(|column| column.drifted).filter_map(drift::chart);
        let pictures: Vec<Picture> = pictures.map(|chart| Picture::of(&chart)).collect();
        let names = (baseline.open.versioned_name(), current.open.versioned_name());
        let report = self.write_page(&comparison, &names, &drift)?;
        let n_checks = self.keep(call, &comparison, &names, &drift, &report)?;
        Ok(DriftAnswer {
            baseline: names.0,
            current: names.1,
            monitor: comparison.monitor.map(|monitor| monitor.name),
            n_checks,
            report,
            warnings,
            drift,
            pictures,
        })
    }

    fn comparison(&self, request: &DriftRequest) -> Result<Comparison, Problem> {
        let invalid = |message: &str, field: &str| Err(Problem::new(ErrorCode::InvalidArgument, message).hint("give a monitor, or a baseline and a current table").field(field));
        match (&request.monitor, &request.baseline, &request.current) {
            (Some(name), None, None) => {
                let monitor = self.monitor(name)?;
                if request.columns.is_some() {
                    return invalid("columns are those of the monitor", "columns");
                }
                Ok(Comparison {
                    baseline: monitor.baseline.clone(),
                    current: monitor.current.clone(),
                    columns: monitor.columns.clone(),
                    options: monitor.options.clone(),
                    monitor: Some(monitor),
                })
            }
            (None, Some(baseline), Some(current)) => Ok(Comparison {
                baseline: baseline.clone(),
                current: current.clone(),
                columns: request.columns.clone(),
                options: Thresholds::default().options(&self.settings.drift)?,
                monitor: None,
            }),
            (Some(_), ..) => invalid("a monitor has its own tables", "monitor"),
            (None, None, _) => invalid("the baseline is missing", "baseline"),
            (None, Some(_), None) => invalid("the current table is missing", "current"),
        }
    }

    fn read_side(&self, call: &Call<'_>, name: &str, field: &str) -> Result<Side, Problem> {
        let open = self.open_side(name, field)?;
        let (frame, schema) = open.collect(call.cancel).map_err(|problem| self.shorten_paths(problem))?;
        if frame.height() == 0 {
            let hint = if open.kind == TableKind::Inference { "send requests to the endpoint first" } else { "" };
            return Err(Problem::new(ErrorCode::UnsuitableData, format!("the {field} table {name:?} has no rows")).hint(hint).field(field));
        }
        Ok(Side { open, frame, schema })
    }

    fn write_page(&self, comparison: &Comparison, names: &(String, String), drift: &DriftReport) -> Result<String, Problem> {
        let subtitle = format!("{} against {}", names.1, names.0);
        let (stem, title) = match &comparison.monitor {
            // A monitor's pages stay: its history names them.
            Some(monitor) => {
                let time = self.now().strftime("%Y%m%dT%H%M%S%.3f").to_string();
                (file_stem("drift", &[&monitor.name, &time]), format!("Monitor {}", monitor.name))
            }
            None => (file_stem("drift", &[&names.0, &names.1, &comparison.columns.clone().unwrap_or_default().join(",")]), "Drift".to_owned()),
        };
        self.write_report(&format!("{stem}.html"), drift::html(drift, &title, &subtitle).as_bytes())
    }

    /// Appends what a monitor found to its history; answers with the history's length.
    fn keep(&self, call: &Call<'_>, comparison: &Comparison, names: &(String, String), drift: &DriftReport, report: &str) -> Result<Option<u64>, Problem> {
        let Some(monitor) = &comparison.monitor else { return Ok(None) };
        let verdict = |column: &drift::ColumnDrift| ColumnVerdict {
            column: column.column.clone(),
            drifted: column.drifted,
            strength: column.strength(),
            reason: column.reason.clone(),
        };
        let check = DriftCheck {
            time: self.now(),
            actor: call.actor.name.clone(),
            baseline: names.0.clone(),
            current: names.1.clone(),
            baseline_rows: drift.baseline_rows,
            current_rows: drift.current_rows,
            drifted: drift.drifted.clone(),
            columns: drift.columns.iter().map(verdict).collect(),
            report: report.to_owned(),
        };
        Ok(Some(self.store.write::<_, StoreError>(|tx| tx.append(&stream(&monitor.name), None, &check))?))
    }
}

fn warnings(comparison: &Comparison, baseline: &Side, drift: &DriftReport) -> Result<Vec<String>, Problem> {
    let mut warnings = Vec::new();
    for (side, rows) in [("baseline", drift.baseline_rows), ("current table", drift.current_rows)] {
        if rows < FEW_ROWS {
            warnings.push(format!("the {side} has only {rows} rows: drift that is there may go unnoticed"));
        }
    }
    if let Some(monitor) = &comparison.monitor
        && monitor.baseline_fingerprint != baseline.open.table.fingerprint()?
    {
        warnings.push(format!("the baseline {} has changed since the monitor was made; a managed table keeps its versions", monitor.baseline));
    }
    Ok(warnings)
}
