//! Tools that ask their client something before they answer.

use std::collections::BTreeMap;

use rmcp::model::*;
use serde_json::{Value, json};

use crate::asking::{Call, Questions, Round, ask_for, can_answer, field, form, roots, said, sample};
use crate::plain::text;

/// A state for the client to keep until the next round of this call; it is good for no other.
fn sealed(call: &Call, seal: &RequestStateCodec, state: &impl serde::Serialize) -> Result<String, ErrorData> {
    let options = SealOptions::new().associated_data(&call.bound_to);
    seal.seal_json_with(state, &options).map_err(|error| ErrorData::internal_error(error.to_string(), None))
}

/// What was sealed into the state that the client sent back.
fn opened<T: serde::de::DeserializeOwned>(call: &Call, seal: &RequestStateCodec) -> Result<Option<T>, ErrorData> {
    let Some(state) = &call.state else { return Ok(None) };
    seal.open_json_with(state, &call.bound_to)
        .map(Some)
        .map_err(|error| ErrorData::invalid_params(error.to_string(), None))
}

fn needed(open: Questions, state: Option<String>) -> CallToolResponse {
    InputRequiredResult::new(Some(open), state).into()
}

fn one(key: &str, question: InputRequest) -> Questions {
    BTreeMap::from([(key.to_owned(), question)])
}

fn person() -> InputRequest {
    ask_for("What is your name?", "name", "string")
}

fn confirmation() -> InputRequest {
    ask_for("Please confirm", "ok", "boolean")
}

fn name(answers: &InputResponses, key: &str) -> String {
    field(answers, key, "name").and_then(Value::as_str).unwrap_or("whoever you are").to_owned()
}

/// The answer of a tool of this kind; `None` when it is none.
///
/// # Errors
/// When the client cannot be asked, or what it sent back was not made here.
pub(crate) async fn call(
    arguments: &JsonObject,
    call: &Call,
    seal: &RequestStateCodec,
) -> Result<Option<CallToolResponse>, ErrorData> {
    let argument = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
    let (questions, conclude): (Questions, fn(&InputResponses) -> String) = match call.name.as_str() {
        "test_input_required_result_elicitation" | "test_streaming_elicitation" => {
            (one("user_name", person()), |answers| format!("Hello, {}!", name(answers, "user_name")))
        }
        "test_input_required_result_sampling" => {
            (one("capital_question", sample("What is the capital of France?", 100)), |answers| {
                said(answers, "capital_question")
            })
        }
        "test_input_required_result_list_roots" => {
            (one("client_roots", roots()), |answers| format!("Roots: {}", answers["client_roots"]["roots"]))
        }
        "test_missing_capability" | "test_sampling" => {
            let prompt = Some(argument("prompt")).filter(|prompt| !prompt.is_empty()).unwrap_or("Say something.");
            (one("answer", sample(prompt, 100)), |answers| format!("LLM response: {}", said(answers, "answer")))
        }
        "test_elicitation" => (one("user", form(argument("message"), &user())), |answers| {
            format!("User response: action={}, content={}", answers["user"]["action"], answers["user"]["content"])
        }),
        "test_elicitation_sep1034_defaults" => (one("form", form("Check the values", &defaults())), completed),
        "test_elicitation_sep1330_enums" => (one("form", form("Choose", &choices())), completed),
        "test_input_required_result_capabilities" => return capabilities(call).await.map(Some),
        "test_input_required_result_multi_round" => return multi_round(call, seal).await.map(Some),
        "test_input_required_result_request_state" | "test_input_required_result_tampered_state" => {
            return stateful(one("confirm", confirmation()), call, seal, |_| "state-ok".to_owned()).await.map(Some);
        }
        "test_input_required_result_multiple_inputs" => {
            let questions = BTreeMap::from([
                ("user_name".to_owned(), person()),
                ("greeting".to_owned(), sample("Generate a greeting", 50)),
                ("client_roots".to_owned(), roots()),
            ]);
            let greet = |answers: &InputResponses| {
                let n_roots = answers["client_roots"]["roots"].as_array().map_or(0, Vec::len);
                format!("{} {} ({n_roots} roots)", said(answers, "greeting"), name(answers, "user_name"))
            };
            return stateful(questions, call, seal, greet).await.map(Some);
        }
        _ => return Ok(None),
    };
    Ok(Some(match call.ask(questions).await? {
        Round::Answered(answers) => text(conclude(&answers)).into(),
        Round::Open(open) => needed(open, None),
    }))
}

