//! Where a model errs: parts of the rows, by one column or two, on which its loss is larger than on the
//! others (after Chung et al. 2019, "Slice Finder").

use std::collections::BTreeMap;

use mlwright_base::{CancelToken, Cancelled};
use mlwright_explore::stats::{GroupMoments, benjamini_hochberg, welch};
use mlwright_learn::evaluate::segment_labels;
use mlwright_learn::{Column, Predictions, Target};
use serde::{Deserialize, Serialize};

use super::estimate::{Estimate, tidy};
use super::outcomes::Outcomes;

/// The fewest rows of a part that is looked at, and the least share of all rows.
const ROWS_MIN: usize = 30;
const SHARE_MIN: f64 = 0.01;
/// The largest share of the rows: the rest must be enough to compare with.
const SHARE_MAX: f64 = 0.9;
/// Parts of one column that are looked at: the largest.
const PARTS_MAX: usize = 20;
/// The most columns that are combined by two.
const PAIR_COLUMNS_MAX: usize = 10;
/// How much larger than on the other rows the loss must be to be worth a word.
const RATIO_MIN: f64 = 1.1;
/// The share of the listed parts that may be chance.
pub const ALPHA: f64 = 0.05;
/// The most parts that are listed.
pub const LISTED_MAX: usize = 10;
/// Probabilities are taken to be at least this, as in the log loss.
const PROBABILITY_MIN: f64 = 1e-15;

/// Where a model errs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slices {
    /// What is larger there: `log loss` or `absolute error`.
    pub loss: String,
    /// Its mean on all rows.
    pub mean_loss: f64,
    /// Classes: the share of all rows whose class is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_rate: Option<f64>,
    /// Rows that it is measured on.
    pub n_rows: usize,
    /// The fewest rows of a part that was looked at.
    pub rows_min: usize,
    /// Parts that were looked at.
    pub n_tested: usize,
    /// Parts that do significantly worse, in all.
    pub n_worse: usize,
    /// Those that say most: where the loss is larger by the number of their rows, without those that do no
    /// worse beyond the rows of the ones before.
    pub worse: Vec<Slice>,
}

/// A part of the rows on which the model does worse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    /// What its rows have in common: one condition or two.
    pub conditions: Vec<Condition>,
    /// Rows in it.
    pub n_rows: usize,
    /// The mean loss on them.
    pub loss: f64,
    /// The mean loss on the other rows.
    pub loss_of_others: f64,
    /// The 95 % interval of the difference (Welch 1947): low and high.
    pub interval: [f64; 2],
    /// The chance of such a difference by luck, corrected for all that was looked at (Benjamini and
    /// Hochberg 1995).
    pub q_value: f64,
    /// Classes: the share of its rows whose class is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_rate: Option<Estimate>,
}

/// What rows have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The column.
    pub column: String,
    /// Its value, or the interval of its values; absent for rows without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl Condition {
    /// E.g. `tenure in [1, 9)` or `Contract is Two year`.
    #[must_use]
    pub fn in_words(&self) -> String {
        match &self.value {
            None => format!("{} is missing", self.column),
            Some(value) if value.starts_with('[') && value.ends_with([']', ')']) && value.contains(", ") => format!("{} in {}", self.column, tidy_interval(value)),
            Some(value) => format!("{} is {value}", self.column),
        }
    }
}

/// `[4.6998750000000005, 15.0001]` as `[4.69988, 15.0001]`.
fn tidy_interval(interval: &str) -> String {
    let inner = &interval[1..interval.len() - 1];
    let ends: Vec<String> = inner.split(", ").map(|end| end.parse().map_or_else(|_| end.chars().take(40).collect(), tidy)).collect();
    format!("[{}{}", ends.join(", "), &interval[interval.len() - 1..])
}

/// The loss of each row, and what it is called; `None` when the two are of different kinds.
pub(super) fn losses(target: &Target, predictions: &Predictions) -> Option<(&'static str, Vec<f64>)> {
    match (target, predictions) {
        (Target::Class { codes, .. }, Predictions::Classes { probabilities, .. }) => {
            let of = |(row, &code): (usize, &u32)| -probabilities[(row, code as usize)].max(PROBABILITY_MIN).ln();
            Some(("log loss", codes.iter().enumerate().map(of).collect()))
        }
        (Target::Number(actual), Predictions::Numbers(predicted)) => {
            Some(("absolute error", actual.iter().zip(predicted).map(|(y, p)| (y - p).abs()).collect()))
        }
        _ => None,
    }
}

