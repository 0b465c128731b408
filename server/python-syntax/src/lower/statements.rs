//! Statements and blocks.

use std::sync::Arc;

use mlwright_source_text::TextRange;
use tree_sitter::Node;

use super::expressions::binary_operator;
use super::kinds::Kind;
use super::mend::MENDED_NAME;
use super::node::{Child, Children, Lowering, MAX_DEPTH};
use crate::ast::{
    BinaryOperator, Case, ClassDef, Expr, ExprKind, FunctionDef, Handler, Ident, ImportName, Stmt, StmtKind, WithItem,
};

impl<'t> Lowering<'t> {
    /// The statements of a module or block, errors included.
    pub(super) fn block(&mut self, node: Node<'t>, body: &mut Vec<Stmt>) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        let children = self.children(node);
        self.statements(children, body);
        self.release(children);
        self.depth -= 1;
    }

    /// The statements among the children; runs of what is none become one [`StmtKind::Error`].
    fn statements(&mut self, children: Children, body: &mut Vec<Stmt>) {
        let mut loose: Option<(TextRange, Vec<Expr>)> = None;
        for index in children.start..children.end {
            let child = self.child(index);
            let is_statement = child.kind.is_statement();
            let has_inside = child.kind == Kind::Error && self.has_statement(child.node);
            if is_statement || has_inside || child.kind == Kind::Block {
                body.extend(loose.take().map(|(range, parts)| Stmt { range, kind: Arc::new(StmtKind::Error(parts)) }));
                if is_statement {
                    let statement = self.statement(child.node, child.kind);
                    body.push(statement);
                } else {
                    self.block(child.node, body);
                }
                continue;
            }
            if !child.node.is_named() && child.kind != Kind::Error {
                continue;
            }
            let range = self.range(child.node);
            let (whole, parts) = loose.get_or_insert_with(|| (range, Vec::new()));
            *whole = whole.cover(range);
            let mut found = std::mem::take(parts);
            self.salvage(Children { start: index, end: index + 1 }, &mut found);
            if let Some((_, parts)) = &mut loose {
                *parts = found;
            }
        }
        body.extend(loose.take().map(|(range, parts)| Stmt { range, kind: Arc::new(StmtKind::Error(parts)) }));
    }

    fn has_statement(&mut self, node: Node<'t>) -> bool {
        let children = self.children(node);
        let found = (children.start..children.end).any(|index| {
            let kind = self.child(index).kind;
            kind.is_statement() || kind == Kind::Block
        });
        self.release(children);
        found
    }

    fn statement(&mut self, node: Node<'t>, kind: Kind) -> Stmt {
        let range = self.range(node);
        let children = self.children(node);
        let kind = self.statement_kind(node, kind, children);
        self.release(children);
        Stmt { range, kind: Arc::new(kind) }
    }

