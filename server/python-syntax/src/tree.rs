//! Walking a script's tree: everything in it, or only what stands at one offset.

use mlwright_source_text::TextRange;

use crate::ast::{Argument, Expr, ExprKind, FStringPart, Parameter, Stmt, StmtKind};

/// What a statement or expression directly holds.
#[derive(Debug, Clone, Copy)]
pub enum Part<'t> {
    /// An expression.
    Expr(&'t Expr),
    /// The statements of a block.
    Block(&'t [Stmt]),
}

/// Calls `visit` with each statement of `body` and of what is in it, outer ones first.
pub fn each_stmt<'t>(body: &'t [Stmt], visit: &mut dyn FnMut(&'t Stmt)) {
    for stmt in body {
        visit(stmt);
        parts_of_stmt(stmt, &mut |part| {
            if let Part::Block(body) = part {
                each_stmt(body, visit);
            }
        });
    }
}

/// Calls `visit` with each expression of `body`, outer ones first.
pub fn each_expr<'t>(body: &'t [Stmt], visit: &mut dyn FnMut(&'t Expr)) {
    for stmt in body {
        parts_of_stmt(stmt, &mut |part| match part {
            Part::Expr(expr) => each_expr_in(expr, visit),
            Part::Block(body) => each_expr(body, visit),
        });
    }
}

/// Calls `visit` with `expr` and each expression in it, outer ones first.
pub fn each_expr_in<'t>(expr: &'t Expr, visit: &mut dyn FnMut(&'t Expr)) {
    visit(expr);
    parts_of_expr(expr, &mut |part| each_expr_in(part, visit));
}

/// The expressions that `offset` touches, the outermost first.
pub fn exprs_at(body: &[Stmt], offset: u32) -> Vec<&Expr> {
    let mut found = Vec::new();
    in_block(body, offset, &mut found);
    found
}

fn in_block<'t>(body: &'t [Stmt], offset: u32, found: &mut Vec<&'t Expr>) {
    for stmt in body.iter().filter(|stmt| stmt.range.touches(offset)) {
        let before = found.len();
        parts_of_stmt(stmt, &mut |part| {
            if found.len() > before {
                return;
            }
            match part {
                Part::Expr(expr) if expr.range.touches(offset) => in_expr(expr, offset, found),
                Part::Expr(_) => {}
                Part::Block(body) => in_block(body, offset, found),
            }
        });
        if found.len() > before {
            return;
        }
    }
}

fn in_expr<'t>(expr: &'t Expr, offset: u32, found: &mut Vec<&'t Expr>) {
    found.push(expr);
    // Of two that meet at the offset a string or name goes before what only ends there: `f(a)[0]` has no such case, `a+b` has.
    let mut best: Option<&'t Expr> = None;
    parts_of_expr(expr, &mut |part| {
        if part.range.touches(offset) && best.is_none_or(|best| weight(part) > weight(best)) {
            best = Some(part);
        }
    });
    if let Some(best) = best {
        in_expr(best, offset, found);
    }
}

fn weight(expr: &Expr) -> u8 {
    match &*expr.kind {
        ExprKind::Str(_) | ExprKind::Name(_) | ExprKind::Attribute { .. } | ExprKind::FString { .. } => 2,
        ExprKind::Missing => 0,
        _ => 1,
    }
}

/// Bounds of each statement that holds `offset`, the outermost first.
pub fn stmts_at(body: &[Stmt], offset: u32) -> Vec<&Stmt> {
    let mut found = Vec::new();
    let mut open = body;
    while let Some(stmt) =
        open.iter().find(|stmt| stmt.range.start <= offset && offset < stmt.range.end.max(stmt.range.start + 1))
    {
        found.push(stmt);
        let mut inner: &[Stmt] = &[];
        parts_of_stmt(stmt, &mut |part| {
            if let Part::Block(body) = part
                && body.iter().any(|stmt| stmt.range.start <= offset && offset < stmt.range.end)
            {
                inner = body;
            }
        });
        open = inner;
    }
    found
}

