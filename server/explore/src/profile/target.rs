//! The column to be predicted.

use std::collections::BTreeMap;

use super::{CLASSES_MAX, RankedColumn, ReadColumn, TargetKind, TargetSummary, VALUE_CHARS_MAX, ValueCount};
use crate::cells::{Cells, MISSING_CODE, MISSING_TIME, float_text};
use crate::markup;

/// Numbers or times with this many different values, or fewer, are classes.
const CLASSES_OF_NUMBERS_MAX: u64 = 2;
/// Whole numbers with this many different values, or fewer, are classes: the rule by which training
/// recognises its task, too.
const CLASSES_OF_WHOLE_NUMBERS_MAX: u64 = 10;

/// The target's values, ready to be compared with.
pub(super) enum Outcome {
    /// A class per row.
    Classes {
        /// Positions in `names`, most frequent first; [`CLASSES_MAX`] for the rarer ones joined;
        /// [`MISSING_CODE`] where unknown.
        codes: Vec<u32>,
        /// The classes told apart, at most [`CLASSES_MAX`].
        names: Vec<ValueCount>,
        /// All different classes.
        n_classes: u64,
    },
    /// A number per row, NaN where unknown or infinite.
    Numbers(Vec<f64>),
}

impl Outcome {
    pub(super) fn kind(&self) -> TargetKind {
        match self {
            Self::Numbers(_) => TargetKind::Regression,
            Self::Classes { n_classes, .. } if *n_classes <= 2 => TargetKind::Binary,
            Self::Classes { .. } => TargetKind::Multiclass,
        }
    }

    /// Whether the target is known in a row.
    pub(super) fn is_known(&self, row: usize) -> bool {
        match self {
            Self::Numbers(values) => !values[row].is_nan(),
            Self::Classes { codes, .. } => codes[row] != MISSING_CODE,
        }
    }
}

/// Whether different numbers, this many, tell classes apart.
fn are_classes(distinct: u64, values: &[f64]) -> bool {
    let whole = || values.iter().filter(|value| value.is_finite()).all(|value| value.fract() == 0.0);
    distinct <= CLASSES_OF_NUMBERS_MAX || (distinct <= CLASSES_OF_WHOLE_NUMBERS_MAX && whole())
}

/// Reads the target: numbers and times are numbers, unless there are just a few of them; all else is classes.
pub(super) fn outcome(column: &ReadColumn<'_>) -> Outcome {
    match &column.cells {
        Cells::Numbers(numbers) if !are_classes(column.profile.distinct, &numbers.values) => Outcome::Numbers(
            numbers.values.iter().map(|value| if value.is_finite() { *value } else { f64::NAN }).collect(),
        ),
        Cells::Times(times) if column.profile.distinct > CLASSES_OF_NUMBERS_MAX => Outcome::Numbers(
            times.micros.iter().map(|time| if *time == MISSING_TIME { f64::NAN } else { *time as f64 }).collect(),
        ),
        Cells::Labels(labels) => classes(
            &labels.codes,
            &labels
                .levels
                .iter()
                .zip(&labels.counts)
                .map(|(level, count)| (level.to_string(), *count))
                .collect::<Vec<_>>(),
        ),
        cells => {
            let mut levels: BTreeMap<u64, u32> = BTreeMap::new();
            let mut named: Vec<(String, u64)> = Vec::new();
            let rows = column.series.len();
            let codes: Vec<u32> = (0..rows)
                .map(|row| {
                    if cells.is_missing(row) {
                        return MISSING_CODE;
                    }
                    let code = *levels.entry(cells.identity(row)).or_insert_with(|| {
                        let name = match cells {
                            Cells::Numbers(numbers) => float_text(numbers.values[row]),
                            _ => super::cell_text(column.series, row),
                        };
                        named.push((name.unwrap_or_default(), 0));
                        (named.len() - 1) as u32
                    });
                    named[code as usize].1 += 1;
                    code
                })
                .collect();
            classes(&codes, &named)
        }
    }
}

/// Classes renumbered from the most frequent.
fn classes(codes: &[u32], named: &[(String, u64)]) -> Outcome {
    let n_classes = named.len() as u64;
    let mut order: Vec<usize> = (0..named.len()).collect();
    order.sort_by(|&a, &b| named[b].1.cmp(&named[a].1).then_with(|| named[a].0.cmp(&named[b].0)));
    let mut rank = vec![0_u32; named.len()];
    for (position, &level) in order.iter().enumerate() {
        rank[level] = position.min(CLASSES_MAX) as u32;
    }
    let names = order
        .iter()
        .take(CLASSES_MAX)
        .map(|&level| ValueCount { value: markup::shorten(&named[level].0, VALUE_CHARS_MAX), count: named[level].1 })
        .collect();
    let codes =
        codes.iter().map(|code| if *code == MISSING_CODE { MISSING_CODE } else { rank[*code as usize] }).collect();
    Outcome::Classes { codes, names, n_classes }
}

/// Describes the target once every column has its signal.
pub(super) fn summary(columns: &[ReadColumn<'_>], index: usize, outcome: &Outcome) -> TargetSummary {
    let profile = &columns[index].profile;
    let rows = columns[index].series.len();
    let mut ranking: Vec<RankedColumn> = columns
        .iter()
        .filter_map(|column| {
            let signal = column.profile.signal.as_ref()?;
            Some(RankedColumn { column: column.profile.name.clone(), strength: signal.strength, score: signal.score })
        })
        .collect();
    ranking.sort_by(|a, b| b.strength.total_cmp(&a.strength).then(b.score.total_cmp(&a.score)));
    let (classes, n_classes) = match outcome {
        Outcome::Classes { names, n_classes, .. } => (names.clone(), *n_classes),
        Outcome::Numbers(_) => (Vec::new(), 0),
    };
    TargetSummary {
        column: profile.name.clone(),
        kind: outcome.kind(),
        known: (0..rows).filter(|row| outcome.is_known(*row)).count() as u64,
        classes,
        n_classes,
        ranking,
    }
}
