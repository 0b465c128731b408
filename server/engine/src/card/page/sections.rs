//! The parts of the page.

use mlwright_explore::chart::Chart;
use mlwright_explore::markup::{count, escape, number, percent, plural};
use mlwright_explore::report::figure;
use mlwright_learn::evaluate::ClassScores;

use super::charts;
use crate::card::facts::{LearnerFacts, MetricFacts, ModelCard};
use crate::card::fairness::{Fairness, FairnessOfColumn};
use crate::card::limits::FOUR_FIFTHS;
use crate::card::markdown::{Detail, differences, made_of, rates, values};
use crate::card::slices::{ALPHA, Condition, Slices};
use crate::train::{calibrated, covered};

/// Classes that are listed.
const CLASSES_MAX: usize = 50;

/// A table: its head, which of its columns are numbers, and its rows as markup.
struct Table<'a> {
    head: &'a [(&'a str, bool)],
    rows: Vec<Vec<String>>,
    wraps: bool,
}

impl Table<'_> {
    fn html(&self) -> String {
        let class = |is_number: bool| if is_number { " class=\"number\"" } else { "" };
        let head: String = self.head.iter().map(|(name, is_number)| format!("<th{}>{}</th>", class(*is_number), escape(name))).collect();
        let row = |cells: &Vec<String>| {
            let cells: String = cells.iter().zip(self.head).map(|(cell, (_, is_number))| format!("<td{}>{cell}</td>", class(*is_number))).collect();
            format!("<tr>{cells}</tr>")
        };
        let rows: String = self.rows.iter().map(row).collect();
        let wraps = if self.wraps { " wrapped" } else { "" };
        format!("<div class=\"panel scroll{wraps}\"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>")
    }
}

fn said(text: &str) -> String {
    format!("<p class=\"said\">{}</p>", escape(text))
}

fn quiet(text: &str) -> String {
    format!("<div class=\"panel quiet\">{}</div>", escape(text))
}

fn figures(charts: &[Chart]) -> String {
    // Three in a row leave no hole where two would.
    let class = if charts.len() == 3 { "three" } else { "two" };
    if charts.is_empty() { String::new() } else { format!("<div class=\"{class}\">{}</div>", charts.iter().map(figure).collect::<String>()) }
}

fn interval(low: f64, high: f64) -> String {
    format!("{} to {}", number(low), number(high))
}

/// The score, the sizes, and what speaks against relying on it.
pub(super) fn glance(card: &ModelCard) -> String {
    let chosen: Option<&MetricFacts> = card.metrics.iter().find(|metric| metric.name == card.model.metric);
    let mut tiles: Vec<(String, String)> = Vec::new();
    if let Some(chosen) = chosen {
        let sure = chosen.interval.map_or_else(String::new, |[low, high]| format!(", 95 % interval {}", interval(low, high)));
        let better = if chosen.greater_is_better { "higher" } else { "lower" };
        tiles.push((number(chosen.value), format!("{} on the held-out rows{sure}; {better} is better", chosen.name)));
        if let Some(baseline) = chosen.baseline {
            tiles.push((number(baseline), "the baseline's on the same rows".to_owned()));
        }
    }
    tiles.push((count(card.data.n_training_rows as u64), "rows learned from".to_owned()));
    tiles.push((count(card.data.n_test_rows as u64), "rows held out for the test".to_owned()));
    tiles.push((count(card.data.n_features as u64), "columns learned from".to_owned()));
    let mut out: String = tiles.iter().map(|(value, label)| format!("<div class=\"panel tile\"><b>{}</b><span>{}</span></div>", escape(value), escape(label))).collect();
    out = format!("<div class=\"tiles\">{out}</div>");
    let limits = card.limits.iter().map(|limit| (limit.is_warning, limit.title.as_str(), limit.text.as_str()));
    let warnings = card.warnings.iter().flatten().map(|warning| (true, "Warning of the training", warning.as_str()));
    let notes = card.measured.iter().flat_map(|measured| &measured.notes).map(|note| (false, "How this card was made", note.as_str()));
    let mut all: Vec<(bool, &str, &str)> = warnings.chain(limits).chain(notes).collect();
    all.sort_by_key(|(is_warning, ..)| !is_warning);
    if !all.is_empty() {
        let item = |(is_warning, title, text): &(bool, &str, &str)| {
            let (class, badge) = if *is_warning { ("warning", "warning") } else { ("note", "limit") };
            format!("<li class=\"{class}\"><span class=\"badge {class}\">{badge}</span><div><h3>{}</h3><p>{}</p></div></li>", escape(title), escape(text))
        };
        out.push_str(&format!("<h3 class=\"part\">What to know before relying on it</h3><ol class=\"panel findings\">{}</ol>", all.iter().map(item).collect::<String>()));
    }
    out
}

