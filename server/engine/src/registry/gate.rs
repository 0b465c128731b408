//! The gate: what a version must reach before a guarded alias may point at it.

use mlwright_base::names::did_you_mean;
use mlwright_base::{NoProgress, Problem, Progress};
use mlwright_learn::{Metric, metrics};

use super::files::ModelFiles;
use super::record::{GateCheck, ModelVersion};
use super::test_model::TestModelRequest;
use crate::call::Call;
use crate::engine::Engine;
use crate::evaluate::{OpenedFor, Scored};
use crate::settings::Bound;

type Found = (bool, String);

impl Engine {
    /// Runs every check that `[gate]` asks for. A failed check is a result, not an error.
    pub(super) fn gate(
        &self,
        call: &Call<'_>,
        challenger: &ModelVersion,
        champion: Option<&ModelVersion>,
    ) -> Result<Vec<GateCheck>, Problem> {
        let gate = &self.settings.gate;
        let mut checks = Vec::new();
        if gate.beats_baseline {
            checks.push(check("beats_baseline", beats_baseline(challenger))?);
        }
        for (name, bound) in &gate.metrics {
            checks.push(check(&format!("metric:{name}"), within(challenger, name, bound))?);
        }
        call.progress.report(Progress::of(1.0, 3.0, "compared with the baseline"));
        if gate.not_worse_than_champion {
            let found = match champion {
                None => Ok((true, "no version holds the alias yet".to_owned())),
                Some(champion) => self.not_worse(call, challenger, champion),
            };
            checks.push(check("not_worse_than_champion", found)?);
        }
        call.progress.report(Progress::of(2.0, 3.0, "compared with the champion"));
        if gate.passes_test_model {
            // Its steps are not steps of the gate.
            let quiet = Call { actor: call.actor, cancel: call.cancel, progress: &NoProgress };
            let found = self.test_model(&quiet, &TestModelRequest { model: challenger.uri() }).map(|report| {
                let failed: Vec<String> =
                    report.checks.iter().filter(|check| !check.passed).map(|check| format!("{}: {}", check.name, check.reason)).collect();
                if report.passed { (true, format!("{} checks passed", report.checks.len())) } else { (false, failed.join("; ")) }
            });
            checks.push(check("passes_test_model", found)?);
        }
        call.progress.report(Progress::of(3.0, 3.0, "the gate is done"));
        Ok(checks)
    }

    /// Scores both on the challenger's held-out rows by the challenger's metric.
    fn not_worse(&self, call: &Call<'_>, challenger: &ModelVersion, champion: &ModelVersion) -> Result<Found, Problem> {
        let (new, old) = (challenger.version, champion.version);
        if champion.target != challenger.target {
            return Ok((false, format!("version {old} predicts {:?}, version {new} predicts {:?}: they cannot be compared", champion.target, challenger.target)));
        }
        if champion.task != challenger.task {
            return Ok((false, format!("version {old} is for a {} task, version {new} for a {} task: they cannot be compared", champion.task, challenger.task)));
        }
        let metric = Metric::parse(&challenger.metric)?;
        let files = ModelFiles::of_version(self, challenger);
        let (new_model, old_model) = (files.model()?, ModelFiles::of_version(self, champion).model()?);
        if old_model.classes != new_model.classes {
            let message = format!(
                "version {old} tells {} apart, version {new} tells {}: they cannot be compared",
                old_model.classes.join(", "),
                new_model.classes.join(", ")
            );
            return Ok((false, message));
        }
        self.record_opening(call, &challenger.run_id, OpenedFor::Gate, &challenger.uri())?;
        let rows = files.test_rows(call.cancel)?;
        let value = |model| {
            let scored = Scored::new(model, &rows, call.cancel)?;
            Ok::<_, Problem>((metrics::compute(metric, &scored.target.target, &scored.predictions)?, scored.frame.n_rows()))
        };
        let (new_value, n_rows) = value(&new_model)?;
        let (old_value, _) = value(&old_model).map_err(|problem| {
            let message = format!("version {old} cannot be scored on the test rows of version {new}: {}", problem.message);
            if problem.is_cancelled() { problem } else { Problem { message, ..problem } }
        })?;
        let passed = not_worse(metric, new_value, old_value, self.settings.gate.tolerance);
        let tolerance = match self.settings.gate.tolerance {
            0.0 => String::new(),
            tolerance => format!(", tolerance {tolerance}"),
        };
        // Who held out the very same rows did not learn from them.
        let fair = if ModelFiles::of_version(self, champion).test_digest()? == files.test_digest()? {
            String::new()
        } else {
            format!("; version {old} may have learned from some of these rows")
        };
        Ok((passed, format!("{metric} {} against {} of version {old} on the same {n_rows} test rows{tolerance}{fair}", shown(new_value), shown(old_value))))
    }
}

