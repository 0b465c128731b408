//! From tokens to [`Script`]. Every text has one: what cannot be understood is passed over, and the clauses around it stand.

use mlwright_source_text::TextRange;

use super::syntax::{
    ALL_SOURCES, Clause, ColumnRef, Cte, Ident, Outer, Part, Path, Query, QueryId, Script, Select, SelectId, Statement,
};
use super::tokens::{Place, Token, TokenKind, tokens};
use super::words::is_reserved;

mod expr;
mod from;
mod split;

/// Queries within queries that are followed; deeper ones are passed over.
const DEPTH_MAX: usize = 64;

/// Reads the part `range` of `text`. Where only what is around the offset `around` matters, other statements are passed over,
/// unless they make tables: each key that is typed asks again.
pub(crate) fn parse(text: &str, range: TextRange, place: Place, around: Option<u32>) -> Script {
    let (comments, tokens): (Vec<Token>, Vec<Token>) =
        tokens(text, range, place).into_iter().partition(|token| token.kind == TokenKind::Comment);
    let mut script = Script { comments, ..Script::default() };
    for part in split::statements(text, range, &tokens) {
        let mut parser = Parser {
            text,
            tokens: &tokens[..part.tokens.end],
            at: part.tokens.start,
            end: part.extent.end,
            script: &mut script,
            depth: 0,
        };
        let is_wanted = around.is_none_or(|offset| part.extent.touches(offset)) || parser.is_word("CREATE");
        let (query, creates) = if is_wanted { parser.statement() } else { (None, None) };
        script.statements.push(Statement {
            query,
            creates,
            range: part.range,
            extent: part.extent,
            tokens: part.tokens,
        });
    }
    script.tokens = tokens;
    script
}

struct Parser<'p> {
    text: &'p str,
    /// Up to the end of the statement.
    tokens: &'p [Token],
    at: usize,
    /// Where the statement's extent ends.
    end: u32,
    script: &'p mut Script,
    depth: usize,
}

