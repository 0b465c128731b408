//! Scopes: what a caller may do.

use mlwright_base::{ErrorCode, Problem, names};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A kind of thing that a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Look at everything in the workspace.
    Read,
    /// Add tables, runs, models and predictions.
    Write,
    /// Change what is served: aliases and endpoints.
    Deploy,
    /// Everything, and what runs the server process.
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 4] = [Self::Read, Self::Write, Self::Deploy, Self::Admin];

    /// The scope's name as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Deploy => "deploy",
            Self::Admin => "admin",
        }
    }
}

/// A set of scopes. Whoever has `admin` has them all, and whoever has any may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Scope>", into = "Vec<Scope>")]
pub struct Scopes(u8);

impl Scopes {
    /// Every scope: the workspace's owner.
    pub const ALL: Self = Self(0b1111);
    /// Reading only.
    pub const READ: Self = Self(0b0001);

    /// These scopes, and what follows from them; [`Scopes::READ`] for none.
    #[must_use]
    pub fn of(scopes: &[Scope]) -> Self {
        if scopes.contains(&Scope::Admin) {
            return Self::ALL;
        }
        Self(scopes.iter().fold(Self::READ.0, |bits, scope| bits | Self::bit(*scope)))
    }

    /// Reads names separated by commas, e.g. `read,write`.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] with the nearest name.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut scopes = Vec::new();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let known = Scope::ALL.iter().find(|scope| scope.as_str() == name.to_lowercase());
            scopes.push(*known.ok_or_else(|| {
                Problem::new(ErrorCode::InvalidArgument, format!("there is no scope {name:?}"))
                    .hint(names::did_you_mean(name, Scope::ALL.map(Scope::as_str)))
                    .field("scopes")
            })?);
        }
        if scopes.is_empty() {
            return Err(Problem::new(ErrorCode::InvalidArgument, "no scope is named")
                .hint(format!("name some of {}", Scope::ALL.map(Scope::as_str).join(", ")))
                .field("scopes"));
        }
        Ok(Self::of(&scopes))
    }

    /// Whether the scope is among them.
    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & Self::bit(scope) != 0
    }

    /// What both sets have.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The scopes, the smallest first.
    #[must_use]
    pub fn to_vec(self) -> Vec<Scope> {
        Scope::ALL.into_iter().filter(|scope| self.contains(*scope)).collect()
    }

    const fn bit(scope: Scope) -> u8 {
        match scope {
            Scope::Read => 0b0001,
            Scope::Write => 0b0010,
            Scope::Deploy => 0b0100,
            Scope::Admin => 0b1000,
        }
    }
}

impl TryFrom<Vec<Scope>> for Scopes {
    type Error = String;

    fn try_from(scopes: Vec<Scope>) -> Result<Self, String> {
        if scopes.is_empty() { Err("no scope is named".to_owned()) } else { Ok(Self::of(&scopes)) }
    }
}

impl From<Scopes> for Vec<Scope> {
    fn from(scopes: Scopes) -> Self {
        scopes.to_vec()
    }
}

impl std::fmt::Display for Scopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.to_vec().into_iter().map(Scope::as_str).collect();
        f.write_str(&names.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_what_follows_from_them() {
        let parse = |text: &str| Scopes::parse(text).map(|scopes| scopes.to_string());
        assert_eq!(parse("read").unwrap(), "read");
        assert_eq!(parse(" Write ").unwrap(), "read,write");
        assert_eq!(parse("deploy,read").unwrap(), "read,deploy");
        assert_eq!(parse("admin").unwrap(), "read,write,deploy,admin");
        assert!(!Scopes::parse("deploy").unwrap().contains(Scope::Write));
        assert!(parse("wirte").unwrap_err().hint.contains("write"));
        assert_eq!(parse(" , ").unwrap_err().field, "scopes");
    }

    #[test]
    fn what_is_stored_is_read_back() {
        for scopes in [Scopes::READ, Scopes::ALL, Scopes::of(&[Scope::Deploy])] {
            let text = serde_json::to_string(&scopes).unwrap();
            assert_eq!(serde_json::from_str::<Scopes>(&text).unwrap(), scopes);
        }
        assert!(serde_json::from_str::<Scopes>("[]").is_err(), "a record without scopes gives none");
        assert_eq!(Scopes::of(&[Scope::Write]).and(Scopes::READ), Scopes::READ);
    }
}
