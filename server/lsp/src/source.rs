//! The world around the documents: data files, the catalog, names of the lifecycle, other texts. Nothing here makes a
//! workspace of a folder, because an editor opens any.

mod asked;
mod columns;
mod lifecycle;
mod names;
mod rules;
mod workspaces;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use mlwright_base::system::files;
use mlwright_engine::settings::Settings;
use mlwright_engine::workspace::FOLDER;
use mlwright_language::check::Selection;
use mlwright_language::{ColumnSummary, Entry, Lifecycle, NameKind, SchemaSource, Table};
use serde_json::Value;

pub use asked::Asked;
pub use workspaces::Workspaces;

use self::columns::TableCache;
use self::lifecycle::LifecycleCache;
use self::names::NamesCache;
use self::rules::RulesCache;

/// The most entries of a folder that are offered.
const ENTRIES_MAX: usize = 2_000;
/// The longest text of another file that is read.
const TEXT_BYTES_MAX: u64 = 4 << 20;

/// What all documents have around them.
#[derive(Debug)]
pub struct World {
    pub(crate) workspaces: Workspaces,
    tables: TableCache,
    names: NamesCache,
    lifecycles: LifecycleCache,
    rules: RulesCache,
    /// The texts that are open in the editor, by path: newer than the disk's.
    open_texts: RwLock<HashMap<String, Arc<str>>>,
}

impl World {
    pub fn new(workspaces: Workspaces) -> Self {
        Self {
            workspaces,
            tables: TableCache::default(),
            names: NamesCache::default(),
            lifecycles: LifecycleCache::default(),
            rules: RulesCache::default(),
            open_texts: RwLock::default(),
        }
    }

    /// Takes the text of an open editor, or gives it back to the disk.
    pub(crate) fn set_open_text(&self, path: &str, text: Option<Arc<str>>) {
        let mut texts = self.open_texts.write().unwrap_or_else(PoisonError::into_inner);
        match text {
            Some(text) => texts.insert(path.to_owned(), text),
            None => texts.remove(path),
        };
    }

    /// Looks up names again at the next question: something was done in the workspace.
    pub(crate) fn forget_names(&self) {
        self.names.clear();
        self.lifecycles.clear();
    }
}

/// The world as one document asks it: what is asked is remembered, so that the document is looked at again when that
/// changes.
pub struct Source<'a> {
    world: &'a World,
    asked: &'a Asked,
    /// The document's own.
    path: &'a str,
    folder: &'a str,
    /// The tables that were asked for, by path: one question sees one state of each file, and looks at it once.
    files: Mutex<HashMap<String, Option<Arc<Table>>>>,
    /// The rules that the document's workspace wants, looked up once.
    rules: OnceLock<Selection>,
}

impl<'a> Source<'a> {
    /// The world for the document at `path`.
    pub fn new(world: &'a World, asked: &'a Asked, path: &'a str) -> Self {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        Self { world, asked, path, folder, files: Mutex::default(), rules: OnceLock::new() }
    }

    /// Whether a path is in one of the roots, or in the document's own folder.
    fn is_inside(&self, path: &str) -> bool {
        let is_below = |folder: &str| {
            let folder = folder.trim_end_matches('/');
            !folder.is_empty() && path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        // `..` would lead out of what the path begins with.
        !path.split('/').any(|part| part == "..")
            && (is_below(self.folder) || self.world.workspaces.roots().iter().any(|root| is_below(root)))
    }
}

impl SchemaSource for Source<'_> {
    fn file(&self, path: &str) -> Option<Arc<Table>> {
        if let Some(known) = lock(&self.files).get(path) {
            return known.clone();
        }
        self.asked.path(path);
        let table = self.world.tables.get(path);
        lock(&self.files).insert(path.to_owned(), table.clone());
        table
    }

    fn table(&self, name: &str) -> Option<Arc<Table>> {
        self.asked.workspace();
        let path = self.world.workspaces.table_path(name)?;
        let table = self.file(&path)?;
        Some(if &*table.name == name { table } else { Arc::new(Table { name: name.into(), ..Table::clone(&table) }) })
    }

    fn tables(&self) -> Vec<Arc<str>> {
        self.asked.workspace();
        self.world.names.tables(&self.world.workspaces)
    }

    fn entries(&self, path: &str) -> Vec<Entry> {
        self.asked.path(path);
        if !self.is_inside(path) {
            return Vec::new();
        }
        let entries = files::list_dir(Path::new(path)).unwrap_or_default().into_iter();
        let named = entries.filter_map(|entry| {
            let name = entry.path.file_name()?.to_str()?;
            let is_shown = !name.starts_with('.')
                && !name.eq_ignore_ascii_case(FOLDER)
                && (entry.is_dir || entry.is_file || files::exists(&entry.path));
            is_shown.then(|| Entry { name: name.into(), is_folder: entry.is_dir || files::is_dir(&entry.path) })
        });
        named.take(ENTRIES_MAX).collect()
    }

    fn names(&self, kind: NameKind) -> Vec<Arc<str>> {
        self.asked.workspace();
        self.world.names.of(kind, &self.world.workspaces)
    }

    fn column_summary(&self, table: &Table, column: &str) -> Option<Arc<ColumnSummary>> {
        self.world.tables.summary(table.path.as_deref()?, column)
    }

    fn text(&self, path: &str) -> Option<Arc<str>> {
        self.asked.path(path);
        if !self.is_inside(path) {
            return None;
        }
        if let Some(text) = self.world.open_texts.read().unwrap_or_else(PoisonError::into_inner).get(path) {
            return Some(text.clone());
        }
        let file = Path::new(path);
        let is_short = files::stamp(file).is_ok_and(|stamp| stamp.size_bytes <= TEXT_BYTES_MAX);
        let is_read = is_short && files::is_file(file);
        is_read.then(|| files::read_to_string(file).ok()).flatten().map(Arc::from)
    }

    fn roots(&self) -> Vec<Arc<str>> {
        self.world.workspaces.roots()
    }

    fn wants_rule(&self, code: &str) -> bool {
        let rules = self.rules.get_or_init(|| {
            let directory = self.world.workspaces.directory_of(Some(self.path));
            self.asked.path(&rules::file_of(&directory));
            self.world.rules.of(&directory)
        });
        rules.takes(code)
    }

    fn lifecycle(&self, table: &str, target: Option<&str>) -> Option<Arc<Lifecycle>> {
        self.asked.workspace();
        self.world.lifecycles.get(&self.world.workspaces, table, target)
    }

    fn config_schema(&self) -> Option<Arc<Value>> {
        static SCHEMA: LazyLock<Arc<Value>> = LazyLock::new(|| Arc::new(schemars::schema_for!(Settings).to_value()));
        Some(SCHEMA.clone())
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
