//! Calls: of functions of the script, walked where they are called, and of libraries.

use std::sync::Arc;

use mlwright_python_syntax::ast::{ClassDef, Expr, ExprKind, FunctionDef, Lambda, Parameter, ParameterKind, StmtKind};
use mlwright_python_values::state::State;
use mlwright_python_values::value::{DataKind, Instance, Object, ScopeId, Value};

use super::arguments::{Arg, Call};
use super::interpreter::{DEPTH_MAX, Interpreter};
use crate::library;

impl<'a> Interpreter<'a> {
    /// What a call gives.
    pub(crate) fn invoke(&mut self, callee: &Value, call: &Call<'_>) -> Value {
        match callee {
            Value::Function(function, scope) => self.call_function(function, *scope, None, call),
            Value::Lambda(lambda, scope) => {
                let values: Vec<Value> = call.positionals().map(|argument| argument.value.clone()).collect();
                self.call_lambda(lambda, *scope, &values)
            }
            Value::Class(class, scope) => self.instantiate(class, *scope, call),
            Value::Library(name) => {
                let value = library::call(self, name, call);
                if !library::leaves_arguments(name) {
                    self.give_away(call);
                }
                value
            }
            Value::Method(bound) => {
                let (object, name) = &**bound;
                let goal = call.positional(0).map(|argument| argument.value.clone());
                if let (true, Some(goal @ Value::Function(..))) =
                    (matches!(&**name, "optimize" | "fmin" | "minimize" | "maximize"), goal)
                {
                    self.optimize(&goal, call);
                }
                self.call_method(object, name, call)
            }
            Value::Object(id) => {
                library::networks::note_input(self, call);
                match self.state.get(*id).clone() {
                    Object::Instance(instance) => match self.state.name(instance.scope, "__call__").cloned() {
                        Some(Value::Function(function, scope)) => {
                            self.call_function(&function, scope, Some(callee), call)
                        }
                        _ => match self.state.name(instance.scope, "forward").cloned() {
                            Some(Value::Function(..)) => library::call_network(self, callee, call),
                            _ => self.opaque_result(call),
                        },
                    },
                    Object::Estimator(_) => library::call_network(self, callee, call),
                    _ => self.opaque_result(call),
                }
            }
            _ => {
                library::networks::note_input(self, call);
                self.give_away(call);
                self.opaque_result(call)
            }
        }
    }

    /// Code that is not followed may add columns to the frames that it is given.
    fn give_away(&mut self, call: &Call<'_>) {
        for argument in &call.arguments {
            self.open_columns(&argument.value, 3);
        }
    }

    fn open_columns(&mut self, value: &Value, depth: usize) {
        if self.state.data(value).is_some() {
            self.change_data(value, |data| data.columns.open |= data.kind == DataKind::Frame);
        } else if depth > 0 {
            let mut inner = self.state.items(value).map(|(items, _)| items).unwrap_or_default();
            inner.extend(
                self.state.dict(value).iter().flat_map(|(_, dict)| dict.entries.iter().map(|(_, value)| value.clone())),
            );
            for value in inner.iter().take(40) {
                self.open_columns(value, depth - 1);
            }
        }
    }

    /// A search that calls a function of the script again and again.
    fn optimize(&mut self, goal: &Value, call: &Call<'_>) {
        let outer = self.turns.clone();
        for number in 0..2 {
            let site = self.site(call.range());
            Arc::make_mut(&mut self.turns).push(mlwright_python_values::event::Turn { site, number, optimizes: true });
            self.call_with(goal, &[Value::Unknown], call);
            self.turns = outer.clone();
        }
    }

