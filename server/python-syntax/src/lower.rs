//! From a text to [`Module`]: tree-sitter's trees, lowered to plain values.
//!
//! The text is first scanned for its statements ([`scan`]), and what they lack is put in ([`mend`]). Then pieces of one or some
//! statements at the left margin are parsed, each alone, so that an error stays in its piece, and a piece that did not change
//! since the last time is not parsed again.

mod expressions;
mod kinds;
mod literals;
mod magics;
pub(super) mod mend;
mod node;
mod relevant;
pub(super) mod scan;
mod scopes;
mod statements;
pub(super) mod strings;
#[cfg(test)]
mod tests;
mod texts;
mod words;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use mlwright_source_text::TextRange;
use rustc_hash::FxHashMap;
use tree_sitter::Tree;

pub use node::MAX_DEPTH;

use self::kinds::Kind;
use self::mend::{Mend, Mended};
use self::node::{Counters, Lowering};
use self::scan::{Line, Scan, Scanned};
use super::ast::{Comment, Module, Shift, Stmt, StmtKind};
use super::repair::{self, Repaired};

/// Longest text that is read; offsets are 32 bits wide, and nobody writes such a script by hand.
pub const MAX_TEXT_BYTES: usize = 64 << 20;

/// The tree of `text`, whatever it holds. Everything that could be understood is in it.
pub fn parse(text: &str) -> Module {
    Parser::new().parse(text)
}

/// Pieces that are kept while only parts of texts are read.
const N_KNOWN_MAX: usize = 50_000;

/// Parses texts that differ little from each other, such as one text while it is edited.
pub struct Parser {
    parser: tree_sitter::Parser,
    /// Of the last text: each piece with its tree.
    known: Pieces,
    scanned: Scanned,
}

/// Pieces by their text.
type Pieces = FxHashMap<Box<str>, Known>;

/// What is known of a piece by its text.
struct Known {
    tree: Tree,
    /// Its statements where they stood in the last text that was read whole, when nothing had to be put in.
    lowered: Option<Lowered>,
}

/// Statements with where they stand: the same place in the next text shares them.
struct Lowered {
    start: u32,
    first_id: u32,
    n_exprs: u32,
    body: Box<[Stmt]>,
}

impl fmt::Debug for Parser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Parser").field("n_known", &self.known.len()).finish_non_exhaustive()
    }
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

impl Parser {
    /// One that has seen no text.
    pub fn new() -> Self {
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&kinds::language()).expect("the grammar is made for this version of the library");
        Self { parser, known: Pieces::default(), scanned: Scanned::default() }
    }

    /// The tree of `text`.
    pub fn parse(&mut self, text: &str) -> Module {
        self.parse_cells(text, &[TextRange::new(0, text.len() as u32)])
    }

    /// The tree of the cells of a notebook, which lie in `text` one after the other. A cell that is not Python (`%%bash`) holds no
    /// statement, and no bracket left open in one takes in the next.
    pub fn parse_cells(&mut self, text: &str, cells: &[TextRange]) -> Module {
        self.parse_for(text, cells, None)
    }

    /// The same of what can matter for what is known at an offset, if one is given.
    pub fn parse_for(&mut self, text: &str, cells: &[TextRange], place: Option<u32>) -> Module {
        if text.len() > MAX_TEXT_BYTES {
            return Module::default();
        }
        // Taken out, so that the rest of the parser stays free to change.
        let mut scanned = std::mem::take(&mut self.scanned);
        let mut of_cells = Scan::default();
        let scan = if let [TextRange { start: 0, end }] = cells
            && *end as usize == text.len()
        {
            scanned.scan(text)
        } else {
            cells.iter().for_each(|cell| of_cells.cell(text, *cell));
            &of_cells
        };
        let text = blanked(text, scan);
        let comments = scan.comments.iter().map(|range| {
            let comment = range.of(&text).trim_start_matches('#').trim();
            Comment { range: *range, text: comment.into() }
        });
        let comments = comments.collect();
        let mut reading = Reading { mends: &scan.mends, is_whole: place.is_none(), ..Reading::default() };
        let pieces: Vec<&[Line]> = pieces(&text, &scan.lines).collect();
        let matters = place.map(|place| relevant::relevant(&text, &pieces, place));
        for (index, piece) in pieces.iter().enumerate() {
            if matters.as_ref().is_none_or(|matters| matters[index]) {
                self.piece(&text, piece, &mut reading);
            }
        }
        // What was left out of a part is still known, up to a point.
        if matters.is_none() || self.known.len() > N_KNOWN_MAX {
            self.known.clear();
        }
        let Reading { body, counters, known, .. } = reading;
        if self.known.is_empty() {
            self.known = known;
        } else {
            self.known.extend(known);
        }
        self.scanned = scanned;
        Module { body, n_exprs: counters.n_exprs, comments }
    }

    /// `text` as it may be once what is typed at `offset` is complete.
    pub fn repair(&mut self, text: &str, offset: u32) -> Repaired {
        repair::repair(text, offset, &mut self.scanned)
    }

    fn piece(&mut self, text: &str, lines: &[Line], reading: &mut Reading<'_>) {
        let Some((mended, tree)) = self.tree(text, lines, reading) else { return };
        let n_statements = lines.iter().filter(|line| line.indent == 0 && !line.continues).count();
        if n_statements > 1 && tree.root_node().has_error() {
            for lines in statements(lines) {
                if let Some((mended, tree)) = self.tree(text, lines, reading) {
                    reading.lower_and_keep(&mended, &tree, lines);
                }
            }
            return;
        }
        reading.lower_and_keep(&mended, &tree, lines);
    }

    /// A piece with its tree, to be lowered; none where there is nothing to read, or where its statements are known and were put
    /// into the body.
    fn tree<'t>(&mut self, text: &'t str, lines: &[Line], reading: &mut Reading<'_>) -> Option<(Mended<'t>, Tree)> {
        let range = range_of(lines)?;
        let mends = mends_in(reading.mends, range);
        let mended = Mended::new(text, range, mends);
        if !reading.known.contains_key(mended.text()) {
            let (key, piece) = match self.known.remove_entry(mended.text()) {
                Some(known) => known,
                None => {
                    let tree = self.parser.parse(mended.text(), None)?;
                    (mended.text().into(), Known { tree, lowered: None })
                }
            };
            reading.known.insert(key, piece);
        }
        let piece = reading.known.get_mut(mended.text())?;
        let Some(lowered) = piece.lowered.as_mut().filter(|_| mends.is_empty()) else {
            return Some((mended, piece.tree.clone()));
        };
        let shift = Shift {
            bytes: i64::from(range.start) - i64::from(lowered.start),
            ids: i64::from(reading.counters.n_exprs) - i64::from(lowered.first_id),
        };
        let from = reading.body.len();
        reading.body.extend(lowered.body.iter().cloned());
        shift.stmts(&mut reading.body[from..]);
        // In parts of a text expressions have other numbers: they would only have to be moved back.
        if reading.is_whole && shift.moves() {
            lowered.start = range.start;
            lowered.first_id = reading.counters.n_exprs;
            lowered.body = reading.body[from..].into();
        }
        reading.counters.n_exprs += lowered.n_exprs;
        None
    }
}

