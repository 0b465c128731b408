//! The server in this process, asked over loopback as clients ask it.

mod answers;
mod lifecycle;
mod slow;
mod workspace;
