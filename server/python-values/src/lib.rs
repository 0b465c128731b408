//! What can be known of the values of a Python script instead of the values: the words that the walk writes and that rules and
//! features read.
//!
//! [`value`] says what a value can be, [`column`](mod@column) what is known of a frame's columns, [`rows`] which samples it holds, [`info`] what
//! went into it; [`event`] is what the script split, fitted and judged, and [`state`] what its names hold at one moment. [`Flow`] is
//! all that a walk has found out. Nothing is walked here, and no library is known.
//!
//! Start at [`value::Value`], then [`Flow`].

#![warn(missing_debug_implementations)]

pub mod column;
pub mod condition;
pub mod event;
mod flow;
pub mod info;
pub mod recipe;
pub mod rows;
pub mod state;
pub mod value;

pub use flow::{Analysis, Binding, ClassWeights, ColumnUse, Context, Flow, Group, Input, Seen, Thing};
