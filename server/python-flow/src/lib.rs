//! Walks a script as it would run, with what can be known of each value instead of the values themselves.
//!
//! One walk serves everything: what columns a frame has at an expression, which strings name columns or files, and what was split,
//! fitted and judged on what; [`Flow`](mlwright_python_values::Flow) holds it. The walk never guesses: where ways part it keeps what
//! holds on both; calls that are not understood give an opaque value that remembers the rows it came from. It is bounded in steps,
//! depth and the number of times a loop's body is walked. The walk (`interpreter` and what stands beside it) and what it knows of
//! pandas, scikit-learn and the others (`library`) call each other all the way down, so they are one crate. It knows no rule and no
//! question that an editor asks.
//!
//! Start at [`Script`] for how a script is read and walked, then at `interpreter`.

#![warn(missing_debug_implementations)]

mod analysis;
mod arguments;
mod calls;
mod decisions;
mod expressions;
mod imports;
mod interpreter;
mod library;
mod lists;
mod operators;
mod patterns;
mod samples;
mod script;
mod statements;

pub use analysis::{analyse, walk};
pub use imports::module_file;
pub use library::candidates;
pub use library::frames::{is_own_name, query_names};
pub use script::{Extent, Script};
