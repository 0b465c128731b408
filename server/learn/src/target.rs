//! The column to predict: which task it is, its classes, and its rows as a [`Target`].

use std::collections::BTreeMap;

use crate::frame::{Column, Feature, FeatureKind, Value};
use crate::prepare::{Coerced, coerce, level_text};
use crate::{LearnError, Target, Task};

/// The most classes a target may have: beyond it, it is rather an id or a number.
pub const CLASSES_MAX: usize = 100;

/// A number with at most this many different whole values is taken for classes.
pub const NUMERIC_CLASSES_MAX: usize = 10;

/// Names that mean "it happened", in lower case: of two classes, the one so named is positive.
const POSITIVE_NAMES: [&str; 6] = ["yes", "true", "y", "t", "positive", "pos"];
/// What `1` must stand beside to mean the same: 1 and 2 are mere codes.
const NEGATIVE_NUMBERS: [&str; 2] = ["0", "-1"];
/// Classes that a message names.
const CLASSES_SHOWN: usize = 5;

/// A target column that was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodedTarget {
    /// The column's name.
    pub name: String,
    /// The task, asked for or recognised.
    pub task: Task,
    /// The rows that have a target, encoded. In binary tasks code 1 is the positive class.
    pub target: Target,
    /// The class of each code; empty for regression.
    pub classes: Vec<String>,
    /// The positions of the rows that have a target, increasing: take these rows of the frame.
    pub rows: Vec<usize>,
    /// How many rows were left out because their target is missing (or, given classes, unknown).
    pub n_left_out: usize,
    /// Why this task and this positive class, in a sentence.
    pub reason: String,
}

/// Reads a target column. Rows without a target are left out and counted.
///
/// Unless `task` is given: texts and truth values are classes; so are whole numbers with at most
/// [`NUMERIC_CLASSES_MAX`] different values, or any two different numbers; other numbers are a
/// regression. Classes are in order of their text (numbers by value), except that in binary tasks
/// the positive class comes last: `positive` when given, else the one named like `yes` or `true`, or
/// `1` beside `0` or `-1`, else the rarer.
///
/// # Errors
/// [`LearnError::UnsuitableData`] with no or one class, more than [`CLASSES_MAX`], or no row that
/// has a target; [`LearnError::Value`] when a value is not a number in a regression;
/// [`LearnError::Parameter`] when `positive` is not a class.
pub fn encode(
    name: &str,
    column: &Column,
    task: Option<Task>,
    positive: Option<&str>,
) -> Result<EncodedTarget, LearnError> {
    if matches!(column, Column::Datetime(_)) {
        return Err(unsuitable(
            format!("the target {name:?} is a date"),
            "choose a number or a class; derive one, e.g. days until the event, by query or create_table",
        ));
    }
    let (task, why) = match task {
        Some(task) => (task, "as asked".to_owned()),
        None => recognise(column),
    };
    if task == Task::Regression {
        let encoded = numbers(name, column)?;
        let reason = format!("regression: {why}");
        return Ok(EncodedTarget { reason, ..encoded });
    }
    let counts = level_counts(column);
    let mut classes: Vec<String> = counts.keys().cloned().collect();
    sort_levels(&mut classes);
    check_classes(name, &classes, task)?;
    let mut reason = format!("{} classes: {why}", classes.len());
    let task = if classes.len() == 2 { Task::Binary } else { Task::Multiclass };
    if task == Task::Multiclass
        && let Some(positive) = positive
    {
        return Err(LearnError::Parameter {
            parameter: "positive_class".to_owned(),
            found: format!("{positive:?}"),
            expected: format!(
                "nothing: the target has {} classes, and only one of two can be the positive one",
                classes.len()
            ),
        });
    }
    if task == Task::Binary {
        let (index, because) = positive_index(&classes, &counts, positive)?;
        if index == 0 {
            classes.swap(0, 1);
        }
        reason = format!("two classes: {why}; {:?} is the positive class: {because}", classes[1]);
    }
    let encoded = encode_as(name, column, task, &classes)?;
    Ok(EncodedTarget { reason, ..encoded })
}

