//! Operations as tools.

use std::sync::{Arc, LazyLock};

use mlwright_operations::{Effect, Registered, schema};
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::Value;

/// Every tool, in the order of the registry.
#[must_use]
pub fn all() -> &'static [Tool] {
    static ALL: LazyLock<Vec<Tool>> = LazyLock::new(|| mlwright_operations::all().iter().map(tool).collect());
    &ALL
}

fn tool(operation: &Registered) -> Tool {
    Tool::new(operation.name, operation.description.clone(), object(operation.input_schema.clone()))
        .with_title(operation.title)
        .with_raw_output_schema(object(schema::outline(&operation.output_schema)))
        .with_annotations(annotations(operation.effect))
}

fn object(schema: Value) -> Arc<JsonObject> {
    match schema {
        Value::Object(object) => Arc::new(object),
        _ => Arc::default(),
    }
}

/// Only what differs from the protocol's defaults (writes, destroys, open world): the tool list is
/// read by a model, and each token counts.
fn annotations(effect: Effect) -> ToolAnnotations {
    let closed = ToolAnnotations::new().open_world(false);
    match effect {
        Effect::Read => closed.read_only(true),
        Effect::Write => closed.destructive(false),
        Effect::Destructive => closed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotations_say_what_differs_from_the_defaults() {
        let json = |effect| serde_json::to_value(annotations(effect)).unwrap();
        assert_eq!(json(Effect::Read), serde_json::json!({"readOnlyHint": true, "openWorldHint": false}));
        assert_eq!(json(Effect::Write), serde_json::json!({"destructiveHint": false, "openWorldHint": false}));
        assert_eq!(json(Effect::Destructive), serde_json::json!({"openWorldHint": false}));
    }

    #[test]
    fn each_operation_is_a_tool_with_object_schemas() {
        assert_eq!(all().len(), mlwright_operations::all().len());
        for tool in all() {
            assert_eq!(tool.input_schema["type"], "object", "{}", tool.name);
            let output = tool.output_schema.as_ref().unwrap();
            assert_eq!(output["type"], "object", "{}", tool.name);
            assert!(tool.description.as_ref().is_some_and(|text| !text.is_empty()), "{} has no text", tool.name);
        }
    }
}
