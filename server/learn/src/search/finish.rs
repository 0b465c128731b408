//! What the rows that folds left out are good for once a candidate is chosen: calibration, the threshold after it,
//! and intervals or sets.

use ndarray::{ArrayView1, Axis, concatenate};
use serde::{Deserialize, Serialize};

use super::threshold;
use super::trial::{Tried, Workbench};
use crate::calibrate::{self, Calibration, CalibrationChoice, CalibrationGain, CalibrationMethod, HeldOut};
use crate::conformal::{Interval, Regions};
use crate::metrics::Metric;
use crate::{LearnError, Model, Predictions, Target, Task};

/// How well the promise of intervals or sets holds on the test rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Coverage {
    /// The share of rows that was promised.
    pub promised: f64,
    /// The share of the test rows whose truth is inside.
    pub on_test: f64,
    /// The mean width of the intervals, or the mean number of classes of the sets, there; absent when one has no
    /// bound, because there were too few rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_size: Option<f64>,
}

impl Workbench<'_> {
    /// Adds to a model what its candidate's left-out rows tell. What was gained by calibration is returned,
    /// as far as it can be told.
    ///
    /// # Errors
    /// [`LearnError::UnsuitableData`] when there are no left-out rows for what was asked for.
    pub(super) fn finish(&self, one: &Tried, model: &mut Model) -> Result<Option<CalibrationGain>, LearnError> {
        let gain = self.calibrate(one, model)?;
        if let Some(coverage) = self.options.coverage {
            model.regions = Some(self.regions(one, model, coverage)?);
        }
        Ok(gain)
    }

    fn calibrate(&self, one: &Tried, model: &mut Model) -> Result<Option<CalibrationGain>, LearnError> {
        let parts = self.held_out(&one.outputs);
        if parts.is_empty() || one.spec.name == super::BASELINE {
            return Ok(None);
        }
        let metric = self.options.metric;
        let (method, gain) = match self.options.calibration {
            CalibrationChoice::Never => return Ok(None),
            CalibrationChoice::Always(method) => (method, calibrate::gain(&parts, method)?.map(|(gain, _)| gain)),
            CalibrationChoice::Auto => {
                let keeps_order = [CalibrationMethod::Sigmoid];
                let all = [CalibrationMethod::Sigmoid, CalibrationMethod::Isotonic];
                let wanted: &[_] = if matches!(metric, Metric::RocAuc | Metric::PrAuc) { &keeps_order } else { &all };
                let Some(gain) = calibrate::choose(&parts, wanted)? else { return Ok(None) };
                (gain.method, Some(gain))
            }
        };
        let HeldOut { probabilities, positive } = HeldOut::joined(&parts);
        let calibration = Calibration::fit(method, &probabilities, &positive)?;
        if threshold::is_chosen(Task::Binary, metric) {
            let calibrated: Vec<f64> = probabilities.iter().map(|one| calibration.predict(*one)).collect();
            model.threshold = Some(threshold::choose(metric, &positive, &calibrated));
        }
        model.calibration = Some(calibration);
        Ok(gain)
    }

    fn regions(&self, one: &Tried, model: &Model, coverage: f64) -> Result<Regions, LearnError> {
        let outputs: Vec<_> = one.outputs.iter().map(ndarray::ArrayBase::view).collect();
        let mut outputs = concatenate(Axis(0), &outputs).map_err(|error| LearnError::Shape(error.to_string()))?;
        if let Some(calibration) = &model.calibration {
            calibration.apply_to_rows(&mut outputs);
        }
        let rows: Vec<usize> = self.plan.folds.iter().flat_map(|fold| fold.valid.iter().copied()).collect();
        match self.plan.train_target.take(&rows) {
            Target::Number(truth) => Regions::intervals(&truth, &outputs.column(0).to_vec(), coverage),
            Target::Class { codes, .. } => Regions::sets(&codes, outputs.view(), coverage),
        }
    }
}

/// How well a model's regions hold the truth of rows; `None` when it has none or there are no rows.
pub(super) fn coverage(model: &Model, truth: &Target, predictions: &Predictions) -> Option<Coverage> {
    let regions = model.regions.as_ref()?;
    let (sizes, are_inside): (Vec<f64>, Vec<bool>) = match (predictions, truth) {
        (Predictions::Numbers(numbers), Target::Number(truth)) => {
            let of = |(number, truth): (&f64, &f64)| {
                let Interval { low, high } = regions.interval(*number);
                (high - low, (low..=high).contains(truth))
            };
            numbers.iter().zip(truth).map(of).unzip()
        }
        (Predictions::Classes { probabilities, .. }, Target::Class { codes, .. }) => {
            let of = |(row, code): (ArrayView1<'_, f64>, &u32)| {
                let set = regions.set(&row.to_vec());
                (set.len() as f64, set.contains(code))
            };
            probabilities.rows().into_iter().zip(codes).map(of).unzip()
        }
        _ => return None,
    };
    let n_inside = are_inside.into_iter().filter(|inside| *inside).count();
    let n = sizes.len() as f64;
    let mean_size = sizes.iter().sum::<f64>() / n;
    (n > 0.0).then(|| Coverage {
        promised: regions.coverage,
        on_test: n_inside as f64 / n,
        mean_size: Some(mean_size).filter(|size| size.is_finite()),
    })
}
