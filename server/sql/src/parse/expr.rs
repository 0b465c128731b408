//! Expressions: which columns they name, which queries stand in them, and where they end.

use std::sync::Arc;

use mlwright_source_text::TextRange;

use super::Parser;
use crate::syntax::{ALL_SOURCES, Clause, Ident, Item, ItemKind, Path, SelectId};
use crate::tokens::{Token, TokenKind};
use crate::words::is_reserved;

mod signs;

/// What is open at some place of an expression.
struct Frame {
    /// In capitals; empty for a plain parenthesis.
    function: String,
    /// How many references there were when it began.
    n_refs: usize,
    /// Names that a lambda gives to its arguments.
    params: Vec<Arc<str>>,
}

/// How far an expression has been read.
struct Scan {
    select: SelectId,
    clause: Clause,
    /// One item of a SELECT: it ends with a comma and may have an alias.
    is_item: bool,
    frames: Vec<Frame>,
    /// Whether an operand comes next, rather than an operator.
    expects_operand: bool,
    shape: Option<ItemKind>,
    alias: Option<Ident>,
}

impl Scan {
    fn operand(&mut self, kind: ItemKind) {
        if self.frames.is_empty() {
            self.shape = Some(if self.shape.is_none() { kind } else { ItemKind::Expression });
        }
        self.expects_operand = false;
    }

    fn operator(&mut self) {
        if self.frames.is_empty() {
            self.shape = Some(ItemKind::Expression);
        }
        self.expects_operand = true;
    }
}

/// How a chain of names ends.
enum ChainEnd {
    Name,
    /// `t.*`
    Star,
    /// `t.` with nothing behind it, or something filled in.
    Open,
}

/// Functions whose arguments have FROM between them.
const WITH_FROM: [&str; 7] = ["EXTRACT", "SUBSTRING", "SUBSTR", "TRIM", "OVERLAY", "POSITION", "NORMALIZE"];

/// Words behind an operand after which another one comes.
const INFIX: [&str; 12] =
    ["REGEXP", "RLIKE", "GLOB", "MATCH", "OVERLAPS", "XOR", "TO", "ESCAPE", "DIV", "MOD", "ZONE", "SOUNDS"];

/// Words behind an operand that belong to it, so that they are no alias.
const POSTFIX: [&str; 19] = [
    "AT", "TIME", "SIMILAR", "ISNULL", "NOTNULL", "IGNORE", "RESPECT", "NULLS", "ASC", "DESC", "FIRST", "LAST", "ROWS",
    "RANGE", "GROUPS", "WITHIN", "FILTER", "UNBOUNDED", "PRECEDING",
];

