//! What the numbers of a card do not carry. Each sentence follows from a fact; none is there for its own
//! sake.

use mlwright_learn::{Target, Task};

use super::estimate::{number, percent, plural, short};
use super::facts::{Limit, ModelCard};

/// Fewer held-out rows than this say little.
const FEW_TEST_ROWS: usize = 200;
/// Fewer held-out rows of a class say little of it.
const FEW_ROWS_OF_CLASS: usize = 20;
/// A class with a smaller share is rare.
const RARE_SHARE: f64 = 0.1;
/// A column without so many of its values is mostly empty.
const MOSTLY_MISSING: f64 = 0.5;
/// A column with such a share of all importance carries the model alone.
const ALONE_SHARE: f64 = 0.8;
/// Probabilities further off than this, on the mean, are not to be taken at their word.
const MISCALIBRATED: f64 = 0.05;
/// So many standard deviations of the folds between cross-validation and test are no chance.
const FOLD_DEVIATIONS: f64 = 3.0;
/// Such a share of the training rows at the largest target looks like a cap.
const CAPPED_SHARE: f64 = 0.01;
/// The rule of thumb of four fifths (US Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4 D).
pub(super) const FOUR_FIFTHS: f64 = 0.8;
/// Columns and classes that a sentence names.
const NAMED_MAX: usize = 5;

/// The largest target and the share of rows that have it; `None` unless that is striking.
pub(crate) fn capped(target: &Target, train_rows: &[usize]) -> Option<(f64, f64)> {
    let Target::Number(values) = target else { return None };
    let top = train_rows.iter().map(|&row| values[row]).fold(f64::NEG_INFINITY, f64::max);
    let n_at_top = train_rows.iter().filter(|&&row| values[row] >= top).count();
    let mut different: Vec<f64> = train_rows.iter().take(10_000).map(|&row| values[row]).collect();
    different.sort_by(f64::total_cmp);
    different.dedup();
    let share = n_at_top as f64 / train_rows.len().max(1) as f64;
    // Whole numbers of a few values have many rows at each.
    (share >= CAPPED_SHARE && different.len() > 100).then_some((top, share))
}

/// The limits of what a card says, the warnings first.
pub(crate) fn of(card: &ModelCard, capped: Option<(f64, f64)>) -> Vec<Limit> {
    let mut found = Vec::new();
    rows(card, &mut found);
    scores(card, &mut found);
    classes(card, &mut found);
    if let Some((top, share)) = capped {
        let text = format!("{} of the training rows have the largest {}, {}: it may be cut off there, and the model never predicts what lies beyond.", percent(share), card.model.target, number(top));
        found.push(warning("Cut-off target", text));
    }
    columns(card, &mut found);
    time(card, &mut found);
    segments(card, &mut found);
    found.sort_by_key(|limit| !limit.is_warning);
    found
}

fn warning(title: &str, text: String) -> Limit {
    Limit { is_warning: true, title: title.to_owned(), text }
}

fn note(title: &str, text: String) -> Limit {
    Limit { is_warning: false, title: title.to_owned(), text }
}

fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(NAMED_MAX).copied().collect::<Vec<_>>().join(", ");
    if names.len() > NAMED_MAX { format!("{shown} and {} more", names.len() - NAMED_MAX) } else { shown }
}

fn rows(card: &ModelCard, found: &mut Vec<Limit>) {
    let n = card.data.n_test_rows;
    if n < FEW_TEST_ROWS {
        found.push(warning("Few test rows", format!("Only {} were held out: the test score may be off by much.", plural(n, "row", "rows"))));
    }
}

fn scores(card: &ModelCard, found: &mut Vec<Limit>) {
    let Some(chosen) = card.metrics.iter().find(|metric| metric.name == card.model.metric) else {
        if card.measured.is_some() {
            found.push(warning("No test score", format!("{} has no value on the held-out rows.", card.model.metric)));
        }
        return;
    };
    match (chosen.interval, chosen.baseline) {
        (Some([low, high]), Some(baseline)) if low <= baseline && baseline <= high => {
            let text = format!("The baseline's {} of {} lies within the model's interval: that the model is better at all may be chance.", chosen.name, number(baseline));
            found.push(warning("Close to the baseline", text));
        }
        (None, _) if card.data.n_test_rows > 0 => {
            found.push(note("No interval", format!("No interval of {} is on record: how sure it is cannot be told from here.", chosen.name)));
        }
        _ => {}
    }
    let best = card.learners.first().and_then(|best| Some((best.cv_mean?, best.cv_std.filter(|std| *std > 0.0)?)));
    let [low, high] = chosen.interval.unwrap_or([chosen.value; 2]);
    if let Some((mean, std)) = best {
        let reach = FOLD_DEVIATIONS * std;
        let worse = if chosen.greater_is_better { high < mean - reach } else { low > mean + reach };
        if worse {
            let text = format!("{} is {} on the held-out rows and {} ± {} in cross-validation: the held-out rows differ from the training rows, or the choice fitted the folds.", chosen.name, number(chosen.value), number(mean), short(std));
            found.push(warning("Worse than in cross-validation", text));
        }
    }
}

