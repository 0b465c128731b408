//! One row as a JSON record, the way requests bring it.

use serde_json::{Map, Value as Json};

use super::Model;
use crate::LearnError;
use crate::frame::Value;

impl Model {
    /// The values of a JSON record in the order of the model's features, borrowed from the record.
    /// `null` is missing; a key that is no feature is ignored (see [`Model::unknown_keys`]).
    ///
    /// # Errors
    /// [`LearnError::ColumnMissing`] when a feature's key is absent (write `null` for a missing
    /// value), [`LearnError::Value`] when a value is a list or an object.
    pub fn values_of_record<'a>(&self, record: &'a Map<String, Json>) -> Result<Vec<Value<'a>>, LearnError> {
        self.features
            .iter()
            .map(|feature| match record.get(&feature.name) {
                Some(Json::Null) => Ok(Value::Missing),
                Some(Json::Bool(truth)) => Ok(Value::Boolean(*truth)),
                Some(Json::Number(number)) => Ok(number.as_f64().map_or(Value::Missing, Value::number)),
                Some(Json::String(text)) => Ok(Value::text(text)),
                Some(found @ (Json::Array(_) | Json::Object(_))) => Err(LearnError::Value {
                    column: feature.name.clone(),
                    expected: "a number, a text, a truth value or null".to_owned(),
                    found: if found.is_array() { "a list" } else { "an object" }.to_owned(),
                }),
                None => Err(LearnError::ColumnMissing {
                    column: feature.name.clone(),
                    available: record.keys().cloned().collect(),
                }),
            })
            .collect()
    }

    /// The keys of a record that are no feature of this model, in the record's order.
    #[must_use]
    pub fn unknown_keys<'a>(&self, record: &'a Map<String, Json>) -> Vec<&'a str> {
        record
            .keys()
            .map(String::as_str)
            .filter(|key| !self.features.iter().any(|feature| feature.name == *key))
            .collect()
    }
}
