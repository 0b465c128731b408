//! What tests of several features share: a workspace in memory, and texts with a cursor.

use std::collections::BTreeMap;
use std::sync::Arc;

use mlwright_source_text::{ColumnSummary, Dtype, Entry, Lifecycle, NameKind, SchemaSource, Table, TableColumn};
use serde_json::Value;

/// The folder that [`TestWorkspace`] has as its only root.
pub const ROOT: &str = "/w";

/// Numbers that look random and are the same each time: xorshift (Marsaglia 2003).
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    /// `seed` must not be 0.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 to below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

/// Tables, files, texts and names that are all known from the beginning. Folders are those that the files' paths have.
#[derive(Debug, Default)]
pub struct TestWorkspace {
    catalog: BTreeMap<Arc<str>, Arc<Table>>,
    files: BTreeMap<Arc<str>, Arc<Table>>,
    texts: BTreeMap<Arc<str>, Arc<str>>,
    names: Vec<(NameKind, Arc<str>)>,
    summaries: BTreeMap<(Arc<str>, Arc<str>), Arc<ColumnSummary>>,
    schema: Option<Arc<Value>>,
    lifecycle: Option<Arc<Lifecycle>>,
}

impl TestWorkspace {
    /// A data file at a path relative to [`ROOT`].
    pub fn file(mut self, path: &str, columns: &[(&str, Dtype)]) -> Self {
        let absolute: Arc<str> = format!("{ROOT}/{path}").into();
        let table = Table { path: Some(absolute.clone()), ..table(path, columns) };
        self.files.insert(absolute, Arc::new(table));
        self
    }

    /// A table of the catalog that lies in no file.
    pub fn catalog(mut self, name: &str, columns: &[(&str, Dtype)]) -> Self {
        self.catalog.insert(name.into(), Arc::new(table(name, columns)));
        self
    }

    /// A text file at a path relative to [`ROOT`].
    pub fn text(mut self, path: &str, text: &str) -> Self {
        self.texts.insert(format!("{ROOT}/{path}").into(), text.into());
        self
    }

    /// Names of the lifecycle.
    pub fn names(mut self, kind: NameKind, names: &[&str]) -> Self {
        self.names.extend(names.iter().map(|name| (kind, Arc::from(*name))));
        self
    }

    /// What is known of a column of the table with this name.
    pub fn summary(mut self, table: &str, column: &str, summary: ColumnSummary) -> Self {
        self.summaries.insert((table.into(), column.into()), Arc::new(summary));
        self
    }

    /// The schema of `mlwright.toml`.
    pub fn schema(mut self, schema: Value) -> Self {
        self.schema = Some(Arc::new(schema));
        self
    }

    /// What has been made, of whichever table.
    pub fn lifecycle(mut self, lifecycle: Lifecycle) -> Self {
        self.lifecycle = Some(Arc::new(lifecycle));
        self
    }
}

/// A table of 100 rows: of its first column a value is known, in its second 3 % are missing.
pub fn table(name: &str, columns: &[(&str, Dtype)]) -> Table {
    let column = |(index, (name, dtype)): (usize, &(&str, Dtype))| TableColumn {
        name: (*name).into(),
        dtype: *dtype,
        missing_share: (index == 1).then_some(0.03),
        example: (index == 0).then(|| "1".into()),
    };
    Table {
        name: name.into(),
        path: None,
        columns: columns.iter().enumerate().map(column).collect(),
        n_rows: Some(100),
    }
}

impl SchemaSource for TestWorkspace {
    fn file(&self, path: &str) -> Option<Arc<Table>> {
        self.files.get(path).cloned()
    }

    fn table(&self, name: &str) -> Option<Arc<Table>> {
        self.catalog.get(name).cloned()
    }

    fn tables(&self) -> Vec<Arc<str>> {
        self.catalog.keys().cloned().collect()
    }

    fn entries(&self, path: &str) -> Vec<Entry> {
        let inside = format!("{}/", path.trim_end_matches('/'));
        let mut entries = Vec::new();
        for file in self.files.keys().chain(self.texts.keys()) {
            let Some(rest) = file.strip_prefix(&inside) else { continue };
            let (name, is_folder) = rest.split_once('/').map_or((rest, false), |(folder, _)| (folder, true));
            let entry = Entry { name: name.into(), is_folder };
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        entries
    }

    fn names(&self, kind: NameKind) -> Vec<Arc<str>> {
        self.names.iter().filter(|(of, _)| *of == kind).map(|(_, name)| name.clone()).collect()
    }

    fn column_summary(&self, table: &Table, column: &str) -> Option<Arc<ColumnSummary>> {
        self.summaries.get(&(table.name.clone(), column.into())).cloned()
    }

    fn text(&self, path: &str) -> Option<Arc<str>> {
        self.texts.get(path).cloned()
    }

    fn roots(&self) -> Vec<Arc<str>> {
        vec![ROOT.into()]
    }

    fn config_schema(&self) -> Option<Arc<Value>> {
        self.schema.clone()
    }

    fn lifecycle(&self, _table: &str, _target: Option<&str>) -> Option<Arc<Lifecycle>> {
        self.lifecycle.clone()
    }
}

/// The text without its `$0`, and where that stood.
pub fn cursor(marked: &str) -> (String, u32) {
    let offset = marked.find("$0").expect("a cursor in the text");
    (format!("{}{}", &marked[..offset], &marked[offset + 2..]), offset as u32)
}
