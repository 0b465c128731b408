//! Operations on registered models: versions, tests, aliases and the gate.

use std::collections::BTreeMap;

use mlwright_base::Problem;
use mlwright_engine::access::Scope;
use mlwright_engine::registry::{
    GateCheck, ModelDetails, ModelLine, RegisterModelRequest, RegisteredVersion, SetAliasOutcome, SetAliasRequest, TestModelRequest, TestReport,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::operation::{Context, Effect, Operation, Stage};
use crate::summary::{Summary, number, table};

/// Versions and moves of aliases listed in the text.
const VERSIONS_SHOWN_MAX: usize = 20;
const MOVES_SHOWN_MAX: usize = 10;

/// Makes the next version of a registered model from a finished run, once it was evaluated. The same
/// run again answers with the version there is. It does not serve anything: set_alias and
/// deploy_endpoint do.
#[derive(JsonSchema)]
pub struct RegisterModel;

impl Operation for RegisterModel {
    const NAME: &'static str = "register_model";
    const TITLE: &'static str = "Register a model";
    const EFFECT: Effect = Effect::Write;
    const STAGE: Stage = Stage::Register;
    const EXAMPLE: &'static str = r#"{"run_id": "019ab6d0c0de7000800000000000beef", "name": "churn"}"#;
    type Input = RegisterModelRequest;
    type Output = RegisteredVersion;

    fn run(cx: Context<'_>, input: RegisterModelRequest) -> Result<RegisteredVersion, Problem> {
        cx.engine.register_model(cx.call, &input)
    }
}

impl Summary for RegisteredVersion {
    fn summary(&self) -> String {
        let version = &self.version;
        let what = if self.already_registered { "was registered before as" } else { "is now" };
        let mut text = format!(
            "Run {} {what} {} ({} for {}, {}). Next: set_alias {{\"name\": \"{}\", \"alias\": \"champion\", \"version\": {}}}, which runs the gate.",
            version.run_id,
            self.model_uri,
            version.learner,
            version.target,
            scores(&version.metric, &version.test_metrics),
            version.name,
            version.version,
        );
        for warning in &self.warnings {
            text.push_str(&format!("\nWarning: {warning}."));
        }
        text
    }
}

/// Lists registered models with their aliases. For the versions of one use get_model, for models not
/// registered list_runs.
#[derive(JsonSchema)]
pub struct ListModels;

/// Input of `list_models`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListModelsInput {}

/// Output of `list_models`.
#[derive(Serialize, JsonSchema)]
pub struct ListModelsOutput {
    /// The models, by name.
    models: Vec<ModelLine>,
}

impl Operation for ListModels {
    const NAME: &'static str = "list_models";
    const TITLE: &'static str = "List models";
    const EFFECT: Effect = Effect::Read;
    const STAGE: Stage = Stage::Register;
    const EXAMPLE: &'static str = "{}";
    type Input = ListModelsInput;
    type Output = ListModelsOutput;

    fn run(cx: Context<'_>, _: ListModelsInput) -> Result<ListModelsOutput, Problem> {
        Ok(ListModelsOutput { models: cx.engine.list_models()? })
    }
}

impl Summary for ListModelsOutput {
    fn summary(&self) -> String {
        if self.models.is_empty() {
            return "No model is registered yet; register_model makes the first version from a run.".to_owned();
        }
        let rows: Vec<Vec<String>> = self
            .models
            .iter()
            .map(|model| {
                let score = model.score.map_or_else(String::new, |score| format!("{} {}", model.metric, number(score, 4)));
                vec![model.name.clone(), model.target.clone(), model.learner.clone(), model.latest_version.to_string(), aliases(&model.aliases), score]
            })
            .collect();
        table(&["model", "target", "learner", "latest version", "aliases", "test"], &rows)
    }
}

/// Shows one registered model: versions with metrics and test reports, aliases and the history of
/// their moves, refused ones too. For the training behind a version use get_run.
#[derive(JsonSchema)]
pub struct GetModel;

/// Input of `get_model`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetModelInput {
    /// Model name.
    name: String,
}

impl Operation for GetModel {
    const NAME: &'static str = "get_model";
    const TITLE: &'static str = "Show a model";
    const EFFECT: Effect = Effect::Read;
    const STAGE: Stage = Stage::Register;
    const EXAMPLE: &'static str = r#"{"name": "churn"}"#;
    type Input = GetModelInput;
    type Output = ModelDetails;

    fn run(cx: Context<'_>, input: GetModelInput) -> Result<ModelDetails, Problem> {
        cx.engine.get_model(&input.name)
    }
}

