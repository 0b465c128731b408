//! Clients that mean harm, make mistakes or come in crowds: the server answers the others as before.

mod concurrency;
mod fuzz;
mod fuzzed_http;
mod fuzzed_stdio;
mod http;
mod intruders;
mod server;
mod session;
