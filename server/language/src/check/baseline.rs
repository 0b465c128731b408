//! Findings that were there before: they are kept in a file and not reported again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Finding;

const VERSION: u32 = 1;

/// Findings by file and rule, known by the text of their lines, so that they are found again when other lines change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    version: u32,
    /// Path, then `CODE fingerprint`, sorted.
    findings: BTreeMap<String, Vec<String>>,
}

/// A file that is no baseline.
#[derive(Debug, Error)]
pub enum BaselineError {
    #[error("not a baseline: {0}")]
    Syntax(#[from] serde_json::Error),
    #[error("this baseline has version {found}; this program reads version {VERSION}")]
    Version { found: u32 },
}

impl Baseline {
    /// What is found now.
    pub fn of(findings: &[Finding]) -> Self {
        let mut by_path: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for finding in findings {
            by_path.entry(finding.path.clone()).or_default().push(key(finding));
        }
        for keys in by_path.values_mut() {
            keys.sort();
        }
        Self { version: VERSION, findings: by_path }
    }

    /// Reads a baseline's file.
    ///
    /// # Errors
    /// [`BaselineError`].
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let baseline: Baseline = serde_json::from_str(text)?;
        if baseline.version != VERSION {
            return Err(BaselineError::Version { found: baseline.version });
        }
        Ok(baseline)
    }

    /// As it is kept: one finding a line, sorted, so that changes are readable.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("texts and numbers are JSON") + "\n"
    }

    /// Whether a finding was there before.
    pub fn knows(&self, finding: &Finding) -> bool {
        self.findings.get(&finding.path).is_some_and(|keys| keys.contains(&key(finding)))
    }
}

fn key(finding: &Finding) -> String {
    format!("{} {}", finding.code, finding.fingerprint)
}
