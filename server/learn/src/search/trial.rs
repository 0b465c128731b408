//! Trying one candidate: prepare, fit and score each fold.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mlwright_base::CancelToken;
use ndarray::Array2;
use rayon::prelude::*;
use serde_json::json;

use super::meter::{Deadline, FitProgress, Limit, Meter};
use super::plan::Plan;
use super::race::Race;
use super::standing::standing;
use super::threshold::{self, THRESHOLD_DEFAULT};
use super::{Candidate, Memory, MemoryLimit, SearchContext, SearchOptions, memory};
use crate::calibrate::HeldOut;
use crate::contract::MatrixInfo;
use crate::learners::{self, LearnerSpec};
use crate::metrics;
use crate::split::{self, OwnedSplit, Parts, SplitKind};
use crate::target::EncodedTarget;
use crate::{
    Estimator, Feature, FitContext, Frame, LearnError, Predictions, Preparation, PreparationSpec, Preparer, Target,
    Task,
};

/// Share of a training fold on which boosting decides when to stop.
const EARLY_STOP_FRACTION: f64 = 0.15;
/// Rows below which such a share says nothing: then all rows are learned from, for all rounds.
const EARLY_STOP_ROWS_MIN: usize = 30;
/// Bytes of prepared matrices that are kept for the next candidate.
const KEPT_BYTES_MAX: usize = 1 << 30;
/// The rarest class's rows in such a share, below which it says nothing.
const EARLY_STOP_CLASS_ROWS_MIN: usize = 10;
/// The most rounds where nothing says when to stop: what scikit-learn's boosting makes for tables
/// that are too small for early stopping.
const ROUNDS_UNWATCHED: usize = 100;
/// Bytes of all folds' prepared matrices up to which folds are fitted at the same time.
const PARALLEL_BYTES_MAX: usize = 1 << 30;

/// A candidate that was tried.
pub(super) struct Tried {
    pub(super) candidate: Candidate,
    pub(super) spec: LearnerSpec,
    /// (position of the learner from simple to strong, position in the queue).
    pub(super) complexity: (usize, usize),
    /// The rounds that the folds made: their median.
    pub(super) rounds: Option<usize>,
    /// Whether time ended a fit before it was done.
    pub(super) cut_short: bool,
    /// The decision threshold for binary tasks.
    pub(super) threshold: Option<f64>,
    /// What was predicted for the rows that each fold left out, as long as it may be mixed with others'.
    pub(super) outputs: Vec<Array2<f64>>,
    /// The candidates whose predictions it mixes, by their position in the queue, with their weights.
    pub(super) members: Vec<(usize, f64)>,
}

/// What came of trying.
pub(super) enum Outcome {
    Tried(Box<Tried>),
    /// The limit was reached before the folds were done.
    OutOfTime,
}

/// What all candidates have in common.
pub(super) struct Workbench<'a> {
    pub(super) features: &'a [Feature],
    pub(super) target: &'a EncodedTarget,
    pub(super) plan: &'a Plan,
    pub(super) options: &'a SearchOptions<'a>,
    pub(super) cancel: &'a CancelToken,
    pub(super) elapsed: &'a (dyn Fn() -> Duration + Sync),
    pub(super) memory_limit: Option<MemoryLimit<'a>>,
    meter: &'a Meter<'a>,
    /// The training rows.
    pub(super) training: Frame,
    kept: Mutex<Kept>,
}

/// Prepared folds, by fold, preparation, and whether early-stopping rows are set apart.
#[derive(Default)]
struct Kept {
    folds: HashMap<(usize, String, bool), Arc<PreparedFold>>,
    bytes: usize,
}

struct PreparedFold {
    matrix: MatrixInfo,
    x: Array2<f64>,
    y: Target,
    early_stop: Option<(Array2<f64>, Target)>,
    valid_x: Array2<f64>,
}

impl PreparedFold {
    fn size_bytes(&self) -> usize {
        let stop = self.early_stop.as_ref().map_or(0, |(x, _)| x.len());
        (self.x.len() + stop + self.valid_x.len()) * size_of::<f64>()
    }
}

/// What a fold said of a candidate.
pub(super) struct FoldResult {
    pub(super) outputs: Array2<f64>,
    pub(super) rounds: Option<usize>,
    pub(super) cut_short: bool,
}