    fn call_method(&mut self, object: &Value, name: &Arc<str>, call: &Call<'_>) -> Value {
        match object {
            Value::Object(id) => match self.state.get(*id).clone() {
                Object::Data(data) => library::data_method(self, object, &data, name, call),
                Object::Estimator(estimator) => library::estimator_method(self, object, &estimator, name, call),
                Object::List(_) | Object::Dict(_) => library::container_method(self, object, name, call),
                Object::Instance(instance) => match self.state.name(instance.scope, name).cloned() {
                    Some(Value::Function(function, scope)) => {
                        library::own_models::method(self, object, &instance, name, call, |this| {
                            this.call_function(&function, scope, Some(object), call)
                        })
                    }
                    _ => library::inherited_method(self, object, &instance, name, call),
                },
            },
            Value::Class(_, scope) => match self.state.name(*scope, name).cloned() {
                Some(Value::Function(function, scope)) => self.call_function(&function, scope, None, call),
                _ => self.opaque_result(call),
            },
            Value::Recipe(recipe) => library::recipe_method(self, recipe, "", name, call),
            Value::Method(inner) => {
                let value = library::accessor_method(self, inner, name, call);
                if self.state.data(&inner.0).is_none() {
                    self.give_away(call);
                }
                value
            }
            _ => {
                let value = library::plain_method(self, object, name, call);
                // Estimators that are not known do not change what they learn from.
                if matches!(object, Value::Unknown | Value::None)
                    && !matches!(&**name, "fit" | "predict" | "transform" | "fit_transform" | "score" | "predict_proba")
                {
                    self.give_away(call);
                }
                value
            }
        }
    }

    /// What a call gives that is not understood: data from the rows of its first argument that has some.
    pub(crate) fn opaque_result(&mut self, call: &Call<'_>) -> Value {
        // What is not understood may change what it is given.
        for argument in &call.arguments {
            self.change_data(&argument.value, |data| {
                if data.kind == DataKind::Frame {
                    data.columns.open = true;
                }
            });
        }
        let infos =
            call.arguments.iter().fold(Default::default(), |infos: mlwright_python_values::info::Infos, argument| {
                infos.union(&self.infos_of(&argument.value))
            });
        let first = call.arguments.iter().find_map(|argument| self.data_within(&argument.value, 3));
        match first {
            Some(data) => {
                let site = self.site(call.range());
                let rows = self.rows_from(mlwright_python_values::rows::Step::Derived { site }, data.rows, site);
                self.opaque(rows, infos)
            }
            None => self.opaque_source(call.range()),
        }
    }

    /// The first data in a value or in what it holds.
    pub(crate) fn data_within(&self, value: &Value, depth: usize) -> Option<Arc<mlwright_python_values::value::Data>> {
        if let Some(data) = self.data_of(value) {
            return Some(data);
        }
        if depth == 0 {
            return None;
        }
        if let Some((_, dict)) = self.state.dict(value) {
            return dict.entries.iter().take(8).find_map(|(_, item)| self.data_within(item, depth - 1));
        }
        let items = self.state.items(value)?.0;
        items.iter().take(8).find_map(|item| self.data_within(item, depth - 1))
    }

    /// Calls a function of the script, or of a module of the workspace.
    pub(crate) fn call_function(
        &mut self,
        function: &Arc<FunctionDef>,
        scope: ScopeId,
        object: Option<&Value>,
        call: &Call<'_>,
    ) -> Value {
        let key = Arc::as_ptr(function);
        self.called.insert(key);
        if self.stack.len() >= DEPTH_MAX || self.stack.iter().filter(|other| **other == key).count() >= 2 {
            self.give_away(call);
            return self.opaque_result(call);
        }
        if self.state.module_of(scope) != State::MODULE && self.elsewhere.is_none() {
            return self.within(call.range(), |this| this.call_function(function, scope, object, call));
        }
        let inside = self.state.open_scope(scope);
        self.bind_parameters(&function.parameters, inside, object, &call.arguments);
        self.stack.push(key);
        self.returns.push(None);
        let statement = self.statement;
        self.walk_block(&function.body, inside);
        self.statement = statement;
        self.stack.pop();
        self.returns.pop().flatten().unwrap_or(Value::None)
    }

    /// `dataset[index]` of a class of the script.
    pub(crate) fn item_of_instance(
        &mut self,
        function: &Arc<FunctionDef>,
        scope: ScopeId,
        object: &Value,
        key: Value,
        index: &Expr,
    ) -> Value {
        let arguments = vec![Arg { keyword: None, expr: None, value: key }];
        self.call_function(function, scope, Some(object), &Call { expr: index, arguments })
    }

