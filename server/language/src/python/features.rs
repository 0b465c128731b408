//! What an editor asks of a script, answered from its walk.
//!
//! Each feature is a file of its own. They start from [`place`]: which expressions stand at an offset, and what the string
//! there names.

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

pub(crate) use actions::actions;
pub(crate) use completion::complete;
pub(crate) use definition::definition;
pub(crate) use facts::facts;
pub(crate) use hints::inlay_hints;
pub(crate) use hover::hover;
pub(crate) use lenses::lenses;
pub(crate) use rename::{can_rename, rename};
pub(crate) use signature::signature;
pub(crate) use symbols::symbols;
