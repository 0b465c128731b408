//! The audit: every operation with who, through what, on what input, with what outcome, in a hash
//! chain, so that a changed, removed or inserted record is found.
//!
//! Record n's hash is SHA-256 over record n without its hash, as JSON, which holds record n−1's
//! hash. The chain shows tampering with any record but a cut of its end, which only a copy of the
//! last hash kept elsewhere (`mlwright audit verify` prints it) can show.

use jiff::Timestamp;
use mlwright_base::{ErrorCode, Problem};
use mlwright_store::{StoreError, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::call::{Actor, Call};
use crate::engine::Engine;

const STREAM: &str = "audit";
const PAGE: usize = 1_000;
/// The hash before the first record's.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// It began; a record with the same `call` and its end follows, unless its process died.
    Started,
    /// It did what was asked.
    Done,
    /// It ended with an error.
    Failed {
        /// The error's code.
        code: ErrorCode,
        /// The error's message.
        message: String,
    },
    /// The caller cancelled it.
    Cancelled,
}

/// One record of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditRecord {
    /// When (UTC).
    #[schemars(with = "String")]
    pub time: Timestamp,
    /// Joins the records of one call.
    pub call: String,
    /// Who, through what.
    pub actor: Actor,
    /// The operation's name.
    pub operation: String,
    /// SHA-256 of the input as JSON. Inputs themselves may hold private data and are not kept here.
    pub input_digest: String,
    /// What it was about: table, model, endpoint or run, when the input names one.
    pub subject: String,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The hash of the record before.
    pub previous: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Sealed {
    #[serde(flatten)]
    record: AuditRecord,
    hash: String,
}

/// A record and its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditEntry {
    /// 1, 2, 3, …
    pub seq: u64,
    /// The record.
    #[serde(flatten)]
    pub record: AuditRecord,
    /// Its hash.
    pub hash: String,
}

/// What [`Engine::verify_audit`] found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditCheck {
    /// Records looked at.
    pub n_records: u64,
    /// Whether the chain holds from the first to the last of them.
    pub intact: bool,
    /// The first record that does not fit, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<u64>,
    /// What is wrong with it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The last record's hash: keep a copy elsewhere to notice a cut of the end.
    pub last_hash: String,
}

/// A call that is being recorded.
pub struct Recording<'a> {
    engine: &'a Engine,
    record: AuditRecord,
}

impl<'a> Recording<'a> {
    /// Begins to record a call. One that changes something is written down before it starts.
    ///
    /// # Errors
    /// When the audit cannot be written: then nothing must be done.
    pub fn start(
        engine: &'a Engine,
        call: &Call<'_>,
        operation: &str,
        input: &serde_json::Value,
        changes_something: bool,
    ) -> Result<Self, Problem> {
        let record = AuditRecord {
            time: engine.now(),
            call: mlwright_base::JobId::generate().to_string(),
            actor: call.actor.clone(),
            operation: operation.to_owned(),
            input_digest: hex::encode(Sha256::digest(input.to_string().as_bytes())),
            subject: subject(input),
            outcome: Outcome::Started,
            previous: String::new(),
        };
        if changes_something {
            engine.store.write(|tx| seal(tx, record.clone()))?;
        }
        Ok(Self { engine, record })
    }

    /// Writes down how the call ended.
    ///
    /// # Errors
    /// When the audit cannot be written.
    pub fn finish(mut self, outcome: Outcome) -> Result<(), Problem> {
        self.record.time = self.engine.now();
        self.record.outcome = outcome;
        Ok(self.engine.store.write(|tx| seal(tx, self.record))?)
    }
}

fn seal(tx: &WriteTx<'_>, mut record: AuditRecord) -> Result<(), StoreError> {
    record.previous = tx.last::<Sealed>(STREAM)?.map_or_else(|| GENESIS.to_owned(), |entry| entry.body.hash);
    let hash = hash(&record);
    tx.append(STREAM, None, &Sealed { record, hash }).map(|_| ())
}

fn hash(record: &AuditRecord) -> String {
    let text = serde_json::to_string(record).expect("an audit record is plain data");
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// The first text among the fields that name things, e.g. `telco.csv` or `models:/churn/1`.
fn subject(input: &serde_json::Value) -> String {
    const FIELDS: [&str; 10] = ["endpoint", "model", "name", "table", "run_id", "job_id", "monitor", "asset", "current", "sql"];
    let text = FIELDS.iter().find_map(|field| input.get(field).and_then(serde_json::Value::as_str)).unwrap_or_default();
    text.chars().take(200).collect()
}

impl Engine {
    /// The newest records that hold `filter` in operation, actor, subject or outcome (any case),
    /// the newest first.
    ///
    /// # Errors
    /// When the audit cannot be read.
    pub fn audit_log(&self, filter: Option<&str>, limit: usize) -> Result<Vec<AuditEntry>, Problem> {
        let wanted = filter.unwrap_or_default().to_lowercase();
        let mut found = Vec::new();
        let mut before = None;
        loop {
            let page = self.store.read::<_, StoreError>(|tx| tx.read_stream_back::<Sealed>(STREAM, before, PAGE))?;
            let Some(last) = page.last() else { return Ok(found) };
            before = Some(last.seq);
            for entry in page {
                let Sealed { record, hash } = entry.body;
                if matches(&record, &wanted) {
                    found.push(AuditEntry { seq: entry.seq, record, hash });
                    if found.len() == limit {
                        return Ok(found);
                    }
                }
            }
        }
    }

    /// Recomputes the whole chain.
    ///
    /// # Errors
    /// When the audit cannot be read. A broken chain is a result, not an error.
    pub fn verify_audit(&self) -> Result<AuditCheck, Problem> {
        let mut previous = GENESIS.to_owned();
        let mut n_records = 0;
        loop {
            let page = match self.store.read(|tx| tx.read_stream::<Sealed>(STREAM, n_records, PAGE)) {
                Ok(page) => page,
                Err(StoreError::Unreadable { message, .. }) => {
                    return Ok(broken(n_records, n_records + 1, format!("cannot be read: {message}"), previous));
                }
                Err(error) => return Err(error.into()),
            };
            if page.is_empty() {
                return Ok(AuditCheck { n_records, intact: true, broken_at: None, reason: String::new(), last_hash: previous });
            }
            for entry in page {
                let reason = if entry.seq != n_records + 1 {
                    format!("record {} is missing", n_records + 1)
                } else if entry.body.record.previous != previous {
                    "it does not follow the record before it".to_owned()
                } else if hash(&entry.body.record) != entry.body.hash {
                    "its content was changed".to_owned()
                } else {
                    previous = entry.body.hash;
                    n_records = entry.seq;
                    continue;
                };
                return Ok(broken(n_records, entry.seq, reason, previous));
            }
        }
    }
}

fn broken(n_records: u64, at: u64, reason: String, last_hash: String) -> AuditCheck {
    AuditCheck { n_records, intact: false, broken_at: Some(at), reason, last_hash }
}

fn matches(record: &AuditRecord, wanted: &str) -> bool {
    let outcome = match &record.outcome {
        Outcome::Started => "started",
        Outcome::Done => "done",
        Outcome::Failed { code, .. } => code.as_str(),
        Outcome::Cancelled => "cancelled",
    };
    [record.operation.as_str(), &record.actor.name, &record.subject, outcome].iter().any(|text| text.to_lowercase().contains(wanted))
}
