//! Conditions that choose rows: when two are one, and what they compare with what.

use std::hash::{DefaultHasher, Hash, Hasher};

use mlwright_python_syntax::ast::{BinaryOperator, CompareOperator, Expr, ExprKind, UnaryOperator};
use mlwright_python_values::condition::{Condition, Order, Reference};
use mlwright_python_values::rows::Step;
use mlwright_python_values::value::{DataKind, Object, Text, Value};
use mlwright_source_text::TextRange;

use crate::interpreter::Interpreter;

/// How many conditions joined by `&` are looked at.
const N_CONDITIONS_MAX: usize = 8;

impl Interpreter<'_> {
    /// All rows but those that an index chooses: `np.delete(x, i, axis=0)`, `frame.drop([i])`.
    pub(crate) fn step_without(&self, index: &Expr) -> Step {
        let only = match &*index.kind {
            ExprKind::List(items) | ExprKind::Tuple(items) if items.len() == 1 => &items[0],
            _ => index,
        };
        Step::filter(!self.condition_key(only))
    }

    /// A number for a condition: the same text with the same values in it is the same condition.
    pub(super) fn condition_key(&self, index: &Expr) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.text_hash(index.range).hash(&mut hasher);
        self.hash_values(index, &mut hasher);
        hasher.finish()
    }

    /// The values of the names in an expression.
    fn hash_values(&self, expr: &Expr, hasher: &mut DefaultHasher) {
        let mut open = vec![expr];
        let mut n_seen = 0;
        while let Some(expr) = open.pop() {
            n_seen += 1;
            if n_seen > 200 {
                break;
            }
            match &*expr.kind {
                ExprKind::Name(_) => match self.flow.at(expr.id).map(|seen| &seen.value) {
                    Some(Value::Str(Text { value: Some(text), .. })) => text.hash(hasher),
                    Some(Value::Number(Some(number))) => number.to_bits().hash(hasher),
                    // Another one in each turn of the loop.
                    Some(Value::Unknown | Value::Str(_) | Value::Number(_)) => {
                        self.turns.iter().for_each(|turn| (turn.site, turn.number).hash(hasher));
                    }
                    _ => {}
                },
                ExprKind::Compare { left, rest } => {
                    open.push(left);
                    open.extend(rest.iter().map(|(_, operand)| operand));
                }
                ExprKind::Binary { left, right, .. } => open.extend([left, right]),
                ExprKind::And(operands) | ExprKind::Or(operands) => open.extend(operands),
                ExprKind::Unary { operand, .. } => open.push(operand),
                ExprKind::Attribute { value, .. } => open.push(value),
                ExprKind::Subscript { value, index } => open.extend([value, index]),
                ExprKind::Call { function, arguments } => {
                    open.push(function);
                    open.extend(arguments.iter().map(|argument| &argument.value));
                }
                _ => {}
            }
        }
    }

    /// What a condition, or each of several joined by `&`, demands of a row; nothing where it is written in another way.
    pub(super) fn conditions(&self, index: &Expr) -> Vec<Condition> {
        let mut found = Vec::new();
        let mut open = vec![index];
        while let Some(expr) = open.pop() {
            if found.len() >= N_CONDITIONS_MAX || self.elsewhere.is_some() {
                break;
            }
            match &*expr.kind {
                ExprKind::Binary { left, operator: BinaryOperator::And, right } => open.extend([right, left]),
                _ => found.extend(self.condition(expr)),
            }
        }
        found
    }

    /// As [`Self::conditions`], of the text that `query` is given: comparisons of a column with a number, a text or an
    /// `@name`, joined by `and` or `&`.
    pub(super) fn conditions_in_text(&self, text: &str) -> Vec<Condition> {
        if text.split_whitespace().any(|word| matches!(word, "or" | "not" | "|")) || text.contains(['(', '|', '~']) {
            return Vec::new();
        }
        let parts = text.split(" and ").flat_map(|part| part.split('&')).take(N_CONDITIONS_MAX);
        parts.filter_map(condition_in_text).collect()
    }

    fn condition(&self, expr: &Expr) -> Option<Condition> {
        match &*expr.kind {
            ExprKind::Unary { operator: UnaryOperator::Invert | UnaryOperator::Minus, operand } => {
                self.condition(operand).map(Condition::negated)
            }
            ExprKind::Compare { left, rest } => {
                let [(operator, right)] = &rest[..] else { return None };
                let order = match operator {
                    CompareOperator::Equal => Order::Equal,
                    CompareOperator::NotEqual => Order::NotEqual,
                    CompareOperator::Less => Order::Less,
                    CompareOperator::LessEqual => Order::LessEqual,
                    CompareOperator::Greater => Order::Greater,
                    CompareOperator::GreaterEqual => Order::GreaterEqual,
                    _ => return None,
                };
                // `mask == False`
                if let (ExprKind::Bool(truth), Order::Equal | Order::NotEqual) = (&*right.kind, order) {
                    let holds = *truth == (order == Order::Equal);
                    let condition = self.condition(left)?;
                    return Some(if holds { condition } else { condition.negated() });
                }
                Some(Condition { subject: self.identity(left), order, reference: self.reference(right) })
            }
            ExprKind::Call { function, arguments } => match (&*function.kind, &arguments[..]) {
                (ExprKind::Attribute { value, attribute }, [values])
                    if matches!(&*attribute.name, "isin" | "is_in") =>
                {
                    let reference = Reference::Expression(self.identity(&values.value));
                    Some(Condition { subject: self.identity(value), order: Order::Among, reference })
                }
                (ExprKind::Attribute { attribute, .. }, [mask])
                    if matches!(&*attribute.name, "logical_not" | "invert") =>
                {
                    self.condition(&mask.value).map(Condition::negated)
                }
                _ => None,
            },
            // One truth value a row.
            ExprKind::Name(_) | ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => {
                let seen = self.flow.at(expr.id)?;
                let is_mask = seen.data().is_some_and(|data| matches!(data.kind, DataKind::Mask));
                is_mask.then(|| Condition {
                    subject: self.identity(expr),
                    order: Order::Equal,
                    reference: Reference::Truth,
                })
            }
            _ => None,
        }
    }

    fn reference(&self, expr: &Expr) -> Reference {
        match self.flow.at(expr.id).map(|seen| &seen.value) {
            Some(Value::Number(Some(number))) => Reference::Number(number.to_bits()),
            Some(Value::Str(Text { value: Some(text), .. })) => Reference::Text(text.clone()),
            _ => Reference::Expression(self.identity(expr)),
        }
    }

    /// A number for an expression: the same text with the same values in it, and the same masks and statistics behind its
    /// names, is the same. A column is the same in all frames that have some of the rows.
    fn identity(&self, expr: &Expr) -> u64 {
        let mut hasher = DefaultHasher::new();
        let name = leading_name(expr);
        let behind = match self.flow.at(name.id).map(|seen| &seen.value) {
            Some(Value::Object(id)) if matches!(&*name.kind, ExprKind::Name(_)) => Some(*id),
            _ => None,
        };
        let is_table = behind.is_some_and(|id| match self.state.get(id) {
            Object::Data(data) => matches!(data.kind, DataKind::Frame | DataKind::Opaque),
            _ => false,
        });
        if is_table && name.range != expr.range {
            self.text_hash(TextRange::new(name.range.end, expr.range.end)).hash(&mut hasher);
        } else {
            self.text_hash(expr.range).hash(&mut hasher);
            behind.hash(&mut hasher);
        }
        self.hash_values(expr, &mut hasher);
        hasher.finish()
    }
}

