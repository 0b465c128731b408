//! Other protocols on the same address: the server carries them and knows nothing of them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::Response;
use axum::routing::any;
use mlwright_engine::Engine;

type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// What is served at a path.
#[derive(Clone)]
pub struct Mount {
    path: &'static str,
    handler: Arc<dyn Fn(Request) -> Answering + Send + Sync>,
}

impl Mount {
    /// Answers every request for `path`, whatever its method, with `handler`.
    pub fn new<F, B>(path: &'static str, handler: impl Fn(Request) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = axum::http::Response<B>> + Send + 'static,
        B: axum::body::HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let handler = Arc::new(move |request| -> Answering {
            let answer = handler(request);
            Box::pin(async move { answer.await.map(Body::new) })
        });
        Self { path, handler }
    }
}

/// What mounted protocols may know of the server that carries them.
#[derive(Clone)]
pub struct Host {
    /// The workspace.
    pub engine: Arc<Engine>,
    /// The token of the workspace's owner, where the server has one.
    pub owner_token: Option<String>,
    /// Whether it is reached from this machine only.
    pub loopback: bool,
}

/// The routes of what is mounted.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>(mounts: Vec<Mount>) -> Router<S> {
    mounts.into_iter().fold(Router::new(), |router, Mount { path, handler }| {
        router.route(
            path,
            any(move |request: Request| {
                let handler = handler.clone();
                async move { handler(request).await }
            }),
        )
    })
}
