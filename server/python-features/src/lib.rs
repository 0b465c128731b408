//! What an editor asks of a script, answered from its walk.
//!
//! Each feature is a file of its own. They start from `place`: which expressions stand at an offset, and what the string
//! there names.
//!
//! They read the script's text and what its walk has found out; they know no rule, no editor's protocol and no engine, and answer in plain
//! data.

#![warn(missing_debug_implementations)]

mod actions;
mod completion;
mod definition;
mod describe;
mod facts;
mod hints;
mod hover;
mod lenses;
mod place;
mod rename;
mod signature;
mod stages;
mod symbols;
#[cfg(test)]
mod tests;

pub use actions::actions;
pub use completion::complete;
pub use definition::definition;
pub use facts::facts;
pub use hints::inlay_hints;
pub use hover::hover;
pub use lenses::lenses;
pub use rename::{can_rename, rename};
pub use signature::signature;
pub use symbols::symbols;
