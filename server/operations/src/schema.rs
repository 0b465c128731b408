//! JSON Schemas (draft 2020-12) of inputs and outputs, in the form that clients understand.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

/// The schema of a type, everything inlined: no `null` unions, no number formats that clients do
/// not know, no titles.
#[must_use]
pub fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    tidy(&mut schema);
    if let Value::Object(object) = &mut schema {
        object.entry("type").or_insert_with(|| Value::from("object"));
        if object["type"] == "object" {
            object.entry("properties").or_insert_with(|| Value::Object(Map::new()));
        }
    }
    schema
}

/// The schema of an operation's input: what the whole is for is the operation's to say.
#[must_use]
pub fn of_input<T: JsonSchema>() -> Value {
    let mut schema = of::<T>();
    schema.as_object_mut().map(|object| object.remove("description"));
    schema
}

/// The doc comment of a type, as one paragraph.
#[must_use]
pub fn description<T: JsonSchema>() -> String {
    let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    schema.get("description").and_then(Value::as_str).map(one_paragraph).unwrap_or_default()
}

fn one_paragraph(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if let Some(only) = without_null(object) {
                *schema = only;
                tidy(schema);
                return;
            }
            if let Some(names) = names_of(object) {
                object.remove("oneOf");
                object.insert("type".to_owned(), "string".into());
                object.insert("enum".to_owned(), names.into());
            }
            // A property named "title" or "format" is an object; the keywords are texts.
            for keyword in ["title", "format"] {
                if object.get(keyword).is_some_and(Value::is_string) {
                    object.remove(keyword);
                }
            }
            if object.get("default") == Some(&Value::Null) {
                object.remove("default");
            }
            if let Some(Value::String(text)) = object.get_mut("description") {
                *text = one_paragraph(text);
            }
            for value in object.values_mut() {
                tidy(value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// The names of `oneOf: [{const: "a"}, …]`. What schemars has to say of each is left out: they say it themselves.
fn names_of(object: &Map<String, Value>) -> Option<Vec<Value>> {
    let options = object.get("oneOf")?.as_array()?;
    options.iter().map(|option| option.get("const").filter(|name| name.is_string()).cloned()).collect()
}

/// `anyOf: [X, null]` becomes X (with the outer description); `type: [t, null]` becomes t.
fn without_null(object: &mut Map<String, Value>) -> Option<Value> {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    let Some(Value::Array(options)) = object.get_mut("anyOf") else { return None };
    options.retain(|option| option.get("type").is_none_or(|kind| kind != "null"));
    let [Value::Object(only)] = options.as_slice() else { return None };
    let mut only = only.clone();
    for (key, value) in object.iter().filter(|(key, _)| *key != "anyOf") {
        only.insert(key.clone(), value.clone());
    }
    Some(Value::Object(only))
}

/// The one type that a schema allows.
fn type_of(schema: &Value) -> Option<Value> {
    if let Some(kind) = schema.get("type") {
        return Some(kind.clone());
    }
    let alternatives = ["oneOf", "anyOf"].iter().find_map(|key| schema.get(key)?.as_array())?;
    let mut kinds = alternatives.iter().map(type_of);
    let first = kinds.next()??;
    kinds.all(|kind| kind.as_ref() == Some(&first)).then_some(first)
}

/// The outline of an output schema for a tool list: its top-level properties with their types.
/// Whatever the full schema accepts, the outline accepts.
#[must_use]
pub fn outline(schema: &Value) -> Value {
    let mut properties = Map::new();
    if let Some(Value::Object(all)) = schema.get("properties") {
        for (name, property) in all {
            // What may be anything is left out: an empty schema says nothing, and strict clients warn of it.
            if let Some(kind) = type_of(property) {
                properties.insert(name.clone(), serde_json::json!({ "type": kind }));
            }
        }
    }
    serde_json::json!({ "type": "object", "properties": properties })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(JsonSchema)]
    #[allow(dead_code)]
    struct Inner {
        title: Option<String>,
    }

    /// Two
    /// lines.
    #[derive(JsonSchema)]
    #[allow(dead_code)]
    struct Sample {
        /// How many.
        count: Option<u32>,
        inner: Option<Inner>,
        names: Vec<String>,
        level: Option<Level>,
    }

    #[derive(JsonSchema)]
    #[allow(dead_code)]
    enum Level {
        /// Not much.
        Low,
        /// Much.
        High,
    }

    #[test]
    fn optional_fields_make_no_null_unions_and_no_formats() {
        let schema = of::<Sample>();
        let text = schema.to_string();
        assert!(!text.contains("null"), "{text}");
        assert!(!text.contains("format"), "{text}");
        assert_eq!(schema["properties"]["count"]["type"], "integer");
        assert_eq!(schema["properties"]["count"]["description"], "How many.");
        assert_eq!(schema["properties"]["inner"]["properties"]["title"]["type"], "string");
        assert_eq!(schema["properties"]["level"], serde_json::json!({"type": "string", "enum": ["Low", "High"]}));
        assert_eq!(schema["required"], serde_json::json!(["names"]));
        assert_eq!(description::<Sample>(), "Two lines.");
    }

    #[test]
    fn outlines_keep_the_top_level_only() {
        let short = outline(&of::<Sample>());
        assert_eq!(short["properties"]["inner"], serde_json::json!({"type": "object"}));
        assert!(short.get("required").is_none());
    }
}
