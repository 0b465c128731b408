//! The parts of a card in words. The cards of runs and of registered versions are made of them.

use mlwright_learn::Task;
use serde_json::Value;

use super::Detail;
use super::writing::{more, row, rule, short_code, short_plain};
use crate::card::estimate::{Estimate, number, percent, plural, short};
use crate::card::facts::{DependenceFacts, LearnerFacts, ModelCard};
use crate::card::fairness::{FairnessOfColumn, Group};
use crate::card::slices::{ALPHA, Condition};
use crate::train::{calibrated, covered};

/// What is predicted, and by what.
pub(crate) fn predicts(card: &ModelCard, detail: &Detail) -> String {
    let model = &card.model;
    let reason = if model.task_reason.is_empty() { String::new() } else { format!(" ({})", short_plain(&model.task_reason, detail.sentence_chars)) };
    let with = made_of(&model.parameters, detail);
    let with = if with.is_empty() { String::new() } else { format!(" with {with}") };
    let seed = card.reproduce.as_ref().map_or_else(String::new, |made| format!(", seed {}", made.seed));
    let threshold = model.threshold.filter(|threshold| *threshold != 0.5).map_or_else(String::new, |threshold| format!("; called positive from a probability of {} on", short(threshold)));
    let calibration = model.calibration.iter().map(calibrated);
    let coverage = model.coverage.iter().map(|coverage| covered(coverage, model.task));
    let sure: String = calibration.chain(coverage).map(|sentence| format!("- {sentence}.\n")).collect();
    format!(
        "## What it predicts\n\n- **Target:** {}, {}{reason}{threshold}\n- **Learner:** {}{with}{seed}\n- **Chosen by:** {}\n- **Run:** `{}`, trained {}\n{sure}",
        short_code(&model.target, detail.name_chars),
        model.task,
        model.learner,
        if model.metric.is_empty() { "not recorded" } else { &model.metric },
        card.run_id,
        minute(&card.created),
    )
}

/// The minute of a moment in ISO 8601.
pub(crate) fn minute(time: &str) -> String {
    let minute: String = time.chars().take(16).collect();
    format!("{} UTC", minute.replace('T', " "))
}

/// Hyperparameters that are no defaults, or a mixture's members.
pub(crate) fn made_of(parameters: &std::collections::BTreeMap<String, Value>, detail: &Detail) -> String {
    if let Some(members) = parameters.get("members").and_then(Value::as_array) {
        let part = |member: &Value| Some(format!("{} {}", short(member.get("weight")?.as_f64()?), member.get("learner")?.as_str()?));
        return members.iter().filter_map(part).collect::<Vec<_>>().join(" + ");
    }
    let said = |(name, value): (&String, &Value)| match value {
        Value::String(text) => format!("{name}={}", short_plain(text, detail.name_chars)),
        Value::Number(exact) => format!("{name}={}", exact.as_f64().filter(|value| value.fract() != 0.0).map_or_else(|| exact.to_string(), short)),
        other => format!("{name}={}", short_plain(&other.to_string(), detail.name_chars)),
    };
    parameters.iter().map(said).collect::<Vec<_>>().join(", ")
}

/// The table and the split.
pub(crate) fn data(card: &ModelCard, detail: &Detail) -> String {
    let data = &card.data;
    let left_out = if data.n_rows_left_out > 0 { format!("; {} without a target left out", data.n_rows_left_out) } else { String::new() };
    let because = if data.split_reason.is_empty() { String::new() } else { format!(" ({})", short_plain(&data.split_reason, detail.sentence_chars)) };
    format!(
        "## Data\n\n- **Table:** {}\n- **Fingerprint:** SHA-256 `{}`\n- **Rows:** {}, of which {} were held out for the test{left_out}\n- **Columns:** {}: {} learned from, {} left out, and the target\n- **Split:** {}{because}\n",
        short_code(&data.table, detail.name_chars),
        data.fingerprint,
        data.n_rows,
        data.n_test_rows,
        data.n_columns,
        data.n_features,
        data.n_excluded,
        short_plain(&data.split, detail.sentence_chars),
    )
}

