//! Operations of the product above the lines that they are about: profile and train where data is read, the next steps of its
//! lifecycle where a model is fitted on it.

use std::sync::Arc;

use mlwright_python_flow::Script;
use mlwright_python_syntax::tree::each_expr;
use mlwright_python_values::Analysis;
use mlwright_python_values::event::Fit;
use mlwright_python_values::value::{Data, DataKind};
use mlwright_source_text::{Command, Lens, Lifecycle, SchemaSource, Table, TextRange};
use serde_json::json;

use super::stages::{called, is_reading};

/// What can be run from above a line.
pub fn lenses(script: &Script, source: &dyn SchemaSource) -> Vec<Lens> {
    let analysis = script.analysis(source);
    let mut lenses = Vec::new();
    for (range, table) in reads(analysis) {
        let Some(written) = written(&table, source) else { continue };
        let target = target_of(analysis, &table);
        let lifecycle = source.lifecycle(&written, target.as_deref()).unwrap_or_default();
        lenses.push(profile(range, &table, &written, target.as_deref(), &lifecycle));
        lenses.extend(target.map(|target| train(range, &table, &written, &target, &lifecycle)));
    }
    for fit in &analysis.flow.fits {
        let Some((table, target)) = predicted(fit) else { continue };
        let Some(written) = written(&table, source) else { continue };
        let lifecycle = source.lifecycle(&written, Some(&target)).unwrap_or_default();
        let next = next_step(fit.site, &written, &target, &lifecycle);
        lenses.extend(next.filter(|next| !lenses.contains(next)));
    }
    lenses.sort_by_key(|lens| lens.range.start);
    lenses
}

/// Where tables are read whole, each with its table.
pub(super) fn reads(analysis: &Analysis) -> Vec<(TextRange, Arc<Table>)> {
    let mut reads = Vec::new();
    each_expr(&analysis.module.body, &mut |expr| {
        if !called(expr).is_some_and(is_reading) {
            return;
        }
        let Some(data) =
            analysis.flow.at(expr.id).and_then(|seen| seen.data()).filter(|data| data.kind == DataKind::Frame)
        else {
            return;
        };
        if let [table] = &data.tables()[..] {
            reads.push((expr.range, table.clone()));
        }
    });
    reads
}

/// A table as operations take it: its path below the workspace's root, else its whole path.
pub(super) fn written(table: &Table, source: &dyn SchemaSource) -> Option<String> {
    let path = table.path.as_ref()?;
    let roots = source.roots();
    let below = roots.iter().find_map(|root| path.strip_prefix(&**root)?.strip_prefix('/'));
    Some(below.unwrap_or(path).to_owned())
}

/// The column of a table that all models of the script predict, where they agree.
pub(super) fn target_of(analysis: &Analysis, table: &Arc<Table>) -> Option<Arc<str>> {
    let mut targets: Vec<Arc<str>> = analysis
        .flow
        .fits
        .iter()
        .filter_map(predicted)
        .filter(|(of, _)| of.name == table.name)
        .map(|(_, target)| target)
        .collect();
    targets.dedup();
    match &targets[..] {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// The column that a fit learns to predict, with the table that it was read from.
pub(super) fn predicted(fit: &Fit) -> Option<(Arc<Table>, Arc<str>)> {
    if !fit.estimator.role.is_model() {
        return None;
    }
    let y: &Data = &fit.y.as_ref()?.data;
    match &y.columns.list[..] {
        [only] if !y.columns.open => only.table.clone(),
        _ => None,
    }
}

pub(super) fn profile(
    range: TextRange,
    table: &Table,
    written: &str,
    target: Option<&str>,
    lifecycle: &Lifecycle,
) -> Lens {
    let mut input = json!({ "table": written });
    if let Some(target) = target {
        input["target"] = json!(target);
    }
    lens(range, titled(format!("Profile {}", table.name), lifecycle.profile.as_deref()), "profile_table", input)
}

pub(super) fn train(range: TextRange, table: &Table, written: &str, target: &str, lifecycle: &Lifecycle) -> Lens {
    let title =
        titled(format!("Train on {} for {target}", table.name), lifecycle.run.as_ref().map(|run| &*run.outcome));
    lens(range, title, "train", json!({ "table": written, "target": target }))
}

/// What can be done next with what the workspace has trained for this table and target.
fn next_step(range: TextRange, written: &str, target: &str, lifecycle: &Lifecycle) -> Option<Lens> {
    if let Some(monitor) = &lifecycle.monitor {
        let title = titled(format!("Check drift of {}", monitor.name), monitor.outcome.as_deref());
        return Some(lens(range, title, "check_drift", json!({ "monitor": &*monitor.name })));
    }
    if let Some(endpoint) = &lifecycle.endpoint {
        let current = format!("inference/{}", endpoint.name);
        let title = format!("Check drift of {current} against {written}");
        return Some(lens(range, title, "check_drift", json!({ "baseline": written, "current": current })));
    }
    if let Some(version) = &lifecycle.version {
        let model = format!("{}/{}", version.model, version.version);
        let input = json!({ "endpoint": &*version.model, "model": format!("models:/{model}") });
        return Some(lens(range, format!("Deploy {model}"), "deploy_endpoint", input));
    }
    let run = lifecycle.run.as_ref()?;
    let allowed: String = target.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect();
    let name = allowed.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    mlwright_base::names::check_name("name", &name).ok()?;
    Some(lens(
        range,
        format!("Register the run as {name}"),
        "register_model",
        json!({ "run_id": &*run.run_id, "name": name }),
    ))
}

fn lens(range: TextRange, title: String, operation: &'static str, input: serde_json::Value) -> Lens {
    Lens { range, title, command: Some(Command { operation, input }) }
}

fn titled(title: String, outcome: Option<&str>) -> String {
    match outcome {
        Some(outcome) => format!("{title} · {outcome}"),
        None => title,
    }
}
