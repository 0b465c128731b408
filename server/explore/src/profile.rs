//! What a table holds, measured in a few passes over its columns.
//!
//! [`profile`] reads each column once into plain lists, describes the columns in parallel, then looks at
//! the rows (duplicates), the target (signals) and the pairs. Counts, moments, quantiles and distinct
//! values are exact; signals and pairs of large tables come from a sample, and [`Profile::notes`] says so.

mod column;
pub(crate) mod numbers;
mod pairs;
mod rows;
pub(crate) mod sample;
mod signal;
mod summary;
mod target;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::Mutex;

use mlwright_base::Progress;
use mlwright_data::ColumnSchema;
use polars::prelude::{DataFrame, Series};
use rayon::prelude::*;

use crate::cells::{self, Cells};
use crate::context::Context;
use crate::error::ExploreError;
use crate::markup;

pub use summary::{
    ColumnProfile, DatetimeSummary, Histogram, MissingEffect, NumericSummary, Pair, PairMeasure, PairSummary, Profile,
    Quantiles, RankedColumn, SampleRows, Signal, SignalMeasure, TableSummary, TargetKind, TargetSummary, TextSummary,
    ValueCount,
};

/// Characters of a value in a profile before it is cut.
pub const VALUE_CHARS_MAX: usize = 80;
/// Columns of the sample of rows.
pub const SAMPLE_COLUMNS_MAX: usize = 30;
/// Classes of a target that are listed and told apart; rarer ones are joined.
pub const CLASSES_MAX: usize = 50;
/// Rows that signals towards the target are measured on; larger tables are sampled. The standard error
/// of an AUC is then below 0.002.
pub const SIGNAL_ROWS_MAX: usize = 200_000;
/// Rows times pairs that Pearson, Cramér's V and the correlation ratio may cost before rows are sampled.
pub const PAIR_WORK_MAX: usize = 400_000_000;
/// The fewest rows that pairs are sampled down to.
pub const PAIR_ROWS_MIN: usize = 20_000;
/// The fewest rows in which both columns of a pair have a value, for the pair to be measured: on a handful of
/// rows any two columns go together, and at 30 the standard error of a correlation of zero is still 0.18.
/// A smaller table's pairs need all its rows, and there are none below [`PAIR_TABLE_ROWS_MIN`].
pub const PAIR_COMMON_ROWS_MIN: usize = 30;
/// Rows of a table below which no pair of its columns is measured.
pub const PAIR_TABLE_ROWS_MIN: usize = 10;
/// The most rows that ranks are compared on.
pub const SPEARMAN_ROWS_MAX: usize = 100_000;
/// Strong pairs beyond the fully measured columns that are listed.
pub const SCREENED_PAIRS_MAX: usize = 500;

/// How much a profile shows. The defaults suit a report; none of them changes a measured number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileOptions {
    /// The most bins of a histogram. Default 30: enough for two modes and a gap, and narrow enough for a card.
    pub histogram_bins: usize,
    /// Frequent values listed per column. Default 10.
    pub top_values: usize,
    /// Rows shown as they are. Default 10.
    pub sample_rows: usize,
    /// Columns of which every pair is measured; beyond it, the target and the columns with the strongest
    /// signal are taken, and the other numeric ones are only screened for strong correlations.
    /// Default 60: 1,770 pairs.
    pub pair_columns: usize,
}

impl Default for ProfileOptions {
    fn default() -> Self {
        Self { histogram_bins: 30, top_values: 10, sample_rows: 10, pair_columns: 60 }
    }
}

/// A column with its values read.
struct ReadColumn<'a> {
    series: &'a Series,
    cells: Cells<'a>,
    profile: ColumnProfile,
}

