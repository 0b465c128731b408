//! What matters about the target, and columns that say too much of it.

use super::order::Collected;
use super::{FindingKind as Kind, Severity};
use crate::markup::{count, number, percent, plural};
use crate::profile::{
    ColumnProfile, MissingEffect, Pair, PairMeasure, Profile, SignalMeasure, TargetKind, TargetSummary,
};

/// Fewer rows than this, and a held-out fifth says little: its accuracy is known to ±14 points at best.
const ROWS_FEW: u64 = 200;
/// Fewer rows than this cannot be split and scored at all.
const ROWS_MIN: u64 = 20;
/// How much one column alone says of the target (`2 * AUC - 1`, R² or the square of a correlation) that real
/// features hardly ever reach: an AUC, or a correlation, of 0.99.
const SAYS_SUSPECT: f64 = 0.98;
/// The same of a column that stands far above all others: an AUC of 0.97, a correlation of 0.97. Without such a
/// distance it is a good feature of an easy problem: the petals of Iris alone reach an AUC of 0.988, the largest
/// perimeter of the breast cancer data one of 0.973, and others come close.
const SAYS_SUSPECT_ALONE: f64 = 0.94;
/// How far above the second best column that is: 0.15 of AUC.
const STANDS_OUT: f64 = 0.3;
/// What only a copy of the outcome reaches: an AUC, or a correlation, of 0.995.
const SAYS_CERTAIN: f64 = 0.99;
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
    for (end, limit, rows) in [("largest", numeric.max, numeric.at_max), ("smallest", numeric.min, numeric.at_min)] {
        let share = rows as f64 / target.known as f64;
        let usual = target.known as f64 / column.distinct.max(1) as f64;
        if column.distinct >= CAP_DISTINCT_MIN && share >= CAP_SHARE && rows as f64 >= 5.0 * usual {
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
                    plural(rows, "value", "values"),
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
    let told: Vec<Told<'_>> = profile
        .columns
        .iter()
        .filter(|column| column.name != target.column)
        .map(|column| Told::of(column, profile, target))
        .collect();
    for (index, told_by) in told.iter().enumerate() {
        let Told { column, says, correlation } = *told_by;
        let identical =
            profile.pairs.identical.iter().any(|group| group.contains(&column.name) && group.contains(&target.column));
        let others = told.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, other)| other.says);
        let stands_out = says - others.fold(0.0, f64::max) >= STANDS_OUT;
        let suspect = says >= SAYS_SUSPECT || (says >= SAYS_SUSPECT_ALONE && stands_out);
        let score = column.signal.as_ref().map(|signal| (signal.measure, signal.score));
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
                if identical || says >= SAYS_CERTAIN { Severity::Error } else { Severity::Warning },
                &[&column.name],
                seen,
                "find out when this value becomes known: leave the column out unless that is before the outcome",
            );
        } else if let Some(effect) = column.signal.as_ref().and_then(|signal| signal.missing.as_ref()) {
            after_outcome(column, target, effect, found);
        }
    }
}

/// What a column alone tells about the target.
#[derive(Clone, Copy)]
struct Told<'p> {
    column: &'p ColumnProfile,
    /// In [0, 1]: `2 * AUC - 1`, or the larger of R² and the square of the correlation.
    says: f64,
    /// The larger of correlation and rank correlation in size, of two numeric columns with enough rows in
    /// common: the better witness where the target has a long tail. Else 0.
    correlation: f64,
}

impl<'p> Told<'p> {
    fn of(column: &'p ColumnProfile, profile: &Profile, target: &TargetSummary) -> Self {
        let is_of_both = |pair: &Pair| {
            (pair.a == target.column && pair.b == column.name) || (pair.b == target.column && pair.a == column.name)
        };
        let correlation = profile
            .pairs
            .pairs
            .iter()
            .find(|pair| is_of_both(pair))
            .filter(|pair| target.kind == TargetKind::Regression && pair.measure == PairMeasure::Pearson)
            .filter(|pair| pair.rows >= LEAKAGE_ROWS_MIN)
            .map_or(0.0, Pair::strength);
        let says = column.signal.as_ref().map_or(0.0, |signal| match signal.measure {
            SignalMeasure::RocAuc => signal.strength,
            SignalMeasure::R2 => signal.strength.max(correlation * correlation),
        });
        Self { column, says, correlation }
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
