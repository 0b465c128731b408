//! Leases: the right of one owner to something until a moment in time.

/// A lease as it was stored.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Lease {
    /// What is leased.
    pub name: String,
    /// Who holds it.
    pub owner: String,
    /// When this owner took it, milliseconds since 1970 (UTC).
    pub acquired_ms: i64,
    /// When this owner took it or last renewed it, milliseconds since 1970 (UTC).
    pub renewed_ms: i64,
    /// From this moment on it is nobody's, milliseconds since 1970 (UTC).
    pub expires_ms: i64,
}

impl Lease {
    /// Whether anybody may take it at that moment.
    #[must_use]
    pub fn is_expired(&self, now_ms: i64) -> bool {
        now_ms >= self.expires_ms
    }
}
