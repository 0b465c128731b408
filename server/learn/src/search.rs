//! How `train` chooses: rows held out first, cross-validation on the rest, the best refitted.
//!
//! The test rows are set aside before anything is learned and scored once, at the end. Every
//! preparation is fitted inside its fold. Learners that stop early do so on a part of the training
//! fold. Same inputs and seed give the same model bytes, unless the budget cuts the search, which
//! is said in [`SearchOutcome::warnings`].

mod ensemble;
mod finish;
mod limit;
mod memory;
mod meter;
mod plan;
mod race;
mod refit;
mod sampler;
mod space;
mod standing;
mod threshold;
mod trial;
mod warnings;

use std::collections::BTreeMap;
use std::time::Duration;

use mlwright_base::{CancelToken, ProgressSink, Seed};
use serde::{Deserialize, Serialize};

use self::meter::{Limit, Meter};
use self::plan::Plan;
use self::race::Race;
use self::sampler::Sampler;
use self::space::Table;
use self::trial::{Outcome, Tried, Workbench};
use crate::calibrate::{CalibrationChoice, CalibrationGain};
use crate::conformal;
use crate::learners::{self, LearnerSpec};
use crate::metrics::{self, Metric, RESAMPLES_DEFAULT, confidence_intervals};
use crate::split::SplitKind;
use crate::target::EncodedTarget;
use crate::{Feature, Frame, LearnError, Model, Predictions, Target, Task};
pub use ensemble::ENSEMBLE;
pub use finish::Coverage;
pub use limit::MemoryLimit;
pub use memory::Memory;

/// Folds of the cross-validation unless told otherwise: the usual compromise of bias and time
/// (Hastie, Tibshirani and Friedman 2009, section 7.10).
pub const FOLDS_DEFAULT: usize = 5;

/// Share of rows held out unless told otherwise.
pub const TEST_FRACTION_DEFAULT: f64 = 0.2;

/// The confidence of [`SearchOutcome::test_intervals`].
pub const CONFIDENCE: f64 = 0.95;

/// Drawn candidates in a row without a better score that end a search.
pub const PATIENCE: usize = 12;

/// How many names a warning lists.
const NAMES_SHOWN_MAX: usize = 10;

/// The name of the learner that every search fits as a yardstick.
pub const BASELINE: &str = "baseline";

/// What to search among, and how to judge. The task is the target's.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchOptions<'a> {
    /// What chooses; see [`Metric::default_for`].
    pub metric: Metric,
    /// Learners by name; empty for [`learners::searched`]. The baseline is always fitted.
    pub learners: Vec<String>,
    /// Folds of the cross-validation, at least 2; lowered (and said) when there are too few rows.
    /// `None` for [`FOLDS_DEFAULT`], or one part of the rows to choose by when the table is so large
    /// that this says enough.
    pub folds: Option<usize>,
    /// Share of the rows held out for the test, in [`crate::split::TEST_FRACTION_RANGE`].
    pub test_fraction: f64,
    /// When [`SearchContext::elapsed`] passes it, no candidate is started, and the one under way ends
    /// with what it has or is given up, once a learner beside the baseline has a score. The final fit
    /// on all training rows comes after it.
    pub budget: Option<Duration>,
    /// Seed of everything random.
    pub seed: Seed,
    /// How rows are set apart, for the test and into folds.
    pub split: SplitKind<'a>,
    /// How many candidates are drawn at most, after the learners' variants, by what was tried so far;
    /// the search ends sooner when [`PATIENCE`] of them in a row were no better. Unless it is 0, whatever
    /// is no learner's default is given up after its first fold when it is among the lesser there.
    pub drawn_max: usize,
    /// Whether candidates are mixed when that is better than the best of them.
    pub ensemble: bool,
    /// What is done about the probabilities of two classes.
    pub calibration: CalibrationChoice,
    /// The share of rows whose truth intervals or sets are to hold; see [`conformal::check_coverage`].
    pub coverage: Option<f64>,
}

