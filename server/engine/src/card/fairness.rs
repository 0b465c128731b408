//! How a model does for groups of people: shares of rows by group (Hardt, Price & Srebro 2016; the
//! differences are those of the Python package `fairlearn`), and errors of numbers.

use std::collections::BTreeMap;

use mlwright_learn::evaluate::{SEGMENT_ROWS_MIN, segment_labels};
use mlwright_learn::prepare::level_text;
use mlwright_learn::{Column, Value};
use serde::{Deserialize, Serialize};

use super::estimate::Estimate;
use super::outcomes::Outcomes;
use super::sensitive::Ground;

/// The most groups of a column that are measured: those with the most rows.
pub const GROUPS_MAX: usize = 12;
/// The most columns that are looked at.
pub const COLUMNS_MAX: usize = 8;
/// Ages at which a band ends.
const AGE_BANDS: [f64; 6] = [18.0, 25.0, 35.0, 45.0, 55.0, 65.0];
/// Numbers within these bounds are ages in years.
const AGES: std::ops::RangeInclusive<f64> = 0.0..=120.0;
/// A column of numbers with so many different values is cut into bands.
const NUMBERS_AS_LEVELS_MAX: usize = 10;

/// What was found of groups of people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fairness {
    /// Columns that say something of people; none was recognised when empty.
    pub columns: Vec<FairnessOfColumn>,
    /// Binary: the class whose prediction counts as selected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positive_class: Option<String>,
    /// Held-out rows that it is measured on.
    pub n_rows: usize,
    /// Columns that were recognised and not looked at.
    #[serde(default)]
    pub n_other_columns: usize,
}

/// How the model does by one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FairnessOfColumn {
    /// The column.
    pub column: String,
    /// What it says of people.
    pub ground: String,
    /// How that was told.
    pub because: String,
    /// Whether the model learned from it.
    pub is_feature: bool,
    /// The groups, the largest first.
    pub groups: Vec<Group>,
    /// Groups beyond those.
    #[serde(default)]
    pub n_other_groups: usize,
    /// How far apart the groups with enough rows are.
    pub differences: Differences,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// What its rows have in common; absent for rows without a value.
    pub group: Option<String>,
    /// Rows in it.
    pub n_rows: usize,
    /// Whether they are too few to be compared.
    pub is_small: bool,
    /// Binary: the share that is of the positive class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_rate: Option<Estimate>,
    /// Binary: the share that is called positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection_rate: Option<Estimate>,
    /// Binary: the share of the positive rows that is called so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub true_positive_rate: Option<Estimate>,
    /// Binary: the share of the negative rows that is called positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_positive_rate: Option<Estimate>,
    /// Classes: the share whose class is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_rate: Option<Estimate>,
    /// Numbers: the mean of predicted − actual; above 0, predictions are too high.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_error: Option<Estimate>,
    /// Numbers: the mean absolute error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_absolute_error: Option<Estimate>,
}

/// How far apart the groups are; what does not exist for a task is absent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Differences {
    /// Groups that were compared.
    pub n_groups: usize,
    /// The largest selection rate minus the smallest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demographic_parity_difference: Option<f64>,
    /// The smallest selection rate over the largest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demographic_parity_ratio: Option<f64>,
    /// The largest difference of true positive rates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equal_opportunity_difference: Option<f64>,
    /// The larger of the largest differences of true and of false positive rates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equalized_odds_difference: Option<f64>,
    /// The largest difference of error rates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_rate_difference: Option<f64>,
    /// The largest difference of mean errors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_error_difference: Option<f64>,
    /// The largest mean absolute error over the smallest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_absolute_error_ratio: Option<f64>,
}

/// Measures the groups of a column. `values` has one row for each outcome.
pub(super) fn of_column(column: &str, ground: Ground, is_feature: bool, values: &Column, outcomes: Outcomes<'_>) -> FairnessOfColumn {
    let labels = labels(ground.ground, values);
    let mut rows_of: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (row, label) in labels.iter().enumerate() {
        rows_of.entry(label.as_deref()).or_default().push(row);
    }
    let mut parts: Vec<(Option<&str>, Vec<usize>)> = rows_of.into_iter().collect();
    parts.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
    let n_other_groups = parts.len().saturating_sub(GROUPS_MAX);
    parts.truncate(GROUPS_MAX);
    if ground.ground == "age" && matches!(values, Column::Number(_)) {
        // Ages read better in their order than by how many there are.
        parts.sort_by(|(a, _), (b, _)| first_number(*a).total_cmp(&first_number(*b)));
    }
    let groups: Vec<Group> = parts.into_iter().map(|(label, rows)| group(label, &rows, outcomes)).collect();
    let differences = differences(&groups);
    FairnessOfColumn { column: column.to_owned(), ground: ground.ground.to_owned(), because: ground.because, is_feature, groups, n_other_groups, differences }
}

