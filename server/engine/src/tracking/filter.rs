//! MLflow's filter language for runs: `metrics.cv_roc_auc > 0.8 AND params.learner LIKE 'grad%'`,
//! and its ordering: `metrics.test_rmse ASC`.
//!
//! Comparisons are joined by `AND`. Left: `metrics.KEY`, `params.KEY`, `tags.KEY` or
//! `attributes.NAME` (or the bare name), where KEY may hold dots, and may be quoted by backticks or
//! double quotes. Right: a number, or a text in single or double quotes. Numbers compare by `=`, `!=`, `>`, `>=`, `<`, `<=`;
//! texts by `=`, `!=`, `LIKE`, `ILIKE` (`%` any text, `_` one character), `IN (…)`, `NOT IN (…)`.

mod lexer;

use std::cmp::Ordering;

use mlwright_base::{ErrorCode, Problem, names};

use super::record::Run;
use lexer::{Lexer, Token};

const ATTRIBUTES: [&str; 7] = ["run_id", "run_name", "status", "user_id", "experiment", "start_time", "end_time"];

/// A parsed filter: every comparison must hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    comparisons: Vec<Comparison>,
}

#[derive(Debug, Clone, PartialEq)]
struct Comparison {
    key: Key,
    test: Test,
}

/// What a comparison or an ordering looks at.
#[derive(Debug, Clone, PartialEq)]
enum Key {
    Metric(String),
    Param(String),
    Tag(String),
    Attribute(&'static str),
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    Number(Relation, f64),
    Text(Relation, String),
    Like { pattern: String, any_case: bool },
    In { values: Vec<String>, negated: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Relation {
    fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Self::Equal => order == Some(Ordering::Equal),
            Self::NotEqual => order.is_some_and(Ordering::is_ne),
            Self::Less => order.is_some_and(Ordering::is_lt),
            Self::LessOrEqual => order.is_some_and(Ordering::is_le),
            Self::Greater => order.is_some_and(Ordering::is_gt),
            Self::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
        }
    }
}

/// What a key holds in a run.
enum Held<'a> {
    Nothing,
    Number(f64),
    Text(&'a str),
}

impl Key {
    fn of<'a>(&self, run: &'a Run) -> Held<'a> {
        let text = |value: Option<&'a String>| value.map_or(Held::Nothing, |value| Held::Text(value));
        match self {
            Self::Metric(key) => run.metrics.get(key).map_or(Held::Nothing, |value| Held::Number(*value)),
            Self::Param(key) => text(run.params.get(key)),
            Self::Tag(key) => text(run.tags.get(key)),
            Self::Attribute("run_id") => Held::Text(run.run_id.as_str()),
            Self::Attribute("run_name") => Held::Text(&run.run_name),
            Self::Attribute("status") => Held::Text(run.status.as_str()),
            Self::Attribute("user_id") => Held::Text(&run.user),
            Self::Attribute("experiment") => Held::Text(&run.experiment),
            Self::Attribute("start_time") => Held::Number(run.start_time.as_millisecond() as f64),
            Self::Attribute(_) => run.end_time.map_or(Held::Nothing, |time| Held::Number(time.as_millisecond() as f64)),
        }
    }

    fn is_number(&self) -> bool {
        matches!(self, Self::Metric(_) | Self::Attribute("start_time" | "end_time"))
    }

    fn parse(lexer: &mut Lexer<'_>) -> Result<Self, Problem> {
        let first = lexer.word("metrics.KEY, params.KEY, tags.KEY or an attribute")?;
        if !lexer.take_dot() {
            return attribute(lexer, &first);
        }
        let key = lexer.key("a key after the dot")?;
        match first.to_lowercase().as_str() {
            "metrics" | "metric" => Ok(Self::Metric(key)),
            "params" | "param" | "parameters" | "parameter" => Ok(Self::Param(key)),
            "tags" | "tag" => Ok(Self::Tag(key)),
            "attributes" | "attribute" | "attr" | "run" => attribute(lexer, &key),
            _ => Err(lexer
                .problem(format!("{first:?} is not metrics, params, tags or attributes"))
                .hint("example: metrics.cv_roc_auc > 0.8 AND params.learner = 'gradient_boosting'")),
        }
    }
}

fn attribute(lexer: &Lexer<'_>, name: &str) -> Result<Key, Problem> {
    let wanted = match name.to_lowercase().as_str() {
        "name" | "run name" | "run_name" => "run_name".to_owned(),
        "user" => "user_id".to_owned(),
        "created" => "start_time".to_owned(),
        other => other.to_owned(),
    };
    let known = ATTRIBUTES.into_iter().find(|known| *known == wanted);
    known.map(Key::Attribute).ok_or_else(|| {
        lexer
            .problem(format!("runs have no attribute {name:?}"))
            .hint(format!("{}; metrics, params and tags need their prefix", names::did_you_mean(&wanted, ATTRIBUTES)))
    })
}

impl Filter {
    /// Reads a filter; the empty text lets every run through.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] with the place and what was expected there.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut lexer = Lexer::new(text, "filter");
        let mut comparisons = Vec::new();
        while !lexer.at_end()? {
            if !comparisons.is_empty() {
                lexer.keyword("AND")?;
            }
            let key = Key::parse(&mut lexer)?;
            let test = Test::parse(&mut lexer, &key)?;
            comparisons.push(Comparison { key, test });
        }
        Ok(Self { comparisons })
    }

    /// Whether a run passes. A run that lacks the key of a comparison does not.
    #[must_use]
    pub fn accepts(&self, run: &Run) -> bool {
        self.comparisons.iter().all(|comparison| comparison.test.holds(&comparison.key.of(run)))
    }
}

