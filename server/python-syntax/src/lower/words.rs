//! Names and keywords as the scanner tells them apart.

use super::scan::Before;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Name,
    Async,
    Class,
    Def,
    /// `else`, which a conditional expression has as well.
    Else,
    /// `elif`, `except`, `finally`.
    Continuation,
    /// `try`, which needs nothing but its colon.
    Try,
    For,
    From,
    If,
    Import,
    In,
    Lambda,
    /// `while`, `with`.
    Header,
    /// `and`, `or`, `not`, `is`, `as`.
    Operator,
    /// `await`
    Await,
    /// `return`, `raise`: a value may follow.
    Return,
    /// `yield`, which is an expression.
    Yield,
    /// `assert`, `del`, `global`, `nonlocal`: a value must follow.
    Simple,
    /// `pass`, `break`, `continue`.
    Alone,
}

/// What a word is.
pub(super) fn word(text: &str) -> Word {
    match text {
        "async" => Word::Async,
        "class" => Word::Class,
        "def" => Word::Def,
        "else" => Word::Else,
        "elif" | "except" | "finally" => Word::Continuation,
        "try" => Word::Try,
        "for" => Word::For,
        "from" => Word::From,
        "if" => Word::If,
        "import" => Word::Import,
        "in" => Word::In,
        "lambda" => Word::Lambda,
        "while" | "with" => Word::Header,
        "and" | "or" | "not" | "is" | "as" => Word::Operator,
        "await" => Word::Await,
        "return" | "raise" => Word::Return,
        "yield" => Word::Yield,
        "assert" | "del" | "global" | "nonlocal" => Word::Simple,
        "pass" | "break" | "continue" => Word::Alone,
        _ => Word::Name,
    }
}

impl Word {
    /// What it is to the token after it.
    pub(super) fn before(self) -> Before {
        match self {
            Word::Name | Word::Alone => Before::Value,
            Word::Async | Word::Else | Word::Continuation | Word::Try | Word::Lambda | Word::Return | Word::Yield => {
                Before::Keyword
            }
            _ => Before::Operator,
        }
    }

    /// Whether a statement that starts with it goes on with the one before.
    pub(super) fn continues(self) -> bool {
        matches!(self, Word::Else | Word::Continuation)
    }

    /// Whether a statement that starts with it has a colon and a block.
    pub(super) fn is_header(self) -> bool {
        matches!(
            self,
            Word::Class | Word::Def | Word::Else | Word::Continuation | Word::Try | Word::For | Word::If | Word::Header
        )
    }

    pub(super) fn is_definition(self) -> bool {
        matches!(self, Word::Class | Word::Def)
    }

    /// Whether it stands at the start of a statement and nowhere else.
    pub(super) fn starts_only_statements(self) -> bool {
        matches!(
            self,
            Word::Class
                | Word::Def
                | Word::Continuation
                | Word::Try
                | Word::Import
                | Word::Header
                | Word::Return
                | Word::Simple
                | Word::Alone
        )
    }

    /// Whether it starts a value, so that it cannot follow one.
    pub(super) fn is_value(self) -> bool {
        matches!(self, Word::Name | Word::Lambda | Word::Await | Word::Yield)
    }
}
