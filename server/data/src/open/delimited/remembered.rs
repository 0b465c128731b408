//! Large text files that were surveyed before, for as long as they do not change: a process that
//! serves many calls reads such a file to its end once.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use mlwright_base::system::files::Stamp;

use crate::reading::ReadOptions;
use crate::table::Table;

/// Tables that are remembered; each is a plan and what was found, without rows.
const REMEMBERED_MAX: usize = 16;

/// What a table is remembered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    path: PathBuf,
    stamp: Stamp,
    options: ReadOptions,
}

/// The one used last stands last.
static REMEMBERED: Mutex<Vec<(Key, Table)>> = Mutex::new(Vec::new());

impl Key {
    pub(super) fn new(path: &Path, stamp: Stamp, options: &ReadOptions) -> Self {
        Self { path: path.to_path_buf(), stamp, options: options.clone() }
    }
}

pub(super) fn find(key: &Key) -> Option<Table> {
    let mut known = REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner);
    let at = known.iter().position(|(found, _)| found == key)?;
    let entry = known.remove(at);
    let table = entry.1.clone();
    known.push(entry);
    Some(table)
}

pub(super) fn keep(key: Key, table: &Table) {
    let mut known = REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner);
    known.retain(|(found, _)| found.path != key.path || found.options != key.options);
    if known.len() >= REMEMBERED_MAX {
        known.remove(0);
    }
    known.push((key, table.clone()));
}