/// Metrics beside the baseline, each class, and charts.
pub(super) fn scores(card: &ModelCard) -> String {
    if card.metrics.is_empty() {
        return quiet("No metric has a value on the held-out rows.");
    }
    let strong = |metric: &MetricFacts, text: String| if metric.name == card.model.metric { format!("<span class=\"strong\">{text}</span>") } else { text };
    let rows = card.metrics.iter().map(|metric| {
        vec![
            strong(metric, escape(&metric.name)),
            strong(metric, number(metric.value)),
            metric.interval.map_or_else(|| "–".to_owned(), |[low, high]| interval(low, high)),
            metric.baseline.map_or_else(|| "–".to_owned(), number),
            if metric.greater_is_better { "higher" } else { "lower" }.to_owned(),
        ]
    });
    let table = Table { head: &[("metric", false), ("model", true), ("95 % interval", true), ("baseline", true), ("better is", false)], rows: rows.collect(), wraps: false };
    let mut out = table.html();
    out.push_str(&said(&format!("{} chose the model. Intervals are of the bootstrap over the held-out rows: the chance of these rows, not of training again.", card.model.metric)));
    let Some(measured) = &card.measured else { return out };
    if let Some(curve) = measured.evaluation.curves.first().filter(|_| card.model.task == mlwright_learn::Task::Binary) {
        out.push_str(&said(&format!(
            "Expected calibration error {} (mean distance of predicted and observed share over bins of equally many rows; 0 is perfect).",
            number(curve.calibration.expected_error)
        )));
    }
    out.push_str(&figures(&charts::scores(card, measured)));
    let classes = &measured.evaluation.classes;
    if classes.len() > 2 {
        out.push_str(&class_table(classes));
    }
    out
}

fn class_table(classes: &[ClassScores]) -> String {
    let rows = classes
        .iter()
        .take(CLASSES_MAX)
        .map(|class| vec![escape(&class.class), count(class.n_rows), percent(class.precision), percent(class.recall), number(class.f1)])
        .collect();
    let table = Table { head: &[("class", false), ("rows", true), ("precision", true), ("recall", true), ("F1", true)], rows, wraps: false };
    let more = classes.len().saturating_sub(CLASSES_MAX);
    let more = if more > 0 { said(&format!("and {} more", plural(more as u64, "class", "classes"))) } else { String::new() };
    format!("<h3 class=\"part\">Each class</h3>{}{more}", table.html())
}

/// Importance and partial dependence.
pub(super) fn relies(card: &ModelCard) -> String {
    let Some(measured) = &card.measured else { return quiet("Not on record.") };
    let mut out = String::new();
    match &measured.importance {
        None => out.push_str(&quiet("Importance could not be measured on the held-out rows.")),
        Some(found) => {
            out.push_str(&said(&format!(
                "How much worse {} gets when a column's values are shuffled between {} ({} times each). Columns that say the same share their importance, and each alone can look unneeded. What goes along with {} need not cause it.",
                found.metric,
                plural(found.n_rows as u64, "held-out row", "held-out rows"),
                found.repeats,
                card.model.target
            )));
            out.push_str(&figures(&charts::importance(found).into_iter().collect::<Vec<_>>()));
        }
    }
    if !measured.dependence.is_empty() {
        let n_rows = measured.dependence[0].n_rows;
        out.push_str("<h3 class=\"part\">How predictions go with them</h3>");
        out.push_str(&said(&format!(
            "Partial dependence: the mean prediction over {} when the column is set to a value and all others stay as they are. Grey: where the values lie. Where columns go together, some combinations are none that occur.",
            plural(n_rows as u64, "training row", "training rows")
        )));
        out.push_str(&figures(&measured.dependence.iter().map(|found| charts::dependence(card, found)).collect::<Vec<_>>()));
    }
    out
}

/// Parts of the rows that do worse.
pub(super) fn errs(card: &ModelCard) -> String {
    let Some(slices) = card.measured.as_ref().and_then(|measured| measured.slices.as_ref()) else { return quiet("Not on record.") };
    let looked = format!(
        "{} of at least {}, by one column and by two, were compared with all other rows by their mean {} (Welch's test). Of those listed, at most {} are expected to be chance (Benjamini and Hochberg).",
        plural(slices.n_tested as u64, "part", "parts"),
        plural(slices.rows_min as u64, "row", "rows"),
        slices.loss,
        percent(ALPHA)
    );
    if slices.worse.is_empty() {
        return quiet("Nowhere significantly more than elsewhere.") + &said(&looked);
    }
    slice_table(slices) + &said(&looked)
}

