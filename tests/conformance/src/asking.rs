//! Asking the client while a call is answered, in both eras: a client that has a session is sent a
//! request and waited for; one that has none gets the questions as the result, and calls again with
//! the answers.

use std::collections::BTreeMap;

use rmcp::RoleServer;
use rmcp::model::*;
use rmcp::service::RequestContext;
use serde::Deserialize as _;
use serde_json::{Value, json};

/// The questions of one round, by the key that their answers come under.
pub(crate) type Questions = BTreeMap<String, InputRequest>;

/// One call of a tool or prompt, and what its client has told so far.
pub(crate) struct Call {
    pub(crate) name: String,
    /// What is sealed into the state that the client keeps, so that it is good for this call only.
    pub(crate) bound_to: Vec<u8>,
    pub(crate) answers: InputResponses,
    pub(crate) state: Option<String>,
    pub(crate) context: RequestContext<RoleServer>,
}

/// How a round of questions ended.
pub(crate) enum Round {
    /// All of them are answered.
    Answered(InputResponses),
    /// The client has to call again with answers to these.
    Open(Questions),
}

impl Call {
    pub(crate) fn of_tool(
        name: &str,
        answers: Option<InputResponses>,
        state: Option<String>,
        context: RequestContext<RoleServer>,
    ) -> Self {
        let bound_to = format!("tools/call {name}").into_bytes();
        Self { name: name.to_owned(), bound_to, answers: answers.unwrap_or_default(), state, context }
    }

    pub(crate) fn of_prompt(
        name: &str,
        answers: Option<InputResponses>,
        state: Option<String>,
        context: RequestContext<RoleServer>,
    ) -> Self {
        let bound_to = format!("prompts/get {name}").into_bytes();
        Self { name: name.to_owned(), bound_to, answers: answers.unwrap_or_default(), state, context }
    }

    /// Whether the request is of the era without sessions.
    pub(crate) fn is_stateless(context: &RequestContext<RoleServer>) -> bool {
        context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28)
    }

    pub(crate) fn capabilities(&self) -> ClientCapabilities {
        self.context.client_capabilities().unwrap_or_default()
    }

    /// Gets the questions answered. Answers to what was not asked are passed over; what is no answer
    /// to its question counts as none.
    ///
    /// # Errors
    /// When the client has not declared that it can answer, or breaks off.
    pub(crate) async fn ask(&self, questions: Questions) -> Result<Round, ErrorData> {
        self.require(&questions)?;
        if Self::is_stateless(&self.context) {
            let answered = |(key, question): (&String, &InputRequest)| {
                Some((key.clone(), answer(question, self.answers.get(key)?)?))
            };
            let answers: InputResponses = questions.iter().filter_map(answered).collect();
            let open: Questions = questions.into_iter().filter(|(key, _)| !answers.contains_key(key)).collect();
            return Ok(if open.is_empty() { Round::Answered(answers) } else { Round::Open(open) });
        }
        let mut answers = InputResponses::new();
        for (key, question) in questions {
            let sent = match &question {
                InputRequest::CreateMessage(request) => ServerRequest::CreateMessageRequest(request.clone()),
                InputRequest::Elicitation(request) => ServerRequest::ElicitRequest(request.clone()),
                InputRequest::ListRoots(request) => ServerRequest::ListRootsRequest(request.clone()),
                _ => return Err(ErrorData::internal_error("a question of an unknown kind", None)),
            };
            let told = self
                .context
                .peer
                .send_request(sent)
                .await
                .map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
            let told =
                serde_json::to_value(told).map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
            let answer = answer(&question, &told)
                .ok_or_else(|| ErrorData::invalid_params(format!("this is no answer to {key}: {told}"), None))?;
            answers.insert(key, answer);
        }
        Ok(Round::Answered(answers))
    }

    fn require(&self, questions: &Questions) -> Result<(), ErrorData> {
        let declared = self.capabilities();
        let mut missing = ClientCapabilities::default();
        for question in questions.values().filter(|question| !can_answer(&declared, question)) {
            match question {
                InputRequest::CreateMessage(_) => missing.sampling = Some(Default::default()),
                InputRequest::Elicitation(_) => missing.elicitation = Some(Default::default()),
                _ => missing.roots = Some(Default::default()),
            }
        }
        if missing == ClientCapabilities::default() {
            Ok(())
        } else {
            Err(ErrorData::missing_required_client_capability(missing))
        }
    }
}

