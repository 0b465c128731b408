//! The rules that find ML bugs in what a Python script does with its data.
//!
//! They read what the walk of a script has found out, as plain values; how it is found out, and what an editor asks, they do not know.
//!
//! Start at [`RULES`] for what there is, at [`check`] for what is found.

#![warn(missing_debug_implementations)]

mod rules;

pub use rules::{Category, RULES, Rule, check, rule};