    fn bind_parameters(
        &mut self,
        parameters: &[Parameter],
        inside: ScopeId,
        object: Option<&Value>,
        arguments: &[Arg<'_>],
    ) {
        let mut positional =
            arguments.iter().filter(|argument| argument.keyword.is_none()).map(|argument| argument.value.clone());
        let mut positional: Box<dyn Iterator<Item = Value>> = match object {
            Some(object) => Box::new(std::iter::once(object.clone()).chain(positional)),
            None => Box::new(positional.by_ref()),
        };
        for parameter in parameters {
            let given = arguments.iter().find(|argument| argument.keyword.as_deref() == Some(&*parameter.name.name));
            let value = match parameter.kind {
                ParameterKind::Rest => {
                    let rest = positional.by_ref().collect();
                    Value::Tuple(Arc::new(rest))
                }
                ParameterKind::KeywordRest => {
                    let named = |name: &str| parameters.iter().any(|parameter| &*parameter.name.name == name);
                    let entries = arguments.iter().filter_map(|argument| {
                        let keyword = argument.keyword.as_ref().filter(|keyword| !named(keyword))?;
                        Some((Value::text(keyword), argument.value.clone()))
                    });
                    let dict = mlwright_python_values::value::Dict { entries: entries.collect(), open: false };
                    Value::Object(self.state.add(Object::Dict(Arc::new(dict))))
                }
                _ => {
                    let given = given.map(|argument| argument.value.clone()).or_else(|| match parameter.kind {
                        ParameterKind::KeywordOnly => None,
                        _ => positional.next(),
                    });
                    match given {
                        Some(value) => value,
                        None => match &parameter.default {
                            Some(default) => self.eval(default, inside),
                            None => Value::Unknown,
                        },
                    }
                }
            };
            self.bind(inside, &parameter.name, value);
        }
    }

    /// Calls a lambda with values.
    pub(crate) fn call_lambda(&mut self, lambda: &Arc<Lambda>, scope: ScopeId, values: &[Value]) -> Value {
        if self.stack.len() >= DEPTH_MAX {
            return Value::Unknown;
        }
        let inside = self.state.open_scope(scope);
        for (index, parameter) in lambda.parameters.iter().enumerate() {
            self.bind(inside, &parameter.name, values.get(index).cloned().unwrap_or_default());
        }
        self.stack.push(std::ptr::null());
        let value = self.eval(&lambda.body, inside);
        self.stack.pop();
        value
    }

    /// Calls whatever can be called with values alone: the function given to `apply`, `pipe`, `map`.
    pub(crate) fn call_with(&mut self, callee: &Value, values: &[Value], call: &Call<'_>) -> Value {
        match callee {
            Value::Lambda(lambda, scope) => self.call_lambda(lambda, *scope, values),
            _ => {
                let arguments =
                    values.iter().map(|value| Arg { keyword: None, expr: None, value: value.clone() }).collect();
                self.invoke(callee, &Call { expr: call.expr, arguments })
            }
        }
    }

    /// Makes an instance of a class of the script.
    fn instantiate(&mut self, class: &Arc<ClassDef>, scope: ScopeId, call: &Call<'_>) -> Value {
        let instance = Instance { class: class.clone(), scope, attributes: Vec::new(), fitted: None };
        let value = Value::Object(self.state.add(Object::Instance(Arc::new(instance))));
        if let Some(Value::Function(function, inside)) = self.state.name(scope, "__init__").cloned() {
            self.call_function(&function, inside, Some(&value), call);
        } else {
            // A data class: its fields in order.
            let fields: Vec<Arc<str>> = class
                .body
                .iter()
                .filter_map(|stmt| match &*stmt.kind {
                    StmtKind::AnnAssign { target, .. } => match &*target.kind {
                        ExprKind::Name(name) => Some(name.clone()),
                        _ => None,
                    },
                    _ => None,
                })
                .collect();
            for (index, field) in fields.iter().enumerate() {
                if let Some(argument) = call.get(index, field) {
                    let value_of_field = argument.value.clone();
                    self.set_instance_attribute(&value, field, value_of_field);
                }
            }
        }
        value
    }

    /// Sets an attribute of an instance.
    pub(crate) fn set_instance_attribute(&mut self, object: &Value, name: &Arc<str>, value: Value) {
        if let Some((id, instance)) = self.state.instance(object) {
            let mut instance = instance.clone();
            let attributes = &mut Arc::make_mut(&mut instance).attributes;
            match attributes.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => *known = value,
                None => attributes.push((name.clone(), value)),
            }
            self.state.set(id, Object::Instance(instance));
        }
    }