/// Reads a target column for a model that exists: the same task, the same classes in the same
/// order. Rows whose target is missing or a class that the model does not know are left out; a class
/// with a full stop at its end, as some test sets write it, is known without it.
///
/// # Errors
/// [`LearnError::UnsuitableData`] when no row is left, with classes that were found;
/// [`LearnError::Value`] when a value is not a
/// number in a regression.
pub fn encode_as(name: &str, column: &Column, task: Task, classes: &[String]) -> Result<EncodedTarget, LearnError> {
    if task == Task::Regression {
        return numbers(name, column);
    }
    let code_of: BTreeMap<&str, u32> = classes.iter().zip(0..).map(|(class, code)| (class.as_str(), code)).collect();
    let mut codes = Vec::with_capacity(column.len());
    let mut rows = Vec::with_capacity(column.len());
    let mut unknown = std::collections::BTreeSet::new();
    for row in 0..column.len() {
        let Some(level) = level_text(column.value(row)) else { continue };
        let code = code_of.get(level.as_ref()).or_else(|| code_of.get(level.strip_suffix('.')?));
        if let Some(&code) = code {
            codes.push(code);
            rows.push(row);
        } else if unknown.len() < CLASSES_SHOWN {
            unknown.insert(level.into_owned());
        }
    }
    if rows.is_empty() && !unknown.is_empty() {
        let shown = |names: &mut dyn Iterator<Item = &String>| {
            names.take(CLASSES_SHOWN).map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
        };
        return Err(unsuitable(
            format!(
                "no row of {name:?} has a class that is known: found {}, known are {}",
                shown(&mut unknown.iter()),
                shown(&mut classes.iter())
            ),
            "give a table whose target is written as in training",
        ));
    }
    let target = Target::Class { codes, n_classes: classes.len() };
    finish(name, column, task, target, classes.to_vec(), rows)
}

fn numbers(name: &str, column: &Column) -> Result<EncodedTarget, LearnError> {
    let feature = Feature { name: name.to_owned(), kind: FeatureKind::Numeric };
    let mut values = Vec::with_capacity(column.len());
    let mut rows = Vec::with_capacity(column.len());
    for row in 0..column.len() {
        if let Coerced::Number(value) = coerce(&feature, column.value(row))? {
            values.push(value);
            rows.push(row);
        }
    }
    finish(name, column, Task::Regression, Target::Number(values), Vec::new(), rows)
}

fn finish(
    name: &str,
    column: &Column,
    task: Task,
    target: Target,
    classes: Vec<String>,
    rows: Vec<usize>,
) -> Result<EncodedTarget, LearnError> {
    if rows.is_empty() {
        return Err(unsuitable(
            format!("no row has a usable target {name:?} ({} rows)", column.len()),
            "choose another target, or give a table whose target is filled in",
        ));
    }
    let n_left_out = column.len() - rows.len();
    Ok(EncodedTarget { name: name.to_owned(), task, target, classes, rows, n_left_out, reason: String::new() })
}

fn recognise(column: &Column) -> (Task, String) {
    let Column::Number(values) = column else {
        return (Task::Multiclass, "the target is not a number".to_owned());
    };
    let mut distinct: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    let whole = distinct.iter().all(|v| v.fract() == 0.0);
    if distinct.len() <= 2 || (whole && distinct.len() <= NUMERIC_CLASSES_MAX) {
        return (
            Task::Multiclass,
            format!(
                "the target has {} different values; ask for task regression to predict the number",
                distinct.len()
            ),
        );
    }
    (Task::Regression, format!("the target is a number with {} different values", distinct.len()))
}

fn level_counts(column: &Column) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for row in 0..column.len() {
        if let Some(level) = level_text(column.value(row)) {
            match counts.get_mut(level.as_ref()) {
                Some(count) => *count += 1,
                None => {
                    counts.insert(level.into_owned(), 1);
                    if counts.len() > CLASSES_MAX + 1 {
                        break;
                    }
                }
            }
        }
    }
    counts
}

fn sort_levels(classes: &mut [String]) {
    let numbers: Option<Vec<f64>> =
        classes.iter().map(|class| class.parse().ok().filter(|v: &f64| v.is_finite())).collect();
    if numbers.is_some() {
        classes.sort_by(|a, b| {
            let value = |text: &str| text.parse::<f64>().unwrap_or(0.0);
            value(a).total_cmp(&value(b)).then_with(|| a.cmp(b))
        });
    }
}

fn check_classes(name: &str, classes: &[String], task: Task) -> Result<(), LearnError> {
    match classes.len() {
        0 => Err(unsuitable(format!("the target {name:?} has no value at all"), "choose another target")),
        1 => Err(unsuitable(
            format!("the target {name:?} is {:?} in every row", classes[0]),
            "choose a target with at least two different values, or add rows of another class",
        )),
        n if n > CLASSES_MAX => Err(unsuitable(
            format!("the target {name:?} has more than {CLASSES_MAX} classes"),
            "is it an id or a free text? choose another target, group its values, or ask for task regression if it is a number",
        )),
        n if n > 2 && task == Task::Binary => Err(unsuitable(
            format!("the target {name:?} has {n} classes, a binary task takes 2"),
            "leave the task out, or ask for multiclass",
        )),
        _ => Ok(()),
    }
}

