//! Requests whose method is known and whose parameters are not the method's own.
//!
//! The protocol's crate takes them for requests of a method that it does not know. To a client that
//! is told “method not found” for `tools/call`, the server looks broken; it has to be told which
//! parameter is wrong.

use rmcp::model::{
    CallToolRequestParams, CancelTaskParams, CompleteRequestParams, CustomRequest, ErrorCode, ErrorData, GetPromptRequestParams,
    GetSkillRequestParams, GetTaskParams, ProtocolVersion, ReadResourceDirectoryRequestParams, ReadResourceRequestParams,
    SubscriptionsListenRequestParams, UpdateTaskParams,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What to answer to a request that reached a handler as a custom one, in a handler that has none of
/// its own.
#[must_use]
pub fn problem(request: &CustomRequest, version: Option<&ProtocolVersion>) -> ErrorData {
    let is_stateless = version.is_some_and(|version| *version >= ProtocolVersion::V_2026_07_28);
    let params = request.params.as_ref().unwrap_or(&Value::Null);
    let wrong = match request.method.as_str() {
        "tools/call" => wrong::<CallToolRequestParams>(params),
        "resources/read" => wrong::<ReadResourceRequestParams>(params),
        "prompts/get" => wrong::<GetPromptRequestParams>(params),
        "completion/complete" => wrong::<CompleteRequestParams>(params),
        "resources/subscribe" | "resources/unsubscribe" if !is_stateless => wrong::<ReadResourceRequestParams>(params),
        "subscriptions/listen" if is_stateless => wrong::<SubscriptionsListenRequestParams>(params),
        "resources/directory/read" => wrong::<ReadResourceDirectoryRequestParams>(params),
        "skills/get" => wrong::<GetSkillRequestParams>(params),
        "tasks/get" => wrong::<GetTaskParams>(params),
        "tasks/update" => wrong::<UpdateTaskParams>(params),
        "tasks/cancel" => wrong::<CancelTaskParams>(params),
        method => return ErrorData::new(ErrorCode::METHOD_NOT_FOUND, method.to_owned(), None),
    };
    ErrorData::invalid_params(format!("the parameters of {} cannot be read: {wrong}", request.method), None)
}

fn wrong<T: DeserializeOwned>(params: &Value) -> String {
    match T::deserialize(params) {
        Ok(_) => "they are not written as the protocol has them".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(method: &str, params: Value, version: &ProtocolVersion) -> (i32, String) {
        let problem = problem(&CustomRequest::new(method, Some(params)), Some(version));
        (problem.code.0, problem.message.into_owned())
    }

    #[test]
    fn a_known_method_is_told_what_is_wrong_with_its_parameters() {
        for (method, params, said) in [
            ("tools/call", json!({ "arguments": {} }), "missing field `name`"),
            ("tools/call", json!({ "name": "train", "arguments": "{\"table\": \"x.csv\"}" }), "expected a map"),
            ("resources/read", json!({ "uri": 5 }), "expected a string"),
            ("prompts/get", json!({}), "missing field `name`"),
            ("tasks/get", json!({}), "missing field `taskId`"),
        ] {
            let (code, message) = told(method, params, &ProtocolVersion::V_2026_07_28);
            assert_eq!(code, ErrorCode::INVALID_PARAMS.0);
            assert!(message.contains(method) && message.contains(said), "{message}");
        }
    }

    #[test]
    fn methods_of_the_other_era_are_not_found() {
        assert_eq!(told("resources/subscribe", json!({}), &ProtocolVersion::V_2026_07_28).0, ErrorCode::METHOD_NOT_FOUND.0);
        assert_eq!(told("resources/subscribe", json!({}), &ProtocolVersion::V_2025_11_25).0, ErrorCode::INVALID_PARAMS.0);
        assert_eq!(told("subscriptions/listen", json!({}), &ProtocolVersion::V_2025_11_25).0, ErrorCode::METHOD_NOT_FOUND.0);
        assert_eq!(told("un/heard", json!({}), &ProtocolVersion::V_2026_07_28), (ErrorCode::METHOD_NOT_FOUND.0, "un/heard".to_owned()));
    }
}
