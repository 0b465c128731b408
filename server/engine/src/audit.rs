//! The audit: every operation with who, through what, on what input, with what outcome, in a hash
//! chain, so that a changed, removed or inserted record is found.
//!
//! Record n's hash is SHA-256 over the stored text of record n, which holds record n−1's hash. The
//! chain shows a changed, removed or inserted record. It has no key: who can write the database can
//! also make it anew, or cut its end together with the count of records; only a hash kept elsewhere
//! (`mlwright audit verify` prints the last one, `--expect` takes it) shows that.

use jiff::Timestamp;
use mlwright_base::{ErrorCode, Problem};
use mlwright_store::{StoreError, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::call::{Actor, Call};
use crate::engine::Engine;

const STREAM: &str = "audit";
const PAGE: usize = 1_000;
/// The most characters that are kept of a field's name, which the client may have made up.
const FIELD_CHARS_MAX: usize = 100;
/// What stands for the hash of a record that cannot be read.
const UNREADABLE: &str = "unreadable";
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
        /// The argument at fault, when the error names one.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        field: String,
        /// The error's message, in old records only: it may hold values of the input.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        message: String,
    },
    /// The caller cancelled it.
    Cancelled,
}

impl Outcome {
    /// How a call with this problem ended: cancelled, or failed with the problem's code and field.
    /// Its message is left out, because it may hold values of the input.
    #[must_use]
    pub fn of(problem: &Problem) -> Self {
        if problem.is_cancelled() {
            return Self::Cancelled;
        }
        let field = problem.field.chars().take(FIELD_CHARS_MAX).collect();
        Self::Failed { code: problem.code, field, message: String::new() }
    }
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

/// A record as it is stored: its text, byte by byte what was hashed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    record: String,
    hash: String,
}

impl Sealed {
    fn of(stored: &Value) -> Option<(Self, AuditRecord)> {
        let sealed = Self::deserialize(stored).ok()?;
        let record = serde_json::from_str(&sealed.record).ok()?;
        Some((sealed, record))
    }
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

impl AuditCheck {
    fn broken(self, at: u64, reason: impl Into<String>) -> Self {
        Self { intact: false, broken_at: Some(at), reason: reason.into(), ..self }
    }
}

/// A call that is being recorded.
pub struct Recording<'a> {
    engine: &'a Engine,
    record: AuditRecord,
    changes_something: bool,
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
        input: &Value,
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
        Ok(Self { engine, record, changes_something })
    }

    /// Writes down how the call ended. That something was looked at is written without waiting for
    /// the disk; what changed something, failed or was refused is on it before the caller hears of it.
    ///
    /// # Errors
    /// When the audit cannot be written.
    pub fn finish(mut self, outcome: Outcome) -> Result<(), Problem> {
        self.record.time = self.engine.now();
        self.record.outcome = outcome;
        let may_wait = !self.changes_something && self.record.outcome == Outcome::Done;
        let (store, record) = (&self.engine.store, self.record);
        let written = if may_wait { store.write_soon(|tx| seal(tx, record)) } else { store.write(|tx| seal(tx, record)) };
        Ok(written?)
    }
}

fn seal(tx: &WriteTx<'_>, mut record: AuditRecord) -> Result<(), StoreError> {
    // A last record that cannot be read must not stop work; verifying says what is wrong with it.
    let last = match tx.last::<Value>(STREAM) {
        Err(StoreError::Unreadable { .. }) => Some(UNREADABLE.to_owned()),
        other => other?.map(|entry| Sealed::of(&entry.body).map_or_else(|| UNREADABLE.to_owned(), |(sealed, _)| sealed.hash)),
    };
    record.previous = last.unwrap_or_else(|| GENESIS.to_owned());
    let record = serde_json::to_string(&record).expect("an audit record is plain data");
    let hash = hash(&record);
    tx.append(STREAM, None, &Sealed { record, hash }).map(|_| ())
}

fn hash(record: &str) -> String {
    hex::encode(Sha256::digest(record.as_bytes()))
}

