//! What a training keeps of its search while it works, so that the same training goes on there when its process died or
//! it was cancelled: `.mlwright/searches/KEY/`, a file for each candidate. It is removed once the run has its model.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::Duration;

use mlwright_base::system::files;
use mlwright_learn::Memory;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::TrainSpec;
use crate::engine::Engine;

/// Folders in which nothing was written for this long are nobody's any more: a week.
const KEPT_NS: u128 = 7 * 24 * 3600 * 1_000_000_000;
/// The bytes before a candidate: nanoseconds of search until then, little endian.
const CLOCK_BYTES: usize = 8;
/// What a training is called that is told in how it is written down, not in what it finds.
const NOT_OF_THE_SEARCH: [&str; 5] = ["run_id", "experiment", "budget_seconds", "calibration", "coverage"];

/// The kept candidates of one training.
pub(super) struct SearchMemory<'a> {
    folder: PathBuf,
    elapsed: &'a dyn Fn() -> Duration,
    n_recalled: Cell<usize>,
}

/// The folder for a training of rows with this fingerprint, and the time that was searched before, by what lies there.
pub(super) fn folder(engine: &Engine, spec: &TrainSpec, fingerprint: &str) -> (PathBuf, Duration) {
    let searches = engine.workspace.searches();
    sweep(&searches, engine.now_ms());
    let folder = searches.join(key(spec, fingerprint));
    let clock = |bytes: &[u8]| bytes.first_chunk().map(|clock| Duration::from_nanos(u64::from_le_bytes(*clock)));
    let kept = files::list_dir(&folder).unwrap_or_default();
    let before = kept.iter().filter_map(|entry| clock(&files::read_start(&entry.path, CLOCK_BYTES).ok()?)).max();
    (folder, before.unwrap_or_default())
}

/// Trainings with the same key try the same candidates and get the same scores.
fn key(spec: &TrainSpec, fingerprint: &str) -> String {
    let mut request = json!(spec);
    if let Value::Object(fields) = &mut request {
        NOT_OF_THE_SEARCH.iter().for_each(|field| drop(fields.remove(*field)));
    }
    let text = json!({ "request": request, "rows": fingerprint, "version": env!("CARGO_PKG_VERSION") }).to_string();
    hex::encode(&Sha256::digest(text)[..16])
}

/// Removes what nobody came back for.
fn sweep(searches: &std::path::Path, now_ms: i64) {
    let now_ns = u128::try_from(now_ms).unwrap_or_default() * 1_000_000;
    for folder in files::list_dir(searches).unwrap_or_default().into_iter().filter(|entry| entry.is_dir) {
        let newest = files::list_dir(&folder.path).unwrap_or_default().iter().filter_map(|file| files::stamp(&file.path).ok()).map(|stamp| stamp.modified_ns).max();
        if newest.is_none_or(|newest| now_ns.saturating_sub(newest) > KEPT_NS)
            && let Err(error) = files::remove_dir_all(&folder.path)
        {
            tracing::warn!(%error, "what an old search kept could not be removed");
        }
    }
}

impl<'a> SearchMemory<'a> {
    /// `elapsed` tells how long the search has taken, with what it took before.
    pub(super) fn new(folder: PathBuf, elapsed: &'a dyn Fn() -> Duration) -> Self {
        Self { folder, elapsed, n_recalled: Cell::new(0) }
    }

    /// How many candidates were known.
    pub(super) fn n_recalled(&self) -> usize {
        self.n_recalled.get()
    }

    /// Removes it all: the run has its model.
    pub(super) fn forget(&self) {
        if let Err(error) = files::remove_dir_all(&self.folder) {
            tracing::warn!(%error, "what the search kept could not be removed");
        }
    }

    fn file(&self, position: usize) -> PathBuf {
        self.folder.join(format!("{position:04}"))
    }
}

impl Memory for SearchMemory<'_> {
    fn recall(&self, position: usize) -> Option<Vec<u8>> {
        let bytes = files::read(&self.file(position)).ok()?;
        let candidate = bytes.get(CLOCK_BYTES..)?.to_vec();
        self.n_recalled.set(self.n_recalled.get() + 1);
        Some(candidate)
    }

    fn keep(&self, position: usize, bytes: &[u8]) {
        let clock = u64::try_from((self.elapsed)().as_nanos()).unwrap_or(u64::MAX);
        let content = [&clock.to_le_bytes(), bytes].concat();
        let written = files::create_dir_all(&self.folder).and_then(|()| files::write_atomic(&self.file(position), &content));
        if let Err(error) = written {
            tracing::warn!(%error, "a candidate was not kept: this training could not go on there");
        }
    }
}