impl Test {
    fn parse(lexer: &mut Lexer<'_>, key: &Key) -> Result<Self, Problem> {
        let relation = match lexer.next()? {
            Some(Token::Symbol("=" | "==")) => Relation::Equal,
            Some(Token::Symbol("!=" | "<>")) => Relation::NotEqual,
            Some(Token::Symbol("<")) => Relation::Less,
            Some(Token::Symbol("<=")) => Relation::LessOrEqual,
            Some(Token::Symbol(">")) => Relation::Greater,
            Some(Token::Symbol(">=")) => Relation::GreaterOrEqual,
            Some(Token::Word(word)) if !key.is_number() => return Self::parse_word(lexer, &word),
            found => {
                let expected = if key.is_number() { "=, !=, <, <=, > or >=" } else { "=, !=, LIKE, ILIKE, IN or NOT IN" };
                return Err(lexer.problem(format!("expected {expected}, found {}", lexer::shown(found.as_ref()))));
            }
        };
        match (key.is_number(), lexer.next()?) {
            (true, Some(Token::Number(value))) => Ok(Self::Number(relation, value)),
            (false, Some(Token::Text(value) | Token::Quoted(value))) if matches!(relation, Relation::Equal | Relation::NotEqual) => {
                Ok(Self::Text(relation, value))
            }
            (false, Some(Token::Text(_) | Token::Quoted(_))) => Err(lexer.problem("texts compare by =, !=, LIKE, ILIKE, IN and NOT IN")),
            (true, found) => Err(lexer.problem(format!("expected a number, found {}", lexer::shown(found.as_ref())))),
            (false, found) => Err(lexer.problem(format!("expected a text in quotes, found {}", lexer::shown(found.as_ref())))),
        }
    }

    fn parse_word(lexer: &mut Lexer<'_>, word: &str) -> Result<Self, Problem> {
        match word.to_uppercase().as_str() {
            "LIKE" => Ok(Self::Like { pattern: lexer.text()?, any_case: false }),
            "ILIKE" => Ok(Self::Like { pattern: lexer.text()?, any_case: true }),
            "IN" => Ok(Self::In { values: lexer.texts()?, negated: false }),
            "NOT" => {
                lexer.keyword("IN")?;
                Ok(Self::In { values: lexer.texts()?, negated: true })
            }
            _ => Err(lexer.problem(format!("expected =, !=, LIKE, ILIKE, IN or NOT IN, found {word:?}"))),
        }
    }

    fn holds(&self, held: &Held<'_>) -> bool {
        match (self, held) {
            (Self::Number(relation, value), Held::Number(found)) => relation.holds(found.partial_cmp(value)),
            (Self::Text(relation, value), Held::Text(found)) => relation.holds(Some((*found).cmp(value))),
            (Self::Like { pattern, any_case: false }, Held::Text(found)) => like(found, pattern),
            (Self::Like { pattern, any_case: true }, Held::Text(found)) => like(&found.to_lowercase(), &pattern.to_lowercase()),
            (Self::In { values, negated }, Held::Text(found)) => values.iter().any(|value| value == found) != *negated,
            _ => false,
        }
    }
}

/// SQL's LIKE: `%` is any text, `_` any one character. Greedy with one point of return, so linear
/// in practice and never exponential.
fn like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    let (mut t, mut p) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && pattern[p] == '%' {
            retry = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == '_' || pattern[p] == text[t]) {
            p += 1;
            t += 1;
        } else if let Some((percent, from)) = retry {
            retry = Some((percent, from + 1));
            p = percent + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '%')
}

/// One key of an ordering.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderBy {
    key: Key,
    descending: bool,
}

impl OrderBy {
    /// Reads `metrics.KEY [ASC|DESC]`.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] with the place and what was expected there.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut lexer = Lexer::new(text, "order_by");
        let key = Key::parse(&mut lexer)?;
        let descending = match lexer.next()? {
            None => false,
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("asc") => false,
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("desc") => true,
            found => return Err(lexer.problem(format!("expected ASC or DESC, found {}", lexer::shown(found.as_ref())))),
        };
        if !lexer.at_end()? {
            return Err(lexer.problem("expected one key in each entry of order_by"));
        }
        Ok(Self { key, descending })
    }

    /// How two runs compare; runs without the key come last either way.
    #[must_use]
    pub fn compare(&self, a: &Run, b: &Run) -> Ordering {
        let order = match (self.key.of(a), self.key.of(b)) {
            (Held::Nothing, Held::Nothing) => return Ordering::Equal,
            (Held::Nothing, _) => return Ordering::Greater,
            (_, Held::Nothing) => return Ordering::Less,
            (Held::Number(a), Held::Number(b)) => a.total_cmp(&b),
            (Held::Text(a), Held::Text(b)) => a.cmp(b),
            (Held::Number(_), Held::Text(_)) => Ordering::Less,
            (Held::Text(_), Held::Number(_)) => Ordering::Greater,
        };
        if self.descending { order.reverse() } else { order }
    }
}

fn problem_at(field: &str, text: &str, position: usize, message: &str) -> Problem {
    let at = text[..position.min(text.len())].chars().count() + 1;
    Problem::new(ErrorCode::InvalidArgument, format!("{field}, character {at}: {message}")).field(field)
}

#[cfg(test)]
mod tests;
