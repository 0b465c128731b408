//! The tools, as they are listed.

use rmcp::model::Tool;
use serde_json::{Value, json};

use crate::server::Revision;

/// Name, description and the properties of the arguments; the names of those that are required.
const TOOLS: [(&str, &str, &str, &[&str]); 35] = [
    ("test_simple_text", "Answers with a text.", "{}", &[]),
    ("test_image_content", "Answers with an image.", "{}", &[]),
    ("test_audio_content", "Answers with a sound.", "{}", &[]),
    ("test_embedded_resource", "Answers with a resource.", "{}", &[]),
    ("test_multiple_content_types", "Answers with a text, an image and a resource.", "{}", &[]),
    ("test_tool_with_logging", "Sends three log messages, then answers.", "{}", &[]),
    ("test_logging_tool", "Sends a log message when the request asks for it.", "{}", &[]),
    ("test_error_handling", "Always fails.", "{}", &[]),
    ("test_tool_with_progress", "Reports progress three times, then answers.", "{}", &[]),
    (
        "test_sampling",
        "Asks the client's model.",
        r#"{"prompt": {"type": "string", "description": "What to ask"}}"#,
        &["prompt"],
    ),
    (
        "test_elicitation",
        "Asks the user.",
        r#"{"message": {"type": "string", "description": "What to ask"}}"#,
        &["message"],
    ),
    ("test_elicitation_sep1034_defaults", "Asks the user with a form that has defaults.", "{}", &[]),
    ("test_elicitation_sep1330_enums", "Asks the user with a form of choices.", "{}", &[]),
    ("test_streaming_elicitation", "Asks for a name; the question is the last thing on the stream.", "{}", &[]),
    ("test_missing_capability", "Cannot work without the client's model.", "{}", &[]),
    ("test_input_required_result_elicitation", "Asks for a name.", "{}", &[]),
    ("test_input_required_result_sampling", "Asks the client's model for a capital.", "{}", &[]),
    ("test_input_required_result_list_roots", "Asks for the client's roots.", "{}", &[]),
    (
        "test_input_required_result_request_state",
        "Asks for a confirmation, and keeps its state with the client.",
        "{}",
        &[],
    ),
    ("test_input_required_result_multiple_inputs", "Asks three things at once.", "{}", &[]),
    ("test_input_required_result_multi_round", "Asks two things after each other.", "{}", &[]),
    ("test_input_required_result_tampered_state", "Refuses a state that it did not make.", "{}", &[]),
    ("test_input_required_result_capabilities", "Asks only what the client can answer.", "{}", &[]),
    ("test_trigger_tool_change", "Changes the list of tools.", "{}", &[]),
    ("test_trigger_prompt_change", "Changes the list of prompts.", "{}", &[]),
    ("test_trigger_resource_change", "Changes the watched resource.", "{}", &[]),
    (
        "test_custom_header",
        "Has an argument that is repeated in a header.",
        r#"{"region": {"type": "string", "description": "Where", "x-mcp-header": "Region"}}"#,
        &["region"],
    ),
    ("greet", "Greets.", r#"{"name": {"type": "string", "description": "Whom"}}"#, &["name"]),
    (
        "slow_compute",
        "Takes some seconds; as a task for clients that have tasks.",
        r#"{"seconds": {"type": "integer", "minimum": 0}, "label": {"type": "string"}}"#,
        &[],
    ),
    ("failing_job", "Fails after a second; only as a task.", "{}", &[]),
    ("protocol_error_job", "Breaks off.", "{}", &[]),
    ("confirm_delete", "Asks for a confirmation while it works.", r#"{"filename": {"type": "string"}}"#, &[]),
    ("multi_input", "Asks two things at once while it works.", "{}", &[]),
    ("test_tool_with_task", "Asks for a name, then works as a task.", "{}", &[]),
    // In the list after every other change of it.
    ("test_sometimes_there", "Comes and goes as the list changes.", "{}", &[]),
];

/// The tools in their order.
///
/// # Panics
/// When one of them is not written in the protocol's form.
pub(crate) fn tools(revision: Revision) -> Vec<Tool> {
    let listed = |(name, description, properties, required): (&str, &str, &str, &[&str])| {
        let properties: Value = serde_json::from_str(properties).expect("properties are written as JSON");
        let mut schema = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        tool(name, description, &schema)
    };
    let is_there =
        |(name, ..): &(&str, &str, &str, &[&str])| *name != "test_sometimes_there" || revision.tools % 2 == 1;
    let mut tools: Vec<Tool> = TOOLS.into_iter().filter(is_there).map(listed).collect();
    tools.push(tool("json_schema_2020_12_tool", "Tool with JSON Schema 2020-12 features", &schema_2020_12()));
    tools
}

fn tool(name: &str, description: &str, input_schema: &Value) -> Tool {
    serde_json::from_value(json!({ "name": name, "description": description, "inputSchema": input_schema }))
        .expect("tools are written in the protocol's form")
}

/// What a schema may have from JSON Schema 2020-12, which has to arrive as it is.
fn schema_2020_12() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
            },
        },
        "properties": {
            "name": { "type": "string" },
            "address": { "$ref": "#/$defs/address" },
            "contactMethod": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" },
            "email": { "type": "string" },
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false,
    })
}
