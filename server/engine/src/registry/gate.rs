//! The gate: what a version must reach before a guarded alias may point at it.

use mlwright_base::names::did_you_mean;
use mlwright_base::{ErrorCode, NoProgress, Problem, Progress};
use mlwright_learn::{Metric, metrics};

use super::files::ModelFiles;
use super::record::{GateCheck, ModelVersion};
use super::test_model::TestModelRequest;
use crate::call::Call;
use crate::engine::Engine;
use crate::evaluate::{OpenedFor, Scored};
use crate::settings::Bound;
use crate::tables::split_version;

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
            let quiet = Call { progress: &NoProgress, ..*call };
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

    /// Scores both on the challenger's held-out rows; the challenger passes when it is not worse in
    /// any of [`Engine::deciding_metrics`]. Because the challenger's training chose these rows, they
    /// must be at least half as many as the champion held out.
    fn not_worse(&self, call: &Call<'_>, challenger: &ModelVersion, champion: &ModelVersion) -> Result<Found, Problem> {
        let (new, old) = (challenger.version, champion.version);
        if champion.target != challenger.target {
            return Ok((false, format!("version {old} predicts {:?}, version {new} predicts {:?}: they cannot be compared", champion.target, challenger.target)));
        }
        if champion.task != challenger.task {
            return Ok((false, format!("version {old} is for a {} task, version {new} for a {} task: they cannot be compared", champion.task, challenger.task)));
        }
        let deciding = self.deciding_metrics(challenger, champion)?;
        let (files, old_files) = (ModelFiles::of_version(self, challenger), ModelFiles::of_version(self, champion));
        let (new_model, old_model) = (files.model()?, old_files.model()?);
        if old_model.classes != new_model.classes {
            let message = format!(
                "version {old} tells {} apart, version {new} tells {}: they cannot be compared",
                old_model.classes.join(", "),
                new_model.classes.join(", ")
            );
            return Ok((false, message));
        }
        let (n_new, n_old) = (files.n_test_rows()?, old_files.n_test_rows()?);
        if n_new.saturating_mul(2) < n_old {
            let message = format!(
                "version {new} held out {n_new} test rows, fewer than half of the {n_old} of version {old}: too few to compare them; train with a larger test_fraction"
            );
            return Ok((false, message));
        }
        self.record_opening(call, &challenger.run_id, OpenedFor::Gate, &challenger.uri())?;
        let rows = files.test_rows(call.cancel)?;
        let values = |model| {
            let scored = Scored::new(model, &rows, call.cancel)?;
            let value = |metric: &Metric| metrics::compute(*metric, &scored.target.target, &scored.predictions);
            Ok::<_, Problem>((deciding.iter().map(value).collect::<Result<Vec<f64>, _>>()?, scored.frame.n_rows()))
        };
        let (new_values, n_rows) = values(&new_model)?;
        let (old_values, _) = values(&old_model).map_err(|problem| {
            let message = format!("version {old} cannot be scored on the test rows of version {new}: {}", problem.message);
            if problem.is_cancelled() { problem } else { Problem { message, ..problem } }
        })?;
        let tolerance = self.settings.gate.tolerance;
        let compared = || deciding.iter().zip(new_values.iter().zip(&old_values));
        let passed = compared().all(|(metric, (new, old))| not_worse(*metric, *new, *old, tolerance));
        let shown_values: Vec<String> =
            compared().map(|(metric, (new, old))| format!("{metric} {} against {}", shown(*new), shown(*old))).collect();
        let mut reason = format!("{} of version {old} on the same {n_rows} test rows", shown_values.join(" and "));
        if tolerance != 0.0 {
            reason.push_str(&format!(", tolerance {tolerance}"));
        }
        if deciding.len() > 1 {
            reason.push_str("; the metrics of both versions count, as [use_case] of mlwright.toml sets none for this table and target");
        }
        // Who held out the very same rows did not learn from them.
        if old_files.test_digest()? != files.test_digest()? {
            reason.push_str(&format!("; version {old} may have learned from some of these rows"));
        }
        Ok((passed, reason))
    }

    /// The metrics that decide between two versions for one target: that of `[use_case]` where it is
    /// about this target and a table that either learned from, and fits the task; else the champion's
    /// and the challenger's, once if they are the same. A challenger does not choose alone what it is
    /// judged by.
    fn deciding_metrics(&self, challenger: &ModelVersion, champion: &ModelVersion) -> Result<Vec<Metric>, Problem> {
        let case = &self.settings.use_case;
        if let (Some(table), Some(target), Some(name)) = (&case.table, &case.target, &case.metric)
            && *target == challenger.target
            && (self.learned_from(challenger, table)? || self.learned_from(champion, table)?)
        {
            let metric = Metric::parse(name).map_err(|error| {
                let problem = Problem::from(error);
                Problem { message: format!("use_case.metric: {}", problem.message), ..problem }
            })?;
            if metric.supports(challenger.task) {
                return Ok(vec![metric]);
            }
        }
        let own = Metric::parse(&challenger.metric)?;
        // A champion whose run told no metric has none to add.
        let mut deciding: Vec<Metric> = Metric::parse(&champion.metric).into_iter().chain([own]).collect();
        deciding.dedup();
        Ok(deciding)
    }

    /// Whether a version's run learned from the table of that name, whatever the version of the
    /// table; not when the run is gone.
    fn learned_from(&self, version: &ModelVersion, table: &str) -> Result<bool, Problem> {
        let data = match self.run(version.run_id.as_str()) {
            Ok(run) => run.data,
            Err(problem) if problem.code == ErrorCode::NotFound => None,
            Err(problem) => return Err(problem),
        };
        let Some(data) = data else { return Ok(false) };
        let same_file = || self.workspace.resolve(table).is_ok_and(|path| self.workspace.shown(&path) == data.table);
        Ok(data.table == table || split_version(&data.table).0 == split_version(table).0 || same_file())
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
