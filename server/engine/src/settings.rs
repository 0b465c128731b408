//! `mlwright.toml`: optional, every key has a default, unknown keys are errors with a suggestion.
//!
//! The JSON Schema of [`Settings`] says all that an editor needs to help with the file. Of what a text is the name it says by the
//! keyword `x-names`, at a list about its elements: `table`, `column` (of the table that a key beside it names), `class` (a value of
//! the first such column), `folder`, `metric`, `alias`, `toolset`,
//! `provider` (a key of the file's table `providers`).

use std::collections::BTreeMap;
use std::path::Path;

use mlwright_base::system::files;
use mlwright_base::{ErrorCode, Problem, names};
use mlwright_providers::ProviderSettings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The file's name.
pub const FILE_NAME: &str = "mlwright.toml";

/// The whole file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What is to be predicted, and why.
    pub use_case: UseCase,
    /// How trainings go.
    pub train: Train,
    /// What a model version must reach before an alias may point at it.
    pub gate: Gate,
    /// Folders outside the workspace that operations may read, absolute or relative to this file.
    #[schemars(extend("x-names" = "folder"))]
    pub roots: Vec<String>,
    /// The server process.
    pub server: Server,
    /// What coding assistants may use.
    pub mcp: Mcp,
    /// Drift thresholds.
    pub drift: Drift,
    /// What `mlwright check` and editors look for in scripts and notebooks.
    pub check: Check,
    /// Language models that may be asked, by a name of your choice. Nothing is asked unless another section names one of them.
    pub providers: BTreeMap<String, ProviderSettings>,
    /// Code that a language model suggests while one types. Off unless `provider` is set.
    pub inline_completion: InlineCompletion,
}

/// What is to be predicted. Defaults for operations that are not told otherwise.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UseCase {
    /// The table, by path or catalog name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-names" = "table"))]
    pub table: Option<String>,
    /// The target column.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-names" = "column"))]
    pub target: Option<String>,
    /// The primary metric, e.g. `roc_auc`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-names" = "metric"))]
    pub metric: Option<String>,
    /// The class counted as positive in a binary task.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-names" = "class"))]
    pub positive_class: Option<String>,
    /// The column that orders rows in time: later rows are held out for the test.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-names" = "column"))]
    pub time_column: Option<String>,
    /// Columns that say something of people which decisions should not rest on, beside those that are recognised by their names (sex, age, race …): the model card compares their groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-names" = "column"))]
    pub sensitive_columns: Vec<String>,
}

/// How trainings go.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Train {
    /// Megabytes of memory that one training may take (on Linux, most of what the machine can spare). A learner that takes more is
    /// given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 64))]
    pub memory_mb: Option<u64>,
}

/// The gate. On by default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Gate {
    /// Aliases that the gate guards.
    #[schemars(extend("x-names" = "alias"))]
    pub aliases: Vec<String>,
    /// The version must beat the baseline learner on its own test rows.
    pub beats_baseline: bool,
    /// The version must not be worse than the present champion on the same test rows, by
    /// `[use_case].metric` or else by either version's metric; these rows must be at least half as many
    /// as the champion held out.
    pub not_worse_than_champion: bool,
    /// How much worse than the champion still passes, in the metric's unit (0 or more).
    #[schemars(range(min = 0))]
    pub tolerance: f64,
    /// `test_model` must pass.
    pub passes_test_model: bool,
    /// Bounds on test metrics, e.g. `roc_auc = ">= 0.8"`.
    #[schemars(extend(
        "propertyNames" = { "x-names": "metric" },
        "additionalProperties" = { "type": "string", "pattern": BOUND_PATTERN, "examples": [">= 0.8", "<= 50000"] },
    ))]
    pub metrics: BTreeMap<String, String>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            aliases: vec!["champion".to_owned()],
            beats_baseline: true,
            not_worse_than_champion: true,
            tolerance: 0.0,
            passes_test_model: true,
            metrics: BTreeMap::new(),
        }
    }
}

