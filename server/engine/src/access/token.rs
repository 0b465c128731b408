//! Tokens: made by the owner, shown once, kept as a hash.
//!
//! A token is `mlw_ID_SECRET`; the secret has 256 random bits, so that one round of SHA-256 is a
//! hash nobody can guess through.

use jiff::{Timestamp, ToSpan as _};
use mlwright_base::{ErrorCode, Problem, names};
use mlwright_store::{Query, StoreError};
use rand::RngCore as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::Scopes;
use crate::audit::{Outcome, Recording};
use crate::call::Call;
use crate::engine::Engine;

/// What every token begins with, so that scanners find one that was published.
pub const SECRET_PREFIX: &str = "mlw_";
const TOKENS: &str = "access_tokens";
/// The longest that a token may be good for: ten years.
const EXPIRES_DAYS_MAX: i64 = 3_653;
/// The most tokens in one workspace.
const TOKENS_MAX: u64 = 1_000;

/// What a new token is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// Who or what it is for; unique among the tokens in force.
    pub name: String,
    /// What it allows.
    pub scopes: Scopes,
    /// Days until it is good no more; never when absent.
    pub expires_days: Option<i64>,
}

/// A token as it is kept: nothing in it opens anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its id.
    pub token_id: String,
    /// Who or what it is for.
    pub name: String,
    /// What it allows.
    pub scopes: Scopes,
    /// SHA-256 of its secret, as hexadecimal digits.
    #[serde(rename = "sha256")]
    hash: String,
    /// When it was made (UTC).
    pub created: Timestamp,
    /// When it is good no more (UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// When it was revoked (UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Timestamp>,
}

impl Token {
    /// Where the token stands: `active`, `revoked` or `expired`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> &'static str {
        match (self.revoked, self.expires) {
            (Some(_), _) => "revoked",
            (None, Some(expires)) if expires <= now => "expired",
            _ => "active",
        }
    }

    fn is_active(&self, now: Timestamp) -> bool {
        self.state(now) == "active"
    }
}

/// A token that was just made.
#[derive(Clone, PartialEq, Eq)]
pub struct NewToken {
    /// What is kept of it.
    pub token: Token,
    /// What the client sends; shown once and kept nowhere.
    pub secret: String,
}

/// Whoever holds a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The token's id; `None` for the owner.
    pub token_id: Option<String>,
    /// Who or what the token is for.
    pub name: String,
    /// What it allows.
    pub scopes: Scopes,
}

impl Engine {
    /// Makes a token.
    ///
    /// # Errors
    /// [`ErrorCode::Conflict`] when a token of this name is in force, [`ErrorCode::InvalidArgument`]
    /// for a wrong name or term.
    pub fn create_token(&self, call: &Call<'_>, request: &TokenRequest) -> Result<NewToken, Problem> {
        names::check_name("name", &request.name)?;
        if request.expires_days.is_some_and(|days| !(1..=EXPIRES_DAYS_MAX).contains(&days)) {
            return Err(Problem::new(ErrorCode::InvalidArgument, format!("expires_days has to be 1 to {EXPIRES_DAYS_MAX}")).field("expires_days"));
        }
        let mut bytes = [0_u8; 40];
        rand::rngs::OsRng.fill_bytes(&mut bytes);
        let (id, secret) = (hex::encode(&bytes[..8]), hex::encode(&bytes[8..]));
        let now = self.now();
        let token = Token {
            token_id: id.clone(),
            name: request.name.clone(),
            scopes: request.scopes,
            hash: hash(&secret),
            created: now,
            expires: request.expires_days.map(|days| now + (days * 24).hours()),
            revoked: None,
        };
        self.recorded(call, "create_token", &request.name, || {
            self.store.write(|tx| {
                if tx.count(TOKENS, None)? >= TOKENS_MAX {
                    return Err(Problem::new(ErrorCode::Conflict, format!("the workspace has {TOKENS_MAX} tokens")));
                }
                let all = tx.list::<Token>(TOKENS, &Query::default())?;
                if all.iter().any(|record| record.body.name == token.name && record.body.is_active(now)) {
                    return Err(Problem::new(ErrorCode::Conflict, format!("there is a token {:?} already", token.name))
                        .hint(format!("choose another name, or revoke it first: mlwright token revoke {}", token.name))
                        .field("name"));
                }
                tx.insert(TOKENS, &id, None, &token, now.as_millisecond())?;
                Ok(())
            })
        })?;
        Ok(NewToken { token, secret: format!("{SECRET_PREFIX}{id}_{secret}") })
    }