impl Summary for ModelDetails {
    fn summary(&self) -> String {
        let rows: Vec<Vec<String>> = self
            .versions
            .iter()
            .take(VERSIONS_SHOWN_MAX)
            .map(|one| {
                let test = one.test.as_ref().map_or("not tested", |test| if test.passed { "passed" } else { "failed" });
                let version = &one.version;
                vec![
                    version.version.to_string(),
                    one.aliases.join(", "),
                    version.learner.clone(),
                    scores(&version.metric, &version.test_metrics),
                    test.to_owned(),
                    version.run_id.to_string(),
                ]
            })
            .collect();
        let mut text = format!("{}: {}.\n\n{}", self.model.name, counted(self.versions.len()), table(&["version", "aliases", "learner", "test rows", "test_model", "run"], &rows));
        for change in self.alias_history.iter().take(MOVES_SHOWN_MAX) {
            let what = if change.moved { "was moved to" } else { "was not moved to" };
            let why = change.override_reason.as_ref().map_or_else(String::new, |reason| format!(", because: {reason}"));
            let failed: Vec<&str> = change.checks.iter().filter(|check| !check.passed).map(|check| check.name.as_str()).collect();
            let failed = if failed.is_empty() { String::new() } else { format!(" (failed: {})", failed.join(", ")) };
            text.push_str(&format!("\n{} {} {what} version {} by {}{failed}{why}.", change.time, change.alias, change.to_version, change.actor.name));
        }
        text
    }
}

/// Tests a model as it will be used, before it is promoted: files intact, its example answers, output
/// well formed, batch equals online bit by bit, latency of one row. The report is kept; the gate asks
/// for it. For how well it predicts use evaluate_model.
#[derive(JsonSchema)]
pub struct TestModel;

impl Operation for TestModel {
    const NAME: &'static str = "test_model";
    const TITLE: &'static str = "Test a model";
    const EFFECT: Effect = Effect::Write;
    const STAGE: Stage = Stage::Register;
    const EXAMPLE: &'static str = r#"{"model": "models:/churn/1"}"#;
    type Input = TestModelRequest;
    type Output = TestReport;

    fn run(cx: Context<'_>, input: TestModelRequest) -> Result<TestReport, Problem> {
        cx.engine.test_model(cx.call, &input)
    }
}

impl Summary for TestReport {
    fn summary(&self) -> String {
        let checks = self.checks.iter().map(|check| (check.name.as_str(), check.passed, check.reason.as_str()));
        let outcome = if self.passed { "passed" } else { "FAILED" };
        format!("{} {outcome}.\n\n{}", self.model, checks_table(checks))
    }
}

/// Points an alias at a version. For guarded aliases (champion) the gate must pass: beats the
/// baseline, not worse than the present champion on the same test rows, passes test_model. Every
/// attempt is recorded. Deployments follow only when deployed again. Override the gate only when the
/// user asks for it.
#[derive(JsonSchema)]
pub struct SetAlias;

impl Operation for SetAlias {
    const NAME: &'static str = "set_alias";
    const TITLE: &'static str = "Move an alias";
    const EFFECT: Effect = Effect::Write;
    const SCOPE: Scope = Scope::Deploy;
    const STAGE: Stage = Stage::Register;
    const EXAMPLE: &'static str = r#"{"name": "churn", "alias": "champion", "version": 1}"#;
    type Input = SetAliasRequest;
    type Output = SetAliasOutcome;

    fn run(cx: Context<'_>, input: SetAliasRequest) -> Result<SetAliasOutcome, Problem> {
        cx.engine.set_alias(cx.call, &input)
    }
}

impl Summary for SetAliasOutcome {
    fn summary(&self) -> String {
        if self.already_there {
            return format!("{} pointed at {} already.", self.alias_uri, self.model_uri);
        }
        let mut text = format!("{} now points at {}", self.alias_uri, self.model_uri);
        text.push_str(&self.change.from_version.map_or_else(|| ".".to_owned(), |version| format!(", before at version {version}.")));
        if let (true, Some(reason)) = (self.overridden, &self.change.override_reason) {
            text.push_str(&format!(" The gate was passed over, because: {reason}."));
        }
        if !self.guarded {
            text.push_str(" The gate does not guard this alias.");
        }
        if !self.change.checks.is_empty() {
            let checks = self.change.checks.iter().map(|check: &GateCheck| (check.name.as_str(), check.passed, check.reason.as_str()));
            text.push_str(&format!("\n\n{}", checks_table(checks)));
        }
        text.push_str(&format!("\nNext: deploy_endpoint {{\"endpoint\": \"…\", \"model\": \"{}\"}}.", self.alias_uri));
        text
    }
}

fn checks_table<'a>(checks: impl Iterator<Item = (&'a str, bool, &'a str)>) -> String {
    // Reasons may be longer than a table's cell.
    checks.map(|(name, passed, reason)| format!("- {} {name}: {reason}\n", if passed { "✓" } else { "✗" })).collect()
}

fn counted(n_versions: usize) -> String {
    if n_versions == 1 { "1 version".to_owned() } else { format!("{n_versions} versions") }
}

fn scores(metric: &str, metrics: &BTreeMap<String, f64>) -> String {
    metrics.get(metric).map_or_else(|| metric.to_owned(), |value| format!("{metric} {}", number(*value, 4)))
}

fn aliases(aliases: &BTreeMap<String, u64>) -> String {
    aliases.iter().map(|(alias, version)| format!("{alias} → {version}")).collect::<Vec<_>>().join(", ")
}