    fn statement_kind(&mut self, node: Node<'t>, kind: Kind, children: Children) -> StmtKind {
        let fields = self.fields;
        let end = self.end_of(node);
        self.type_call = None;
        match kind {
            Kind::ExpressionStatement => self.expression_statement(node, children),
            Kind::FunctionDefinition | Kind::ClassDefinition => {
                self.definition(node, kind, Vec::new(), self.range(node))
            }
            Kind::DecoratedDefinition => {
                let mut decorators = Vec::new();
                for index in children.start..children.end {
                    let child = self.child(index);
                    if child.kind == Kind::Decorator {
                        let inner = self.children(child.node);
                        let value = self.first_expression(inner);
                        decorators.push(self.expr_or_missing(value, end));
                        self.release(inner);
                    }
                }
                match self.by_field(children, fields.definition) {
                    Some(child) => self.definition(child.node, child.kind, decorators, self.range(node)),
                    None => StmtKind::Error(decorators),
                }
            }
            Kind::ReturnStatement => {
                StmtKind::Return(self.first_expression(children).map(|child| self.expr(child.node)))
            }
            Kind::DeleteStatement => {
                // The list of `del a, b` is no expression of its own.
                let list = self.by_kind(children, Kind::ExpressionList);
                let inner = list.map_or(children, |list| self.children(list.node));
                let targets = self.elements(inner);
                if list.is_some() {
                    self.release(inner);
                }
                StmtKind::Delete(targets)
            }
            Kind::ForStatement => {
                let target = self.expr_or_missing(self.by_field(children, fields.left), end);
                let iter = self.expr_or_missing(self.by_field(children, fields.right), end);
                let (body, orelse) = self.body_and_else(children);
                StmtKind::For { target, iter, body, orelse }
            }
            Kind::WhileStatement => {
                let test = self.expr_or_missing(self.by_field(children, fields.condition), end);
                let (body, orelse) = self.body_and_else(children);
                StmtKind::While { test, body, orelse }
            }
            Kind::IfStatement => self.if_statement(children, end),
            Kind::WithStatement => {
                let items = match self.by_kind(children, Kind::WithClause) {
                    Some(clause) => self.with_items(clause.node),
                    None => Vec::new(),
                };
                StmtKind::With { items, body: self.body_of(children) }
            }
            Kind::TryStatement => self.try_statement(children),
            Kind::MatchStatement => self.match_statement(children, end),
            Kind::ImportStatement => StmtKind::Import(self.import_names(children)),
            Kind::ImportFromStatement | Kind::FutureImportStatement => self.import_from(node, children),
            Kind::GlobalStatement => StmtKind::Global(self.identifiers(children)),
            Kind::NonlocalStatement => StmtKind::Nonlocal(self.identifiers(children)),
            Kind::RaiseStatement => {
                let mut raised = (children.start..children.end).map(|index| self.child(index));
                let raised = raised.find(|child| child.kind.is_expression() && child.field != Some(fields.cause));
                StmtKind::Raise(raised.map(|child| self.expr(child.node)))
            }
            Kind::AssertStatement => {
                let parts: Vec<Child<'t>> = self.expression_children(children).take(2).collect();
                let test = self.expr_or_missing(parts.first().copied(), end);
                StmtKind::Assert { test, message: parts.get(1).map(|child| self.expr(child.node)) }
            }
            Kind::PassStatement => StmtKind::Pass,
            Kind::BreakStatement => StmtKind::Break,
            Kind::ContinueStatement => StmtKind::Continue,
            Kind::TypeAliasStatement => self.type_alias(children, end),
            // `print x` and `exec code` of Python 2.
            _ => StmtKind::Error(self.elements(children)),
        }
    }

    fn expression_statement(&mut self, node: Node<'t>, children: Children) -> StmtKind {
        let end = self.end_of(node);
        if let Some(child) = self.by_kind(children, Kind::Assignment) {
            return self.assignment(child.node);
        }
        if let Some(child) = self.by_kind(children, Kind::AugmentedAssignment) {
            return self.augmented(child.node);
        }
        let values: Vec<Child<'t>> = self.expression_children(children).collect();
        match values.as_slice() {
            [] => StmtKind::Expr(self.missing(end)),
            [one] if !self.has_token(children, ",") => StmtKind::Expr(self.expr(one.node)),
            _ => {
                let (range, id) = (self.range(node), self.next_id());
                let elements = values.iter().map(|value| self.expr(value.node)).collect();
                StmtKind::Expr(Expr { id, range, kind: Box::new(ExprKind::Tuple(elements)) })
            }
        }
    }

