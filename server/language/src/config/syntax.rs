//! TOML as a tree that keeps what is unfinished: a header without its bracket, a key without a value, a text without its quote.
//!
//! It is built from the events of `toml_parser`, which recovers line by line and is the parser that reads the file in earnest, so
//! that both mean the same by every text.

use mlwright_source_text::TextRange;
use toml_parser::decoder::ScalarKind;
use toml_parser::parser::{Event, EventKind, RecursionGuard, parse_document};
use toml_parser::{ParseError, Source};

/// As deep as the file may nest; the same as the limit of `toml`.
const DEPTH_MAX: u32 = 80;

/// A whole file.
#[derive(Debug, PartialEq)]
pub(super) struct Tree {
    /// What stands above the first header, then one for each header. Their ranges follow each other without a gap.
    pub(super) sections: Vec<Section>,
    pub(super) comments: Vec<TextRange>,
}

/// A header and what stands below it.
#[derive(Debug, PartialEq)]
pub(super) struct Section {
    pub(super) header: Option<Header>,
    pub(super) pairs: Vec<Pair>,
    /// From the header up to the next.
    pub(super) range: TextRange,
}

/// `[gate.metrics]` or `[[rules]]`
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    pub(super) path: Vec<Key>,
    pub(super) is_array: bool,
    pub(super) is_closed: bool,
    pub(super) range: TextRange,
}

/// One part of a dotted key. Where none is written yet, its range and name are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) range: TextRange,
}

/// `metrics.roc_auc = ">= 0.8"`
#[derive(Debug, PartialEq)]
pub(super) struct Pair {
    pub(super) path: Vec<Key>,
    pub(super) equals: Option<TextRange>,
    pub(super) value: Option<Value>,
    pub(super) range: TextRange,
}

#[derive(Debug, PartialEq)]
pub(super) struct Value {
    pub(super) range: TextRange,
    pub(super) kind: ValueKind,
}

#[derive(Debug, PartialEq)]
pub(super) enum ValueKind {
    Text(String),
    Integer(i128),
    Float(f64),
    Boolean(bool),
    /// A number that does not fit into 64 bits.
    TooLarge,
    Time,
    List(Vec<Value>),
    Table(Vec<Pair>),
    /// No value at all: a bare word, a text without its end, a number with a typing error.
    Broken,
}

impl Section {
    /// Where it lies in the file's tree of tables.
    pub(super) fn path(&self) -> &[Key] {
        self.header.as_ref().map_or(&[], |header| &header.path)
    }
}

impl Value {
    /// What is inside the quotes, and whether the closing one is there; None for anything but a text of one line.
    pub(super) fn quoted(&self, text: &str) -> Option<(TextRange, bool)> {
        let raw = self.range.of(text);
        let quote = raw.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        if raw.starts_with(&quote.to_string().repeat(3)) || raw.contains('\n') {
            return None;
        }
        let closed = raw.len() > 1 && raw.ends_with(quote) && !matches!(self.kind, ValueKind::Broken);
        let end = if closed { self.range.end - 1 } else { self.range.end };
        Some((TextRange::new(self.range.start + 1, end), closed))
    }
}

/// A key with its place in the whole tree of tables, whichever of TOML's ways it is written in.
#[derive(Debug)]
pub(super) struct Setting<'t> {
    pub(super) path: Vec<&'t Key>,
    pub(super) pair: &'t Pair,
}

impl Setting<'_> {
    /// The path's names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.path.iter().map(|key| key.name.as_str())
    }
}

impl Tree {
    /// Reads a text; there is a tree for every one.
    pub(super) fn parse(text: &str) -> Self {
        let source = Source::new(text);
        let tokens = source.lex().into_vec();
        let mut events: Vec<Event> = Vec::with_capacity(tokens.len());
        let mut receiver = |event: Event| events.push(event);
        parse_document(&tokens, &mut RecursionGuard::new(&mut receiver, DEPTH_MAX), &mut ());
        Builder { source, events: &events, next: 0, comments: Vec::new() }.document(text.len() as u32)
    }

    /// Every key, those of inline tables after the key of the table.
    pub(super) fn settings(&self) -> Vec<Setting<'_>> {
        let mut found = Vec::new();
        for section in &self.sections {
            let path: Vec<&Key> = section.path().iter().collect();
            add_settings(&section.pairs, &path, &mut found);
        }
        found
    }

    /// The section that holds `offset`.
    pub(super) fn section(&self, offset: u32) -> &Section {
        let after = self.sections.partition_point(|section| section.range.start <= offset);
        &self.sections[after.max(1) - 1]
    }
}

fn add_settings<'t>(pairs: &'t [Pair], path: &[&'t Key], found: &mut Vec<Setting<'t>>) {
    for pair in pairs {
        let path: Vec<&Key> = path.iter().copied().chain(&pair.path).collect();
        found.push(Setting { path: path.clone(), pair });
        if let Some(Value { kind: ValueKind::Table(inner), .. }) = &pair.value {
            add_settings(inner, &path, found);
        }
    }
}

struct Builder<'a> {
    source: Source<'a>,
    events: &'a [Event],
    next: usize,
    comments: Vec<TextRange>,
}