impl SearchOptions<'_> {
    /// The defaults, for a metric and a seed: all learners, no budget, each class with its share in
    /// every part.
    #[must_use]
    pub fn new(metric: Metric, seed: Seed) -> Self {
        Self {
            metric,
            learners: Vec::new(),
            folds: None,
            test_fraction: TEST_FRACTION_DEFAULT,
            budget: None,
            seed,
            split: SplitKind::Stratified,
            drawn_max: 0,
            ensemble: false,
            calibration: CalibrationChoice::Never,
            coverage: None,
        }
    }
}

/// Who is told, and who may stop it.
pub struct SearchContext<'a> {
    /// Looked at between and within fits.
    pub cancel: &'a CancelToken,
    /// Cancelled to end the search as if its budget had passed: with the best so far.
    pub enough: Option<&'a CancelToken>,
    /// Told about each part of a fit.
    pub progress: &'a dyn ProgressSink,
    /// The time since the search was asked for.
    pub elapsed: &'a (dyn Fn() -> Duration + Sync),
    /// Called with each candidate once it has a score or a failure, in the order of trying.
    pub on_candidate: &'a dyn Fn(&Candidate),
    /// Where an earlier search kept what it had tried, and this one does.
    pub memory: Option<&'a dyn Memory>,
    /// How much of the machine's memory it may take.
    pub memory_limit: Option<MemoryLimit<'a>>,
}

/// A learner with hyperparameters, and what cross-validation says of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Candidate {
    /// The learner's name.
    pub learner: String,
    /// All its hyperparameters.
    pub parameters: Vec<(String, serde_json::Value)>,
    /// Those that were set: the others are the learner's defaults.
    #[serde(default)]
    pub set: serde_json::Map<String, serde_json::Value>,
    /// The metric on each fold; empty when it failed.
    pub cv_scores: Vec<f64>,
    /// Their mean.
    pub cv_mean: Option<f64>,
    /// Their standard deviation (population, as NumPy's `std`).
    pub cv_std: Option<f64>,
    /// Seconds that fitting and scoring all folds took.
    pub fit_seconds: f64,
    /// Why it has no score.
    pub failure: Option<String>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchOutcome {
    /// Every candidate, the best first; those that failed last.
    pub leaderboard: Vec<Candidate>,
    /// The position of the chosen candidate: the best that is not the baseline.
    pub best: usize,
    /// The chosen candidate, fitted on all training rows.
    pub model: Model,
    /// The baseline, fitted on the same rows.
    pub baseline: Model,
    /// The rows of the frame that were held out, increasing.
    pub test_rows: Vec<usize>,
    /// The rows of the frame that were learned from, increasing.
    pub train_rows: Vec<usize>,
    /// The model's metrics on the test rows, by name; those without a value there are absent.
    pub test_metrics: BTreeMap<String, f64>,
    /// The baseline's metrics on the same rows.
    pub baseline_test_metrics: BTreeMap<String, f64>,
    /// Bootstrap intervals (low, high) of `test_metrics` at [`CONFIDENCE`].
    pub test_intervals: BTreeMap<String, (f64, f64)>,
    /// What the model's calibration does to left-out rows; absent when it has none or they are too few to tell.
    pub calibration: Option<CalibrationGain>,
    /// How well intervals or sets hold the truth of the test rows, when they were asked for.
    pub coverage: Option<Coverage>,
    /// How the rows were set apart, in words.
    pub split: String,
    /// What to know before relying on the result.
    pub warnings: Vec<String>,
}