/// The server process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// The address to listen on. Anything but loopback must be asked for here or by `--host`.
    pub host: String,
    /// The port; 0 lets the system choose a free one.
    pub port: u16,
}

impl Default for Server {
    fn default() -> Self {
        Self { host: "127.0.0.1".to_owned(), port: 0 }
    }
}

/// What coding assistants may use over MCP; a session can be given less, never more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mcp {
    /// Offer only operations that change nothing.
    pub read_only: bool,
    /// Offer only the operations of these stages, e.g. `["explore", "train"]`; all when empty.
    #[schemars(extend("x-names" = "toolset"))]
    pub toolsets: Vec<String>,
}

/// When a column counts as drifted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Drift {
    /// Population stability index at or above which a column may count as drifted.
    pub psi: f64,
    /// p-value below which the difference counts as real, after correction for the number of tests (Holm 1979).
    pub p_value: f64,
    /// Change of the missing share (0 to 1) at or above which a column counts as drifted.
    pub missing_delta: f64,
}

impl Default for Drift {
    fn default() -> Self {
        Self { psi: 0.2, p_value: 0.01, missing_delta: 0.1 }
    }
}

/// The rules for ML bugs in Python and where they apply.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Check {
    /// Rules to apply, by code (`MLW101`), start of a code (`MLW1`) or name (`multi-test`); all when empty.
    pub select: Vec<String>,
    /// Rules to leave out, named in the same way.
    pub ignore: Vec<String>,
    /// Files and folders to leave out, relative to this file.
    pub exclude: Vec<String>,
    /// File of findings that are known and not reported again, relative to this file; `mlwright check --write-baseline` writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
}

/// Code that a language model suggests at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct InlineCompletion {
    /// Which of `[providers]` is asked; none, and nothing is sent anywhere, while this is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-names" = "provider"))]
    pub provider: Option<String>,
    /// Send one value of each column beside its name and type.
    pub send_examples: bool,
    /// How long an answer may take.
    #[schemars(range(min = 1, max = 60))]
    pub timeout_seconds: u64,
}

impl Default for InlineCompletion {
    fn default() -> Self {
        // Who has typed on for longer has no use for the answer.
        Self { provider: None, send_examples: false, timeout_seconds: 10 }
    }
}

impl Settings {
    /// The provider that inline completion asks, with its name; none where inline completion is off.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] when `[providers]` has none of that name.
    pub fn inline_provider(&self) -> Result<Option<(&str, &ProviderSettings)>, Problem> {
        let Some(name) = self.inline_completion.provider.as_deref() else { return Ok(None) };
        match self.providers.get_key_value(name) {
            Some((name, provider)) => Ok(Some((name, provider))),
            None => Err(Problem::new(ErrorCode::InvalidArgument, format!("inline completion: there is no provider {name:?}"))
                .hint(names::did_you_mean(name, self.providers.keys().map(String::as_str)))
                .field("inline_completion.provider")),
        }
    }

    /// Reads `mlwright.toml` in a folder; the defaults when there is none.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] naming the line and the nearest known key.
    pub fn load(directory: &Path) -> Result<Self, Problem> {
        let path = directory.join(FILE_NAME);
        if !files::exists(&path) {
            return Ok(Self::default());
        }
        let text = files::read_to_string(&path)
            .map_err(|error| Problem::new(ErrorCode::Storage, format!("cannot read {}: {error}", path.display())))?;
        Self::parse(&text).map_err(|problem| Problem { message: format!("{}: {}", path.display(), problem.message), ..problem })
    }

