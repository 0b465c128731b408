//! The addresses of resources: which kinds there are, what each is, and how it is taken apart.

use mlwright_engine::changes::Thing;
use rmcp::model::ResourceTemplate;

use crate::uri;

const JSON: &str = "application/json";
const MARKDOWN: &str = "text/markdown";
const HTML: &str = "text/html";
const SCHEMA_JSON: &str = "application/schema+json";

/// The state of the workspace.
pub(crate) const WORKSPACE: &str = "mlwright://workspace";
/// The schema of `mlwright.toml`.
pub(crate) const SETTINGS_SCHEMA: &str = "mlwright://schema/mlwright.toml";

/// What an address of a template leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Table,
    Profile,
    ProfilePage,
    Run,
    RunCard,
    Model,
    ModelCard,
    Endpoint,
    Monitor,
    Job,
    Report,
}

impl Kind {
    /// Every kind, in the order of the templates.
    pub(crate) const ALL: [Self; 11] = [
        Self::Table,
        Self::Profile,
        Self::ProfilePage,
        Self::Run,
        Self::RunCard,
        Self::Model,
        Self::ModelCard,
        Self::Endpoint,
        Self::Monitor,
        Self::Job,
        Self::Report,
    ];

    /// Where its addresses begin.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::Table => "mlwright://tables/",
            Self::Profile => "mlwright://profiles/",
            Self::ProfilePage => "mlwright://profile-pages/",
            Self::Run => "mlwright://runs/",
            Self::RunCard => "mlwright://run-cards/",
            Self::Model => "mlwright://models/",
            Self::ModelCard => "mlwright://model-cards/",
            Self::Endpoint => "mlwright://endpoints/",
            Self::Monitor => "mlwright://monitors/",
            Self::Job => "mlwright://jobs/",
            Self::Report => "mlwright://reports/",
        }
    }

    /// The variable of its template; `+` lets it hold slashes (RFC 6570, section 3.2.3).
    const fn variable(self) -> &'static str {
        match self {
            Self::Table | Self::Profile | Self::ProfilePage => "+table",
            Self::Run | Self::RunCard => "run_id",
            Self::Model => "model",
            Self::ModelCard => "+model",
            Self::Endpoint => "endpoint",
            Self::Monitor => "monitor",
            Self::Job => "job_id",
            Self::Report => "name",
        }
    }

    /// Name, title and what one gets.
    const fn said(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Table => ("table", "Table", "A table's columns with their semantic types, how the file was read and why, and its first rows"),
            Self::Profile => ("profile", "Profile", "Findings for modelling, the most important first, each with what to do, as a short text"),
            Self::ProfilePage => ("profile_page", "Profile page", "The whole profile with charts, a web page of its own; a large one is told by its path"),
            Self::Run => ("run", "Run", "A training run: parameters, metrics with their history, the data it read with fingerprint and columns"),
            Self::RunCard => (
                "run_card",
                "Run card",
                "What to know before relying on what a run trained: scores with intervals, learners tried, importance, segments where it errs, groups of people, calibration, limits, how to reproduce",
            ),
            Self::Model => ("model", "Model", "A registered model: versions with metrics and tests, aliases and every attempt to move one"),
            Self::ModelCard => (
                "model_card",
                "Model card",
                "What to know before relying on a model: what it predicts, data, metrics with intervals beside the baseline, gate, warnings, limits, lineage. NAME is about the champion, NAME/3 or NAME@alias about that version",
            ),
            Self::Endpoint => ("endpoint", "Endpoint", "Whether an endpoint answers, with which version, where, its last failure and what happened to it"),
            Self::Monitor => ("monitor", "Monitor", "What a monitor compares by which rule, what it found last and before"),
            Self::Job => ("job", "Job", "Where a training or batch prediction stands, and what came out of it"),
            Self::Report => ("report", "Report", "A report page or chart that an operation wrote; a large one is told by its path"),
        }
    }

    /// What is read there.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Profile | Self::ModelCard | Self::RunCard => MARKDOWN,
            Self::ProfilePage | Self::Report => HTML,
            _ => JSON,
        }
    }

    /// How it is called in a list.
    pub(crate) const fn title(self) -> &'static str {
        self.said().1
    }

    /// What one gets.
    pub(crate) const fn description(self) -> &'static str {
        self.said().2
    }

    /// The address of the thing of that name.
    pub(crate) fn address(self, name: &str) -> String {
        format!("{}{}", self.prefix(), uri::encode(name))
    }

    /// The kind of a template's address.
    pub(crate) fn of_template(address: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| address.starts_with(kind.prefix()))
    }

    fn template(self) -> ResourceTemplate {
        let (name, title, description) = self.said();
        let address = format!("{}{{{}}}", self.prefix(), self.variable());
        ResourceTemplate::new(address, name).with_title(title).with_description(description).with_mime_type(self.media_type())
    }
}

