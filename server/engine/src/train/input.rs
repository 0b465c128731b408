//! From a table's name to what the search takes: features, target, moments, and what was left out.

use mlwright_base::{CancelToken, ErrorCode, Problem};
use mlwright_data::{ColumnSchema, Severity};
use mlwright_learn::target::EncodedTarget;
use mlwright_learn::split::{GroupColumn, OwnedSplit, SplitName, choose, group_codes, n_groups};
use mlwright_learn::{Column, Feature, Frame, Task};
use polars::prelude::{DataFrame, IdxCa, IdxSize};

use super::{ExcludedColumn, TrainSpec, doubts, leaks};
use crate::convert::{column_from, exclusion, features_of, frame_from, series_of, target_from};
use crate::engine::Engine;
use crate::tables::OpenTable;
use crate::tracking::record::ColumnUse;

/// Values that do not fit, as many as are shown.
const MISFITS_SHOWN: usize = 3;

/// A table, read and understood for one training.
pub(super) struct TrainingInput {
    /// The table.
    pub opened: OpenTable,
    /// The rows that have a target, all columns.
    pub rows: DataFrame,
    /// SHA-256 of the table's content.
    pub fingerprint: String,
    /// Rows in the table.
    pub n_rows: usize,
    /// What each column is.
    pub schema: Vec<ColumnSchema>,
    /// The columns to learn from.
    pub features: Vec<Feature>,
    /// Those columns of [`TrainingInput::rows`].
    pub frame: Frame,
    /// The target of [`TrainingInput::rows`].
    pub target: EncodedTarget,
    /// How rows are to be set apart, with the moment or group of each.
    pub split: OwnedSplit,
    /// Why so.
    pub split_reason: String,
    /// Columns left out.
    pub excluded: Vec<ExcludedColumn>,
    /// What to know before relying on the result.
    pub warnings: Vec<String>,
}

impl TrainingInput {
    /// How each column is used, for the run's record.
    pub fn column_uses(&self, target: &str) -> Vec<ColumnUse> {
        let use_of = |column: &ColumnSchema| {
            let reason = self.excluded.iter().find(|one| one.name == column.name).map(|one| one.reason.clone());
            let role = match (column.name == target, &reason) {
                (true, _) => "target",
                (false, Some(_)) => "excluded",
                (false, None) => "feature",
            };
            ColumnUse {
                name: column.name.clone(),
                semantic: column.semantic.as_str().to_owned(),
                role: role.to_owned(),
                reason: reason.unwrap_or_default(),
            }
        };
        self.schema.iter().map(use_of).collect()
    }
}

/// Reads the table of a training.
pub(super) fn read(engine: &Engine, spec: &TrainSpec, cancel: &CancelToken) -> Result<TrainingInput, Problem> {
    let opened = engine.open_table(&spec.table)?;
    let fingerprint = opened.table.fingerprint()?;
    let (table, schema) = opened.collect(cancel)?;
    if opened.table.fingerprint()? != fingerprint {
        return Err(Problem::new(ErrorCode::Conflict, format!("{} changed while it was read", opened.name))
            .hint("train again once nothing writes to it, or keep it as a versioned table with create_table")
            .field("table"));
    }
    let n_rows = table.height();
    let target = target_from(&table, &spec.target, spec.task, spec.positive_class.as_deref())?;
    let mut warnings: Vec<String> = misfits(&opened, cancel)?.into_iter().collect();
    if target.n_left_out > 0 {
        let finite = if target.task == Task::Regression { "finite " } else { "" };
        warnings.push(format!("{} of {n_rows} rows have no {finite}{} and were left out", target.n_left_out, spec.target));
    }
    // A group is never on both sides, so that its name says nothing about rows to come.
    let by_caller = spec.exclude.as_deref().unwrap_or_default();
    let left_out: Vec<String> = by_caller.iter().chain(&spec.group_column).cloned().collect();
    let mut features = features_of(&schema, &spec.target, &left_out);
    let mut excluded = schema
        .iter()
        .filter(|column| column.name != spec.target)
        .filter_map(|column| {
            let is_group = spec.group_column.as_ref() == Some(&column.name);
            let reason = exclusion(column, &spec.target, by_caller)
                .or_else(|| is_group.then(|| "it says which rows belong together".to_owned()))?;
            Some(ExcludedColumn { name: column.name.clone(), reason })
        })
        .collect::<Vec<_>>();
    if features.is_empty() {
        let names: Vec<String> = excluded.iter().map(|one| format!("{} ({})", one.name, one.reason)).collect();
        return Err(Problem::new(ErrorCode::UnsuitableData, "no column is left to learn from")
            .hint(format!("left out: {}", names.join("; ")))
            .field("table"));
    }
    let names: Vec<String> = features.iter().map(|feature| feature.name.clone()).collect();
    let leaks = leaks::look(&table, &schema, &spec.target, &names, cancel)?;
    // Who says what to exclude has looked; and of columns that all equal the outcome, one may well be its cause.
    if spec.exclude.is_none() && leaks.certain.len() < features.len() {
        features.retain(|feature| leaks.certain.iter().all(|leak| leak.column != feature.name));
        excluded.extend(leaks.excluded());
    } else {
        warnings.extend(leaks.told());
    }
    warnings.extend(leaks.suspected);
    let rows = if target.rows.len() == n_rows { table } else { take(&table, &target.rows)? };
    let frame = frame_from(&rows, &features)?;
    let (split, split_reason) = split_of(spec, &rows, target.task)?;
    if !matches!(split, OwnedSplit::TimeOrdered(_)) {
        warnings.extend(doubts::in_time_order(&frame));
    }
    warnings.extend(doubts::classes_by_case(&target.classes));
    warnings.extend(doubts::words_among_numbers(&schema, &features));
    Ok(TrainingInput { opened, rows, fingerprint, n_rows, schema, features, frame, target, split, split_reason, excluded, warnings })
}

