//! The card's words: those of the run's card, and what became of the version since.

use super::Facts;
use crate::card::estimate::number;
use crate::card::markdown::writing::{code, more, plain, row, rule};
use crate::card::markdown::{self, Detail};
use crate::registry::AliasChange;

/// The most versions, attempts and links that the card lists.
const VERSIONS_MAX: usize = 20;
const ATTEMPTS_MAX: usize = 5;
const LINKS_MAX: usize = 20;

/// The whole card.
pub(super) fn text(facts: &Facts) -> String {
    let (card, detail) = (&facts.card, &Detail::FULL);
    let mut sections = vec![
        head(facts),
        markdown::predicts(card, detail),
        purpose(facts),
        limits(facts),
        metrics(facts),
        markdown::evaluated(card, detail),
        markdown::learners(card, detail),
        versions(facts),
        gate(facts),
        tests(facts),
        markdown::importance(card, detail),
        markdown::segments(card, detail),
        markdown::groups(card, detail),
        markdown::warnings(card, detail),
        data(facts),
        features(facts),
        markdown::reproduce(card, detail),
        lineage(facts),
    ];
    sections.retain(|section| !section.is_empty());
    sections.join("\n")
}

fn head(facts: &Facts) -> String {
    let version = facts.version();
    let aliases = if version.aliases.is_empty() { "no alias".to_owned() } else { version.aliases.iter().map(|alias| code(alias)).collect::<Vec<_>>().join(", ") };
    format!("# Model card: {}\n\nThis card is about {} ({aliases}).\n", plain(&facts.details.model.name), code(&version.version.uri()))
}

fn purpose(facts: &Facts) -> String {
    let (model, one) = (&facts.details.model, &facts.version().version);
    let purpose = if model.description.is_empty() { "Nobody wrote down what it is for.".to_owned() } else { plain(&model.description) };
    format!(
        "- **Purpose:** {purpose}\n- **Registered by:** {}, {}, SHA-256 of the file `{}`\n",
        plain(&one.created_by),
        markdown::minute(&one.created.to_string()),
        one.digest
    )
}

fn versions(facts: &Facts) -> String {
    let all = &facts.details.versions;
    let mut text = format!("## Versions\n\n{}", row(&["version", "aliases", "learner", "test score", "test_model", "registered", "run"]));
    text.push_str(&rule(7));
    for one in all.iter().take(VERSIONS_MAX) {
        let version = &one.version;
        let score = version.test_metrics.get(&version.metric).map_or_else(|| "–".to_owned(), |value| format!("{} {}", version.metric, number(*value)));
        let tested = one.test.as_ref().map_or("not run", |test| if test.passed { "passed" } else { "failed" });
        let aliases: Vec<String> = one.aliases.iter().map(|alias| code(alias)).collect();
        let registered = format!("{} by {}", markdown::minute(&version.created.to_string()), plain(&version.created_by));
        let (number, run_id) = (version.version.to_string(), code(version.run_id.as_str()));
        text.push_str(&row(&[&number, &aliases.join(", "), &version.learner, &score, tested, &registered, &run_id]));
    }
    text.push_str(&more(all.len(), VERSIONS_MAX, "versions"));
    text
}

fn data(facts: &Facts) -> String {
    if facts.card.data.fingerprint.is_empty() {
        return format!("## Data\n\nNot known: the run {} is not on record any more.\n", code(facts.version().version.run_id.as_str()));
    }
    markdown::data(&facts.card, &Detail::FULL)
}

fn features(facts: &Facts) -> String {
    if facts.card.data.fingerprint.is_empty() {
        return "## Columns\n\nNot known: the run is not on record any more; `MLmodel` among the version's files has the signature.\n".to_owned();
    }
    markdown::features(&facts.card, &Detail::FULL)
}

fn metrics(facts: &Facts) -> String {
    let times = match facts.n_openings {
        0 => "have not been looked at since training".to_owned(),
        1 => "were looked at once since training".to_owned(),
        n => format!("were looked at {n} times since training; each choice made by them makes these numbers more hopeful"),
    };
    format!("{}\nThe held-out rows {times}.\n", markdown::metrics(&facts.card, &Detail::FULL))
}

fn limits(facts: &Facts) -> String {
    let said = markdown::limits(&facts.card, &Detail::FULL);
    if facts.card.measured.is_some() {
        return said;
    }
    let unknown = "- How it does on parts of the rows, and what it relies on, was not measured when it was trained: ask evaluate_model with segments, and explain_model.\n";
    if said.is_empty() { format!("## Limits\n\n{unknown}") } else { said + unknown }
}

fn gate(facts: &Facts) -> String {
    let mut text = "## Gate\n\n".to_owned();
    if facts.guarded.is_empty() {
        text.push_str("mlwright.toml guards no alias: any version may have any.\n\n");
    }
    let attempts: Vec<&AliasChange> = facts.attempts().take(ATTEMPTS_MAX).collect();
    if attempts.is_empty() {
        text.push_str("No alias was asked for this version, so the gate has not judged it.\n");
    }
    for attempt in attempts {
        let outcome = if attempt.moved { "moved to this version" } else if attempt.checks.iter().any(|check| !check.passed) { "refused" } else { "left where it was" };
        text.push_str(&format!("- {} by {}: alias {} {outcome}\n", markdown::minute(&attempt.time.to_string()), plain(&attempt.actor.name), code(&attempt.alias)));
        for check in &attempt.checks {
            text.push_str(&format!("  - {} {}: {}\n", mark(check.passed), check.name, plain(&check.reason)));
        }
        match (&attempt.override_reason, attempt.moved && attempt.checks.iter().any(|check| !check.passed)) {
            (Some(reason), true) => text.push_str(&format!("  - **The gate was passed over**, because: {}\n", plain(reason))),
            _ if attempt.checks.is_empty() => text.push_str("  - the gate does not guard this alias\n"),
            _ => {}
        }
    }
    text
}

fn tests(facts: &Facts) -> String {
    let Some(test) = &facts.version().test else {
        return "## Test of the stored model\n\ntest_model has not run on this version.\n".to_owned();
    };
    let mut text = format!("## Test of the stored model\n\n{} on {}.\n\n", if test.passed { "Passed" } else { "**Failed**" }, markdown::minute(&test.time.to_string()));
    for check in &test.checks {
        text.push_str(&format!("- {} {}: {}\n", mark(check.passed), check.name, plain(&check.reason)));
    }
    text
}

fn lineage(facts: &Facts) -> String {
    let Some(lineage) = &facts.lineage else { return "## Lineage\n\nNone is on record.\n".to_owned() };
    let mut text = "## Lineage\n\n".to_owned();
    let n_links = lineage.upstream.len() + lineage.downstream.len();
    for link in lineage.upstream.iter().rev().chain(&lineage.downstream).take(LINKS_MAX) {
        text.push_str(&format!("- {} → {} → {} ({})\n", code(&link.from), link.relation, code(&link.to), markdown::minute(&link.time.to_string())));
    }
    text.push_str(&more(n_links, LINKS_MAX, "links"));
    text
}

fn mark(passed: bool) -> &'static str {
    if passed { "✓" } else { "✗" }
}
