//! What the settings are good for, one click away: each step of the lifecycle that can be taken, with what came of it last.

use mlwright_source_text::{Command, Lens, Lifecycle, ModelVersion, TextRange};
use serde_json::{Map, Value as Json, json};

use super::Reading;
use super::names::{section_at, text_at, value_at};
use super::syntax::{Setting, ValueKind};

/// The section that says what is predicted.
const USE_CASE: &str = "use_case";
/// Its keys that `train` takes by the same names, besides table and target.
const TRAINING_KEYS: [&str; 3] = ["metric", "positive_class", "time_column"];

pub(super) fn lenses(reading: &Reading<'_>) -> Vec<Lens> {
    let settings = reading.tree.settings();
    let Some(table) = text_at(&settings, &[USE_CASE, "table"]).filter(|table| !table.trim().is_empty()) else {
        return Vec::new();
    };
    let target = text_at(&settings, &[USE_CASE, "target"]).filter(|target| !target.is_empty());
    let lifecycle = reading.around.source.lifecycle(table, target).unwrap_or_default();
    let steps = Steps { reading, settings: &settings, table, target, lifecycle: &lifecycle };
    let all = [steps.profile(), steps.train(), steps.register(), steps.promote(), steps.deploy(), steps.check_drift()];
    let mut found: Vec<Lens> = all.into_iter().flatten().collect();
    found.sort_by_key(|lens| lens.range.start);
    found
}

struct Steps<'a> {
    reading: &'a Reading<'a>,
    settings: &'a [Setting<'a>],
    table: &'a str,
    target: Option<&'a str>,
    lifecycle: &'a Lifecycle,
}

impl Steps<'_> {
    fn profile(&self) -> Option<Lens> {
        let mut input = json!({ "table": self.table });
        if let Some(target) = self.target {
            input["target"] = json!(target);
        }
        let title = titled(&format!("Profile {}", self.table), self.lifecycle.profile.as_deref());
        Some(lens(self.key("table"), title, "profile_table", input))
    }

    fn train(&self) -> Option<Lens> {
        let target = self.target?;
        let mut input = Map::from_iter([("table".to_owned(), json!(self.table)), ("target".to_owned(), json!(target))]);
        for key in TRAINING_KEYS {
            if let Some(value) = text_at(self.settings, &[USE_CASE, key]).filter(|value| !value.is_empty()) {
                input.insert(key.to_owned(), json!(value));
            }
        }
        let title = titled(&format!("Train for {target}"), self.lifecycle.run.as_ref().map(|run| &*run.outcome));
        Some(lens(self.key("target"), title, "train", Json::Object(input)))
    }

    /// Only before there is a version: later runs are compared and registered by those who look at them.
    fn register(&self) -> Option<Lens> {
        let (run, target) = (self.lifecycle.run.as_ref()?, self.target?);
        if self.lifecycle.version.is_some() {
            return None;
        }
        let name = model_name(target)?;
        let title = format!("Register the run as {name}");
        Some(lens(self.section("gate"), title, "register_model", json!({ "run_id": &*run.run_id, "name": name })))
    }

    fn promote(&self) -> Option<Lens> {
        let version = self.lifecycle.version.as_ref()?;
        let (alias, range) = (self.guarded_alias()?, self.section("gate"));
        let ModelVersion { model, version: number, outcome, .. } = version;
        if points_at(version, &alias) == Some(*number) {
            let title = titled(&format!("{model}/{number} is {alias}"), outcome.as_deref());
            return Some(Lens { range, title, command: None });
        }
        let title = titled(&format!("Promote {model}/{number} to {alias}"), outcome.as_deref());
        let input = json!({ "name": &**model, "alias": alias, "version": number });
        Some(lens(range, title, "set_alias", input))
    }

    fn deploy(&self) -> Option<Lens> {
        let version = self.lifecycle.version.as_ref()?;
        let name = &version.model;
        let model = match self.guarded_alias().filter(|alias| points_at(version, alias).is_some()) {
            Some(alias) => format!("{name}@{alias}"),
            None => format!("{name}/{}", version.version),
        };
        let served = self.lifecycle.endpoint.as_ref();
        let endpoint = served.map_or(name, |endpoint| &endpoint.name);
        let title = titled(&format!("Deploy {model} to {endpoint}"), served.map(|endpoint| &*endpoint.outcome));
        let input = json!({ "endpoint": &**endpoint, "model": format!("models:/{model}") });
        Some(lens(self.section("server"), title, "deploy_endpoint", input))
    }

    fn check_drift(&self) -> Option<Lens> {
        let range = self.section("drift");
        if let Some(monitor) = &self.lifecycle.monitor {
            let title = titled(&format!("Check drift of {}", monitor.name), monitor.outcome.as_deref());
            return Some(lens(range, title, "check_drift", json!({ "monitor": &*monitor.name })));
        }
        let endpoint = self.lifecycle.endpoint.as_ref()?;
        let current = format!("inference/{}", endpoint.name);
        let title = format!("Check drift of {current} against {}", self.table);
        Some(lens(range, title, "check_drift", json!({ "baseline": self.table, "current": current })))
    }

    /// The first alias that the gate guards, as set or by default.
    fn guarded_alias(&self) -> Option<String> {
        if let Some(set) = value_at(self.settings, &["gate", "aliases"]) {
            let ValueKind::List(items) = &set.kind else { return None };
            return items.iter().find_map(|item| match &item.kind {
                ValueKind::Text(alias) if !alias.is_empty() => Some(alias.clone()),
                _ => None,
            });
        }
        let default = self.reading.shape()?.descend(["gate", "aliases"].into_iter())?.default()?;
        default.get(0)?.as_str().map(str::to_owned)
    }

    /// Where a key of the use case stands.
    fn key(&self, name: &str) -> TextRange {
        let found = self.settings.iter().find(|setting| setting.names().eq([USE_CASE, name]));
        found.and_then(|setting| setting.path.last()).map(|key| key.range).unwrap_or_default()
    }

    /// The header of a section, or that of the use case where the file does not have it.
    fn section(&self, name: &str) -> TextRange {
        let header = |name| section_at(&self.reading.tree, &[name])?.header.as_ref().map(|header| header.range);
        header(name).or_else(|| header(USE_CASE)).unwrap_or_else(|| self.key("table"))
    }
}

fn lens(range: TextRange, title: String, operation: &'static str, input: Json) -> Lens {
    Lens { range, title, command: Some(Command { operation, input }) }
}

/// `Train for Churn · roc_auc 0.91, 2 hours ago`
fn titled(title: &str, outcome: Option<&str>) -> String {
    outcome.map_or_else(|| title.to_owned(), |outcome| format!("{title} · {outcome}"))
}

fn points_at(version: &ModelVersion, alias: &str) -> Option<u64> {
    version.aliases.iter().find(|(name, _)| &**name == alias).map(|(_, version)| *version)
}

/// A name for the model of a target, of characters that names may have.
fn model_name(target: &str) -> Option<String> {
    let allowed: String = target.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect();
    let name = allowed.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    mlwright_base::names::check_name("name", &name).is_ok().then_some(name)
}
