//! What an operation answers, ready for any surface.

/// A picture that goes with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Media type, e.g. `image/png`.
    pub media_type: &'static str,
    /// The picture's bytes.
    pub bytes: Vec<u8>,
}

/// The answer to one call.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Everything, as JSON that matches the operation's output schema.
    pub structured: serde_json::Value,
    /// A short text for a model or a person to read; bounded by
    /// [`mlwright_base::limits::SUMMARY_CHARS_MAX`].
    pub summary: String,
    /// Pictures.
    pub images: Vec<Image>,
}
