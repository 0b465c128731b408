//! `mlwright`: every operation as a command, the MCP server, the server process and the jobs, in one
//! binary.
//!
//! The commands and their flags are made from the registry of operations; what an operation means
//! is not known here. Start with [`command`], which is the whole command line, then [`run`], which
//! goes from arguments to an exit code. Only this crate knows terminals; tables, models and stores
//! are behind the operations.

mod audit;
mod check;
mod command;
mod docs;
mod doctor;
mod example;
mod exit;
mod flags;
mod hyphens;
mod init;
mod install;
mod interrupt;
mod json_text;
mod logs;
mod operate;
mod output;
mod panics;
mod progress;
mod run;
mod services;
mod skills;
mod tokens;

use mlwright_base::system::{environment, process};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    panics::install();
    let exit = run::run(environment::arguments());
    process::exit(exit.code())
}
