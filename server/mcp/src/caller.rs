//! Who is served, and which of the operations are offered.

use mlwright_base::{ErrorCode, Problem};
use mlwright_engine::access::Scopes;
use mlwright_engine::settings;
use mlwright_operations::{Registered, Stage};

/// What a session is given: no more than this, whatever it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What it may do.
    pub scopes: Scopes,
    /// The stages whose operations it sees; all when empty.
    pub toolsets: Vec<Stage>,
}

impl Offer {
    /// Everything.
    pub const ALL: Self = Self { scopes: Scopes::ALL, toolsets: Vec::new() };

    /// Some scopes, and the toolsets of these names (all when there are none).
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] with the nearest name of a stage.
    pub fn new(scopes: Scopes, toolsets: &[String]) -> Result<Self, Problem> {
        let toolsets = toolsets.iter().map(|name| name.trim()).filter(|name| !name.is_empty());
        let toolsets = toolsets.map(|name| {
            Stage::parse(name).map_err(|problem| Problem { code: ErrorCode::InvalidArgument, ..problem }.field("toolsets"))
        });
        Ok(Self { scopes, toolsets: toolsets.collect::<Result<_, _>>()? })
    }

    /// What is left of it by `[mcp]` of mlwright.toml.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] for a stage that there is none of.
    pub(crate) fn within(&self, settings: &settings::Mcp) -> Result<Self, Problem> {
        let allowed = Self::new(if settings.read_only { Scopes::READ } else { Scopes::ALL }, &settings.toolsets)?;
        let toolsets = match (self.toolsets.is_empty(), allowed.toolsets.is_empty()) {
            (true, _) => allowed.toolsets,
            (false, true) => self.toolsets.clone(),
            (false, false) => self.toolsets.iter().copied().filter(|stage| allowed.toolsets.contains(stage)).collect(),
        };
        if toolsets.is_empty() && !self.toolsets.is_empty() {
            return Err(Problem::new(ErrorCode::InvalidArgument, "the session's toolsets and those of [mcp] in mlwright.toml have none in common")
                .field("toolsets"));
        }
        Ok(Self { scopes: self.scopes.and(allowed.scopes), toolsets })
    }

    /// Whether an operation is offered.
    #[must_use]
    pub fn has(&self, operation: &Registered) -> bool {
        self.scopes.contains(operation.scope) && self.shows(operation)
    }

    /// Whether an operation belongs to the toolsets, whether or not it may be called.
    #[must_use]
    pub fn shows(&self, operation: &Registered) -> bool {
        self.toolsets.is_empty() || self.toolsets.contains(&operation.stage)
    }
}

/// Whoever is at the other end of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The user's name, or the name of the token, for the audit.
    pub name: String,
    /// What it is given.
    pub offer: Offer,
}

#[cfg(test)]
mod tests {
    use mlwright_operations::{all, find};

    use super::*;

    #[test]
    fn a_session_never_has_more_than_the_settings_allow() {
        let offer = |names: &[&str]| Offer::new(Scopes::ALL, &names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let settings = |read_only, toolsets: &[&str]| settings::Mcp { read_only, toolsets: toolsets.iter().map(|name| (*name).to_owned()).collect() };
        let names = |offer: &Offer| all().iter().filter(|operation| offer.has(operation)).map(|operation| operation.name).collect::<Vec<_>>();

        let all_of_it = Offer::ALL.within(&settings(false, &[])).unwrap();
        assert_eq!(names(&all_of_it).len(), all().len());
        let reading = Offer::ALL.within(&settings(true, &[])).unwrap();
        assert!(names(&reading).contains(&"profile_table") && !names(&reading).contains(&"train"));
        let training = offer(&["explore", " train "]).unwrap().within(&settings(true, &["train", "deploy"])).unwrap();
        assert!(names(&training).iter().all(|name| find(name).unwrap().stage == Stage::Train), "{:?}", names(&training));
        assert_eq!(offer(&["explore"]).unwrap().within(&settings(false, &["deploy"])).unwrap_err().field, "toolsets");
        assert!(offer(&["trian"]).unwrap_err().hint.contains("train"));
    }
}
