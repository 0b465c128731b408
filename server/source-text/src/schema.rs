//! What a text's names may mean in the world around it: tables, files, models. Given by whoever has a workspace.

use std::sync::Arc;

/// Where columns, files and the lifecycle's names come from. Each answer must be quick (a cache's look-up, or reading the head
/// of a file once): it is asked while somebody types. `None` and
/// an empty list mean *not known*, which never leads to a diagnostic by itself; it is what a source answers that says nothing else.
pub trait SchemaSource: Send + Sync {
    /// The table in the file at `path` (absolute, `/` between parts), when it is a data file that can be read.
    fn file(&self, _path: &str) -> Option<Arc<Table>> {
        None
    }

    /// The table that the catalog knows as `name`.
    fn table(&self, _name: &str) -> Option<Arc<Table>> {
        None
    }

    /// All tables of the catalog, by name.
    fn tables(&self) -> Vec<Arc<str>> {
        Vec::new()
    }

    /// What lies in the folder at `path` (absolute), sorted by name; empty where it cannot be read.
    fn entries(&self, _path: &str) -> Vec<Entry> {
        Vec::new()
    }

    /// Names of a kind that the workspace has, the most recent first.
    fn names(&self, _kind: NameKind) -> Vec<Arc<str>> {
        Vec::new()
    }

    /// Whether `name` is one of a kind; also true for other spellings that the workspace takes (`auc` for `roc_auc`).
    fn has_name(&self, kind: NameKind, name: &str) -> bool {
        self.names(kind).iter().any(|known| &**known == name)
    }

    /// What is known of a column beyond its type. May cost a profile of the table: asked for by hover, and by completion of a
    /// column's values.
    fn column_summary(&self, _table: &Table, _column: &str) -> Option<Arc<ColumnSummary>> {
        None
    }

    /// The text of the file at `path` (absolute) when it lies inside the workspace: an open editor's before the disk's.
    fn text(&self, _path: &str) -> Option<Arc<str>> {
        None
    }

    /// Whether the workspace wants to hear what the rule for Python with this code finds; every rule by default.
    fn wants_rule(&self, _code: &str) -> bool {
        true
    }

    /// Folders that relative paths are tried against after the file's own: the workspace's roots, absolute.
    fn roots(&self) -> Vec<Arc<str>> {
        Vec::new()
    }

    /// The JSON Schema (draft 2020-12) of `mlwright.toml`. Its keyword `x-names` says what a text is the name of.
    fn config_schema(&self) -> Option<Arc<serde_json::Value>> {
        None
    }

    /// What has been made so far from a table (path or catalog name, as written) to predict `target`.
    fn lifecycle(&self, _table: &str, _target: Option<&str>) -> Option<Arc<Lifecycle>> {
        None
    }
}

/// How far the way from a table to watched predictions has been gone. Each step is its newest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lifecycle {
    /// The profile of the table: `3 findings, 2 hours ago`.
    pub profile: Option<Outcome>,
    pub run: Option<TrainedRun>,
    pub version: Option<ModelVersion>,
    pub endpoint: Option<ServedEndpoint>,
    pub monitor: Option<WatchingMonitor>,
}

/// What came out of a step and when, in a few words that fit beside a title.
pub type Outcome = Arc<str>;

/// A finished training of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainedRun {
    pub run_id: Arc<str>,
    /// `roc_auc 0.91, 2 hours ago`
    pub outcome: Outcome,
}

/// A registered version of a model of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelVersion {
    pub model: Arc<str>,
    pub version: u64,
    /// The aliases of the model, each with the version that it points at.
    pub aliases: Vec<(Arc<str>, u64)>,
    /// What the gate said last: `refused yesterday: worse than the champion`.
    pub outcome: Option<Outcome>,
}

/// An endpoint that serves a model of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedEndpoint {
    pub name: Arc<str>,
    /// `serves churn/3 since Monday`
    pub outcome: Outcome,
}

/// A monitor whose baseline is the table, or which watches the endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchingMonitor {
    pub name: Arc<str>,
    /// What the last check found; none before the first.
    pub outcome: Option<Outcome>,
}

/// Kinds of names of the lifecycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameKind {
    Model,
    /// Aliases over all models: `champion`.
    Alias,
    Experiment,
    Endpoint,
    Run,
    Monitor,
    Metric,
    /// A group of operations that assistants may be given: `explore`.
    Toolset,
}

/// A file or folder in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub name: Arc<str>,
    pub is_folder: bool,
}

/// A table's columns, as read from its file or from the catalog.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub name: Arc<str>,
    /// The file or folder it lies in, absolute; none for what is computed.
    pub path: Option<Arc<str>>,
    pub columns: Vec<TableColumn>,
    /// Number of rows where that is known without reading them all.
    pub n_rows: Option<u64>,
}

impl Table {
    /// The column of exactly this name.
    pub fn column(&self, name: &str) -> Option<&TableColumn> {
        self.columns.iter().find(|column| &*column.name == name)
    }
}

/// What is cheap to know of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct TableColumn {
    pub name: Arc<str>,
    pub dtype: Dtype,
    /// Share of missing values in [0, 1] among the rows that were looked at.
    pub missing_share: Option<f64>,
    /// A value that occurs, as text.
    pub example: Option<Arc<str>>,
}

/// Kind of value in a column, coarse enough to be the same for pandas, polars and SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dtype {
    Boolean,
    Integer,
    Float,
    String,
    Categorical,
    Date,
    Datetime,
    Duration,
    List,
    Struct,
    #[default]
    Unknown,
}

impl Dtype {
    /// As shown to a reader.
    pub fn name(self) -> &'static str {
        match self {
            Dtype::Boolean => "boolean",
            Dtype::Integer => "integer",
            Dtype::Float => "float",
            Dtype::String => "string",
            Dtype::Categorical => "categorical",
            Dtype::Date => "date",
            Dtype::Datetime => "datetime",
            Dtype::Duration => "duration",
            Dtype::List => "list",
            Dtype::Struct => "struct",
            Dtype::Unknown => "unknown",
        }
    }

    /// Whether arithmetic means something.
    pub fn is_numeric(self) -> bool {
        matches!(self, Dtype::Integer | Dtype::Float | Dtype::Boolean)
    }
}

/// A column's profile in short.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ColumnSummary {
    /// `numeric`, `categorical`, `boolean`, `datetime`, `text`, `id` or `constant`.
    pub semantic_type: Arc<str>,
    pub n_rows: u64,
    pub missing_share: f64,
    pub n_distinct: Option<u64>,
    /// Least and greatest value, as text.
    pub range: Option<(Arc<str>, Arc<str>)>,
    pub mean: Option<f64>,
    /// 25 %, 50 %, 75 %.
    pub quartiles: Option<[f64; 3]>,
    /// Counts of equally wide bins from least to greatest.
    pub histogram: Vec<u64>,
    /// The most frequent values with their counts.
    pub top_values: Vec<(Arc<str>, u64)>,
    /// What to do about the column, worst first.
    pub findings: Vec<Arc<str>>,
}
