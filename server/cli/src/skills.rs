//! The references of the skills, made from the registry: one page for each stage, and the index of the
//! skill that routes among them.

use std::path::Path;

use mlwright_base::system::files;
use mlwright_base::{ErrorCode, Problem};
use mlwright_operations::{Effect, Registered, Stage};
use serde_json::{Value, json};

use crate::command::capitalised;
use crate::exit::Exit;
use crate::{docs, example, output};

/// The skill that routes to the others.
const ROUTER: &str = "mlwright";
/// Where a skill's page stands in its folder.
const PAGE: &str = "references/operations.md";
const MADE_FROM: &str = "Made from the definitions of the operations; `make docs` writes it anew.";

/// Writes every reference into the folder of the skills.
///
/// # Errors
/// [`ErrorCode::NotFound`] when a skill's folder is not there, [`ErrorCode::Storage`] when a page cannot
/// be written.
pub(crate) fn write(folder: &Path) -> Result<Exit, Problem> {
    let pages = references();
    let n_pages = pages.len();
    for (skill, text) in pages {
        let directory = folder.join(&skill);
        if !files::is_dir(&directory) {
            return Err(Problem::new(
                ErrorCode::NotFound,
                format!("there is no skill {skill} in {}", folder.display()),
            )
            .hint("name the folder that holds the skills with --skills"));
        }
        let path = directory.join(PAGE);
        let written = files::create_dir_all(path.parent().unwrap_or(&directory))
            .and_then(|()| files::write_atomic(&path, text.as_bytes()));
        written
            .map_err(|error| Problem::new(ErrorCode::Storage, format!("cannot write {}: {error}", path.display())))?;
    }
    Ok(output::result(&format!("{n_pages} references written into {}", folder.display())))
}

/// Each skill's name with the text of its page.
fn references() -> Vec<(String, String)> {
    let router = (ROUTER.to_owned(), index());
    std::iter::once(router).chain(Stage::ALL.map(|stage| (name_of(stage), page(stage)))).collect()
}

fn name_of(stage: Stage) -> String {
    format!("{ROUTER}-{}", stage.as_str())
}

fn of_stage(stage: Stage) -> impl Iterator<Item = &'static Registered> {
    mlwright_operations::all().iter().filter(move |operation| operation.stage == stage)
}

/// Every operation in a line.
fn index() -> String {
    let mut text = format!("# Operations\n\n{MADE_FROM}\n\n{}", docs::NAMES);
    for stage in Stage::ALL {
        text.push_str(&format!("\n## {} (skill {})\n\n", capitalised(stage.as_str()), name_of(stage)));
        for operation in of_stage(stage) {
            let effect = match operation.effect {
                Effect::Read => "reads",
                Effect::Write => "writes",
                Effect::Destructive => "needs confirm",
            };
            let fields: Vec<String> = operation.required().iter().map(|field| format!("`{field}`")).collect();
            let fields = if fields.is_empty() { String::new() } else { format!(" Takes {}.", fields.join(", ")) };
            text.push_str(&format!(
                "- `{}` ({effect}): {}{fields}\n",
                operation.name,
                first_sentence(&operation.description)
            ));
        }
    }
    text
}

/// The operations of a stage, each with an example as a tool call and as a command.
fn page(stage: Stage) -> String {
    let mut text = format!("# Operations: {}\n\n{MADE_FROM}\n\n{}", stage.as_str(), docs::NAMES);
    for operation in of_stage(stage) {
        let (body, call, command) =
            (docs::body(operation), tool_call(operation.name, &operation.example), example::of(operation));
        text.push_str(&format!("\n## {}\n\n{body}\n```json\n{call}\n```\n\n```sh\n{command}\n```\n", operation.name));
    }
    text
}

/// A call of a tool, as skills show it.
fn tool_call(tool: &str, arguments: &Value) -> Value {
    json!({ "tool": tool, "arguments": arguments })
}

/// A text up to its first full stop that ends a sentence.
fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end])
}

#[cfg(test)]
mod tests;
