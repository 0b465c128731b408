//! Names and objects at one place of a script, and what happens to them where ways part and meet again.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::rows::RowsId;
use super::value::{Data, DataKind, Dict, Estimator, Instance, List, Object, ObjectId, ScopeId, Value};

/// Items of a list, and entries of a dictionary, that are kept at most: a script of many loops would make lists that double at
/// each turn. What is left out is known to be there.
const N_ITEMS_MAX: usize = 4_096;

#[derive(Debug, Default)]
struct Scope {
    parent: Option<ScopeId>,
    names: FxHashMap<Arc<str>, Value>,
}

/// All names and objects. Ways that part are walked one after the other: changes are noted, taken back, and joined.
#[derive(Debug)]
pub struct State {
    scopes: Vec<Scope>,
    heap: Vec<Object>,
    /// One list of earlier values for each branch that is being walked.
    journal: Vec<Journal>,
    /// For data that is one of two, those two: what changes it changes one of them.
    twins: FxHashMap<ObjectId, [ObjectId; 2]>,
    /// Items of lists and dictionaries that were copied or compared since [`Self::take_work`] was asked.
    work: u64,
    /// Rows that hold copies, or synthetic neighbours, of others.
    copied: FxHashSet<RowsId>,
    /// Lists that hold samples and changed copies of them.
    augmented: FxHashSet<ObjectId>,
}

#[derive(Debug, Default)]
struct Journal {
    names: FxHashMap<(ScopeId, Arc<str>), Option<Value>>,
    objects: FxHashMap<ObjectId, Object>,
}

/// What a branch did, to be joined with what another did.
#[derive(Debug)]
pub struct Outcome {
    names: FxHashMap<(ScopeId, Arc<str>), Option<Value>>,
    objects: FxHashMap<ObjectId, Object>,
}

impl State {
    /// One empty scope: the module's.
    pub fn new() -> Self {
        Self {
            scopes: vec![Scope::default()],
            heap: Vec::new(),
            journal: Vec::new(),
            twins: FxHashMap::default(),
            work: 0,
            copied: FxHashSet::default(),
            augmented: FxHashSet::default(),
        }
    }

    /// Items that were copied or compared since the last call: what they cost is counted as steps of the walk.
    pub fn take_work(&mut self) -> u64 {
        std::mem::take(&mut self.work)
    }

    /// Notes rows that hold copies of others.
    pub fn note_copied(&mut self, rows: RowsId) {
        self.copied.insert(rows);
    }

    /// Whether rows hold copies of others.
    pub fn is_copied(&self, rows: RowsId) -> bool {
        self.copied.contains(&rows)
    }

    /// How many objects there are: those that are made later have higher places.
    pub fn n_objects(&self) -> u32 {
        self.heap.len() as u32
    }

    /// Notes a list that holds samples and changed copies of them.
    pub fn note_augmented(&mut self, list: ObjectId) {
        self.augmented.insert(list);
    }

    /// Whether a list holds samples and changed copies of them.
    pub fn is_augmented(&self, list: ObjectId) -> bool {
        self.augmented.contains(&list)
    }

    /// Counts what an object costs, and takes away what is too much of it.
    fn bounded(&mut self, object: Object) -> Object {
        match object {
            Object::List(mut list) => {
                self.work += list.items.len() as u64;
                if list.items.len() > N_ITEMS_MAX {
                    let list = Arc::make_mut(&mut list);
                    list.items.truncate(N_ITEMS_MAX);
                    list.open = true;
                }
                Object::List(list)
            }
            Object::Dict(mut dict) => {
                self.work += dict.entries.len() as u64;
                if dict.entries.len() > N_ITEMS_MAX {
                    let dict = Arc::make_mut(&mut dict);
                    dict.entries.truncate(N_ITEMS_MAX);
                    dict.open = true;
                }
                Object::Dict(dict)
            }
            other => other,
        }
    }

    /// The module's names.
    pub const MODULE: ScopeId = ScopeId(0);

    /// A new scope inside another.
    pub fn open_scope(&mut self, parent: ScopeId) -> ScopeId {
        self.scopes.push(Scope { parent: Some(parent), names: FxHashMap::default() });
        ScopeId(self.scopes.len() as u32 - 1)
    }