impl Parser<'_> {
    /// What SELECT names, up to FROM.
    pub(super) fn items(&mut self, id: SelectId) {
        if self.take_word("DISTINCT") && self.take_word("ON") && self.is_sign("(") {
            self.at += 1;
            self.scan(id, Clause::Items, false);
            self.close();
        }
        self.take_word("ALL");
        if self.is_word("TOP")
            && self.peek_at(1).is_some_and(|token| token.kind == TokenKind::Number || token.is_sign(self.text, "("))
        {
            self.at += 1;
            self.skip();
        }
        loop {
            let start = self.start();
            let first = self.at;
            // DuckDB's `alias: expression`; `column:field` and `column : field` are Snowflake's.
            let prefix = self.peek().filter(|token| {
                let after = self.peek_at(1).map(|colon| colon.range);
                let is_apart = after.is_some_and(|colon| {
                    colon.start == token.range.end && self.peek_at(2).is_some_and(|next| next.range.start > colon.end)
                });
                matches!(token.kind, TokenKind::Word | TokenKind::Quoted) && self.sign_ahead(1, ":") && is_apart
            });
            let prefix = prefix.map(|token| self.ident_of(token));
            if prefix.is_some() {
                self.at += 2;
            }
            let (shape, alias) = self.scan(id, Clause::Items, true);
            if self.at > first {
                let range = TextRange::new(start, self.last_end());
                let kind = shape.unwrap_or(ItemKind::Expression);
                self.script.selects[id.0].items.push(Item { range, alias: alias.or(prefix), kind });
            }
            if !self.take_sign(",") {
                break;
            }
        }
    }

    /// The expressions of a clause, up to the next.
    pub(super) fn expression(&mut self, id: SelectId, clause: Clause) {
        self.scan(id, clause, false);
    }

    fn scan(&mut self, select: SelectId, clause: Clause, is_item: bool) -> (Option<ItemKind>, Option<Ident>) {
        let mut scan =
            Scan { select, clause, is_item, frames: Vec::new(), expects_operand: true, shape: None, alias: None };
        while let Some(token) = self.peek() {
            let goes_on = match token.kind {
                TokenKind::Word if is_reserved(token.text(self.text)) && !self.is_call_of_reserved(&scan, token) => {
                    self.keyword(&mut scan, token)
                }
                TokenKind::Word | TokenKind::Quoted => {
                    self.name(&mut scan, token);
                    true
                }
                TokenKind::Sign => self.sign(&mut scan, token),
                TokenKind::String if !scan.expects_operand && is_item && scan.frames.is_empty() => {
                    scan.alias = Some(self.ident_of(token));
                    self.at += 1;
                    true
                }
                TokenKind::Placeholder => {
                    self.placeholder(&mut scan, token);
                    true
                }
                _ => {
                    self.at += 1;
                    scan.operand(ItemKind::Expression);
                    true
                }
            };
            if !goes_on {
                break;
            }
        }
        (scan.shape, scan.alias)
    }

    /// LEFT and RIGHT are functions, too.
    fn is_call_of_reserved(&self, scan: &Scan, token: &Token) -> bool {
        let word = token.text(self.text);
        let both = ["LEFT", "RIGHT", "CAST"].iter().any(|name| word.eq_ignore_ascii_case(name));
        both && scan.expects_operand && self.sign_ahead(1, "(")
    }

    /// A reserved word; false where the expression ends before it.
    fn keyword(&mut self, scan: &mut Scan, token: &Token) -> bool {
        let word = token.text(self.text).to_ascii_uppercase();
        let function = scan.frames.last().map(|frame| frame.function.clone());
        match word.as_str() {
            "NULL" | "TRUE" | "FALSE" => {
                self.at += 1;
                scan.operand(ItemKind::Expression);
            }
            "END" => {
                self.at += 1;
                scan.expects_operand = false;
            }
            "AS" => return self.alias_or_type(scan, function.as_deref()),
            "OVER" => {
                self.at += 1;
                if !self.is_sign("(") {
                    self.ident();
                }
            }
            "FROM" => {
                let distinct = self.at >= 2 && self.tokens[self.at - 1].is_word(self.text, "DISTINCT") && {
                    let before = &self.tokens[self.at - 2];
                    before.is_word(self.text, "IS") || before.is_word(self.text, "NOT")
                };
                if !distinct && !function.is_some_and(|name| WITH_FROM.contains(&name.as_str())) {
                    return false;
                }
                self.at += 1;
                scan.operator();
            }
            "WHERE" if function.as_deref() == Some("FILTER") => {
                self.at += 1;
                scan.operator();
            }
            "FOR" if function.is_some() => {
                self.at += 1;
                // `[x FOR x IN list]`: x is no column.
                if function.as_deref() == Some("[") {
                    let n_refs = scan.frames.last().map_or(0, |frame| frame.n_refs);
                    self.script.selects[scan.select.0].refs.truncate(n_refs);
                    while self.peek().is_some() && !self.is_sign("]") {
                        self.skip();
                    }
                } else {
                    scan.operator();
                }
            }
            "UNION" | "EXCEPT" | "INTERSECT" | "MINUS" if function.is_some() => {
                self.at += 1;
                scan.operator();
            }
            "SELECT" if function.is_some() && scan.expects_operand && self.after_set_operation() => {
                let outer = self.inside(scan.select, ALL_SOURCES);
                self.query(outer);
                scan.operand(ItemKind::Expression);
            }
            "ORDER" | "GROUP" | "LIMIT" | "OFFSET" | "PARTITION" | "USING" if function.is_some() => {
                if word == "GROUP" && self.word_ahead(1, "BY") {
                    return false;
                }
                self.at += 1;
                scan.operator();
            }
            // `WITHIN GROUP (…)`
            "GROUP" if self.sign_ahead(1, "(") => self.at += 1,
            "AND" | "OR" | "NOT" | "IN" | "IS" | "LIKE" | "ILIKE" | "BETWEEN" | "CASE" | "WHEN" | "THEN" | "ELSE"
            | "DISTINCT" | "ALL" | "BY" | "EXISTS" | "PARTITION" | "CAST" => {
                self.at += 1;
                scan.operator();
            }
            "VALUES" | "WITH" => self.at += 1,
            _ => return false,
        }
        true
    }

    fn after_set_operation(&self) -> bool {
        let before = &self.tokens[self.at.saturating_sub(1)];
        ["UNION", "EXCEPT", "INTERSECT", "MINUS", "ALL", "DISTINCT"].iter().any(|word| before.is_word(self.text, word))
    }

    /// What stands behind AS: an alias, a type, a window.
    fn alias_or_type(&mut self, scan: &mut Scan, function: Option<&str>) -> bool {
        self.at += 1;
        if function.is_some_and(|name| name.ends_with("CAST") || name == "CONVERT") {
            while self.peek().is_some() && !self.is_sign(")") && !self.is_any(&["FROM", "WHERE", "SELECT"]) {
                self.skip();
            }
        } else if self.is_sign("(") {
            // `WINDOW w AS (…)`: w is no column.
            let refs = &mut self.script.selects[scan.select.0].refs;
            if scan.clause == Clause::Window {
                refs.pop();
            }
            scan.expects_operand = true;
        } else {
            let ident = match self.peek() {
                Some(token) if token.kind == TokenKind::String => {
                    self.at += 1;
                    Some(self.ident_of(token))
                }
                _ => self.ident(),
            };
            if scan.frames.is_empty() && scan.is_item {
                scan.alias = ident;
            }
            scan.expects_operand = false;
        }
        true
    }

    /// `a.b.c`, up to a name that is a keyword.
    pub(super) fn chain(&mut self) -> (Path, bool) {
        let mut path = Path::new();
        let Some(first) = self.peek() else { return (path, false) };
        path.push(self.ident_of(first));
        self.at += 1;
        while self.is_sign(".") {
            let Some(next) = self.peek_at(1) else { break };
            let is_name = matches!(next.kind, TokenKind::Word | TokenKind::Quoted)
                && !(next.kind == TokenKind::Word && is_reserved(next.text(self.text)));
            if !is_name {
                break;
            }
            path.push(self.ident_of(next));
            self.at += 2;
        }
        let is_open = self.is_sign(".");
        (path, is_open)
    }

    fn chain_end(&mut self, is_open: bool) -> ChainEnd {
        if !is_open {
            return ChainEnd::Name;
        }
        self.at += 1;
        if self.take_sign("*") {
            return ChainEnd::Star;
        }
        if self.peek().is_some_and(|token| token.kind == TokenKind::Placeholder) {
            self.at += 1;
        }
        ChainEnd::Open
    }

    /// A name, or a word that only some dialects know.
    fn name(&mut self, scan: &mut Scan, token: &Token) {
        let word = token.text(self.text);
        let is_word = token.kind == TokenKind::Word;
        if !scan.expects_operand {
            self.at += 1;
            if is_word && INFIX.iter().any(|infix| word.eq_ignore_ascii_case(infix)) {
                return scan.operator();
            }
            if is_word && word.eq_ignore_ascii_case("COLLATE") {
                self.ident();
                return;
            }
            let call = self.is_sign("(");
            if call {
                return self.open(scan, word.to_ascii_uppercase());
            }
            let is_postfix =
                is_word && POSTFIX.iter().any(|postfix| word.eq_ignore_ascii_case(postfix)) && self.continues();
            if scan.is_item && scan.frames.is_empty() && scan.alias.is_none() && !is_postfix {
                scan.alias = Some(self.ident_of(token));
            }
            return;
        }
        // DATE '2020-01-01', INTERVAL '1' DAY, INTERVAL 5 DAY
        let is_interval = is_word && word.eq_ignore_ascii_case("INTERVAL");
        if is_word
            && self
                .peek_at(1)
                .is_some_and(|next| next.kind == TokenKind::String || (is_interval && next.kind == TokenKind::Number))
        {
            self.at += 2;
            if is_interval
                && self.peek().is_some_and(|unit| unit.kind == TokenKind::Word && !is_reserved(unit.text(self.text)))
            {
                self.at += 1;
            }
            return scan.operand(ItemKind::Expression);
        }
        let (path, is_open) = self.chain();
        match self.chain_end(is_open) {
            ChainEnd::Star => self.star(scan, path),
            ChainEnd::Open => scan.operand(ItemKind::Expression),
            ChainEnd::Name if self.is_sign("(") && path.last().is_some_and(|name| name.kind == TokenKind::Word) => {
                let function = path.last().expect("a chain has a name").clone();
                let name = function.name.to_ascii_uppercase();
                scan.operand(if name == "COLUMNS" { ItemKind::Many } else { ItemKind::Call(function) });
                self.open(scan, name);
            }
            // A named argument: `f(a := 1)`, `{a: 1}`
            ChainEnd::Name if [":=", "=>"].iter().any(|sign| self.is_sign(sign)) => {
                self.at += 1;
            }
            ChainEnd::Name if self.is_sign(":") && scan.frames.last().is_some_and(|frame| frame.function == "{") => {
                self.at += 1;
            }
            ChainEnd::Name if path.len() == 1 && self.is_lambda(scan) => {
                self.at += 1;
                if let Some(frame) = scan.frames.last_mut() {
                    frame.params.extend(path.iter().map(|part| part.name.clone()));
                }
            }
            ChainEnd::Name => {
                let is_param = scan.frames.iter().any(|frame| frame.params.contains(&path[0].name));
                if !is_param {
                    self.push_ref(scan.select, scan.clause, path.clone());
                }
                scan.operand(ItemKind::Column(path));
            }
        }
    }

    /// Whether something of the same expression follows.
    fn continues(&self) -> bool {
        self.peek().is_some_and(|next| !(next.is_sign(self.text, ",") || next.is_word(self.text, "FROM")))
    }

    /// `x -> …` is a lambda inside a call, unless a key of JSON follows.
    fn is_lambda(&self, scan: &Scan) -> bool {
        let in_call = scan.frames.last().is_some_and(|frame| !frame.function.is_empty());
        in_call
            && self.is_sign("->")
            && self.peek_at(1).is_some_and(|next| !matches!(next.kind, TokenKind::String | TokenKind::Number))
    }
}
