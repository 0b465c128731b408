//! What matters about the target, and columns that say too much of it.

use super::order::Collected;
use super::{FindingKind as Kind, Severity};
use crate::markup::{count, number, percent, plural};
use crate::profile::{ColumnProfile, MissingEffect, Profile, SignalMeasure, TargetKind, TargetSummary};

/// Fewer rows than this, and a held-out fifth says little: its accuracy is known to ±14 points at best.
const ROWS_FEW: u64 = 200;
/// Fewer rows than this cannot be split and scored at all.
const ROWS_MIN: u64 = 20;
/// An AUC (of one column alone) that real features hardly ever reach.
const AUC_SUSPECT: f64 = 0.97;
/// An AUC that only a copy of the outcome reaches.
const AUC_CERTAIN: f64 = 0.995;
/// The same for R².
const R2_SUSPECT: f64 = 0.95;
const R2_CERTAIN: f64 = 0.995;
/// A correlation or rank correlation with a numeric target that only a copy of it reaches.
const CORRELATION_CERTAIN: f64 = 0.995;
/// Rows below which a perfect score happens by chance.
const LEAKAGE_ROWS_MIN: u64 = 50;
/// Missing or not tells this much (Cramér's V or correlation ratio): the column is filled in by the outcome.
const AFTER_OUTCOME_EFFECT: f64 = 0.6;
/// A side of missing/present with this share of one class, or less, is pure.
const PURE_SHARE: f64 = 0.01;
/// Values on a pure side before purity means anything.
const PURE_ROWS_MIN: u64 = 30;
/// A share of the rarest class below this asks for other metrics than accuracy.
const IMBALANCE_NOTE: f64 = 0.2;
/// A share below this asks for more than that.
const IMBALANCE_WARNING: f64 = 0.05;
/// Rows of a class below this: not two in each of five folds.
const CLASS_ROWS_MIN: u64 = 10;
/// Different values per known row above which classes cannot be meant.
const CLASSES_PER_ROW_MAX: f64 = 0.5;
/// Strength below which a column says nothing.
const SIGNAL_MIN: f64 = 0.02;
/// Skewness of a target that squared error follows into its tail.
const TARGET_SKEW: f64 = 2.0;
/// Rows at a numeric target's end before it counts as a cap, as a share of the known ones.
const CAP_SHARE: f64 = 0.01;
/// Different values of a numeric target below which a frequent one is nothing special.
const CAP_DISTINCT_MIN: u64 = 50;

pub(super) fn look(profile: &Profile, found: &mut Collected) {
    let rows = profile.table.n_rows;
    if rows < ROWS_FEW {
        let severity = if rows < ROWS_MIN { Severity::Error } else { Severity::Warning };
        let reason = if rows == 0 {
            "the table has no rows".to_owned()
        } else {
            format!("the table has {}", plural(rows, "row", "rows"))
        };
        let action = if rows < ROWS_MIN {
            "collect more rows before training"
        } else {
            "prefer simple models and repeated cross-validation; read scores with their intervals"
        };
        found.add(0.0, Kind::TooFewRows, severity, &[], reason, action);
    }
    let Some(target) = &profile.target else {
        return;
    };
    let Some(column) = profile.column(&target.column) else {
        return;
    };
    if !usable(target, column, rows, found) {
        return;
    }
    if column.missing > 0 {
        let reason = format!(
            "{} is missing in {} ({})",
            target.column,
            plural(column.missing, "row", "rows"),
            percent(column.missing_share)
        );
        found.add(
            column.missing_share,
            Kind::TargetMissing,
            Severity::Warning,
            &[&target.column],
            reason,
            "these rows cannot be trained on or scored: leave them out, and ask why their outcome is unknown",
        );
    }
    if target.kind == TargetKind::Regression {
        of_numbers(target, column, found);
    } else if rows >= ROWS_MIN {
        of_classes(target, found);
    }
    leakage(profile, target, found);
    no_signal(profile, target, found);
}

fn usable(target: &TargetSummary, column: &ColumnProfile, rows: u64, found: &mut Collected) -> bool {
    if rows == 0 {
        return false;
    }
    let problem = if target.known == 0 {
        Some((format!("{} has no value", target.column), "choose another target"))
    } else if column.distinct < 2 {
        let value = column.top_values.first().map_or(String::new(), |top| format!(", {:?}", top.value));
        Some((
            format!("{} has one value in all rows{value}", target.column),
            "choose another target, or add rows with other outcomes",
        ))
    } else if target.kind != TargetKind::Regression
        && target.n_classes as f64 > CLASSES_PER_ROW_MAX * target.known as f64
        && target.n_classes > 2
    {
        Some((
            format!(
                "{} has {} different values in {}, too many for classes",
                target.column,
                count(target.n_classes),
                plural(target.known, "row", "rows")
            ),
            "choose a target with a few classes or with numbers",
        ))
    } else {
        None
    };
    match problem {
        Some((reason, action)) => {
            found.add(0.0, Kind::TargetUnusable, Severity::Error, &[&target.column], reason, action);
            false
        }
        None => true,
    }
}

