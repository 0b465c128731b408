//! Columns that likely hold the outcome itself: what the profile of a table calls leaks of its target.

use mlwright_base::{CancelToken, Problem};
use mlwright_data::ColumnSchema;
use mlwright_explore::findings::{Finding, FindingKind, Severity};
use mlwright_explore::profile::{ProfileOptions, profile};
use mlwright_explore::Context;
use polars::prelude::DataFrame;

use super::ExcludedColumn;
use super::input::take;

/// Rows that are looked at: a column that all but equals the outcome shows in fewer.
const ROWS_MAX: usize = 20_000;
/// Cells that are looked at, when columns are many.
const CELLS_MAX: usize = 5_000_000;
/// Fewer rows than this are not looked at for the columns' number.
const ROWS_MIN: usize = 1_000;

/// A column that no model should learn from.
#[derive(Debug)]
pub(super) struct Leak {
    /// Its name.
    pub column: String,
    /// What was seen, with the numbers.
    seen: String,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Leaks {
    /// Columns that all but equal the outcome.
    pub certain: Vec<Leak>,
    /// What else looks like a leak, in words.
    pub suspected: Vec<String>,
}

/// Looks for columns that say too much of the target, among some of the rows, evenly drawn. Only the outcome's relation to
/// single columns is looked at, and it can only take a column away: a score on test rows is not flattered by it.
///
/// # Errors
/// What profiling gives.
pub(super) fn look(
    table: &DataFrame,
    schema: &[ColumnSchema],
    target: &str,
    features: &[String],
    cancel: &CancelToken,
) -> Result<Leaks, Problem> {
    let names: Vec<&str> = features.iter().map(String::as_str).chain([target]).collect();
    let looked_at = table.select(names.iter().copied()).map_err(|error| Problem::new(mlwright_base::ErrorCode::Internal, format!("columns cannot be taken: {error}")))?;
    let n_rows = table.height().min(ROWS_MAX).min((CELLS_MAX / names.len()).max(ROWS_MIN));
    let rows: Vec<usize> = (0..n_rows).map(|row| (row as u128 * table.height() as u128 / n_rows as u128) as usize).collect();
    let looked_at = if n_rows < table.height() { take(&looked_at, &rows)? } else { looked_at };
    let schema: Vec<ColumnSchema> = schema.iter().filter(|column| names.contains(&column.name.as_str())).cloned().collect();
    let options = ProfileOptions { pair_columns: 10, ..ProfileOptions::default() };
    let profile = profile(&looked_at, &schema, Some(target), &options, &Context::quiet(cancel))?;
    let mut leaks = Leaks::default();
    for finding in profile.findings.iter().filter(|finding| is_leak(finding)) {
        for name in &finding.columns {
            if finding.severity == Severity::Error {
                leaks.certain.push(Leak { column: name.clone(), seen: finding.reason.clone() });
            } else {
                leaks.suspected.push(format!("{}: {}", finding.reason, finding.action));
            }
        }
    }
    Ok(leaks)
}

fn is_leak(finding: &Finding) -> bool {
    matches!(finding.kind, FindingKind::LeakageSuspect | FindingKind::KnownAfterOutcome)
}

impl Leaks {
    /// The certain ones as columns left out.
    pub fn excluded(&self) -> impl Iterator<Item = ExcludedColumn> {
        self.certain.iter().map(|leak| ExcludedColumn {
            name: leak.column.clone(),
            reason: format!(
                "it likely holds the outcome itself: {}; to learn from it all the same, say what to exclude (an empty list will do)",
                leak.seen
            ),
        })
    }

    /// The certain ones as warnings, where they are learned from.
    pub fn told(&self) -> impl Iterator<Item = String> {
        self.certain.iter().map(|leak| format!("{} was learned from, but likely holds the outcome itself: {}", leak.column, leak.seen))
    }
}

#[cfg(test)]
mod tests {
    use mlwright_base::RunId;

    use super::*;
    use crate::registry::lab::{Lab, N_ROWS, Recipe, people};
    use crate::tracking::record::{RUNS, Run};

    /// People with a code that only those who left have, a score that all but tells them, and a good feature.
    fn leaky() -> Lab {
        let lab = Lab::new();
        let mut lines = people(0, N_ROWS).lines().map(str::to_owned).collect::<Vec<_>>();
        for (row, line) in lines.iter_mut().enumerate() {
            let left = line.ends_with("Yes");
            let noise = row * 7919 % 1000;
            let score = if left { 980 + noise / 4 } else { noise };
            let good = if left { 400 + noise } else { noise };
            line.push_str(&if row == 0 { ",refund,score,good".to_owned() } else { format!(",{},{score},{good}", if left { "R1" } else { "-" }) });
        }
        lab.put("leaky.csv", &(lines.join("\n") + "\n"));
        lab
    }

    fn columns(lab: &Lab, run_id: &RunId, role: &str) -> Vec<String> {
        let run = lab.engine.store.read(|tx| tx.get::<Run>(RUNS, run_id.as_str())).unwrap().unwrap();
        let columns = run.body.data.unwrap().schema.into_iter();
        columns.filter(|column| column.role == role).map(|column| column.name).collect()
    }

    #[test]
    fn copies_of_the_target_are_left_out_unless_the_caller_says_what_to_exclude() {
        let lab = leaky();
        let run_id = lab.train(&Recipe { table: "leaky.csv", ..Recipe::default() });
        assert_eq!(columns(&lab, &run_id, "excluded"), ["refund", "score"]);
        assert!(columns(&lab, &run_id, "feature").contains(&"good".to_owned()));
        let run_id = lab.train(&Recipe { table: "leaky.csv", exclude: &["plan"], ..Recipe::default() });
        assert_eq!(columns(&lab, &run_id, "excluded"), ["plan"]);
    }

    #[test]
    fn what_was_seen_is_told_with_its_numbers() {
        let lab = leaky();
        let cancel = CancelToken::new();
        let (table, schema) = lab.engine.open_table("leaky.csv").unwrap().collect(&cancel).unwrap();
        let features = ["calls", "refund", "score", "good"].map(str::to_owned);
        let leaks = look(&table, &schema, "churn", &features, &cancel).unwrap();
        let excluded: Vec<ExcludedColumn> = leaks.excluded().collect();
        assert!(excluded[0].reason.contains("refund tells the outcomes apart exactly as churn does") && excluded[1].reason.contains("score alone reaches an AUC of 0.99"), "{excluded:?}");
        assert!(leaks.told().all(|told| told.contains("likely holds the outcome itself")));
    }

    #[test]
    fn a_table_whose_every_column_equals_the_target_is_learned_from() {
        let lab = Lab::new();
        let rows = (0..300).map(|row| format!("{:.3},{:.3}\n", f64::from(row * 37 % 300) / 7.0, f64::from(row * 37 % 300) / 3.0));
        lab.put("line.csv", &("x,y\n".to_owned() + &rows.collect::<String>()));
        let run_id = lab.train(&Recipe { table: "line.csv", target: "y", ..Recipe::default() });
        assert_eq!(columns(&lab, &run_id, "feature"), ["x"]);
    }
}
