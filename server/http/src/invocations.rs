//! `POST /endpoints/NAME/invocations`: a request's way from bytes to predictions.
//!
//! Small requests are answered on the thread that read them, for that is far quicker than handing
//! them over; large ones go to a thread where they hold nobody up. No request touches the database.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use mlwright_base::{CancelToken, ErrorCode, Problem, RequestId};
use mlwright_engine::endpoints::Deployed;
use mlwright_engine::serving::{PredictionSet, Request, RowPrediction, read_csv, read_json};

use crate::answer::{Failure, defect, json_bytes};
use crate::app::App;
use crate::body;
use crate::name::Name;
use crate::recorder::Answered;

/// The largest body that is worked on where it was read.
const INLINE_BYTES_MAX: usize = 32 << 10;
/// How long a request may take, its body's way here included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// The longest id that a client may give its request.
const REQUEST_ID_CHARS_MAX: usize = 128;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const MODEL: HeaderName = HeaderName::from_static("x-model");

/// The form of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Csv,
}

/// Answers one request.
pub async fn invoke(State(app): State<Arc<App>>, Name(name): Name, headers: HeaderMap, body: Body) -> Response {
    let started = Instant::now();
    let deployed = match app.live.find(&name) {
        Ok(deployed) => deployed,
        Err(problem) => {
            let failure = Failure::from(problem);
            // A name that is known but broken has a series of its own; guesses share one.
            let known = if failure.status == StatusCode::NOT_FOUND { "" } else { name.as_str() };
            app.metrics.failed(known, failure.status.as_u16(), failure.problem.code.as_str(), started.elapsed());
            return failure.into_response();
        }
    };
    let outcome = match tokio::time::timeout(REQUEST_TIMEOUT, answer(&app, deployed, &headers, body)).await {
        Ok(outcome) => outcome,
        Err(_) => {
            let message = format!("the request took longer than {} s", REQUEST_TIMEOUT.as_secs());
            let problem = Problem::new(ErrorCode::LimitExceeded, message).hint("send fewer rows at once, or use batch_predict");
            Err(Failure::with(StatusCode::REQUEST_TIMEOUT, problem))
        }
    };
    match outcome {
        Ok((response, n_rows)) => {
            app.metrics.answered(&name, n_rows, started.elapsed());
            response
        }
        Err(failure) => {
            app.metrics.failed(&name, failure.status.as_u16(), failure.problem.code.as_str(), started.elapsed());
            failure.into_response()
        }
    }
}

async fn answer(app: &Arc<App>, deployed: Arc<Deployed>, headers: &HeaderMap, body: Body) -> Result<(Response, usize), Failure> {
    let form = form_of(headers)?;
    let request_id = request_id_of(headers)?;
    // A body may take its time; only those that arrived take turns.
    let body = body::read(&app.bodies, body).await?;
    let _turn = app.invocations.acquire().await.map_err(|error| defect(&error.to_string()))?;
    let is_small = body.bytes.len() <= INLINE_BYTES_MAX;
    let work = {
        let (deployed, request_id) = (deployed.clone(), request_id.clone());
        move |cancel: &CancelToken| predict(&deployed, form, &body.bytes, &request_id, cancel)
    };
    let predicted = if is_small {
        work(&CancelToken::new())?
    } else {
        // When the client goes away, this future is dropped, and the work ends.
        let cancel = CancelOnDrop(CancelToken::new());
        let token = cancel.0.clone();
        tokio::task::spawn_blocking(move || work(&token)).await.map_err(|error| defect(&error.to_string()))??
    };
    let Predicted { request, predictions, answer } = predicted;
    let n_rows = predictions.len();
    let room = app.recorder.room(n_rows).await?;
    let mut response = json_bytes(StatusCode::OK, answer);
    let header = |text: &str| HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    response.headers_mut().insert(REQUEST_ID, header(request_id.as_str()));
    response.headers_mut().insert(MODEL, header(&deployed.deployment.model.uri));
    room.record(Answered { deployed, request: request_id, time: app.engine.now(), rows: request.rows, predictions })?;
    Ok((response, n_rows))
}

struct CancelOnDrop(CancelToken);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// A request, its predictions, and the answer's body.
struct Predicted {
    request: Request,
    predictions: Vec<RowPrediction>,
    answer: Vec<u8>,
}

fn predict(deployed: &Deployed, form: Form, body: &[u8], request_id: &RequestId, cancel: &CancelToken) -> Result<Predicted, Failure> {
    let served = &deployed.served;
    let request = match form {
        Form::Json => read_json(body, &served.layout)?,
        Form::Csv => read_csv(body, &served.layout)?,
    };
    let predictions = served.predict(&request.rows, cancel)?;
    let set = PredictionSet {
        endpoint: Some(deployed.deployment.endpoint.clone()),
        request_id: Some(request_id.clone()),
        ..served.answer(&predictions, request.method, &request.rows)
    };
    let answer = serde_json::to_vec(&set).map_err(|error| defect(&error.to_string()))?;
    Ok(Predicted { request, predictions, answer })
}

fn form_of(headers: &HeaderMap) -> Result<Form, Failure> {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = given.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
    let unsupported = |message: String, hint: &str| {
        Failure::with(StatusCode::UNSUPPORTED_MEDIA_TYPE, Problem::new(ErrorCode::InvalidArgument, message).hint(hint).field("content-type"))
    };
    let charset = parts.find_map(|part| part.strip_prefix("charset=")).unwrap_or("utf-8");
    if !["utf-8", "utf8", "us-ascii"].contains(&charset.trim_matches('"').to_ascii_lowercase().as_str()) {
        return Err(unsupported(format!("the request's charset is {charset}, expected utf-8"), "send UTF-8"));
    }
    match media_type.as_str() {
        "application/json" => Ok(Form::Json),
        "text/csv" => Ok(Form::Csv),
        other if other.starts_with("application/") && other.ends_with("+json") => Ok(Form::Json),
        other => {
            let found = if other.is_empty() { "missing".to_owned() } else { format!("{other:?}") };
            let message = format!("the Content-Type is {found}, expected application/json or text/csv");
            Err(unsupported(message, "with curl: -H 'Content-Type: application/json'"))
        }
    }
}

/// The client's id of the request, or a new one.
fn request_id_of(headers: &HeaderMap) -> Result<RequestId, Failure> {
    let Some(value) = headers.get(REQUEST_ID) else { return Ok(RequestId::generate()) };
    match value.to_str() {
        Ok(text) if !text.trim().is_empty() && text.len() <= REQUEST_ID_CHARS_MAX => Ok(RequestId::new(text.trim())),
        _ => Err(Problem::new(ErrorCode::InvalidArgument, format!("x-request-id must have 1 to {REQUEST_ID_CHARS_MAX} ASCII characters"))
            .field("x-request-id")
            .into()),
    }
}
