//! Statements: the order in which things happen, and where ways part and meet.

use std::sync::Arc;

use mlwright_python_syntax::ast::{ClassDef, Expr, ExprKind, Stmt, StmtKind};
use mlwright_python_values::event::{Arm, EventKind, Turn};
use mlwright_python_values::state::State;
use mlwright_python_values::value::{ScopeId, Value};
use mlwright_source_text::TextRange;

use super::interpreter::Interpreter;

/// Turns of a loop over known items that are walked one by one; of other loops two are.
const N_TURNS_MAX: usize = 40;
const N_TURNS_UNKNOWN: usize = 2;

/// Whether what follows a statement is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Next,
    /// `break`, `continue`: the rest of the loop's body is not.
    Turn,
    /// `return`, `raise`: nothing of the function is.
    Stop,
}

impl<'a> Interpreter<'a> {
    pub(crate) fn walk_block(&mut self, body: &[Stmt], scope: ScopeId) -> Reach {
        for stmt in body {
            if !self.step() {
                return Reach::Stop;
            }
            let outer = std::mem::replace(&mut self.statement, stmt.range);
            let reach = self.walk(stmt, scope);
            self.statement = outer;
            if reach != Reach::Next {
                return reach;
            }
        }
        Reach::Next
    }

    fn walk(&mut self, stmt: &Stmt, scope: ScopeId) -> Reach {
        match &*stmt.kind {
            StmtKind::Expr(expr) => {
                self.eval(expr, scope);
            }
            StmtKind::Assign { targets, value } => {
                let value = self.eval(value, scope);
                for target in targets {
                    self.assign(target, value.clone(), scope);
                }
            }
            StmtKind::AugAssign { target, operator, value } => {
                let before = self.eval(target, scope);
                let operand = self.eval(value, scope);
                let after = self.augment(before, *operator, operand, stmt.range);
                let after = self.marked(after);
                self.assign(target, after, scope);
            }
            StmtKind::AnnAssign { target, annotation, value } => {
                let value = match value {
                    Some(value) => self.eval(value, scope),
                    None => self.value_of_annotation(annotation, scope),
                };
                self.assign(target, value, scope);
            }
            StmtKind::FunctionDef(function) => {
                for decorator in &function.decorators {
                    self.eval(decorator, scope);
                }
                for parameter in &function.parameters {
                    if let Some(default) = &parameter.default {
                        self.eval(default, scope);
                    }
                }
                self.state.set_name(scope, &function.name.name, Value::Function(function.clone(), scope));
            }
            StmtKind::ClassDef(class) => self.walk_class(class, scope),
            StmtKind::Return(value) => {
                let value = value.as_ref().map_or(Value::None, |value| self.eval(value, scope));
                self.return_value(value);
                return Reach::Stop;
            }
            StmtKind::Delete(targets) => {
                for target in targets {
                    self.delete(target, scope);
                }
            }
            StmtKind::For { target, iter, body, orelse } => {
                self.walk_for(stmt.range, target, iter, body, orelse, scope);
            }
            StmtKind::While { test, body, orelse } => {
                self.eval(test, scope);
                self.n_partial_loops += 1;
                self.walk_turns(stmt.range, N_TURNS_UNKNOWN, |this, _| {
                    let reach = this.walk_block(body, scope);
                    this.eval(test, scope);
                    reach
                });
                self.n_partial_loops -= 1;
                self.walk_block(orelse, scope);
            }
            StmtKind::If { test, body, orelse } => return self.walk_if(test, body, orelse, scope),
            StmtKind::With { items, body } => {
                for item in items {
                    let value = self.eval(&item.context, scope);
                    if let Some(target) = &item.target {
                        self.assign(target, value, scope);
                    }
                }
                return self.walk_block(body, scope);
            }
            StmtKind::Try { body, handlers, orelse, finally } => {
                let mut reach = self.walk_block(body, scope);
                for handler in handlers {
                    self.state.begin();
                    if let Some(exception) = &handler.exception {
                        self.eval(exception, scope);
                    }
                    if let Some(name) = &handler.name {
                        self.bind(scope, name, Value::Unknown);
                    }
                    let handled = self.walk_block(&handler.body, scope);
                    let outcome = self.state.rewind();
                    if handled == Reach::Next {
                        self.state.begin();
                        let nothing = self.state.rewind();
                        // What only the handler has must not take the place of what the body has.
                        self.state.join(outcome, nothing);
                        reach = Reach::Next;
                    }
                }
                if reach == Reach::Next {
                    reach = self.walk_block(orelse, scope);
                }
                let last = self.walk_block(finally, scope);
                return if last == Reach::Next { reach } else { last };
            }
            StmtKind::Match { subject, cases } => {
                self.eval(subject, scope);
                for case in cases {
                    self.state.begin();
                    for name in &case.bindings {
                        self.bind(scope, name, Value::Unknown);
                    }
                    if let Some(guard) = &case.guard {
                        self.eval(guard, scope);
                    }
                    let reach = self.walk_block(&case.body, scope);
                    let outcome = self.state.rewind();
                    if reach == Reach::Next {
                        self.state.begin();
                        let nothing = self.state.rewind();
                        self.state.join(nothing, outcome);
                    }
                }
            }
            StmtKind::Import(names) => self.import(names, scope),
            StmtKind::ImportFrom { module, level, names } => self.import_from(module.as_ref(), *level, names, scope),
            StmtKind::Global(names) => {
                // Names declared global are written in the module: shared by looking them up outwards, and set there on assignment.
                for name in names {
                    let value = self.state.name(State::MODULE, &name.name).cloned().unwrap_or_default();
                    self.state.set_name(scope, &name.name, value);
                }
            }
            StmtKind::Raise(value) => {
                if let Some(value) = value {
                    self.eval(value, scope);
                }
                return Reach::Stop;
            }
            StmtKind::Assert { test, message } => {
                self.eval(test, scope);
                if let Some(message) = message {
                    self.eval(message, scope);
                }
            }
            StmtKind::Error(exprs) => {
                for expr in exprs {
                    self.eval(expr, scope);
                }
            }
            StmtKind::Break | StmtKind::Continue => return Reach::Turn,
            StmtKind::Pass | StmtKind::Nonlocal(_) => {}
        }
        Reach::Next
    }