/// A round whose state goes to the client and back, and must come back as it was.
async fn stateful(
    questions: Questions,
    call: &Call,
    seal: &RequestStateCodec,
    conclude: impl Fn(&InputResponses) -> String,
) -> Result<CallToolResponse, ErrorData> {
    let asked = opened::<Vec<String>>(call, seal)?;
    let keys: Vec<String> = questions.keys().cloned().collect();
    Ok(match call.ask(questions.clone()).await? {
        Round::Answered(answers) if asked.as_ref() == Some(&keys) || !Call::is_stateless(&call.context) => {
            text(conclude(&answers)).into()
        }
        // Answers to questions that were never asked.
        Round::Answered(_) => needed(questions, Some(sealed(call, seal, &keys)?)),
        Round::Open(open) => needed(open, Some(sealed(call, seal, &keys)?)),
    })
}

/// Two questions after each other; the second needs the answer to the first.
async fn multi_round(call: &Call, seal: &RequestStateCodec) -> Result<CallToolResponse, ErrorData> {
    let mut known = opened::<BTreeMap<String, String>>(call, seal)?.unwrap_or_default();
    for (step, asked, wanted) in
        [("step1", "Step 1: What is your name?", "name"), ("step2", "Step 2: What is your favorite color?", "color")]
    {
        if known.contains_key(wanted) {
            continue;
        }
        match call.ask(one(step, ask_for(asked, wanted, "string"))).await? {
            Round::Open(open) => return Ok(needed(open, Some(sealed(call, seal, &known)?))),
            Round::Answered(answers) => {
                let told = field(&answers, step, wanted).and_then(Value::as_str).unwrap_or("not told");
                known.insert(wanted.to_owned(), told.to_owned());
            }
        }
    }
    Ok(text(format!("{} likes {}", known["name"], known["color"])).into())
}

/// Asks only what the client has declared that it can answer.
async fn capabilities(call: &Call) -> Result<CallToolResponse, ErrorData> {
    let declared = call.capabilities();
    let all = [("user_name", person()), ("greeting", sample("Generate a greeting", 50)), ("client_roots", roots())];
    let questions: Questions = all
        .into_iter()
        .filter(|(_, question)| can_answer(&declared, question))
        .map(|(key, question)| (key.to_owned(), question))
        .collect();
    if questions.is_empty() {
        return Ok(text("the client can be asked nothing").into());
    }
    Ok(match call.ask(questions).await? {
        Round::Answered(answers) => {
            text(format!("answered: {}", answers.keys().cloned().collect::<Vec<_>>().join(", "))).into()
        }
        Round::Open(open) => needed(open, None),
    })
}

fn completed(answers: &InputResponses) -> String {
    format!(
        "Elicitation completed: action={}, content={}",
        answers["form"]["action"].as_str().unwrap_or_default(),
        answers["form"]["content"]
    )
}

fn user() -> Value {
    json!({
        "type": "object",
        "properties": {
            "username": { "type": "string", "description": "User's response" },
            "email": { "type": "string", "description": "User's email address" },
        },
        "required": ["username", "email"],
    })
}

fn defaults() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": { "type": "string", "default": "John Doe" },
            "age": { "type": "integer", "default": 30 },
            "score": { "type": "number", "default": 95.5 },
            "status": { "type": "string", "enum": ["active", "inactive", "pending"], "default": "active" },
            "verified": { "type": "boolean", "default": true },
        },
    })
}

fn choices() -> Value {
    let titled = |titles: [&str; 3]| -> Vec<Value> {
        titles.iter().zip(1..).map(|(title, i)| json!({ "const": format!("value{i}"), "title": title })).collect()
    };
    json!({
        "type": "object",
        "properties": {
            "untitledSingle": { "type": "string", "enum": ["option1", "option2", "option3"] },
            "titledSingle": { "type": "string", "oneOf": titled(["First Option", "Second Option", "Third Option"]) },
            "legacyEnum": {
                "type": "string",
                "enum": ["opt1", "opt2", "opt3"],
                "enumNames": ["Option One", "Option Two", "Option Three"],
            },
            "untitledMulti": { "type": "array", "items": { "type": "string", "enum": ["option1", "option2", "option3"] } },
            "titledMulti": { "type": "array", "items": { "anyOf": titled(["First Choice", "Second Choice", "Third Choice"]) } },
        },
    })
}
