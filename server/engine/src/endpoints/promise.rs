//! What an endpoint promises its clients, and what a new version would change of it.

use mlwright_base::{ErrorCode, Problem};
use mlwright_learn::{Feature, FeatureKind};

use super::record::Deployment;

/// The most names that one message lists.
const NAMES_SHOWN_MAX: usize = 10;

/// Compares what an endpoint serves with what it is to serve; answers with what clients should know.
///
/// # Errors
/// [`ErrorCode::Conflict`] when the new model answers another question: another target, task or classes.
pub(super) fn check(serves: &Deployment, asked: &Deployment) -> Result<Vec<String>, Problem> {
    if !answers_alike(serves, asked) {
        let message = format!(
            "{:?} answers with {}, but {} gives {}: its clients would break",
            serves.endpoint,
            described(serves),
            asked.model.uri,
            described(asked)
        );
        return Err(Problem::new(ErrorCode::Conflict, message).hint("deploy it under another endpoint name, or stop_endpoint first").field("endpoint"));
    }
    let before = |feature: &Feature| serves.features.iter().find(|known| known.name == feature.name);
    let added: Vec<&str> = asked.features.iter().filter(|feature| before(feature).is_none()).map(|feature| feature.name.as_str()).collect();
    // Categories and texts take any value; the other kinds do not.
    let is_pickier = |feature: &&Feature| {
        !matches!(feature.kind, FeatureKind::Categorical | FeatureKind::Text) && before(feature).is_some_and(|known| known.kind != feature.kind)
    };
    let pickier: Vec<&str> = asked.features.iter().filter(is_pickier).map(|feature| feature.name.as_str()).collect();
    let mut warnings = Vec::new();
    if !added.is_empty() {
        warnings.push(format!("requests must send columns that they did not need before, or fail: {}", listed(&added)));
    }
    if !pickier.is_empty() {
        warnings.push(format!("columns are read as another kind than before, so values may be refused: {}", listed(&pickier)));
    }
    Ok(warnings)
}

fn answers_alike(a: &Deployment, b: &Deployment) -> bool {
    let sorted = |deployment: &Deployment| {
        let mut classes = deployment.classes.clone();
        classes.sort();
        classes
    };
    // Deployments on record from before targets were kept have none.
    let same_target = a.target.is_none() || b.target.is_none() || a.target == b.target;
    same_target && a.task == b.task && sorted(a) == sorted(b)
}

/// E.g. `churned (binary: No, Yes)`.
fn described(deployment: &Deployment) -> String {
    let classes: Vec<&str> = deployment.classes.iter().map(String::as_str).collect();
    let classes = if classes.is_empty() { String::new() } else { format!(": {}", listed(&classes)) };
    let kind = format!("{}{classes}", deployment.task);
    deployment.target.as_ref().map_or_else(|| format!("a model ({kind})"), |target| format!("{target} ({kind})"))
}

fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(NAMES_SHOWN_MAX).copied().collect::<Vec<_>>().join(", ");
    if names.len() > NAMES_SHOWN_MAX { format!("{shown} and {} more", names.len() - NAMES_SHOWN_MAX) } else { shown }
}
