//! `list_tables`: what there is, without reading more than is cheap.

use std::path::{Path, PathBuf};

use mlwright_base::Problem;
use mlwright_base::limits::{PAGE_DEFAULT, PAGE_MAX};
use mlwright_base::system::files;
use mlwright_data::{Format, ReadOptions, managed};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::record::{COLLECTION, ManagedTable};
use super::{INFERENCE_PREFIX, TableKind};
use crate::engine::Engine;
use crate::settings::Settings;
use crate::workspace::Workspace;

/// How many folders deep files are looked for.
pub const DEPTH_MAX: usize = 6;
/// The most files that are found.
pub const FILES_MAX: usize = 2_000;
/// The most entries of folders that are looked at.
pub const ENTRIES_MAX: usize = 50_000;
/// Rows are counted by reading for files up to this size …
const COUNT_BYTES_MAX: u64 = 4 << 20;
/// … and up to this many bytes in one answer.
const COUNT_BYTES_TOTAL: u64 = 16 << 20;

/// Folders that hold other people's files.
const SKIPPED: [&str; 7] = ["node_modules", "target", "venv", "env", "__pycache__", "site-packages", "mlruns"];

/// What to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListTables {
    /// Only names that hold this, in any case.
    pub contains: Option<String>,
    /// The most tables to answer with; [`PAGE_DEFAULT`] when `None`.
    pub limit: Option<usize>,
    /// How many tables to leave out at the start.
    pub offset: usize,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TableEntry {
    /// The name that every operation takes.
    pub name: String,
    /// Where it is kept.
    pub kind: TableKind,
    /// `csv`, `parquet`, `delta`, …
    pub format: String,
    /// Size in bytes; absent for inference tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// Rows; absent when counting them would take long (`describe_table` counts).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_rows: Option<u64>,
    /// The newest version of a managed table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// Who made a managed table.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// What a managed table holds.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// Tables of the workspace: managed ones, then inference tables, then files, each by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TableList {
    /// One page.
    pub tables: Vec<TableEntry>,
    /// How many there are in all.
    pub n_tables: usize,
    /// The offset of the next page, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_offset: Option<usize>,
    /// What was not looked at, when the workspace is larger than the limits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl Engine {
    /// The tables of the workspace: files in its folder and roots (not in hidden folders, nor in
    /// those of packages and builds), managed tables, inference tables.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn list_tables(&self, request: &ListTables) -> Result<TableList, Problem> {
        let wanted = request.contains.as_deref().unwrap_or_default().to_lowercase();
        let matches = |name: &str| name.to_lowercase().contains(&wanted);
        let (paths, notes) = self.walk_files();
        let managed = self.managed_names().into_iter().map(Listed::Managed);
        let inference = self.inference_tables()?.into_iter().map(Listed::Inference);
        let files = paths.into_iter().map(|path| Listed::File(self.workspace.shown(&path), path));
        let all: Vec<Listed> = managed.chain(inference).chain(files).filter(|listed| matches(listed.name())).collect();
        let n_tables = all.len();
        let limit = request.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX);
        let mut budget = COUNT_BYTES_TOTAL;
        let page = all.into_iter().skip(request.offset).take(limit);
        let tables = page.map(|listed| self.entry(listed, &mut budget)).collect::<Result<Vec<_>, Problem>>()?;
        let end = request.offset.saturating_add(tables.len());
        Ok(TableList { next_offset: (end < n_tables && !tables.is_empty()).then_some(end), tables, n_tables, notes })
    }

    fn inference_tables(&self) -> Result<Vec<String>, Problem> {
        let endpoints = self.endpoints()?;
        Ok(endpoints.into_iter().map(|endpoint| format!("{INFERENCE_PREFIX}{}", endpoint.name)).collect())
    }

    fn entry(&self, listed: Listed, budget: &mut u64) -> Result<TableEntry, Problem> {
        let mut entry = TableEntry {
            name: listed.name().to_owned(),
            kind: TableKind::File,
            format: String::new(),
            size_bytes: None,
            n_rows: None,
            version: None,
            owner: String::new(),
            description: String::new(),
        };
        match listed {
            Listed::Managed(name) => {
                entry.kind = TableKind::Managed;
                entry.format = Format::Delta.as_str().to_owned();
                let directory = self.workspace.tables().join(&name);
                entry.size_bytes = Some(folder_size(&directory));
                // A table that is damaged is still listed; describe_table says what is wrong.
                if let Some(latest) = managed::versions(&directory).ok().and_then(|versions| versions.into_iter().next()) {
                    entry.version = Some(latest.version);
                    entry.n_rows = latest.rows;
                }
                if let Some(record) = self.store.read(|tx| tx.get::<ManagedTable>(COLLECTION, &name))? {
                    entry.owner = record.body.owner;
                    entry.description = record.body.description;
                }
            }
            Listed::Inference(_) => {
                entry.kind = TableKind::Inference;
                entry.format = "inference".to_owned();
            }
            Listed::File(_, path) => {
                let is_dir = files::is_dir(&path);
                let size_bytes = if is_dir { folder_size(&path) } else { files::stamp(&path).map_or(0, |stamp| stamp.size_bytes) };
                entry.size_bytes = Some(size_bytes);
                entry.format = format_by_name(&path, is_dir).to_owned();
                // The footers of these formats tell; text must be read.
                let cost = if ["parquet", "arrow_ipc", "delta"].contains(&entry.format.as_str()) { 0 } else { size_bytes };
                if cost <= COUNT_BYTES_MAX && cost <= *budget {
                    *budget -= cost;
                    let opened = mlwright_data::open(&path, &ReadOptions::default());
                    entry.n_rows = opened.and_then(|table| table.n_rows()).ok();
                }
            }
        }
        Ok(entry)
    }

    /// The table files in the workspace and its roots, sorted, and notes on what was left out.
    pub(crate) fn walk_files(&self) -> (Vec<PathBuf>, Vec<String>) {
        Walk::all(&self.workspace, &self.settings)
    }
}

