//! SQL: files of it, and strings of it inside programs.
//!
//! [`Fragment`] is a part of a text that is SQL. Its words (`tokens`) are read into statements with their sources and names
//! (`syntax`, `parse`), of which `resolve` says what they mean, given what is around them (`world`). Each feature is a
//! file of its own on top of that. Where a text is broken, what stands around the break keeps its meaning.
//!
//! It knows no editor, no program around it and no engine: columns and files come through a `SchemaSource`, answers are plain data.

#![warn(missing_debug_implementations)]

mod check;
mod complete;
mod definition;
mod file;
mod fragment;
mod functions;
mod hover;
mod outline;
mod parse;
mod resolve;
mod signature;
mod syntax;
mod tokens;
mod words;
mod world;

pub use file::{complete, definition, diagnostics, hover, lenses, signature, symbols};
pub use fragment::Fragment;
pub use world::Runner;