/// How the rows are set apart, and why.
fn split_of(spec: &TrainSpec, rows: &DataFrame, task: Task) -> Result<(OwnedSplit, String), Problem> {
    let groups = match &spec.group_column {
        Some(column) => Some(group_codes(&column_from(&series_of(rows, column, "group_column")?)?)),
        None => None,
    };
    let n_groups = groups.as_deref().map_or(0, n_groups);
    if spec.group_column.is_some() && (n_groups < 2 || n_groups == rows.height()) {
        let what = if n_groups < 2 { "one value in all rows" } else { "another value in each row" };
        return Err(Problem::new(ErrorCode::UnsuitableData, format!("group_column {:?} has {what}", spec.group_column.as_deref().unwrap_or_default()))
            .hint("name a column whose values several rows share, or leave group_column out")
            .field("group_column"));
    }
    let group_column = spec.group_column.as_deref().map(|name| GroupColumn { name, n_groups, n_rows: rows.height() });
    let choice = choose(task, spec.time_column.as_deref(), group_column);
    let split = match (choice.name, groups) {
        (SplitName::Grouped, Some(groups)) => OwnedSplit::Grouped(groups),
        (SplitName::StratifiedGrouped, Some(groups)) => OwnedSplit::StratifiedGrouped(groups),
        (SplitName::TimeOrdered, _) => {
            OwnedSplit::TimeOrdered(moments(rows, spec.time_column.as_deref().unwrap_or_default())?)
        }
        (SplitName::Stratified, _) => OwnedSplit::Stratified,
        _ => OwnedSplit::Random,
    };
    Ok((split, choice.reason))
}

/// Says which values of a large file do not fit the types that were decided on a part of it.
fn misfits(opened: &OpenTable, cancel: &CancelToken) -> Result<Option<String>, Problem> {
    let issues = opened.table.verify(cancel)?;
    let shown: Vec<String> = issues
        .iter()
        .filter(|issue| issue.severity == Severity::Warning)
        .take(MISFITS_SHOWN)
        .map(|issue| match (&issue.column, issue.row) {
            (Some(column), Some(row)) => format!("{column}, row {row}: {}", issue.message),
            (Some(column), None) => format!("{column}: {}", issue.message),
            _ => issue.message.clone(),
        })
        .collect();
    Ok((!shown.is_empty()).then(|| format!("some values do not fit their column's type ({})", shown.join("; "))))
}

/// The rows at these positions, in that order.
pub(super) fn take(table: &DataFrame, rows: &[usize]) -> Result<DataFrame, Problem> {
    let positions: Vec<IdxSize> = rows
        .iter()
        .map(|row| IdxSize::try_from(*row))
        .collect::<Result<_, _>>()
        .map_err(|_| Problem::new(ErrorCode::LimitExceeded, "the table has more rows than can be addressed"))?;
    table
        .take(&IdxCa::from_vec("rows".into(), positions))
        .map_err(|error| Problem::new(ErrorCode::Internal, format!("rows cannot be taken: {error}")))
}

/// The moment of each row: microseconds since 1970, or the rank of a number.
fn moments(rows: &DataFrame, column: &str) -> Result<Vec<i64>, Problem> {
    let unsuitable = |what: String| {
        Problem::new(ErrorCode::UnsuitableData, format!("time_column {column:?} {what}"))
            .hint("name a column of dates or numbers without missing values, or leave time_column out")
            .field("time_column")
    };
    match column_from(&series_of(rows, column, "time_column")?)? {
        Column::Datetime(values) => {
            values.into_iter().collect::<Option<Vec<_>>>().ok_or_else(|| unsuitable("has missing values".to_owned()))
        }
        Column::Number(values) => {
            if values.iter().any(|value| !value.is_finite()) {
                return Err(unsuitable("has missing values".to_owned()));
            }
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            sorted.dedup();
            Ok(values.iter().map(|value| sorted.partition_point(|other| other < value) as i64).collect())
        }
        Column::Text(_) | Column::Boolean(_) => Err(unsuitable("holds neither dates nor numbers".to_owned())),
    }
}
