//! Expressions.

use std::sync::Arc;

use mlwright_source_text::TextRange;
use tree_sitter::Node;

use super::kinds::Kind;
use super::literals::{self};
use super::mend::MENDED_NAME;
use super::node::{Child, Children, Lowering, MAX_DEPTH};
use crate::ast::{
    Argument, ArgumentKind, BinaryOperator, CompareOperator, Expr, ExprId, ExprKind, Ident, UnaryOperator,
};

impl<'t> Lowering<'t> {
    /// The expression of a node; [`ExprKind::Missing`] below [`MAX_DEPTH`] and where the node is none.
    pub(super) fn expr(&mut self, node: Node<'t>) -> Expr {
        if self.type_call.is_some_and(|start| start == node.start_byte())
            && matches!(Kind::of_id(node.kind_id()), Kind::ParenthesizedExpression | Kind::Tuple)
        {
            return self.type_call(node);
        }
        let node = self.unwrapped(node);
        let mut range = self.range(node);
        if self.type_call == Some(node.start_byte()) {
            range = self.type_keyword.map_or(range, |keyword| range.cover(self.range(keyword)));
        }
        if self.depth >= MAX_DEPTH {
            return self.missing(range);
        }
        self.depth += 1;
        let id = self.next_id();
        let kind = self.expr_kind(node, Kind::of_id(node.kind_id()));
        self.depth -= 1;
        Expr { id, range, kind: Box::new(kind) }
    }

    /// The child that the parent calls `field`; missing at `after` where there is none.
    pub(super) fn expr_or_missing(&mut self, child: Option<Child<'t>>, after: TextRange) -> Expr {
        match child {
            Some(child) => self.expr(child.node),
            None => self.missing(after),
        }
    }

