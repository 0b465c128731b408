//! Asking the user before something is ended or replaced: by elicitation where the client can, in the
//! way of its era; where it cannot, the operation's own `confirm` decides.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use mlwright_base::{ErrorCode, Problem};
use mlwright_operations::{CONFIRM, Effect, Registered};
use rand::RngCore as _;
use rmcp::RoleServer;
use rmcp::model::{
    CallToolRequestParams, ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationSchema, InputRequest,
    InputRequiredResult, ProtocolVersion, RequestStateCodec, SealOptions,
};
use rmcp::service::RequestContext;
use serde_json::Value;

/// How long the user may think.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(600);

/// What is to be done with a call.
pub(crate) enum Decision {
    /// It may run, with this input.
    Run(Value),
    /// The user has to be asked first.
    Ask(Box<InputRequiredResult>),
    /// The user said no.
    Refuse(Problem),
}

/// Whether a call may run. What is not destructive may, and so may what is confirmed already.
pub(crate) async fn decide(operation: &Registered, request: &CallToolRequestParams, input: Value, context: &RequestContext<RoleServer>) -> Decision {
    if operation.effect != Effect::Destructive || input.get(CONFIRM) == Some(&Value::Bool(true)) || !can_ask(context) {
        return Decision::Run(input);
    }
    let newer = context.protocol_version().is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str());
    let answered = if newer {
        match answer_of(operation, request, &input) {
            Some(answered) => answered,
            None => return Decision::Ask(Box::new(question(operation, &input))),
        }
    } else {
        match context.peer.create_elicitation_with_timeout(form(operation, &input), Some(ANSWER_TIMEOUT)).await {
            Ok(answered) => answered,
            Err(error) => {
                tracing::info!(%error, "the user could not be asked");
                return Decision::Run(input);
            }
        }
    };
    if says_yes(&answered) { Decision::Run(confirmed(input)) } else { Decision::Refuse(declined(operation)) }
}

fn can_ask(context: &RequestContext<RoleServer>) -> bool {
    context.client_capabilities().is_some_and(|capabilities| {
        capabilities.elicitation.is_some_and(|elicitation| elicitation.form.is_some() || elicitation.url.is_none())
    })
}

fn says_yes(answered: &ElicitResult) -> bool {
    let ticked = answered.content.as_ref().and_then(|content| content.get(CONFIRM)).and_then(Value::as_bool);
    answered.action == ElicitationAction::Accept && ticked == Some(true)
}

fn confirmed(mut input: Value) -> Value {
    input[CONFIRM] = Value::Bool(true);
    input
}

fn declined(operation: &Registered) -> Problem {
    Problem::new(ErrorCode::ConfirmationNeeded, format!("{} was not done: the user did not agree", operation.name))
        .hint("do not try again unless the user asks for it; confirm=true says that the user has agreed, where nobody can be asked")
        .field(CONFIRM)
}

fn form(operation: &Registered, input: &Value) -> ElicitRequestParams {
    let schema = ElicitationSchema::builder()
        .required_bool_with(CONFIRM, |field| field.title("Do it").description("It cannot be taken back by another call"))
        .build()
        .expect("a form of one field");
    ElicitRequestParams::FormElicitationParams { meta: None, message: operation.question(input), requested_schema: schema }
}

/// The seal of what was asked, so that the answer to one question confirms nothing else. Its key
/// lives as long as this process: after that the user is asked again.
static SEAL: LazyLock<RequestStateCodec> = LazyLock::new(|| {
    let mut key = [0_u8; 32];
    rand::rngs::OsRng.fill_bytes(&mut key);
    RequestStateCodec::try_new(key).expect("32 bytes are long enough")
});

/// What a question is about, byte by byte.
fn subject(operation: &Registered, input: &Value) -> Vec<u8> {
    let mut fields: BTreeMap<&str, &Value> = input.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value)).collect();
    fields.remove(CONFIRM);
    format!("{} {}", operation.name, serde_json::to_string(&fields).unwrap_or_default()).into_bytes()
}

fn question(operation: &Registered, input: &Value) -> InputRequiredResult {
    let asked = InputRequest::Elicitation(ElicitRequest::new(form(operation, input)));
    let subject = subject(operation, input);
    let state = SEAL.seal_with(CONFIRM.as_bytes(), &SealOptions::new().associated_data(&subject).ttl(ANSWER_TIMEOUT));
    InputRequiredResult::new(Some(BTreeMap::from([(CONFIRM.to_owned(), asked)])), Some(state))
}

/// The user's answer to this very question; `None` when there is none, or it is too old.
fn answer_of(operation: &Registered, request: &CallToolRequestParams, input: &Value) -> Option<ElicitResult> {
    let answered = request.input_responses.as_ref()?.get(CONFIRM)?;
    SEAL.open_with(request.request_state.as_deref()?, &subject(operation, input)).ok()?;
    serde_json::from_value(answered.clone()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stop() -> &'static Registered {
        mlwright_operations::find("stop_endpoint").unwrap()
    }

    #[test]
    fn an_answer_confirms_what_was_asked_and_nothing_else() {
        let input = json!({ "endpoint": "churn" });
        let asked = question(stop(), &input);
        let answer = |state: Option<String>, of: &Value| {
            let mut request = CallToolRequestParams::new("stop_endpoint");
            request.input_responses = Some(BTreeMap::from([(CONFIRM.to_owned(), json!({ "action": "accept", "content": { "confirm": true } }))]));
            request.request_state = state;
            answer_of(stop(), &request, of)
        };
        assert!(says_yes(&answer(asked.request_state.clone(), &input).unwrap()));
        assert!(answer(asked.request_state.clone(), &json!({ "endpoint": "price" })).is_none(), "another endpoint");
        assert!(answer(Some("forged".to_owned()), &input).is_none());
        assert!(answer(None, &input).is_none());
    }

    #[test]
    fn only_a_ticked_box_is_a_yes() {
        let says = |value: Value| says_yes(&serde_json::from_value::<ElicitResult>(value).unwrap());
        assert!(says(json!({ "action": "accept", "content": { "confirm": true } })));
        for no in [json!({ "action": "accept" }), json!({ "action": "accept", "content": { "confirm": false } }), json!({ "action": "decline" }), json!({ "action": "cancel" })] {
            assert!(!says(no));
        }
    }

    #[test]
    fn the_question_names_what_is_at_stake() {
        assert_eq!(stop().question(&json!({ "endpoint": "churn", "confirm": false })), "Stop an endpoint: endpoint churn?");
    }
}
