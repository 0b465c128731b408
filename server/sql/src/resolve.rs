//! What the names of a script mean: which columns each source has, and which of them a name is.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::functions;
use super::syntax::{
    ALL_SOURCES, Cte, Ident, Item, ItemKind, Outer, Part, QueryId, Script, Select, SelectId, Source, SourceKind,
    path_name,
};
use super::world::{Found, World};

mod relation;

use mlwright_source_text::{Dtype, Table, TableColumn};
pub(crate) use relation::{Column, Origin, Relation, find};
use relation::{bare, renamed};

/// What a source's name stands for.
#[derive(Debug, Clone)]
pub(crate) enum Meaning {
    Table(Arc<Table>),
    /// One of WITH's, by query and position.
    Cte(QueryId, usize),
    Query(Option<QueryId>),
    Missing,
    Unknown,
}

/// What a column's name stands for.
#[derive(Debug, Clone)]
pub(crate) enum Resolution {
    /// A column of the source at this position of this SELECT. `part` is the position of its name in the path.
    Column {
        column: Box<Column>,
        select: SelectId,
        source: usize,
        part: usize,
    },
    /// Columns of several sources of this SELECT.
    Ambiguous(SelectId, Vec<usize>),
    /// An alias among what is selected.
    Alias(Ident),
    /// The rows of a source.
    Rows(SelectId, usize),
    /// No source has it. `source` is the one that was asked, when one was named.
    Missing {
        source: Option<(SelectId, usize)>,
        part: usize,
    },
    /// No source is called what stands before the dot.
    MissingSource,
    Unknown,
}

/// Answers what names mean, each question once.
pub(crate) struct Resolver<'r> {
    pub(crate) script: &'r Script,
    pub(crate) world: World<'r>,
    /// `None` while it is being worked out: a query that reads itself.
    queries: RefCell<HashMap<QueryId, Option<Rc<Relation>>>>,
    sources: RefCell<HashMap<(SelectId, usize), Rc<Relation>>>,
    meanings: RefCell<HashMap<(SelectId, usize), Meaning>>,
    /// How many queries are being worked out, each for the one before.
    depth: Cell<usize>,
}

/// Queries that read queries that read queries: more are not followed.
const DEPTH_MAX: usize = 100;

impl<'r> Resolver<'r> {
    pub(crate) fn new(script: &'r Script, world: World<'r>) -> Self {
        Self {
            script,
            world,
            queries: RefCell::default(),
            sources: RefCell::default(),
            meanings: RefCell::default(),
            depth: Cell::new(0),
        }
    }

    /// What the source at `index` of a SELECT is.
    pub(crate) fn meaning(&self, select: SelectId, index: usize) -> Meaning {
        if let Some(known) = self.meanings.borrow().get(&(select, index)) {
            return known.clone();
        }
        let meaning = match &self.script.select(select).sources[index].kind {
            SourceKind::Table(path) => {
                let cte = if path.len() == 1 {
                    self.cte(self.script.select(select).query, None, &path[0].name)
                } else {
                    None
                };
                match cte {
                    Some((query, position)) => Meaning::Cte(query, position),
                    None => match self.world.find(self.script, path) {
                        Found::Table(table) => Meaning::Table(table),
                        Found::Made(query) => Meaning::Query(query),
                        Found::Missing => Meaning::Missing,
                        Found::Unknown => Meaning::Unknown,
                    },
                }
            }
            SourceKind::Query(query) => Meaning::Query(Some(*query)),
            SourceKind::Function(name, Some(file)) if functions::reads_file(&name.name) => {
                self.world.file(&file.name).map_or(Meaning::Unknown, Meaning::Table)
            }
            SourceKind::Function(..) | SourceKind::Unknown => Meaning::Unknown,
        };
        self.meanings.borrow_mut().insert((select, index), meaning.clone());
        meaning
    }

    /// The definition called `name` that is visible in `query`, of which the first `visible` are seen (all when `None`).
    pub(crate) fn cte(&self, query: QueryId, visible: Option<usize>, name: &str) -> Option<(QueryId, usize)> {
        let mut at = Some((query, visible));
        while let Some((id, visible)) = at {
            let query = self.script.query(id);
            let seen = visible.unwrap_or(query.ctes.len());
            let same = |cte: &Cte| cte.name.name.eq_ignore_ascii_case(name);
            if let Some(position) = query.ctes[..seen.min(query.ctes.len())].iter().rposition(same) {
                return Some((id, position));
            }
            at = query.outer.query.map(|(outer, definition)| {
                let is_recursive = self.script.query(outer).is_recursive;
                (outer, definition.map(|position| position + usize::from(is_recursive)))
            });
        }
        None
    }

