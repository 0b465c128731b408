//! What a look at the rows says against the score that a training is about to give.

use std::collections::{BTreeMap, HashSet};

use mlwright_data::{ColumnSchema, MOSTLY_TYPED};
use mlwright_learn::{Column, Feature, Frame, Target};

use crate::row_hashes::row_hashes;

/// Names that a warning lists.
const SHOWN_MAX: usize = 5;
/// The share of test rows with a twin among the training rows from which that is worth a word.
const TWINS_SHARE: f64 = 0.1;
/// Different values from which a column makes equal rows unlikely to be chance.
const MANY_VALUES: usize = 50;

/// Rows that follow one another in time are about to be split at random.
pub(super) fn in_time_order(frame: &Frame) -> Option<String> {
    let is_ordered = |column: &Column| {
        let Column::Datetime(moments) = column else { return false };
        let known: Vec<i64> = moments.iter().flatten().copied().collect();
        known.len() == moments.len() && known.first() < known.last() && known.is_sorted()
    };
    let (name, _) = frame.iter().find(|(_, column)| is_ordered(column))?;
    Some(format!(
        "the rows are in order of {name}, but test rows were taken at random: the score flatters a model that is to predict later rows; set time_column to {name} to hold out the last ones"
    ))
}

/// Classes whose names differ in case only are likely one class.
pub(super) fn classes_by_case(classes: &[String]) -> Option<String> {
    let mut by_name: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for class in classes {
        by_name.entry(class.to_lowercase()).or_default().push(class);
    }
    let alike: Vec<String> = by_name.values().filter(|names| names.len() > 1).map(|names| names.join(" and ")).take(SHOWN_MAX).collect();
    (!alike.is_empty()).then(|| format!("classes differ in case only, and were learned as different ones: {}", alike.join("; ")))
}

/// Columns of numbers that a few words make into categories.
pub(super) fn words_among_numbers(schema: &[ColumnSchema], features: &[Feature]) -> Option<String> {
    let columns = schema.iter().filter(|column| features.iter().any(|feature| feature.name == column.name));
    let found: Vec<String> = columns
        .filter_map(|column| {
            let (_, why) = column.reason.split_once(MOSTLY_TYPED)?;
            Some(format!("{}:{why}", column.name))
        })
        .take(SHOWN_MAX)
        .collect();
    (!found.is_empty()).then(|| format!("learned as texts because of words among them ({}): clean them by create_table to learn them as what they are", found.join("; ")))
}

/// Test rows that equal a training row in every column and the target: likely copies, on which no
/// model is tested.
pub(super) fn twins(frame: &Frame, target: &Target, train_rows: &[usize], test_rows: &[usize]) -> Option<String> {
    if !frame.iter().any(|(_, column)| has_many_values(column)) {
        return None;
    }
    let rows = row_hashes(frame);
    let key = |row: usize| (rows[row], target_key(target, row));
    let learned: HashSet<(u64, u64)> = train_rows.iter().map(|&row| key(row)).collect();
    let n_twins = test_rows.iter().filter(|&&row| learned.contains(&key(row))).count();
    let share = n_twins as f64 / test_rows.len().max(1) as f64;
    (share >= TWINS_SHARE).then(|| {
        format!(
            "{n_twins} of the {} test rows equal a training row in every column: if they are copies, the score flatters the model; keep one of each (SELECT DISTINCT) and train again",
            test_rows.len()
        )
    })
}

fn target_key(target: &Target, row: usize) -> u64 {
    match target {
        Target::Class { codes, .. } => u64::from(codes[row]),
        Target::Number(values) => values[row].to_bits(),
    }
}

fn has_many_values(column: &Column) -> bool {
    let mut seen = HashSet::new();
    let mut is_new_of_many = |value: u64| seen.insert(value) && seen.len() >= MANY_VALUES;
    match column {
        Column::Number(values) => values.iter().filter(|value| value.is_finite()).any(|value| is_new_of_many(value.to_bits())),
        Column::Datetime(values) => values.iter().flatten().any(|value| is_new_of_many(value.cast_unsigned())),
        Column::Text(_) | Column::Boolean(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use mlwright_data::SemanticType;
    use mlwright_learn::FeatureKind;

    use super::*;

    fn frame(n: usize, value: impl Fn(usize) -> f64) -> Frame {
        Frame::new(vec![("x".to_owned(), Column::Number((0..n).map(value).collect()))]).unwrap()
    }

    #[test]
    fn copies_in_the_test_rows_are_noticed() {
        let target = Target::Number((0..400).map(|row| f64::from(row % 100)).collect());
        let (train, test): (Vec<usize>, Vec<usize>) = (0..400).partition(|row| *row >= 80);
        let said = twins(&frame(400, |row| (row % 100) as f64 * 0.37), &target, &train, &test);
        assert!(said.is_some_and(|said| said.starts_with("80 of the 80 test rows equal")));
        assert_eq!(twins(&frame(400, |row| row as f64), &target, &train, &test), None);
        let codes = Target::Class { codes: vec![0; 400], n_classes: 1 };
        assert_eq!(twins(&frame(400, |row| (row % 7) as f64), &codes, &train, &test), None, "few values repeat by chance");
    }

    #[test]
    fn classes_of_one_name_are_noticed() {
        let classes = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(classes_by_case(&classes(&["No", "YES", "Yes", "no"])).is_some_and(|said| said.ends_with("No and no; YES and Yes")));
        assert_eq!(classes_by_case(&classes(&["No", "Yes"])), None);
    }

    #[test]
    fn words_among_numbers_are_noticed_where_they_are_learned_from() {
        let column = ColumnSchema {
            name: "x".to_owned(),
            dtype: "str".to_owned(),
            semantic: SemanticType::Categorical,
            stored_as_text: false,
            reason: "700 different labels in 800 rows; stored as text, though 760 of its 800 values are numbers".to_owned(),
        };
        let feature = Feature { name: "x".to_owned(), kind: FeatureKind::Categorical };
        let said = words_among_numbers(std::slice::from_ref(&column), &[feature]);
        assert!(said.is_some_and(|said| said.contains("(x: 760 of its 800 values are numbers)")));
        assert_eq!(words_among_numbers(&[column], &[]), None);
    }

    #[test]
    fn rows_in_order_of_time_are_noticed() {
        let dates = |values: &[i64]| Frame::new(vec![("day".to_owned(), Column::Datetime(values.iter().copied().map(Some).collect()))]).unwrap();
        assert!(in_time_order(&dates(&[1, 2, 2, 5])).is_some_and(|said| said.contains("set time_column to day")));
        assert_eq!(in_time_order(&dates(&[3, 1, 2])), None);
        assert_eq!(in_time_order(&dates(&[1, 1])), None);
    }
}
