//! What is fitted for good: a candidate, or a mixture of several, on all training rows.

use mlwright_base::{CancelToken, NoProgress, Seed};
use ndarray::Array2;
use serde_json::json;

use super::threshold::{self, THRESHOLD_DEFAULT};
use super::trial::{FoldResult, Tried, Workbench, check_columns, is_learners_own};
use super::{Candidate, ensemble};
use crate::learners::{self, LearnerSpec};
use crate::metrics;
use crate::predictor::{BlendMember, BlendPredictor};
use crate::{Estimator, FitContext, LearnError, Model, Predictor, Preparer, Target, Task};

impl Workbench<'_> {
    /// A mean of candidates, scored as one, when it is better than the best of them: the first of
    /// `tried`, which are ranked.
    ///
    /// # Errors
    /// As [`Workbench::try_out`].
    pub(super) fn ensemble(&self, tried: &[Tried], position: usize) -> Result<Option<Tried>, LearnError> {
        let task = self.target.task;
        let candidates: Vec<&Tried> =
            ensemble::shortlist(tried, self.options.metric).into_iter().map(|position| &tried[position]).collect();
        let targets: Vec<Target> =
            self.plan.folds.iter().map(|parts| self.plan.train_target.take(&parts.valid)).collect();
        let metric = self.options.metric;
        // A metric whose threshold is chosen afterwards cannot say which probabilities are better.
        let by = if threshold::is_chosen(task, metric) { metrics::Metric::LogLoss } else { metric };
        let outputs: Vec<&[Array2<f64>]> = candidates.iter().map(|tried| tried.outputs.as_slice()).collect();
        let started = (self.elapsed)();
        let Some(weights) = ensemble::Judge::new(task, by, &targets).choose(&outputs, self.cancel)? else {
            return Ok(None);
        };
        let chosen: Vec<(&Tried, f64)> = weights.iter().map(|(at, weight)| (candidates[*at], *weight)).collect();
        let members: Vec<(&[Array2<f64>], f64)> =
            chosen.iter().map(|(tried, weight)| (tried.outputs.as_slice(), *weight)).collect();
        let folds = ensemble::blended(&members).into_iter().map(|outputs| FoldResult {
            outputs,
            rounds: None,
            cut_short: false,
        });
        let described: Vec<serde_json::Value> = chosen
            .iter()
            .map(|(tried, weight)| json!({ "learner": tried.candidate.learner, "weight": weight, "parameters": tried.spec.set() }))
            .collect();
        let mut one = Tried {
            candidate: Candidate {
                learner: ensemble::ENSEMBLE.to_owned(),
                parameters: vec![("members".to_owned(), json!(described))],
                set: serde_json::Map::from_iter([("members".to_owned(), json!(described))]),
                cv_scores: Vec::new(),
                cv_mean: None,
                cv_std: None,
                fit_seconds: ((self.elapsed)().saturating_sub(started)).as_secs_f64(),
                failure: None,
            },
            spec: LearnerSpec::new(ensemble::ENSEMBLE),
            complexity: (usize::MAX, position),
            rounds: None,
            cut_short: false,
            threshold: None,
            outputs: Vec::new(),
            members: chosen.iter().map(|(tried, weight)| (tried.complexity.1, *weight)).collect(),
        };
        self.judge(folds.collect(), &mut one, None)?;
        let best = candidates.first().and_then(|tried| tried.candidate.cv_mean);
        let is_better = best.zip(one.candidate.cv_mean).is_some_and(|(best, own)| metric.is_better(own, best));
        Ok(is_better.then_some(one))
    }

    /// Fits a candidate on all training rows; the number of rounds is what early stopping found. Of an
    /// ensemble each member is, found among `tried`; those that cannot be give their weight to the others.
    ///
    /// # Errors
    /// [`LearnError::Cancelled`] or whatever the fit says.
    pub(super) fn refit(&self, one: &Tried, tried: &[Tried]) -> Result<Model, LearnError> {
        let cancel = self.cancel.child();
        self.within_limit(&one.candidate.learner, &cancel, || self.refit_until(one, tried, &cancel))
    }

    fn refit_until(&self, one: &Tried, tried: &[Tried], cancel: &CancelToken) -> Result<Model, LearnError> {
        let members: Vec<(&Tried, f64)> = if one.members.is_empty() {
            vec![(one, 1.0)]
        } else {
            let found = |place: usize| tried.iter().find(|tried| tried.complexity.1 == place);
            one.members.iter().filter_map(|(place, weight)| Some((found(*place)?, *weight))).collect()
        };
        let mut fitted = self.fit_members(&members, cancel)?;
        if one.members.is_empty() {
            let Refitted { estimator, predictor, .. } = fitted.members.swap_remove(0);
            let mut parameters: serde_json::Map<String, serde_json::Value> =
                estimator.parameters().into_iter().collect();
            parameters.extend(one.spec.set_of_preparation());
            return Ok(self.model(one, parameters, fitted.preparers.swap_remove(0), predictor));
        }
        let total: f64 = fitted.members.iter().map(|member| member.weight).sum();
        let width = |preparer: &Preparer| preparer.matrix().names.len();
        let member = |Refitted { weight, part, predictor, .. }| BlendMember {
            weight: weight / total,
            first_column: fitted.preparers[..part].iter().map(width).sum(),
            n_columns: width(&fitted.preparers[part]),
            predictor,
        };
        let members = fitted.members.into_iter().map(member).collect();
        let predictor = Predictor::Blend(BlendPredictor { members });
        let preparer = Preparer::joined(fitted.preparers);
        Ok(self.model(one, one.candidate.parameters.iter().cloned().collect(), preparer, predictor))
    }

    /// Fits learners on all training rows, which are prepared once for those that want the same and
    /// one preparation at a time. At least one is fitted; those that cannot be are left out.
    fn fit_members(&self, members: &[(&Tried, f64)], cancel: &CancelToken) -> Result<Fitted, LearnError> {
        let mut estimators = Vec::with_capacity(members.len());
        for (tried, _) in members {
            let estimator = match tried.rounds {
                Some(rounds) => self.in_rounds(&tried.spec, rounds)?,
                None => learners::build(&tried.spec, self.target.task, self.plan.train_rows.len())?,
            };
            let preparation = tried.spec.preparation(estimator.preparation())?;
            estimators.push((estimator, preparation));
        }
        let mut waiting: Vec<_> = estimators.into_iter().zip(members).enumerate().collect();
        let mut fitted: Vec<(usize, Refitted)> = Vec::with_capacity(members.len());
        let mut preparers = Vec::new();
        let mut last_error = None;
        while let Some((_, ((_, first), _))) = waiting.first() {
            let preparation = first.clone();
            let target = &self.plan.train_target;
            let (now, later): (Vec<_>, Vec<_>) =
                waiting.into_iter().partition(|(_, ((_, wanted), _))| *wanted == preparation);
            waiting = later;
            let (preparer, x) = match self.fit_preparer(&self.training, preparation, target, cancel) {
                Ok(prepared) => prepared,
                Err(error) if is_learners_own(&error) => {
                    last_error = Some(error);
                    continue;
                }
                Err(error) => return Err(error),
            };
            let seed = self.options.seed.derive("final fit");
            let cx = FitContext::new(seed, cancel, &NoProgress, preparer.matrix());
            let n_before = fitted.len();
            for (place, ((estimator, _), (_, weight))) in now {
                let fit = check_columns(estimator.as_ref(), preparer.matrix())
                    .and_then(|()| estimator.fit(x.view(), target, &cx));
                match fit {
                    Ok(predictor) => {
                        fitted.push((place, Refitted { estimator, weight: *weight, part: preparers.len(), predictor }));
                    }
                    Err(error) if is_learners_own(&error) => last_error = Some(error),
                    Err(error) => return Err(error),
                }
            }
            if fitted.len() > n_before {
                preparers.push(preparer);
            }
        }
        match last_error {
            Some(error) if fitted.is_empty() => Err(error),
            _ => {
                fitted.sort_by_key(|(place, _)| *place);
                Ok(Fitted { members: fitted.into_iter().map(|(_, member)| member).collect(), preparers })
            }
        }
    }

    fn model(
        &self,
        tried: &Tried,
        parameters: serde_json::Map<String, serde_json::Value>,
        preparer: Preparer,
        predictor: Predictor,
    ) -> Model {
        let task = self.target.task;
        let binary = task == Task::Binary;
        Model {
            task,
            target: self.target.name.clone(),
            classes: self.target.classes.clone(),
            positive_class: binary.then(|| self.target.classes[1].clone()),
            threshold: if binary { Some(tried.threshold.unwrap_or(THRESHOLD_DEFAULT)) } else { None },
            features: self.features.to_vec(),
            learner: tried.spec.name.clone(),
            parameters,
            seed: Seed(self.options.seed.0),
            n_training_rows: self.plan.train_rows.len() as u64,
            preparer,
            predictor,
            calibration: None,
            regions: None,
        }
    }
}

/// Learners fitted on all training rows.
struct Fitted {
    members: Vec<Refitted>,
    preparers: Vec<Preparer>,
}

struct Refitted {
    estimator: Box<dyn Estimator>,
    weight: f64,
    /// Which of the preparers it was fitted behind.
    part: usize,
    predictor: Predictor,
}