fn positive_index(
    classes: &[String],
    counts: &BTreeMap<String, usize>,
    positive: Option<&str>,
) -> Result<(usize, &'static str), LearnError> {
    if let Some(wanted) = positive {
        let wanted_level = level_text(Value::text(wanted)).unwrap_or_default();
        return match classes.iter().position(|class| *class == wanted_level) {
            Some(index) => Ok((index, "as asked")),
            None => Err(LearnError::Parameter {
                parameter: "positive_class".to_owned(),
                found: format!("{wanted:?}"),
                expected: format!("{:?} or {:?}", classes[0], classes[1]),
            }),
        };
    }
    let is_positive = |i: usize| {
        let (class, other) = (classes[i].to_lowercase(), classes[1 - i].as_str());
        POSITIVE_NAMES.contains(&class.as_str()) || (class == "1" && NEGATIVE_NUMBERS.contains(&other))
    };
    let named: Vec<usize> = (0..2).filter(|&i| is_positive(i)).collect();
    if let [index] = named[..] {
        return Ok((index, "by its name"));
    }
    let rarer = usize::from(counts[&classes[0]] >= counts[&classes[1]]);
    Ok((rarer, "it is the rarer"))
}

fn unsuitable(message: String, hint: &str) -> LearnError {
    LearnError::UnsuitableData { message, hint: hint.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn text(values: &[&str]) -> Column {
        Column::Text(values.iter().map(|v| Some(Arc::from(*v))).collect())
    }

    #[test]
    fn the_positive_class_comes_last_and_missing_targets_are_left_out() {
        let encoded = encode("Churn", &text(&["Yes", "No", "?", "No", " Yes "]), None, None).unwrap();
        assert_eq!(encoded.task, Task::Binary);
        assert_eq!(encoded.classes, ["No", "Yes"]);
        assert_eq!(encoded.target, Target::Class { codes: vec![1, 0, 0, 1], n_classes: 2 });
        assert_eq!(encoded.rows, [0, 1, 3, 4]);
        assert_eq!(encoded.n_left_out, 1);
        // The rarer, when no name tells; or the one asked for.
        assert_eq!(encode("c", &text(&["a", "b", "b"]), None, None).unwrap().classes, ["b", "a"]);
        assert_eq!(encode("c", &text(&["a", "b", "b"]), None, Some("b")).unwrap().classes, ["a", "b"]);
        // 1 is positive beside 0; beside 2 it is a code, and the rarer is.
        assert_eq!(encode("c", &Column::Number(vec![1.0, 1.0, 0.0]), None, None).unwrap().classes, ["0", "1"]);
        assert_eq!(encode("c", &Column::Number(vec![1.0, 1.0, 2.0]), None, None).unwrap().classes, ["1", "2"]);
        assert!(matches!(encode("c", &text(&["a", "b", "c"]), None, Some("b")), Err(LearnError::Parameter { .. })));
        assert!(matches!(encode("c", &text(&["a", "b"]), None, Some("z")), Err(LearnError::Parameter { .. })));
    }

    #[test]
    fn a_known_target_is_read_as_in_training_and_unknown_classes_are_named() {
        let known = ["<=50K".to_owned(), ">50K".to_owned()];
        let encoded = encode_as("income", &text(&["<=50K.", ">50K", "?", "more"]), Task::Binary, &known).unwrap();
        assert_eq!((encoded.rows, encoded.n_left_out), (vec![0, 1], 2));
        let message = encode_as("income", &text(&["low", "high"]), Task::Binary, &known).unwrap_err().to_string();
        assert!(message.contains("found \"high\", \"low\", known are \"<=50K\", \">50K\""), "{message}");
    }

    #[test]
    fn numbers_are_classes_or_a_regression() {
        let binary = encode("y", &Column::Number(vec![0.0, 1.0, f64::NAN, 1.0]), None, None).unwrap();
        assert_eq!((binary.task, binary.classes), (Task::Binary, vec!["0".to_owned(), "1".to_owned()]));
        let classes = encode("y", &Column::Number(vec![10.0, 9.0, 2.0, 2.0]), None, None).unwrap();
        assert_eq!(
            (classes.task, classes.classes),
            (Task::Multiclass, vec!["2".to_owned(), "9".to_owned(), "10".to_owned()])
        );
        let number = encode("y", &Column::Number(vec![0.5, 1.5, 2.5, f64::INFINITY]), None, None).unwrap();
        assert_eq!((number.task, number.target), (Task::Regression, Target::Number(vec![0.5, 1.5, 2.5])));
        assert_eq!(number.rows, [0, 1, 2]);
    }

    #[test]
    fn unsuitable_targets_are_refused_with_a_hint() {
        for (column, task) in [
            (text(&["a", "a"]), None),
            (text(&["?", ""]), None),
            (text(&["a", "b", "c"]), Some(Task::Binary)),
            (Column::Number(vec![f64::NAN, f64::INFINITY]), Some(Task::Regression)),
            (Column::Datetime(vec![Some(1)]), None),
            (Column::Number((0..200).map(f64::from).collect()), Some(Task::Multiclass)),
        ] {
            match encode("y", &column, task, None) {
                Err(LearnError::UnsuitableData { hint, .. }) => assert!(!hint.is_empty()),
                other => panic!("{column:?}: {other:?}"),
            }
        }
        assert!(matches!(encode("y", &text(&["a", "1"]), Some(Task::Regression), None), Err(LearnError::Value { .. })));
    }
}
