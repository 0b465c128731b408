//! The rules that find ML bugs in what a script does with its data.
//!
//! A rule reads the [events](mlwright_python_values::event) of the walk and says where something is wrong; what flows where decides,
//! names never do. Each has its page in `docs/rules`, files that show it in `tests/language/corpus`, and one function here.

mod balance;
mod catalog;
mod coercion;
mod comparison;
mod facts;
mod folds;
mod future;
mod groups;
mod held_out;
mod merge;
mod metric;
mod multi_test;
mod overlap;
mod preprocessing;
mod scaling;
mod seeds;
mod statements;
mod suppress;
mod target;
mod unknown_column;

pub use catalog::{Category, RULES, Rule, rule};
use mlwright_python_values::Analysis;
use mlwright_source_text::{Diagnostic, Fix, Related, SchemaSource, TextRange};
use suppress::suppress;

use std::collections::{BTreeSet, HashMap};

use self::facts::Facts;

/// Everything that the rules find, in the order of the text, without what comments in it suppress.
pub fn check(analysis: &Analysis, text: &str, source: &dyn SchemaSource) -> Vec<Diagnostic> {
    let facts = Facts::new(analysis, text, source);
    let mut found = Findings::default();
    preprocessing::check(&facts, &mut found);
    folds::check(&facts, &mut found);
    overlap::check(&facts, &mut found);
    multi_test::check(&facts, &mut found);
    target::check(&facts, &mut found);
    future::check(&facts, &mut found);
    groups::check(&facts, &mut found);
    held_out::check(&facts, &mut found);
    balance::check(&facts, &mut found);
    seeds::check(&facts, &mut found);
    comparison::check(&facts, &mut found);
    metric::check(&facts, &mut found);
    scaling::check(&facts, &mut found);
    coercion::check(&facts, &mut found);
    statements::check(&facts, &mut found);
    merge::check(&facts, &mut found);
    let mut diagnostics = found.diagnostics;
    diagnostics.extend(unknown_column::unknown_columns(analysis, text));
    suppress(&mut diagnostics, &analysis.module, text);
    diagnostics.sort_by_key(|diagnostic| (diagnostic.range, diagnostic.code));
    diagnostics
}

/// What was found so far: a place is reported once by each rule.
#[derive(Debug, Default)]
struct Findings {
    diagnostics: Vec<Diagnostic>,
    /// Where, by code.
    places: HashMap<&'static str, BTreeSet<TextRange>>,
}

impl Findings {
    /// Reports a place; with its severity from the catalog.
    fn report(&mut self, code: &'static str, range: TextRange, message: String, related: Vec<(TextRange, &str)>) {
        self.report_with(code, range, message, related, Vec::new());
    }

    fn report_with(
        &mut self,
        code: &'static str,
        range: TextRange,
        message: String,
        related: Vec<(TextRange, &str)>,
        fixes: Vec<Fix>,
    ) {
        if range.is_empty() || !self.places.entry(code).or_default().insert(range) {
            return;
        }
        let related = related
            .into_iter()
            .filter(|(place, _)| *place != range && !place.is_empty())
            .map(|(range, message)| Related { range, message: message.to_owned() })
            .collect();
        let severity = rule(code).map_or(mlwright_source_text::Severity::Warning, |rule| rule.severity);
        self.diagnostics.push(Diagnostic { code, severity, range, message, related, fixes, unnecessary: false });
    }

    /// Whether a rule has reported something on the line of a place.
    fn line_has(&self, text: &str, code: &str, place: TextRange) -> bool {
        let at = place.start as usize;
        let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let end = text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |length| at + length);
        let line = TextRange::empty(start as u32)..TextRange::empty(end as u32 + 1);
        self.places.get(code).is_some_and(|places| places.range(line).any(|known| *known != place))
    }
}

#[cfg(test)]
mod tests;
