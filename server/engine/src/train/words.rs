//! What a training says of its model beside scores, in words.

use mlwright_learn::calibrate::CalibrationGain;
use mlwright_learn::{Coverage, Task};

use crate::card::estimate::{number, short};

/// What calibration does, as a sentence without its full stop.
#[must_use]
pub fn calibrated(gain: &CalibrationGain) -> String {
    let (before, after) = (short(gain.log_loss_before), short(gain.log_loss_after));
    format!("Calibrated ({}): cross-validated log loss {before} before, {after} after", gain.method.name())
}

/// How well intervals or sets hold the truth, as a sentence without its full stop.
#[must_use]
pub fn covered(coverage: &Coverage, task: Task) -> String {
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    let regions = match (task, coverage.mean_size) {
        (Task::Regression, Some(width)) => format!("Intervals of mean width {}", number(width)),
        (Task::Regression, None) => "Intervals without bound, as there are too few rows,".to_owned(),
        (_, Some(classes)) => format!("Sets of {classes:.1} classes on average"),
        (_, None) => "Sets".to_owned(),
    };
    format!("{regions} hold the truth of {} of the test rows, {} were promised", percent(coverage.on_test), percent(coverage.promised))
}
