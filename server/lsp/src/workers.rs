//! Threads that answer requests, so that the session's own thread never works.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Stack of a worker: expressions may be nested deeply, and the functions of a script call each other. Only what is used takes memory.
const STACK_BYTES: usize = 64 << 20;

/// The most threads: more would only take turns on what an editor asks for.
const THREADS_MAX: usize = 8;

/// How soon somebody wants the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// The user waits with the cursor in place.
    Typing,
    /// It appears when it is there.
    Background,
    /// Nobody waits: to let go of what was found out about a long text.
    Unnoticed,
}

type Job = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Queue {
    typing: VecDeque<Job>,
    background: VecDeque<Job>,
    unnoticed: VecDeque<Job>,
    is_closed: bool,
}

/// A pool of threads. Dropping it lets each thread end with the job that it has; what waits is dropped.
pub(crate) struct Workers {
    shared: Arc<(Mutex<Queue>, Condvar)>,
}

impl Workers {
    /// Starts the threads: one is kept for what the user waits for, and one for what nobody waits for.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start() -> std::io::Result<Self> {
        let n_threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(2, THREADS_MAX);
        let shared = Arc::new((Mutex::new(Queue::default()), Condvar::new()));
        for index in 0..n_threads {
            let shared = shared.clone();
            let takes: &[Urgency] = if index == 0 { &[Urgency::Typing] } else { &[Urgency::Typing, Urgency::Background] };
            std::thread::Builder::new()
                .stack_size(STACK_BYTES)
                .name(format!("lsp-worker-{index}"))
                .spawn(move || work(&shared, takes))?;
        }
        let last = shared.clone();
        std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .name("lsp-sweeper".to_owned())
            .spawn(move || work(&last, &[Urgency::Unnoticed]))?;
        Ok(Self { shared })
    }

    /// Adds a job behind those of the same urgency.
    pub(crate) fn add(&self, urgency: Urgency, job: impl FnOnce() + Send + 'static) {
        let mut queue = lock(&self.shared.0);
        queue.lane(urgency).push_back(Box::new(job));
        drop(queue);
        self.shared.1.notify_all();
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        let mut queue = lock(&self.shared.0);
        *queue = Queue { is_closed: true, ..Queue::default() };
        drop(queue);
        self.shared.1.notify_all();
    }
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Queue {
    fn lane(&mut self, urgency: Urgency) -> &mut VecDeque<Job> {
        match urgency {
            Urgency::Typing => &mut self.typing,
            Urgency::Background => &mut self.background,
            Urgency::Unnoticed => &mut self.unnoticed,
        }
    }
}

/// Does what is in the lanes that a thread takes from, the most urgent first.
fn work(shared: &(Mutex<Queue>, Condvar), takes: &[Urgency]) {
    loop {
        let mut queue = lock(&shared.0);
        let job = loop {
            if queue.is_closed {
                return;
            }
            match takes.iter().find_map(|urgency| queue.lane(*urgency).pop_front()) {
                Some(job) => break job,
                None => queue = shared.1.wait(queue).unwrap_or_else(PoisonError::into_inner),
            }
        };
        drop(queue);
        // Jobs tell their own defects; one that gets here must not take the thread with it.
        if let Err(defect) = guarded(job) {
            tracing::error!(%defect, "a job of the language server broke off");
        }
    }
}

/// Runs work; a panic is its message.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| said(panic.as_ref()))
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().map(|text| (*text).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn what_the_user_waits_for_is_never_behind_the_rest() {
        let workers = Workers::start().unwrap();
        let (release, hold) = channel::<()>();
        let hold = Arc::new(Mutex::new(hold));
        for _ in 0..THREADS_MAX {
            let hold = hold.clone();
            workers.add(Urgency::Background, move || {
                let _ = lock_receiver(&hold).recv();
            });
        }
        let (done, finished) = channel();
        workers.add(Urgency::Typing, move || done.send("typed").unwrap());
        assert_eq!(finished.recv().unwrap(), "typed", "although every other thread is busy");
        drop(release);
    }

    fn lock_receiver(hold: &Mutex<std::sync::mpsc::Receiver<()>>) -> MutexGuard<'_, std::sync::mpsc::Receiver<()>> {
        hold.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[test]
    fn a_panic_is_told_and_the_thread_goes_on() {
        assert_eq!(guarded(|| -> u8 { panic!("index {}", 7) }), Err("index 7".to_owned()));
        let workers = Workers::start().unwrap();
        for _ in 0..THREADS_MAX * 2 {
            workers.add(Urgency::Typing, || panic!("no"));
        }
        let (done, finished) = channel();
        workers.add(Urgency::Typing, move || done.send(()).unwrap());
        finished.recv().unwrap();
    }
}
