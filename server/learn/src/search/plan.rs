//! Which rows are held out, which are learned from, and in which folds.

use super::SearchOptions;
use crate::metrics::{self, Metric};
use crate::split::{self, OwnedSplit, Parts, SplitKind};
use crate::target::EncodedTarget;
use crate::{Frame, LearnError, Predictions, Target, Task};

/// Rows of the smaller class that it takes: one to test on, two to cross-validate on.
const CLASS_ROWS_MIN: usize = 3;
/// Rows that it takes at least, whatever the target.
const ROWS_MIN: usize = 6;
/// Rows × columns × outputs above which one part of the rows tells candidates apart well enough, and
/// folds would cost their number in time.
const CELLS_FOR_FOLDS_MAX: usize = 5_000_000;
/// The share of that part.
const ONE_PART_FRACTION: f64 = 0.2;

/// How the rows are set apart.
pub(super) struct Plan {
    /// Positions in the frame, increasing.
    pub(super) train_rows: Vec<usize>,
    /// Positions in the frame, increasing.
    pub(super) test_rows: Vec<usize>,
    /// The target of `train_rows`.
    pub(super) train_target: Target,
    /// The target of `test_rows`.
    pub(super) test_target: Target,
    /// How `train_rows` are set apart further.
    pub(super) kind: OwnedSplit,
    /// Positions in `train_rows`; each fold can be learned from and scored.
    pub(super) folds: Vec<Parts>,
    /// How, in words.
    pub(super) split: String,
    pub(super) warnings: Vec<String>,
}

impl Plan {
    /// The parts of progress that a candidate takes: its folds, and its place among the others.
    pub(super) fn parts_of_candidate(&self) -> usize {
        self.folds.len() + 1
    }

    /// `n_columns` is the number of columns to learn from.
    pub(super) fn new(
        frame: &Frame,
        n_columns: usize,
        target: &EncodedTarget,
        options: &SearchOptions<'_>,
    ) -> Result<Self, LearnError> {
        if frame.n_rows() != target.target.len() {
            return Err(LearnError::Shape(format!(
                "the table has {} rows and the target {}, expected only the rows that have a target",
                frame.n_rows(),
                target.target.len()
            )));
        }
        check_enough(target)?;
        let Parts { train, valid } =
            split::holdout(&target.target, options.test_fraction, options.split, options.seed)?;
        let train_target = target.target.take(&train);
        let owned = options.split.of_rows(&train);
        let kind = owned.kind();
        let mut warnings = Vec::new();
        let n_cells = train.len().saturating_mul(n_columns).saturating_mul(margins(&train_target));
        let folds = if options.folds.is_none() && n_cells > CELLS_FOR_FOLDS_MAX {
            one_part(&train_target, kind, options)?
        } else {
            folds(&train_target, target, kind, options, &mut warnings)?
        };
        let split = in_words(kind, &target.target, valid.len(), &folds);
        let test_target = target.target.take(&valid);
        Ok(Self { train_rows: train, test_rows: valid, test_target, train_target, kind: owned, folds, split, warnings })
    }
}

/// How many numbers a learner works out for each row.
fn margins(target: &Target) -> usize {
    match target.n_outputs() {
        2 => 1,
        n => n,
    }
}

/// One part of the rows to choose by, the rest to learn from.
fn one_part(train: &Target, kind: SplitKind<'_>, options: &SearchOptions<'_>) -> Result<Vec<Parts>, LearnError> {
    let parts = split::holdout(train, ONE_PART_FRACTION, kind, options.seed.derive("validation"))?;
    if is_usable(train, &parts, options.metric) {
        return Ok(vec![parts]);
    }
    Err(unsuitable(
        format!("a part of {} rows cannot be scored by {} (one class only)", parts.valid.len(), options.metric),
        "set folds, or choose another metric",
    ))
}

fn check_enough(target: &EncodedTarget) -> Result<(), LearnError> {
    let encoded = &target.target;
    if encoded.len() < ROWS_MIN {
        return Err(unsuitable(
            format!("{} row(s) have a target {:?}, expected at least {ROWS_MIN}", encoded.len(), target.name),
            "give a table with more rows",
        ));
    }
    let counts = class_counts(encoded);
    if target.task == Task::Binary
        && let Some(class) = (0..counts.len()).find(|&class| counts[class] < CLASS_ROWS_MIN)
    {
        return Err(unsuitable(
            format!(
                "class {:?} of {:?} has {} row(s), expected at least {CLASS_ROWS_MIN}: one to test on and two to cross-validate on",
                target.classes[class], target.name, counts[class]
            ),
            "give more rows of that class",
        ));
    }
    if target.task == Task::Multiclass && counts.iter().filter(|&&count| count >= CLASS_ROWS_MIN).count() < 2 {
        return Err(unsuitable(
            format!("fewer than two classes of {:?} have at least {CLASS_ROWS_MIN} rows", target.name),
            "is it an id? choose another target, group its values, or ask for task regression if it is a number",
        ));
    }
    Ok(())
}

