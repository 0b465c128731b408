//! Answers cut to a size that a model can read, at one place for every surface that needs it.
//!
//! Lists are cut at their end, the heaviest first; what was cut, and how to ask for the rest, is
//! said in a `_truncated` note. Nothing else changes, so the answer still matches its schema.

use std::fmt::{self, Write as _};

use serde_json::{Map, Number, Value, json};

use crate::registry::Registered;

/// The field that says what was cut.
pub const NOTE: &str = "_truncated";
/// Room kept for the note, in bytes.
const NOTE_BYTES_MAX: usize = 900;
/// The most cuts that the note lists.
const CUTS_LISTED_MAX: usize = 6;
/// Texts at most this long are never cut.
const TEXT_BYTES_KEPT: usize = 200;
/// Objects with at most this many fields are never cut: they are records, not maps.
const FIELDS_KEPT: usize = 32;
/// Input fields by which operations answer less, or another part.
const NARROWING: [&str; 8] = ["limit", "offset", "after", "page", "filter", "columns", "rows", "sql"];

/// How to get what is cut of an operation's answer. `first` is the caller's own way.
#[must_use]
pub fn rest_of(operation: &Registered, first: Option<&str>) -> String {
    let fields = operation.fields();
    let narrowing: Vec<String> =
        NARROWING.iter().filter(|name| fields.contains(name)).map(|name| format!("`{name}`")).collect();
    let mut ways: Vec<String> = first.map(str::to_owned).into_iter().collect();
    if !narrowing.is_empty() {
        ways.push(format!("ask for another part with {}", narrowing.join(", ")));
    }
    ways.push(format!("`mlwright {} … --json` prints everything", operation.command()));
    ways.join("; ")
}

/// A structured answer and the sizes of all its parts, so that cutting it, also more than once, goes
/// through it once.
pub struct Weighed {
    value: Value,
    weight: Weight,
}

impl Weighed {
    /// Weighs an answer.
    #[must_use]
    pub fn new(value: Value) -> Self {
        Self { weight: Weight::of(&value), value }
    }

    /// Its bytes as compact JSON.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.weight.bytes
    }

    /// The whole answer.
    #[must_use]
    pub fn into_value(self) -> Value {
        self.value
    }

    /// As [`fit`].
    #[must_use]
    pub fn fit(&self, bytes_max: usize, how: &str) -> Value {
        if self.weight.bytes <= bytes_max {
            return self.value.clone();
        }
        cut(self.value.clone(), self.weight.clone(), bytes_max, how)
    }
}

/// Cuts a structured answer to at most `bytes_max` bytes of JSON (at least 1,800 are assumed). An
/// answer that fits is returned as it is; one that is cut says `how` to get the rest, and one whose
/// smallest form does not fit says nothing else ([`says_nothing`]).
#[must_use]
pub fn fit(value: Value, bytes_max: usize, how: &str) -> Value {
    let Weighed { value, weight } = Weighed::new(value);
    if weight.bytes <= bytes_max { value } else { cut(value, weight, bytes_max, how) }
}

fn cut(mut value: Value, mut weight: Weight, bytes_max: usize, how: &str) -> Value {
    let room = bytes_max.saturating_sub(NOTE_BYTES_MAX).max(NOTE_BYTES_MAX);
    let mut cuts: Vec<Cut> = Vec::new();
    for kind in [Kind::List, Kind::Text, Kind::Map] {
        while weight.bytes > room {
            let mut heaviest = None;
            find_heaviest(&value, &weight, kind, &mut Vec::new(), &mut heaviest);
            let Some(Heaviest { path, .. }) = heaviest else { break };
            let excess = weight.bytes - room;
            let (kept, of) = shorten_at(&mut value, &mut weight, &path, excess);
            remember(&mut cuts, path, kept, of);
        }
    }
    let listed: Vec<Value> = cuts
        .iter()
        .take(CUTS_LISTED_MAX)
        .map(|cut| json!({ "field": shown(&cut.path), "kept": cut.kept, "of": cut.of }))
        .collect();
    let note = json!({ "reason": format!("the answer is over {bytes_max} bytes"), "cut": listed, "how_to_get_the_rest": how });
    match value {
        Value::Object(mut object) if weight.bytes <= room => {
            object.insert(NOTE.to_owned(), note);
            Value::Object(object)
        }
        _ => json!({ NOTE: note }),
    }
}

/// Whether nothing is left of an answer but the note that it was cut.
#[must_use]
pub fn says_nothing(fitted: &Value) -> bool {
    fitted.as_object().is_some_and(|fields| fields.len() == 1 && fields.contains_key(NOTE))
}

/// What may be cut, in this order.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    List,
    Text,
    Map,
}

/// A part of a list or an object, by its place; a field also by its name.
#[derive(Clone, PartialEq)]
enum Step {
    Field(usize, String),
    Item(usize),
}

