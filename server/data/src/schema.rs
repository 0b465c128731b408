//! What each column means: its semantic type and the reason for it.

use polars::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::execute;
use crate::open::evidence::Evidence;

mod names;

use names::NameEvidence;

/// What a column is for, beyond how it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SemanticType {
    /// Numbers whose size means something.
    Numeric,
    /// One of a number of labels.
    Categorical,
    /// One of two values that mean yes and no.
    Boolean,
    /// Dates or times.
    Datetime,
    /// Free text, different nearly everywhere.
    Text,
    /// Names the row or refers to another; carries nothing to learn from.
    Id,
    /// One value in every row, or none.
    Constant,
}

impl SemanticType {
    /// The type as it is written in answers, e.g. `numeric`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Numeric => "numeric",
            Self::Categorical => "categorical",
            Self::Boolean => "boolean",
            Self::Datetime => "datetime",
            Self::Text => "text",
            Self::Id => "id",
            Self::Constant => "constant",
        }
    }
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ColumnSchema {
    /// The column's name.
    pub name: String,
    /// How it is stored, as polars writes it (`i64`, `f64`, `str`, `date`, `datetime[μs]`, …).
    pub dtype: String,
    /// What it is for.
    pub semantic: SemanticType,
    /// Whether the file wrote its numbers or dates so that a plain reader would take them for text.
    pub stored_as_text: bool,
    /// Why it was taken for this.
    pub reason: String,
}

/// What the reason of a text column says, after "; ", when most of its values are numbers or dates.
pub const MOSTLY_TYPED: &str = "stored as text, though";

/// Text values that are looked at to tell whether the others are worth a look.
const FIRST_LOOK_ROWS: usize = 2_000;
/// The fewest values of which two different whole numbers are taken for labels.
const LABELS_ROWS_MIN: usize = 10;
/// The fewest rows for which "different in every row" says anything.
const ID_ROWS_MIN: usize = 20;
/// The fewest rows for which text without blanks, different in every row, is an id whatever its name.
const UNNAMED_ID_ROWS_MIN: usize = 50;
/// The share of different values from which a column named like an id refers to something.
const REFERENCE_DISTINCT_SHARE: f64 = 0.5;
/// Columns of at most so many different texts are categories however long those are.
const CATEGORIES_SURE: usize = 20;
/// Words per value from which text is prose, when its values are many.
const PROSE_WORDS_MEAN: f64 = 4.0;
/// The share of different values from which prose is free text.
const PROSE_DISTINCT_SHARE: f64 = 0.2;
/// The share of different values from which any text is free text.
const TEXT_DISTINCT_SHARE: f64 = 0.9;

/// Decides what each column means. The frame is already typed, as [`crate::open`] does. Cost: one
/// pass over each column, and a count of the different values of whole numbers and text. Text stays
/// text: a column of texts that happen to be numbers or dates is never numeric or a datetime, for its
/// values are not.
#[must_use]
pub fn infer_schema(frame: &DataFrame) -> Vec<ColumnSchema> {
    // Counting the different texts of a column takes longest.
    execute::spread(frame.columns(), |column| usize::from(column.dtype().is_string()), infer)
}

struct Meaning {
    semantic: SemanticType,
    stored_as_text: bool,
    reason: String,
}

fn meaning(semantic: SemanticType, reason: impl Into<String>) -> Meaning {
    Meaning { semantic, stored_as_text: false, reason: reason.into() }
}

fn infer(column: &Column) -> ColumnSchema {
    let series = column.as_materialized_series();
    // polars counts and compares every flat type; what it cannot is nested and has no meaning here.
    let meaning = constant(series)
        .or_else(|| typed(series))
        .unwrap_or_else(|| meaning(SemanticType::Text, format!("it holds nested values ({})", series.dtype())));
    ColumnSchema {
        name: series.name().to_string(),
        dtype: series.dtype().to_string(),
        semantic: meaning.semantic,
        stored_as_text: meaning.stored_as_text,
        reason: meaning.reason,
    }
}

