//! Expressions: what each is, from what its parts are.

use std::sync::Arc;

use mlwright_python_syntax::ast::{
    Argument, ArgumentKind, ComprehensionKind, Expr, ExprKind, FStringPart, UnaryOperator,
};
use mlwright_python_values::info::Infos;
use mlwright_python_values::value::{Data, DataKind, Dict, Object, ScopeId, Text, Value};
use mlwright_source_text::TextRange;

use super::arguments::{Arg, Call};
use super::interpreter::Interpreter;
use crate::library;

/// Bytes of a text that is put together at most.
const N_TEXT_MAX: usize = 65_536;
/// Items of a comprehension that are worked out one by one.
const N_ITEMS_MAX: usize = 200;

impl Interpreter<'_> {
    /// What an expression is; notes it.
    pub(crate) fn eval(&mut self, expr: &Expr, scope: ScopeId) -> Value {
        if !self.step() {
            return Value::Unknown;
        }
        let value = self.eval_kind(expr, scope);
        self.see(expr, &value);
        value
    }

    fn eval_kind(&mut self, expr: &Expr, scope: ScopeId) -> Value {
        match &*expr.kind {
            ExprKind::Name(name) => match self.state.name(scope, name) {
                Some(value) => value.clone(),
                None => library::name_without_import(name),
            },
            ExprKind::Attribute { value, attribute } => {
                let object = self.eval(value, scope);
                self.attribute(object, attribute)
            }
            ExprKind::Subscript { value, index } => {
                let object = self.eval(value, scope);
                let key = self.eval(index, scope);
                self.item(object, key, index, expr.range)
            }
            ExprKind::Slice { lower, upper, step } => {
                for part in [lower, upper, step].into_iter().flatten() {
                    self.eval(part, scope);
                }
                Value::Unknown
            }
            ExprKind::Call { function, arguments } => self.call(expr, function, arguments, scope),
            ExprKind::Str(literal) => {
                let origin = self.elsewhere.is_none().then_some(expr.id);
                Value::Str(Text { value: Some(literal.value.clone()), origin })
            }
            ExprKind::FString { parts } => self.fstring(parts, scope),
            ExprKind::Integer(value) => Value::Number(value.map(|value| value as f64)),
            ExprKind::Float(value) => Value::Number(Some(*value)),
            ExprKind::Bool(value) => Value::Bool(Some(*value)),
            ExprKind::None => Value::None,
            ExprKind::List(items) | ExprKind::Set(items) => {
                let (items, open) = self.eval_items(items, scope);
                self.add_list(items, open)
            }
            ExprKind::Tuple(items) => {
                let (items, open) = self.eval_items(items, scope);
                if open { self.add_list(items, true) } else { Value::Tuple(Arc::new(items)) }
            }
            ExprKind::Dict(entries) => {
                let mut dict = Dict::default();
                for (key, value) in entries {
                    let key = key.as_ref().map(|key| self.eval(key, scope));
                    let value = self.eval(value, scope);
                    match key {
                        Some(key) => dict.entries.push((key, value)),
                        None => match self.state.dict(&value) {
                            Some((_, more)) => {
                                dict.entries.extend(more.entries.iter().cloned());
                                dict.open |= more.open;
                            }
                            None => dict.open = true,
                        },
                    }
                }
                Value::Object(self.state.add(Object::Dict(Arc::new(dict))))
            }
            ExprKind::Unary { operator, operand } => {
                let value = self.eval(operand, scope);
                self.unary(*operator, value)
            }
            ExprKind::Binary { left, operator, right } => {
                let left = self.eval(left, scope);
                let right = self.eval(right, scope);
                self.binary(left, *operator, right, expr.range)
            }
            ExprKind::Compare { left, rest } => {
                let mut values = vec![self.eval(left, scope)];
                for (_, operand) in rest {
                    values.push(self.eval(operand, scope));
                }
                self.compare(&values, rest.first().map(|(operator, _)| *operator), expr.range)
            }
            ExprKind::And(operands) | ExprKind::Or(operands) => {
                let values: Vec<Value> = operands.iter().map(|operand| self.eval(operand, scope)).collect();
                let (first, rest) = values.split_first().expect("two operands at least");
                let joined = rest.iter().fold(first.clone(), |joined, value| self.state.join_values(&joined, value));
                // `words or []`: what is given, where something is.
                let is_or = matches!(&*expr.kind, ExprKind::Or(_));
                if is_or && matches!(joined, Value::Unknown) { first.clone() } else { joined }
            }
            ExprKind::IfElse { test, body, orelse } => {
                let truth = self.eval(test, scope).truth();
                let one = self.eval(body, scope);
                let other = self.eval(orelse, scope);
                match truth {
                    Some(true) => one,
                    Some(false) => other,
                    None => {
                        let infos = [test, body, orelse].iter().fold(Infos::default(), |infos, part| {
                            let seen = self
                                .flow
                                .at(part.id)
                                .filter(|_| self.elsewhere.is_none())
                                .map(|seen| seen.value.clone());
                            infos.union(&seen.map(|value| self.infos_of(&value)).unwrap_or_default())
                        });
                        let joined = self.state.join_values(&other, &one);
                        // What decided, and what only one way gives, is known to the result.
                        if infos.is_empty() || self.data_of(&joined).is_some() {
                            joined
                        } else {
                            library::frames::statistic(self, infos)
                        }
                    }
                }
            }
            ExprKind::Lambda(lambda) => Value::Lambda(lambda.clone(), scope),
            ExprKind::Comprehension { kind, element, value, clauses } => {
                self.comprehension(*kind, element, value.as_ref(), clauses, scope)
            }
            ExprKind::Starred(inner) | ExprKind::Await(inner) => self.eval(inner, scope),
            ExprKind::Yield(value) => {
                if let Some(value) = value {
                    self.eval(value, scope);
                }
                Value::Unknown
            }
            ExprKind::Named { target, value } => {
                let value = self.eval(value, scope);
                self.bind(scope, target, value.clone());
                value
            }
            ExprKind::Bytes | ExprKind::Ellipsis | ExprKind::Missing => Value::Unknown,
        }
    }

    fn eval_items(&mut self, items: &[Expr], scope: ScopeId) -> (Vec<Value>, bool) {
        let (mut values, mut open) = (Vec::with_capacity(items.len()), false);
        for item in items {
            let value = self.eval(item, scope);
            if matches!(&*item.kind, ExprKind::Starred(_)) {
                match self.state.items(&value) {
                    Some((more, more_open)) => {
                        values.extend(more);
                        open |= more_open;
                    }
                    None => match self.data_of(&value).filter(|data| !data.columns.open) {
                        Some(data) => values.extend(data.columns.names().map(|name| Value::text(name))),
                        None => open = true,
                    },
                }
            } else {
                values.push(value);
            }
        }
        (values, open)
    }

    fn fstring(&mut self, parts: &[FStringPart], scope: ScopeId) -> Value {
        let mut text = Some(String::new());
        for part in parts {
            match part {
                FStringPart::Text(part) => {
                    if let Some(text) = &mut text {
                        text.push_str(part);
                    }
                }
                FStringPart::Value(expr) => {
                    let value = self.eval(expr, scope);
                    text = match (text, display(&value)) {
                        (Some(text), Some(part)) if text.len() + part.len() <= N_TEXT_MAX => Some(text + &part),
                        _ => None,
                    };
                }
            }
        }
        Value::Str(Text { value: text.map(Into::into), origin: None })
    }

    /// What an attribute of a value is. Plain attributes are worked out; all else may be called.
    pub(crate) fn attribute(&mut self, object: Value, attribute: &mlwright_python_syntax::ast::Ident) -> Value {
        let name = &attribute.name;
        match &object {
            Value::Library(module) => library::attribute_of(module, name),
            Value::Module(scope) => self.state.name(*scope, name).cloned().unwrap_or_default(),
            Value::Unknown | Value::None => Value::Method(Arc::new((object, name.clone()))),
            Value::Class(_, scope) => self
                .state
                .name(*scope, name)
                .cloned()
                .unwrap_or_else(|| Value::Method(Arc::new((object, name.clone())))),
            Value::Object(id) => {
                let found = match self.state.get(*id).clone() {
                    Object::Instance(instance) => {
                        let own =
                            instance.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
                        own.or_else(|| match self.state.name(instance.scope, name) {
                            Some(Value::Function(..)) | None => None,
                            Some(value) => Some(value.clone()),
                        })
                    }
                    Object::Data(data) => self.data_attribute(&object, &data, attribute),
                    Object::Estimator(estimator) => library::estimator_attribute(self, &object, &estimator, name),
                    // `iris.data`: what scikit-learn's data sets come in.
                    Object::Dict(dict) => dict.get(name).cloned(),
                    Object::List(_) => None,
                };
                found.unwrap_or_else(|| Value::Method(Arc::new((object, name.clone()))))
            }
            _ => library::plain_attribute(&object, name)
                .unwrap_or_else(|| Value::Method(Arc::new((object, name.clone())))),
        }
    }

    /// `object[key]`.
    pub(crate) fn item(&mut self, object: Value, key: Value, index: &Expr, site: TextRange) -> Value {
        match &object {
            Value::Tuple(items) => self.sequence_item(&items.clone(), false, &key, index),
            Value::Method(bound) if self.state.data(&bound.0).is_some() => {
                // `df.loc[…]`, `df.iloc[…]`, `df.at[…]`.
                let bound = bound.clone();
                self.indexer(&bound.0, &bound.1, key, index, site)
            }
            Value::Object(id) => match self.state.get(*id).clone() {
                Object::List(list) => {
                    let item = self.sequence_item(&list.items, list.open, &key, index);
                    if let ExprKind::Slice { lower, upper, step } = &*index.kind
                        && (lower.is_some() || upper.is_some() || step.is_some())
                        && self.state.list(&item).is_some_and(|(_, part)| part.open)
                    {
                        let step = match step {
                            Some(_) => mlwright_python_values::rows::Step::filter(self.text_hash(index.range)),
                            None => self.slice_between(lower.as_ref(), upper.as_ref()),
                        };
                        self.note_slice(&object, &item, step, site);
                    }
                    item
                }
                Object::Dict(dict) => match &key {
                    Value::Str(text) if text.value.is_some() => {
                        dict.get(text.value.as_ref().expect("looked at above")).cloned().unwrap_or_default()
                    }
                    _ => match dict.entries.iter().find(|(known, _)| known.same(&key)) {
                        Some((_, value)) => value.clone(),
                        None if !self.words_in(&object).is_empty() => {
                            let infos = self.infos_of(&object);
                            library::frames::statistic(self, infos)
                        }
                        None => {
                            let values: Vec<Value> = dict.entries.iter().map(|(_, value)| value.clone()).collect();
                            self.any_of(&values)
                        }
                    },
                },
                Object::Data(data) => self.data_item(&object, &data, key, index, site),
                Object::Estimator(estimator) => library::estimator_item(self, &estimator, &key),
                Object::Instance(instance) => match self.state.name(instance.scope, "__getitem__").cloned() {
                    Some(Value::Function(function, scope)) => {
                        self.item_of_instance(&function, scope, &object, key, index)
                    }
                    _ => Value::Unknown,
                },
            },
            // `np.c_[a, b]`
            Value::Library(name) if matches!(&**name, "numpy.c_" | "numpy.r_") => {
                let values = self.state.items(&key).map_or_else(|| vec![key.clone()], |(items, _)| items);
                library::frames::stacked(self, name.trim_start_matches("numpy."), &values, site)
            }
            _ => Value::Unknown,
        }
    }

    fn sequence_item(&mut self, items: &[Value], open: bool, key: &Value, index: &Expr) -> Value {
        if let ExprKind::Slice { lower, upper, step } = &*index.kind {
            let end = |bound: &Option<Expr>, default: usize| match bound.as_ref().map(|bound| &*bound.kind) {
                None => Some(default),
                Some(ExprKind::Integer(Some(position))) => position_of(*position as f64, items.len()),
                Some(ExprKind::Unary { operator: UnaryOperator::Minus, operand }) => match &*operand.kind {
                    ExprKind::Integer(Some(position)) => position_of(-(*position as f64), items.len()),
                    _ => None,
                },
                Some(_) => None,
            };
            return match (end(lower, 0), end(upper, items.len()), step) {
                (Some(from), Some(to), None) if !open && from <= to.min(items.len()) => {
                    self.add_list(items[from..to.min(items.len())].to_vec(), false)
                }
                _ => self.add_list(items.to_vec(), true),
            };
        }
        match key {
            Value::Number(Some(position)) if !open || *position >= 0.0 => match position_of(*position, items.len()) {
                Some(position) if position < items.len() => items[position].clone(),
                _ => Value::Unknown,
            },
            _ => self.any_of(items),
        }
    }

    /// One of several, of which it is not known which.
    pub(crate) fn any_of(&mut self, values: &[Value]) -> Value {
        let Some((first, rest)) = values.split_first() else { return Value::Unknown };
        rest.iter().fold(first.clone(), |joined, value| self.state.join_values(&joined, value))
    }

    fn comprehension(
        &mut self,
        kind: ComprehensionKind,
        element: &Expr,
        value: Option<&Expr>,
        clauses: &[mlwright_python_syntax::ast::Clause],
        scope: ScopeId,
    ) -> Value {
        let inside = self.state.open_scope(scope);
        // The items of what a model said are, together, what it said.
        let source = clauses.first().map(|clause| self.eval(&clause.iter, inside)).unwrap_or_default();
        if let Some(data) = self.data_of(&source).filter(|data| data.prediction.is_some()) {
            self.clause(clauses, Some(source), inside, &mut |this, scope| {
                this.eval(element, scope);
            });
            let prediction = data
                .prediction
                .map(|prediction| mlwright_python_values::value::Prediction { scores: false, ..prediction });
            return self.add_data(Data { prediction, ..(*data).clone() });
        }
        let mut results = Vec::new();
        let exact = self.clause(clauses, Some(source), inside, &mut |this, scope| {
            let key = this.eval(element, scope);
            let key = if value.is_some() { key } else { this.marked(key) };
            let key = if value.is_some() { key } else { this.belonging(key) };
            let key = if value.is_some() { key } else { this.decided(key) };
            let value = value.map(|value| {
                let value = this.eval(value, scope);
                this.marked(value)
            });
            results.push((key, value));
        });
        match kind {
            ComprehensionKind::Dict => {
                let entries = results.into_iter().map(|(key, value)| (key, value.unwrap_or_default())).collect();
                Value::Object(self.state.add(Object::Dict(Arc::new(Dict { entries, open: !exact }))))
            }
            _ => {
                let made = self.add_list(results.into_iter().map(|(item, _)| item).collect(), !exact);
                if let (Value::Object(list), true) = (&made, clauses.len() > 1) {
                    self.word_lists.insert(*list);
                }
                made
            }
        }
    }

    /// Goes through the items of the first clause, which goes over `iterated` where that is worked out already, and, inside each, through those of the rest; whether that is all of them.
    fn clause(
        &mut self,
        clauses: &[mlwright_python_syntax::ast::Clause],
        iterated: Option<Value>,
        scope: ScopeId,
        result: &mut dyn FnMut(&mut Self, ScopeId),
    ) -> bool {
        let Some((clause, rest)) = clauses.split_first() else {
            result(self, scope);
            return true;
        };
        let iterated = iterated.unwrap_or_else(|| self.eval(&clause.iter, scope));
        let (mut items, mut exact) = self.items_of_iteration(&iterated, &clause.iter, N_ITEMS_MAX);
        if !exact && items.len() == 1 {
            // What is done for each of several is done more than once.
            items.push(items[0].clone());
        }
        for item in items {
            if !self.step() {
                return false;
            }
            self.enter_item(&item);
            self.assign(&clause.target, item, scope);
            let mut truth = Some(true);
            for condition in &clause.conditions {
                let tested = self.eval(condition, scope);
                self.enter_test(&tested);
                match tested.truth() {
                    Some(true) => {}
                    Some(false) => truth = Some(false),
                    None => truth = truth.and(None).or(if truth == Some(false) { truth } else { None }),
                }
            }
            exact &= truth.is_some();
            if truth != Some(false) {
                exact &= self.clause(rest, None, scope, result);
            }
            clause.conditions.iter().for_each(|_| self.leave_test());
            self.leave_item();
        }
        exact
    }

    fn call(&mut self, expr: &Expr, function: &Expr, arguments: &[Argument], scope: ScopeId) -> Value {
        let callee = self.eval(function, scope);
        let mut call = Call { expr, arguments: Vec::with_capacity(arguments.len()) };
        for argument in arguments {
            let value = self.eval(&argument.value, scope);
            let expr = &argument.value;
            match &argument.kind {
                ArgumentKind::Positional => call.arguments.push(Arg { keyword: None, expr: Some(expr), value }),
                ArgumentKind::Keyword(name) => {
                    call.arguments.push(Arg { keyword: Some(name.name.clone()), expr: Some(expr), value });
                }
                ArgumentKind::Rest => {
                    for value in self.state.items(&value).map(|(items, _)| items).unwrap_or_default() {
                        call.arguments.push(Arg { keyword: None, expr: None, value });
                    }
                }
                ArgumentKind::KeywordRest => {
                    let entries = self.state.dict(&value).map(|(_, dict)| dict.entries.clone()).unwrap_or_default();
                    for (key, value) in entries {
                        if let Some(keyword) = key.as_text() {
                            call.arguments.push(Arg { keyword: Some(keyword.clone()), expr: None, value });
                        }
                    }
                }
            }
        }
        self.invoke(&callee, &call)
    }

    /// An element-wise operation: rows of the operand that has rows, knowledge of both.
    pub(crate) fn combined(&mut self, values: &[&Value], kind: Option<DataKind>) -> Value {
        let all: Vec<Arc<Data>> = values.iter().filter_map(|value| self.data_of(value)).collect();
        let Some(main) = all.iter().find(|data| data.kind != DataKind::Statistic).or(all.first()) else {
            return Value::Unknown;
        };
        let infos = all.iter().fold(Infos::default(), |infos, data| infos.union(&data.all_infos()));
        let origins = all
            .iter()
            .flat_map(|data| data.columns.list.iter())
            .fold(Arc::from([]), |origins, column| mlwright_python_values::column::union(&origins, &column.origins));
        let prediction = all.iter().find_map(|data| data.prediction);
        let mut data = Data { prediction, ..(**main).clone() };
        data.kind = kind.unwrap_or(main.kind);
        if data.kind == DataKind::Series || data.kind == DataKind::Mask {
            let name = main.columns.list.first().map_or_else(|| Arc::from(""), |column| column.name.clone());
            let column = mlwright_python_values::column::Column {
                origins,
                ..mlwright_python_values::column::Column::named(&name)
            };
            data.columns = mlwright_python_values::column::Columns::closed(vec![column]);
        }
        data.infos = infos;
        self.add_data(data)
    }
}

/// A position in a sequence of `length`, counted from its end where negative.
fn position_of(position: f64, length: usize) -> Option<usize> {
    let position = if position < 0.0 { length as f64 + position } else { position };
    (position >= 0.0).then_some(position as usize)
}

/// A value as an f-string writes it.
fn display(value: &Value) -> Option<String> {
    match value {
        Value::Number(Some(number)) if number.fract() == 0.0 && number.abs() < 1e15 => {
            Some(format!("{}", *number as i64))
        }
        Value::Number(_) => None,
        other => other.as_text().map(ToString::to_string),
    }
}
