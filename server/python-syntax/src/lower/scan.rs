//! Statements of a text found by its tokens alone: where each starts and ends, and what it lacks.
//!
//! A parser that repairs by itself lets one open bracket take in the statements after it. Here the lines decide: a line that
//! starts a statement ends the one before, whose brackets, strings and dangling operators are then completed by [`Mend`]s.

mod again;
mod lacking;

use std::ops::Range;

pub(crate) use again::Scanned;

use mlwright_source_text::TextRange;

use super::magics::{self, Magic};
use super::mend::{MENDED_NAME, Mend};
use super::words::{Word, word};

/// A statement without the statements inside it: a simple one, or the head of a compound one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// From the start of its first line (so that its indentation counts) up to the end of its last one.
    pub range: TextRange,
    /// Where its first token starts.
    pub first: u32,
    /// Blanks before it.
    pub indent: u32,
    /// Whether it cannot start a statement: `else`, `elif`, `except`, `finally`, or what follows a decorator.
    pub continues: bool,
    /// Up to where the text was looked at to find its end.
    reach: u32,
}

/// What a scan finds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    pub lines: Vec<Line>,
    /// Ranges with their `#`.
    pub comments: Vec<TextRange>,
    /// By offset.
    pub mends: Vec<Mend>,
    /// What is not Python, with the column at which the code after it starts.
    pub blanks: Vec<(Range<usize>, Option<u32>)>,
    /// What the text ends in.
    pub ends_in: EndsIn,
}

/// Where in a text its end lies, if it is a text up to a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EndsIn {
    Code(Before),
    Comment,
    /// A string whose quotes start at this offset.
    String(usize),
    /// Something that is not Python.
    Magic,
}

impl Default for EndsIn {
    fn default() -> Self {
        Self::Code(Before::Start)
    }
}

impl Scan {
    /// Adds the statements of one cell of `text`, which end with it.
    pub(crate) fn cell(&mut self, text: &str, cell: TextRange) {
        let end = (cell.end as usize).min(text.len());
        Scanner::new(text, cell.start as usize, end, self).run(Between::Start, |_, _| false);
    }
}

/// Where a scanner stands between two statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Between {
    /// Before the first of a cell.
    Start,
    /// After a decorator, which the next belongs to.
    AfterDecorator,
    Statements,
}

/// What the token before was: whether a value must, may or cannot follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    Start,
    /// A name, literal or closing bracket.
    Value,
    /// An operator or keyword that needs a value after it.
    Operator,
    /// `*`, `**` or `/`: an operator, or alone between parameters.
    Star,
    Dot,
    Comma,
    Colon,
    /// An opening bracket; true where it is the `[` of a subscript.
    Open(bool),
    /// A keyword after which a value may stand.
    Keyword,
}

/// A place where the statement may have ended, if its brackets turn out never to close.
#[derive(Debug, Clone)]
struct Way {
    at: usize,
    before: Before,
    before_end: usize,
    brackets: Vec<u8>,
    n_mends: usize,
    n_comments: usize,
}

pub(super) struct Scanner<'t, 's> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) at: usize,
    pub(super) end: usize,
    pub(super) out: &'s mut Scan,
    brackets: Vec<u8>,
    pub(super) before: Before,
    pub(super) before_end: usize,
    indent: u32,
    way: Option<Way>,
    head: Word,
    has_colon: bool,
    has_in: bool,
    has_import: bool,
    has_parameters: bool,
    n_lambdas: u32,
    /// Whether the text goes on after `end`, so that a string that is open there is not to be closed.
    pub(super) is_before_cursor: bool,
    /// Up to where the text was looked at for the statement.
    pub(super) reach: usize,
}

impl<'t, 's> Scanner<'t, 's> {
    fn new(text: &'t str, at: usize, end: usize, out: &'s mut Scan) -> Self {
        Self {
            text,
            bytes: &text.as_bytes()[..end],
            at,
            end,
            out,
            brackets: Vec::new(),
            before: Before::Start,
            before_end: at,
            indent: 0,
            way: None,
            head: Word::Name,
            has_colon: false,
            has_in: false,
            has_import: false,
            has_parameters: false,
            n_lambdas: 0,
            is_before_cursor: false,
            reach: at,
        }
    }