impl Builder<'_> {
    fn document(mut self, length: u32) -> Tree {
        let mut sections = vec![Section { header: None, pairs: Vec::new(), range: TextRange::new(0, length) }];
        while let Some(event) = self.events.get(self.next) {
            let last = sections.last_mut().expect("there is the one above the first header");
            match event.kind() {
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                    let header = self.header();
                    last.range.end = header.range.start;
                    let range = TextRange::new(header.range.start, length);
                    sections.push(Section { header: Some(header), pairs: Vec::new(), range });
                }
                EventKind::SimpleKey => {
                    let pair = self.pair();
                    last.pairs.push(pair);
                }
                _ => self.skip(),
            }
        }
        Tree { sections, comments: self.comments }
    }

    fn kind(&self) -> Option<EventKind> {
        self.events.get(self.next).map(Event::kind)
    }

    fn skip(&mut self) {
        if let Some(event) = self.events.get(self.next)
            && event.kind() == EventKind::Comment
        {
            self.comments.push(range(event));
        }
        self.next += 1;
    }

    fn header(&mut self) -> Header {
        let open = &self.events[self.next];
        let is_array = open.kind() == EventKind::ArrayTableOpen;
        self.next += 1;
        let path = self.keys();
        let mut whole = path.iter().fold(range(open), |whole, key| whole.cover(key.range));
        let is_closed = matches!(self.kind(), Some(EventKind::StdTableClose | EventKind::ArrayTableClose));
        if is_closed {
            whole = whole.cover(range(&self.events[self.next]));
            self.next += 1;
        }
        Header { path, is_array, is_closed, range: whole }
    }

    fn keys(&mut self) -> Vec<Key> {
        let mut keys = Vec::new();
        while let Some(event) = self.events.get(self.next) {
            match event.kind() {
                EventKind::SimpleKey => {
                    let mut name = String::new();
                    if let Some(raw) = self.source.get(event) {
                        raw.decode_key(&mut name, &mut ());
                    }
                    keys.push(Key { name, range: range(event) });
                }
                EventKind::KeySep | EventKind::Whitespace => {}
                _ => break,
            }
            self.next += 1;
        }
        keys
    }

    fn pair(&mut self) -> Pair {
        let path = self.keys();
        let mut whole = path.iter().map(|key| key.range).reduce(TextRange::cover).unwrap_or_default();
        let mut pair = Pair { path, equals: None, value: None, range: whole };
        if self.kind() == Some(EventKind::KeyValSep) {
            let equals = range(&self.events[self.next]);
            self.next += 1;
            if self.kind() == Some(EventKind::Whitespace) {
                self.next += 1;
            }
            whole = whole.cover(equals);
            // As for values, the parser may put in what is missing.
            pair.equals = Some(equals).filter(|equals| !equals.is_empty());
            // The parser puts a value of no bytes where there is none.
            pair.value = self.value().filter(|value| !value.range.is_empty());
            pair.range = pair.value.as_ref().map_or(whole, |value| whole.cover(value.range));
        }
        pair
    }

    fn value(&mut self) -> Option<Value> {
        let open = self.events.get(self.next)?;
        match open.kind() {
            EventKind::Scalar => {
                self.next += 1;
                Some(Value { range: range(open), kind: self.scalar(open) })
            }
            EventKind::ArrayOpen => {
                self.next += 1;
                let mut items = Vec::new();
                let end = self.until(EventKind::ArrayClose, |builder| match builder.value() {
                    Some(value) => items.push(value),
                    None => builder.skip(),
                });
                Some(Value { range: range(open).cover(end.unwrap_or(range(open))), kind: ValueKind::List(items) })
            }
            EventKind::InlineTableOpen => {
                self.next += 1;
                let mut pairs = Vec::new();
                let end = self.until(EventKind::InlineTableClose, |builder| match builder.kind() {
                    Some(EventKind::SimpleKey) => pairs.push(builder.pair()),
                    _ => builder.skip(),
                });
                Some(Value { range: range(open).cover(end.unwrap_or(range(open))), kind: ValueKind::Table(pairs) })
            }
            _ => None,
        }
    }

    /// Calls `step`, which consumes at least one event, up to the end of this kind; its place, or that of the last event.
    fn until(&mut self, close: EventKind, mut step: impl FnMut(&mut Self)) -> Option<TextRange> {
        while let Some(event) = self.events.get(self.next) {
            if event.kind() == close {
                self.next += 1;
                return Some(range(event));
            }
            step(self);
        }
        self.events.last().map(range)
    }

    fn scalar(&self, event: &Event) -> ValueKind {
        let (mut decoded, mut errors) = (String::new(), Vec::<ParseError>::new());
        let Some(raw) = self.source.get(event) else { return ValueKind::Broken };
        let kind = raw.decode_scalar(&mut decoded, &mut errors);
        match kind {
            _ if !errors.is_empty() => ValueKind::Broken,
            ScalarKind::String => ValueKind::Text(decoded),
            ScalarKind::Boolean(value) => ValueKind::Boolean(value),
            ScalarKind::DateTime => ValueKind::Time,
            ScalarKind::Float => match decoded.parse::<f64>() {
                Ok(number) if number.is_infinite() && !decoded.contains("inf") => ValueKind::TooLarge,
                Ok(number) => ValueKind::Float(number),
                Err(_) => ValueKind::Broken,
            },
            // With a sign or without one, as the value is read as either.
            ScalarKind::Integer(radix) => match i128::from_str_radix(&decoded, radix.value()) {
                Ok(number) if (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&number) => {
                    ValueKind::Integer(number)
                }
                _ => ValueKind::TooLarge,
            },
        }
    }
}

fn range(event: &Event) -> TextRange {
    TextRange::new(event.span().start() as u32, event.span().end() as u32)
}
