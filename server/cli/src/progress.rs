//! Progress on stderr: a bar where a person looks, plain lines in a log, nothing when asked.

use std::io::IsTerminal;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use mlwright_base::{Progress, ProgressSink};

use crate::output;

/// Steps of the bar.
const STEPS: u64 = 1_000;
/// How often the bar moves by itself.
const TICK: Duration = Duration::from_millis(120);
/// The least time between two lines.
const LINE_EVERY: Duration = Duration::from_secs(2);

/// Progress as it is shown.
pub(crate) enum Shown {
    /// A bar, made by the first report: work that reports nothing shows nothing.
    Bar(OnceLock<ProgressBar>),
    /// Lines, the last one's text and time.
    Lines(Mutex<Option<(String, Instant)>>),
    /// Nothing.
    Nowhere,
}

impl Shown {
    /// A bar when stderr is a terminal, else lines.
    pub(crate) fn on_stderr() -> Self {
        if std::io::stderr().is_terminal() { Self::Bar(OnceLock::new()) } else { Self::Lines(Mutex::new(None)) }
    }

    /// Shows nothing.
    pub(crate) fn nowhere() -> Self {
        Self::Nowhere
    }

    /// Takes the bar away, so that the result stands alone.
    pub(crate) fn finish(&self) {
        if let Self::Bar(bar) = self
            && let Some(bar) = bar.get()
        {
            bar.finish_and_clear();
        }
    }
}

impl ProgressSink for Shown {
    fn report(&self, progress: Progress) {
        match self {
            Self::Bar(bar) => draw(bar.get_or_init(new_bar), progress),
            Self::Lines(last) => {
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(line) = next_line(&progress, last.as_ref(), Instant::now()) {
                    output::note(&line);
                    *last = Some((line, Instant::now()));
                }
            }
            Self::Nowhere => {}
        }
    }
}

fn new_bar() -> ProgressBar {
    let bar = ProgressBar::new(STEPS);
    bar.set_style(style("{spinner} {msg} ({elapsed})"));
    bar.enable_steady_tick(TICK);
    bar
}

fn draw(bar: &ProgressBar, progress: Progress) {
    if let Some(fraction) = progress.fraction() {
        bar.set_style(style("{spinner} {bar:30} {percent:>3} % {wide_msg} {elapsed}"));
        // The fraction lies in [0, 1].
        bar.set_position((fraction * STEPS as f64) as u64);
    }
    bar.set_message(progress.message);
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// The line to print, unless the last one says the same or is too recent. The end is always said.
fn next_line(progress: &Progress, last: Option<&(String, Instant)>, now: Instant) -> Option<String> {
    let share = progress.fraction().map_or_else(String::new, |fraction| format!("{:3.0} % ", fraction * 100.0));
    let line = format!("{share}{}", progress.message);
    let is_end = progress.fraction() == Some(1.0);
    match last {
        _ if line.is_empty() => None,
        Some((text, _)) if *text == line => None,
        Some((_, at)) if !is_end && now.duration_since(*at) < LINE_EVERY => None,
        _ => Some(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_few_and_say_the_end() {
        let start = Instant::now();
        let later = start + LINE_EVERY;
        let half = Progress::of(5.0, 10.0, "fitting");
        let line = next_line(&half, None, start).unwrap();
        assert_eq!(line, " 50 % fitting");
        let last = (line, start);
        assert_eq!(next_line(&half, Some(&last), later), None, "the same again");
        assert_eq!(next_line(&Progress::of(6.0, 10.0, "fitting"), Some(&last), start), None, "too soon");
        assert!(next_line(&Progress::of(6.0, 10.0, "fitting"), Some(&last), later).is_some());
        assert_eq!(next_line(&Progress::of(10.0, 10.0, "done"), Some(&last), start).as_deref(), Some("100 % done"));
        let open = Progress { done: 3.0, total: None, message: "reading".to_owned() };
        assert_eq!(next_line(&open, None, start).as_deref(), Some("reading"));
    }
}
