//! The walker itself: its tables, limits and the small steps that everything else is made of.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use mlwright_python_syntax::ast::{Expr, ExprId, FunctionDef, Ident, Module, Stmt};
use mlwright_python_values::column::{BaseId, Column, Columns, OriginId};
use mlwright_python_values::event::{Arm, Event, EventKind, Fit, Given, Turn};
use mlwright_python_values::info::{Info, InfoId, InfoKind, Infos};
use mlwright_python_values::rows::{RowsId, Step};
use mlwright_python_values::state::State;
use mlwright_python_values::value::{Data, DataKind, Dialect, FitId, Object, ObjectId, ScopeId, Value};
use mlwright_python_values::{Binding, ColumnUse, Context, Flow, Seen, Thing};
use mlwright_source_text::{SchemaSource, Table, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};

/// Expressions and statements walked at most: a script that takes more is walked up to there.
const N_STEPS_MAX: u64 = 1_500_000;
/// Items of lists that are copied or compared in about the time of one step.
const N_ITEMS_PER_STEP: u64 = 16;
/// How deep lists within lists are looked into for what they know.
pub(crate) const DEPTH_OF_ITEMS_MAX: usize = 5;
/// Calls of the script's own functions inside each other at most.
pub(crate) const DEPTH_MAX: usize = 12;
/// Places where a column is named that are kept at most.
const N_USES_MAX: usize = 200_000;

/// Walks one script.
pub struct Interpreter<'a> {
    pub(crate) module: &'a Module,
    pub(crate) text: &'a str,
    pub(crate) path: Arc<str>,
    pub(crate) source: &'a dyn SchemaSource,
    pub(crate) state: State,
    pub(crate) flow: Flow,
    pub(crate) steps_left: u64,
    /// The call into another file that is being walked: what happens there happens, for the reader, here.
    pub(crate) elsewhere: Option<TextRange>,
    /// Functions of the script being walked, outermost first.
    pub(crate) stack: Vec<*const FunctionDef>,
    /// Functions of the script that were called.
    pub(crate) called: FxHashSet<*const FunctionDef>,
    /// What the functions on the stack have returned so far.
    pub(crate) returns: Vec<Option<Value>>,
    pub(crate) turns: Arc<Vec<Turn>>,
    /// The arms of `if` statements that are being walked, outermost first.
    pub(crate) arms: Arc<Vec<Arm>>,
    /// How often an `if` was come to.
    pub(crate) n_visits: u32,
    /// The items that loops and comprehensions are at, outermost first.
    pub(crate) items: Vec<super::samples::Item>,
    /// The statistics that the tests of the branches being walked look at, outermost first.
    pub(crate) tests: Vec<Infos>,
    /// For each loop being walked how many objects there were when its turn began.
    pub(crate) n_objects_before: Vec<u32>,
    /// What was last put into a list from these rows, in which turn and where.
    pub(crate) appended: FxHashMap<(ObjectId, RowsId), (Turn, TextRange)>,
    /// The rows of lists of samples that are not understood: the same list has the same.
    pub(crate) rows_of_lists: FxHashMap<ObjectId, RowsId>,
    /// What generators of images give, by generator: each image is changed when it is asked for, by what was learned until then.
    pub(crate) image_flows: Vec<(ObjectId, Value)>,
    /// Lists of words, collected from sample after sample.
    pub(crate) word_lists: FxHashSet<ObjectId>,
    /// The rows of arrays of zeros and the like, which are still to be filled.
    pub(crate) blank: FxHashSet<RowsId>,
    /// The rows of arrays of random numbers.
    pub(crate) drawn: FxHashSet<RowsId>,
    /// Loops being walked of which not every turn is: names that are computed in them stand for more names.
    pub(crate) n_partial_loops: u32,
    /// The statement being walked.
    pub(crate) statement: TextRange,
    /// Modules of the workspace that were imported, by path.
    pub(crate) imported: FxHashMap<Arc<str>, Option<(ScopeId, Arc<Module>)>>,
    bases: FxHashMap<Arc<str>, (BaseId, RowsId)>,
    n_bases: u32,
    origins: FxHashMap<BaseId, FxHashMap<Arc<str>, OriginId>>,
    /// The columns of tables as they are read: a table read again has the same.
    read: FxHashMap<BaseId, (Arc<Table>, Columns)>,
    n_splits: u32,
    pub(crate) networks: crate::library::networks::Networks,
}