/// No value, or the same in every row of several.
fn constant(series: &Series) -> Option<Meaning> {
    if series.is_empty() {
        return None;
    }
    if series.null_count() == series.len() {
        return Some(meaning(SemanticType::Constant, "no row has a value"));
    }
    if series.len() < 2 || series.null_count() > 0 || series.dtype().is_nested() {
        return None;
    }
    let first = series.slice(0, 1);
    let last = series.slice(series.len() as i64 - 1, 1);
    if !first.equals(&last) {
        return None;
    }
    // A whole comparison only when the ends are alike.
    let same = series.equal(&first).ok()?.all();
    same.then(|| meaning(SemanticType::Constant, format!("every row has the value {}", show(&first))))
}

fn show(one: &Series) -> String {
    let value = one.get(0).map(|value| value.to_string()).unwrap_or_default();
    value.chars().take(40).collect()
}

fn typed(series: &Series) -> Option<Meaning> {
    let dtype = series.dtype();
    match dtype {
        DataType::Boolean => Some(meaning(SemanticType::Boolean, "its values are true and false")),
        DataType::String => Some(text(series)),
        DataType::Categorical(..) | DataType::Enum(..) => {
            let words = series.cast(&DataType::String).ok()?;
            Some(match truth_words(&words) {
                Some(reason) => meaning(SemanticType::Boolean, reason),
                None => meaning(SemanticType::Categorical, "its type is one of categories"),
            })
        }
        DataType::Date | DataType::Datetime(..) => {
            Some(meaning(SemanticType::Datetime, format!("its type is {dtype}")))
        }
        _ if dtype.is_integer() => Some(integer(series)),
        _ if dtype.is_float() => Some(float(series)),
        // A time of day is a number of seconds.
        DataType::Duration(_) | DataType::Decimal(..) | DataType::Time => {
            Some(meaning(SemanticType::Numeric, format!("its type is {dtype}")))
        }
        DataType::Null => Some(meaning(SemanticType::Constant, "no row has a value")),
        _ => None,
    }
}

fn integer(series: &Series) -> Meaning {
    let n_known = series.len() - series.null_count();
    let low = series.min::<f64>().ok().flatten().unwrap_or(0.0);
    let high = series.max::<f64>().ok().flatten().unwrap_or(0.0);
    if low == 0.0 && high == 1.0 {
        return meaning(SemanticType::Boolean, "its values are 0 and 1");
    }
    let n_distinct = distinct(series);
    if n_distinct == 2 && n_known >= LABELS_ROWS_MIN {
        return meaning(SemanticType::Categorical, format!("it has two values, {low} and {high}"));
    }
    let name = NameEvidence::of(series.name());
    let unique = n_distinct == n_known && series.null_count() == 0 && n_known >= ID_ROWS_MIN;
    if unique && name.is_id() {
        return meaning(SemanticType::Id, "every row has another whole number, and its name is that of an id");
    }
    if unique && !name.is_time() && (low == 0.0 || low == 1.0) && is_count(series, low as i64) {
        return meaning(SemanticType::Id, format!("it counts the rows from {low}"));
    }
    if name.is_id() && n_known >= ID_ROWS_MIN && n_distinct as f64 >= n_known as f64 * REFERENCE_DISTINCT_SHARE {
        return meaning(
            SemanticType::Id,
            format!("{n_distinct} different whole numbers in {n_known} rows, and its name is that of an id"),
        );
    }
    reference(&name, n_distinct, n_known)
        .unwrap_or_else(|| meaning(SemanticType::Numeric, format!("whole numbers from {low} to {high}")))
}

/// Whole numbers that name one of a number of things, by their column's name: a key of another table
/// or a code.
fn reference(name: &NameEvidence, n_distinct: usize, n_known: usize) -> Option<Meaning> {
    if n_known < ID_ROWS_MIN {
        return None;
    }
    let repeats = (n_distinct as f64) < n_known as f64 * REFERENCE_DISTINCT_SHARE;
    let what = if name.is_postal() {
        "a postal code"
    } else if repeats && name.is_code() {
        "a code"
    } else if repeats && name.is_reference() {
        "a reference"
    } else {
        return None;
    };
    let reason = format!("{n_distinct} different whole numbers in {n_known} rows, and its name is that of {what}");
    Some(meaning(SemanticType::Categorical, reason))
}

