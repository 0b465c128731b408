//! FROM and JOIN: tables, queries, functions, and how they are joined.

use mlwright_source_text::TextRange;

use super::Parser;
use crate::syntax::{Clause, Ident, Join, Path, SelectId, Source, SourceKind};
use crate::tokens::TokenKind;
use crate::words::is_reserved;

/// Words that stand before JOIN.
const JOIN_WORDS: [&str; 15] = [
    "NATURAL", "ASOF", "POSITIONAL", "GLOBAL", "ANY", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "OUTER", "SEMI",
    "ANTI", "ALL", "STRAIGHT_JOIN",
];

/// Words behind a table that are no alias.
const NO_ALIAS: [&str; 9] = ["SAMPLE", "ROWS", "GLOBAL", "ANY", "FINAL", "PREWHERE", "SORT", "CLUSTER", "DISTRIBUTE"];

impl Parser<'_> {
    /// What stands behind FROM, up to the next clause.
    pub(super) fn sources(&mut self, id: SelectId) {
        self.source(id, Join::default());
        loop {
            if self.take_sign(",") {
                self.source(id, Join::default());
            } else if self.is_word("ON") && !self.word_ahead(1, "DUPLICATE") && !self.word_ahead(1, "CONFLICT") {
                let start = self.start();
                self.script.selects[id.0].clauses.push((Clause::On, start));
                self.at += 1;
                self.expression(id, Clause::On);
            } else if self.is_word("USING") && self.sign_ahead(1, "(") {
                let start = self.start();
                self.script.selects[id.0].clauses.push((Clause::On, start));
                self.at += 1;
                let using = self.ident_list();
                let end = self.last_end();
                self.script.selects[id.0].clauses.push((Clause::From, end));
                if let Some(source) = self.script.selects[id.0].sources.last_mut() {
                    source.join.using = using;
                }
            } else if let Some(n_words) = self.join_ahead() {
                let start = self.start();
                let words = self.at..self.at + n_words;
                let has = |word: &str| self.tokens[words.clone()].iter().any(|token| token.is_word(self.text, word));
                let join = Join {
                    using: Vec::new(),
                    is_natural: has("NATURAL") || has("POSITIONAL"),
                    is_filter: has("SEMI") || has("ANTI"),
                    is_join: true,
                };
                self.script.selects[id.0].clauses.push((Clause::From, start));
                self.at += n_words;
                self.source(id, join);
            } else if self.is_word("LATERAL") && self.word_ahead(1, "VIEW") {
                self.lateral_view(id);
            } else {
                break;
            }
        }
    }

    /// Number of words up to and with JOIN or APPLY, when a join stands here.
    fn join_ahead(&self) -> Option<usize> {
        let before = (0..5).take_while(|ahead| JOIN_WORDS.iter().any(|word| self.word_ahead(*ahead, word))).count();
        (self.word_ahead(before, "JOIN") || (before > 0 && self.word_ahead(before, "APPLY"))).then_some(before + 1)
    }

    /// `LATERAL VIEW OUTER explode(list) t AS a, b`
    fn lateral_view(&mut self, id: SelectId) {
        let start = self.start();
        self.at += 2;
        self.take_word("OUTER");
        self.ident();
        if self.is_sign("(") {
            self.skip();
        }
        let alias = self.ident();
        let mut columns = Vec::new();
        if self.take_word("AS") {
            loop {
                columns.extend(self.ident());
                if !self.take_sign(",") {
                    break;
                }
            }
        }
        self.push_source(id, start, SourceKind::Unknown, alias, columns, Join::default());
    }

    fn push_source(
        &mut self,
        id: SelectId,
        start: u32,
        kind: SourceKind,
        alias: Option<Ident>,
        columns: Vec<Ident>,
        join: Join,
    ) {
        let range = TextRange::new(start, self.last_end().max(start));
        self.script.selects[id.0].sources.push(Source { range, kind, alias, columns, join });
    }

    fn source(&mut self, id: SelectId, join: Join) {
        loop {
            if self
                .peek()
                .is_some_and(|token| token.kind == TokenKind::Placeholder && token.text(self.text).starts_with("{%"))
            {
                self.script.selects[id.0].is_open = true;
            } else if !self.is_any(&["LATERAL", "ONLY"]) {
                break;
            }
            self.at += 1;
        }
        let start = self.start();
        let Some(token) = self.peek() else { return };
        let mut kind = match token.kind {
            TokenKind::Sign if token.is_sign(self.text, "(") => match self.parenthesis(id) {
                Some(kind) => kind,
                None => return,
            },
            TokenKind::Placeholder => {
                self.at += 1;
                while self.take_sign(".") {
                    self.at += usize::from(self.peek().is_some_and(|token| {
                        matches!(token.kind, TokenKind::Word | TokenKind::Quoted | TokenKind::Placeholder)
                    }));
                }
                SourceKind::Unknown
            }
            TokenKind::Word if is_reserved(token.text(self.text)) && !token.is_word(self.text, "VALUES") => return,
            TokenKind::Word | TokenKind::Quoted | TokenKind::String => self.table(),
            _ => return,
        };
        if self.modifiers() {
            kind = SourceKind::Unknown;
        }
        let has_as = self.take_word("AS");
        let is_alias = self.peek().is_some_and(|token| {
            has_as || token.kind == TokenKind::Quoted || !NO_ALIAS.iter().any(|word| token.is_word(self.text, word))
        });
        let mut alias = if is_alias { self.ident() } else { None };
        let mut columns = if alias.is_some() && self.is_sign("(") { self.ident_list() } else { Vec::new() };
        if self.modifiers() {
            // `t AS a PIVOT (…) AS b`
            kind = SourceKind::Unknown;
            self.take_word("AS");
            alias = self.ident().or(alias);
            columns = if self.is_sign("(") { self.ident_list() } else { Vec::new() };
        }
        // `{joins}`: what is filled in here may be anything.
        while self.peek().is_some_and(|token| token.kind == TokenKind::Placeholder) {
            self.at += 1;
            self.script.selects[id.0].is_open = true;
        }
        self.push_source(id, start, kind, alias, columns, join);
    }

    /// A query, or tables in parentheses (which are taken, and nothing is left to do).
    fn parenthesis(&mut self, id: SelectId) -> Option<SourceKind> {
        if self.query_ahead(1) && self.is_query_whole() {
            self.at += 1;
            let n_sources = self.script.select(id).sources.len();
            let outer = self.inside(id, n_sources);
            let query = self.query(outer);
            self.skip_to_close();
            self.close();
            return Some(query.map_or(SourceKind::Unknown, SourceKind::Query));
        }
        self.at += 1;
        let n_sources = self.script.select(id).sources.len();
        if self.depth < super::DEPTH_MAX {
            self.depth += 1;
            self.sources(id);
            self.depth -= 1;
        }
        self.skip_to_close();
        self.close();
        self.take_word("AS");
        // An alias for the whole hides the names inside.
        if let Some(alias) = self.ident() {
            let start =
                self.script.select(id).sources.get(n_sources).map_or(alias.range.start, |source| source.range.start);
            self.push_source(id, start, SourceKind::Unknown, Some(alias), Vec::new(), Join::default());
        }
        None
    }

    /// Whether what stands in this parenthesis is a query, rather than `(SELECT …) AS a JOIN b`.
    fn is_query_whole(&self) -> bool {
        if !self.sign_ahead(1, "(") {
            return true;
        }
        let mut depth = 0_usize;
        for (index, token) in self.tokens[self.at + 1..].iter().enumerate() {
            depth += usize::from(token.is_sign(self.text, "("));
            if token.is_sign(self.text, ")") {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    let ahead = index + 2;
                    return self.sign_ahead(ahead, ")")
                        || ["UNION", "EXCEPT", "INTERSECT", "ORDER", "LIMIT"]
                            .iter()
                            .any(|word| self.word_ahead(ahead, word));
                }
            }
        }
        true
    }

    /// A name, or a call of a function.
    fn table(&mut self) -> SourceKind {
        let (path, is_open) = self.chain();
        if is_open {
            self.at += 1;
            if self.peek().is_some_and(|token| token.kind == TokenKind::Placeholder) {
                self.at += 1;
                return SourceKind::Unknown;
            }
        }
        if self.is_sign("@") || self.peek().is_some_and(|token| token.text(self.text).starts_with('@')) {
            self.at += 1;
            return SourceKind::Unknown;
        }
        // `data/x.csv` without quotes is no name.
        let is_path =
            |parser: &Self| parser.start() == parser.last_end() && ["/", "-"].iter().any(|sign| parser.is_sign(sign));
        if is_path(self) {
            while self.peek().is_some() && self.start() == self.last_end() {
                self.at += 1;
            }
            return SourceKind::Unknown;
        }
        if !self.is_sign("(") {
            return SourceKind::Table(path);
        }
        let argument =
            self.peek_at(1).filter(|token| token.kind == TokenKind::String).map(|token| self.ident_of(token));
        self.skip();
        let mut path: Path = path;
        path.pop().map_or(SourceKind::Unknown, |name| SourceKind::Function(name, argument))
    }

    /// What may stand behind a table; true where it changes the columns.
    fn modifiers(&mut self) -> bool {
        let mut changes = false;
        loop {
            if self.is_word("WITH")
                && (self.word_ahead(1, "ORDINALITY") || self.word_ahead(1, "OFFSET") || self.sign_ahead(1, "("))
            {
                changes |= !self.sign_ahead(1, "(");
                self.at += 1;
                self.skip();
            } else if self.is_any(&["TABLESAMPLE", "SAMPLE"]) {
                self.at += 1;
                while self.is_any(&["SYSTEM", "BERNOULLI", "RESERVOIR", "ROWS", "PERCENT", "REPEATABLE"])
                    || self.is_sign("(")
                    || self.peek().is_some_and(|token| token.kind == TokenKind::Number)
                {
                    self.skip();
                }
            } else if self.is_word("FOR")
                && (self.word_ahead(1, "SYSTEM_TIME")
                    || self.word_ahead(1, "VERSION")
                    || self.word_ahead(1, "TIMESTAMP"))
            {
                self.at += 2;
                while self.is_any(&["AS", "OF"])
                    || self.peek().is_some_and(|token| matches!(token.kind, TokenKind::String | TokenKind::Number))
                {
                    self.at += 1;
                }
            } else if self.is_any(&["PIVOT", "UNPIVOT", "MATCH_RECOGNIZE"]) {
                changes = true;
                self.at += 1;
                while self.peek().is_some()
                    && !self.is_sign("(")
                    && !self.is_any(&["WHERE", "GROUP", "ORDER", "SELECT"])
                {
                    self.at += 1;
                }
                self.skip();
            } else {
                return changes;
            }
        }
    }
}