/// `year >= 2018` in a query.
fn condition_in_text(text: &str) -> Option<Condition> {
    const ORDERS: [(&str, Order); 6] = [
        ("<=", Order::LessEqual),
        (">=", Order::GreaterEqual),
        ("==", Order::Equal),
        ("!=", Order::NotEqual),
        ("<", Order::Less),
        (">", Order::Greater),
    ];
    let (column, order, value) = ORDERS.iter().find_map(|(sign, order)| {
        let (column, value) = text.split_once(sign)?;
        Some((column.trim(), *order, value.trim()))
    })?;
    let hash = |text: &str| {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        hasher.finish()
    };
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    let quoted = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    let reference = match (value.parse::<f64>(), quoted('"').or(quoted('\''))) {
        (Ok(number), _) => Reference::Number(number.to_bits()),
        (_, Some(text)) if !text.contains(['"', '\'']) => Reference::Text(text.into()),
        _ if value.strip_prefix('@').is_some_and(is_name) => Reference::Expression(hash(value)),
        _ => return None,
    };
    is_name(column.trim_matches('`')).then(|| Condition { subject: hash(column), order, reference })
}

/// `df` of `df["a"].dt.year`.
fn leading_name(expr: &Expr) -> &Expr {
    match &*expr.kind {
        ExprKind::Attribute { value, .. } | ExprKind::Subscript { value, .. } => leading_name(value),
        ExprKind::Call { function, .. } => leading_name(function),
        _ => expr,
    }
}