struct Cut {
    path: Vec<Step>,
    kept: usize,
    of: usize,
}

struct Heaviest {
    path: Vec<Step>,
    bytes: usize,
}

/// Finds the heaviest node of a kind that can be cut further; the first in the document of equals. A
/// part is lighter than the whole, so what is lighter than the heaviest so far is passed over.
fn find_heaviest(node: &Value, weight: &Weight, kind: Kind, path: &mut Vec<Step>, heaviest: &mut Option<Heaviest>) {
    if heaviest.as_ref().is_some_and(|best| weight.bytes <= best.bytes) {
        return;
    }
    let cuttable = match node {
        Value::Array(items) => kind == Kind::List && items.len() > 1,
        Value::Object(fields) => kind == Kind::Map && fields.len() > FIELDS_KEPT,
        Value::String(text) => kind == Kind::Text && text.len() > TEXT_BYTES_KEPT,
        _ => false,
    };
    if cuttable {
        *heaviest = Some(Heaviest { path: path.clone(), bytes: weight.bytes });
        return;
    }
    let mut visit = |step, part: &Value, weight: &Weight| {
        path.push(step);
        find_heaviest(part, weight, kind, path, heaviest);
        path.pop();
    };
    match node {
        Value::Array(items) => {
            for (index, (item, weight)) in items.iter().zip(&weight.parts).enumerate() {
                visit(Step::Item(index), item, weight);
            }
        }
        Value::Object(fields) => {
            for (index, ((name, field), weight)) in fields.iter().zip(&weight.parts).enumerate() {
                visit(Step::Field(index, name.clone()), field, weight);
            }
        }
        _ => {}
    }
}

/// Shortens the node at the end of a path, as [`shorten`] does, and keeps the weights right.
fn shorten_at(node: &mut Value, weight: &mut Weight, path: &[Step], excess: usize) -> (usize, usize) {
    let Some((step, rest)) = path.split_first() else { return shorten(node, weight, excess) };
    let (part, index) = match step {
        Step::Field(index, name) => (&mut node[name.as_str()], *index),
        Step::Item(index) => (&mut node[*index], *index),
    };
    let part_weight = &mut weight.parts[index];
    let before = part_weight.bytes;
    let done = shorten_at(part, part_weight, rest, excess);
    weight.bytes = weight.bytes - before + part_weight.bytes;
    done
}

/// Takes at least `excess` bytes from the node's end, as far as it goes. Answers how many items,
/// bytes of text or fields were kept, and of how many.
fn shorten(node: &mut Value, weight: &mut Weight, excess: usize) -> (usize, usize) {
    match node {
        Value::Array(items) => {
            let kept = kept_of(weight.parts.iter().map(|item| item.bytes + 1), excess).max(1);
            let of = items.len();
            items.truncate(kept.min(of - 1));
            weight.parts.truncate(items.len());
            weight.bytes = list_size(&weight.parts);
            (items.len(), of)
        }
        Value::Object(fields) => {
            let of = fields.len();
            let kept = kept_of(fields.keys().zip(&weight.parts).map(|(name, field)| text_size(name) + field.bytes + 2), excess);
            let kept = kept.clamp(FIELDS_KEPT, of - 1);
            let names: Vec<String> = fields.keys().skip(kept).cloned().collect();
            for name in names.iter().rev() {
                fields.remove(name);
            }
            weight.parts.truncate(kept);
            weight.bytes = object_size(fields, &weight.parts);
            (kept, of)
        }
        Value::String(text) => {
            let of = text.len();
            let mut end = of.saturating_sub(excess + "…".len()).clamp(TEXT_BYTES_KEPT / 2, of - 1);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
            text.push('…');
            weight.bytes = text_size(text);
            (end, of)
        }
        _ => (0, 0),
    }
}

/// How many of the parts, from the front, fit when `excess` bytes must go.
fn kept_of(sizes: impl Iterator<Item = usize>, excess: usize) -> usize {
    let sizes: Vec<usize> = sizes.collect();
    let mut left = sizes.iter().sum::<usize>().saturating_sub(excess);
    sizes
        .iter()
        .take_while(|part| {
            let fits = **part <= left;
            left = left.saturating_sub(**part);
            fits
        })
        .count()
}

fn remember(cuts: &mut Vec<Cut>, path: Vec<Step>, kept: usize, of: usize) {
    match cuts.iter_mut().find(|cut| cut.path == path) {
        Some(cut) => cut.kept = kept,
        None => cuts.push(Cut { path, kept, of }),
    }
}

/// A path as people write it: `rows[3].name`.
fn shown(path: &[Step]) -> String {
    let mut out = String::new();
    for step in path {
        match step {
            Step::Field(_, name) if out.is_empty() => out.push_str(name),
            Step::Field(_, name) => {
                out.push('.');
                out.push_str(name);
            }
            Step::Item(index) => out.push_str(&format!("[{index}]")),
        }
    }
    out.chars().take(100).collect()
}