/// Chooses, fits and scores a model. `frame` holds at least the columns of `features`, and the rows
/// that have a target only: those of `target.target`, in the same order.
///
/// The defaults of every learner are tried first, a cheap one and the strongest before the others, then
/// their variants ([`learners::variants`]) in the order in which they are worth the time. Of equal scores (to ten digits)
/// the simpler learner wins. In binary
/// tasks whose metric is F1 or balanced accuracy the decision threshold is chosen too: for each
/// fold on the other folds' predictions, for the model on all of them. The same rows, which no fold learned
/// from, tell how the chosen one's probabilities are calibrated and how far its intervals or sets reach.
///
/// # Errors
/// [`LearnError::Parameter`] for an unknown learner, a metric of another task, a wrong fraction or
/// number of folds; [`LearnError::UnsuitableData`] when there are too few rows, no features, or no
/// learner but the baseline could be fitted; [`LearnError::ColumnMissing`] and
/// [`LearnError::Value`] when the frame does not fit the features, [`LearnError::Shape`] when its rows
/// do not fit the target's; [`LearnError::Cancelled`].
pub fn search(
    frame: &Frame,
    features: &[Feature],
    target: &EncodedTarget,
    options: &SearchOptions<'_>,
    cx: &SearchContext<'_>,
) -> Result<SearchOutcome, LearnError> {
    cx.cancel.check()?;
    check_options(features, target, options)?;
    let queue = queue(target.task, &options.learners, features.len())?;
    let plan = Plan::new(frame, features.len(), target, options)?;
    let mut warnings = plan.warnings.clone();
    // Each fold of each candidate and its place among the others, then the two final fits and the test.
    let n_candidates = queue.len() + options.drawn_max;
    let meter = Meter::new(cx.progress, (n_candidates * plan.parts_of_candidate() + 3) as f64);
    let bench = Workbench::new(frame, features, target, &plan, options, cx, &meter);

    let mut tried = try_all(&bench, &queue, options, cx, plan.train_rows.len(), &mut warnings)?;
    meter.reach((n_candidates * plan.parts_of_candidate()) as f64, "candidates compared");
    rank(&mut tried, options.metric);
    let only_baseline = queue.iter().all(|spec| spec.name == BASELINE);
    if options.ensemble
        && let Some(ensemble) = bench.ensemble(&tried, n_candidates)?
    {
        (cx.on_candidate)(&ensemble.candidate);
        tried.insert(0, ensemble);
    }

    let (best, mut model) = refit_best(&bench, &mut tried, only_baseline, &mut warnings)?;
    meter.advance(1.0, &format!("{} fitted on all training rows", model.learner));
    let baseline = match tried.iter().find(|tried| tried.spec.name == BASELINE && tried.candidate.failure.is_none()) {
        Some(_) if model.learner == BASELINE => model.clone(),
        Some(baseline) => bench.refit(baseline, &tried)?,
        None => return Err(all_failed(&tried)),
    };
    let calibration = bench.finish(&tried[best], &mut model)?;
    meter.advance(1.0, "baseline fitted");
    warnings.extend(warnings::no_better_in_folds(&tried, best, options.metric));
    warnings.extend(warnings::dropped_features(&model));

    let test = frame.take(&plan.test_rows);
    let predictions = model.predict(&test, cx.cancel)?;
    let (test_metrics, test_intervals) =
        score_test(target.task, &plan.test_target, &predictions, options.seed, cx.cancel)?;
    let baseline_test_metrics =
        metrics::compute_all(target.task, &plan.test_target, &baseline.predict(&test, cx.cancel)?);
    let coverage = finish::coverage(&model, &plan.test_target, &predictions);
    let scores = warnings::Scores {
        metric: options.metric,
        test: &test_metrics,
        baseline: &baseline_test_metrics,
        chosen: &tried[best].candidate,
    };
    warnings.extend(warnings::of_the_test(target, &plan, &scores));
    meter.advance(1.0, "test rows scored");
    Ok(SearchOutcome {
        leaderboard: tried.into_iter().map(|tried| tried.candidate).collect(),
        best,
        model,
        baseline,
        test_rows: plan.test_rows,
        train_rows: plan.train_rows,
        test_metrics,
        baseline_test_metrics,
        test_intervals,
        calibration,
        coverage,
        split: plan.split,
        warnings,
    })
}

