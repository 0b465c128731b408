//! Moving a tree that was read before to another place of a text.

use std::sync::Arc;

use mlwright_source_text::TextRange;

use super::{
    Argument, ArgumentKind, Case, Clause, Expr, ExprId, ExprKind, FStringPart, Handler, Ident, ImportName, Parameter,
    Stmt, StmtKind, WithItem,
};

/// How far to move: bytes, and numbers of expressions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shift {
    pub bytes: i64,
    pub ids: i64,
}

impl Shift {
    /// Whether anything moves.
    pub(crate) fn moves(self) -> bool {
        self.bytes != 0 || self.ids != 0
    }

    /// Moves statements with everything in them.
    pub(crate) fn stmts(self, stmts: &mut [Stmt]) {
        if self.moves() {
            for stmt in stmts {
                self.stmt(stmt);
            }
        }
    }

    fn range(self, range: &mut TextRange) {
        let moved = |offset: u32| (i64::from(offset) + self.bytes) as u32;
        *range = TextRange::new(moved(range.start), moved(range.end));
    }

    fn ident(self, ident: &mut Ident) {
        self.range(&mut ident.range);
    }

    fn idents(self, idents: &mut [Ident]) {
        for ident in idents {
            self.ident(ident);
        }
    }

    fn imports(self, names: &mut [ImportName]) {
        for name in names {
            self.ident(&mut name.name);
            if let Some(alias) = &mut name.alias {
                self.ident(alias);
            }
        }
    }

    fn stmt(self, stmt: &mut Stmt) {
        self.range(&mut stmt.range);
        match Arc::make_mut(&mut stmt.kind) {
            StmtKind::Expr(expr) => self.expr(expr),
            StmtKind::Assign { targets, value } => {
                self.exprs(targets);
                self.expr(value);
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target);
                self.expr(value);
            }
            StmtKind::AnnAssign { target, annotation, value } => {
                self.expr(target);
                self.expr(annotation);
                self.option(value);
            }
            StmtKind::FunctionDef(function) => {
                let function = Arc::make_mut(function);
                self.ident(&mut function.name);
                self.parameters(&mut function.parameters);
                self.option(&mut function.returns);
                self.exprs(&mut function.decorators);
                self.stmts(&mut function.body);
                self.range(&mut function.range);
            }
            StmtKind::ClassDef(class) => {
                let class = Arc::make_mut(class);
                self.ident(&mut class.name);
                self.arguments(&mut class.arguments);
                self.exprs(&mut class.decorators);
                self.stmts(&mut class.body);
                self.range(&mut class.range);
            }
            StmtKind::Return(value) | StmtKind::Raise(value) => self.option(value),
            StmtKind::Delete(exprs) | StmtKind::Error(exprs) => self.exprs(exprs),
            StmtKind::For { target, iter, body, orelse } => {
                self.expr(target);
                self.expr(iter);
                self.stmts(body);
                self.stmts(orelse);
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expr(test);
                self.stmts(body);
                self.stmts(orelse);
            }
            StmtKind::With { items, body } => {
                for WithItem { context, target } in items {
                    self.expr(context);
                    self.option(target);
                }
                self.stmts(body);
            }
            StmtKind::Try { body, handlers, orelse, finally } => {
                self.stmts(body);
                for Handler { exception, name, body } in handlers {
                    self.option(exception);
                    if let Some(name) = name {
                        self.ident(name);
                    }
                    self.stmts(body);
                }
                self.stmts(orelse);
                self.stmts(finally);
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject);
                for Case { bindings, guard, body } in cases {
                    self.idents(bindings);
                    self.option(guard);
                    self.stmts(body);
                }
            }
            StmtKind::Import(names) => self.imports(names),
            StmtKind::ImportFrom { module, names, .. } => {
                if let Some(module) = module {
                    self.ident(module);
                }
                self.imports(names);
            }
            StmtKind::Global(names) | StmtKind::Nonlocal(names) => self.idents(names),
            StmtKind::Assert { test, message } => {
                self.expr(test);
                self.option(message);
            }
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => {}
        }
    }

    fn exprs(self, exprs: &mut [Expr]) {
        for expr in exprs {
            self.expr(expr);
        }
    }

    fn option(self, expr: &mut Option<Expr>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    fn arguments(self, arguments: &mut [Argument]) {
        for argument in arguments {
            if let ArgumentKind::Keyword(name) = &mut argument.kind {
                self.ident(name);
            }
            self.expr(&mut argument.value);
        }
    }

    fn parameters(self, parameters: &mut [Parameter]) {
        for parameter in parameters {
            self.ident(&mut parameter.name);
            self.option(&mut parameter.annotation);
            self.option(&mut parameter.default);
        }
    }

    fn expr(self, expr: &mut Expr) {
        expr.id = ExprId((i64::from(expr.id.0) + self.ids) as u32);
        self.range(&mut expr.range);
        match &mut *expr.kind {
            ExprKind::Attribute { value, attribute } => {
                self.expr(value);
                self.ident(attribute);
            }
            ExprKind::Subscript { value, index } => {
                self.expr(value);
                self.expr(index);
            }
            ExprKind::Slice { lower, upper, step } => {
                self.option(lower);
                self.option(upper);
                self.option(step);
            }
            ExprKind::Call { function, arguments } => {
                self.expr(function);
                self.arguments(arguments);
            }
            ExprKind::Str(literal) => {
                if let Some(content) = &mut literal.content {
                    self.range(content);
                }
            }
            ExprKind::FString { parts } => {
                for part in parts {
                    if let FStringPart::Value(value) = part {
                        self.expr(value);
                    }
                }
            }
            ExprKind::List(items)
            | ExprKind::Tuple(items)
            | ExprKind::Set(items)
            | ExprKind::And(items)
            | ExprKind::Or(items) => {
                self.exprs(items);
            }
            ExprKind::Dict(entries) => {
                for (key, value) in entries {
                    self.option(key);
                    self.expr(value);
                }
            }
            ExprKind::Unary { operand, .. } => self.expr(operand),
            ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Compare { left, rest } => {
                self.expr(left);
                for (_, operand) in rest {
                    self.expr(operand);
                }
            }
            ExprKind::IfElse { test, body, orelse } => {
                self.expr(test);
                self.expr(body);
                self.expr(orelse);
            }
            ExprKind::Lambda(lambda) => {
                let lambda = Arc::make_mut(lambda);
                self.parameters(&mut lambda.parameters);
                self.expr(&mut lambda.body);
            }
            ExprKind::Comprehension { element, value, clauses, .. } => {
                self.expr(element);
                self.option(value);
                for Clause { target, iter, conditions } in clauses {
                    self.expr(target);
                    self.expr(iter);
                    self.exprs(conditions);
                }
            }
            ExprKind::Starred(value) | ExprKind::Await(value) => self.expr(value),
            ExprKind::Yield(value) => self.option(value),
            ExprKind::Named { target, value } => {
                self.ident(target);
                self.expr(value);
            }
            ExprKind::Name(_)
            | ExprKind::Bytes
            | ExprKind::Integer(_)
            | ExprKind::Float(_)
            | ExprKind::Bool(_)
            | ExprKind::None
            | ExprKind::Ellipsis
            | ExprKind::Missing => {}
        }
    }
}
