//! The routes, and what every request goes through.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use mlwright_base::{ErrorCode, Problem};
use mlwright_bodies::Bodies;
use mlwright_engine::Engine;
use mlwright_engine::endpoints::ServerRecord;
use serde_json::json;
use tokio::sync::{Notify, Semaphore};
use tower_http::catch_panic::CatchPanicLayer;

use crate::answer::{Failure, defect, json};
use crate::guard::Guard;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::recorder::Recorder;
use crate::mount::{self, Mount};
use crate::{access, body, endpoints, guard, invocations, operations};

/// The most prediction requests that are worked on at once; others wait their turn.
const INVOCATIONS_AT_ONCE_MAX: usize = 256;
/// The most operations that run at once; others wait their turn.
const OPERATIONS_AT_ONCE_MAX: usize = 16;

/// What every request may use.
pub struct App {
    /// The engine.
    pub engine: Arc<Engine>,
    /// The models that are loaded.
    pub live: Arc<Live>,
    /// Takes what was asked and answered.
    pub recorder: Recorder,
    /// Counts.
    pub metrics: Metrics,
    /// Whose requests are served.
    pub guard: Guard,
    /// Who this is.
    pub identity: ServerRecord,
    /// Notified when the server is to end.
    pub stop: Arc<Notify>,
    /// Reads what requests send.
    pub bodies: Bodies,
    /// One permit per prediction request that is worked on.
    pub invocations: Semaphore,
    /// One permit per operation that runs.
    pub operations: Arc<Semaphore>,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(engine: Arc<Engine>, live: Arc<Live>, recorder: Recorder, guard: Guard, identity: ServerRecord, stop: Arc<Notify>) -> Self {
        Self {
            engine,
            live,
            recorder,
            metrics: Metrics::default(),
            guard,
            identity,
            stop,
            bodies: body::bodies(),
            invocations: Semaphore::new(INVOCATIONS_AT_ONCE_MAX),
            operations: Arc::new(Semaphore::new(OPERATIONS_AT_ONCE_MAX)),
        }
    }
}

/// The whole service.
pub fn router(app: Arc<App>, mounts: Vec<Mount>) -> Router {
    let known = Router::new()
        .route("/api/operations/{name}", post(operations::call))
        .route_layer(from_fn_with_state(app.clone(), access::known_only));
    let admins = Router::new()
        .route("/-/reload", post(reload))
        .route("/-/stop", post(stop))
        .route_layer(from_fn_with_state(app.clone(), access::admins_only));
    Router::new()
        .route("/ping", get(ping))
        .route("/health", get(health))
        .route("/version", get(version))
        .route("/metrics", get(metrics))
        .route("/endpoints", get(endpoints::list))
        .route("/endpoints/{name}", get(endpoints::show))
        .route("/endpoints/{name}/invocations", post(invocations::invoke))
        .route("/api/operations", get(operations::list))
        .merge(known)
        .merge(admins)
        .merge(mount::routes(mounts))
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(from_fn_with_state(app.guard, guard::no_strangers))
        .layer(from_fn(no_store))
        .layer(CatchPanicLayer::custom(panicked))
        .with_state(app)
}

#[allow(clippy::needless_pass_by_value)] // what the layer calls takes it so
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    defect(text.unwrap_or("no message")).into_response()
}

/// Answers change with every request: nobody may keep them.
pub(crate) async fn no_store(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(axum::http::header::CACHE_CONTROL, axum::http::HeaderValue::from_static("no-store"));
    headers.insert(axum::http::header::X_CONTENT_TYPE_OPTIONS, axum::http::HeaderValue::from_static("nosniff"));
    response
}

async fn no_route(request: Request) -> Failure {
    let path = request.uri().path().to_owned();
    Problem::new(ErrorCode::NotFound, format!("there is nothing at {path}"))
        .hint("predictions are at POST /endpoints/NAME/invocations, operations at POST /api/operations/NAME")
        .into()
}

async fn no_method(request: Request) -> Failure {
    let message = format!("{} does not take {}", request.uri().path(), request.method());
    let hint = if request.uri().path().ends_with("/invocations") { "POST the rows to predict" } else { "" };
    Failure::with(StatusCode::METHOD_NOT_ALLOWED, Problem::new(ErrorCode::InvalidArgument, message).hint(hint))
}

async fn ping() -> &'static str {
    "\n"
}

/// Well: requests are answered and recorded.
async fn health(State(app): State<Arc<App>>) -> Response {
    let endpoints = app.live.states();
    let broken: Vec<&str> = endpoints.iter().filter(|(_, state)| state.is_err()).map(|(name, _)| name.as_str()).collect();
    let trouble = app.recorder.trouble();
    let well = broken.is_empty() && trouble.is_none();
    let body = json!({
        "status": if well { "ok" } else { "degraded" },
        "endpoints": endpoints.len(),
        "broken_endpoints": broken,
        "inference_log": trouble.unwrap_or_else(|| "ok".to_owned()),
        "rows_waiting": app.recorder.rows_waiting(),
    });
    json(if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, &body)
}

async fn version(State(app): State<Arc<App>>) -> Response {
    let ServerRecord { instance_id, version, pid, started, .. } = &app.identity;
    json(StatusCode::OK, &json!({ "name": "mlwright", "version": version, "instance_id": instance_id, "pid": pid, "started": started }))
}

async fn metrics(State(app): State<Arc<App>>) -> Response {
    app.metrics.rows_waiting.set(i64::try_from(app.recorder.rows_waiting()).unwrap_or(i64::MAX));
    app.metrics.endpoints.set(i64::try_from(app.live.states().len()).unwrap_or(i64::MAX));
    match app.metrics.text() {
        Ok(text) => ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response(),
        Err(error) => defect(&error.to_string()).into_response(),
    }
}

async fn reload(State(app): State<Arc<App>>) -> Result<Response, Failure> {
    let live = app.live.clone();
    let reconciled = tokio::task::spawn_blocking(move || live.reconcile()).await.map_err(|error| defect(&error.to_string()))?;
    reconciled?;
    Ok(json(StatusCode::OK, &json!({ "status": "ok" })))
}

async fn stop(State(app): State<Arc<App>>) -> Response {
    app.stop.notify_one();
    json(StatusCode::ACCEPTED, &json!({ "status": "stopping" }))
}
