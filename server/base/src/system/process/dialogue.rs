//! A child that is talked to in lines, and that never outlives the talk.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

/// The most bytes that a child may say before it is not listened to any more.
const SAID_BYTES_MAX: u64 = 16 << 20;
/// Lines that wait to be received; a child that says more waits itself.
const LINES_WAITING_MAX: usize = 64;

/// A child whose standard input is written and whose standard output is read line by line. Dropping it
/// kills the child and reaps it.
#[derive(Debug)]
pub struct Dialogue {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
}

impl Dialogue {
    /// Starts a program in a folder. What it writes to its standard error is thrown away.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(program: &Path, arguments: &[String], directory: &Path) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(directory);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("a child without pipes"));
        };
        let (said, lines) = sync_channel(LINES_WAITING_MAX);
        // Ends with the child's output, or with the receiver.
        std::thread::spawn(move || {
            for line in BufReader::new(output.take(SAID_BYTES_MAX)).lines() {
                let Ok(line) = line else { break };
                if said.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Self { child, input, lines })
    }

    /// Writes a line.
    ///
    /// # Errors
    /// When the child does not listen any more.
    pub fn say(&mut self, line: &str) -> io::Result<()> {
        self.input.write_all(line.as_bytes())?;
        self.input.write_all(b"\n")?;
        self.input.flush()
    }

    /// The next line; `None` when the child has nothing more to say.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] when it says nothing for that long.
    pub fn hear(&mut self, timeout: Duration) -> io::Result<Option<String>> {
        match self.lines.recv_timeout(timeout) {
            Ok(line) => Ok(Some(line)),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    /// The first line before a deadline that is what is waited for; `None` when the child ends before it.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] when the time is up.
    pub fn hear_until<T>(&mut self, deadline: Instant, mut wanted: impl FnMut(&str) -> Option<T>) -> io::Result<Option<T>> {
        loop {
            // A child that never stops saying something else is out of time, too.
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let Some(line) = self.hear(left)? else { return Ok(None) };
            if let Some(found) = wanted(&line) {
                return Ok(Some(found));
            }
        }
    }
}

impl Drop for Dialogue {
    fn drop(&mut self) {
        // Both fail only for a child that has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Dialogue {
        Dialogue::start(Path::new("/bin/sh"), &["-c".to_owned(), script.to_owned()], Path::new("/")).expect("a shell starts")
    }

    #[test]
    fn lines_go_both_ways_until_the_child_ends() {
        let mut child = shell("read a; echo noise; echo \"heard $a\"");
        child.say("this").unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        let heard = child.hear_until(deadline, |line| line.strip_prefix("heard ").map(str::to_owned)).unwrap();
        assert_eq!(heard.as_deref(), Some("this"));
        assert_eq!(child.hear(Duration::from_secs(20)).unwrap(), None);
    }

    #[test]
    fn a_child_that_says_nothing_or_too_much_is_ended() {
        let mut silent = shell("exec sleep 600");
        let pid = silent.child.id();
        assert_eq!(silent.hear(Duration::from_millis(10)).unwrap_err().kind(), io::ErrorKind::TimedOut);
        drop(silent);
        assert!(!crate::system::process::is_alive(pid));
        let mut loud = shell("exec yes");
        let deadline = Instant::now() + Duration::from_millis(10);
        assert_eq!(loud.hear_until(deadline, |_| None::<()>).unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
