//! Python as a tree of plain values: what the interpreter and the rules read instead of a parser's nodes.
//!
//! The tree is complete for broken code as well: what could not be understood is [`ExprKind::Missing`], what surrounds it
//! stands. Every expression has an [`ExprId`], dense from zero within a [`Module`], in the order of the source.

mod shift;

use std::sync::Arc;

use mlwright_source_text::TextRange;

pub(crate) use shift::Shift;

/// Number of an expression within its module: an index into tables of what is known of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(pub u32);

/// A whole file, or all cells of a notebook one after the other.
#[derive(Debug, Clone, Default)]
pub struct Module {
    pub body: Vec<Stmt>,
    /// Number of expressions: each [`ExprId`] is below it.
    pub n_exprs: u32,
    /// `#` comments in the order of the source, without the `#` and the blanks around.
    pub comments: Vec<Comment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub range: TextRange,
    pub text: Arc<str>,
}

/// A name where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    pub range: TextRange,
    pub name: Arc<str>,
}

/// A statement. Its kind is shared between the trees of a text before and after an edit, where it stayed in its place.
#[derive(Debug, Clone)]
pub struct Stmt {
    pub range: TextRange,
    pub kind: Arc<StmtKind>,
}

#[derive(Debug, Clone)]
pub enum StmtKind {
    Expr(Expr),
    /// `a = b = value` has two targets.
    Assign {
        targets: Vec<Expr>,
        value: Expr,
    },
    AugAssign {
        target: Expr,
        operator: BinaryOperator,
        value: Expr,
    },
    AnnAssign {
        target: Expr,
        annotation: Expr,
        value: Option<Expr>,
    },
    FunctionDef(Arc<FunctionDef>),
    ClassDef(Arc<ClassDef>),
    Return(Option<Expr>),
    Delete(Vec<Expr>),
    For {
        target: Expr,
        iter: Expr,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    While {
        test: Expr,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    /// `elif` is an `If` alone in `orelse`.
    If {
        test: Expr,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    With {
        items: Vec<WithItem>,
        body: Vec<Stmt>,
    },
    Try {
        body: Vec<Stmt>,
        handlers: Vec<Handler>,
        orelse: Vec<Stmt>,
        finally: Vec<Stmt>,
    },
    Match {
        subject: Expr,
        cases: Vec<Case>,
    },
    Import(Vec<ImportName>),
    /// `from module import names`; `level` counts the leading dots; `*` is the one name `*`.
    ImportFrom {
        module: Option<Ident>,
        level: u32,
        names: Vec<ImportName>,
    },
    Global(Vec<Ident>),
    Nonlocal(Vec<Ident>),
    Raise(Option<Expr>),
    Assert {
        test: Expr,
        message: Option<Expr>,
    },
    Pass,
    Break,
    Continue,
    /// What could not be understood, with the expressions that could be.
    Error(Vec<Expr>),
}

#[derive(Debug, Clone)]
pub struct WithItem {
    pub context: Expr,
    pub target: Option<Expr>,
}

#[derive(Debug, Clone)]
pub struct Handler {
    pub exception: Option<Expr>,
    pub name: Option<Ident>,
    pub body: Vec<Stmt>,
}

/// A `case`: names that its pattern binds, then the guard and the body.
#[derive(Debug, Clone)]
pub struct Case {
    pub bindings: Vec<Ident>,
    pub guard: Option<Expr>,
    pub body: Vec<Stmt>,
}

/// `name as alias`; `name` is dotted in `import a.b`.
#[derive(Debug, Clone)]
pub struct ImportName {
    pub name: Ident,
    pub alias: Option<Ident>,
}

#[derive(Debug, Clone)]
pub struct FunctionDef {
    pub name: Ident,
    pub parameters: Vec<Parameter>,
    pub returns: Option<Expr>,
    pub decorators: Vec<Expr>,
    pub body: Vec<Stmt>,
    pub range: TextRange,
    pub is_async: bool,
}

#[derive(Debug, Clone)]
pub struct Parameter {
    pub name: Ident,
    pub kind: ParameterKind,
    pub annotation: Option<Expr>,
    pub default: Option<Expr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    PositionalOnly,
    Plain,
    /// `*args`
    Rest,
    KeywordOnly,
    /// `**kwargs`
    KeywordRest,
}

#[derive(Debug, Clone)]
pub struct ClassDef {
    pub name: Ident,
    /// Bases and keywords such as `metaclass=`.
    pub arguments: Vec<Argument>,
    pub decorators: Vec<Expr>,
    pub body: Vec<Stmt>,
    pub range: TextRange,
}

#[derive(Debug, Clone)]
pub struct Expr {
    pub id: ExprId,
    /// Without parentheses around it.
    pub range: TextRange,
    pub kind: Box<ExprKind>,
}

#[derive(Debug, Clone)]
pub enum ExprKind {
    Name(Arc<str>),
    Attribute {
        value: Expr,
        attribute: Ident,
    },
    /// `value[index]`; `a[1, 2]` has a tuple as index.
    Subscript {
        value: Expr,
        index: Expr,
    },
    Slice {
        lower: Option<Expr>,
        upper: Option<Expr>,
        step: Option<Expr>,
    },
    Call {
        function: Expr,
        arguments: Vec<Argument>,
    },
    Str(StrLiteral),
    /// An f-string: its expressions, and its text where no expression stands in it.
    FString {
        parts: Vec<FStringPart>,
    },
    Bytes,
    Integer(Option<i64>),
    Float(f64),
    Bool(bool),
    None,
    Ellipsis,
    List(Vec<Expr>),
    Tuple(Vec<Expr>),
    Set(Vec<Expr>),
    /// Entries without a key are `**value`.
    Dict(Vec<(Option<Expr>, Expr)>),
    Unary {
        operator: UnaryOperator,
        operand: Expr,
    },
    Binary {
        left: Expr,
        operator: BinaryOperator,
        right: Expr,
    },
    /// `a < b < c`: the first operand, then pairs.
    Compare {
        left: Expr,
        rest: Vec<(CompareOperator, Expr)>,
    },
    And(Vec<Expr>),
    Or(Vec<Expr>),
    IfElse {
        test: Expr,
        body: Expr,
        orelse: Expr,
    },
    Lambda(Arc<Lambda>),
    Comprehension {
        kind: ComprehensionKind,
        element: Expr,
        value: Option<Expr>,
        clauses: Vec<Clause>,
    },
    /// `*value`
    Starred(Expr),
    Await(Expr),
    Yield(Option<Expr>),
    /// `name := value`
    Named {
        target: Ident,
        value: Expr,
    },
    /// Not there, or not understood.
    Missing,
}

/// A string literal, adjacent ones joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrLiteral {
    /// The text, escapes resolved.
    pub value: Arc<str>,
    /// Between the quotes, where the literal is one piece and has no escapes, so that offsets in `value` are offsets here.
    pub content: Option<TextRange>,
}

#[derive(Debug, Clone)]
pub enum FStringPart {
    Text(Arc<str>),
    Value(Expr),
}

#[derive(Debug, Clone)]
pub struct Lambda {
    pub parameters: Vec<Parameter>,
    pub body: Expr,
}

#[derive(Debug, Clone)]
pub struct Argument {
    pub kind: ArgumentKind,
    pub value: Expr,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArgumentKind {
    Positional,
    Keyword(Ident),
    /// `*value`
    Rest,
    /// `**value`
    KeywordRest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComprehensionKind {
    List,
    Set,
    Dict,
    Generator,
}

#[derive(Debug, Clone)]
pub struct Clause {
    pub target: Expr,
    pub iter: Expr,
    pub conditions: Vec<Expr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOperator {
    Not,
    Minus,
    Plus,
    Invert,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    MatrixMultiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
    LeftShift,
    RightShift,
    And,
    Or,
    Xor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOperator {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    NotIn,
    Is,
    IsNot,
}
