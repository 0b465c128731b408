//! Columns that say the same.

use std::collections::{BTreeMap, BTreeSet};

use super::order::{COLUMNS_NAMED, Collected};
use super::{FindingKind as Kind, Severity};
use crate::profile::{Pair, PairMeasure, Profile};

/// Strength from which columns go closely together: more than four fifths of one's variance is in the other.
const COLLINEAR: f64 = 0.9;
/// Strength from which the two are one for a linear model: coefficients are then arbitrary.
const ONE_AND_THE_SAME: f64 = 0.98;
/// Rows in common below which strong associations come by chance.
const ROWS_MIN: u64 = 30;
/// Rows per level below which a correlation ratio is mostly chance.
const ROWS_PER_LEVEL_MIN: u64 = 5;

pub(super) fn look(profile: &Profile, found: &mut Collected) {
    let target = profile.target.as_ref().map(|target| target.column.as_str());
    let mut same: BTreeSet<(&str, &str)> = BTreeSet::new();
    for group in &profile.pairs.identical {
        let names: Vec<&str> = group.iter().map(String::as_str).filter(|name| target != Some(*name)).collect();
        if names.len() < 2 || profile.table.n_rows < 3 {
            continue;
        }
        for a in &names {
            same.extend(names.iter().map(|b| (*a, *b)));
        }
        found.add(
            names.len() as f64,
            Kind::DuplicateColumn,
            Severity::Warning,
            &names,
            format!("{} hold the same in every row", list(&names)),
            format!("keep {} and leave out the others", names[0]),
        );
    }
    let strong: Vec<&Pair> = profile
        .pairs
        .pairs
        .iter()
        .filter(|pair| {
            pair.strength() >= COLLINEAR && target != Some(pair.a.as_str()) && target != Some(pair.b.as_str())
        })
        .filter(|pair| pair.rows >= ROWS_MIN && is_sound(pair, profile))
        .filter(|pair| !same.contains(&(pair.a.as_str(), pair.b.as_str())))
        .collect();
    for group in groups(&strong) {
        group_finding(&group, found);
    }
}

fn list(names: &[&str]) -> String {
    let shown = names[..names.len().min(COLUMNS_NAMED)].join(", ");
    if names.len() > COLUMNS_NAMED { format!("{shown} and {} more", names.len() - COLUMNS_NAMED) } else { shown }
}

/// A correlation ratio with few rows for each level is high whatever the columns hold.
fn is_sound(pair: &Pair, profile: &Profile) -> bool {
    pair.measure != PairMeasure::CorrelationRatio
        || [&pair.a, &pair.b]
            .iter()
            .filter_map(|name| profile.column(name))
            .filter(|column| column.numeric.is_none())
            .all(|column| column.distinct * ROWS_PER_LEVEL_MIN <= pair.rows)
}

/// Strong pairs that share columns, together; strongest group first.
fn groups<'p>(strong: &[&'p Pair]) -> Vec<Vec<&'p Pair>> {
    let mut leader: BTreeMap<&str, &str> = BTreeMap::new();
    fn find<'s>(leader: &BTreeMap<&'s str, &'s str>, mut name: &'s str) -> &'s str {
        while let Some(&next) = leader.get(name) {
            if next == name {
                break;
            }
            name = next;
        }
        name
    }
    for pair in strong {
        let (a, b) = (find(&leader, &pair.a), find(&leader, &pair.b));
        let (first, second) = if a <= b { (a, b) } else { (b, a) };
        leader.insert(second, first);
    }
    let mut grouped: BTreeMap<&str, Vec<&Pair>> = BTreeMap::new();
    for pair in strong {
        grouped.entry(find(&leader, &pair.a)).or_default().push(pair);
    }
    let mut grouped: Vec<Vec<&Pair>> = grouped.into_values().collect();
    grouped.sort_by(|x, y| y[0].strength().total_cmp(&x[0].strength()));
    grouped
}

fn group_finding(group: &[&Pair], found: &mut Collected) {
    let strongest = group[0];
    let mut names: Vec<&str> = Vec::new();
    for pair in group {
        for name in [pair.a.as_str(), pair.b.as_str()] {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let seen: Vec<String> = group.iter().take(3).map(|pair| describe(pair)).collect();
    let what = if strongest.strength() >= ONE_AND_THE_SAME { "say nearly the same" } else { "go closely together" };
    let reason = if group.len() > 3 {
        format!("{} {what}; strongest are {}", list(&names), seen.join(", "))
    } else {
        format!("{what}: {}", seen.join(", "))
    };
    found.add(
        strongest.strength(),
        Kind::CollinearPair,
        if strongest.strength() >= ONE_AND_THE_SAME { Severity::Warning } else { Severity::Note },
        &names,
        reason,
        if names.len() == 2 {
            "keep one for linear models and for explanations: importance is shared between the two at random"
        } else {
            "keep one of each pair for linear models and for explanations: importance is shared among them at random"
        },
    );
}

fn describe(pair: &Pair) -> String {
    let what = match pair.measure {
        PairMeasure::Pearson => {
            let spearman = pair.spearman.unwrap_or(0.0);
            if pair.value.abs() < COLLINEAR || spearman.abs() > pair.value.abs() + 0.05 {
                format!("rank correlation {}", size(spearman))
            } else {
                format!("correlation {}", size(pair.value))
            }
        }
        PairMeasure::CramersV => format!("Cramér's V {}", size(pair.value)),
        PairMeasure::CorrelationRatio => format!("correlation ratio {}", size(pair.value)),
    };
    format!("{} and {} ({what})", pair.a, pair.b)
}

/// Three decimals, more where that would read as 1.
fn size(value: f64) -> String {
    if value.abs() > 0.9995 && value.abs() < 1.0 - 1e-9 {
        format!("{:.5}", value.clamp(-0.99999, 0.99999))
    } else {
        format!("{value:.3}")
    }
}