impl<'p> Parser<'p> {
    fn peek(&self) -> Option<&'p Token> {
        self.tokens.get(self.at)
    }

    fn peek_at(&self, ahead: usize) -> Option<&'p Token> {
        self.tokens.get(self.at + ahead)
    }

    fn is_word(&self, word: &str) -> bool {
        self.word_ahead(0, word)
    }

    fn word_ahead(&self, ahead: usize, word: &str) -> bool {
        self.peek_at(ahead).is_some_and(|token| token.is_word(self.text, word))
    }

    fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_word(word))
    }

    fn is_sign(&self, sign: &str) -> bool {
        self.sign_ahead(0, sign)
    }

    fn sign_ahead(&self, ahead: usize, sign: &str) -> bool {
        self.peek_at(ahead).is_some_and(|token| token.is_sign(self.text, sign))
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is = self.is_word(word);
        self.at += usize::from(is);
        is
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let is = self.is_sign(sign);
        self.at += usize::from(is);
        is
    }

    /// Where the present token starts; the statement's end when there is none.
    fn start(&self) -> u32 {
        self.peek().map_or(self.end, |token| token.range.start)
    }

    /// Where the last token that was taken ends.
    fn last_end(&self) -> u32 {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |token| token.range.end)
    }

    fn ident_of(&self, token: &Token) -> Ident {
        Ident { name: token.value(self.text).into(), range: token.range, kind: token.kind }
    }

    /// A name: a word that is no keyword, or anything quoted.
    fn ident(&mut self) -> Option<Ident> {
        let token = self.peek().filter(|token| match token.kind {
            TokenKind::Word => !is_reserved(token.text(self.text)),
            kind => kind == TokenKind::Quoted,
        })?;
        let ident = self.ident_of(token);
        self.at += 1;
        Some(ident)
    }

    /// Passes over a parenthesis with everything in it, or over one token.
    fn skip(&mut self) {
        let mut depth = 0_usize;
        while let Some(token) = self.peek() {
            match token.text(self.text) {
                "(" | "[" if token.kind == TokenKind::Sign => depth += 1,
                ")" | "]" if token.kind == TokenKind::Sign => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// `(a, b)`, when a list of names stands here.
    fn ident_list(&mut self) -> Vec<Ident> {
        let mut idents = Vec::new();
        if !self.take_sign("(") {
            return idents;
        }
        while let Some(token) = self.peek() {
            if token.is_sign(self.text, ")") {
                self.at += 1;
                break;
            }
            if is_clause_word(token.text(self.text)) {
                break;
            }
            match self.ident() {
                Some(ident) => {
                    idents.push(ident);
                    // A type, a direction.
                    while self.peek().is_some()
                        && !self.is_sign(",")
                        && !self.is_sign(")")
                        && !self.peek().is_some_and(|t| is_clause_word(t.text(self.text)))
                    {
                        self.skip();
                    }
                }
                None => self.skip(),
            }
        }
        idents
    }

    /// Whether a query begins `ahead` of here, parentheses before it passed over.
    fn query_ahead(&self, ahead: usize) -> bool {
        let parens = self.tokens[(self.at + ahead).min(self.tokens.len())..]
            .iter()
            .take_while(|token| token.is_sign(self.text, "("))
            .count();
        let ahead = ahead + parens;
        ["SELECT", "WITH", "VALUES"].iter().any(|word| self.word_ahead(ahead, word))
            || (self.word_ahead(ahead, "FROM") && self.peek_at(ahead + 1).is_some())
    }

    /// A whole statement: a query, or anything else that may have queries in it.
    fn statement(&mut self) -> (Option<QueryId>, Option<Ident>) {
        let creates = self.creates();
        let mut first = None;
        while self.peek().is_some() {
            let begins = self.is_any(&["SELECT", "WITH", "VALUES"])
                || (self.is_word("FROM") && first.is_none() && self.at_statement_query());
            if begins || (self.is_sign("(") && self.query_ahead(1)) {
                let query = self.query(Outer::default());
                first = first.or(query);
            } else {
                self.at += 1;
            }
        }
        (first, creates)
    }

    /// Whether FROM begins a query here, rather than belonging to DELETE or COPY.
    fn at_statement_query(&self) -> bool {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).is_none_or(|before| {
            before.is_sign(self.text, ";")
                || ["AS", "EXPLAIN", "ANALYZE", "DESCRIBE", "SUMMARIZE"]
                    .iter()
                    .any(|word| before.is_word(self.text, word))
        })
    }

    /// The name in `CREATE TABLE name`; stays where it is when it is something else.
    fn creates(&mut self) -> Option<Ident> {
        if !self.is_word("CREATE") {
            return None;
        }
        let kind = (1..6).find(|ahead| self.word_ahead(*ahead, "TABLE") || self.word_ahead(*ahead, "VIEW"))?;
        let name = kind + if self.word_ahead(kind + 1, "IF") { 4 } else { 1 };
        let mut last = name;
        while self.sign_ahead(last + 1, ".") {
            last += 2;
        }
        let token = self.peek_at(last).filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted))?;
        let ident = self.ident_of(token);
        self.at += last + 1;
        Some(ident)
    }

    /// `WITH … SELECT … UNION SELECT …`, with or without parentheses; `None` past the greatest depth.
    fn query(&mut self, outer: Outer) -> Option<QueryId> {
        if self.depth >= DEPTH_MAX {
            self.skip();
            return None;
        }
        self.depth += 1;
        let start = self.start();
        let id = QueryId(self.script.queries.len());
        self.script.queries.push(Query {
            range: TextRange::empty(start),
            outer,
            ctes: Vec::new(),
            is_recursive: false,
            parts: Vec::new(),
        });
        if self.take_word("WITH") {
            let is_recursive = self.take_word("RECURSIVE");
            self.script.queries[id.0].is_recursive = is_recursive;
            self.ctes(id);
        }
        loop {
            self.part(id);
            if !self.is_any(&["UNION", "EXCEPT", "INTERSECT", "MINUS"]) {
                break;
            }
            self.at += 1;
            while self.is_any(&["ALL", "DISTINCT", "BY", "NAME", "CORRESPONDING"]) {
                self.at += 1;
            }
        }
        self.script.queries[id.0].range = TextRange::new(start, self.last_end().max(start));
        self.depth -= 1;
        Some(id)
    }

    /// One operand of UNION, with what follows it where it stands in parentheses.
    fn part(&mut self, id: QueryId) {
        if self.is_sign("(") && self.query_ahead(1) {
            self.at += 1;
            let outer = self.script.query(id).outer;
            let inside = Outer { query: Some((id, None)), ..outer };
            if let Some(query) = self.query(inside) {
                self.script.queries[id.0].parts.push(Part::Query(query));
            }
            self.close();
            self.order_of_parts();
        } else if self.is_any(&["SELECT", "FROM"]) {
            let select = self.select(id);
            self.script.queries[id.0].parts.push(Part::Select(select));
        } else if self.is_any(&["VALUES", "TABLE"]) {
            self.at += 1;
            self.script.queries[id.0].parts.push(Part::Other);
            while self.peek().is_some()
                && !self.is_sign(")")
                && !self.is_any(&["UNION", "EXCEPT", "INTERSECT", "SELECT", "ORDER", "LIMIT"])
            {
                self.skip();
            }
            self.order_of_parts();
        }
    }

    /// `ORDER BY … LIMIT …` behind parentheses.
    fn order_of_parts(&mut self) {
        if self.is_any(&["ORDER", "LIMIT", "OFFSET", "FETCH"]) {
            while self.peek().is_some() && !self.is_sign(")") && !self.is_any(&["UNION", "EXCEPT", "INTERSECT"]) {
                self.skip();
            }
        }
    }

    /// The closing parenthesis, where it is there.
    fn close(&mut self) {
        self.take_sign(")");
    }

    /// `name (columns) AS [NOT MATERIALIZED] (query), …`
    fn ctes(&mut self, id: QueryId) {
        let outer = self.script.query(id).outer;
        while let Some(name) = self.ident() {
            let start = name.range.start;
            let columns = self.ident_list();
            self.take_word("AS");
            self.take_word("NOT");
            self.take_word("MATERIALIZED");
            let index = self.script.query(id).ctes.len();
            self.script.queries[id.0].ctes.push(Cte { range: name.range, name, columns, query: None });
            if self.take_sign("(") {
                let inside = Outer { query: Some((id, Some(index))), ..outer };
                if self.query_ahead(0) {
                    let query = self.query(inside);
                    self.script.queries[id.0].ctes[index].query = query;
                    self.skip_to_close();
                    self.close();
                } else {
                    // INSERT, UPDATE, or nothing yet.
                    self.at -= 1;
                    self.skip();
                }
            }
            self.script.queries[id.0].ctes[index].range = TextRange::new(start, self.last_end().max(start));
            if !self.take_sign(",") {
                break;
            }
        }
    }

    /// Passes over what is left inside a parenthesis; not over a clause, which shows that it was never closed.
    fn skip_to_close(&mut self) {
        while self.peek().is_some_and(|token| !token.is_sign(self.text, ")") && !is_clause_word(token.text(self.text)))
        {
            self.skip();
        }
    }

    fn select(&mut self, query: QueryId) -> SelectId {
        let start = self.start();
        let id = SelectId(self.script.selects.len());
        self.script.selects.push(Select {
            query,
            range: TextRange::empty(start),
            items: Vec::new(),
            sources: Vec::new(),
            refs: Vec::new(),
            clauses: Vec::new(),
            is_open: false,
        });
        let (mut has_items, mut has_from) = (false, false);
        while let Some(token) = self.peek() {
            let word = token.text(self.text).to_ascii_uppercase();
            let is_word = token.kind == TokenKind::Word;
            let by = self.word_ahead(1, "BY");
            let clause = match word.as_str() {
                _ if !is_word => None,
                "SELECT" if has_items => break,
                "SELECT" => Some((Clause::Items, 1)),
                // The parenthesis around this SELECT is not closed yet.
                "FROM" if has_from && self.depth > 1 => break,
                "FROM" => Some((Clause::From, 1)),
                "WHERE" | "PREWHERE" => Some((Clause::Where, 1)),
                "GROUP" if by => Some((Clause::GroupBy, 2)),
                "GROUP" => Some((Clause::GroupBy, 1)),
                "HAVING" => Some((Clause::Having, 1)),
                "QUALIFY" => Some((Clause::Qualify, 1)),
                "WINDOW" => Some((Clause::Window, 1)),
                "ORDER" | "SORT" | "CLUSTER" | "DISTRIBUTE" if by => Some((Clause::OrderBy, 2)),
                "ORDER" => Some((Clause::OrderBy, 1)),
                "LIMIT" | "OFFSET" | "FETCH" | "FOR" | "INTO" | "RETURNING" => Some((Clause::Tail, 1)),
                "UNION" | "EXCEPT" | "INTERSECT" | "MINUS" => break,
                _ => None,
            };
            if token.is_sign(self.text, ")") {
                // Surplus at the top, the end of a parenthesis below.
                if self.depth > 1 {
                    break;
                }
                self.at += 1;
                continue;
            }
            let Some((clause, n_words)) = clause else {
                // LATERAL VIEW, PIVOT, a sample, or something wrong.
                self.stray(id);
                continue;
            };
            let keyword_start = token.range.start;
            self.script.selects[id.0].clauses.push((clause, keyword_start));
            self.at += n_words;
            match clause {
                Clause::Items => {
                    has_items = true;
                    self.items(id);
                }
                Clause::From => {
                    has_from = true;
                    self.sources(id);
                }
                // `FOR UPDATE OF t`, `FETCH FIRST 3 ROWS ONLY`, `INTO t` name no columns.
                Clause::Tail if matches!(word.as_str(), "FETCH" | "FOR" | "INTO") => {
                    while self
                        .peek()
                        .is_some_and(|token| !token.is_sign(self.text, ")") && !is_clause_word(token.text(self.text)))
                    {
                        self.at += 1;
                    }
                }
                clause => self.expression(id, clause),
            }
        }
        let end = self.start();
        self.script.selects[id.0].range = TextRange::new(start, end.max(start));
        id
    }

    /// One token that begins no clause. What it does to the sources is not known.
    fn stray(&mut self, id: SelectId) {
        if self.is_any(&["LATERAL", "PIVOT", "UNPIVOT", "MATCH_RECOGNIZE"])
            || self.peek().is_some_and(|token| token.kind == TokenKind::Placeholder)
        {
            self.script.selects[id.0].is_open = true;
        }
        if self.is_sign("(") && self.query_ahead(1) {
            self.at += 1;
            let outer = self.inside(id, ALL_SOURCES);
            self.query(outer);
            self.close();
        } else {
            self.skip();
        }
    }

    /// What a query inside a SELECT sees.
    fn inside(&self, id: SelectId, n_sources: usize) -> Outer {
        let query = self.script.select(id).query;
        Outer { query: Some((query, None)), select: Some((id, n_sources)) }
    }

    fn push_ref(&mut self, id: SelectId, clause: Clause, path: Path) {
        self.script.selects[id.0].refs.push(ColumnRef { path, clause });
    }
}

/// Whether a word begins a clause, so that no list or parenthesis goes on over it.
fn is_clause_word(word: &str) -> bool {
    ["SELECT", "FROM", "WHERE", "GROUP", "HAVING", "QUALIFY", "LIMIT", "UNION", "INTERSECT", "JOIN"]
        .iter()
        .any(|clause| word.eq_ignore_ascii_case(clause))
}

#[cfg(test)]
mod tests;
