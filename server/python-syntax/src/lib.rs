//! Python read into a tree of plain values ([`ast`]), whatever is broken in it.
//!
//! [`lower`] makes the tree of a text, [`repair`] makes a text whole around what is being typed, [`tree`] walks the tree. Nothing is
//! known here of what a script does: no value, no library, no table.
//!
//! Start at [`lower::parse`].

#![warn(missing_debug_implementations)]

pub mod ast;
pub mod lower;
pub mod repair;
pub mod tree;
