//! How a command ends.

use mlwright_base::Problem;

/// The part of the help that says what the exit codes mean.
pub(crate) const CODES: &str = "\
Exit codes:
  0    done
  1    the operation's error; the last lines on stderr say what, where and what to do next
  2    the command line is wrong
  130  cancelled (Ctrl-C)";

/// The outcome of a command, as its exit code tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done,
    Failed,
    Usage,
    Cancelled,
}

impl Exit {
    /// The exit code.
    pub(crate) fn code(self) -> i32 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Cancelled => 130,
        }
    }

    /// How a command ends that could not do its work.
    pub(crate) fn of(problem: &Problem) -> Self {
        if problem.is_cancelled() { Self::Cancelled } else { Self::Failed }
    }
}

#[cfg(test)]
mod tests {
    use mlwright_base::{Cancelled, ErrorCode};

    use super::*;

    #[test]
    fn the_help_lists_every_code() {
        for exit in [Exit::Done, Exit::Failed, Exit::Usage, Exit::Cancelled] {
            assert!(CODES.lines().any(|line| line.trim_start().starts_with(&format!("{} ", exit.code()))), "{exit:?}");
        }
    }

    #[test]
    fn cancelled_is_no_failure() {
        assert_eq!(Exit::of(&Cancelled.into()), Exit::Cancelled);
        assert_eq!(Exit::of(&Problem::new(ErrorCode::NotFound, "x")), Exit::Failed);
    }
}
