//! The card's words.

use mlwright_learn::Metric;

use super::Facts;
use crate::registry::{AliasChange, ModelVersion};
use crate::tracking::RunData;

/// The most versions, attempts, columns and links that the card lists.
const VERSIONS_MAX: usize = 20;
const ATTEMPTS_MAX: usize = 5;
const COLUMNS_MAX: usize = 60;
const LINKS_MAX: usize = 20;
const WARNINGS_MAX: usize = 20;
/// The longest name and the longest sentence that is repeated, in characters.
const NAME_CHARS_MAX: usize = 80;
const SENTENCE_CHARS_MAX: usize = 400;
/// Fewer held-out rows than this say little.
const FEW_TEST_ROWS: usize = 200;

/// The whole card.
pub(super) fn markdown(facts: &Facts) -> String {
    let sections = [
        head(facts),
        versions(facts),
        data(facts),
        metrics(facts),
        gate(facts),
        tests(facts),
        warnings(facts),
        features(facts),
        limits(facts),
        lineage(facts),
    ];
    sections.join("\n")
}

fn head(facts: &Facts) -> String {
    let (details, version) = (&facts.details, facts.version());
    let one = &version.version;
    let aliases = if version.aliases.is_empty() { "no alias".to_owned() } else { version.aliases.iter().map(|alias| code(alias)).collect::<Vec<_>>().join(", ") };
    let purpose = if details.model.description.is_empty() { "Nobody wrote down what it is for.".to_owned() } else { plain(&details.model.description) };
    let reason = facts.training.as_ref().map_or_else(String::new, |training| format!(" ({})", plain(&training.task_reason)));
    let how = facts.run.as_ref().map_or_else(String::new, |run| {
        let prefix = format!("{}.", one.learner);
        let chosen: Vec<String> = run.params.iter().filter_map(|(name, value)| Some(format!("{}={}", name.strip_prefix(&prefix)?, plain(value)))).collect();
        let seed = run.params.get("seed").map_or_else(String::new, |seed| format!(", seed {seed}"));
        if chosen.is_empty() { seed } else { format!(" with {}{seed}", chosen.join(", ")) }
    });
    format!(
        "# Model card: {name}\n\nThis card is about {uri} ({aliases}).\n\n## What it predicts\n\n- **Target:** {target}, {task}{reason}\n- **Learner:** {learner}{how}\n- **Chosen by:** {metric}\n- **Purpose:** {purpose}\n- **Made by:** {by}, {time}, SHA-256 of the file `{digest}`\n",
        name = plain(&details.model.name),
        uri = code(&one.uri()),
        target = code(&one.target),
        task = one.task,
        learner = one.learner,
        metric = if one.metric.is_empty() { "not recorded" } else { &one.metric },
        by = plain(&one.created_by),
        time = day(&one.created.to_string()),
        digest = one.digest,
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
        let registered = format!("{} by {}", day(&version.created.to_string()), plain(&version.created_by));
        let (number, run_id) = (version.version.to_string(), code(version.run_id.as_str()));
        text.push_str(&row(&[&number, &aliases.join(", "), &version.learner, &score, tested, &registered, &run_id]));
    }
    text.push_str(&more(all.len(), VERSIONS_MAX, "versions"));
    text
}

fn data(facts: &Facts) -> String {
    let Some(data) = facts.run.as_ref().and_then(|run| run.data.as_ref()) else {
        return format!("## Data\n\nNot known: the run {} is not on record any more.\n", code(facts.version().version.run_id.as_str()));
    };
    let of_role = |role: &str| data.schema.iter().filter(|column| column.role == role).count();
    format!(
        "## Data\n\n- **Table:** {table}{version}\n- **Fingerprint:** SHA-256 `{fingerprint}`\n- **Rows:** {rows}, of which {test} were held out for the test\n- **Columns:** {columns}: {features} learned from, {excluded} left out, and the target\n- **Split:** {split}\n",
        table = code(&data.table),
        version = data.version.map_or_else(String::new, |version| format!(", version {version}")),
        fingerprint = data.fingerprint,
        rows = data.n_rows,
        test = data.n_test_rows,
        columns = data.schema.len(),
        features = of_role("feature"),
        excluded = of_role("excluded"),
        split = plain(&data.split),
    )
}

