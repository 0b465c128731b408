//! JSON with comments, edited as text: what is not the entry stays, byte for byte.

use std::str::FromStr;

use jsonc_parser::ast::{Object, ObjectProp, Value as Node};
use jsonc_parser::common::Ranged;
use jsonc_parser::tokens::Token;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};
use serde_json::{Map, Number, Value};

use crate::style::{edited, end_of_blank_rest, indent, is_first_on_line, line_start, newline, without_bom};
use crate::text::{Broken, Removal, Slot};

/// The indentation of files that show none.
const INDENT: &str = "  ";

/// What settings files may hold: comments and trailing commas, and otherwise JSON.
const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// A parsed text: its value, and where its comments stand.
struct Parsed<'a> {
    value: Option<Node<'a>>,
    comments: Vec<std::ops::Range<usize>>,
    commas: Vec<usize>,
}

fn parse(text: &str) -> Result<Parsed<'_>, Broken> {
    let collect = CollectOptions { comments: CommentCollectionStrategy::AsTokens, tokens: true };
    let parsed = parse_to_ast(text, &collect, &OPTIONS).map_err(|error| Broken::Syntax {
        line: error.line_display(),
        column: error.column_display(),
        what: lower_case_first(&error.kind().to_string()),
    })?;
    let mut found = Parsed { value: parsed.value, comments: Vec::new(), commas: Vec::new() };
    for token in parsed.tokens.unwrap_or_default() {
        match token.token {
            Token::CommentLine(_) | Token::CommentBlock(_) => found.comments.push(token.start()..token.end()),
            Token::Comma => found.commas.push(token.start()),
            _ => {}
        }
    }
    Ok(found)
}

impl<'a> Parsed<'a> {
    fn root(&self) -> Result<Option<&Object<'a>>, Broken> {
        match &self.value {
            None => Ok(None),
            Some(Node::Object(object)) => Ok(Some(object)),
            Some(_) => Err(Broken::Shape("the file does not hold an object".to_owned())),
        }
    }

    /// The comma between two places that are next to each other but for white space and comments.
    fn comma(&self, from: usize, to: usize) -> Option<usize> {
        self.commas.iter().copied().find(|at| (from..to).contains(at))
    }

    fn has_comment(&self, from: usize, to: usize) -> bool {
        self.comments.iter().any(|comment| from <= comment.start && comment.end <= to)
    }
}

/// The last of the properties of that name, which is the one that JSON readers take.
fn property<'o, 'a>(object: &'o Object<'a>, name: &str) -> Option<(usize, &'o ObjectProp<'a>)> {
    object.properties.iter().enumerate().rfind(|(_, property)| property.name.as_str() == name)
}

/// Everything that a text says.
pub(crate) fn root(text: &str) -> Result<Map<String, Value>, Broken> {
    let parsed = parse(without_bom(text).1)?;
    Ok(parsed.root()?.map(members).unwrap_or_default())
}

fn members(object: &Object<'_>) -> Map<String, Value> {
    object.properties.iter().map(|property| (property.name.as_str().to_owned(), value(&property.value))).collect()
}

fn value(node: &Node<'_>) -> Value {
    match node {
        Node::StringLit(text) => Value::String(text.value.clone().into_owned()),
        // A number that no machine number holds is compared as it is written.
        Node::NumberLit(number) => Number::from_str(number.value).map_or_else(|_| Value::String(number.value.to_owned()), Value::Number),
        Node::BooleanLit(boolean) => Value::Bool(boolean.value),
        Node::NullKeyword(_) => Value::Null,
        Node::Array(array) => Value::Array(array.elements.iter().map(value).collect()),
        Node::Object(object) => Value::Object(members(object)),
    }
}