/// Describes a table of shape `(n_rows, n_columns)` for modelling; `schema` has an entry for each of its
/// columns. Time is about linear in the cells: a second or two for a million rows of twenty columns on two cores.
/// Memory is about one more copy of the table.
///
/// # Errors
/// [`ExploreError::ColumnNotFound`] when there is no such target, [`ExploreError::SchemaMismatch`] when the
/// schema lacks a column, [`ExploreError::Unreadable`] when values cannot be converted, and
/// [`ExploreError::Cancelled`].
pub fn profile(
    frame: &DataFrame,
    schema: &[ColumnSchema],
    target: Option<&str>,
    options: &ProfileOptions,
    cx: &Context<'_>,
) -> Result<Profile, ExploreError> {
    if let Some(name) = target {
        cells::column(frame, name, "target")?;
    }
    let mut notes = Vec::new();
    let mut columns = read_columns(frame, schema, target, options, cx)?;
    for column in &columns {
        column::explain_unparsed(&column.profile.name, &column.cells, &mut notes);
    }
    let target_index = target.and_then(|name| columns.iter().position(|column| column.profile.name == name));
    report(cx, columns.len(), columns.len(), "comparing rows");
    let counted = rows::count(&columns, target_index, frame.height(), cx)?;

    let outcome = target_index.map(|index| target::outcome(&columns[index]));
    if let (Some(index), Some(outcome)) = (target_index, &outcome) {
        report(cx, columns.len(), columns.len(), "measuring signals towards the target");
        let signals = signal::measure(&columns, index, outcome, &mut notes, cx)?;
        for (column, signal) in columns.iter_mut().zip(signals) {
            column.profile.signal = signal;
        }
    }
    report(cx, columns.len(), columns.len(), "comparing columns");
    let mut pairs = pairs::measure(&columns, target_index, options, &mut notes, cx)?;
    pairs.identical = counted.identical;

    let sample = sample_rows(&columns, frame.height(), options);
    if columns.len() > SAMPLE_COLUMNS_MAX {
        notes.push(format!(
            "the sample of rows shows {SAMPLE_COLUMNS_MAX} of {} columns",
            markup::count(columns.len() as u64)
        ));
    }
    let target = target_index.zip(outcome).map(|(index, outcome)| target::summary(&columns, index, &outcome));
    let mut profile = Profile {
        table: TableSummary {
            n_rows: frame.height() as u64,
            n_columns: columns.len() as u64,
            memory_bytes: frame.estimated_size() as u64,
            duplicate_rows: counted.duplicate_rows,
            duplicate_feature_rows: counted.duplicate_feature_rows,
            missing_share: counted.missing_share,
            complete_rows: counted.complete_rows,
        },
        findings: Vec::new(),
        target,
        columns: columns.into_iter().map(|column| column.profile).collect(),
        pairs,
        sample,
        notes,
    };
    profile.findings = crate::findings::findings(&profile);
    Ok(profile)
}

fn report(cx: &Context<'_>, done: usize, columns: usize, message: &str) {
    // Columns are about two thirds of the work; what follows has no finer steps.
    cx.progress.report(Progress::of(done as f64, columns as f64 * 1.5, message));
}

fn read_columns<'a>(
    frame: &'a DataFrame,
    schema: &[ColumnSchema],
    target: Option<&str>,
    options: &ProfileOptions,
    cx: &Context<'_>,
) -> Result<Vec<ReadColumn<'a>>, ExploreError> {
    let by_name: std::collections::HashMap<&str, &ColumnSchema> =
        schema.iter().map(|column| (column.name.as_str(), column)).collect();
    let done = Mutex::new(0_usize);
    let n_columns = frame.width();
    let read = |column: &'a polars::prelude::Column| {
        cx.cancel.check()?;
        let series = column.as_materialized_series();
        let name = series.name().as_str();
        let entry = by_name.get(name).ok_or_else(|| ExploreError::SchemaMismatch { column: name.to_owned() })?;
        let cells = if target == Some(name) {
            cells::read_target(series, entry.semantic)?
        } else {
            cells::read(series, entry.semantic)?
        };
        let profile = column::describe(entry, series, &cells, options);
        let mut done = done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *done += 1;
        report(cx, *done, n_columns, &format!("measuring {}", markup::shorten(name, 40)));
        Ok::<_, ExploreError>(ReadColumn { series, cells, profile })
    };
    // Texts take longest: they are begun first, so that no thread is left alone with one at the end.
    let mut order: Vec<usize> = (0..n_columns).collect();
    order.sort_by_key(|&index| !frame.columns()[index].dtype().is_string());
    let measured = order.into_par_iter().with_max_len(1).map(|index| Ok((index, read(&frame.columns()[index])?)));
    let mut measured: Vec<(usize, ReadColumn<'a>)> = measured.collect::<Result<_, ExploreError>>()?;
    measured.sort_by_key(|(index, _)| *index);
    Ok(measured.into_iter().map(|(_, column)| column).collect())
}

fn sample_rows(columns: &[ReadColumn<'_>], n_rows: usize, options: &ProfileOptions) -> SampleRows {
    let shown = &columns[..columns.len().min(SAMPLE_COLUMNS_MAX)];
    SampleRows {
        columns: shown.iter().map(|column| column.profile.name.clone()).collect(),
        rows: (0..n_rows.min(options.sample_rows))
            .map(|row| shown.iter().map(|column| cell_text(column.series, row)).collect())
            .collect(),
    }
}

fn cell_text(series: &Series, row: usize) -> Option<String> {
    cells::value_text(series, row).map(|text| markup::shorten(&text, VALUE_CHARS_MAX))
}
