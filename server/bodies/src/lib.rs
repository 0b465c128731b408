//! Bodies of HTTP requests, read whole; for whoever serves HTTP, whatever the protocol in it.
//!
//! A client may send its body as slowly as it likes, and there may be many such clients. So a body has
//! to arrive within a time, and all bodies together take a bounded room, which is taken as bytes
//! arrive, not as they are announced. What to answer is the server's to say.

use std::fmt::Display;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a body may take to arrive.
pub const BODY_TIME_MAX: Duration = Duration::from_secs(10);

/// Reads bodies. Clones share the room.
#[derive(Clone)]
pub struct Bodies {
    room: Arc<Semaphore>,
    body_bytes_max: usize,
    time_max: Duration,
}

/// A body that arrived. Its room is given back when this is dropped.
#[derive(Debug)]
pub struct Received {
    /// The body.
    pub bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

/// Why a body was not read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// It has more bytes than one body may have.
    TooLong,
    /// It did not arrive in time.
    TooSlow,
    /// Too many bytes of other bodies are held.
    NoRoom,
    /// It ended early, or the connection broke.
    Broken(String),
}

impl Bodies {
    /// Reads bodies of at most `body_bytes_max` bytes, and together of at most `bytes_max`, each
    /// within `time_max`.
    #[must_use]
    pub fn new(body_bytes_max: usize, bytes_max: usize, time_max: Duration) -> Self {
        Self { room: Arc::new(Semaphore::new(bytes_max)), body_bytes_max, time_max }
    }

    /// Reads the whole body.
    ///
    /// # Errors
    /// Why it was not read to its end; nothing is held of it then.
    pub async fn read<B: Body>(&self, body: B) -> Result<Received, Unread>
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
        if body.size_hint().lower() > self.body_bytes_max as u64 {
            return Err(Unread::TooLong);
        }
        let (mut bytes, mut held) = (BytesMut::new(), None::<OwnedSemaphorePermit>);
        while let Some(frame) = body.frame().await {
            let Ok(mut data) = frame.map_err(|error| Unread::Broken(error.to_string()))?.into_data() else { continue };
            let length = data.remaining();
            if bytes.len() + length > self.body_bytes_max {
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

    const BODY_BYTES_MAX: usize = 1_000;
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
        let bodies = Bodies::new(BODY_BYTES_MAX, 10, SHORT);
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
        let bodies = Bodies::new(BODY_BYTES_MAX, 10, SHORT);
        assert_eq!(bodies.read(Parts(vec!["12", "34"], false)).await.unwrap_err(), Unread::TooSlow);
        assert!(matches!(bodies.read(Parts(vec!["12"], true)).await.unwrap_err(), Unread::Broken(_)));
        assert_eq!(bodies.room.available_permits(), 10);
    }

    #[tokio::test]
    async fn a_body_that_is_announced_too_long_is_not_read() {
        let long = Full::new(Bytes::from(vec![b' '; BODY_BYTES_MAX + 1]));
        assert_eq!(Bodies::new(BODY_BYTES_MAX, 10, SHORT).read(long).await.unwrap_err(), Unread::TooLong);
    }
}
