//! What binds names of its own: parameters, lambdas, comprehensions, patterns of `match`.

use mlwright_source_text::TextRange;
use tree_sitter::Node;

use super::kinds::Kind;
use super::node::{Child, Children, Lowering};
use crate::ast::{Clause, ComprehensionKind, Expr, ExprKind, Ident, Lambda, Parameter, ParameterKind};

impl<'t> Lowering<'t> {
    pub(super) fn lambda(&mut self, children: Children, end: TextRange) -> Lambda {
        let parameters = match self.by_kind(children, Kind::LambdaParameters) {
            Some(child) => self.parameters(child.node),
            None => Vec::new(),
        };
        let body = self.expr_or_missing(self.by_field(children, self.fields.body), end);
        Lambda { parameters, body }
    }

    pub(super) fn parameters(&mut self, node: Node<'t>) -> Vec<Parameter> {
        let children = self.children(node);
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut kind = ParameterKind::Plain;
        for index in children.start..children.end {
            let child = self.child(index);
            match child.kind {
                Kind::PositionalSeparator => {
                    for parameter in &mut parameters {
                        parameter.kind = ParameterKind::PositionalOnly;
                    }
                }
                Kind::KeywordSeparator => kind = ParameterKind::KeywordOnly,
                _ => {
                    let Some(parameter) = self.parameter(child, kind) else { continue };
                    if parameter.kind == ParameterKind::Rest {
                        kind = ParameterKind::KeywordOnly;
                    }
                    parameters.push(parameter);
                }
            }
        }
        self.release(children);
        parameters
    }

    fn parameter(&mut self, child: Child<'t>, kind: ParameterKind) -> Option<Parameter> {
        let fields = self.fields;
        if child.kind == Kind::Identifier {
            return Some(Parameter { name: self.ident(child.node), kind, annotation: None, default: None });
        }
        let children = self.children(child.node);
        let parameter = match child.kind {
            Kind::ListSplatPattern | Kind::DictionarySplatPattern => {
                let kind = rest_kind(child.kind);
                let name = self.by_kind(children, Kind::Identifier).map(|name| self.ident(name.node));
                name.map(|name| Parameter { name, kind, annotation: None, default: None })
            }
            Kind::TypedParameter => {
                let name = (children.start..children.end)
                    .map(|index| self.child(index))
                    .find(|child| child.kind != Kind::Error);
                let name = name.map(|child| self.parameter_name(child, kind));
                let annotation = self.by_field(children, fields.r#type).map(|child| self.expr(child.node));
                name.map(|(name, kind)| Parameter { name, kind, annotation, default: None })
            }
            Kind::DefaultParameter | Kind::TypedDefaultParameter => {
                let name = self.by_field(children, fields.name).map(|child| self.ident(child.node));
                let annotation = self.by_field(children, fields.r#type).map(|child| self.expr(child.node));
                let default = self.by_field(children, fields.value).map(|child| self.expr(child.node));
                name.map(|name| Parameter { name, kind, annotation, default })
            }
            // Python 2 takes tuples apart here; the names of one cannot be told apart in the tree.
            Kind::TuplePattern => {
                let name = self.ident(child.node);
                Some(Parameter { name, kind, annotation: None, default: None })
            }
            _ => None,
        };
        self.release(children);
        parameter
    }

    fn parameter_name(&mut self, child: Child<'t>, kind: ParameterKind) -> (Ident, ParameterKind) {
        if !matches!(child.kind, Kind::ListSplatPattern | Kind::DictionarySplatPattern) {
            return (self.ident(child.node), kind);
        }
        let children = self.children(child.node);
        let name = self.by_kind(children, Kind::Identifier).map_or(child.node, |name| name.node);
        self.release(children);
        (self.ident(name), rest_kind(child.kind))
    }

    pub(super) fn comprehension(&mut self, kind: Kind, children: Children, end: TextRange) -> ExprKind {
        let fields = self.fields;
        let (kind, is_dict) = match kind {
            Kind::ListComprehension => (ComprehensionKind::List, false),
            Kind::SetComprehension => (ComprehensionKind::Set, false),
            Kind::DictionaryComprehension => (ComprehensionKind::Dict, true),
            _ => (ComprehensionKind::Generator, false),
        };
        let body = self.by_field(children, fields.body);
        let (element, value) = match body {
            Some(pair) if is_dict => {
                let inner = self.children(pair.node);
                let key = self.expr_or_missing(self.by_field(inner, fields.key), end);
                let value = self.expr_or_missing(self.by_field(inner, fields.value), end);
                self.release(inner);
                (key, Some(value))
            }
            body => (self.expr_or_missing(body, end), None),
        };
        let mut clauses: Vec<Clause> = Vec::new();
        for index in children.start..children.end {
            let child = self.child(index);
            match child.kind {
                Kind::ForInClause => clauses.push(self.clause(child.node)),
                Kind::IfClause => {
                    let inner = self.children(child.node);
                    if let Some(clause) = clauses.last_mut() {
                        let condition = self.first_expression(inner);
                        clause.conditions.push(self.expr_or_missing(condition, end));
                    }
                    self.release(inner);
                }
                _ => {}
            }
        }
        ExprKind::Comprehension { kind, element, value, clauses }
    }

    fn clause(&mut self, node: Node<'t>) -> Clause {
        let fields = self.fields;
        let end = self.end_of(node);
        let children = self.children(node);
        let target = self.expr_or_missing(self.by_field(children, fields.left), end);
        let iters: Vec<Child<'t>> = (children.start..children.end)
            .map(|index| self.child(index))
            .filter(|child| child.field == Some(fields.right) && child.kind.is_expression())
            .collect();
        let iter = match iters.as_slice() {
            [] => self.missing(end),
            [one] => self.expr(one.node),
            [first, .., last] => {
                let range = self.range(first.node).cover(self.range(last.node));
                let id = self.next_id();
                let elements = iters.iter().map(|iter| self.expr(iter.node)).collect();
                Expr { id, range, kind: Box::new(ExprKind::Tuple(elements)) }
            }
        };
        self.release(children);
        Clause { target, iter, conditions: Vec::new() }
    }

    /// The names that a pattern binds, in the order of the source.
    pub(super) fn pattern_names(&mut self, pattern: Node<'t>, names: &mut Vec<Ident>) {
        // A stack instead of recursion: patterns nest without a limit.
        let mut open = vec![pattern];
        while let Some(node) = open.pop() {
            let kind = Kind::of_id(node.kind_id());
            match kind {
                Kind::Identifier if self.text_of(node) != "_" => names.push(self.ident(node)),
                Kind::DottedName if node.named_child_count() > 1 => {}
                _ => {
                    let children = self.children(node);
                    let mut skip = match kind {
                        // The class, and the attribute that `name=pattern` looks at.
                        Kind::ClassPattern | Kind::KeywordPattern => 1,
                        Kind::String | Kind::ConcatenatedString => usize::MAX,
                        _ => 0,
                    };
                    let mut inner = Vec::new();
                    for index in children.start..children.end {
                        let child = self.child(index);
                        if !child.node.is_named() {
                            continue;
                        }
                        if skip > 0 {
                            skip -= 1;
                        } else {
                            inner.push(child.node);
                        }
                    }
                    self.release(children);
                    open.extend(inner.into_iter().rev());
                }
            }
        }
    }
}

fn rest_kind(kind: Kind) -> ParameterKind {
    match kind {
        Kind::ListSplatPattern => ParameterKind::Rest,
        _ => ParameterKind::KeywordRest,
    }
}
