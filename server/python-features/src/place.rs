//! What stands at an offset: a string that names something, an attribute, a name.

use std::sync::Arc;

use mlwright_python_syntax::ast::{Expr, ExprKind, Ident, StrLiteral};
use mlwright_python_syntax::tree::exprs_at;
use mlwright_python_values::value::Data;
use mlwright_python_values::{Analysis, Context, Seen};
use mlwright_source_text::TextRange;

/// The expressions at an offset, with what is known of them.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) offset: u32,
    pub(super) analysis: &'a Analysis,
    /// The outermost first.
    pub(super) exprs: Vec<&'a Expr>,
}

/// A string at an offset.
#[derive(Debug, Clone, Copy)]
pub(super) struct Literal<'a> {
    pub(super) expr: &'a Expr,
    pub(super) literal: &'a StrLiteral,
    /// Between its quotes.
    pub(super) content: TextRange,
}

impl<'a> Place<'a> {
    pub(super) fn new(analysis: &'a Analysis, offset: u32) -> Self {
        Self { offset, analysis, exprs: exprs_at(&analysis.module.body, offset) }
    }

    /// The string whose content `offset` touches.
    pub(super) fn literal(&self) -> Option<Literal<'a>> {
        let expr = *self.exprs.last()?;
        let ExprKind::Str(literal) = &*expr.kind else { return None };
        let content = literal.content.filter(|content| content.touches(self.offset))?;
        Some(Literal { expr, literal, content })
    }

    /// What a string names.
    pub(super) fn context(&self, literal: Literal<'a>) -> Option<&'a Context> {
        self.analysis.flow.contexts.get(&literal.expr.id)
    }

    /// Whether what stands here is kept as it is, alone or in lists and dictionaries, and not handed to anything.
    pub(super) fn is_kept(&self) -> bool {
        let is_display = |expr: &&Expr| {
            matches!(*expr.kind, ExprKind::List(_) | ExprKind::Tuple(_) | ExprKind::Set(_) | ExprKind::Dict(_))
        };
        self.exprs.iter().rev().skip(1).all(is_display)
    }

    /// The attribute whose name `offset` touches, with what it is an attribute of.
    pub(super) fn attribute(&self) -> Option<(&'a Expr, &'a Ident)> {
        let expr = *self.exprs.last()?;
        let ExprKind::Attribute { value, attribute } = &*expr.kind else { return None };
        attribute.range.touches(self.offset).then_some((value, attribute))
    }

    pub(super) fn seen(&self, expr: &Expr) -> Option<&'a Seen> {
        self.analysis.flow.at(expr.id)
    }

    /// The data that an expression was.
    pub(super) fn data(&self, expr: &Expr) -> Option<&'a Arc<Data>> {
        self.seen(expr)?.data()
    }

    /// The expression around `inner` that `inner` directly stands in.
    pub(super) fn around(&self, inner: &Expr) -> Option<&'a Expr> {
        let position = self.exprs.iter().position(|expr| expr.id == inner.id)?;
        position.checked_sub(1).map(|outer| self.exprs[outer])
    }

    /// The last part of the name of the innermost function whose arguments the place is among: `load_model`.
    pub(super) fn function_called(&self) -> Option<&'a str> {
        self.exprs.iter().rev().find_map(|expr| match &*expr.kind {
            ExprKind::Call { function, .. } if !function.range.touches(self.offset) => match &*function.kind {
                ExprKind::Name(name) => Some(&**name),
                ExprKind::Attribute { attribute, .. } => Some(&*attribute.name),
                _ => None,
            },
            _ => None,
        })
    }
}