    /// Without parentheses and other wrappers that mean nothing, however many there are.
    fn unwrapped(&mut self, mut node: Node<'t>) -> Node<'t> {
        loop {
            let kind = Kind::of_id(node.kind_id());
            let is_wrapper = matches!(kind, Kind::ParenthesizedExpression | Kind::Type | Kind::AsPatternTarget);
            if !is_wrapper && kind != Kind::TuplePattern {
                return node;
            }
            let children = self.children(node);
            // `(a) = 1` and `(a,) = 1` differ by the comma alone.
            if kind == Kind::TuplePattern && self.has_token(children, ",") {
                self.release(children);
                return node;
            }
            let mut inner = None;
            for index in children.start..children.end {
                let child = self.child(index);
                if child.kind.is_expression() {
                    inner = inner.or(Some(child.node));
                }
            }
            self.release(children);
            match inner {
                Some(inner) => node = inner,
                None => return node,
            }
        }
    }

    /// `type(x)`, of which the grammar has taken `type` for the keyword; `node` is the part in parentheses.
    fn type_call(&mut self, node: Node<'t>) -> Expr {
        let start = self.type_call.take().and(self.type_keyword).unwrap_or(node);
        let id = self.next_id();
        let function = Expr {
            id: self.next_id(),
            range: self.range(start),
            kind: Box::new(ExprKind::Name(self.counters.names.intern("type"))),
        };
        let children = self.children(node);
        let values = self.elements(children);
        self.release(children);
        let arguments = values.into_iter().map(|value| Argument { kind: ArgumentKind::Positional, value }).collect();
        let range = self.range(start).cover(self.range(node));
        Expr { id, range, kind: Box::new(ExprKind::Call { function, arguments }) }
    }

    fn expr_kind(&mut self, node: Node<'t>, kind: Kind) -> ExprKind {
        if node.is_missing() {
            return ExprKind::Missing;
        }
        match kind {
            Kind::Identifier => match self.text_of(node) {
                MENDED_NAME => ExprKind::Missing,
                name => ExprKind::Name(self.counters.names.intern(name)),
            },
            Kind::String => self.string(node),
            Kind::ConcatenatedString => self.concatenated(node),
            Kind::Integer => match self.text_of(node) {
                text if text.ends_with(['j', 'J']) => ExprKind::Missing,
                text => ExprKind::Integer(literals::integer(text)),
            },
            Kind::Float => literals::float(self.text_of(node)).map_or(ExprKind::Missing, ExprKind::Float),
            Kind::True => ExprKind::Bool(true),
            Kind::False => ExprKind::Bool(false),
            Kind::None => ExprKind::None,
            Kind::Ellipsis => ExprKind::Ellipsis,
            _ => {
                let children = self.children(node);
                let kind = self.compound(node, kind, children);
                self.release(children);
                kind
            }
        }
    }

    fn compound(&mut self, node: Node<'t>, kind: Kind, children: Children) -> ExprKind {
        let fields = self.fields;
        let end = self.end_of(node);
        match kind {
            Kind::Attribute => {
                let value = self.expr_or_missing(self.by_field(children, fields.object), end);
                let attribute = match self.by_field(children, fields.attribute) {
                    Some(child) => self.ident(child.node),
                    None => self.unnamed(end),
                };
                ExprKind::Attribute { value, attribute }
            }
            Kind::Subscript => self.subscript(node, children),
            Kind::Call => {
                let function = self.expr_or_missing(self.by_field(children, fields.function), end);
                let arguments = match self.by_field(children, fields.arguments) {
                    Some(child) if child.kind == Kind::GeneratorExpression => {
                        vec![Argument { kind: ArgumentKind::Positional, value: self.expr(child.node) }]
                    }
                    Some(child) => self.arguments(child.node),
                    None => Vec::new(),
                };
                ExprKind::Call { function, arguments }
            }
            Kind::List | Kind::ListPattern => ExprKind::List(self.elements(children)),
            Kind::Set => ExprKind::Set(self.elements(children)),
            Kind::Tuple | Kind::TuplePattern | Kind::ExpressionList | Kind::PatternList => {
                ExprKind::Tuple(self.elements(children))
            }
            Kind::Dictionary => ExprKind::Dict(self.entries(children)),
            Kind::UnaryOperator | Kind::NotOperator => {
                let operator = match self.child(children.start).node.kind() {
                    "-" => UnaryOperator::Minus,
                    "+" => UnaryOperator::Plus,
                    "~" => UnaryOperator::Invert,
                    _ => UnaryOperator::Not,
                };
                let operand = self.expr_or_missing(self.by_field(children, fields.argument), end);
                ExprKind::Unary { operator, operand }
            }
            Kind::BinaryOperator => {
                let left = self.expr_or_missing(self.by_field(children, fields.left), end);
                let operator =
                    self.by_field(children, fields.operator).and_then(|child| binary_operator(child.node.kind()));
                let right = self.expr_or_missing(self.by_field(children, fields.right), end);
                ExprKind::Binary { left, operator: operator.unwrap_or(BinaryOperator::Add), right }
            }
            Kind::UnionType => self.union(node),
            Kind::BooleanOperator => self.boolean(children),
            Kind::ComparisonOperator => self.comparison(children, end),
            Kind::ConditionalExpression => {
                let parts: Vec<Child<'t>> = self.expression_children(children).collect();
                let body = self.expr_or_missing(parts.first().copied(), end);
                let test = self.expr_or_missing(parts.get(1).copied(), end);
                let orelse = self.expr_or_missing(parts.get(2).copied(), end);
                ExprKind::IfElse { test, body, orelse }
            }
            Kind::Lambda => ExprKind::Lambda(Arc::new(self.lambda(children, end))),
            Kind::ListComprehension
            | Kind::SetComprehension
            | Kind::DictionaryComprehension
            | Kind::GeneratorExpression => self.comprehension(kind, children, end),
            Kind::ListSplat | Kind::ListSplatPattern | Kind::SplatType | Kind::DictionarySplat => {
                let value = self.first_expression(children);
                ExprKind::Starred(self.expr_or_missing(value, end))
            }
            Kind::Await => {
                let value = self.first_expression(children);
                ExprKind::Await(self.expr_or_missing(value, end))
            }
            Kind::Yield => ExprKind::Yield(self.first_expression(children).map(|child| self.expr(child.node))),
            Kind::NamedExpression => match self.by_field(children, fields.name) {
                Some(name) => {
                    let target = self.ident(name.node);
                    let value = self.expr_or_missing(self.by_field(children, fields.value), end);
                    ExprKind::Named { target, value }
                }
                None => ExprKind::Missing,
            },
            Kind::Slice => self.slice(children),
            Kind::GenericType => self.generic_type(node, children),
            Kind::MemberType => {
                let value = self.expr_or_missing(self.first_expression(children), end);
                let attribute = match self.by_kind(children, Kind::Identifier) {
                    Some(child) => self.ident(child.node),
                    None => self.unnamed(end),
                };
                ExprKind::Attribute { value, attribute }
            }
            // `expr as name` outside of `with` and `except`, a bound `T: int`, and what stands in an error: the parts are kept,
            // the whole is not understood.
            _ => {
                let mut parts = Vec::new();
                self.salvage(children, &mut parts);
                if parts.is_empty() { ExprKind::Missing } else { ExprKind::Tuple(parts) }
            }
        }
    }

    fn unnamed(&mut self, range: TextRange) -> Ident {
        Ident { range, name: self.counters.names.intern("") }
    }

    pub(super) fn expression_children(&self, children: Children) -> impl Iterator<Item = Child<'t>> + '_ {
        (children.start..children.end).map(|index| self.child(index)).filter(|child| child.kind.is_expression())
    }

    pub(super) fn first_expression(&self, children: Children) -> Option<Child<'t>> {
        self.expression_children(children).next()
    }