/// How new text is laid out.
#[derive(Clone, Copy)]
enum Layout<'a> {
    /// On lines of its own, `base` deep, in steps of `unit`.
    Lines { newline: &'a str, base: &'a str, unit: &'a str },
    /// On the line that is there; with or without spaces after colons and commas.
    Inline { space: &'a str },
}

/// The entry's text with its name, without anything around it.
fn rendered(name: &str, entry: &Value, layout: Layout<'_>) -> String {
    let space = if let Layout::Inline { space } = layout { space } else { " " };
    format!("{}:{space}{}", Value::from(name), rendered_value(entry, layout))
}

fn rendered_value(entry: &Value, layout: Layout<'_>) -> String {
    match (entry, layout) {
        (Value::Object(members), Layout::Lines { newline, base, unit }) if !members.is_empty() => {
            let inner = format!("{base}{unit}");
            let layout = Layout::Lines { newline, base: &inner, unit };
            let lines: Vec<String> = members.iter().map(|(name, value)| format!("{newline}{inner}{}", rendered(name, value, layout))).collect();
            format!("{{{}{newline}{base}}}", lines.join(","))
        }
        (Value::Object(members), Layout::Inline { space }) => {
            let all: Vec<String> = members.iter().map(|(name, value)| rendered(name, value, layout)).collect();
            format!("{{{}}}", all.join(&format!(",{space}")))
        }
        (Value::Array(elements), _) => {
            let space = if let Layout::Inline { space } = layout { space } else { " " };
            let all: Vec<String> = elements.iter().map(|element| rendered_value(element, layout)).collect();
            format!("[{}]", all.join(&format!(",{space}")))
        }
        (other, _) => other.to_string(),
    }
}

/// The text with the entry.
pub(crate) fn insert(text: &str, slot: Slot<'_>, entry: &Value) -> Result<String, Broken> {
    let (bom, text) = without_bom(text);
    let parsed = parse(text)?;
    let mut outer = Map::new();
    outer.insert(slot.name.to_owned(), entry.clone());
    let outer = Value::Object(outer);
    let after = match parsed.root()? {
        None => {
            let newline = newline(text);
            let layout = Layout::Lines { newline, base: INDENT, unit: INDENT };
            let start = if text.trim().is_empty() || text.ends_with('\n') { "" } else { newline };
            format!("{text}{start}{{{newline}{INDENT}{}{newline}}}{newline}", rendered(slot.container, &outer, layout))
        }
        Some(root) => match property(root, slot.container) {
            None => with_property(text, &parsed, root, slot.container, &outer),
            Some((_, container)) => match &container.value {
                Node::Object(servers) => with_property(text, &parsed, servers, slot.name, entry),
                _ => return Err(Broken::Shape(format!("{:?} is not an object", slot.container))),
            },
        },
    };
    Ok(format!("{bom}{after}"))
}

fn with_property(text: &str, parsed: &Parsed<'_>, object: &Object<'_>, name: &str, new: &Value) -> String {
    let (open, close) = (object.range.start + 1, object.range.end - 1);
    let newline = newline(text);
    let unit = unit(text, parsed);
    let outside = indent(text, object.range.start);
    let inside = match object.properties.last() {
        Some(last) if is_first_on_line(text, last.range.start) => indent(text, last.range.start).to_owned(),
        _ => format!("{outside}{unit}"),
    };
    // An empty object that shares its line with others stays on it.
    let is_inline = if object.properties.is_empty() {
        !text.trim().contains('\n') && !is_root(parsed, object)
    } else {
        !text[open..close].contains('\n')
    };
    let space = if text.contains(": ") || !text.contains(':') { " " } else { "" };
    let layout = if is_inline { Layout::Inline { space } } else { Layout::Lines { newline, base: &inside, unit } };
    let rendered = rendered(name, new, layout);
    // New text goes after the last comment, so that comments stay at what they are about.
    let content_end = open + text[open..close].trim_end().len();
    let mut edits = Vec::new();
    match object.properties.last() {
        Some(last) => {
            let trailing = parsed.comma(last.range.end, close);
            if trailing.is_none() {
                edits.push((last.range.end..last.range.end, ",".to_owned()));
            }
            let before = if is_inline { space.to_owned() } else { format!("{newline}{inside}") };
            edits.push((content_end..content_end, format!("{before}{rendered}{}", if trailing.is_some() { "," } else { "" })));
        }
        None if is_inline => edits.push((content_end..content_end, rendered)),
        None => {
            let rest = &text[content_end..close];
            // A comment's line end closes the object's last line already.
            let (until, after) = if content_end > open && rest.contains('\n') { (content_end, String::new()) } else { (close, format!("{newline}{outside}")) };
            edits.push((content_end..until, format!("{newline}{inside}{rendered}{after}")));
        }
    }
    edited(text, edits)
}

fn is_root(parsed: &Parsed<'_>, object: &Object<'_>) -> bool {
    parsed.value.as_ref().is_some_and(|root| root.range() == object.range)
}

/// One step of indentation: what the first member of the outermost object is indented by.
fn unit<'t>(text: &'t str, parsed: &Parsed<'_>) -> &'t str {
    let Some(Node::Object(root)) = &parsed.value else { return INDENT };
    let on_lines = root.properties.iter().map(|property| property.range.start).filter(|&at| is_first_on_line(text, at));
    on_lines.map(|at| indent(text, at)).find(|indent| !indent.is_empty()).unwrap_or(INDENT)
}

/// The text with another entry in place of the one that it has.
pub(crate) fn replace(text: &str, slot: Slot<'_>, entry: &Value) -> Result<String, Broken> {
    let (bom, text) = without_bom(text);
    let parsed = parse(text)?;
    let Some((_, _, own)) = find(&parsed, slot)? else { return Err(Broken::Shape(format!("{:?} is not there", slot.name))) };
    let range = own.value.range();
    let is_inline = !text[range.start..range.end].contains('\n');
    let space = if text[range.start..range.end].contains(": ") { " " } else { "" };
    let base = indent(text, own.range.start);
    let layout = if is_inline { Layout::Inline { space } } else { Layout::Lines { newline: newline(text), base, unit: unit(text, &parsed) } };
    let after = edited(text, vec![(range.start..range.end, rendered_value(entry, layout))]);
    Ok(format!("{bom}{after}"))
}

type Found<'o, 'a> = (&'o ObjectProp<'a>, &'o Object<'a>, &'o ObjectProp<'a>);

/// The container as a property of the root, the object in it, and the entry as a property of that.
fn find<'o, 'a>(parsed: &'o Parsed<'a>, slot: Slot<'_>) -> Result<Option<Found<'o, 'a>>, Broken> {
    let Some((_, container)) = parsed.root()?.and_then(|root| property(root, slot.container)) else { return Ok(None) };
    let Node::Object(servers) = &container.value else { return Err(Broken::Shape(format!("{:?} is not an object", slot.container))) };
    Ok(property(servers, slot.name).map(|(_, own)| (container, servers, own)))
}

/// The text without the entry, and without the container when it held nothing else and `with_container`.
pub(crate) fn remove(text: &str, slot: Slot<'_>, with_container: bool) -> Result<Removal, Broken> {
    let (bom, text) = without_bom(text);
    let parsed = parse(text)?;
    let Some((container, servers, own)) = find(&parsed, slot)? else { return Ok(Removal::Done(format!("{bom}{text}"))) };
    if parsed.has_comment(own.range.start, own.range.end) {
        return Ok(Removal::Adopted);
    }
    let is_alone = servers.properties.len() == 1 && !parsed.has_comment(servers.range.start, servers.range.end);
    let after = match parsed.root()? {
        Some(root) if with_container && is_alone => without_property(text, &parsed, root, container),
        _ => without_property(text, &parsed, servers, own),
    };
    Ok(Removal::Done(format!("{bom}{after}")))
}

fn without_property(text: &str, parsed: &Parsed<'_>, object: &Object<'_>, own: &ObjectProp<'_>) -> String {
    let (open, close) = (object.range.start + 1, object.range.end - 1);
    let at = object.properties.iter().position(|property| property.range == own.range).unwrap_or_default();
    let next = object.properties.get(at + 1).map_or(close, |next| next.range.start);
    let previous = at.checked_sub(1).map_or(open, |at| object.properties[at].range.end);
    if object.properties.len() == 1 && !parsed.has_comment(open, close) {
        return edited(text, vec![(open..close, String::new())]);
    }
    let own_comma = parsed.comma(own.range.end, next);
    let mut edits = Vec::new();
    if own_comma.is_none()
        && let Some(before) = parsed.comma(previous, own.range.start)
    {
        edits.push((before..before + 1, String::new()));
    }
    // What stands between the entry and its comma is a comment or nothing.
    let mut end = own.range.end;
    if let Some(comma) = own_comma {
        if text[end..comma].trim().is_empty() {
            end = comma + 1;
        } else {
            edits.push((comma..comma + 1, String::new()));
        }
    }
    let mut start = own.range.start;
    match end_of_blank_rest(text, end) {
        Some(line_end) if is_first_on_line(text, start) => {
            start = line_start(text, start);
            end = line_end;
        }
        _ if previous == open => end += text[end..next].len() - text[end..next].trim_start_matches([' ', '\t']).len(),
        _ => start -= text[previous..start].len() - text[previous..start].trim_end_matches([' ', '\t']).len(),
    }
    edits.push((start..end, String::new()));
    edited(text, edits)
}

/// The comments of a text, in order.
pub(crate) fn comments(text: &str) -> Vec<String> {
    let text = without_bom(text).1;
    parse(text).map(|parsed| parsed.comments.iter().map(|range| text[range.clone()].to_owned()).collect()).unwrap_or_default()
}

fn lower_case_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
