//! What two sides have that is worth comparing when one of them is an endpoint's requests.
//!
//! Such a table holds the columns of the models that answered, what belongs to the request itself,
//! and whatever clients sent beside. Only the first are expected in every row, and only in rows that
//! a model answered which learned from them.

use std::collections::HashSet;

use mlwright_base::{ErrorCode, Problem};
use mlwright_explore::Context;
use mlwright_explore::drift::{self, DriftOptions, DriftReport, SkippedColumn};
use polars::prelude::DataFrame;

use super::check::Side;
use crate::engine::Engine;
use crate::tables::{INFERENCE_PREFIX, TableKind};

/// The most columns that one warning names.
const NAMES_SHOWN_MAX: usize = 10;

/// Two sides, ready to be compared.
pub(super) struct Aligned {
    pub(super) baseline: Side,
    pub(super) current: Side,
    /// Columns that both have and that are not compared.
    left_out: Vec<SkippedColumn>,
    /// Columns that not every row is expected to have: rows without them say nothing.
    partial: Vec<String>,
}

impl Engine {
    /// Finds what is to be compared; `named` columns are, whatever they are.
    pub(super) fn align(&self, mut baseline: Side, mut current: Side, named: Option<&[String]>) -> Result<Aligned, Problem> {
        let (mut left_out, mut partial) = (Vec::new(), Vec::new());
        let learned = [self.learned(&baseline)?, self.learned(&current)?];
        let (in_baseline, in_current) = (names(&baseline.frame), names(&current.frame));
        let in_both: Vec<&String> = in_baseline.iter().filter(|name| in_current.contains(name)).collect();
        if current.open.kind == TableKind::Inference && in_both.is_empty() {
            return Err(Problem::new(ErrorCode::UnsuitableData, format!("{} and {} have no column in common", baseline.open.name, current.open.name))
                .hint("the baseline must have the columns of the endpoint's model")
                .field("baseline"));
        }
        let is_named = |name: &String| named.is_some_and(|named| named.contains(name));
        for name in in_both {
            let by_some = |models: &Vec<HashSet<String>>| models.iter().any(|columns| columns.contains(name));
            let by_all = |models: &Vec<HashSet<String>>| models.iter().all(|columns| columns.contains(name));
            let unlearned = [&baseline, &current].into_iter().zip(&learned).find(|(_, models)| models.as_ref().is_some_and(|models| !by_some(models)));
            let has_gaps = || [&baseline, &current].iter().zip(&learned).any(|(side, models)| models.is_some() && n_known(side, name) < side.frame.height());
            match unlearned {
                Some((side, _)) if !is_named(name) => left_out.push(SkippedColumn {
                    column: name.clone(),
                    reason: format!("no model that answered in {} learned from it; name it in columns to compare the rows that have it", side.open.name),
                }),
                Some(_) if has_gaps() => partial.push(name.clone()),
                Some(_) => {}
                None if learned.iter().flatten().any(|models| !by_all(models)) => partial.push(name.clone()),
                None => {}
            }
        }
        // Columns of the baseline that no request carries are no news, nor is what belongs to a request.
        let is_left_out = |name: &str| left_out.iter().any(|skipped| skipped.column == name);
        let baseline_keeps = |name: &String| match (&learned, in_current.contains(name)) {
            (_, true) => !is_left_out(name),
            ([_, Some(_)], false) => false,
            ([Some(models), None], false) => models.iter().any(|columns| columns.contains(name)),
            ([None, None], false) => true,
        };
        let current_keeps = |name: &String| !is_left_out(name) && (learned[1].is_none() || in_baseline.contains(name));
        if learned.iter().any(Option::is_some) {
            (baseline.frame, current.frame) = (only(&baseline.frame, baseline_keeps), only(&current.frame, current_keeps));
        }
        Ok(Aligned { baseline, current, left_out, partial })
    }

    /// The columns of each model that answered in an inference table; `None` for other tables.
    fn learned(&self, side: &Side) -> Result<Option<Vec<HashSet<String>>>, Problem> {
        match (side.open.kind, side.open.name.strip_prefix(INFERENCE_PREFIX)) {
            (TableKind::Inference, Some(endpoint)) => Ok(Some(self.learned_columns(endpoint, &side.frame)?)),
            _ => Ok(None),
        }
    }
}