/// How a fit is stopped.
struct Stops<'a> {
    /// Gives the fit up.
    cancel: &'a CancelToken,
    /// Ends it with what it has.
    enough: &'a CancelToken,
    /// Sets one of them off when the search is to end.
    deadline: Option<Deadline<'a>>,
}

/// Whether an error says something about the learner with these rows, not about the rows or the request.
pub(super) fn is_learners_own(error: &LearnError) -> bool {
    matches!(error, LearnError::Fit { .. } | LearnError::UnsuitableData { .. } | LearnError::Parameter { .. })
}

impl<'a> Workbench<'a> {
    pub(super) fn new(
        frame: &Frame,
        features: &'a [Feature],
        target: &'a EncodedTarget,
        plan: &'a Plan,
        options: &'a SearchOptions<'a>,
        cx: &'a SearchContext<'a>,
        meter: &'a Meter<'a>,
    ) -> Self {
        let training = frame.take(&plan.train_rows);
        Self {
            features,
            target,
            plan,
            options,
            cancel: cx.cancel,
            elapsed: cx.elapsed,
            memory_limit: cx.memory_limit,
            meter,
            training,
            kept: Mutex::default(),
        }
    }

    /// Cross-validates a candidate, ended or given up when `limit` is reached. With a `race`, it is given
    /// up after its first fold when it is among the lesser ones there.
    ///
    /// # Errors
    /// [`LearnError::Cancelled`] and errors that no other candidate would escape. A learner's own
    /// errors are the candidate's failure.
    pub(super) fn try_out(
        &self,
        position: usize,
        spec: &LearnerSpec,
        limit: Option<Limit<'_>>,
        race: Option<&Race>,
    ) -> Result<Outcome, LearnError> {
        let started = (self.elapsed)();
        let estimator = learners::build(spec, self.target.task, self.plan.train_rows.len())?;
        let (cancel, enough) = (self.cancel.child(), CancelToken::new());
        let token = if estimator.gives_what_it_has() { &enough } else { &cancel };
        let deadline = limit.map(|limit| Deadline { limit, token });
        let stops = Stops { cancel: &cancel, enough: &enough, deadline };
        let result =
            self.within_limit(&spec.name, &cancel, || self.cross_validate(spec, estimator.as_ref(), &stops, race));
        self.cancel.check()?;
        let mut tried = Tried {
            candidate: Candidate {
                learner: spec.name.clone(),
                parameters: estimator.parameters(),
                set: spec.set(),
                cv_scores: Vec::new(),
                cv_mean: None,
                cv_std: None,
                fit_seconds: ((self.elapsed)().saturating_sub(started)).as_secs_f64(),
                failure: None,
            },
            spec: spec.clone(),
            complexity: (
                learners::all(self.target.task).iter().position(|name| *name == spec.name).unwrap_or(0),
                position,
            ),
            rounds: None,
            cut_short: false,
            threshold: None,
            outputs: Vec::new(),
            members: Vec::new(),
        };
        match result.and_then(|folds| self.judge(folds, &mut tried, race)) {
            Ok(()) => {}
            Err(LearnError::Cancelled) => return Ok(Outcome::OutOfTime),
            Err(error) if is_learners_own(&error) => tried.candidate.failure = Some(error.to_string()),
            Err(error) => return Err(error),
        }
        Ok(Outcome::Tried(Box::new(tried)))
    }

    /// A candidate that an earlier search tried and kept.
    pub(super) fn recall(&self, memory: Option<&dyn Memory>, position: usize, spec: &LearnerSpec) -> Option<Tried> {
        memory::candidate_of(&memory?.recall(position)?, spec, position, self.plan)
    }

    /// Tells how the candidates stand, after the one at `position`.
    pub(super) fn tell_standing(&self, position: usize, tried: &[Tried]) {
        let parts = (position + 1) * self.plan.parts_of_candidate();
        self.meter.tell(parts as f64, &standing(tried, self.options.metric));
    }

