//! Arguments as models write them: a number in quotes, a list as JSON in a text, one item where a
//! list is wanted, null for what is left out. What is meant is plain from the schema; anything else
//! stays as it is and is refused with its reason.

use serde_json::Value;

/// Beyond this a float is not one whole number and no other: 2^53.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// Makes the values of an input fit its schema, where what is meant is plain.
pub(crate) fn adapt(value: &mut Value, schema: &Value) {
    match kind(schema) {
        Some("object") => object(value, schema),
        Some("array") => array(value, schema),
        Some("integer") => integer(value),
        Some("number") => number(value),
        Some("boolean") => boolean(value),
        _ => whole_numbers(value),
    }
}

fn kind(schema: &Value) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}

fn object(value: &mut Value, schema: &Value) {
    parsed(value, Value::is_object);
    let Value::Object(fields) = value else { return };
    let known = schema.get("properties").and_then(Value::as_object);
    let required: Vec<&str> = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    if known.is_some() {
        fields.retain(|name, value| !value.is_null() || required.contains(&name.as_str()));
    }
    for (name, value) in fields {
        match known.and_then(|known| known.get(name)).or_else(|| schema.get("additionalProperties")) {
            Some(schema) => adapt(value, schema),
            None => whole_numbers(value),
        }
    }
}

fn array(value: &mut Value, schema: &Value) {
    let items = schema.get("items");
    parsed(value, |inner| inner.is_array() || (inner.is_object() && items.and_then(kind) == Some("object")));
    if !value.is_array() && !value.is_null() && items.and_then(kind).is_some_and(|wanted| is(value, wanted)) {
        *value = Value::Array(vec![value.take()]);
    }
    for item in value.as_array_mut().into_iter().flatten() {
        adapt(item, items.unwrap_or(&Value::Null));
    }
}

/// A text that is JSON of the kind that is wanted becomes that.
fn parsed(value: &mut Value, wanted: impl Fn(&Value) -> bool) {
    if let Value::String(text) = value
        && text.trim_start().starts_with(['{', '['])
        && let Ok(inner) = serde_json::from_str::<Value>(text)
        && wanted(&inner)
    {
        *value = inner;
    }
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "object" => value.is_object(),
        "integer" | "number" => value.is_number(),
        _ => false,
    }
}

fn integer(value: &mut Value) {
    if let Value::String(text) = value
        && let Ok(number) = text.trim().parse::<i64>()
    {
        *value = Value::from(number);
    }
    whole_numbers(value);
}

fn number(value: &mut Value) {
    if let Value::String(text) = value
        && let Some(number) = text.trim().parse::<f64>().ok().and_then(serde_json::Number::from_f64)
    {
        *value = Value::Number(number);
    }
}

fn boolean(value: &mut Value) {
    match value.as_str() {
        Some("true" | "True") => *value = Value::Bool(true),
        Some("false" | "False") => *value = Value::Bool(false),
        _ => {}
    }
}

/// JSON Schema counts 5.0 among the integers, and some clients write it so.
fn whole_numbers(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            if let Some(whole) = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= WHOLE_MAX) {
                *value = Value::from(whole as i64);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(whole_numbers),
        Value::Object(fields) => fields.values_mut().for_each(whole_numbers),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn adapted(mut value: Value) -> Value {
        let schema = json!({
            "type": "object",
            "properties": {
                "n": { "type": "integer" }, "share": { "type": "number" }, "confirm": { "type": "boolean" }, "name": { "type": "string" },
                "columns": { "type": "array", "items": { "type": "string" } },
                "rows": { "type": "array", "items": { "type": "object" } },
                "limits": { "type": "object", "additionalProperties": { "type": "number" } },
            },
            "required": ["name"],
        });
        adapt(&mut value, &schema);
        value
    }

    #[test]
    fn what_is_meant_is_understood() {
        for (given, meant) in [
            (json!({ "n": "3" }), json!({ "n": 3 })),
            (json!({ "n": 3.0, "share": "0.25" }), json!({ "n": 3, "share": 0.25 })),
            (json!({ "confirm": "true" }), json!({ "confirm": true })),
            (json!({ "columns": "age" }), json!({ "columns": ["age"] })),
            (json!({ "columns": "[\"age\", \"plan\"]" }), json!({ "columns": ["age", "plan"] })),
            (json!({ "rows": { "age": 3 } }), json!({ "rows": [{ "age": 3 }] })),
            (json!({ "rows": "{\"age\": 3}" }), json!({ "rows": [{ "age": 3 }] })),
            (json!({ "limits": "{\"psi\": \"0.2\"}" }), json!({ "limits": { "psi": 0.2 } })),
            (json!({ "n": null, "columns": null }), json!({})),
        ] {
            assert_eq!(adapted(given.clone()), meant, "{given}");
        }
    }

    #[test]
    fn what_is_not_plain_stays() {
        for given in [json!({ "n": "three" }), json!({ "name": "3" }), json!({ "name": null }), json!({ "columns": 3 }), json!({ "confirm": "yes" }), json!({ "n": 2.5 })] {
            assert_eq!(adapted(given.clone()), given);
        }
    }
}