/// A resource that there is one of.
pub(crate) struct Single {
    pub(crate) address: &'static str,
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) description: &'static str,
    pub(crate) media_type: &'static str,
}

/// The resources that there is one of each.
pub(crate) const SINGLES: [Single; 2] = [
    Single {
        address: WORKSPACE,
        name: "workspace",
        title: "State of the workspace",
        description: "What there is and what somebody should look at: open issues, running jobs, models with their champions, endpoints, monitors with what they found last, settings in force",
        media_type: JSON,
    },
    Single {
        address: SETTINGS_SCHEMA,
        name: "mlwright.toml.schema.json",
        title: "Schema of mlwright.toml",
        description: "JSON Schema of the workspace's settings file: every key with what it does and its default",
        media_type: SCHEMA_JSON,
    },
];

/// The templates.
pub(crate) fn templates() -> Vec<ResourceTemplate> {
    Kind::ALL.into_iter().map(Kind::template).collect()
}

/// A thing that an address leads to, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Addressed {
    pub(crate) kind: Kind,
    pub(crate) name: String,
}

impl Addressed {
    /// What an address leads to; `None` when none of ours begins so, or it names nothing.
    pub(crate) fn parse(address: &str) -> Option<Self> {
        let kind = Kind::of_template(address)?;
        let name = uri::decode(&address[kind.prefix().len()..]).filter(|name| !name.is_empty())?;
        Some(Self { kind, name })
    }

    /// What the engine can tell changes of; `None` for what it cannot.
    pub(crate) fn thing(&self) -> Option<Thing<'_>> {
        let name = self.name.as_str();
        Some(match self.kind {
            Kind::Table | Kind::Profile | Kind::ProfilePage => Thing::Table(name),
            Kind::Run | Kind::RunCard => Thing::Run(name),
            // A card is about a model, whichever version is asked for.
            Kind::Model | Kind::ModelCard => Thing::Model(name.split(['/', '@']).next().unwrap_or(name)),
            Kind::Endpoint => Thing::Endpoint(name),
            Kind::Monitor => Thing::Monitor(name),
            Kind::Report => Thing::Report(name),
            Kind::Job => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_to_what_they_name() {
        let parsed = |address: &str| Addressed::parse(address).map(|found| (found.kind, found.name));
        for kind in Kind::ALL {
            assert_eq!(parsed(&kind.address("a b")), Some((kind, "a b".to_owned())));
            assert_eq!(Kind::of_template(&kind.template().uri_template), Some(kind));
            assert_eq!(parsed(kind.prefix()), None, "an address without a name");
        }
        assert_eq!(parsed("mlwright://profile-pages/t.csv"), Some((Kind::ProfilePage, "t.csv".to_owned())));
        for none in ["mlwright://workspace", "mlwright://nowhere/x", "file:///etc/passwd", "mlwright://tables/%zz"] {
            assert_eq!(parsed(none), None, "{none}");
        }
    }

    #[test]
    fn a_card_changes_with_its_model() {
        for address in ["mlwright://model-cards/churn", "mlwright://model-cards/churn/3", "mlwright://model-cards/churn%40champion"] {
            assert_eq!(Addressed::parse(address).unwrap().thing(), Some(Thing::Model("churn")));
        }
        assert_eq!(Addressed::parse("mlwright://jobs/1").unwrap().thing(), None);
    }
}
