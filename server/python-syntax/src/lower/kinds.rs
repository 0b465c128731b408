//! The grammar's node kinds and fields as Rust values, looked up once.

use std::num::NonZeroU16;
use std::sync::LazyLock;

use tree_sitter::Language;

/// The Python grammar.
pub(super) fn language() -> Language {
    tree_sitter_python::LANGUAGE.into()
}

macro_rules! kinds {
    ($($variant:ident = $name:literal,)*) => {
        /// What a node is; [`Kind::Other`] for tokens and for what the lowering never looks at.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Kind {
            Error,
            Other,
            $($variant,)*
        }

        fn kind_of_name(name: &str) -> Kind {
            match name {
                $($name => Kind::$variant,)*
                _ => Kind::Other,
            }
        }
    };
}

kinds! {
    AliasedImport = "aliased_import",
    ArgumentList = "argument_list",
    AsPattern = "as_pattern",
    AsPatternTarget = "as_pattern_target",
    AssertStatement = "assert_statement",
    Assignment = "assignment",
    Attribute = "attribute",
    AugmentedAssignment = "augmented_assignment",
    Await = "await",
    BinaryOperator = "binary_operator",
    Block = "block",
    BooleanOperator = "boolean_operator",
    BreakStatement = "break_statement",
    Call = "call",
    CaseClause = "case_clause",
    CasePattern = "case_pattern",
    ClassDefinition = "class_definition",
    ClassPattern = "class_pattern",
    Comment = "comment",
    ComparisonOperator = "comparison_operator",
    ConcatenatedString = "concatenated_string",
    ConditionalExpression = "conditional_expression",
    ConstrainedType = "constrained_type",
    ContinueStatement = "continue_statement",
    DecoratedDefinition = "decorated_definition",
    Decorator = "decorator",
    DefaultParameter = "default_parameter",
    DeleteStatement = "delete_statement",
    Dictionary = "dictionary",
    DictionaryComprehension = "dictionary_comprehension",
    DictionarySplat = "dictionary_splat",
    DictionarySplatPattern = "dictionary_splat_pattern",
    DottedName = "dotted_name",
    ElifClause = "elif_clause",
    Ellipsis = "ellipsis",
    ElseClause = "else_clause",
    ExceptClause = "except_clause",
    ExecStatement = "exec_statement",
    ExpressionList = "expression_list",
    ExpressionStatement = "expression_statement",
    False = "false",
    FinallyClause = "finally_clause",
    Float = "float",
    ForInClause = "for_in_clause",
    ForStatement = "for_statement",
    FormatExpression = "format_expression",
    FormatSpecifier = "format_specifier",
    FunctionDefinition = "function_definition",
    FutureImportStatement = "future_import_statement",
    GeneratorExpression = "generator_expression",
    GenericType = "generic_type",
    GlobalStatement = "global_statement",
    Identifier = "identifier",
    IfClause = "if_clause",
    IfStatement = "if_statement",
    ImportFromStatement = "import_from_statement",
    ImportPrefix = "import_prefix",
    ImportStatement = "import_statement",
    Integer = "integer",
    Interpolation = "interpolation",
    KeywordArgument = "keyword_argument",
    KeywordPattern = "keyword_pattern",
    KeywordSeparator = "keyword_separator",
    Lambda = "lambda",
    LambdaParameters = "lambda_parameters",
    List = "list",
    ListComprehension = "list_comprehension",
    ListPattern = "list_pattern",
    ListSplat = "list_splat",
    ListSplatPattern = "list_splat_pattern",
    MatchStatement = "match_statement",
    MemberType = "member_type",
    Module = "module",
    NamedExpression = "named_expression",
    None = "none",
    NonlocalStatement = "nonlocal_statement",
    NotOperator = "not_operator",
    Pair = "pair",
    Parameters = "parameters",
    ParenthesizedExpression = "parenthesized_expression",
    PassStatement = "pass_statement",
    PatternList = "pattern_list",
    PositionalSeparator = "positional_separator",
    PrintStatement = "print_statement",
    RaiseStatement = "raise_statement",
    RelativeImport = "relative_import",
    ReturnStatement = "return_statement",
    Set = "set",
    SetComprehension = "set_comprehension",
    Slice = "slice",
    SplatPattern = "splat_pattern",
    SplatType = "splat_type",
    String = "string",
    StringContent = "string_content",
    StringEnd = "string_end",
    StringStart = "string_start",
    Subscript = "subscript",
    True = "true",
    TryStatement = "try_statement",
    Tuple = "tuple",
    TuplePattern = "tuple_pattern",
    Type = "type",
    TypeAliasStatement = "type_alias_statement",
    TypeParameter = "type_parameter",
    TypedDefaultParameter = "typed_default_parameter",
    TypedParameter = "typed_parameter",
    UnaryOperator = "unary_operator",
    UnionType = "union_type",
    WhileStatement = "while_statement",
    WildcardImport = "wildcard_import",
    WithClause = "with_clause",
    WithItem = "with_item",
    WithStatement = "with_statement",
    Yield = "yield",
}

