//! Writing down what was asked and answered, without making any request wait for the disk.
//!
//! Answered rows go into a queue; a thread of its own takes what has gathered about every
//! [`GATHER`], and writes it in one durable step. The queue has room for [`ROWS_WAITING_MAX`] rows.
//! When the disk does not keep up, requests wait for room, and those that wait too long fail: rows
//! are never dropped. An answer may reach its client before its rows are on disk, so killing the
//! server can lose the rows of the last moments; ending it in an orderly way loses none.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use mlwright_base::{ErrorCode, Problem, RequestId};
use mlwright_engine::Engine;
use mlwright_engine::endpoints::Deployed;
use mlwright_engine::inference::{ENTRY_ROWS_MAX, InferenceEntry};
use mlwright_engine::serving::{RowPrediction, Rows};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Semaphore, SemaphorePermit};

/// The most rows that may wait to be written: at least those of the largest request.
pub const ROWS_WAITING_MAX: usize = 4 * mlwright_base::limits::PREDICT_ROWS_MAX;
/// How long rows gather before they are written together.
pub const GATHER: Duration = Duration::from_millis(50);
/// The most rows that are written in one step, unless one request has more.
const ROWS_AT_ONCE_MAX: usize = 20_000;
/// How long a request waits for room in the queue.
const ROOM_TIMEOUT: Duration = Duration::from_secs(5);
/// The pause after a failed write.
const RETRY: Duration = Duration::from_millis(500);

/// A request that was answered.
pub struct Answered {
    /// What answered.
    pub deployed: Arc<Deployed>,
    /// The request.
    pub request: RequestId,
    /// When it was answered.
    pub time: Timestamp,
    /// Its rows.
    pub rows: Rows,
    /// Their predictions.
    pub predictions: Vec<RowPrediction>,
}

enum Message {
    Record(Answered),
    Close,
}

/// Takes what was asked and answered. Clones share the queue.
#[derive(Clone)]
pub struct Recorder {
    queue: UnboundedSender<Message>,
    room: Arc<Semaphore>,
    trouble: Arc<Mutex<Option<String>>>,
}

/// Room in the queue for the rows of one request. Without [`Room::record`] it is given back.
pub struct Room<'r> {
    recorder: &'r Recorder,
    permit: SemaphorePermit<'r>,
}

impl Room<'_> {
    /// Hands a request over. From then on its rows are sure to be written, unless the process dies.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] when the server is ending; the request must then not be answered.
    pub fn record(self, answered: Answered) -> Result<(), Problem> {
        self.recorder.queue.send(Message::Record(answered)).map_err(|_| {
            Problem::new(ErrorCode::Unavailable, "the server process is ending").hint("ask again in a moment")
        })?;
        // The writer gives the room back once the rows are written.
        self.permit.forget();
        Ok(())
    }
}

impl Recorder {
    /// A recorder, and the writer to run on a thread of its own.
    #[must_use]
    pub fn new(engine: Arc<Engine>) -> (Self, Writer) {
        let (queue, arrivals) = unbounded_channel();
        let recorder = Self { queue, room: Arc::new(Semaphore::new(ROWS_WAITING_MAX)), trouble: Arc::default() };
        let writer = Writer { engine, arrivals, room: recorder.room.clone(), trouble: recorder.trouble.clone(), closing: false };
        (recorder, writer)
    }

    /// Room for the rows of one request, as soon as there is some.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] when there is none for too long.
    pub async fn room(&self, n_rows: usize) -> Result<Room<'_>, Problem> {
        let n_permits = u32::try_from(n_rows).unwrap_or(u32::MAX);
        match tokio::time::timeout(ROOM_TIMEOUT, self.room.acquire_many(n_permits)).await {
            Ok(Ok(permit)) => Ok(Room { recorder: self, permit }),
            _ => {
                let why = self.trouble().unwrap_or_else(|| "too many rows are waiting".to_owned());
                Err(Problem::new(ErrorCode::Unavailable, format!("the inference log does not keep up: {why}")).hint("send fewer rows at once, or later"))
            }
        }
    }

    /// Takes nothing more; the writer ends when all that was taken is written.
    pub fn close(&self) {
        // Without a receiver it has ended already.
        let _ = self.queue.send(Message::Close);
    }

    /// Rows that are answered and not yet written.
    #[must_use]
    pub fn rows_waiting(&self) -> usize {
        ROWS_WAITING_MAX - self.room.available_permits().min(ROWS_WAITING_MAX)
    }

    /// Why the last write failed, while it does.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Writes what a [`Recorder`] took.
pub struct Writer {
    engine: Arc<Engine>,
    arrivals: UnboundedReceiver<Message>,
    room: Arc<Semaphore>,
    trouble: Arc<Mutex<Option<String>>>,
    closing: bool,
}

impl Writer {
    /// Writes until the recorder is closed and all is written. A write that fails is tried again;
    /// once the recorder is closed, `tries_at_end` more times.
    pub fn run(mut self, tries_at_end: usize) {
        while let Some(message) = self.arrivals.blocking_recv() {
            let mut gathered = Vec::new();
            self.take(message, &mut gathered);
            if !self.closing {
                std::thread::sleep(GATHER);
            }
            loop {
                let mut n_rows: usize = gathered.iter().map(|answered| answered.rows.len()).sum();
                while n_rows < ROWS_AT_ONCE_MAX
                    && let Ok(message) = self.arrivals.try_recv()
                {
                    n_rows += self.take(message, &mut gathered);
                }
                if gathered.is_empty() {
                    break;
                }
                let entries: Vec<(String, InferenceEntry)> = gathered.drain(..).flat_map(|answered| entries_of(&answered)).collect();
                self.write(&entries, tries_at_end);
                self.room.add_permits(n_rows);
            }
        }
    }

    /// Takes a message; answers with its rows.
    fn take(&mut self, message: Message, gathered: &mut Vec<Answered>) -> usize {
        match message {
            Message::Record(answered) => {
                let n_rows = answered.rows.len();
                gathered.push(answered);
                n_rows
            }
            Message::Close => {
                self.closing = true;
                self.arrivals.close();
                0
            }
        }
    }

    fn write(&self, entries: &[(String, InferenceEntry)], tries_at_end: usize) {
        let mut tries_left = tries_at_end;
        loop {
            let outcome = self.engine.append_inference(entries);
            *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = outcome.as_ref().err().map(ToString::to_string);
            let Err(error) = outcome else { return };
            tracing::error!(%error, n_entries = entries.len(), "the inference log cannot be written; trying again");
            if self.closing {
                if tries_left == 0 {
                    tracing::error!(n_entries = entries.len(), "the inference log could not be written before the end");
                    return;
                }
                tries_left -= 1;
            }
            std::thread::sleep(RETRY);
        }
    }
}

fn entries_of(answered: &Answered) -> Vec<(String, InferenceEntry)> {
    let Answered { deployed, request, time, rows, predictions } = answered;
    let starts = (0..rows.len()).step_by(ENTRY_ROWS_MAX);
    starts
        .map(|start| {
            let range = start..rows.len().min(start + ENTRY_ROWS_MAX);
            (deployed.deployment.endpoint.clone(), InferenceEntry::of(deployed, request.clone(), *time, rows, predictions, range))
        })
        .collect()
}
