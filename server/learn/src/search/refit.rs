//! What is fitted for good: a candidate, or a mixture of several, on all training rows.

use mlwright_base::{NoProgress, Seed};
use ndarray::Array2;
use serde_json::json;

use super::threshold::{self, THRESHOLD_DEFAULT};
use super::trial::{FoldResult, Tried, Workbench, check_columns, is_learners_own};
use super::{Candidate, ensemble};
use crate::learners::{self, LearnerSpec};
use crate::metrics;
use crate::predictor::{BlendMember, BlendPredictor};
use crate::{Estimator, FitContext, LearnError, Model, Predictor, Preparation, Preparer, Target, Task};

impl Workbench<'_> {
    /// A mean of candidates, scored as one, when it is better than the best of them: the first of
    /// `tried`, which are ranked.
    ///
    /// # Errors
    /// As [`Workbench::try_out`].
    pub(super) fn ensemble(&self, tried: &[Tried], position: usize) -> Result<Option<Tried>, LearnError> {
        let task = self.target.task;
        let candidates: Vec<&Tried> = tried
            .iter()
            .filter(|tried| tried.spec.name != super::BASELINE && !tried.outputs.is_empty() && !tried.cut_short)
            .take(ensemble::CANDIDATES_MAX)
            .collect();
        let targets: Vec<Target> = self.plan.folds.iter().map(|parts| self.plan.train_target.take(&parts.valid)).collect();
        let metric = self.options.metric;
        // A metric whose threshold is chosen afterwards cannot say which probabilities are better.
        let by = if threshold::is_chosen(task, metric) { metrics::Metric::LogLoss } else { metric };
        let outputs: Vec<&[Array2<f64>]> = candidates.iter().map(|tried| tried.outputs.as_slice()).collect();
        let started = (self.elapsed)();
        let Some(weights) = ensemble::Judge::new(task, by, &targets).choose(&outputs, self.cancel)? else { return Ok(None) };
        let chosen: Vec<(&Tried, f64)> = weights.iter().map(|(at, weight)| (candidates[*at], *weight)).collect();
        let members: Vec<(&[Array2<f64>], f64)> = chosen.iter().map(|(tried, weight)| (tried.outputs.as_slice(), *weight)).collect();
        let folds = ensemble::blended(&members).into_iter().map(|outputs| FoldResult { outputs, rounds: None, cut_short: false });
        let described: Vec<serde_json::Value> = chosen
            .iter()
            .map(|(tried, weight)| json!({ "learner": tried.candidate.learner, "weight": weight, "parameters": tried.spec.parameters }))
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
        if one.members.is_empty() {
            let (estimator, preparer, predictor) = self.refit_one(one, None)?;
            return Ok(self.model(one, estimator.parameters().into_iter().collect(), preparer, predictor));
        }
        let mut parts: Vec<(Preparation, Preparer)> = Vec::new();
        let mut members = Vec::new();
        let mut last_error = None;
        for (place, weight) in &one.members {
            let Some(member) = tried.iter().find(|tried| tried.complexity.1 == *place) else { continue };
            match self.refit_one(member, Some(&mut parts)) {
                Ok((estimator, _, predictor)) => members.push((estimator.preparation(), *weight, predictor)),
                Err(error) if is_learners_own(&error) => last_error = Some(error),
                Err(error) => return Err(error),
            }
        }
        let total: f64 = members.iter().map(|(_, weight, _)| weight).sum();
        if let Some(error) = last_error.filter(|_| members.is_empty()) {
            return Err(error);
        }
        let member = |(preparation, weight, predictor): (Preparation, f64, Predictor)| {
            let part = parts.iter().position(|(known, _)| *known == preparation).unwrap_or_default();
            let width = |part: &(Preparation, Preparer)| part.1.matrix().names.len();
            BlendMember {
                weight: weight / total,
                first_column: parts[..part].iter().map(width).sum(),
                n_columns: width(&parts[part]),
                predictor,
            }
        };
        let predictor = Predictor::Blend(BlendPredictor { members: members.into_iter().map(member).collect() });
        let preparer = Preparer::joined(parts.into_iter().map(|(_, preparer)| preparer).collect());
        Ok(self.model(one, one.candidate.parameters.iter().cloned().collect(), preparer, predictor))
    }

    /// Fits one learner on all training rows; with `parts`, on the preparation that is there already.
    fn refit_one(
        &self,
        tried: &Tried,
        parts: Option<&mut Vec<(Preparation, Preparer)>>,
    ) -> Result<(Box<dyn Estimator>, Preparer, Predictor), LearnError> {
        let task = self.target.task;
        let n_rows = self.plan.train_rows.len();
        let estimator = match tried.rounds {
            Some(rounds) => self.in_rounds(&tried.spec, rounds)?,
            None => learners::build(&tried.spec, task, n_rows)?,
        };
        // The same rows, seed and preparation give the same preparer each time.
        let (preparer, x) = self.fit_preparer(&self.training, estimator.preparation(), &self.plan.train_target, self.cancel)?;
        check_columns(estimator.as_ref(), preparer.matrix())?;
        let cx = FitContext {
            seed: self.options.seed.derive("final fit"),
            cancel: self.cancel,
            enough: None,
            progress: &NoProgress,
            matrix: preparer.matrix(),
            validation: None,
            weights: None,
            start: None,
        };
        let predictor = estimator.fit(x.view(), &self.plan.train_target, &cx)?;
        if let Some(parts) = parts
            && parts.iter().all(|(known, _)| *known != estimator.preparation())
        {
            parts.push((estimator.preparation(), preparer.clone()));
        }
        Ok((estimator, preparer, predictor))
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
        }
    }
}
