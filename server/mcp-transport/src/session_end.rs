//! Whether the client has gone.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};

/// Whether the client has closed the session. A client that leaves cancels nothing: the jobs it
/// started go on. Clones share the flag.
#[derive(Debug, Clone, Default)]
pub struct SessionEnd {
    over: Arc<AtomicBool>,
}

impl SessionEnd {
    /// Notes that nothing more will come from the client.
    pub fn note(&self) {
        self.over.store(true, Ordering::Release);
    }

    /// Whether the client has gone.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }
}

/// A reader that notes when the client has closed its side.
pub struct NotingEnd<R> {
    inner: R,
    end: SessionEnd,
}

impl<R> NotingEnd<R> {
    /// Reads from `inner`.
    pub fn new(inner: R, end: SessionEnd) -> Self {
        Self { inner, end }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for NotingEnd<R> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let outcome = Pin::new(&mut self.inner).poll_read(cx, buf);
        let ended = match &outcome {
            Poll::Ready(Ok(())) => buf.remaining() > 0 && buf.filled().len() == before,
            Poll::Ready(Err(error)) => error.kind() != io::ErrorKind::Interrupted,
            Poll::Pending => false,
        };
        if ended {
            self.end.note();
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    #[test]
    fn clones_share_the_end_of_the_session() {
        let end = SessionEnd::default();
        let clone = end.clone();
        assert!(!clone.is_over());
        end.note();
        assert!(clone.is_over());
    }

    #[tokio::test]
    async fn the_end_is_noted_when_the_other_side_closes() {
        let end = SessionEnd::default();
        let mut reader = NotingEnd::new(&b"one"[..], end.clone());
        let mut bytes = [0_u8; 3];
        reader.read_exact(&mut bytes).await.unwrap();
        assert!(!end.is_over());
        assert_eq!(reader.read(&mut bytes).await.unwrap(), 0);
        assert!(end.is_over());
    }
}