/// The names of the table files of a folder that is perhaps no workspace yet, and will not be made one.
#[must_use]
pub fn files_below(directory: &Path) -> Vec<String> {
    let settings = Settings::load(directory).unwrap_or_default();
    let Ok(workspace) = Workspace::seen(directory, &settings) else { return Vec::new() };
    Walk::all(&workspace, &settings).0.iter().map(|path| workspace.shown(path)).collect()
}

enum Listed {
    Managed(String),
    Inference(String),
    File(String, PathBuf),
}

impl Listed {
    fn name(&self) -> &str {
        match self {
            Self::Managed(name) | Self::Inference(name) | Self::File(name, _) => name,
        }
    }
}

struct Walk<'a> {
    workspace: &'a Workspace,
    found: Vec<PathBuf>,
    n_entries: usize,
    too_deep: bool,
    too_many: bool,
}

impl<'a> Walk<'a> {
    fn all(workspace: &'a Workspace, settings: &Settings) -> (Vec<PathBuf>, Vec<String>) {
        let mut walk = Walk { workspace, found: Vec::new(), n_entries: 0, too_deep: false, too_many: false };
        walk.folder(workspace.directory(), 0);
        for root in &settings.roots {
            if let Ok(root) = workspace.resolve(root)
                && !root.starts_with(workspace.directory())
            {
                walk.folder(&root, 0);
            }
        }
        let mut notes = Vec::new();
        if walk.too_many {
            notes.push(format!("not every file was looked at: the workspace has more than {FILES_MAX} tables or {ENTRIES_MAX} files"));
        }
        if walk.too_deep {
            notes.push(format!("folders more than {DEPTH_MAX} deep were not looked at; name tables there by their path"));
        }
        walk.found.sort();
        walk.found.dedup();
        (walk.found, notes)
    }

    fn folder(&mut self, folder: &Path, depth: usize) {
        // A folder that cannot be read holds nothing that could be opened.
        for entry in files::list_dir(folder).unwrap_or_default() {
            self.n_entries += 1;
            if self.n_entries > ENTRIES_MAX || self.found.len() >= FILES_MAX {
                self.too_many = true;
                return;
            }
            let name = entry.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            // Hidden folders are not looked into, nor is `.mlwright/` where it is a link to another place.
            if name.starts_with('.') || self.workspace.is_kept(&entry.path) {
                continue;
            }
            if mlwright_data::is_table_file(&entry.path) {
                // A link counts when what it leads to is inside the roots.
                let inside = entry.is_file || self.workspace.resolve(&entry.path.to_string_lossy()).is_ok_and(|path| files::exists(&path));
                if inside {
                    self.found.push(entry.path);
                }
            } else if entry.is_dir && !is_skipped(&entry.path, &name) {
                if depth + 1 > DEPTH_MAX {
                    self.too_deep = true;
                } else {
                    self.folder(&entry.path, depth + 1);
                }
            }
        }
    }
}

fn is_skipped(path: &Path, name: &str) -> bool {
    SKIPPED.contains(&name) || files::exists(&path.join("pyvenv.cfg"))
}

/// The size of the files directly in a folder and one level below (a Delta table's data and log).
fn folder_size(folder: &Path) -> u64 {
    let size = |path: &Path| files::stamp(path).map_or(0, |stamp| stamp.size_bytes);
    let mut total = 0;
    for entry in files::list_dir(folder).unwrap_or_default() {
        if entry.is_file {
            total += size(&entry.path);
        } else if entry.is_dir {
            total += files::list_dir(&entry.path).unwrap_or_default().iter().filter(|inner| inner.is_file).map(|inner| size(&inner.path)).sum::<u64>();
        }
    }
    total
}

fn format_by_name(path: &Path, is_dir: bool) -> &'static str {
    if is_dir {
        return Format::Delta.as_str();
    }
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().to_lowercase());
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let format = match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "tsv" | "tab" => Format::Tsv,
        "parquet" | "pq" => Format::Parquet,
        "ndjson" | "jsonl" => Format::Ndjson,
        "json" => Format::Json,
        "arrow" | "ipc" | "feather" => Format::ArrowIpc,
        _ => Format::Csv,
    };
    format.as_str()
}
