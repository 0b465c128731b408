//! Pages and charts for people, under the workspace's `reports/`. A report is made again from the
//! data at any time, so nothing refers to it but the answer that names it.

use mlwright_base::system::files;
use mlwright_base::{ErrorCode, Problem};
use sha2::{Digest, Sha256};

use crate::engine::Engine;

/// The most characters of a file's name before its digest.
const STEM_CHARS_MAX: usize = 80;

/// The stem of a report's file: readable, and different for different parts, e.g.
/// `profile-telco.csv-Churn-1f3a9c`.
pub(crate) fn file_stem(kind: &str, parts: &[&str]) -> String {
    let plain = |text: &str| text.chars().map(|c| if c.is_alphanumeric() || matches!(c, '.' | '_') { c } else { '-' }).collect::<String>();
    let readable: Vec<String> = parts.iter().filter(|part| !part.is_empty()).map(|part| plain(part)).collect();
    let stem: String = format!("{kind}-{}", readable.join("-")).chars().take(STEM_CHARS_MAX).collect();
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part.as_bytes());
    }
    format!("{stem}-{}", &hex::encode(digest.finalize())[..6])
}

impl Engine {
    /// Writes a report so that a reader sees the old file or the new one, and answers with its path
    /// as it is shown.
    pub(crate) fn write_report(&self, file: &str, bytes: &[u8]) -> Result<String, Problem> {
        let path = self.workspace.reports().join(file);
        files::write_atomic(&path, bytes)
            .map_err(|error| Problem::new(ErrorCode::Storage, format!("cannot write {}: {error}", self.workspace.shown(&path))))?;
        Ok(self.workspace.shown(&path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_names_and_differ_when_their_parts_do() {
        let stem = file_stem("profile", &["data/telco customers.csv", "Churn"]);
        assert!(stem.starts_with("profile-data-telco-customers.csv-Churn-"), "{stem}");
        assert!(mlwright_base::names::check_name("name", &stem).is_ok());
        assert_ne!(file_stem("plot", &["a", "b", ""]), file_stem("plot", &["a", "", "b"]));
        assert_ne!(file_stem("plot", &["a/b"]), file_stem("plot", &["a-b"]));
        assert!(file_stem("plot", &["x".repeat(500).as_str()]).len() < 100);
    }
}