/// The first text among the fields that name things, e.g. `telco.csv` or `models:/churn/1`. SQL is
/// none of them: its literals may be private.
fn subject(input: &Value) -> String {
    const FIELDS: [&str; 9] = ["endpoint", "model", "name", "table", "run_id", "job_id", "monitor", "asset", "current"];
    let text = FIELDS.iter().find_map(|field| input.get(field).and_then(Value::as_str)).unwrap_or_default();
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
            let page = self.store.read::<_, StoreError>(|tx| tx.read_stream_back::<Value>(STREAM, before, PAGE))?;
            let Some(last) = page.last() else { return Ok(found) };
            before = Some(last.seq);
            for entry in page {
                // Verifying says which records cannot be read.
                let Some((sealed, record)) = Sealed::of(&entry.body) else { continue };
                if matches(&record, &wanted) {
                    found.push(AuditEntry { seq: entry.seq, record, hash: sealed.hash });
                    if found.len() == limit {
                        return Ok(found);
                    }
                }
            }
        }
    }

    /// Recomputes the whole chain. With `expected`, one of its records must have that hash.
    ///
    /// # Errors
    /// When the audit cannot be read. A broken chain is a result, not an error.
    pub fn verify_audit(&self, expected: Option<&str>) -> Result<AuditCheck, Problem> {
        let n_written = self.store.read::<_, StoreError>(|tx| tx.stream_len(STREAM))?;
        let mut check =
            AuditCheck { n_records: 0, intact: true, broken_at: None, reason: String::new(), last_hash: GENESIS.to_owned() };
        let mut seen = expected.is_none();
        loop {
            let page = self.audit_page(check.n_records)?;
            if page.is_empty() {
                break;
            }
            for (seq, stored) in page {
                let next = check.n_records + 1;
                let Some((sealed, record)) = stored.as_ref().and_then(Sealed::of) else {
                    return Ok(check.broken(seq, "it cannot be read"));
                };
                let reason = if seq != next {
                    format!("record {next} is missing")
                } else if record.previous != check.last_hash {
                    "it does not follow the record before it".to_owned()
                } else if hash(&sealed.record) != sealed.hash {
                    "its content was changed".to_owned()
                } else {
                    seen |= expected == Some(sealed.hash.as_str());
                    check.last_hash = sealed.hash;
                    check.n_records = seq;
                    continue;
                };
                return Ok(check.broken(seq, reason));
            }
        }
        if check.n_records < n_written {
            let at = check.n_records + 1;
            return Ok(check.broken(at, format!("{n_written} records were written; the end is missing")));
        }
        if !seen {
            let at = check.n_records + 1;
            return Ok(check.broken(at, "no record has the expected hash: the chain was cut or made anew"));
        }
        Ok(check)
    }

    /// The next records after a number; one that is no JSON has no body.
    fn audit_page(&self, after: u64) -> Result<Vec<(u64, Option<Value>)>, Problem> {
        let read = |limit| self.store.read::<_, StoreError>(|tx| tx.read_stream::<Value>(STREAM, after, limit));
        match read(PAGE).or_else(|error| if matches!(error, StoreError::Unreadable { .. }) { read(1) } else { Err(error) }) {
            Ok(page) => Ok(page.into_iter().map(|entry| (entry.seq, Some(entry.body))).collect()),
            Err(StoreError::Unreadable { .. }) => Ok(vec![(after + 1, None)]),
            Err(error) => Err(error.into()),
        }
    }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::serving::fixture::Fixture;

    /// Records two calls and answers with the check.
    fn recorded(fixture: &Fixture) -> AuditCheck {
        for (operation, changes) in [("train", true), ("list_runs", false)] {
            let recording = Recording::start(&fixture.engine, &fixture.call(), operation, &json!({ "table": "t.csv" }), changes).unwrap();
            recording.finish(Outcome::Done).unwrap();
        }
        fixture.engine.verify_audit(None).unwrap()
    }

    #[test]
    fn a_call_that_changes_something_has_two_records_and_one_that_reads_has_one() {
        let fixture = Fixture::new();
        let check = recorded(&fixture);
        assert_eq!((check.n_records, check.intact), (3, true));
        let log = fixture.engine.audit_log(Some("TRAIN"), 10).unwrap();
        assert_eq!(log.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [2, 1]);
        assert_eq!((log[0].record.subject.as_str(), &log[0].record.outcome), ("t.csv", &Outcome::Done));
    }

    #[test]
    fn values_of_the_input_are_not_kept() {
        let fixture = Fixture::new();
        let input = json!({ "sql": "SELECT * FROM 'people.csv' WHERE iban = 'DE89'" });
        let problem = Problem::new(ErrorCode::InvalidArgument, "iban is \"DE89\", expected a number").field("rows[0].iban");
        let recording = Recording::start(&fixture.engine, &fixture.call(), "query", &input, true).unwrap();
        recording.finish(Outcome::of(&problem)).unwrap();
        let stored = fixture.engine.audit_page(0).unwrap();
        assert!(stored.len() == 2 && !stored.iter().any(|(_, body)| body.as_ref().unwrap().to_string().contains("DE89")), "{stored:?}");
        let record = fixture.engine.audit_log(Some("invalid_argument"), 10).unwrap().remove(0).record;
        let kept = Outcome::Failed { code: ErrorCode::InvalidArgument, field: "rows[0].iban".to_owned(), message: String::new() };
        assert_eq!((record.subject.as_str(), record.outcome), ("", kept));
        assert_eq!(Outcome::of(&mlwright_base::Cancelled.into()), Outcome::Cancelled);
    }

    #[test]
    fn old_records_with_a_message_are_still_read() {
        let old: Outcome = serde_json::from_value(json!({ "outcome": "failed", "code": "not_found", "message": "there is no table" })).unwrap();
        let expected = Outcome::Failed { code: ErrorCode::NotFound, field: String::new(), message: "there is no table".to_owned() };
        assert_eq!(old, expected);
    }

    #[test]
    fn a_kept_hash_is_found_as_long_as_the_chain_is_the_same() {
        let fixture = Fixture::new();
        let kept = recorded(&fixture).last_hash;
        let later = recorded(&fixture);
        assert_ne!(later.last_hash, kept);
        assert!(fixture.engine.verify_audit(Some(&kept)).unwrap().intact);
        let other = fixture.engine.verify_audit(Some("0123")).unwrap();
        assert_eq!((other.intact, other.broken_at), (false, Some(7)));
    }

    #[test]
    fn a_record_that_cannot_be_read_is_named_and_stops_nothing() {
        let fixture = Fixture::new();
        recorded(&fixture);
        fixture.engine.store.write::<_, StoreError>(|tx| tx.append(STREAM, None, &json!({ "record": "{}", "hash": "", "note": 1 }))).unwrap();
        let check = recorded(&fixture);
        assert_eq!((check.intact, check.broken_at, check.reason.as_str()), (false, Some(4), "it cannot be read"));
        assert_eq!(fixture.engine.audit_log(None, 100).unwrap().len(), 6);
    }
}