    /// Every token, the newest first; those that are good no more as well.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn list_tokens(&self) -> Result<Vec<Token>, Problem> {
        let query = Query { newest_first: true, ..Query::default() };
        let records = self.store.read::<_, StoreError>(|tx| tx.list::<Token>(TOKENS, &query))?;
        Ok(records.into_iter().map(|record| record.body).collect())
    }

    /// Ends a token, named by its name or id, at once.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when no token of that name or id is in force.
    pub fn revoke_token(&self, call: &Call<'_>, name_or_id: &str) -> Result<Token, Problem> {
        let now = self.now();
        self.recorded(call, "revoke_token", name_or_id, || {
            self.store.write(|tx| {
                let all = tx.list::<Token>(TOKENS, &Query::default())?;
                let found = all.into_iter().find(|record| {
                    record.body.is_active(now) && [&record.body.name, &record.body.token_id].into_iter().any(|known| known == name_or_id)
                });
                let Some(record) = found else {
                    return Err(Problem::new(ErrorCode::NotFound, format!("there is no token {name_or_id:?} in force"))
                        .hint("mlwright token list shows the tokens")
                        .field("name"));
                };
                let token = Token { revoked: Some(now), ..record.body };
                tx.put(TOKENS, &record.key, None, Some(record.revision), &token, now.as_millisecond())?;
                Ok(token)
            })
        })
    }

    /// Who holds this secret; `None` when it opens nothing (any more).
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn access_by_token(&self, secret: &str) -> Result<Option<Access>, Problem> {
        let parts = secret.strip_prefix(SECRET_PREFIX).and_then(|rest| rest.split_once('_'));
        let Some((id, secret)) = parts else { return Ok(None) };
        let Some(token) = self.token(id)? else { return Ok(None) };
        if !same_secret(token.hash.as_bytes(), hash(secret).as_bytes()) || !token.is_active(self.now()) {
            return Ok(None);
        }
        Ok(Some(Access { token_id: Some(token.token_id), name: token.name, scopes: token.scopes }))
    }

    /// Whether the token of this id is in force.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn is_token_active(&self, token_id: &str) -> Result<bool, Problem> {
        Ok(self.token(token_id)?.is_some_and(|token| token.is_active(self.now())))
    }

    fn token(&self, id: &str) -> Result<Option<Token>, Problem> {
        Ok(self.store.read::<_, StoreError>(|tx| tx.get::<Token>(TOKENS, id))?.map(|record| record.body))
    }

    fn recorded<T>(&self, call: &Call<'_>, operation: &str, name: &str, work: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
        let recording = Recording::start(self, call, operation, &json!({ "name": name }), true)?;
        let outcome = work();
        recording.finish(outcome.as_ref().map_or_else(Outcome::of, |_| Outcome::Done))?;
        outcome
    }
}

fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// Compares secrets without telling by the time it takes how much is right.
#[must_use]
pub fn same_secret(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Scope;
    use crate::serving::fixture::Fixture;

    fn request(name: &str, expires_days: Option<i64>) -> TokenRequest {
        TokenRequest { name: name.to_owned(), scopes: Scopes::of(&[Scope::Write]), expires_days }
    }

    #[test]
    fn a_token_opens_until_it_is_revoked() {
        let fixture = Fixture::new();
        let engine = &fixture.engine;
        let made = engine.create_token(&fixture.call(), &request("ci", None)).unwrap();
        let access = engine.access_by_token(&made.secret).unwrap().unwrap();
        assert_eq!((access.name.as_str(), access.scopes.to_string().as_str()), ("ci", "read,write"));
        for wrong in ["", "mlw_", "mlw__", "Bearer x", &made.secret[..made.secret.len() - 1], &format!("{}0", made.secret)] {
            assert_eq!(engine.access_by_token(wrong).unwrap(), None, "{wrong}");
        }
        let same = engine.create_token(&fixture.call(), &request("ci", None)).err().unwrap();
        assert_eq!(same.code, ErrorCode::Conflict);
        engine.revoke_token(&fixture.call(), "ci").unwrap();
        assert_eq!(engine.access_by_token(&made.secret).unwrap(), None);
        assert!(!engine.is_token_active(access.token_id.as_deref().unwrap()).unwrap());
        assert_eq!(engine.revoke_token(&fixture.call(), "ci").unwrap_err().code, ErrorCode::NotFound);
        let again = engine.create_token(&fixture.call(), &request("ci", Some(30))).unwrap();
        let states: Vec<&str> = engine.list_tokens().unwrap().iter().map(|token| token.state(engine.now())).collect();
        assert_eq!(states, ["active", "revoked"]);
        assert_eq!(again.token.state(again.token.expires.unwrap()), "expired");
        let audit: Vec<String> = engine.audit_log(Some("token"), 10).unwrap().into_iter().map(|entry| entry.record.operation).collect();
        assert!(audit.iter().filter(|operation| *operation == "create_token").count() >= 2 && audit.contains(&"revoke_token".to_owned()), "{audit:?}");
    }

    #[test]
    fn neither_the_secret_nor_its_parts_are_kept() {
        let fixture = Fixture::new();
        let made = fixture.engine.create_token(&fixture.call(), &request("app", None)).unwrap();
        let secret = made.secret.rsplit('_').next().unwrap();
        let kept = serde_json::to_string(&fixture.engine.list_tokens().unwrap()).unwrap();
        let audited = serde_json::to_string(&fixture.engine.audit_log(None, 100).unwrap()).unwrap();
        assert!(!kept.contains(secret) && !audited.contains(secret));
    }

    #[test]
    fn secrets_are_compared_whole() {
        assert!(same_secret(b"abc", b"abc"));
        assert!(!same_secret(b"ab", b"abc"));
        assert!(!same_secret(b"abd", b"abc"));
        assert!(!same_secret(b"", b"abc"));
    }

    #[test]
    fn terms_and_names_are_checked() {
        let fixture = Fixture::new();
        let refused = |request: &TokenRequest| fixture.engine.create_token(&fixture.call(), request).err().unwrap().field;
        assert_eq!(refused(&request("a", Some(0))), "expires_days");
        assert_eq!(refused(&request("a/b", None)), "name");
    }
}
