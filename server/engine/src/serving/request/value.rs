//! One value of a request.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

use super::wrong;
use crate::serving::rows::{Builder, Raw, Slot, Wrong};

/// A value of the row being filled.
pub(super) struct ValueSeed<'b, 'l> {
    pub(super) builder: &'b mut Builder<'l>,
    pub(super) slot: Slot,
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self { builder, slot } = self;
        deserializer.deserialize_any(RawVisitor(|raw: Raw<'_>| builder.set(slot, raw)))
    }
}

/// Hands any JSON value on as a [`Raw`].
struct RawVisitor<F>(F);

impl<'de, T, F: FnOnce(Raw<'_>) -> Result<T, Wrong>> Visitor<'de> for RawVisitor<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a text, a truth value or null")
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        (self.0)(Raw::Null).map_err(wrong)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<T, E> {
        (self.0)(Raw::Boolean(truth)).map_err(wrong)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        (self.0)(Raw::Signed(number)).map_err(wrong)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        (self.0)(Raw::Unsigned(number)).map_err(wrong)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        (self.0)(Raw::Number(number)).map_err(wrong)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(Raw::Text(text)).map_err(wrong)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        (self.0)(Raw::Nested("a list")).map_err(wrong)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        (self.0)(Raw::Nested("an object")).map_err(wrong)
    }
}

/// A value that was read already, on its way in.
pub(super) fn raw(value: &Json) -> Raw<'_> {
    match value {
        Json::Null => Raw::Null,
        Json::Bool(truth) => Raw::Boolean(*truth),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => Raw::Signed(whole),
            (_, Some(whole)) => Raw::Unsigned(whole),
            _ => number.as_f64().map_or(Raw::Null, Raw::Number),
        },
        Json::String(text) => Raw::Text(text),
        Json::Array(_) => Raw::Nested("a list"),
        Json::Object(_) => Raw::Nested("an object"),
    }
}

/// What a value is called in messages.
pub(super) fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a truth value",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}
