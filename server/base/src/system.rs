//! The only door to the machine: files, environment, processes and clocks. A rule of the
//! architecture, kept by a test: no other module names `std::fs`, `std::env` or `std::process`.

pub mod clock;
pub mod environment;
pub mod files;
pub mod memory;
pub mod process;

pub use clock::{Clock, FixedClock, SystemClock};
