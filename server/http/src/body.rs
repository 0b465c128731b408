//! What is read of a request's body at most, and what is answered to one that was not read.

use axum::body::Body;
use axum::http::StatusCode;
use mlwright_base::limits::REQUEST_BYTES_MAX;
use mlwright_base::{ErrorCode, Problem};
use mlwright_bodies::{BODY_TIME_MAX, Bodies, Received, Unread};

use crate::answer::Failure;

/// The most bytes of bodies that are held at once.
const BODIES_BYTES_MAX: usize = 8 * REQUEST_BYTES_MAX;

/// What reads the bodies of the server's requests.
#[must_use]
pub fn bodies() -> Bodies {
    Bodies::new(REQUEST_BYTES_MAX, BODIES_BYTES_MAX, BODY_TIME_MAX)
}

/// Reads the whole body.
///
/// # Errors
/// Status 413 when it is too large, 408 when it takes too long, 503 when too many others are held,
/// 400 when it ends early.
pub async fn read(bodies: &Bodies, body: Body) -> Result<Received, Failure> {
    bodies.read(body).await.map_err(|unread| match unread {
        Unread::TooLong => Problem::new(ErrorCode::LimitExceeded, format!("the request's body has more than {REQUEST_BYTES_MAX} bytes"))
            .hint("send several requests, or use batch_predict for a whole table")
            .into(),
        Unread::TooSlow => {
            let message = format!("the request's body did not arrive within {} s", BODY_TIME_MAX.as_secs());
            let problem = Problem::new(ErrorCode::LimitExceeded, message).hint("send the whole body at once, or fewer rows");
            Failure::with(StatusCode::REQUEST_TIMEOUT, problem)
        }
        Unread::NoRoom => Problem::new(ErrorCode::Unavailable, "the server holds too many bytes of other requests").hint("ask again in a moment").into(),
        Unread::Broken(error) => Problem::new(ErrorCode::InvalidArgument, format!("the request's body ended early: {error}")).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_bodies_together_have_a_bounded_room() {
        let bodies = Bodies::new(REQUEST_BYTES_MAX, 100, BODY_TIME_MAX);
        let read = async |n_bytes: usize| read(&bodies, Body::from(vec![b'x'; n_bytes])).await;
        let first = read(60).await.unwrap_or_else(|failure| panic!("{failure:?}"));
        assert_eq!(first.bytes, vec![b'x'; 60]);
        let second = read(40).await.unwrap_or_else(|failure| panic!("{failure:?}"));
        let refused = read(1).await.err().expect("there is no room");
        assert_eq!((refused.status, refused.problem.code), (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable));
        drop(first);
        assert!(read(60).await.is_ok(), "room is given back");
        drop(second);
        assert!(read(100).await.is_ok());
        assert!(read(0).await.is_ok_and(|body| body.bytes.is_empty()));
    }
}
