//! The contract of one operation.

use mlwright_base::{ErrorCode, Problem, names};
use mlwright_engine::access::Scope;
use mlwright_engine::{Call, Engine};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::summary::Summary;

/// What an operation does to the workspace. Approval policy and annotations are made from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Changes nothing but the audit.
    Read,
    /// Adds to the workspace; nothing that exists is lost.
    Write,
    /// Replaces or ends something others may rely on: asks for `confirm`.
    Destructive,
}

/// The stage of the lifecycle that an operation belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Looking at data.
    Explore,
    /// Making tables.
    Prepare,
    /// Training and tracking.
    Train,
    /// Judging and explaining models.
    Evaluate,
    /// Versions, aliases and the gate.
    Register,
    /// Endpoints and predictions.
    Deploy,
    /// Drift.
    Monitor,
    /// Lineage and audit.
    Platform,
}

impl Stage {
    /// Every stage, in the order of the lifecycle.
    pub const ALL: [Self; 8] = [
        Self::Explore,
        Self::Prepare,
        Self::Train,
        Self::Evaluate,
        Self::Register,
        Self::Deploy,
        Self::Monitor,
        Self::Platform,
    ];

    /// The stage of that name.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] with the nearest name.
    pub fn parse(name: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == name).ok_or_else(|| {
            Problem::new(ErrorCode::NotFound, format!("there is no stage {name:?}"))
                .hint(names::did_you_mean(name, Self::ALL.map(Self::as_str)))
        })
    }

    /// The stage's name as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Explore => "explore",
            Self::Prepare => "prepare",
            Self::Train => "train",
            Self::Evaluate => "evaluate",
            Self::Register => "register",
            Self::Deploy => "deploy",
            Self::Monitor => "monitor",
            Self::Platform => "platform",
        }
    }
}

/// What an operation is given beside its input.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The lifecycle engine of the open workspace.
    pub engine: &'a Engine,
    /// Who calls, through what; how to cancel and where progress goes.
    pub call: &'a Call<'a>,
}

/// One operation. Its doc comment is the text an assistant reads: what it does, when not to use
/// it, one example.
pub trait Operation: JsonSchema + Send + Sync + 'static {
    /// Name in snake case, e.g. `profile_table`; kebab case on the command line.
    const NAME: &'static str;
    /// Title for people, e.g. `Profile a table`.
    const TITLE: &'static str;
    /// What it does to the workspace.
    const EFFECT: Effect;
    /// What a caller must be allowed to do.
    const SCOPE: Scope = match Self::EFFECT {
        Effect::Read => Scope::Read,
        Effect::Write | Effect::Destructive => Scope::Write,
    };
    /// Where it belongs.
    const STAGE: Stage;
    /// Whether its answer repeats values of tables, which anybody may have written.
    const QUOTES_TABLES: bool = false;
    /// Whether its whole answer is mostly more than a model wants to read at once.
    const IS_LONG: bool = false;
    /// A valid input as JSON, shown in the documentation and checked by a test.
    const EXAMPLE: &'static str;

    /// What it takes. Field docs give unit, range and default.
    type Input: DeserializeOwned + JsonSchema;
    /// What it answers.
    type Output: Serialize + JsonSchema + Summary;

    /// Does it.
    ///
    /// # Errors
    /// A [`Problem`] that says what went wrong, where, and what to do next.
    fn run(cx: Context<'_>, input: Self::Input) -> Result<Self::Output, Problem>;
}