    pub(super) fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Goes on from `between` two statements to the end, or to the first two between which it is `over`, told where that is.
    fn run(&mut self, mut between: Between, mut over: impl FnMut(usize, Between) -> bool) {
        while self.at < self.end {
            let line_start = self.at;
            let indent = self.blanks();
            match self.byte(0) {
                b'\n' | b'\r' => {
                    self.at += 1;
                    self.out.ends_in = EndsIn::Code(Before::Start);
                    continue;
                }
                b'#' => {
                    self.comment();
                    continue;
                }
                _ if self.at >= self.end => break,
                _ => {}
            }
            self.reach = self.line_end(self.at);
            match magics::magic(&self.text[self.at..self.reach], between == Between::Start) {
                Some(Magic::Line) => {
                    self.blank_line();
                    if between == Between::Start {
                        between = Between::Statements;
                    }
                    continue;
                }
                Some(Magic::Cell) => {
                    self.out.blanks.push((self.at..self.end, None));
                    self.out.ends_in = EndsIn::Magic;
                    self.at = self.end;
                    break;
                }
                Some(Magic::Before(length)) => {
                    self.out.blanks.push((line_start..self.at + length, Some(indent)));
                    self.at += length;
                }
                None => {}
            }
            let first = self.at;
            let is_decorator = self.byte(0) == b'@';
            self.indent = indent;
            self.line();
            let continues = between == Between::AfterDecorator || self.head.continues();
            let range = TextRange::new(line_start as u32, self.at as u32);
            let reach = self.reach.max(self.at) as u32;
            self.out.lines.push(Line { range, first: first as u32, indent, continues, reach });
            between = if is_decorator { Between::AfterDecorator } else { Between::Statements };
            if over(self.at, between) {
                break;
            }
        }
    }

    /// Skips blanks and returns how many columns they take, a tab up to the next multiple of eight.
    fn blanks(&mut self) -> u32 {
        let mut indent = 0;
        loop {
            match self.byte(0) {
                b' ' => indent += 1,
                b'\t' => indent = (indent / 8 + 1) * 8,
                b'\x0c' => indent = 0,
                0xEF if self.bytes[self.at..].starts_with("\u{feff}".as_bytes()) => self.at += 2,
                _ => return indent,
            }
            self.at += 1;
        }
    }

    pub(super) fn line_end(&self, from: usize) -> usize {
        let rest = &self.bytes[from..];
        rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(self.end, |length| from + length)
    }

    fn comment(&mut self) {
        let end = self.line_end(self.at);
        self.out.comments.push(TextRange::new(self.at as u32, end as u32));
        self.at = end;
        self.out.ends_in = EndsIn::Comment;
    }

    /// Blanks up to the end of the line and of those it goes on in.
    fn blank_line(&mut self) {
        let start = self.at;
        loop {
            self.at = self.line_end(self.at);
            let goes_on = self.at > start && self.bytes[self.at - 1] == b'\\' && self.at < self.end;
            if !goes_on {
                break;
            }
            self.newline();
        }
        self.out.blanks.push((start..self.at, None));
        self.out.ends_in = EndsIn::Magic;
    }

    /// Skips one line break.
    fn newline(&mut self) {
        self.at += if self.byte(0) == b'\r' && self.byte(1) == b'\n' { 2 } else { 1 };
    }

    /// One statement, its line break included.
    fn line(&mut self) {
        self.brackets.clear();
        self.way = None;
        (self.before, self.before_end, self.head) = (Before::Start, self.at, Word::Name);
        (self.has_colon, self.has_in, self.has_import, self.has_parameters, self.n_lambdas) =
            (false, false, false, false, 0);
        let mut is_first = true;
        while self.at < self.end {
            let start = self.at;
            self.reach = self.reach.max(start);
            match self.byte(0) {
                b' ' | b'\t' | b'\x0c' => self.at += 1,
                b'\n' | b'\r' if self.brackets.is_empty() => {
                    self.finish();
                    self.newline();
                    self.out.ends_in = EndsIn::Code(Before::Start);
                    return;
                }
                b'\n' | b'\r' => {
                    self.newline();
                    self.out.ends_in = EndsIn::Code(self.before);
                    if self.starts_statement() {
                        self.unclosed();
                        return;
                    }
                }
                b'#' => self.comment(),
                b'\\' if matches!(self.byte(1), b'\n' | b'\r') => {
                    self.at += 1;
                    self.newline();
                }
                _ => {
                    if !self.token(is_first) {
                        return;
                    }
                    is_first = false;
                    debug_assert!(self.at > start, "each token takes at least a byte");
                }
            }
        }
        if self.brackets.is_empty() || self.way.is_none() {
            self.finish();
        } else {
            self.unclosed();
        }
    }

