//! Moving an alias: the gate, the record of the attempt, and the move in one transaction.

use mlwright_base::names::check_name;
use mlwright_base::{ErrorCode, Problem};
use mlwright_store::{StoreError, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::record::{AliasChange, GateCheck, MODELS, ModelVersion, RegisteredModel, alias_stream};
use super::register::model_in;
use crate::call::Call;
use crate::engine::Engine;

/// The longest reason that is kept, in characters.
const REASON_CHARS_MAX: usize = 1_000;
/// What an alias may not be called, because addresses use it.
const RESERVED: &str = "latest";

/// Which alias is to point at which version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetAliasRequest {
    /// Model name.
    pub name: String,
    /// E.g. `champion`.
    pub alias: String,
    /// Version number.
    pub version: u64,
    /// Why to move it although the gate refuses; recorded. Only on a person's explicit wish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<String>,
}

/// An alias that points at the version that was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SetAliasOutcome {
    /// The alias' address, e.g. `models:/churn@champion`.
    pub alias_uri: String,
    /// The version's address, e.g. `models:/churn/3`.
    pub model_uri: String,
    /// Whether it pointed there before: then nothing was done.
    pub already_there: bool,
    /// Whether the gate guards the alias.
    pub guarded: bool,
    /// Whether it was moved although a check failed.
    pub overridden: bool,
    /// The attempt as it was recorded.
    #[serde(flatten)]
    pub change: AliasChange,
}

impl Engine {
    /// Points an alias at a version. For the aliases of `[gate]` every check must pass, unless a
    /// reason to override is given. Every attempt is recorded with who, what and why.
    ///
    /// # Errors
    /// [`ErrorCode::GateRefused`] with the reasons, [`ErrorCode::NotFound`] for an unknown model or
    /// version, [`ErrorCode::Conflict`] when the alias was moved while the gate was at work.
    pub fn set_alias(&self, call: &Call<'_>, request: &SetAliasRequest) -> Result<SetAliasOutcome, Problem> {
        check_name("alias", &request.alias)?;
        if request.alias == RESERVED {
            return Err(Problem::new(ErrorCode::InvalidArgument, format!("{RESERVED:?} cannot be an alias"))
                .hint(format!("models:/{}/latest is the newest version already", request.name))
                .field("alias"));
        }
        let override_reason = checked_reason(request.override_reason.as_deref())?;
        let (model, challenger) = self.version(&request.name, request.version)?;
        let present = model.aliases.get(&request.alias).copied();
        let guarded = self.settings.gate.aliases.contains(&request.alias);
        let mut change = AliasChange {
            time: self.now(),
            actor: call.actor.clone(),
            alias: request.alias.clone(),
            from_version: present,
            to_version: request.version,
            moved: false,
            checks: Vec::new(),
            override_reason,
        };
        let outcome = |change: AliasChange| SetAliasOutcome {
            alias_uri: format!("models:/{}@{}", request.name, request.alias),
            model_uri: challenger.uri(),
            already_there: !change.moved,
            guarded,
            overridden: change.moved && change.checks.iter().any(|check| !check.passed),
            change,
        };
        if present == Some(request.version) {
            self.record_attempt(&request.name, &change)?;
            return Ok(outcome(change));
        }
        if guarded {
            let champion = present.map(|number| self.version(&request.name, number).map(|(_, version)| version)).transpose()?;
            change.checks = self.gate(call, &challenger, champion.as_ref())?;
        }
        let refused = change.checks.iter().any(|check| !check.passed);
        if refused && change.override_reason.is_none() {
            self.record_attempt(&request.name, &change)?;
            return Err(refusal(&challenger, &change));
        }
        call.cancel.check()?;
        change.moved = true;
        change.time = self.now();
        match self.move_alias(&request.name, &change)? {
            Ok(()) => Ok(outcome(change)),
            Err(found) => Err(moved_meanwhile(&request.name, &request.alias, found)),
        }
    }

    fn record_attempt(&self, name: &str, change: &AliasChange) -> Result<(), Problem> {
        self.store.write::<_, StoreError>(|tx| tx.append(&alias_stream(name), Some(&change.alias), change))?;
        Ok(())
    }

    /// Moves the alias and records it in one transaction, if it still points where the gate saw it;
    /// else records that it did not, and answers with where it points.
    pub(super) fn move_alias(&self, name: &str, change: &AliasChange) -> Result<Result<(), Option<u64>>, Problem> {
        let (now, now_ms) = (self.now(), self.now_ms());
        Ok(self.store.write::<_, StoreError>(|tx: &WriteTx<'_>| {
            let found = model_in(tx, name)?.aliases.get(&change.alias).copied();
            if found != change.from_version {
                let mut late = AliasChange { moved: false, ..change.clone() };
                let reason = format!("the gate saw it at {}, now it is at {}", place(change.from_version), place(found));
                late.checks.push(GateCheck { name: "alias_unmoved".to_owned(), passed: false, reason });
                tx.append(&alias_stream(name), Some(&change.alias), &late)?;
                return Ok(Err(found));
            }
            tx.modify::<RegisteredModel, StoreError>(MODELS, name, now_ms, |model| {
                model.aliases.insert(change.alias.clone(), change.to_version);
                model.updated = now;
                Ok(())
            })?;
            tx.append(&alias_stream(name), Some(&change.alias), change)?;
            Ok(Ok(()))
        })?)
    }
}

fn checked_reason(reason: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(reason) = reason else { return Ok(None) };
    let wrong = |message: String| {
        Err(Problem::new(ErrorCode::InvalidArgument, message).hint("say in a sentence why the gate may be passed over").field("override_reason"))
    };
    let reason = reason.trim();
    if reason.is_empty() {
        return wrong("override_reason is empty".to_owned());
    }
    if reason.chars().count() > REASON_CHARS_MAX {
        return wrong(format!("override_reason is longer than {REASON_CHARS_MAX} characters"));
    }
    Ok(Some(reason.to_owned()))
}

fn refusal(challenger: &ModelVersion, change: &AliasChange) -> Problem {
    let reasons: Vec<String> =
        change.checks.iter().filter(|check| !check.passed).map(|check| format!("{}: {}", check.name, check.reason)).collect();
    Problem::new(ErrorCode::GateRefused, format!("the gate refuses {} as {}: {}", challenger.uri(), change.alias, reasons.join("; ")))
        .hint("train a better version, change [gate] in mlwright.toml, or, if a person decides so, give override_reason")
        .field("version")
}

fn moved_meanwhile(name: &str, alias: &str, found: Option<u64>) -> Problem {
    Problem::new(ErrorCode::Conflict, format!("models:/{name}@{alias} was moved to {} while the gate was at work", place(found)))
        .hint("ask again: the gate then compares with that version")
        .field("alias")
}

fn place(version: Option<u64>) -> String {
    version.map_or_else(|| "no version".to_owned(), |version| format!("version {version}"))
}