fn folds(
    train: &Target,
    target: &EncodedTarget,
    kind: SplitKind<'_>,
    options: &SearchOptions<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<Parts>, LearnError> {
    let n = train.len();
    let counts = class_counts(train);
    let in_time = matches!(kind, SplitKind::TimeOrdered(_));
    let by_groups = match kind {
        SplitKind::Grouped(groups) | SplitKind::StratifiedGrouped(groups) => split::n_groups(groups),
        _ => n,
    };
    // Two rows a fold at least (R² takes two), and in binary tasks one of each class.
    let by_rows = if in_time { (n / 2).saturating_sub(1) } else { n / 2 };
    let by_class = if target.task == Task::Binary && !in_time { counts.iter().copied().min().unwrap_or(n) } else { n };
    let most = by_rows.min(by_class).min(by_groups).max(2);
    let asked = options.folds.unwrap_or(super::FOLDS_DEFAULT);
    let n_folds = asked.min(most);
    if n_folds < asked {
        let why = if by_groups < by_rows.min(by_class) {
            "there are few groups"
        } else if by_class < by_rows {
            "the smaller class has few rows"
        } else {
            "there are few rows"
        };
        warnings.push(format!("{n_folds} folds instead of {asked}: {why}"));
    }
    let rare: Vec<String> = counts
        .iter()
        .zip(&target.classes)
        .filter(|(count, _)| **count < n_folds)
        .map(|(count, class)| format!("{class:?} ({count})"))
        .collect();
    if target.task == Task::Multiclass && !rare.is_empty() {
        let shown = rare.len().min(super::NAMES_SHOWN_MAX);
        warnings.push(format!(
            "{} class(es) have fewer training rows than folds, so not every fold has them: {}",
            rare.len(),
            rare[..shown].join(", ")
        ));
    }
    let all = split::folds(train, n_folds, kind, options.seed)?;
    let n_all = all.len();
    let usable: Vec<Parts> = all.into_iter().filter(|parts| is_usable(train, parts, options.metric)).collect();
    if usable.is_empty() {
        return Err(unsuitable(
            format!(
                "no fold has rows to learn from and to score {} on (one class only, or too few rows)",
                options.metric
            ),
            "give more rows, fewer folds, or another metric",
        ));
    }
    if usable.len() < n_folds {
        let lost = n_folds - n_all + (n_all - usable.len());
        warnings.push(format!("{lost} of {n_folds} folds were left out: one class only, or all rows at one time"));
    }
    Ok(usable)
}

/// Whether a fold has at least two classes to learn from and rows on which the metric has a value.
fn is_usable(target: &Target, parts: &Parts, metric: Metric) -> bool {
    let learned = target.take(&parts.train);
    let n_present = class_counts(&learned).iter().filter(|&&count| count > 0).count();
    if matches!(learned, Target::Class { .. }) && n_present < 2 {
        return false;
    }
    let scored = target.take(&parts.valid);
    let any = match &scored {
        Target::Class { codes, n_classes } => Predictions::Classes {
            labels: vec![0; codes.len()],
            probabilities: ndarray::Array2::from_elem((codes.len(), *n_classes), 1.0 / *n_classes as f64),
        },
        Target::Number(values) => Predictions::Numbers(vec![0.0; values.len()]),
    };
    metrics::compute(metric, &scored, &any).is_ok()
}

/// Rows of each class; empty for numbers.
fn class_counts(target: &Target) -> Vec<usize> {
    let Target::Class { codes, n_classes } = target else { return Vec::new() };
    let mut counts = vec![0; *n_classes];
    for &code in codes {
        counts[code as usize] += 1;
    }
    counts
}

fn in_words(kind: SplitKind<'_>, target: &Target, n_test: usize, folds: &[Parts]) -> String {
    let n = target.len();
    let percent = 100.0 * n_test as f64 / n as f64;
    let share = format!("{n_test} of {n} rows ({percent:.0} %)");
    let how = match (kind, target) {
        (SplitKind::TimeOrdered(_), _) => {
            let n_folds = folds.len();
            return format!(
                "ordered in time: the last {share} held out for the test; {n_folds} fold(s) in the rest learn from the past only"
            );
        }
        (SplitKind::Stratified, Target::Class { .. }) => "stratified by class",
        (SplitKind::StratifiedGrouped(_), Target::Class { .. }) => "by whole groups, stratified by class",
        (SplitKind::Grouped(_) | SplitKind::StratifiedGrouped(_), _) => "by whole groups",
        _ => "random",
    };
    let choice = match folds {
        [only] => format!("{} of the rest to choose by", only.valid.len()),
        several => format!("{}-fold cross-validation on the rest", several.len()),
    };
    format!("{how}: {share} held out for the test, {choice}")
}

fn unsuitable(message: String, hint: &str) -> LearnError {
    LearnError::UnsuitableData { message, hint: hint.to_owned() }
}