/// One part of the rows by one column.
struct Part {
    column: usize,
    value: Option<String>,
    rows: Vec<u32>,
}

/// A part that was tested.
struct Tested {
    parts: Vec<usize>,
    n: usize,
    loss: f64,
    others: f64,
    p_value: f64,
    interval: [f64; 2],
}

/// Looks at the parts of every column, and of each two of the first ten. `columns` are in the order of
/// their importance, each with one row for each loss.
///
/// # Errors
/// [`Cancelled`].
pub(super) fn find(
    (loss, losses): (&str, &[f64]),
    outcomes: Outcomes<'_>,
    columns: &[(&str, &Column)],
    cancel: &CancelToken,
) -> Result<Option<Slices>, Cancelled> {
    let n = losses.len();
    if n == 0 || losses.iter().any(|loss| !loss.is_finite()) {
        return Ok(None);
    }
    let mean = losses.iter().sum::<f64>() / n as f64;
    let rows_min = ROWS_MIN.max((n as f64 * SHARE_MIN).ceil() as usize);
    let whole = Whole::new(losses, mean);
    let mut parts: Vec<Part> = Vec::new();
    for (position, (_, column)) in columns.iter().enumerate() {
        cancel.check()?;
        parts.extend(parts_of(position, column, rows_min));
    }
    let mut tested: Vec<Tested> = Vec::new();
    let mut of_part: Vec<Option<usize>> = Vec::with_capacity(parts.len());
    for (at, part) in parts.iter().enumerate() {
        let found = whole.test(vec![at], &part.rows);
        of_part.push(found.is_some().then_some(tested.len()));
        tested.extend(found);
    }
    let mut member = vec![false; n];
    for (at, first) in parts.iter().enumerate().filter(|(_, part)| part.column < PAIR_COLUMNS_MAX) {
        cancel.check()?;
        first.rows.iter().for_each(|&row| member[row as usize] = true);
        for (other, second) in parts.iter().enumerate().skip(at + 1).filter(|(_, part)| part.column < PAIR_COLUMNS_MAX && part.column != first.column) {
            let both: Vec<u32> = second.rows.iter().copied().filter(|&row| member[row as usize]).collect();
            if both.len() >= rows_min {
                tested.extend(whole.test(vec![at, other], &both));
            }
        }
        first.rows.iter().for_each(|&row| member[row as usize] = false);
    }
    let q_values = benjamini_hochberg(&tested.iter().map(|one| one.p_value).collect::<Vec<_>>());
    // Two conditions say something only where both together are worse than each alone.
    let says_more = |one: &Tested| {
        one.parts.len() == 1 || one.parts.iter().all(|&part| of_part[part].is_none_or(|single| one.loss >= RATIO_MIN * tested[single].loss))
    };
    let mut worse: Vec<usize> = (0..tested.len())
        .filter(|&at| q_values[at] <= ALPHA && tested[at].loss >= RATIO_MIN * tested[at].others && says_more(&tested[at]))
        .collect();
    let excess = |at: &usize| (tested[*at].loss - tested[*at].others) * (tested[*at].n as f64).sqrt();
    worse.sort_by(|a, b| excess(b).total_cmp(&excess(a)).then(a.cmp(b)));
    let n_worse = worse.len();
    let mut covered = vec![false; n];
    let mut chosen: Vec<(usize, Vec<u32>)> = Vec::new();
    for at in worse {
        if chosen.len() == LISTED_MAX {
            break;
        }
        cancel.check()?;
        let rows = rows_of(&parts, &tested[at].parts);
        if whole.is_worse_beyond(&rows, &covered, rows_min) {
            rows.iter().for_each(|&row| covered[row as usize] = true);
            chosen.push((at, rows));
        }
    }
    let listed = chosen.into_iter().map(|(at, rows)| {
        let one = &tested[at];
        Slice {
            conditions: one.parts.iter().map(|&part| Condition { column: columns[parts[part].column].0.to_owned(), value: parts[part].value.clone() }).collect(),
            n_rows: one.n,
            loss: one.loss,
            loss_of_others: one.others,
            interval: one.interval,
            q_value: q_values[at],
            error_rate: error_rate(outcomes, &rows),
        }
    });
    let all: Vec<u32> = (0..n as u32).collect();
    Ok(Some(Slices {
        loss: loss.to_owned(),
        mean_loss: mean,
        error_rate: error_rate(outcomes, &all).map(|rate| rate.value),
        n_rows: n,
        rows_min,
        n_tested: tested.len(),
        n_worse,
        worse: listed.collect(),
    }))
}