fn metrics(facts: &Facts) -> String {
    let version = &facts.version().version;
    let mut text = "## Metrics on the held-out rows\n\n".to_owned();
    if version.test_metrics.is_empty() {
        text.push_str("None are on record.\n");
        return text;
    }
    text.push_str(&row(&["metric", "model", "95 % interval", "baseline", "better is"]));
    text.push_str(&rule(5));
    let chosen_first = version.test_metrics.iter().filter(|(name, _)| **name == version.metric);
    let others = version.test_metrics.iter().filter(|(name, _)| **name != version.metric);
    for (name, value) in chosen_first.chain(others) {
        let interval = facts.intervals.get(name).map_or_else(|| "not on record".to_owned(), |[low, high]| format!("{} to {}", number(*low), number(*high)));
        let baseline = version.baseline_metrics.get(name).map_or_else(|| "–".to_owned(), |value| number(*value));
        let better = Metric::parse(name).map_or("", |metric| if metric.greater_is_better() { "higher" } else { "lower" });
        let shown = if *name == version.metric { format!("**{name}**") } else { name.clone() };
        text.push_str(&row(&[&shown, &number(*value), &interval, &baseline, better]));
    }
    if let Some(run) = &facts.run {
        let key = format!("cv_{}", version.metric);
        match (run.metrics.get(&key), run.metrics.get(&format!("{key}_std"))) {
            (Some(mean), Some(std)) => text.push_str(&format!("\nCross-validation: {} {} ± {} (standard deviation over the folds).\n", version.metric, number(*mean), number(*std))),
            (Some(mean), None) => text.push_str(&format!("\nOn the rows kept for choosing: {} {}.\n", version.metric, number(*mean))),
            _ => {}
        }
    }
    let times = match facts.n_openings {
        0 => "have not been looked at since training".to_owned(),
        1 => "were looked at once since training".to_owned(),
        n => format!("were looked at {n} times since training; each choice made by them makes these numbers more hopeful"),
    };
    text.push_str(&format!("\nThe held-out rows {times}.\n"));
    text
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
        text.push_str(&format!("- {} by {}: alias {} {outcome}\n", day(&attempt.time.to_string()), plain(&attempt.actor.name), code(&attempt.alias)));
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
    let mut text = format!("## Test of the stored model\n\n{} on {}.\n\n", if test.passed { "Passed" } else { "**Failed**" }, day(&test.time.to_string()));
    for check in &test.checks {
        text.push_str(&format!("- {} {}: {}\n", mark(check.passed), check.name, plain(&check.reason)));
    }
    text
}

fn warnings(facts: &Facts) -> String {
    let said = match &facts.training {
        None => "Not known: the job that trained it is not on record any more.\n".to_owned(),
        Some(training) if training.warnings.is_empty() => "Training gave none.\n".to_owned(),
        Some(training) => {
            let lines: String = training.warnings.iter().take(WARNINGS_MAX).map(|warning| format!("- {}\n", plain(warning))).collect();
            lines + &more(training.warnings.len(), WARNINGS_MAX, "warnings")
        }
    };
    format!("## Warnings\n\n{said}")
}

fn features(facts: &Facts) -> String {
    let Some(data) = facts.run.as_ref().and_then(|run| run.data.as_ref()) else {
        return "## Features\n\nNot known: the run is not on record any more; `MLmodel` among the version's files has the signature.\n".to_owned();
    };
    let of_role = |role: &'static str| data.schema.iter().filter(move |column| column.role == role);
    let mut text = format!("## Features\n\n{}{}", row(&["column", "type"]), rule(2));
    for column in of_role("feature").take(COLUMNS_MAX) {
        text.push_str(&row(&[&code(&column.name), &column.semantic]));
    }
    text.push_str(&more(of_role("feature").count(), COLUMNS_MAX, "columns"));
    let n_excluded = of_role("excluded").count();
    text.push_str(if n_excluded == 0 { "\nNo column was left out.\n" } else { "\nLeft out:\n\n" });
    for column in of_role("excluded").take(COLUMNS_MAX) {
        text.push_str(&format!("- {}: {}\n", code(&column.name), plain(&column.reason)));
    }
    text.push_str(&more(n_excluded, COLUMNS_MAX, "columns"));
    text
}

