//! Why a question got no answer.

use mlwright_base::{ErrorCode, Problem};

/// Why a provider gave no answer. No variant holds a key, or anything that a provider has written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// Settings lack something, or say what cannot be.
    #[error("provider {provider}: `{field}` {what}")]
    Unusable { provider: String, field: &'static str, what: &'static str },
    #[error(
        "provider {provider}: the environment variable {variable}, which `key_variable` names, is not set, or cannot be a key"
    )]
    KeyMissing { provider: String, variable: String },
    #[error("provider {provider} at {address} refused the key (status {status})")]
    KeyRefused { provider: String, address: String, status: u16 },
    #[error("provider {provider} at {address} cannot be reached")]
    Unreachable { provider: String, address: String },
    #[error("provider {provider} at {address} did not answer within {seconds} s")]
    TimedOut { provider: String, address: String, seconds: u64 },
    #[error("provider {provider} at {address} takes no more questions at present (status 429)")]
    Busy { provider: String, address: String },
    #[error("provider {provider} at {address} answered with status {status}")]
    Failed { provider: String, address: String, status: u16 },
    #[error("provider {provider} at {address} answered what is no answer of the `{api}` interface")]
    Unreadable { provider: String, address: String, api: &'static str },
    #[error("provider {provider} at {address} answered with more than {bytes_max} bytes")]
    TooLong { provider: String, address: String, bytes_max: usize },
}

impl ProviderError {
    /// Whether asking again can only go the same way until settings or environment change.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        matches!(self, Self::Unusable { .. } | Self::KeyMissing { .. } | Self::KeyRefused { .. })
    }

    /// Whether both are the same trouble with the same provider, whatever the details.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other) && self.provider() == other.provider()
    }

    /// The provider's name in the settings.
    #[must_use]
    pub fn provider(&self) -> &str {
        match self {
            Self::Unusable { provider, .. }
            | Self::KeyMissing { provider, .. }
            | Self::KeyRefused { provider, .. }
            | Self::Unreachable { provider, .. }
            | Self::TimedOut { provider, .. }
            | Self::Busy { provider, .. }
            | Self::Failed { provider, .. }
            | Self::Unreadable { provider, .. }
            | Self::TooLong { provider, .. } => provider,
        }
    }
}

impl From<ProviderError> for Problem {
    fn from(error: ProviderError) -> Self {
        let (code, hint) = match &error {
            ProviderError::Unusable { .. } => (
                ErrorCode::InvalidArgument,
                "see [providers] in mlwright.toml; `mlwright init --print` shows every key",
            ),
            ProviderError::KeyMissing { .. } => (ErrorCode::InvalidArgument, "set it where the editor is started from"),
            ProviderError::KeyRefused { .. } => {
                (ErrorCode::Refused, "look at `key_variable`, and at the key in that variable")
            }
            ProviderError::Unreachable { .. } => (ErrorCode::Unavailable, "is it running, and is `base_url` right?"),
            ProviderError::TimedOut { .. } => (ErrorCode::Unavailable, "a smaller model answers sooner"),
            ProviderError::Busy { .. } => (ErrorCode::Unavailable, "ask again later"),
            ProviderError::Failed { status: 404, .. } => (ErrorCode::Unavailable, "are `base_url` and `model` right?"),
            ProviderError::Failed { .. } => (ErrorCode::Unavailable, "its own log may say why"),
            ProviderError::Unreadable { .. } => (ErrorCode::UnreadableData, "are `api` and `base_url` right?"),
            ProviderError::TooLong { .. } => (ErrorCode::LimitExceeded, "are `api` and `base_url` right?"),
        };
        Problem::new(code, error.to_string()).hint(hint)
    }
}
