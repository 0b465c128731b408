//! Operations of governance: lineage and audit.

use mlwright_base::limits::{PAGE_DEFAULT, PAGE_MAX};
use mlwright_base::{ErrorCode, Problem};
use mlwright_engine::audit::{AuditEntry, Outcome};
use mlwright_engine::lineage::{Lineage as LineageResult, Link};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::operation::{Context, Effect, Operation, Stage};
use crate::summary::{Summary, table};

/// Shows what an asset was made from and what was made from it: table, run, model version, endpoint,
/// monitor. For who did it and when use audit_log.
#[derive(JsonSchema)]
pub struct Lineage;

/// Input of `lineage`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineageInput {
    /// `table:telco.csv`, `run:ID`, `models:/churn/1`, `endpoint:churn`, or a bare name.
    asset: String,
}

impl Operation for Lineage {
    const NAME: &'static str = "lineage";
    const TITLE: &'static str = "Show lineage";
    const EFFECT: Effect = Effect::Read;
    const STAGE: Stage = Stage::Platform;
    const EXAMPLE: &'static str = r#"{"asset": "models:/churn/1"}"#;
    type Input = LineageInput;
    type Output = LineageResult;

    fn run(cx: Context<'_>, input: LineageInput) -> Result<LineageResult, Problem> {
        cx.engine.lineage(&input.asset)
    }
}

impl Summary for LineageResult {
    fn summary(&self) -> String {
        let lines = |links: &[Link]| {
            if links.is_empty() {
                return "- nothing recorded\n".to_owned();
            }
            links.iter().map(|link| format!("- {} → {} → {}\n", link.from, link.relation, link.to)).collect::<String>()
        };
        let cut = if self.truncated { "There are more links than one answer holds.\n" } else { "" };
        format!("Made from:\n{}Used for:\n{}{cut}", lines(&self.upstream), lines(&self.downstream))
    }
}

/// Lists what was done in this workspace, by whom, through what, with what outcome; newest first. For
/// what was made from what use lineage.
#[derive(JsonSchema)]
pub struct AuditLog;

/// Input of `audit_log`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditLogInput {
    /// Text to look for in operation, actor, subject and outcome.
    filter: Option<String>,
    /// Most records, 1 to 1000 (50).
    limit: Option<usize>,
}

/// Output of `audit_log`.
#[derive(Serialize, JsonSchema)]
pub struct AuditLogOutput {
    /// The records, the newest first.
    records: Vec<AuditEntry>,
}

impl Operation for AuditLog {
    const NAME: &'static str = "audit_log";
    const TITLE: &'static str = "Read the audit";
    const EFFECT: Effect = Effect::Read;
    const STAGE: Stage = Stage::Platform;
    const IS_LONG: bool = true;
    const EXAMPLE: &'static str = r#"{"filter": "set_alias", "limit": 20}"#;
    type Input = AuditLogInput;
    type Output = AuditLogOutput;

    fn run(cx: Context<'_>, input: AuditLogInput) -> Result<AuditLogOutput, Problem> {
        let limit = page_limit(input.limit)?;
        Ok(AuditLogOutput { records: cx.engine.audit_log(input.filter.as_deref(), limit)? })
    }
}

impl Summary for AuditLogOutput {
    fn summary(&self) -> String {
        let rows: Vec<Vec<String>> = self
            .records
            .iter()
            .map(|entry| {
                let record = &entry.record;
                let outcome = match &record.outcome {
                    Outcome::Started => "started".to_owned(),
                    Outcome::Done => "done".to_owned(),
                    Outcome::Cancelled => "cancelled".to_owned(),
                    Outcome::Failed { code, field, .. } if !field.is_empty() => format!("{code} ({field})"),
                    Outcome::Failed { code, message, .. } if !message.is_empty() => format!("{code}: {message}"),
                    Outcome::Failed { code, .. } => code.to_string(),
                };
                vec![
                    entry.seq.to_string(),
                    format!("{:.0}", record.time),
                    record.actor.name.clone(),
                    record.operation.clone(),
                    record.subject.clone(),
                    outcome,
                ]
            })
            .collect();
        if rows.is_empty() {
            return "No record matches.".to_owned();
        }
        table(&["#", "time", "actor", "operation", "subject", "outcome"], &rows)
    }
}

/// The number of records in a page, within its limits.
pub(crate) fn page_limit(limit: Option<usize>) -> Result<usize, Problem> {
    let limit = limit.unwrap_or(PAGE_DEFAULT);
    if (1..=PAGE_MAX).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::new(ErrorCode::InvalidArgument, format!("limit is {limit}, expected 1 to {PAGE_MAX}")).field("limit"))
}
