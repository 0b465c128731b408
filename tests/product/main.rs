//! The product through its real surfaces: the command line, MCP clients, HTTP.

mod assistant;
mod audit;
mod bad_input;
mod faults;
mod lifecycle;
mod serving;
mod streams;
mod waits;
mod writers;