    /// Reads the text of a settings file.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] naming the line and the nearest known key.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let settings: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            let message = error.message().to_owned();
            let hint = unknown_key_hint(&message).unwrap_or_else(|| "`mlwright init --print` shows every key with its default".to_owned());
            Problem::new(ErrorCode::InvalidArgument, format!("line {line}: {message}")).hint(hint)
        })?;
        if settings.gate.tolerance.is_nan() || settings.gate.tolerance < 0.0 {
            return Err(Problem::new(ErrorCode::InvalidArgument, format!("gate.tolerance is {}, expected 0 or more", settings.gate.tolerance)).field("gate.tolerance"));
        }
        if let Some(megabytes) = settings.train.memory_mb.filter(|megabytes| *megabytes < MEMORY_MB_MIN) {
            return Err(Problem::new(ErrorCode::InvalidArgument, format!("train.memory_mb is {megabytes}, expected {MEMORY_MB_MIN} or more"))
                .field("train.memory_mb"));
        }
        let timeout_seconds = settings.inline_completion.timeout_seconds;
        if !TIMEOUT_SECONDS.contains(&timeout_seconds) {
            let (low, high) = (TIMEOUT_SECONDS.start(), TIMEOUT_SECONDS.end());
            return Err(Problem::new(ErrorCode::InvalidArgument, format!("inline_completion.timeout_seconds is {timeout_seconds}, expected {low} to {high}"))
                .field("inline_completion.timeout_seconds"));
        }
        for (metric, bound) in &settings.gate.metrics {
            Bound::parse(bound).map_err(|problem| problem.field(format!("gate.metrics.{metric}")))?;
        }
        Ok(settings)
    }
}

fn unknown_key_hint(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field")?;
    let mut quoted = rest.split('`').skip(1).step_by(2);
    let wanted = quoted.next()?;
    let known: Vec<&str> = quoted.collect();
    Some(names::did_you_mean(wanted, known))
}

/// Megabytes that the program itself takes, and a small table.
const MEMORY_MB_MIN: u64 = 64;

/// How long inline completion may be asked to wait.
const TIMEOUT_SECONDS: std::ops::RangeInclusive<u64> = 1..=60;

/// What [`Bound::parse`] reads, as a regular expression of JSON Schema.
const BOUND_PATTERN: &str = r"^\s*[<>]=\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$";

/// A bound on a metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// The metric must be at least this.
    AtLeast(f64),
    /// The metric must be at most this.
    AtMost(f64),
}

impl Bound {
    /// Reads `>= 0.8` or `<= 50000`.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] when it is neither.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let fail = || Problem::new(ErrorCode::InvalidArgument, format!("expected a bound like \">= 0.8\" or \"<= 50000\", found {text:?}"));
        let (make, rest): (fn(f64) -> Self, &str) = if let Some(rest) = text.trim().strip_prefix(">=") {
            (Self::AtLeast, rest)
        } else if let Some(rest) = text.trim().strip_prefix("<=") {
            (Self::AtMost, rest)
        } else {
            return Err(fail());
        };
        rest.trim().parse::<f64>().ok().filter(|value| value.is_finite()).map(make).ok_or_else(fail)
    }

    /// Whether a value is within the bound (NaN never is).
    #[must_use]
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
        }
    }
}

/// The commented file that `mlwright init` writes. A test keeps it equal to the defaults.
pub const COMMENTED: &str = r#"# mlwright.toml: every key is optional; what stands here commented out is the default.

[use_case]
# table = "customers.csv"      # a path in this folder, or a managed table
# target = "Churn"             # the column to predict
# metric = "roc_auc"           # roc_auc, pr_auc, log_loss, brier, accuracy, f1, balanced_accuracy, rmse, mae, r2, mape
# positive_class = "Yes"       # the class counted as positive in a binary task
# time_column = "signup_date"  # later rows are held out for the test instead of random ones
# sensitive_columns = []       # what the model card compares groups by, beside what it recognises (sex, age, race …)

# Folders outside this one that operations may read.
# roots = ["../data"]          # must stand above the first [section]

[train]
# memory_mb = 8000             # what one training may take; on Linux most of what the machine can spare unless it is set

# What a model version must reach before one of these aliases may point at it.
[gate]
# aliases = ["champion"]
# beats_baseline = true
# not_worse_than_champion = true  # by [use_case] metric, else by both versions' metrics
# tolerance = 0.0
# passes_test_model = true

[gate.metrics]
# roc_auc = ">= 0.8"