/// Tries the queue, then what a sampler draws, until there is nothing more to try or time is up.
fn try_all(
    bench: &Workbench<'_>,
    queue: &[LearnerSpec],
    options: &SearchOptions<'_>,
    cx: &SearchContext<'_>,
    n_rows: usize,
    warnings: &mut Vec<String>,
) -> Result<Vec<Tried>, LearnError> {
    let metric = options.metric;
    let mut tried: Vec<Tried> = Vec::with_capacity(queue.len());
    let mut sampler = Sampler::new(options.seed, metric, Table::of(bench.features, n_rows));
    let mut since_best = 0;
    for position in 0..queue.len() + options.drawn_max {
        cx.cancel.check()?;
        let is_drawn = position >= queue.len();
        if is_drawn && since_best >= PATIENCE {
            break;
        }
        let spec = match queue.get(position) {
            Some(spec) => spec.clone(),
            None => match sampler.propose(&tried) {
                Some(spec) => spec,
                None => break,
            },
        };
        let has_score = tried.iter().any(|tried| tried.spec.name != BASELINE && tried.candidate.failure.is_none());
        let limit = has_score.then_some(Limit {
            elapsed: cx.elapsed,
            budget: options.budget.unwrap_or(Duration::MAX),
            enough: cx.enough,
        });
        let is_raced = options.drawn_max > 0 && !spec.is_default();
        let race = if is_raced { Race::against(&tried, metric) } else { None };
        let outcome = match (bench.recall(cx.memory, position, &spec), limit) {
            (Some(known), _) => Outcome::Tried(Box::new(known)),
            (None, Some(limit)) if limit.is_reached() => Outcome::OutOfTime,
            (None, limit) => {
                let outcome = bench.try_out(position, &spec, limit, race.as_ref())?;
                if let (Outcome::Tried(new), Some(memory)) = (&outcome, cx.memory)
                    && let Some(bytes) = memory::bytes_of(new, bench.plan)
                {
                    memory.keep(position, &bytes);
                }
                outcome
            }
        };
        let Outcome::Tried(new) = outcome else {
            let ended_by = match options.budget {
                _ if cx.enough.is_some_and(CancelToken::is_cancelled) => "a request".to_owned(),
                budget => format!("the budget of {} s", budget.unwrap_or_default().as_secs_f64()),
            };
            warnings.extend((!is_drawn).then(|| warnings::ended(&ended_by, position, queue)));
            break;
        };
        if new.cut_short {
            warnings.push(format!(
                "the fit of {} was ended early; its score is that of what it had learned by then",
                new.spec.name
            ));
        }
        (cx.on_candidate)(&new.candidate);
        let is_best = new.candidate.cv_mean.is_some_and(|score| {
            tried.iter().filter_map(|tried| tried.candidate.cv_mean).all(|known| metric.is_better(score, known))
        });
        since_best = if is_best { 0 } else { since_best + usize::from(is_drawn) };
        tried.push(*new);
        bench.tell_standing(position, &tried);
        forget_outputs(&mut tried, metric);
    }
    Ok(tried)
}

/// Lets go of the predictions of candidates that will not be mixed: there are better ones.
fn forget_outputs(tried: &mut [Tried], metric: Metric) {
    let kept = ensemble::shortlist(tried, metric);
    for (position, one) in tried.iter_mut().enumerate() {
        if !kept.contains(&position) {
            one.outputs = Vec::new();
        }
    }
}

fn check_options(features: &[Feature], target: &EncodedTarget, options: &SearchOptions<'_>) -> Result<(), LearnError> {
    if !options.metric.supports(target.task) {
        let known: Vec<&str> = Metric::all_for(target.task).into_iter().map(Metric::name).collect();
        return Err(LearnError::Parameter {
            parameter: "metric".to_owned(),
            found: options.metric.name().to_owned(),
            expected: format!("a metric of a {} task: {}", target.task, known.join(", ")),
        });
    }
    if let Some(coverage) = options.coverage {
        conformal::check_coverage(coverage)?;
    }
    if features.is_empty() {
        return Err(LearnError::UnsuitableData {
            message: "there is no column to learn from".to_owned(),
            hint: "exclude fewer columns; ids, constants and nested columns are left out by themselves".to_owned(),
        });
    }
    Ok(())
}

/// The order in which defaults are tried: the yardstick, the one that is done soonest, so that there
/// is a score whatever the budget, and the strongest.
const DEFAULTS_FIRST: [&str; 3] = [BASELINE, "decision_tree", "gradient_boosting"];
/// The same for tables with so many columns that trees take long, and linear models are often the better ones.
const DEFAULTS_FIRST_IF_WIDE: [&str; 4] = [BASELINE, "linear_regression", "logistic_regression", "elastic_net"];
/// Columns from which on a table is wide.
const WIDE_COLUMNS_MIN: usize = 300;
/// Variants of these are tried before those of others.
const VARIANTS_FIRST: [&str; 1] = ["gradient_boosting"];

