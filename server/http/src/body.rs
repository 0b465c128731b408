//! Bodies of requests, read whole.
//!
//! A client may send its body as slowly as it likes, and there may be many such clients. So a body has
//! to arrive within a time, all bodies together take a bounded room (which is taken as bytes arrive,
//! not as they are announced), and nothing else is held while one is read.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use mlwright_base::limits::REQUEST_BYTES_MAX;
use mlwright_base::{ErrorCode, Problem};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::answer::Failure;

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// The most bytes of bodies that are held at once.
pub const BODIES_BYTES_MAX: usize = 8 * REQUEST_BYTES_MAX;

/// Reads bodies.
pub struct Bodies {
    room: Arc<Semaphore>,
}

/// A body that arrived. Dropping it gives its room back.
pub struct Received {
    /// The body.
    pub bytes: Vec<u8>,
    room: Option<OwnedSemaphorePermit>,
}

impl Bodies {
    /// Reads bodies that together have at most `bytes_max` bytes.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self { room: Arc::new(Semaphore::new(bytes_max)) }
    }

    /// Reads the whole body.
    ///
    /// # Errors
    /// Status 413 when it is too large, 408 when it takes too long, 503 when too many others are held,
    /// 400 when it ends early.
    pub async fn read(&self, headers: &HeaderMap, body: Body) -> Result<Received, Failure> {
        if content_length(headers).is_some_and(|length| length > REQUEST_BYTES_MAX) {
            return Err(too_large().into());
        }
        tokio::time::timeout(BODY_TIMEOUT, self.collect(body)).await.unwrap_or_else(|_| {
            let message = format!("the request's body did not arrive within {} s", BODY_TIMEOUT.as_secs());
            let problem = Problem::new(ErrorCode::LimitExceeded, message).hint("send the whole body at once, or fewer rows");
            Err(Failure::with(StatusCode::REQUEST_TIMEOUT, problem))
        })
    }

    async fn collect(&self, mut body: Body) -> Result<Received, Failure> {
        let mut received = Received { bytes: Vec::new(), room: None };
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            let frame = frame.map_err(|error| Problem::new(ErrorCode::InvalidArgument, format!("the request's body ended early: {error}")))?;
            let Ok(data) = frame.into_data() else { continue };
            if received.bytes.len() + data.len() > REQUEST_BYTES_MAX {
                return Err(too_large().into());
            }
            let n_bytes = u32::try_from(data.len()).expect("one part of a body is not larger than a body may be");
            let room = self.room.clone().try_acquire_many_owned(n_bytes).map_err(|_| {
                Problem::new(ErrorCode::Unavailable, "the server holds too many bytes of other requests").hint("ask again in a moment")
            })?;
            match &mut received.room {
                Some(held) => held.merge(room),
                held @ None => *held = Some(room),
            }
            received.bytes.extend_from_slice(&data);
        }
        Ok(received)
    }
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large() -> Problem {
    Problem::new(ErrorCode::LimitExceeded, format!("the request's body has more than {REQUEST_BYTES_MAX} bytes"))
        .hint("send several requests, or use batch_predict for a whole table")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_bodies_together_have_a_bounded_room() {
        let bodies = Bodies::new(100);
        let read = async |n_bytes: usize| bodies.read(&HeaderMap::new(), Body::from(vec![b'x'; n_bytes])).await;
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
