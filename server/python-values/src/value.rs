//! What an expression can be, as far as a reader can tell without running it.

use std::sync::Arc;

use mlwright_python_syntax::ast::{ClassDef, ExprId, FunctionDef, Lambda};
use mlwright_source_text::{Table, TextRange};

use super::column::Columns;
use super::info::Infos;
use super::recipe::Recipe;
use super::rows::RowsId;

/// A value. What cannot be known is [`Value::Unknown`]; what can be changed lives on the [heap](super::state::State) under an id.
#[derive(Debug, Clone, Default)]
pub enum Value {
    #[default]
    Unknown,
    None,
    Bool(Option<bool>),
    Number(Option<f64>),
    Str(Text),
    /// A `pathlib` path, as text.
    Path(Arc<str>),
    Tuple(Arc<Vec<Value>>),
    Object(ObjectId),
    /// Something of a library by its full name: `sklearn.preprocessing.StandardScaler`, a module, class or function.
    Library(Arc<str>),
    /// A module of the workspace, by its names.
    Module(ScopeId),
    /// An attribute of a value that is not a plain one: called, it is a method.
    Method(Arc<(Value, Arc<str>)>),
    Function(Arc<FunctionDef>, ScopeId),
    Lambda(Arc<Lambda>, ScopeId),
    Class(Arc<ClassDef>, ScopeId),
    /// Columns that a frame is still to be asked for.
    Recipe(Arc<Recipe>),
}

/// A text, where it is known, and the literal that it stands in.
#[derive(Debug, Clone, Default)]
pub struct Text {
    pub value: Option<Arc<str>>,
    pub origin: Option<ExprId>,
}

/// Place of an object on the heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(pub u32);

/// Place of a table of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeId(pub u32);

impl Value {
    /// A known text.
    pub fn text(value: &str) -> Self {
        Value::Str(Text { value: Some(value.into()), origin: None })
    }

    /// The text, where it is a known one or a path.
    pub fn as_text(&self) -> Option<&Arc<str>> {
        match self {
            Value::Str(text) => text.value.as_ref(),
            Value::Path(path) => Some(path),
            _ => None,
        }
    }

    /// The truth value, where it is known.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Value::None => Some(false),
            Value::Bool(known) => *known,
            Value::Number(known) => known.map(|number| number != 0.0),
            Value::Str(text) => text.value.as_ref().map(|text| !text.is_empty()),
            Value::Tuple(items) => Some(!items.is_empty()),
            _ => None,
        }
    }

    /// Whether both are certainly the same value.
    pub fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::None, Value::None) => true,
            (Value::Bool(a), Value::Bool(b)) => a.is_some() && a == b,
            (Value::Number(a), Value::Number(b)) => a.is_some() && a == b,
            (Value::Str(a), Value::Str(b)) => a.value.is_some() && a.value == b.value,
            (Value::Path(a), Value::Path(b)) | (Value::Library(a), Value::Library(b)) => a == b,
            (Value::Tuple(a), Value::Tuple(b)) => {
                Arc::ptr_eq(a, b) || a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.same(b))
            }
            (Value::Object(a), Value::Object(b)) => a == b,
            (Value::Method(a), Value::Method(b)) => Arc::ptr_eq(a, b) || a.1 == b.1 && a.0.same(&b.0),
            (Value::Function(a, _), Value::Function(b, _)) => Arc::ptr_eq(a, b),
            (Value::Lambda(a, _), Value::Lambda(b, _)) => Arc::ptr_eq(a, b),
            (Value::Class(a, _), Value::Class(b, _)) => Arc::ptr_eq(a, b),
            (Value::Recipe(a), Value::Recipe(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

/// What can be changed after it was made.
#[derive(Debug, Clone)]
pub enum Object {
    Data(Arc<Data>),
    Estimator(Arc<Estimator>),
    List(Arc<List>),
    Dict(Arc<Dict>),
    Instance(Arc<Instance>),
}

/// A list or set.
#[derive(Debug, Clone, Default)]
pub struct List {
    pub items: Vec<Value>,
    /// Whether there may be more than `items`.
    pub open: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Dict {
    /// In the order of insertion.
    pub entries: Vec<(Value, Value)>,
    pub open: bool,
}

impl Dict {
    /// The value under a text.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries
            .iter()
            .rev()
            .find(|(known, _)| known.as_text().is_some_and(|known| &**known == key))
            .map(|(_, value)| value)
    }
}

/// An instance of a class of the user.
#[derive(Debug, Clone)]
pub struct Instance {
    pub class: Arc<ClassDef>,
    pub scope: ScopeId,
    pub attributes: Vec<(Arc<str>, Value)>,
    /// Of a model that the script writes itself: what it learned from last.
    pub fitted: Option<FitId>,
}

/// The form in which rows of samples are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DataKind {
    Frame,
    Series,
    /// NumPy, SciPy, tensors: columns have no names.
    Array,
    /// A pandas index: labels of rows or of columns.
    Index,
    /// One truth value a row.
    Mask,
    /// `groupby`, before its aggregation.
    Grouped,
    /// `rolling`, `expanding`, `ewm`, `resample`.
    Window,
    /// Numbers that sum up rows: a mean, a correlation table.
    Statistic,
    /// Something made from data by code that is not understood.
    Opaque,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    Pandas,
    Polars,
    PolarsLazy,
    Numpy,
}

/// Anything that holds samples, or is computed from them.
#[derive(Debug, Clone)]
pub struct Data {
    pub kind: DataKind,
    pub dialect: Dialect,
    pub columns: Columns,
    /// Which samples.
    pub rows: RowsId,
    /// Knowledge about rows that went into all its values, beyond what single columns carry.
    pub infos: Infos,
    pub n_rows: Option<u64>,
    /// Keys of a [`DataKind::Grouped`]; the names of a frame's index.
    pub grouped_by: Vec<Arc<str>>,
    /// Whether the keys of a [`DataKind::Grouped`] stay columns (`as_index=False`, polars).
    pub keys_stay: bool,
    /// What a fitted model said, where this is its prediction.
    pub prediction: Option<Prediction>,
    /// Whether the rows are known to lie in the order of time.
    pub by_time: bool,
}

/// That values came out of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prediction {
    pub fit: FitId,
    /// Index of the event of the `predict` call.
    pub event: usize,
    /// Probabilities or decision values rather than labels.
    pub scores: bool,
}