    /// The names of another file.
    pub fn open_module(&mut self) -> ScopeId {
        self.scopes.push(Scope::default());
        ScopeId(self.scopes.len() as u32 - 1)
    }

    /// The file's names around a scope.
    pub fn module_of(&self, mut scope: ScopeId) -> ScopeId {
        while let Some(parent) = self.scopes[scope.0 as usize].parent {
            scope = parent;
        }
        scope
    }

    /// The value of a name, looked for outwards.
    pub fn name(&self, scope: ScopeId, name: &str) -> Option<&Value> {
        let mut scope = Some(scope);
        while let Some(id) = scope {
            let here = &self.scopes[id.0 as usize];
            if let Some(value) = here.names.get(name) {
                return Some(value);
            }
            scope = here.parent;
        }
        None
    }

    /// All names of a scope alone, sorted.
    pub fn names_of(&self, scope: ScopeId) -> Vec<(Arc<str>, Value)> {
        let mut names: Vec<_> =
            self.scopes[scope.0 as usize].names.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        names.sort_by(|a, b| a.0.cmp(&b.0));
        names
    }

    /// Sets a name in exactly this scope.
    pub fn set_name(&mut self, scope: ScopeId, name: &Arc<str>, value: Value) {
        let before = self.scopes[scope.0 as usize].names.insert(name.clone(), value);
        if let Some(journal) = self.journal.last_mut() {
            journal.names.entry((scope, name.clone())).or_insert(before);
        }
    }

    /// Takes a name away.
    pub fn remove_name(&mut self, scope: ScopeId, name: &Arc<str>) {
        let before = self.scopes[scope.0 as usize].names.remove(name);
        if let Some(journal) = self.journal.last_mut() {
            journal.names.entry((scope, name.clone())).or_insert(before);
        }
    }

    /// Puts an object on the heap.
    pub fn add(&mut self, object: Object) -> ObjectId {
        let object = self.bounded(object);
        self.heap.push(object);
        ObjectId(self.heap.len() as u32 - 1)
    }

    pub fn get(&self, id: ObjectId) -> &Object {
        &self.heap[id.0 as usize]
    }

    /// Replaces an object: every name that stands for it sees the change.
    pub fn set(&mut self, id: ObjectId, object: Object) {
        let object = self.bounded(object);
        let before = std::mem::replace(&mut self.heap[id.0 as usize], object);
        if let Some(journal) = self.journal.last_mut() {
            journal.objects.entry(id).or_insert(before);
        }
    }