/// Whether the values are `from`, `from` + 1, …, in the rows' order.
fn is_count(series: &Series, from: i64) -> bool {
    let Ok(whole) = series.cast(&DataType::Int64) else { return false };
    whole.i64().is_ok_and(|values| values.iter().zip(from..).all(|(value, expected)| value == Some(expected)))
}

fn float(series: &Series) -> Meaning {
    let n_known = series.len() - series.null_count();
    let Ok(values) = series.cast(&DataType::Float64) else {
        return meaning(SemanticType::Numeric, "its type is one of numbers");
    };
    let Ok(values) = values.f64() else {
        return meaning(SemanticType::Numeric, "its type is one of numbers");
    };
    let finite = || values.iter().flatten().filter(|value| value.is_finite());
    let (n_finite, low, high) = finite_range(values);
    if n_finite == 0 {
        return meaning(SemanticType::Numeric, "its type is one of numbers, though no value is finite");
    }
    let whole = n_finite == n_known && finite().all(|value| value.fract() == 0.0);
    if whole && finite().all(|value| value == 0.0 || value == 1.0) {
        let both = finite().any(|value| value == 0.0) && finite().any(|value| value == 1.0);
        if both {
            return meaning(SemanticType::Boolean, "its values are 0 and 1");
        }
    }
    // Whole numbers become floats where a value is missing or another tool wrote them so.
    if whole && n_known >= ID_ROWS_MIN {
        let name = NameEvidence::of(series.name());
        if name.is_id() || name.is_reference() || name.is_code() {
            let n_distinct = distinct(&series.drop_nulls());
            if name.is_id() && n_distinct == n_known {
                return meaning(SemanticType::Id, "every value is another whole number, and its name is that of an id");
            }
            if let Some(reference) = reference(&name, n_distinct, n_known) {
                return reference;
            }
        }
    }
    let odd = n_known - n_finite;
    let tail = if odd > 0 { format!("; {odd} are not finite") } else { String::new() };
    meaning(SemanticType::Numeric, format!("numbers from {low} to {high}{tail}"))
}

/// How many values are finite, and the least and the greatest of them.
fn finite_range(values: &Float64Chunked) -> (usize, f64, f64) {
    let see = |(n, low, high): (usize, f64, f64), value: &f64| {
        if value.is_finite() { (n + 1, low.min(*value), high.max(*value)) } else { (n, low, high) }
    };
    values.downcast_iter().fold((0, f64::INFINITY, f64::NEG_INFINITY), |range, chunk| match chunk.validity() {
        None => chunk.values().iter().fold(range, see),
        Some(known) => chunk.values().iter().zip(known).filter_map(|(value, known)| known.then_some(value)).fold(range, see),
    })
}

/// Different values, missing ones not counted.
fn distinct(series: &Series) -> usize {
    let n = series.n_unique().unwrap_or(0);
    n - usize::from(series.null_count() > 0 && n > 0)
}

fn text(series: &Series) -> Meaning {
    let Ok(values) = series.str() else {
        return meaning(SemanticType::Text, "its type is text");
    };
    let n_known = series.len() - series.null_count();
    if n_known == 0 {
        return meaning(SemanticType::Categorical, "its type is text");
    }
    if let Some(reason) = truth_words(series) {
        return meaning(SemanticType::Boolean, reason);
    }
    let evidence = evidence_of(values);
    let mut found = text_of(series, values, evidence.is_mostly_measures());
    if let Some((n_known, n, what)) = evidence.mostly_typed() {
        found.reason.push_str(&format!("; {MOSTLY_TYPED} {n} of its {n_known} values are {what}"));
    }
    found
}

