//! What is read of a request's body at most, and what is said of one that was not read.

use http::StatusCode;
use mlwright_bodies::{BODY_TIME_MAX, Bodies, Unread};

/// The longest message: a prediction request of the largest size, as JSON.
pub(super) const BODY_BYTES_MAX: usize = mlwright_base::limits::REQUEST_BYTES_MAX;
/// The most bytes of bodies that are held at once.
const BODIES_BYTES_MAX: usize = 8 * BODY_BYTES_MAX;

/// What reads the bodies of a service.
pub(super) fn bodies() -> Bodies {
    Bodies::new(BODY_BYTES_MAX, BODIES_BYTES_MAX, BODY_TIME_MAX)
}

/// The status to answer with, and what to say.
pub(super) fn told(unread: Unread) -> (StatusCode, String) {
    match unread {
        Unread::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, format!("a message has at most {BODY_BYTES_MAX} bytes")),
        Unread::TooSlow => (StatusCode::REQUEST_TIMEOUT, "the message did not arrive in time; send it at once".to_owned()),
        Unread::NoRoom => {
            (StatusCode::SERVICE_UNAVAILABLE, "the server holds too many bytes of other requests; ask again in a moment".to_owned())
        }
        Unread::Broken(error) => (StatusCode::BAD_REQUEST, format!("the message cannot be read: {error}")),
    }
}
