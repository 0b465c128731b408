//! Values that a model takes but was not trained on: said, not refused.

use mlwright_learn::{FeatureKind, Model, Value};

use super::rows::Rows;

/// The most columns that are named for one kind of oddity.
const COLUMNS_SHOWN_MAX: usize = 5;
/// The most characters of a value that is shown.
const VALUE_CHARS_MAX: usize = 40;
/// A text that no training table holds.
const NEVER_SEEN: &str = "\0never seen\0";

/// What is odd about a request's values, each column once, with an example.
pub(super) fn warnings(model: &Model, rows: &Rows) -> Vec<String> {
    let mut warnings = unseen_categories(model, rows);
    let truths = rows.truths_for_numbers().iter().take(COLUMNS_SHOWN_MAX);
    warnings.extend(truths.map(|(position, truth)| {
        let name = &model.features[*position].name;
        format!("{name}: the truth value {truth} was read as the number {}", u8::from(*truth))
    }));
    warnings
}

/// Categories that are prepared as one that training cannot have seen. Only categories are prepared
/// for it, which is cheap beside reading and predicting a row.
fn unseen_categories(model: &Model, rows: &Rows) -> Vec<String> {
    let matrix = model.preparer.matrix();
    let is_category = |position: usize| model.features[position].kind == FeatureKind::Categorical;
    // The matrix columns of each category lie side by side. One that was constant in training has none.
    let mut pending: Vec<(usize, std::ops::Range<usize>)> = Vec::new();
    for (column, &position) in matrix.source.iter().enumerate().filter(|(_, position)| is_category(**position)) {
        match pending.last_mut() {
            Some((last, columns)) if *last == position => columns.end = column + 1,
            _ => pending.push((position, column..column + 1)),
        }
    }
    let mut warnings = Vec::new();
    if pending.is_empty() {
        return warnings;
    }
    let mut probe = vec![Value::Missing; model.features.len()];
    pending.iter().for_each(|(position, _)| probe[*position] = Value::Text(NEVER_SEEN));
    let (mut unseen, mut prepared) = (vec![0.0; matrix.names.len()], vec![0.0; matrix.names.len()]);
    if model.preparer.transform_row(&probe, &mut unseen).is_err() {
        return warnings;
    }
    let mut values = Vec::with_capacity(model.features.len());
    for row in 0..rows.len() {
        rows.read(row, &mut values);
        for (position, value) in probe.iter_mut().enumerate() {
            *value = if is_category(position) { values[position] } else { Value::Missing };
        }
        if model.preparer.transform_row(&probe, &mut prepared).is_err() {
            continue;
        }
        pending.retain(|(position, columns)| {
            let same = unseen[columns.clone()].iter().zip(&prepared[columns.clone()]).all(|(a, b)| a.to_bits() == b.to_bits());
            if !same || probe[*position] == Value::Missing {
                return true;
            }
            let (name, shown) = (&model.features[*position].name, shown(probe[*position]));
            warnings.push(format!("{name}: {shown} is a category that training did not see, or saw too rarely to learn from"));
            false
        });
        if pending.is_empty() || warnings.len() >= COLUMNS_SHOWN_MAX {
            break;
        }
    }
    warnings.truncate(COLUMNS_SHOWN_MAX);
    warnings
}

fn shown(value: Value<'_>) -> String {
    match value {
        Value::Text(text) if text.chars().count() > VALUE_CHARS_MAX => format!("{:?}…", text.chars().take(VALUE_CHARS_MAX).collect::<String>()),
        Value::Text(text) => format!("{text:?}"),
        Value::Number(number) => number.to_string(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Datetime(_) | Value::Missing => String::new(),
    }
}
