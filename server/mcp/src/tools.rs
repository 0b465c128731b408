//! Operations as tools.

use std::sync::{Arc, LazyLock};

use mlwright_operations::{Effect, Registered, schema};
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::Value;

use crate::answer::DETAIL;
use crate::caller::Offer;

/// Every tool, in the order of the registry.
#[must_use]
pub fn all() -> &'static [Tool] {
    static ALL: LazyLock<Vec<Tool>> = LazyLock::new(|| mlwright_operations::all().iter().map(tool).collect());
    &ALL
}

/// The tools of what is offered, in the order of the registry.
#[must_use]
pub fn offered(offer: &Offer) -> Vec<Tool> {
    mlwright_operations::all().iter().zip(all()).filter(|(operation, _)| offer.has(operation)).map(|(_, tool)| tool.clone()).collect()
}

fn tool(operation: &Registered) -> Tool {
    let description = format!("{} Example: {}", operation.description, operation.example);
    let mut input = operation.input_schema.clone();
    if operation.is_long {
        input["properties"][DETAIL] = serde_json::json!({ "type": "string", "enum": ["brief", "full"] });
    }
    Tool::new(operation.name, description, object(input))
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

/// Every hint is said: what a client takes a missing one for differs from client to client. Whether
/// a second call of an operation that writes would change anything depends on its input, so none of
/// those claims to be idempotent.
fn annotations(effect: Effect) -> ToolAnnotations {
    let reads = effect == Effect::Read;
    ToolAnnotations::new().read_only(reads).destructive(effect == Effect::Destructive).idempotent(reads).open_world(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What clients show a model of every tool, in tokens of the o200k vocabulary.
    const TOKENS_MAX: usize = 8_000;

    #[test]
    fn annotations_follow_the_effect() {
        let hints = |effect| {
            let json = serde_json::to_value(annotations(effect)).unwrap();
            ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"].map(|hint| json[hint].as_bool().unwrap())
        };
        assert_eq!(hints(Effect::Read), [true, false, true, false]);
        assert_eq!(hints(Effect::Write), [false, false, false, false]);
        assert_eq!(hints(Effect::Destructive), [false, true, false, false]);
    }

    #[test]
    fn the_list_of_tools_is_short() {
        let tokenizer = tiktoken_rs::o200k_base().unwrap();
        let count = |value: &Value| tokenizer.encode_ordinary(&value.to_string()).len();
        let tools: Vec<Value> = all().iter().map(|tool| serde_json::to_value(tool).unwrap()).collect();
        let total = count(&serde_json::json!({ "tools": tools }));
        let mut heaviest: Vec<(usize, &str)> = tools.iter().map(|tool| (count(tool), tool["name"].as_str().unwrap())).collect();
        heaviest.sort_unstable_by(|a, b| b.cmp(a));
        assert!(total < TOKENS_MAX, "{total} tokens; the heaviest: {:?}", &heaviest[..6]);
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
