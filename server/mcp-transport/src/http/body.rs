//! Bodies of requests, read whole.
//!
//! A client may send its body as slowly as it likes, and there may be many such clients. So a body has
//! to arrive within a time, and all bodies together take a bounded room, which is taken as bytes
//! arrive, not as they are announced.

use std::fmt::Display;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use http::StatusCode;
use http_body::Body;
use http_body_util::BodyExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The longest message: a prediction request of the largest size, as JSON.
pub(super) const BODY_BYTES_MAX: usize = mlwright_base::limits::REQUEST_BYTES_MAX;
/// How long a body may take to arrive.
const BODY_TIME_MAX: Duration = Duration::from_secs(10);
/// The most bytes of bodies that are held at once.
const BODIES_BYTES_MAX: usize = 8 * BODY_BYTES_MAX;

/// Reads bodies. Clones share the room.
#[derive(Clone)]
pub(super) struct Bodies {
    room: Arc<Semaphore>,
    time_max: Duration,
}

/// A body that arrived. Its room is given back when this is dropped.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

/// Why a body was not read to its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unread {
    TooLong,
    TooSlow,
    NoRoom,
    Broken(String),
}

impl Unread {
    /// The status to answer with, and what to say.
    pub(super) fn told(self) -> (StatusCode, String) {
        match self {
            Self::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, format!("a message has at most {BODY_BYTES_MAX} bytes")),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "the message did not arrive in time; send it at once".to_owned()),
            Self::NoRoom => {
                (StatusCode::SERVICE_UNAVAILABLE, "the server holds too many bytes of other requests; ask again in a moment".to_owned())
            }
            Self::Broken(error) => (StatusCode::BAD_REQUEST, format!("the message cannot be read: {error}")),
        }
    }
}

impl Default for Bodies {
    fn default() -> Self {
        Self::new(BODIES_BYTES_MAX, BODY_TIME_MAX)
    }
}

impl Bodies {
    fn new(bytes_max: usize, time_max: Duration) -> Self {
        Self { room: Arc::new(Semaphore::new(bytes_max)), time_max }
    }

    /// Reads the whole body.
    pub(super) async fn read<B: Body>(&self, body: B) -> Result<Received, Unread>
    where
        B::Error: Display,
    {
        tokio::time::timeout(self.time_max, self.collect(body)).await.unwrap_or(Err(Unread::TooSlow))
    }

    async fn collect<B: Body>(&self, body: B) -> Result<Received, Unread>
    where
        B::Error: Display,
    {
        let mut body = pin!(body);
        if body.size_hint().lower() > BODY_BYTES_MAX as u64 {
            return Err(Unread::TooLong);
        }
        let (mut bytes, mut held) = (BytesMut::new(), None::<OwnedSemaphorePermit>);
        while let Some(frame) = body.frame().await {
            let Ok(mut data) = frame.map_err(|error| Unread::Broken(error.to_string()))?.into_data() else { continue };
            let length = data.remaining();
            if bytes.len() + length > BODY_BYTES_MAX {
                return Err(Unread::TooLong);
            }
            let length = u32::try_from(length).map_err(|_| Unread::TooLong)?;
            let room = self.room.clone().try_acquire_many_owned(length).map_err(|_| Unread::NoRoom)?;
            match &mut held {
                Some(held) => held.merge(room),
                None => held = Some(room),
            }
            bytes.extend_from_slice(&data.copy_to_bytes(data.remaining()));
        }
        Ok(Received { bytes: bytes.freeze(), _room: held })
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use http_body::Frame;
    use http_body_util::Full;

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    /// Says these parts, then nothing for ever, or breaks off.
    struct Parts(Vec<&'static str>, bool);

    impl Body for Parts {
        type Data = Bytes;
        type Error = io::Error;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
            match self.0.pop() {
                Some(part) => Poll::Ready(Some(Ok(Frame::data(Bytes::from(part))))),
                None if self.1 => Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
                None => Poll::Pending,
            }
        }
    }

    fn text(text: &'static str) -> impl Body<Data = Bytes, Error = Infallible> {
        Full::new(Bytes::from(text))
    }

    #[tokio::test]
    async fn a_body_is_read_while_there_is_room_for_it() {
        let bodies = Bodies::new(10, SHORT);
        let first = bodies.read(text("123456")).await.unwrap();
        assert_eq!(first.bytes, "123456");
        assert_eq!(bodies.read(text("12345")).await.unwrap_err(), Unread::NoRoom);
        let second = bodies.read(text("1234")).await.unwrap();
        drop(first);
        assert_eq!(bodies.read(text("123456")).await.unwrap().bytes, "123456");
        drop(second);
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_to_its_end_leaves_nothing_behind() {
        let bodies = Bodies::new(10, SHORT);
        assert_eq!(bodies.read(Parts(vec!["12", "34"], false)).await.unwrap_err(), Unread::TooSlow);
        assert!(matches!(bodies.read(Parts(vec!["12"], true)).await.unwrap_err(), Unread::Broken(_)));
        assert_eq!(bodies.room.available_permits(), 10);
    }

    #[tokio::test]
    async fn a_body_that_is_announced_too_long_is_not_read() {
        let long = Full::new(Bytes::from(vec![b' '; BODY_BYTES_MAX + 1]));
        assert_eq!(Bodies::new(10, SHORT).read(long).await.unwrap_err(), Unread::TooLong);
    }
}
