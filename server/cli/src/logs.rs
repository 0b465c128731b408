//! Logs, on stderr only: stdout belongs to results and to the protocol.

use std::io::IsTerminal;

use mlwright_base::system::environment;
use tracing_subscriber::EnvFilter;

use crate::output;

/// The variable with a filter in the language of `tracing`, e.g. `mlwright_engine=debug,rmcp=info`.
const VARIABLE: &str = "MLWRIGHT_LOG";

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Warn,
    Info,
    Debug,
}

impl Level {
    /// Other people's crates log a level less.
    fn filter(self) -> &'static str {
        match self {
            Self::Warn => {
                "error,mlwright=warn,mlwright_base=warn,mlwright_data=warn,mlwright_learn=warn,mlwright_explore=warn,mlwright_store=warn,mlwright_engine=warn,mlwright_operations=warn,mlwright_mcp=warn,mlwright_http=warn,mlwright_lsp=warn"
            }
            Self::Info => {
                "warn,mlwright=info,mlwright_base=info,mlwright_data=info,mlwright_learn=info,mlwright_explore=info,mlwright_store=info,mlwright_engine=info,mlwright_operations=info,mlwright_mcp=info,mlwright_http=info,mlwright_lsp=info"
            }
            Self::Debug => "debug",
        }
    }
}

/// Starts to log.
pub(crate) fn start(level: Level) {
    let filter =
        match environment::variable(VARIABLE).map(|text| EnvFilter::try_new(&text).map_err(|error| (text, error))) {
            Some(Ok(filter)) => filter,
            Some(Err((text, error))) => {
                output::note(&format!("{VARIABLE}={text:?} is no filter: {error}"));
                EnvFilter::new(level.filter())
            }
            None => EnvFilter::new(level.filter()),
        };
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        // What cannot be written is said nowhere: saying it on a stderr that is gone would be a panic.
        .log_internal_errors(false);
    // Only tests start twice in one process.
    let _ = logs.try_init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_filters() {
        for level in [Level::Warn, Level::Info, Level::Debug] {
            assert!(EnvFilter::try_new(level.filter()).is_ok(), "{level:?}");
        }
    }
}