/// Test metrics beside the baseline.
pub(crate) fn metrics(card: &ModelCard, detail: &Detail) -> String {
    let mut text = "## Metrics on the held-out rows\n\n".to_owned();
    if card.metrics.is_empty() {
        return text + "None are on record.\n";
    }
    text.push_str(&row(&["metric", "model", "95 % interval", "baseline", "better is"]));
    text.push_str(&rule(5));
    for metric in card.metrics.iter().take(detail.metrics) {
        let interval = metric.interval.map_or_else(|| "not on record".to_owned(), |[low, high]| format!("{} to {}", number(low), number(high)));
        let baseline = metric.baseline.map_or_else(|| "–".to_owned(), number);
        let shown = if metric.name == card.model.metric { format!("**{}**", metric.name) } else { metric.name.clone() };
        text.push_str(&row(&[&shown, &number(metric.value), &interval, &baseline, if metric.greater_is_better { "higher" } else { "lower" }]));
    }
    text + &more(card.metrics.len(), detail.metrics, "metrics")
}

/// What was tried: the best of each learner.
pub(crate) fn learners(card: &ModelCard, detail: &Detail) -> String {
    let metric = &card.model.metric;
    if let [only] = card.learners.as_slice() {
        return match (only.cv_mean, only.cv_std) {
            (Some(mean), Some(std)) => format!("Cross-validation: {metric} {} ± {} (standard deviation over the folds).\n", number(mean), number(std)),
            (Some(mean), None) => format!("On the rows kept for choosing: {metric} {}.\n", number(mean)),
            _ => String::new(),
        };
    }
    let mut text = format!("## Learners tried\n\n{}, the best of each learner:\n\n", plural(card.n_candidates, "candidate", "candidates"));
    text.push_str(&row(&["rank", "learner", &format!("{metric} (cross-validated)"), "tried", "with"]));
    text.push_str(&rule(5));
    for one in card.learners.iter().take(detail.learners) {
        text.push_str(&row(&[&one.rank.to_string(), &one.learner, &score_of(one, detail), &one.n_tried.to_string(), &made_of(&one.parameters, detail)]));
    }
    text + &more(card.learners.len(), detail.learners, "learners")
}

fn score_of(one: &LearnerFacts, detail: &Detail) -> String {
    match (one.cv_mean, one.cv_std) {
        (Some(mean), Some(std)) => format!("{} ± {}", number(mean), short(std)),
        (Some(mean), None) => number(mean),
        _ => one.failure.as_deref().map_or_else(|| "–".to_owned(), |failure| short_plain(failure, detail.name_chars)),
    }
}

/// What it relies on.
pub(crate) fn importance(card: &ModelCard, detail: &Detail) -> String {
    let Some(measured) = &card.measured else {
        return "## What it relies on\n\nNot on record: ask explain_model.\n".to_owned();
    };
    let mut text = "## What it relies on\n\n".to_owned();
    let Some(importance) = &measured.importance else {
        return text + "Importance could not be measured on the held-out rows.\n";
    };
    text.push_str(&format!("Loss of {} when a column is shuffled ({} held-out rows, {} times each; columns that say the same share it):\n\n", importance.metric, importance.n_rows, importance.repeats));
    for one in importance.features.iter().take(detail.importance) {
        text.push_str(&format!("- {}: {} ± {}", short_code(&one.feature, detail.name_chars), short(one.mean), short(one.std)));
        let at = measured.dependence.iter().position(|found| found.dependence.feature == one.feature);
        if let Some(found) = at.filter(|&at| at < detail.dependence).map(|at| &measured.dependence[at]) {
            text.push_str(&format!("; {}", dependence(card, found, detail)));
        }
        text.push('\n');
    }
    text.push_str(&more(importance.features.len() + importance.n_not_measured, detail.importance, "columns"));
    text
}

/// Partial dependence in a line: what is predicted on the mean at a few values.
fn dependence(card: &ModelCard, found: &DependenceFacts, detail: &Detail) -> String {
    let points = &found.dependence.points;
    let n = points.len();
    let is_ordered = points.first().is_some_and(|point| point.at.is_some());
    let chosen: Vec<usize> = if n <= detail.points {
        (0..n).collect()
    } else if is_ordered {
        (0..detail.points).map(|k| k * (n - 1) / (detail.points - 1).max(1)).collect()
    } else {
        (0..detail.points).collect()
    };
    let at = |point: usize| {
        let point = &points[point];
        let value = point.mean.first().map_or_else(|| "–".to_owned(), |mean| short(*mean));
        format!("{value} at {}", short_plain(&point.at.filter(|_| found.dependence.kind == mlwright_learn::FeatureKind::Numeric).map_or_else(|| point.value.clone(), short), detail.name_chars.min(40)))
    };
    let what = match card.model.task {
        Task::Regression => "mean prediction".to_owned(),
        _ => format!("mean probability of {}", short_plain(found.outputs.first().map_or("", String::as_str), detail.name_chars)),
    };
    format!("{what} {}", chosen.into_iter().map(at).collect::<Vec<_>>().join(", "))
}