[server]
# host = "127.0.0.1"
# port = 0                     # 0: any free port; the present one is in .mlwright/run/server.json

# What coding assistants may use over MCP.
[mcp]
# read_only = false
# toolsets = []                # all, or some of explore, prepare, train, evaluate, register, deploy, monitor, platform

[drift]
# psi = 0.2
# p_value = 0.01
# missing_delta = 0.1

[check]
# select = []
# ignore = []
# exclude = []
# baseline = "mlwright-baseline.json"

# Language models that may be asked. Keys of theirs never stand here, only the environment variable that holds one.
[providers]
# local = { api = "openai", base_url = "http://127.0.0.1:11434/v1", model = "qwen2.5-coder" }
# hosted = { api = "anthropic", base_url = "https://api.example.com", model = "some-model", key_variable = "HOSTED_KEY" }

# Code that a language model suggests in editors. Off, and nothing is sent anywhere, until a provider is named.
[inline_completion]
# provider = "local"           # sends the text around the cursor, names and types of columns, names of tables
# send_examples = false        # true: one value of each column too
# timeout_seconds = 10
"#;

#[cfg(test)]
mod tests {
    mod agreement;

    use super::*;

    #[test]
    fn the_commented_file_says_the_defaults() {
        assert_eq!(Settings::parse(COMMENTED).unwrap(), Settings::default());
        let mut section = String::new();
        let mut active = String::new();
        for line in COMMENTED.lines() {
            if line.starts_with('[') {
                section = line.to_owned();
                active.push_str(&format!("{line}\n"));
            } else if let Some(setting) = line.strip_prefix("# ").filter(|rest| rest.contains(" = "))
                && ["[gate]", "[server]", "[mcp]", "[drift]"].contains(&section.as_str())
            {
                active.push_str(&format!("{setting}\n"));
            }
        }
        assert_eq!(Settings::parse(&active).unwrap(), Settings::default());
    }

    #[test]
    fn inline_completion_is_off_until_a_known_provider_is_named() {
        let provider = |text: &str| {
            let settings = Settings::parse(text).unwrap();
            settings.inline_provider().map(|found| found.map(|(name, _)| name.to_owned()))
        };
        let local = "[providers.local]\nbase_url = 'http://127.0.0.1:1/v1'\nmodel = 'm'\n";
        assert_eq!(provider(local), Ok(None));
        assert_eq!(provider(&format!("{local}[inline_completion]\nprovider = 'local'\n")), Ok(Some("local".to_owned())));
        let problem = provider(&format!("{local}[inline_completion]\nprovider = 'locl'\n")).unwrap_err();
        assert!(problem.hint.contains("local"), "{problem:?}");
        assert_eq!(Settings::parse("[inline_completion]\ntimeout_seconds = 0").unwrap_err().field, "inline_completion.timeout_seconds");
        // A key in the file is an unknown field, and is not repeated.
        let problem = Settings::parse("[providers.local]\nkey = 'sk-hidden'\n").unwrap_err();
        assert!(problem.hint.contains("key_variable") && !format!("{problem:?}").contains("hidden"), "{problem:?}");
    }

    #[test]
    fn unknown_keys_are_answered_with_the_nearest() {
        let problem = Settings::parse("[gate]\nbeat_baseline = true\n").unwrap_err();
        assert!(problem.message.contains("line 2"), "{problem:?}");
        assert!(problem.hint.contains("beats_baseline"), "{problem:?}");
    }

    #[test]
    fn bounds_are_read_and_checked() {
        assert_eq!(Bound::parse(">= 0.8").unwrap(), Bound::AtLeast(0.8));
        assert!(Bound::parse("<=5e4").unwrap().holds(50_000.0));
        assert!(!Bound::parse(">= 0.8").unwrap().holds(f64::NAN));
        assert!(Bound::parse("0.8").is_err());
        assert_eq!(Settings::parse("[gate.metrics]\nroc_auc = \"high\"").unwrap_err().field, "gate.metrics.roc_auc");
    }
}
