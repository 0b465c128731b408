//! Which rules are wanted.

use mlwright_python_rules::RULES;
use thiserror::Error;

/// Rules chosen by code, by the start of a code (`MLW1`) or by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Empty: all.
    select: Vec<String>,
    ignore: Vec<String>,
}

/// No rule has this code or name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no rule is called {name:?}{}", suggestion.as_ref().map(|near| format!("; did you mean {near}?")).unwrap_or_default())]
pub struct UnknownRule {
    pub name: String,
    pub suggestion: Option<&'static str>,
}

impl Selection {
    /// Takes `select` (all, if it is empty) without `ignore`.
    ///
    /// # Errors
    /// [`UnknownRule`] for the first name that means no rule.
    pub fn new(select: &[String], ignore: &[String]) -> Result<Self, UnknownRule> {
        if let Some(name) =
            select.iter().chain(ignore).find(|name| !RULES.iter().any(|rule| means(name, rule.code, rule.name)))
        {
            let near = RULES.iter().flat_map(|rule| [rule.code, rule.name]);
            let suggestion = near
                .map(|near| (strsim::jaro_winkler(&name.to_lowercase(), &near.to_lowercase()), near))
                .filter(|(likeness, _)| *likeness > 0.8)
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .map(|(_, near)| near);
            return Err(UnknownRule { name: name.clone(), suggestion });
        }
        Ok(Self { select: select.to_vec(), ignore: ignore.to_vec() })
    }

    /// Whether a rule is wanted.
    pub fn takes(&self, code: &str) -> bool {
        let name = RULES.iter().find(|rule| rule.code == code).map_or("", |rule| rule.name);
        let listed = |list: &[String]| list.iter().any(|wanted| means(wanted, code, name));
        (self.select.is_empty() || listed(&self.select)) && !listed(&self.ignore)
    }
}

fn means(wanted: &str, code: &str, name: &str) -> bool {
    let upper = wanted.trim().to_ascii_uppercase();
    (!upper.is_empty() && upper.starts_with("MLW") && code.starts_with(&upper)) || wanted.trim() == name
}
