//! What the lowering of every kind of node shares: ids, ranges, names, children, depth.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::num::NonZeroU16;
use std::sync::Arc;

use mlwright_source_text::TextRange;
use tree_sitter::{Node, Tree, TreeCursor};

use super::kinds::{Fields, Kind, fields};
use super::mend::{MENDED_NAME, Mended};
use crate::ast::{Expr, ExprId, ExprKind, Ident};

/// How deep expressions and blocks may nest, together. CPython refuses more than 100 blocks and about 200 parentheses; whoever
/// walks the tree by recursion is safe within 2 MB of stack.
pub const MAX_DEPTH: u32 = 200;

/// Each name once in memory.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<Arc<str>, BuildHasherDefault<NameHasher>>);

impl Names {
    pub(super) fn intern(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return known.clone();
        }
        let name: Arc<str> = name.into();
        self.0.insert(name.clone());
        name
    }
}

/// FNV-1a: names are short, and a file that makes its own names collide slows only its own author.
#[derive(Debug)]
struct NameHasher(u64);

impl Default for NameHasher {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for NameHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// A child with what its parent calls it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Child<'t> {
    pub node: Node<'t>,
    pub kind: Kind,
    pub field: Option<NonZeroU16>,
}

/// Children of a node on the shared stack: `stack[start..end]`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Children {
    pub start: usize,
    pub end: usize,
}

/// State that outlives one piece of the text.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub names: Names,
    pub n_exprs: u32,
}

/// Turns the tree of one piece of a text into statements.
pub(super) struct Lowering<'t> {
    /// The piece as it was parsed, with its mends.
    pub text: &'t str,
    pub mended: &'t Mended<'t>,
    pub counters: &'t mut Counters,
    pub fields: &'static Fields,
    pub depth: u32,
    /// Where the parentheses of a `type(x)` start that the grammar has read as `type (x) = …`, and its `type`.
    pub type_call: Option<usize>,
    pub type_keyword: Option<Node<'t>>,
    cursor: TreeCursor<'t>,
    stack: Vec<Child<'t>>,
}

impl<'t> Lowering<'t> {
    pub(super) fn new(mended: &'t Mended<'t>, tree: &'t Tree, counters: &'t mut Counters) -> Self {
        Self {
            text: mended.text(),
            mended,
            counters,
            fields: fields(),
            depth: 0,
            type_call: None,
            type_keyword: None,
            cursor: tree.walk(),
            stack: Vec::new(),
        }
    }

    /// The children without comments and tokens that nothing depends on; to be given back to [`Lowering::release`].
    pub(super) fn children(&mut self, node: Node<'t>) -> Children {
        let start = self.stack.len();
        self.cursor.reset(node);
        if self.cursor.goto_first_child() {
            loop {
                let node = self.cursor.node();
                let kind = Kind::of_id(node.kind_id());
                if kind != Kind::Comment {
                    self.stack.push(Child { node, kind, field: self.cursor.field_id() });
                }
                if !self.cursor.goto_next_sibling() {
                    break;
                }
            }
        }
        Children { start, end: self.stack.len() }
    }

    /// Forgets children, the last ones first.
    pub(super) fn release(&mut self, children: Children) {
        self.stack.truncate(children.start);
    }

    pub(super) fn child(&self, index: usize) -> Child<'t> {
        self.stack[index]
    }

    /// The first child that its parent calls `field`.
    pub(super) fn by_field(&self, children: Children, field: NonZeroU16) -> Option<Child<'t>> {
        self.stack[children.start..children.end].iter().find(|child| child.field == Some(field)).copied()
    }

    /// The first child of `kind`.
    pub(super) fn by_kind(&self, children: Children, kind: Kind) -> Option<Child<'t>> {
        self.stack[children.start..children.end].iter().find(|child| child.kind == kind).copied()
    }

    /// Whether a token written as `token` is among the children.
    pub(super) fn has_token(&self, children: Children, token: &str) -> bool {
        let children = &self.stack[children.start..children.end];
        children
            .iter()
            .any(|child| child.kind == Kind::Other && !child.node.is_named() && self.text_of(child.node) == token)
    }

    pub(super) fn text_of(&self, node: Node<'t>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    /// Its place in the whole text.
    pub(super) fn range(&self, node: Node<'t>) -> TextRange {
        self.mended.range(node.start_byte(), node.end_byte())
    }

    /// The place of no bytes at a node's end.
    pub(super) fn end_of(&self, node: Node<'t>) -> TextRange {
        TextRange::empty(self.range(node).end)
    }

    /// A name; empty where a mend put one in.
    pub(super) fn ident(&mut self, node: Node<'t>) -> Ident {
        let text = self.text_of(node);
        let name = if text == MENDED_NAME { "" } else { text };
        Ident { range: self.range(node), name: self.counters.names.intern(name) }
    }

    /// A dotted name without the blanks that may stand around its dots.
    pub(super) fn dotted_ident(&mut self, node: Node<'t>) -> Ident {
        let text = self.text_of(node);
        if let Some(module) = text.strip_suffix(MENDED_NAME) {
            let name = self.counters.names.intern(module.trim_end_matches('.'));
            return Ident { range: self.range(node), name };
        }
        if !text.contains(|character: char| character.is_whitespace() || matches!(character, '\\' | '#')) {
            return self.ident(node);
        }
        let children = self.children(node);
        let parts: Vec<&str> = (children.start..children.end)
            .map(|index| self.child(index))
            .filter(|child| child.kind == Kind::Identifier)
            .map(|child| self.text_of(child.node))
            .collect();
        self.release(children);
        Ident { range: self.range(node), name: self.counters.names.intern(&parts.join(".")) }
    }

    /// Takes the next number: an expression takes its own before its parts take theirs.
    pub(super) fn next_id(&mut self) -> ExprId {
        let id = ExprId(self.counters.n_exprs);
        self.counters.n_exprs += 1;
        id
    }

    pub(super) fn missing(&mut self, range: TextRange) -> Expr {
        Expr { id: self.next_id(), range, kind: Box::new(ExprKind::Missing) }
    }
}