    /// Walks a function that nothing calls, with arguments of which only the annotations are known.
    pub(crate) fn walk_alone(&mut self, function: &Arc<FunctionDef>, scope: ScopeId) {
        let arguments: Vec<Arg<'_>> = function
            .parameters
            .iter()
            .filter(|parameter| {
                parameter.default.is_none()
                    && matches!(parameter.kind, ParameterKind::Plain | ParameterKind::PositionalOnly)
            })
            .map(|parameter| {
                let value = match &parameter.annotation {
                    Some(annotation) => self.value_of_annotation(annotation, scope),
                    None => self.opaque_source(parameter.name.range),
                };
                Arg { keyword: Some(parameter.name.name.clone()), expr: None, value }
            })
            .collect();
        let inside = self.state.open_scope(scope);
        self.called.insert(Arc::as_ptr(function));
        self.flow.alone.push(function.range);
        self.bind_parameters(&function.parameters, inside, None, &arguments);
        self.stack.push(Arc::as_ptr(function));
        self.returns.push(None);
        self.walk_block(&function.body, inside);
        self.returns.pop();
        self.stack.pop();
    }

    /// Walks the methods of a class that nothing calls, on one instance, in their order.
    pub(crate) fn walk_methods_alone(&mut self, class: &Arc<ClassDef>, scope: ScopeId) {
        let Some(Value::Class(known, inside)) = self.state.name(scope, &class.name.name).cloned() else { return };
        if !Arc::ptr_eq(&known, class) {
            return;
        }
        let mut object = None;
        for stmt in &class.body {
            let StmtKind::FunctionDef(function) = &*stmt.kind else { continue };
            // Only the class itself can call what is private to it (Python reference, 6.2.1.1, "Private name mangling").
            let name = &*function.name.name;
            if name.starts_with("__") && !name.ends_with("__") {
                continue;
            }
            if self.called.contains(&Arc::as_ptr(function)) {
                continue;
            }
            let object = object.get_or_insert_with(|| {
                let instance = Instance { class: class.clone(), scope: inside, attributes: Vec::new(), fitted: None };
                Value::Object(self.state.add(Object::Instance(Arc::new(instance))))
            });
            let object = object.clone();
            let first = function.parameters.first().map(|parameter| parameter.name.clone());
            let method = self.state.open_scope(inside);
            if let Some(first) = first {
                self.bind(method, &first, object);
            }
            for parameter in function.parameters.iter().skip(1) {
                let value = match (&parameter.annotation, &parameter.default) {
                    (Some(annotation), None) => self.value_of_annotation(annotation, inside),
                    (_, Some(default)) => self.eval(default, inside),
                    (None, None) => self.opaque_source(parameter.name.range),
                };
                self.bind(method, &parameter.name, value);
            }
            self.called.insert(Arc::as_ptr(function));
            self.flow.alone.push(function.range);
            self.stack.push(Arc::as_ptr(function));
            self.returns.push(None);
            self.walk_block(&function.body, method);
            self.returns.pop();
            self.stack.pop();
        }
    }

    /// What an annotation says of a value: a frame, an array, or nothing known.
    pub(crate) fn value_of_annotation(&mut self, annotation: &Expr, scope: ScopeId) -> Value {
        let value = self.eval(annotation, scope);
        library::value_of_type(self, &value, annotation.range)
    }
}
