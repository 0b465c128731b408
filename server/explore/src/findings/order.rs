//! Collecting, joining and ranking findings.

use std::collections::BTreeMap;

use super::{Finding, FindingKind, Severity};

/// Columns that a reason names before it says how many more there are.
pub(super) const COLUMNS_NAMED: usize = 5;

/// Findings as they are made.
#[derive(Default)]
pub(super) struct Collected {
    found: Vec<(f64, Finding)>,
    joined: BTreeMap<(FindingKind, Severity), Joined>,
}

/// Findings of one kind about several columns, told as one.
struct Joined {
    weight: f64,
    /// Column, what was seen of it, how much it weighs.
    parts: Vec<(String, String, f64)>,
    /// Opens the reason.
    what: &'static str,
    action: &'static str,
}

/// What several columns are told of together.
#[derive(Clone, Copy)]
pub(super) struct Topic {
    pub(super) kind: FindingKind,
    pub(super) severity: Severity,
    /// Opens the reason.
    pub(super) what: &'static str,
    pub(super) action: &'static str,
}

impl Collected {
    /// Adds a finding of its own; of one kind and severity the heavier comes first.
    pub(super) fn add(
        &mut self,
        weight: f64,
        kind: FindingKind,
        severity: Severity,
        columns: &[&str],
        reason: String,
        action: impl Into<String>,
    ) {
        let columns = columns.iter().map(ToString::to_string).collect();
        self.found.push((weight, Finding { kind, severity, columns, reason, action: action.into() }));
    }

    /// Whether a finding of that kind and of its own names the column.
    pub(super) fn names(&self, kind: FindingKind, column: &str) -> bool {
        self.found.iter().any(|(_, finding)| finding.kind == kind && finding.columns.iter().any(|name| name == column))
    }

    /// Adds one column to the finding of that topic; `seen` says what was seen of this column.
    pub(super) fn join(&mut self, topic: Topic, column: &str, seen: String, weight: f64) {
        let Topic { kind, severity, what, action } = topic;
        let joined = self.joined.entry((kind, severity)).or_insert_with(|| Joined {
            weight: f64::NEG_INFINITY,
            parts: Vec::new(),
            what,
            action,
        });
        joined.weight = joined.weight.max(weight);
        joined.parts.push((column.to_owned(), seen, weight));
    }

    /// All findings, most important first: by severity, then by kind, then by weight.
    pub(super) fn ranked(self) -> Vec<Finding> {
        let mut found = self.found;
        for ((kind, severity), mut joined) in self.joined {
            joined.parts.sort_by(|a, b| b.2.total_cmp(&a.2));
            let named: Vec<String> = joined
                .parts
                .iter()
                .take(COLUMNS_NAMED)
                .map(|(column, seen, _)| if seen.is_empty() { column.clone() } else { format!("{column} ({seen})") })
                .collect();
            let more = joined.parts.len() - named.len();
            let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
            let reason = format!("{}: {}{tail}", joined.what, named.join(", "));
            let columns = joined.parts.into_iter().map(|(column, _, _)| column).collect();
            let action = joined.action.to_owned();
            found.push((joined.weight, Finding { kind, severity, columns, reason, action }));
        }
        found.sort_by(|a, b| {
            (a.1.severity, place(a.1.kind))
                .cmp(&(b.1.severity, place(b.1.kind)))
                .then(b.0.total_cmp(&a.0))
                .then_with(|| a.1.columns.cmp(&b.1.columns))
        });
        found.into_iter().map(|(_, finding)| finding).collect()
    }
}

/// Where a kind stands among findings of the same severity: what can make a model worthless comes before
/// what makes it worse, and that before what is dealt with by routine.
fn place(kind: FindingKind) -> usize {
    use FindingKind as K;
    const ORDER: [FindingKind; 27] = [
        K::TargetUnusable,
        K::LeakageSuspect,
        K::KnownAfterOutcome,
        K::TooFewRows,
        K::NoSignal,
        K::TargetMissing,
        K::RareClass,
        K::Imbalance,
        K::CappedTarget,
        K::SkewedTarget,
        K::DuplicateRows,
        K::TimeOrdered,
        K::WordsAmongNumbers,
        K::InfiniteValues,
        K::SentinelValue,
        K::DuplicateColumn,
        K::CollinearPair,
        K::EmptyColumn,
        K::MuchMissing,
        K::InformativeMissing,
        K::HighCardinality,
        K::Identifier,
        K::FreeText,
        K::ConstantColumn,
        K::NearlyConstant,
        K::StoredAsText,
        K::SkewedFeature,
    ];
    ORDER.iter().position(|other| *other == kind).unwrap_or(ORDER.len())
}
