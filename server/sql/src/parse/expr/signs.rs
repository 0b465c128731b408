//! Signs of an expression: parentheses with what they hold, stars, and what is filled in.

use super::{Frame, Scan};
use crate::parse::Parser;
use crate::syntax::{ALL_SOURCES, Clause, ItemKind, Path};
use crate::tokens::{Token, TokenKind};

impl Parser<'_> {
    pub(super) fn star(&mut self, scan: &mut Scan, qualifier: Path) {
        let mut excluded = Vec::new();
        let mut is_certain = true;
        loop {
            if self.is_word("EXCLUDE") || (self.is_word("EXCEPT") && self.sign_ahead(1, "(") && !self.query_ahead(2)) {
                self.at += 1;
                if self.is_sign("(") {
                    excluded.extend(self.ident_list());
                } else {
                    excluded.extend(self.ident());
                }
            } else if self.is_word("REPLACE") && self.sign_ahead(1, "(") {
                self.at += 1;
                self.open(scan, "REPLACE".to_owned());
                break;
            } else if self.is_any(&["RENAME", "ILIKE", "LIKE", "SIMILAR"]) {
                is_certain = false;
                self.at += 1;
                self.skip();
            } else {
                break;
            }
        }
        if scan.frames.is_empty() || scan.shape.is_none() {
            scan.shape = Some(if scan.shape.is_none() {
                ItemKind::Star { qualifier, excluded, is_certain }
            } else {
                ItemKind::Expression
            });
        }
        scan.expects_operand = false;
    }

    /// The parenthesis of a call, at which the reader stands.
    pub(super) fn open(&mut self, scan: &mut Scan, function: String) {
        self.at += 1;
        // `AVG( FROM t` is a call that is not closed.
        if (function.is_empty() || !self.is_word("FROM")) && self.is_query_start() {
            return self.subquery(scan);
        }
        if function == "EXTRACT"
            && self.peek().is_some_and(|field| field.kind == TokenKind::Word)
            && self.word_ahead(1, "FROM")
        {
            self.at += 1;
        }
        let n_refs = self.script.select(scan.select).refs.len();
        scan.frames.push(Frame { function, n_refs, params: Vec::new() });
        scan.expects_operand = true;
    }

    fn is_query_start(&self) -> bool {
        self.is_any(&["SELECT", "WITH", "VALUES"])
            || (self.is_word("FROM") && self.peek_at(1).is_some_and(|token| token.kind != TokenKind::Sign))
    }

    /// A query in parentheses, of which the opening one has been taken.
    fn subquery(&mut self, scan: &mut Scan) {
        let outer = self.inside(scan.select, ALL_SOURCES);
        self.query(outer);
        self.skip_to_close();
        self.close();
        scan.operand(ItemKind::Expression);
    }

    /// A sign; false where the expression ends before it.
    pub(super) fn sign(&mut self, scan: &mut Scan, token: &Token) -> bool {
        match token.text(self.text) {
            ")" | "]" | "}" => return self.close_frame(scan, token),
            "(" => {
                if scan.expects_operand {
                    scan.operand(ItemKind::Expression);
                }
                self.open(scan, String::new());
            }
            open @ ("[" | "{") => {
                if scan.expects_operand {
                    scan.operand(ItemKind::Expression);
                }
                self.at += 1;
                let n_refs = self.script.select(scan.select).refs.len();
                scan.frames.push(Frame { function: open.to_owned(), n_refs, params: Vec::new() });
                scan.expects_operand = true;
            }
            "," => {
                // In `FROM a JOIN b ON x, c` the comma is FROM's.
                if scan.frames.is_empty() && (scan.is_item || scan.clause == Clause::On) {
                    return false;
                }
                self.at += 1;
                scan.expects_operand = true;
            }
            "*" if scan.expects_operand => {
                self.at += 1;
                self.star(scan, Path::new());
            }
            "::" => {
                self.at += 1;
                self.ident();
                if self.is_sign("(") || self.is_sign("[") {
                    self.skip();
                }
                scan.operator();
                scan.expects_operand = false;
            }
            // A field of what a call or an element gave.
            "." => {
                self.at += 1;
                if !self.take_sign("*") {
                    self.ident();
                }
                scan.operator();
                scan.expects_operand = false;
            }
            ":" if !scan.expects_operand
                && scan.frames.last().is_none_or(|frame| frame.function != "[" && frame.function != "{") =>
            {
                self.at += 1;
                self.ident();
                scan.operator();
                scan.expects_operand = false;
            }
            _ => {
                self.at += 1;
                scan.operator();
            }
        }
        true
    }

    fn close_frame(&mut self, scan: &mut Scan, token: &Token) -> bool {
        let Some(frame) = scan.frames.pop() else {
            // `]` and `}` close nothing that others know of.
            if token.is_sign(self.text, ")") {
                return false;
            }
            self.at += 1;
            return true;
        };
        self.at += 1;
        scan.expects_operand = false;
        // `(x, y) -> …`
        if frame.function.is_empty() && self.is_lambda(scan) {
            let params = self.script.selects[scan.select.0].refs.split_off(frame.n_refs);
            if let Some(around) = scan.frames.last_mut() {
                around.params.extend(params.into_iter().map(|param| param.path[0].name.clone()));
            }
            self.at += 1;
            scan.expects_operand = true;
        }
        true
    }

    pub(super) fn placeholder(&mut self, scan: &mut Scan, token: &Token) {
        self.at += 1;
        let text = token.text(self.text);
        if text.starts_with("{%") {
            self.script.selects[scan.select.0].is_open = true;
            return;
        }
        let is_many = text.contains('{');
        // `{schema}.name`
        while self.is_sign(".") {
            self.at += 1;
            if !self.take_sign("*") {
                self.ident();
            }
        }
        if is_many && !scan.expects_operand && scan.frames.is_empty() {
            // Whatever it becomes, it may have commas in it.
            scan.shape = Some(ItemKind::Many);
            return;
        }
        scan.operand(if is_many { ItemKind::Many } else { ItemKind::Expression });
    }
}