    /// All definitions that are visible in `query`, the nearest first.
    pub(crate) fn ctes(&self, query: QueryId) -> Vec<(QueryId, usize)> {
        let mut ctes = Vec::new();
        let mut at = Some((query, None));
        while let Some((id, visible)) = at {
            let query = self.script.query(id);
            let seen = visible.unwrap_or(query.ctes.len()).min(query.ctes.len());
            ctes.extend((0..seen).rev().map(|position| (id, position)));
            at = query.outer.query.map(|(outer, definition)| {
                (outer, definition.map(|position| position + usize::from(self.script.query(outer).is_recursive)))
            });
        }
        ctes
    }

    /// The columns of the source at `index` of a SELECT.
    pub(crate) fn source(&self, select: SelectId, index: usize) -> Rc<Relation> {
        if let Some(known) = self.sources.borrow().get(&(select, index)) {
            return known.clone();
        }
        let source = &self.script.select(select).sources[index];
        let (relation, is_busy) = match self.meaning(select, index) {
            Meaning::Table(table) => (Rc::new(self.of_table(&table)), false),
            Meaning::Cte(query, position) => {
                let busy = self.script.query(query).ctes[position].query.is_some_and(|id| self.is_busy(id));
                (self.of_cte(query, position), busy)
            }
            Meaning::Query(Some(query)) => (self.query(query), self.is_busy(query)),
            Meaning::Query(None) | Meaning::Missing | Meaning::Unknown => (Rc::default(), false),
        };
        let relation = if source.columns.is_empty() {
            relation
        } else {
            Rc::new(renamed(&relation, &source.columns, !matches!(source.kind, SourceKind::Table(_))))
        };
        if !is_busy {
            self.sources.borrow_mut().insert((select, index), relation.clone());
        }
        relation
    }

    fn is_busy(&self, query: QueryId) -> bool {
        matches!(self.queries.borrow().get(&query), Some(None))
    }

    fn of_table(&self, table: &Arc<Table>) -> Relation {
        let column = |column: &TableColumn| Column {
            column: column.clone(),
            origin: Origin::Table(table.clone(), column.name.clone()),
        };
        Relation {
            columns: table.columns.iter().map(column).collect(),
            is_complete: !table.columns.is_empty() && self.world.is_certain(table),
            table: Some(table.clone()),
        }
    }

    pub(crate) fn of_cte(&self, query: QueryId, position: usize) -> Rc<Relation> {
        let cte = &self.script.query(query).ctes[position];
        let relation = cte.query.map_or_else(Rc::default, |query| self.query(query));
        if cte.columns.is_empty() { relation } else { Rc::new(renamed(&relation, &cte.columns, true)) }
    }

    /// The columns that a query gives: those of its first part.
    pub(crate) fn query(&self, id: QueryId) -> Rc<Relation> {
        match self.queries.borrow().get(&id) {
            Some(Some(known)) => return known.clone(),
            Some(None) => return Rc::default(),
            None => {}
        }
        if self.depth.get() >= DEPTH_MAX {
            return Rc::default();
        }
        self.depth.set(self.depth.get() + 1);
        self.queries.borrow_mut().insert(id, None);
        let relation = match self.script.query(id).parts.first() {
            Some(Part::Select(select)) => Rc::new(self.select(*select)),
            Some(Part::Query(query)) => self.query(*query),
            Some(Part::Other) | None => Rc::default(),
        };
        self.depth.set(self.depth.get() - 1);
        self.queries.borrow_mut().insert(id, Some(relation.clone()));
        relation
    }

    fn select(&self, id: SelectId) -> Relation {
        let select = self.script.select(id);
        let mut relation = Relation { columns: Vec::new(), is_complete: !select.is_open, table: None };
        // `FROM t` alone means all of it.
        if select.items.is_empty() {
            relation.is_complete &= select.clauses.first().is_some_and(|(_, start)| *start == select.range.start)
                && !select.sources.is_empty();
            self.star(id, &[], &[], &mut relation);
        }
        for item in &select.items {
            self.item(id, item, &mut relation);
        }
        relation
    }