fn classes(card: &ModelCard, found: &mut Vec<Limit>) {
    let Some(measured) = &card.measured else { return };
    let of_class = &measured.evaluation.classes;
    if of_class.is_empty() {
        return;
    }
    let few: Vec<&str> = of_class.iter().filter(|class| (class.n_rows as usize) < FEW_ROWS_OF_CLASS).map(|class| class.class.as_str()).collect();
    if !few.is_empty() {
        found.push(warning("Classes with few test rows", format!("Fewer than {FEW_ROWS_OF_CLASS} held-out rows are of {}: how well the model knows them cannot be told.", listed(&few))));
    }
    if card.model.task == Task::Binary
        && let Some(positive) = of_class.last()
    {
        let share = positive.n_rows as f64 / measured.n_rows.max(1) as f64;
        if share < RARE_SHARE {
            found.push(note("Rare class", format!("{} of the held-out rows are {}: accuracy says little, precision and recall count.", percent(share), positive.class)));
        }
        if let Some(curve) = measured.evaluation.curves.first()
            && curve.calibration.expected_error > MISCALIBRATED
        {
            found.push(warning("Probabilities are off", format!("Predicted probabilities of {} differ from what happened by {} on the mean: order rows by them, but do not take them at their word.", positive.class, short(curve.calibration.expected_error))));
        }
    }
    let one_class = of_class.iter().filter(|class| class.n_rows > 0).count() == 1;
    if one_class {
        found.push(warning("One class in the test", "All held-out rows are of one class: the model was not tested on the others.".to_owned()));
    }
}

fn columns(card: &ModelCard, found: &mut Vec<Limit>) {
    let missing: Vec<&str> = card.data.features.iter().filter(|feature| feature.missing_share.is_some_and(|share| share > MOSTLY_MISSING)).map(|feature| feature.name.as_str()).collect();
    if !missing.is_empty() {
        found.push(note("Mostly missing", format!("More than half of the training rows have no {}.", listed(&missing))));
    }
    let dropped: Vec<&str> = card.data.features.iter().filter(|feature| feature.is_dropped).map(|feature| feature.name.as_str()).collect();
    if !dropped.is_empty() {
        found.push(note("Without effect", format!("The preparation left out {}: no use in the training rows.", listed(&dropped))));
    }
    let importance = card.measured.as_ref().and_then(|measured| measured.importance.as_ref());
    let Some(importance) = importance else { return };
    let total: f64 = importance.features.iter().map(|one| one.mean.max(0.0)).sum();
    if let Some(first) = importance.features.first().filter(|first| importance.features.len() > 2 && total > 0.0 && first.mean > ALONE_SHARE * total) {
        found.push(warning("Rests on one column", format!("{} carries {} of all importance: make sure that its value is known, and means the same, when predictions are needed.", first.feature, percent(first.mean / total))));
    }
    let range = |name: &str| card.data.features.iter().find(|feature| feature.name == name).and_then(|feature| feature.range.as_ref());
    let ranges: Vec<String> = importance
        .features
        .iter()
        .filter(|one| one.mean > 0.0)
        .filter_map(|one| range(&one.feature).map(|[low, high]| (one, low, high)))
        // There is nothing beyond yes and no.
        .filter(|(_, low, high)| (low.as_str(), high.as_str()) != ("0", "1"))
        .map(|(one, low, high)| format!("{} {low} to {high}", one.feature))
        .take(NAMED_MAX)
        .collect();
    if !ranges.is_empty() {
        found.push(note("Ranges it knows", format!("It learned from {}; beyond, its predictions are extrapolation.", ranges.join(", "))));
    }
}

fn time(card: &ModelCard, found: &mut Vec<Limit>) {
    if card.data.in_time {
        return;
    }
    let dates: Vec<&str> = card.data.features.iter().filter(|feature| feature.semantic == "datetime").map(|feature| feature.name.as_str()).collect();
    let text = "The test rows were not chosen from a later time: how the score holds when the world changes was not tested.";
    if dates.is_empty() {
        found.push(note("Time was not tested", text.to_owned()));
    } else {
        found.push(warning("Time was not tested", format!("{text} {} would order rows in time (time_column).", listed(&dates))));
    }
}

fn segments(card: &ModelCard, found: &mut Vec<Limit>) {
    let Some(measured) = &card.measured else { return };
    if let Some(fairness) = &measured.fairness {
        let unlike: Vec<String> = fairness
            .columns
            .iter()
            .filter_map(|column| Some((column, column.differences.demographic_parity_ratio.filter(|ratio| *ratio < FOUR_FIFTHS)?)))
            .map(|(column, ratio)| format!("{} ({})", column.column, percent(ratio)))
            .collect();
        if !unlike.is_empty() {
            let positive = fairness.positive_class.as_deref().unwrap_or("positive");
            let text = format!(
                "The group least often predicted {positive}, compared with the one most often: by {}. Less than four fifths is the rule of thumb for a closer look.",
                listed(&unlike.iter().map(String::as_str).collect::<Vec<_>>())
            );
            found.push(warning("Groups are treated unlike", text));
        }
        let learned: Vec<&str> = fairness.columns.iter().filter(|column| column.is_feature).map(|column| column.column.as_str()).collect();
        if !learned.is_empty() {
            found.push(note("Learned from people's traits", format!("It learned from {}: whether decisions may rest on that is for people to say.", listed(&learned))));
        }
    }
    if let Some(slices) = measured.slices.as_ref().filter(|slices| slices.n_worse > 0) {
        let worst = slices.worse.first().map_or_else(String::new, |worst| {
            let said: Vec<String> = worst.conditions.iter().map(super::slices::Condition::in_words).collect();
            format!(", the most where {}", said.join(" and "))
        });
        found.push(note("Segments that do worse", format!("It does significantly worse on {}{worst}.", plural(slices.n_worse, "part of the rows", "parts of the rows"))));
    }
}