    /// All expressions among the children, those inside of errors too.
    pub(super) fn elements(&mut self, children: Children) -> Vec<Expr> {
        let mut elements = Vec::new();
        self.salvage(children, &mut elements);
        elements
    }

    /// Everything that is an expression among the children, and inside of what is none.
    pub(super) fn salvage(&mut self, children: Children, out: &mut Vec<Expr>) {
        for index in children.start..children.end {
            let child = self.child(index);
            if child.kind.is_expression() {
                out.push(self.expr(child.node));
            } else if child.node.is_named() && child.node.child_count() > 0 && self.depth < MAX_DEPTH {
                self.depth += 1;
                let inner = self.children(child.node);
                self.salvage(inner, out);
                self.release(inner);
                self.depth -= 1;
            }
        }
    }

    pub(super) fn arguments(&mut self, node: Node<'t>) -> Vec<Argument> {
        let fields = self.fields;
        let children = self.children(node);
        let mut arguments = Vec::new();
        for index in children.start..children.end {
            let child = self.child(index);
            let inner = match child.kind {
                Kind::KeywordArgument | Kind::DictionarySplat | Kind::ListSplat | Kind::Error => {
                    self.children(child.node)
                }
                kind if kind.is_expression() => {
                    let kind = self.splat_inside(child.node);
                    arguments.push(match kind {
                        Some(inner) => Argument { kind: ArgumentKind::Rest, value: self.expr(inner) },
                        None => Argument { kind: ArgumentKind::Positional, value: self.expr(child.node) },
                    });
                    continue;
                }
                _ => continue,
            };
            let end = self.end_of(child.node);
            match child.kind {
                Kind::KeywordArgument => {
                    let name = self.by_field(inner, fields.name).map(|name| self.ident(name.node));
                    let value = self.by_field(inner, fields.value);
                    let kind = name.map_or(ArgumentKind::Positional, ArgumentKind::Keyword);
                    arguments.push(Argument { kind, value: self.expr_or_missing(value, end) });
                }
                Kind::DictionarySplat | Kind::ListSplat => {
                    let kind = match child.kind {
                        Kind::ListSplat => ArgumentKind::Rest,
                        _ => ArgumentKind::KeywordRest,
                    };
                    let value = self.first_expression(inner);
                    arguments.push(Argument { kind, value: self.expr_or_missing(value, end) });
                }
                _ => {
                    let mut values = Vec::new();
                    self.salvage(inner, &mut values);
                    let positional = |value| Argument { kind: ArgumentKind::Positional, value };
                    arguments.extend(values.into_iter().map(positional));
                }
            }
            self.release(inner);
        }
        self.release(children);
        arguments
    }

    /// `x` of `(*x)` as an argument, which the grammar has as parentheses.
    fn splat_inside(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        let inner = self.unwrapped(node);
        if !matches!(Kind::of_id(inner.kind_id()), Kind::ListSplat | Kind::ListSplatPattern) {
            return None;
        }
        let children = self.children(inner);
        let value = self.first_expression(children);
        self.release(children);
        value.map(|child| child.node)
    }