/// What the numbers above cannot carry.
fn limits(facts: &Facts) -> String {
    let version = &facts.version().version;
    let mut said: Vec<String> = Vec::new();
    if let Some(run) = &facts.run
        && let Some(data) = &run.data
    {
        said.extend(limits_of_data(data, run.params.contains_key("time_column")));
    }
    said.extend(near_baseline(facts, version));
    if facts.intervals.is_empty() {
        said.push("No interval of the test score is on record: how sure it is cannot be told from here.".to_owned());
    }
    said.push("How it does for groups of people or parts of the rows is not on record: ask evaluate_model with segments.".to_owned());
    said.push("Why it predicts what it does is not on record: ask explain_model. What goes along with the target need not cause it.".to_owned());
    format!("## Limits\n\n{}", said.iter().map(|line| format!("- {line}\n")).collect::<String>())
}

fn limits_of_data(data: &RunData, in_time: bool) -> Vec<String> {
    let mut said = vec![format!("It learned from {} and knows nothing of rows unlike those; compare new rows with check_drift.", code(&data.table))];
    if data.n_test_rows < FEW_TEST_ROWS {
        said.push(format!("Only {} rows were held out: the test score may be off by much.", data.n_test_rows));
    }
    if !in_time {
        said.push("The test rows were chosen at random, not from a later time: if the world changes, new rows will be predicted worse than the score says.".to_owned());
    }
    said
}

fn near_baseline(facts: &Facts, version: &ModelVersion) -> Option<String> {
    let baseline = version.baseline_metrics.get(&version.metric)?;
    let [low, high] = facts.intervals.get(&version.metric)?;
    (low <= baseline && baseline <= high)
        .then(|| format!("The baseline's {} lies within the model's interval: that it is better at all may be chance.", version.metric))
}

fn lineage(facts: &Facts) -> String {
    let Some(lineage) = &facts.lineage else { return "## Lineage\n\nNone is on record.\n".to_owned() };
    let mut text = "## Lineage\n\n".to_owned();
    let n_links = lineage.upstream.len() + lineage.downstream.len();
    for link in lineage.upstream.iter().rev().chain(&lineage.downstream).take(LINKS_MAX) {
        text.push_str(&format!("- {} → {} → {} ({})\n", code(&link.from), link.relation, code(&link.to), day(&link.time.to_string())));
    }
    text.push_str(&more(n_links, LINKS_MAX, "links"));
    text
}

fn row(cells: &[&str]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn rule(n_columns: usize) -> String {
    format!("|{}\n", " --- |".repeat(n_columns))
}

fn more(n: usize, shown: usize, what: &str) -> String {
    if n > shown { format!("\n… and {} more {what}.\n", n - shown) } else { String::new() }
}

fn mark(passed: bool) -> &'static str {
    if passed { "✓" } else { "✗" }
}

/// The minute of a moment in ISO 8601.
fn day(time: &str) -> String {
    let minute: String = time.chars().take(16).collect();
    format!("{} UTC", minute.replace('T', " "))
}

/// A name that somebody chose, as code. It can end neither the code nor a table's cell.
fn code(name: &str) -> String {
    format!("`{}`", one_line(name, NAME_CHARS_MAX).replace('`', "'").replace('|', "\\|"))
}

/// A sentence that may repeat what somebody wrote: no markup of its own takes effect.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text, SENTENCE_CHARS_MAX).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '|' | '[' | ']' | '`' | '*' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn one_line(text: &str, chars_max: usize) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = line.trim();
    if line.chars().count() > chars_max { format!("{}…", line.chars().take(chars_max - 1).collect::<String>()) } else { line.to_owned() }
}

/// Four significant digits.
fn number(value: f64) -> String {
    if !value.is_finite() || value == 0.0 {
        return value.to_string();
    }
    let magnitude = value.abs().log10().floor() as i32;
    let decimals = usize::try_from(3 - magnitude).unwrap_or(0).min(12);
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_stays_text() {
        assert_eq!(code("a`b|c\nd"), "`a'b\\|c d`");
        assert_eq!(plain("<img src=x> [go](http://x) `x` *y*|"), "&lt;img src=x> \\[go\\](http://x) \\`x\\` \\*y\\*\\|");
        assert_eq!(plain(&"é".repeat(500)).chars().count(), SENTENCE_CHARS_MAX);
    }

    #[test]
    fn numbers_have_four_digits() {
        assert_eq!((number(0.848_659), number(50_182.3), number(0.0), number(-0.001_234_5)), ("0.8487".to_owned(), "50182".to_owned(), "0".to_owned(), "-0.001234".to_owned()));
    }
}