fn check(name: &str, found: Result<Found, Problem>) -> Result<GateCheck, Problem> {
    let (passed, reason) = match found {
        Err(problem) if problem.is_cancelled() => return Err(problem),
        Err(problem) => (false, problem.message),
        Ok(found) => found,
    };
    Ok(GateCheck { name: name.to_owned(), passed, reason })
}

fn beats_baseline(version: &ModelVersion) -> Result<Found, Problem> {
    let metric = Metric::parse(&version.metric)?;
    let value = |metrics: &std::collections::BTreeMap<String, f64>| metrics.get(metric.name()).copied().filter(|value| value.is_finite());
    Ok(match (value(&version.test_metrics), value(&version.baseline_metrics)) {
        (Some(model), Some(baseline)) => {
            (metric.is_better(model, baseline), format!("{metric} {} against {} of the baseline", shown(model), shown(baseline)))
        }
        (None, _) => (false, format!("it has no {metric} on its test rows")),
        (_, None) => (false, format!("the baseline has no {metric} on the test rows")),
    })
}

fn within(version: &ModelVersion, name: &str, bound: &str) -> Result<Found, Problem> {
    let Ok(metric) = Metric::parse(name) else {
        let hint = did_you_mean(name, Metric::ALL.iter().map(|metric| metric.name()));
        return Ok((false, format!("gate.metrics names {name:?}, which is no metric; {hint}")));
    };
    if !metric.supports(version.task) {
        return Ok((true, format!("{metric} does not apply to a {} task", version.task)));
    }
    let parsed = Bound::parse(bound)?;
    Ok(match version.test_metrics.get(metric.name()) {
        Some(value) => (parsed.holds(*value), format!("{metric} {}, asked for {bound}", shown(*value))),
        None => (false, format!("it has no {metric} on its test rows, asked for {bound}")),
    })
}

/// Whether a new value is at most `tolerance` worse than the old. NaN never is.
fn not_worse(metric: Metric, new: f64, old: f64, tolerance: f64) -> bool {
    if metric.greater_is_better() { new >= old - tolerance } else { new <= old + tolerance }
}

/// Enough digits to see why one of two values is better.
fn shown(value: f64) -> String {
    let magnitude = if value == 0.0 || !value.is_finite() { 0 } else { value.abs().log10().floor() as i32 };
    let decimals = usize::try_from(5 - magnitude).unwrap_or(0).min(12);
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worse_is_by_the_metrics_direction() {
        assert!(not_worse(Metric::RocAuc, 0.80, 0.80, 0.0));
        assert!(!not_worse(Metric::RocAuc, 0.79, 0.80, 0.0));
        assert!(not_worse(Metric::RocAuc, 0.79, 0.80, 0.02));
        assert!(not_worse(Metric::Rmse, 9.0, 10.0, 0.0));
        assert!(!not_worse(Metric::Rmse, 10.1, 10.0, 0.05));
        assert!(!not_worse(Metric::RocAuc, f64::NAN, 0.5, 1.0));
        assert!(!not_worse(Metric::Rmse, f64::NAN, 0.5, 1.0));
    }

    #[test]
    fn values_are_shown_to_six_digits() {
        assert_eq!((shown(0.846_123_44), shown(50_182.333_3), shown(0.0)), ("0.846123".to_owned(), "50182.3".to_owned(), "0.00000".to_owned()));
    }
}
