//! Tools that answer without asking.

use std::time::Duration;

use rmcp::model::*;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::asking::Call;
use crate::server::{Revision, Session};

/// One red pixel.
pub(crate) const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
/// A header, and no samples.
const WAV: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=";
/// Between two messages of one call, so that they arrive as two.
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) fn text(text: impl Into<String>) -> CallToolResult {
    CallToolResult::success(vec![ContentBlock::text(text)])
}

pub(crate) fn failure(text: &str) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(text)])
}

fn embedded(uri: &str, mime_type: &str, text: &str) -> ContentBlock {
    ContentBlock::resource(ResourceContents::text(text, uri).with_mime_type(mime_type))
}

/// # Errors
/// When the client has gone.
pub(crate) async fn call(
    arguments: &JsonObject,
    call: &Call,
    revision: &watch::Sender<Revision>,
    session: &Session,
) -> Result<CallToolResult, ErrorData> {
    let argument = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
    Ok(match call.name.as_str() {
        "test_simple_text" => text("This is a simple text response for testing."),
        "test_image_content" => CallToolResult::success(vec![ContentBlock::image(PNG, "image/png")]),
        "test_audio_content" => CallToolResult::success(vec![ContentBlock::audio(WAV, "audio/wav")]),
        "test_embedded_resource" => CallToolResult::success(vec![embedded(
            "test://embedded-resource",
            "text/plain",
            "This is an embedded resource content.",
        )]),
        "test_multiple_content_types" => CallToolResult::success(vec![
            ContentBlock::text("Multiple content types test:"),
            ContentBlock::image(PNG, "image/png"),
            embedded("test://mixed-content-resource", "application/json", r#"{"test":"data","value":123}"#),
        ]),
        "test_error_handling" => failure("This tool intentionally returns an error for testing"),
        "test_tool_with_logging" => {
            for said in ["Tool execution started", "Tool processing data", "Tool execution completed"] {
                log(call, session, said).await?;
                tokio::time::sleep(PAUSE).await;
            }
            text("said three things")
        }
        "test_logging_tool" => {
            log(call, session, "said because it was asked for").await?;
            text("said it, if it was asked for")
        }
        "test_tool_with_progress" => {
            for done in [0.0, 50.0, 100.0] {
                progress(call, done).await?;
                tokio::time::sleep(PAUSE).await;
            }
            text("went from 0 to 100")
        }
        "test_trigger_tool_change" => {
            revision.send_modify(|revision| revision.tools += 1);
            text("the tools have changed")
        }
        "test_trigger_prompt_change" => {
            revision.send_modify(|revision| revision.prompts += 1);
            text("the prompts have changed")
        }
        "test_trigger_resource_change" => {
            revision.send_modify(|revision| revision.watched += 1);
            text("the watched resource has changed")
        }
        "test_custom_header" => text(format!("in {}", argument("region"))),
        "json_schema_2020_12_tool" => text(Value::Object(arguments.clone()).to_string()),
        "greet" => text(format!("Hello, {}!", argument("name"))),
        "test_sometimes_there" => text("there now"),
        name => return Err(ErrorData::internal_error(format!("{name} is listed and does nothing"), None)),
    })
}

/// Sends a message at the level `info`, when the client wants it: in the era without sessions it says
/// so with each request, before that once for its session.
async fn log(call: &Call, session: &Session, said: &str) -> Result<(), ErrorData> {
    let wanted = match (Call::is_stateless(&call.context), call.context.meta.log_level(), session.log_level()) {
        (true, Some(least), _) | (false, _, Some(least)) => least as u8 <= LoggingLevel::Info as u8,
        (true, None, _) => false,
        (false, _, None) => true,
    };
    if !wanted {
        return Ok(());
    }
    let message = LoggingMessageNotificationParam::new(LoggingLevel::Info, json!(said)).with_logger("conformance");
    call.context
        .peer
        .notify_logging_message(message)
        .await
        .map_err(|error| ErrorData::internal_error(error.to_string(), None))
}

async fn progress(call: &Call, done: f64) -> Result<(), ErrorData> {
    let Some(token) = call.context.meta.get_progress_token() else { return Ok(()) };
    let progress = ProgressNotificationParam::new(token, done).with_total(100.0);
    call.context
        .peer
        .notify_progress(progress)
        .await
        .map_err(|error| ErrorData::internal_error(error.to_string(), None))
}