    fn subscript(&mut self, node: Node<'t>, children: Children) -> ExprKind {
        let fields = self.fields;
        let end = self.end_of(node);
        let value = self.expr_or_missing(self.by_field(children, fields.value), end);
        let parts: Vec<Child<'t>> = (children.start..children.end)
            .map(|index| self.child(index))
            .filter(|child| child.field == Some(fields.subscript) && child.kind.is_expression())
            .collect();
        let index = match parts.as_slice() {
            [] => {
                let open = self.token_end(children, "[").unwrap_or(end);
                self.missing(open)
            }
            [one] if !self.has_token(children, ",") => self.expr(one.node),
            [first, .., last] | [first @ last] => {
                let range = self.range(first.node).cover(self.range(last.node));
                let id = self.next_id();
                let elements = parts.iter().map(|part| self.expr(part.node)).collect();
                Expr { id, range, kind: Box::new(ExprKind::Tuple(elements)) }
            }
        };
        ExprKind::Subscript { value, index }
    }

    fn token_end(&self, children: Children, token: &str) -> Option<TextRange> {
        let mut all = (children.start..children.end).map(|index| self.child(index));
        all.find(|child| child.node.kind() == token).map(|child| self.end_of(child.node))
    }

    fn slice(&mut self, children: Children) -> ExprKind {
        let mut parts = [None, None, None];
        let mut at = 0;
        for index in children.start..children.end {
            let child = self.child(index);
            if child.kind.is_expression() {
                if let Some(part) = parts.get_mut(at) {
                    *part = Some(child.node);
                }
            } else if child.node.kind() == ":" {
                at += 1;
            }
        }
        let [lower, upper, step] = parts.map(|part| part.map(|node| self.expr(node)));
        ExprKind::Slice { lower, upper, step }
    }

    fn generic_type(&mut self, node: Node<'t>, children: Children) -> ExprKind {
        let end = self.end_of(node);
        let value = self.expr_or_missing(self.first_expression(children), end);
        let Some(parameters) = self.by_kind(children, Kind::TypeParameter) else {
            let index = self.missing(end);
            return ExprKind::Subscript { value, index };
        };
        let inner = self.children(parameters.node);
        let parts: Vec<Child<'t>> = self.expression_children(inner).collect();
        let index = match parts.as_slice() {
            [] => self.missing(end),
            [one] => self.expr(one.node),
            [first, .., last] => {
                let range = self.range(first.node).cover(self.range(last.node));
                let id = self.next_id();
                let elements = parts.iter().map(|part| self.expr(part.node)).collect();
                Expr { id, range, kind: Box::new(ExprKind::Tuple(elements)) }
            }
        };
        self.release(inner);
        ExprKind::Subscript { value, index }
    }

    /// `A | B | C` as a type, which the grammar nests to the right; Python to the left.
    fn union(&mut self, node: Node<'t>) -> ExprKind {
        let (mut operands, mut open) = (Vec::new(), vec![node]);
        while let Some(node) = open.pop() {
            let kind = Kind::of_id(node.kind_id());
            let children = self.children(node);
            let is_union = kind == Kind::UnionType || (kind == Kind::BinaryOperator && self.has_token(children, "|"));
            if is_union || kind == Kind::Type {
                let first = open.len();
                open.extend(self.expression_children(children).map(|child| child.node));
                open[first..].reverse();
            } else {
                operands.push(node);
            }
            self.release(children);
        }
        let n_inner = operands.len().saturating_sub(2);
        if n_inner as u32 > MAX_DEPTH - self.depth.min(MAX_DEPTH) || operands.len() < 2 {
            return ExprKind::Missing;
        }
        // The outer ones come before the inner ones, as everywhere.
        let mut ids: Vec<ExprId> = (0..n_inner).map(|_| self.next_id()).collect();
        let mut operands = operands.into_iter().map(|operand| self.expr(operand)).collect::<Vec<_>>().into_iter();
        let mut left = operands.next().expect("at least two operands");
        let last = operands.next_back().expect("at least two operands");
        for right in operands {
            let (id, range) = (ids.pop().expect("one for each"), left.range.cover(right.range));
            let kind = ExprKind::Binary { left, operator: BinaryOperator::Or, right };
            left = Expr { id, range, kind: Box::new(kind) };
        }
        ExprKind::Binary { left, operator: BinaryOperator::Or, right: last }
    }

