//! What is printed: results on stdout, everything else on stderr. A reader that goes away
//! (`mlwright … | head`) ends the printing, not the work.

use std::io::{self, IsTerminal, Write};

use mlwright_base::Problem;

use crate::exit::Exit;

/// Prints a result on stdout, with a line end.
pub(crate) fn result(text: &str) -> Exit {
    let mut stdout = io::stdout().lock();
    match write(&mut stdout, text) {
        Ok(()) => Exit::Done,
        Err(error) => {
            note(&format!("error: cannot write to stdout: {error}"));
            Exit::Failed
        }
    }
}

/// Prints a result as JSON: on one line, or indented when a person looks at it.
pub(crate) fn json(value: &impl serde::Serialize) -> Exit {
    let text =
        if io::stdout().is_terminal() { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
    match text {
        Ok(text) => result(&text),
        Err(error) => {
            note(&format!("error: the result is not JSON: {error}"));
            Exit::Failed
        }
    }
}

/// Prints a line on stderr. Nobody to read it is no reason to stop.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Says on stderr what went wrong and what to do next; as one line of JSON for programs.
pub(crate) fn problem(problem: &Problem, json: bool) -> Exit {
    if json && let Ok(text) = serde_json::to_string(problem) {
        note(&text);
    } else {
        note(&said(problem));
    }
    Exit::of(problem)
}

fn said(problem: &Problem) -> String {
    if problem.is_cancelled() {
        return "cancelled".to_owned();
    }
    let field = if problem.field.is_empty() { String::new() } else { format!(", {}", problem.field) };
    let hint = if problem.hint.is_empty() { String::new() } else { format!("\nhint: {}", problem.hint) };
    format!("error: {} ({}{field}){hint}", problem.message, problem.code)
}

fn write(to: &mut impl Write, text: &str) -> io::Result<()> {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    match write!(to, "{text}{end}").and_then(|()| to.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use mlwright_base::{Cancelled, ErrorCode};

    use super::*;

    struct Failing(io::ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_left_is_no_error_a_full_disk_is() {
        assert!(write(&mut Failing(io::ErrorKind::BrokenPipe), "x").is_ok());
        assert!(write(&mut Failing(io::ErrorKind::StorageFull), "x").is_err());
    }

    #[test]
    fn results_end_with_one_line_end() {
        for text in ["a", "a\n"] {
            let mut out = Vec::new();
            write(&mut out, text).unwrap();
            assert_eq!(out, b"a\n");
        }
    }

    #[test]
    fn problems_say_what_where_and_what_next() {
        let problem = Problem::new(ErrorCode::NotFound, "there is no column \"Chrun\"")
            .hint("did you mean Churn?")
            .field("target");
        assert_eq!(
            said(&problem),
            "error: there is no column \"Chrun\" (not_found, target)\nhint: did you mean Churn?"
        );
        assert_eq!(said(&Cancelled.into()), "cancelled");
    }
}
