//! The tree as text in which every operator has its parentheses: small enough to stand in a test. What is missing is `?`.

use std::fmt::Write;

use crate::ast::*;

/// Statements, one a line, blocks in braces.
pub(super) fn module(module: &Module) -> String {
    block(&module.body)
}

fn block(body: &[Stmt]) -> String {
    body.iter().map(statement).collect::<Vec<_>>().join("; ")
}

fn braces(body: &[Stmt]) -> String {
    format!("{{{}}}", block(body))
}

fn optional(before: &str, value: Option<&Expr>) -> String {
    value.map(|value| format!("{before}{}", expr(value))).unwrap_or_default()
}

fn list<T>(items: &[T], print: impl Fn(&T) -> String) -> String {
    items.iter().map(print).collect::<Vec<_>>().join(", ")
}

fn ident(ident: &Ident) -> String {
    if ident.name.is_empty() { "?".into() } else { ident.name.to_string() }
}

fn clause(name: &str, body: &[Stmt]) -> String {
    if body.is_empty() { String::new() } else { format!(" {name} {}", braces(body)) }
}

fn statement(statement: &Stmt) -> String {
    match &*statement.kind {
        StmtKind::Expr(value) => expr(value),
        StmtKind::Assign { targets, value } => {
            format!("{} = {}", targets.iter().map(expr).collect::<Vec<_>>().join(" = "), expr(value))
        }
        StmtKind::AugAssign { target, operator, value } => {
            format!("{} {}= {}", expr(target), binary(*operator), expr(value))
        }
        StmtKind::AnnAssign { target, annotation, value } => {
            format!("{}: {}{}", expr(target), expr(annotation), optional(" = ", value.as_ref()))
        }
        StmtKind::FunctionDef(function) => format!(
            "{}{}def {}({}){} {}",
            decorators(&function.decorators),
            if function.is_async { "async " } else { "" },
            ident(&function.name),
            parameters(&function.parameters),
            optional(" -> ", function.returns.as_ref()),
            braces(&function.body)
        ),
        StmtKind::ClassDef(class) => format!(
            "{}class {}({}) {}",
            decorators(&class.decorators),
            ident(&class.name),
            list(&class.arguments, argument),
            braces(&class.body)
        ),
        StmtKind::Return(value) => format!("return{}", optional(" ", value.as_ref())),
        StmtKind::Delete(targets) => format!("del {}", list(targets, expr)),
        StmtKind::For { target, iter, body, orelse } => {
            format!("for {} in {} {}{}", expr(target), expr(iter), braces(body), clause("else", orelse))
        }
        StmtKind::While { test, body, orelse } => {
            format!("while {} {}{}", expr(test), braces(body), clause("else", orelse))
        }
        StmtKind::If { test, body, orelse } => {
            format!("if {} {}{}", expr(test), braces(body), clause("else", orelse))
        }
        StmtKind::With { items, body } => {
            let item = |item: &WithItem| format!("{}{}", expr(&item.context), optional(" as ", item.target.as_ref()));
            format!("with {} {}", list(items, item), braces(body))
        }
        StmtKind::Try { body, handlers, orelse, finally } => {
            let handlers: String = handlers
                .iter()
                .map(|handler| {
                    let name = handler.name.as_ref().map(|name| format!(" as {}", ident(name))).unwrap_or_default();
                    format!(" except{}{name} {}", optional(" ", handler.exception.as_ref()), braces(&handler.body))
                })
                .collect();
            format!("try {}{handlers}{}{}", braces(body), clause("else", orelse), clause("finally", finally))
        }
        StmtKind::Match { subject, cases } => {
            let case = |case: &Case| {
                let guard = optional(" if ", case.guard.as_ref());
                format!("case <{}>{guard} {}", list(&case.bindings, ident), braces(&case.body))
            };
            format!("match {} {{{}}}", expr(subject), list(cases, case))
        }
        StmtKind::Import(names) => format!("import {}", list(names, import)),
        StmtKind::ImportFrom { module, level, names } => {
            let module = module.as_ref().map(ident).unwrap_or_default();
            format!("from {}{module} import {}", ".".repeat(*level as usize), list(names, import))
        }
        StmtKind::Global(names) => format!("global {}", list(names, ident)),
        StmtKind::Nonlocal(names) => format!("nonlocal {}", list(names, ident)),
        StmtKind::Raise(value) => format!("raise{}", optional(" ", value.as_ref())),
        StmtKind::Assert { test, message } => format!("assert {}{}", expr(test), optional(", ", message.as_ref())),
        StmtKind::Pass => "pass".into(),
        StmtKind::Break => "break".into(),
        StmtKind::Continue => "continue".into(),
        StmtKind::Error(parts) => format!("error<{}>", list(parts, expr)),
    }
}

fn decorators(decorators: &[Expr]) -> String {
    decorators.iter().map(|decorator| format!("@{} ", expr(decorator))).collect()
}

fn import(name: &ImportName) -> String {
    let alias = name.alias.as_ref().map(|alias| format!(" as {}", ident(alias))).unwrap_or_default();
    format!("{}{alias}", ident(&name.name))
}

fn parameters(parameters: &[Parameter]) -> String {
    list(parameters, |parameter| {
        let mark = match parameter.kind {
            ParameterKind::PositionalOnly => "/",
            ParameterKind::Plain => "",
            ParameterKind::Rest => "*",
            ParameterKind::KeywordOnly => "=",
            ParameterKind::KeywordRest => "**",
        };
        let annotation = optional(": ", parameter.annotation.as_ref());
        format!("{mark}{}{annotation}{}", ident(&parameter.name), optional(" = ", parameter.default.as_ref()))
    })
}