impl Kind {
    /// Of a node's number; the grammar numbers an aliased kind more than once, so names decide.
    pub(super) fn of_id(id: u16) -> Self {
        static TABLE: LazyLock<Vec<Kind>> = LazyLock::new(|| {
            let language = language();
            (0..language.node_kind_count() as u16)
                .map(|id| match language.node_kind_is_named(id) {
                    true => language.node_kind_for_id(id).map_or(Kind::Other, kind_of_name),
                    false => Kind::Other,
                })
                .collect()
        });
        // The error's number lies outside the grammar's table.
        TABLE.get(usize::from(id)).copied().unwrap_or(Kind::Error)
    }

    /// Whether it can stand where a value or a target stands.
    pub(super) fn is_expression(self) -> bool {
        use Kind::*;
        matches!(
            self,
            AsPattern
                | AsPatternTarget
                | Attribute
                | Await
                | BinaryOperator
                | BooleanOperator
                | Call
                | ComparisonOperator
                | ConcatenatedString
                | ConditionalExpression
                | Dictionary
                | DictionaryComprehension
                | Ellipsis
                | ExpressionList
                | False
                | Float
                | GeneratorExpression
                | Identifier
                | Integer
                | Lambda
                | List
                | ListComprehension
                | ListPattern
                | ListSplat
                | ListSplatPattern
                | NamedExpression
                | None
                | NotOperator
                | ParenthesizedExpression
                | PatternList
                | Set
                | SetComprehension
                | Slice
                | String
                | Subscript
                | True
                | Tuple
                | TuplePattern
                | Type
                | UnaryOperator
                | Yield
                | ConstrainedType
                | GenericType
                | MemberType
                | SplatType
                | UnionType
        )
    }

    /// Whether it is a whole statement.
    pub(super) fn is_statement(self) -> bool {
        use Kind::*;
        matches!(
            self,
            AssertStatement
                | BreakStatement
                | ClassDefinition
                | ContinueStatement
                | DecoratedDefinition
                | DeleteStatement
                | ExecStatement
                | ExpressionStatement
                | ForStatement
                | FunctionDefinition
                | FutureImportStatement
                | GlobalStatement
                | IfStatement
                | ImportFromStatement
                | ImportStatement
                | MatchStatement
                | NonlocalStatement
                | PassStatement
                | PrintStatement
                | RaiseStatement
                | ReturnStatement
                | TryStatement
                | TypeAliasStatement
                | WhileStatement
                | WithStatement
        )
    }
}

/// The numbers of the fields that tell a node's children apart.
#[derive(Debug)]
pub(super) struct Fields {
    pub alias: NonZeroU16,
    pub argument: NonZeroU16,
    pub arguments: NonZeroU16,
    pub attribute: NonZeroU16,
    pub body: NonZeroU16,
    pub cause: NonZeroU16,
    pub condition: NonZeroU16,
    pub definition: NonZeroU16,
    pub expression: NonZeroU16,
    pub format_specifier: NonZeroU16,
    pub function: NonZeroU16,
    pub guard: NonZeroU16,
    pub key: NonZeroU16,
    pub left: NonZeroU16,
    pub module_name: NonZeroU16,
    pub name: NonZeroU16,
    pub object: NonZeroU16,
    pub operator: NonZeroU16,
    pub operators: NonZeroU16,
    pub parameters: NonZeroU16,
    pub return_type: NonZeroU16,
    pub right: NonZeroU16,
    pub subject: NonZeroU16,
    pub subscript: NonZeroU16,
    pub superclasses: NonZeroU16,
    pub r#type: NonZeroU16,
    pub value: NonZeroU16,
}

/// The grammar's fields.
pub(super) fn fields() -> &'static Fields {
    static FIELDS: LazyLock<Fields> = LazyLock::new(|| {
        let language = language();
        let id = |name: &str| language.field_id_for_name(name).expect("the grammar has this field");
        Fields {
            alias: id("alias"),
            argument: id("argument"),
            arguments: id("arguments"),
            attribute: id("attribute"),
            body: id("body"),
            cause: id("cause"),
            condition: id("condition"),
            definition: id("definition"),
            expression: id("expression"),
            format_specifier: id("format_specifier"),
            function: id("function"),
            guard: id("guard"),
            key: id("key"),
            left: id("left"),
            module_name: id("module_name"),
            name: id("name"),
            object: id("object"),
            operator: id("operator"),
            operators: id("operators"),
            parameters: id("parameters"),
            return_type: id("return_type"),
            right: id("right"),
            subject: id("subject"),
            subscript: id("subscript"),
            superclasses: id("superclasses"),
            r#type: id("type"),
            value: id("value"),
        }
    });
    &FIELDS
}
