//! Questions and answers as the two interfaces write them.

use serde_json::{Value, json};

use crate::client::Question;
use crate::settings::Api;

/// The version of Anthropic's interface that is spoken.
pub(crate) const ANTHROPIC_VERSION: &str = "2023-06-01";

/// A question as it is sent.
pub(crate) fn body(api: Api, model: &str, question: &Question) -> Value {
    match api {
        Api::OpenAi => json!({
            "model": model,
            // Compatible servers know it by this name only.
            "max_tokens": question.answer_tokens_max,
            "stream": false,
            "messages": [
                { "role": "system", "content": question.instructions },
                { "role": "user", "content": question.text },
            ],
        }),
        Api::Anthropic => json!({
            "model": model,
            "max_tokens": question.answer_tokens_max,
            "system": question.instructions,
            "messages": [{ "role": "user", "content": question.text }],
        }),
    }
}

/// The text of an answer; `None` when it is none.
pub(crate) fn text(api: Api, answer: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    match api {
        Api::OpenAi => {
            let content = answer.pointer("/choices/0/message/content")?;
            // Of a refusal or a call of a tool there is nothing to show.
            if content.is_null() { Some(String::new()) } else { content.as_str().map(str::to_owned) }
        }
        Api::Anthropic => {
            let blocks = answer.get("content")?.as_array()?;
            let texts = blocks.iter().filter(|block| block.get("type").and_then(Value::as_str) == Some("text"));
            texts.map(|block| block.get("text")?.as_str()).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_or_are_none() {
        let openai = |answer: Value| text(Api::OpenAi, answer.to_string().as_bytes());
        assert_eq!(openai(json!({ "choices": [{ "message": { "content": "x = 1" } }] })).as_deref(), Some("x = 1"));
        assert_eq!(openai(json!({ "choices": [{ "message": { "content": null } }] })).as_deref(), Some(""));
        assert_eq!(openai(json!({ "choices": [] })), None);
        assert_eq!(openai(json!({ "choices": [{ "message": { "content": 7 } }] })), None);
        let anthropic = |answer: Value| text(Api::Anthropic, answer.to_string().as_bytes());
        let blocks = json!([{ "type": "thinking", "thinking": "hm" }, { "type": "text", "text": "a" }, { "type": "text", "text": "b" }]);
        assert_eq!(anthropic(json!({ "content": blocks })).as_deref(), Some("ab"));
        assert_eq!(anthropic(json!({ "content": "a" })), None);
        assert_eq!(text(Api::Anthropic, b"<html>"), None);
    }
}
