//! What a user sees of a defect: a short message and how to report it, never a raw trace.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic;

use crate::output;

/// Says defects in words. A backtrace is added when `RUST_BACKTRACE` asks for it.
pub(crate) fn install() {
    panic::set_hook(Box::new(|defect| {
        let place = defect.location().map_or_else(String::new, ToString::to_string);
        output::note(&said(&message(defect.payload()), &place));
        let trace = Backtrace::capture();
        if trace.status() == BacktraceStatus::Captured {
            output::note(&trace.to_string());
        }
    }));
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "no message".to_owned())
}

/// Holds the word "panicked", as Rust's own text does, for whoever searches a log for it.
fn said(message: &str, place: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "mlwright {version} panicked at {place}: {message}\n\
         this is a defect; please report it with the line above, the command, and the output of the same command with RUST_BACKTRACE=1; your workspace is unharmed"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defects_are_said_with_place_and_what_to_do() {
        let text = said(&message(&"index out of range"), "a.rs:3:7");
        assert!(text.contains("index out of range") && text.contains("a.rs:3:7") && text.contains("report"), "{text}");
        assert!(text.contains("panicked"), "{text}");
        assert_eq!(message(&7_u8), "no message");
        assert_eq!(message(&"x".to_owned()), "x");
    }
}