/// Where it errs.
pub(crate) fn segments(card: &ModelCard, detail: &Detail) -> String {
    let head = "## Where it errs\n\n";
    let Some(measured) = &card.measured else {
        return format!("{head}How it does on parts of the rows is not on record: ask evaluate_model with segments.\n");
    };
    let Some(slices) = &measured.slices else { return format!("{head}Not measured.\n") };
    let looked = format!("{} of at least {} rows, by one column and by two, were compared with the other rows by {} (Welch's test; false discoveries held to {} % after Benjamini and Hochberg)", plural(slices.n_tested, "part", "parts"), slices.rows_min, slices.loss, ALPHA * 100.0);
    if slices.worse.is_empty() {
        return format!("{head}Nowhere significantly more than elsewhere: {looked}.\n");
    }
    let mut text = format!("{head}{looked}. {} worse:\n\n", if slices.n_worse == 1 { "One does".to_owned() } else { format!("{} do", slices.n_worse) });
    for slice in slices.worse.iter().take(detail.slices) {
        let said: Vec<String> = slice.conditions.iter().map(|one| short_plain(&Condition::in_words(one), detail.name_chars)).collect();
        let wrong = slice.error_rate.map_or_else(String::new, |rate| format!("; {} wrong", percent(rate.value)));
        text.push_str(&format!(
            "- {}: {} rows, {} {} against {} (difference {} to {}){wrong}\n",
            said.join(" and "),
            slice.n_rows,
            slices.loss,
            short(slice.loss),
            short(slice.loss_of_others),
            short(slice.interval[0]),
            short(slice.interval[1]),
        ));
    }
    text + &more(slices.n_worse, detail.slices, "parts")
}

/// How it does for groups of people.
pub(crate) fn groups(card: &ModelCard, detail: &Detail) -> String {
    let Some(measured) = &card.measured else { return String::new() };
    let mut text = "## Groups of people\n\n".to_owned();
    let Some(fairness) = &measured.fairness else { return text + "Not measured.\n" };
    if fairness.columns.is_empty() {
        return text + "No column was recognised as saying something of people (sex, age, origin and the like). If the rows are about people, name such columns as sensitive_columns in mlwright.toml.\n";
    }
    if let Some(positive) = &fairness.positive_class {
        text.push_str(&format!("Selected means predicted {}. ", short_code(positive, detail.name_chars)));
    }
    text.push_str(&format!("{} held-out rows{}.\n", fairness.n_rows, if detail.is_sure { ", 95 % intervals in brackets" } else { "" }));
    for column in fairness.columns.iter().take(detail.group_columns) {
        text.push_str(&group_table(column, detail));
    }
    let not_shown: Vec<String> = fairness.columns.iter().skip(detail.group_columns).map(|column| short_code(&column.column, detail.name_chars)).collect();
    if !not_shown.is_empty() {
        text.push_str(&format!("\nAlso compared: {}.\n", not_shown.join(", ")));
    }
    if fairness.n_other_columns > 0 {
        text.push_str(&format!("\n… and {} more such columns, not looked at.\n", fairness.n_other_columns));
    }
    text
}