/// Calls `visit` with what `stmt` directly holds, in the order of the text.
pub fn parts_of_stmt<'t>(stmt: &'t Stmt, visit: &mut dyn FnMut(Part<'t>)) {
    match &*stmt.kind {
        StmtKind::Expr(expr) => visit(Part::Expr(expr)),
        StmtKind::Assign { targets, value } => {
            targets.iter().for_each(|target| visit(Part::Expr(target)));
            visit(Part::Expr(value));
        }
        StmtKind::AugAssign { target, value, .. } => {
            visit(Part::Expr(target));
            visit(Part::Expr(value));
        }
        StmtKind::AnnAssign { target, annotation, value } => {
            visit(Part::Expr(target));
            visit(Part::Expr(annotation));
            value.iter().for_each(|value| visit(Part::Expr(value)));
        }
        StmtKind::FunctionDef(function) => {
            function.decorators.iter().for_each(|decorator| visit(Part::Expr(decorator)));
            parameters(&function.parameters, &mut |expr| visit(Part::Expr(expr)));
            function.returns.iter().for_each(|returns| visit(Part::Expr(returns)));
            visit(Part::Block(&function.body));
        }
        StmtKind::ClassDef(class) => {
            class.decorators.iter().for_each(|decorator| visit(Part::Expr(decorator)));
            class.arguments.iter().for_each(|argument| visit(Part::Expr(&argument.value)));
            visit(Part::Block(&class.body));
        }
        StmtKind::Return(value) | StmtKind::Raise(value) => value.iter().for_each(|value| visit(Part::Expr(value))),
        StmtKind::Delete(exprs) | StmtKind::Error(exprs) => exprs.iter().for_each(|expr| visit(Part::Expr(expr))),
        StmtKind::For { target, iter, body, orelse } => {
            visit(Part::Expr(target));
            visit(Part::Expr(iter));
            visit(Part::Block(body));
            visit(Part::Block(orelse));
        }
        StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
            visit(Part::Expr(test));
            visit(Part::Block(body));
            visit(Part::Block(orelse));
        }
        StmtKind::With { items, body } => {
            for item in items {
                visit(Part::Expr(&item.context));
                item.target.iter().for_each(|target| visit(Part::Expr(target)));
            }
            visit(Part::Block(body));
        }
        StmtKind::Try { body, handlers, orelse, finally } => {
            visit(Part::Block(body));
            for handler in handlers {
                handler.exception.iter().for_each(|exception| visit(Part::Expr(exception)));
                visit(Part::Block(&handler.body));
            }
            visit(Part::Block(orelse));
            visit(Part::Block(finally));
        }
        StmtKind::Match { subject, cases } => {
            visit(Part::Expr(subject));
            for case in cases {
                case.guard.iter().for_each(|guard| visit(Part::Expr(guard)));
                visit(Part::Block(&case.body));
            }
        }
        StmtKind::Assert { test, message } => {
            visit(Part::Expr(test));
            message.iter().for_each(|message| visit(Part::Expr(message)));
        }
        StmtKind::Import(_)
        | StmtKind::ImportFrom { .. }
        | StmtKind::Global(_)
        | StmtKind::Nonlocal(_)
        | StmtKind::Pass
        | StmtKind::Break
        | StmtKind::Continue => {}
    }
}

fn parameters<'t>(parameters: &'t [Parameter], visit: &mut dyn FnMut(&'t Expr)) {
    for parameter in parameters {
        parameter.annotation.iter().chain(&parameter.default).for_each(&mut *visit);
    }
}

/// Calls `visit` with the expressions that `expr` directly holds.
pub fn parts_of_expr<'t>(expr: &'t Expr, visit: &mut dyn FnMut(&'t Expr)) {
    match &*expr.kind {
        ExprKind::Attribute { value, .. }
        | ExprKind::Starred(value)
        | ExprKind::Await(value)
        | ExprKind::Named { value, .. } => visit(value),
        ExprKind::Subscript { value, index } => {
            visit(value);
            visit(index);
        }
        ExprKind::Slice { lower, upper, step } => lower.iter().chain(upper).chain(step).for_each(visit),
        ExprKind::Call { function, arguments } => {
            visit(function);
            values_of(arguments).for_each(visit);
        }
        ExprKind::FString { parts } => {
            for part in parts {
                if let FStringPart::Value(value) = part {
                    visit(value);
                }
            }
        }
        ExprKind::List(items)
        | ExprKind::Tuple(items)
        | ExprKind::Set(items)
        | ExprKind::And(items)
        | ExprKind::Or(items) => {
            items.iter().for_each(visit);
        }
        ExprKind::Dict(entries) => {
            for (key, value) in entries {
                key.iter().for_each(&mut *visit);
                visit(value);
            }
        }
        ExprKind::Unary { operand, .. } => visit(operand),
        ExprKind::Binary { left, right, .. } => {
            visit(left);
            visit(right);
        }
        ExprKind::Compare { left, rest } => {
            visit(left);
            rest.iter().for_each(|(_, operand)| visit(operand));
        }
        ExprKind::IfElse { test, body, orelse } => {
            visit(body);
            visit(test);
            visit(orelse);
        }
        ExprKind::Lambda(lambda) => {
            parameters(&lambda.parameters, visit);
            visit(&lambda.body);
        }
        ExprKind::Comprehension { element, value, clauses, .. } => {
            visit(element);
            value.iter().for_each(&mut *visit);
            for clause in clauses {
                visit(&clause.target);
                visit(&clause.iter);
                clause.conditions.iter().for_each(&mut *visit);
            }
        }
        ExprKind::Yield(value) => value.iter().for_each(visit),
        ExprKind::Name(_)
        | ExprKind::Str(_)
        | ExprKind::Bytes
        | ExprKind::Integer(_)
        | ExprKind::Float(_)
        | ExprKind::Bool(_)
        | ExprKind::None
        | ExprKind::Ellipsis
        | ExprKind::Missing => {}
    }
}

fn values_of(arguments: &[Argument]) -> impl Iterator<Item = &Expr> {
    arguments.iter().map(|argument| &argument.value)
}

/// The range of the statements of a block.
pub fn range_of(body: &[Stmt]) -> Option<TextRange> {
    Some(body.first()?.range.cover(body.last()?.range))
}