    fn entries(&mut self, children: Children) -> Vec<(Option<Expr>, Expr)> {
        let fields = self.fields;
        let mut entries = Vec::new();
        for index in children.start..children.end {
            let child = self.child(index);
            if !matches!(child.kind, Kind::Pair | Kind::DictionarySplat | Kind::Error) {
                continue;
            }
            let end = self.end_of(child.node);
            let inner = self.children(child.node);
            match child.kind {
                Kind::Pair => {
                    let key = self.expr_or_missing(self.by_field(inner, fields.key), end);
                    let value = self.expr_or_missing(self.by_field(inner, fields.value), end);
                    entries.push((Some(key), value));
                }
                Kind::DictionarySplat => {
                    let value = self.first_expression(inner);
                    entries.push((None, self.expr_or_missing(value, end)));
                }
                // `{"a": 1, "b"}`: keys whose values have not been typed.
                _ => {
                    let mut keys = Vec::new();
                    self.salvage(inner, &mut keys);
                    for key in keys {
                        let value = self.missing(end);
                        entries.push((Some(key), value));
                    }
                }
            }
            self.release(inner);
        }
        entries
    }

    /// The grammar nests `a and b and c` to the left, without a limit.
    fn boolean(&mut self, children: Children) -> ExprKind {
        let fields = self.fields;
        let is_and = self.by_field(children, fields.operator).is_some_and(|child| child.node.kind() == "and");
        let mut operands: Vec<Node<'t>> =
            self.by_field(children, fields.right).map(|child| child.node).into_iter().collect();
        let mut left = self.by_field(children, fields.left);
        while let Some(child) = left {
            left = None;
            if child.kind == Kind::BooleanOperator {
                let inner = self.children(child.node);
                let same =
                    self.by_field(inner, fields.operator).is_some_and(|child| (child.node.kind() == "and") == is_and);
                if same {
                    operands.extend(self.by_field(inner, fields.right).map(|child| child.node));
                    left = self.by_field(inner, fields.left);
                }
                self.release(inner);
                if same {
                    continue;
                }
            }
            operands.push(child.node);
        }
        let operands = operands.into_iter().rev().map(|node| self.expr(node)).collect();
        if is_and { ExprKind::And(operands) } else { ExprKind::Or(operands) }
    }

    fn comparison(&mut self, children: Children, end: TextRange) -> ExprKind {
        let left = self.expr_or_missing(self.first_expression(children), end);
        let (mut rest, mut operator) = (Vec::new(), None);
        for index in children.start..children.end {
            let child = self.child(index);
            if child.field == Some(self.fields.operators) {
                operator = compare_operator(child.node.kind());
            } else if child.kind.is_expression()
                && let Some(operator) = operator.take()
            {
                rest.push((operator, self.expr(child.node)));
            }
        }
        ExprKind::Compare { left, rest }
    }
}

fn compare_operator(token: &str) -> Option<CompareOperator> {
    Some(match token {
        "==" => CompareOperator::Equal,
        "!=" | "<>" => CompareOperator::NotEqual,
        "<" => CompareOperator::Less,
        "<=" => CompareOperator::LessEqual,
        ">" => CompareOperator::Greater,
        ">=" => CompareOperator::GreaterEqual,
        "in" => CompareOperator::In,
        "not in" => CompareOperator::NotIn,
        "is" => CompareOperator::Is,
        "is not" => CompareOperator::IsNot,
        _ => return None,
    })
}

pub(super) fn binary_operator(token: &str) -> Option<BinaryOperator> {
    Some(match token.trim_end_matches('=') {
        "+" => BinaryOperator::Add,
        "-" => BinaryOperator::Subtract,
        "*" => BinaryOperator::Multiply,
        "@" => BinaryOperator::MatrixMultiply,
        "/" => BinaryOperator::Divide,
        "//" => BinaryOperator::FloorDivide,
        "%" => BinaryOperator::Modulo,
        "**" => BinaryOperator::Power,
        "<<" => BinaryOperator::LeftShift,
        ">>" => BinaryOperator::RightShift,
        "&" => BinaryOperator::And,
        "|" => BinaryOperator::Or,
        "^" => BinaryOperator::Xor,
        _ => return None,
    })
}
