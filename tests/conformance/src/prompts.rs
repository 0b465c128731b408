//! The prompts, and what completes their arguments.

use std::collections::BTreeMap;

use rmcp::model::*;
use serde_json::Value;

use crate::asking::{Call, Round, ask_for, field};
use crate::plain::PNG;
use crate::server::Revision;

/// What an argument can be completed to.
const WORDS: [&str; 4] = ["hello", "paris", "park", "party"];

pub(crate) fn all(revision: Revision) -> Vec<Prompt> {
    let argument =
        |name: &str, description: &str| PromptArgument::new(name).with_description(description).with_required(true);
    let mut prompts = vec![
        Prompt::new("test_simple_prompt", Some("A simple prompt."), None),
        Prompt::new(
            "test_prompt_with_arguments",
            Some("A prompt with two arguments."),
            Some(vec![argument("arg1", "First test argument"), argument("arg2", "Second test argument")]),
        ),
        Prompt::new(
            "test_prompt_with_embedded_resource",
            Some("A prompt with a resource in it."),
            Some(vec![argument("resourceUri", "URI of the resource to embed")]),
        ),
        Prompt::new("test_prompt_with_image", Some("A prompt with an image in it."), None),
        Prompt::new("test_input_required_result_prompt", Some("A prompt that asks for its context."), None),
    ];
    if revision.prompts % 2 == 1 {
        prompts.push(Prompt::new("test_sometimes_there", Some("Comes and goes as the list changes."), None));
    }
    prompts
}

/// # Errors
/// When there is no such prompt, or the client cannot be asked.
pub(crate) async fn get(arguments: &JsonObject, call: &Call) -> Result<GetPromptResponse, ErrorData> {
    let argument = |name: &str| {
        let value = arguments.get(name).and_then(Value::as_str);
        value.ok_or_else(|| ErrorData::invalid_params(format!("the argument {name} is missing"), None))
    };
    let said = |text: &str| PromptMessage::new_text(Role::User, text);
    let messages = match call.name.as_str() {
        "test_simple_prompt" => vec![said("This is a simple prompt for testing.")],
        "test_prompt_with_arguments" => {
            vec![said(&format!("Prompt with arguments: arg1='{}', arg2='{}'", argument("arg1")?, argument("arg2")?))]
        }
        "test_prompt_with_embedded_resource" => {
            let resource = ResourceContents::text("Embedded resource content for testing.", argument("resourceUri")?);
            vec![
                PromptMessage::new(Role::User, ContentBlock::resource(resource)),
                said("Please process the embedded resource above."),
            ]
        }
        "test_prompt_with_image" => {
            vec![
                PromptMessage::new(Role::User, ContentBlock::image(PNG, "image/png")),
                said("Please analyze the image above."),
            ]
        }
        "test_input_required_result_prompt" => {
            let question = ask_for("What context should the prompt use?", "context", "string");
            let questions = BTreeMap::from([("user_context".to_owned(), question)]);
            match call.ask(questions).await? {
                Round::Open(open) => return Ok(InputRequiredResult::from_input_requests(open).into()),
                Round::Answered(answers) => {
                    let context = field(&answers, "user_context", "context").and_then(Value::as_str).unwrap_or("none");
                    vec![said(&format!("The context is: {context}"))]
                }
            }
        }
        "test_sometimes_there" => vec![said("There now.")],
        name => return Err(ErrorData::invalid_params(format!("there is no prompt {name}"), None)),
    };
    Ok(GetPromptResult::new(messages).into())
}

/// The words that begin with what was typed.
pub(crate) fn complete(of: &Reference, argument: &str, typed: &str) -> Vec<String> {
    let is_known = match of {
        Reference::Prompt(prompt) => {
            let prompts = all(Revision::default());
            let prompt = prompts.iter().find(|known| known.name == prompt.name);
            prompt
                .and_then(|prompt| prompt.arguments.as_ref())
                .is_some_and(|known| known.iter().any(|known| known.name == argument))
        }
        Reference::Resource(template) => {
            crate::resources::templates().iter().any(|known| known.uri_template == template.uri)
        }
        _ => false,
    };
    WORDS.iter().filter(|word| is_known && word.starts_with(typed)).map(|word| (*word).to_owned()).collect()
}