    fn walk_if(&mut self, test: &Expr, body: &[Stmt], orelse: &[Stmt], scope: ScopeId) -> Reach {
        let value = self.eval(test, scope);
        self.choose_epoch(test, body);
        if is_main_guard(test) {
            return self.walk_block(body, scope);
        }
        let truth = value.truth();
        self.enter_test(&value);
        let outer = self.arms.clone();
        self.n_visits += 1;
        let arm = Arm { visit: self.n_visits, body: true, skipped: truth == Some(false) };
        Arc::make_mut(&mut self.arms).push(arm);
        self.state.begin();
        let reach_body = self.walk_block(body, scope);
        let taken = self.state.rewind();
        self.arms = outer.clone();
        Arc::make_mut(&mut self.arms).push(Arm { body: false, skipped: truth == Some(true), ..arm });
        self.state.begin();
        let reach_orelse = self.walk_block(orelse, scope);
        let other = self.state.rewind();
        self.arms = outer;
        self.leave_test();
        match (reach_body, reach_orelse) {
            (Reach::Next, Reach::Next) => match truth {
                Some(true) => self.state.apply(taken),
                Some(false) => self.state.apply(other),
                None => self.state.join(other, taken),
            },
            (Reach::Next, _) => self.state.apply(taken),
            (_, Reach::Next) => self.state.apply(other),
            (one, _) if truth == Some(true) => {
                self.state.apply(taken);
                return one;
            }
            (one, two) => {
                self.state.join(other, taken);
                return if one == Reach::Stop && two == Reach::Stop { Reach::Stop } else { Reach::Turn };
            }
        }
        Reach::Next
    }

    /// In a loop in which a network learns, a comparison may choose an epoch.
    fn choose_epoch(&mut self, test: &Expr, body: &[Stmt]) {
        if self.turns.is_empty() || self.elsewhere.is_some() {
            return;
        }
        let ExprKind::Compare { left, rest } = &*test.kind else { return };
        let operands = std::iter::once(left).chain(rest.iter().map(|(_, operand)| operand));
        let values: Vec<Value> =
            operands.filter_map(|operand| self.flow.at(operand.id)).map(|seen| seen.value.clone()).collect();
        crate::library::networks::choose(self, test, &values, body);
    }