fn argument(argument: &Argument) -> String {
    let value = expr(&argument.value);
    match &argument.kind {
        ArgumentKind::Positional => value,
        ArgumentKind::Keyword(name) => format!("{}={value}", ident(name)),
        ArgumentKind::Rest => format!("*{value}"),
        ArgumentKind::KeywordRest => format!("**{value}"),
    }
}

/// An expression.
pub(super) fn expr(value: &Expr) -> String {
    match &*value.kind {
        ExprKind::Name(name) => name.to_string(),
        ExprKind::Attribute { value, attribute } => format!("{}.{}", expr(value), ident(attribute)),
        ExprKind::Subscript { value, index } => format!("{}[{}]", expr(value), expr(index)),
        ExprKind::Slice { lower, upper, step } => {
            let part = |part: &Option<Expr>| optional("", part.as_ref());
            format!("{}:{}:{}", part(lower), part(upper), part(step))
        }
        ExprKind::Call { function, arguments } => format!("{}({})", expr(function), list(arguments, argument)),
        ExprKind::Str(literal) => format!("{:?}", literal.value),
        ExprKind::FString { parts } => {
            let mut text = String::new();
            for part in parts {
                match part {
                    FStringPart::Text(part) => write!(text, "{}", part.escape_debug()),
                    FStringPart::Value(value) => write!(text, "{{{}}}", expr(value)),
                }
                .expect("a string takes everything");
            }
            format!("f\"{text}\"")
        }
        ExprKind::Bytes => "b\"\"".into(),
        ExprKind::Integer(Some(value)) => value.to_string(),
        ExprKind::Integer(None) => "big".into(),
        ExprKind::Float(value) => format!("{value:?}"),
        ExprKind::Bool(true) => "True".into(),
        ExprKind::Bool(false) => "False".into(),
        ExprKind::None => "None".into(),
        ExprKind::Ellipsis => "...".into(),
        ExprKind::List(items) => format!("[{}]", list(items, expr)),
        ExprKind::Tuple(items) => format!("({},)", list(items, expr)),
        ExprKind::Set(items) => format!("{{{}}}", list(items, expr)),
        ExprKind::Dict(entries) => format!(
            "{{{}}}",
            list(entries, |(key, value)| match key {
                Some(key) => format!("{}: {}", expr(key), expr(value)),
                None => format!("**{}", expr(value)),
            })
        ),
        ExprKind::Unary { operator, operand } => {
            let operator = match operator {
                UnaryOperator::Not => "not ",
                UnaryOperator::Minus => "-",
                UnaryOperator::Plus => "+",
                UnaryOperator::Invert => "~",
            };
            format!("({operator}{})", expr(operand))
        }
        ExprKind::Binary { left, operator, right } => {
            format!("({} {} {})", expr(left), binary(*operator), expr(right))
        }
        ExprKind::Compare { left, rest } => {
            let rest: String =
                rest.iter().map(|(operator, right)| format!(" {} {}", compare(*operator), expr(right))).collect();
            format!("({}{rest})", expr(left))
        }
        ExprKind::And(operands) => format!("({})", operands.iter().map(expr).collect::<Vec<_>>().join(" and ")),
        ExprKind::Or(operands) => format!("({})", operands.iter().map(expr).collect::<Vec<_>>().join(" or ")),
        ExprKind::IfElse { test, body, orelse } => {
            format!("({} if {} else {})", expr(body), expr(test), expr(orelse))
        }
        ExprKind::Lambda(lambda) => format!("(lambda {}: {})", parameters(&lambda.parameters), expr(&lambda.body)),
        ExprKind::Comprehension { kind, element, value, clauses } => {
            let (open, close) = match kind {
                ComprehensionKind::List => ("[", "]"),
                ComprehensionKind::Set | ComprehensionKind::Dict => ("{", "}"),
                ComprehensionKind::Generator => ("(", ")"),
            };
            let clauses: String = clauses
                .iter()
                .map(|clause| {
                    let conditions: String =
                        clause.conditions.iter().map(|condition| format!(" if {}", expr(condition))).collect();
                    format!(" for {} in {}{conditions}", expr(&clause.target), expr(&clause.iter))
                })
                .collect();
            format!("{open}{}{}{clauses}{close}", expr(element), optional(": ", value.as_ref()))
        }
        ExprKind::Starred(value) => format!("*{}", expr(value)),
        ExprKind::Await(value) => format!("(await {})", expr(value)),
        ExprKind::Yield(value) => format!("(yield{})", optional(" ", value.as_ref())),
        ExprKind::Named { target, value } => format!("({} := {})", ident(target), expr(value)),
        ExprKind::Missing => "?".into(),
    }
}

fn binary(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::MatrixMultiply => "@",
        BinaryOperator::Divide => "/",
        BinaryOperator::FloorDivide => "//",
        BinaryOperator::Modulo => "%",
        BinaryOperator::Power => "**",
        BinaryOperator::LeftShift => "<<",
        BinaryOperator::RightShift => ">>",
        BinaryOperator::And => "&",
        BinaryOperator::Or => "|",
        BinaryOperator::Xor => "^",
    }
}

fn compare(operator: CompareOperator) -> &'static str {
    match operator {
        CompareOperator::Equal => "==",
        CompareOperator::NotEqual => "!=",
        CompareOperator::Less => "<",
        CompareOperator::LessEqual => "<=",
        CompareOperator::Greater => ">",
        CompareOperator::GreaterEqual => ">=",
        CompareOperator::In => "in",
        CompareOperator::NotIn => "not in",
        CompareOperator::Is => "is",
        CompareOperator::IsNot => "is not",
    }
}
