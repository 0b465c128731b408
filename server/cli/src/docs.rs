//! The reference of every operation, made from the registry.

use mlwright_operations::{Effect, Registered, Stage};
use serde_json::Value;

use crate::command::capitalised;
use crate::{example, exit, flags};

const HEAD: &str = "\
# Operations

Every operation is a tool over MCP (snake case), a command (kebab case, flags made from the fields, `--json` for the structured
answer) and `POST /api/operations/NAME`. This page is made from their definitions: `mlwright docs > docs/operations.md`.

";

/// How tables and models are named, for every page about operations.
pub(crate) const NAMES: &str = "\
Tables are named by path or catalog name. Models are named `models:/name/3`, `models:/name@alias`, `models:/name/latest` or
`runs:/ID/model`.
";

/// The text of `docs/operations.md`.
pub(crate) fn operations() -> String {
    let mut text = format!("{HEAD}{NAMES}\n```text\n{}\n```\n", exit::CODES);
    for stage in Stage::ALL {
        text.push_str(&format!("\n## {}\n", capitalised(stage.as_str())));
        for operation in mlwright_operations::all().iter().filter(|operation| operation.stage == stage) {
            text.push_str(&one(operation));
        }
    }
    text
}

fn one(operation: &Registered) -> String {
    let (body, command) = (body(operation), example::of(operation));
    format!("\n### {}\n\n{body}\n```sh\n{command}\n```\n\n```json\n{}\n```\n", operation.name, operation.example)
}

/// What an operation is for, what it does to the workspace, what it takes and what it answers with.
pub(crate) fn body(operation: &Registered) -> String {
    let effect = match operation.effect {
        Effect::Read => "Reads only.",
        Effect::Write => "Adds to the workspace; nothing that exists is lost.",
        Effect::Destructive => "Replaces or ends something others may rely on: asks for `confirm`.",
    };
    let required = operation.required();
    let mut inputs = Vec::new();
    for (name, schema) in flags::fields(operation) {
        let need = if required.contains(&name.as_str()) { "required" } else { "" };
        inputs.push(format!("| `{name}` | {} | {need} | {} |\n", kind(schema), cell(schema)));
    }
    let mut outputs = Vec::new();
    for (name, schema) in operation.output_schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        outputs.push(format!("| `{name}` | {} | {} |\n", kind(schema), cell(schema)));
    }
    let mut text = format!("**{}.** {} {effect}\n", operation.title, operation.description);
    if !inputs.is_empty() {
        text.push_str(&format!("\n| field | type | | meaning |\n| --- | --- | --- | --- |\n{}", inputs.concat()));
    }
    if !outputs.is_empty() {
        text.push_str(&format!(
            "\nAnswers with:\n\n| field | type | meaning |\n| --- | --- | --- |\n{}",
            outputs.concat()
        ));
    }
    text
}

/// The type of a field in a word or two.
fn kind(schema: &Value) -> String {
    match flags::Kind::of(schema) {
        flags::Kind::Choice(choices) => {
            choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(", ")
        }
        flags::Kind::List(item) => match item.as_ref() {
            flags::Kind::Choice(_) => format!("list of {}", kind(&schema["items"])),
            _ => format!("list of {}s", kind(&schema["items"])),
        },
        flags::Kind::JsonOrText => "any".to_owned(),
        _ => match schema.get("type").and_then(Value::as_str) {
            Some("string") => "text".to_owned(),
            Some("array") => "list".to_owned(),
            Some(kind) => kind.to_owned(),
            None => "any".to_owned(),
        },
    }
}

fn cell(schema: &Value) -> String {
    schema.get("description").and_then(Value::as_str).unwrap_or_default().replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use mlwright_base::system::files;

    use super::*;

    #[test]
    fn the_page_is_up_to_date() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations.md");
        let found = files::read_to_string(&path).unwrap_or_default();
        assert!(
            found == operations(),
            "docs/operations.md is stale; write it anew with `make docs`, or `mlwright docs > docs/operations.md`"
        );
    }

    #[test]
    fn every_operation_has_its_section() {
        let page = operations();
        for operation in mlwright_operations::all() {
            assert!(page.contains(&format!("\n### {}\n", operation.name)), "{}", operation.name);
        }
    }

    #[test]
    fn types_are_said_in_words() {
        let json = serde_json::json!({"type": "array", "items": {"type": "string"}});
        assert_eq!(kind(&json), "list of texts");
        assert_eq!(kind(&serde_json::json!({"type": "string", "enum": ["a", "b"]})), "`a`, `b`");
        assert_eq!(kind(&serde_json::json!({"type": "object"})), "object");
    }
}