    /// The folds' results; only the first one's when the race is lost there.
    fn cross_validate(
        &self,
        spec: &LearnerSpec,
        estimator: &dyn Estimator,
        stops: &Stops<'_>,
        race: Option<&Race>,
    ) -> Result<Vec<FoldResult>, LearnError> {
        let n_folds = self.plan.folds.len();
        let n_begun = AtomicUsize::new(0);
        let run = |fold: usize, at_once: usize| {
            let label = if n_folds == 1 {
                estimator.name().to_owned()
            } else {
                format!("{}, fold {} of {n_folds}", estimator.name(), fold + 1)
            };
            // Of a learner that gives what it has, no fold takes the time of those that come after it.
            let enough = stops.enough.child();
            let n_before = n_begun.fetch_add(1, Ordering::Relaxed) / at_once * at_once;
            let deadline = match stops.deadline {
                Some(deadline) if estimator.gives_what_it_has() => {
                    Some(deadline.share(&enough, (n_folds - n_before).div_ceil(at_once)).ok_or(LearnError::Cancelled)?)
                }
                other => other,
            };
            let progress = FitProgress::new(self.meter, deadline, label);
            let result =
                self.run_fold(spec, estimator, fold, &Stops { enough: &enough, deadline, ..*stops }, &progress);
            if let Some(deadline) = &stops.deadline {
                deadline.look();
            }
            progress.finish();
            result
        };
        // What one fold takes tells what all take.
        let preparation = spec.preparation(estimator.preparation())?;
        let first = self.prepared(0, &preparation, estimator.rounds_parameter().is_some(), stops.cancel)?;
        let copies = if estimator.preparation() == Preparation::Tree { 1 } else { 2 };
        let is_parallel =
            first.size_bytes().saturating_mul(copies * n_folds) <= self.share_of_limit(PARALLEL_BYTES_MAX);
        drop(first);
        let mut results = Vec::with_capacity(n_folds);
        if let Some(race) = race.filter(|_| n_folds > 1) {
            results.push(run(0, 1)?);
            if !race.is_passed(self.score(&results, 0)?) {
                return Ok(results);
            }
        }
        let rest = results.len()..n_folds;
        let threads = rayon::current_num_threads();
        let rest: Result<Vec<FoldResult>, LearnError> = if is_parallel {
            rest.into_par_iter().map(|fold| run(fold, threads)).collect()
        } else {
            rest.map(|fold| run(fold, 1)).collect()
        };
        results.extend(rest?);
        Ok(results)
    }

    fn run_fold(
        &self,
        spec: &LearnerSpec,
        estimator: &dyn Estimator,
        fold: usize,
        stops: &Stops<'_>,
        progress: &FitProgress<'_>,
    ) -> Result<FoldResult, LearnError> {
        let in_rounds = estimator.rounds_parameter().is_some();
        let preparation = spec.preparation(estimator.preparation())?;
        let prepared = self.prepared(fold, &preparation, in_rounds, stops.cancel)?;
        stops.cancel.check()?;
        // A fold that has not begun when time is up has nothing to give.
        stops.enough.check()?;
        let seed = self.options.seed.derive(&format!("fold {fold}"));
        let cx = FitContext {
            enough: Some(stops.enough),
            validation: prepared.early_stop.as_ref().map(|(x, y)| (x.view(), y)),
            ..FitContext::new(seed, stops.cancel, progress, &prepared.matrix)
        };
        check_columns(estimator, &prepared.matrix)?;
        let predictor = if in_rounds && prepared.early_stop.is_none() {
            self.in_rounds(spec, ROUNDS_UNWATCHED)?.fit(prepared.x.view(), &prepared.y, &cx)?
        } else {
            estimator.fit(prepared.x.view(), &prepared.y, &cx)?
        };
        let cut_short = stops.enough.is_cancelled();
        let outputs = predictor.predict(prepared.valid_x.view(), stops.cancel)?;
        Ok(FoldResult { outputs, rounds: predictor.n_rounds(), cut_short })
    }

    /// The learner, making at most so many rounds when it makes any.
    pub(super) fn in_rounds(&self, spec: &LearnerSpec, rounds: usize) -> Result<Box<dyn Estimator>, LearnError> {
        let n_rows = self.plan.train_rows.len();
        let estimator = learners::build(spec, self.target.task, n_rows)?;
        let Some(name) = estimator.rounds_parameter() else { return Ok(estimator) };
        let own = estimator.parameters().into_iter().find(|(own, _)| own == name).and_then(|(_, value)| value.as_u64());
        let rounds = own.map_or(rounds as u64, |own| own.min(rounds as u64)).max(1);
        let mut spec = spec.clone();
        spec.parameters.insert(name.to_owned(), json!(rounds));
        learners::build(&spec, self.target.task, n_rows)
    }