fn group_table(column: &FairnessOfColumn, detail: &Detail) -> String {
    let used = if column.is_feature { "learned from" } else { "not learned from" };
    let mut text = format!("\n{} ({}, {}; {used}):\n\n", short_code(&column.column, detail.name_chars), column.ground, short_plain(&column.because, detail.name_chars));
    let known = rates(column);
    let head: Vec<&str> = ["group", "rows"].into_iter().chain(known.iter().map(|(name, _)| *name)).collect();
    text.push_str(&row(&head));
    text.push_str(&rule(head.len()));
    for group in column.groups.iter().take(detail.groups) {
        let name = group.group.as_deref().map_or_else(|| "missing".to_owned(), |name| short_plain(name, detail.name_chars));
        let cells: Vec<String> = known.iter().map(|(name, of)| of(group).map_or_else(|| "–".to_owned(), |one| estimated(one, name.contains("mean"), detail))).collect();
        let n = format!("{}{}", group.n_rows, if group.is_small { " (too few to compare)" } else { "" });
        text.push_str(&row(&[name.as_str(), n.as_str()].into_iter().chain(cells.iter().map(String::as_str)).collect::<Vec<_>>()));
    }
    text.push_str(&more(column.groups.len() + column.n_other_groups, detail.groups, "groups"));
    let differences = differences(column);
    if !differences.is_empty() {
        text.push_str(&format!("\n{}.\n", differences.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")));
    }
    text
}

/// A share as a percentage, a mean as a number; with its interval where there is room.
fn estimated(one: Estimate, is_mean: bool, detail: &Detail) -> String {
    let write = if is_mean { short } else { percent };
    match (one.low, one.high) {
        (Some(low), Some(high)) if detail.is_sure => format!("{} ({} to {})", write(one.value), write(low).trim_end_matches(" %"), write(high)),
        _ => write(one.value),
    }
}

/// A rate of a group.
pub(crate) type RateOf = fn(&Group) -> Option<Estimate>;

/// The rates that the groups of a column have.
pub(crate) fn rates(column: &FairnessOfColumn) -> Vec<(&'static str, RateOf)> {
    let all: [(&str, RateOf); 6] = [
        ("selected", |group| group.selection_rate),
        ("true positive rate", |group| group.true_positive_rate),
        ("false positive rate", |group| group.false_positive_rate),
        ("wrong", |group| group.error_rate),
        ("mean error", |group| group.mean_error),
        ("mean absolute error", |group| group.mean_absolute_error),
    ];
    all.into_iter().filter(|(_, of)| column.groups.iter().any(|group| of(group).is_some())).collect()
}

/// How far apart the groups are, in words.
pub(crate) fn differences(column: &FairnessOfColumn) -> Vec<(&'static str, String)> {
    let differences = &column.differences;
    let is_binary = differences.demographic_parity_difference.is_some();
    [
        ("demographic parity difference", differences.demographic_parity_difference),
        ("demographic parity ratio", differences.demographic_parity_ratio),
        ("equalised odds difference", differences.equalized_odds_difference),
        ("difference of error rates", differences.error_rate_difference.filter(|_| !is_binary)),
        ("difference of mean errors", differences.mean_error_difference),
        ("ratio of mean absolute errors", differences.mean_absolute_error_ratio),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, short(value?))))
    .collect()
}

/// Calibration and confusion of classes; residuals of numbers.
pub(crate) fn evaluated(card: &ModelCard, detail: &Detail) -> String {
    let Some(measured) = &card.measured else { return String::new() };
    let evaluation = &measured.evaluation;
    let mut text = String::new();
    if card.model.task == Task::Binary
        && let Some(curve) = evaluation.curves.first()
    {
        let bins = &curve.calibration.bins;
        let chosen: Vec<usize> = if bins.len() <= detail.points { (0..bins.len()).collect() } else { (0..detail.points).map(|k| k * (bins.len() - 1) / (detail.points - 1).max(1)).collect() };
        let said: Vec<String> = chosen.into_iter().map(|at| format!("{} → {}", short(bins[at].mean_predicted), short(bins[at].observed))).collect();
        text.push_str(&format!("Calibration: expected calibration error {} over {} bins of equally many rows; predicted → happened: {}.\n", short(curve.calibration.expected_error), bins.len(), said.join(", ")));
    }
    if let Some(confusion) = evaluation.confusion.as_ref().filter(|confusion| confusion.labels.len() == 2) {
        let [no, yes] = [&confusion.labels[0], &confusion.labels[1]].map(|label| short_plain(label, detail.name_chars));
        let counts = &confusion.counts;
        text.push_str(&format!("Confusion: of {} {yes} rows {} found; of {} {no} rows {} called {yes}.\n", counts[1][0] + counts[1][1], counts[1][1], counts[0][0] + counts[0][1], counts[0][1]));
    } else if !evaluation.classes.is_empty() {
        let said: Vec<String> = evaluation.classes.iter().take(detail.groups).map(|class| format!("{} {} / {} ({})", short_plain(&class.class, detail.name_chars), short(class.precision), short(class.recall), class.n_rows)).collect();
        text.push_str(&format!("Precision / recall (rows) by class: {}.{}", said.join(", "), more(evaluation.classes.len(), detail.groups, "classes")));
        text.push('\n');
    }
    if let Some(residuals) = &evaluation.residuals {
        let at = |share: f64| residuals.quantiles.iter().find(|(known, _)| *known == share).map_or(f64::NAN, |(_, value)| *value);
        text.push_str(&format!("Residuals (actual − predicted): mean {}, half lie from {} to {}, 90 % from {} to {}.\n", short(residuals.mean), short(at(0.25)), short(at(0.75)), short(at(0.05)), short(at(0.95))));
        let bins = &residuals.by_predicted;
        if let (Some(first), Some(last)) = (bins.first(), bins.last()) {
            text.push_str(&format!("By predicted tenth: lowest {} predicted, {} actual; highest {} predicted, {} actual.\n", short(first.mean_predicted), short(first.mean_actual), short(last.mean_predicted), short(last.mean_actual)));
        }
    }
    text
}