    fn item(&self, id: SelectId, item: &Item, relation: &mut Relation) {
        match (&item.kind, &item.alias) {
            (ItemKind::Star { qualifier, excluded, is_certain }, _) => {
                relation.is_complete &= is_certain;
                self.star(id, qualifier, excluded, relation);
            }
            (ItemKind::Column(path), alias) => {
                let name = alias.as_ref().or(path.last()).expect("a path has a name");
                let column = match self.resolve(id, path, usize::MAX) {
                    Resolution::Column { column, part, .. } if part + 1 == path.len() => *column,
                    _ => Column { column: bare(&name.name, Dtype::Unknown), origin: Origin::Here(name.range) },
                };
                relation.columns.push(match alias {
                    Some(alias) => Column {
                        column: TableColumn { name: alias.name.clone(), ..column.column },
                        origin: Origin::Here(alias.range),
                    },
                    None => column,
                });
            }
            (ItemKind::Many, _) => relation.is_complete = false,
            (kind, Some(alias)) => {
                let dtype =
                    if let ItemKind::Call(name) = kind { functions::returns(&name.name) } else { Dtype::Unknown };
                relation.columns.push(Column { column: bare(&alias.name, dtype), origin: Origin::Here(alias.range) });
            }
            // What an expression is called without an alias differs between systems.
            (_, None) => relation.is_complete = false,
        }
    }

    /// The columns of `*` or, where `qualifier` is not empty, of `t.*`.
    pub(crate) fn star(&self, id: SelectId, qualifier: &[Ident], excluded: &[Ident], relation: &mut Relation) {
        let select = self.script.select(id);
        let only = if qualifier.is_empty() { None } else { self.source_named(id, qualifier, ALL_SOURCES) };
        if !qualifier.is_empty() && only.is_none() {
            relation.is_complete = false;
            return;
        }
        for (index, source) in select.sources.iter().enumerate() {
            let is_meant = match only {
                Some((of, at)) => of == id && at == index,
                None => !source.join.is_filter,
            };
            if !is_meant {
                continue;
            }
            let columns = self.source(id, index);
            relation.is_complete &= columns.is_complete;
            for column in &columns.columns {
                let name = &column.column.name;
                let is_excluded = excluded.iter().any(|excluded| self.same(&excluded.name, name));
                let is_merged = qualifier.is_empty()
                    && self.is_merged(source, name)
                    && relation.columns.iter().any(|known| self.same(&known.column.name, name));
                if !is_excluded && !is_merged {
                    relation.columns.push(column.clone());
                }
            }
        }
        if let Some((of, at)) = only.filter(|(of, _)| *of != id) {
            relation.columns.extend(self.source(of, at).columns.iter().cloned());
        }
    }

    fn same(&self, left: &str, right: &str) -> bool {
        self.world.same(left, right)
    }

    /// Whether a join makes one column of those that both sides call `name`.
    fn is_merged(&self, source: &Source, name: &str) -> bool {
        source.join.is_natural || source.join.using.iter().any(|using| using.name.eq_ignore_ascii_case(name))
    }

    /// The sources that are visible in a SELECT: its own, then those around it, with how many of each.
    fn levels(&self, select: SelectId, visible: usize) -> Vec<(SelectId, usize)> {
        let mut levels = Vec::new();
        let mut at = Some((select, visible));
        while let Some((id, visible)) = at {
            let select = self.script.select(id);
            levels.push((id, visible.min(select.sources.len())));
            let Outer { select: outer, .. } = self.script.query(select.query).outer;
            at = outer;
        }
        levels
    }

    /// The source that a qualifier names.
    pub(crate) fn source_named(
        &self,
        select: SelectId,
        qualifier: &[Ident],
        visible: usize,
    ) -> Option<(SelectId, usize)> {
        let levels = self.levels(select, visible);
        // An alias hides the table's own name; yet some systems know it still.
        for hidden in [false, true] {
            for (id, visible) in &levels {
                let sources = &self.script.select(*id).sources[..*visible];
                if let Some(index) = sources.iter().rposition(|source| is_called(source, qualifier, hidden)) {
                    return Some((*id, index));
                }
            }
        }
        None
    }