fn slice_table(slices: &Slices) -> String {
    let has_rate = slices.error_rate.is_some();
    let loss = format!("mean {}", slices.loss);
    let mut head = vec![("where", false), ("rows", true), (loss.as_str(), true), ("elsewhere", true), ("difference, 95 % interval", true)];
    if has_rate {
        head.push(("wrong", true));
    }
    let row = |slice: &crate::card::slices::Slice| {
        let conditions: Vec<String> = slice.conditions.iter().map(|one| escape(&Condition::in_words(one))).collect();
        let mut cells = vec![conditions.join("<br>and "), count(slice.n_rows as u64), number(slice.loss), number(slice.loss_of_others), interval(slice.interval[0], slice.interval[1])];
        if has_rate {
            cells.push(slice.error_rate.map_or_else(|| "–".to_owned(), |rate| percent(rate.value)));
        }
        cells
    };
    let table = Table { head: &head, rows: slices.worse.iter().map(row).collect(), wraps: false };
    let all = slices.error_rate.map_or_else(String::new, |rate| format!("; {} of all rows are wrong", percent(rate)));
    let more = slices.n_worse - slices.worse.len();
    let more = if more > 0 { format!(" {} more do worse, too.", plural(more as u64, "part", "parts")) } else { String::new() };
    table.html() + &said(&format!("The mean {} of all rows is {}{all}.{more}", slices.loss, number(slices.mean_loss)))
}

/// How it does for groups of people.
pub(super) fn people(card: &ModelCard) -> String {
    let Some(fairness) = card.measured.as_ref().and_then(|measured| measured.fairness.as_ref()) else { return quiet("Not on record.") };
    if fairness.columns.is_empty() {
        return quiet("No column was recognised, by its name or its values, as saying something of people (sex, age, origin, family status and the like). If the rows are about people, name such columns as sensitive_columns under [use_case] in mlwright.toml.");
    }
    let mut out = said(&meaning(fairness));
    for column in &fairness.columns {
        out.push_str(&people_by(column));
    }
    if fairness.n_other_columns > 0 {
        out.push_str(&said(&format!("{} more such columns were not looked at.", fairness.n_other_columns)));
    }
    out
}

fn meaning(fairness: &Fairness) -> String {
    let intervals = "Brackets hold 95 % intervals. Groups with fewer than 30 rows are shown and not compared.";
    match &fairness.positive_class {
        Some(positive) => format!(
            "Selected: predicted {positive}. Demographic parity compares the shares selected; equalised odds the shares selected among those who are {positive} (true positives) and who are not (false positives) (Hardt et al. 2016). A demographic parity ratio below {} (four fifths) is a rule of thumb for a closer look, not a verdict: whether being selected is good or bad, and which measure fits, is for people to say. {intervals}",
            percent(FOUR_FIFTHS)
        ),
        None => intervals.to_owned(),
    }
}

fn people_by(column: &FairnessOfColumn) -> String {
    let known = rates(column);
    let mut head = vec![("group", false), ("rows", true)];
    let has_base = column.groups.iter().any(|group| group.base_rate.is_some());
    if has_base {
        head.push(("actually positive", true));
    }
    head.extend(known.iter().map(|(name, _)| (*name, true)));
    let written = |is_mean: bool, one: crate::card::estimate::Estimate| {
        let write = |value: f64| if is_mean { number(value) } else { percent(value) };
        match (one.low, one.high) {
            (Some(low), Some(high)) => format!("{} <span class=\"hint\">({} to {})</span>", write(one.value), write(low), write(high)),
            _ => write(one.value),
        }
    };
    let row = |group: &crate::card::fairness::Group| {
        let name = group.group.as_deref().map_or_else(|| "<i>missing</i>".to_owned(), escape);
        let small = if group.is_small { " <span class=\"hint\">too few</span>" } else { "" };
        let mut cells = vec![name, format!("{}{small}", count(group.n_rows as u64))];
        if has_base {
            cells.push(group.base_rate.map_or_else(|| "–".to_owned(), |rate| percent(rate.value)));
        }
        cells.extend(known.iter().map(|(name, of)| of(group).map_or_else(|| "–".to_owned(), |one| written(name.contains("mean"), one))));
        cells
    };
    let table = Table { head: &head, rows: column.groups.iter().map(row).collect(), wraps: false };
    let used = if column.is_feature { "the model learned from it" } else { "the model did not learn from it" };
    let mut out = format!("<h3 class=\"part\">{}</h3>", escape(&column.column));
    let more = if column.n_other_groups > 0 { format!(" {} smaller groups are not shown.", column.n_other_groups) } else { String::new() };
    out.push_str(&said(&format!("Recognised as {} {}; {used}.{more}", column.ground, column.because)));
    out.push_str(&table.html());
    let apart: Vec<String> = differences(column).into_iter().map(|(name, value)| format!("{name} {value}")).collect();
    out.push_str(&said(&if apart.is_empty() { "Fewer than two groups are large enough to be compared.".to_owned() } else { format!("Between the {} groups compared: {}.", column.differences.n_groups, apart.join(", ")) }));
    out + &figures(&charts::groups(column))
}