    /// The fold, prepared now or before.
    fn prepared(
        &self,
        fold: usize,
        preparation: &PreparationSpec,
        stops_early: bool,
        cancel: &CancelToken,
    ) -> Result<Arc<PreparedFold>, LearnError> {
        let key = (fold, format!("{preparation:?}"), stops_early);
        let lock = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = lock().folds.get(&key) {
            return Ok(Arc::clone(found));
        }
        let made = Arc::new(self.prepare(&self.plan.folds[fold], preparation, stops_early, cancel)?);
        let mut kept = lock();
        if kept.bytes + made.size_bytes() <= self.share_of_limit(KEPT_BYTES_MAX) {
            kept.bytes += made.size_bytes();
            kept.folds.insert(key, Arc::clone(&made));
        }
        Ok(made)
    }

    /// So many bytes, or a quarter of what the search may hold if that is less.
    fn share_of_limit(&self, bytes: usize) -> usize {
        self.memory_limit
            .map_or(bytes, |limit| usize::try_from(limit.bytes / 4).map_or(bytes, |share| share.min(bytes)))
    }

    /// Lets go of the prepared folds.
    pub(super) fn let_go(&self) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Kept::default();
    }

    /// Fits the preparation on the rows that are learned from, and on no other.
    fn prepare(
        &self,
        fold: &Parts,
        preparation: &PreparationSpec,
        stops_early: bool,
        cancel: &CancelToken,
    ) -> Result<PreparedFold, LearnError> {
        let (learn, stop) = if stops_early { self.set_apart(&fold.train) } else { (fold.train.clone(), Vec::new()) };
        let y = self.plan.train_target.take(&learn);
        let (preparer, x) = self.fit_preparer(&self.training.take(&learn), preparation.clone(), &y, cancel)?;
        let matrix_of = |rows: &[usize]| preparer.transform(&self.training.take(rows), cancel);
        let early_stop = match stop.as_slice() {
            [] => None,
            rows => Some((matrix_of(rows)?, self.plan.train_target.take(rows))),
        };
        Ok(PreparedFold { valid_x: matrix_of(&fold.valid)?, matrix: preparer.matrix().clone(), x, y, early_stop })
    }

    pub(super) fn fit_preparer(
        &self,
        frame: &Frame,
        preparation: PreparationSpec,
        y: &Target,
        cancel: &CancelToken,
    ) -> Result<(Preparer, Array2<f64>), LearnError> {
        let seed = self.options.seed.derive("prepare");
        Preparer::fit_transform(frame, self.features, preparation, y, self.target.task, seed, cancel)
    }

    /// Divides a fold's training rows into those learned from and those that say when to stop;
    /// the latter are none when they would be too few to say anything.
    fn set_apart(&self, rows: &[usize]) -> (Vec<usize>, Vec<usize>) {
        let target = self.plan.train_target.take(rows);
        // Stratified even where folds are not: when to stop is told by the loss on every class.
        let kind = match self.plan.kind.kind() {
            SplitKind::Random | SplitKind::Stratified => OwnedSplit::Stratified,
            other => other.of_rows(rows),
        };
        let pick = |positions: &[usize]| positions.iter().map(|&position| rows[position]).collect::<Vec<_>>();
        match split::holdout(&target, EARLY_STOP_FRACTION, kind.kind(), self.options.seed.derive("early stopping")) {
            Ok(parts)
                if parts.valid.len() >= EARLY_STOP_ROWS_MIN
                    && has_two_values(&target.take(&parts.train))
                    && tells_when_to_stop(&target.take(&parts.valid)) =>
            {
                (pick(&parts.train), pick(&parts.valid))
            }
            _ => (rows.to_vec(), Vec::new()),
        }
    }

    /// The metric on a fold, with the threshold of the other folds where one is chosen.
    fn score(&self, folds: &[FoldResult], position: usize) -> Result<f64, LearnError> {
        let task = self.target.task;
        let metric = self.options.metric;
        let chosen = threshold::is_chosen(task, metric);
        let cut = if chosen { self.threshold_from(folds, Some(position)) } else { THRESHOLD_DEFAULT };
        let predictions = Predictions::from_outputs(task, folds[position].outputs.clone(), Some(cut));
        metrics::compute(metric, &self.plan.train_target.take(&self.plan.folds[position].valid), &predictions)
    }

    /// Scores the folds: one threshold per fold from the other folds, and one for good from all.
    pub(super) fn judge(
        &self,
        folds: Vec<FoldResult>,
        tried: &mut Tried,
        race: Option<&Race>,
    ) -> Result<(), LearnError> {
        let task = self.target.task;
        let metric = self.options.metric;
        let chosen = threshold::is_chosen(task, metric);
        let mut scores = Vec::with_capacity(folds.len());
        for position in 0..folds.len() {
            let score = self.score(&folds, position)?;
            if !score.is_finite() {
                return Err(LearnError::Fit {
                    learner: tried.candidate.learner.clone(),
                    message: format!("{metric} is {score} on fold {}", position + 1),
                });
            }
            scores.push(score);
        }
        if let Some(race) = race.filter(|_| folds.len() < self.plan.folds.len()) {
            tried.candidate.failure = Some(race.lost(metric, scores[0]));
            tried.candidate.cv_scores = scores;
            return Ok(());
        }
        let n = scores.len() as f64;
        let mean = scores.iter().sum::<f64>() / n;
        let variance = scores.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / n;
        tried.candidate.cv_scores = scores;
        tried.candidate.cv_mean = Some(mean);
        tried.candidate.cv_std = (folds.len() > 1).then(|| variance.sqrt());
        tried.rounds = median(folds.iter().filter_map(|fold| fold.rounds).collect());
        tried.cut_short = folds.iter().any(|fold| fold.cut_short);
        if task == Task::Binary {
            tried.threshold = Some(if chosen { self.threshold_from(&folds, None) } else { THRESHOLD_DEFAULT });
        }
        tried.outputs = folds.into_iter().map(|fold| fold.outputs).collect();
        Ok(())
    }

    /// The best threshold on the validation rows of all folds but one, unless that is all there is.
    fn threshold_from(&self, folds: &[FoldResult], without: Option<usize>) -> f64 {
        let mut parts = self.held_out(folds.iter().map(|fold| &fold.outputs));
        if let Some(position) = without.filter(|_| parts.len() > 1) {
            parts.remove(position);
        }
        let HeldOut { probabilities, positive } = HeldOut::joined(&parts);
        threshold::choose(self.options.metric, &positive, &probabilities)
    }

    /// For each fold's outputs, what was said of the rows that it left out, and what is true of them; nothing unless there
    /// are two classes.
    pub(super) fn held_out<'o>(&self, outputs: impl IntoIterator<Item = &'o Array2<f64>>) -> Vec<HeldOut> {
        let Target::Class { codes, n_classes: 2 } = &self.plan.train_target else { return Vec::new() };
        let of = |(outputs, fold): (&Array2<f64>, &Parts)| HeldOut {
            probabilities: outputs.column(1).to_vec(),
            positive: fold.valid.iter().map(|&row| codes[row] == 1).collect(),
        };
        outputs.into_iter().zip(&self.plan.folds).map(of).collect()
    }
}

/// A learner of something needs a column that differs between rows.
pub(super) fn check_columns(estimator: &dyn Estimator, matrix: &MatrixInfo) -> Result<(), LearnError> {
    if matrix.names.is_empty() && estimator.name() != super::BASELINE {
        return Err(LearnError::UnsuitableData {
            message: "every column is constant or empty in the training rows".to_owned(),
            hint: "give columns whose values differ between rows".to_owned(),
        });
    }
    Ok(())
}

/// Whether the loss on these rows is more than the luck of a few of them.
fn tells_when_to_stop(target: &Target) -> bool {
    match target {
        Target::Class { codes, n_classes: 2 } => {
            let ones = codes.iter().filter(|&&code| code == 1).count();
            ones.min(codes.len() - ones) >= EARLY_STOP_CLASS_ROWS_MIN
        }
        other => has_two_values(other),
    }
}

fn has_two_values(target: &Target) -> bool {
    match target {
        Target::Class { codes, .. } => codes.windows(2).any(|pair| pair[0] != pair[1]),
        Target::Number(_) => true,
    }
}

/// The lower median.
fn median(mut values: Vec<usize>) -> Option<usize> {
    values.sort_unstable();
    values.get(values.len().saturating_sub(1) / 2).copied()
}