/// The group of each row: ages in bands, few numbers and texts as they are, other numbers in quarters.
fn labels(ground: &str, values: &Column) -> Vec<Option<String>> {
    let level = |row: usize| level_text(values.value(row)).map(std::borrow::Cow::into_owned);
    let Column::Number(numbers) = values else {
        return if matches!(values, Column::Datetime(_)) { segment_labels(values) } else { (0..values.len()).map(level).collect() };
    };
    let mut different: Vec<f64> = numbers.iter().copied().filter(|value| value.is_finite()).collect();
    different.sort_by(f64::total_cmp);
    different.dedup();
    if different.len() <= NUMBERS_AS_LEVELS_MAX {
        return (0..values.len()).map(level).collect();
    }
    if ground != "age" || different.iter().any(|age| !AGES.contains(age)) {
        return segment_labels(values);
    }
    let band = |age: f64| match AGE_BANDS.partition_point(|end| *end <= age) {
        0 => format!("below {}", AGE_BANDS[0]),
        at if at == AGE_BANDS.len() => format!("{} and over", AGE_BANDS[at - 1]),
        at => format!("{} to {}", AGE_BANDS[at - 1], AGE_BANDS[at] - 1.0),
    };
    (0..values.len()).map(|row| if let Value::Number(age) = values.value(row) { Some(band(age)) } else { None }).collect()
}

/// The first number of a label, by which bands are ordered.
fn first_number(label: Option<&str>) -> f64 {
    let Some(label) = label else { return f64::INFINITY };
    if label.starts_with("below") {
        return f64::NEG_INFINITY;
    }
    let digits: String = label.chars().skip_while(|c| !c.is_ascii_digit() && *c != '-').take_while(|c| c.is_ascii_digit() || matches!(c, '-' | '.')).collect();
    digits.parse().unwrap_or(f64::INFINITY)
}

fn group(label: Option<&str>, rows: &[usize], outcomes: Outcomes<'_>) -> Group {
    let mut group = Group {
        group: label.map(str::to_owned),
        n_rows: rows.len(),
        is_small: rows.len() < SEGMENT_ROWS_MIN,
        base_rate: None,
        selection_rate: None,
        true_positive_rate: None,
        false_positive_rate: None,
        error_rate: None,
        mean_error: None,
        mean_absolute_error: None,
    };
    match outcomes {
        Outcomes::Classes { actual, predicted, n_classes } => {
            let count = |is: &dyn Fn(usize) -> bool| rows.iter().filter(|&&row| is(row)).count();
            group.error_rate = Estimate::share(count(&|row| actual[row] != predicted[row]), rows.len());
            if n_classes == 2 {
                let n_positive = count(&|row| actual[row] == 1);
                group.base_rate = Estimate::share(n_positive, rows.len());
                group.selection_rate = Estimate::share(count(&|row| predicted[row] == 1), rows.len());
                group.true_positive_rate = Estimate::share(count(&|row| predicted[row] == 1 && actual[row] == 1), n_positive);
                group.false_positive_rate = Estimate::share(count(&|row| predicted[row] == 1 && actual[row] == 0), rows.len() - n_positive);
            }
        }
        Outcomes::Numbers { actual, predicted } => {
            let errors: Vec<f64> = rows.iter().map(|&row| predicted[row] - actual[row]).collect();
            group.mean_error = Estimate::mean(&errors);
            group.mean_absolute_error = Estimate::mean(&errors.iter().map(|error| error.abs()).collect::<Vec<_>>());
        }
    }
    group
}

fn differences(groups: &[Group]) -> Differences {
    let compared: Vec<&Group> = groups.iter().filter(|group| !group.is_small).collect();
    if compared.len() < 2 {
        return Differences { n_groups: compared.len(), ..Differences::default() };
    }
    let ends = |of: fn(&Group) -> Option<Estimate>| -> Option<(f64, f64)> {
        // A rate of no rows is no rate: then the groups cannot be compared by it.
        let values: Vec<f64> = compared.iter().map(|group| of(group).map(|one| one.value)).collect::<Option<_>>()?;
        Some((values.iter().copied().fold(f64::INFINITY, f64::min), values.iter().copied().fold(f64::NEG_INFINITY, f64::max)))
    };
    let apart = |of| ends(of).map(|(low, high)| high - low);
    let selection = ends(|group| group.selection_rate);
    let (true_positive, false_positive) = (apart(|group| group.true_positive_rate), apart(|group| group.false_positive_rate));
    Differences {
        n_groups: compared.len(),
        demographic_parity_difference: selection.map(|(low, high)| high - low),
        demographic_parity_ratio: selection.filter(|(_, high)| *high > 0.0).map(|(low, high)| low / high),
        equal_opportunity_difference: true_positive,
        equalized_odds_difference: true_positive.zip(false_positive).map(|(a, b)| a.max(b)),
        error_rate_difference: apart(|group| group.error_rate),
        mean_error_difference: apart(|group| group.mean_error),
        mean_absolute_error_ratio: ends(|group| group.mean_absolute_error).filter(|(low, _)| *low > 0.0).map(|(low, high)| high / low),
    }
}

#[cfg(test)]
mod tests;
