//! SQL as far as names are concerned: statements, queries, their sources, and the names that are used in them.
//!
//! Expressions have no tree. What matters of them is which columns they name and which queries stand in them.

use std::ops::Range;
use std::sync::Arc;

use mlwright_source_text::TextRange;

use super::tokens::{Token, TokenKind};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct QueryId(pub(crate) usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SelectId(pub(crate) usize);

/// A text of SQL.
#[derive(Debug, Default)]
pub(crate) struct Script {
    /// Without comments.
    pub(crate) tokens: Vec<Token>,
    pub(crate) comments: Vec<Token>,
    pub(crate) statements: Vec<Statement>,
    pub(crate) queries: Vec<Query>,
    pub(crate) selects: Vec<Select>,
}

impl Script {
    pub(crate) fn query(&self, id: QueryId) -> &Query {
        &self.queries[id.0]
    }

    pub(crate) fn select(&self, id: SelectId) -> &Select {
        &self.selects[id.0]
    }

    pub(crate) fn select_ids(&self) -> impl Iterator<Item = SelectId> + use<> {
        (0..self.selects.len()).map(SelectId)
    }

    /// The innermost SELECT around `offset`.
    pub(crate) fn select_at(&self, offset: u32) -> Option<SelectId> {
        // Of two that end and begin at the same place, the one that ends has what is being typed.
        self.select_ids()
            .filter(|id| self.select(*id).range.touches(offset))
            .min_by_key(|id| (self.select(*id).range.len(), self.select(*id).range.start))
    }

    /// The statement that has `offset`, the one before it when it lies between two.
    pub(crate) fn statement_at(&self, offset: u32) -> Option<&Statement> {
        self.statements
            .iter()
            .rev()
            .find(|statement| statement.extent.start <= offset && offset <= statement.extent.end)
    }

    /// Position of the first token that ends after `offset`.
    pub(crate) fn token_after(&self, offset: u32) -> usize {
        self.tokens.partition_point(|token| token.range.end <= offset)
    }
}

#[derive(Debug)]
pub(crate) struct Statement {
    /// From its first token to its last, without the semicolon.
    pub(crate) range: TextRange,
    /// From the end of the one before to its own semicolon.
    pub(crate) extent: TextRange,
    pub(crate) tokens: Range<usize>,
    /// What it reads with, when it is a query or has one at its top.
    pub(crate) query: Option<QueryId>,
    /// The table or view it makes.
    pub(crate) creates: Option<Ident>,
}

/// A name where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ident {
    /// Without quotes.
    pub(crate) name: Arc<str>,
    /// Quotes included.
    pub(crate) range: TextRange,
    pub(crate) kind: TokenKind,
}

/// Names joined by dots; never empty.
pub(crate) type Path = Vec<Ident>;

/// The bytes of a path.
pub(crate) fn path_range(path: &[Ident]) -> TextRange {
    match (path.first(), path.last()) {
        (Some(first), Some(last)) => first.range.cover(last.range),
        _ => TextRange::default(),
    }
}

/// The names of a path with dots between.
pub(crate) fn path_name(path: &[Ident]) -> String {
    path.iter().map(|part| &*part.name).collect::<Vec<_>>().join(".")
}

/// SELECTs put together, with what WITH defines for them.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) range: TextRange,
    pub(crate) outer: Outer,
    pub(crate) ctes: Vec<Cte>,
    pub(crate) is_recursive: bool,
    /// What UNION and the like put together, in order; the first gives the columns.
    pub(crate) parts: Vec<Part>,
}

/// What is visible inside a query from around it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Outer {
    /// The query around it, and which of its definitions this one is or stands in.
    pub(crate) query: Option<(QueryId, Option<usize>)>,
    /// The SELECT around it, and how many of its sources it may name.
    pub(crate) select: Option<(SelectId, usize)>,
}

/// Stands for the sources that a SELECT will have had at its end.
pub(crate) const ALL_SOURCES: usize = usize::MAX;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    Select(SelectId),
    Query(QueryId),
    /// `VALUES (…)`, `TABLE t`.
    Other,
}

/// `name (columns) AS (query)`
#[derive(Debug)]
pub(crate) struct Cte {
    pub(crate) name: Ident,
    pub(crate) columns: Vec<Ident>,
    pub(crate) query: Option<QueryId>,
    /// Name to closing parenthesis.
    pub(crate) range: TextRange,
}

#[derive(Debug)]
pub(crate) struct Select {
    pub(crate) query: QueryId,
    /// Up to the token that ends it, blanks included.
    pub(crate) range: TextRange,
    pub(crate) items: Vec<Item>,
    pub(crate) sources: Vec<Source>,
    pub(crate) refs: Vec<ColumnRef>,
    /// Where each clause begins (its keyword), in order.
    pub(crate) clauses: Vec<(Clause, u32)>,
    /// Sources may come from what another program fills in.
    pub(crate) is_open: bool,
}

impl Select {
    /// The clause that `offset` lies in.
    pub(crate) fn clause_at(&self, offset: u32) -> Clause {
        self.clauses.iter().rev().find(|(_, start)| *start < offset).map_or(Clause::Items, |(clause, _)| *clause)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Clause {
    Items,
    From,
    On,
    Where,
    GroupBy,
    Having,
    Qualify,
    Window,
    OrderBy,
    /// LIMIT, OFFSET, FETCH and whatever else comes last.
    Tail,
}

/// One of the things selected.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) range: TextRange,
    pub(crate) alias: Option<Ident>,
    pub(crate) kind: ItemKind,
}

#[derive(Debug)]
pub(crate) enum ItemKind {
    /// `*`, `t.*`, with EXCLUDE; `is_certain` is false where names are changed.
    Star {
        qualifier: Path,
        excluded: Vec<Ident>,
        is_certain: bool,
    },
    Column(Path),
    /// A call of this function and nothing else.
    Call(Ident),
    Expression,
    /// Any number of columns: a placeholder, `COLUMNS(…)`.
    Many,
}

#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) range: TextRange,
    pub(crate) kind: SourceKind,
    pub(crate) alias: Option<Ident>,
    /// `AS t (a, b)`
    pub(crate) columns: Vec<Ident>,
    pub(crate) join: Join,
}

#[derive(Debug, Default)]
pub(crate) struct Join {
    pub(crate) using: Vec<Ident>,
    pub(crate) is_natural: bool,
    /// A SEMI or ANTI join: its columns are visible in its condition alone.
    pub(crate) is_filter: bool,
    /// Comes with JOIN, so that ON may follow.
    pub(crate) is_join: bool,
}

#[derive(Debug)]
pub(crate) enum SourceKind {
    Table(Path),
    Query(QueryId),
    /// A function with its first argument, where that is a string.
    Function(Ident, Option<Ident>),
    Unknown,
}

/// A use of a column, as far as one can tell.
#[derive(Debug, Clone)]
pub(crate) struct ColumnRef {
    pub(crate) path: Path,
    pub(crate) clause: Clause,
}