impl Aligned {
    /// Compares the sides.
    pub(super) fn compare(&self, named: Option<&[String]>, options: &DriftOptions, cx: &Context<'_>) -> Result<DriftReport, Problem> {
        let Self { baseline, current, left_out, partial } = self;
        let is_whole = |name: &String| !partial.contains(name);
        let named_whole: Option<Vec<String>> = named.map(|named| named.iter().filter(|name| is_whole(name)).cloned().collect());
        let whole = |frame: &DataFrame| only(frame, is_whole);
        let mut report =
            drift::check(&whole(&baseline.frame), &whole(&current.frame), &baseline.schema, named_whole.as_deref(), options, cx)?;
        report.skipped.extend(left_out.iter().cloned());
        let compared: Vec<&String> = partial.iter().filter(|name| named.is_none_or(|named| named.contains(name))).collect();
        // Each is judged alone, so that each must be as sure as the first of all of them (Bonferroni).
        let n_tests = report.columns.len() + compared.len();
        let stricter = DriftOptions { p_value_max: options.p_value_max / n_tests.max(1) as f64, ..options.clone() };
        for name in compared {
            let (was, now) = (with_value(&baseline.frame, name)?, with_value(&current.frame, name)?);
            if was.height() == 0 || now.height() == 0 {
                report.skipped.push(SkippedColumn { column: name.clone(), reason: "no row of one side has a value".to_owned() });
                continue;
            }
            let alone = [name.clone()];
            let part = drift::check(&was, &now, &baseline.schema, named.map(|_| &alone[..]), &stricter, cx)?;
            report.columns.extend(part.columns);
            report.skipped.extend(part.skipped);
        }
        report.columns.sort_by(|a, b| b.drifted.cmp(&a.drifted).then(b.strength().total_cmp(&a.strength())));
        report.drifted = report.columns.iter().filter(|column| column.drifted).map(|column| column.column.clone()).collect();
        report.drifted_share = if report.columns.is_empty() { 0.0 } else { report.drifted.len() as f64 / report.columns.len() as f64 };
        (report.baseline_rows, report.current_rows) = (baseline.frame.height() as u64, current.frame.height() as u64);
        Ok(report)
    }

    /// What is said of columns of which only some rows are compared.
    pub(super) fn warning(&self, report: &DriftReport) -> Option<String> {
        let is_compared = |name: &&String| report.columns.iter().any(|column| column.column == **name);
        let compared: Vec<&String> = self.partial.iter().filter(is_compared).collect();
        let one = |name: &&String| format!("{name} ({} of {})", n_known(&self.current, name), self.current.frame.height());
        let shown: Vec<String> = compared.iter().take(NAMES_SHOWN_MAX).map(one).collect();
        let more = compared.len() - shown.len();
        let more = if more > 0 { format!(" and {more} more columns") } else { String::new() };
        (!shown.is_empty()).then(|| format!("not every request has these columns, so only rows that do are compared: {}{more}", shown.join(", ")))
    }
}

fn names(frame: &DataFrame) -> Vec<String> {
    frame.get_column_names().iter().map(ToString::to_string).collect()
}

/// How many rows have a value in the column.
fn n_known(side: &Side, column: &str) -> usize {
    side.frame.column(column).map_or(0, |column| column.len() - column.null_count())
}

fn only(frame: &DataFrame, keeps: impl Fn(&String) -> bool) -> DataFrame {
    frame.drop_many(names(frame).into_iter().filter(|name| !keeps(name)))
}

/// The column alone, in rows that have a value in it.
fn with_value(frame: &DataFrame, column: &str) -> Result<DataFrame, Problem> {
    let defect = |error: polars::error::PolarsError| Problem::new(ErrorCode::Internal, error.to_string());
    let known = frame.column(column).map_err(defect)?.is_not_null();
    frame.select([column]).and_then(|frame| frame.filter(&known)).map_err(defect)
}