/// The best of each learner.
pub(super) fn learners(card: &ModelCard) -> String {
    let score = |one: &LearnerFacts| match (one.cv_mean, one.cv_std) {
        (Some(mean), Some(std)) => format!("{} ± {}", number(mean), number(std)),
        (Some(mean), None) => number(mean),
        _ => one.failure.as_deref().map_or_else(|| "–".to_owned(), escape),
    };
    let head_score = format!("{}, cross-validated", card.model.metric);
    let rows = card.learners.iter().map(|one| vec![one.rank.to_string(), escape(&one.learner), score(one), count(one.n_tried as u64), escape(&made_of(&one.parameters, &Detail::FULL))]).collect();
    let table = Table { head: &[("rank", true), ("learner", false), (&head_score, true), ("tried", true), ("best with", false)], rows, wraps: true };
    table.html() + &said("Mean and standard deviation over the folds, inside the training rows. Defaults are not listed.")
}

/// The table and the split.
pub(super) fn data(card: &ModelCard) -> String {
    let data = &card.data;
    let mut facts = vec![
        ("table", data.table.clone()),
        ("fingerprint (SHA-256)", data.fingerprint.clone()),
        ("rows", format!("{}: {} learned from, {} held out", count(data.n_rows as u64), count(data.n_training_rows as u64), count(data.n_test_rows as u64))),
        ("split", data.split.clone()),
        ("why this split", data.split_reason.clone()),
        ("task", if card.model.task_reason.is_empty() { card.model.task.to_string() } else { card.model.task_reason.clone() }),
    ];
    if data.n_rows_left_out > 0 {
        facts.push(("left out, without a target", count(data.n_rows_left_out as u64)));
    }
    if let Some(threshold) = card.model.threshold {
        facts.push(("decision threshold", number(threshold)));
    }
    facts.extend(card.model.calibration.iter().map(|gain| ("probabilities", calibrated(gain))));
    facts.extend(card.model.coverage.iter().map(|coverage| ("how sure", covered(coverage, card.model.task))));
    facts.retain(|(_, value)| !value.is_empty());
    let facts: String = facts.iter().map(|(name, value)| format!("<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(value))).collect();
    format!("<div class=\"panel facts\"><dl>{facts}</dl></div>")
}

/// Each column: what it holds and what becomes of it; then what was left out.
pub(super) fn columns(card: &ModelCard) -> String {
    let data = &card.data;
    let rows = data
        .features
        .iter()
        .map(|feature| vec![escape(&feature.name), escape(&feature.semantic), escape(&values(feature)), escape(&feature.treatment), count(feature.n_prepared as u64)])
        .collect();
    let head = [("column", false), ("type", false), ("values learned from", false), ("becomes", false), ("prepared columns", true)];
    let mut out = Table { head: &head, rows, wraps: true }.html();
    let more = data.n_features.saturating_sub(data.features.len());
    if more > 0 {
        out.push_str(&said(&format!("and {} more columns learned from", count(more as u64))));
    }
    if data.excluded.is_empty() {
        return out + &said("No column was left out.");
    }
    let rows = data.excluded.iter().map(|column| vec![escape(&column.name), escape(&column.reason)]).collect();
    out.push_str("<h3 class=\"part\">Left out</h3>");
    out.push_str(&Table { head: &[("column", false), ("why", false)], rows, wraps: true }.html());
    let more = data.n_excluded.saturating_sub(data.excluded.len());
    if more > 0 {
        out.push_str(&said(&format!("and {} more columns left out", count(more as u64))));
    }
    out
}

/// The command line and what it ran on.
pub(super) fn reproduce(card: &ModelCard) -> String {
    let Some(made) = &card.reproduce else { return quiet("Not on record.") };
    format!(
        "<div class=\"panel\"><pre>{}</pre></div>{}",
        escape(&made.command),
        said(&format!(
            "mlwright {} on {} with {}, run {}, model {}. The same candidates are tried when the budget of seconds lets as many be tried; each of them is the same to the byte, with any number of threads.",
            made.mlwright,
            made.platform,
            plural(made.threads as u64, "thread", "threads"),
            card.run_id,
            card.model.uri
        ))
    )
}