/// What text means that is neither missing nor yes and no. Texts that are dates or fractions are as
/// good as all different without being ids.
fn text_of(series: &Series, values: &StringChunked, are_measures: bool) -> Meaning {
    let n_known = series.len() - series.null_count();
    let n_distinct = distinct(series);
    let name = NameEvidence::of(series.name());
    let shape = Shape::of(values);
    let unique = n_distinct == n_known && series.null_count() == 0 && n_known >= ID_ROWS_MIN;
    if unique && name.is_id() {
        return meaning(SemanticType::Id, "every row has another value, and its name is that of an id");
    }
    if unique && !are_measures && shape.one_word >= 0.95 && (shape.with_digit >= 0.9 || n_known >= UNNAMED_ID_ROWS_MIN)
    {
        return meaning(SemanticType::Id, "every row has another value without blanks, as codes are");
    }
    let share = n_distinct as f64 / n_known as f64;
    if name.is_id() && n_known >= ID_ROWS_MIN && share >= REFERENCE_DISTINCT_SHARE && shape.one_word >= 0.95 {
        return meaning(
            SemanticType::Id,
            format!("{n_distinct} different codes in {n_known} rows, and its name is that of an id"),
        );
    }
    let words = shape.words_mean;
    if n_distinct > CATEGORIES_SURE && words >= PROSE_WORDS_MEAN && share >= PROSE_DISTINCT_SHARE {
        return meaning(
            SemanticType::Text,
            format!("{words:.0} words a value, {n_distinct} different in {n_known} rows"),
        );
    }
    if n_distinct > CATEGORIES_SURE && share >= TEXT_DISTINCT_SHARE {
        return meaning(SemanticType::Text, format!("{n_distinct} different values in {n_known} rows"));
    }
    let labels = if n_distinct == 1 { "one label".to_owned() } else { format!("{n_distinct} different labels") };
    meaning(SemanticType::Categorical, format!("{labels} in {n_known} rows"))
}

/// Pairs of words that mean yes and no.
const TRUTHS: [[&str; 2]; 5] = [["no", "yes"], ["false", "true"], ["n", "y"], ["f", "t"], ["off", "on"]];

fn truth_words(text: &Series) -> Option<String> {
    let values = text.str().ok()?;
    let mut seen: Vec<&str> = Vec::new();
    for value in values.iter().flatten() {
        if !seen.contains(&value) {
            if seen.len() == 2 {
                return None;
            }
            seen.push(value);
        }
    }
    seen.sort_by_key(|word| word.to_lowercase());
    let low: Vec<String> = seen.iter().map(|word| word.to_lowercase()).collect();
    TRUTHS.iter().any(|pair| low == pair).then(|| format!("its values are {:?} and {:?}", seen[0], seen[1]))
}

/// What the values are. Where values spread over the rows are mostly words, no others are looked at:
/// only what numbers and dates there are in a column of numbers or dates is asked for.
fn evidence_of(values: &StringChunked) -> Evidence {
    let see_every = |step: usize| {
        let mut evidence = Evidence::default();
        values.iter().step_by(step).flatten().for_each(|value| evidence.see(value.as_bytes()));
        evidence
    };
    let step = values.len() / FIRST_LOOK_ROWS;
    if step > 1 {
        let first = see_every(step);
        if first.is_mostly_words() {
            return first;
        }
    }
    see_every(1)
}

/// What the values look like.
struct Shape {
    words_mean: f64,
    /// Share of values without blanks inside.
    one_word: f64,
    /// Share of values with a digit.
    with_digit: f64,
}

impl Shape {
    fn of(values: &StringChunked) -> Self {
        let (mut n, mut words, mut one_word, mut with_digit) = (0_usize, 0, 0, 0);
        for value in values.iter().flatten() {
            let count = value.split_whitespace().count();
            n += 1;
            words += count;
            one_word += usize::from(count <= 1);
            with_digit += usize::from(value.bytes().any(|byte| byte.is_ascii_digit()));
        }
        let share = |count: usize| count as f64 / n.max(1) as f64;
        Self { words_mean: share(words), one_word: share(one_word), with_digit: share(with_digit) }
    }
}

#[cfg(test)]
mod tests;