/// Place of a fit in [`Flow::fits`](super::Flow).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FitId(pub u32);

impl Data {
    /// Data of which only this is known.
    pub fn new(kind: DataKind, dialect: Dialect, columns: Columns, rows: RowsId) -> Self {
        Self {
            kind,
            dialect,
            columns,
            rows,
            infos: Infos::default(),
            n_rows: None,
            grouped_by: Vec::new(),
            keys_stay: false,
            prediction: None,
            by_time: false,
        }
    }

    /// What `len` gives, where it is known: one row of an array may have any number of values.
    pub fn length(&self) -> Option<u64> {
        self.n_rows.filter(|n_rows| self.kind != DataKind::Array || *n_rows != 1)
    }

    /// Everything of it, with the knowledge that its columns carry.
    pub fn all_infos(&self) -> Infos {
        self.columns.list.iter().fold(self.infos.clone(), |infos, column| infos.union(&column.infos))
    }

    /// The tables that the columns were read from, in the order of the columns.
    pub fn tables(&self) -> Vec<Arc<Table>> {
        let mut tables: Vec<Arc<Table>> = Vec::new();
        for (table, _) in self.columns.list.iter().filter_map(|column| column.table.as_ref()) {
            if !tables.iter().any(|known| Arc::ptr_eq(known, table)) {
                tables.push(table.clone());
            }
        }
        tables
    }
}

/// What an estimator does, which decides what `fit` and `predict` mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Learns across rows and changes features: scaler, imputer, selector, vectoriser, PCA.
    Transformer,
    /// Changes features row by row, or only codes a dictionary: `OneHotEncoder`, `Normalizer`.
    RowTransformer,
    Classifier,
    Regressor,
    /// A model of which it is not known what it predicts (a network).
    Model,
    Clusterer,
    OutlierDetector,
    Resampler,
    /// `KFold` and the like.
    Splitter,
}

impl Role {
    /// Whether it is judged on held-out rows.
    pub fn is_model(self) -> bool {
        matches!(self, Role::Classifier | Role::Regressor | Role::Model)
    }
}

/// Class of a network that learns in a loop of the script's own.
pub const LOOP: &str = "torch.loop";

/// An estimator of any library.
#[derive(Debug, Clone)]
pub struct Estimator {
    /// Full name of its class.
    pub class: Arc<str>,
    pub role: Role,
    /// Where it was made.
    pub made: TextRange,
    /// What it was made with, by keyword.
    pub parameters: Vec<(Arc<str>, Value)>,
    /// Steps of a pipeline, branches of a column transformer, members of an ensemble, the estimator of a search.
    pub steps: Vec<ObjectId>,
    pub composite: Option<Composite>,
    /// What it learned from last.
    pub fitted: Option<FitId>,
    /// Knowledge it carries since `fit`, which passes to what it transforms.
    pub infos: Infos,
    /// Settings that came later, `compile(…)` and `set_params(…)`, counted: another setting is another model.
    pub revision: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Composite {
    Pipeline,
    ColumnTransformer,
    /// Voting, stacking, bagging, one-vs-rest, calibration.
    Ensemble,
    /// `GridSearchCV` and the like: `fit` cross-validates.
    Search,
}

impl Estimator {
    /// One that was made with nothing set and has learned nothing yet.
    pub fn new(class: impl Into<Arc<str>>, role: Role, made: TextRange) -> Self {
        Self {
            class: class.into(),
            role,
            made,
            parameters: Vec::new(),
            steps: Vec::new(),
            composite: None,
            fitted: None,
            infos: Infos::default(),
            revision: 0,
        }
    }

    /// What a parameter was set to.
    pub fn parameter(&self, name: &str) -> Option<&Value> {
        self.parameters.iter().rev().find(|(known, _)| &**known == name).map(|(_, value)| value)
    }

    /// The class without its module.
    pub fn short_name(&self) -> &str {
        self.class.rsplit('.').next().unwrap_or(&self.class)
    }
}