/// What has been read of a text so far.
#[derive(Default)]
struct Reading<'s> {
    mends: &'s [Mend],
    /// Whether every piece of the text is read.
    is_whole: bool,
    known: Pieces,
    counters: Counters,
    body: Vec<Stmt>,
}

impl Reading<'_> {
    /// Lowers a piece, and keeps what came out for the next text.
    fn lower_and_keep(&mut self, mended: &Mended<'_>, tree: &Tree, lines: &[Line]) {
        let (from, first_id) = (self.body.len(), self.counters.n_exprs);
        lower(mended, tree, &mut self.counters, &mut self.body);
        if let Some(range) = range_of(lines).filter(|range| mends_in(self.mends, *range).is_empty())
            && let Some(piece) = self.known.get_mut(mended.text())
        {
            let n_exprs = self.counters.n_exprs - first_id;
            piece.lowered = Some(Lowered { start: range.start, first_id, n_exprs, body: self.body[from..].into() });
        }
    }
}

fn range_of(lines: &[Line]) -> Option<TextRange> {
    Some(lines.first()?.range.cover(lines.last()?.range))
}

fn mends_in(mends: &[Mend], range: TextRange) -> &[Mend] {
    let from = mends.partition_point(|mend| mend.offset < range.start);
    let to = mends.partition_point(|mend| mend.offset <= range.end);
    &mends[from..to]
}

fn lower(mended: &Mended<'_>, tree: &Tree, counters: &mut Counters, body: &mut Vec<Stmt>) {
    let root = tree.root_node();
    let mut lowering = Lowering::new(mended, tree, counters);
    if Kind::of_id(root.kind_id()) == Kind::Module || root.is_error() {
        lowering.block(root, body);
    } else {
        body.push(Stmt { range: lowering.range(root), kind: Arc::new(StmtKind::Error(Vec::new())) });
    }
}

/// `text` with blanks for what is not Python, at the same offsets.
fn blanked<'t>(text: &'t str, scan: &Scan) -> Cow<'t, str> {
    if scan.blanks.is_empty() {
        return text.into();
    }
    let mut bytes = text.as_bytes().to_vec();
    for (range, column) in &scan.blanks {
        for byte in &mut bytes[range.clone()] {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        // A form feed starts the count of the indentation anew, so that the code after a magic stands at its column.
        let feed = column.and_then(|column| range.len().checked_sub(column as usize + 1));
        if let Some(feed) = feed {
            bytes[range.start + feed] = b'\x0c';
        }
    }
    String::from_utf8(bytes).expect("whole characters became blanks").into()
}

/// Statements at the left margin, each with what belongs to it.
fn statements(lines: &[Line]) -> impl Iterator<Item = &[Line]> {
    lines.chunk_by(|_, next| next.indent > 0 || next.continues)
}

/// Runs of statements that are parsed together: paragraphs of simple statements, compound statements, and functions and classes
/// each alone. Where they lie depends on their own text only, so that an edit changes one piece and not those after it.
fn pieces<'l>(text: &str, lines: &'l [Line]) -> impl Iterator<Item = &'l [Line]> {
    lines.chunk_by(move |line, next| {
        if next.indent > 0 || next.continues {
            return true;
        }
        let between = TextRange::new(line.range.end, next.range.start);
        let is_definition = |line: &Line| relevant::is_definition(&text[line.first as usize..]);
        line.indent == 0
            && between.is_empty()
            && !is_paragraph_end(text, line)
            && !is_definition(line)
            && !is_definition(next)
    })
}

/// Whether the line is so long that what follows had better be parsed for itself.
fn is_paragraph_end(text: &str, line: &Line) -> bool {
    line.range.of(text).len() > 2_000
}
