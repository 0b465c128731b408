//! Which rows of tables are equal, by the rule for missing values.

use std::hash::{DefaultHasher, Hash, Hasher};

use mlwright_learn::{Column, Frame, Value};

/// A hash of each row's values. Equal rows have equal hashes within one program run.
pub(crate) fn row_hashes(frame: &Frame) -> Vec<u64> {
    let columns: Vec<&Column> = frame.iter().map(|(_, column)| column).collect();
    (0..frame.n_rows())
        .map(|row| {
            let mut hasher = DefaultHasher::new();
            for column in &columns {
                hash_value(column.value(row), &mut hasher);
            }
            hasher.finish()
        })
        .collect()
}

fn hash_value(value: Value<'_>, hasher: &mut DefaultHasher) {
    std::mem::discriminant(&value).hash(hasher);
    match value {
        Value::Missing => {}
        // Zero has two signs that are equal.
        Value::Number(number) => (number + 0.0).to_bits().hash(hasher),
        Value::Text(text) => text.trim().hash(hasher),
        Value::Boolean(truth) => truth.hash(hasher),
        Value::Datetime(moment) => moment.hash(hasher),
    }
}
