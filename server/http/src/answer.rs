//! Answers: JSON, and problems with a fitting status.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mlwright_base::{ErrorCode, Problem};
use serde::Serialize;

/// Status and body of a failure.
#[derive(Debug)]
pub struct Failure {
    /// The status.
    pub status: StatusCode,
    /// The body.
    pub problem: Problem,
}

impl Failure {
    /// A failure with a status that its code does not tell.
    #[must_use]
    pub fn with(status: StatusCode, problem: Problem) -> Self {
        Self { status, problem }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { status: status_of(problem.code), problem }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = json(self.status, &self.problem);
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// The status that goes with an error code.
#[must_use]
pub fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::InvalidArgument | ErrorCode::UnreadableData => StatusCode::BAD_REQUEST,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Conflict | ErrorCode::ConfirmationNeeded | ErrorCode::GateRefused => StatusCode::CONFLICT,
        ErrorCode::UnsuitableData => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::Refused => StatusCode::FORBIDDEN,
        ErrorCode::LimitExceeded => StatusCode::PAYLOAD_TOO_LARGE,
        // What nginx answers when the client went away; nobody reads it.
        ErrorCode::Cancelled => StatusCode::from_u16(499).expect("499 is a status"),
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Storage | ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A JSON answer.
#[must_use]
pub fn json<T: Serialize>(status: StatusCode, body: &T) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => json_bytes(status, bytes),
        Err(error) => {
            tracing::error!(%error, "an answer is not JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// An answer that is JSON already.
#[must_use]
pub fn json_bytes(status: StatusCode, bytes: Vec<u8>) -> Response {
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes).into_response()
}

/// The answer to a panic: a defect, said as one.
#[must_use]
pub fn defect(what: &str) -> Failure {
    tracing::error!(what, "a request hit a defect");
    Problem::new(ErrorCode::Internal, "the request hit a defect of mlwright").hint("please report it with the server's log").into()
}