    /// What the column `path` is in a SELECT, of which the first `visible` sources count.
    pub(crate) fn resolve(&self, select: SelectId, path: &[Ident], visible: usize) -> Resolution {
        for n_parts in (1..path.len()).rev() {
            if let Some((of, source)) = self.source_named(select, &path[..n_parts], visible) {
                return self.in_source(of, source, path, n_parts);
            }
        }
        let first = self.unqualified(select, &path[0], visible);
        if path.len() == 1 {
            return first;
        }
        match first {
            // A field of a structure.
            Resolution::Column { .. } => first,
            Resolution::Missing { .. } => {
                let is_unnamed = |(id, visible): &(SelectId, usize)| {
                    let select = self.script.select(*id);
                    select.is_open
                        || select.sources[..*visible]
                            .iter()
                            .any(|source| source.alias.is_none() && !matches!(source.kind, SourceKind::Table(_)))
                };
                if self.levels(select, visible).iter().any(is_unnamed) {
                    Resolution::Unknown
                } else {
                    Resolution::MissingSource
                }
            }
            _ => Resolution::Unknown,
        }
    }

    fn in_source(&self, select: SelectId, source: usize, path: &[Ident], part: usize) -> Resolution {
        let relation = self.source(select, source);
        match find(&relation, &path[part].name) {
            Some(column) => Resolution::Column { column: Box::new(column.clone()), select, source, part },
            None if relation.is_complete => Resolution::Missing { source: Some((select, source)), part },
            None => Resolution::Unknown,
        }
    }

    fn unqualified(&self, select: SelectId, ident: &Ident, visible: usize) -> Resolution {
        let mut has_sources = false;
        let mut is_unknown = false;
        for (id, visible) in self.levels(select, visible) {
            let of = self.script.select(id);
            let sources = &of.sources[..visible];
            has_sources |= !sources.is_empty();
            let found: Vec<(usize, Column)> = (0..sources.len())
                .filter_map(|index| find(&self.source(id, index), &ident.name).map(|column| (index, column.clone())))
                .collect();
            let plain: Vec<usize> = found
                .iter()
                .enumerate()
                .filter(|(position, (index, _))| {
                    *position == 0 || !(sources[*index].join.is_filter || self.is_merged(&sources[*index], &ident.name))
                })
                .map(|(_, (index, _))| *index)
                .collect();
            match found.into_iter().next() {
                Some(_) if plain.len() > 1 => return Resolution::Ambiguous(id, plain),
                Some((source, column)) => {
                    return Resolution::Column { column: Box::new(column), select: id, source, part: 0 };
                }
                None => {}
            }
            if let Some(alias) = alias_of(of, ident) {
                return Resolution::Alias(alias.clone());
            }
            if let Some(index) =
                sources.iter().rposition(|source| is_called(source, std::slice::from_ref(ident), false))
            {
                return Resolution::Rows(id, index);
            }
            is_unknown |= of.is_open || (0..sources.len()).any(|index| !self.source(id, index).is_complete);
        }
        if is_unknown || !has_sources { Resolution::Unknown } else { Resolution::Missing { source: None, part: 0 } }
    }

    /// The columns that are visible in a SELECT without a qualifier, the nearest first, with whose they are.
    pub(crate) fn visible(&self, select: SelectId, visible: usize) -> Vec<(SelectId, usize, Column)> {
        let mut columns = Vec::new();
        for (id, visible) in self.levels(select, visible) {
            for index in 0..visible {
                columns.extend(self.source(id, index).columns.iter().map(|column| (id, index, column.clone())));
            }
        }
        columns
    }
}

/// The alias among what is selected, other than where it is made.
fn alias_of<'s>(select: &'s Select, ident: &Ident) -> Option<&'s Ident> {
    let same = |alias: &&Ident| alias.name.eq_ignore_ascii_case(&ident.name) && alias.range != ident.range;
    select.items.iter().filter_map(|item| item.alias.as_ref()).find(same)
}

/// Whether a source goes by this name. `hidden`: by a name that its alias hides.
fn is_called(source: &Source, qualifier: &[Ident], hidden: bool) -> bool {
    let name = path_name(qualifier);
    if let (Some(alias), false) = (&source.alias, hidden) {
        return qualifier.len() == 1 && alias.name.eq_ignore_ascii_case(&name);
    }
    match &source.kind {
        SourceKind::Table(path) => {
            let whole = path_name(path);
            let last = path.last().map_or("", |part| &part.name);
            let stem = whole.rsplit('/').next().and_then(|file| file.split('.').next()).unwrap_or("");
            [whole.as_str(), last, stem].iter().any(|known| known.eq_ignore_ascii_case(&name))
        }
        SourceKind::Function(function, _) => qualifier.len() == 1 && function.name.eq_ignore_ascii_case(&name),
        SourceKind::Query(_) | SourceKind::Unknown => false,
    }
}
