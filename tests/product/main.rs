//! The product through its real surfaces: the command line, MCP clients, HTTP.

mod assistant;
mod audit;
mod bad_input;
mod card;
mod faults;
mod install;
mod hostile;
mod http_mcp;
mod lifecycle;
mod serving;
mod skills;
mod streams;
mod views;
mod waits;
mod writers;
