//! The name that a path holds.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use mlwright_base::{ErrorCode, Problem};

use crate::answer::Failure;

/// The name in `/endpoints/NAME` and `/api/operations/NAME`. One that cannot be read is refused as
/// every other mistake is, with a `Problem`.
pub struct Name(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Path(name) = Path::<String>::from_request_parts(parts, state).await.map_err(|rejection| {
            Problem::new(ErrorCode::InvalidArgument, format!("the name in the path {} cannot be read: {rejection}", parts.uri.path()))
                .hint("names are UTF-8, percent-encoded in a path")
                .field("name")
        })?;
        Ok(Self(name))
    }
}