impl std::fmt::Debug for Interpreter<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Interpreter").field("path", &self.path).finish_non_exhaustive()
    }
}

impl<'a> Interpreter<'a> {
    pub(crate) fn new(module: &'a Module, text: &'a str, path: &str, source: &'a dyn SchemaSource) -> Self {
        let flow = Flow { seen: vec![None; module.n_exprs as usize], ..Flow::default() };
        Self {
            module,
            text,
            path: path.into(),
            source,
            state: State::new(),
            flow,
            steps_left: N_STEPS_MAX,
            elsewhere: None,
            stack: Vec::new(),
            called: Default::default(),
            returns: Vec::new(),
            turns: Arc::default(),
            arms: Arc::default(),
            n_visits: 0,
            items: Vec::new(),
            tests: Vec::new(),
            n_objects_before: Vec::new(),
            appended: FxHashMap::default(),
            rows_of_lists: FxHashMap::default(),
            drawn: FxHashSet::default(),
            image_flows: Vec::new(),
            word_lists: FxHashSet::default(),
            blank: FxHashSet::default(),
            n_partial_loops: 0,
            statement: TextRange::default(),
            imported: FxHashMap::default(),
            bases: FxHashMap::default(),
            n_bases: 0,
            origins: FxHashMap::default(),
            read: FxHashMap::default(),
            n_splits: 0,
            networks: Default::default(),
        }
    }

    pub(crate) fn run(mut self) -> Flow {
        let module = self.module;
        self.walk_block(&module.body, State::MODULE);
        self.walk_uncalled(&module.body, State::MODULE);
        self.flow.cut_short = self.steps_left == 0;
        self.flow
    }

    /// Functions that nothing calls are walked with opaque arguments, so that their bodies are understood too.
    fn walk_uncalled(&mut self, body: &'a [Stmt], scope: ScopeId) {
        use mlwright_python_syntax::ast::StmtKind;
        for stmt in body {
            match &*stmt.kind {
                StmtKind::FunctionDef(function) if !self.called.contains(&Arc::as_ptr(function)) => {
                    self.state.begin();
                    self.walk_alone(function, scope);
                    self.state.rewind();
                }
                StmtKind::ClassDef(class) => {
                    self.state.begin();
                    self.walk_methods_alone(class, scope);
                    self.state.rewind();
                }
                StmtKind::If { body, orelse, .. } => {
                    self.walk_uncalled(body, scope);
                    self.walk_uncalled(orelse, scope);
                }
                _ => {}
            }
        }
    }

    /// Counts a step; false when there are none left.
    pub(crate) fn step(&mut self) -> bool {
        // Items of lists are looked at far faster than expressions are walked.
        self.steps_left = self.steps_left.saturating_sub(1 + self.state.take_work() / N_ITEMS_PER_STEP);
        self.steps_left > 0
    }

    /// Where something happens, for the reader of this script.
    pub(crate) fn site(&self, range: TextRange) -> TextRange {
        self.elsewhere.unwrap_or(range)
    }

    /// Notes what an expression is.
    pub(crate) fn see(&mut self, expr: &Expr, value: &Value) {
        if self.elsewhere.is_some() {
            return;
        }
        let seen = self.seen_of(value, expr.range);
        if let Some(slot) = self.flow.seen.get_mut(expr.id.0 as usize) {
            *slot = Some(seen);
        }
    }

    fn seen_of(&self, value: &Value, range: TextRange) -> Seen {
        let thing = match value {
            Value::Object(id) => match self.state.get(*id) {
                Object::Data(data) => Thing::Data(data.clone()),
                Object::Estimator(estimator) => Thing::Estimator(estimator.clone()),
                _ => Thing::Plain,
            },
            _ => Thing::Plain,
        };
        Seen { value: value.clone(), thing, range }
    }

    /// Gives a name its value.
    pub(crate) fn bind(&mut self, scope: ScopeId, ident: &Ident, value: Value) {
        if self.elsewhere.is_none() {
            let seen = self.seen_of(&value, ident.range);
            let (range, name, statement) = (ident.range, ident.name.clone(), self.statement);
            self.flow.bindings.push(Binding { range, name, statement, seen });
        }
        self.state.set_name(scope, &ident.name, value);
    }

    /// Notes an event.
    pub(crate) fn note(&mut self, site: TextRange, kind: EventKind) -> usize {
        let site = self.site(site);
        self.flow.events.push(Event { site, kind, loops: self.turns.clone(), arms: self.arms.clone() });
        self.flow.events.len() - 1
    }