fn of_classes(target: &TargetSummary, found: &mut Collected) {
    let listed_all = target.n_classes == target.classes.len() as u64;
    let rare: Vec<_> = target.classes.iter().filter(|class| class.count < CLASS_ROWS_MIN).collect();
    if !rare.is_empty() || !listed_all {
        let named: Vec<String> = rare
            .iter()
            .rev()
            .take(3)
            .map(|class| format!("{:?} has {}", class.value, plural(class.count, "row", "rows")))
            .collect();
        let reason = if listed_all {
            format!("{}: {}", plural(rare.len() as u64, "class is rare", "classes are rare"), named.join(", "))
        } else {
            format!("{} has {} classes", target.column, count(target.n_classes))
        };
        found.add(
            rare.len() as f64,
            Kind::RareClass,
            Severity::Warning,
            &[&target.column],
            reason,
            "join rare classes or leave their rows out: they cannot be learned and tested at once",
        );
    }
    let Some(rarest) = target.classes.iter().rev().find(|class| class.count >= CLASS_ROWS_MIN) else {
        return;
    };
    let share = rarest.count as f64 / target.known as f64;
    // Many classes are each rare without being unbalanced.
    let even = 1.0 / target.n_classes as f64;
    if share < IMBALANCE_NOTE.min(even * 0.6) {
        let severity = if share < IMBALANCE_WARNING && share < even * 0.2 { Severity::Warning } else { Severity::Note };
        let largest = target.classes.first().map_or(0.0, |class| class.count as f64 / target.known as f64);
        found.add(
            1.0 - share,
            Kind::Imbalance,
            severity,
            &[&target.column],
            format!(
                "{:?} is {} of the rows ({}); always answering {:?} would be {} \
                     accurate",
                rarest.value,
                percent(share),
                count(rarest.count),
                target.classes[0].value,
                percent(largest)
            ),
            "split by class, judge by PR AUC, log loss or balanced accuracy instead of accuracy, and choose the \
             threshold by its cost",
        );
    }
}

fn of_numbers(target: &TargetSummary, column: &ColumnProfile, found: &mut Collected) {
    let Some(numeric) = &column.numeric else {
        return;
    };
    for (end, limit) in [("largest", numeric.max), ("smallest", numeric.min)] {
        let text = crate::cells::float_text(limit).unwrap_or_default();
        let Some(top) = column.top_values.iter().find(|top| top.value == text) else {
            continue;
        };
        let share = top.count as f64 / target.known as f64;
        let usual = target.known as f64 / column.distinct.max(1) as f64;
        if column.distinct >= CAP_DISTINCT_MIN && share >= CAP_SHARE && top.count as f64 >= 5.0 * usual {
            let action = if limit == 0.0 {
                "consider two models: whether it is zero, and how much it is when not"
            } else {
                "the true values may lie beyond: leave these rows out, or judge the model without them"
            };
            found.add(
                share,
                Kind::CappedTarget,
                Severity::Warning,
                &[&target.column],
                format!(
                    "{} of {} ({}) are exactly {}, the {end} value",
                    plural(top.count, "value", "values"),
                    target.column,
                    percent(share),
                    number(limit)
                ),
                action,
            );
        }
    }
    if let Some(skew) = numeric.skew.filter(|skew| *skew > TARGET_SKEW) {
        let positive = numeric.min > 0.0;
        found.add(
            skew,
            Kind::SkewedTarget,
            Severity::Note,
            &[&target.column],
            format!(
                "{} is skewed ({}): its median is {}, its largest value {}",
                target.column,
                number(skew),
                number(numeric.quantiles.p50),
                number(numeric.max)
            ),
            if positive {
                "train on its logarithm, or judge by absolute error"
            } else {
                "judge by absolute error, or by quantile loss"
            },
        );
    }
}

