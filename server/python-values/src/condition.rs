//! What rows must be like to be chosen, as far as it shows whether two conditions can hold for one row.

use std::cmp::Ordering;
use std::sync::Arc;

/// A comparison of something that each row has with a value that is the same for all rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Condition {
    /// What is compared, as a number for its text and the values in it: a column, a mask.
    pub subject: u64,
    pub order: Order,
    pub reference: Reference,
}

/// How the subject lies to the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// One of several values.
    Among,
    NotAmong,
}

/// What is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reference {
    /// A known number, by its bits.
    Number(u64),
    Text(Arc<str>),
    /// The rows for which the subject, a mask, holds.
    Truth,
    /// An expression whose value is not known, as a number for its text and the values in it.
    Expression(u64),
}

impl Condition {
    /// The condition of all other rows. (Missing values, for which neither holds, do not make the parts overlap.)
    pub fn negated(self) -> Self {
        let order = match self.order {
            Order::Equal => Order::NotEqual,
            Order::NotEqual => Order::Equal,
            Order::Less => Order::GreaterEqual,
            Order::LessEqual => Order::Greater,
            Order::Greater => Order::LessEqual,
            Order::GreaterEqual => Order::Less,
            Order::Among => Order::NotAmong,
            Order::NotAmong => Order::Among,
        };
        Self { order, ..self }
    }

    /// Whether no row fulfils both.
    pub fn excludes(&self, other: &Condition) -> bool {
        use Order::{Among, Equal, Greater, GreaterEqual, Less, LessEqual, NotAmong, NotEqual};
        if self.subject != other.subject {
            return false;
        }
        let is_apart = |a: Order, b: Order, by: Ordering| match by {
            Ordering::Equal => matches!(
                (a, b),
                (Equal, NotEqual | Less | Greater)
                    | (Less, Greater | GreaterEqual)
                    | (LessEqual, Greater)
                    | (Among, NotAmong)
            ),
            Ordering::Less => matches!((a, b), (Equal | Less | LessEqual, Equal | Greater | GreaterEqual)),
            Ordering::Greater => false,
        };
        if self.reference == other.reference {
            return is_apart(self.order, other.order, Ordering::Equal)
                || is_apart(other.order, self.order, Ordering::Equal);
        }
        if let (Reference::Text(_), Reference::Text(_), Equal, Equal) =
            (&self.reference, &other.reference, self.order, other.order)
        {
            return true;
        }
        let Some(by) = self.reference.order_to(&other.reference) else { return false };
        is_apart(self.order, other.order, by) || is_apart(other.order, self.order, by.reverse())
    }

    /// Whether it is not known that some row fulfils both: one thing is compared with values of which one is not known.
    pub fn may_exclude(&self, other: &Condition) -> bool {
        let is_open = |condition: &Condition| matches!(condition.reference, Reference::Expression(_));
        self.subject == other.subject
            && self.reference != other.reference
            && (is_open(self) || is_open(other))
            && [self, other].iter().all(|condition| !matches!(condition.order, Order::NotEqual))
    }
}

impl Reference {
    /// How two known values lie to each other: numbers, and texts that are dates with the year first.
    fn order_to(&self, other: &Reference) -> Option<Ordering> {
        let is_date = |text: &str| {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            digits >= 4
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'/' | b':' | b' ' | b'T' | b'.'))
        };
        match (self, other) {
            (Reference::Number(a), Reference::Number(b)) => f64::from_bits(*a).partial_cmp(&f64::from_bits(*b)),
            (Reference::Text(a), Reference::Text(b)) if is_date(a) && is_date(b) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
