//! What a search keeps of each candidate that it has tried, so that another one with the same rows, options and seed
//! goes on from there instead of fitting them again.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::Candidate;
use super::plan::Plan;
use super::trial::Tried;
use crate::learners::LearnerSpec;

/// Where it is kept. What is lost there costs time and nothing else.
pub trait Memory {
    /// What was kept at a position of the search.
    fn recall(&self, position: usize) -> Option<Vec<u8>>;
    /// Keeps bytes for a position.
    fn keep(&self, position: usize, bytes: &[u8]);
}

/// A candidate that was tried to its end.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// Rows that were not held out for the test.
    n_rows: usize,
    spec: LearnerSpec,
    candidate: Candidate,
    complexity: (usize, usize),
    rounds: Option<usize>,
    threshold: Option<f64>,
    outputs: Vec<Outputs>,
}

#[derive(Serialize, Deserialize)]
struct Outputs {
    n_outputs: usize,
    values: Vec<f64>,
}

/// The bytes for a candidate; none for one that time cut short, which deserves another try.
pub(super) fn bytes_of(tried: &Tried, plan: &Plan) -> Option<Vec<u8>> {
    if tried.cut_short {
        return None;
    }
    let outputs = |fold: &Array2<f64>| Outputs { n_outputs: fold.ncols(), values: fold.iter().copied().collect() };
    let kept = Kept {
        n_rows: plan.train_rows.len(),
        spec: tried.spec.clone(),
        candidate: tried.candidate.clone(),
        complexity: tried.complexity,
        rounds: tried.rounds,
        threshold: tried.threshold,
        outputs: tried.outputs.iter().map(outputs).collect(),
    };
    rmp_serde::to_vec_named(&kept).ok()
}

/// The candidate again; none when the bytes are damaged, of another candidate, or of other rows.
pub(super) fn candidate_of(bytes: &[u8], spec: &LearnerSpec, position: usize, plan: &Plan) -> Option<Tried> {
    let kept: Kept = rmp_serde::from_slice(bytes).ok()?;
    let outputs: Option<Vec<Array2<f64>>> = kept
        .outputs
        .into_iter()
        .map(|fold| {
            Array2::from_shape_vec((fold.values.len().checked_div(fold.n_outputs)?, fold.n_outputs), fold.values).ok()
        })
        .collect();
    let outputs = outputs?;
    // A candidate without a score has none.
    let fits = outputs.iter().map(Array2::nrows).eq(plan.folds.iter().map(|fold| fold.valid.len()))
        && outputs.iter().all(|fold| fold.ncols() == plan.train_target.n_outputs());
    if kept.n_rows != plan.train_rows.len()
        || kept.spec != *spec
        || kept.complexity.1 != position
        || !(fits || outputs.is_empty())
    {
        return None;
    }
    Some(Tried {
        candidate: kept.candidate,
        spec: kept.spec,
        complexity: kept.complexity,
        rounds: kept.rounds,
        cut_short: false,
        threshold: kept.threshold,
        outputs,
        members: Vec::new(),
    })
}