    /// Takes a token; false where the statement turned out to have ended before it.
    fn token(&mut self, is_first: bool) -> bool {
        let start = self.at;
        let byte = self.byte(0);
        if self.string_length().is_some() {
            self.complete_dot();
            self.string();
            self.after(Before::Value);
        } else if byte.is_ascii_digit() || (byte == b'.' && self.byte(1).is_ascii_digit()) {
            self.complete_dot();
            self.number();
            self.after(Before::Value);
        } else if is_name_byte(byte) {
            self.name(is_first);
        } else {
            match byte {
                b'(' | b'[' | b'{' => {
                    self.complete_dot();
                    let is_subscript = byte == b'[' && self.before == Before::Value;
                    self.has_parameters |= byte == b'(' && self.brackets.is_empty();
                    self.brackets.push(byte);
                    self.at += 1;
                    self.after(Before::Open(is_subscript));
                }
                b')' | b']' | b'}' => {
                    self.complete_value();
                    self.close(byte);
                    self.at += 1;
                    self.after(Before::Value);
                }
                b',' => {
                    self.complete_value();
                    if matches!(self.before, Before::Comma | Before::Open(_)) {
                        self.mend(MENDED_NAME);
                    }
                    self.at += 1;
                    self.after(Before::Comma);
                }
                b':' if self.byte(1) == b'=' => {
                    self.at += 2;
                    self.after(Before::Operator);
                }
                b':' => {
                    if self.way.is_some()
                        && self.brackets.last() == Some(&b'(')
                        && !self.head.is_definition()
                        && self.n_lambdas == 0
                    {
                        self.unclosed();
                        return false;
                    }
                    if self.before != Before::Star {
                        self.complete_operator();
                    }
                    self.colon();
                }
                b';' if !self.brackets.is_empty() && self.way.is_some() => {
                    self.unclosed();
                    return false;
                }
                b';' => {
                    self.complete_operator();
                    self.at += 1;
                    self.after(Before::Start);
                }
                b'.' if self.bytes[self.at..].starts_with(b"...") && self.before != Before::Value => {
                    self.at += 3;
                    self.after(Before::Value);
                }
                b'.' => {
                    self.complete_dot();
                    self.at += 1;
                    self.after(if self.before == Before::Value { Before::Dot } else { Before::Keyword });
                }
                b'=' | b'+' | b'-' | b'*' | b'/' | b'%' | b'@' | b'&' | b'|' | b'^' | b'~' | b'<' | b'>' | b'!' => {
                    return self.operator();
                }
                // `$`, `?`, a lone `\`: no token of Python.
                _ => self.at += self.text[start..].chars().next().map_or(1, char::len_utf8),
            }
        }
        true
    }

    fn after(&mut self, before: Before) {
        (self.before, self.before_end) = (before, self.at);
        if !matches!(self.out.ends_in, EndsIn::String(_)) {
            self.out.ends_in = EndsIn::Code(before);
        }
    }

    fn number(&mut self) {
        let start = self.at;
        loop {
            let byte = self.byte(0);
            let is_sign = matches!(byte, b'+' | b'-')
                && matches!(self.bytes[self.at - 1], b'e' | b'E')
                && !matches!(self.bytes.get(start + 1), Some(b'x' | b'X'));
            if !(byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.' || (is_sign && self.at > start)) {
                return;
            }
            self.at += 1;
        }
    }

    fn name(&mut self, is_first: bool) {
        let start = self.at;
        while is_name_byte(self.byte(0)) {
            self.at += 1;
        }
        let word = word(&self.text[start..self.at]);
        if self.before == Before::Dot {
            return self.after(Before::Value);
        }
        if is_first || self.head == Word::Async {
            self.head = word;
        }
        self.has_in |= word == Word::In && self.brackets.is_empty();
        self.has_import |= word == Word::Import;
        self.n_lambdas += u32::from(word == Word::Lambda);
        self.after(word.before());
    }

    fn colon(&mut self) {
        if self.n_lambdas > 0 {
            self.n_lambdas -= 1;
            self.at += 1;
            return self.after(Before::Operator);
        }
        let is_head = self.brackets.is_empty() && !self.has_colon && self.head.is_header();
        self.has_colon |= self.brackets.is_empty();
        self.at += 1;
        // After the colon of a header a statement may stand on the same line.
        self.after(if is_head { Before::Start } else { Before::Colon });
    }

    fn operator(&mut self) -> bool {
        self.complete_dot();
        let start = self.at;
        while matches!(
            self.byte(0),
            b'=' | b'+' | b'-' | b'*' | b'/' | b'%' | b'@' | b'&' | b'|' | b'^' | b'~' | b'<' | b'>' | b'!'
        ) {
            self.at += 1;
        }
        let operator = &self.text[start..self.at];
        let is_assignment = operator.starts_with('=') && !operator.starts_with("==");
        if is_assignment && self.way.is_some() && !self.head.is_definition() && self.n_lambdas == 0 {
            let after_name = self.before_end > 0 && is_name_byte(self.bytes[self.before_end - 1]);
            if self.brackets.last().is_some_and(|open| *open != b'(') || !after_name {
                self.unclosed();
                return false;
            }
        }
        let is_statement_level = self.brackets.is_empty() && operator == "=";
        self.after(match operator {
            "*" if self.head == Word::From => Before::Value,
            "*" | "**" | "/" => Before::Star,
            _ => Before::Operator,
        });
        if is_statement_level {
            let rest = &self.text[self.at..self.end];
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            if magics::is_magic_value(&rest[blanks..]) {
                self.at += blanks;
                self.blank_line();
            }
        }
        true
    }
}

pub(super) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