/// Whether a client that declares this can answer such a question.
pub(crate) fn can_answer(declared: &ClientCapabilities, question: &InputRequest) -> bool {
    match question {
        InputRequest::CreateMessage(_) => declared.sampling.is_some(),
        InputRequest::Elicitation(_) => declared.elicitation.is_some(),
        _ => declared.roots.is_some(),
    }
}

/// What was told, when it is an answer to the question.
fn answer(question: &InputRequest, told: &Value) -> Option<Value> {
    let is_answer = match question {
        InputRequest::CreateMessage(_) => CreateMessageResult::deserialize(told).is_ok(),
        InputRequest::ListRoots(_) => told.get("roots").is_some() && ListRootsResult::deserialize(told).is_ok(),
        InputRequest::Elicitation(request) => {
            let result = ElicitResult::deserialize(told).ok()?;
            result.action != ElicitationAction::Accept || has_required(request, result.content.as_ref())
        }
        _ => false,
    };
    is_answer.then(|| told.clone())
}

/// Whether an accepted form has what was required, each of the type that was asked for.
fn has_required(request: &ElicitRequest, content: Option<&Value>) -> bool {
    let Ok(request) = serde_json::to_value(&request.params) else { return false };
    let schema = &request["requestedSchema"];
    let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice);
    required.iter().filter_map(Value::as_str).all(|field| {
        let value = content.and_then(|content| content.get(field));
        match schema["properties"][field]["type"].as_str() {
            Some("string") => value.is_some_and(Value::is_string),
            Some("boolean") => value.is_some_and(Value::is_boolean),
            Some("number") => value.is_some_and(Value::is_number),
            Some("integer") => value.is_some_and(Value::is_i64),
            _ => value.is_some(),
        }
    })
}

/// The question for one thing, told in a form with one field of this type.
pub(crate) fn ask_for(message: &str, field: &str, type_name: &str) -> InputRequest {
    form(message, &json!({ "type": "object", "properties": { field: { "type": type_name } }, "required": [field] }))
}

/// The question whether the user fills in a form.
///
/// # Panics
/// When the schema is none that the protocol has for forms; it is written here.
pub(crate) fn form(message: &str, schema: &Value) -> InputRequest {
    let params = json!({ "mode": "form", "message": message, "requestedSchema": schema });
    question(&json!({ "method": "elicitation/create", "params": params }))
}

/// The question what the client's model says to a prompt.
pub(crate) fn sample(prompt: &str, max_tokens: u32) -> InputRequest {
    let messages = json!([{ "role": "user", "content": { "type": "text", "text": prompt } }]);
    let params = json!({ "messages": messages, "maxTokens": max_tokens });
    question(&json!({ "method": "sampling/createMessage", "params": params }))
}

/// The question which folders the client works in.
pub(crate) fn roots() -> InputRequest {
    question(&json!({ "method": "roots/list", "params": {} }))
}

fn question(request: &Value) -> InputRequest {
    InputRequest::deserialize(request).expect("the questions are written in the protocol's form")
}

/// A field of an accepted form.
pub(crate) fn field<'a>(answers: &'a InputResponses, key: &str, name: &str) -> Option<&'a Value> {
    answers.get(key)?.get("content")?.get(name)
}

/// What the client's model said.
pub(crate) fn said(answers: &InputResponses, key: &str) -> String {
    let content = answers.get(key).map_or(&Value::Null, |answer| &answer["content"]);
    // One block, or a list of them.
    let block = content.get(0).unwrap_or(content);
    block["text"].as_str().unwrap_or_default().to_owned()
}
