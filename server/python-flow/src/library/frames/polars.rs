//! polars: frames, lazy frames and expressions.

mod build;
mod frame;
mod functions;
mod group;
mod join;
mod resolve;
mod shape;

pub(crate) use build::{recipe_comparison, recipe_method, recipe_operation};
pub(super) use frame::frame_method;
pub(crate) use functions::call_polars;
