//! Who asks: the workspace's owner by the token of `.mlwright/run/server.json`, or a client by one
//! that the owner made for it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use mlwright_base::system::environment::user_name;
use mlwright_base::{ErrorCode, Problem};
use mlwright_engine::access::{Access, Scope, Scopes, same_secret};

use crate::answer::{Failure, defect};
use crate::app::App;

/// Lets through only who holds a token that is good, and notes whose it is.
pub async fn known_only(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    match access(&app, request.headers()).await {
        Ok(access) => {
            request.extensions_mut().insert(access);
            next.run(request).await
        }
        Err(failure) => failure.into_response(),
    }
}

/// As [`known_only`], for what runs the server process: the token needs the scope `admin`.
pub async fn admins_only(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    match access(&app, request.headers()).await {
        Ok(access) if access.scopes.contains(Scope::Admin) => next.run(request).await,
        Ok(access) => {
            let problem = Problem::new(ErrorCode::Refused, format!("this needs the scope admin, the token has {}", access.scopes));
            Failure::from(problem).into_response()
        }
        Err(failure) => failure.into_response(),
    }
}

async fn access(app: &Arc<App>, headers: &HeaderMap) -> Result<Access, Failure> {
    let token = token_of(headers);
    if same_secret(token, app.identity.token.as_bytes()) {
        return Ok(Access { token_id: None, name: user_name(), scopes: Scopes::ALL });
    }
    let unknown = || {
        let problem = Problem::new(ErrorCode::Refused, "this needs the header Authorization: Bearer TOKEN")
            .hint("`mlwright token create` makes a token; the owner's own is in .mlwright/run/server.json");
        Failure::with(StatusCode::UNAUTHORIZED, problem)
    };
    let Ok(token) = std::str::from_utf8(token).map(str::to_owned) else { return Err(unknown()) };
    let engine = app.engine.clone();
    let found = tokio::task::spawn_blocking(move || engine.access_by_token(&token)).await.map_err(|error| defect(&error.to_string()))?;
    found?.ok_or_else(unknown)
}

/// The token of `Authorization: Bearer TOKEN`, where the scheme is written in any case; empty when
/// there is none.
fn token_of(headers: &HeaderMap) -> &[u8] {
    let given = headers.get(AUTHORIZATION).map_or(&[][..], |value| value.as_bytes());
    match given.split_at_checked(b"Bearer ".len()) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"Bearer ") => token.trim_ascii_start(),
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_of_a_token_is_written_in_any_case() {
        let token = |given: &'static str| String::from_utf8(token_of(&HeaderMap::from_iter([(AUTHORIZATION, given.parse().unwrap())])).to_vec()).unwrap();
        for given in ["Bearer aBc", "bearer aBc", "BEARER  aBc"] {
            assert_eq!(token(given), "aBc", "{given}");
        }
        for given in ["aBc", "Basic aBc", "Bearer", "Bearer ", "BeareraBc", ""] {
            assert_eq!(token(given), "", "{given}");
        }
        assert_eq!(token_of(&HeaderMap::new()), b"");
    }
}
