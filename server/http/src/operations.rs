//! The operations over REST: `GET /api/operations` lists them, `POST /api/operations/NAME` calls one.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mlwright_base::{CancelToken, ErrorCode, NoProgress, Problem};
use mlwright_engine::access::Access;
use mlwright_engine::{Actor, Call, Surface};
use mlwright_operations::{Context, all, call as call_operation};
use serde_json::{Value, json};

use crate::answer::{Failure, defect, json as answer};
use crate::app::App;
use crate::body;
use crate::name::Name;

/// `GET /api/operations`: name, text and schemas of every operation.
pub async fn list() -> Response {
    let shown: Vec<Value> = all()
        .iter()
        .map(|operation| {
            json!({
                "name": operation.name,
                "title": operation.title,
                "description": operation.description,
                "stage": operation.stage,
                "effect": operation.effect,
                "input_schema": operation.input_schema,
                "output_schema": operation.output_schema,
                "example": operation.example,
            })
        })
        .collect();
    answer(StatusCode::OK, &json!({ "operations": shown }))
}

/// `POST /api/operations/NAME` with the input as a JSON object. The operation is cancelled when the
/// client goes away.
pub async fn call(State(app): State<Arc<App>>, Extension(access): Extension<Access>, Name(name): Name, body: Body) -> Result<Response, Failure> {
    let body = body::read(&app.bodies, body).await?;
    let input: Value = if body.bytes.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&body.bytes)
            .map_err(|error| Problem::new(ErrorCode::InvalidArgument, format!("the input is not JSON: {error}")).hint("send a JSON object"))?
    };
    let turn = app.operations.clone().acquire_owned().await.map_err(|error| defect(&error.to_string()))?;
    // Its room was kept until here: inputs that wait for their turn count as well.
    drop(body);
    let cancel = CancelOnDrop(CancelToken::new());
    let token = cancel.0.clone();
    let work = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let actor = Actor { name: access.name, surface: Surface::Http };
        let call = Call { actor: &actor, scopes: access.scopes, cancel: &token, progress: &NoProgress };
        call_operation(Context { engine: &app.engine, call: &call }, &name, input)
    });
    let answered = work.await.map_err(|error| defect(&error.to_string()))??;
    let images: Vec<Value> = answered
        .images
        .iter()
        .map(|image| json!({ "media_type": image.media_type, "base64": STANDARD.encode(&image.bytes) }))
        .collect();
    Ok(answer(StatusCode::OK, &json!({ "result": answered.structured, "summary": answered.summary, "images": images })))
}

struct CancelOnDrop(CancelToken);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