    fn walk_for(
        &mut self,
        site: TextRange,
        target: &Expr,
        iter: &Expr,
        body: &[Stmt],
        orelse: &[Stmt],
        scope: ScopeId,
    ) {
        let value = self.eval(iter, scope);
        let (items, exact) = self.items_of_iteration(&value, iter, N_TURNS_MAX);
        let n_turns = if exact { items.len() } else { items.len().max(1).max(N_TURNS_UNKNOWN) };
        self.n_partial_loops += u32::from(!exact);
        self.walk_turns(site, n_turns, |this, number| {
            let item = items.get(number).or(items.last()).cloned().unwrap_or_default();
            this.enter_item(&item);
            this.assign(target, item, scope);
            let reach = this.walk_block(body, scope);
            this.leave_item();
            reach
        });
        self.n_partial_loops -= u32::from(!exact);
        self.walk_block(orelse, scope);
    }

    /// Walks the body of a loop several times, each knowing what the one before did.
    fn walk_turns(&mut self, site: TextRange, n_turns: usize, mut turn: impl FnMut(&mut Self, usize) -> Reach) {
        let outer = self.turns.clone();
        for number in 0..n_turns {
            let site = self.site(site);
            Arc::make_mut(&mut self.turns).push(Turn { site, number: number as u32, optimizes: false });
            self.n_objects_before.push(self.state.n_objects());
            let reach = turn(self, number);
            self.n_objects_before.pop();
            self.turns = outer.clone();
            if reach == Reach::Stop && self.steps_left == 0 {
                break;
            }
        }
    }

    fn walk_class(&mut self, class: &Arc<ClassDef>, scope: ScopeId) {
        for argument in &class.arguments {
            self.eval(&argument.value, scope);
        }
        let inside = self.state.open_scope(scope);
        self.walk_block(&class.body, inside);
        self.state.set_name(scope, &class.name.name, Value::Class(class.clone(), inside));
    }

    /// Adds to what the function being walked returns.
    fn return_value(&mut self, value: Value) {
        let Some(before) = self.returns.last_mut().map(Option::take) else { return };
        let joined = match before {
            None => value,
            Some(before) => self.state.join_values(&before, &value),
        };
        *self.returns.last_mut().expect("looked at above") = Some(joined);
    }

    fn delete(&mut self, target: &Expr, scope: ScopeId) {
        match &*target.kind {
            ExprKind::Name(name) => self.state.remove_name(scope, name),
            ExprKind::Subscript { value, index } => {
                let object = self.eval(value, scope);
                let key = self.eval(index, scope);
                self.delete_item(&object, &key, index);
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                for item in items {
                    self.delete(item, scope);
                }
            }
            _ => {
                self.eval(target, scope);
            }
        }
    }

    /// Gives a target its value.
    pub(crate) fn assign(&mut self, target: &Expr, value: Value, scope: ScopeId) {
        match &*target.kind {
            ExprKind::Name(name) => {
                self.see(target, &value);
                let ident = mlwright_python_syntax::ast::Ident { range: target.range, name: name.clone() };
                self.bind(scope, &ident, value);
            }
            ExprKind::Tuple(targets) | ExprKind::List(targets) => {
                let values = self.unpack(&value, targets, target.range);
                for (target, value) in targets.iter().zip(values) {
                    match &*target.kind {
                        ExprKind::Starred(inner) => self.assign(inner, value, scope),
                        _ => self.assign(target, value, scope),
                    }
                }
            }
            ExprKind::Subscript { value: object, index } => {
                let object_expr = object;
                let object = self.eval(object, scope);
                if self.is_copy_of_frame(object_expr, &object) {
                    self.note(target.range, EventKind::ChainedAssignment);
                }
                let key = self.eval(index, scope);
                self.set_item(&object, &key, index, value, target.range);
            }
            ExprKind::Attribute { value: object, attribute } => {
                let object = self.eval(object, scope);
                self.set_attribute(&object, attribute, value);
            }
            ExprKind::Starred(inner) => self.assign(inner, value, scope),
            _ => {
                self.eval(target, scope);
            }
        }
    }

    /// Sets an attribute: of an instance, or a column of a frame.
    fn set_attribute(&mut self, object: &Value, attribute: &mlwright_python_syntax::ast::Ident, value: Value) {
        if self.state.instance(object).is_some() {
            self.set_instance_attribute(object, &attribute.name, value);
            return;
        }
        if matches!(&*attribute.name, "coef_" | "coefs_") {
            crate::library::fit_by_hand(self, object, &value, attribute.range);
        }
        self.set_data_attribute(object, attribute, value);
    }
}

/// `if __name__ == "__main__":`
fn is_main_guard(test: &Expr) -> bool {
    matches!(&*test.kind, ExprKind::Compare { left, .. } if matches!(&*left.kind, ExprKind::Name(name) if &**name == "__name__"))
}
