//! Arguments of a call, by position and keyword.

use std::sync::Arc;

use mlwright_python_syntax::ast::Expr;
use mlwright_python_values::value::Value;
use mlwright_source_text::TextRange;

/// A call under way: where it stands and what it is given.
#[derive(Debug)]
pub struct Call<'e> {
    pub expr: &'e Expr,
    pub arguments: Vec<Arg<'e>>,
}

/// An argument with its value.
#[derive(Debug, Clone)]
pub struct Arg<'e> {
    pub keyword: Option<Arc<str>>,
    /// None where it came out of `*args` or `**kwargs`.
    pub expr: Option<&'e Expr>,
    pub value: Value,
}

impl<'e> Call<'e> {
    pub fn range(&self) -> TextRange {
        self.expr.range
    }

    /// The argument at `position` (from zero) among those without a keyword.
    pub fn positional(&self, position: usize) -> Option<&Arg<'e>> {
        self.arguments.iter().filter(|argument| argument.keyword.is_none()).nth(position)
    }

    /// All without a keyword.
    pub fn positionals(&self) -> impl Iterator<Item = &Arg<'e>> {
        self.arguments.iter().filter(|argument| argument.keyword.is_none())
    }

    pub fn keyword(&self, name: &str) -> Option<&Arg<'e>> {
        self.arguments.iter().find(|argument| argument.keyword.as_deref() == Some(name))
    }

    /// By keyword, else by position.
    pub fn get(&self, position: usize, keyword: &str) -> Option<&Arg<'e>> {
        self.keyword(keyword).or_else(|| self.positional(position))
    }

    /// The value of an argument; unknown where it is not given.
    pub fn value(&self, position: usize, keyword: &str) -> Value {
        self.get(position, keyword).map(|argument| argument.value.clone()).unwrap_or_default()
    }

    /// Whether a keyword is given as `True`.
    pub fn flag(&self, keyword: &str) -> Option<bool> {
        self.keyword(keyword).and_then(|argument| argument.value.truth())
    }
}

impl Arg<'_> {
    pub fn range(&self) -> Option<TextRange> {
        self.expr.map(|expr| expr.range)
    }
}
