//! What the walk of a script has found out, for the rules and for the answers at a place.

use std::sync::Arc;

use mlwright_python_syntax::ast::{ExprId, Module};
use mlwright_source_text::{NameKind, Table, TextRange};
use rustc_hash::FxHashMap;

use super::event::{Event, Fit};
use super::info::{Info, InfoId};
use super::rows::RowsTable;
use super::value::{Data, Estimator, FitId, ObjectId, Value};
use super::{column, rows};

/// What is known of a script.
#[derive(Debug)]
pub struct Analysis {
    /// Its tree.
    pub module: Module,
    /// What its walk has found out.
    pub flow: Flow,
}

/// What a walk has found out.
#[derive(Debug, Default)]
pub struct Flow {
    /// What each expression was, the last time it was walked.
    pub seen: Vec<Option<Seen>>,
    /// What the strings of the script name.
    pub contexts: FxHashMap<ExprId, Context>,
    /// Each place where a column is named, in the order of the walk; a place in a loop comes several times.
    pub uses: Vec<ColumnUse>,
    pub events: Vec<Event>,
    pub fits: Vec<Fit>,
    pub infos: Vec<Info>,
    pub rows: RowsTable,
    /// Where names are bound, in the order of the walk.
    pub bindings: Vec<Binding>,
    /// Tables' columns by their [`column::OriginId`]: the table read, and the name there.
    pub origins: Vec<(column::BaseId, Arc<str>)>,
    /// Share of the most frequent class in rows that the script makes up.
    pub shares: Vec<(rows::RowsId, f64)>,
    /// Estimators as they were made.
    pub made: Vec<(ObjectId, Arc<Estimator>)>,
    /// Functions and methods that nothing calls: what is missing in them may be in their callers.
    pub alone: Vec<TextRange>,
    /// Columns that the script groups rows by.
    pub groups: Vec<Group>,
    /// Class weights that the script computes.
    pub class_weights: Vec<ClassWeights>,
    /// What something unknown, a network for all that is known, was called with.
    pub inputs: Vec<Input>,
    /// Rows of the test part of data sets that a library splits.
    pub test_rows: Vec<rows::RowsId>,
    /// Rows of data sets that a library reads.
    pub read_rows: Vec<rows::RowsId>,
    /// Whether NumPy's global generator, which scikit-learn uses without `random_state`, is seeded.
    pub seeds_numpy: bool,
    /// Whether the walk ended before the script because it was too long.
    pub cut_short: bool,
}

impl Flow {
    pub fn info(&self, id: InfoId) -> &Info {
        &self.infos[id.0 as usize]
    }

    pub fn fit(&self, id: FitId) -> &Fit {
        &self.fits[id.0 as usize]
    }

    /// What an expression was.
    pub fn at(&self, id: ExprId) -> Option<&Seen> {
        self.seen.get(id.0 as usize)?.as_ref()
    }
}

/// A value with what stood on the heap for it at that moment.
#[derive(Debug, Clone)]
pub struct Seen {
    pub value: Value,
    pub thing: Thing,
    /// Bounds of the expression, so that a place finds its value.
    pub range: TextRange,
}

#[derive(Debug, Clone)]
pub enum Thing {
    Plain,
    Data(Arc<Data>),
    Estimator(Arc<Estimator>),
}

impl Seen {
    pub fn data(&self) -> Option<&Arc<Data>> {
        match &self.thing {
            Thing::Data(data) => Some(data),
            _ => None,
        }
    }

    pub fn estimator(&self) -> Option<&Arc<Estimator>> {
        match &self.thing {
            Thing::Estimator(estimator) => Some(estimator),
            _ => None,
        }
    }

    pub fn object(&self) -> Option<ObjectId> {
        match self.value {
            Value::Object(id) => Some(id),
            _ => None,
        }
    }
}

/// What a string stands for where it is used.
#[derive(Debug, Clone)]
pub enum Context {
    /// A column of these.
    Column(Vec<Arc<Data>>),
    /// A data file or folder, below `folder` where the script joins it to one; relative to the file's folder or a root.
    Path { folder: Option<Arc<str>> },
    /// A name of the lifecycle.
    Name(NameKind),
    /// An expression over the columns of a frame, as pandas' `query` takes.
    Query(Arc<Data>),
    /// SQL, with the frames that it can name.
    Sql(Vec<(Arc<str>, Arc<Table>)>),
}

/// A place where a column is named.
#[derive(Debug, Clone)]
pub struct ColumnUse {
    /// The name alone, between its quotes.
    pub range: TextRange,
    pub name: Arc<str>,
    /// The frame at that moment.
    pub data: Arc<Data>,
    /// Whether the frame has the column there: `None` where that is not known.
    pub found: Option<bool>,
    /// Whether the place makes the column.
    pub makes: bool,
}

/// That rows are grouped by a column that is as it was read.
#[derive(Debug, Clone)]
pub struct Group {
    pub site: TextRange,
    pub rows: rows::RowsId,
    pub table: Arc<Table>,
    pub column: Arc<str>,
}

/// `compute_class_weight` and whether what it gave is handed to a model.
#[derive(Debug, Clone)]
pub struct ClassWeights {
    pub site: TextRange,
    pub used: bool,
}

/// That something unknown was called with some rows.
#[derive(Debug, Clone)]
pub struct Input {
    pub rows: rows::RowsId,
    /// The outermost loop around the call.
    pub around: Option<TextRange>,
    /// How many events there were when it was called last.
    pub before_event: usize,
}

/// A name that was given a value.
#[derive(Debug, Clone)]
pub struct Binding {
    pub range: TextRange,
    pub name: Arc<str>,
    /// Bounds of the whole statement.
    pub statement: TextRange,
    pub seen: Seen,
}