fn error_rate(outcomes: Outcomes<'_>, rows: &[u32]) -> Option<Estimate> {
    let Outcomes::Classes { actual, predicted, .. } = outcomes else { return None };
    Estimate::share(rows.iter().filter(|&&row| actual[row as usize] != predicted[row as usize]).count(), rows.len())
}

/// The rows that all these parts hold.
fn rows_of(parts: &[Part], of: &[usize]) -> Vec<u32> {
    let [first, others @ ..] = of else { return Vec::new() };
    // Rows of a part are increasing.
    parts[*first].rows.iter().copied().filter(|row| others.iter().all(|&other| parts[other].rows.binary_search(row).is_ok())).collect()
}

/// The parts of one column that are large enough, and not nearly all.
fn parts_of(position: usize, column: &Column, rows_min: usize) -> Vec<Part> {
    let n = column.len();
    let labels = segment_labels(column);
    let mut rows_of: BTreeMap<Option<&str>, Vec<u32>> = BTreeMap::new();
    for (row, label) in labels.iter().enumerate() {
        rows_of.entry(label.as_deref()).or_default().push(row as u32);
    }
    let mut parts: Vec<Part> = rows_of
        .into_iter()
        .filter(|(_, rows)| rows.len() >= rows_min && (rows.len() as f64) <= SHARE_MAX * n as f64)
        .map(|(value, rows)| Part { column: position, value: value.map(str::to_owned), rows })
        .collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.rows.len()));
    parts.truncate(PARTS_MAX);
    parts
}

/// All rows: their losses about the mean, and the sums of them.
struct Whole {
    centred: Vec<f64>,
    mean: f64,
    sum: f64,
    sum_of_squares: f64,
}

impl Whole {
    fn new(losses: &[f64], mean: f64) -> Self {
        let centred: Vec<f64> = losses.iter().map(|loss| loss - mean).collect();
        let (sum, sum_of_squares) = (centred.iter().sum(), centred.iter().map(|loss| loss * loss).sum());
        Self { centred, mean, sum, sum_of_squares }
    }

    /// Whether enough of these rows are not covered yet, and do worse than the others that are not.
    fn is_worse_beyond(&self, rows: &[u32], covered: &[bool], rows_min: usize) -> bool {
        let free: Vec<u32> = rows.iter().copied().filter(|&row| !covered[row as usize]).collect();
        let n_free = covered.iter().filter(|covered| !**covered).count();
        if free.len() < rows_min || n_free <= free.len() {
            return false;
        }
        let all: f64 = covered.iter().zip(&self.centred).filter(|(covered, _)| !**covered).map(|(_, loss)| loss).sum();
        let inside: f64 = free.iter().map(|&row| self.centred[row as usize]).sum();
        let outside = (all - inside) / (n_free - free.len()) as f64;
        inside / free.len() as f64 + self.mean >= RATIO_MIN * (outside + self.mean)
    }

    /// Whether the loss of these rows is larger than that of the others; `None` where that cannot be told.
    fn test(&self, parts: Vec<usize>, rows: &[u32]) -> Option<Tested> {
        let (mut sum, mut squares) = (0.0, 0.0);
        for &row in rows {
            let loss = self.centred[row as usize];
            sum += loss;
            squares += loss * loss;
        }
        let (n, n_all) = (rows.len() as f64, self.centred.len() as f64);
        let part = GroupMoments::from_sums(n, sum, squares);
        let others = GroupMoments::from_sums(n_all - n, self.sum - sum, self.sum_of_squares - squares);
        let test = welch(part, others)?;
        Some(Tested {
            parts,
            n: rows.len(),
            loss: part.mean + self.mean,
            others: others.mean + self.mean,
            p_value: test.p_value,
            interval: [test.low, test.high],
        })
    }
}

#[cfg(test)]
mod tests;