    /// Says what a string names. A string in a loop may name columns of several frames.
    pub(crate) fn note_context(&mut self, id: Option<ExprId>, context: Context) {
        let Some(id) = id.filter(|_| self.elsewhere.is_none()) else { return };
        match (self.flow.contexts.get_mut(&id), context) {
            (Some(Context::Column(known)), Context::Column(more)) => {
                for data in more {
                    if known.len() < 8 && !known.iter().any(|other| Arc::ptr_eq(other, &data)) {
                        known.push(data);
                    }
                }
            }
            (Some(Context::Column(_)), _) => {}
            (_, context) => {
                self.flow.contexts.insert(id, context);
            }
        }
    }

    /// Notes that a column is named at `range`.
    pub(crate) fn note_use(
        &mut self,
        range: TextRange,
        name: &Arc<str>,
        data: &Arc<Data>,
        found: Option<bool>,
        makes: bool,
    ) {
        if self.elsewhere.is_none() && self.flow.uses.len() < N_USES_MAX {
            self.flow.uses.push(ColumnUse { range, name: name.clone(), data: data.clone(), found, makes });
        }
    }

    // Making things

    /// New data on the heap.
    pub(crate) fn add_data(&mut self, data: Data) -> Value {
        Value::Object(self.state.add(Object::Data(Arc::new(data))))
    }

    /// Rows that nothing is known of.
    pub(crate) fn new_rows(&mut self, site: TextRange) -> RowsId {
        let site = self.site(site);
        self.flow.rows.add(Step::Source, Vec::new(), site)
    }

    /// Rows made from others.
    pub(crate) fn rows_from(&mut self, step: Step, parent: RowsId, site: TextRange) -> RowsId {
        if parent == RowsId::NONE {
            return RowsId::NONE;
        }
        let site = self.site(site);
        self.add_rows(step, vec![parent], site)
    }

    /// Rows made from one or several others.
    pub(crate) fn add_rows(&mut self, step: Step, parents: Vec<RowsId>, site: TextRange) -> RowsId {
        let copied = matches!(step, Step::Copies { .. }) || parents.iter().any(|parent| self.state.is_copied(*parent));
        let rows = self.flow.rows.add(step, parents, site);
        if copied {
            self.state.note_copied(rows);
        }
        rows
    }

    /// A table's identity: the same file read twice is the same table.
    pub(crate) fn base(&mut self, key: Option<&str>, site: TextRange) -> (BaseId, RowsId) {
        if let Some(known) = key.and_then(|key| self.bases.get(key)) {
            return *known;
        }
        self.n_bases += 1;
        let made = (BaseId(self.n_bases), self.new_rows(site));
        if let Some(key) = key {
            self.bases.insert(key.into(), made);
        }
        made
    }

    /// The identity of a column of a table.
    pub(crate) fn origin(&mut self, base: BaseId, name: &str) -> OriginId {
        let of_base = self.origins.entry(base).or_default();
        if let Some(known) = of_base.get(name) {
            return *known;
        }
        let id = OriginId(self.flow.origins.len() as u32);
        let name: Arc<str> = name.into();
        self.flow.origins.push((base, name.clone()));
        of_base.insert(name, id);
        id
    }

    /// A number for a split; the same key gives the same number.
    pub(crate) fn split_number(&mut self, key: Option<u64>) -> u32 {
        self.n_splits += 1;
        // Numbers by key have the top bit, so that they never meet those that are counted.
        key.map_or(self.n_splits, |key| (key as u32) | 0x8000_0000)
    }

    /// Data of which only the rows are known.
    pub(crate) fn opaque(&mut self, rows: RowsId, infos: Infos) -> Value {
        self.add_data(Data { infos, ..Data::new(DataKind::Opaque, Dialect::Pandas, Columns::unknown(), rows) })
    }

    /// Opaque data that is read or made at `site`.
    pub(crate) fn opaque_source(&mut self, site: TextRange) -> Value {
        let (base, rows) = self.base(None, site);
        let value = self.opaque(rows, Infos::default());
        self.change_data(&value, |data| data.columns.base = Some(base));
        value
    }

