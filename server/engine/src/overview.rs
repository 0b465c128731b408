//! The state of the workspace on one page: what there is, what runs, and what somebody should look at.

mod issues;

use jiff::Timestamp;
use mlwright_base::Problem;
use mlwright_store::StoreError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::endpoints::{Endpoint, EndpointState, EndpointStatus, RunningServer, ServerStatus};
use crate::engine::Engine;
use crate::jobs::{JobKind, JobState};
use crate::monitor::Monitor;
use crate::registry::ModelLine;
use crate::settings::Settings;
use crate::tracking::record::RUNS;

/// The most models, endpoints and monitors that are listed; their numbers are always whole.
pub const LISTED_MAX: usize = 50;
/// The most drifted columns that are named of one comparison.
pub const COLUMNS_NAMED_MAX: usize = 5;
/// Among how many of the newest jobs running and failed ones are looked for.
const JOBS_SEEN: usize = 100;

/// The state of a workspace. It holds no secret: tokens are not part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Overview {
    /// When it was looked at (UTC).
    #[schemars(with = "String")]
    pub time: Timestamp,
    /// The workspace's folder.
    pub directory: String,
    /// The version of mlwright that looked.
    pub version: String,
    /// What somebody should look at; empty when all is well.
    pub issues: Vec<Issue>,
    /// How many there are of each.
    pub counts: Counts,
    /// Jobs that run now.
    pub running_jobs: Vec<RunningJob>,
    /// Registered models by name, at most [`LISTED_MAX`].
    pub models: Vec<ModelLine>,
    /// Endpoints by name, at most [`LISTED_MAX`].
    pub endpoints: Vec<EndpointLine>,
    /// The server process; absent when none runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<ServerStatus>,
    /// Monitors by name, at most [`LISTED_MAX`].
    pub monitors: Vec<MonitorLine>,
    /// `mlwright.toml` as it is in force, defaults filled in.
    pub settings: Settings,
}

/// How many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Tables: files and managed ones.
    pub tables: usize,
    /// Runs.
    pub runs: u64,
    /// Registered models.
    pub models: usize,
    /// Endpoints, stopped ones too.
    pub endpoints: usize,
    /// Monitors.
    pub monitors: usize,
}

/// Something that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Issue {
    /// What it is about, e.g. `endpoint:churn`, `monitor:churn-drift`, `job:ID`, `server`.
    pub about: String,
    /// What is the matter.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// A job that runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunningJob {
    /// Its id.
    pub job_id: String,
    /// What it does.
    pub kind: JobKind,
    /// What it works on.
    pub subject: String,
    /// Where it stands.
    pub state: JobState,
    /// Its latest progress in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub progress: String,
    /// When it was asked for (UTC).
    #[schemars(with = "String")]
    pub created: Timestamp,
}

/// An endpoint in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndpointLine {
    /// Its name.
    pub name: String,
    /// Whether it answers.
    pub state: EndpointState,
    /// The version that answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The model address that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// Where to POST requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A monitor and what it found last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MonitorLine {
    /// Its name.
    pub name: String,
    /// The table that shows how things should be.
    pub baseline: String,
    /// What is compared with it.
    pub current: String,
    /// Its last comparison; absent when it made none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_check: Option<LastCheck>,
}

/// A comparison in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LastCheck {
    /// When (UTC).
    #[schemars(with = "String")]
    pub time: Timestamp,
    /// Rows that were compared with the baseline.
    pub current_rows: u64,
    /// Columns that were compared.
    pub n_columns: usize,
    /// How many of them drifted.
    pub n_drifted: usize,
    /// Those that drifted, the most drifted first, at most [`COLUMNS_NAMED_MAX`].
    pub drifted: Vec<String>,
}

impl Engine {
    /// The state of the workspace. Files are listed but not read.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn overview(&self) -> Result<Overview, Problem> {
        let jobs = self.list_jobs(JOBS_SEEN)?;
        let models = self.list_models()?;
        let monitors = self.monitors()?;
        let server = self.find_server()?;
        let records = self.endpoints()?;
        let listed: Vec<EndpointLine> = records.iter().map(|record| EndpointLine::of(record, server.as_ref())).collect();
        let n_runs = self.store.read::<_, StoreError>(|tx| tx.count(RUNS, None))?;
        let counts = Counts { tables: self.table_names().len(), runs: n_runs, models: models.len(), endpoints: records.len(), monitors: monitors.len() };
        let monitors = monitors.into_iter().take(LISTED_MAX).map(|monitor| self.monitor_line(monitor)).collect::<Result<Vec<_>, _>>()?;
        let mut found = issues::of_server(server.as_ref());
        found.extend(records.iter().zip(&listed).flat_map(|(record, line)| issues::of_endpoint(self, record, line)));
        found.extend(monitors.iter().filter_map(issues::of_monitor));
        found.extend(issues::of_jobs(&jobs));
        found.truncate(LISTED_MAX);
        let running = jobs.into_iter().filter(|job| !job.state.is_ended()).map(|job| RunningJob {
            job_id: job.job_id.to_string(),
            kind: job.kind,
            subject: job.subject,
            state: job.state,
            progress: job.progress.map(|progress| progress.message).unwrap_or_default(),
            created: job.created,
        });
        Ok(Overview {
            time: self.now(),
            directory: self.workspace.directory().display().to_string(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            issues: found,
            counts,
            running_jobs: running.collect(),
            models: models.into_iter().take(LISTED_MAX).collect(),
            endpoints: listed.into_iter().take(LISTED_MAX).collect(),
            server: server.as_ref().map(RunningServer::status),
            monitors,
            settings: self.settings.clone(),
        })
    }

    fn monitor_line(&self, monitor: Monitor) -> Result<MonitorLine, Problem> {
        let last = self.drift_history(&monitor.name, 1)?.pop();
        let last_check = last.map(|check| LastCheck {
            time: check.time,
            current_rows: check.current_rows,
            n_columns: check.columns.len(),
            n_drifted: check.drifted.len(),
            drifted: check.drifted.into_iter().take(COLUMNS_NAMED_MAX).collect(),
        });
        Ok(MonitorLine { name: monitor.name, baseline: monitor.baseline, current: monitor.current, last_check })
    }
}

impl EndpointLine {
    fn of(record: &Endpoint, server: Option<&RunningServer>) -> Self {
        let status = EndpointStatus::of(record.clone(), server);
        Self { name: status.name, state: status.state, model: status.model, asked: status.asked, url: status.url }
    }
}

#[cfg(test)]
mod tests;
