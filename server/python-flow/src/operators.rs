//! Operators: what comes out of values that are put together or compared.

use std::sync::Arc;

use mlwright_python_syntax::ast::{BinaryOperator, CompareOperator, UnaryOperator};
use mlwright_python_values::info::Infos;
use mlwright_python_values::value::{DataKind, Object, Text, Value};
use mlwright_source_text::TextRange;

use super::interpreter::Interpreter;
use crate::library;

/// Bytes of a text that is put together at most.
const N_TEXT_MAX: usize = 65_536;

impl Interpreter<'_> {
    pub(super) fn unary(&mut self, operator: UnaryOperator, value: Value) -> Value {
        match (operator, &value) {
            (_, Value::Recipe(_)) => value,
            (UnaryOperator::Not, value) => Value::Bool(value.truth().map(|truth| !truth)),
            (UnaryOperator::Minus, Value::Number(number)) => Value::Number(number.map(|number| -number)),
            (_, Value::Object(_)) if self.state.data(&value).is_some() => {
                let data = self.data_of(&value).expect("looked at above");
                self.add_data((*data).clone())
            }
            _ => Value::Unknown,
        }
    }

    /// An operator between two values.
    pub(crate) fn binary(&mut self, left: Value, operator: BinaryOperator, right: Value, site: TextRange) -> Value {
        if let Some(recipe) = library::recipe_operation(self, &left, operator, &right) {
            return recipe;
        }
        if self.state.data(&left).is_some() || self.state.data(&right).is_some() {
            return self.data_operation(&left, operator, &right, site);
        }
        match (&left, operator, &right) {
            (Value::Path(path), BinaryOperator::Divide, other) => {
                if let Value::Str(text) = other {
                    let folder = Some(path.clone());
                    self.note_context(text.origin, mlwright_python_values::Context::Path { folder });
                }
                other.as_text().map_or(Value::Unknown, |name| Value::Path(library::join_path(path, name)))
            }
            (Value::Str(a), BinaryOperator::Add, Value::Str(b)) => {
                let both = a.value.as_ref().zip(b.value.as_ref());
                let both = both.filter(|(a, b)| a.len() + b.len() <= N_TEXT_MAX);
                let value = both.map(|(a, b)| Arc::from(format!("{a}{b}")));
                Value::Str(Text { value, origin: None })
            }
            (Value::Str(_), BinaryOperator::Modulo, _) => Value::Str(Text::default()),
            (Value::Number(a), _, Value::Number(b)) => {
                Value::Number(a.zip(*b).and_then(|(a, b)| arithmetic(a, operator, b)))
            }
            (_, BinaryOperator::Add, _) => match (self.state.items(&left), self.state.items(&right)) {
                (Some((mut items, open)), Some((more, more_open))) => {
                    items.extend(more);
                    self.add_list(items, open || more_open)
                }
                (Some((items, _)), None) | (None, Some((items, _))) => self.add_list(items, true),
                _ => Value::Unknown,
            },
            (_, BinaryOperator::Multiply, Value::Number(Some(n_times))) if self.state.list(&left).is_some() => {
                let (items, open) = self.state.items(&left).unwrap_or_default();
                let times = n_times.clamp(0.0, 20.0) as usize;
                let exact = *n_times <= 20.0 && items.len() * times <= 200;
                let repeated = items.iter().cycle().take((items.len() * times).min(200)).cloned().collect();
                self.add_list(repeated, open || !exact)
            }
            (_, BinaryOperator::Subtract, _) => match (self.state.items(&left), self.state.items(&right)) {
                (Some((items, open)), Some((other, false))) => {
                    let kept = items.into_iter().filter(|item| !other.iter().any(|other| other.same(item))).collect();
                    self.add_list(kept, open)
                }
                _ => Value::Unknown,
            },
            _ => Value::Unknown,
        }
    }

    /// `target operator= value`.
    pub(crate) fn augment(
        &mut self,
        before: Value,
        operator: BinaryOperator,
        operand: Value,
        site: TextRange,
    ) -> Value {
        if let Some((id, list)) = self.state.list(&before).filter(|_| operator == BinaryOperator::Add) {
            let mut list = list.clone();
            let more = self.state.items(&operand);
            let changed = Arc::make_mut(&mut list);
            match more {
                Some((items, open)) => {
                    changed.items.extend(items);
                    changed.open |= open;
                }
                None => changed.open = true,
            }
            self.state.set(id, Object::List(list));
            return before;
        }
        self.binary(before, operator, operand, site)
    }

    pub(super) fn compare(&mut self, values: &[Value], operator: Option<CompareOperator>, site: TextRange) -> Value {
        let membership = matches!(
            operator,
            Some(CompareOperator::In | CompareOperator::NotIn | CompareOperator::Is | CompareOperator::IsNot)
        );
        if !membership && let Some(recipe) = library::recipe_comparison(self, values) {
            return recipe;
        }
        if let Some(data) =
            values.iter().find_map(|value| self.data_of(value)).filter(|data| data.kind != DataKind::Statistic)
        {
            if membership {
                return Value::Bool(None);
            }
            return self.mask(&data, values, site);
        }
        let infos = values.iter().fold(Infos::default(), |infos, value| infos.union(&self.infos_of(value)));
        if !infos.is_empty() && values.iter().any(|value| self.data_of(value).is_some()) {
            return library::frames::statistic(self, infos);
        }
        match (values, operator) {
            ([a, b], Some(CompareOperator::Equal)) if a.same(b) => Value::Bool(Some(true)),
            ([Value::Str(a), Value::Str(b)], Some(CompareOperator::Equal))
                if a.value.is_some() && b.value.is_some() =>
            {
                Value::Bool(Some(a.value == b.value))
            }
            ([Value::Str(a), Value::Str(b)], Some(CompareOperator::NotEqual))
                if a.value.is_some() && b.value.is_some() =>
            {
                Value::Bool(Some(a.value != b.value))
            }
            ([item, list], Some(operator @ (CompareOperator::In | CompareOperator::NotIn))) => {
                match self.state.items(list) {
                    Some((items, false))
                        if items.iter().all(|known| known.as_text().is_some()) && item.as_text().is_some() =>
                    {
                        let found = items.iter().any(|known| known.as_text() == item.as_text());
                        Value::Bool(Some(found == (operator == CompareOperator::In)))
                    }
                    _ => Value::Bool(None),
                }
            }
            _ => Value::Bool(None),
        }
    }
}

fn arithmetic(a: f64, operator: BinaryOperator, b: f64) -> Option<f64> {
    let result = match operator {
        BinaryOperator::Add => a + b,
        BinaryOperator::Subtract => a - b,
        BinaryOperator::Multiply => a * b,
        BinaryOperator::Divide if b != 0.0 => a / b,
        BinaryOperator::FloorDivide if b != 0.0 => (a / b).floor(),
        BinaryOperator::Modulo if b != 0.0 => a - b * (a / b).floor(),
        BinaryOperator::Power => a.powf(b),
        _ => return None,
    };
    result.is_finite().then_some(result)
}
