//! What the transaction log says about versions, read from its JSON files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use mlwright_base::system::files;
use serde::Deserialize;

use super::TableVersion;
use crate::error::DataError;

/// The log's folder in a table's folder.
pub(super) const FOLDER: &str = "_delta_log";

/// The file of a version's commit.
pub(super) fn commit_path(dir: &Path, version: u64) -> PathBuf {
    dir.join(FOLDER).join(format!("{version:020}.json"))
}

/// Whether the file of the log can make a table: a commit or a checkpoint.
pub(super) fn is_commit_or_checkpoint(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    version_of(path).is_some() || (name.contains(".checkpoint.") && name.ends_with(".parquet"))
}

/// The version that a commit's file is of.
fn version_of(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?.strip_suffix(".json")?;
    (name.len() == 20).then(|| name.parse().ok())?
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    commit_info: Option<CommitInfo>,
    add: Option<Add>,
    remove: Option<Remove>,
}

#[derive(Deserialize)]
struct CommitInfo {
    #[serde(default)]
    timestamp: Option<i64>,
    #[serde(default)]
    operation: Option<String>,
}

#[derive(Deserialize)]
struct Add {
    path: String,
    #[serde(default)]
    stats: Option<String>,
}

#[derive(Deserialize)]
struct Remove {
    path: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stats {
    num_records: Option<u64>,
}

/// The versions whose commits are there, newest first.
pub(super) fn versions(dir: &Path) -> Result<Vec<TableVersion>, DataError> {
    let folder = dir.join(FOLDER);
    let entries = files::list_dir(&folder).map_err(|error| DataError::io(&folder, error))?;
    let commits = entries.into_iter().filter_map(|entry| Some((version_of(&entry.path)?, entry.path)));
    let mut found = Vec::new();
    // Rows of each file in the table; `None` once the log does not tell some file's.
    let mut live: Option<HashMap<String, u64>> = None;
    for (version, path) in commits {
        if version == 0 {
            live = Some(HashMap::new());
        }
        let text = files::read_to_string(&path).map_err(|error| DataError::io(&path, error))?;
        let mut commit = CommitInfo { timestamp: None, operation: None };
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let line: Line = serde_json::from_str(line).map_err(|error| DataError::Delta {
                path: dir.to_path_buf(),
                message: format!("version {version} of the log is damaged: {error}"),
            })?;
            if let Some(info) = line.commit_info {
                commit = info;
            }
            if let Some(remove) = line.remove
                && let Some(live) = &mut live
            {
                live.remove(&remove.path);
            }
            if let Some(add) = line.add {
                let rows = add.stats.and_then(|stats| serde_json::from_str::<Stats>(&stats).ok()?.num_records);
                live = live.zip(rows).map(|(mut live, rows)| {
                    live.insert(add.path, rows);
                    live
                });
            }
        }
        let modified_ms = || files::stamp(&path).map_or(0, |stamp| (stamp.modified_ns / 1_000_000) as i64);
        found.push(TableVersion {
            version,
            timestamp_ms: commit.timestamp.unwrap_or_else(modified_ms),
            operation: commit.operation.unwrap_or_else(|| "UNKNOWN".to_owned()),
            rows: live.as_ref().map(|live| live.values().sum()),
        });
    }
    found.reverse();
    Ok(found)
}