/// What is tried, in order: the learners' defaults, then their variants.
fn queue(task: Task, wanted: &[String], n_columns: usize) -> Result<Vec<LearnerSpec>, LearnError> {
    for name in wanted {
        learners::build(&LearnerSpec::new(name.as_str()), task, 1)?;
    }
    let searched = learners::searched(task);
    let mut chosen: Vec<&str> = learners::all(task)
        .into_iter()
        .filter(|name| {
            *name == BASELINE
                || wanted.iter().any(|wanted| wanted == name)
                || (wanted.is_empty() && searched.contains(name))
        })
        .collect();
    let place = |first: &[&str], name: &str| first.iter().position(|one| *one == name).unwrap_or(first.len());
    chosen.sort_by_key(|name| place(&DEFAULTS_FIRST, name));
    if n_columns >= WIDE_COLUMNS_MIN {
        chosen.sort_by_key(|name| place(&DEFAULTS_FIRST_IF_WIDE, name));
    }
    let defaults: Vec<LearnerSpec> = chosen.iter().map(|name| LearnerSpec::new(*name)).collect();
    chosen.sort_by_key(|name| place(&VARIANTS_FIRST, name));
    let variants = chosen.iter().flat_map(|name| learners::variants(name, task).into_iter().skip(1));
    Ok(defaults.into_iter().chain(variants).collect())
}

/// Puts the best first: by mean score to ten digits, then the simpler learner, then the earlier variant.
fn rank(tried: &mut [Tried], metric: Metric) {
    tried.sort_by(|a, b| {
        let score = |tried: &Tried| tried.candidate.cv_mean.map(rounded);
        let by_score = match (score(a), score(b)) {
            (Some(a), Some(b)) if metric.greater_is_better() => b.total_cmp(&a),
            (Some(a), Some(b)) => a.total_cmp(&b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        };
        by_score.then_with(|| a.complexity.cmp(&b.complexity))
    });
}

/// A score to ten significant digits: what differs beyond them is rounding, not merit.
fn rounded(score: f64) -> f64 {
    format!("{score:.9e}").parse().unwrap_or(score)
}

/// Fits the best candidate on all training rows; one that fails there gives way to the next.
fn refit_best(
    bench: &Workbench<'_>,
    tried: &mut [Tried],
    only_baseline: bool,
    warnings: &mut Vec<String>,
) -> Result<(usize, Model), LearnError> {
    for position in 0..tried.len() {
        let one = &tried[position];
        if one.candidate.failure.is_some() || (one.spec.name == BASELINE && !only_baseline) {
            continue;
        }
        match bench.refit(one, tried) {
            Ok(model) => return Ok((position, model)),
            Err(error) if trial::is_learners_own(&error) => {
                warnings.push(format!(
                    "{} was the best in cross-validation but could not be fitted on all training rows: {error}",
                    one.candidate.learner
                ));
                tried[position].candidate.failure = Some(error.to_string());
            }
            Err(error) => return Err(error),
        }
    }
    Err(all_failed(tried))
}

fn all_failed(tried: &[Tried]) -> LearnError {
    let mut reasons: Vec<String> = Vec::new();
    for Tried { candidate, .. } in tried {
        if let Some(failure) = &candidate.failure {
            let reason = format!("{}: {failure}", candidate.learner);
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
    }
    LearnError::UnsuitableData {
        message: format!("no learner could be fitted: {}", reasons.join("; ")),
        hint: "clean the columns, or give more rows or more memory; profile_table says what is wrong with the columns"
            .to_owned(),
    }
}

type TestScores = (BTreeMap<String, f64>, BTreeMap<String, (f64, f64)>);

fn score_test(
    task: Task,
    target: &Target,
    predictions: &Predictions,
    seed: Seed,
    cancel: &CancelToken,
) -> Result<TestScores, LearnError> {
    let values = metrics::compute_all(task, target, predictions);
    let intervals = confidence_intervals(
        &Metric::all_for(task),
        target,
        predictions,
        RESAMPLES_DEFAULT,
        CONFIDENCE,
        seed.derive("test"),
        cancel,
    )?;
    let intervals =
        intervals.into_iter().map(|(metric, interval)| (metric.name().to_owned(), (interval.low, interval.high)));
    Ok((values, intervals.collect()))
}

#[cfg(test)]
mod tests;
