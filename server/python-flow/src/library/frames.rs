//! Data frames: how they are read, indexed, changed and put together.

mod assign;
mod combine;
mod condition;
mod dummies;
mod group;
mod methods;
mod names;
mod numpy;
mod polars;
mod read;
mod reshape;
mod rows;
mod select;
#[cfg(test)]
mod tests;

pub use combine::query_names;
pub(crate) use combine::{concat, merge_function};
pub(crate) use methods::{accessor, data_method};
pub use names::is_own_name;
pub(crate) use numpy::{call_numpy, call_scipy, stacked};
pub(crate) use polars::{call_polars, recipe_comparison, recipe_method, recipe_operation};
pub(crate) use read::{call_pandas, load_dataset, statistic};