/// What training warned of.
pub(crate) fn warnings(card: &ModelCard, detail: &Detail) -> String {
    let said = match card.warnings.as_deref() {
        None => "Not known: the job that trained it is not on record any more.\n".to_owned(),
        Some([]) => "Training gave none.\n".to_owned(),
        Some(warnings) => {
            let lines: String = warnings.iter().take(detail.warnings).map(|warning| format!("- {}\n", short_plain(warning, detail.sentence_chars))).collect();
            lines + &more(warnings.len(), detail.warnings, "warnings")
        }
    };
    format!("## Warnings of the training\n\n{said}")
}

/// What the numbers do not carry.
pub(crate) fn limits(card: &ModelCard, detail: &Detail) -> String {
    let mut said: Vec<String> = card.limits.iter().map(|limit| format!("- **{}**{}: {}\n", limit.title, if limit.is_warning { " (warning)" } else { "" }, short_plain(&limit.text, detail.sentence_chars))).collect();
    if let Some(measured) = &card.measured {
        said.extend(measured.notes.iter().map(|note| format!("- {}\n", short_plain(note, detail.sentence_chars))));
    }
    if said.is_empty() {
        return String::new();
    }
    let n = said.len();
    said.truncate(detail.limits);
    format!("## Limits\n\n{}{}", said.concat(), more(n, detail.limits, "limits"))
}

/// The columns, with what becomes of them.
pub(crate) fn features(card: &ModelCard, detail: &Detail) -> String {
    let data = &card.data;
    let has_treatment = data.features.iter().any(|feature| !feature.treatment.is_empty());
    let mut text = "## Columns\n\n".to_owned();
    if detail.features > 0 && !data.features.is_empty() {
        text.push_str(&if has_treatment { row(&["column", "type", "values", "becomes"]) } else { row(&["column", "type"]) });
        text.push_str(&rule(if has_treatment { 4 } else { 2 }));
        for feature in data.features.iter().take(detail.features) {
            let name = short_code(&feature.name, detail.name_chars);
            text.push_str(&if has_treatment { row(&[&name, &feature.semantic, &values(feature), &short_plain(&feature.treatment, 60)]) } else { row(&[&name, &feature.semantic]) });
        }
    }
    text.push_str(&more(data.n_features, detail.features.min(data.features.len()), "columns learned from"));
    text.push_str(if data.n_excluded == 0 { "\nNo column was left out.\n" } else { "\nLeft out:\n\n" });
    for column in data.excluded.iter().take(detail.excluded) {
        text.push_str(&format!("- {}: {}\n", short_code(&column.name, detail.name_chars), short_plain(&column.reason, detail.sentence_chars)));
    }
    text + &more(data.n_excluded, detail.excluded.min(data.excluded.len()), "columns left out")
}

/// A column's values in a few words.
pub(crate) fn values(feature: &crate::card::facts::FeatureFacts) -> String {
    let date = |text: &str| if feature.semantic == "datetime" { text.chars().take(10).collect() } else { short_plain(text, 40) };
    let range = feature.range.as_ref().map(|[low, high]| format!("{} to {}", date(low), date(high)));
    let levels = feature.n_levels.map(|n| format!("{n} different"));
    let missing = feature.missing_share.filter(|share| *share > 0.0).map(|share| format!("{} missing", percent(share)));
    range.or(levels).into_iter().chain(missing).collect::<Vec<_>>().join(", ")
}

/// How to train it again.
pub(crate) fn reproduce(card: &ModelCard, detail: &Detail) -> String {
    let Some(made) = &card.reproduce else { return String::new() };
    format!(
        "## How to reproduce\n\n```sh\n{}\n```\n\nmlwright {} on {}, {}, the table with SHA-256 `{}…`. The same candidates are tried when the budget of seconds lets as many be tried; each of them is the same to the byte.\n",
        made.command.chars().take(detail.sentence_chars * 3).map(|c| if c == '`' { '\'' } else { c }).collect::<String>(),
        made.mlwright,
        made.platform,
        plural(made.threads, "thread", "threads"),
        card.data.fingerprint.chars().take(12).collect::<String>(),
    )
}