    /// `a = b = value`, which the grammar nests to the right without a limit.
    fn assignment(&mut self, node: Node<'t>) -> StmtKind {
        let fields = self.fields;
        let end = self.end_of(node);
        let mut targets = Vec::new();
        let mut node = node;
        loop {
            let children = self.children(node);
            targets.push(self.expr_or_missing(self.by_field(children, fields.left), end));
            let annotation = self.by_field(children, fields.r#type);
            let right = self.by_field(children, fields.right);
            self.release(children);
            if let (Some(annotation), [_]) = (annotation, targets.as_slice()) {
                let annotation = self.expr(annotation.node);
                let value = right.map(|right| self.value(right));
                let target = targets.remove(0);
                return StmtKind::AnnAssign { target, annotation, value };
            }
            match right {
                Some(right) if right.kind == Kind::Assignment => node = right.node,
                Some(right) => {
                    let value = self.value(right);
                    return StmtKind::Assign { targets, value };
                }
                None => {
                    let value = self.missing(end);
                    return StmtKind::Assign { targets, value };
                }
            }
        }
    }

    /// What is assigned; `a = b += 1` is not Python, but `b` is there.
    fn value(&mut self, right: Child<'t>) -> Expr {
        if !matches!(right.kind, Kind::Assignment | Kind::AugmentedAssignment) {
            return self.expr(right.node);
        }
        let end = self.end_of(right.node);
        let children = self.children(right.node);
        let value = self.expr_or_missing(self.by_field(children, self.fields.left), end);
        self.release(children);
        value
    }

    fn augmented(&mut self, node: Node<'t>) -> StmtKind {
        let fields = self.fields;
        let end = self.end_of(node);
        let children = self.children(node);
        let target = self.expr_or_missing(self.by_field(children, fields.left), end);
        let operator = self.by_field(children, fields.operator).and_then(|child| binary_operator(child.node.kind()));
        let value = match self.by_field(children, fields.right) {
            Some(right) => self.value(right),
            None => self.missing(end),
        };
        self.release(children);
        StmtKind::AugAssign { target, operator: operator.unwrap_or(BinaryOperator::Add), value }
    }

    fn type_alias(&mut self, children: Children, end: TextRange) -> StmtKind {
        let left = self.by_field(children, self.fields.left);
        if let Some(left) = left
            && self.text_of(left.node).starts_with('(')
        {
            self.type_call = Some(left.node.start_byte());
            self.type_keyword = Some(self.child(children.start).node);
        }
        let target = match left {
            // The parameters of `type A[T] = …` are no part of its name.
            Some(left) if self.type_call.is_none() => self.alias_name(left),
            left => self.expr_or_missing(left, end),
        };
        let value = self.expr_or_missing(self.by_field(children, self.fields.right), end);
        StmtKind::Assign { targets: vec![target], value }
    }

    fn alias_name(&mut self, left: Child<'t>) -> Expr {
        let children = self.children(left.node);
        let generic = self.by_kind(children, Kind::GenericType);
        self.release(children);
        let Some(generic) = generic else { return self.expr(left.node) };
        let inner = self.children(generic.node);
        let name = self.first_expression(inner);
        self.release(inner);
        let end = self.end_of(left.node);
        self.expr_or_missing(name, end)
    }

    fn definition(&mut self, node: Node<'t>, kind: Kind, decorators: Vec<Expr>, range: TextRange) -> StmtKind {
        let fields = self.fields;
        let end = self.end_of(node);
        let children = self.children(node);
        let name = match self.by_field(children, fields.name) {
            Some(child) => self.ident(child.node),
            None => Ident { range: end, name: self.counters.names.intern("") },
        };
        let kind = if kind == Kind::ClassDefinition {
            let arguments = match self.by_field(children, fields.superclasses) {
                Some(child) => self.arguments(child.node),
                None => Vec::new(),
            };
            let body = self.body_of(children);
            StmtKind::ClassDef(Arc::new(ClassDef { name, arguments, decorators, body, range }))
        } else {
            let parameters = match self.by_field(children, fields.parameters) {
                Some(child) => self.parameters(child.node),
                None => Vec::new(),
            };
            let returns = self.by_field(children, fields.return_type).map(|child| self.expr(child.node));
            let is_async = self.has_token(children, "async");
            let body = self.body_of(children);
            let function = FunctionDef { name, parameters, returns, decorators, body, range, is_async };
            StmtKind::FunctionDef(Arc::new(function))
        };
        self.release(children);
        kind
    }

    /// The blocks of a statement or clause itself, without those of its clauses, and what an error beside them holds.
    fn body_of(&mut self, children: Children) -> Vec<Stmt> {
        let mut body = Vec::new();
        for index in children.start..children.end {
            let child = self.child(index);
            let is_body = child.kind == Kind::Block || (child.kind == Kind::Error && self.has_statement(child.node));
            if is_body {
                self.block(child.node, &mut body);
            }
        }
        body
    }

    fn clause_body(&mut self, clause: Node<'t>) -> Vec<Stmt> {
        let children = self.children(clause);
        let body = self.body_of(children);
        self.release(children);
        body
    }

    fn body_and_else(&mut self, children: Children) -> (Vec<Stmt>, Vec<Stmt>) {
        let body = self.body_of(children);
        let orelse = self.by_kind(children, Kind::ElseClause);
        (body, orelse.map(|clause| self.clause_body(clause.node)).unwrap_or_default())
    }

    fn if_statement(&mut self, children: Children, end: TextRange) -> StmtKind {
        let fields = self.fields;
        let test = self.expr_or_missing(self.by_field(children, fields.condition), end);
        let body = self.body_of(children);
        let (mut elifs, mut orelse) = (Vec::new(), Vec::new());
        // Each `elif` is one level deeper; those beyond the limit keep their conditions.
        let allowed = MAX_DEPTH.saturating_sub(self.depth) as usize;
        let mut beyond: Option<(TextRange, Vec<Expr>)> = None;
        for index in children.start..children.end {
            let child = self.child(index);
            match child.kind {
                Kind::ElifClause => {
                    let inner = self.children(child.node);
                    let test = self.expr_or_missing(self.by_field(inner, fields.condition), end);
                    let range = self.range(child.node);
                    if elifs.len() < allowed {
                        elifs.push((range, test, self.body_of(inner)));
                    } else {
                        let (whole, tests) = beyond.get_or_insert_with(|| (range, Vec::new()));
                        *whole = whole.cover(range);
                        tests.push(test);
                    }
                    self.release(inner);
                }
                Kind::ElseClause if beyond.is_none() => orelse = self.clause_body(child.node),
                _ => {}
            }
        }
        if let Some((range, tests)) = beyond {
            orelse = vec![Stmt { range, kind: Arc::new(StmtKind::Error(tests)) }];
        }
        for (range, test, body) in elifs.into_iter().rev() {
            let range = orelse.last().map_or(range, |last: &Stmt| range.cover(last.range));
            orelse = vec![Stmt { range, kind: Arc::new(StmtKind::If { test, body, orelse }) }];
        }
        StmtKind::If { test, body, orelse }
    }

    fn with_items(&mut self, clause: Node<'t>) -> Vec<WithItem> {
        let children = self.children(clause);
        let mut items = Vec::new();
        for index in children.start..children.end {
            let child = self.child(index);
            if child.kind != Kind::WithItem {
                continue;
            }
            let inner = self.children(child.node);
            let value = self.by_field(inner, self.fields.value);
            self.release(inner);
            let Some(value) = value else { continue };
            // `with (a as b, c as d):` reads as a tuple.
            if matches!(value.kind, Kind::Tuple | Kind::ParenthesizedExpression) {
                let inside = self.children(value.node);
                if self.by_kind(inside, Kind::AsPattern).is_some() {
                    for index in inside.start..inside.end {
                        let part = self.child(index);
                        if part.kind.is_expression() {
                            items.push(self.with_item(part));
                        }
                    }
                    self.release(inside);
                    continue;
                }
                self.release(inside);
            }
            items.push(self.with_item(value));
        }
        self.release(children);
        items
    }

    fn with_item(&mut self, value: Child<'t>) -> WithItem {
        let (context, target) = self.as_pattern(value);
        WithItem { context, target: target.map(|target| self.expr(target)) }
    }

    /// `value as target`, or `value` alone.
    fn as_pattern(&mut self, value: Child<'t>) -> (Expr, Option<Node<'t>>) {
        if value.kind != Kind::AsPattern {
            return (self.expr(value.node), None);
        }
        let end = self.end_of(value.node);
        let children = self.children(value.node);
        let context = self.first_expression(children);
        let target = self.by_field(children, self.fields.alias).map(|child| child.node);
        self.release(children);
        (self.expr_or_missing(context, end), target)
    }

    fn try_statement(&mut self, children: Children) -> StmtKind {
        let body = self.body_of(children);
        let (mut handlers, mut orelse, mut finally) = (Vec::new(), Vec::new(), Vec::new());
        for index in children.start..children.end {
            let child = self.child(index);
            match child.kind {
                Kind::ExceptClause => handlers.push(self.handler(child.node)),
                Kind::ElseClause => orelse = self.clause_body(child.node),
                Kind::FinallyClause => finally = self.clause_body(child.node),
                _ => {}
            }
        }
        StmtKind::Try { body, handlers, orelse, finally }
    }

    fn handler(&mut self, node: Node<'t>) -> Handler {
        let fields = self.fields;
        let children = self.children(node);
        let values: Vec<Child<'t>> = (children.start..children.end)
            .map(|index| self.child(index))
            .filter(|child| child.field == Some(fields.value) && child.kind.is_expression())
            .collect();
        let mut name = self.by_field(children, fields.alias).map(|child| child.node);
        let exception = match values.as_slice() {
            [] => None,
            [one] => {
                let (exception, target) = self.as_pattern(*one);
                name = name.or(target);
                Some(exception)
            }
            [first, .., last] => {
                let range = self.range(first.node).cover(self.range(last.node));
                let id = self.next_id();
                let elements = values.iter().map(|value| self.expr(value.node)).collect();
                Some(Expr { id, range, kind: Box::new(ExprKind::Tuple(elements)) })
            }
        };
        let name = name.map(|name| self.ident(name));
        let body = self.body_of(children);
        self.release(children);
        Handler { exception, name, body }
    }

    fn match_statement(&mut self, children: Children, end: TextRange) -> StmtKind {
        let fields = self.fields;
        let subjects: Vec<Child<'t>> = (children.start..children.end)
            .map(|index| self.child(index))
            .filter(|child| child.field == Some(fields.subject) && child.kind.is_expression())
            .collect();
        let subject = match subjects.as_slice() {
            [] => self.missing(end),
            [one] => self.expr(one.node),
            [first, .., last] => {
                let range = self.range(first.node).cover(self.range(last.node));
                let id = self.next_id();
                let elements = subjects.iter().map(|subject| self.expr(subject.node)).collect();
                Expr { id, range, kind: Box::new(ExprKind::Tuple(elements)) }
            }
        };
        let mut cases = Vec::new();
        if let Some(block) = self.by_kind(children, Kind::Block)
            && self.depth < MAX_DEPTH
        {
            self.depth += 1;
            let inner = self.children(block.node);
            for index in inner.start..inner.end {
                let child = self.child(index);
                if child.kind == Kind::CaseClause {
                    cases.push(self.case(child.node));
                }
            }
            self.release(inner);
            self.depth -= 1;
        }
        StmtKind::Match { subject, cases }
    }

    fn case(&mut self, node: Node<'t>) -> Case {
        let end = self.end_of(node);
        let children = self.children(node);
        let mut bindings = Vec::new();
        for index in children.start..children.end {
            let child = self.child(index);
            if child.kind == Kind::CasePattern {
                self.pattern_names(child.node, &mut bindings);
            }
        }
        let guard = self.by_field(children, self.fields.guard).map(|guard| {
            let inner = self.children(guard.node);
            let condition = self.first_expression(inner);
            let condition = self.expr_or_missing(condition, end);
            self.release(inner);
            condition
        });
        let body = self.body_of(children);
        self.release(children);
        Case { bindings, guard, body }
    }

    fn import_names(&mut self, children: Children) -> Vec<ImportName> {
        let fields = self.fields;
        let mut names = Vec::new();
        for index in children.start..children.end {
            let child = self.child(index);
            match child.kind {
                Kind::DottedName if child.field == Some(fields.name) && self.text_of(child.node) != MENDED_NAME => {
                    names.push(ImportName { name: self.dotted_ident(child.node), alias: None });
                }
                Kind::AliasedImport => {
                    let inner = self.children(child.node);
                    let name = self.by_field(inner, fields.name).map(|child| child.node);
                    let alias = self.by_field(inner, fields.alias).map(|child| child.node);
                    self.release(inner);
                    let alias = alias.map(|alias| self.ident(alias));
                    if let Some(name) = name {
                        names.push(ImportName { name: self.dotted_ident(name), alias });
                    }
                }
                Kind::WildcardImport => names.push(ImportName { name: self.ident(child.node), alias: None }),
                _ => {}
            }
        }
        names
    }

    fn import_from(&mut self, node: Node<'t>, children: Children) -> StmtKind {
        let (mut module, mut level) = (None, 0);
        match self.by_field(children, self.fields.module_name) {
            Some(child) if child.kind == Kind::RelativeImport => {
                let inner = self.children(child.node);
                let dots = self.by_kind(inner, Kind::ImportPrefix).map_or("", |prefix| self.text_of(prefix.node));
                level = dots.bytes().filter(|byte| *byte == b'.').count() as u32;
                let name = self.by_kind(inner, Kind::DottedName);
                self.release(inner);
                module = name.map(|name| self.dotted_ident(name.node));
            }
            Some(child) => module = Some(self.dotted_ident(child.node)),
            None if Kind::of_id(node.kind_id()) == Kind::FutureImportStatement => {
                let mut all = (children.start..children.end).map(|index| self.child(index));
                let future = all.find(|child| child.node.kind() == "__future__");
                module = future.map(|child| self.ident(child.node));
            }
            None => {}
        }
        StmtKind::ImportFrom { module, level, names: self.import_names(children) }
    }

    fn identifiers(&mut self, children: Children) -> Vec<Ident> {
        let names: Vec<Node<'t>> = (children.start..children.end)
            .map(|index| self.child(index))
            .filter(|child| child.kind == Kind::Identifier)
            .map(|child| child.node)
            .collect();
        names.into_iter().map(|name| self.ident(name)).collect()
    }
}