fn leakage(profile: &Profile, target: &TargetSummary, found: &mut Collected) {
    if target.known < LEAKAGE_ROWS_MIN {
        return;
    }
    for column in &profile.columns {
        if column.name == target.column {
            continue;
        }
        let identical =
            profile.pairs.identical.iter().any(|group| group.contains(&column.name) && group.contains(&target.column));
        let pair = profile.pairs.pairs.iter().find(|pair| {
            (pair.a == target.column && pair.b == column.name) || (pair.b == target.column && pair.a == column.name)
        });
        let of_numbers = target.kind == TargetKind::Regression;
        // Between a column and a numeric target, a correlation is the better witness where the target has a long tail.
        let correlation = pair.filter(|pair| of_numbers && pair.spearman.is_some()).map_or(0.0, |pair| {
            let rank_only = pair.spearman.map_or(0.0, f64::abs);
            pair.value.abs().max(rank_only)
        });
        let score = column.signal.as_ref().map(|signal| (signal.measure, signal.score));
        let (suspect, certain) = match score {
            Some((SignalMeasure::RocAuc, auc)) => (auc >= AUC_SUSPECT, auc >= AUC_CERTAIN),
            Some((SignalMeasure::R2, r2)) => {
                (r2 >= R2_SUSPECT || correlation >= 0.98, r2 >= R2_CERTAIN || correlation >= CORRELATION_CERTAIN)
            }
            None => (false, false),
        };
        if identical || suspect {
            let seen = match score {
                _ if identical => format!("{} tells the outcomes apart exactly as {} does", column.name, target.column),
                Some((SignalMeasure::RocAuc, auc)) => {
                    format!("{} alone reaches an AUC of {} for {}", column.name, near_one(auc), target.column)
                }
                Some((SignalMeasure::R2, r2)) if correlation > r2.max(0.0).sqrt() => {
                    format!("{} has a correlation of {} with {}", column.name, near_one(correlation), target.column)
                }
                Some((SignalMeasure::R2, r2)) => {
                    format!("{} alone explains {} of the variance of {}", column.name, percent(r2), target.column)
                }
                None => continue,
            };
            found.add(
                column.signal.as_ref().map_or(1.0, |signal| signal.strength.max(correlation)),
                Kind::LeakageSuspect,
                if identical || certain { Severity::Error } else { Severity::Warning },
                &[&column.name],
                seen,
                "find out when this value becomes known: leave the column out unless that is before the outcome",
            );
        } else if let Some(effect) = column.signal.as_ref().and_then(|signal| signal.missing.as_ref()) {
            after_outcome(column, target, effect, found);
        }
    }
}

/// An AUC or correlation with as many digits as tell it from 1.
fn near_one(value: f64) -> String {
    if value > 0.9995 && value < 1.0 { format!("{:.5}", value.min(0.99999)) } else { format!("{value:.3}") }
}

fn after_outcome(column: &ColumnProfile, target: &TargetSummary, effect: &MissingEffect, found: &mut Collected) {
    let present = target.known.saturating_sub(column.missing);
    let classes = target.kind != TargetKind::Regression;
    let base = effect.when_missing * column.missing_share + effect.when_present * (1.0 - column.missing_share);
    let pure = |share: f64, rows: u64| {
        rows >= PURE_ROWS_MIN && !(PURE_SHARE..=1.0 - PURE_SHARE).contains(&share) && (0.05..=0.95).contains(&base)
    };
    let one_sided = classes
        && effect.p_value < 1e-6
        && (pure(effect.when_present, present) || pure(effect.when_missing, column.missing));
    if effect.effect < AFTER_OUTCOME_EFFECT && !one_sided {
        return;
    }
    let of = match &effect.class {
        Some(class) => format!(
            "{} is {:?} in {} of rows with {}, and in {} without",
            target.column,
            class,
            percent(effect.when_present),
            column.name,
            percent(effect.when_missing)
        ),
        None => format!(
            "{} is {} on average with {}, and {} without",
            target.column,
            number(effect.when_present),
            column.name,
            number(effect.when_missing)
        ),
    };
    found.add(
        effect.effect,
        Kind::KnownAfterOutcome,
        if effect.effect >= 0.9 { Severity::Error } else { Severity::Warning },
        &[&column.name],
        of,
        "it looks filled in after the outcome: leave it out, or show that it is known before",
    );
}

fn no_signal(profile: &Profile, target: &TargetSummary, found: &mut Collected) {
    let measured = target.ranking.len();
    if measured > 0 && profile.table.n_rows >= ROWS_FEW && target.ranking[0].strength < SIGNAL_MIN {
        found.add(
            0.0,
            Kind::NoSignal,
            Severity::Warning,
            &[],
            format!(
                "none of {} says anything about {} by itself; the best is {}",
                plural(measured as u64, "column", "columns"),
                target.column,
                target.ranking[0].column
            ),
            "check that rows and outcomes are joined rightly; only interactions could help a model, so expect little",
        );
    }
}
