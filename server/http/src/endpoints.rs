//! What is loaded, over REST.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use mlwright_engine::endpoints::Deployed;
use serde_json::{Value, json};

use crate::answer::{Failure, json as answer};
use crate::app::App;
use crate::name::Name;

/// `GET /endpoints`.
pub async fn list(State(app): State<Arc<App>>) -> Response {
    let shown: Vec<Value> = app
        .live
        .states()
        .into_iter()
        .map(|(name, state)| match state {
            Ok(deployed) => described(&deployed),
            Err(problem) => json!({ "name": name, "state": "broken", "problem": problem }),
        })
        .collect();
    answer(StatusCode::OK, &json!({ "endpoints": shown }))
}

/// `GET /endpoints/NAME`: what it answers with now, and the columns it takes.
pub async fn show(State(app): State<Arc<App>>, Name(name): Name) -> Result<Response, Failure> {
    let deployed = app.live.find(&name)?;
    let mut shown = described(&deployed);
    shown["columns"] = json!(deployed.deployment.features);
    shown["classes"] = json!(deployed.deployment.classes);
    shown["target"] = json!(deployed.served.model.target);
    Ok(answer(StatusCode::OK, &shown))
}

fn described(deployed: &Deployed) -> Value {
    let deployment = &deployed.deployment;
    json!({
        "name": deployment.endpoint,
        "state": "serving",
        "model": deployment.model.uri,
        "digest": deployment.digest,
        "deployment_id": deployment.deployment_id,
        "task": deployment.task,
    })
}
