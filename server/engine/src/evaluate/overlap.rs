//! Whether a table holds rows that a model learned from: then a score on it flatters the model.

use std::collections::HashSet;

use mlwright_base::{ErrorCode, Problem};
use mlwright_learn::Feature;
use polars::prelude::DataFrame;

use crate::call::Call;
use crate::convert::frame_from;
use crate::engine::Engine;
use crate::model_uri::ResolvedModel;
use crate::registry::ModelFiles;
use crate::row_hashes::row_hashes;
use crate::tables::OpenTable;

/// The share of the held-out rows that must be found in a table before it is taken to come from the
/// training table. Held-out rows are not learned from themselves, but where they are, the rows that
/// were are likely too. Two tables that merely have some equal rows stay below.
const SHARE_FOUND: f64 = 0.5;

impl Engine {
    /// What to say of a table that the model's run learned from, or that seems to come from it.
    pub(super) fn overlap(
        &self,
        call: &Call<'_>,
        resolved: &ResolvedModel,
        opened: &OpenTable,
        rows: &DataFrame,
    ) -> Result<Option<String>, Problem> {
        let data = match self.run(resolved.run_id.as_str()) {
            Ok(run) => run.data,
            Err(problem) if problem.code == ErrorCode::NotFound => None,
            Err(problem) => return Err(problem),
        };
        let advice = "leave the table out to score on the held-out rows only";
        if let Some(data) = data
            && data.fingerprint == opened.table.fingerprint()?
        {
            let n_learned = data.n_rows.saturating_sub(data.n_test_rows);
            return Ok(Some(format!(
                "this is the table that the model learned from: {n_learned} of its {} rows were training rows, so the scores flatter it; {advice}",
                data.n_rows
            )));
        }
        let files = ModelFiles::of(self, resolved);
        let model = files.model()?;
        let mut columns = model.features.clone();
        columns.push(Feature { name: model.target.clone(), kind: mlwright_learn::FeatureKind::Text });
        let held_out = row_hashes(&frame_from(&files.test_rows(call.cancel)?, &columns)?);
        // Without all columns, the scoring that follows says which one is missing.
        let Ok(found) = frame_from(rows, &columns) else { return Ok(None) };
        let found: HashSet<u64> = row_hashes(&found).into_iter().collect();
        let n_found = held_out.iter().filter(|hash| found.contains(hash)).count();
        if n_found == 0 || (n_found as f64) < SHARE_FOUND * held_out.len() as f64 {
            return Ok(None);
        }
        Ok(Some(format!(
            "{n_found} of the {} rows that the run held out are in this table, so it seems to come from the training table and to hold \
             rows that the model learned from: the scores may flatter it; {advice}",
            held_out.len()
        )))
    }
}