    pub fn data(&self, value: &Value) -> Option<(ObjectId, &Arc<Data>)> {
        match value {
            Value::Object(id) => match self.get(*id) {
                Object::Data(data) => Some((*id, data)),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn estimator(&self, value: &Value) -> Option<(ObjectId, &Arc<Estimator>)> {
        match value {
            Value::Object(id) => match self.get(*id) {
                Object::Estimator(estimator) => Some((*id, estimator)),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn list(&self, value: &Value) -> Option<(ObjectId, &Arc<List>)> {
        match value {
            Value::Object(id) => match self.get(*id) {
                Object::List(list) => Some((*id, list)),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn dict(&self, value: &Value) -> Option<(ObjectId, &Arc<Dict>)> {
        match value {
            Value::Object(id) => match self.get(*id) {
                Object::Dict(dict) => Some((*id, dict)),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn instance(&self, value: &Value) -> Option<(ObjectId, &Arc<Instance>)> {
        match value {
            Value::Object(id) => match self.get(*id) {
                Object::Instance(instance) => Some((*id, instance)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The data of which an object may be either.
    pub fn twins(&self, id: ObjectId) -> Option<[ObjectId; 2]> {
        self.twins.get(&id).copied()
    }

    /// The items of a tuple, list or set, and whether there may be more.
    pub fn items(&self, value: &Value) -> Option<(Vec<Value>, bool)> {
        match value {
            Value::Tuple(items) => Some((items.to_vec(), false)),
            _ => self.list(value).map(|(_, list)| (list.items.clone(), list.open)),
        }
    }

    /// Starts a branch.
    pub fn begin(&mut self) {
        self.journal.push(Journal::default());
    }

    /// Ends a branch: what it did is taken back and handed out.
    pub fn rewind(&mut self) -> Outcome {
        let journal = self.journal.pop().expect("a branch was begun");
        let mut outcome = Outcome { names: FxHashMap::default(), objects: FxHashMap::default() };
        for ((scope, name), before) in journal.names {
            let names = &mut self.scopes[scope.0 as usize].names;
            let after = match before {
                Some(before) => names.insert(name.clone(), before),
                None => names.remove(&name),
            };
            outcome.names.insert((scope, name), after);
        }
        for (id, before) in journal.objects {
            let after = std::mem::replace(&mut self.heap[id.0 as usize], before);
            outcome.objects.insert(id, after);
        }
        outcome
    }

    /// Ends a branch: what it did stays.
    pub fn commit(&mut self) {
        let journal = self.journal.pop().expect("a branch was begun");
        if let Some(outer) = self.journal.last_mut() {
            for (key, before) in journal.names {
                outer.names.entry(key).or_insert(before);
            }
            for (id, before) in journal.objects {
                outer.objects.entry(id).or_insert(before);
            }
        }
    }

    /// Does what a branch did.
    pub fn apply(&mut self, outcome: Outcome) {
        for ((scope, name), value) in outcome.names {
            match value {
                Some(value) => self.set_name(scope, &name, value),
                None => self.remove_name(scope, &name),
            }
        }
        for (id, object) in outcome.objects {
            self.set(id, object);
        }
    }

    /// Makes the state what is so after either of two branches that started here.
    pub fn join(&mut self, mut one: Outcome, mut other: Outcome) {
        let mut keys: Vec<_> = one.names.keys().chain(other.names.keys()).cloned().collect();
        keys.sort();
        keys.dedup();
        // Objects first: joining names may make new ones.
        let mut ids: Vec<_> = one.objects.keys().chain(other.objects.keys()).copied().collect();
        ids.sort();
        ids.dedup();
        for id in ids {
            let base = self.get(id).clone();
            let a = one.objects.remove(&id).unwrap_or_else(|| base.clone());
            let b = other.objects.remove(&id).unwrap_or(base);
            let joined = self.join_objects(a, b);
            self.set(id, joined);
        }
        for (scope, name) in keys {
            let base = self.scopes[scope.0 as usize].names.get(&name).cloned();
            let a = one.names.remove(&(scope, name.clone())).unwrap_or_else(|| base.clone());
            let b = other.names.remove(&(scope, name.clone())).unwrap_or(base);
            match (a, b) {
                (Some(a), Some(b)) => {
                    let joined = self.join_values(&a, &b);
                    self.set_name(scope, &name, joined);
                }
                (Some(only), None) | (None, Some(only)) => self.set_name(scope, &name, only),
                (None, None) => self.remove_name(scope, &name),
            }
        }
    }

    /// What is so of both.
    pub fn join_values(&mut self, a: &Value, b: &Value) -> Value {
        if a.same(b) {
            return a.clone();
        }
        match (a, b) {
            (Value::None, other) | (other, Value::None) => other.clone(),
            (Value::Bool(_), Value::Bool(_)) => Value::Bool(None),
            (Value::Number(_), Value::Number(_)) => Value::Number(None),
            (Value::Str(_), Value::Str(_)) => Value::Str(Default::default()),
            (Value::Tuple(one), Value::Tuple(other)) if one.len() == other.len() => {
                let (one, other) = (one.clone(), other.clone());
                Value::Tuple(Arc::new(one.iter().zip(other.iter()).map(|(a, b)| self.join_values(a, b)).collect()))
            }
            (Value::Object(one), Value::Object(other)) => {
                let (a, b) = (self.get(*one).clone(), self.get(*other).clone());
                if std::mem::discriminant(&a) != std::mem::discriminant(&b) {
                    // As below: what was read is meant to be like what is known.
                    let is_read =
                        |object: &Object| matches!(object, Object::Data(data) if data.kind == DataKind::Opaque);
                    return match (&a, &b) {
                        (Object::Estimator(_), read) if is_read(read) => Value::Object(*one),
                        (read, Object::Estimator(_)) if is_read(read) => Value::Object(*other),
                        _ => Value::Unknown,
                    };
                }
                // Which of two estimators or instances it is cannot be told: the later one stands for both.
                if matches!(a, Object::Estimator(_) | Object::Instance(_)) {
                    return Value::Object(*other);
                }
                let joined = self.join_objects(a, b);
                let is_data = matches!(joined, Object::Data(_));
                let id = self.add(joined);
                if is_data {
                    self.twins.insert(id, [*one, *other]);
                }
                Value::Object(id)
            }
            // What was kept of an earlier run (`pickle.load`), or is made by something unknown, is meant to be like what is known.
            (Value::Unknown, known @ Value::Object(id)) | (known @ Value::Object(id), Value::Unknown)
                if matches!(self.get(*id), Object::Data(_) | Object::Estimator(_)) =>
            {
                known.clone()
            }
            _ => Value::Unknown,
        }
    }

    fn join_objects(&mut self, a: Object, b: Object) -> Object {
        match (a, b) {
            (Object::Data(a), Object::Data(b)) => {
                // Copies that one way makes are there after it, whichever way is the usual one; what it learned belongs to its rows,
                // though the other way reads what an earlier run has kept.
                let is_copied = self.is_copied(a.rows) && !self.is_copied(b.rows);
                let learned = !a.infos.is_empty() && b.infos.is_empty() && !self.is_copied(b.rows);
                let first = is_copied || learned;
                let rows = if first { a.rows } else { b.rows };
                Object::Data(Arc::new(Data { rows, ..join_data(&a, &b) }))
            }
            (Object::Estimator(a), Object::Estimator(b)) => Object::Estimator(Arc::new(Estimator {
                infos: a.infos.union(&b.infos),
                fitted: b.fitted.or(a.fitted),
                ..(*b).clone()
            })),
            (Object::List(a), Object::List(b)) => {
                let same = a.items.len() == b.items.len() && a.items.iter().zip(&b.items).all(|(a, b)| a.same(b));
                let longer = if a.items.len() > b.items.len() { &a } else { &b };
                Object::List(Arc::new(List { items: longer.items.clone(), open: a.open || b.open || !same }))
            }
            (Object::Dict(a), Object::Dict(b)) => {
                let mut joined = (*a).clone();
                joined.open |= b.open;
                // Each entry of one is looked for among those of the other.
                self.work += (a.entries.len() * b.entries.len()) as u64;
                for (key, value) in &b.entries {
                    match joined.entries.iter().position(|(known, _)| known.same(key)) {
                        Some(index) => {
                            let before = joined.entries[index].1.clone();
                            joined.entries[index].1 = self.join_values(&before, value);
                        }
                        None => joined.entries.push((key.clone(), value.clone())),
                    }
                }
                Object::Dict(Arc::new(joined))
            }
            (Object::Instance(a), Object::Instance(b)) => {
                let mut joined = (*a).clone();
                for (name, value) in &b.attributes {
                    match joined.attributes.iter().position(|(known, _)| known == name) {
                        Some(index) => {
                            let before = joined.attributes[index].1.clone();
                            joined.attributes[index].1 = self.join_values(&before, value);
                        }
                        None => joined.attributes.push((name.clone(), value.clone())),
                    }
                }
                Object::Instance(Arc::new(joined))
            }
            (_, b) => b,
        }
    }
}

/// What is so of both. Rows: those of the second where they differ, since the later way is mostly the one meant.
fn join_data(a: &Data, b: &Data) -> Data {
    if std::ptr::eq(a, b) {
        return a.clone();
    }
    Data {
        kind: if a.kind == b.kind { a.kind } else { DataKind::Opaque },
        dialect: b.dialect,
        columns: a.columns.join(&b.columns),
        rows: b.rows,
        infos: a.infos.union(&b.infos),
        n_rows: a.n_rows.filter(|n| b.n_rows == Some(*n)),
        grouped_by: b.grouped_by.clone(),
        keys_stay: b.keys_stay,
        prediction: b.prediction.or(a.prediction),
        by_time: a.by_time && b.by_time,
    }
}