/// The size of a value, and of its parts in their order.
#[derive(Clone)]
struct Weight {
    /// Bytes as compact JSON.
    bytes: usize,
    /// Of the items of a list or the values of an object.
    parts: Vec<Weight>,
}

impl Weight {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::leaf("null".len()),
            Value::Bool(true) => Self::leaf("true".len()),
            Value::Bool(false) => Self::leaf("false".len()),
            Value::Number(number) => Self::leaf(number_size(number)),
            Value::String(text) => Self::leaf(text_size(text)),
            Value::Array(items) => {
                let parts: Vec<Self> = items.iter().map(Self::of).collect();
                Self { bytes: list_size(&parts), parts }
            }
            Value::Object(fields) => {
                let parts: Vec<Self> = fields.values().map(Self::of).collect();
                Self { bytes: object_size(fields, &parts), parts }
            }
        }
    }

    fn leaf(bytes: usize) -> Self {
        Self { bytes, parts: Vec::new() }
    }
}

fn list_size(items: &[Weight]) -> usize {
    2 + items.len().saturating_sub(1) + items.iter().map(|item| item.bytes).sum::<usize>()
}

fn object_size(fields: &Map<String, Value>, values: &[Weight]) -> usize {
    let inner: usize = fields.keys().zip(values).map(|(name, value)| text_size(name) + 1 + value.bytes).sum();
    2 + fields.len().saturating_sub(1) + inner
}

/// Bytes of a number as JSON, counted without keeping its text.
fn number_size(number: &Number) -> usize {
    struct Count(usize);
    impl fmt::Write for Count {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0 += text.len();
            Ok(())
        }
    }
    let mut count = Count(0);
    write!(count, "{number}").expect("counting does not fail");
    count.0
}

/// Bytes of a text as JSON, with quotes and escapes.
fn text_size(text: &str) -> usize {
    let escaped = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0..=0x1f => 6,
        _ => 1,
    };
    2 + text.bytes().map(escaped).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: Value, bytes_max: usize) -> Value {
        let fitted = fit(value.clone(), bytes_max, "ask for less");
        assert_eq!(Weighed::new(value).fit(bytes_max, "ask for less"), fitted, "the same as often as it is cut");
        assert!(fitted.to_string().len() <= bytes_max, "{} bytes", fitted.to_string().len());
        fitted
    }

    #[test]
    fn sizes_are_those_of_the_written_json() {
        let value = json!({"a\n\"": [1, 2.5, null, true, "é\u{1}\t"], "b": {}, "c": [], "d": {"x": -1e300}});
        assert_eq!(Weight::of(&value).bytes, value.to_string().len());
    }

    #[test]
    fn an_answer_that_fits_is_unchanged() {
        let value = json!({"rows": [1, 2, 3]});
        assert_eq!(check(value.clone(), 5_000), value);
    }

    #[test]
    fn the_heaviest_list_is_cut_and_the_note_says_so() {
        let rows: Vec<Value> = (0..1_000).map(|i| json!({"id": i, "name": "abcdefgh"})).collect();
        let fitted = check(json!({"n_rows": 1_000, "columns": ["id", "name"], "rows": rows}), 6_000);
        assert_eq!(fitted["columns"], json!(["id", "name"]));
        let kept = fitted["rows"].as_array().unwrap().len();
        assert!(kept > 50, "most of the room is used: {kept}");
        assert_eq!(fitted["rows"][0]["id"], 0);
        assert_eq!(fitted[NOTE]["cut"], json!([{"field": "rows", "kept": kept, "of": 1_000}]));
        assert_eq!(fitted[NOTE]["how_to_get_the_rest"], "ask for less");
    }

    #[test]
    fn nested_lists_long_texts_and_wide_maps_are_cut_too() {
        let nested = check(json!({"runs": [{"history": vec![0.123_456; 5_000]}]}), 6_000);
        assert_eq!(nested[NOTE]["cut"][0]["field"], "runs[0].history");
        let text = check(json!({"page": "é".repeat(10_000)}), 6_000);
        assert!(text["page"].as_str().unwrap().ends_with('…'));
        let wide: Map<String, Value> = (0..5_000).map(|i| (format!("column_{i}"), json!(i))).collect();
        let wide = check(json!({"rows": [wide]}), 6_000);
        assert!(wide["rows"][0].as_object().unwrap().len() > FIELDS_KEPT);
        assert_eq!(wide["rows"][0]["column_0"], 0);
        assert_eq!(wide[NOTE]["cut"][0]["of"], 5_000);
    }

    #[test]
    fn what_cannot_be_cut_becomes_the_note_alone() {
        let record = |depth: usize| (0..depth).fold(json!("x".repeat(150)), |inner, i| json!({ format!("k{i}"): inner, "y": "x".repeat(150) }));
        let fitted = check(record(100), 6_000);
        assert!(fitted.get(NOTE).is_some());
    }
}