    /// Changes data in place.
    pub(crate) fn change_data(&mut self, value: &Value, change: impl FnOnce(&mut Data)) {
        if let Some((id, data)) = self.state.data(value) {
            let mut data = data.clone();
            change(Arc::make_mut(&mut data));
            self.state.set(id, Object::Data(data));
            self.open_twins(id, 4);
        }
    }

    /// Of two frames of which one was changed either may have other columns now.
    fn open_twins(&mut self, id: ObjectId, depth: usize) {
        let Some(twins) = self.state.twins(id).filter(|_| depth > 0) else { return };
        for twin in twins {
            if let Object::Data(data) = self.state.get(twin) {
                let mut data = data.clone();
                Arc::make_mut(&mut data).columns.open |= data.kind == DataKind::Frame;
                self.state.set(twin, Object::Data(data));
                self.open_twins(twin, depth - 1);
            }
        }
    }

    /// Notes knowledge that was learned across rows.
    pub(crate) fn learn(&mut self, rows: RowsId, site: TextRange, what: &str, kind: InfoKind) -> Infos {
        if rows == RowsId::NONE {
            return Infos::default();
        }
        let info = Info { rows, site: self.site(site), what: what.into(), kind };
        let recent = self.flow.infos.len().saturating_sub(64);
        let known = self.flow.infos[recent..].iter().position(|known| *known == info).map(|index| recent + index);
        let index = known.unwrap_or_else(|| {
            self.flow.infos.push(info);
            self.flow.infos.len() - 1
        });
        Infos::one(InfoId(index as u32))
    }

    /// Notes a fit.
    pub(crate) fn add_fit(&mut self, fit: Fit) -> FitId {
        let site = fit.site;
        self.flow.fits.push(fit);
        let id = FitId(self.flow.fits.len() as u32 - 1);
        self.note(site, EventKind::Fit(id));
        id
    }

    /// The data of a value with the place where it was given.
    pub(crate) fn given(&self, value: &Value, range: TextRange) -> Option<Given> {
        let (_, data) = self.state.data(value)?;
        Some(Given { data: data.clone(), range: self.site(range) })
    }

    /// The data behind a value, whichever object holds it.
    pub(crate) fn data_of(&self, value: &Value) -> Option<Arc<Data>> {
        self.state.data(value).map(|(_, data)| data.clone())
    }

    /// A list on the heap.
    pub(crate) fn add_list(&mut self, items: Vec<Value>, open: bool) -> Value {
        Value::Object(self.state.add(Object::List(Arc::new(mlwright_python_values::value::List { items, open }))))
    }

    /// Knowledge in a value: of data, of what a list holds.
    pub(crate) fn infos_of(&self, value: &Value) -> Infos {
        self.infos_within(value, DEPTH_OF_ITEMS_MAX)
    }

    fn infos_within(&self, value: &Value, depth: usize) -> Infos {
        if depth == 0 {
            return Infos::default();
        }
        let of_all = |items: &mut dyn Iterator<Item = &Value>| {
            items.fold(Infos::default(), |infos, item| infos.union(&self.infos_within(item, depth - 1)))
        };
        match value {
            Value::Object(id) => match self.state.get(*id) {
                Object::Data(data) => data.all_infos(),
                Object::Estimator(estimator) => estimator.infos.clone(),
                Object::List(list) => of_all(&mut list.items.iter()),
                Object::Dict(dict) => of_all(&mut dict.entries.iter().map(|(_, item)| item)),
                Object::Instance(_) => Infos::default(),
            },
            Value::Tuple(items) => of_all(&mut items.iter()),
            _ => Infos::default(),
        }
    }

    /// Columns of a table that was read.
    pub(crate) fn columns_of(&mut self, table: &Arc<Table>, base: BaseId) -> Columns {
        if let Some((_, columns)) = self.read.get(&base).filter(|(known, _)| Arc::ptr_eq(known, table)) {
            return columns.clone();
        }
        let list: Vec<Column> = table
            .columns
            .iter()
            .map(|column| Column {
                dtype: column.dtype,
                table: Some((table.clone(), column.name.clone())),
                origins: Arc::from([self.origin(base, &column.name)]),
                ..Column::named(&column.name)
            })
            .collect();
        let columns = Columns::closed(list);
        self.read.insert(base, (table.clone(), columns.clone()));
        columns
    }

    /// A number that stands for the text of an expression.
    pub(crate) fn text_hash(&self, range: TextRange) -> u64 {
        let mut hasher = DefaultHasher::new();
        range.of(self.text).hash(&mut hasher);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests;
